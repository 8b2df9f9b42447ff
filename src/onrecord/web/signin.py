"""Signing in and out: one small page, made by a pure function, and what its forms do."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Callable
from urllib.parse import parse_qs

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from onrecord.types import Account
from onrecord.web.budgets import Budgets
from onrecord.web.metrics import Metrics
from onrecord.web.sessions import Sessions, ended_cookie, session_cookie

__all__ = ["sign_in_page", "sign_in_routes"]

HOME = "/staff/"
AT_ONCE = 2
"""Passwords that are checked at the same time; each takes 32 MiB."""
# Nothing but its own style: no script, no image, no frame.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_WRONG = "The name or the password is wrong."
_LATER = "Too many tries. Wait some minutes, then try again."


def sign_in_page(message: str = "", name: str = "") -> str:
    """Render the page; ``message`` says why the last try failed."""
    told = f'<p role="alert">{html.escape(message)}</p>' if message else ""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in - On Record</title>
<style>
:root {{ color-scheme: light dark; font: 1rem/1.5 ui-sans-serif, system-ui, sans-serif }}
body {{ max-width: 20rem; margin: 15vh auto; padding: 0 1rem }}
label, input, button {{ display: block; width: 100%; box-sizing: border-box; font: inherit }}
input, button {{ margin: .25rem 0 1rem; padding: .5rem; min-height: 2.75rem }}
</style>
</head>
<body>
<main>
<h1>Sign in</h1>
{told}
<form method="post" action="/sign-in">
<label for="name">Name</label>
<input id="name" name="name" value="{html.escape(name)}" autocomplete="username" autocapitalize="none" required>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button>Sign in</button>
</form>
</main>
</body>
</html>
"""


def sign_in_routes(
    verify: Callable[[str, str], Account | None], sessions: Sessions, budgets: Budgets, metrics: Metrics
) -> list[Route]:
    """Give the routes; tries from one peer are counted at the gate, those at one account here."""
    checking = asyncio.Semaphore(AT_ONCE)

    async def show(_request: Request) -> Response:
        return _page(sign_in_page())

    async def sign_in(request: Request) -> Response:
        name, password = _fields(await request.body())
        wait = await budgets.spend("sign in account", name)
        if wait is not None:
            return _failed("throttled", _page(sign_in_page(_LATER, name), 429, {"retry-after": str(wait)}))
        async with checking:
            account = await asyncio.to_thread(verify, name, password)
        if account is None:
            return _failed("wrong", _page(sign_in_page(_WRONG, name), 401))
        metrics.signed_in("ok")
        structlog.get_logger().info("signed_in", account=account.name)
        # Always a new session: a cookie that somebody planted before never becomes one.
        await sessions.end(request.state.token)
        cookie = session_cookie(await sessions.begin(account))
        return RedirectResponse(HOME, 303, {"set-cookie": cookie})

    async def sign_out(request: Request) -> Response:
        await sessions.end(request.state.token)
        return RedirectResponse("/sign-in", 303, {"set-cookie": ended_cookie()})

    def _failed(result: str, response: Response) -> Response:
        metrics.signed_in(result)
        structlog.get_logger().warning("sign_in_failed", result=result)
        return response

    return [
        Route("/sign-in", show, methods=["GET"]),
        Route("/sign-in", sign_in, methods=["POST"]),
        Route("/sign-out", sign_out, methods=["POST"]),
    ]


def _fields(body: bytes) -> tuple[str, str]:
    form = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    name, password = form.get("name", [""])[0], form.get("password", [""])[0]
    return name.strip().lower()[:64], password


def _page(markup: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return HTMLResponse(markup, status, {"content-security-policy": _POLICY, **(headers or {})})
