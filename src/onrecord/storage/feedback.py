"""What readers think of answers: a line of JSON each, in a file that never grows beyond a bound."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from onrecord.errors import BusyError

__all__ = ["add_feedback"]

LARGEST = 64 * 2**20
"""Bytes that the file may have."""


def add_feedback(path: Path, given: Mapping[str, Any]) -> None:
    """Append what was given, with the time; raises BusyError where the file is full or cannot be written."""
    line = json.dumps({"at": datetime.now(UTC).isoformat(timespec="seconds"), **given}) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab", buffering=0) as file:
            if file.tell() + len(line) > LARGEST:
                raise BusyError("no more feedback is taken at the moment", hint="tell the newsroom in another way")
            file.write(line.encode())  # one write of a file opened to append: lines of two processes do not mix
    except OSError:
        raise BusyError("the feedback could not be kept", hint="tell the newsroom in another way") from None
