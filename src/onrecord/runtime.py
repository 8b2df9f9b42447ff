"""The one place that builds concrete objects, and checks that they fit the index."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from onrecord.answer import answer
from onrecord.errors import IndexDamagedError, IndexMismatchError, ModelMissingError, QuestionError
from onrecord.factcheck import check
from onrecord.generation.llm import LanguageModel, LocalModel, find_model
from onrecord.generation.prompts import FIXED
from onrecord.ingest import IngestReport, Progress, ingest
from onrecord.quotes.people import Person, people
from onrecord.search.embedder import Embedder, SentenceEmbedder, find_embedder
from onrecord.search.keywords import KeywordIndex
from onrecord.search.phrases import PhraseIndex
from onrecord.search.retriever import Retriever
from onrecord.search.vectors import VectorIndex
from onrecord.settings import Settings
from onrecord.storage.decisions import (
    decisions_stamp,
    read_decisions,
    read_statuses,
    write_decisions,
    write_statuses,
)
from onrecord.storage.generations import Manifest, current_generation, open_generation, rollback, writer
from onrecord.storage.store import Store
from onrecord.text.normalise import single_line
from onrecord.types import (
    Answer,
    AnswerEvent,
    Article,
    Filters,
    Hit,
    Question,
    Quote,
    QuoteCheck,
    QuoteClaim,
    Span,
    SpeakerDecision,
    Status,
)

__all__ = ["Runtime"]

_log = logging.getLogger(__name__)

# Below about a billion parameters at four bits a model invents more than it phrases when left to itself.
_SMALL_MODEL_BYTES = 600 * 2**20
_MOST_TRIED = 20
_MOST_CANDIDATES = 50


@dataclass(frozen=True, slots=True)
class _Opened:
    """A generation with the decisions that are laid over it."""

    folder: Path
    manifest: Manifest
    vectors: VectorIndex
    keywords: KeywordIndex
    phrases: PhraseIndex
    decided: object
    retriever: Retriever
    people: tuple[Person, ...]


class Runtime:
    """The product on one index: what the command line and the pages call.

    Everything heavy is built when it is first needed.  Questions may come from several threads.
    """

    def __init__(
        self, settings: Settings, *, embedder: Embedder | None = None, model: LanguageModel | None = None
    ) -> None:
        self.settings = settings
        self._embedder = embedder
        self._given_model = model
        self._opened: _Opened | None = None
        self._lock = threading.Lock()

    @cached_property
    def embedder(self) -> Embedder:
        """The embedder of the settings; raises ModelMissingError."""
        if self._embedder is not None:
            return self._embedder
        setting = self.settings.embedder
        name = "all-MiniLM-L6-v2" if setting == "default" else None
        return SentenceEmbedder(find_embedder(setting), name=name)

    @cached_property
    def model(self) -> LanguageModel | None:
        """The language model, or None where the settings want none or the default is not installed.

        Raises ModelMissingError for a file that the settings name and that cannot be used.
        """
        if self._given_model is not None:
            return self._given_model
        try:
            path = find_model(self.settings.model)
        except ModelMissingError as error:
            if self.settings.model != "default":
                raise
            _log.warning("no language model, so answers are quoted from the articles: %s", error)
            return None
        return LocalModel(path) if path else None

    @cached_property
    def _model_is_small(self) -> bool:
        path = find_model(self.settings.model) if isinstance(self.model, LocalModel) else None
        return path is not None and path.stat().st_size < _SMALL_MODEL_BYTES

    def ingest(
        self,
        paths: Sequence[Path | str],
        *,
        prune: bool = False,
        progress: Progress = lambda _stage, _done, _total: None,
    ) -> IngestReport:
        """Read files, folders and addresses and publish them; see ``onrecord.ingest.ingest``."""
        return ingest(
            paths,
            root=self.settings.index,
            embedder=self.embedder,
            passage_words=self.settings.passage_words,
            private_addresses=self.settings.private_addresses,
            fetch_delay=self.settings.fetch_delay,
            prune=prune,
            progress=progress,
        )

    def rollback(self) -> Manifest:
        """Publish the generation before the current one again."""
        root = self.settings.index
        with writer(root):
            return rollback(root)

    def ask(self, question: Question, *, phrased: bool = True) -> Iterator[AnswerEvent]:
        """Answer a question; ``phrased=False`` answers without the language model."""
        opened = self._index()
        return answer(
            question,
            retriever=opened.retriever,
            generation=opened.manifest.generation,
            model=self.model if phrased else None,
            copying=self._model_is_small,
        )

    def search(self, query: str, *, k: int = 10, filters: Filters | None = None) -> list[Hit]:
        """The passages nearest to a query."""
        if not any(character.isalnum() for character in query):
            raise QuestionError("the query is empty", hint="search for words")
        return self._index().retriever.search(query, k=k, filters=filters)

    def check(self, claim: QuoteClaim) -> QuoteCheck:
        """What the corpus holds of a quotation; decided by rules, no model takes part."""
        if not any(character.isalnum() for character in claim.text):
            raise QuestionError("the quotation is empty", hint="give the words that were said")
        opened = self._index()
        store = opened.retriever.store
        articles: dict[int, Article | None] = {}

        def candidates(text: str) -> list[tuple[Article, Span]]:
            found = []
            for place, window in opened.phrases.candidates(text, _MOST_CANDIDATES):
                if place not in articles:
                    articles[place] = store.article_at(place)
                article = articles[place]
                if article is not None and article.status.state != "withdrawn":
                    found.append((article, Span(*window)))
            return found

        return check(claim, candidates=candidates, quotes_of=store.quotes_of)

    def article(self, article_id: str) -> Article:
        """The article with this id; raises QuestionError where there is none."""
        article = self._index().retriever.store.article(article_id)
        if article is None:
            raise QuestionError(
                f"no article in this index has the id {article_id!r}", hint="`onrecord search` prints ids"
            )
        return article

    def quotes(self, *, speaker: str | None = None, article: str | None = None) -> Iterator[Quote]:
        """The quotes of an article or of all, those of one speaker where one is named."""
        retriever = self._index().retriever
        names = retriever.speakers_called(speaker) if speaker is not None else None
        articles = [self.article(article)] if article is not None else (a for a, _ in retriever.store.articles())
        for one in articles:
            if one.status.state == "withdrawn":
                continue
            for quote in retriever.store.quotes_of(one):
                if names is None or (quote.speaker is not None and quote.speaker.name in names):
                    yield quote

    def speakers(self) -> tuple[Person, ...]:
        """Everybody who is quoted, the most quoted first."""
        return self._index().people

    def decide(self, decision: SpeakerDecision) -> None:
        """Merge or split two names by hand; it holds for this index from now on, also after an ingest."""
        known = {name for person in self.speakers() for name in person.names}
        for name in (decision.name, decision.other):
            if name not in known:
                raise QuestionError(
                    f"no speaker in this corpus is called exactly {name!r}", hint="`onrecord speakers` prints them"
                )
        root = self.settings.index
        write_decisions(root, (*read_decisions(root), decision))

    def undo_decision(self) -> SpeakerDecision:
        """Take the last decision back and return it; raises QuestionError where there is none."""
        root = self.settings.index
        decisions = read_decisions(root)
        if not decisions:
            raise QuestionError("nothing was decided that could be undone", hint="see `onrecord speakers`")
        write_decisions(root, decisions[:-1])
        return decisions[-1]

    def withdraw(self, article_id: str, *, note: str | None = None) -> None:
        """Never find or cite an article again, from now on, also in a server that is running."""
        self._set_status(article_id, Status("withdrawn", note, datetime.now(UTC).date()))

    def correct(self, article_id: str, *, note: str) -> None:
        """Say what was corrected wherever the article is cited."""
        if not note.strip():
            raise QuestionError("the note is empty", hint="say what was corrected with --note")
        self._set_status(article_id, Status("corrected", single_line(note), datetime.now(UTC).date()))

    def restore(self, article_id: str) -> None:
        """Let an article stand as printed again."""
        self._set_status(article_id, Status())

    def _set_status(self, article_id: str, status: Status) -> None:
        self.article(article_id)
        root = self.settings.index
        write_statuses(root, {**read_statuses(root), article_id: status})

    def manifest(self) -> Manifest:
        """What the published generation is made of; opening it checks every file."""
        return self._index().manifest

    def days(self) -> tuple[str, str] | None:
        """The first and the last day of publication in the corpus, or None where no article has one."""
        return self._index().retriever.store.days()

    def examples(self, *, most: int = 3) -> list[str]:
        """Questions that this corpus answers, made from who is quoted under which heading."""
        found: list[str] = []
        tried: set[str] = set()
        for quote in self.quotes():
            question = _question_about(quote)
            if question is None or question in tried:
                continue
            tried.add(question)
            last = list(self.ask(Question(question), phrased=False))[-1]
            if isinstance(last, Answer) and not last.refused:
                found.append(question)
            if len(found) == most or len(tried) == _MOST_TRIED:
                break
        return found

    def warm(self) -> None:
        """Load what the first question would otherwise wait for."""
        self._index()
        self.embedder.embed(["warm"])
        if isinstance(self.model, LocalModel):
            self.model.warm(FIXED)

    def close(self) -> None:
        """End the model's process and close the index."""
        if "model" in self.__dict__ and self.model is not None:
            self.model.close()
        if self._opened is not None:
            self._opened.retriever.store.close()

    def _index(self) -> _Opened:
        """The published generation; a newer one, or a newer decision, holds from the next call on."""
        with self._lock:
            folder = current_generation(self.settings.index)
            decided = decisions_stamp(self.settings.index)
            if self._opened is None or folder != self._opened.folder:
                # The one before stays open for the answers that still read from it.
                self._opened = self._open()
            elif decided != self._opened.decided:
                one = self._opened
                self._opened = self._decided(one.folder, one.manifest, one.vectors, one.keywords, one.phrases)
            return self._opened

    def _open(self) -> _Opened:
        folder, manifest = open_generation(self.settings.index)
        if manifest.fingerprint != self.embedder.fingerprint:
            raise IndexMismatchError(
                f"the index was made by the embedder {manifest.embedder}, the settings name {self.embedder.name}",
                hint="run `onrecord ingest corpus/` to embed it again, or set ONRECORD_EMBEDDER back",
            )
        vectors = VectorIndex(folder / "vectors.faiss")
        keywords = KeywordIndex(folder / "keywords")
        opened = self._decided(folder, manifest, vectors, keywords, PhraseIndex(folder / "phrases"))
        rows = opened.retriever.store.count()["passages"]
        if not rows == len(vectors) == len(keywords):
            raise IndexDamagedError(
                f"{folder.name} holds {rows} passages, {len(vectors)} vectors and {len(keywords)} keyword rows",
                hint="move the index folder away and run `onrecord ingest` to build it again",
            )
        return opened

    def _decided(
        self, folder: Path, manifest: Manifest, vectors: VectorIndex, keywords: KeywordIndex, phrases: PhraseIndex
    ) -> _Opened:
        root = self.settings.index
        # Taken first: a decision that comes while these are read is seen as newer at the next call.
        decided = decisions_stamp(root)
        store = Store(folder / "articles.db")
        store.statuses = read_statuses(root)
        known = people(store.speakers(), read_decisions(root))
        named = {person.name: (person.names, person.aliases) for person in known}
        retriever = Retriever(store, vectors, keywords, self.embedder, people=named)
        return _Opened(folder, manifest, vectors, keywords, phrases, decided, retriever, tuple(known))


def _question_about(quote: Quote) -> str | None:
    if quote.speaker is None or not quote.direct:
        return None
    above = [b for b in quote.article.blocks if b.kind == "heading" and b.end <= quote.start]
    heading = quote.article.text[above[-1].start : above[-1].end] if above else ""
    if not heading or len(heading) > 80:
        return None
    name = min(quote.speaker.aliases, key=len, default=quote.speaker.name)
    about = heading if heading == quote.article.title else heading[:1].lower() + heading[1:]
    return f"What does {name} say about {about}?"
