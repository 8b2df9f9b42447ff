"""What a trained reader tells of passages, and what follows from it: which come first, the span, and how sure it is."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace
from typing import Protocol

from onrecord.generation.spans import is_of_kind, trimmed
from onrecord.text.tokens import content_stems, words
from onrecord.types import AnswerSpan, Evidence, Hit, Passage, Span

__all__ = [
    "Located",
    "Read",
    "Reader",
    "Reading",
    "Weights",
    "assured",
    "best_span",
    "in_order",
    "pairs_of",
    "read_over",
    "shares",
]

Pair = tuple[str, str]
"""The title of a passage, and its text."""

# Set by measurement, see docs/reader.md.
_SPREAD = 4.0
_TOLD = 0.96
_MOST = 8.0


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts beside a slice's own log-odds, set by measurement (``onrecord evaluate reader``).

    ``found``: how well the search found it, as a share of the best; ``kind``: that it is of the kind that is asked for, and
    as much less if it is not; ``again``: the natural logarithm of the count of articles that say it; ``repeats`` is taken
    off where it only says the question's words.
    """

    found: float = 8.0
    kind: float = 1.0
    again: float = 3.0
    repeats: float = 4.0


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader tells of one passage.

    ``answers`` is the log-odds that it answers; ``spans`` are the best slices of its text, each with the log-odds of
    that slice against none, best first.
    """

    answers: float
    spans: tuple[tuple[float, Span], ...]


class Reader(Protocol):
    """Reads a question over passages; safe for use from several threads."""

    def read(self, question: str, passages: Sequence[Pair]) -> list[Reading]:
        """Tell of each passage whether and where it answers."""


@dataclass(frozen=True, slots=True)
class Located:
    """A slice of an article that may answer; ``score`` is comparable among those of one question."""

    score: float
    passage: Passage


@dataclass(frozen=True, slots=True)
class Read:
    """What a reader tells of all passages of a question: ``answers`` is the best log-odds that one of them answers."""

    answers: float
    slices: tuple[Located, ...]


def pairs_of(passages: Sequence[Passage]) -> list[Pair]:
    """What the reader reads of these passages."""
    return [(passage.article.title or "", passage.text) for passage in passages]


def read_over(reader: Reader, question: str, hits: Sequence[Hit]) -> Read:
    """Read the question over the passages found, and put the slices that may answer in order."""
    return in_order(question, hits, reader.read(question, pairs_of([hit.passage for hit in hits])))


def in_order(
    question: str,
    hits: Sequence[Hit],
    readings: Sequence[Reading],
    *,
    weights: Weights = Weights(),
    trim: Callable[[str, str, Span], Span] = trimmed,
) -> Read:
    """Put the slices that may answer in order, best first.

    What several articles say gains, and so do what was found sooner and what is of the kind that is asked for; what
    only says the question's words again loses.
    """
    top = max((hit.score for hit in hits), default=0.0) or 1.0
    own = set(content_stems(question))
    found = []
    for hit, reading in zip(hits, readings, strict=True):
        passage = hit.passage
        for score, span in reading.spans:
            start, end = trim(question, passage.text, span)
            said = Passage(passage.article, passage.start + start, passage.start + end)
            found.append(
                Located(score + weights.found * hit.score / top + _fit(question, own, said.text, weights), said)
            )
    sayers: dict[str, set[str]] = {}
    for one in found:
        sayers.setdefault(_said(one), set()).add(one.passage.article.id)
    weighed = [replace(one, score=one.score + weights.again * math.log(len(sayers[_said(one)]))) for one in found]
    answers = max((reading.answers for reading in readings), default=-_MOST)
    return Read(answers, tuple(sorted(weighed, key=lambda one: -one.score)))


def _fit(question: str, own: Set[str], said: str, weights: Weights) -> float:
    kind = is_of_kind(question, said)
    stems = content_stems(said)
    is_new = not stems or not set(stems) <= own
    return (0.0 if kind is None else weights.kind if kind else -weights.kind) - (0.0 if is_new else weights.repeats)


def shares(read: Read, passages: Sequence[Passage]) -> list[float]:
    """How near the best slice in each of these passages is to the best of all, between 0 and 1."""
    if not read.slices:
        return [0.0] * len(passages)
    best = read.slices[0].score

    def share(whole: Passage) -> float:
        within = (one.score for one in read.slices if _holds(whole, one.passage))
        return math.exp((max(within, default=-math.inf) - best) / _SPREAD)

    return [share(passage) for passage in passages]


def assured(sure: float, read: Read) -> float:
    """How sure it is that one of the articles answers, of what rules (``sure``) and what the reader say; 1 at most."""
    told = (1 + max(-1.0, min(1.0, read.answers / _MOST))) / 2
    return (sure + _TOLD * told) / (1 + _TOLD)


def _holds(whole: Passage, part: Passage) -> bool:
    return whole.article.id == part.article.id and whole.start <= part.start and part.end <= whole.end


def _said(one: Located) -> str:
    return " ".join(words(one.passage.text))


def best_span(read: Read, evidence: Evidence) -> AnswerSpan | None:
    """The best slice that stands within one item of the evidence."""
    for one in read.slices:
        for item in evidence.items:
            if _holds(item.passage, one.passage):
                return AnswerSpan(item.number, one.passage.text, one.passage.start, one.passage.end)
    return None
