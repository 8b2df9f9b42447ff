"""Two hundred hostile texts in every field that an article, a quotation, a question or the model controls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import product
from types import SimpleNamespace
from urllib.parse import quote

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
    Quote,
    Searched,
    Span,
    Speaker,
    SpeakerRecord,
    Statement,
    StatementPiece,
    Status,
)
from onrecord.web.app import build_app
from onrecord.web.core import Exposure

RUN = "window.hacked=1"
EVIL = "http://evil.invalid/x"
BODIES = [
    f"<script>{RUN}</script>",
    f"<script src={EVIL}></script>",
    f"<img src=x onerror={RUN}>",
    f"<img src={EVIL}>",
    f"<svg onload={RUN}><image href={EVIL} /></svg>",
    f"<svg><script>{RUN}</script></svg>",
    f"<math><mtext><img src=x onerror={RUN}></mtext></math>",
    f"<iframe src={EVIL}></iframe>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f"<object data={EVIL}></object>",
    f"<embed src={EVIL}>",
    f"<video autoplay src={EVIL} onerror={RUN}></video>",
    f"<form action={EVIL}><input autofocus onfocus={RUN}></form>",
    f"<details open ontoggle={RUN}>x</details>",
    f"<style>@import '{EVIL}'; *{{background:url({EVIL})}}</style>",
    f"<link rel=stylesheet href={EVIL}>",
    f"<meta http-equiv=refresh content='0;url={EVIL}'>",
    f"<base href={EVIL}>",
    f"<a href=javascript:{RUN}>x</a>",
    f"<a href='data:text/html,<script>{RUN}</script>'>x</a>",
    f"[x](javascript:{RUN})",
    f"![x]({EVIL})",
    f"<x onclick={RUN} tabindex=0 autofocus onfocus={RUN}>y</x>",
    f"<body onload={RUN}>",
    f"${{{RUN}}} {{{{constructor.constructor('{RUN}')()}}}}",
]
WRAPS = ["{}", '">{}', "'>{}", "</mark></p></div>{}", "--><!--{}", "]]>{}", "<!--><p>{}", "&quot;>{}\u202e"]
PAYLOADS = [wrap.format(body) for wrap, body in product(WRAPS, BODIES)]
FOREIGN = "script, style, link, meta, base, img, svg, math, iframe, object, embed, video, audio, form, input, x, body"


def article_of(payload: str) -> Article:
    text = f"Before. {payload} After."
    return Article(
        payload,
        text,
        (),
        title=payload,
        url=f"javascript:{RUN}//{payload}",
        published="2026-03-12",
        authors=(payload, payload),
        outlet=payload,
        language="en",
        status=Status("corrected", payload, date(2026, 3, 13)),
    )


def cited(number: int, payload: str) -> Citation:
    article = article_of(payload)
    return Citation(number, article, 8, 8 + len(payload))


class Hostile:
    """A product all of whose fields hold payloads; a question names, by number, those that its answer holds."""

    def __init__(self) -> None:
        self.articles = {payload: article_of(payload) for payload in PAYLOADS}

    def ask(self, question: Question, **_: object) -> Iterator[AnswerEvent]:
        first = int(question.text.split()[0])
        payloads = PAYLOADS[first : first + 10]
        citations = tuple(cited(number, payload) for number, payload in enumerate(payloads, start=1))
        kinds = ("quoted", "reported", "extract", "generated")
        statements = tuple(
            Statement(payload, kinds[number % 4], (number,), payload)  # type: ignore[arg-type]
            for number, payload in enumerate(payloads, start=1)
        )
        hits = tuple(Hit(Passage(one.article, 0, len(one.article.text)), 1.0) for one in citations)
        yield Searched(question.text, hits, understood=payloads[0])
        if "refuse" in question.text:
            nearest = tuple(one.article for one in citations)
            yield Answer(question.text, (), (), True, "extractive", payloads[1], nearest)
            return
        for statement, citation in zip(statements, citations, strict=True):
            yield StatementPiece(statement, (citation,))
        yield Answer(question.text, statements, citations, False, "model", payloads[1])

    def quotes(self, *, article: str | None = None, speaker: str | None = None, **_: object) -> Iterator[Quote]:
        for name, one in self.articles.items():
            if name in (article, speaker):
                yield Quote(one, (Span(8, 8 + len(name)),), Speaker(name, (name,)), direct=len(name) % 2 == 0)

    def about(self, subject: str, **_: object) -> list[Quote]:
        return [quote for payload in PAYLOADS[:10] for quote in self.quotes(article=payload)]


@pytest.fixture(scope="module")
def address(serve: Callable[[Callable[[], Starlette]], str]) -> str:
    hostile = Hostile()
    core = fake_core(
        hostile.ask,
        article=hostile.articles.get,
        quotes=hostile.quotes,
        quotes_about=hostile.about,
        copies=lambda name: (hostile.articles[name],),
        speakers=lambda: [SpeakerRecord(payload, (payload,), 1, 1, 1) for payload in PAYLOADS],
    )
    return serve(lambda: build_app(core, examples=PAYLOADS[:3], exposure=Exposure(questions=10_000, reads=10_000)))


@pytest.fixture
def watched(browser: Browser, address: str) -> Iterator[SimpleNamespace]:
    """A page whose requests and dialogs are noted; at the end, nothing was executed and nobody else was asked."""
    context = browser.new_context()
    context.set_default_timeout(60_000)
    page = context.new_page()
    elsewhere: list[str] = []
    page.on("request", lambda one: elsewhere.append(one.url) if not one.url.startswith((address, "data:")) else None)
    page.on("dialog", lambda one: elsewhere.append("dialog"))
    yield SimpleNamespace(page=page, address=address)
    assert page.evaluate("window.hacked") is None
    context.close()
    assert elsewhere == []


def foreign(page: Page, within: str) -> int:
    return page.locator(within).locator(FOREIGN).count()


def test_there_are_two_hundred() -> None:
    assert len(set(PAYLOADS)) == 200


def test_the_articles_page(watched: SimpleNamespace) -> None:
    page = watched.page
    for payload in PAYLOADS:
        name = quote(payload, safe="")
        if name in {".", ".."}:
            continue
        page.goto(f"{watched.address}/article/{name}?start=8&end={8 + len(payload)}#passage")
        assert "".join(page.locator("mark").all_text_contents()) == payload
        assert page.locator("h1").inner_text().split() == payload.split()
        assert foreign(page, "main, header") == 0
        assert page.evaluate("window.hacked") is None
        assert page.evaluate("[...document.links].every((one) => one.protocol === 'http:')")


def test_the_speakers_pages(watched: SimpleNamespace) -> None:
    page = watched.page
    for payload in PAYLOADS:
        name = quote(payload, safe="")
        page.goto(f"{watched.address}/speaker/{name}?about={name[:400]}&since={name[:60]}")
        assert foreign(page, "main .onr-head, main [role=alert], header") == 0
        page.goto(f"{watched.address}/speaker/{name}")
        assert payload.split()[0] in page.locator(".onr-entry blockquote").inner_text()
        assert foreign(page, "main > :not(form), header") == 0
        assert page.evaluate("window.hacked") is None
    page.goto(f"{watched.address}/speakers?name={quote(PAYLOADS[30], safe='')}")
    assert foreign(page, "main > :not(form), header") == 0


def test_the_chat(watched: SimpleNamespace) -> None:
    page = watched.page
    page.goto(watched.address)
    page.locator(".onr-masthead").wait_for()
    box = page.locator("#onr-box textarea")
    for number, first in enumerate(range(0, 200, 10), start=1):
        asked = f"{first} {'refuse' if number == 20 else ''} " + " ".join(PAYLOADS[first : first + 10])
        # Gradio takes no new question for a moment after it has shown the end of the last answer.
        page.wait_for_timeout(700)
        box.fill(asked[:500])
        box.press("Enter")
        expect(page.locator(".onr-foot")).to_have_count(number, timeout=60_000)
        expect(page.locator("#onr-ask")).to_be_visible(timeout=60_000)
    for part in ("#onr-chat .message-content", "#onr-panel", "#onr-header .md"):
        assert foreign(page, part) == 0
    page.locator("#onr-chat .onr-chip").nth(3).click()
    expect(page.locator("#onr-article mark").first).to_be_visible()
    assert foreign(page, "#onr-article .onr-body") == 0
    links = page.evaluate("Array.from(document.querySelectorAll('#onr-chat a, #onr-panel a'), (one) => one.protocol)")
    assert set(links) == {"http:"}


def test_a_link_that_asks(watched: SimpleNamespace) -> None:
    page = watched.page
    for payload in PAYLOADS[::40]:
        given = quote(payload, safe="")
        page.goto(f"{watched.address}/?q=0%20{given}&speaker={given}&generation={given}&lang={given}")
        page.locator(".onr-changed").wait_for()
        assert foreign(page, "#onr-chat .message-content") == 0
        assert foreign(page, "#onr-panel") == 0
