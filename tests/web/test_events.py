"""A stream of events: a slow reader holds nobody up, and nothing outlives a reader."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest
from starlette.types import Message

from onrecord.web.events import Event, EventStream, Left, last_of


class Making:
    """Events that note how many were made and whether they were closed."""

    def __init__(self, count: int) -> None:
        self.made = 0
        self.closed = False
        self._count = count

    async def events(self) -> AsyncGenerator[Event, None]:
        try:
            for number in range(self._count):
                self.made += 1
                yield {"event": "statement", "number": number}
                await asyncio.sleep(0.01)
        finally:
            self.closed = True


async def staying() -> Message:
    await asyncio.sleep(60)
    return {"type": "http.disconnect"}


async def leaving() -> Message:
    await asyncio.sleep(0.1)
    return {"type": "http.disconnect"}


def test_events_are_made_while_a_reader_takes_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onrecord.web.events.SEND_SECONDS", 0.5)
    making = Making(20)

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.sleep(60)

    with pytest.raises(Left):
        asyncio.run(EventStream(making.events())({"type": "http"}, staying, send))
    assert making.made == 20
    assert making.closed


def test_nothing_is_made_for_a_reader_who_left() -> None:
    making = Making(10_000)
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(EventStream(making.events())({"type": "http"}, leaving, send))
    assert making.closed
    assert making.made < 1000
    assert sent[0]["status"] == 200


def test_the_last_event_is_given() -> None:
    making = Making(3)
    assert asyncio.run(last_of(making.events(), staying)) == {"event": "statement", "number": 2}


def test_a_reader_who_leaves_before_the_last_event_closes_them() -> None:
    making = Making(10_000)
    with pytest.raises(Left):
        asyncio.run(last_of(making.events(), leaving))
    assert making.closed
