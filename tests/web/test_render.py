"""What the chat shows: golden files, and hostile text that stays text."""

from __future__ import annotations

import os
import re
from dataclasses import fields, replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from onrecord.types import (
    Answer,
    AnswerSpan,
    Article,
    Block,
    Citation,
    Filters,
    Hit,
    Passage,
    Quote,
    Searched,
    Span,
    Speaker,
    SpeakerRecord,
    Statement,
    StatementPiece,
    Status,
)
from onrecord.web import render
from onrecord.web.article_page import ArticleView, article_main, notice_main, withdrawn_main
from onrecord.web.core import State
from onrecord.web.exchange import Asked, Exchange
from onrecord.web.export import as_json, as_markdown, as_text, permalink
from onrecord.web.frame import framed
from onrecord.web.panel import sources
from onrecord.web.speaker_page import SaidView, by_date, said_main, speakers_main
from onrecord.web.words import CHINESE, ENGLISH, Words, words_for

GOLDEN = Path(__file__).parent / "golden"
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
ASKED = Exchange(3, Asked("What about <cars>?"))
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
ABOUT = "2 articles from CGTN and The Example."
PU = Speaker("Pu Yongjian", ("Pu",))
BASE = Quote(CITY, (Span(TEXT.index("It is"), TEXT.index(",”")),), PU, cue="said")
TEACHES = Quote(CITY, (Span(TEXT.index("teaches"), len(TEXT) - 1),), PU, direct=False)
OTHERS = Quote(TRADE, (Span(0, 7), Span(13, 26)), PU)
REFUSED = replace(
    SEARCHED.after(Answer("q", (), (), refused=True, mode="extractive", generation="g", nearest=(CITY, TRADE))),
    searched_in=ABOUT,
    quoted=(BASE, TEACHES),
)
FAILED = Exchange(3, Asked("q"), ended="The model is busy; ask again.")
NARROWED = replace(
    ANSWERED, asked=Asked("And cars?", Filters("Pu", date(2026, 3, 1), None), own_words=True, generation="g-old")
)
STATE = State(2, "2026-03-12", "g", "none", 0, "2026-03-01", 4)
TODAY = date(2026, 3, 20)


def answer(exchange: Exchange, words: Words = ENGLISH) -> str:
    return "\n".join(render.answer_parts(exchange, words))


def article(words: Words) -> str:
    copy = replace(TRADE, id="copy/1?x=2", outlet="Second Paper")
    whole = ArticleView(CITY, Span(FIRST.start, FIRST.end), (BASE, TEACHES))
    corrected = ArticleView(TRADE, Span(0, 27), (OTHERS,), (copy,))
    return article_main(whole, words) + "\n" + article_main(corrected, words)


def said(words: Words) -> str:
    quotes = tuple(by_date([BASE, TEACHES, OTHERS]))
    view = SaidView("Pu Yongjian", quotes, 3, ("Pu",), "cars", date(2026, 1, 1), older="/speaker/Pu?offset=100")
    return said_main(view, words) + "\n" + said_main(SaidView("Pu", about="x"), words)


def notices(words: Words) -> str:
    gone = replace(CITY, status=Status("withdrawn", "The source took it back.", date(2026, 3, 13)))
    shown = [withdrawn_main(gone, words), notice_main(words.no_article, [words.no_article_hint], ("/", "Ask"))]
    people = [SpeakerRecord("Pu Yongjian", (), 2, 1, 1), SpeakerRecord("Li <b>", (), 0, 1, 1)]
    shown += [speakers_main(people, words, total=2), speakers_main([], words, total=2, sought="<x>")]
    return "\n".join(shown)


