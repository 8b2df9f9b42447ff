"""The scorers, on cases computed by hand."""

from __future__ import annotations

import math

import pytest

from onrecord.evaluation.metrics import (
    auroc,
    balanced_accuracy,
    best,
    best_threshold,
    exact,
    f1,
    hits_at,
    ndcg,
    percentile,
    plain,
    plain_chinese,
    reciprocal_rank,
    spearman,
    squad_plain,
    token_f1,
    with_orders,
)


def test_the_published_forms() -> None:
    assert plain("The  “U.S.” Open!") == "the “us” open"
    assert squad_plain("The U.S. Open, an a") == "us open"
    assert plain_chinese("华沙（Warsaw）市") == "华 沙 warsaw 市"


@pytest.mark.parametrize(
    ("said", "answer", "em", "f1"),
    [
        ("the Ford Motor", "Ford", 0, 2 / 3),
        ("Ford!", "the ford", 1, 1),
        ("red red blue", "red blue", 0, 0.8),
        ("", "Ford", 0, 0),
        ("", "the", 1, 1),
    ],
)
def test_exact_match_and_f1(said: str, answer: str, em: float, f1: float) -> None:
    assert exact(said, answer, squad_plain) == em
    assert token_f1(said, answer, squad_plain) == pytest.approx(f1)


def test_the_best_of_several_answers_counts_and_of_none_nothing() -> None:
    assert best(exact, "b", ["a", "b"], plain) == 1
    assert best(exact, "b", [], plain) == 0
    assert with_orders(["x", "y"]) == ("x y", "y x")
    assert with_orders(["x"]) == ("x",)


def test_ranks() -> None:
    ranking = ["a", "b", "c"]
    assert [hits_at(ranking, ["b"], k) for k in (1, 2, 3)] == [0, 1, 1]
    assert reciprocal_rank(ranking, ["c", "b"]) == 0.5
    assert reciprocal_rank(ranking, ["z"]) == 0
    assert ndcg(ranking, ["a", "c"]) == pytest.approx((1 + 1 / 2) / (1 + 1 / math.log2(3)))


def test_areas_and_accuracies() -> None:
    assert auroc([3, 2], [1, 2]) == pytest.approx(3.5 / 4)
    cases = [(0.9, True), (0.4, True), (0.5, False), (0.1, False)]
    assert balanced_accuracy(cases, 0.45) == 0.5
    assert balanced_accuracy(cases, best_threshold(cases)) == 0.75
    assert spearman([1, 2, 3], [10, 20, 15]) == pytest.approx(0.5)
    assert percentile([4, 1, 3, 2], 0.5) == 2
    assert percentile([4, 1, 3, 2], 0.95) == 4


def test_f1_of_what_is_taken_for_true() -> None:
    cases = [(0.9, True), (0.8, False), (0.7, True), (0.1, True), (0.0, False)]
    assert f1(cases, 0.5) == pytest.approx(2 * 2 / (3 + 3))
    assert f1(cases, 1.0) == 0.0
