"""Typography folded away, and the way back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.text.normalise import fold, single_line, visible


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("“high–end”  ﬁrm", '"high-end" firm'),
        ("«a» „b“ 「c」", '"a" "b" "c"'),
        ("it’s ‘so’", "it's 'so'"),
        ("a\u00a0\n\tb", "a b"),
        ("so\u200bft\u00adhyphen", "softhyphen"),
        ("\u202eright to left", "right to left"),
        ("１２％", "12%"),
    ],
)
def test_what_looks_alike_is_alike(text: str, folded: str) -> None:
    assert fold(text).text == folded


@given(st.text())
def test_there_is_one_offset_a_character_in_order(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.offsets)
    assert list(folded.offsets) == sorted(folded.offsets)
    assert all(0 <= offset < len(text) for offset in folded.offsets)


@given(st.text(min_size=1), st.data())
def test_a_span_of_the_folded_text_leads_to_what_folds_to_it(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    if not folded.text:
        return
    start = data.draw(st.integers(0, len(folded.text) - 1))
    end = data.draw(st.integers(start + 1, len(folded.text)))
    span = folded.original(start, end)
    assert folded.text[start:end].strip() in fold(text[span.start : span.end]).text


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text).text
    assert fold(once).text == once


@given(st.text(st.characters()))
def test_a_single_line_is_one_and_can_be_stored(text: str) -> None:
    line = single_line(text)
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
    line.encode("utf-8")


def test_what_nobody_can_see_goes() -> None:
    assert visible("a\u200b\u202e\ud800\x1b[31m\U000e0041b\n") == "a[31mb\n"
