"""The web application: the chat at ``/``, with headers and a door in front of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from onrecord.types import AnswerEvent, Question
from onrecord.web.chat import build_chat, mount_chat

__all__ = ["build_app"]

HEADERS = {
    # Gradio starts from inline scripts and styles, hence 'unsafe-inline'; it needs no eval as we use it.
    "content-security-policy": "; ".join(
        [
            "default-src 'self'",
            "script-src 'self' 'unsafe-inline'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "font-src 'self'",
            "media-src 'none'",
            "object-src 'none'",
            "frame-src 'none'",
            "form-action 'self'",
            "base-uri 'self'",
            "frame-ancestors 'none'",
        ]
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

# What the page itself asks Gradio for.  Uploads, file listings, monitoring, run history, login and the
# API's description are not on the list, so that no later version of Gradio adds to what we serve.
_GRADIO = re.compile(
    r"""
      (?:GET|HEAD) \ / (?:config/?|theme\.css|favicon\.ico|manifest\.json|robots\.txt)?
    | (?:GET|HEAD) \ /(?:assets|static|svelte)/.+
    | GET \ /gradio_api/(?:queue/data|heartbeat/\w+|startup-events|app_id)
    | POST \ /gradio_api/(?:queue/join|cancel|reset|run/predict)
    """,
    re.VERBOSE,
)


def build_app(
    ask: Callable[[Question], Iterator[AnswerEvent]],
    *,
    examples: Sequence[str],
    about: str,
    corpus: Callable[[], dict[str, object]] | None = None,
) -> FastAPI:
    """Build the application over ``ask``; ``corpus`` tells what is served, for ``/api/v1/corpus``."""
    app = FastAPI(title="onrecord", docs_url=None, redoc_url=None, openapi_url=None)
    # Without a CORSMiddleware of the parent, Gradio reflects any origin and allows credentials.
    app.add_middleware(CORSMiddleware, allow_origins=[])
    app.add_middleware(_SecurityHeaders)

    @app.get("/livez")
    def livez() -> dict[str, str]:
        return {"status": "ok"}

    if corpus is not None:
        app.get("/api/v1/corpus")(corpus)
    mount_chat(app, build_chat(ask, examples=examples, about=about))
    _guard_mounts(app)
    return app


def _guard_mounts(app: FastAPI) -> None:
    for route in app.routes:
        if isinstance(route, Mount):
            route.app = _Door(route.app)


class _Door:
    """Answers 404 to whatever of Gradio the page does not need."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _GRADIO.fullmatch(f"{scope['method']} {scope['path']}"):
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse("Not found", status_code=404)(scope, receive, send)


class _SecurityHeaders:
    """Adds ``HEADERS`` to every response; answers are never stored by a cache."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                if scope["path"].startswith("/gradio_api/"):
                    headers["cache-control"] = "no-store"
            await send(message)

        await self._app(scope, receive, send_with_headers)
