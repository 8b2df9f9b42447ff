"""Dense and keyword search together, under filters."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.errors import QuestionError
from onrecord.ingest import ingest
from onrecord.search.keywords import KeywordIndex
from onrecord.search.retriever import Retriever, fuse
from onrecord.search.vectors import VectorIndex
from onrecord.storage.generations import open_generation
from onrecord.storage.store import Store
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


rankings = st.lists(st.integers(0, 30), unique=True, max_size=20).map(lambda rows: [(row, 1.0) for row in rows])


@given(rankings, rankings, st.integers(1, 10))
def test_fusion_ranks_every_row_once(dense: list[tuple[int, float]], keywords: list[tuple[int, float]], k: int) -> None:
    fused = fuse({"dense": dense, "keywords": keywords}, k=k)
    rows = [row for row, _, _ in fused]
    everything = {row for row, _ in dense} | {row for row, _ in keywords}
    assert len(rows) == len(set(rows)) == min(k, len(everything))
    assert [score for _, score, _ in fused] == sorted((score for _, score, _ in fused), reverse=True)
    for row, _, found_by in fused:
        assert ("dense" in found_by) == (row in [r for r, _ in dense])
        assert ("keywords" in found_by) == (row in [r for r, _ in keywords])


def test_a_row_that_both_found_beats_one_at_the_same_rank() -> None:
    assert [row for row, _, _ in fuse({"dense": [(7, 1.0), (3, 0.9)], "keywords": [(5, 9.0), (3, 8.0)]}, k=3)] == [
        3,
        5,
        7,
    ]


def test_equal_scores_are_broken_by_the_row() -> None:
    assert [row for row, _, _ in fuse({"dense": [(9, 1.0)]}, k=5) + fuse({"dense": [(2, 1.0)]}, k=5)] == [9, 2]
    assert [row for row, _, _ in fuse({"dense": [(4, 1.0), (1, 0.5)], "keywords": []}, k=5)] == [4, 1]
