"""When a passage supports a statement; each rule by a case made for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.generation.support import unsupported
from tests.samples import HARBOUR, SENTENCES

PLANS = (
    "Chongqing is planning to use smart manufacturing to improve the automobile industry, while Chengdu is "
    "strong in electronics."
)
WALL = "The harbour wall in Oststadt will be raised by two metres before the winter of 2031, the council decided."
COST = "Keller said that the work might cost 40 million euros, although no contract has been signed."
CALM = "The gates held in the storm of Tuesday night, and the port stayed open."


@pytest.mark.parametrize(
    ("statement", "passage"),
    [
        (PLANS, PLANS),
        ("Chongqing is planning to use smart manufacturing.", PLANS),
        ("The harbour wall in Oststadt will be raised by two metres.", WALL),
        ("The gates held in the storm, and the port stayed open.", CALM),
        ("重庆是中国最大的汽车制造基地。", "专家说，重庆是中国最大的汽车制造基地。"),
    ],
)
def test_what_stands_there_is_supported(statement: str, passage: str) -> None:
    assert unsupported(statement, passage) is None


@pytest.mark.parametrize(
    ("rule", "statement", "passage"),
    [
        ("names swapped", "Chengdu is planning to use smart manufacturing, while Chongqing is strong in electronics.", PLANS),
        ("another name", "The harbour wall in Weststadt will be raised by two metres.", WALL),
        ("a name put in", "Keller raised the harbour wall in Oststadt by two metres before winter.", WALL),
        ("a digit changed", "The harbour wall in Oststadt will be raised before the winter of 2032.", WALL),
        ("a number word changed", "The harbour wall in Oststadt will be raised by three metres.", WALL),
        ("a number put in", "The gates held in the 2 storms of Tuesday night.", CALM),
        ("a negation dropped", "The contract has been signed, Keller said.", "Keller said that no contract has been signed."),
        ("a negation put in", "The gates never held in the storm of Tuesday night.", CALM),
        ("a short negation put in", "The port didn't stay open and the gates held in the storm.", CALM),
        ("a hedge put in", "The harbour wall in Oststadt will be raised by approximately two metres.", WALL),
        ("a hedge dropped", "Keller said that the work will cost 40 million euros.", "The work might cost 40 million euros, Keller said."),
        ("a hedge put in", "The gates may have held in the storm of Tuesday night.", CALM),
        ("a condition dropped", "The port will close on Tuesday.", "The port will close on Tuesday if the gates fail."),
        ("words in another order", "The port held in the storm, and the gates stayed open.", CALM),
        ("other words", "The council of the town was angry about the open gates of the port.", CALM),
        ("nothing said", "It is so.", CALM),
        ("no statement", "", CALM),
        ("no passage", "The gates held in the storm.", ""),
    ],
)  # fmt: skip
def test_what_does_not_stand_there_is_not_supported(rule: str, statement: str, passage: str) -> None:
    assert unsupported(statement, passage), rule


def test_the_reason_can_be_read() -> None:
    assert unsupported("The wall in Oststadt was raised in 1999.", WALL) == "'1999' does not stand there in this place"
    assert unsupported("The gates held.", CALM, speaker="Maria Keller") == "it does not say that Maria Keller said it"


@pytest.mark.parametrize(
    ("statement", "supported"),
    [
        ("Keller said the water is rising faster than the wall.", True),
        ("Maria Keller says that the water is rising faster than the wall.", True),
        ("The water is rising faster than the wall.", False),
        ("Moore said the water is rising faster than the wall.", False),
    ],
)
def test_somebodys_words_need_that_somebody(statement: str, supported: bool) -> None:
    passage = "“The water is rising faster than the wall,” said Maria Keller."
    assert (unsupported(statement, passage, speaker="Maria Keller") is None) == supported


@pytest.mark.parametrize(
    ("statement", "supported"),
    [
        ("Stendahl said that the old bridge is safe for cars.", True),
        ("Stendahl said that it is not safe for what it was carrying every night.", True),
        ("Stendahl said that it is safe for what it was carrying every night.", False),
        ("Stendahl said that the old bridge is not safe for cars.", False),
        ("The old bridge is safe for cars.", False),
    ],
)
def test_one_sentence_of_somebodys_words_is_enough(statement: str, supported: bool) -> None:
    passage = (
        "“The old bridge is safe for cars. It is not safe for what it was carrying every night,” said Yara Stendahl."
    )
    assert (unsupported(statement, passage, speaker="Yara Stendahl") is None) == supported


def test_words_are_not_gathered_from_all_over_the_passage() -> None:
    passage = "The gates held. It rained for days. The mayor of the town slept. Nobody saw the port close on Tuesday."
    assert unsupported("The gates close on Tuesday.", passage)


def test_two_neighbouring_sentences_may_make_one_statement() -> None:
    passage = "The gates held in the storm. The port stayed open on Tuesday."
    assert unsupported("The gates held in the storm and the port stayed open on Tuesday.", passage) is None


@given(st.sampled_from(SENTENCES[:3] + SENTENCES[6:]), st.sampled_from([HARBOUR, "", CALM]))
def test_a_sentence_supports_itself_wherever_it_stands(sentence: str, around: str) -> None:
    assert unsupported(sentence, f"{around}\n\n{sentence}\n\n{around}") is None


@given(st.text(st.characters()), st.text(st.characters()))
def test_any_two_texts_get_a_verdict(statement: str, passage: str) -> None:
    reason = unsupported(statement, passage)
    assert reason is None or reason
