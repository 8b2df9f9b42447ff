"""What of a claim is the speaker's and what the editor's."""

from __future__ import annotations

import pytest

from onrecord.quotes.claims import read_claim, weight


@pytest.mark.parametrize(
    ("text", "words", "inserted", "pauses"),
    [
        ("We need gates", "we need gates", {}, set()),
        ("[The city] is … big", "is big", {0: "the city"}, {1}),
        ("It is [very] big", "it is big", {2: "very"}, set()),
        ("[T]he gates . . . hold", "the gates hold", {}, {2}),
        ("It is big [now]", "it is big", {3: "now"}, set()),
        ("... and so on", "and so on", {}, {0}),
        ("and so on ...", "and so on", {}, {3}),
        ("[only this]", "only this", {}, set()),
        ("a ［b］ 〔c〕 d", "a d", {1: "b c"}, set()),
    ],
)
def test_brackets_and_ellipses(text: str, words: str, inserted: dict[int, str], pauses: set[int]) -> None:
    claim = read_claim(text)
    assert " ".join(word.key for word in claim.words) == words
    assert {at: " ".join(word.key for word in inside) for at, inside in claim.inserted} == inserted
    assert set(claim.pauses) == pauses


def test_brackets_may_be_prints_own() -> None:
    claim = read_claim("It is [very] big", brackets=False)
    assert [word.key for word in claim.words] == ["it", "is", "very", "big"]
    assert claim.inserted == ()


def test_what_a_word_weighs() -> None:
    assert weight("the") < weight("gates")
    assert weight("don't") == weight("the")
    assert weight("水") == weight("gates") / 2
