"""Dense and keyword search, fused by reciprocal rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from onrecord.errors import QuestionError
from onrecord.search.embedder import Embedder
from onrecord.search.keywords import KeywordIndex
from onrecord.search.vectors import VectorIndex
from onrecord.storage.store import Store
from onrecord.text.names import plain_name, speaker_forms
from onrecord.types import Filters, Hit

__all__ = ["Retriever", "fuse"]

# Cormack, Clarke and Buettcher (2009) for k; keywords weigh double because names and numbers decide
# in news.  Both are to be chosen by measurement on retrieval suites.
_RRF_K = 60
_WEIGHTS = {"dense": 1.0, "keywords": 2.0}
_DEPTH = 50

Ranking = Sequence[tuple[int, float]]
Found = Literal["dense", "keywords"]


class Retriever:
    """Finds passages in one generation."""

    def __init__(
        self,
        store: Store,
        vectors: VectorIndex,
        keywords: KeywordIndex,
        embedder: Embedder,
        *,
        people: Mapping[str, tuple[Sequence[str], Sequence[str]]] | None = None,
    ) -> None:
        """``people`` gives for each speaker the names that stand in the store and further forms."""
        self.store = store
        self.embedder = embedder
        self._vectors = vectors
        self._keywords = keywords
        withdrawn = [name for name, status in store.statuses.items() if status.state == "withdrawn"]
        self._withdrawn = store.rows_of(withdrawn) if withdrawn else []
        if people is None:
            people = {one.name: ((one.name,), one.aliases) for one in store.speakers()}
        forms = speaker_forms({name: (*names, *aliases) for name, (names, aliases) in people.items()})
        self.speaker_forms = {
            form: tuple(name for person in persons for name in people[person][0]) for form, persons in forms.items()
        }

    def search(self, query: str, *, k: int = 10, filters: Filters | None = None) -> list[Hit]:
        """The ``k`` best passages that the filters admit, best first.

        Raises QuestionError for a filter that names a speaker or an article that the index does not hold.
        """
        among = self._among(filters or Filters())
        vector = self.embedder.embed([query])[0]
        depth = max(_DEPTH, k)
        rankings: dict[Found, Ranking] = {
            "dense": self._vectors.search(vector, depth, among=among, without=self._withdrawn),
            "keywords": self._keywords.search(query, depth, among=among, without=self._withdrawn),
        }
        best = fuse(rankings, k=k)
        passages = self.store.passages([row for row, _, _ in best])
        return [Hit(passages[row], score, found_by) for row, score, found_by in best]

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


def fuse(rankings: Mapping[Found, Ranking], *, k: int) -> list[tuple[int, float, frozenset[Found]]]:
    """Reciprocal rank fusion: a row scores the sum of weight / (60 + rank) over the rankings that hold it.

    Best first; equal scores are broken by the lower row, so that the same index answers the same way.
    """
    scores: dict[int, float] = {}
    found_by: dict[int, set[Found]] = {}
    for name, ranking in rankings.items():
        values = [value for _, value in ranking]
        for row, value in ranking:
            # Equal scores share a rank, so that the order in which articles were added decides nothing.
            rank = values.index(value) + 1
            scores[row] = scores.get(row, 0.0) + _WEIGHTS[name] / (_RRF_K + rank)
            found_by.setdefault(row, set()).add(name)
    best = sorted(scores, key=lambda row: (-scores[row], row))[:k]
    return [(row, scores[row], frozenset(found_by[row])) for row in best]
