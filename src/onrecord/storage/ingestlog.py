"""The log of ingests: a line of JSON each beside the generations, also of those that published nothing."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from onrecord.errors import OnRecordError
from onrecord.storage.generations import replace_text
from onrecord.types import Ingested

__all__ = ["logged_ingest", "read_ingests"]

LARGEST = 2**20
"""Bytes that the log may have; beyond, its older half goes."""
MOST_REASONS = 20
_NAME = "ingests.jsonl"
_COUNTS = ("generation", "added", "changed", "unchanged", "removed", "passages", "quotes", "seconds")
_log = logging.getLogger(__name__)


@contextmanager
def logged_ingest(root: Path) -> Iterator[Callable[[Any], None]]:
    """Log the report that is handed in, or the error that ends the block.

    A log that cannot be written fails no ingest: what counts is what was published.
    """

    def log(report: Any) -> None:
        counts = {name: getattr(report, name) for name in _COUNTS}
        reasons = tuple(_reason(one) for one in report.rejected[:MOST_REASONS])
        _add(root, Ingested(_now(), **counts, rejected=len(report.rejected), reasons=reasons))

    try:
        yield log
    except OnRecordError as error:
        _add(root, Ingested(_now(), error=str(error)))
        raise


def read_ingests(root: Path) -> list[Ingested]:
    """The log, newest first; a line that is damaged is left out."""
    try:
        lines = (root / _NAME).read_text("utf-8", "replace").split("\n")
    except OSError:
        return []
    return [one for one in map(_parsed, reversed(lines)) if one is not None]


def _add(root: Path, one: Ingested) -> None:
    path = root / _NAME
    if not root.is_dir():
        return
    try:
        with path.open("ab", buffering=0) as file:
            file.write((json.dumps(asdict(one)) + "\n").encode())
            is_full = file.tell() > LARGEST
        if is_full:
            lines = path.read_text("utf-8", "replace").splitlines(keepends=True)
            replace_text(path, "".join(lines[len(lines) // 2 :]))
    except OSError as error:
        _log.warning("the log of ingests cannot be written: %s", error)


def _parsed(line: str) -> Ingested | None:
    try:
        fields = json.loads(line)
        return Ingested(**{**fields, "reasons": tuple(fields["reasons"])})
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _reason(rejection: Any) -> str:
    line = f", line {rejection.line}" if rejection.line else ""
    return f"{rejection.file}{line}: {rejection.reason}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
