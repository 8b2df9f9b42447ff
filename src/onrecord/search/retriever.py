"""Dense and keyword search, fused by reciprocal rank and weighed by the days that a question is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Literal

from onrecord.errors import QuestionError
from onrecord.search.embedder import Embedder
from onrecord.search.keywords import KeywordIndex
from onrecord.search.vectors import VectorIndex
from onrecord.storage.store import Origin, Store
from onrecord.text.names import plain_name, speaker_forms
from onrecord.text.tokens import is_chinese
from onrecord.text.when import Period
from onrecord.types import Filters, Hit

__all__ = ["Retriever", "fuse"]

# Chosen by measurement, see docs/measurements.md.  ``opening`` ranks articles, by title and first words.
_RRF_K = 20
_WEIGHTS = {"dense": 1.0, "keywords": 1.5, "opening": 1.0}
_DEPTH = 100
_DEPTH_OF_DAYS = 200  # days lift what words alone rank low
_PER_ARTICLE = 2
_THREADS = 2
_TRANSLATED = (
    ("医院需要新的医生。", "The hospital needs new doctors."),
    ("选举将在周日举行。", "The election is on Sunday."),
)
_CLEARLY = 0.2

Ranking = Sequence[tuple[int, float]]
Found = Literal["dense", "keywords", "opening"]


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
    ) -> None:
        """``people`` gives for each speaker the names that stand in the store and further forms, when it is asked."""
        self.store = store
        self.embedder = embedder
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
        filters = filters or Filters()
        rankings = self._rankings(query, filters, max(_DEPTH if period is None else _DEPTH_OF_DAYS, k))
        origins = self.store.origins(list({row for ranking in rankings.values() for row, _ in ranking}))
        articles = {row: origin.article for row, origin in origins.items()}
        fused = fuse(rankings, articles)
        if period is not None:
            weighed = {row: score * period.factor(origins[row].day) for row, (score, _) in fused.items()}
        else:
            weighed = {row: score for row, (score, _) in fused.items()}
        # Equal scores are broken by the lower row, so that the same index answers the same way.
        best = sorted(weighed, key=lambda row: (-weighed[row], row))
        if len(filters.articles) != 1:
            best = _spread(best, origins, most=_PER_ARTICLE)
        passages = self.store.passages(best[:k])
        return [Hit(passages[row], weighed[row], fused[row][1]) for row in best[:k]]

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

    def _rankings(self, query: str, filters: Filters, depth: int) -> dict[Found, Ranking]:
        among = self._among(filters)
        without = self._withdrawn
        # Words are searched while the query is embedded and its neighbours are: neither holds the interpreter.
        words = self._pool.submit(self._keywords.search, query, depth, among=among, without=without)
        opening = self._pool.submit(self._keywords.search, query, depth, among=among, without=without, openings=True)
        found: dict[Found, Ranking] = {}
        if not is_chinese(query) or self._reads_chinese:
            vector = self.embedder.embed([query])[0]
            near = self._vectors.search(vector, depth, among=among, without=without)
            # A cosine of zero or less is no nearness at all.
            found["dense"] = [(row, cosine) for row, cosine in near if cosine > 0]
        return found | {"keywords": words.result(), "opening": opening.result()}

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


def fuse(
    rankings: Mapping[Found, Ranking], articles: Mapping[int, int]
) -> dict[int, tuple[float, frozenset[Literal["dense", "keywords"]]]]:
    """Reciprocal rank fusion: a row scores the sum of weight / (20 + rank) over the rankings that hold it.

    What ``opening`` ranks are articles, so each row of an article has its rank; ``articles`` gives the
    article of a row.
    """
    scores: dict[int, float] = {}
    found_by: dict[int, set[Literal["dense", "keywords"]]] = {}
    of_article: dict[int, float] = {}
    for name, ranking in rankings.items():
        for (row, _), rank in zip(ranking, _ranks(ranking), strict=True):
            gained = _WEIGHTS[name] / (_RRF_K + rank)
            if name == "opening":
                of_article[articles[row]] = gained
                scores.setdefault(row, 0.0)
                found_by.setdefault(row, set()).add("keywords")
            else:
                scores[row] = scores.get(row, 0.0) + gained
                found_by.setdefault(row, set()).add(name)
    return {
        row: (score + of_article.get(articles[row], 0.0), frozenset(found_by[row])) for row, score in scores.items()
    }


def _ranks(ranking: Ranking) -> Iterable[int]:
    # Equal scores share a rank, so that the order in which articles were added decides nothing.
    rank, before = 0, None
    for place, (_, value) in enumerate(ranking, start=1):
        if value != before:
            rank, before = place, value
        yield rank


def _spread(rows: Sequence[int], origins: Mapping[int, Origin], *, most: int) -> list[int]:
    """The rows, with those last that ``most`` better ones of their article, or one of a copy of it, come before."""
    shown: dict[int, int] = {}
    taken: Counter[int] = Counter()
    first: list[int] = []
    last: list[int] = []
    for row in rows:
        article, leader, _ = origins[row]
        is_repeated = shown.setdefault(leader, article) != article or taken[article] == most
        taken[article] += not is_repeated
        (last if is_repeated else first).append(row)
    return first + last
