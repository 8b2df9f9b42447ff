"""Dense and keyword search, fused by their scores and weighed by the days that a question is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt

from onrecord.errors import QuestionError
from onrecord.search.embedder import Embedder
from onrecord.search.keywords import KeywordIndex
from onrecord.search.precedence import Precedence
from onrecord.search.ranking import Found, Ranking, Scores, found_by, fuse, shares, spread
from onrecord.search.vectors import VectorIndex
from onrecord.storage.store import Store
from onrecord.text.names import plain_name, speaker_forms
from onrecord.text.tokens import is_chinese
from onrecord.text.when import Period, without_time
from onrecord.types import Filters, Hit

__all__ = ["Retriever"]

# Chosen by measurement, see docs/measurements.md: what the nearness of an article's first passage counts.
_TITLE = 0.25
_DEPTH = 200
_PER_ARTICLE = 2
_THREADS = 2
_TRANSLATED = (
    ("医院需要新的医生。", "The hospital needs new doctors."),
    ("选举将在周日举行。", "The election is on Sunday."),
)
_CLEARLY = 0.2

Vector = npt.NDArray[np.float32]


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
        rows = np.unique(np.concatenate([found.rows for found in rankings.values()]))
        origins = self.store.origins(rows)
        numbers, articles = np.unique(origins.articles, return_inverse=True)
        scores = fuse(rankings, rows, articles)
        if vector is not None and len(rows):
            scores += _TITLE * self._titles(vector, numbers)[articles]
        if period is not None:
            scores *= period.factors(origins.days)
        # Equal scores are broken by the lower row, so that the same index answers the same way.
        order = np.argsort(-scores, kind="stable")
        best = order[:k] if len(filters.articles) == 1 else spread(order, origins, k, most=_PER_ARTICLE)
        chosen = rows[best].tolist()
        passages = self.store.passages(chosen)
        return [
            Hit(passages[row], score, searches)
            for row, score, searches in zip(chosen, scores[best].tolist(), found_by(rankings, chosen), strict=True)
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
        # Words are searched while the query is embedded and its neighbours are: neither holds the interpreter.
        words = self._pool.submit(self._words, query, depth, among)
        found: dict[Found, Ranking] = {}
        vector = None
        if not is_chinese(query) or self._reads_chinese:
            vector = self.embedder.embed([query])[0]
            near = self._vectors.search(vector, depth, among=among, without=self._withdrawn)
            # A cosine of zero or less is no nearness at all.
            found["dense"] = Ranking(near.rows[near.scores > 0], near.scores[near.scores > 0])
        return vector, found | words.result()

    def _words(self, query: str, depth: int, among: Sequence[int] | None) -> dict[Found, Ranking]:
        """What the words of passages and those of openings find, one after the other: the other core is busy."""
        search = partial(self._keywords.search, query, depth, among=among, without=self._withdrawn)
        return {"keywords": search(), "opening": search(openings=True)}

    def _titles(self, vector: Vector, articles: npt.NDArray[np.int32]) -> Scores:
        """How near the query is to the first passage of each of these articles, as a share of the nearest."""
        return shares(self._vectors.rows(self.store.first_rows(articles)) @ vector)

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
