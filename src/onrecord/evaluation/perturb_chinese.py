"""Changes to a Chinese quotation, each a pure function of the words and a source of chance; None if none fits."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from onrecord.evaluation.perturb_words import ZH_HEDGES, ZH_NEGATED, ZH_NEGATIONS, ZH_NUMBERS, ZH_SWAPS

__all__ = [
    "add_negation",
    "change_number",
    "cut_end",
    "cut_front",
    "cut_middle",
    "cut_middle_marked",
    "drop_hedge",
    "drop_negation",
    "swap_word",
]

_SHORTEST = 5
_KEPT = 8
_NUMBER = re.compile(rf"\d+|[{ZH_NUMBERS}](?=[年个名次倍届天月人家种点块亿万千百十])")
_NEGATION = re.compile("|".join(ZH_NEGATIONS))
_HEDGE = re.compile("|".join(ZH_HEDGES))
_NEGATABLE = re.compile("|".join(sorted(ZH_NEGATED, key=len, reverse=True)))
_SWAPPABLE = re.compile("|".join(sorted(ZH_SWAPS, key=len, reverse=True)))
_NOT_AFTER = "不没未别只可但还总若如要便正都社机议大协开晚商工学委年约才凡"
_NOT_BEFORE = "不非否力议面计员见够"


def swap_word(text: str, draw: random.Random) -> str | None:
    """One word of two characters for another of its kind."""
    return _changed(text, draw, list(_SWAPPABLE.finditer(text)), lambda word: ZH_SWAPS[word])


def change_number(text: str, draw: random.Random) -> str | None:
    """One figure, or a numeral before a measure word, for another."""
    return _changed(text, draw, list(_NUMBER.finditer(text)), lambda number: _other_number(number, draw))


def add_negation(text: str, draw: random.Random) -> str | None:
    """``会`` -> ``不会``, where it is a word of its own."""
    places = [
        match
        for match in _NEGATABLE.finditer(text)
        if text[match.start() - 1 : match.start()] not in _NOT_AFTER
        and (match.end() == len(text) or text[match.end()] not in _NOT_BEFORE)
        and match.start() > 0
    ]
    return _changed(text, draw, places, lambda word: ZH_NEGATED[word])


def drop_negation(text: str, draw: random.Random) -> str | None:
    """``不会`` -> ``会``, ``没有`` -> ``有``; ``不是...而是`` is left alone."""
    if "而是" in text or "不得不" in text or "不能不" in text:
        return None
    places = [
        m
        for m in _NEGATION.finditer(text)
        if text[max(0, m.start() - 1) : m.start()] not in {"是", "能", "会"} or not m.start()
    ]
    return _changed(text, draw, places, lambda word: "" if word == "从未" else re.sub("[并不没未绝]", "", word))


def drop_hedge(text: str, draw: random.Random) -> str | None:
    """``可能`` or ``我认为`` left out."""
    places = [
        m
        for m in _HEDGE.finditer(text)
        if text[max(0, m.start() - 1) : m.start()] not in {"不", "尽", "有"} or not m.start()
    ]
    return _changed(text, draw, places, lambda _word: "")


def cut_front(sentence: str, draw: random.Random) -> str | None:
    """The sentence without its first clauses."""
    parts = _clauses(sentence)
    ends = [at for at in range(1, len(parts)) if _droppable("".join(parts[:at])) and _is_kept("".join(parts[at:]))]
    return "".join(parts[draw.choice(ends) :]) if ends else None


def cut_end(sentence: str, draw: random.Random) -> str | None:
    """The sentence without its last clauses, closed with a full stop."""
    parts = _clauses(sentence)
    starts = [at for at in range(1, len(parts)) if _droppable("".join(parts[at:])) and _is_kept("".join(parts[:at]))]
    return "".join(parts[: draw.choice(starts)]).rstrip("，、；") + "。" if starts else None


def cut_middle(sentence: str, draw: random.Random) -> str | None:
    """The sentence without a clause between its first and its last."""
    return _without_middle(sentence, draw, "")


def cut_middle_marked(sentence: str, draw: random.Random) -> str | None:
    """The same with the gap marked."""
    return _without_middle(sentence, draw, "……")


def _changed(text: str, draw: random.Random, places: Sequence[re.Match[str]], new: Callable[[str], str]) -> str | None:
    if not places:
        return None
    place = draw.choice(places)
    return text[: place.start()] + new(place[0]) + text[place.end() :]


def _other_number(number: str, draw: random.Random) -> str:
    figures = "123456789" if number[0].isascii() else ZH_NUMBERS
    at = draw.randrange(len(number))
    return number[:at] + draw.choice([figure for figure in figures if figure != number[at]]) + number[at + 1 :]


def _clauses(sentence: str) -> list[str]:
    return [part for part in re.split(r"(?<=[，；])", sentence) if part]


def _droppable(part: str) -> bool:
    return (
        len(re.findall(r"[\u4e00-\u9fff]", part)) >= _SHORTEST
        and not _NEGATION.search(part)
        and not _HEDGE.search(part)
        and not re.search(rf"[\d{ZH_NUMBERS}不没未]", part)
    )


def _is_kept(part: str) -> bool:
    return len(re.findall(r"[\u4e00-\u9fff]", part)) >= _KEPT


def _without_middle(sentence: str, draw: random.Random, sign: str) -> str | None:
    parts = _clauses(sentence)
    middle = [
        at
        for at in range(1, len(parts) - 1)
        if _droppable(parts[at]) and _is_kept("".join([*parts[:at], *parts[at + 1 :]]))
    ]
    if not middle:
        return None
    at = draw.choice(middle)
    return "".join([*parts[:at], sign, *parts[at + 1 :]])
