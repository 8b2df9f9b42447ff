"""Dense and keyword search, fused by their scores and weighed by the days that a question is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from onrecord.errors import QuestionError
from onrecord.search.embedder import Embedder
from onrecord.search.keywords import KeywordIndex
from onrecord.search.precedence import Precedence
from onrecord.search.vectors import VectorIndex
from onrecord.storage.store import Origins, Store
from onrecord.text.names import plain_name, speaker_forms
from onrecord.text.tokens import is_chinese
from onrecord.text.when import Period, without_time
from onrecord.types import Filters, Hit

__all__ = ["Retriever", "fuse", "spread"]

# Chosen by measurement, see docs/measurements.md.  ``opening`` is the title and first words of an article, by
# keywords, ``title`` the nearness of its first passage.
_WEIGHTS = {"dense": 1.0, "keywords": 1.0, "opening": 0.5, "title": 0.25}
_SHARPNESS = 1.25
_DEPTH = 200
_PER_ARTICLE = 2
_THREADS = 2
_TRANSLATED = (
    ("医院需要新的医生。", "The hospital needs new doctors."),
    ("选举将在周日举行。", "The election is on Sunday."),
)
_CLEARLY = 0.2

Found = Literal["dense", "keywords", "opening"]
Search = Literal["dense", "keywords"]
Vector = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float64]
Ranking = tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]
"""Rows and their scores, best first."""
_SEARCH_OF: dict[Found, Search] = {"dense": "dense", "keywords": "keywords", "opening": "keywords"}


class Retriever:
    """Finds passages in one generation."""

    def __init__(
        self,
        store: Store,
        vectors: VectorIndex,
        keywords: KeywordIndex,
        embedder: Embedder,
        *,
        people: Callable[[], Mapping[str, tuple[Sequence[str], Sequence[str]]]] | None = None,
        precedence: Precedence | None = None,
    ) -> None:
        """``people`` gives for each speaker the names that stand in the store and further forms, when it is asked.

        ``precedence`` is shared by all that answers questions at the same time.
        """
        self.store = store
        self.embedder = embedder
        self.precedence = precedence or Precedence()
        self._vectors = vectors
        self._keywords = keywords
        withdrawn = [name for name, status in store.statuses.items() if status.state == "withdrawn"]
        self._withdrawn = store.rows_of(withdrawn) if withdrawn else []
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="keywords")
        self._people = people or (lambda: {one.name: ((one.name,), one.aliases) for one in store.speakers()})

    @cached_property
    def speaker_forms(self) -> Mapping[str, tuple[str, ...]]:
        """The names in the store that each form of a name may stand for; made when a question first needs it."""
        people = self._people()
        forms = speaker_forms({name: (*names, *aliases) for name, (names, aliases) in people.items()})
        return {
            form: tuple(name for person in persons for name in people[person][0]) for form, persons in forms.items()
        }

    def search(
        self, query: str, *, k: int = 10, filters: Filters | None = None, period: Period | None = None
    ) -> list[Hit]:
        """The ``k`` best passages that the filters admit, best first.

        ``period`` favours articles of its days and excludes none.  More than two passages of an article come
        after those of all others, unless the filters name one.  Raises QuestionError for a filter that names a
        speaker or an article that the index does not hold.
        """
        with self.precedence.search():
            return self._search(query, k, filters or Filters(), period)

    def _search(self, query: str, k: int, filters: Filters, period: Period | None) -> list[Hit]:
        depth = max(_DEPTH, k)
        vector, rankings = self._rankings(without_time(query), filters, depth)
        rows = np.unique(np.concatenate([found for found, _ in rankings.values()]))
        origins = self.store.origins(rows)
        scores = fuse(rankings, rows, origins.articles)
        if vector is not None and len(rows):
            scores += _WEIGHTS["title"] * self._titles(vector, origins.articles)
        if period is not None:
            scores *= period.factors(origins.days)
        # Equal scores are broken by the lower row, so that the same index answers the same way.
        order = np.argsort(-scores, kind="stable")
        best = order[:k] if len(filters.articles) == 1 else spread(order, origins, k, most=_PER_ARTICLE)
        chosen = rows[best].tolist()
        passages = self.store.passages(chosen)
        return [
            Hit(passages[row], score, _found_by(rankings, row))
            for row, score in zip(chosen, scores[best].tolist(), strict=True)
        ]

    def speakers_called(self, name: str) -> list[str]:
        """The speakers that a name may stand for; raises QuestionError where there are none.

        ``pu`` -> ``["Pu Yongjian"]``
        """
        found = self.speaker_forms.get(plain_name(name), ())
        if not found:
            raise QuestionError(
                f"no speaker in this corpus is called {name!r}",
                hint="leave the speaker out, or give the name as it is printed",
            )
        return list(found)

    def rarity(self, stems: Sequence[str]) -> dict[str, float]:
        """How telling each of these stems is: the logarithm of how few passages hold it, always above 0."""
        return self._keywords.rarity(stems)

    def _rankings(self, query: str, filters: Filters, depth: int) -> tuple[Vector | None, dict[Found, Ranking]]:
        """The query's vector, if it takes part, and what each search found."""
        among = self._among(filters)
        without = self._withdrawn
        # Words are searched while the query is embedded and its neighbours are: neither holds the interpreter.
        words = self._pool.submit(self._keywords.search, query, depth, among=among, without=without)
        opening = self._pool.submit(self._keywords.search, query, depth, among=among, without=without, openings=True)
        found: dict[Found, Ranking] = {}
        vector = None
        if not is_chinese(query) or self._reads_chinese:
            vector = self.embedder.embed([query])[0]
            near = self._vectors.search(vector, depth, among=among, without=without)
            # A cosine of zero or less is no nearness at all.
            found["dense"] = _ranking([(row, cosine) for row, cosine in near if cosine > 0])
        return vector, found | {"keywords": _ranking(words.result()), "opening": _ranking(opening.result())}

    def _titles(self, vector: Vector, articles: npt.NDArray[np.int32]) -> Scores:
        """How near the query is to the first passage of each of these articles, as a share of the nearest."""
        numbers, places = np.unique(articles, return_inverse=True)
        return _shares(self._vectors.rows(self.store.first_rows(numbers)) @ vector)[places]

    @cached_property
    def _reads_chinese(self) -> bool:
        """Whether the embedder puts a Chinese sentence next to its translation; one for English does not."""
        chinese, english = (self.embedder.embed(texts) for texts in zip(*_TRANSLATED, strict=True))
        near = chinese @ english.T
        return bool(all(near[i, i] > near[i, 1 - i] + _CLEARLY for i in range(2)))

    def _among(self, filters: Filters) -> list[int] | None:
        names: list[str] = []
        if filters.speaker is not None:
            names = self.speakers_called(filters.speaker)
        for article in filters.articles:
            if self.store.article(article) is None:
                raise QuestionError(
                    f"no article in this index has the id {article!r}", hint="`onrecord search` prints ids"
                )
        return self.store.rows_matching(filters, names)


