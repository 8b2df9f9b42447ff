"""Sentence boundaries."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sentencex import get_sentence_boundaries

from onrecord.text.sentences import sentences
from tests.samples import article_texts


def cut(text: str, language: str | None = None) -> list[str]:
    return [text[start:end] for start, end in sentences(text, language=language)]


@pytest.mark.parametrize(
    "expected",
    [
        ["The council met.", "It voted at nine."],
        ["“Why?” he asked.", "Nobody knew."],
        ["“It works,” said Pu.", "“We know.”"],
        ["He paid 3.5 million euros.", "Prof. Keller paid nothing."],
        ["It rained.", "“We need new gates.", "And soon"],
        ["It rained.", '"We need new gates'],
        ["Did it rain?", "No!", "It did not."],
    ],
)
def test_sentences_are_told_apart(expected: list[str]) -> None:
    assert cut(" ".join(expected)) == expected


def test_chinese_needs_no_spaces() -> None:
    assert cut("门已经关闭。没有人知道。", "zh") == ["门已经关闭。", "没有人知道。"]


def test_only_the_slice_that_was_asked_for() -> None:
    text = "One is here. Two is here. Three is here."
    start = text.index("Two")
    assert [text[s:e] for s, e in sentences(text, start, start + 12)] == ["Two is here."]


@pytest.mark.parametrize("text", ["", " ", "\n\n\t"])
def test_nothing_has_no_sentences(text: str) -> None:
    assert sentences(text) == []


@given(st.one_of(st.text(), article_texts), st.sampled_from([None, "en", "zh", "xx"]))
def test_every_visible_character_is_in_one_sentence(text: str, language: str | None) -> None:
    spans = sentences(text, language=language)
    assert all(start < end for start, end in spans)
    assert all(before.end <= after.start for before, after in itertools.pairwise(spans))
    assert all(not text[s].isspace() and not text[e - 1].isspace() for s, e in spans)
    covered = "".join(text[start:end] for start, end in spans)
    assert "".join(covered.split()) == "".join(text.split())


@given(st.text(alphabet="aBz09 ,'’‘“”\"-", min_size=1))
def test_the_splitter_ends_no_sentence_where_it_is_not_asked(text: str) -> None:
    assert [piece["end_index"] for piece in get_sentence_boundaries("en", text)] == [len(text)]
    assert cut(text) == ([text.strip()] if text.strip() else [])
