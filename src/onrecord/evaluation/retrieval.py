"""Measure search: RealTimeQA with and without a day, the past, XQuAD in two languages, new_wiki, TIME.

``python -m onrecord.evaluation.retrieval [--cache DIR] [--limit N]`` prints Hits@1/4/10 and MRR@10 over distinct
articles (paragraphs, for the Wikipedia sets), and nDCG@10 for TIME.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from statistics import mean

from onrecord.evaluation.data import Case, bench_file, realtimeqa, squad, time_questions
from onrecord.evaluation.metrics import hits_at, ndcg, reciprocal_rank
from onrecord.evaluation.suite import Figures, Options, main, opened, realtimeqa_index, rounded, squad_index
from onrecord.runtime import Runtime

__all__ = ["asked_later", "measure", "scores", "then"]

_PARAGRAPHS = {
    "xquad-en": "xquad/en.jsonl",
    "xquad-zh": "xquad/zh.jsonl",
    "new_wiki": "new_wiki/questions.jsonl.gz",
}
_DEPTH = 10
_TIMELY = re.compile(
    r"\s*\b(?:this week|recently|in recent days|this month|now|currently|soon|as of this week,?)\b,?", re.IGNORECASE
)
_YEAR_END = date(2022, 12, 31)
_LATER = 90
_OLD_ARTICLES = 200


def measure(options: Options) -> Figures:
    """The figures of every retrieval suite."""
    figures: Figures = {}
    if options.wants("realtimeqa-2022"):
        with closing(realtimeqa_index(options, "2022")) as runtime:
            cases = options.first(realtimeqa("2022", with_source=True))
            figures["realtimeqa-2022, with its day"] = scores(runtime, cases, today=lambda case: _day(case))
            figures["realtimeqa-2022, no day given"] = scores(runtime, cases)
            figures |= _past(options, runtime, cases)
    for name, file in _PARAGRAPHS.items():
        if options.wants(name):
            questions, paragraphs = squad(file)
            with closing(squad_index(options, name, paragraphs)) as runtime:
                figures[name] = scores(runtime, options.first(questions))
    if options.wants("time"):
        with closing(opened(options, "time-120", [bench_file("time/articles.jsonl")])) as runtime:
            figures["time"] = scores(runtime, options.first(time_questions()))
    return figures


def scores(
    runtime: Runtime, cases: Sequence[Case], *, today: Callable[[Case], date | None] = lambda _case: None
) -> Figures:
    """Hits@1/4/10 in percent, MRR@10 and nDCG@10 over the distinct articles of the best passages."""
    rankings = [_articles(runtime, case.question, today(case)) for case in cases]
    pairs = list(zip(rankings, (case.gold for case in cases), strict=True))
    figures: Figures = {"questions": len(cases)}
    for k in (1, 4, 10):
        figures[f"hits@{k}"] = round(100 * mean(hits_at(ranking, gold, k) for ranking, gold in pairs), 1)
    figures["mrr@10"] = mean(reciprocal_rank(ranking, gold) for ranking, gold in pairs)
    figures["ndcg@10"] = mean(ndcg(ranking, gold) for ranking, gold in pairs)
    return rounded(figures)


def asked_later(cases: Sequence[Case]) -> list[Case]:
    """The questions of long before the year's end, with no word of time left in them."""
    early = [case for case in cases if case.date and (_YEAR_END - date.fromisoformat(case.date)).days >= _LATER]
    return [replace(case, question=" ".join(_TIMELY.sub("", case.question).split())) for case in early]


def then(case: Case) -> Case:
    """The question with the month in which it was asked."""
    day = date.fromisoformat(case.date or "")
    return replace(case, question=f"{case.question.rstrip('?. ')} in {day:%B %Y}?")


def _past(options: Options, runtime: Runtime, cases: Sequence[Case]) -> Figures:
    """Whether what is long past is still found when the question is asked on the last day of the year."""
    late = asked_later(cases)
    old = options.first(_old_headlines(runtime))
    return {
        "asked at the year's end, no word of time, no prior": scores(runtime, late),
        "asked at the year's end, no word of time": scores(runtime, late, today=lambda _case: _YEAR_END),
        "asked at the year's end, with the month, no prior": scores(runtime, [then(case) for case in late]),
        "asked at the year's end, with the month": scores(
            runtime, [then(case) for case in late], today=lambda _case: _YEAR_END
        ),
        "articles of 2012 to 2020 by headline, no prior": scores(runtime, old),
        "articles of 2012 to 2020 by headline, no word of time": scores(runtime, old, today=lambda _case: _YEAR_END),
        "articles of 2012 to 2020 by headline, with the month": scores(
            runtime, [then(case) for case in old], today=lambda _case: _YEAR_END
        ),
    }


def _old_headlines(runtime: Runtime) -> list[Case]:
    """A question for each of some old articles: what was reported about its headline."""
    found: list[Case] = []
    for article in runtime.articles():
        day = article.published_on
        if day is not None and day.year <= 2020 and len(article.title.split()) >= 5:
            question = f"What was reported about {article.title.rstrip('.?! ')}?"
            found.append(Case(article.id, question, gold=(article.id,), date=day.isoformat()))
    return [found[at * len(found) // _OLD_ARTICLES] for at in range(_OLD_ARTICLES)]


def _articles(runtime: Runtime, question: str, today: date | None) -> list[str]:
    hits = runtime.search(question, k=2 * _DEPTH, today=today)
    return list(dict.fromkeys(hit.passage.article.id for hit in hits))[:_DEPTH]


def _day(case: Case) -> date | None:
    return date.fromisoformat(case.date) if case.date else None


if __name__ == "__main__":
    raise SystemExit(main(measure, __doc__))
