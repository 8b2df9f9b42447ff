"""The server under the application: heads must come in time, streams end when it is told to stop."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import Awaitable, Callable

import h11
import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from onrecord.web.starting import Starting

__all__ = ["HEAD_SECONDS", "Server", "listening"]

HEAD_SECONDS = 10.0
"""How long the head of a request may take to arrive."""
HEAD_BYTES = 16 * 2**10
KEEP_ALIVE_SECONDS = 5
GRACE_SECONDS = 6
"""How long what runs may take to end once the server is told to stop."""
SILENCE_MILLISECONDS = 20_000
"""After that long without a sign of life of the peer, what was sent to it is given up."""


class Server(uvicorn.Server):
    """Serves the application that ``build`` makes, and listens while it is being made.

    ``run`` raises what ``build`` raised.
    """

    def __init__(self, build: Callable[[], Awaitable[Starlette]]) -> None:
        self._starting = Starting(build)
        self._starting.failed = self._stop
        super().__init__(
            uvicorn.Config(
                self._starting,
                http=_Protocol,
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=False,
                proxy_headers=False,
                h11_max_incomplete_event_size=HEAD_BYTES,
                lifespan="on",
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until the process is told to stop."""
        super().run(sockets)
        if self._starting.error is not None:
            raise self._starting.error

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then do what uvicorn does."""
        self._starting.close()
        await super().shutdown(sockets)

    def _stop(self) -> None:
        self.should_exit = True


def listening(host: str, port: int) -> socket.socket:
    """Give a socket that listens; raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if sys.platform == "linux":  # connections inherit both
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENCE_MILLISECONDS)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


class _Protocol(H11Protocol):
    """HTTP/1.1 with a deadline for each head, and an answer of our form to what is no HTTP."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take what came, and wait on where a head is not whole."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the signature is uvicorn's
        """Say that this is no request; heads that are too large come here, too."""
        error = sys.exception()
        if self.conn.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            self.transport.close()
            return
        status = getattr(error, "error_status_hint", 400)
        said = {
            "code": "bad_request",
            "message": "this is no request that can be read",
            "hint": "send HTTP/1.1 with a small head",
        }
        body = json.dumps({"error": said | {"request_id": ""}}).encode("ascii")
        headers = [("content-type", "application/json"), ("content-length", str(len(body))), ("connection", "close")]
        headers += [("x-content-type-options", "nosniff"), ("cache-control", "no-store"), ("vary", "Origin")]
        for event in (h11.Response(status_code=status, headers=headers), h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _watch(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.transport.abort()
