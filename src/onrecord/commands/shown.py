"""What goes out: answers and checks for a terminal, JSON for a program."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

__all__ = ["in_marks", "print_json", "progress", "readable_answer", "readable_check", "say", "say_status", "shortened"]


def readable_answer(answer: Any) -> str:
    """An answer with its citations, for a terminal."""
    from onrecord.generation.prompts import REFUSAL

    lines = [f"(understood as: {answer.understood})"] if answer.understood else []
    if answer.refused:
        nearest = [f"  - {article.title}" for article in answer.nearest]
        return "\n".join([*lines, REFUSAL, *(["The nearest articles:", *nearest] if nearest else [])])
    for statement in answer.statements:
        marks = "".join(f"[{number}]" for number in statement.citations)
        name = f"{statement.speaker}: " if statement.kind == "quoted" and statement.speaker else ""
        lines.append(f"{name}{statement.text} {marks}\n")
    for citation in answer.citations:
        article = citation.article
        where = f"{article.outlet or article.id}, {article.published or 'date unknown'}"
        if article.status.state == "corrected":
            where += f"; corrected {article.status.changed}: {article.status.note}"
        lines.append(f"[{citation.number}] {article.title} ({where}) {citation.start}:{citation.end}")
    return "\n".join(lines)


_VERDICTS = {
    "verbatim": "Printed word for word.",
    "altered": "Printed with other words.",
    "truncated": "Printed, but words are missing here.",
    "spliced": "Put together from words that were printed apart.",
    "paraphrase": "Said in other words in print.",
    "other_speaker": "Printed, but as somebody else's words.",
    "not_found": "Not found in this corpus, which does not mean that it was never said.",
}


def readable_check(found: dict[str, Any]) -> str:
    """What was found of a quotation, in the shape of ``check_json``, for a terminal."""
    lines = [_VERDICTS[found["verdict"]] + (f" ({', '.join(found['flags'])})" if found["flags"] else "")]
    groups: dict[int, list[dict[str, Any]]] = {}
    for match in found["matches"]:
        groups.setdefault(match["group"], []).append(match)
    for group in groups.values():
        lines.append(f"  {in_marks(group[0]['text'], group[0]['spans'])}")
        for match in group:
            speaker = match["speaker"] or "speaker not named"
            where = f"{match['title']} ({match['article']}, {match['published'] or 'date unknown'})"
            lines.append(f"    {speaker}; {where}")
    if found.get("nearest"):
        lines.append("Said on the subject:")
    for quote in found.get("nearest", ()):
        name = quote["speaker"]["name"] if quote["speaker"] else "speaker not named"
        words = in_marks(quote["text"], quote["spans"]) if quote["direct"] else f"(reported) {quote['text']}"
        lines.append(f"  {words}\n    {name} ({quote['article']})")
    return "\n".join(lines)


def in_marks(text: str, spans: Sequence[Sequence[int]]) -> str:
    """Put marks around each part of a quotation alone, since only the parts stand in print like this."""
    parts: list[str] = []
    at = 0
    for start, end in spans:
        parts.append(f"“{text[at : at + end - start]}”")
        at += end - start + 1
    return " ".join(parts)


def say_status(article: Any, *, as_json: bool) -> None:
    """Tell how an article stands."""
    status = article.status
    if as_json:
        day = status.changed and status.changed.isoformat()
        print_json({"article": article.id, "status": status.state, "note": status.note, "changed": day})
    else:
        say(f"{article.id}: {status.state}" + (f" ({status.note})" if status.note else ""))


def shortened(text: str) -> str:
    """A text on one line of at most 160 characters."""
    line = " ".join(text.split())
    return line if len(line) <= 160 else line[:159] + "…"


def print_json(value: dict[str, Any]) -> None:
    """Print one line of JSON."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def say(text: str, *, error: bool = False) -> None:
    """Print a text."""
    print(text, file=sys.stderr if error else sys.stdout, flush=True)


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar with a time estimate on a terminal; nothing where nobody watches."""
    if not sys.stderr.isatty():
        yield lambda _stage, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield tell
