"""Measure when an answer is refused: what should be answered against what cannot be.

``python -m onrecord.evaluation.refusal [--cache DIR] [--limit N]`` prints the AUROC of the product's confidence, false
answers and false refusals at the shipped threshold and along the curve: RealTimeQA and XQuAD questions against
themselves without their articles, CLAPnq, and questions of another corpus.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from typing import Any

from onrecord.evaluation.data import Case, realtimeqa, records, squad, write_articles
from onrecord.evaluation.metrics import auroc, plain
from onrecord.evaluation.suite import Figures, Options, main, opened, realtimeqa_index, squad_index
from onrecord.runtime import Runtime
from onrecord.types import Filters, Question

__all__ = ["curve", "measure"]

_READ = 12
_CURVE = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
Weighed = tuple[float, bool]
"""The confidence in an answer, and whether it is given."""


def measure(options: Options) -> Figures:
    """The curve of each pair of answerable and unanswerable questions."""
    cases, paragraphs = squad("xquad/en.jsonl")
    xquad = options.first(cases)
    figures: Figures = {}
    if options.wants("xquad-en"):
        figures |= _xquad(options, xquad, paragraphs)
    if options.wants("clapnq"):
        figures["clapnq"] = _clapnq(options)
    if options.wants("realtimeqa-2022"):
        figures |= _realtimeqa(options, xquad)
    return figures


def _xquad(options: Options, cases: Sequence[Case], paragraphs: Sequence[dict[str, Any]]) -> Figures:
    with closing(squad_index(options, "xquad-en", paragraphs)) as runtime:
        given = [_weigh(runtime, case, Filters()) for case in cases]
        without = _without(runtime)
        missing = [_weigh(runtime, case, without(case.gold)) for case in cases]
    return {"xquad-en against itself without the paragraph": curve(given, missing)}


def _realtimeqa(options: Options, others: Sequence[Case]) -> Figures:
    with closing(realtimeqa_index(options, "2022")) as runtime:
        cases = options.first(realtimeqa("2022", with_source=True))
        given = [_weigh(runtime, case, Filters()) for case in cases]
        without = _without(runtime)
        left = [(case, without((*case.gold, *case.closed))) for case in cases]
        missing = [_weigh(runtime, case, filters) for case, filters in left]
        held = [_is_held(runtime, case, filters) for case, filters in left]
        foreign = [_weigh(runtime, case, Filters()) for case in others[: len(cases)]]
    unheld = [weighed for weighed, is_held in zip(missing, held, strict=True) if not is_held]
    return {
        "realtimeqa-2022 against itself without its articles": curve(given, missing),
        "the same, where no passage found holds the answer": curve(given, unheld),
        "realtimeqa-2022 against questions of xquad-en": curve(given, foreign),
    }


def curve(answerable: Sequence[Weighed], unanswerable: Sequence[Weighed]) -> Figures:
    """AUROC, both errors in percent as shipped, and the false refusals that each share of false answers costs."""
    good, bad = [score for score, _ in answerable], sorted((score for score, _ in unanswerable), reverse=True)
    points = {}
    for share in _CURVE:
        allowed = int(share * len(bad))
        # Just above the first score that must be refused.
        threshold = bad[allowed] if allowed < len(bad) else -1.0
        points[f"{100 * share:g}% false answers"] = {
            "threshold": round(threshold, 3),
            "false refusals": _percent(sum(score <= threshold for score in good) / len(good)),
        }
    return {
        "answerable": len(answerable),
        "unanswerable": len(unanswerable),
        "auroc": round(auroc(good, bad), 3),
        "as shipped": {
            "false answers": _percent(sum(is_given for _, is_given in unanswerable) / len(unanswerable)),
            "false refusals": _percent(sum(not is_given for _, is_given in answerable) / len(answerable)),
        },
        "curve": points,
    }


def _clapnq(options: Options) -> Figures:
    """Each question of its own passage alone."""
    asked: list[tuple[Case, bool]] = []
    articles = []
    for name, is_answerable in (("answerable", True), ("unanswerable", False)):
        for row in options.first(list(records(f"clapnq/{name}.jsonl"))):
            passage = row["passages"][0]
            article = f"{name}-{row['id']}"
            articles.append({"id": article, "title": passage["title"], "text": passage["text"]})
            asked.append((Case(row["id"], row["input"], gold=(article,)), is_answerable))
    with closing(opened(options, "clapnq", [write_articles(articles, options.cache / "clapnq.jsonl")])) as runtime:
        weighed = [(_weigh(runtime, case, Filters(articles=case.gold)), is_answerable) for case, is_answerable in asked]
    return curve([one for one, good in weighed if good], [one for one, good in weighed if not good])


def _without(runtime: Runtime) -> Callable[[Sequence[str]], Filters]:
    known = [article.id for article in runtime.articles()]
    return lambda left_out: Filters(articles=tuple(one for one in known if one not in set(left_out)))


def _weigh(runtime: Runtime, case: Case, filters: Filters) -> Weighed:
    weighed = runtime.weigh(Question(case.question, filters, today=_day(case)))
    return weighed.confidence, len(weighed.evidence) > 0


def _is_held(runtime: Runtime, case: Case, filters: Filters) -> bool:
    """Whether the string that answers stands in a passage that is found all the same."""
    hits = runtime.search(case.question, k=_READ, filters=filters, today=_day(case))
    return any(plain(answer) in plain(hit.passage.text) for answer in case.answers for hit in hits)


def _day(case: Case) -> date | None:
    return date.fromisoformat(case.date) if case.date else None


def _percent(share: float) -> float:
    return round(100 * share, 1)


if __name__ == "__main__":
    raise SystemExit(main(measure, __doc__))
