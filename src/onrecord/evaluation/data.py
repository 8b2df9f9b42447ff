"""Benchmark data made by others, read from the folder that ``ONRECORD_BENCH_DATA`` names.

Nothing of it is part of this project.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onrecord.errors import InputError
from onrecord.settings import load_settings

__all__ = ["Case", "bench_file", "realtimeqa", "records", "squad", "time_questions", "write_articles"]


@dataclass(frozen=True, slots=True)
class Case:
    """A question with what is right: the strings that answer it and the articles that hold the answer.

    ``date`` is the day on which it was asked; ``closed`` are the articles that a closed run may read.
    """

    id: str
    question: str
    answers: tuple[str, ...] = ()
    gold: tuple[str, ...] = ()
    date: str | None = None
    closed: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


def bench_file(name: str) -> Path:
    """The file or folder of this name in the benchmark data; raises InputError where it is not there."""
    folder = load_settings().bench_data
    if folder is None:
        raise InputError(
            "no benchmark data is set", hint="set ONRECORD_BENCH_DATA to its folder; nothing else needs it"
        )
    path = folder / name
    if not path.exists():
        raise InputError(f"{path} is not there", hint="ONRECORD_BENCH_DATA must name a folder that holds this set")
    return path


def records(name: str) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file, compressed or not."""
    path = bench_file(name)
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def realtimeqa(year: str, *, with_source: bool = False) -> list[Case]:
    """The questions of a year; ``with_source`` leaves out those of which no article is known."""
    found = [
        Case(
            id=one["id"],
            question=one["question"],
            answers=_answers(one["answer"]),
            gold=tuple(one["gold"]),
            date=one["date"],
            closed=tuple(one["closed"]),
            choices=tuple(one["choices"]),
        )
        for one in records(f"realtimeqa/{year}/questions.jsonl")
    ]
    return [case for case in found if case.gold] if with_source else found


def _answers(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def squad(name: str) -> tuple[list[Case], list[dict[str, Any]]]:
    """A set in the format of SQuAD: its questions, and an article for each distinct paragraph."""
    cases: list[Case] = []
    articles: dict[str, dict[str, Any]] = {}
    for one in records(name):
        context = one["context"]
        title = str(one.get("title", "")).replace("_", " ")
        article = articles.setdefault(context, {"id": f"paragraph-{len(articles)}", "title": title, "text": context})
        answers = tuple(dict.fromkeys(answer["text"] for answer in one["answers"]))
        cases.append(Case(str(one["id"]), one["question"], answers, gold=(article["id"],), closed=(article["id"],)))
    return cases, list(articles.values())


def time_questions() -> list[Case]:
    """The TIME questions with the articles that were judged to be about them."""
    return [Case(one["id"], one["question"], gold=tuple(one["gold"])) for one in records("time/questions.jsonl")]


def write_articles(articles: Sequence[dict[str, Any]], path: Path) -> Path:
    """Write articles in the ingest format, for ``onrecord ingest`` to read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in articles), "utf-8")
    return path
