"""No answer and no article makes a reader's browser ask anybody but us for anything."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.applications import Starlette
from tests.fakes import fake_core

from onrecord.types import (
    Answer,
    AnswerEvent,
    Article,
    Citation,
    Hit,
    Passage,
    Question,
    Searched,
    Statement,
    StatementPiece,
)
from onrecord.web.app import build_app
from onrecord.web.core import Exposure

CHANNELS = {
    "markdown image": "![a]({sink})",
    "markdown reference image": "![a][r]\n\n[r]: {sink}",
    "markdown link": "[a]({sink})",
    "autolink": "<{sink}>",
    "bare address": "{sink}",
    "address without scheme": "//{host}/x",
    "user name in the address": "[a](http://user@{host}/x)",
    "img": "<img src='{sink}'>",
    "img srcset": "<img srcset='{sink} 1x, {sink} 2x'>",
    "picture": "<picture><source srcset='{sink}'><img></picture>",
    "svg image": "<svg><image href='{sink}' /><use href='{sink}#a' /></svg>",
    "svg foreign object": "<svg><foreignObject><img src='{sink}'></foreignObject></svg>",
    "video poster": "<video poster='{sink}' src='{sink}' autoplay></video>",
    "audio": "<audio src='{sink}' autoplay></audio>",
    "track": "<video><source src='{sink}'><track src='{sink}' default></video>",
    "input": "<input type=image src='{sink}'>",
    "style attribute": "<p style=\"background:url('{sink}')\">a</p>",
    "style element": "<style>body {{ background: url('{sink}') }} @import '{sink}';</style>",
    "font": "<style>@font-face {{ font-family: x; src: url('{sink}') }} * {{ font-family: x }}</style>",
    "stylesheet": "<link rel=stylesheet href='{sink}'>",
    "prefetch": "<link rel=prefetch href='{sink}'><link rel=preload as=image href='{sink}'><link rel=icon href='{sink}'>",
    "iframe": "<iframe src='{sink}'></iframe><iframe srcdoc=\"<img src='{sink}'>\"></iframe>",
    "object": "<object data='{sink}'></object><embed src='{sink}'>",
    "refresh": "<meta http-equiv=refresh content='0; url={sink}'>",
    "base": "<base href='http://{host}/'><img src='x'>",
    "script": "<script src='{sink}'></script><script>fetch('{sink}')</script>",
    "event handler": "<img src=x onerror=\"fetch('{sink}')\"><details open ontoggle=\"fetch('{sink}')\">a</details>",
    "form": "<form action='{sink}' method=get><input autofocus onfocus='this.form.submit()'></form>",
    "table background": "<table background='{sink}'><tr><td background='{sink}'>a</td></tr></table>",
    "formula": "$$\\href{{{sink}}}{{a}} \\includegraphics{{{sink}}}$$",
}


class Sink:
    """A server on another origin that notes whoever asks it for anything."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_response(204)
                self.end_headers()

            do_POST = do_HEAD = do_OPTIONS = do_GET  # noqa: N815 - the names are http.server's

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def payload(self, name: str) -> str:
        return CHANNELS[name].format(sink=f"http://{self.host}/{name.replace(' ', '-')}", host=self.host)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    sink = Sink()
    yield sink
    sink.close()


@pytest.fixture(scope="module")
def site(serve: Callable[[Callable[[], Starlette]], str], sink: Sink) -> SimpleNamespace:
    def ask(question: Question, **_: object) -> Iterator[AnswerEvent]:
        hostile = sink.payload(question.text)
        text = f"Before. {hostile} After."
        article = Article(
            "a", text, (), title=hostile, outlet=hostile, authors=(hostile,), url=f"http://user@{sink.host}/article"
        )
        cited = Citation(1, article, 0, len(text))
        said = [Statement(text, "extract", (1,)), Statement(hostile, "quoted", (1,), hostile)]
        yield Searched(question.text, (Hit(Passage(article, 0, len(text)), 1.0),))
        for statement in said:
            yield StatementPiece(statement, (cited,))
        yield Answer(question.text, tuple(said), (cited,), False, "model", "gen-1", nearest=(article,))

    exposure = Exposure(questions=10_000, reads=10_000)
    return SimpleNamespace(
        address=serve(lambda: build_app(fake_core(ask), examples=[], about="1 article.", exposure=exposure))
    )


def test_the_sink_hears_what_is_not_held_back(browser: Browser, sink: Sink) -> None:
    """Without our rendering and our policy most channels do fire, so that silence means something."""
    context = browser.new_context()
    page = context.new_page()
    for name in CHANNELS:
        page.set_content(f"<p>{sink.payload(name)}</p>", wait_until="load")
        page.wait_for_timeout(50)
    context.close()
    heard = {path.split("?")[0] for path in sink.asked}
    sink.asked.clear()
    assert len(heard) >= 15


def test_nothing_asks_the_sink_for_anything(open_page: Callable[..., Page], site: SimpleNamespace, sink: Sink) -> None:
    assert len(CHANNELS) >= 25
    page = open_page(site.address)
    for number, name in enumerate(CHANNELS, start=1):
        box = page.get_by_label("Your question")
        box.fill(name)
        box.press("Enter")
        expect(page.locator(".onr-mode")).to_have_count(min(number, 20), timeout=60_000)
        expect(page.locator("#onr-ask")).to_be_visible(timeout=60_000)
    page.locator(".onr-chip").first.hover()
    page.wait_for_timeout(500)
    assert sink.asked == []
    links = page.evaluate(
        "Array.from(document.querySelectorAll('#onr-chat a, #onr-panel a'), (each) => each.getAttribute('href'))"
    )
    assert links
    assert all(link.startswith(("#onr-", "/article/", "/speaker/", "/?q=")) for link in links)
    foreign = "img, picture, video, audio, iframe, object, embed, form, link, meta, base, style, script, input"
    for part in ("#onr-chat .message-wrap, #onr-chat [data-testid=bot]", "#onr-panel"):
        assert page.locator(part).locator(foreign).count() == 0
