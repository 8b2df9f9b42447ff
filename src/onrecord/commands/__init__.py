"""What the commands of ``cli.py`` share: what comes in, what goes out, and those for accounts."""
