"""A model stops for an answer that nobody wants any more."""

from __future__ import annotations

import threading
import time

import pytest

from onrecord.generation.wanted import WhileWanted
from onrecord.types import Message
from tests.contracts import LanguageModelContract
from tests.fakes import ScriptedModel

ASK = (Message("user", "Who?"),)


class TestWhileWanted(LanguageModelContract):
    """As long as it is wanted, it is the model."""

    @pytest.fixture
    def model(self) -> WhileWanted:
        return WhileWanted(ScriptedModel(["One, two, three, four, five."] * 20), lambda: True)

    def test_after_close_it_says_so(self, model: WhileWanted) -> None:  # type: ignore[override]
        model.close()
        assert "".join(model.stream(ASK, max_tokens=3))  # the model belongs to all answers


def test_it_ends_while_there_is_nothing_to_say() -> None:
    model, gone = ScriptedModel(["one"]), threading.Event()
    model.gate.clear()
    said: list[str] = []
    thread = threading.Thread(
        target=lambda: said.extend(WhileWanted(model, lambda: not gone.is_set()).stream(ASK, max_tokens=9))
    )
    thread.start()
    time.sleep(0.1)
    assert thread.is_alive()
    gone.set()
    thread.join(5)
    assert not thread.is_alive()
    assert model.stopped == 1
    assert not "".join(said)


def test_it_does_not_begin_what_nobody_wants() -> None:
    model = ScriptedModel(["one"])
    assert list(WhileWanted(model, lambda: False).stream(ASK, max_tokens=9)) == []
    assert model.history == []
