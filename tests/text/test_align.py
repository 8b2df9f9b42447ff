"""Words as they are compared, and which of them two texts share.  All sentences are our own."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.text.align import Run, find_run, matching_runs, split_words


def keys(text: str) -> list[str]:
    return [word.key for word in split_words(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“The city’s 5%”", ["the", "city's", "5", "%"]),
        ("high–end high-end high—end", ["high", "end"] * 3),
        ("3,000 3.5 -4 10²", ["3000", "3.5", "-4", "10", "²"]),
        ("U.S. troops left the U.S.", ["us", "troops", "left", "the", "us"]),
        (
            "ﬁne wa\u00adter e\u0301te\u0301",
            [
                "fine",
                "water",
                "été",
            ],
        ),
        ("[T]he gates ... stay … shut ⋯", ["the", "gates", "stay", "shut"]),
        ("水位 20 米", ["水", "位", "20", "米"]),
        ("５０％", ["50", "%"]),
        ("$5 & €6", ["$", "5", "&", "€", "6"]),
        ("\u200b\u200d\ufeff", []),
    ],
)
def test_words_and_signs(text: str, expected: list[str]) -> None:
    assert keys(text) == expected


@given(st.text(max_size=80))
def test_words_are_slices_in_order_and_nothing_crashes(text: str) -> None:
    at = 0
    for word in split_words(text):
        assert at <= word.start < word.end <= len(text)
        at = word.start
        assert word.key


def test_a_part_of_a_text_has_the_words_that_it_has_in_the_whole() -> None:
    text = "“The water is rising,” said Émile. “Nobody’s gates hold.”"
    whole = split_words(text)
    assert split_words(text, whole[3].start, whole[6].end) == whole[3:7]


def test_look_alikes_and_accents_differ_in_key_and_agree_loosely() -> None:
    (latin,), (cyrillic,), (accented,) = (split_words(word) for word in ("cope", "соре", "copé"))
    assert latin.key != cyrillic.key != accented.key != latin.key
    assert latin.loose == cyrillic.loose == accented.loose


def test_a_run_is_found_once() -> None:
    words = "a b c a b d".split()
    assert find_run(["a", "b", "d"], words) == 3
    assert find_run(["b", "a"], words) == -1
    assert find_run([], words) == -1


def weigh(word: str) -> float:
    return 0.25 if word in {"the", "a", "of"} else 1.0


def test_runs_around_a_changed_word() -> None:
    runs = matching_runs("a b x c d".split(), "z a b y c d".split(), weigh)
    assert [(run.claim, run.source, run.size) for run in runs] == [(0, 1, 2), (3, 4, 2)]


def test_a_stray_article_far_away_matches_nothing() -> None:
    source = ["the", *["other"] * 30, "old", "wall", "falls"]
    runs = matching_runs(["the", "old", "wall", "falls"], source, weigh)
    assert [(run.claim, run.size) for run in runs] == [(1, 3)]


@given(st.lists(st.sampled_from("abcd"), max_size=14), st.lists(st.sampled_from("abcd"), max_size=14))
def test_runs_are_the_same_words_in_the_same_order(claim: list[str], source: list[str]) -> None:
    last = Run(0, 0, 0, 0.0)
    for run in matching_runs(claim, source, weigh):
        assert claim[run.claim : run.claim + run.size] == source[run.source : run.source + run.size]
        assert run.claim >= last.claim + last.size
        assert run.source >= last.source + last.size
        last = run


def test_long_texts_take_no_square_of_their_length() -> None:
    draw = random.Random(1)
    words = [f"w{draw.randrange(400)}" for _ in range(20_000)]
    changed = list(words)
    changed[9_000] = "other"
    begun = time.process_time()
    runs = matching_runs(words, changed, weigh)
    assert time.process_time() - begun < 8
    assert sum(run.size for run in runs) == 19_999
