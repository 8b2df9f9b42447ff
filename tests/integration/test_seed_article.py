"""What the first release promises of the shipped article, on the real models."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from onrecord.runtime import Runtime
from onrecord.types import Answer, AnswerEvent, Question, Searched, StatementPiece, quotations

SEED = "What does Pu say about auto manufacturing?"
FOUR_THINGS = (
    "Chongqing serves as the largest automobile manufacturing base in China",
    "improve its industrial standard, from the low-end products in the past to the middle- and high-end products",
    "use smart manufacturing and big data to improve the automobile manufacturing industry, "
    "while Chengdu is also strong in the electronics industry",
    "if the two parties cooperate and upgrade the automobile industry together, there is a lot of room for cooperation",
)
REFUSED = (
    "What is the capital of France?",
    "Who won the 2022 World Cup?",
    "What does Pu say about fishing quotas?",
)


def _answer(product: Runtime, text: str, *, phrased: bool) -> Answer:
    last = list(product.ask(Question(text), phrased=phrased))[-1]
    assert isinstance(last, Answer)
    return last


@pytest.mark.parametrize("phrased", [False, True], ids=["extractive", "model"])
class TestSeedQuestion:
    def test_it_cites_the_four_things_that_pu_says(
        self, product: Runtime, phrased: bool, request: pytest.FixtureRequest
    ) -> None:
        if phrased:
            request.getfixturevalue("language_model")
        answer = _answer(product, SEED, phrased=phrased)
        assert answer.mode == ("model" if phrased else "extractive")
        cited = {citation.number: citation for citation in answer.citations}
        for thing in FOUR_THINGS:
            own = [s for s in answer.statements if s.kind == "quoted" and thing in s.text]
            assert len(own) == 1, thing
            assert own[0].speaker == "Pu Yongjian"
            citation = cited[own[0].citations[0]]
            assert thing in citation.article.text[citation.start : citation.end]

    def test_another_word_for_what_pu_speaks_of_is_answered(
        self, product: Runtime, phrased: bool, request: pytest.FixtureRequest
    ) -> None:
        if phrased:
            request.getfixturevalue("language_model")
        answer = _answer(product, "What does Pu think of cars?", phrased=phrased)
        assert any("automobile manufacturing" in statement.text for statement in answer.statements)

    def test_every_statement_is_pus_and_every_quotation_verbatim(
        self, product: Runtime, phrased: bool, request: pytest.FixtureRequest
    ) -> None:
        if phrased:
            request.getfixturevalue("language_model")
        answer = _answer(product, SEED, phrased=phrased)
        cited = {citation.number: citation.text for citation in answer.citations}
        for statement in answer.statements:
            assert statement.speaker == "Pu Yongjian"
            assert "Pu" in statement.text
            for start, end in quotations(statement.text):
                assert any(statement.text[start:end] in cited[number] for number in statement.citations)

    def test_only_the_body_is_cited(self, product: Runtime, phrased: bool, request: pytest.FixtureRequest) -> None:
        if phrased:
            request.getfixturevalue("language_model")
        for question in (SEED, "Who is Pu Yongjian?", "What has been formed by Liangjiang New Area?"):
            for citation in _answer(product, question, phrased=phrased).citations:
                article = citation.article
                kinds = {article.kind_at(offset) for offset in range(citation.start, citation.end)}
                assert kinds <= {"body", None}

    @pytest.mark.parametrize("question", REFUSED)
    def test_what_the_corpus_does_not_hold_is_refused(
        self, product: Runtime, phrased: bool, question: str, request: pytest.FixtureRequest
    ) -> None:
        if phrased:
            request.getfixturevalue("language_model")
        answer = _answer(product, question, phrased=phrased)
        assert answer.refused
        assert not answer.statements
        assert [article.outlet for article in answer.nearest] == ["iChongqing"]


def _model_process(others: set[int]) -> int:
    """The language model's process, started by this one."""
    return (_model_processes() - others).pop()


def _model_processes() -> set[int]:
    here = str(os.getpid())
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                command = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if stat[1] == here and stat[0] != "Z" and b"onrecord.generation.worker" in command:
                found.add(int(folder.name))
    return found


def _kill_in_the_middle(product: Runtime, fault: Callable[[], None]) -> tuple[Answer, float]:
    """Ask, strike the model's process while it writes, and time what comes after."""
    with closing(product.ask(Question(SEED))) as events:  # type: ignore[type-var]
        first: AnswerEvent = next(events)
        assert isinstance(first, Searched)
        statement = next(events)
        assert isinstance(statement, StatementPiece)
        assert statement.statement.kind == "generated"
        fault()
        struck = time.monotonic()
        last = list(events)[-1]
        seconds = time.monotonic() - struck
    assert isinstance(last, Answer)
    return last, seconds


def _phrased_again(product: Runtime) -> bool:
    """Whether answers are phrased again; nobody waits long for a process that starts again, so ask until it has."""
    until = time.monotonic() + 20
    while _answer(product, SEED, phrased=True).mode != "model":
        if time.monotonic() > until:
            return False
    return True


@pytest.mark.usefixtures("language_model")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGSTOP], ids=lambda n: n.name)
def test_a_dead_model_costs_one_answer_its_phrasing(product: Runtime, number: signal.Signals) -> None:
    # A model of its own: after three faults in a minute the shared one would rest for a while.
    others = _model_processes()
    with closing(Runtime(product.settings, embedder=product.embedder)) as fresh:
        answer, seconds = _kill_in_the_middle(fresh, lambda: os.kill(_model_process(others), number))

        assert seconds < 2
        own_words = [s for s in answer.statements if s.kind == "quoted"]
        assert all(any(thing in s.text for s in own_words) for thing in FOUR_THINGS)
        assert _phrased_again(fresh)
