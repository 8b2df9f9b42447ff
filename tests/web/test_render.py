"""What the chat shows: golden files, and hostile text that stays text."""

from __future__ import annotations

import os
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from onrecord.types import (
    Answer,
    AnswerSpan,
    Article,
    Block,
    Citation,
    Hit,
    Passage,
    Searched,
    Statement,
    StatementPiece,
    Status,
)
from onrecord.web import render
from onrecord.web.render import Exchange

GOLDEN = Path(__file__).parent.parent / "golden"
TEXT = (
    "A plant in Chongqing. /Photo\n\n"
    "Cars have been made here for decades. “It is the largest base,” said Pu. The rest follows.\n\n"
    "He teaches economics."
)
SAID = "“It is the largest base,” said Pu."
CITY = Article(
    "city",
    TEXT,
    (Block("caption", 0, 28), Block("body", 30, 120), Block("body", 122, 143)),
    title="A city of cars",
    outlet="CGTN",
)
TRADE = Article(
    "trade",
    "Exports rose by 12 percent.",
    (Block("body", 0, 27),),
    title="Exports rise",
    url="https://news.example/a?b=1&c=2",
    published="2026-03-12T08:00:00+00:00",
    outlet="The Example",
    status=Status("corrected", "It said 11 percent.", date(2026, 3, 13)),
)
FIRST = Citation(1, CITY, TEXT.index(SAID), TEXT.index(SAID) + len(SAID))
SECOND = Citation(2, TRADE, 0, 27)
QUOTED = Statement(SAID, "quoted", (1,), "Pu Yongjian")
REPORTED = Statement("Cars have been made here for decades.", "reported", (1,), "Pu Yongjian")
GENERATED = Statement("Exports grew.", "generated", (2, 1))
HITS = (Hit(Passage(CITY, 30, 120), 2.0), Hit(Passage(CITY, 122, 143), 1.0), Hit(Passage(TRADE, 0, 27), 0.5))
ASKED = Exchange(3, "What about <cars>?")
SEARCHED = ASKED.after(Searched("q", HITS))
STREAMING = SEARCHED.after(StatementPiece(QUOTED, (FIRST,)))
ANSWERED = STREAMING.after(
    Answer(
        "What about <cars>?",
        (QUOTED, REPORTED, GENERATED),
        (FIRST, SECOND),
        refused=False,
        mode="model",
        generation="g",
        answer_span=AnswerSpan(2, "12 percent", 16, 26),
    )
)
REFUSED = SEARCHED.after(Answer("q", (), (), refused=True, mode="extractive", generation="g", nearest=(CITY, TRADE)))
FAILED = Exchange(3, "q", ended="The model is busy; ask again.")
ABOUT = "2 articles from CGTN and The Example."


def answer(exchange: Exchange) -> str:
    return "\n".join(render.answer_parts(exchange, about=ABOUT))


@pytest.mark.parametrize(
    ("name", "markup"),
    [
        ("asked", answer(ASKED) + "\n" + render.question(ASKED)),
        ("searched", answer(SEARCHED) + "\n" + render.sources([SEARCHED])),
        ("streaming", answer(STREAMING) + "\n" + render.sources([STREAMING])),
        ("answered", answer(ANSWERED) + "\n" + render.sources([ANSWERED])),
        ("refused", answer(REFUSED) + "\n" + render.sources([REFUSED])),
        ("failed", answer(FAILED) + "\n" + render.sources([FAILED])),
        ("earlier", render.sources([ANSWERED, Exchange(4, "And then?")])),
        ("empty", render.header(ABOUT) + "\n" + render.sources([]) + "\n" + render.notice("Too long.")),
    ],
)
def test_golden(name: str, markup: str) -> None:
    """Set ONRECORD_GOLDEN=write to accept what is shown now."""
    golden = GOLDEN / f"render-{name}.html"
    shown = markup.replace("><", ">\n<") + "\n"
    if os.environ.get("ONRECORD_GOLDEN") == "write":
        golden.write_text(shown, encoding="utf-8")
    assert shown == golden.read_text(encoding="utf-8")


def test_a_follow_up_is_shown_as_it_was_understood_above_its_answer() -> None:
    exchange = ASKED.after(Searched("And <b>?", HITS, "What does Pu say about <b>?"))
    first, *_ = render.answer_parts(exchange, about=ABOUT)
    assert '<p class="onr-understood" dir="auto">Understood as: What does Pu say about &lt;b&gt;?</p>' in first
    assert 'id="onr-turn-3"' in first
    assert "Understood" not in answer(SEARCHED)


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=http://evil.invalid/x.png onerror=alert(1)>",
    "![m](http://evil.invalid/m.png)",
    "[link](javascript:alert(1)) <http://evil.invalid/auto> http://evil.invalid/bare",
    "*a* _b_ **c** `d` ~~e~~\n# heading\n\n- item\n\n| a | b |\n|---|---|\n| 1 | 2 |",
    "$math$ $$x^2$$ \\(y\\)",
    "a\n\n<iframe src=//evil.invalid></iframe>\n\n```mermaid\ngraph\n```",
    '" onmouseover="alert(1)" x="',
    "</p></div></blockquote><form action=http://evil.invalid><button>go</button></form>",
    "&lt;script&gt; &#60;b&#62; &amp;",
    "<svg><image href=http://evil.invalid/></svg><math><mtext></mtext></math><style>@import 'x'</style>",
    "${alert(1)} {{constructor}} %s {0}",
    "\u202eevil\u202c \u0000 \ud800 \u2028 end",
]
ALLOWED = {
    "a",
    "blockquote",
    "br",
    "button",
    "details",
    "div",
    "figcaption",
    "figure",
    "h2",
    "h3",
    "li",
    "mark",
}
ALLOWED |= {"ol", "p", "span", "strong", "summary", "time", "ul"}
ATTRIBUTES = {
    "class",
    "datetime",
    "dir",
    "hidden",
    "href",
    "id",
    "rel",
    "role",
    "tabindex",
    "target",
    "title",
    "type",
}


