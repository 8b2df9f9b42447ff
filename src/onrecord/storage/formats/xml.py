"""The records of an XML file, one at a time, each with its line; entities are refused, never expanded."""

from __future__ import annotations

import codecs
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException, EntitiesForbidden
from defusedxml.ElementTree import DefusedXMLParser

from onrecord.errors import FileError
from onrecord.storage.formats.characters import codec_of

__all__ = ["Record", "XmlError", "child", "inner_html", "local", "records", "text_of"]

_DECLARED = re.compile(rb"\A\s*<\?xml[^>]{0,100}encoding\s*=\s*[\"']([\w.-]{2,40})")
_CHUNK = 64 * 2**10
_MAX_BYTES = 256 * 2**20
_MAX_RECORD_CHARACTERS = 5_000_000
_MAX_RECORD_ELEMENTS = 100_000
_MAX_WAITING_BYTES = 8 * 2**20
_MAX_DEPTH = 200
_VOID = frozenset("br img hr wbr source input meta link".split())


@dataclass(frozen=True, slots=True)
class Record:
    """An element that stands for an article or a page: an item, an entry, a url; and the line it begins on."""

    element: Element
    line: int


class XmlError(FileError):
    """What cannot be read as XML, and the line where reading ended."""

    def __init__(self, message: str, *, line: int, hint: str = "mend the file") -> None:
        super().__init__(message, hint=hint)
        self.line = line


def records(file: IO[bytes], tags: frozenset[str], *, charset: str | None = None) -> Iterator[Element | Record]:
    """First the root element with its attributes alone, then each element of ``tags``, as the file is read.

    Raises XmlError, after the records before it, where the file is no XML, declares an entity, or would
    exhaust its reader.
    """
    collector = _Collector(tags)
    try:
        yield from _fed(file, collector, charset)
    except (DefusedXmlException, ParseError, UnicodeError, XmlError) as error:
        yield from collector.taken()
        raise _explained(error, collector.line) from None


def _fed(file: IO[bytes], collector: _Collector, charset: str | None) -> Iterator[Element | Record]:
    parser = DefusedXMLParser(target=collector, encoding="utf-8", forbid_dtd=False)
    collector.parser = parser.parser
    decoder: codecs.IncrementalDecoder | None = None
    read = fed = 0
    while chunk := file.read(_CHUNK):
        read += len(chunk)
        if read > _MAX_BYTES:
            raise XmlError(f"larger than {_MAX_BYTES // 2**20} MiB when unpacked", line=collector.line)
        if decoder is None:
            decoder = codecs.getincrementaldecoder(_codec(chunk, charset))()
        text = decoder.decode(chunk).encode("utf-8")
        fed += len(text)
        parser.feed(text)
        if fed - parser.parser.CurrentByteIndex > _MAX_WAITING_BYTES:
            raise XmlError("a single tag or comment of many megabytes", line=collector.line)
        yield from collector.taken()
    if decoder is None:
        raise XmlError("the file is empty", line=1)
    parser.feed(decoder.decode(b"", final=True).encode("utf-8"))
    parser.close()
    yield from collector.taken()


def _explained(error: Exception, line: int) -> XmlError:
    if isinstance(error, XmlError):
        return error
    if isinstance(error, ParseError):
        return XmlError(f"not well-formed XML: {str(error).partition(':')[0]}", line=error.position[0])
    if isinstance(error, EntitiesForbidden):
        return XmlError(f"it declares the entity {str(error.name)[:40]!r}; none is expanded", line=line)
    if isinstance(error, UnicodeError):
        return XmlError("its bytes are not in the encoding that it declares", line=line)
    return XmlError("it refers to something outside of the file", line=line)


def local(tag: str) -> str:
    """The name of a tag without its namespace: ``{http://www.w3.org/2005/Atom}entry`` -> ``entry``."""
    return tag.rpartition("}")[2]


def child(element: Element, name: str, namespace: str | None = None) -> Element | None:
    """The first child of this name, of one namespace (the end of its address) or of any."""
    for one in element:
        space, _, tag = one.tag.rpartition("}")
        if tag == name and (namespace is None or space.strip("{/").endswith(namespace)):
            return one
    return None


def text_of(element: Element | None) -> str:
    """All text of an element, stripped; nothing for None."""
    return "" if element is None else "".join(element.itertext()).strip()


def inner_html(element: Element) -> str:
    """The content of an element that holds XHTML, as HTML."""
    parts: list[str] = []
    # Not recursive: how deep a file may nest is not for the stack to decide.
    waiting: list[Element | str] = [_escaped(element.text), *_children(element)]
    waiting.reverse()
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            parts.append(one)
            continue
        tag = local(one.tag)
        attributes = "".join(f' {local(name)}="{_escaped(value)}"' for name, value in one.attrib.items())
        parts.append(f"<{tag}{attributes}>")
        if tag not in _VOID:
            waiting += reversed([_escaped(one.text), *_children(one), f"</{tag}>"])
    return "".join(parts)


def _children(element: Element) -> Iterator[Element | str]:
    for one in element:
        yield one
        yield _escaped(one.tail)


def _escaped(text: str | None) -> str:
    return (text or "").replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _codec(start: bytes, charset: str | None) -> str:
    for mark, codec in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if start.startswith(mark):
            return codec
    declared = _DECLARED.search(start)
    return codec_of(charset or (declared.group(1).decode("ascii") if declared else None)) or "utf-8"


class _Collector:
    """Builds the elements that are asked for and lets everything around them go."""

    def __init__(self, tags: frozenset[str]) -> None:
        self.parser: Any = None
        self._tags = tags
        self._found: deque[Element | Record] = deque()
        self._builder: TreeBuilder | None = None
        self._depth = 0
        self._record_depth = 0
        self._record_line = 0
        self._size = 0
        self._elements = 0

    @property
    def line(self) -> int:
        return int(getattr(self.parser, "CurrentLineNumber", 1))

    def taken(self) -> Iterator[Element | Record]:
        while self._found:
            yield self._found.popleft()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1:
            self._found.append(Element(tag, attributes))
        if self._depth > _MAX_DEPTH:
            raise XmlError(f"elements are nested more than {_MAX_DEPTH} deep", line=self.line)
        if self._builder is None and self._depth > 1 and local(tag) in self._tags:
            self._builder, self._record_depth, self._record_line = TreeBuilder(), self._depth, self.line
            self._size = self._elements = 0
        if self._builder is not None:
            self._elements += 1
            if self._elements > _MAX_RECORD_ELEMENTS:
                raise XmlError(f"a record of more than {_MAX_RECORD_ELEMENTS:,} elements", line=self._record_line)
            self._builder.start(tag, attributes)

    def data(self, data: str) -> None:
        if self._builder is not None:
            self._size += len(data)
            if self._size > _MAX_RECORD_CHARACTERS:
                raise XmlError(f"a record longer than {_MAX_RECORD_CHARACTERS:,} characters", line=self._record_line)
            self._builder.data(data)

    def end(self, tag: str) -> None:
        if self._builder is not None:
            self._builder.end(tag)
            if self._depth == self._record_depth:
                self._found.append(Record(self._builder.close(), self._record_line))
                self._builder = None
        self._depth -= 1

    def close(self) -> None:
        """Nothing is left to do; the parser calls it at the end."""
