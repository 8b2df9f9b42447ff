"""Measure milliseconds on the RealTimeQA articles: search, extractive answer, first statement of the model.

``python -m onrecord.evaluation.cost [--cache DIR] [--limit N] [--partial]`` prints p50 and p95 over the questions, warm, and the
time to the first statement of the same model asked naively: the six best passages pasted into one prompt.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from datetime import date

from onrecord.evaluation.data import Case, realtimeqa
from onrecord.evaluation.metrics import percentile
from onrecord.evaluation.suite import Figures, Options, main, realtimeqa_index
from onrecord.generation.citations import drafts
from onrecord.runtime import Runtime
from onrecord.types import Message, Question, StatementPiece

__all__ = ["measure", "spread"]

_QUESTIONS = 100
_NAIVE_PASSAGES = 6
_NAIVE_TOKENS = 160
_WARM = 3


def measure(options: Options) -> Figures:
    """The spread of each time over the questions."""
    cases = realtimeqa("2022", with_source=True)[: options.limit or _QUESTIONS]
    with closing(realtimeqa_index(options, "2022")) as runtime:
        runtime.warm()
        for case in cases[:_WARM]:
            _extractive(runtime, case)
        figures: Figures = {
            "articles": runtime.manifest().counts["articles"],
            "search": spread([_search(runtime, case) for case in cases]),
            "extractive answer": spread([_extractive(runtime, case) for case in cases]),
        }
        if runtime.model is not None:
            first = [seconds for case in cases if (seconds := _first(runtime, case)) is not None]
            naive = [_naive(runtime, case) for case in cases[: max(1, len(cases) // 4)]]
            figures["first statement, model"] = spread(first)
            figures["first statement, naive prompt"] = spread(naive)
            figures["ours by naive, p50"] = round(percentile(first, 0.5) / percentile(naive, 0.5), 2)
    return figures


def spread(milliseconds: Sequence[float]) -> Figures:
    """p50 and p95."""
    return {"p50": round(percentile(milliseconds, 0.5), 1), "p95": round(percentile(milliseconds, 0.95), 1)}


def _question(case: Case) -> Question:
    return Question(case.question, today=date.fromisoformat(case.date) if case.date else None)


def _search(runtime: Runtime, case: Case) -> float:
    started = time.perf_counter()
    runtime.search(case.question, k=10, today=_question(case).today)
    return (time.perf_counter() - started) * 1000


def _extractive(runtime: Runtime, case: Case) -> float:
    started = time.perf_counter()
    list(runtime.ask(_question(case), phrased=False))
    return (time.perf_counter() - started) * 1000


def _first(runtime: Runtime, case: Case) -> float | None:
    """Until the first statement that the model phrased, or None where none passed the checks."""
    started = time.perf_counter()
    with closing(runtime.ask(_question(case))) as events:  # type: ignore[type-var]
        for event in events:
            if isinstance(event, StatementPiece) and event.statement.kind == "generated":
                return (time.perf_counter() - started) * 1000
    return None


def _naive(runtime: Runtime, case: Case) -> float:
    started = time.perf_counter()
    hits = runtime.search(case.question, k=_NAIVE_PASSAGES)
    passages = "\n\n".join(hit.passage.text for hit in hits)
    if runtime.model is None:
        raise ValueError("there is no model to ask")
    prompt = [Message("user", f"{passages}\n\nQuestion: {case.question}")]
    with closing(runtime.model.stream(prompt, max_tokens=_NAIVE_TOKENS)) as pieces:  # type: ignore[type-var]
        next(drafts(pieces), None)
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    raise SystemExit(main(measure, __doc__))
