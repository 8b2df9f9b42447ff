"""The one way in: every request passes here before FastAPI or Gradio sees it, and every response on its way out."""

from __future__ import annotations

import asyncio
import hmac
import re
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from onrecord.errors import OnRecordError
from onrecord.types import Account
from onrecord.web.access import Decision, Rule, decide, known_path
from onrecord.web.bodies import check_depth, drain, read_body, replayed
from onrecord.web.budgets import Budgets, Window
from onrecord.web.core import Exposure
from onrecord.web.events import Left
from onrecord.web.faultpage import fault_reply, prefers_page
from onrecord.web.faults import Fault, fault_of
from onrecord.web.headers import allowed_origin, is_same_origin, preflight_headers, response_headers
from onrecord.web.metrics import Metrics
from onrecord.web.peers import behind_proxies, network_of, shortened
from onrecord.web.sessions import Sessions, cookie_of

__all__ = ["Gate", "budgets"]

HEADER_BYTES, HEADERS_MOST = 16 * 2**10, 100
ADDRESS_BYTES = 4 * 2**10
STREAMS = {"answer": 4, "page": 20}
"""Streams that a peer may have open: answers, and pages of the chat that keep a connection."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_METHODS = _SAFE | {"POST", "PUT", "PATCH", "DELETE"}
_OWN = frozenset({"content-security-policy"})  # a page may bring a stricter one of its own
_log = structlog.get_logger()


def budgets(exposure: Exposure) -> Budgets:
    """The windows that a gate spends from."""
    return Budgets(
        {
            "ask": Window(exposure.questions),
            "ask site": Window(exposure.site_questions),
            "read": Window(exposure.reads),
            "sign in": Window(30, 900),
            "sign in account": Window(10, 900),
        },
        redis=exposure.redis,
    )


class Gate:
    """ASGI middleware.  In order: peer, head, table, origin, account, budget, streams, body; then the application.

    ``bodies`` checks, by the name of a rule, what is sent to Gradio; ``left`` hears of a page of the chat that was
    closed while an answer was made for it; after ``closing`` pages hold no connection open.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        exposure: Exposure,
        budgets: Budgets,
        sessions: Sessions,
        metrics: Metrics,
        bodies: Mapping[str, Callable[[bytes], bool]],
        left: Callable[[str], None],
        closing: asyncio.Event,
    ) -> None:
        self._app = app
        self._exposure = exposure
        self._budgets = budgets
        self._sessions = sessions
        self._metrics = metrics
        self._bodies = bodies
        self._left = left
        self._closing = closing
        self._streams: Counter[tuple[str, str]] = Counter()
        metrics.watch("streams", "Streams that are open.", lambda: self._streams.total())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or say why not."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "http":
            await self._http(_Visit(behind_proxies(scope, self._exposure.proxies)), receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, visit: _Visit, receive: Receive, send: Send) -> None:
        reply = _Reply(visit, send)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=visit.id)
        try:
            await self._serve(visit, receive, reply)
        except Fault as fault:
            await reply.fail(fault, receive)
        except Left:
            visit.code = "left"
        except asyncio.CancelledError:
            visit.code = "left"
            raise
        except Exception:  # the edge: the peer gets a sentence, the operator the place
            _log.exception("failed", route=visit.name)
            await reply.fail(fault_of(OnRecordError("", hint="")), receive)
        finally:
            seconds = time.monotonic() - visit.started
            self._metrics.requested(visit.name, visit.method, reply.status, seconds)
            said = {"route": visit.name, "method": visit.method, "status": reply.status, "code": visit.code}
            _log.info("request", **said, ms=round(seconds * 1000, 1), peer=shortened(visit.scope))

    async def _serve(self, visit: _Visit, receive: Receive, reply: _Reply) -> None:
        _check_head(visit, self._exposure)
        visit.origin = allowed_origin(visit.asked, visit.headers.get("origin"), self._exposure.origins)
        if visit.is_preflight and visit.origin:
            methods = known_path("OPTIONS", visit.path).methods
            await Response(status_code=204, headers=preflight_headers(methods))(visit.scope, receive, reply)
            return
        rule = _rule_of(visit)
        token = cookie_of(visit.headers)
        account = await self._account(visit, rule, token)
        _check_origin(visit, rule, by_cookie=token is not None)
        if (decision := decide(rule, account)) != "allowed":
            await _refused(visit, decision)(visit.scope, receive, reply)
            return
        await self._spend(visit, rule)
        with self._stream(visit, rule):
            body = await self._body(visit, rule, receive)
            visit.scope["state"] = {"account": account, "visit": visit, "token": token}
            heard = replayed(body, receive)
            if rule.name == "chat_answer":
                query = parse_qs(visit.scope["query_string"].decode("latin-1"))
                heard = _noticing(heard, partial(self._left, query.get("session_hash", [""])[0]))
            elif rule.stream == "page":
                heard = _until(self._closing, heard)
            await self._app(visit.scope, heard, reply)

    async def _account(self, visit: _Visit, rule: Rule, token: str | None) -> Account | None:
        # Not on public paths: what is open to everybody depends on no table of sessions.
        if rule.access == "public":
            return None
        return self._bearer(visit) or await self._sessions.account(token)

    def _bearer(self, visit: _Visit) -> Account | None:
        """Who scrapes metrics with the token of the settings; it opens nothing else."""
        token = self._exposure.operator_token
        given = visit.headers.get("authorization", "")
        if token is None or visit.name != "metrics":
            return None
        right = hmac.compare_digest(given.encode("utf-8", "replace"), f"Bearer {token}".encode())
        return Account("metrics", "operator") if right else None

    async def _spend(self, visit: _Visit, rule: Rule) -> None:
        if rule.budget is None:
            return
        wait = await self._budgets.spend(rule.budget, network_of(visit.scope))
        if wait is None and rule.budget == "ask":
            wait = await self._budgets.spend("ask site", visit.site)
        if wait is not None:
            self._metrics.limited(rule.budget)
            again = {"retry-after": str(wait)}
            hint = f"try again in {wait} seconds"
            raise Fault(429, "too_many", "too many requests", hint=hint, headers=again)

    @contextmanager
    def _stream(self, visit: _Visit, rule: Rule) -> Iterator[None]:
        if rule.stream is None:
            yield
            return
        key = (rule.stream, network_of(visit.scope))
        if self._streams[key] >= STREAMS[rule.stream]:
            self._metrics.limited("streams")
            raise Fault(
                429, "too_many", "too many streams are open", hint="let one end first", headers={"retry-after": "5"}
            )
        self._streams[key] += 1
        try:
            yield
        finally:
            self._streams[key] -= 1
            if not self._streams[key]:
                del self._streams[key]

    async def _body(self, visit: _Visit, rule: Rule, receive: Receive) -> bytes:
        body = await read_body(visit.headers, receive, most=rule.body_bytes, seconds=rule.body_seconds)
        if visit.method in _SAFE:
            if body:
                raise Fault(400, "bad_request", "this takes no body", hint="send none")
            return b""
        media = visit.headers.get("content-type", "").partition(";")[0].strip().lower()
        if rule.media is not None and media != rule.media:
            raise Fault(415, "bad_media", "the body is of another type", hint=f"send {rule.media}")
        if media == "application/json":
            check_depth(body)
        if rule.name in self._bodies and not self._bodies[rule.name](body):
            raise Fault(422, "bad_request", "the page does not send this", hint="use the API instead")
        return body


