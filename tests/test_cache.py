"""An answer that was given before is given at once, until what it rests on changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from onrecord.cache import AnswerCache, key_of
from onrecord.errors import ModelBusyError
from onrecord.runtime import Runtime
from onrecord.settings import load_settings
from onrecord.types import Answer, AnswerEvent, Article, Filters, Hit, Passage, Question, Searched, Turn
from tests.fakes import FakeEmbedder, Reply, ScriptedModel
from tests.samples import HARBOUR, SMELTER, write_jsonl

WALL = Question("What does Keller say about the wall?")
SAID = "Keller said that the water is rising faster than the wall. [1]"
Asked = Callable[..., list[AnswerEvent]]


@pytest.fixture
def built(tmp_path: Path) -> Iterator[Callable[..., Runtime]]:
    runtimes: list[Runtime] = []

    def build(*replies: Reply, most: int = 10) -> Runtime:
        runtimes.append(
            Runtime(load_settings(index=tmp_path / "i"), embedder=FakeEmbedder(), model=ScriptedModel(replies))
        )
        runtimes[-1].ingest([write_jsonl(tmp_path / "a.jsonl", {"id": "wall", "text": HARBOUR})])
        runtimes[-1].keep_answers(most)
        return runtimes[-1]

    yield build
    for runtime in runtimes:
        runtime.close()


def asks(runtime: Runtime) -> int:
    assert isinstance(runtime.model, ScriptedModel)
    return len(runtime.model.history)


def without_times(events: list[AnswerEvent]) -> list[AnswerEvent]:
    return [replace(event, timings=None) if isinstance(event, Answer) else event for event in events]


def test_the_same_question_gets_the_same_events_and_no_model_is_asked(built: Callable[..., Runtime]) -> None:
    runtime = built(SAID)
    first, second = (
        list(runtime.ask(WALL)),
        list(runtime.ask(replace(WALL, text="  What does Keller say\nabout the wall? "))),
    )
    assert without_times(first) == without_times(second)
    assert isinstance(second[-1], Answer)
    assert second[-1].mode == "model"
    assert second[-1].timings is not None
    assert second[-1].timings.total == 0
    assert asks(runtime) == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(WALL, text="What does Keller say about the gates?"),
        replace(WALL, filters=Filters(articles=("wall",))),
        replace(WALL, filters=Filters(since=date(2000, 1, 1))),
        replace(WALL, today=date(2022, 1, 1)),
        replace(WALL, history=(Turn("Who is Keller?", ""),)),
    ],
)
def test_another_question_is_answered_anew(other: Question) -> None:
    assert key_of(other, "m") != key_of(WALL, "m")
    assert key_of(WALL, None) != key_of(WALL, "m") != key_of(WALL, "n")


def test_with_and_without_the_model_are_two_answers(built: Callable[..., Runtime]) -> None:
    runtime = built(SAID)
    assert [list(runtime.ask(WALL, phrased=phrased))[-1].mode for phrased in (True, False, True)] == [  # type: ignore[union-attr]
        "model", "extractive", "model",
    ]  # fmt: skip
    assert asks(runtime) == 1


def test_an_answer_that_a_busy_model_left_unphrased_is_not_kept(built: Callable[..., Runtime]) -> None:
    runtime = built(ModelBusyError("busy", hint="wait"), SAID)
    assert [list(runtime.ask(WALL))[-1].mode for _ in range(2)] == ["extractive", "model"]  # type: ignore[union-attr]


def test_a_reader_who_leaves_keeps_nothing(built: Callable[..., Runtime]) -> None:
    runtime = built(SAID, SAID)
    events = runtime.ask(WALL)
    next(events)
    events.close()  # type: ignore[attr-defined]
    assert isinstance(list(runtime.ask(WALL))[-1], Answer)
    assert asks(runtime) == 1


def test_a_publication_ends_what_was_kept(built: Callable[..., Runtime], tmp_path: Path) -> None:
    runtime = built(SAID, SAID)
    before = list(runtime.ask(WALL))[-1]
    built().ingest([write_jsonl(tmp_path / "b.jsonl", {"id": "copper", "text": SMELTER})])
    after = list(runtime.ask(WALL))[-1]
    assert isinstance(before, Answer)
    assert isinstance(after, Answer)
    assert (before.generation, after.generation) == ("gen-000001", "gen-000002")
    assert asks(runtime) == 2
    assert list(runtime.ask(WALL))[-1] != before
    assert asks(runtime) == 2


def test_nothing_of_a_withdrawn_article_is_kept(built: Callable[..., Runtime]) -> None:
    runtime = built(SAID, SAID)
    assert not list(runtime.ask(WALL))[-1].refused  # type: ignore[union-attr]
    built().withdraw("wall")
    assert list(runtime.ask(WALL))[-1].refused  # type: ignore[union-attr]


def test_unless_told_to_a_runtime_keeps_nothing(built: Callable[..., Runtime]) -> None:
    runtime = built(SAID, SAID, most=0)
    list(runtime.ask(WALL))
    list(runtime.ask(WALL))
    assert asks(runtime) == 2


def test_the_least_recently_used_answer_goes_first() -> None:
    cache = AnswerCache(2)
    answers = {name: Answer(name, (), (), refused=True, mode="extractive", generation="g") for name in "abc"}
    for name in "ab":
        cache.keep(name, (answers[name],), phrased=True)
    assert cache.find("a")
    cache.keep("c", (answers["c"],), phrased=True)
    assert len(cache) == 2
    assert [bool(cache.find(name)) for name in "abc"] == [True, False, True]


def test_answers_are_kept_within_their_bytes_and_one_that_is_larger_is_not() -> None:
    def found(name: str, length: int) -> tuple[AnswerEvent, ...]:
        hits = [Hit(Passage(Article(name, letter * length, ()), 0, 1), 1.0) for letter in "ab"]
        near = (hits[0].passage.article,)  # the same article again takes no more
        return Searched(name, tuple(hits)), Answer(name, (), (), True, "extractive", "g", near)

    cache = AnswerCache(100, most_bytes=1_000_000)
    for number in range(10):
        cache.keep(number, found(str(number), 100_000), phrased=True)
    assert [number for number in range(10) if cache.find(number)] == [6, 7, 8, 9]
    cache.keep(9, found("9", 200_000), phrased=True)  # in place of what was kept under its name
    assert [number for number in range(10) if cache.find(number)] == [7, 8, 9]
    cache.keep("huge", found("huge", 600_000), phrased=True)
    assert not cache.find("huge")
    assert len(cache) == 3
