"""Rankings of rows as arrays: how those of several searches become one, and what of it is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from onrecord.storage.store import Origins

__all__ = ["NOTHING", "Found", "Ranking", "Rows", "Scores", "Search", "found_by", "fuse", "ranked", "shares", "spread"]

# Chosen by measurement, see docs/measurements.md.  ``opening`` is the title and first words of an article, by keywords.
_WEIGHTS = {"dense": 1.0, "keywords": 1.0, "opening": 0.5}
_SHARPNESS = 1.25

Found = Literal["dense", "keywords", "opening"]
Search = Literal["dense", "keywords"]
Rows = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float64]
_SEARCH_OF: dict[Found, Search] = {"dense": "dense", "keywords": "keywords", "opening": "keywords"}


class Ranking(NamedTuple):
    """Rows and their scores, best first; of equal scores the lower row comes first."""

    rows: Rows
    scores: Scores


NOTHING = Ranking(np.zeros(0, np.int64), np.zeros(0))


def ranked(rows: Rows, scores: npt.NDArray[np.floating], k: int) -> Ranking:
    """The ``k`` best of rows that come in any order."""
    best = np.lexsort((rows, -scores))[:k]
    return Ranking(rows[best], scores[best].astype(np.float64))


def fuse(rankings: Mapping[Found, Ranking], rows: Rows, articles: npt.NDArray[np.integer]) -> Scores:
    """The score of each of these rows, which are in order: the weighed sum of its shares of the best scores.

    Scores and not ranks are summed, so that what one search is sure of is not outvoted (Bruch, Gai and Ingber,
    "An analysis of fusion functions for hybrid retrieval", 2023).  What ``opening`` finds are articles, so
    each row of an article has its share; ``articles`` gives the article of a row, counted from 0.
    """
    scores = np.zeros(len(rows))
    for name, found in rankings.items():
        weighed, places = _WEIGHTS[name] * shares(found.scores), np.searchsorted(rows, found.rows)
        if name == "opening":
            of_article = np.zeros(articles.max(initial=-1) + 1)
            of_article[articles[places]] = weighed
            scores += of_article[articles]
        else:
            scores[places] += weighed
    return scores


def shares(values: npt.NDArray[np.floating]) -> Scores:
    """What share of the best each of these is, sharpened; nothing below zero."""
    best = max(float(values.max(initial=0.0)), np.finfo(np.float64).tiny)
    found: Scores = (np.maximum(values, 0.0) / best) ** _SHARPNESS
    return found


def found_by(rankings: Mapping[Found, Ranking], rows: list[int]) -> list[frozenset[Search]]:
    """Which searches found each of these rows."""
    held: dict[Search, set[int]] = {}
    for name, found in rankings.items():
        held.setdefault(_SEARCH_OF[name], set()).update(found.rows.tolist())
    return [frozenset(search for search, those in held.items() if row in those) for row in rows]


def spread(order: Rows, origins: Origins, k: int, *, most: int) -> Rows:
    """The first ``k`` of an order of places.

    Those come last that ``most`` better ones of their article, or one of a copy of it, come before.
    """
    shown: dict[int, int] = {}
    taken: Counter[int] = Counter()
    first: list[int] = []
    last: list[int] = []
    for place in order.tolist():
        if len(first) == k:
            break
        article, leader = int(origins.articles[place]), int(origins.leaders[place])
        is_repeated = shown.setdefault(leader, article) != article or taken[article] == most
        taken[article] += not is_repeated
        (last if is_repeated else first).append(place)
    return np.array([*first, *last][:k], dtype=np.int64)
