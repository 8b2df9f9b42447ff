"""A page, or a piece of HTML -> an article.

trafilatura finds what of a page is its article; how that is parted into headings, paragraphs and captions is
read from the markup itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HTMLParser, document_fromstring

from onrecord.errors import FileError
from onrecord.storage.formats.article import article_from
from onrecord.storage.formats.characters import decoded
from onrecord.storage.formats.hidden import remove_hidden
from onrecord.storage.formats.metadata import page_fields
from onrecord.text.blocks import classify
from onrecord.text.language import detect_language
from onrecord.text.normalise import shown, single_line
from onrecord.types import Article, BlockKind

__all__ = ["MAX_PAGE_BYTES", "fragment_paragraphs", "page_article"]

MAX_PAGE_BYTES = 8 * 2**20
_MOST_TAGS = 60_000

_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,40})", re.IGNORECASE)
_XML_DECLARED = re.compile(rb"\A\s*<\?xml[^>]{0,100}encoding\s*=\s*[\"']([\w-]{2,40})")
# A tag to its end.  The quantifiers are possessive, so that no page can make it go back.
_TAG = re.compile(r"<[a-zA-Z](?:[^>=]++|=\s*+\"[^\"]*+\"|=\s*+'[^']*+'|=)*+")
_ATTRIBUTE = re.compile(r"=\s*+(?:\"[^\"]*+\"|'[^']*+')|\s")
_RAW = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONG_TAG = 20_000

_BLOCKS = frozenset(
    """address article aside blockquote body button caption center dd details dialog div dl dt fieldset figcaption
    figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main nav ol p pre section summary table tbody
    tfoot thead tr ul html""".split()
)
_FRAME_TAGS = frozenset("nav footer aside form button menu".split())
_FRAME_ROLES = frozenset("navigation complementary banner contentinfo search dialog alert".split())
_FRAME_CLASSES = frozenset(
    """byline breadcrumb breadcrumbs share social-share sharedaddy advertisement newsletter-signup related-articles
    related-posts comments""".split()
)
_CAPTION_CLASS = re.compile(
    r"(?:^|[\s_-])(?:wp-)?caption(?:-text)?(?:$|[\s_])|media-credit|image-credit", re.IGNORECASE
)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_ROUND_BREAK = re.compile(r"(?<! ) *\n *")
_LONG = 25
_BEFORE = 12
# HTML takes the numbers 128 to 159 for the characters of Windows-1252.
_WINDOWS = {code: bytes([code]).decode("cp1252", "ignore") or None for code in range(128, 160) if code != 0x85}


@dataclass(frozen=True, slots=True)
class _Piece:
    """A paragraph of a page: what its markup calls it, the element and the ``<article>`` that it stands in."""

    text: str
    kind: BlockKind | None
    tag: str
    holder: Any
    article: Any
    strong: bool = False

    @property
    def squeezed(self) -> str:
        return "".join(self.text.split())


def page_article(data: bytes, name: str, *, url: str | None = None, charset: str | None = None) -> Article:
    """The article of a page; ``url`` is where it was fetched from and ``charset`` what the server calls it.

    Raises FileError where it holds none, or is made to exhaust its reader.
    """
    if len(data) > MAX_PAGE_BYTES:
        raise FileError(f"a page larger than {MAX_PAGE_BYTES // 2**20} MiB", hint="split it")
    head = data[:4096]
    declared = _XML_DECLARED.search(head) or _DECLARED.search(head)
    root = _parsed(decoded(data, charset or (declared.group(1).decode("ascii") if declared else None)))
    fields = page_fields(root, url)
    remove_hidden(root)
    pieces = list(_pieces(root))
    kept = _main(pieces, _squeezed_main(root))
    if not kept:
        raise FileError("no article that a reader sees was found on the page", hint="check the file")
    if url:
        # Who answers at its address published it, also where the page does not say so.
        fields.setdefault("outlet", (urlsplit(url).hostname or "").removeprefix("www."))
    headline = next((piece for piece in kept if piece.tag == "h1"), None)
    if headline is not None:
        fields["title"] = single_line(headline.text)
        kept.remove(headline)
    given = fields.pop("language", None)
    if given and detect_language("\n".join(piece.text for piece in kept)) is None:
        # A site's template may name another language than the article is in, so the text is asked first.
        fields["language"] = given
    return article_from(fields, name=name, marked=_kinds(kept))


def fragment_paragraphs(text: str) -> list[tuple[str, BlockKind]]:
    """The paragraphs of a piece of HTML that is nothing but the article, as feeds and exports carry it.

    ``<p>It rained.</p><h2>Why</h2>`` -> ``[("It rained.", "body"), ("Why", "heading")]``
    """
    if not text.strip():
        return []
    root = _parsed(f"<html><body>{text}</body></html>")
    remove_hidden(root)
    return _kinds(list(_pieces(root)))


def _parsed(text: str) -> Any:
    _refuse_bombs(text)
    text = re.sub(r"\A\s*<\?xml[^>]*\?>", "", text)
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = document_fromstring(text.encode("utf-8", "replace"), parser=parser, ensure_head_body=True)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise FileError(f"not HTML: {single_line(str(error))[:120]}", hint="check the file") from error
    if any("xcessive depth" in entry.message for entry in parser.error_log):
        # What is nested deeper, the parser would leave out without a word.
        raise FileError("elements are nested more than 250 deep", hint="check the file")
    for element in root.iter():
        # lxml reads these signs and then refuses to write them.
        if element.text and _UNWRITABLE.search(element.text):
            element.text = _UNWRITABLE.sub("", element.text)
        if element.tail and _UNWRITABLE.search(element.tail):
            element.tail = _UNWRITABLE.sub("", element.tail)
    return root


def _refuse_bombs(text: str) -> None:
    if text.count("<") > _MOST_TAGS:
        raise FileError(f"a page with more than {_MOST_TAGS:,} tags", hint="check the file")
    if len(text) > _LONG_TAG:
        for match in _TAG.finditer(_RAW.sub("", text)):
            # The parser compares each attribute of an element with each other one.
            if match.end() - match.start() > _LONG_TAG and len(_ATTRIBUTE.findall(match.group())) > _LONG_TAG // 10:
                raise FileError("an element with thousands of attributes", hint="check the file")
    if "\0" in text:
        raise FileError("it holds NUL bytes, so it is no text", hint="check the file")


def _squeezed_main(root: Any) -> str:
    # It takes half a second to load, for which a command that reads no page does not wait.
    import trafilatura

    found = trafilatura.bare_extraction(
        deepcopy(root), include_comments=False, include_tables=True, with_metadata=False
    )
    body = getattr(found, "body", None)
    return "".join("".join(body.itertext()).split()) if body is not None else ""


def _main(pieces: Sequence[_Piece], main: str) -> list[_Piece]:
    """The pieces of the article, in order; what stands between them and is none of it is boilerplate."""
    hits = [
        i for i, p in enumerate(pieces) if len(p.squeezed) >= _LONG and p.kind != "boilerplate" and p.squeezed in main
    ]
    if not hits:
        # A page with little text on it, of which nothing could be told apart.
        return [piece for piece in pieces if piece.kind != "boilerplate"]
    holders = {id(pieces[i].holder) for i in hits}
    start = _start(pieces, hits[0])
    end = max(i for i, piece in enumerate(pieces) if i == hits[-1] or _stands_in(piece, holders))
    while end + 1 < len(pieces) and pieces[end].article is not None and pieces[end + 1].article is pieces[end].article:
        end += 1
    kept = []
    for index in range(start, end + 1):
        piece = pieces[index]
        if piece.kind is None and not (piece.squeezed in main or _stands_in(piece, holders)):
            piece = replace(piece, kind="boilerplate")
        kept.append(piece)
    return kept


def _stands_in(piece: _Piece, holders: Set[int]) -> bool:
    return piece.kind != "boilerplate" and id(piece.holder) in holders


def _start(pieces: Sequence[_Piece], first: int) -> int:
    """Where the article begins: at its headline, else at the pictures and headings above its first paragraph."""
    for index in range(first, max(-1, first - _BEFORE), -1):
        if pieces[index].tag == "h1":
            return index
    while first and pieces[first - 1].kind in {"caption", "heading"}:
        first -= 1
    return first


def _kinds(pieces: Sequence[_Piece]) -> list[tuple[str, BlockKind]]:
    by_words = classify([piece.text for piece in pieces])
    return [(piece.text, piece.kind or _told(piece, kind)) for piece, kind in zip(pieces, by_words, strict=True)]


def _told(piece: _Piece, kind: BlockKind) -> BlockKind:
    # Where there is markup, a short line is a heading if it is marked as one, be it in bold alone.
    return "body" if kind == "heading" and not piece.strong else kind


@dataclass(slots=True)
class _Walk:
    """Gathers the text between the borders of blocks."""

    parts: list[str] = field(default_factory=list)
    bold: int = 0
    exact: int = 0
    plain: bool = False

    def add(self, text: str | None) -> None:
        if text:
            if self.bold == 0 and not text.isspace():
                self.plain = True
            self.parts.append(text if self.exact else _SPACE.sub(" ", text))

    def taken(self) -> tuple[str, bool]:
        text, strong = "".join(self.parts), not self.plain
        self.parts, self.plain = [], False
        return text, strong


def _pieces(root: Any) -> Iterator[_Piece]:
    body = root.find("body")
    walk = _Walk()
    kinds: list[BlockKind | None] = [None]
    articles: list[Any] = [None]
    for event, element in etree.iterwalk(body if body is not None else root, events=("start", "end")):
        tag = element.tag
        if event == "start":
            if tag in _BLOCKS:
                yield from _flushed(walk, kinds[-1], element.getparent(), articles[-1])
                if tag == "article":
                    articles.append(articles[-1] if len(articles) > 1 else element)
                kinds.append(kinds[-1] if kinds[-1] == "boilerplate" else _kind(element) or kinds[-1])
            walk.bold += tag in {"b", "strong"}
            walk.exact += tag == "pre"
            if tag == "br":
                walk.parts.append("\n")
            elif tag in {"td", "th"} and "".join(walk.parts).strip():
                walk.parts.append("\t")
            walk.add(element.text)
            continue
        if tag in _BLOCKS:
            yield from _flushed(walk, kinds[-1], element, articles[-1])
            kinds.pop()
            if tag == "article":
                articles.pop()
        walk.bold -= tag in {"b", "strong"}
        walk.exact -= tag == "pre"
        if element is not body:
            walk.add(element.tail)


def _flushed(walk: _Walk, kind: BlockKind | None, element: Any, article: Any) -> Iterator[_Piece]:
    text, strong = walk.taken()
    # Inside of <pre>, what stands around a line end is shown.
    text = shown((text if walk.exact else _ROUND_BREAK.sub("\n", text)).translate(_WINDOWS))
    for part in re.split(r"\n[ \t\u00a0]*\n\s*", text):
        if stripped := part.strip():
            yield _Piece(stripped, kind, element.tag, _holder(element), article, strong)


def _holder(element: Any) -> Any:
    """What a paragraph stands in: the element itself where it holds others beside it, else its parent."""
    single = not any(inside.tag in _BLOCKS for inside in element)
    return element.getparent() if single and element.getparent() is not None else element


def _kind(element: Any) -> BlockKind | None:
    tag = element.tag
    classes = element.get("class") or ""
    if tag in _FRAME_TAGS or element.get("role") in _FRAME_ROLES or not _FRAME_CLASSES.isdisjoint(classes.split()):
        return "boilerplate"
    if re.fullmatch(r"h[1-6]", tag):
        return "heading"
    if tag in {"figure", "figcaption", "caption"} or _CAPTION_CLASS.search(classes):
        return "caption"
    return None
