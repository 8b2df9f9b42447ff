"""Two texts word by word: which words are the same, in what order, and where they stand in each."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from onrecord.text.normalise import fold

__all__ = ["Run", "Word", "find_run", "loose_form", "matching_runs", "scan", "split_words"]


class Word(NamedTuple):
    """A word or a sign that counts, where it stands, and how it is compared.

    ``key`` is what must agree: typography folded, lower case.  ``loose`` is for finding it: no accents,
    letters of other alphabets that look Latin made Latin.  ``shown`` keeps the case.
    """

    start: int
    end: int
    shown: str
    key: str
    loose: str


class Run(NamedTuple):
    """``size`` words that are the same in both: ``claim[claim:claim + size]`` and ``source[source:...]``."""

    claim: int
    source: int
    size: int
    weight: float


_HAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
# Everything that can be seen and is no mere punctuation is a token, so that nothing escapes the comparison.
# An editor's brackets may stand inside a word: "[T]he".
# Letters come in pieces of at most 64: no word is longer, and an endless one must not fill a cache.
_TOKEN = re.compile(
    rf"[{_HAN}]"
    rf"|(?:[^\W\d_{_HAN}]\.){{2,8}}[^\W\d_{_HAN}]?(?![^\W\d_])"
    r"|(?:(?<![^\s(\[\"'])-(?=\d))?\d{1,64}(?:[.,:/]\d{1,64}){0,7}"
    rf"|[^\W\d_{_HAN}][{_MARKS}]*(?:['\[\]]?[^\W\d_{_HAN}][{_MARKS}]*){{0,63}}"
    r"|[%&@+=<>$]"
    r"|[^\w\s\x00-\x7f\u2010-\u2027\u2032-\u205e\u22ef\u3001-\u3003\u3008-\u3011\u3014-\u301f]"
)
_THOUSANDS = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
# What can be compared as it stands: no accents apart from their letters, no compatibility forms, nothing unseen.
_UNUSUAL = re.compile(
    r"[^\n\t\r -~¡-§«¬®¿-ŰŴ-žƀ-ǃǍ-ǰǴ-ʯ\u0391-\u03a1\u03a3-\u03ce\u0400-\u0482\u048a-\u052f"
    r"\u2010-\u2015\u2018-\u201f\u2020-\u2022\u20ac\u22ef\u3001-\u3011\u3041-\u3096\u30a1-\u30fe\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]"
)
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# A full stack of accents has three or four; sorting an endless one costs quadratic time.
_MOST_MARKS = 30


def _one_to_one() -> dict[int, str]:
    table: dict[int, str] = {}
    for code in (*range(0xA0, 0x370), *range(0x2000, 0x2070), 0x2212, *range(0x3000, 0x3040), *range(0xFF00, 0xFFF0)):
        if unicodedata.category(chr(code)) != "No" and len(to := fold(chr(code)).text) == 1:
            table[code] = to
    # A minus sign before a digit is part of the number; a dash between two thoughts never is.
    return {**table, 0x2014: " ", 0x2015: " ", 0x2026: "⋯", 0x02BC: "'", 0x00B4: "'", 0xFF40: "'"}


_TYPOGRAPHY = _one_to_one()

_LATIN = dict(
    zip(
        "аеорсухіјѕһԁԛԝьАВЕКМНОРСТУХІЈЅԌαειοκνρυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧℓıƖɑɡ",
        "aeopcyxijshdqwbABEKMHOPCTYXIJSGaeiokvpuxABEZHIKMNOPTYXlilag",
        strict=True,
    )
)


def split_words(text: str, start: int = 0, end: int | None = None) -> list[Word]:
    """The words of ``text[start:end]``; Chinese characters, numbers and signs such as ``%`` count as words.

    ``“The city’s 5%”`` -> ``the``, ``city's``, ``5``, ``%``
    """
    return [Word(first, last, *_forms(shown)) for first, last, shown in scan(text, start, end)]


def scan(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int, str]]:
    """Where each word begins and ends, and its letters without anything that nobody can see."""
    plain, offsets = _plain(text[start:end])
    if offsets is None:
        for match in _TOKEN.finditer(plain):
            yield start + match.start(), start + match.end(), match.group()
        return
    for match in _TOKEN.finditer(plain):
        yield start + offsets[match.start()], start + offsets[match.end() - 1] + 1, match.group()


def loose_form(shown: str) -> str:
    """A word as it is searched for: ``Émile`` -> ``emile``."""
    return _forms(shown)[2]


@lru_cache(maxsize=65_536)
def _forms(shown: str) -> tuple[str, str, str]:
    shown = shown.replace("[", "").replace("]", "")
    key = shown.lower()
    if key[-1].isdigit() and _THOUSANDS.fullmatch(key):
        key = key.replace(",", "")
    elif "." in key and not key[-1].isdigit():
        key = key.replace(".", "")
    if key.isascii():
        return shown, key, key
    # Letters first and marks after them, one by one: sorting a tower of marks is what takes forever.
    parts = (part for character in shown for part in unicodedata.normalize("NFD", character))
    loose = "".join(_LATIN.get(part, part) for part in parts if not unicodedata.category(part).startswith("M"))
    return shown, key, loose.lower().replace(".", "") or key


def _plain(text: str) -> tuple[str, list[int] | None]:
    """Fold typography character by character; offsets only if lengths change."""
    if not text.isascii():
        text = text.translate(_TYPOGRAPHY)
    if _UNUSUAL.search(text) is None:
        return text, None
    characters: list[str] = []
    offsets: list[int] = []
    for index, base, marks in _clusters(text):
        spelled = _spelled(base)
        if marks:
            spelled = unicodedata.normalize("NFC", spelled + "".join(_spelled(mark) for mark in marks))
        characters.append(spelled)
        offsets.extend([index] * len(spelled))
    return "".join(characters), offsets


def _clusters(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """Each character that can be seen with the marks that stand on it."""
    base, at = "", 0
    marks: list[str] = []
    for index, character in enumerate(text):
        if _is_unseen(character):
            continue
        if base and unicodedata.combining(character) and len(marks) < _MOST_MARKS:
            marks.append(character)
            continue
        if base:
            yield at, base, marks
        base, at, marks = character, index, []
    if base:
        yield at, base, marks


@lru_cache(maxsize=4096)
def _is_unseen(character: str) -> bool:
    if _UNSEEN.match(character):
        return True
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Cn"} and not character.isspace()


@lru_cache(maxsize=4096)
def _spelled(character: str) -> str:
    # ² and ½ are numbers of their own: "10²" is not "102".
    if unicodedata.category(character) == "No":
        return character
    return unicodedata.normalize("NFKC", character)


def find_run(claim: Sequence[str], source: Sequence[str]) -> int:
    """Where the whole of ``claim`` first stands in ``source``, or -1."""
    if not claim or len(claim) > len(source):
        return -1
    joined = "\0".join(("", *source, ""))
    at = joined.find("\0".join(("", *claim, "")))
    return joined.count("\0", 0, at) if at >= 0 else -1


_MOST_PAIRS = 60_000
_GRAM = 6
_ISOLATED = 1.0
_DISTANCE_COST = 0.05
_NEAR = 8


def matching_runs(claim: Sequence[str], source: Sequence[str], weigh: Callable[[str], float]) -> list[Run]:
    """Runs of the same words in the same order, the heaviest first and then what fits around it.

    A run far from its neighbours must weigh more, so that a stray "the" matches nothing.  The time is
    bounded: of very long texts only what rare sequences of words anchor is compared in detail.

    ``a b x c``, ``a b y c`` -> ``a b`` and ``c``
    """
    weights = [weigh(word) for word in claim]
    places = _places(claim, source)
    found: list[Run] = []
    boxes = list(_boxes(claim, source, weights, places, found))
    while boxes:
        box = boxes.pop()
        run = _heaviest(claim, weights, places, box)
        if run is None or run.weight < _needed(run, box, len(claim), len(source)):
            continue
        found.append(run)
        boxes.append((box[0], run.claim, box[2], run.source))
        boxes.append((run.claim + run.size, box[1], run.source + run.size, box[3]))
    return _joined(sorted(found))


_Box = tuple[int, int, int, int]


def _places(claim: Sequence[str], source: Sequence[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {word: [] for word in claim}
    for index, word in enumerate(source):
        if word in places:
            places[word].append(index)
    return places


def _boxes(
    claim: Sequence[str],
    source: Sequence[str],
    weights: Sequence[float],
    places: dict[str, list[int]],
    found: list[Run],
) -> Iterator[_Box]:
    """The whole as one box, or, if that is too much to compare, the boxes between anchors."""
    if sum(len(places[word]) for word in claim) <= _MOST_PAIRS:
        yield 0, len(claim), 0, len(source)
        return
    at_claim = at_source = 0
    for first, second in _anchors(claim, source):
        if first < at_claim or second < at_source:
            continue
        size = 0
        while (
            first + size < len(claim) and second + size < len(source) and claim[first + size] == source[second + size]
        ):
            size += 1
        while first > at_claim and second > at_source and claim[first - 1] == source[second - 1]:
            first, second, size = first - 1, second - 1, size + 1
        found.append(Run(first, second, size, sum(weights[first : first + size])))
        yield from _small((at_claim, first, at_source, second), claim, places)
        at_claim, at_source = first + size, second + size
    yield from _small((at_claim, len(claim), at_source, len(source)), claim, places)


def _small(box: _Box, claim: Sequence[str], places: dict[str, list[int]]) -> Iterator[_Box]:
    low, high, left, right = box
    pairs = 0
    for word in claim[low:high]:
        pairs += bisect_left(places[word], right) - bisect_left(places[word], left)
        if pairs > _MOST_PAIRS:
            return
    yield box


def _anchors(claim: Sequence[str], source: Sequence[str]) -> list[tuple[int, int]]:
    """Sequences of words that each text holds once, in the longest order that both share."""
    there = _once(source)
    pairs = [(first, there[gram]) for gram, first in _once(claim).items() if gram in there]
    pairs.sort()
    tops: list[int] = []
    chain: list[tuple[int, int]] = []
    before = [-1] * len(pairs)
    ends: list[int] = []
    for index, (_, second) in enumerate(pairs):
        at = bisect_left(tops, second)
        before[index] = ends[at - 1] if at else -1
        tops[at : at + 1] = [second]
        ends[at : at + 1] = [index]
    index = ends[-1] if ends else -1
    while index >= 0:
        chain.append(pairs[index])
        index = before[index]
    return chain[::-1]


def _once(words: Sequence[str]) -> dict[tuple[str, ...], int]:
    seen: dict[tuple[str, ...], int] = {}
    for index in range(len(words) - _GRAM + 1):
        gram = tuple(words[index : index + _GRAM])
        seen[gram] = -1 if gram in seen else index
    return {gram: index for gram, index in seen.items() if index >= 0}


def _heaviest(claim: Sequence[str], weights: Sequence[float], places: dict[str, list[int]], box: _Box) -> Run | None:
    """The run of greatest weight in a box (difflib's longest match, by weight instead of length)."""
    low, high, left, right = box
    if low >= high or left >= right:
        return None
    best = Run(0, 0, 0, 0.0)
    before: dict[int, tuple[float, int]] = {}
    for index in range(low, high):
        here: dict[int, tuple[float, int]] = {}
        at = places[claim[index]]
        for place in at[bisect_left(at, left) :] if left else at:
            if place >= right:
                break
            weight, size = before.get(place - 1, (0.0, 0))
            weight, size = weight + weights[index], size + 1
            here[place] = weight, size
            if weight > best.weight + 1e-9:
                best = Run(index - size + 1, place - size + 1, size, weight)
        before = here
    return best if best.size else None


def _needed(run: Run, box: _Box, claim_size: int, source_size: int) -> float:
    """The weight that a run needs: little next to others, more the farther it stands from them."""
    low, high, left, right = box
    if low == 0 and high == claim_size and left == 0 and right == source_size:
        return 0.0
    shifts = []
    if low > 0 or left > 0:
        shifts.append(((run.source - left), (run.claim - low)))
    if high < claim_size or right < source_size:
        shifts.append((right - run.source - run.size, high - run.claim - run.size))
    source_gap, claim_gap = min(shifts, key=lambda gap: abs(gap[0] - gap[1]))
    if source_gap <= _NEAR and claim_gap <= _NEAR:
        return 0.0 if abs(source_gap - claim_gap) <= 2 else 0.5
    return _ISOLATED + _DISTANCE_COST * max(source_gap - claim_gap, 0)


def _joined(runs: list[Run]) -> list[Run]:
    joined: list[Run] = []
    for run in runs:
        last = joined[-1] if joined else None
        if last and last.claim + last.size == run.claim and last.source + last.size == run.source:
            joined[-1] = Run(last.claim, last.source, last.size + run.size, last.weight + run.weight)
        else:
            joined.append(run)
    return joined
