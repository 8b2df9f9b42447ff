"""Measured figures; nothing of the product imports this."""
