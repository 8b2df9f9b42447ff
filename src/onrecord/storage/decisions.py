"""What editors decided about speakers, kept beside the generations so that an ingest never loses it."""

from __future__ import annotations

import json
from pathlib import Path

from onrecord.errors import IndexDamagedError
from onrecord.storage.generations import replace_text
from onrecord.types import SpeakerDecision

__all__ = ["read_decisions", "write_decisions"]

_FILE = "speakers.json"


def read_decisions(root: Path) -> tuple[SpeakerDecision, ...]:
    """The decisions, oldest first; raises IndexDamagedError for a file that is not ours."""
    path = root / _FILE
    try:
        return tuple(SpeakerDecision(*fields) for fields in json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, TypeError) as error:
        raise IndexDamagedError(
            f"{path} cannot be read ({error})", hint="mend it, or move it away to decide anew"
        ) from error


def write_decisions(root: Path, decisions: tuple[SpeakerDecision, ...]) -> None:
    """Replace the file in one step."""
    fields = [[one.kind, one.name, one.other] for one in decisions]
    replace_text(root / _FILE, json.dumps(fields, ensure_ascii=False, indent=0) + "\n")
