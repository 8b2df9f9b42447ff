"""From what was found to what may be said."""
