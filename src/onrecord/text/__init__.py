"""Pure functions from text to spans."""
