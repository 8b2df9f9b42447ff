"""A draft in an editor's format -> the text that a reader of it would see.

Nothing of a draft is stored or followed: no link is opened, no style sheet applied, no macro run.
"""

from __future__ import annotations

import io
import lzma
import re
import zipfile
import zlib
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.parsers import expat

from charset_normalizer import from_bytes

from onrecord.errors import FileError
from onrecord.storage.readers import article_from
from onrecord.text.language import detect_language
from onrecord.text.normalise import single_line
from onrecord.types import Article, Block, BlockKind

__all__ = ["DRAFT_SUFFIXES", "read_draft"]

DRAFT_SUFFIXES = (".txt", ".md", ".html", ".htm", ".docx")
MAX_DRAFT_BYTES = 5 * 1024 * 1024
MAX_DOCUMENT_BYTES = 20 * 1024 * 1024
MAX_DEPTH = 256


def _split(names: str) -> list[str]:
    return names.split()


_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n.*?^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_WORD_NAMESPACES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
}
_SIGNS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011", "softHyphen": "\u00ad"}
_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_UNSEEN_TAGS = frozenset(_split("head script style noscript template iframe object svg math textarea select del"))
_VOID_TAGS = frozenset(_split("area base br col embed hr img input link meta source track wbr"))
_INLINE_TAGS = frozenset(
    _split(
        """a abbr b bdi bdo big br cite code data del dfn em font i img input ins kbd label mark q s samp small span
        strong sub sup time u var wbr"""
    )
)
_ENDED_BY = {
    **{tag: frozenset(("p", tag)) for tag in ("p", "li", "tr", "option")},
    **dict.fromkeys(("td", "th"), frozenset(("p", "td", "th"))),
    **dict.fromkeys(("dt", "dd"), frozenset(("p", "dt", "dd"))),
}
_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))", re.IGNORECASE)
_MARKED_SECTION = re.compile(r"<!\[[^>]*>")
_HEADING = re.compile(r"h[1-6]")

Paragraphs = list[tuple[str, BlockKind]]


def read_draft(source: Path | bytes, name: str) -> Article:
    """The draft as an article; ``name``'s suffix tells the format.

    Every paragraph counts as the writer's own, also one that ingest would take for the frame of a page.
    Raises FileError for what is too large, damaged, of another kind, or holds no text.
    """
    suffix = Path(name).suffix.lower()
    if suffix not in DRAFT_SUFFIXES:
        raise FileError(f"{name} is not one of {', '.join(DRAFT_SUFFIXES)}", hint="save the draft as one of these")
    data = _bytes(source, name)
    try:
        return _read(data, name, suffix)
    except FileError as error:
        raise FileError(f"{name}: {error.message}", hint=error.hint) from error


def _read(data: bytes, name: str, suffix: str) -> Article:
    if suffix == ".docx":
        return _article(_docx_paragraphs(data), name)
    text = _decoded(data)
    if suffix in {".html", ".htm"}:
        return _article(_html_paragraphs(text), name)
    if suffix == ".md":
        # The notes at the head of a Markdown file are no part of the copy, whatever their fields.
        text = _FRONT_MATTER.sub("", text)
    article = article_from({"text": text}, name=name, markdown=suffix == ".md")
    return replace(article, blocks=tuple(_own(block) for block in article.blocks))


def _own(block: Block) -> Block:
    return replace(block, kind="body") if block.kind == "boilerplate" else block


def _bytes(source: Path | bytes, name: str) -> bytes:
    if isinstance(source, Path):
        try:
            with source.open("rb") as file:
                source = file.read(MAX_DRAFT_BYTES + 1)
        except OSError as error:
            raise FileError(f"{name} cannot be read: {error.strerror}", hint="check the path") from error
    if len(source) > MAX_DRAFT_BYTES:
        raise FileError(f"{name} is larger than {MAX_DRAFT_BYTES // 2**20} MiB", hint="check it in parts")
    return source


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if b"\0" in data:
        raise FileError("it holds NUL bytes, so it is no text", hint="save the draft as text, HTML or .docx")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        best = from_bytes(data).best()
    if best is None:
        raise FileError("its encoding cannot be told", hint="save it as UTF-8")
    return str(best)


