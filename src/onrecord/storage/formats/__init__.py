"""One file for each format that articles come in."""
