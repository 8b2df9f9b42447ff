"""The scores of the published protocols, each a plain function with hand-computed cases in the tests."""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise, permutations

__all__ = [
    "auroc",
    "balanced_accuracy",
    "best",
    "best_threshold",
    "exact",
    "f1",
    "hits_at",
    "ndcg",
    "percentile",
    "plain",
    "plain_chinese",
    "reciprocal_rank",
    "spearman",
    "squad_plain",
    "token_f1",
    "with_orders",
]

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_CJK = re.compile(r"[\u3400-\u9fff]")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_MOST_ORDERS = 4

Normalise = Callable[[str], str]


def plain(text: str) -> str:
    """RealTimeQA's form: lower case, ASCII punctuation deleted, spaces collapsed."""
    return " ".join(text.lower().translate(_PUNCTUATION).split())


def squad_plain(text: str) -> str:
    """SQuAD's form: lower case, punctuation and a, an, the deleted, spaces collapsed."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def plain_chinese(text: str) -> str:
    """Each Chinese character a token, punctuation deleted: Chinese has no spaces to cut at."""
    kept = "".join(" " if not (c.isalnum() or c.isspace()) else c for c in text.lower())
    return " ".join(_CJK.sub(lambda match: f" {match.group()} ", kept).split())


def exact(said: str, answer: str, normalise: Normalise) -> float:
    """1 where both have the same form."""
    return float(normalise(said) == normalise(answer))


def token_f1(said: str, answer: str, normalise: Normalise) -> float:
    """The harmonic mean of the shares of tokens that both have in common."""
    one, other = normalise(said).split(), normalise(answer).split()
    common = sum((Counter(one) & Counter(other)).values())
    if not common:
        return float(one == other)
    precision, recall = common / len(one), common / len(other)
    return 2 * precision * recall / (precision + recall)


def best(score: Callable[[str, str, Normalise], float], said: str, answers: Iterable[str], form: Normalise) -> float:
    """The highest score over the answers; 0 where there are none."""
    return max((score(said, answer, form) for answer in answers), default=0.0)


def with_orders(answers: Sequence[str]) -> tuple[str, ...]:
    """Several answers to one question: each of their orders, joined by a space."""
    if not 1 < len(answers) <= _MOST_ORDERS:
        return tuple(answers)
    return tuple(" ".join(order) for order in permutations(answers))


def hits_at(ranking: Sequence[str], gold: Iterable[str], k: int) -> float:
    """1 where one of the first ``k`` is a gold one."""
    return float(not set(gold).isdisjoint(ranking[:k]))


def reciprocal_rank(ranking: Sequence[str], gold: Iterable[str], k: int = 10) -> float:
    """1 by the rank of the first gold one, 0 where none is among the first ``k``."""
    wanted = set(gold)
    return next((1 / rank for rank, one in enumerate(ranking[:k], 1) if one in wanted), 0.0)


def ndcg(ranking: Sequence[str], gold: Iterable[str], k: int = 10) -> float:
    """Discounted gain of the first ``k``, each gold one worth the same, as a share of the best possible."""
    wanted = set(gold)
    gain = sum(1 / math.log2(rank + 1) for rank, one in enumerate(ranking[:k], 1) if one in wanted)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(wanted)) + 1))
    return gain / ideal if ideal else 0.0


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The chance that a positive case scores higher than a negative one; ties count half."""
    ranks = _ranks([*positive, *negative])
    above = sum(ranks[: len(positive)]) - len(positive) * (len(positive) + 1) / 2
    return above / (len(positive) * len(negative))


def balanced_accuracy(cases: Iterable[tuple[float, bool]], threshold: float) -> float:
    """The mean of the shares of true and of false cases that ``score >= threshold`` gets right."""
    found = list(cases)
    true = [score >= threshold for score, label in found if label]
    false = [score < threshold for score, label in found if not label]
    return (sum(true) / len(true) + sum(false) / len(false)) / 2


def f1(cases: Iterable[tuple[float, bool]], threshold: float) -> float:
    """F1 of the true cases, ``score >= threshold`` being taken for true."""
    found = [(score >= threshold, label) for score, label in cases]
    hits = sum(taken and label for taken, label in found)
    return 2 * hits / max(1, sum(taken for taken, _ in found) + sum(label for _, label in found))


def best_threshold(cases: Iterable[tuple[float, bool]]) -> float:
    """The threshold with the highest balanced accuracy on these cases, midway between two scores."""
    found = list(cases)
    scores = sorted({score for score, _ in found})
    middles = [scores[0], *((low + high) / 2 for low, high in pairwise(scores))]
    return max(middles, key=lambda threshold: balanced_accuracy(found, threshold))


def spearman(one: Sequence[float], other: Sequence[float]) -> float:
    """The correlation of the ranks of two lists."""
    a, b = _ranks(one), _ranks(other)
    mean = (len(a) + 1) / 2
    covariance = sum((x - mean) * (y - mean) for x, y in zip(a, b, strict=True))
    spread = math.sqrt(sum((x - mean) ** 2 for x in a) * sum((y - mean) ** 2 for y in b))
    return covariance / spread if spread else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of the values lie, by the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, math.ceil(share * len(ordered)) - 1))]


def _ranks(values: Sequence[float]) -> list[float]:
    """The ranks of the values from 1, equal ones sharing the mean of theirs."""
    groups: Mapping[float, int] = Counter(values)
    rank: dict[float, float] = {}
    below = 0
    for value in sorted(groups):
        rank[value] = below + (groups[value] + 1) / 2
        below += groups[value]
    return [rank[value] for value in values]