def _article(paragraphs: Paragraphs, name: str) -> Article:
    if not paragraphs:
        raise FileError("it holds no text that a reader would see", hint="check the file")
    blocks: list[Block] = []
    at = 0
    for text, kind in paragraphs:
        blocks.append(Block(kind, at, at + len(text)))
        at += len(text) + 2
    whole = "\n\n".join(text for text, _ in paragraphs)
    title = single_line(paragraphs[0][0])[:200]
    return Article(id=name, text=whole, blocks=tuple(blocks), title=title, language=detect_language(whole))


class _VisibleText(HTMLParser):
    """Collects the paragraphs that a browser would show without any style sheet or script."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs: Paragraphs = []
        self._open: list[tuple[str, bool]] = []
        self._parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element; a paragraph that was left open ends here if this tag ends it."""
        if tag not in _INLINE_TAGS:
            self._flush()
            self._end_implied(tag)
        if tag == "br":
            self._parts.append("\n")
        if tag in _VOID_TAGS:
            return
        if len(self._open) >= MAX_DEPTH:
            raise FileError(f"its elements are nested more than {MAX_DEPTH} deep", hint="save it as text")
        self._open.append((tag, self._is_hidden() or tag in _UNSEEN_TAGS or _hides(attrs)))
        if tag == "q":
            self.handle_data("“")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Treat ``<div/>`` as ``<div>``, as browsers do."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close the nearest element of that name and all that it holds; a stray end tag closes nothing."""
        if all(name != tag for name, _ in self._open):
            return
        if tag == "q":
            self.handle_data("”")
        if tag not in _INLINE_TAGS:
            self._flush()
        while self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Keep text that is shown."""
        if not self._is_hidden():
            self._parts.append(re.sub(r"[ \t\r\n\f]+", " ", data))

    def close(self) -> None:
        """Finish, and keep what stands after the last tag."""
        super().close()
        self._flush()

    def _end_implied(self, tag: str) -> None:
        ended = _ENDED_BY.get(tag, frozenset(("p",)))
        while self._open and self._open[-1][0] in ended:
            self._open.pop()

    def _is_hidden(self) -> bool:
        return bool(self._open) and self._open[-1][1]

    def _flush(self) -> None:
        lines = (" ".join(line.split(" ")).strip() for line in "".join(self._parts).split("\n"))
        self._parts.clear()
        if text := "\n".join(line for line in lines if line):
            heading = any(_HEADING.fullmatch(tag) for tag, _ in self._open)
            self.paragraphs.append((text, "heading" if heading else "body"))


def _html_paragraphs(text: str) -> Paragraphs:
    reader = _VisibleText()
    reader.feed(_without_comments(text))
    reader.close()
    return reader.paragraphs


def _without_comments(text: str) -> str:
    """Cut comments and Word's ``<![if ...]>``, and disarm what looks like a tag after the last ``>``.

    The parser stumbles over the second, and looks for an end that is not there once for each of the third.
    """
    kept: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0:
        kept.append(text[at:start])
        end = text.find("-->", start + 4)
        at = end + 3 if end >= 0 else len(text)
    kept.append(text[at:])
    shown = "".join(kept)
    last = shown.rfind(">") + 1
    return _MARKED_SECTION.sub("", shown[:last]) + shown[last:].replace("<", "&lt;")


def _hides(attributes: list[tuple[str, str | None]]) -> bool:
    for name, value in attributes:
        if name == "hidden" or (name == "aria-hidden" and (value or "").casefold() == "true"):
            return True
        if name == "style" and _HIDDEN_STYLE.search(value or ""):
            return True
    return False


def _docx_paragraphs(data: bytes) -> Paragraphs:
    reader = _WordText()
    reader.read(_document_xml(data))
    return reader.paragraphs


def _document_xml(data: bytes) -> bytes:
    """Return the main part of a .docx, never more than it may have."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            part = archive.getinfo("word/document.xml")
            if part.file_size > MAX_DOCUMENT_BYTES:
                raise FileError(
                    f"its text unpacks to more than {MAX_DOCUMENT_BYTES // 2**20} MiB", hint="check it in parts"
                )
            with archive.open(part) as file:
                return file.read(MAX_DOCUMENT_BYTES)
    except KeyError as error:
        raise FileError("it is no Word document: word/document.xml is missing", hint="save it again") from error
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError) as error:
        raise FileError(f"it is damaged: {single_line(str(error))[:120]}", hint="save it again") from error
    except (RuntimeError, NotImplementedError) as error:
        raise FileError("it is encrypted or packed in an unknown way", hint="save it without a password") from error


