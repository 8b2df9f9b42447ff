"""Measure what the language model writes, with and without the trained adapter, and with and without the grammar.

``python -m onrecord.evaluation.phrasing [--cache DIR] [--limit N] [--only SET] [--pairs FILE]`` puts the same evidence before
each: of questions for a fact (RealTimeQA 2022, XQuAD-en), for somebody's words (PolNeAR), and of a small newspaper of our
own.  A statement passes where the product would show it; its markers are right where each number that it names is that of
a passage which supports it.  ``--pairs`` writes what would be shown, side by side, for the newspaper of our own.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

from onrecord.errors import InputError
from onrecord.evaluation.attribution import questions_for_words
from onrecord.evaluation.data import realtimeqa, squad, write_articles
from onrecord.evaluation.metrics import percentile, squad_plain
from onrecord.evaluation.phrasing_cases import ARTICLES, QUESTIONS
from onrecord.evaluation.suite import Figures, Options, opened, polnear_articles, realtimeqa_index, squad_index
from onrecord.generation.citations import checked, drafts
from onrecord.generation.grammar import copying
from onrecord.generation.llm import LanguageModel, LocalModel, find_adapter, find_model
from onrecord.generation.prompts import REFUSAL, fitting, messages
from onrecord.runtime import Runtime
from onrecord.types import Evidence, Question

__all__ = ["SYSTEMS", "Asked", "System", "Written", "main", "measure", "pairs"]

_QUESTIONS = 60
_PROMPT_TOKENS, _ANSWER_TOKENS, _MOST = 700, 160, 3


_HEAD = """# Fifty answers, side by side

What is shown of a model's statements, at most three, for questions about a small newspaper that was written for this.
Below them the product shows the sources' own words in any case.
Made by `python -m onrecord.evaluation.phrasing --pairs docs/phrasing-pairs.md`.
"""


class System(NamedTuple):
    """How the model is led: by a trained adapter or by examples in the prompt, and whether by the grammar, too.

    As in the product, a model with the adapter goes without a grammar where no sentence can be copied and nobody is quoted.
    """

    adapter: bool
    grammar: bool


SYSTEMS = {
    "prompt": System(adapter=False, grammar=False),
    "prompt, grammar": System(adapter=False, grammar=True),
    "adapter": System(adapter=True, grammar=False),
    "adapter, grammar": System(adapter=True, grammar=True),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, what it is answered from, and what is right where that is known."""

    question: str
    evidence: Evidence
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """What a model wrote: each statement with whether it passed and whether its markers are right, and what is shown."""

    statements: tuple[tuple[str, bool, bool], ...]
    shown: tuple[str, ...]
    seconds: float


def measure(options: Options) -> Figures:
    """The figures of each system on each set."""
    sets = {name: asked for name, asked in _sets(options) if asked}
    figures: Figures = {}
    for system in SYSTEMS:
        with closing(_model(SYSTEMS[system])) as model:
            for name, asked in sets.items():
                options.say(f"{system}: {name}, {len(asked)} questions")
                written = [_write(model, SYSTEMS[system], one) for one in asked]
                figures.setdefault(name, {"questions": len(asked)})[system] = _figures(asked, written)
    return figures


