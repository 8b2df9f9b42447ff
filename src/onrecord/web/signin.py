"""Signing in and out: one small page, made by a pure function, and what its forms do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import parse_qs

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from onrecord.types import Account
from onrecord.web.budgets import Budgets
from onrecord.web.desk import html_page
from onrecord.web.desk_html import alert, frame, text
from onrecord.web.metrics import Metrics
from onrecord.web.sessions import Sessions, ended_cookie, session_cookie

__all__ = ["sign_in_page", "sign_in_routes"]

HOME = "/staff/"
AT_ONCE = 2
"""Passwords that are checked at the same time; each takes 32 MiB."""
_WRONG = "The name or the password is wrong."
_LATER = "Too many tries. Wait some minutes, then try again."


def sign_in_page(message: str = "", name: str = "") -> str:
    """Render the page; ``message`` says why the last try failed."""
    return frame(
        "Sign in",
        f"""<main id="main">
<h1>Sign in</h1>
{alert(message)}
<form class="sheet" method="post" action="/sign-in">
<div class="field"><label for="name">Name</label>
<input id="name" name="name" value="{text(name)}" autocomplete="username" autocapitalize="none" required></div>
<div class="field"><label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required></div>
<button class="main">Sign in</button>
</form>
<p class="meta">For the newsroom. Readers need no account.</p>
</main>""",
        kind="desk small",
    )


def sign_in_routes(
    verify: Callable[[str, str], Account | None], sessions: Sessions, budgets: Budgets, metrics: Metrics
) -> list[Route]:
    """Give the routes; tries from one peer are counted at the gate, those at one account here."""
    checking = asyncio.Semaphore(AT_ONCE)

    async def show(_request: Request) -> Response:
        return html_page(sign_in_page())

    async def sign_in(request: Request) -> Response:
        name, password = _fields(await request.body())
        wait = await budgets.spend("sign in account", name)
        if wait is not None:
            return _failed("throttled", html_page(sign_in_page(_LATER, name), 429, {"retry-after": str(wait)}))
        async with checking:
            account = await asyncio.to_thread(verify, name, password)
        if account is None:
            return _failed("wrong", html_page(sign_in_page(_WRONG, name), 401))
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
