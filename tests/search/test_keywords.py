"""Keyword search."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.errors import IndexDamagedError
from onrecord.search.keywords import KeywordIndex, KeywordWriter

TEXTS = [
    ("The Wall", "The harbour wall in Oststadt will be raised by two metres."),
    ("Copper", "The smelter at Nordhafen produced 310,000 tonnes of copper."),
    ("汽车", "重庆是中国最大的汽车制造基地。"),
    ("The Wall", "It rained on the smelter's roof; the AND of it is NOT here."),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> KeywordIndex:
    folder = tmp_path_factory.mktemp("keywords") / "keywords"
    writer = KeywordWriter(folder)
    for context, text in TEXTS:
        writer.add(context, text)
    writer.finish()
    return KeywordIndex(folder)


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("harbour walls", 0),
        ("COPPER production", 1),
        ("汽车制造", 2),
        ("smelter's roof", 3),
        ("310,000", 1),
        ("What of the smelter roof?", 3),
    ],
)
def test_words_are_found_in_any_form(index: KeywordIndex, query: str, best: int) -> None:
    assert index.search(query, 10).rows[0] == best


def test_the_context_counts_less_than_the_text(index: KeywordIndex) -> None:
    assert index.search("wall", 10).rows.tolist() == [0, 3]


def test_scores_fall(index: KeywordIndex) -> None:
    scores = index.search("the smelter wall of copper", 10).scores.tolist()
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 3


@pytest.mark.parametrize("among", [[3], [3, 2], [], [99]])
def test_only_the_rows_that_are_admitted(index: KeywordIndex, among: list[int]) -> None:
    assert set(index.search("smelter 汽车 wall", 10, among=among).rows.tolist()) == set(among) & {0, 1, 2, 3}


def test_no_more_than_k(index: KeywordIndex) -> None:
    assert len(index.search("smelter wall", 1).rows) == 1


@pytest.mark.parametrize("query", ["", " ", "?!", "\ud800", "zeppelin"])
def test_no_words_no_hits(index: KeywordIndex, query: str) -> None:
    assert index.search(query, 10).rows.tolist() == []


def test_operators_are_words(index: KeywordIndex) -> None:
    plain = set(index.search("copper wall", 10).rows.tolist())
    for query in (
        'copper AND wall"',
        "copper -wall",
        "+copper wall)",
        "text:copper wall",
        "(copper wall~2^9",
        "copper* [wall",
    ):
        assert set(index.search(query, 10).rows.tolist()) >= plain


@given(st.one_of(st.text(st.characters()), st.text("'\"()[]{}:^~*?\\/+-!&|<> abAND")))
def test_no_query_breaks_the_search(index: KeywordIndex, query: str) -> None:
    rows, scores = index.search(query, 3)
    assert all(row in range(len(TEXTS)) for row in rows.tolist())
    assert all(score >= 0 for score in scores.tolist())


def test_an_index_of_nothing_finds_nothing(tmp_path: Path) -> None:
    KeywordWriter(tmp_path / "k").finish()
    assert len(KeywordIndex(tmp_path / "k")) == 0
    assert KeywordIndex(tmp_path / "k").search("wall", 5).rows.tolist() == []


def test_no_lock_is_left(tmp_path: Path) -> None:
    KeywordWriter(tmp_path / "k").finish()
    assert not list((tmp_path / "k").glob("*.lock"))


def test_what_is_no_index_says_so(tmp_path: Path) -> None:
    with pytest.raises(IndexDamagedError, match="keywords"):
        KeywordIndex(tmp_path / "keywords")
    (tmp_path / "meta.json").write_text("{}")
    with pytest.raises(IndexDamagedError):
        KeywordIndex(tmp_path)
