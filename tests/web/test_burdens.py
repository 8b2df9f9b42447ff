"""What a peer can make the server keep or read: bounded, whatever is sent."""

from __future__ import annotations

import asyncio
import json
import socket
import time
import tracemalloc
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.routing import Mount
from tests.web.conftest import Serve, Site

from onrecord.web.budgets import Budgets, Window

MIB = 2**20
KEYS = json.dumps({f"key {number}": number for number in range(100_000)}).encode()
BODIES = {
    "5 MB": b'{"question": "' + b"a" * 5_000_000 + b'"}',
    "100,000 keys": KEYS,
    "100,000 objects": b'{"history": [' + b"{}," * 100_000 + b"{}]}",
}


@pytest.fixture(scope="module")
def site(serve: Serve) -> Site:
    return serve()


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.parametrize("is_chunked", [False, True], ids=["whole", "chunked"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("path", ["/api/v1/ask", "/gradio_api/queue/join"])
def test_a_huge_body_costs_neither_time_nor_memory(
    site: Site, traced: None, path: str, body: bytes, is_chunked: bool
) -> None:
    length = "Transfer-Encoding: chunked" if is_chunked else f"Content-Length: {len(body)}"
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n{length}\r\n\r\n"
    before, began = tracemalloc.get_traced_memory()[0], time.monotonic()
    tracemalloc.reset_peak()
    sent, answer = 0, b""
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 32 * 2**10)
        try:
            peer.sendall(head.encode("ascii"))
            for at in range(0, len(body), 4096):
                piece = body[at : at + 4096]
                peer.sendall(b"%x\r\n%s\r\n" % (len(piece), piece) if is_chunked else piece)
                sent += len(piece)
        except OSError:  # the server has closed
            pass
        try:
            while got := peer.recv(65536):
                answer += got
        except OSError:
            pass
    taken = tracemalloc.get_traced_memory()[1] - before
    assert answer[9:12] in {b"413", b""}  # what was answered may be lost with the connection
    assert sent < len(body) or answer
    assert taken < MIB
    assert time.monotonic() - began < 5


def test_many_peers_are_remembered_in_little_memory(traced: None) -> None:
    budgets = Budgets({"ask": Window(20)})

    async def spend() -> None:
        for number in range(100_000):
            assert await budgets.spend("ask", f"2001:db8:{number:x}::/64") is None

    asyncio.run(spend())
    assert tracemalloc.get_traced_memory()[0] < 5 * 10**6


def test_conversations_that_nobody_goes_on_with_are_forgotten(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onrecord.web.app.MOST_CONVERSATIONS", 20)
    site = serve()
    chat: Any = next(route.app for route in site.app.routes if isinstance(route, Mount))
    with httpx.Client(base_url=site.address, timeout=60) as client:
        config = client.get("/config").json()
        number = next(each["id"] for each in config["dependencies"] if not each["queue"] and not each["inputs"])
        for session in range(30):
            call = {"data": [], "fn_index": number, "session_hash": f"s{session}"}
            assert client.post("/gradio_api/run/predict", json=call).status_code == 200
    assert list(chat.state_holder.session_data) == [f"s{session}" for session in range(10, 30)]
