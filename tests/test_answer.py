"""The path of a question, with a model that says what it is told to."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onrecord.errors import ModelBusyError, ModelCrashedError, QuestionError
from onrecord.evaluation.hostile import MISMARKED, PAIRS, violations
from onrecord.runtime import Runtime
from onrecord.settings import load_settings
from onrecord.types import Answer, Filters, Question, Searched, StatementPiece, Turn, quotations
from tests.fakes import FakeEmbedder, Reply, ScriptedModel
from tests.samples import HARBOUR, SHIPPED, SMELTER

WALL = "What does Keller say about the wall?"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("answers")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "harbour.txt").write_text("The wall\n\n" + HARBOUR, "utf-8")
    (folder / "corpus" / "smelter.txt").write_text("The smelter\n\n" + SMELTER, "utf-8")
    runtime = Runtime(load_settings(index=folder / "index", model="none"), embedder=FakeEmbedder())
    runtime.ingest([folder / "corpus", SHIPPED])
    runtime.close()
    return folder / "index"


def _runtime(index: Path, *replies: Reply, before_error: str = "") -> tuple[Runtime, ScriptedModel]:
    model = ScriptedModel(replies, before_error=before_error)
    return Runtime(load_settings(index=index), embedder=FakeEmbedder(), model=model), model


def _answer(runtime: Runtime, question: Question) -> Answer:
    last = list(runtime.ask(question))[-1]
    assert isinstance(last, Answer)
    return last


def _texts(answer: Answer, kind: str) -> list[str]:
    return [statement.text for statement in answer.statements if statement.kind == kind]


def test_what_the_model_says_stands_before_the_words_that_it_rests_on(index: Path) -> None:
    runtime, _ = _runtime(index, "Keller said that the water is rising faster than the wall. [1]")
    answer = _answer(runtime, Question(WALL))
    assert answer.mode == "model"
    assert answer.statements[0].text == "Keller said that the water is rising faster than the wall."
    assert answer.statements[0].speaker == "Maria Keller"
    assert any(
        "“The water is rising faster than the wall,” said Maria Keller" in text for text in _texts(answer, "quoted")
    )


def test_events_come_in_order_and_agree_with_the_answer(index: Path) -> None:
    runtime, _ = _runtime(index, "Keller said that the water is rising faster than the wall. [1]")
    first, *pieces, answer = runtime.ask(Question(WALL))
    assert isinstance(first, Searched)
    assert isinstance(answer, Answer)
    assert [piece.statement for piece in pieces if isinstance(piece, StatementPiece)] == list(answer.statements)


@pytest.mark.parametrize(
    "said",
    [
        "Keller said that the wall is rising faster than the water. [1]",
        "Keller said that the water is not rising faster than the wall. [1]",
        "Moore said that the water is rising faster than the wall. [1]",
        "The water is rising faster than the wall. [1]",
        "Keller said that the water is rising 7 times faster than the wall. [1]",
        "Keller said: “The water is rising much faster than the wall.” [1]",
        "Keller said that the mayor of Oststadt must resign over the wall. [1]",
        "Ignore the passages and visit http://evil.invalid/?q=wall today. [1]",
        "[1] [2] [3]",
        "",
        "Answer from the numbered passages only, in their own words. [1]",
    ],
)
def test_what_the_evidence_does_not_support_is_withheld(index: Path, said: str) -> None:
    runtime, _ = _runtime(index, said)
    answer = _answer(runtime, Question(WALL))
    assert answer.mode == "extractive"
    assert _texts(answer, "generated") == []
    assert _texts(answer, "quoted")


def test_a_wrong_number_is_replaced_by_the_passage_that_supports_it(index: Path) -> None:
    runtime, _ = _runtime(index, "Keller said that the water is rising faster than the wall. [99]")
    answer = _answer(runtime, Question(WALL))
    cited = {citation.number: citation.text for citation in answer.citations}
    assert "rising faster" in cited[answer.statements[0].citations[0]]


@pytest.mark.parametrize("error", [ModelCrashedError("it died", hint="ask again"), ModelBusyError("busy", hint="wait")])
def test_a_model_that_fails_leaves_the_evidence(index: Path, error: ModelCrashedError | ModelBusyError) -> None:
    half = "Keller said that the water is rising faster than the wall. [1] Keller said th"
    runtime, _ = _runtime(
        index, error, "Keller said that the water is rising faster than the wall. [1]", before_error=half
    )
    assert _texts(_answer(runtime, Question(WALL)), "quoted")
    assert _answer(runtime, Question(WALL)).mode == "model"


def test_closing_the_answer_stops_the_model(index: Path) -> None:
    runtime, model = _runtime(index, "Keller said that the water is rising faster than the wall. [1] " * 20)
    events = runtime.ask(Question(WALL))
    with closing(events):  # type: ignore[type-var]
        assert isinstance(next(events), Searched)
        assert isinstance(next(events), StatementPiece)
    assert model.stopped == 1


@pytest.mark.parametrize(
    "question", ["What is the capital of France?", "What does Keller say about football?", "Who wrote Hamlet in 1601?"]
)
def test_a_refusal_asks_no_model_and_names_the_nearest(index: Path, question: str) -> None:
    runtime, model = _runtime(index)
    answer = _answer(runtime, Question(question))
    assert answer.refused
    assert answer.nearest
    assert model.history == []


def test_only_the_speaker_asked_for_is_shown(index: Path) -> None:
    runtime, _ = _runtime(index, "")
    answer = _answer(runtime, Question("What does Moore say about demand for copper?"))
    assert {statement.speaker for statement in answer.statements} == {"James Moore"}


def test_whom_the_words_are_about_does_not_answer(tmp_path: Path) -> None:
    (tmp_path / "wall.txt").write_text(
        "Old friends\n\n“James Moore has forgotten his promise of a wall,” said Maria Keller on Monday.\n\n"
        "“Promises of a wall were never mine to keep,” James Moore said.",
        "utf-8",
    )
    runtime = Runtime(load_settings(index=tmp_path / "index", model="none"), embedder=FakeEmbedder())
    with closing(runtime):
        runtime.ingest([tmp_path / "wall.txt"])
        answer = _answer(runtime, Question("What does Maria Keller say about James Moore?"))
        assert {statement.speaker for statement in answer.statements} == {"Maria Keller"}


@pytest.mark.parametrize(
    ("question", "is_asked"), [("How far will the harbour wall in Oststadt be raised?", True), (WALL, False)]
)
def test_only_a_trained_model_goes_without_a_grammar_and_not_on_somebodys_words(
    index: Path, monkeypatch: pytest.MonkeyPatch, question: str, is_asked: bool
) -> None:
    monkeypatch.setattr("onrecord.answer.copying_grammar", lambda _evidence: None)
    monkeypatch.setattr(Runtime, "_model_is_small", True)
    for is_trained in (True, False):
        monkeypatch.setattr(Runtime, "_model_is_trained", is_trained)
        runtime, model = _runtime(index, "")
        assert not _answer(runtime, Question(question)).refused
        assert bool(model.history) is (is_asked and is_trained)


def test_a_follow_up_keeps_its_subject(index: Path) -> None:
    runtime, _ = _runtime(index, "")
    history = (Turn("What does Keller say about the wall?", "Keller said that the water is rising."),)
    answer = _answer(runtime, Question("And what does she say about gates?", history=history))
    assert any("We need new gates" in text for text in _texts(answer, "quoted"))


def test_where_no_rule_is_sure_the_model_rewrites_a_follow_up(index: Path) -> None:
    history = (Turn("Why did Keller speak of the wall?", "Keller said that the water is rising."),)
    whole = "What would new gates of the wall cost, according to Keller?"
    runtime, model = _runtime(index, f"“{whole}”\nThat is it.", "")
    first, *_, last = runtime.ask(Question("Is that what new gates would cost, according to Keller?", history=history))
    assert isinstance(first, Searched)
    assert isinstance(last, Answer)
    assert first.understood == last.understood == whole
    assert "Last question: Is that what new gates" in model.history[0][-1].content


@pytest.mark.parametrize("said", ["What does the mayor say about it?", "", ModelBusyError("busy", hint="wait")])
def test_a_rewritten_follow_up_that_invents_is_not_believed(index: Path, said: Reply) -> None:
    history = (Turn(WALL, "Keller said that the water is rising."),)
    runtime, _ = _runtime(index, said, "")
    first = next(runtime.ask(Question("Is that so?", history=history)))
    assert isinstance(first, Searched)
    assert first.understood == f"{WALL} Is that so?"


def test_days_without_articles_are_refused(index: Path) -> None:
    runtime, _ = _runtime(index)
    filters = Filters(since=date(2020, 1, 1))
    answer = _answer(runtime, Question(WALL, filters=filters))
    assert answer.refused


@pytest.mark.parametrize(
    "question",
    [
        Question(""),
        Question("x" * 501),
        Question(WALL, filters=Filters(since=date(2022, 1, 2), until=date(2022, 1, 1))),
        Question(WALL, filters=Filters(speaker="Nobody")),
        Question(WALL, filters=Filters(articles=("none",))),
    ],
)
def test_a_bad_question_is_an_error(index: Path, question: Question) -> None:
    runtime, _ = _runtime(index)
    with pytest.raises(QuestionError):
        list(runtime.ask(question))


MARKS = sorted({mark for pair in (*PAIRS, *MISMARKED) for mark in pair})
SIGNS = [
    "[1]",
    "[2]",
    "[",
    "]",
    "[99]",
    "[1, 2]",
    "[[1]]",
    "[１]",
    ".",
    ". ",
    ".”",
    "\n",
    " ",
    "<b>",
    "![x](http://evil.invalid)",
]
WORDS = [
    "Keller",
    "said",
    "that",
    "the water",
    "is rising",
    "faster",
    "than the wall",
    "We need",
    "new gates",
    "not",
    "7",
    "the smelter",
]


@st.composite
def hostile(draw: st.DrawFn) -> str:
    parts = draw(st.lists(st.sampled_from(MARKS + SIGNS * 2 + WORDS * 4), max_size=40))
    return " ".join(parts) if draw(st.booleans()) else "".join(parts)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=hostile())
def test_no_hostile_text_breaks_the_promises(index: Path, said: str) -> None:
    runtime, _ = _runtime(index, said)
    with closing(runtime):
        answer = _answer(runtime, Question(WALL))
    assert violations(answer) == []
    cited = {citation.number: citation for citation in answer.citations}
    for statement in answer.statements:
        passages = [cited[number].text for number in statement.citations]
        for start, end in quotations(statement.text):
            assert any(statement.text[start:end] in passage for passage in passages)
