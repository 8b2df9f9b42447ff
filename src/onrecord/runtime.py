"""The one place that builds concrete objects, and checks that they fit the index."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

from onrecord.answer import Weighed, answer, weigh
from onrecord.cache import AnswerCache, key_of
from onrecord.errors import ModelMissingError, QuestionError
from onrecord.factcheck import check
from onrecord.generation.examples import example_about
from onrecord.generation.llm import LanguageModel, LocalModel, ModelStatus, find_adapter, find_model
from onrecord.generation.prompts import fixed
from onrecord.generation.reader import TrainedReader, find_reader
from onrecord.generation.remote import RemoteModel, is_endpoint
from onrecord.generation.wanted import WhileWanted
from onrecord.ingest import IngestReport, Progress, ingest
from onrecord.opened import Files, Opened, decided, open_files
from onrecord.quotes.draft import quotations_in_draft
from onrecord.quotes.people import Person
from onrecord.search.embedder import Embedder, SentenceEmbedder, find_embedder
from onrecord.search.precedence import Precedence
from onrecord.settings import Settings
from onrecord.storage.decisions import (
    decisions_stamp,
    read_decisions,
    read_statuses,
    write_decisions,
    write_statuses,
)
from onrecord.storage.drafts import read_draft
from onrecord.storage.generations import Manifest, current_generation, rollback, writer
from onrecord.storage.ingestlog import logged_ingest
from onrecord.text.normalise import single_line
from onrecord.text.tokens import content_stems
from onrecord.text.when import period_of
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
    StatementPiece,
    Status,
)

__all__ = ["Runtime"]

_log = logging.getLogger(__name__)

# Below about a billion parameters at four bits a model invents more than it phrases when left to itself.
_SMALL_MODEL_BYTES = 600 * 2**20
_MOST_TRIED = 20
_NEAREST = 5


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
        self._opened: Opened | None = None
        self._most_kept = 0
        self._precedence = Precedence()
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
        if is_endpoint(self.settings.model):
            # From the environment alone, so that it stands in no file that is shown or shared.
            return RemoteModel(self.settings.model, key=os.environ.get("ONRECORD_MODEL_KEY"))
        try:
            path = find_model(self.settings.model)
        except ModelMissingError as error:
            if self.settings.model != "default":
                raise
            _log.warning("no language model, so answers are quoted from the articles: %s", error)
            return None
        if path is None:
            return None
        ours = self.settings.adapter == "default"
        # What was trained on one model is no use to another.
        adapter = None if ours and self.settings.model != "default" else find_adapter(self.settings.adapter)
        return LocalModel(path, adapter=adapter)

    @cached_property
    def reader(self) -> TrainedReader | None:
        """The trained reader, or None where the settings want none; raises ModelMissingError for one that is not there."""
        return find_reader(self.settings.reader)

    def model_status(self) -> ModelStatus | None:
        """How the language model is just now, or None where there is none; starts nothing."""
        model = self.model
        if model is None:
            return None
        return model.status() if isinstance(model, LocalModel | RemoteModel) else ModelStatus(model.name, "ready")

    @cached_property
    def _model_is_small(self) -> bool:
        path = find_model(self.settings.model) if isinstance(self.model, LocalModel) else None
        return path is not None and path.stat().st_size < _SMALL_MODEL_BYTES

    @property
    def _model_is_trained(self) -> bool:
        return isinstance(self.model, LocalModel) and self.model.adapter is not None

    def ingest(
        self,
        paths: Sequence[Path | str],
        *,
        prune: bool = False,
        progress: Progress = lambda _stage, _done, _total: None,
    ) -> IngestReport:
        """Read files, folders and addresses and publish them; see ``onrecord.ingest.ingest``."""
        with logged_ingest(self.settings.index) as log:
            report = ingest(
                paths,
                root=self.settings.index,
                embedder=self.embedder,
                passage_words=self.settings.passage_words,
                private_addresses=self.settings.private_addresses,
                fetch_delay=self.settings.fetch_delay,
                prune=prune,
                progress=progress,
            )
            log(report)
        return report

    def rollback(self) -> Manifest:
        """Publish the generation before the current one again."""
        root = self.settings.index
        with writer(root):
            return rollback(root)

    def ask(
        self, question: Question, *, phrased: bool = True, wanted: Callable[[], bool] = lambda: True
    ) -> Iterator[AnswerEvent]:
        """Answer a question; ``phrased=False`` answers without the language model.

        The model stops soon after ``wanted`` says no, also while an event is awaited.  Where an article that is
        cited is withdrawn or removed while the answer is made, it begins again.
        """
        opened = self._index()
        model = self.model if phrased else None
        key = key_of(question, model.name if model else None)
        if kept := opened.answers.find(key):
            yield from kept
            return
        events = answer(
            question,
            retriever=opened.retriever,
            generation=opened.files.manifest.generation,
            model=WhileWanted(model, wanted) if model else None,
            copying=self._model_is_small,
            examples=not self._model_is_trained,
            reader=self.reader,
        )
        given: list[AnswerEvent] = []
        with closing(events):
            for event in events:
                if isinstance(event, StatementPiece | Answer) and not self._stands(event, opened):
                    break
                if isinstance(event, Answer):
                    event = self._with_copies(event, opened)
                given.append(event)
                yield event
            else:
                if wanted():  # or the model may have been stopped in the middle
                    opened.answers.keep(key, tuple(given), phrased=model is not None)
                return
        yield from self.ask(question, phrased=phrased, wanted=wanted)

    def keep_answers(self, most: int) -> None:
        """Give an answer that was given before at once, for ``most`` of them, until what they rest on changes."""
        with self._lock:
            self._most_kept = most
            if self._opened is not None:
                self._opened = replace(self._opened, answers=AnswerCache(most))

    def _stands(self, event: StatementPiece | Answer, opened: Opened) -> bool:
        """Whether everything that is cited, or named as near, may still be."""
        now = self._index()
        if now is opened:
            return True
        named = [citation.article for citation in event.citations]
        named += event.nearest if isinstance(event, Answer) else ()
        found = (now.store.article(article.id) for article in named)
        return all(article is not None and article.status.state != "withdrawn" for article in found)

    def copies(self, article_id: str) -> tuple[Article, ...]:
        """Where else an article was printed, word for word or nearly so; nothing of what was withdrawn."""
        return _copies(self._index(), article_id)

    def _with_copies(self, found: Answer, opened: Opened) -> Answer:
        copies = {citation.article.id: _copies(opened, citation.article.id) for citation in found.citations}
        return replace(found, copies={article: others for article, others in copies.items() if others})

    def weigh(self, question: Question) -> Weighed:
        """What a question would be answered from, and how sure that is."""
        return weigh(question, retriever=self._index().retriever, reader=self.reader)

    def search(
        self, query: str, *, k: int = 10, filters: Filters | None = None, today: date | None = None
    ) -> list[Hit]:
        """The passages nearest to a query; those of the days that it is about first, if ``today`` is given."""
        if not any(character.isalnum() for character in query):
            raise QuestionError("the query is empty", hint="search for words")
        period = period_of(query, today) if today else None
        return self._index().retriever.search(query, k=k, filters=filters, period=period)

    def check(self, claim: QuoteClaim, *, nearest: bool = False) -> QuoteCheck:
        """What the corpus holds of a quotation; decided by rules, no model takes part.

        ``nearest`` adds quotes on the same subject where nothing was found; that needs the embedder.
        """
        if not any(character.isalnum() for character in claim.text):
            raise QuestionError("the quotation is empty", hint="give the words that were said")
        opened = self._index()
        store = opened.store
        articles: dict[int, Article | None] = {}

        def candidates(text: str, most: int) -> list[tuple[Article, Span]]:
            found = []
            for place, window in opened.files.phrases.candidates(text, most):
                if place not in articles:
                    articles[place] = store.article_at(place)
                article = articles[place]
                if article is not None and article.status.state != "withdrawn":
                    found.append((article, Span(*window)))
            return found

        found = check(claim, candidates=candidates, quotes_of=store.quotes_of)
        if nearest and found.verdict == "not_found":
            return replace(found, nearest=tuple(self.quotes_about(claim.text, most=_NEAREST)))
        return found

    def check_draft(self, source: Path | bytes, name: str, *, nearest: bool = False) -> Iterator[QuoteCheck]:
        """Check every quotation of a draft in order; ``name``'s suffix tells its format.

        Raises FileError for what is no draft; see ``onrecord.storage.drafts.read_draft``.
        """
        claims = quotations_in_draft(read_draft(source, name))
        return (self.check(claim, nearest=nearest) for claim in claims)

    def find_article(self, article_id: str) -> Article | None:
        """The article with this id, or None."""
        return self._index().store.article(article_id)

    def article(self, article_id: str) -> Article:
        """The article with this id; raises QuestionError where there is none."""
        article = self.find_article(article_id)
        if article is None:
            raise QuestionError(
                f"no article in this index has the id {article_id!r}", hint="`onrecord search` prints ids"
            )
        return article

    def articles(self) -> Iterator[Article]:
        """Every article that is not withdrawn, in the order in which they were added."""
        for article, _ in self._index().store.articles():
            if article.status.state != "withdrawn":
                yield article

    def quotes(
        self,
        *,
        speaker: str | None = None,
        article: str | None = None,
        since: date | None = None,
        until: date | None = None,
    ) -> Iterator[Quote]:
        """The quotes of an article or of all, of one speaker, of some days; days are inclusive."""
        retriever = self._index().retriever
        store = retriever.store
        names = retriever.speakers_called(speaker) if speaker is not None else None
        articles: Iterable[Article | None]
        if article is not None:
            articles = [self.article(article)]
        elif names is not None:
            articles = map(store.article_at, store.places_quoting(names))
        else:
            articles = (one for one, _ in store.articles())
        for one in articles:
            if one is None or one.status.state == "withdrawn" or not _is_between(one.published_on, since, until):
                continue
            for quote in store.quotes_of(one):
                if names is None or (quote.speaker is not None and quote.speaker.name in names):
                    yield quote

    def quotes_about(self, subject: str, *, most: int = 20, filters: Filters | None = None) -> list[Quote]:
        """The quotes nearest to a subject in meaning or words, the nearest first.

        They are those of the nearest passages; of one passage, those that share more with the subject come first.
        """
        retriever = self._index().retriever
        names = None if filters is None or filters.speaker is None else retriever.speakers_called(filters.speaker)
        asked = set(content_stems(subject))
        found: dict[tuple[str, tuple[Span, ...]], Quote] = {}
        for hit in self.search(subject, k=max(most, 1), filters=filters):
            passage = hit.passage
            here = [
                quote
                for quote in retriever.store.quotes_of(passage.article)
                if quote.start < passage.end
                and passage.start < quote.end
                and (names is None or (quote.speaker is not None and quote.speaker.name in names))
            ]
            here.sort(key=lambda quote: -len(asked.intersection(content_stems(quote.text))))
            for quote in here:
                found.setdefault((quote.article.id, quote.spans), quote)
        return list(found.values())[:most]

    def speakers(self) -> tuple[Person, ...]:
        """Everybody who is quoted, the most quoted first."""
        return self._index().people.all

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
        return self._index().files.manifest

    def days(self) -> tuple[str, str] | None:
        """The first and the last day of publication in the corpus, or None where no article has one."""
        return self._index().store.days()

    def examples(self, *, most: int = 3) -> list[str]:
        """Questions that this corpus answers, made from who is quoted under which heading."""
        found: list[str] = []
        tried: set[str] = set()
        for quote in self.quotes():
            question = example_about(quote)
            if question is None or question in tried:
                continue
            tried.add(question)
            last = list(self.ask(Question(question), phrased=False))[-1]
            # A subject that is quoted, too, would bring its own words into the answer.
            if isinstance(last, Answer) and len({one.speaker for one in last.statements} - {None}) == 1:
                found.append(question)
            if len(found) == most or len(tried) == _MOST_TRIED:
                break
        return found

    def warm(self) -> None:
        """Load what the first question would otherwise wait for."""
        _ = self._index().retriever.speaker_forms
        self.embedder.embed(["warm"])
        if self.reader:
            self.reader.read("warm", [("", "warm")])
        if isinstance(self.model, LocalModel):
            self.model.warm(fixed(examples=not self._model_is_trained))

    def close(self) -> None:
        """End the model's process and close the index."""
        if "model" in self.__dict__ and self.model is not None:
            self.model.close()
        if self._opened is not None:
            self._opened.store.close()

    def _index(self) -> Opened:
        """The published generation; a newer one, or a newer decision, holds from the next call on."""
        with self._lock:
            one = self._opened
            if one is None or current_generation(self.settings.index) != one.files.folder:
                # The one before stays open for the answers that still read from it.
                one = self._opened = self._decided(open_files(self.settings.index, self.embedder))
            elif decisions_stamp(self.settings.index) != one.stamp:
                one = self._opened = self._decided(one.files)
            return one

    def _decided(self, files: Files) -> Opened:
        answers = AnswerCache(self._most_kept)
        return decided(files, self.settings.index, self.embedder, self._precedence, answers)


def _copies(opened: Opened, article_id: str) -> tuple[Article, ...]:
    copies = opened.store.copies_of(article_id)
    return tuple(one for one in copies if one.status.state != "withdrawn")


def _is_between(day: date | None, since: date | None, until: date | None) -> bool:
    """Whether a day lies within the two; an unknown one only if nothing is asked for."""
    if since is None and until is None:
        return True
    return day is not None and (since is None or since <= day) and (until is None or day <= until)
