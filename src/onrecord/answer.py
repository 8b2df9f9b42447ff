"""The path of a question: question -> hits -> evidence -> (model) -> checked statements -> Answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date

from onrecord.errors import ModelError, QuestionError
from onrecord.generation.citations import checked, drafts
from onrecord.generation.evidence import candidates, choose, confidence, is_answerable, score, with_reading
from onrecord.generation.followup import is_joined
from onrecord.generation.grammar import copying as copying_grammar
from onrecord.generation.llm import LanguageModel
from onrecord.generation.prompts import fitting, messages
from onrecord.generation.reading import Read, Reader, assured, best_span, read_over
from onrecord.generation.rewriting import rewritten
from onrecord.generation.spans import shortest_span
from onrecord.generation.understand import Understood, understand
from onrecord.search.retriever import Retriever
from onrecord.text.normalise import single_line
from onrecord.text.tokens import is_chinese
from onrecord.text.when import period_of, without_time
from onrecord.types import (
    Answer,
    AnswerEvent,
    AnswerSpan,
    Article,
    Citation,
    Evidence,
    EvidenceItem,
    Filters,
    Hit,
    Question,
    Searched,
    Statement,
    StatementPiece,
    Timings,
)

__all__ = ["MAX_QUESTION", "Weighed", "answer", "weigh"]

MAX_QUESTION = 500
"""The longest question, in characters."""
_HITS = 12
_EVIDENCE = 6
_READ = 5  # of the hits, by the reader, which takes 12 ms of a core for each
_PROMPT_TOKENS = 700
_ANSWER_TOKENS = 160
_MOST_GENERATED = 3
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Clock:
    started: float
    searched: float = 0.0
    first: float | None = None

    def since(self) -> float:
        return round((time.monotonic() - self.started) * 1000, 1)


def answer(
    question: Question,
    *,
    retriever: Retriever,
    generation: str,
    model: LanguageModel | None = None,
    copying: bool = False,
    examples: bool = True,
    reader: Reader | None = None,
) -> Generator[AnswerEvent, None, None]:
    """Answer a question from one generation, event by event; the last event is the Answer.

    With no model, or when nothing that the model writes survives the checks, the statements are the
    evidence itself, word for word.  ``copying`` holds the model to the words of the evidence by a grammar,
    which a small one needs; ``examples`` shows it what an answer is, which one that was trained for it knows.
    ``reader`` takes part in choosing the evidence, in refusing, and finds the span that
    answers a factual question; rules do that without one.  Closing the iterator stops the model.  Raises QuestionError.
    """
    clock = _Clock(time.monotonic())
    # A small model, which has to copy, would not rewrite a question well.
    asked, hits = _found(question, retriever, None if copying else model)
    clock.searched = clock.since()
    text = single_line(question.text)
    understood = asked.text if asked.text != text else None
    yield Searched(text, tuple(hits), understood)

    weighed = _weighed(asked, hits, retriever, question.today, reader)
    evidence = weighed.evidence
    statements: list[Statement] = []
    for statement in _statements(asked, evidence, model, copying=copying, examples=examples):
        if clock.first is None:
            clock.first = clock.since()
        statements.append(statement)
        yield StatementPiece(statement, tuple(Citation.of(evidence[n]) for n in statement.citations))

    span = _span(asked, weighed) if statements else None
    cited = {number for statement in statements for number in statement.citations}
    if span is not None:
        cited.add(span.citation)
    yield Answer(
        question=text,
        statements=tuple(statements),
        citations=tuple(Citation.of(item) for item in evidence.items if item.number in cited),
        refused=not statements,
        mode="model" if any(s.kind == "generated" for s in statements) else "extractive",
        generation=generation,
        answer_span=span,
        nearest=() if statements else _nearest(hits),
        timings=Timings(clock.searched, clock.first, clock.since()),
        understood=understood,
    )


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a question would be answered from; ``evidence`` is empty where it is refused.

    ``read`` is what a trained reader told, where one read.
    """

    evidence: Evidence
    confidence: float
    read: Read | None = None


def weigh(question: Question, *, retriever: Retriever, reader: Reader | None = None) -> Weighed:
    """Search and weigh what was found, without answering."""
    asked, hits = _found(question, retriever)
    return _weighed(asked, hits, retriever, question.today, reader)


def _found(
    question: Question, retriever: Retriever, model: LanguageModel | None = None
) -> tuple[Understood, list[Hit]]:
    _check(question)
    asked = understand(question, retriever.speaker_forms)
    if model is not None and is_joined(asked.text, question.text) and (found := rewritten(question, model)):
        asked = understand(replace(question, text=found, history=()), retriever.speaker_forms)
    return asked, _search(question, asked, retriever)


