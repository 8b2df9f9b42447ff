"""Logs as lines of JSON: who asked is shortened, what was asked is left out, and nobody can flood them."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, TextIO

import structlog

__all__ = ["configure_logs"]

MOST_A_SECOND = 200
"""Lines; what comes beyond is counted."""
_FRAMES = 8


def configure_logs(stream: TextIO = sys.stderr) -> None:
    """Write everything that this process logs, libraries included, to ``stream``."""
    cap = _Cap(MOST_A_SECOND)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _fault,
        cap.tell,
    ]
    render = structlog.processors.JSONRenderer(ensure_ascii=True)
    structlog.configure(
        processors=[cap.drop, *shared, render],
        logger_factory=structlog.WriteLoggerFactory(stream),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    # What a library says may quote a reader: its kind and place are kept, its words only from our own package.
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _named],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    handler.addFilter(lambda _record: cap.passes())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def _named(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    record: logging.LogRecord | None = event.get("_record")
    if record is not None:
        event["logger"] = record.name
        if not record.name.startswith("onrecord"):
            event["event"] = str(record.msg)[:200]
    return event


def _fault(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Tell an exception by its kind and where it was raised; its message may hold what a reader wrote."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["fault"] = type(error).__name__
        event["at"] = _places(error.__traceback__)
    return event


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-_FRAMES:]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]


class _Cap:
    """Lets so many lines through in a second; the next line after that says how many were left out."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._second = 0
        self._lines = 0
        self._left_out = 0

    def passes(self) -> bool:
        """Whether one more line may be written now."""
        second = int(monotonic())
        if second != self._second:
            self._second, self._lines = second, 0
        self._lines += 1
        self._left_out += self._lines > self._most
        return self._lines <= self._most

    def drop(self, _logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Leave a line of ours out where it does not pass."""
        if not self.passes():
            raise structlog.DropEvent
        return event

    def tell(self, _logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Say in a line that passed how many before it did not."""
        if self._left_out:
            event["lines_left_out"] = self._left_out
            self._left_out = 0
        return event