@pytest.mark.parametrize(
    ("name", "markup"),
    [
        ("asked", answer(ASKED) + "\n" + render.question(ASKED, ENGLISH)),
        ("searched", answer(SEARCHED) + "\n" + sources([SEARCHED], ENGLISH)),
        ("streaming", answer(STREAMING) + "\n" + sources([STREAMING], ENGLISH)),
        ("answered", answer(ANSWERED) + "\n" + sources([ANSWERED], ENGLISH)),
        ("refused", answer(REFUSED) + "\n" + sources([REFUSED], ENGLISH)),
        ("failed", answer(FAILED) + "\n" + sources([FAILED], ENGLISH)),
        ("narrowed", render.question(NARROWED, ENGLISH) + "\n" + answer(NARROWED)),
        ("earlier", sources([ANSWERED, Exchange(4, Asked("And then?"))], ENGLISH)),
        ("empty", render.welcome(ENGLISH) + "\n" + sources([], ENGLISH) + "\n" + render.notice("Too long.")),
        (
            "header",
            render.header(STATE, ENGLISH, today=TODAY)
            + "\n"
            + render.header(STATE, ENGLISH, today=TODAY, about=ABOUT, late_days=5),
        ),
        (
            "chinese",
            render.header(STATE, CHINESE, today=TODAY, late_days=5)
            + "\n"
            + answer(ANSWERED, CHINESE)
            + "\n"
            + answer(REFUSED, CHINESE)
            + "\n"
            + sources([ANSWERED], CHINESE),
        ),
        ("article", article(ENGLISH)),
        ("article-chinese", article(CHINESE)),
        ("said", said(ENGLISH)),
        ("said-chinese", said(CHINESE)),
        ("notices", notices(ENGLISH)),
        ("text", as_text(ANSWERED, ENGLISH)),
        ("markdown", as_markdown(ANSWERED, ENGLISH)),
        ("json", as_json(NARROWED, ENGLISH)),
    ],
)
def test_golden(name: str, markup: str) -> None:
    """Set ONRECORD_GOLDEN=write to accept what is shown now."""
    golden = GOLDEN / f"{name}.html"
    shown = markup.replace("><", ">\n<") + "\n"
    if os.environ.get("ONRECORD_GOLDEN") == "write":
        golden.write_text(shown, encoding="utf-8")
    assert shown == golden.read_text(encoding="utf-8")


def test_a_follow_up_is_shown_as_it_was_understood_above_its_answer() -> None:
    exchange = ASKED.after(Searched("And <b>?", HITS, "What does Pu say about <b>?"))
    first, *_ = render.answer_parts(exchange, ENGLISH)
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
ALLOWED = set(
    "a blockquote br button details div figcaption figure h1 h2 h3 li mark ol p span strong summary time ul".split()
)
ATTRIBUTES = set("class datetime dir hidden href id lang rel role tabindex target title type".split())
OWN = re.compile(r"#onr-|/article/|/speaker/|/speakers|/\?|\?|/$")


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
    article = Article(
        text, f"A. {text}. B.", (), title=text, url=url, outlet=text, authors=(text,), status=Status("corrected", text)
    )
    cited = Citation(1, article, 3, 3 + len(text))
    stated = Statement(text, "quoted", (1,), text)
    quote = Quote(article, (Span(3, 3 + len(text)),), Speaker(text, (text,)), direct=False)
    made = Answer(text, (stated,), (cited,), refused=False, mode="model", generation=text)
    refused = Answer(text, (), (), refused=True, mode="model", generation=text, nearest=(article,))
    asked = Asked(text, Filters(text), generation="then")
    first = Exchange(1, asked).after(Searched(text, (Hit(Passage(article, 0, len(article.text)), 1.0),), text))
    helped = replace(first.after(refused), searched_in=text, quoted=(quote,))
    shown = [first, first.after(made), helped, Exchange(2, asked, ended=text)]
    words = words_for("zh", None)
    parts = [part for each in shown for part in render.answer_parts(each, words)]
    panels = [sources(shown, words), sources(shown[:1], words), sources(shown[:2], ENGLISH)]
    return [
        *parts,
        *panels,
        render.header(STATE, words, today=TODAY, about=text),
        render.notice(text),
        render.question(shown[0], words),
        article_main(ArticleView(article, Span(3, 3 + len(text)), (quote, quote), (article,)), words),
        withdrawn_main(article, words),
        notice_main(text, [text], ("/", text)),
    ]


