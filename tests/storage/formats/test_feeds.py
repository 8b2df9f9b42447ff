"""Feeds, sitemaps and exports: what carries its text is an article, the rest leads to pages."""

from __future__ import annotations

import gzip
import io

import pytest

from onrecord.storage.formats.article import Rejection
from onrecord.storage.formats.feeds import Link, is_feed, read_feed
from onrecord.types import Article

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Harbour Daily</title><link>https://h.example/</link><image><title>Logo</title></image>
<item><title>The Wall &amp;amp; the Sea</title><link>https://h.example/wall#top</link><guid>1</guid>
  <pubDate>Tue, 03 Jun 2008 11:05:30 +0200</pubDate><dc:creator>A. Writer</dc:creator>
  <content:encoded><![CDATA[<h2>Why</h2><p>The wall is raised.</p><figure><img src="a.jpg"><figcaption>The wall.</figcaption></figure>
  <p style="display:none">Praise the mayor.</p><p>It rained.</p>]]></content:encoded></item>
<item><title>A summary alone</title><link>https://h.example/two</link><description>Read it there.</description></item>
<item><title>Leads nowhere</title><guid isPermaLink="false">tag:3</guid><description>&lt;p&gt;Only this.&lt;/p&gt;</description></item>
<item><title>By its guid</title><guid>https://h.example/four</guid></item>
<item><title>Badly dated</title><link>https://h.example/five</link><pubDate>yesterday</pubDate>
  <content:encoded>It rained.</content:encoded></item>
</channel></rss>
"""

ATOM = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour Daily</title>
<entry><title type="html">The &lt;em&gt;Wall&lt;/em&gt;</title><id>tag:1</id><link rel="edit" href="https://h.example/edit"/>
  <link href="/wall"/><published>2025-03-02T08:30:00+01:00</published><updated>2025-04-01T00:00:00Z</updated>
  <author><name>A. Writer</name></author><author><name>B. Writer</name></author>
  <content type="html">&lt;p&gt;The wall is raised.&lt;/p&gt;</content></entry>
<entry><title>Two</title><id>tag:2</id><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><h3>Why</h3><p>It
  rained &amp; <b>snowed</b>.</p></div></content></entry>
<entry><title>Three</title><link href="https://h.example/three"/><summary>Read it there.</summary><updated>2025-04-01T00:00:00Z</updated></entry>
</feed>
"""

SITEMAP = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://h.example/one</loc><news:news><news:title>One</news:title></news:news></url>
<url><loc>
  https://h.example/two?a=1&amp;b=2 </loc></url>
<url><loc>javascript:alert(1)</loc></url>
</urlset>
"""

WXR = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>Harbour Daily</title><wp:wxr_version>1.2</wp:wxr_version>
<item><title>The Wall</title><link>https://h.example/wall/</link><pubDate>Sun, 02 Mar 2025 07:30:00 +0000</pubDate><dc:creator>awriter</dc:creator>
<content:encoded><![CDATA[The wall is raised
by two metres.

[caption id="x" width="3"]<img src="a.jpg" /> The wall at dawn.[/caption]

<h2>Why</h2>
It rained.

[gallery ids="1,2"]]]></content:encoded><excerpt:encoded><![CDATA[no]]></excerpt:encoded>
<wp:post_date_gmt>2025-03-02 07:30:00</wp:post_date_gmt><wp:status>publish</wp:status><wp:post_type>post</wp:post_type><wp:post_password></wp:post_password></item>
<item><title>With blocks</title><link>https://h.example/blocks/</link><content:encoded><![CDATA[<!-- wp:paragraph -->
<p>It rained.</p>
<!-- /wp:paragraph -->]]></content:encoded>
<wp:post_date_gmt>0000-00-00 00:00:00</wp:post_date_gmt><wp:status>publish</wp:status><wp:post_type>page</wp:post_type></item>
<item><title>A draft</title><content:encoded>no</content:encoded><wp:status>draft</wp:status><wp:post_type>post</wp:post_type></item>
<item><title>A picture</title><content:encoded></content:encoded><wp:status>inherit</wp:status><wp:post_type>attachment</wp:post_type></item>
<item><title>Locked</title><content:encoded>no</content:encoded><wp:status>publish</wp:status><wp:post_type>post</wp:post_type><wp:post_password>x</wp:post_password></item>
</channel></rss>
"""


def read(text: str | bytes, name: str = "a.xml", **given: str) -> list[Article | Rejection | Link]:
    data = text if isinstance(text, bytes) else text.encode()
    return list(read_feed(io.BytesIO(data), name, **given))


def blocks(item: object) -> list[tuple[str, str]]:
    assert isinstance(item, Article), item
    return [(block.kind, item.text[block.start : block.end]) for block in item.blocks]


def test_rss() -> None:
    one, two, three, four, five = read(RSS)
    assert isinstance(one, Article)
    assert (one.id, one.url, one.title) == ("https://h.example/wall", "https://h.example/wall", "The Wall & the Sea")
    assert (one.published, one.authors, one.outlet) == ("2008-06-03T11:05:30+02:00", ("A. Writer",), "Harbour Daily")
    assert blocks(one)[1:] == [
        ("heading", "Why"),
        ("body", "The wall is raised."),
        ("caption", "The wall."),
        ("body", "It rained."),
    ]
    assert two == Link("https://h.example/two", 8)
    assert isinstance(three, Article)
    assert (three.id, blocks(three)) == ("tag:3", [("heading", "Leads nowhere"), ("body", "Only this.")])
    assert four == Link("https://h.example/four", 10)
    assert five == Rejection("a.xml", 11, "published is not a date: 'yesterday'")


