"""What a question asks."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.generation.understand import understand
from onrecord.text.names import speaker_forms
from onrecord.types import Filters, Question, Turn

FORMS = speaker_forms({"Maria Keller": ["Keller"], "James Moore": ["Moore"]})


def test_whose_words_about_what() -> None:
    asked = understand(Question("What does Maria Keller say about the harbour gates?"), FORMS)
    assert asked.speakers == ("Maria Keller",)
    assert asked.subject == "harbour gates"
    assert asked.stems == ("harbour", "gate")
    assert asked.names == ()


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ("What did Moore and Keller say?", ("James Moore", "Maria Keller")),
        ("Who is Keller?", ("Maria Keller",)),
        ("What did Keller build?", ()),
        ("How tall is the wall?", ()),
        ("what does keller say about the wall", ("Maria Keller",)),
        ("What Keller says about the wall", ("Maria Keller",)),
        ("What’s Moore’s view of the wall?", ("James Moore",)),
        ("Why does Keller think that it leaks?", ("Maria Keller",)),
        ("How did Moore describe the wall?", ("James Moore",)),
        ("Did Keller say that it leaks?", ("Maria Keller",)),
        ("Quote Keller on the wall.", ("Maria Keller",)),
        ("What should be built, according to Keller?", ("Maria Keller",)),
        ("Which wall did Keller say would fall?", ()),
        ("Who does Keller say built the wall?", ()),
        ("How many gates will be built, Keller says?", ()),
        ("According to Keller, what percentage is paid?", ()),
        ("In an interview Moore said that he retires. What is his real name?", ()),
        ("Moore has said that he has an illness that prevents people from:", ()),
        ("What does Keller say about Moore?", ("Maria Keller",)),
        ("what did moore say about keller", ("James Moore",)),
        ("What do Keller and Moore say about the wall?", ("Maria Keller", "James Moore")),
        ("What is the opinion of Keller on Moore?", ("Maria Keller",)),
        ("What is Keller's view of Moore?", ("Maria Keller",)),
        ("What does Keller think of James Moore and his wall?", ("Maria Keller",)),
        ("What was said about Moore?", ()),
        ("What is said about Moore, according to Keller?", ("James Moore", "Maria Keller")),
        ("About Moore, what does Keller say?", ("James Moore", "Maria Keller")),
        ("What about Moore?", ("James Moore",)),
        ("Who was the guest whom Keller calls a friend?", ()),
    ],
)
def test_a_speaker_is_meant_where_words_are_asked_for(text: str, speakers: tuple[str, ...]) -> None:
    assert set(understand(Question(text), FORMS).speakers) == set(speakers)


def test_days_are_nobody() -> None:
    forms = speaker_forms({"this week": [], "Maria Keller": []})
    assert understand(Question("What did Maria Keller say this week?"), forms).speakers == ("Maria Keller",)


def test_a_speaker_named_as_a_filter_counts() -> None:
    asked = understand(Question("How tall is the wall?", Filters(speaker="keller")), FORMS)
    assert asked.speakers == ("Maria Keller",)


def test_names_and_numbers_are_what_an_answer_must_hold() -> None:
    asked = understand(Question("Did Oststadt raise its wall by 2.5 metres in 2031?"), FORMS)
    assert asked.names == ("oststadt", "2", "5", "2031")


HISTORY = (Turn("What does Keller say about the gates?", "They are old."),)


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("And what about the costs?", "What does Keller say about the costs?"),
        ("Why?", "What does Keller say about the gates? Why?"),
        ("What did she say about it?", "What did Keller say about the gates?"),
        ("What does Moore say about copper?", "What does Moore say about copper?"),
    ],
)
def test_a_question_that_points_back_is_made_self_contained(text: str, understood: str) -> None:
    asked = understand(Question(text, history=HISTORY), FORMS)
    assert asked.text == understood
    assert ("gate" in asked.stems) is ("gates" in understood)


def test_without_a_history_a_question_stands_for_itself() -> None:
    assert understand(Question("And she?"), FORMS).text == "And she?"


@given(st.text(st.characters()), st.text(st.characters()))
def test_any_question_is_understood_somehow(text: str, before: str) -> None:
    asked = understand(Question(text, today=date(2022, 6, 17), history=(Turn(before, ""),)), FORMS)
    assert "\n" not in asked.text
    assert len(set(asked.stems)) == len(asked.stems)