class _WordText:
    """Collects the paragraphs of a WordprocessingML part: no deleted, moved-away or hidden text.

    A document type declaration is refused, so that no entity is ever defined, let alone expanded.
    """

    def __init__(self) -> None:
        self.paragraphs: Paragraphs = []
        self._texts: list[list[str]] = []
        self._headings: list[bool] = []
        self._runs: list[list[str] | None] = []
        self._unseen = 0
        self._taking = False
        self._is_word = False

    def read(self, data: bytes) -> None:
        """Read the whole part; raises FileError where it is not well formed or no Word text."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        try:
            parser.Parse(data, True)
        except (expat.ExpatError, ValueError) as error:
            raise FileError(f"its text is not XML: {single_line(str(error))[:120]}", hint="save it again") from error
        if not self._is_word:
            raise FileError("it is no Word document", hint="save it again")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = _local(name)
        self._is_word = self._is_word or tag == "document"
        if self._unseen or tag in {"moveFrom", "Fallback"}:
            self._unseen += 1
        elif tag == "p":
            self._texts.append([])
            self._headings.append(False)
        elif tag == "r":
            self._runs.append([])
        elif tag == "t":
            self._taking = True
        elif tag in _SIGNS:
            self._add(_SIGNS[tag])
        elif tag == "vanish" and self._runs and _value(attributes) not in {"0", "false", "off"}:
            # Properties stand first in a run: what follows is not kept.
            self._runs[-1] = None
        elif tag == "pStyle" and self._headings:
            self._headings[-1] = _value(attributes).casefold().startswith(("heading", "title"))

    def _end(self, name: str) -> None:
        tag = _local(name)
        if self._unseen:
            self._unseen -= 1
        elif tag == "t":
            self._taking = False
        elif tag == "r":
            run = self._runs.pop() if self._runs else None
            if run and self._texts:
                self._texts[-1].extend(run)
        elif tag == "p" and self._texts:
            text = "".join(self._texts.pop()).strip()
            heading = self._headings.pop()
            if text:
                self.paragraphs.append((text, "heading" if heading else "body"))

    def _characters(self, text: str) -> None:
        if self._taking and not self._unseen:
            self._add(text)

    def _add(self, text: str) -> None:
        run = self._runs[-1] if self._runs else None
        if run is not None:
            run.append(text)


def _refuse_doctype(*_declared: object) -> None:
    raise FileError("it declares a document type, which no Word document does", hint="save it again in Word")


def _local(name: str) -> str:
    """Return the name within Word's namespaces, or ``""`` for an element of another."""
    namespace, _, tag = name.rpartition(" ")
    if namespace == _COMPATIBILITY:
        return tag if tag == "Fallback" else ""
    return tag if namespace in _WORD_NAMESPACES else ""


def _value(attributes: dict[str, str]) -> str:
    return next((value for name, value in attributes.items() if name.rpartition(" ")[2] == "val"), "")
