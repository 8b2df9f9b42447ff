"""Open the chat: ``python app.py`` is ``onrecord serve``, options included."""

import sys

from onrecord.cli import main

if __name__ == "__main__":
    main(["serve", *sys.argv[1:]])