class Elements(HTMLParser):
    """The elements and attributes of some markup, and its text as a reader sees it."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.text += "\n" if tag == "br" else ""

    def handle_data(self, data: str) -> None:
        self.text += data


def everywhere(text: str, url: str | None = None) -> list[str]:
    """All that is rendered when ``text`` stands in every field."""
    article = Article("x", f"A. {text}. B.", (), title=text, url=url, outlet=text, status=Status("corrected", text))
    cited = Citation(1, article, 3, 3 + len(text))
    stated = Statement(text, "quoted", (1,), text)
    made = Answer(text, (stated,), (cited,), refused=False, mode="model", generation="g")
    refused = Answer(text, (), (), refused=True, mode="model", generation="g", nearest=(article,))
    first = Exchange(1, text).after(Searched(text, (Hit(Passage(article, 0, len(article.text)), 1.0),)))
    shown = [first, first.after(made), first.after(refused), Exchange(2, text, ended=text)]
    parts = [part for each in shown for part in render.answer_parts(each, about=text)]
    panels = [render.sources(shown), render.sources(shown[:1]), render.sources(shown[:2])]
    return [*parts, *panels, render.header(text), render.notice(text), render.question(shown[0])]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    for markup in everywhere(text):
        for tag, attributes in Elements(markup).elements:
            assert tag in ALLOWED
            assert attributes.keys() <= ATTRIBUTES
            assert (attributes.get("href") or "#").startswith("#")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_it_is(text: str) -> None:
    seen = Elements(render.question(Exchange(1, text))).text
    expected = text.replace("\ud800", "?").replace("\x00", "\ufffd")
    assert " ".join(seen.split()) == " ".join(expected.split())


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_is_one_block_of_markdown(text: str) -> None:
    """Markdown copies a block that begins with such an element up to the first empty line."""
    for markup in everywhere(text):
        assert re.match(r"<(div|figure)\b", markup)
        assert "\n" not in markup
        assert "\r" not in markup


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.invalid/x",
        "ftp://evil.invalid",
        "https://user@evil.invalid/",
        "https://news.example@evil.invalid/",
        "https://a b",
        "https:\\\\evil.invalid",
        "java\nscript:alert(1)",
        "https://",
        "http://[",
    ],
)
def test_only_plain_web_addresses_become_links(url: str) -> None:
    hrefs = [
        attributes["href"]
        for markup in everywhere("x", url)
        for tag, attributes in Elements(markup).elements
        if tag == "a"
    ]
    assert hrefs
    assert all((href or "").startswith("#onr-") for href in hrefs)


def test_link_of_a_cited_article() -> None:
    links = [attrs for tag, attrs in Elements(render.sources([ANSWERED])).elements if "target" in attrs]
    assert [link["href"] for link in links] == [TRADE.url]
    assert links[0]["rel"] == "noopener noreferrer"


def test_articles_that_are_not_cited_are_not_linked() -> None:
    for exchange in (SEARCHED, REFUSED):
        shown = answer(exchange) + render.sources([exchange])
        assert "<a " not in shown


def test_every_chip_points_at_a_card_of_its_own_turn() -> None:
    later = Exchange(4, "q").after(StatementPiece(GENERATED, (FIRST, SECOND)))
    panel = render.sources([ANSWERED, later])
    ids = re.findall(r' id="([^"]+)"', panel)
    assert len(ids) == len(set(ids))
    for exchange in (ANSWERED, later):
        targets = re.findall(r'href="#([^"]+)"', answer(exchange))
        assert targets
        assert set(targets) <= set(ids)
        assert all(target.startswith(f"onr-{exchange.number}-") for target in targets)


def test_parts_that_are_shown_do_not_change() -> None:
    before = render.answer_parts(STREAMING, about=ABOUT)
    after = render.answer_parts(ANSWERED, about=ABOUT)
    assert before[:-1] == after[: len(before) - 1]


def test_citation_is_marked_inside_its_paragraph_only() -> None:
    card = render.sources([ANSWERED])
    assert f"Cars have been made here for decades. <mark>{SAID}</mark> The rest follows." in card
    context = re.search(r"<blockquote.*?</blockquote>", card)
    assert context
    assert "Photo" not in context.group()
    assert "economics" not in context.group()


def test_long_paragraphs_are_cut_around_the_citation() -> None:
    article = Article("l", "word " * 300 + "Here it is." + " word" * 300, ())
    start = article.text.index("Here")
    stated = StatementPiece(Statement("Here it is.", "extract", (1,)), (Citation(1, article, start, start + 11),))
    panel = render.sources([Exchange(1, "q").after(stated)])
    assert "… word" in panel
    assert "word …" in panel
    assert len(panel) < 1500


def test_copy_names_the_sources() -> None:
    made = ANSWERED.answer
    assert made
    copied = render.copy_text(made)
    assert f"{SAID} [1] (Pu Yongjian, quoted)" in copied
    assert "[1] A city of cars, CGTN, date unknown" in copied
    assert "[2] Exports rise, The Example, 12 March 2026, https://news.example/a?b=1&c=2" in copied


def test_history_has_no_markers() -> None:
    assert ANSWERED.answer
    assert "[" not in render.plain_text(ANSWERED.answer)
    assert render.plain_text(ANSWERED.answer).startswith(SAID)
