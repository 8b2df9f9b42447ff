"""A page says itself what it is; what it does not say stays unknown."""

from __future__ import annotations

from typing import Any

import pytest
from lxml.html import document_fromstring

from onrecord.storage.formats.metadata import given_date, page_fields

LINKED = '<script type="application/ld+json">%s</script>'


def fields(head: str, body: str = "<p>It rained.</p>", url: str | None = None) -> dict[str, Any]:
    return page_fields(document_fromstring(f"<html><head>{head}</head><body>{body}</body></html>"), url)


@pytest.mark.parametrize(
    "linked",
    [
        '{"@type": "NewsArticle", %s}',
        '[{"@type": "Organization", "name": "x"}, {"@type": ["Article", "NewsArticle"], %s}]',
        '{"@graph": [{"@type": "WebSite", "name": "x"}, {"@type": "ReportageNewsArticle", %s}]}',
        '{"@type": "WebPage", "mainEntity": {"@type": "BlogPosting", %s}}',
    ],
)
def test_linked_data_wherever_the_article_stands_in_it(linked: str) -> None:
    given = (
        '"headline": "The Wall", "datePublished": "2025-03-02T08:30:00+01:00", "inLanguage": "de-AT", "url": "https://h.example/wall",'
        '"author": [{"@type": "Person", "name": "A. Writer"}, "B. Writer", {"name": "https://h.example/c"}], "publisher": {"name": "Daily"}'
    )
    assert fields(LINKED % (linked % given) + "<title>x</title>") == {
        "title": "The Wall",
        "url": "https://h.example/wall",
        "published": "2025-03-02T08:30:00+01:00",
        "authors": ["A. Writer", "B. Writer"],
        "outlet": "Daily",
        "language": "de",
    }


@pytest.mark.parametrize(
    "linked",
    [
        "{",
        "[" * 100_000,
        "null",
        "3",
        '{"@type": 7}',
        '{"@type": "NewsArticle", "headline": 3, "author": 4, "publisher": [[]], "datePublished": {}}',
    ],
)
def test_damaged_linked_data_says_nothing(linked: str) -> None:
    assert fields(LINKED % linked + "<title>T</title>") == {"title": "T"}


def test_open_graph_and_other_meta_elements() -> None:
    head = (
        '<meta property="og:title" content="The Wall"><meta property="og:url" content="https://h.example/wall">'
        '<meta property="og:site_name" content="Daily"><meta property="article:published_time" content="2025-03-02">'
        '<meta name="author" content="By A. Writer"><title>The Wall | Daily</title>'
    )
    assert fields(head) == {
        "title": "The Wall", "url": "https://h.example/wall", "outlet": "Daily", "published": "2025-03-02", "authors": ["A. Writer"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("body", "published"),
    [
        ('<time itemprop="datePublished" datetime="2025-03-02">today</time>', "2025-03-02"),
        ('<p><time class="entry-date published" datetime="2025-03-02T08:30">x</time></p>', "2025-03-02T08:30"),
        ('<time pubdate datetime="2025-03-02">x</time><time datetime="2024-01-01">y</time>', "2025-03-02"),
        ('<time datetime="2025-03-02">x</time>', "2025-03-02"),
        (
            '<time datetime="2025-03-02T08:00">x</time><time datetime="2025-03-02T08:00">again</time>',
            "2025-03-02T08:00",
        ),
        ('<time datetime="2025-03-02">x</time><time datetime="2024-01-01">y</time>', None),
        ('<time class="updated" datetime="2025-03-02">x</time>', None),
        ('<p>The wall fell on <time datetime="1961-08-13">a Sunday</time>.</p>', None),
        ("<time>2025-03-02</time>", None),
        ("<p>Published on March 2, 2025</p>", None),
    ],
)
def test_a_time_counts_where_it_is_that_of_publication(body: str, published: str | None) -> None:
    assert fields("", body).get("published") == published


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2025-03-02", "2025-03-02"),
        (" 2025-03-02T08:30:00Z ", "2025-03-02T08:30:00Z"),
        ("2025-03-02T08:30:00.000+0100", "2025-03-02T08:30:00.000+0100"),
        ("2025-03-02T08h30", "2025-03-02"),
        ("Tue, 03 Jun 2008 11:05:30 GMT", "2008-06-03T11:05:30+00:00"),
        ("2025-02-30", "2025-02-30"),
        ("2025", None),
        ("2025-03", None),
        ("March 2, 2025", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_date_stays_as_it_was_given(given: str, expected: str | None) -> None:
    assert given_date(given) == expected


@pytest.mark.parametrize(
    ("canonical", "url", "expected"),
    [
        ("https://h.example/wall", None, "https://h.example/wall"),
        ("/wall#top", "https://h.example/wall?from=feed", "https://h.example/wall"),
        ("https://other.example/wall", "https://h.example/a", "https://h.example/a"),
        ("https://h.example/", "https://h.example/a", "https://h.example/a"),
        ("javascript:alert(1)", None, None),
        ("http://[", None, None),
        ("/wall", None, None),
    ],
)
def test_the_address_that_a_page_gives_itself(canonical: str, url: str | None, expected: str | None) -> None:
    assert fields(f'<link rel="canonical" href="{canonical}">', url=url).get("url") == expected
