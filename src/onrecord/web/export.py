"""An answer to take away: as text to paste, as Markdown, as JSON, as a link that asks the same again."""

from __future__ import annotations

import json
import re

from onrecord.jsonable import answer_json
from onrecord.types import Answer, Citation, Statement
from onrecord.web.exchange import Exchange
from onrecord.web.markup import headline, said_by, web_address
from onrecord.web.words import Words

__all__ = ["as_json", "as_markdown", "as_text", "mode_of", "narrowed_to", "permalink", "speaker_of"]

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&])")
_LIST = re.compile(r"^(\d*)([-+.)=])")


def permalink(exchange: Exchange, words: Words) -> str:
    """The address that asks the same question again, with the same settings; it stands by itself."""
    asked, answer = exchange.asked, exchange.answer
    return words.address(
        "/",
        q=exchange.meant,
        speaker=asked.filters.speaker,
        since=asked.filters.since,
        until=asked.filters.until,
        words="own" if asked.own_words else None,
        generation=answer.generation if answer else None,
    )


def narrowed_to(exchange: Exchange, words: Words) -> str:
    """Name the settings that a question was asked with, or nothing."""
    filters = exchange.asked.filters
    since, until = (words.day_of(day) if day else "" for day in (filters.since, filters.until))
    if since and until:
        days = f"{since} – {until}"
    else:
        days = words.from_day.format(since) if since else words.to_day.format(until) if until else ""
    return " · ".join(part for part in (filters.speaker, days) if part)


def mode_of(answer: Answer, words: Words) -> str:
    """Say who phrased an answer."""
    return words.model if answer.mode == "model" else words.extractive


def as_text(exchange: Exchange, words: Words) -> str:
    """Write an answer to paste elsewhere: statements with their numbers, then the numbered sources."""
    answer = _answer(exchange)
    lines = [exchange.meant, ""]
    if answer.refused:
        lines.append(words.refusal)
    for statement in answer.statements:
        marks = "".join(f"[{number}]" for number in statement.citations)
        by = speaker_of(statement, words)
        lines.append(f"{statement.text} {marks}" + (f" ({by})" if by else ""))
    lines.append("")
    for citation in answer.citations:
        address = web_address(citation.article)
        lines.append(f"[{citation.number}] {_named(citation, words)}" + (f", {address}" if address else ""))
    lines += ["", mode_of(answer, words)]
    return "\n".join(lines)


def as_markdown(exchange: Exchange, words: Words) -> str:
    """Write an answer with each passage that it rests on."""
    answer = _answer(exchange)
    lines = [f"# {_escaped(exchange.meant)}", ""]
    if answer.refused:
        lines += [words.refusal, ""]
    for statement in answer.statements:
        marks = "".join(f"[^{number}]" for number in statement.citations)
        by = speaker_of(statement, words)
        mark = "> " if statement.kind == "quoted" else ""
        lines += [f"{mark}{_escaped(statement.text)}{marks}" + (f" ({_escaped(by)})" if by else ""), ""]
    for citation in answer.citations:
        address = web_address(citation.article)
        at = f", <{address.replace('<', '%3C').replace('>', '%3E')}>" if address else ""
        lines += [f"[^{citation.number}]: {_escaped(_named(citation, words))}{at}", ""]
        lines += [f"    > {_escaped(citation.text)}", ""]
    lines += [f"{mode_of(answer, words)} {answer.generation}"]
    return "\n".join(lines) + "\n"


def as_json(exchange: Exchange, words: Words) -> str:
    """Write an answer as the API gives it, with the settings and the link."""
    filters = exchange.asked.filters
    settings = {
        "speaker": filters.speaker,
        "since": filters.since and filters.since.isoformat(),
        "until": filters.until and filters.until.isoformat(),
        "no_model": exchange.asked.own_words,
    }
    made = answer_json(_answer(exchange)) | {"settings": settings, "permalink": permalink(exchange, words)}
    return json.dumps(made, indent=1)


def speaker_of(statement: Statement, words: Words) -> str:
    """Say who said what a statement holds, and how; nothing where the sentence itself says so."""
    # What the model phrased names its speaker in the sentence; the check sees to that.
    if not statement.speaker or statement.kind == "generated":
        return ""
    if statement.kind == "extract":
        return statement.speaker
    return said_by(statement.speaker, words, direct=statement.kind == "quoted")


def _answer(exchange: Exchange) -> Answer:
    if exchange.answer is None:
        raise ValueError("there is no answer yet")
    return exchange.answer


def _named(citation: Citation, words: Words) -> str:
    article = citation.article
    named = [headline(article, words), article.outlet, words.day_of(article.published_on)]
    return ", ".join(" ".join(part.split()) for part in named if part)


def _escaped(text: str) -> str:
    """Keep text from being read as Markdown or HTML; a line of it is one line."""
    line = _MARKUP.sub(r"\\\1", " ".join(text.split()))
    return _LIST.sub(r"\1\\\2", line)
