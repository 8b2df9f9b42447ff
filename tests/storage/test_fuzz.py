"""Whatever a file holds, it becomes articles and rejections; never an error, never half an article."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onrecord.storage.formats.html import page_article
from onrecord.storage.readers import SUFFIXES, Rejection, read_file
from onrecord.types import Article

SEEDS: dict[str, bytes] = {
    ".md": b"---\ntitle: The Wall\npublished: 2025-03-02\nauthors: [A, B]\n---\n# Why\n\n*A view.*\n\nIt [rained](x).\n",
    ".txt": "---\nid: wall\n---\nDas Café öffnete.\n\n© 2025".encode(),
    ".html": (
        b'<html lang=en><head><title>T</title><meta property="og:title" content="T"><style>.a{display:none}</style>'
        b'<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2025-03-02","author":[{"name":"A"}]}</script>'
        b"</head><body><nav>Home</nav><article><h1>T</h1><p>It rained for nine hours on the wall of the harbour.</p>"
        b'<figure><figcaption>A view</figcaption></figure><p class=a style="color:#fff">x</p><table><tr><td>1<td>2</table>'
    ),
    ".jsonl": b'{"title": "T", "text": "It rained.\\n\\nIt snowed.", "published": "2025-03-02"}\n{"text": "x"}\n',
    ".xml": (
        b'<?xml version="1.0" encoding="utf-8"?><rss xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        b"<title>D</title><item><title>T</title><link>https://h.example/1</link><pubDate>Tue, 03 Jun 2008 11:05:30 GMT</pubDate>"
        b"<content:encoded><![CDATA[<p>It rained.</p>]]></content:encoded></item></channel></rss>"
    ),
    ".rss": b"<urlset><url><loc>https://h.example/1</loc></url></urlset>",
    ".atom": b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><content type="xhtml"><p>It rained.</p></content></entry></feed>',
}
PIECES = (
    b"<", b">", b"</p>", b"<p>", b"<div hidden>", b"<!--", b"]]>", b"<![CDATA[", b"&amp;", b"&#0;", b"&#x1F600;", b"\0", b"\xff",
    b"\xef\xbb\xbf", b"\n---\n", b"{", b"}", b'"', b"\\ud800", b"<!ENTITY a 'b'>", b"<!DOCTYPE x [", b"</item>", b"<style>a{",
    b"style='display:none'", b"2025-02-30", "Ã¼".encode(), "\u202e".encode(), b"<table><tr><td>", b"<pre>", b"<br><br>",
)  # fmt: skip


def check(path: Path) -> None:
    for item in read_file(path, path.name):
        if isinstance(item, Rejection):
            assert item.reason
            continue
        assert isinstance(item, Article)
        between = item.text
        for block in reversed(item.blocks):
            assert item.text[block.start : block.end].strip()
            between = between[: block.start] + between[block.end :]
        assert between.strip() == ""
        item.text.encode("utf-8")


@st.composite
def damaged(draw: Callable[..., int], seed: bytes) -> bytes:
    """A good file with pieces taken out, put in and doubled."""
    data = seed
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        middle = (b"", PIECES[draw(st.integers(0, len(PIECES) - 1))], data[start:end] * 3)[draw(st.integers(0, 2))]
        data = data[:start] + middle + data[end:]
    return data


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(data=st.binary(max_size=300))
@settings(max_examples=50)
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, suffix: str, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / f"any{suffix}"
    path.write_bytes(data)
    check(path)


@pytest.mark.parametrize("suffix", SEEDS)
@given(data=st.data())
@settings(max_examples=60)
def test_a_good_file_that_was_damaged(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / f"damaged{suffix}"
    path.write_bytes(data.draw(damaged(SEEDS[suffix])))
    check(path)


@given(
    st.lists(
        st.sampled_from(
            ["<p>", "</p>", "<div>", "</div>", "<b>", "<h2>", "<li>", "<br>", "word ", "\n", "<figure>", "<figcaption>"]
        ),
        max_size=40,
    )
)
def test_every_visible_word_of_a_simple_page_is_kept(parts: list[str]) -> None:
    """Whatever the tags are, as many words come out as went in."""
    anchor = "<p>The council decided on Monday that the harbour wall will be raised by two metres.</p>"
    found = page_article(f"<body><article>{anchor}{''.join(parts)}</article>".encode(), "a.html")
    assert found.text.split().count("word") == parts.count("word ")
