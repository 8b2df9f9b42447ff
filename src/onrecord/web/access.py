"""Who may ask for what: one table of every path that is served, and one function that decides.

What is not in the table is not served, whatever FastAPI or Gradio would do with it.  Rules are matched against the
decoded path that the router sees (``scope["path"]``), never against an address that a Host header takes part in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from starlette.routing import Mount

from onrecord.types import Account

__all__ = [
    "READER_PAGES",
    "STAFF_PAGES",
    "TABLE",
    "Access",
    "Decision",
    "Known",
    "Rule",
    "decide",
    "known_path",
    "unclassified",
]

Access = Literal["public", "staff", "operator"]
Decision = Literal["allowed", "sign in", "forbidden"]
Budget = Literal["ask", "read", "sign in"]

BODY_BYTES = 16 * 2**10
STAFF_BODY_BYTES = 2 * 2**20
DRAFT_BODY_BYTES, DRAFT_SECONDS = 5 * 2**20 + 64 * 2**10, 120.0
"""A draft of 5 MiB and the form around it, also over a slow line."""
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Rule:
    """A path with its methods: who may use it and what one use costs.

    ``shared``: pages of the origins in the settings may use it.  ``stream``: what it holds open, of which a peer may
    have only so many.  ``budget`` None: it costs nothing.
    """

    name: str
    methods: frozenset[str]
    path: re.Pattern[str]
    access: Access = "public"
    budget: Budget | None = "read"
    shared: bool = False
    stream: Literal["answer", "page"] | None = None
    body_bytes: int = BODY_BYTES
    media: str | None = "application/json"
    """What a body must be; None: anything."""
    body_seconds: float | None = None
    """How long a body may take to arrive; None: as long as any."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the table says of a path: the rule for the method that was used, if there is one, and the methods."""

    rule: Rule | None
    methods: frozenset[str]


def _rule(
    name: str,
    methods: str,
    path: str,
    access: Access = "public",
    *,
    budget: Budget | None = "read",
    shared: bool = False,
    stream: Literal["answer", "page"] | None = None,
    body_bytes: int = BODY_BYTES,
    media: str | None = "application/json",
    body_seconds: float | None = None,
) -> Rule:
    allowed = frozenset(methods.split())
    return Rule(name, allowed, re.compile(path), access, budget, shared, stream, body_bytes, media, body_seconds)


def _api(name: str, methods: str, path: str, budget: Budget = "read", stream: Literal["answer"] | None = None) -> Rule:
    return _rule(name, methods, "/api/v1" + path, budget=budget, shared=True, stream=stream)


