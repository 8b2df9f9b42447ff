"""Quotations and reported statements: who said what, and where it is printed."""
