"""What answers while the index is still being read and verified: alive, but not ready."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from onrecord.web.access import known_path
from onrecord.web.faultpage import fault_reply
from onrecord.web.faults import Fault
from onrecord.web.headers import response_headers

__all__ = ["Starting"]


class Starting:
    """An application that takes the place of itself once it is built, in the server's own event loop.

    ``failed`` is called where it cannot be built; ``error`` then says why.
    """

    def __init__(self, build: Callable[[], Awaitable[Starlette]]) -> None:
        self._build = build
        self._app: Starlette | None = None
        self._ending = asyncio.Event()
        self.failed: Callable[[], None] = lambda: None
        self.error: Exception | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the application answer."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif self._app is not None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await _not_yet(scope)(scope, receive, send)

    def close(self) -> None:
        """End the answers that are being made."""
        if self._app is not None:
            self._app.state.answers.close()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        running = asyncio.create_task(self._run())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._ending.set()
        if self._app is None:
            running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await send({"type": "lifespan.shutdown.complete"})

    async def _run(self) -> None:
        try:
            app = await self._build()
        except Exception as error:
            self.error = error
            self.failed()
            return
        async with app.router.lifespan_context(app):
            self._app = app
            await self._ending.wait()


def _not_yet(scope: Scope) -> ASGIApp:
    path, request_id = scope["path"], secrets.token_hex(8)
    headers = response_headers(None, "application/json", origin=None, request_id=request_id)
    if path == "/livez":
        return Response(json.dumps({"status": "ok"}), headers=headers, media_type="application/json")
    if path == "/readyz":
        return Response(json.dumps({"ready": False}), 503, headers, media_type="application/json")
    again = {**headers, "retry-after": "5"}
    fault = Fault(503, "starting", "the articles are being opened", hint="ask again in a moment", headers=again)
    rule = known_path(scope["method"], path).rule
    return fault_reply(fault, request_id, scope, rule.name if rule else "unknown")
