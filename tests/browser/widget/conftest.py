"""A news site of its own origin, the server that it embeds the widget from, and a browser that notes what happens."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page
from starlette.applications import Starlette
from tests.browser.scripted import Newsroom
from tests.fakes import fake_core

from onrecord.web.app import build_app
from onrecord.web.core import Exposure, State

# Before any script of the page: what is written to storage, and what the page's policy forbids.
NOTING = """
window.noted = {stored: [], forbidden: []};
for (const name of ["setItem", "removeItem", "clear"]) {
  const real = Storage.prototype[name];
  Storage.prototype[name] = function (...given) { noted.stored.push([name, ...given].join(" ")); return real.apply(this, given); };
}
const open = IDBFactory.prototype.open;
IDBFactory.prototype.open = function (...given) { noted.stored.push("indexedDB"); return open.apply(this, given); };
const cookie = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
Object.defineProperty(Document.prototype, "cookie", {...cookie, set(value) { noted.stored.push("cookie"); cookie.set.call(this, value); }});
document.addEventListener("securitypolicyviolation", (event) => noted.forbidden.push(event.violatedDirective + " " + event.blockedURI));
"""
STORY = "The city has been building cars for forty years."


class Host:
    """A web server that gives back what was put into it."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, dict[str, str]]] = {"/favicon.ico": ("", {})}
        pages = self.pages

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body, headers = pages.get(self.path.partition("?")[0], ("", {}))
                self.send_response(200 if self.path.partition("?")[0] in pages else 404)
                for name, value in {"content-type": "text/html; charset=utf-8", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def put(self, path: str, body: str, **headers: str) -> str:
        """Serve a page and give its address."""
        self.pages[path] = (body, {name.replace("_", "-"): value for name, value in headers.items()})
        return self.address + path

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="session")
def host() -> Iterator[Host]:
    host = Host()
    yield host
    host.close()


@pytest.fixture(scope="session")
def site(serve: Callable[[Callable[[], Starlette]], str], host: Host) -> SimpleNamespace:
    """The server on the scripted newsroom; it lists the host's origin."""
    newsroom = Newsroom()
    given: list[Any] = []
    articles = {one.id: one for one in (newsroom.article, newsroom.other)}

    def build() -> Starlette:
        core = fake_core(
            newsroom.ask,
            article=articles.get,
            feedback=given.append,
            state=lambda: State(2, "2026-03-12", "gen-1", "none"),
        )
        exposure = Exposure(questions=10_000, site_questions=10_000, reads=10_000, origins=frozenset({host.address}))
        return build_app(core, examples=["What did Pu say about Chongqing?"], about="2 articles.", exposure=exposure)

    return SimpleNamespace(address=serve(build), newsroom=newsroom, feedback=given)


def story(server: str, tags: str = "<onrecord-chat></onrecord-chat>", *, head: str = "", body: str = "") -> str:
    """A page of the news site with the widget's script and ``tags``."""
    script = f'<script type="module" src="{server}/widget/1/onrecord.js" crossorigin></script>'
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A story</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">{head}{script}</head>'
        f"<body><main><h1>How a mountain city became a maker of cars</h1><p>{STORY}</p>{body}</main>{tags}</body></html>"
    )


@dataclass
class Visit:
    """A page that was opened, and what was noted since."""

    page: Page
    expected: int = 0
    """How many complaints of the console there may be."""
    requests: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def chat(self) -> Locator:
        return self.page.locator("onrecord-chat")

    def open(self) -> None:
        self.chat.locator(".launcher").click()
        self.chat.locator(".panel").wait_for()

    def ask(self, question: str) -> None:
        box = self.chat.locator("#question")
        box.fill(question)
        box.press("Enter")

    def noted(self, kind: str) -> list[str]:
        found: list[str] = self.page.evaluate(f"noted.{kind}")
        return found


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Open addresses; at the end no script complained and no policy was violated."""
    contexts: list[BrowserContext] = []
    visits: list[Visit] = []

    def start(address: str, *, before: str = "", expected: int = 0, **given: Any) -> Visit:
        """Open ``address``; ``before`` runs ahead of the page's scripts."""
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 860}, **given})
        contexts.append(context)
        page = context.new_page()
        made = Visit(page, expected)
        page.add_init_script(NOTING + before)
        page.on("console", lambda said: made.problems.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: made.problems.append(str(error)))
        page.on("request", lambda asked: made.requests.append(asked.url))
        page.goto(address)
        visits.append(made)
        return made

    yield start
    problems = [list(each.problems) for each in visits if len(each.problems) > each.expected]
    forbidden = [each.noted("forbidden") for each in visits if not each.page.is_closed()]
    for context in contexts:
        context.close()
    assert problems == []
    assert [one for one in forbidden if one] == []


Reply = tuple[int, dict[str, str], Iterable[bytes | None]]
"""Status, headers and pieces of a body; None drops the connection there."""


class Scripted:
    """An API of the test's own: ``reply`` is given method, path and the JSON of a body; ``posts`` keeps the questions."""

    def __init__(self, reply: Callable[[str, str, Any], Reply]) -> None:
        self.posts: list[Any] = []
        posts = self.posts

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                given = json.loads(self.rfile.read(length)) if length else None
                if self.path.endswith("/ask") and self.command == "POST":
                    posts.append(given)
                cors = {"access-control-allow-origin": "*", "access-control-allow-headers": "content-type, accept"}
                cors["access-control-expose-headers"] = "Retry-After"
                status, headers, pieces = (
                    (204, {}, ()) if self.command == "OPTIONS" else reply(self.command, self.path, given)
                )
                self.send_response(status)
                for name, value in {**cors, **headers, "connection": "close"}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.close_connection = True
                for piece in pieces:
                    if piece is None:  # a reset, not an end; it takes with it what was not read yet
                        time.sleep(0.3)
                        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        self.connection.close()
                        return
                    self.wfile.write(piece)
                    self.wfile.flush()

            do_POST = do_OPTIONS = do_GET  # noqa: N815 - the names are http.server's

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # readers leave
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def as_json(value: Any, status: int = 200, **headers: str) -> Reply:
    named = {name.replace("_", "-"): each for name, each in headers.items()}
    return status, {"content-type": "application/json", **named}, [json.dumps(value).encode()]


def as_events(*events: Any, end: Iterable[bytes | None] = ()) -> Reply:
    frames = [f"event: {one['event']}\ndata: {json.dumps(one)}\n\n".encode() for one in events]
    return 200, {"content-type": "text/event-stream"}, [*frames, *end]