def pages(text: str) -> list[str]:
    """Our own pages with ``text`` wherever an address or an article puts it."""
    article = Article(text, f"A. {text}. B.", (), title=text, outlet=text, language=text)
    quotes = (Quote(article, (Span(3, 3 + len(text)),), Speaker(text)),)
    mains = [
        said_main(SaidView(text, quotes, 1, (text,), text, older=f"/speaker/{len(text)}"), ENGLISH),
        said_main(SaidView(text, notice=text), ENGLISH),
        speakers_main([SpeakerRecord(text, (text,), 1, 1, 1)], ENGLISH, total=1, sought=text),
        article_main(ArticleView(article, None, quotes), ENGLISH),
    ]
    return [framed(main, ENGLISH, title=text, other_address=f"?x={text}", kind="onr-said") for main in mains]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    for markup in everywhere(text):
        for tag, attributes in Elements(markup).elements:
            assert tag in ALLOWED
            assert attributes.keys() <= ATTRIBUTES
            assert OWN.match(attributes.get("href") or "?")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_on_our_own_pages(text: str) -> None:
    plain = [{tag for tag, _ in Elements(page).elements} for page in pages("plain")]
    for page, tags in zip(pages(text), plain, strict=True):
        shown = Elements(page).elements
        assert {tag for tag, _ in shown} <= tags | {"br"}
        assert not any(name.startswith("on") or name == "style" for _, attributes in shown for name in attributes)
        assert all(OWN.match(attributes.get("href") or "?") for _, attributes in shown)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_it_is(text: str) -> None:
    seen = Elements(render.question(Exchange(1, Asked(text)), ENGLISH)).text
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
    assert all(OWN.match(href or "") for href in hrefs)


def test_a_cited_article_links_to_its_page_here_and_to_the_passage_on_the_publisher_s() -> None:
    panel = Elements(sources([ANSWERED], ENGLISH)).elements
    links = [attributes for tag, attributes in panel if "target" in attributes]
    assert [link["href"] for link in links] == [f"{TRADE.url}#:~:text=Exports%20rose%20by%2012%20percent."]
    assert links[0]["rel"] == "noopener noreferrer"
    opened = [attributes["href"] for _, attributes in panel if attributes.get("class") == "onr-open"]
    assert f"/article/city?start={FIRST.start}&end={FIRST.end}#passage" in opened


def test_every_chip_leads_to_its_passage_and_to_a_card_of_its_own_turn() -> None:
    later = Exchange(4, Asked("q")).after(StatementPiece(GENERATED, (FIRST, SECOND)))
    panel = sources([ANSWERED, later], ENGLISH)
    ids = re.findall(r' id="([^"]+)"', panel)
    assert len(ids) == len(set(ids))
    for exchange in (ANSWERED, later):
        shown = answer(exchange)
        targets = re.findall(r"onr-to-([0-9]+-[0-9]+)", shown)
        assert targets
        assert {f"onr-{target}" for target in targets} <= set(ids)
        assert all(target.startswith(f"{exchange.number}-") for target in targets)
        assert f'href="/article/city?start={FIRST.start}&amp;end={FIRST.end}#passage"' in shown


def test_parts_that_are_shown_do_not_change() -> None:
    before = render.answer_parts(STREAMING, ENGLISH)
    after = render.answer_parts(ANSWERED, ENGLISH)
    assert before[:-1] == after[: len(before) - 1]


def test_citation_is_marked_inside_its_paragraph_only() -> None:
    card = sources([ANSWERED], ENGLISH)
    assert f"Cars have been made here for decades. <mark>{SAID}</mark> The rest follows." in card
    context = re.search(r"<blockquote.*?</blockquote>", card)
    assert context
    assert "Photo" not in context.group()
    assert "economics" not in context.group()


def test_long_paragraphs_are_cut_around_the_citation() -> None:
    article = Article("l", "word " * 300 + "Here it is." + " word" * 300, ())
    start = article.text.index("Here")
    stated = StatementPiece(Statement("Here it is.", "extract", (1,)), (Citation(1, article, start, start + 11),))
    panel = sources([Exchange(1, Asked("q")).after(stated)], ENGLISH)
    assert "… word" in panel
    assert "word …" in panel
    assert len(panel) < 1700


