"""Sentence boundaries, as spans of the text that they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sentencex import get_sentence_boundaries

from onrecord.types import Span

__all__ = ["sentences"]

_WIDEST = 10_000
# Between these characters no sentence ends, so that the splitter need not be asked.
_CAN_END = re.compile(r"[^A-Za-z0-9 ,'’‘“”\"-]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_CLOSERS = "”’\"')]»」』"
_OPENERS = "“‘\"'([«「『„"


def sentences(text: str, start: int = 0, end: int | None = None, language: str | None = None) -> list[Span]:
    """The sentences of ``text[start:end]``: in order, without the white space around them.

    A quotation's own full stop does not end the sentence that goes on around it:
    ``“Why?” he asked.  Nobody knew.`` -> ``“Why?” he asked.`` and ``Nobody knew.``
    """
    end = len(text) if end is None else end
    if end - start <= _WIDEST and _CAN_END.search(text, start, end - 1) is None:
        whole = _trimmed(text, start, end)
        return [] if whole is None else [whole]
    spans: list[Span] = []
    at = start
    for boundary in _boundaries(text, start, end, (language or "en")[:2]):
        stop = _before_opening(text, boundary, end)
        found = _trimmed(text, at, stop)
        at = stop
        if found is None:
            continue
        if spans and _continues(text, spans[-1], found):
            found = Span(spans.pop().start, found.end)
        spans.append(found)
    return spans


def _boundaries(text: str, start: int, end: int, language: str) -> Iterator[int]:
    # Window by window what is longer than any paper's paragraph: the splitter takes quadratic time on a
    # long run of quotation marks.
    while start < end:
        stop = end
        if end - start > _WIDEST:
            stop = text.rfind(" ", start + 1, start + _WIDEST) + 1 or start + _WIDEST
        # Half a character, which no article holds but a model or a question may, cannot be handed on.
        window = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text[start:stop])
        for piece in get_sentence_boundaries(language, window):
            yield start + piece["end_index"]
        start = stop


def _before_opening(text: str, stop: int, end: int) -> int:
    # A quotation that is not closed in this text leaves its opening mark with the sentence before.
    if stop < end and text[stop - 1] in _OPENERS and text[stop - 2 : stop - 1].isspace() and not text[stop].isspace():
        return stop - 1
    return stop


def _trimmed(text: str, start: int, end: int) -> Span | None:
    while end > start and text[end - 1].isspace():
        end -= 1
    while start < end and text[start].isspace():
        start += 1
    return Span(start, end) if end > start else None


def _continues(text: str, before: Span, found: Span) -> bool:
    between = text[before.end : found.start]
    if between.count("\n") > 1:
        return False
    first = text[found.start]
    if first in "”’»」』" or (first in ",;" and found.end - found.start > 1):
        return True
    return text[before.end - 1] in _CLOSERS and first.islower()
