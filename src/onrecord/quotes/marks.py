"""Quotation marks of real papers: which words stand between them, paragraph by paragraph."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from onrecord.types import Span

__all__ = ["Marked", "closings", "marked"]


class Marked(NamedTuple):
    """Words between marks: the span with its marks, the words alone, and whether no mark closes them."""

    start: int
    end: int
    words: Span
    opener: str
    unclosed: bool = False


_MARK = re.compile(r"['’‘`“”\"„«»「」『』＂]")
# Three apostrophes in a row close a single mark and then a doubled one.  Where each branch begins with a letter of its
# own, as none would in a class of characters, the text between marks is skipped at once.
_DOUBLE = re.compile(r"'(?:(?<=[\w,.?!]')(?=''(?!'))|')|``|“|”|\"|„|«|»|「|」|『|』|＂")
_SINGLE = re.compile(r"[‘’']")
_ALIKE = {
    "“": "”",
    "„": "”",
    "«": "»",
    "»": "«",
    "「": "」",
    "『": "』",
    '"': '"',
    "''": "''",
    "``": "''",
    "＂": "＂",
}
_CLOSES: dict[str, tuple[str, ...]] = {
    "“": ("”",),
    "„": ("”", "“"),
    "«": ("»",),
    "»": ("«",),
    "「": ("」",),
    "『": ("』",),
    '"': ('"', "”"),
    "''": ("''",),
    "``": ("''",),
    "＂": ("＂",),
}
_BEFORE_AN_OPENING = " \t\n\r\u00a0\u3000([{—–-/:,;，：。；、…"
_SINGLE_MIN_WORDS = 2
_SINGLE_CANDIDATES = 40
_INCHES = re.compile(r"['’]\d{1,2}$")


def marked(text: str, start: int, end: int) -> list[Marked]:
    """Return the outermost pairs of marks in the paragraph ``text[start:end]``, in order.

    ``He said, “Read ‘Emma’ first.”`` -> one pair around ``Read ‘Emma’ first.``
    """
    if _MARK.search(text, start, end) is None:
        return []
    doubles = _doubles(text, start, end)
    singles = _singles(text, start, end, doubles)
    if not singles:
        return doubles
    return sorted([*singles, *(pair for pair in doubles if not _inside(pair, singles))])


def closings(opener: str) -> tuple[str, ...]:
    """Return the marks that close ``opener``: ``“`` -> ``("”",)``."""
    return _CLOSES.get(opener, ("’", "'"))


def _doubles(text: str, start: int, end: int) -> list[Marked]:
    pairs: list[Marked] = []
    opener = ""
    opened = begin = 0
    depth = 0
    last_guillemet = text.rfind("«", start, end)
    for match in _DOUBLE.finditer(text, start, end):
        mark = match.group()
        if mark == "'":
            continue
        if not opener:
            if _can_open(text, match, start, end, last_guillemet):
                opener, opened, begin, depth = mark, match.start(), match.end(), 0
            continue
        if mark == '"' and _INCHES.search(text, max(begin, match.start() - 3), match.start()):
            continue
        if mark == opener and mark not in _CLOSES[opener] and not _closes_by_place(text, match, end):
            depth += 1
        elif mark in _CLOSES[opener] or (mark in '“"' and _closes_by_place(text, match, end)):
            if depth:
                depth -= 1
                continue
            _add(pairs, text, Span(opened, match.end()), Span(begin, match.start()), opener)
            opener = ""
    if opener:
        _add_unclosed(pairs, text, Span(opened, end), begin, opener, depth)
    return pairs


def _can_open(text: str, match: re.Match[str], start: int, end: int, last_guillemet: int) -> bool:
    """Tell whether a quotation may begin here; a straight mark after a digit is an inch."""
    mark = match.group()
    if mark in "”」』" or match.end() >= end:
        return False
    if mark == "»":
        return last_guillemet >= match.end()
    if mark in ('"', "''", "＂") and match.start() > start:
        before = text[match.start() - 1]
        return not before.isdigit() and not (before.isalnum() and before.isascii())
    return True


def _closes_by_place(text: str, match: re.Match[str], end: int) -> bool:
    """Whether a mark of the wrong form stands where only a closing one can: ``“No.“ He left``."""
    before = text[match.start() - 1]
    after = text[match.end()] if match.end() < end else " "
    return not before.isspace() and not after.isalnum()


def _add(pairs: list[Marked], text: str, whole: Span, words: Span, opener: str, unclosed: bool = False) -> None:
    start, end = words
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        pairs.append(Marked(whole.start, whole.end, Span(start, end), opener, unclosed))


def _add_unclosed(pairs: list[Marked], text: str, whole: Span, begin: int, opener: str, depth: int) -> None:
    """Close at the paragraph's end, or, if a second pair opened inside, leave the nearest reading."""
    closing = text.rfind(_ALIKE[opener], begin, whole.end) if depth else -1
    if closing > begin:
        _add(pairs, text, Span(whole.start, closing + 1), Span(begin, closing), opener)
    else:
        _add(pairs, text, whole, Span(begin, whole.end), opener, unclosed=True)


