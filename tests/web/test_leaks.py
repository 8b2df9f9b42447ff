"""What readers leave behind when they go, fail or ask: nothing."""

from __future__ import annotations

import asyncio
import socket
import struct
import tempfile
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from tests.fakes import fake_core
from tests.web.conftest import Serve, Site

from onrecord.types import AnswerEvent, Question, Searched

MIB = 2**20
HEAD = b"POST /api/v1/ask HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n"


def ask(question: Question, *, wanted: Callable[[], bool], **given: object) -> Iterator[AnswerEvent]:
    """Never come to an end where that is asked for."""
    if question.text == "Slow":
        yield Searched(question.text, ())
        while wanted():
            time.sleep(0.01)
        return
    yield from fake_core().ask(question, **given)  # type: ignore[arg-type]


@pytest.fixture
def loops() -> list[asyncio.AbstractEventLoop]:
    return []


@pytest.fixture
def site(serve: Serve, loops: list[asyncio.AbstractEventLoop]) -> Site:
    return serve(fake_core(ask), extend=lambda _app: loops.append(asyncio.get_running_loop()))


def held(site: Site, loop: asyncio.AbstractEventLoop) -> dict[str, int]:
    """What is held at this moment that could be forgotten to be given back."""
    return {
        "answers": site.app.state.answers.running,
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
        "threads": threading.active_count(),
        "tasks": len(asyncio.all_tasks(loop)),
        "files": len(list(Path(tempfile.gettempdir()).glob("gradio/**/*"))),
    }


def more_than(before: dict[str, int], now: dict[str, int]) -> dict[str, int]:
    """What there is more of, by more than a worker that waits for what comes next and its descriptor."""
    slack = {"descriptors": 2, "threads": 2, "tasks": 2}
    return {name: now[name] - count for name, count in before.items() if now[name] > count + slack.get(name, 0)}


def leave(site: Site, *, abruptly: bool) -> None:
    body = b'{"question": "Slow"}'
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as peer:
        peer.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        while b"event: searched" not in peer.recv(65536):
            pass
        if abruptly:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def fail(client: httpx.Client, number: int) -> None:
    body: object = ({"question": ""}, {"question": 5}, {}, [], {"question": "a" * 600})[number % 5]
    assert 400 <= client.post("/api/v1/ask", json=body).status_code < 500
    assert client.post("/api/v1/ask", json={"question": "a" * 20_000}).status_code == 413
    assert client.get("/api/v1/articles/none").status_code == 404


def read(client: httpx.Client, count: int) -> None:
    for number in range(count):
        accept = ("text/event-stream", "application/json")[number % 2]
        answer = client.post("/api/v1/ask", json={"question": f"What of {number}?"}, headers={"accept": accept})
        assert answer.status_code == 200


def test_answers_errors_and_readers_who_leave(site: Site, loops: list[asyncio.AbstractEventLoop]) -> None:
    with httpx.Client(base_url=site.address, timeout=60) as client:
        read(client, 20)
        time.sleep(1)
    before = held(site, loops[0])
    with httpx.Client(base_url=site.address, timeout=60) as client:
        read(client, 100)
        for number in range(100):
            leave(site, abruptly=number % 2 == 0)
            fail(client, number)
    until = time.monotonic() + 30
    while (after := more_than(before, held(site, loops[0]))) and time.monotonic() < until:
        time.sleep(0.1)
    assert after == {}


def test_memory_does_not_grow_with_questions(site: Site) -> None:
    with httpx.Client(base_url=site.address, timeout=60) as client:
        read(client, 50)
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        read(client, 200)
        grown = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
    assert grown < 2 * MIB
