"""Rankings: fused as the plain sum would have it, and spread over articles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.search.ranking import Found, Ranking, found_by, fuse, ranked, spread
from onrecord.storage.store import Origins

hits = st.dictionaries(st.integers(0, 30), st.floats(0.0, 50.0, width=32), max_size=20).map(
    lambda found: [*found.items()]
)


def ranking(found: list[tuple[int, float]]) -> Ranking:
    rows, scores = zip(*found, strict=True) if found else ((), ())
    return ranked(np.array(rows, dtype=np.int64), np.array(scores, dtype=np.float64), len(rows))


def fused(rows: list[int], articles: list[int] | None = None, **found: list[tuple[int, float]]) -> dict[int, float]:
    numbers = np.unique(articles or rows, return_inverse=True)[1]
    rankings: dict[Found, Ranking] = {name: ranking(hits) for name, hits in found.items()}  # type: ignore[misc]
    return dict(zip(rows, fuse(rankings, np.array(rows, dtype=np.int64), numbers).tolist(), strict=True))


@given(hits, st.integers(0, 25))
def test_the_best_come_first_and_of_equals_the_lower_row(found: list[tuple[int, float]], k: int) -> None:
    rows, scores = ranked(np.array([r for r, _ in found], dtype=np.int64), np.array([s for _, s in found]), k)
    expected = sorted(found, key=lambda hit: (-hit[1], hit[0]))[:k]
    assert list(zip(rows.tolist(), scores.tolist(), strict=True)) == expected


@given(hits, hits, st.dictionaries(st.integers(0, 10), st.floats(0.0, 50.0, width=32)))
def test_fusion_is_the_weighed_sum_of_shares(
    dense: list[tuple[int, float]], keywords: list[tuple[int, float]], openings: dict[int, float]
) -> None:
    opening = [
        (3 * article, score) for article, score in openings.items()
    ]  # three rows an article, the first stands for it
    rows = sorted({row for row, _ in dense + keywords + opening})
    expected = dict.fromkeys(rows, 0.0)
    for weight, found in ((1.0, dense), (1.0, keywords)):
        for row, score in found:
            expected[row] += weight * share(score, found)
    for row in rows:
        if row // 3 in openings:
            expected[row] += 0.5 * share(openings[row // 3], opening)
    scores = fused(rows, [row // 3 for row in rows], dense=dense, keywords=keywords, opening=opening)
    assert scores == pytest.approx(expected)


def share(score: float, found: list[tuple[int, float]]) -> float:
    best = max(one for _, one in found)
    return (score / best) ** 1.25 if best else 0.0


def test_a_row_that_both_found_beats_one_that_is_best_in_one() -> None:
    scores = fused([3, 5, 7], dense=[(7, 1.0), (3, 0.9)], keywords=[(5, 9.0), (3, 8.0)])
    assert scores[3] > scores[5] == scores[7]


def test_what_one_search_is_sure_of_is_not_outvoted() -> None:
    scores = fused([1, 2], dense=[(2, 0.50), (1, 0.49)], keywords=[(1, 30.0), (2, 6.0)])
    assert scores[1] > scores[2]


def test_the_share_of_an_opening_is_its_article_s() -> None:
    scores = fused([0, 1, 2], [1, 2, 1], keywords=[(1, 2.0), (2, 1.9)], opening=[(0, 5.0)])
    assert scores[2] > scores[1] > scores[0] > 0


def test_what_found_a_row_is_named_once() -> None:
    rankings: dict[Found, Ranking] = {
        "dense": ranking([(1, 0.9), (2, 0.8)]),
        "keywords": ranking([(2, 5.0)]),
        "opening": ranking([(2, 1.0), (3, 1.0)]),
    }
    assert found_by(rankings, [1, 2, 3]) == [{"dense"}, {"dense", "keywords"}, {"keywords"}]


def test_at_most_two_passages_of_an_article_and_one_article_of_a_group_of_copies_come_first() -> None:
    numbers = [1, 2, 1, 1, 3, 2, 4], [1, 1, 1, 1, 3, 1, 4], [0] * 7
    origins = Origins(*(np.array(column, dtype=np.int32) for column in numbers))
    assert spread(np.arange(7), origins, 7, most=2).tolist() == [0, 2, 4, 6, 1, 3, 5]
    assert spread(np.arange(7), origins, 3, most=2).tolist() == [0, 2, 4]
