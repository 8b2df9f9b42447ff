"""What a reader puts into the form or finds in a link, read and checked."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date

from onrecord.types import Filters, Turn
from onrecord.web.exchange import Exchange
from onrecord.web.readers import day_of
from onrecord.web.render import plain_text
from onrecord.web.words import Words

__all__ = ["MAX_QUESTION", "check_question", "filters_of", "history_of", "link_of", "tidy"]

MAX_QUESTION = 500
"""Characters of a question."""
MAX_NAME = 200
"""Characters of a speaker's name."""


def tidy(text: str) -> str:
    """Drop control characters and lone surrogates, and join spaces."""
    kept = "".join(" " if unicodedata.category(each) in {"Cc", "Cs"} else each for each in text)
    return " ".join(kept.split())


def check_question(question: str, words: Words) -> None:
    """Raise a ValueError that says what is wrong with a question, if anything is."""
    if not question:
        raise ValueError(words.empty_question)
    if len(question) > MAX_QUESTION:
        raise ValueError(words.long_question.format(len(question), MAX_QUESTION))


def filters_of(speaker: str | None, since: str | None, until: str | None, words: Words) -> Filters:
    """Read what a question is restricted to; raises a ValueError that says what cannot be read."""
    name = tidy(speaker or "")[:MAX_NAME] or None
    first, last = (_day(tidy(day or ""), words) for day in (since, until))
    if first and last and first > last:
        raise ValueError(words.bad_order)
    return Filters(name, first, last)


def link_of(given: Mapping[str, str]) -> dict[str, str] | None:
    """Read what the parameters of an address ask; None where they ask nothing."""
    names = ("q", "speaker", "since", "until", "words", "generation")
    link = {name: str(given[name])[: MAX_QUESTION + 1] for name in names if name in given}
    return link if link.get("q", "").strip() else None


def history_of(exchanges: Sequence[Exchange]) -> tuple[Turn, ...]:
    """Give what a follow-up question is read against."""
    return tuple(Turn(each.asked.question, plain_text(each.answer)) for each in exchanges if each.answer)


def _day(given: str, words: Words) -> date | None:
    try:
        return day_of(given)
    except ValueError:
        raise ValueError(words.bad_day.format(given[:40])) from None
