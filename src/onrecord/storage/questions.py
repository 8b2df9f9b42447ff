"""Questions that staff may look at: kept only where a setting says so, and only for as long as it says."""

from __future__ import annotations

import fcntl
import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from onrecord.storage.generations import replace_text
from onrecord.types import KeptQuestion

__all__ = ["Questions"]

LARGEST = 16 * 2**20
"""Bytes that the file may have; beyond, its older half goes."""
_log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


class Questions:
    """The questions of one file, each for ``days`` days; with 0 nothing is written and what is there goes.

    Several processes may share the file.
    """

    def __init__(self, path: Path, *, days: int, now: Callable[[], datetime] = _now) -> None:
        self.days = days
        self._path = path
        self._now = now

    def keep(self, one: KeptQuestion) -> None:
        """Add a question; where that fails, the reader is not told, the operator is."""
        if not self.days:
            return
        try:
            with self._locked():
                self._drop_old()
                with open(self._path, "a", encoding="ascii", opener=_own) as file:
                    file.write(json.dumps(asdict(one)) + "\n")
        except OSError as error:
            _log.warning("a question for staff to review could not be kept: %s", error.strerror)

    def all(self) -> list[KeptQuestion]:
        """What is kept, newest first."""
        self.purge()
        return sorted(self._read(), key=lambda one: one.at, reverse=True)

    def purge(self) -> None:
        """Take away what is older than the days; with 0 days the file itself."""
        if not self._path.exists():
            return
        try:
            with self._locked():
                if self.days:
                    self._drop_old()
                else:
                    self._path.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("old questions could not be purged: %s", error.strerror)

    def _drop_old(self) -> None:
        """Rewrite the file if something in it is too old, or it is too large; its first line is the oldest."""
        is_large = self._path.exists() and self._path.stat().st_size > LARGEST
        if is_large or self._is_stale():
            kept = self._read()
            kept = kept[len(kept) // 2 :] if is_large else kept
            replace_text(self._path, "".join(json.dumps(asdict(one)) + "\n" for one in kept), mode=0o600)

    def _is_stale(self) -> bool:
        try:
            with self._path.open(encoding="utf-8", errors="replace") as file:
                first = file.readline()
        except FileNotFoundError:
            return False
        return bool(first) and not self._is_fresh(_parsed(first))

    def _is_fresh(self, one: KeptQuestion | None) -> bool:
        # A line that is no question of ours cannot say how old it is, so it goes.
        return one is not None and one.at >= (self._now() - timedelta(days=self.days)).isoformat(timespec="seconds")

    def _read(self) -> list[KeptQuestion]:
        try:
            lines = self._path.read_text("utf-8", "replace").splitlines()
        except FileNotFoundError:
            return []
        return [one for one in map(_parsed, lines) if one is not None and self._is_fresh(one)]

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_name(f".{self._path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _own(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)  # readers' words are for the server's user alone


def _parsed(line: str) -> KeptQuestion | None:
    try:
        fields = json.loads(line)
        one = KeptQuestion(**{**fields, "reasons": tuple(fields["reasons"])})
        datetime.fromisoformat(one.at)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return one