def fuse(rankings: Mapping[Found, Ranking], rows: npt.NDArray[np.int64], articles: npt.NDArray[np.int32]) -> Scores:
    """The score of each of these rows, which are in order: the weighed sum of its shares of the best scores.

    Scores and not ranks are summed, so that what one search is sure of is not outvoted (Bruch, Gai and Ingber,
    "An analysis of fusion functions for hybrid retrieval", 2023).  What ``opening`` finds are articles, so
    each row of an article has its share; ``articles`` gives the article of a row.
    """
    scores = np.zeros(len(rows))
    for name, (found, values) in rankings.items():
        shares, places = _WEIGHTS[name] * _shares(values), np.searchsorted(rows, found)
        if name == "opening":
            numbers, each = np.unique(articles, return_inverse=True)
            of_article = np.zeros(len(numbers))
            of_article[each[places]] = shares
            scores += of_article[each]
        else:
            scores[places] += shares
    return scores


def _ranking(found: Sequence[tuple[int, float]]) -> Ranking:
    rows, values = zip(*found, strict=True) if found else ((), ())
    return np.array(rows, dtype=np.int64), np.array(values, dtype=np.float64)


def _shares(values: npt.NDArray[np.floating]) -> Scores:
    best = max(float(values.max(initial=0.0)), np.finfo(np.float64).tiny)
    shares: Scores = (np.maximum(values, 0.0) / best) ** _SHARPNESS
    return shares


def _found_by(rankings: Mapping[Found, Ranking], row: int) -> frozenset[Search]:
    return frozenset(_SEARCH_OF[name] for name, (rows, _) in rankings.items() if row in rows)


def spread(order: npt.NDArray[np.int64], origins: Origins, k: int, *, most: int) -> npt.NDArray[np.int64]:
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