TABLE: tuple[Rule, ...] = (
    _api("ask", "POST", "/ask", "ask", "answer"),
    _api("check", "POST", "/check"),
    _api("search", "GET", "/search"),
    _api("passage", "GET", "/articles/.+/passage"),
    _api("article", "GET", "/articles/.+"),
    _api("speakers", "GET", "/speakers"),
    _api("speaker_quotes", "GET", "/speakers/.+/quotes"),
    _api("feedback", "POST", "/feedback"),
    _api("status", "GET", "/status"),
    _api("openapi", "GET HEAD", r"/openapi\.json"),
    _rule("livez", "GET HEAD", "/livez", budget=None),
    _rule("readyz", "GET HEAD", "/readyz", budget=None),
    _rule("metrics", "GET", "/metrics", "operator", budget=None),
    _rule("sign_in_page", "GET HEAD", "/sign-in"),
    _rule("sign_in", "POST", "/sign-in", budget="sign in", media=FORM),
    _rule("sign_out", "POST", "/sign-out", "staff", media=None),
    _rule("desk_files", "GET HEAD", r"/desk\.(?:css|js)", budget=None),
    _rule(
        "staff_draft",
        "GET HEAD POST",
        "/staff/draft",
        "staff",
        body_bytes=DRAFT_BODY_BYTES,
        media=None,
        body_seconds=DRAFT_SECONDS,
    ),
    _rule(
        "staff", "GET HEAD POST PUT PATCH DELETE", "/staff(?:/.*)?", "staff", body_bytes=STAFF_BODY_BYTES, media=None
    ),
    # The widget: scripts are fetched across origins, so only pages of listed origins may have them.
    _rule("widget_file", "GET HEAD", r"/widget/[\w.]+/[\w.]+", budget=None, shared=True),
    _rule("widget_demo_file", "GET HEAD", r"/widget/demo\.(?:css|js)", budget=None),
    _rule("widget_demo", "GET HEAD", "/widget/demo"),
    _rule("widget_frame", "GET HEAD", "/widget/frame"),
    _rule("article_page", "GET HEAD", "/article/.+"),
    _rule("speaker_page", "GET HEAD", "/speaker/.+"),
    _rule("speakers_page", "GET HEAD", "/speakers"),
    # What the chat page itself asks Gradio for.  Uploads, files, monitoring, run history, login, the description of
    # the API and direct calls of handlers are not here, so that no later version of Gradio adds to what is served.
    _rule("chat", "GET HEAD", "/"),
    _rule("chat_files", "GET HEAD", r"/config/?|/theme\.css|/favicon\.ico|/manifest\.json|/robots\.txt", budget=None),
    _rule("chat_assets", "GET HEAD", "/(?:assets|static|svelte)/.+", budget=None),
    _rule("chat_ask", "POST", "/gradio_api/queue/join", budget="ask"),
    _rule("chat_answer", "GET", "/gradio_api/queue/data", stream="answer"),
    _rule("chat_call", "POST", "/gradio_api/(?:cancel|reset|run/predict)"),
    _rule("chat_open", "GET", r"/gradio_api/heartbeat/\w+", stream="page"),
    _rule("chat_start", "GET", "/gradio_api/(?:startup-events|app_id)"),
)

# Where a browser that asks for a page is told a fault as one: of the desk, or of readers in their own language.
STAFF_PAGES = frozenset({"sign_in_page", "sign_in", "sign_out", "staff", "staff_draft"})
READER_PAGES = frozenset({"chat", "article_page", "speaker_page", "speakers_page", "widget_demo"})
# The prefixes of mounted applications of which only what the table lists is served; the rest answers 404.
CLOSED_UNLESS_LISTED = frozenset({""})


def known_path(method: str, path: str) -> Known:
    """Look a decoded path up."""
    rules = [rule for rule in TABLE if rule.path.fullmatch(path)]
    rule = next((rule for rule in rules if method in rule.methods), None)
    return Known(rule, frozenset().union(*(rule.methods for rule in rules)))


def decide(rule: Rule, account: Account | None) -> Decision:
    """Whether somebody may use what the rule is for; there is no other place that decides it."""
    if rule.access == "public":
        return "allowed"
    if account is None:
        return "sign in"
    allowed = account.role == "operator" or rule.access == "staff"
    return "allowed" if allowed else "forbidden"


def unclassified(routes: Sequence[Any], prefix: str = "") -> Iterator[str]:
    """Name the routes, mounted ones included, that no rule is about; a server must not start with any."""
    for route in routes:
        if included := getattr(route, "effective_candidates", None):  # a router of FastAPI's inside another
            yield from unclassified(included(), prefix)
            continue
        path = prefix + str(getattr(route, "path", "/?"))
        if isinstance(route, Mount):
            yield from _unclassified_mount(route, path)
            continue
        for method in sorted(getattr(route, "methods", None) or {"GET"}):
            if known_path(method, _sample(path)).rule is None:
                yield f"{method} {path}"


def _unclassified_mount(mount: Mount, path: str) -> Iterator[str]:
    if path in CLOSED_UNLESS_LISTED:
        return
    if mount.routes:
        yield from unclassified(mount.routes, path)
    elif known_path("GET", f"{path}/any").rule is None:
        yield f"MOUNT {path}"


def _sample(path: str) -> str:
    return re.sub(r"\{\w+(?::\w+)?\}", "x", path)