def _singles(text: str, start: int, end: int, doubles: list[Marked]) -> list[Marked]:
    """Pairs of single marks outside the double ones; apostrophes are neither."""
    pairs: list[Marked] = []
    places = [match.start() for match in _SINGLE.finditer(text, start, end)]
    taken = start
    for index, place in enumerate(places):
        if place < taken or not _opens_single(text, place, start, end) or _within(place, doubles):
            continue
        closing = _single_closing(text, places, index + 1, start, end)
        if closing is None or _crosses(place, closing, doubles):
            continue
        if len(text[place:closing].split()) < _SINGLE_MIN_WORDS and text[closing - 1] not in ",.?!":
            continue
        _add(pairs, text, Span(place, closing + 1), Span(place + 1, closing), text[place])
        taken = closing + 1
    return pairs


def _opens_single(text: str, place: int, start: int, end: int) -> bool:
    if text[place] == "’" or place + 1 >= end:
        return False
    # NYT's doubled apostrophes are double marks.
    if "'" in (text[place + 1], text[place - 1] if place > start else " "):
        return False
    before = text[place - 1] if place > start else " "
    return before in _BEFORE_AN_OPENING and not text[place + 1].isspace() and not text[place + 1].isdigit()


def _single_closing(text: str, places: list[int], index: int, start: int, end: int) -> int | None:
    """Return the first mark after a point before the next opening one, else the first that ends a word."""
    first: int | None = None
    for place in places[index : index + _SINGLE_CANDIDATES]:
        if _opens_single(text, place, start, end) and text[place] != "’":
            break
        after = text[place + 1] if place + 1 < end else " "
        if text[place] == "‘" or after.isalnum() or after == "'" or text[place - 1] == "'":
            continue
        if text[place - 1] in ",.?!…":
            return place
        if first is None and not text[place - 1].isspace():
            first = place
    return first


def _within(place: int, pairs: Sequence[Marked]) -> bool:
    pair = _last_before(place, pairs)
    return pair is not None and pair.start <= place < pair.end


def _crosses(start: int, end: int, pairs: Sequence[Marked]) -> bool:
    return any(
        pair is not None and pair.start < place < pair.end
        for place in (start, end)
        for pair in [_last_before(place, pairs)]
    )


def _inside(pair: Marked, others: Sequence[Marked]) -> bool:
    other = _last_before(pair.start, others)
    return other is not None and other.start < pair.start and pair.end <= other.end


def _last_before(place: int, pairs: Sequence[Marked]) -> Marked | None:
    """Return the last pair that begins at ``place`` or before it."""
    index = bisect_right(pairs, place, key=lambda pair: pair.start)
    return pairs[index - 1] if index else None
