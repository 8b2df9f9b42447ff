"""What is counted in a run of words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from onrecord.quotes.measures import (
    days,
    differ,
    hedges,
    is_only_hedge,
    meant,
    names,
    negations,
    numbers,
    units,
)
from onrecord.text.align import Word, split_words


@pytest.mark.parametrize(
    ("measure", "one", "other", "differs"),
    [
        (numbers, "five gates", "5 gates", False),
        (numbers, "five gates", "six gates", True),
        (numbers, "3,000 euros", "3000 euros", False),
        (numbers, "三 个", "四 个", True),
        (negations, "it is not so", "it isn't so", False),
        (negations, "it is so", "it is never so", True),
        (negations, "不会", "会", True),
        (hedges, "it may fail", "it might fail", False),
        (hedges, "I think it fails", "it fails", True),
        (hedges, "可能会", "会", True),
        (units, "five percent", "5%", False),
        (units, "five days", "a day", False),
        (units, "five days", "five weeks", True),
        (days, "on Monday", "on Tuesday", True),
        (names, "in Oststadt", "in Nordhafen", True),
        (names, "the Gates", "the Gates", False),
    ],
)
def test_measures(measure: Callable[[Sequence[Word]], object], one: str, other: str, differs: bool) -> None:
    assert differ(measure, split_words(one), split_words(other)) is differs  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "only"), [("I think", True), ("may", True), ("not", True), ("the old wall", False)])
def test_only_a_hedge(text: str, only: bool) -> None:
    assert is_only_hedge(split_words(text)) is only


def test_words_without_meaning_of_their_own() -> None:
    assert [word.key for word in meant(split_words("And well, the gates"))] == ["gates"]
