"""The nearest passages, by meaning and by words."""
