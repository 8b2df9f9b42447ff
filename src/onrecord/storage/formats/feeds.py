"""RSS and Atom feeds, sitemaps and WordPress exports -> articles, and the addresses of pages to read."""

from __future__ import annotations

import gzip
import html
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from onrecord.errors import FileError
from onrecord.storage.formats.article import Rejection, article_from
from onrecord.storage.formats.html import fragment_paragraphs
from onrecord.storage.formats.metadata import given_date
from onrecord.storage.formats.xml import Record, XmlError, child, inner_html, local, records, text_of
from onrecord.text.normalise import single_line
from onrecord.types import Article

__all__ = ["Link", "is_feed", "read_feed"]

_ROOTS = re.compile(rb"<(?:[\w.-]+:)?(rss|feed|RDF|urlset|sitemapindex|html)\b", re.IGNORECASE)
_GZIP = b"\x1f\x8b"
# The first title outside of a record is the feed's own.
_RECORDS = frozenset({"title", "item", "entry", "url", "sitemap"})
_KNOWN = frozenset({"rss", "feed", "RDF", "urlset", "sitemapindex"})
_CONTENT = "purl.org/rss/1.0/modules/content"
_WORDPRESS = re.compile(r"wordpress\.org/export/")
_CAPTION = re.compile(r"\[caption[^\]\[]{0,500}\]([^\[]{0,5000})\[/caption\]")
_SHORTCODE = re.compile(r"\[/?(?:gallery|embed|video|audio|playlist|caption)\b[^\]\[]{0,2000}\]")
_INLINE_TAG = re.compile(
    r"</?(?:a|abbr|b|br|cite|code|em|i|p|q|small|span|strong|sub|sup|u)(?:\s[^>]{0,500})?/?>", re.IGNORECASE
)
_PARAGRAPH_TAG = re.compile(r"<p[\s>]", re.IGNORECASE)
_BLOCK_TAG = re.compile(r"\s*</?(?:h[1-6]|ul|ol|li|blockquote|figure|div|table|pre|p)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """What a feed or a sitemap names without its text: a page, or another sitemap."""

    url: str
    line: int


def is_feed(start: bytes) -> bool:
    """Whether a file that begins like this is a feed, a sitemap or an export, packed or not."""
    if start.startswith(_GZIP):
        return True
    root = _ROOTS.search(start.replace(b"\0", b""))
    return root is not None and root.group(1).lower() != b"html"


def read_feed(
    file: IO[bytes], name: str, *, url: str | None = None, charset: str | None = None
) -> Iterator[Article | Rejection | Link]:
    """What a feed, a sitemap or an export holds, in order.

    An entry that carries its text is an article, and one with a summary alone is a link to its page.  Of an
    export, what was published is taken: drafts, private posts, attachments and menus are passed over.
    """
    outlet = ""
    try:
        for one in records(_unpacked(file), _RECORDS, charset=charset):
            if isinstance(one, Element):
                if local(one.tag) not in _KNOWN:
                    raise XmlError(f"<{local(one.tag)[:40]}> is no feed, no sitemap and no WordPress export", line=1)
                continue
            if local(one.element.tag) == "title":
                outlet = outlet or single_line(text_of(one.element))
                continue
            found: Article | Link | Rejection | None
            try:
                found = _entry(one, name, url, outlet)
            except FileError as error:
                found = Rejection(name, one.line, error.message)
            if found is not None:
                yield found
    except XmlError as error:
        yield Rejection(name, error.line, error.message)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        yield Rejection(name, None, f"the packed file is damaged: {single_line(str(error))[:80]}")


def _unpacked(file: IO[bytes]) -> IO[bytes]:
    start = file.read(2)
    file.seek(0)
    return gzip.GzipFile(fileobj=file) if start == _GZIP else file  # type: ignore[return-value]


def _entry(record: Record, name: str, base: str | None, outlet: str) -> Article | Link | None:
    element = record.element
    tag = local(element.tag)
    if tag in {"url", "sitemap"}:
        address = text_of(child(element, "loc"))
        if not re.fullmatch(r"https?://[^\s<>\"\\^`{|}]+", address):
            raise FileError(f"loc is not an http(s) address: {address[:80]!r}", hint="mend it")
        return Link(address, record.line)
    if any(_WORDPRESS.search(one.tag) for one in element):
        return _post(record, name, outlet)
    return _item(record, name, base, outlet)


def _item(record: Record, name: str, base: str | None, outlet: str) -> Article | Link | None:
    element = record.element
    link = _link(element, base)
    text = _content(element)
    if not text:
        if link:
            return Link(link, record.line)
        # An entry that leads nowhere has nothing but its summary.
        text = text_of(child(element, "description"))
    identity = text_of(child(element, "guid")) or text_of(child(element, "id"))
    fields = {
        "id": None if link else identity or None,
        "title": _title(element),
        "url": link,
        "published": _date(text_of(_first(element, "published", "pubDate", "date", "issued"))),
        "authors": _authors(element),
        "outlet": _source(element) or outlet,
    }
    return article_from(fields, name=f"{name}:{record.line}", marked=fragment_paragraphs(text))


def _post(record: Record, name: str, outlet: str) -> Article | None:
    element = record.element
    kind, status = text_of(child(element, "post_type")), text_of(child(element, "status"))
    if kind not in {"post", "page"} or status != "publish" or text_of(child(element, "post_password")):
        return None
    # WordPress writes zeros where it knows no date.
    moment = text_of(child(element, "post_date_gmt"))
    given = f"{moment.replace(' ', 'T')}Z" if moment.strip("0-: ") else text_of(child(element, "pubDate"))
    fields = {
        "title": _title(element),
        "url": text_of(child(element, "link")) or None,
        "published": _date(given),
        "authors": _authors(element),
        "outlet": outlet,
    }
    content = text_of(child(element, "encoded", _CONTENT))
    return article_from(fields, name=f"{name}:{record.line}", marked=fragment_paragraphs(_without_shortcodes(content)))


def _without_shortcodes(content: str) -> str:
    content = _CAPTION.sub(_figure, content)
    content = _SHORTCODE.sub("", content)
    if _PARAGRAPH_TAG.search(content):
        return content
    # The classic editor stores paragraphs as text between blank lines.
    parts = re.split(r"\n\s*\n", content.replace("\r\n", "\n"))
    return "\n".join(
        part if _BLOCK_TAG.match(part) else f"<p>{part.strip().replace(chr(10), '<br>')}</p>" for part in parts
    )


def _figure(match: re.Match[str]) -> str:
    picture, _, words = match.group(1).rpartition(">")
    return f"\n\n<figure>{picture}{'>' if picture else ''}<figcaption>{words.strip()}</figcaption></figure>\n\n"


def _content(element: Element) -> str:
    """The text of an entry, as HTML; nothing where it carries a summary alone."""
    if (encoded := child(element, "encoded", _CONTENT)) is not None:
        return text_of(encoded)
    content = child(element, "content", "2005/Atom")
    if content is None or content.get("src"):
        return ""
    kind = content.get("type", "text")
    if kind == "xhtml":
        return inner_html(content)
    given = text_of(content)
    return given if kind in {"html", "text/html"} else "".join(f"<p>{html.escape(p)}</p>" for p in given.split("\n\n"))


def _link(element: Element, base: str | None) -> str | None:
    found = ""
    for one in element:
        if local(one.tag) == "link" and one.get("rel", "alternate") == "alternate":
            found = one.get("href") or text_of(one)
            break
    if not found:
        guid = child(element, "guid")
        if guid is not None and guid.get("isPermaLink", "true").lower() == "true":
            found = text_of(guid)
    if not found.strip():
        return None
    try:
        whole = urljoin(base or "", found.strip())
    except ValueError:
        return None
    return whole.partition("#")[0] if whole.startswith(("http://", "https://")) else None


def _title(element: Element) -> str:
    title = child(element, "title")
    if title is None:
        return ""
    # What looks like a tag of emphasis is one; "<Wall>" is a word in a title.
    text = _INLINE_TAG.sub("", text_of(title))
    # Many feeds escape their titles twice.
    return html.unescape(text)


def _authors(element: Element) -> list[str]:
    names = []
    for one in element:
        if local(one.tag) == "author":
            # RSS puts an address first: "a.writer@news.example (A. Writer)".
            given = text_of(child(one, "name")) or re.sub(r"^\S+@\S+\s*\((.*)\)$", r"\1", text_of(one))
        elif local(one.tag) == "creator":
            given = text_of(one)
        else:
            continue
        if given and "@" not in given:
            names.append(given)
    return list(dict.fromkeys(names))


def _source(element: Element) -> str:
    source = child(element, "source")
    return "" if source is None else text_of(child(source, "title")) or single_line(source.text or "")


def _first(element: Element, *names: str) -> Element | None:
    return next((one for name in names if (one := child(element, name)) is not None), None)


def _date(value: str) -> str | None:
    if not value:
        return None
    if (day := given_date(value)) is None:
        raise FileError(f"published is not a date: {single_line(value)[:40]!r}", hint="mend it or leave it out")
    return day
