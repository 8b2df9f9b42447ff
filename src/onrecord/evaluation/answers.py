"""Measure answers: RealTimeQA closed and open, XQuAD and new_wiki, with and without the language model.

``python -m onrecord.evaluation.answers [--cache DIR] [--limit N] [--no-model]`` prints exact match and F1 of the
answer span and of the whole answer, what share was refused, and the same over what was answered; beside them
the language model alone, which sees no article.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from statistics import mean

from onrecord.evaluation.data import Case, realtimeqa, squad
from onrecord.evaluation.metrics import Normalise, best, exact, plain, squad_plain, token_f1, with_orders
from onrecord.evaluation.suite import Figures, Options, main, realtimeqa_index, squad_index
from onrecord.runtime import Runtime
from onrecord.types import Answer, Filters, Message, Question

__all__ = ["answered", "figures_of", "measure", "scored_cases"]

Ask = Callable[[Case], Answer]
_ALONE = Message("system", "Answer the question with a name, a number or a few words.")
_ALONE_TOKENS = 24


def measure(options: Options) -> Figures:
    """The figures of every answer suite."""
    figures: Figures = {}
    sets = (("xquad-en", "xquad/en.jsonl"), ("new_wiki", "new_wiki/questions.jsonl.gz"))
    for name, file in sets:
        if not options.wants(name):
            continue
        cases, paragraphs = squad(file)
        with closing(squad_index(options, name, paragraphs)) as runtime:
            figures |= _modes(options, runtime, name, options.first(cases), squad_plain)
    if options.wants("realtimeqa-2022"):
        with closing(realtimeqa_index(options, "2022")) as runtime:
            cases = scored_cases(realtimeqa("2022"))
            figures |= _modes(options, runtime, "realtimeqa-2022", options.first(cases), plain)
    return figures


def scored_cases(cases: Sequence[Case]) -> list[Case]:
    """Those that the protocol scores: not "all of these except", and several answers in every order."""
    return [
        Case(case.id, case.question, with_orders(case.answers), case.gold, case.date, case.closed, case.choices)
        for case in cases
        if "except" not in case.question[-10:].lower()
    ]


def answered(runtime: Runtime, case: Case, *, closed: bool, phrased: bool) -> Answer:
    """The answer, from the question's own articles alone if ``closed``."""
    held = {article for article in case.closed if closed and runtime.find_article(article) is not None}
    question = Question(
        case.question,
        Filters(articles=tuple(sorted(held))),
        today=date.fromisoformat(case.date) if case.date else None,
    )
    last = list(runtime.ask(question, phrased=phrased))[-1]
    if not isinstance(last, Answer):
        raise TypeError("an answer ends with the answer")
    return last


def figures_of(cases: Sequence[Case], answers: Sequence[Answer], form: Normalise) -> Figures:
    """Exact match and F1 in percent; a refusal counts as wrong, and beside it what was answered alone."""
    spans = [answer.answer_span.text if answer.answer_span else "" for answer in answers]
    wholes = [" ".join(statement.text for statement in answer.statements) for answer in answers]
    given = [index for index, answer in enumerate(answers) if not answer.refused]
    figures: Figures = {"questions": len(cases), "refused": _percent(1 - len(given) / len(cases))}
    for name, texts in (("span", spans), ("whole answer", wholes)):
        for score, function in (("EM", exact), ("F1", token_f1)):
            values = [best(function, said, case.answers, form) for said, case in zip(texts, cases, strict=True)]
            figures[f"{name}, {score}"] = _percent(mean(values))
            if given:
                figures[f"{name}, {score} of answered"] = _percent(mean(values[index] for index in given))
    held = [
        any(form(wanted) and form(wanted) in form(text) for wanted in case.answers)
        for case, text in zip(cases, wholes, strict=True)
    ]
    return figures | {"whole answer holds it": _percent(mean(held))}


def _modes(options: Options, runtime: Runtime, name: str, cases: Sequence[Case], form: Normalise) -> Figures:
    figures: Figures = {}
    for phrased in (False, True) if options.model else (False,):
        mode = "model" if phrased else "extractive"
        for closed in (True, False):
            options.say(f"{name}, {mode}, {'closed' if closed else 'open'}")
            answers = [answered(runtime, case, closed=closed, phrased=phrased) for case in cases]
            figures[f"{name}, {'closed' if closed else 'open'}, {mode}"] = figures_of(cases, answers, form)
    if options.model and runtime.model is not None:
        said = [_alone(runtime, case) for case in cases]
        figures[f"{name}, model alone"] = {
            score: _percent(mean(best(f, text, case.answers, form) for text, case in zip(said, cases, strict=True)))
            for score, f in (("EM", exact), ("F1", token_f1))
        }
    return figures


def _alone(runtime: Runtime, case: Case) -> str:
    if runtime.model is None:
        return ""
    today = f"Today is {case.date}. " if case.date else ""
    said = runtime.model.stream([_ALONE, Message("user", today + case.question)], max_tokens=_ALONE_TOKENS)
    return "".join(said).strip().split("\n", 1)[0]


def _percent(share: float) -> float:
    return round(100 * share, 1)


if __name__ == "__main__":
    raise SystemExit(main(measure, __doc__))
