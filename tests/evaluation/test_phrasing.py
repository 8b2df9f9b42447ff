"""What a model wrote is counted as the product would show it."""

from __future__ import annotations

import pytest
from tests.fakes import ScriptedModel
from tests.samples import plain

from onrecord.evaluation import phrasing
from onrecord.evaluation.phrasing import SYSTEMS, Asked
from onrecord.evaluation.phrasing_cases import ARTICLES, QUESTIONS
from onrecord.generation.prompts import REFUSAL
from onrecord.types import Evidence, EvidenceItem, Passage

TEXTS = ("The ferry to Skarn carries 290 passengers.", "“The boat is a lovely thing,” said Hanne Skarstad.")
SPEAKERS = (None, "Hanne Skarstad")


def asked(*answers: str) -> Asked:
    found = enumerate(zip(map(plain, TEXTS), SPEAKERS, strict=True), 1)
    items = [EvidenceItem(n, Passage(a, 0, len(a.text)), "quoted" if who else "extract", who) for n, (a, who) in found]
    return Asked("What of the ferry to Skarn?", Evidence(tuple(items)), answers)


@pytest.mark.parametrize(
    ("said", "statements", "shown"),
    [
        ("The ferry to Skarn carries 290 passengers. [1]", [(True, True)], ["The ferry to Skarn carries 290 passengers. [1]"]),
        ("The ferry to Skarn carries 290 passengers. [2]", [(True, False)], ["The ferry to Skarn carries 290 passengers. [1]"]),
        ("The ferry to Skarn carries 290 passengers.", [(True, False)], ["The ferry to Skarn carries 290 passengers. [1]"]),
        ("The ferry to Skarn carries 300 passengers. [1]", [(False, False)], []),
        ("The boat is a lovely thing. [2]", [(False, False)], []),
        ("Skarstad said that the boat is a lovely thing. [2]", [(True, True)], ["Skarstad said that the boat is a lovely thing. [2]"]),
        (REFUSAL, [], []),
    ],
)  # fmt: skip
def test_a_statement_passes_where_the_product_would_show_it(
    said: str, statements: list[tuple[bool, bool]], shown: list[str]
) -> None:
    written = phrasing._write(ScriptedModel([said]), SYSTEMS["prompt"], asked())
    assert [each[1:] for each in written.statements] == statements
    assert list(written.shown) == shown


def test_the_figures_are_shares() -> None:
    both = "The ferry to Skarn carries 290 passengers. [2] The ferry sank. [1] Skarstad said that the boat is a lovely thing. [2]"
    written = [phrasing._write(ScriptedModel([said]), SYSTEMS["prompt"], asked()) for said in (both, REFUSAL)]
    figures = phrasing._figures([asked("290"), asked("290")], written)
    assert figures["statements"] == 3
    assert figures["passed"] == 66.7
    assert figures["markers right, of those that passed"] == 50.0
    assert figures["questions with a statement"] == 50.0
    assert figures["holds the answer"] == 50.0


def test_the_newspaper_is_asked_fifty_questions_once_each() -> None:
    assert len(set(QUESTIONS)) == 50
    assert len({one["id"] for one in ARTICLES}) == len(ARTICLES)
