"""Files in, one store out, published in generations that never change."""