def _check(question: Question) -> None:
    text = single_line(question.text)
    if not any(character.isalnum() for character in text):
        raise QuestionError("the question is empty", hint="ask in words")
    if len(question.text) > MAX_QUESTION:
        raise QuestionError(
            f"the question has {len(question.text):,} characters, at most {MAX_QUESTION} are read",
            hint="shorten it",
        )
    filters = question.filters
    if filters.since and filters.until and filters.since > filters.until:
        raise QuestionError(f"since {filters.since} is after until {filters.until}", hint="swap the two")


def _search(question: Question, asked: Understood, retriever: Retriever) -> list[Hit]:
    """Passages for the question; in those of a speaker's own words first where it names one."""
    period = period_of(asked.text, question.today) if question.today else None
    if not asked.speakers or question.filters.speaker is not None:
        return retriever.search(asked.text, k=_HITS, filters=question.filters, period=period)
    hits: list[Hit] = []
    for speaker in asked.speakers[:3]:
        filters: Filters = replace(question.filters, speaker=speaker)
        hits += retriever.search(asked.subject or asked.text, k=_HITS, filters=filters, period=period)
    return hits or retriever.search(asked.text, k=_HITS, filters=question.filters, period=period)


def _read(asked: Understood, hits: Sequence[Hit], reader: Reader | None) -> Read | None:
    """What the reader tells; None where nobody reads: somebody's words are asked for, or it is Chinese."""
    if reader is None or asked.speakers or is_chinese(asked.text):
        return None
    return read_over(reader, without_time(asked.text), hits[:_READ])


def _span(asked: Understood, weighed: Weighed) -> AnswerSpan | None:
    if asked.speakers:
        return None
    if weighed.read is None:
        return shortest_span(asked.text, weighed.evidence)
    return best_span(weighed.read, weighed.evidence)


def _weighed(
    asked: Understood, hits: Sequence[Hit], retriever: Retriever, today: date | None, reader: Reader | None
) -> Weighed:
    def similarity(query: str, texts: Sequence[str]) -> Sequence[float]:
        vectors = retriever.embedder.embed([query, *texts])
        return [float(value) for value in vectors[1:] @ vectors[0]]

    period = period_of(asked.text, today) if today else None

    def timely(article: Article) -> float:
        return period.fits(article.published_on) if period else 1.0

    with retriever.precedence.weighing():
        found = score(candidates(hits, asked, retriever.store.quotes_of), asked, similarity)
        sure = confidence(hits, found, asked, rarity=retriever.rarity(asked.stems), timely=timely)
        read = _read(asked, hits, reader)
        if read is not None:
            found, sure = with_reading(found, read), assured(sure, read)
        is_enough = is_answerable(found, asked, sure)
        return Weighed(choose(found, asked, most=_EVIDENCE) if is_enough else Evidence(()), sure, read)


def _statements(
    asked: Understood, evidence: Evidence, model: LanguageModel | None, *, copying: bool, examples: bool
) -> Iterator[Statement]:
    """What the model phrased, where it may be shown, then the words that it rests on."""
    generated: set[str] = set()
    if model is not None and len(evidence):
        for statement in _generated(asked, evidence, model, copying=copying, examples=examples):
            generated.add(statement.text)
            yield statement
    for item in evidence.items:
        # Somebody's own words are what was asked for; an extract that was phrased is in its citation.
        if not generated or (item.kind != "extract" and single_line(item.passage.text) not in generated):
            yield _verbatim(item)


def _generated(
    asked: Understood, evidence: Evidence, model: LanguageModel, *, copying: bool, examples: bool
) -> Iterator[Statement]:
    seen: set[str] = set()
    try:
        count = model.count_tokens
        shown = fitting(asked.text, evidence, count=count, tokens=_PROMPT_TOKENS, examples=examples)
        grammar = copying_grammar(shown) if copying else None
        # Where no sentence can be copied, only a model that was trained for it is let loose, and never on somebody's
        # own words, which stand below what it says anyway.
        is_free = not examples and not any(item.kind == "quoted" for item in shown.items)
        if not len(shown) or (copying and grammar is None and not is_free):
            return
        prompt = messages(asked.text, shown, examples=examples)
        with closing(model.stream(prompt, max_tokens=_ANSWER_TOKENS, grammar=grammar)) as pieces:  # type: ignore[type-var]
            for text, numbers in drafts(pieces):
                statement = checked(text, numbers, shown)
                if statement is None:
                    _log.debug("withheld: %s", text)
                    continue
                if statement.text not in seen:
                    seen.add(statement.text)
                    yield statement
                if len(seen) == _MOST_GENERATED:
                    return
    except ModelError as error:
        # The evidence stands without the model; the reader gets it now, the operator gets the reason.
        _log.warning("answered without the model: %s", error)


def _verbatim(item: EvidenceItem) -> Statement:
    return Statement(item.passage.text, item.kind, (item.number,), item.speaker)


def _nearest(hits: Sequence[Hit], *, most: int = 3) -> tuple[Article, ...]:
    return tuple({hit.passage.article.id: hit.passage.article for hit in hits}.values())[:most]