class _Visit:
    """One request on its way in: what is known of it before anything of it is believed."""

    def __init__(self, scope: MutableMapping[str, Any]) -> None:
        self.scope = scope
        self.headers = Headers(scope=scope)
        self.path: str = scope["path"]
        self.method: str = scope["method"] if scope["method"] in _METHODS else "OTHER"
        self.id = secrets.token_hex(8)
        self.started = time.monotonic()
        self.origin: str | None = None
        self.code: str | None = None
        wanted = self.headers.get("access-control-request-method")
        self.is_preflight = self.method == "OPTIONS" and wanted is not None
        self.known = known_path(self.method, self.path)
        self.asked = known_path(wanted or "", self.path).rule if self.is_preflight else self.known.rule
        self.name = self.known.rule.name if self.known.rule else "unknown"

    def told(self, fault: Fault) -> Response:
        """The response that tells a fault, as whoever asked can read it."""
        self.code = fault.code
        return fault_reply(fault, self.id, self.scope, self.name)

    @property
    def site(self) -> str:
        """What shares the budget of a site: a listed origin, our own pages, or everybody else."""
        return self.origin or ("own" if is_same_origin(self.headers, self.scope["scheme"]) else "elsewhere")


class _Reply:
    """A ``send`` that gives every response its headers and notes its status."""

    def __init__(self, visit: _Visit, send: Send) -> None:
        self._visit = visit
        self._send = send
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name in [name for name in headers if name.startswith("access-control-") and not self._is_preflight()]:
                del headers[name]
            varies = headers.get("vary")
            kind = headers.get("content-type", "")
            ours = response_headers(self._visit.asked, kind, origin=self._visit.origin, request_id=self._visit.id)
            headers.update({name: value for name, value in ours.items() if name not in _OWN or name not in headers})
            if varies:
                headers["vary"] = f"{varies}, Origin"
        await self._send(message)

    async def fail(self, fault: Fault, receive: Receive) -> None:
        """Answer with a fault; where something was sent already, the connection ends without its end."""
        told = self._visit.told(fault)
        if self.status:
            return

        async def send(message: Message) -> None:
            if fault.closes and message["type"] == "http.response.body":
                await self({**message, "more_body": True})
                await drain(receive)
                message = {"type": "http.response.body", "body": b""}
            await self(message)

        await told(self._visit.scope, receive, send)

    def _is_preflight(self) -> bool:
        return self.status == 204 and self._visit.is_preflight


