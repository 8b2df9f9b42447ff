"""A circuit breaker: a model that fails again and again is left alone for a while, then tried once."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from onrecord.errors import ModelCrashedError

__all__ = ["FAULTS", "WINDOW_SECONDS", "Breaker"]

FAULTS, WINDOW_SECONDS = 3, 60.0


class Breaker:
    """Closed until ``FAULTS`` faults fall within ``WINDOW_SECONDS``, then open for ``cool_down_seconds``.

    After that one attempt is let through: it closes the breaker by succeeding and opens it again by a fault.
    """

    def __init__(self, cool_down_seconds: float) -> None:
        self._cool_down = cool_down_seconds
        self._faults: deque[float] = deque(maxlen=FAULTS)
        self._opened: float | None = None
        self._trying = False
        self._lock = threading.Lock()

    @property
    def state(self) -> Literal["closed", "open", "half-open"]:
        """``half-open`` from the end of the pause until an attempt has told whether the model works again."""
        if self._opened is None:
            return "closed"
        return "open" if self.seconds_left else "half-open"

    @property
    def seconds_left(self) -> float:
        """How long nothing is tried."""
        opened = self._opened
        return 0.0 if opened is None else max(0.0, opened + self._cool_down - time.monotonic())

    def record(self) -> None:
        """Note a fault."""
        now = time.monotonic()
        with self._lock:
            self._faults.append(now)
            many = len(self._faults) == FAULTS and now - self._faults[0] <= WINDOW_SECONDS
            if many or self._opened is not None:
                self._opened = now

    def succeeded(self) -> None:
        """Note that the model has done what it was asked for."""
        with self._lock:
            if self._opened is not None:
                self._opened = None
                self._faults.clear()

    def check(self) -> None:
        """Raise ModelCrashedError while an attempt would not be let through."""
        if self._opened is not None and (self._trying or self.seconds_left):
            when = f"it is tried again in {self.seconds_left:.0f} s" if self.seconds_left else "it is tried again now"
            raise ModelCrashedError(f"the language model failed {FAULTS} times within a minute", hint=when)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Around one use of the model; raises ModelCrashedError as ``check`` does."""
        with self._lock:
            self.check()
            is_trial = self._opened is not None
            self._trying = is_trial
        try:
            yield
        finally:
            if is_trial:
                self._trying = False
