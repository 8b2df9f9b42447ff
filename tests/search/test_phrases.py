"""The phrase index: exact, near and partial places of words.  All sentences are our own."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from onrecord.errors import IndexDamagedError
from onrecord.search.phrases import PhraseIndex, PhraseWriter
from onrecord.types import Article, Block
from tests.samples import plain

WORDS = [f"word{number}" for number in range(4000)]


def made(count: int, size: int = 400, seed: int = 1) -> list[Article]:
    draw = random.Random(seed)
    weights = [1 / (rank + 10) for rank in range(len(WORDS))]
    return [plain(" ".join(draw.choices(WORDS, weights, k=size)), f"a{number}") for number in range(count)]


def index(articles: list[Article], folder: Path) -> PhraseIndex:
    writer = PhraseWriter(folder / "phrases")
    for row, article in enumerate(articles):
        writer.add(row, article)
    writer.finish()
    return PhraseIndex(folder / "phrases")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Article], PhraseIndex]:
    articles = made(300)
    return articles, index(articles, tmp_path_factory.mktemp("phrases"))


def test_every_run_of_words_is_found_where_it_stands(corpus: tuple[list[Article], PhraseIndex]) -> None:
    articles, phrases = corpus
    draw = random.Random(2)
    for _ in range(200):
        row = draw.randrange(len(articles))
        words = articles[row].text.split()
        at = draw.randrange(len(words) - 12)
        run = " ".join(words[at : at + 12])
        start = len(" ".join(words[:at])) + (at > 0)
        assert any(
            found == row and low <= start + len(run) and start <= high
            for found, (low, high) in phrases.candidates(run, 5)
        )


@pytest.mark.parametrize("changed", [1, 3, 5])
def test_changed_words_do_not_hide_a_place(corpus: tuple[list[Article], PhraseIndex], changed: int) -> None:
    articles, phrases = corpus
    draw = random.Random(changed)
    for _ in range(50):
        row = draw.randrange(len(articles))
        words = articles[row].text.split()[100:120]
        for at in draw.sample(range(20), changed):
            words[at] = "other"
        assert row in [found for found, _ in phrases.candidates(" ".join(words), 10)]


def test_both_halves_of_a_splice_are_found(corpus: tuple[list[Article], PhraseIndex]) -> None:
    articles, phrases = corpus
    first, second = articles[7].text.split()[50:62], articles[123].text.split()[200:212]
    rows = [row for row, _ in phrases.candidates(" ".join(first + second), 10)]
    assert {7, 123} <= set(rows)


def test_typography_and_accents_are_folded(tmp_path: Path) -> None:
    phrases = index([plain("Émile’s café serves ﬁne food to eleven engineers at the port of Oststadt.", "a")], tmp_path)
    for text in (
        "Emile's cafe serves fine food",
        "ÉMILE’S CAFÉ serves fi\u00adne food",
        "Е́mile's caf\u0435\u0301 serves",
    ):
        assert [row for row, _ in phrases.candidates(text, 5)] == [0], text


def test_chinese_is_found_by_character(tmp_path: Path) -> None:
    phrases = index([plain("我们认为新的大门非常重要，水位可能会继续上升。", "zh")], tmp_path)
    assert [row for row, _ in phrases.candidates("水位可能会继续上升", 5)] == [0]


def test_the_frame_of_a_page_is_not_searched(tmp_path: Path) -> None:
    text = "We use cookies on this site\n\nThe gates are old"
    article = Article("a", text, (Block("boilerplate", 0, 27), Block("body", 29, len(text))))
    phrases = index([article], tmp_path)
    assert phrases.candidates("We use cookies on this site", 5) == []
    assert phrases.candidates("The gates are old", 5) == [(0, (29, len(text)))]


def test_a_window_lies_in_one_article(corpus: tuple[list[Article], PhraseIndex]) -> None:
    articles, phrases = corpus
    end, begin = articles[4].text.split()[-10:], articles[5].text.split()[:10]
    for row, (low, high) in phrases.candidates(" ".join(end + begin), 20):
        assert 0 <= low < high <= len(articles[row].text)


def test_no_more_places_than_asked_for_and_none_for_nothing(corpus: tuple[list[Article], PhraseIndex]) -> None:
    articles, phrases = corpus
    assert 1 <= len(phrases.candidates(articles[0].text[:2000], 1)) <= 1
    assert 1 <= len(phrases.candidates(articles[0].text[:2000], 7)) <= 7
    assert phrases.candidates("", 5) == []
    assert phrases.candidates("?!", 5) == []


def test_articles_without_words(tmp_path: Path) -> None:
    phrases = index([plain("… — …", "none"), plain("Gates of iron", "gates")], tmp_path)
    assert [row for row, _ in phrases.candidates("gates of iron", 5)] == [1]


@pytest.mark.parametrize("name", ["articles", "buckets", "chunks", "postings"])
@pytest.mark.parametrize("damage", ["missing", "empty", "pickled"])
def test_a_damaged_index_is_refused(tmp_path: Path, name: str, damage: str) -> None:
    index([plain("Gates of iron", "gates")], tmp_path)
    file = tmp_path / "phrases" / f"{name}.npy"
    file.unlink()
    if damage == "empty":
        file.write_bytes(b"")
    elif damage == "pickled":
        np.save(file, np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(IndexDamagedError):
        PhraseIndex(tmp_path / "phrases")
