"""What the parts that read a sentence hand to each other."""

from __future__ import annotations

from typing import NamedTuple

from onrecord.types import Span

__all__ = ["Attribution", "Said"]


class Said(NamedTuple):
    """An attribution in offsets of the article, with the sentence that it stands in."""

    cue: Span
    source: Span | None
    contents: tuple[Span, ...]
    sentence: Span


class Attribution(NamedTuple):
    """Indices into a sentence's tokens: the cue, the source's phrase, and the phrases of what is said."""

    cue: tuple[int, int]
    source: tuple[int, int] | None
    contents: tuple[tuple[int, int], ...]
