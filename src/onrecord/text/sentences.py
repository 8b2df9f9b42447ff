"""Sentence boundaries, as spans of the text that they stand in."""

from __future__ import annotations

import re

from sentencex import get_sentence_boundaries

from onrecord.types import Span

__all__ = ["sentences"]

_SPACE = re.compile(r"\s*")
_CLOSERS = "”’\"')]»」』"


def sentences(text: str, start: int = 0, end: int | None = None, language: str | None = None) -> list[Span]:
    """The sentences of ``text[start:end]``: in order, without the white space around them.

    A quotation's own full stop does not end the sentence that goes on around it:
    ``“Why?” he asked.  Nobody knew.`` -> ``“Why?” he asked.`` and ``Nobody knew.``
    """
    end = len(text) if end is None else end
    spans: list[Span] = []
    for piece in get_sentence_boundaries((language or "en")[:2], text[start:end]):
        found = _trimmed(text, start + piece["start_index"], start + piece["end_index"])
        if found is None:
            continue
        if spans and _continues(text, spans[-1], found):
            found = Span(spans.pop().start, found.end)
        spans.append(found)
    return spans


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