def test_copy_names_the_sources() -> None:
    copied = as_text(ANSWERED, ENGLISH)
    assert f"{SAID} [1] (Pu Yongjian, quoted)" in copied
    assert "[1] A city of cars, CGTN, date unknown" in copied
    assert "[2] Exports rise, The Example, 12 March 2026, https://news.example/a?b=1&c=2" in copied


def test_a_permalink_carries_question_generation_and_settings() -> None:
    named = "/?q=And+cars%3F&speaker=Pu&since=2026-03-01&words=own&generation=g"
    assert permalink(NARROWED, ENGLISH) == named
    understood = replace(NARROWED, understood="What of cars?")
    assert permalink(understood, words_for("zh", None)).startswith("/?q=What+of+cars%3F&")
    assert permalink(understood, words_for("zh", None)).endswith("&lang=zh")


def test_an_answer_says_that_the_articles_changed_since_the_link_was_made() -> None:
    assert "(g-old then, g now)" in answer(NARROWED)
    assert "onr-changed" not in answer(replace(NARROWED, asked=Asked("q", generation="g")))
    assert "onr-changed" not in answer(ANSWERED)


@pytest.mark.parametrize(
    "text", ["# a\n- b", "1. x", "- y", "[a](javascript:x)", "<img src=x>", "`a` *b* _c_ ~~d~~ | e"]
)
def test_markdown_holds_text_and_nothing_else(text: str) -> None:
    made = Answer(
        text,
        (Statement(text, "extract", (1,)),),
        (Citation(1, Article("a", text, ()), 0, len(text)),),
        False,
        "model",
        "g",
    )
    written = as_markdown(Exchange(1, Asked(text)).after(made), ENGLISH)
    html = MarkdownIt("commonmark").render(written.replace("[^1]", ""))
    assert set(re.findall(r"<(\w+)", html)) <= {"h1", "p", "blockquote", "pre", "code"}
    assert "x" not in re.findall(r'(?:href|src)="([^"]*)"', html)


def test_a_quote_of_several_parts_is_marked_in_parts() -> None:
    assert "“Exports” … “by 12 percent”" in said(ENGLISH)


def test_the_passage_is_marked_by_its_offsets_and_quotes_carry_their_speaker() -> None:
    main = article_main(ArticleView(CITY, Span(FIRST.start, FIRST.end), (BASE, TEACHES)), ENGLISH)
    marked = "".join(re.sub("<[^>]+>", "", part) for part in re.findall(r"<mark.*?</mark>", main))
    assert marked == SAID
    assert main.count('id="passage"') == 1
    assert '<span class="onr-direct" title="Pu Yongjian, quoted">It is the largest base</span>' in main
    assert '<span class="onr-reported" title="Pu Yongjian, in the reporter’s words">teaches economics</span>' in main


def test_nothing_of_a_withdrawn_article_is_shown() -> None:
    gone = replace(TRADE, status=Status("withdrawn", "Taken back.", date(2026, 3, 13)))
    shown = withdrawn_main(gone, ENGLISH)
    assert "Taken back." in shown
    assert "13 March 2026" in shown
    assert "Exports" not in shown


@pytest.mark.parametrize(
    ("chosen", "accepted", "lang"),
    [
        (None, None, "en"),
        ("zh", "en", "zh-Hans"),
        ("xx", "zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        (None, "de-DE,de;q=0.9,en;q=0.8,zh;q=0.1", "en"),
        ("en", "zh-CN", "en"),
        (None, "*", "en"),
    ],
)
def test_language(chosen: str | None, accepted: str | None, lang: str) -> None:
    words = words_for(chosen, accepted)
    assert words.lang == lang
    assert ("lang=" in words.address("/speakers")) == (chosen in {"en", "zh"})


def test_both_languages_name_the_same_things() -> None:
    for name in (field.name for field in fields(Words)):
        english, chinese = getattr(ENGLISH, name), getattr(CHINESE, name)
        if isinstance(english, str) and name != "day":
            assert english.count("{") == chinese.count("{"), name
    assert ENGLISH.reasons.keys() == CHINESE.reasons.keys()


def test_history_has_no_markers() -> None:
    assert ANSWERED.answer
    assert "[" not in render.plain_text(ANSWERED.answer)
    assert render.plain_text(ANSWERED.answer).startswith(SAID)