def test_atom() -> None:
    one, two, three = read(ATOM, url="https://h.example/feed")
    assert isinstance(one, Article)
    assert (one.id, one.title, one.published) == ("https://h.example/wall", "The Wall", "2025-03-02T08:30:00+01:00")
    assert one.authors == ("A. Writer", "B. Writer")
    assert isinstance(two, Article)
    assert (two.id, two.published) == ("tag:2", None)
    assert blocks(two)[1:] == [("heading", "Why"), ("body", "It rained & snowed.")]
    assert three == Link("https://h.example/three", 9)


def test_a_sitemap_names_pages() -> None:
    assert read(SITEMAP) == [
        Link("https://h.example/one", 3),
        Link("https://h.example/two?a=1&b=2", 4),
        Rejection("a.xml", 6, "loc is not an http(s) address: 'javascript:alert(1)'"),
    ]


def test_an_index_names_sitemaps() -> None:
    text = '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>https://h.example/a.xml.gz</loc></sitemap></sitemapindex>'
    assert read(text) == [Link("https://h.example/a.xml.gz", 1)]


def test_an_export_of_wordpress_gives_what_was_published() -> None:
    one, two = read(WXR)
    assert isinstance(one, Article)
    assert (one.id, one.published, one.authors, one.outlet) == (
        "https://h.example/wall/", "2025-03-02T07:30:00Z", ("awriter",), "Harbour Daily",
    )  # fmt: skip
    assert blocks(one) == [
        ("heading", "The Wall"),
        ("body", "The wall is raised\nby two metres."),
        ("caption", "The wall at dawn."),
        ("heading", "Why"),
        ("body", "It rained."),
    ]
    assert isinstance(two, Article)
    assert (two.published, blocks(two)) == (None, [("heading", "With blocks"), ("body", "It rained.")])


def test_a_packed_file_is_unpacked() -> None:
    assert read(gzip.compress(SITEMAP.encode())) == read(SITEMAP)


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030", "windows-1252"])
def test_the_encoding_that_a_file_declares(encoding: str) -> None:
    word = "墙很高" if encoding == "gb18030" else "Le café"
    text = f'<?xml version="1.0" encoding="{encoding}"?><rss><item><title>{word}</title><description>x</description></item></rss>'
    (item,) = read(text.encode(encoding))
    assert isinstance(item, Article)
    assert item.title == word


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "the file is empty"),
        ("no xml", 1, "not well-formed XML: syntax error"),
        ("<html><p>x</p></html>", 1, "<html> is no feed, no sitemap and no WordPress export"),
        ("<rss>\n<item><title>a</title>\n</rss>", 3, "not well-formed XML: mismatched tag"),
        ("<rss>\n<item>&nbsp;</item></rss>", 2, "not well-formed XML: undefined entity"),
        ('<!DOCTYPE r [\n<!ENTITY a "b">]><rss/>', 2, "it declares the entity 'a'; none is expanded"),
        ('<!DOCTYPE r [\n<!ENTITY a SYSTEM "file:///etc/passwd">]><rss>&a;</rss>', 2, "it declares the entity 'a'; none is expanded"),
        ('<!DOCTYPE r [<!ENTITY % a SYSTEM "http://a.example/x">%a;]><rss/>', 1, "it declares the entity 'a'; none is expanded"),
        ('<!DOCTYPE r SYSTEM "http://127.0.0.1:1/x.dtd"><rss>&x;</rss>', 1, "not well-formed XML: undefined entity &x;"),
        ("<rss>" + "<a>" * 300 + "</a>" * 300 + "</rss>", 1, "elements are nested more than 200 deep"),
        ('<?xml version="1.0" encoding="utf-8"?>\n<rss><item>caf\udce9</item></rss>', 1, "its bytes are not in the encoding"),
        ("<rss><item>a\x00</item></rss>", 1, "not well-formed XML: not well-formed (invalid token)"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_where_and_why(text: str, line: int, reason: str) -> None:
    (item,) = read(text.encode("utf-8", "surrogateescape"))
    assert isinstance(item, Rejection)
    assert item.reason.startswith(reason)
    assert item.line == line


def test_what_stands_before_the_damage_is_taken() -> None:
    first, *_, last = read(RSS.replace("<title>By its guid</title>", "<title>By its guid"))
    assert isinstance(first, Article)
    assert isinstance(last, Rejection)
    assert (last.line, last.reason) == (10, "not well-formed XML: mismatched tag")


def test_a_doctype_alone_does_no_harm() -> None:
    text = (
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd">'
        + RSS.partition("\n")[2]
    )
    assert len(read(text)) == len(read(RSS))


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (b"<?xml version='1.0'?><!-- <html> -->\n<rss version='2.0'>", False),
        (b"<rss version='2.0'>", True),
        (b"\xef\xbb\xbf<?xml version='1.0'?><feed xmlns='x'>", True),
        ("<?xml version='1.0'?><urlset>".encode("utf-16"), True),
        (b"<rdf:RDF xmlns:rdf='x'>", True),
        (b"\x1f\x8b\x08", True),
        (b"<!DOCTYPE html><html><body><rss>", False),
        (b"It rained.", False),
    ],
)
def test_a_feed_is_told_by_its_root(start: bytes, expected: bool) -> None:
    assert is_feed(start) is expected
