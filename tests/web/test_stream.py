"""The bridge to asynchronous code: one thread, nothing ahead of the reader, always closed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from typing import Any

import pytest

from onrecord.errors import BusyError, ClosingError
from onrecord.types import AnswerEvent, Question, Searched
from onrecord.web.stream import Answers

ASKED = Question("q")


def stream(ask: Any, question: Question) -> AsyncGenerator[AnswerEvent, None]:
    return Answers(ask).stream(question)


class Core:
    """An ``ask`` that counts its steps and notes the thread of each."""

    def __init__(self, steps: int = 3, fail_at: int | None = None) -> None:
        self.steps = steps
        self.fail_at = fail_at
        self.made = 0
        self.threads: set[int] = set()
        self.closed = threading.Event()
        self.gate = threading.Event()
        self.gate.set()

    def __call__(
        self, question: Question, *, phrased: bool = True, wanted: Callable[[], bool] = bool
    ) -> Iterator[AnswerEvent]:
        self.wanted = wanted
        try:
            for step in range(self.steps):
                self.threads.add(threading.get_ident())
                self.gate.wait(10)
                if step == self.fail_at:
                    raise LookupError("no")
                self.made += 1
                yield Searched(question.text, ())
        finally:
            self.threads.add(threading.get_ident())
            self.closed.set()


def test_gives_every_event_from_one_thread() -> None:
    core = Core()

    async def drain() -> int:
        return len([event async for event in stream(core, ASKED)])

    assert asyncio.run(drain()) == 3
    assert core.closed.wait(2)
    assert len(core.threads) == 1
    assert threading.get_ident() not in core.threads


def test_an_error_reaches_the_reader() -> None:
    core = Core(fail_at=1)

    async def drain() -> None:
        async for _ in stream(core, ASKED):
            pass

    with pytest.raises(LookupError):
        asyncio.run(drain())
    assert core.closed.wait(2)


def test_leaving_closes_the_core_and_computes_nothing_more() -> None:
    core = Core(steps=100)

    async def leave() -> None:
        async with aclosing(stream(core, ASKED)) as events:
            async for _ in events:
                break

    asyncio.run(leave())
    assert core.closed.wait(2)
    assert core.made == 1


def test_cancelling_does_not_wait_for_a_step_that_runs() -> None:
    core = Core()
    core.gate.clear()

    async def cancel() -> None:
        async def drain() -> None:
            async with aclosing(stream(core, ASKED)) as events:
                async for _ in events:
                    pass

        task = asyncio.create_task(drain())
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 1)
        assert not core.closed.is_set()

    asyncio.run(cancel())
    core.gate.set()
    assert core.closed.wait(2)
    assert core.made == 1


def test_a_plain_iterator_needs_no_close() -> None:
    async def drain() -> int:
        return len([event async for event in stream(lambda question, **_: iter([Searched("q", ())]), ASKED)])

    assert asyncio.run(drain()) == 1


def test_the_core_hears_that_nobody_wants_the_answer_while_it_works() -> None:
    core = Core()
    core.gate.clear()

    async def leave() -> None:
        async def drain() -> None:
            async with aclosing(stream(core, ASKED)) as events:
                async for _ in events:
                    pass

        task = asyncio.create_task(drain())
        await asyncio.sleep(0.1)
        assert core.wanted()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(leave())
    assert not core.wanted()
    core.gate.set()
    assert core.closed.wait(2)


def test_a_page_that_is_closed_is_heard_of() -> None:
    core = Core()

    async def leave() -> None:
        answers = Answers(core)
        async with aclosing(answers.stream(ASKED, session="a")) as events:
            await anext(events)
            answers.leave("b")
            assert core.wanted()
            answers.leave("a")
            assert not core.wanted()

    asyncio.run(leave())


def test_closing_ends_what_runs_and_takes_no_more() -> None:
    core = Core()
    core.gate.clear()

    async def close() -> None:
        answers = Answers(core)

        async def drain() -> None:
            async with aclosing(answers.stream(ASKED)) as events:
                async for _ in events:
                    pass

        task = asyncio.create_task(drain())
        await asyncio.sleep(0.1)
        answers.close()
        with pytest.raises(ClosingError):
            await asyncio.wait_for(task, 1)
        with pytest.raises(ClosingError):
            await anext(answers.stream(ASKED))
        assert answers.running == 0

    asyncio.run(close())
    core.gate.set()
    assert core.closed.wait(2)


def test_more_than_so_many_at_once_are_refused_at_once() -> None:
    core = Core()

    async def crowd() -> None:
        answers = Answers(core, most=1)
        async with aclosing(answers.stream(ASKED)) as events:
            await anext(events)
            with pytest.raises(BusyError):
                await anext(answers.stream(ASKED))
        assert answers.running == 0

    asyncio.run(crowd())
