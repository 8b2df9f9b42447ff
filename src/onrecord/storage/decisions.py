"""What editors decided, kept beside the generations: it holds at once, and no ingest loses it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from onrecord.errors import IndexDamagedError
from onrecord.storage.generations import replace_text
from onrecord.types import SpeakerDecision, Status

__all__ = ["decisions_stamp", "read_decisions", "read_statuses", "write_decisions", "write_statuses"]

_SPEAKERS = "speakers.json"
_STATUSES = "status.json"
Read = TypeVar("Read")


def decisions_stamp(root: Path) -> tuple[tuple[int, int, int] | None, ...]:
    """Something that changes whenever a decision does."""
    return tuple(_stamp(root / name) for name in (_SPEAKERS, _STATUSES))


def read_decisions(root: Path) -> tuple[SpeakerDecision, ...]:
    """The decisions on speakers, oldest first; raises IndexDamagedError for a file that is not ours."""
    return _read(root / _SPEAKERS, (), lambda value: tuple(_decision(*fields) for fields in value))


def write_decisions(root: Path, decisions: tuple[SpeakerDecision, ...]) -> None:
    """Replace the file in one step."""
    _write(root / _SPEAKERS, [[one.kind, one.name, one.other] for one in decisions])


def read_statuses(root: Path) -> dict[str, Status]:
    """The status of each article that does not simply stand as printed, by its id."""
    return _read(root / _STATUSES, {}, lambda value: {name: _status(*fields) for name, fields in value.items()})


def write_statuses(root: Path, statuses: dict[str, Status]) -> None:
    """Replace the file in one step."""
    fields = {
        name: [one.state, one.note, one.changed and one.changed.isoformat()]
        for name, one in sorted(statuses.items())
        if one.state != "current"
    }
    _write(root / _STATUSES, fields)


def _decision(kind: Any, name: Any, other: Any) -> SpeakerDecision:
    if not (isinstance(name, str) and isinstance(other, str)):
        raise TypeError("a name is not a string")
    return SpeakerDecision(kind, name, other)


def _status(state: Any, note: Any, changed: str | None) -> Status:
    if state not in {"corrected", "withdrawn"} or not isinstance(note, str | None):
        raise ValueError(f"{state!r} with {note!r} is no status")
    return Status(state, note, date.fromisoformat(changed) if changed else None)


def _read(path: Path, absent: Read, parse: Callable[[Any], Read]) -> Read:
    try:
        return parse(json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        return absent
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise IndexDamagedError(
            f"{path} cannot be read ({error})", hint="mend it, or move it away to decide anew"
        ) from error


def _write(path: Path, value: Any) -> None:
    replace_text(path, json.dumps(value, ensure_ascii=False, indent=0) + "\n")


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    # A file that was replaced has another inode, even within one tick of the clock.
    return found.st_ino, found.st_mtime_ns, found.st_size
