"""What a model makes of a follow-up is believed where nothing was invented and nothing lost."""

from __future__ import annotations

import pytest

from onrecord.generation.rewriting import is_faithful, rewritten
from onrecord.types import Question, Turn
from tests.fakes import ScriptedModel

HISTORY = (Turn("Why did Norway close the smelter?", "Power became too expensive."),)
TEXT = "When did it reopen?"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("When did the smelter in Norway reopen?", True),
        ("When did the expensive smelter reopen?", True),
        ("When did the smelter close?", False),  # it no longer asks what was asked
        ("When did the smelter in Sweden reopen?", False),
        ("When did it reopen?", False),  # no better than before
        ("The smelter in Norway did reopen.", False),
        ("", False),
        ("When did " + "the smelter " * 50 + "reopen?", False),
    ],
)
def test_each_word_comes_from_the_conversation(found: str, expected: bool) -> None:
    assert is_faithful(found, TEXT, HISTORY) is expected


def test_chinese_is_compared_by_its_characters() -> None:
    history = (Turn("成渝高铁什么时候通车？", ""),)
    assert is_faithful("成渝高铁票价是多少？", "票价是多少？", history)
    assert not is_faithful("京沪高铁票价是多少？", "票价是多少？", history)


def test_the_first_line_counts_and_the_model_is_stopped_after_it() -> None:
    model = ScriptedModel(["When did the smelter reopen?\nBecause power is cheap. " * 9])
    assert rewritten(Question(TEXT, history=HISTORY), model) == "When did the smelter reopen?"
    assert model.stopped == 1


def test_a_model_that_is_silent_is_not_waited_for() -> None:
    model = ScriptedModel(["When did the smelter reopen?"])
    model.gate.clear()
    assert rewritten(Question(TEXT, history=HISTORY), model) is None
