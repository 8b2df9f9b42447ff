"""The one bridge from the synchronous core to the asynchronous edge of the web."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from onrecord.errors import BusyError, ClosingError
from onrecord.types import AnswerEvent, Question

__all__ = ["Answers", "Ask"]

MOST_AT_ONCE = 64
"""Answers that are being made at the same time; each holds a thread."""
T = TypeVar("T")


class Ask(Protocol):
    """The path of a question; it stops soon after ``wanted`` says no, also while an event is awaited."""

    def __call__(
        self, question: Question, *, phrased: bool = True, wanted: Callable[[], bool] = ...
    ) -> Iterator[AnswerEvent]:
        """Give the events of an answer."""


class Answers:
    """All answers that are being made for readers, whichever way they asked."""

    def __init__(self, ask: Ask, *, most: int = MOST_AT_ONCE) -> None:
        self._ask = ask
        self._most = most
        self.closing = asyncio.Event()
        self._sessions: defaultdict[str, set[threading.Event]] = defaultdict(set)
        self.running = 0

    async def stream(
        self, question: Question, *, phrased: bool = True, session: str | None = None
    ) -> AsyncGenerator[AnswerEvent, None]:
        """Run the core in a thread of its own, one event at a time, and stop it when the reader is gone.

        The core makes an event only when one is awaited, so nothing is computed for a reader who left.  Whoever
        closes or cancels does not wait for the step that runs at that moment: the core is told that nobody wants
        it, and is closed behind it in the same thread.  Use this under ``contextlib.aclosing``.  Raises BusyError,
        ClosingError, and what the core raises.
        """
        if self.closing.is_set():
            raise _closing_error()
        if self.running >= self._most:
            raise BusyError(f"{self._most} questions are being answered", hint="ask again in a moment")
        left = threading.Event()
        kept = self._sessions[session] if session else set()
        kept.add(left)
        self.running += 1
        # One thread for the whole answer: a generator may hold what belongs to a thread, such as SQLite's.
        worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="answer")
        loop = asyncio.get_running_loop()
        run = contextvars.copy_context().run  # what is logged in the thread carries the request's id
        started = worker.submit(
            run, lambda: iter(self._ask(question, phrased=phrased, wanted=lambda: not left.is_set()))
        )
        try:
            events = await self._unless_closing(asyncio.wrap_future(started))
            while True:
                event = await self._unless_closing(loop.run_in_executor(worker, lambda: run(next, events, None)))
                if event is None:
                    return
                yield event
        finally:
            left.set()
            kept.discard(left)
            if session and not kept:
                self._sessions.pop(session, None)
            self.running -= 1
            # Not on the event loop and not awaited: whoever cancels must not wait for the core.
            worker.submit(lambda: _close(started.result()))
            worker.shutdown(wait=False)

    def leave(self, session: str) -> None:
        """Stop what is being made for a page that was closed."""
        for left in self._sessions.get(session, ()):
            left.set()

    def close(self) -> None:
        """End every answer with a ClosingError, and take no more."""
        self.closing.set()

    async def _unless_closing(self, step: Awaitable[T]) -> T:
        running = asyncio.ensure_future(step)
        closing = asyncio.ensure_future(self.closing.wait())
        try:
            await asyncio.wait({running, closing}, return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                raise _closing_error()
            return running.result()
        finally:
            closing.cancel()
            running.cancel()


def _closing_error() -> ClosingError:
    return ClosingError("the server is being stopped", hint="ask again in a moment")


def _close(events: Iterator[AnswerEvent]) -> None:
    close = getattr(events, "close", None)
    if close is not None:
        close()
