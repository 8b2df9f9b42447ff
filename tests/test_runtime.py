"""What holds the parts together: the right index, the right embedder, the newest generation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from onrecord.errors import IndexDamagedError, IndexMismatchError, ModelMissingError, QuestionError
from onrecord.generation.llm import find_adapter, find_model
from onrecord.ingest import ingest
from onrecord.runtime import Runtime
from onrecord.search.vectors import Halves, VectorWriter
from onrecord.settings import load_settings
from onrecord.storage import generations
from onrecord.types import Answer, AnswerEvent, Question, Searched, StatementPiece
from tests.fakes import FakeEmbedder, ScriptedModel
from tests.samples import HARBOUR, SHIPPED, write_jsonl

Build = Callable[..., Runtime]


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Build]:
    built: list[Runtime] = []

    def make(*, embedder: FakeEmbedder | None = None, model: ScriptedModel | None = None) -> Runtime:
        settings = load_settings(index=tmp_path / "index", model="none")
        built.append(Runtime(settings, embedder=embedder or FakeEmbedder(), model=model))
        return built[-1]

    yield make
    for runtime in built:
        runtime.close()


def answered(runtime: Runtime, text: str) -> Answer:
    *_, last = runtime.ask(Question(text))
    assert isinstance(last, Answer)
    return last


def test_the_adapter_is_that_of_the_default_model(tmp_path: Path) -> None:
    """Another model is led by examples, as before, and so is the default one without its adapter."""
    pytest.importorskip("llama_cpp")
    path = find_model("default")
    assert path is not None
    for model, adapter, name in (
        ("default", "default", f"{path.stem}+phrasing"),
        ("default", "none", path.stem),
        (str(path), "default", path.stem),
        (str(path), str(find_adapter("default")), f"{path.stem}+phrasing"),
    ):
        runtime = Runtime(load_settings(index=tmp_path, model=model, adapter=adapter), embedder=FakeEmbedder())
        with closing(runtime):
            assert runtime.model is not None
            assert runtime.model.name == name


def test_a_new_generation_is_switched_to_and_the_old_one_stays_open_for_its_reader(
    build: Build, tmp_path: Path
) -> None:
    runtime = build()
    runtime.ingest([SHIPPED])
    events = runtime.ask(Question("What does Pu say about big data?"))
    next(events)
    build().ingest([write_jsonl(tmp_path / "a.jsonl", {"id": "wall", "text": HARBOUR})])
    assert runtime.article("wall").id == "wall"
    assert runtime.manifest().generation == "gen-000002"
    *_, last = events
    assert isinstance(last, Answer)
    assert last.generation == "gen-000001"


def test_another_embedder_is_told(build: Build) -> None:
    build().ingest([SHIPPED])
    with pytest.raises(IndexMismatchError, match="made by the embedder fake, the settings name other"):
        build(embedder=FakeEmbedder(name="other", fingerprint="fake-2")).search("cars")


def test_parts_of_two_indexes_do_not_fit(build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class WithoutTheLast(VectorWriter):
        def add(self, vectors: Halves) -> None:  # type: ignore[override]
            super().add(vectors[:-1])

    monkeypatch.setattr("onrecord.ingest.VectorWriter", WithoutTheLast)
    ingest([SHIPPED], root=tmp_path / "index", embedder=FakeEmbedder())
    assert generations.open_generation(tmp_path / "index")
    with pytest.raises(IndexDamagedError, match="7 passages, 6 vectors and 7 keyword rows"):
        build().search("cars")


def test_a_model_is_used_where_there_is_one(build: Build) -> None:
    said = "Pu Yongjian said that Chongqing serves as the largest automobile manufacturing base in China. [1]"
    runtime = build(model=ScriptedModel([said]))
    runtime.ingest([SHIPPED])
    assert answered(runtime, "What does Pu say about the automobile manufacturing base?").mode == "model"


def test_without_a_model_the_answer_is_the_articles_words(build: Build) -> None:
    runtime = build()
    runtime.ingest([SHIPPED])
    answer = answered(runtime, "What does Pu say about the automobile manufacturing base?")
    assert answer.mode == "extractive"
    assert all(one.text in runtime.article(SHIPPED.name).text for one in answer.statements)


def test_a_model_that_was_named_must_be_there(tmp_path: Path) -> None:
    runtime = Runtime(load_settings(model=str(tmp_path / "none.gguf")), embedder=FakeEmbedder())
    with pytest.raises(ModelMissingError, match=r"none\.gguf"):
        _ = runtime.model


def test_closing_closes_the_model_once_it_was_used(build: Build) -> None:
    model = ScriptedModel(["x"])
    runtime = build(model=model)
    assert runtime.model is model
    runtime.close()
    with pytest.raises(Exception, match="closed"):
        model.count_tokens("x")


def test_the_examples_are_questions_that_the_corpus_answers(build: Build) -> None:
    runtime = build()
    runtime.ingest([SHIPPED])
    examples = runtime.examples(most=2)
    assert examples
    assert len(examples) <= 2
    assert not [question for question in examples if answered(runtime, question).refused]


@pytest.mark.parametrize("query", ["", " ", "?!", "\u200b"])
def test_an_empty_query_is_an_error(build: Build, query: str) -> None:
    with pytest.raises(QuestionError, match="empty"):
        build().search(query)


def test_an_index_without_a_passage_answers_nothing(build: Build, tmp_path: Path) -> None:
    runtime = build()
    runtime.ingest([write_jsonl(tmp_path / "a.jsonl", {"text": "We use cookies on this site.\n\n© 2025 Daily"})])
    assert runtime.search("cookies") == []
    assert answered(runtime, "Which cookies?").refused


class TestGhosts:
    """An article that was withdrawn or removed is cited by nothing that is said afterwards."""

    QUESTION = "What did Maria Keller say about the harbour wall?"

    @pytest.fixture
    def two(self, build: Build, tmp_path: Path) -> Runtime:
        runtime = build()
        again = HARBOUR.replace("two metres", "three metres").replace("40 million", "45 million")
        file = write_jsonl(tmp_path / "a.jsonl", {"id": "wall", "text": HARBOUR}, {"id": "later", "text": again})
        runtime.ingest([file])
        return runtime

    @staticmethod
    def cited(events: Iterator[AnswerEvent]) -> list[set[str]]:
        return [
            {citation.article.id for citation in event.citations}
            for event in events
            if isinstance(event, StatementPiece | Answer)
        ]

    @pytest.mark.parametrize("seen", [1, 2])
    def test_an_answer_under_way_begins_again_without_it(self, build: Build, two: Runtime, seen: int) -> None:
        (first,) = self.cited(two.ask(Question(self.QUESTION)))[-1]
        events = two.ask(Question(self.QUESTION))
        before = [next(events) for _ in range(seen)]
        assert isinstance(before[0], Searched)
        build().withdraw(first)
        after = list(events)
        assert all(first not in articles for articles in self.cited(iter(after)))
        assert isinstance(after[-1], Answer)
        assert {citation.article.id for citation in after[-1].citations} == {"later", "wall"} - {first}
        assert any(isinstance(event, Searched) for event in after)

    def test_nor_is_it_named_as_near_to_a_question_without_an_answer(self, build: Build, two: Runtime) -> None:
        events = two.ask(Question("What is the harbour capital of France?"))
        next(events)
        build().withdraw("wall")
        *_, last = events
        assert isinstance(last, Answer)
        assert last.refused
        assert [article.id for article in last.nearest] == ["later"]

    def test_a_removed_one_is_gone_from_the_next_word_on(self, build: Build, two: Runtime, tmp_path: Path) -> None:
        events = two.ask(Question(self.QUESTION))
        next(events)
        file = write_jsonl(tmp_path / "b.jsonl", {"id": "other", "text": "The museum is open on Monday and on Friday."})
        build().ingest([file], prune=True)
        *_, last = events
        assert isinstance(last, Answer)
        assert last.refused
        assert [article.id for article in last.nearest] == ["other"]

    def test_it_stays_away_after_a_restart_and_after_an_ingest(
        self, build: Build, two: Runtime, tmp_path: Path
    ) -> None:
        two.withdraw("later")
        assert self.cited(build().ask(Question(self.QUESTION)))[-1] == {"wall"}
        build().ingest([write_jsonl(tmp_path / "a.jsonl", {"id": "later", "text": HARBOUR + "\nOne more word."})])
        assert self.cited(build().ask(Question(self.QUESTION)))[-1] == {"wall"}


def test_an_answer_tells_where_else_an_article_ran(build: Build, tmp_path: Path) -> None:
    runtime = build()
    text = HARBOUR * 2
    other = {"id": "elsewhere", "title": "Another headline", "text": text, "outlet": "The Other Paper"}
    runtime.ingest([write_jsonl(tmp_path / "a.jsonl", {"id": "wall", "text": text}, other)])
    last = answered(runtime, TestGhosts.QUESTION)
    cited = last.citations[0].article.id
    assert [article.id for article in last.copies[cited]] == [{"wall": "elsewhere", "elsewhere": "wall"}[cited]]
    runtime.withdraw("elsewhere")
    assert answered(runtime, TestGhosts.QUESTION).copies == {}
