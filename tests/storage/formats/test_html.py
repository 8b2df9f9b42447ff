"""A page becomes its article: parted by its markup, without its frame."""

from __future__ import annotations

import time

import pytest

from onrecord.errors import FileError
from onrecord.storage.formats.html import MAX_PAGE_BYTES, fragment_paragraphs, page_article
from onrecord.types import Article
from tests.samples import kinds

ONE = "The council decided on Monday that the harbour wall will be raised by two metres before the winter."
TWO = "The gates were built in 1961 and have been repaired eleven times, most recently after the flood."

PAGE = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The Wall | Daily</title></head><body>
<header><a href="/">Harbour Daily</a></header>
<nav><ul><li><a href="/a">News</a></li><li><a href="/b">The long story of the harbour wall in pictures</a></li></ul></nav>
<main><article>
<h1>The Wall</h1><p class="byline">By A. Writer</p>
<figure><img src="a.jpg" alt="no"><figcaption>Maria Keller at the gate. <span>Photo: Tom Brandt</span></figcaption></figure>
<p>{ONE}</p>
<h2>Why the gates fail</h2>
<p>It <em>rained</em> for&nbsp;nine
   hours.<br>Then it <a href="/snow">snowed</a>.</p>
<blockquote><p>“We need new gates,” said Keller.</p></blockquote>
<ul><li>One gate is old.</li><li>Two are new.</li></ul>
<aside><p>Read our long story of the wall in pictures and maps.</p></aside>
<p><strong>What comes next</strong></p>
<p>{TWO}</p>
<table><tr><th>Gate</th><th>Built</th></tr><tr><td>East</td><td>1961</td></tr></table>
<div class="wp-caption"><img src="b.jpg"><p class="wp-caption-text">The old gates.</p></div>
<p>Share this</p><p>The end came early.</p>
</article></main>
<section><h3>More</h3><p>Another story that stands below this one and is about something else.</p></section>
<footer><p>© 2025 Harbour Daily</p></footer></body></html>"""


def read(page: str | bytes, **given: str) -> Article:
    return page_article(page if isinstance(page, bytes) else page.encode(), "a.html", **given)


def test_a_page_is_parted_by_its_markup() -> None:
    assert kinds(read(PAGE)) == [
        ("heading", "The Wall"),
        ("boilerplate", "By A. Writer"),
        ("caption", "Maria Keller at the gate. Photo: Tom Brandt"),
        ("body", ONE),
        ("heading", "Why the gates fail"),
        ("body", "It rained for\u00a0nine hours.\nThen it snowed."),
        ("body", "“We need new gates,” said Keller."),
        ("body", "One gate is old."),
        ("body", "Two are new."),
        ("boilerplate", "Read our long story of the wall in pictures and maps."),
        ("heading", "What comes next"),
        ("body", TWO),
        ("body", "Gate\tBuilt"),
        ("body", "East\t1961"),
        ("caption", "The old gates."),
        ("boilerplate", "Share this"),
        ("body", "The end came early."),
    ]


def test_the_headline_is_the_one_on_the_page() -> None:
    assert read(PAGE).title == "The Wall"
    assert read(f"<title>In the title</title><p>{ONE}</p><p>{TWO}</p>").title == "In the title"


def test_the_language_is_that_of_the_text_and_where_it_does_not_show_that_of_the_page() -> None:
    chinese = "<html lang='en'><p>重庆是中国最大的汽车制造基地，港口的大门是1961年建造的。</p></html>"
    assert read(chinese).language == "zh"
    assert read("<html lang='cy-GB'><p>Ie.</p></html>").language == "cy"


@pytest.mark.parametrize(
    ("data", "charset", "expected"),
    [
        ('<meta charset="windows-1251"><p>Ворота были построены</p>'.encode("cp1251"), None, "Ворота были построены"),
        (
            '<meta http-equiv="Content-Type" content="text/html; charset=gb2312"><p>墙很高</p>'.encode("gbk"),
            None,
            "墙很高",
        ),
        ('<?xml version="1.0" encoding="iso-8859-1"?><html><p>Le café</p></html>'.encode("latin-1"), None, "Le café"),
        ('<meta charset="utf-8"><p>Le café</p>'.encode("latin-1"), "iso-8859-1", "Le café"),
        ("<p>Le café</p>".encode(), None, "Le café"),
        ("<p>Le café</p>".encode("utf-16"), None, "Le café"),
    ],
)
def test_the_declared_encoding(data: bytes, charset: str | None, expected: str) -> None:
    assert page_article(data, "a.html", charset=charset).text == expected


def test_numbers_that_stand_for_windows_characters() -> None:
    assert read("<p>&#147;Why&#148; &#150; the mayor&#146;s &#133;</p>").text.startswith("“Why” – the mayor’s")


def test_a_fetched_page_has_an_outlet_and_an_address() -> None:
    found = read(PAGE, url="https://www.h.example/wall")
    assert (found.id, found.url, found.outlet) == (
        "https://www.h.example/wall",
        "https://www.h.example/wall",
        "h.example",
    )


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("<p>" + "x" * MAX_PAGE_BYTES, "a page larger than 8 MiB"),
        ("<p>x" * 70_000, "more than 60,000 tags"),
        ("<div>" * 400 + "x", "nested more than 250 deep"),
        ("<nav><p>Only a menu</p></nav>", "no article"),
        ("", "not HTML"),
    ],
)
def test_what_holds_no_article_or_too_much_is_refused(page: str, reason: str) -> None:
    with pytest.raises(FileError, match=reason):
        read(page)


def test_large_scripts_and_pictures_in_a_page_are_no_reason_to_refuse_it() -> None:
    state = "<script>var state = '" + " a=b" * 20_000 + "';</script>"
    picture = f'<img alt="x" src="data:image/png;base64,{"A" * 100_000}">'
    assert read(f"{state}<p>{ONE}</p>{picture}<p>{TWO}</p>").text.endswith(TWO)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("It rained.", [("It rained.", "body")]),
        ("It rained.<p>It snowed.", [("It rained.", "body"), ("It snowed.", "body")]),
        ("One<br><br>Two<br>three", [("One", "body"), ("Two\nthree", "body")]),
        ("<pre>a  b\n  c</pre>", [("a  b\n  c", "body")]),
        ("<h3>Why</h3>It rained.", [("Why", "heading"), ("It rained.", "body")]),
        ("<p>a</p><p> </p><p>&nbsp;</p><p>b</p>", [("a", "body"), ("b", "body")]),
        ("<p>x<script>y</script>z</p>", [("xz", "body")]),
        ("<p>a\x01<i hidden>b</i>\x02c&#3;d&#xfffe;</p><i hidden></i>&#1;", [("acd", "body")]),
    ],
)
def test_a_fragment_is_all_article(text: str, expected: list[tuple[str, str]]) -> None:
    assert fragment_paragraphs(text) == expected


@pytest.mark.parametrize(
    "nonsense",
    [
        "<style>" + "/*" * 400_000 + "</style>",
        "<style>" + "@a " * 400_000 + "</style>",
        "<style>" + "@media screen{" + "a{}" * 400_000 + "</style>",
        "<style>" + "{" * 400_000 + "</style>",
        "<style>" + "a " * 400_000 + "{color:red}</style>",
        "<script>" * 50_000,
        "<span> </span>" * 12_000,
        "<a " + "=" * 400_000,
        "\u00a0" * 400_000,
        '<p style="' + "color:red;" * 40_000 + '">x',
    ],
    ids=lambda text: text[:24],
)
def test_nonsense_takes_no_time(nonsense: str) -> None:
    """Where a pattern went back for every start, these would take minutes."""
    started = time.process_time()
    assert ONE in read(f"<p>{ONE}</p>{nonsense}").text
    assert time.process_time() - started < 10
