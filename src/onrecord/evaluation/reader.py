"""Measure what each part of the trained reader gives: RealTimeQA closed and open, and XQuAD.

``python -m onrecord.evaluation.reader [--cache DIR] [--limit N]`` reads the passages of each question once and prints
exact match and F1 of the best slice, with each part left out in turn and with more or fewer passages; nothing is refused, so
these are not the figures of answers.  Beside them the order of the search with the reader's word in it, and the milliseconds
that a reading takes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from statistics import mean

from onrecord.errors import ModelMissingError
from onrecord.evaluation.answers import scored_cases
from onrecord.evaluation.cost import spread
from onrecord.evaluation.data import Case, realtimeqa, squad
from onrecord.evaluation.metrics import Normalise, best, exact, hits_at, plain, reciprocal_rank, squad_plain, token_f1
from onrecord.evaluation.suite import Figures, Options, main, realtimeqa_index, rounded, squad_index
from onrecord.generation.reader import TrainedReader
from onrecord.generation.reading import Reading, Weights, in_order, pairs_of
from onrecord.generation.spans import trimmed
from onrecord.runtime import Runtime
from onrecord.text.when import without_time
from onrecord.types import Filters, Hit, Span

__all__ = ["Reads", "measure", "ordered", "slices"]

_DEPTH = 20
_SHIPPED = 5
_ORDER = (0.0, 0.25, 0.5, 1.0)
_PARTS = {
    "as shipped": Weights(),
    "without the search": Weights(found=0),
    "without the kind asked for": Weights(kind=0),
    "without agreement of articles": Weights(again=0),
    "without regard to the question's words": Weights(repeats=0),
}


@dataclass(frozen=True, slots=True)
class Reads:
    """A question, what was found, and what the reader tells of each passage."""

    case: Case
    hits: tuple[Hit, ...]
    readings: tuple[Reading, ...]
    milliseconds: float
    """Of reading the passages that the product reads."""


def measure(options: Options) -> Figures:
    """The figures of every set."""
    figures: Figures = {}
    if options.wants("realtimeqa-2022"):
        with closing(realtimeqa_index(options, "2022")) as runtime:
            cases = options.first(scored_cases(realtimeqa("2022")))
            for closed in (True, False):
                name = f"realtimeqa-2022, {'closed' if closed else 'open'}"
                figures[name] = slices(_read(options, runtime, cases, closed=closed), plain)
            sourced = options.first(realtimeqa("2022", with_source=True))
            figures["realtimeqa-2022, order"] = ordered(_read(options, runtime, sourced))
    if options.wants("xquad-en"):
        cases, paragraphs = squad("xquad/en.jsonl")
        with closing(squad_index(options, "xquad-en", paragraphs)) as runtime:
            reads = _read(options, runtime, options.first(cases))
            figures["xquad-en, open"] = slices(reads, squad_plain)
            figures["xquad-en, order"] = ordered(reads)
    return figures


def slices(reads: Sequence[Reads], form: Normalise) -> Figures:
    """Exact match and F1 of the best slice, each part left out, then with other counts of passages."""
    figures: Figures = {"questions": len(reads), "milliseconds": spread([one.milliseconds for one in reads])}
    for name, weights in _PARTS.items():
        figures[name] = _scores(reads, form, weights=weights)
    figures["without trimming"] = _scores(reads, form, trim=lambda _question, _text, span: span)
    for count in (1, 3, 8, 12):
        figures[f"{count} passages"] = _scores(reads, form, count=count)
    return figures


def ordered(reads: Sequence[Reads]) -> Figures:
    """Hits@1 and MRR@10 of the articles, as what the reader says of a passage gains in weight."""
    return {f"weight {weight}": _ranks(reads, weight) for weight in _ORDER}


def _read(options: Options, runtime: Runtime, cases: Sequence[Case], *, closed: bool = False) -> list[Reads]:
    reader = runtime.reader
    if reader is None:
        raise ModelMissingError("there is no trained reader", hint="set ONRECORD_READER to default")
    found = []
    for number, case in enumerate(cases):
        if number % 100 == 0:
            options.say(f"read {number} of {len(cases)}")
        held = tuple(sorted(one for one in case.closed if closed and runtime.find_article(one) is not None))
        today = date.fromisoformat(case.date) if case.date else None
        hits = tuple(runtime.search(case.question, k=_DEPTH, filters=Filters(articles=held), today=today))
        found.append(_reads(reader, case, hits))
    return found


def _reads(reader: TrainedReader, case: Case, hits: tuple[Hit, ...]) -> Reads:
    question, pairs = without_time(case.question), pairs_of([hit.passage for hit in hits])
    started = time.perf_counter()
    readings = reader.read(question, pairs[:_SHIPPED])
    took = (time.perf_counter() - started) * 1000
    return Reads(case, hits, (*readings, *reader.read(question, pairs[_SHIPPED:])), took)


def _scores(
    reads: Sequence[Reads],
    form: Normalise,
    *,
    weights: Weights = Weights(),  # noqa: B008, it is frozen
    count: int = _SHIPPED,
    trim: Callable[[str, str, Span], Span] = trimmed,
) -> Figures:
    said = []
    for one in reads:
        read = in_order(
            without_time(one.case.question), one.hits[:count], one.readings[:count], weights=weights, trim=trim
        )
        said.append(read.slices[0].passage.text if read.slices else "")
    return {
        name: round(100 * mean(best(score, text, r.case.answers, form) for text, r in zip(said, reads, strict=True)), 1)
        for name, score in (("EM", exact), ("F1", token_f1))
    }


def _ranks(reads: Sequence[Reads], weight: float) -> Figures:
    rankings = []
    for one in reads:
        top = max((hit.score for hit in one.hits), default=0.0) or 1.0
        scores = [h.score / top + weight * r.answers / 8 for h, r in zip(one.hits, one.readings, strict=True)]
        order = sorted(range(len(scores)), key=lambda at: -scores[at])
        rankings.append(list(dict.fromkeys(one.hits[at].passage.article.id for at in order)))
    pairs = list(zip(rankings, (one.case.gold for one in reads), strict=True))
    return rounded(
        {
            "hits@1": round(100 * mean(hits_at(ranking, gold, 1) for ranking, gold in pairs), 1),
            "mrr@10": mean(reciprocal_rank(ranking[:10], gold) for ranking, gold in pairs),
        }
    )


if __name__ == "__main__":
    raise SystemExit(main(measure, __doc__))
