"""What goes first where more is asked for than a machine can do at once."""

from __future__ import annotations

import heapq
import itertools
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Precedence"]

_PATIENCE_SECONDS = 20.0
_MOST_AT_ONCE = 4  # one interpreter does not keep more cores busy


class Precedence:
    """Lets few pieces of work run at once: searches first, then the weighing of what they found.

    Threads that compute beside each other make each other slow, and then a reader waits for the first passages as
    long as for a whole answer.  One place is never taken by a weighing, so a search waits for other searches alone,
    unless a weighing has waited for twenty seconds: a flood of searches holds up nothing for ever.  What a turn is
    for does not depend on when it comes, so neither does an answer.  A turn is not to be taken within a turn.
    """

    def __init__(self, at_once: int | None = None) -> None:
        """``at_once`` is 2 or more; without it, one more than the machine has cores, since some wait."""
        places = at_once or max(3, min(_MOST_AT_ONCE, 1 + (os.cpu_count() or 2)))
        self._all = _Places(places)
        self._weighings = _Places(places - 1)

    @contextmanager
    def search(self) -> Iterator[None]:
        """Wait for a turn to search."""
        with self._all.turn(time.monotonic()):
            yield

    @contextmanager
    def weighing(self) -> Iterator[None]:
        """Wait for a turn to weigh what was found."""
        now = time.monotonic()
        with self._weighings.turn(now), self._all.turn(now + _PATIENCE_SECONDS):
            yield


class _Places:
    """Hands ``count`` places out, each time to whoever was due first."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: list[tuple[float, int, threading.Event]] = []
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, due: float) -> Iterator[None]:
        mine = threading.Event()
        with self._lock:
            if self._free:
                self._free -= 1
                mine.set()
            else:
                heapq.heappush(self._waiting, (due, next(self._numbers), mine))
        mine.wait()
        try:
            yield
        finally:
            with self._lock:
                if self._waiting:
                    heapq.heappop(self._waiting)[2].set()  # handed over, and never free in between
                else:
                    self._free += 1
