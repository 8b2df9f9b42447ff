"""What comes in: the arguments of a command, or the lines of a batch, as questions and filters."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from onrecord.errors import FileError, InputError, QuestionError
from onrecord.types import Filters, Question, Turn

__all__ = ["count_of", "day_of", "filters_of", "question_of", "records", "speaker_of", "with_id"]


def records(key: str, text: str | None, batch: Path | None, options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give one record made of the arguments, or one for each line of a batch over the ``options``.

    ``key`` is what each must hold as a string.  Raises InputError and FileError.
    """
    if (text is None) == (batch is None):
        raise InputError(f"give either a {key} or --batch FILE", hint=f'for example: onrecord {_command(key)} "..."')
    if batch is None:
        yield {key: text, **options}
        return
    try:
        # Not splitlines(), which would also cut at a line separator inside a string.
        lines = batch.read_text("utf-8").split("\n")
    except UnicodeDecodeError:
        raise FileError(f"{batch} is not UTF-8", hint="save it as UTF-8") from None
    except OSError as error:
        raise FileError(f"{batch} cannot be read: {error.strerror}", hint="check the path") from None
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield options | _record(key, line, f"{batch}, line {number}")


def _record(key: str, line: str, where: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        raise FileError(f"{where} is not JSON", hint="one object a line") from None
    if not isinstance(record, dict) or not isinstance(record.get(key), str):
        raise FileError(f"{where} has no {key} that is a string", hint=f'write {{"id": 1, "{key}": "..."}}')
    return record


def _command(key: str) -> str:
    return {"question": "ask", "query": "search", "quote": "check"}[key]


def with_id(record: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    """Put the id of the record, if it has one, in front of what is printed for it."""
    return {"id": record["id"], **value} if "id" in record else value


def question_of(record: dict[str, Any]) -> Question:
    """The question of a record; raises QuestionError for what is none."""
    return Question(record["question"], filters_of(record), day_of(record, "today"), _history(record))


def _history(record: dict[str, Any]) -> tuple[Turn, ...]:
    turns = record.get("history") or []
    if not isinstance(turns, list) or not all(isinstance(one, dict) for one in turns):
        raise QuestionError("history is not a list of turns", hint='write [{"question": "...", "answer": "..."}]')
    parts = [(one.get("question"), one.get("answer") or "") for one in turns]
    if not all(isinstance(question, str) and isinstance(answer, str) for question, answer in parts):
        raise QuestionError("a turn of the history is no text", hint='write [{"question": "...", "answer": "..."}]')
    return tuple(Turn(question, answer) for question, answer in parts)


def filters_of(record: dict[str, Any]) -> Filters:
    """What a record restricts a search to; raises QuestionError for what restricts nothing."""
    articles = record.get("article") or []
    speaker = speaker_of(record)
    if isinstance(articles, str):
        articles = [articles]
    if not isinstance(articles, list) or not all(isinstance(one, str) for one in articles):
        raise QuestionError("article is not a list of ids", hint='write ["id"]')
    filters = Filters(speaker, day_of(record, "since"), day_of(record, "until"), tuple(articles))
    if filters.since and filters.until and filters.since > filters.until:
        raise QuestionError(f"since {filters.since} is after until {filters.until}", hint="swap the two")
    return filters


def speaker_of(record: dict[str, Any]) -> str | None:
    """The speaker that a record names; raises QuestionError for what is no name."""
    speaker = record.get("speaker")
    if speaker is None or (isinstance(speaker, str) and speaker.strip()):
        return speaker
    raise QuestionError("the speaker is not a name", hint="leave it out or give a name")


def day_of(record: dict[str, Any], key: str) -> date | None:
    """The day that a record names under ``key``; raises QuestionError for what is none."""
    value = record.get(key)
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (ValueError, TypeError):
        raise QuestionError(f"{key} is not a date: {value!r}", hint="write it like 2022-06-17") from None


def count_of(value: object) -> int:
    """How many passages are wanted; raises QuestionError outside 1 to 1000."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1000:
        raise QuestionError(f"k is not a number from 1 to 1000: {value!r}", hint="leave it out for 10")
    return value
