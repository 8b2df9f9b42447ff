"""Fragments that name a passage on the publisher's page."""

from __future__ import annotations

import random
from urllib.parse import unquote

import pytest

from onrecord.text.fragments import fragment

STORY = (
    "The mayor said on Monday that the wall will be raised.\n\n"
    "“We need new gates,” the mayor said. Nobody objected, not even the long-time critics & friends.\n\n"
    "The wall will be raised. The wall will be raised.\n\n" + "Words of a long closing paragraph follow here now. " * 9
)


def named(words: str, *, after: int = 0) -> str | None:
    start = STORY.index(words, after)
    return fragment(STORY, start, start + len(words))


def test_a_short_passage_is_named_in_full() -> None:
    assert named("Nobody objected,") == "text=Nobody%20objected%2C"


def test_what_parts_a_fragment_is_encoded() -> None:
    found = named("the long-time critics & friends")
    assert found == "text=the%20long%2Dtime%20critics%20%26%20friends"


def test_a_passage_across_blocks_is_named_by_its_ends() -> None:
    found = named(
        "the mayor said. Nobody objected, not even the long-time critics & friends.\n\nThe wall will be raised."
    )
    assert found == "text=the%20mayor%20said.%20Nobody,wall%20will%20be%20raised."


def test_what_stands_there_twice_is_told_apart_by_what_is_beside_it() -> None:
    first = STORY.index("The wall will be raised.", 100)
    second = STORY.index("The wall will be raised.", first + 1)
    one, other = (fragment(STORY, start, start + 24) for start in (first, second))
    assert one != other
    assert one == "text=The%20wall%20will%20be%20raised.,-The%20wall%20will"
    assert other == "text=will%20be%20raised.-,The%20wall%20will%20be%20raised."


def test_the_headline_counts() -> None:
    text = "Gates close. They will open again."
    assert fragment(text, 0, 12) == "text=Gates%20close."
    assert fragment(text, 0, 12, above=["Gates close."]) == "text=Gates%20close.,-They%20will%20open"


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("word", 1, 3),
        ("a don't b", 2, 5),
        ("a 3.5 b", 2, 4),
        ("   ", 0, 3),
        ("", 0, 0),
        ("same\n\nsame\n\nsame", 6, 10),
        ("x " * 400, 200, 203),
    ],
)
def test_what_cannot_be_named_has_no_fragment(text: str, start: int, end: int) -> None:
    if text.startswith("same"):  # the lines beside it differ from those of the others
        assert fragment(text, start, end) == "text=same-,same,-same"
    else:
        assert fragment(text, start, end) is None


def test_chinese_is_named_between_its_punctuation() -> None:
    text = "市长周一表示，城墙将加高。没有人反对。\n\n城墙将加高。"
    start = text.rindex("城墙")
    found = fragment(text, start, len(text))
    assert found is not None
    assert unquote(found) == "text=市长周一表示，城墙将加高。没有人反对。-,城墙将加高。"


def test_case_accents_and_marks_do_not_tell_two_places_apart() -> None:
    text = 'The café “opens”. Later: the CAFE "opens". End.'
    found = fragment(text, 0, 17)
    assert found is not None
    assert found.endswith(",-Later%3A%20the%20CAFE")


def test_a_fragment_names_words_that_stand_in_the_passage() -> None:
    chance = random.Random(3)
    for _ in range(300):
        start = chance.randrange(len(STORY) - 1)
        end = chance.randrange(start + 1, len(STORY) + 1)
        found = fragment(STORY, start, end)
        if found is None:
            continue
        terms = [
            unquote(part)
            for part in found.removeprefix("text=").split(",")
            if not part.endswith("-") and not part.startswith("-")
        ]
        inside = " ".join(STORY[start:end].split())
        assert inside.startswith(terms[0])
        assert inside.endswith(terms[-1])
