"""Lines that many stories of an outlet share are its page's; what one story says many times is not."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.text.recurring import LineCounter, set_aside
from onrecord.types import Article
from tests.samples import kinds, plain

FOOT = "Our reporters follow the harbour every day and night for you."


def stories(count: int, line: str = FOOT, *, same: bool = False, outlet: str = "Daily") -> list[Article]:
    """Articles that end with one line, of as many stories or of one that ran as often."""
    return [
        plain(f"The council met for the {0 if same else n}th time, said the mayor of the town in the hall.\n\nIt rained.\n\n{line}",
              name=f"{outlet}{n}", outlet=outlet)
        for n in range(count)
    ]  # fmt: skip


def aside(articles: list[Article]) -> list[str]:
    lines = LineCounter()
    for article in articles:
        lines.count(article)
    recurring = lines.recurring()
    return sorted(
        {text for one in articles for kind, text in kinds(set_aside(one, recurring)) if kind == "boilerplate"}
    )


def test_a_line_of_many_stories_is_set_aside() -> None:
    assert aside(stories(12)) == [FOOT]


def test_the_text_and_the_offsets_stay() -> None:
    articles = stories(12)
    lines = LineCounter()
    for article in articles:
        lines.count(article)
    after = set_aside(articles[0], lines.recurring())
    assert after.text == articles[0].text
    assert [(b.start, b.end) for b in after.blocks] == [(b.start, b.end) for b in articles[0].blocks]


def test_copies_of_one_story_count_once() -> None:
    assert aside(stories(50, same=True)) == []


def test_another_outlet_counts_for_itself() -> None:
    assert aside([article for n in range(12) for article in stories(1, outlet=f"Daily {n}")]) == []


@pytest.mark.parametrize(
    ("shared", "others", "expected"), [(3, 0, False), (4, 0, True), (4, 20, False), (9, 90, False), (10, 90, True)]
)
def test_how_many_are_many(shared: int, others: int, expected: bool) -> None:
    rest = [
        plain(f"Nothing of the kind happened on day {n}, they said.", name=f"o{n}", outlet="Daily")
        for n in range(others)
    ]
    assert (FOOT in aside(stories(shared) + rest)) is expected


@pytest.mark.parametrize(
    "line",
    [
        "“We need new gates for the wall,” said Keller.",
        'He said: "Never."',
        "「墙太矮」，她说。",
        "Maria Keller:",
        "Thank you.",
        "word " * 70,
    ],
    ids=["curly", "straight", "Chinese", "speaker", "answer", "long"],
)
def test_what_may_bear_repeating_is_left_alone(line: str) -> None:
    assert line.strip() not in aside(stories(40, line))


def test_a_heading_that_recurs_stays_one() -> None:
    articles = [
        plain(
            f"A long first line about day {n} of the year, as it was.\n\nTexas\n\nThe wall of day {n} is longer than the others by far.",
            name=str(n),
            outlet="D",
        )
        for n in range(40)
    ]
    assert "Texas" not in aside(articles)
    assert ("heading", "Texas") in kinds(articles[0])


@given(st.randoms(use_true_random=False))
def test_the_order_does_not_matter(chance: random.Random) -> None:
    articles = stories(12) + stories(3, outlet="Other")
    shuffled = list(articles)
    chance.shuffle(shuffled)
    assert aside(articles) == aside(shuffled)


def test_nothing_recurs_among_nothing() -> None:
    assert LineCounter().recurring() == frozenset()