def pairs(options: Options) -> str:
    """What would be shown with the prompt alone and as shipped, for the newspaper of our own, as Markdown."""
    asked = _of_our_own(options, QUESTIONS)
    found = []
    for system in ("prompt", "adapter, grammar"):
        with closing(_model(SYSTEMS[system])) as model:
            found.append([_write(model, SYSTEMS[system], one) for one in asked])
    lines = [
        *_HEAD.splitlines(),
        "",
        "| | question | the prompt alone | as shipped, with the adapter |",
        "|---|---|---|---|",
    ]
    for number, (one, before, after) in enumerate(zip(asked, *found, strict=True), 1):
        cells = [" ".join(written.shown) or "(nothing passed: the passages stand alone)" for written in (before, after)]
        lines.append(f"| {number} | {one.question} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines) + "\n"


def _sets(options: Options) -> Iterator[tuple[str, list[Asked]]]:
    quiet = replace(options, model=False, limit=options.limit or _QUESTIONS)
    if options.wants("realtimeqa"):
        with closing(realtimeqa_index(quiet, "2022")) as runtime:
            cases = quiet.first(realtimeqa("2022", with_source=True))
            yield "realtimeqa", _weighed(runtime, [(c.question, c.answers, c.date) for c in cases])
    if options.wants("xquad"):
        xquad, paragraphs = squad("xquad/en.jsonl")
        with closing(squad_index(quiet, "xquad-en", paragraphs)) as runtime:
            yield "xquad", _weighed(runtime, [(c.question, c.answers, None) for c in quiet.first(xquad)])
    if options.wants("polnear"):
        with closing(opened(quiet, "polnear-120", [polnear_articles(quiet)])) as runtime:
            words = quiet.first(questions_for_words(list(runtime.quotes())))
            yield "polnear", _weighed(runtime, [(question, (), None) for question, _ in words])
    if options.wants("ours"):
        yield "ours", _of_our_own(quiet, quiet.first(QUESTIONS))


def _of_our_own(options: Options, asked: Sequence[str]) -> list[Asked]:
    file = write_articles(list(ARTICLES), options.cache / "newspaper.jsonl")
    with closing(opened(replace(options, model=False), "newspaper-120", [file])) as runtime:
        return _weighed(runtime, [(question, (), None) for question in asked])


def _weighed(runtime: Runtime, cases: Sequence[tuple[str, tuple[str, ...], str | None]]) -> list[Asked]:
    """The questions that are not refused, with their evidence."""
    found = []
    for text, answers, day in cases:
        weighed = runtime.weigh(Question(text, today=date.fromisoformat(day) if day else None))
        if len(weighed.evidence):
            found.append(Asked(text, weighed.evidence, answers))
    return found


def _model(system: System) -> LocalModel:
    path, adapter = find_model("default"), find_adapter("default") if system.adapter else None
    if path is None or (system.adapter and adapter is None):
        raise InputError("the model or its adapter is not there", hint="install onrecord[model]")
    model = LocalModel(path, adapter=adapter, answer_seconds=120, wait_seconds=120, stall_seconds=10)
    model.warm(messages("", Evidence(()), examples=not system.adapter)[:-1])
    return model


def _write(model: LanguageModel, system: System, asked: Asked) -> Written:
    examples = not system.adapter
    evidence = fitting(
        asked.question, asked.evidence, count=model.count_tokens, tokens=_PROMPT_TOKENS, examples=examples
    )
    grammar = copying(evidence) if system.grammar else None
    is_free = not examples and not any(item.kind == "quoted" for item in evidence.items)
    if not len(evidence) or (system.grammar and grammar is None and not is_free):
        return Written((), (), 0.0)
    started = time.perf_counter()
    prompt = messages(asked.question, evidence, examples=examples)
    said = list(drafts(model.stream(prompt, max_tokens=_ANSWER_TOKENS, grammar=grammar)))
    seconds = time.perf_counter() - started
    statements: list[tuple[str, bool, bool]] = []
    shown: list[str] = []
    for text, numbers in said:
        statement = checked(text, numbers, evidence)
        supporting = [number for number in numbers if _supports(text, number, evidence)]
        if text.strip() == REFUSAL:
            continue
        statements.append((text, statement is not None, bool(numbers) and len(supporting) == len(numbers)))
        if statement is not None and statement.text not in {each.rpartition(" [")[0] for each in shown}:
            shown.append(f"{statement.text} [{statement.citations[0]}]")
    return Written(tuple(statements), tuple(shown[:_MOST]), seconds)


def _supports(text: str, number: int, evidence: Evidence) -> bool:
    found = checked(text, (number,), evidence) if 1 <= number <= len(evidence) else None
    return found is not None and found.citations == (number,)


def _figures(asked: Sequence[Asked], written: Sequence[Written]) -> Figures:
    statements = [statement for one in written for statement in one.statements]
    passed = [statement for statement in statements if statement[1]]
    known = [(one, found) for one, found in zip(asked, written, strict=True) if one.answers]
    held = [any(_holds(each, one.answers) for each in found.shown) for one, found in known]
    lengths = [len(each.split()) - 1 for one in written for each in one.shown]
    seconds = [one.seconds for one in written if one.seconds]
    return {
        "statements": len(statements),
        "passed": _percent(len(passed), len(statements)),
        "markers right, of those that passed": _percent(sum(each[2] for each in passed), len(passed)),
        "questions with a statement": _percent(sum(bool(one.shown) for one in written), len(written)),
        "holds the answer": _percent(sum(held), len(held)) if held else None,
        "words a statement": round(sum(lengths) / max(1, len(lengths)), 1),
        "seconds, p50": round(percentile(seconds, 0.5), 2) if seconds else None,
    }


def _holds(text: str, answers: Sequence[str]) -> bool:
    return any(f" {squad_plain(answer)} " in f" {squad_plain(text)} " for answer in answers)


def _percent(part: int, whole: int) -> float:
    return round(100 * part / max(1, whole), 1)


def main() -> int:
    """The command line: the figures as JSON, or the pairs into a file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--cache", type=Path, default=Path(".evaluation"), help="folder for vectors and indexes")
    parser.add_argument("--limit", type=int, help="the most questions of a set")
    parser.add_argument("--only", default="", metavar="SET", help="only the sets whose name holds this")
    parser.add_argument("--pairs", type=Path, metavar="FILE", help="write 50 answers side by side")
    given = parser.parse_args()
    options = Options(given.cache, given.limit, only=given.only)
    try:
        if given.pairs:
            given.pairs.write_text(pairs(options), encoding="utf-8")
        else:
            print(json.dumps(measure(options), indent=1, ensure_ascii=False))
    except InputError as error:
        sys.stderr.write(f"skipped: {error}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
