"""Turns at the one language model: who waits, how long, and what happens when nobody wants the answer any more."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

from onrecord.errors import ModelBusyError
from onrecord.generation.llm import LanguageModel
from onrecord.types import Message

__all__ = ["Turns"]

TICK_SECONDS = 0.05
LATER = "ask again in a moment"


class Turns:
    """One answer at a time has the model; at most ``limit`` others wait, first come first served.

    A turn is taken when an answer first needs the model and lasts for all that it asks of it.  An answer that
    finds no place, or whose turn does not come within ``patience_seconds``, meets a ModelBusyError at once and is
    given without the model.
    """

    def __init__(self, limit: int = 8, patience_seconds: float = 10.0) -> None:
        self._limit = limit
        self._patience = patience_seconds
        self._queue: deque[object] = deque()
        self._changed = threading.Condition()

    @property
    def waiting(self) -> int:
        """How many wait or have the turn."""
        return len(self._queue)

    @contextmanager
    def turn(self, model: LanguageModel, wanted: Callable[[], bool]) -> Iterator[LanguageModel]:
        """Lend the model to one answer, for as long as it is ``wanted``."""
        lent = _Lent(self, model, wanted)
        try:
            yield lent
        finally:
            self.leave(lent)

    def take(self, place: object, wanted: Callable[[], bool]) -> bool:
        """Wait for the turn; False where nobody wants it any more.  Raises ModelBusyError."""
        until = time.monotonic() + self._patience
        with self._changed:
            if place not in self._queue:
                if len(self._queue) > self._limit:
                    raise ModelBusyError(f"{self._limit} questions wait for the model", hint=LATER)
                self._queue.append(place)
            while self._queue[0] is not place:
                if not wanted():
                    return False
                if time.monotonic() > until:
                    raise ModelBusyError(f"the model was not free for {self._patience:g} s", hint=LATER)
                self._changed.wait(TICK_SECONDS)
        return wanted()

    def leave(self, place: object) -> None:
        """Give the place up; doing so twice is harmless."""
        with self._changed:
            if place in self._queue:
                self._queue.remove(place)
                self._changed.notify_all()


class _Lent:
    """The model in the hands of one answer; what is not wanted any more ends early."""

    def __init__(self, turns: Turns, model: LanguageModel, wanted: Callable[[], bool]) -> None:
        self.name = model.name
        self._turns = turns
        self._model = model
        self._wanted = wanted

    def stream(self, messages: Sequence[Message], **options: Any) -> Iterator[str]:
        """See LanguageModel; the turn ends with the stream."""
        try:
            if not self._turns.take(self, self._wanted):
                return
            pieces = self._model.stream(messages, **options)
            with closing(pieces):  # type: ignore[type-var]  # an iterator in the protocol, a generator in fact
                for piece in pieces:
                    if not self._wanted():
                        return
                    yield piece
        finally:
            self._turns.leave(self)

    def count_tokens(self, text: str) -> int:
        """See LanguageModel; 0 where nobody wants to know."""
        return self._model.count_tokens(text) if self._turns.take(self, self._wanted) else 0

    def close(self) -> None:
        """Leave the model to the others."""
        self._turns.leave(self)
