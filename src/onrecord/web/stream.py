"""The one bridge from the synchronous core to the asynchronous edge of the web."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from onrecord.types import AnswerEvent, Question

__all__ = ["stream"]


async def stream(
    ask: Callable[[Question], Iterator[AnswerEvent]], question: Question
) -> AsyncGenerator[AnswerEvent, None]:
    """Run ``ask`` in a thread of its own, one event at a time, and close it when the reader is gone.

    The core makes an event only when one is awaited, so nothing is computed for a reader who left.  A
    step that runs at that moment cannot be interrupted: ``close`` waits behind it in the same thread.
    Use it under ``contextlib.aclosing``, or the closing is left to the garbage collector.
    """
    loop = asyncio.get_running_loop()
    # One thread for the whole answer: a generator may hold what belongs to a thread, such as SQLite's.
    worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="answer")
    started = worker.submit(lambda: iter(ask(question)))
    try:
        events = await asyncio.wrap_future(started)
        while (event := await loop.run_in_executor(worker, next, events, None)) is not None:
            yield event
    finally:
        # Not on the event loop and not awaited: whoever cancels must not wait for the core.
        worker.submit(lambda: _close(started.result()))
        worker.shutdown(wait=False)


def _close(events: Iterator[AnswerEvent]) -> None:
    close = getattr(events, "close", None)
    if close is not None:
        close()
