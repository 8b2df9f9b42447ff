"""A real server on loopback for the tests of the web."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import structlog
from starlette.applications import Starlette
from tests.fakes import fake_core

from onrecord.web.app import build_app
from onrecord.web.core import Core, Exposure
from onrecord.web.server import Server, listening


class Site:
    """One server in a thread; ``app`` is what it serves."""

    def __init__(self, core: Core, exposure: Exposure, extend: Callable[[Any], None]) -> None:
        self.app: Any = None

        async def build() -> Starlette:
            app = build_app(core, examples=["Who?"], about="1 article.", exposure=exposure)
            extend(app)
            self.app = app
            return app

        self._listener = listening("127.0.0.1", 0)
        self.port: int = self._listener.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.server = Server(build)
        self._thread = threading.Thread(target=self.server.run, args=([self._listener],), daemon=True)
        self._thread.start()
        until = time.monotonic() + 60
        while httpx.get(f"{self.address}/readyz", timeout=60).status_code != 200:
            assert time.monotonic() < until
            time.sleep(0.05)

    def stop(self) -> float:
        """End it and give the seconds that took."""
        began = time.monotonic()
        self.server.should_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive()
        return time.monotonic() - began

    def raw(self, data: bytes, *, source: str = "127.0.0.1", wait: float = 30.0) -> bytes:
        """Send bytes as they are and give what comes until the server closes or ``wait`` seconds pass."""
        with socket.create_connection(("127.0.0.1", self.port), source_address=(source, 0), timeout=wait) as peer:
            peer.sendall(data)
            found = b""
            try:
                while piece := peer.recv(65536):
                    found += piece
            except TimeoutError:
                pass
            return found


Serve = Callable[..., Site]

# Not the default of structlog, which draws every traceback with all its variables and takes seconds for it.
structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])


@pytest.fixture(scope="module")
def serve() -> Iterator[Serve]:
    sites: list[Site] = []

    def start(
        core: Core | None = None, exposure: Exposure | None = None, extend: Callable[[Any], None] = lambda _app: None
    ) -> Site:
        generous = Exposure(questions=100_000, site_questions=100_000, reads=100_000)
        sites.append(Site(core or fake_core(), exposure or generous, extend))
        return sites[-1]

    yield start
    for site in sites:
        site.stop()
