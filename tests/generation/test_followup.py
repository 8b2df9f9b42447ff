"""Questions that lean on the conversation."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.evaluation.followup_cases import CASES
from onrecord.evaluation.followups import measure, understood
from onrecord.evaluation.suite import Options
from onrecord.generation.followup import self_contained
from onrecord.text.names import speaker_forms
from onrecord.types import Turn

FORMS = speaker_forms({"Maria Keller": ["Keller"], "James Moore": ["Moore"], "王毅": []})
GATES = "What does Keller say about the gates?"


def form(text: str, *before: str, answer: str = "") -> str:
    return self_contained(text, [Turn(question, answer) for question in before], FORMS)


@pytest.mark.parametrize("kind", CASES)
def test_the_suites_cases_are_understood(kind: str) -> None:
    wrong = [case.text for case in CASES[kind] if not understood(case)]
    # The price of a ticket: only somebody who knows what trains are sees that it is theirs.
    assert wrong == (["票价是多少？"] if kind == "Chinese" else [])


def test_the_suite_counts_what_it_is_given() -> None:
    figures = measure(Options(Path()))
    assert figures["all"] == "62 of 63"


@pytest.mark.parametrize(
    ("before", "text", "expected"),
    [
        (GATES, "And its costs?", "What does Keller say about the gates’s costs?"),
        (GATES, "When did she say that?", "When did Keller say that about the gates?"),
        (GATES, "And what did the union say?", "And what did the union say about the gates?"),
        (GATES, "Was that before the strike?", f"{GATES} Was that before the strike?"),
        (GATES, "Did the union say that they will strike?", "Did the union say that they will strike?"),
        ("Who won the 2022 World Cup?", "Whom did they beat?", "Who won the 2022 World Cup? Whom did they beat?"),
        (
            "Why did Norway close the smelter?",
            "When did it reopen?",
            "Why did Norway close the smelter? When did it reopen?",
        ),
    ],
)
def test_what_is_written_out_reads_well_or_the_question_before_goes_in_front(
    before: str, text: str, expected: str
) -> None:
    assert form(text, before) == expected


def test_a_name_of_the_answer_may_be_meant_where_the_question_has_none() -> None:
    assert (
        form("Where was she born?", "Who leads the port?", answer="Maria Keller does.")
        == "Where was Maria Keller born?"
    )
    both = "Maria Keller and James Moore do."
    assert form("Where was she born?", "Who leads it?", answer=both) == "Who leads it? Where was she born?"


def test_a_long_conversation_stays_short_and_quick() -> None:
    turns = ["Why?", "x" * 100_000, "? " * 5_000, GATES, *["And why is that?"] * 1_000]
    began = time.monotonic()
    assert len(form("Why?", *turns)) < 1200
    assert time.monotonic() - began < 1


@given(st.text(max_size=80), st.text(max_size=80))
def test_nothing_that_was_asked_is_lost_without_a_conversation(text: str, before: str) -> None:
    assert form(text) == " ".join(form(text).split())
    assert "\n" not in form(text, before)
