"""Answers over HTTP: as a stream of server-sent events, or whole; either way no longer than the reader stays."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from typing import Any, TypeVar

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

__all__ = ["EventStream", "Left", "last_of"]

HEARTBEAT_SECONDS = 15.0
SEND_SECONDS = 20.0
"""How long a reader may keep one event waiting."""
Event = Mapping[str, Any]
T = TypeVar("T")


class Left(Exception):  # noqa: N818 - nothing went wrong
    """The reader is gone, or takes nothing any more."""


class EventStream(Response):
    """Sends each event as it comes, a comment when nothing comes, and a terminal event in any case.

    The events are taken as fast as they are made, so that a slow reader holds nobody's model.  Their JSON is ASCII,
    so no text in them can end a line and forge an event.
    """

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[Event, None]) -> None:
        super().__init__(headers={"x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._events = events

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the events end or the reader leaves."""
        frames: asyncio.Queue[bytes | None] = asyncio.Queue()
        tasks = [asyncio.create_task(self._make(frames)), asyncio.create_task(_leaving(receive, frames))]
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            while (frame := await self._next(frames)) is not None:
                async with asyncio.timeout(SEND_SECONDS):
                    await send({"type": "http.response.body", "body": frame, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:
            raise Left from None
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _make(self, frames: asyncio.Queue[bytes | None]) -> None:
        try:
            async with aclosing(self._events) as events:
                async for event in events:
                    frames.put_nowait(_frame(event))
        finally:
            frames.put_nowait(None)

    @staticmethod
    async def _next(frames: asyncio.Queue[bytes | None]) -> bytes | None:
        try:
            return await asyncio.wait_for(frames.get(), HEARTBEAT_SECONDS)
        except TimeoutError:
            return b": still here\n\n"


async def last_of(events: AsyncGenerator[T, None], receive: Receive) -> T:
    """Give the last event; raises Left, with the events closed, when the reader leaves before it comes."""

    async def drain() -> T:
        async with aclosing(events):
            return [event async for event in events][-1]

    draining, leaving = asyncio.create_task(drain()), asyncio.create_task(_disconnected(receive))
    try:
        await asyncio.wait({draining, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not draining.done():
            raise Left
        return draining.result()
    finally:
        for task in (draining, leaving):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(draining, leaving, return_exceptions=True)


async def _leaving(receive: Receive, frames: asyncio.Queue[bytes | None]) -> None:
    await _disconnected(receive)
    frames.put_nowait(None)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _frame(event: Event) -> bytes:
    return f"event: {event['event']}\ndata: {json.dumps(event)}\n\n".encode("ascii")
