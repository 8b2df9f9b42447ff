"""Words, stems and languages."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.text.tokens import bigrams, content_stems, stem, stems, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The city's 3 plants", ["the", "city's", "3", "plants"]),
        ("The city’s", ["the", "city's"]),
        ("汽车制造 ok", ["汽车", "车制", "制造", "ok"]),
        ("_under_score_", ["under", "score"]),
        ("ＵＳ", ["us"]),
        ("", []),
        ("\ud800 … “ ”", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_a_chinese_character_alone_stands_for_itself() -> None:
    assert bigrams("门 汽车") == ["门", "汽车"]


@pytest.mark.parametrize(
    ("one", "other"), [("manufacturing", "manufacture"), ("city's", "city"), ("gates", "gate"), ("汽车", "汽车")]
)
def test_forms_of_a_word_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_the_subject_is_what_stop_words_leave() -> None:
    assert content_stems("What did they say about the gates, and the gate?") == ["say", "gate"]


@given(st.text(st.characters()))
def test_any_text_has_words_in_lower_case(text: str) -> None:
    assert all(word and word == word.lower() for word in words(text))
    assert len(stems(text)) == len(words(text))


def test_threads_that_stem_at_the_same_time_do_not_mix_up_their_words() -> None:
    kinds = ("reported", "generalisations", "running", "happily", "nationality", "authorities")
    some = [f"{chr(97 + n % 26)}{chr(97 + n // 26)}{kind}" for n in range(200) for kind in kinds]
    alone = [stem.__wrapped__(word) for word in some]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(lambda _: [stem.__wrapped__(word) for word in some], range(4)))
    finally:
        sys.setswitchinterval(interval)
    assert together == [alone] * 4
