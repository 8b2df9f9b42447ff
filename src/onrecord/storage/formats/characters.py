"""Bytes -> text in the encoding that was declared, else detected; and text that was decoded wrongly before."""

from __future__ import annotations

import codecs
import re

import ftfy
from charset_normalizer import from_bytes

from onrecord.errors import FileError

__all__ = ["codec_of", "decoded", "mojibake"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What a page calls by these names, browsers read as the larger sets beside them.
_LARGER = {
    **dict.fromkeys(("ascii", "iso8859-1", "latin-1"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk"), "gb18030"),
    "iso8859-9": "cp1254",
    "shift_jis": "cp932",
}
_SAMPLE = 100_000

_WRONG = re.compile(
    r"""
      [\x80-\x84\x86-\x9f]             # no text holds control characters; Windows-1252 read as Latin-1 does
    | \ufffd                           # a decoder gave up here
    | 锟斤拷                            # the same, read as GBK later
    """,
    re.VERBOSE,
)
# The first byte of a UTF-8 sequence and a later one, as Latin-1 or Windows-1252 shows them.
_PAIR = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)
_CHINESE = re.compile("[\u4e00-\u9fff]{6,}")


def decoded(data: bytes, declared: str | None = None) -> str:
    """The text of ``data``: by its byte order mark, its declaration, as UTF-8, or as detected.

    A declaration that the bytes contradict is passed over.  Raises FileError where nothing fits.
    """
    for mark, codec in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(codec)
            except UnicodeDecodeError:
                raise FileError(f"its byte order mark says {codec}, which it is not", hint="save it as UTF-8") from None
    if b"\0" in data:
        raise FileError("it holds NUL bytes, so it is no text", hint="check the file")
    for named in (codec_of(declared), "utf-8"):
        try:
            if named is not None:
                return data.decode(named)
        except UnicodeError:
            pass
    return _detected(data)


def codec_of(declared: str | None) -> str | None:
    """Python's codec for a declared encoding, the larger set where one is meant; None if it knows none."""
    try:
        name = codecs.lookup((declared or "").strip()).name
        # Some codecs make no text of bytes, as rot13 and base64 do.
        "a".encode(name).decode(name)
    except (LookupError, UnicodeError, ValueError, TypeError, AssertionError):
        return None
    return _LARGER.get(name, name)


def mojibake(text: str) -> str | None:
    """The first place of ``text`` that was decoded wrongly before it came here, or None.

    ``It was a cafÃ© then`` -> ``"a cafÃ© then"``
    """
    if text.isascii():
        return None
    for match in _WRONG.finditer(text):
        return _around(text, match)
    for match in _PAIR.finditer(text):
        near = text[max(0, match.start() - 100) : match.end() + 100]
        if ftfy.fix_encoding(near) != near:
            return _around(text, match)
    for match in _CHINESE.finditer(text):
        # UTF-8 read as GBK looks like Chinese; what really is Chinese makes no UTF-8 of its bytes in GBK.
        again = match.group().encode("gbk", "ignore").decode("utf-8", "replace")
        if 4 * again.count("\ufffd") < len(again) and len(_CHINESE.sub("", again)) < len(again):
            return _around(text, match)
    return None


def _detected(data: bytes) -> str:
    first = re.search(rb"[\x80-\xff]", data)
    start = max(0, first.start() - _SAMPLE // 2) if first else 0
    best = from_bytes(data[start : start + _SAMPLE]).best()
    try:
        if best is not None:
            return data.decode(best.encoding)
    except UnicodeError:
        pass
    raise FileError("its encoding cannot be told", hint="save it as UTF-8")


def _around(text: str, match: re.Match[str]) -> str:
    return " ".join(text[max(0, match.start() - 12) : match.end() + 12].split())
