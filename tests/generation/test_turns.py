"""Turns at the model: in order, bounded, and nothing for an answer that nobody wants."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from onrecord.errors import ModelBusyError
from onrecord.generation.turns import Turns
from onrecord.types import Message
from tests.fakes import ScriptedModel

ASK = (Message("user", "Who?"),)


def wanted() -> bool:
    return True


class Asking(threading.Thread):
    """One answer in a thread: it counts, then streams; ``said`` is what came or the error."""

    def __init__(self, turns: Turns, model: ScriptedModel, wanted: Callable[[], bool] = wanted) -> None:
        super().__init__(daemon=True)
        self.said: str | Exception | None = None
        self._given = turns, model, wanted
        self.start()

    def run(self) -> None:
        turns, model, wanted = self._given
        try:
            with turns.turn(model, wanted) as lent:
                lent.count_tokens("Who?")
                self.said = "".join(lent.stream(ASK, max_tokens=20))
        except ModelBusyError as error:
            self.said = error


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_one_after_the_other_and_the_rest_at_once() -> None:
    turns, model = Turns(limit=2), ScriptedModel(["one", "two", "three"])
    model.gate.clear()
    answers = []
    for number in range(3):
        answers.append(Asking(turns, model))
        until(lambda: turns.waiting == number + 1)  # noqa: B023 - called before the next turn of the loop
    late = Asking(turns, model)
    late.join(5)
    assert isinstance(late.said, ModelBusyError)
    model.gate.set()
    for answer in answers:
        answer.join(5)
    assert [answer.said for answer in answers] == ["one", "two", "three"]
    assert turns.waiting == 0


def test_patience_ends() -> None:
    turns, model = Turns(patience_seconds=0.2), ScriptedModel(["one"])
    model.gate.clear()
    first = Asking(turns, model)
    until(lambda: turns.waiting == 1)
    second = Asking(turns, model)
    second.join(5)
    assert isinstance(second.said, ModelBusyError)
    model.gate.set()
    first.join(5)
    assert first.said == "one"


def test_who_left_has_neither_the_model_nor_a_place() -> None:
    turns, model = Turns(), ScriptedModel(["one", "two"])
    model.gate.clear()
    gone = threading.Event()
    first = Asking(turns, model, lambda: not gone.is_set())
    until(lambda: len(model.history) == 1)
    second = Asking(turns, model, lambda: not gone.is_set())
    until(lambda: turns.waiting == 2)
    third = Asking(turns, model)
    until(lambda: turns.waiting == 3)
    gone.set()
    first.join(5)
    second.join(5)
    assert (first.said, second.said) == ("", "")
    assert model.stopped == 1
    model.gate.set()
    third.join(5)
    assert third.said == "two"
    assert len(model.history) == 2


def test_a_turn_ends_with_an_answer_that_never_streamed() -> None:
    turns, model = Turns(), ScriptedModel(["one"])
    with turns.turn(model, wanted) as lent:
        assert lent.count_tokens("Who is it?") > 0
        assert turns.waiting == 1
    assert turns.waiting == 0
    with turns.turn(model, wanted) as lent:
        lent.close()
    last = Asking(turns, model)
    last.join(5)
    assert last.said == "one"


@pytest.mark.parametrize("pieces", [0, 1])
def test_closing_a_stream_gives_the_turn_back(pieces: int) -> None:
    turns, model = Turns(), ScriptedModel(["one two three"])
    with turns.turn(model, wanted) as lent:
        stream = lent.stream(ASK, max_tokens=20)
        for _ in range(pieces):
            next(stream)
        stream.close()  # type: ignore[attr-defined]  # an iterator in the protocol, a generator in fact
        assert turns.waiting == 0
