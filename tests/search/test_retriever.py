"""Dense and keyword search together, under filters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from onrecord.errors import QuestionError
from onrecord.ingest import ingest
from onrecord.search.keywords import KeywordIndex
from onrecord.search.retriever import Retriever
from onrecord.search.vectors import VectorIndex
from onrecord.storage.generations import open_generation
from onrecord.storage.store import Store
from onrecord.text.when import Period
from onrecord.types import Filters
from tests.fakes import FakeEmbedder
from tests.samples import HARBOUR, SMELTER, write_jsonl


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    root = tmp_path_factory.mktemp("retriever")
    file = write_jsonl(
        root / "articles.jsonl",
        {"id": "wall", "text": HARBOUR, "published": "2025-03-02"},
        {"id": "copper", "text": SMELTER, "published": "2025-03-04T09:30:00+01:00"},
        {"id": "undated", "text": "The harbour museum is open on Monday.\n\nThe museum of copper is shut."},
    )
    embedder = FakeEmbedder()
    ingest([file], root=root / "index", embedder=embedder, passage_words=20)
    folder, _ = open_generation(root / "index")
    store = Store(folder / "articles.db")
    yield Retriever(
        store, VectorIndex(folder / "vectors", embedder.dimensions), KeywordIndex(folder / "keywords"), embedder
    )
    store.close()


def articles(retriever: Retriever, query: str, filters: Filters | None = None) -> set[str]:
    return {hit.passage.article.id for hit in retriever.search(query, filters=filters)}


def test_the_best_comes_first(retriever: Retriever) -> None:
    hits = retriever.search("How much copper did the smelter produce?")
    assert "310,000 tonnes" in hits[0].passage.text
    assert hits[0].found_by == {"dense", "keywords"}
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(), {"wall", "copper", "undated"}),
        (Filters(since=date(2025, 3, 3)), {"copper"}),
        (Filters(since=date(2025, 3, 2), until=date(2025, 3, 4)), {"wall", "copper"}),
        (Filters(until=date(2025, 3, 2)), {"wall"}),
        (Filters(until=date(2025, 3, 1)), set()),
        (Filters(articles=("undated", "wall")), {"undated", "wall"}),
        (Filters(speaker="Maria Keller"), {"wall"}),
        (Filters(speaker="keller"), {"wall"}),
        (Filters(speaker="Moore", articles=("wall",)), set()),
    ],
)
def test_only_what_the_filters_admit(retriever: Retriever, filters: Filters, found: set[str]) -> None:
    assert articles(retriever, "harbour copper museum", filters) == found


def test_a_speaker_admits_only_passages_with_their_words(retriever: Retriever) -> None:
    for hit in retriever.search("the wall", filters=Filters(speaker="Keller")):
        assert "Keller" in hit.passage.text


@pytest.mark.parametrize(
    ("filters", "named"),
    [
        (Filters(speaker="Nobody Atall"), "Nobody Atall"),
        (Filters(articles=("wall", "none")), "none"),
        (Filters(speaker=""), "''"),
    ],
)
def test_a_filter_that_names_nothing_is_an_error(retriever: Retriever, filters: Filters, named: str) -> None:
    with pytest.raises(QuestionError, match=named):
        retriever.search("wall", filters=filters)


@pytest.mark.parametrize("k", [1, 2, 1000])
def test_no_more_than_k(retriever: Retriever, k: int) -> None:
    assert len(retriever.search("harbour", k=k)) <= k


def test_a_question_about_a_period_prefers_its_articles_and_hides_no_other(retriever: Retriever) -> None:
    plain = [hit.passage.article.id for hit in retriever.search("harbour copper museum")]
    day = Period(date(2025, 3, 2), date(2025, 3, 2), weight=9.0, fade=1, today=date(2025, 3, 12))
    weighed = [hit.passage.article.id for hit in retriever.search("harbour copper museum", period=day)]
    assert plain.index("copper") < plain.index("wall")
    assert weighed.index("wall") < weighed.index("copper")
    assert set(weighed) == set(plain)


def test_a_third_passage_of_an_article_comes_after_those_of_others(retriever: Retriever) -> None:
    found = [hit.passage.article.id for hit in retriever.search("harbour wall gates work Keller copper museum")]
    first = found[: found.index("wall") + 1 + found[found.index("wall") + 1 :].index("wall") + 1]
    others = found[len(first) :]
    assert found.count("wall") > 2
    assert "wall" not in others[: len([one for one in others if one != "wall"])]


def test_one_article_that_was_asked_for_is_not_cut_short(retriever: Retriever) -> None:
    hits = retriever.search("harbour wall", filters=Filters(articles=("wall",)))
    assert len(hits) > 2
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_an_embedder_that_reads_no_chinese_is_not_asked_in_chinese(retriever: Retriever) -> None:
    embedder = retriever.embedder
    assert isinstance(embedder, FakeEmbedder)
    retriever.search("港口的墙有多高")
    assert "港口的墙有多高" not in embedder.texts


def test_a_wire_story_is_found_once(tmp_path: Path) -> None:
    records = [{"id": name, "title": f"Headline of {name}", "text": HARBOUR * 2} for name in ("one", "two", "three")]
    file = write_jsonl(tmp_path / "a.jsonl", *records, {"id": "museum", "text": "The museum of the harbour is open."})
    embedder = FakeEmbedder()
    ingest([file], root=tmp_path / "index", embedder=embedder)
    folder, _ = open_generation(tmp_path / "index")
    with closing(Store(folder / "articles.db")) as store:
        vectors, keywords = VectorIndex(folder / "vectors", embedder.dimensions), KeywordIndex(folder / "keywords")
        found = [hit.passage.article.id for hit in Retriever(store, vectors, keywords, embedder).search("harbour wall")]
    assert set(found) == {"one", "two", "three", "museum"}
    before = set(found[: found.index("museum")])
    assert len(before) == 1, "the other copies come after all else"
