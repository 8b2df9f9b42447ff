"""What is put into a store comes out of it as it was."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.errors import IndexDamagedError
from onrecord.quotes.extract import extract_quotes
from onrecord.storage.store import Store, StoreWriter
from onrecord.text.passages import passages
from onrecord.types import Article, Block, Filters, Passage, Quote, Span, Speaker, Status
from tests.samples import HARBOUR, SMELTER, plain, shipped

ARTICLES = [
    plain(HARBOUR, id="wall", published="2025-03-02", authors=["A. Writer"], outlet="Daily", url="https://a.example/1"),
    plain(SMELTER, id="copper", published="2025-03-04T09:30:00+01:00"),
    shipped(),
]


def filled(path: Path, articles: list[Article]) -> Store:
    writer = StoreWriter(path)
    for article in articles:
        found = passages(article, words=20)
        writer.add(
            article,
            f"hash of {article.id}",
            found,
            [passage.text.encode() for passage in found],
            extract_quotes(article),
        )
    writer.finish()
    return Store(path)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = filled(tmp_path_factory.mktemp("store") / "articles.db", ARTICLES)
    yield store
    store.close()


def test_articles_come_out_as_they_went_in(store: Store) -> None:
    assert list(store.articles()) == [(article, f"hash of {article.id}") for article in ARTICLES]
    for article in ARTICLES:
        assert store.article(article.id) == article
    assert store.hashes() == {article.id: f"hash of {article.id}" for article in ARTICLES}


@pytest.mark.parametrize("article_id", ["", "none", "wall ", "'; DROP TABLE articles", "\udcff", "\0"])
def test_what_is_not_there_is_none(store: Store, article_id: str) -> None:
    assert store.article(article_id) is None


def test_quotes_come_out_as_they_went_in(store: Store) -> None:
    for article in ARTICLES:
        expected = extract_quotes(article)
        assert expected
        assert store.quotes_of(article) == expected


def test_passages_have_rows_in_the_order_in_which_they_were_added(store: Store) -> None:
    expected = [passage for article in ARTICLES for passage in passages(article, words=20)]
    assert store.passages(range(len(expected))) == dict(enumerate(expected))
    assert store.passages([len(expected), -1]) == {}
    assert store.count()["passages"] == len(expected)
    rows = [row for article in ARTICLES for row, _, _ in store.passages_of(article)]
    assert rows == list(range(len(expected)))
    assert store.rows_by_key()[expected[3].text.encode()] == 3


def test_the_first_and_the_last_day(store: Store, tmp_path: Path) -> None:
    assert store.days() == ("2025-03-02", "2025-03-04")
    assert filled(tmp_path / "undated.db", [shipped()]).days() is None


def test_speakers_are_counted(store: Store) -> None:
    keller = next(one for one in store.speakers() if one.name == "Maria Keller")
    assert (keller.direct, keller.reported, keller.articles) == (1, 1, 1)


@pytest.mark.parametrize(
    ("filters", "speakers", "articles"),
    [
        (Filters(articles=("wall",)), [], {"wall"}),
        (Filters(since=date(2025, 3, 4)), [], {"copper"}),
        (Filters(until=date(2025, 3, 3)), [], {"wall"}),
        (Filters(speaker="x"), ["James Moore"], {"copper"}),
        (Filters(speaker="x"), ["James Moore", "Maria Keller"], {"copper", "wall"}),
        (Filters(speaker="x"), ["Nobody"], set()),
        (Filters(speaker="x", until=date(2025, 3, 3)), ["James Moore"], set()),
        (Filters(articles=("' OR 1=1 --",)), [], set()),
    ],
)
def test_filters_admit_rows(store: Store, filters: Filters, speakers: list[str], articles: set[str]) -> None:
    rows = store.rows_matching(filters, speakers)
    assert rows is not None
    assert {passage.article.id for passage in store.passages(rows).values()} == articles


def test_no_filter_admits_everything(store: Store) -> None:
    assert store.rows_matching(Filters(), []) is None


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
optional = st.none() | words


@given(words, words, optional, optional, st.lists(words).map(tuple), optional, st.booleans(), optional)
def test_any_text_is_kept_as_it_is(
    tmp_path_factory: pytest.TempPathFactory,
    article_id: str,
    text: str,
    title: str | None,
    outlet: str | None,
    authors: tuple[str, ...],
    speaker: str | None,
    direct: bool,
    cue: str | None,
) -> None:
    article = Article(article_id, text, (Block("body", 0, len(text)),), title or "", outlet=outlet, authors=authors)
    who = Speaker(speaker, authors, outlet) if speaker else None
    quote = Quote(article, (Span(0, len(text)),), who, Span(0, 1), cue, direct)
    path = tmp_path_factory.mktemp("any") / "articles.db"
    writer = StoreWriter(path)
    writer.add(article, "hash", [Passage(article, 0, len(text))], [b"key"], [quote])
    writer.finish()
    store = Store(path)
    assert store.article(article_id) == article
    assert store.quotes_of(article) == (quote,)
    store.close()


def test_an_editors_status_is_laid_over_the_article(tmp_path: Path) -> None:
    store = filled(tmp_path / "articles.db", ARTICLES)
    store.statuses = {"wall": Status("corrected", "The height was wrong.", date(2025, 4, 1))}
    found = store.article("wall")
    assert found is not None
    assert found.status == store.statuses["wall"]
    assert found.text == ARTICLES[0].text
    store.close()


def test_threads_share_a_store(store: Store) -> None:
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(store.article("wall"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [ARTICLES[0]] * 8


@pytest.mark.parametrize("content", [None, b"", b"no database at all", b"SQLite format 3\0" + b"\xff" * 200])
def test_what_is_no_store_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "articles.db"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(IndexDamagedError, match=r"articles\.db"):
        Store(path)


def test_a_store_that_breaks_while_it_is_read_says_so(tmp_path: Path) -> None:
    path = tmp_path / "articles.db"
    filled(path, ARTICLES).close()
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))
    with pytest.raises(IndexDamagedError):
        Store(path).article("wall")


def test_a_store_is_read_only(tmp_path: Path) -> None:
    path = tmp_path / "articles.db"
    store = filled(path, ARTICLES)
    before = path.read_bytes()
    list(store.articles())
    store.close()
    assert path.read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["articles.db", "origins.npy"]


def test_the_origin_of_a_row_is_its_article_the_first_of_its_copies_and_its_day(tmp_path: Path) -> None:
    with closing(filled(tmp_path / "articles.db", ARTICLES)) as store:
        rows = range(store.count()["passages"])
        passages, origins = store.passages(rows), store.origins(np.arange(len(rows)))
        for row, (number, leader, day) in zip(rows, np.stack(origins, axis=1).tolist(), strict=True):
            article = passages[row].article
            assert store.article_at(number - 1) == article
            assert leader == number
            assert day == (article.published_on.toordinal() if article.published_on else 0)
        numbers = np.unique(origins.articles)
        assert [passages[row].start for row in store.first_rows(numbers)] == [
            min(one.start for one in passages.values() if one.article == store.article_at(number - 1))
            for number in numbers.tolist()
        ]
    (tmp_path / "origins.npy").write_bytes(b"\x80\x04pickle")
    with pytest.raises(IndexDamagedError):
        Store(tmp_path / "articles.db")
