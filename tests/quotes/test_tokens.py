"""Words of a sentence, with their places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.quotes.marks import marked
from onrecord.quotes.tokens import Token, tokenise


def tokens_of(text: str) -> list[Token]:
    return [token for sentence in tokenise(text, 0, len(text), marked(text, 0, len(text)), "en") for token in sentence]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pu’s plan works.", ["pu's", "plan", "works", "."]),
        ("Mr. Pu met J. Berg", ["mr.", "pu", "met", "j.", "berg"]),
        ("Plan B. he left", ["plan", "b", ".", "he", "left"]),
        ("No.\nPu left", ["no", ".", "pu", "left"]),
        ("the U.S. paid 3,000 on May 3, 2022", ["the", "u.s.", "paid", "3,000", "on", "may", "3", ",", "2022"]),
        ("co-founder–Chair -- so...", ["co-founder–chair", "--", "so", "..."]),
        ("a, b", ["a", ",", "b"]),
    ],
)
def test_words_are_told_apart(text: str, expected: list[str]) -> None:
    assert [token.word for token in tokens_of(text)] == expected


def test_kinds() -> None:
    assert [token.kind for token in tokens_of("Pu paid 3 euros “for all of it”.")] == ["N", "w", "d", "w", "q", "p"]


@given(
    st.lists(
        st.sampled_from(["Pu", "’", " ", "  ", "\n", "\u00a0", ".", "U.S.", "no", "3,5", "--", "门", "é", "“", "”"])
    )
)
def test_tokens_are_slices_and_leave_out_white_space_only(parts: list[str]) -> None:
    text = "".join(parts)
    at = 0
    for token in tokens_of(text):
        assert not text[at : token.start].strip()
        assert token.kind == "q" or _plain(text[token.start : token.end]) == _plain(token.word)
        at = token.end
    assert not text[at:].strip()


def _plain(word: str) -> str:
    return word.lower().replace("’", "'")