def _noticing(receive: Receive, left: Callable[[], None]) -> Receive:
    async def noticed() -> Message:
        message = await receive()
        if message["type"] == "http.disconnect":
            left()
        return message

    return noticed


def _until(closing: asyncio.Event, receive: Receive) -> Receive:
    async def heard() -> Message:
        message, ending = asyncio.ensure_future(receive()), asyncio.ensure_future(closing.wait())
        try:
            await asyncio.wait({message, ending}, return_when=asyncio.FIRST_COMPLETED)
            return message.result() if message.done() else {"type": "http.disconnect"}
        finally:
            message.cancel()
            ending.cancel()

    return heard


def _check_head(visit: _Visit, exposure: Exposure) -> None:
    size = sum(len(name) + len(value) for name, value in visit.scope["headers"])
    if size > HEADER_BYTES or len(visit.scope["headers"]) > HEADERS_MOST:
        raise Fault(431, "too_large", "the headers are too large", hint="send less", closes=True)
    if len(visit.path) + len(visit.scope.get("query_string", b"")) > ADDRESS_BYTES:
        raise Fault(414, "too_large", "the address is too long", hint="shorten it", closes=True)
    host = re.sub(r":\d+$", "", visit.headers.get("host", "").lower())
    if exposure.hosts and host not in exposure.hosts and visit.name not in {"livez", "readyz"}:
        raise Fault(421, "bad_host", "this server does not answer for that host", hint="check the address")


def _rule_of(visit: _Visit) -> Rule:
    if visit.known.rule is not None:
        return visit.known.rule
    if visit.known.methods:
        allowed = ", ".join(sorted(visit.known.methods))
        raise Fault(405, "bad_method", "this cannot be done here", hint=f"use {allowed}", headers={"allow": allowed})
    raise Fault(404, "not_found", "there is nothing here", hint="check the address")


def _check_origin(visit: _Visit, rule: Rule, *, by_cookie: bool) -> None:
    """Refuse what a page of another site sends: all of it that it could read, and all that changes something."""
    if visit.origin is not None:
        return
    same, changes = is_same_origin(visit.headers, visit.scope["scheme"]), visit.method not in _SAFE
    needs_proof = rule.access != "public" and changes and by_cookie
    if (same is False and (changes or "origin" in visit.headers)) or (needs_proof and not same):
        raise Fault(403, "bad_origin", "pages of that site may not do this", hint="ask the operator to list its origin")


def _refused(visit: _Visit, decision: Decision) -> Response:
    if decision == "sign in" and visit.method in {"GET", "HEAD"} and prefers_page(visit.headers):
        return RedirectResponse("/sign-in", status_code=303)
    if decision == "sign in":
        fault = Fault(401, "sign_in_first", "this is for people who are signed in", hint="sign in at /sign-in")
    else:
        fault = Fault(403, "forbidden", "this account may not do that", hint="ask an operator")
    return visit.told(fault)
