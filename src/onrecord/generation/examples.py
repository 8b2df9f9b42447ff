"""A quotation -> a question that a reader could ask about it."""

from __future__ import annotations

import re

from onrecord.types import Article, Quote

__all__ = ["example_about"]

_LONGEST = 80  # characters of a heading that a question can hold
_TAIL = re.compile(r"\s[-–—|]\s.*$")  # of a headline: the outlet, the desk
_PHRASE = re.compile(r'[^\W\d_][^\d$€£–—|:?!‘“”"]+')
_NAME = re.compile(r"[A-Z]\w[\w-]+(?: [A-Z][\w-]+){0,3}")
_PERSON = re.compile(r"(?!The\b)[^\W\d_a-z][\w.-]*(?: [^\W\d_a-z][\w.-]*){1,3}|[\u3400-\u9fff·]{2,}")


def example_about(quote: Quote) -> str | None:
    """``What does Pu say about ...?``, or None where the quotation does not give a good question.

    A heading inside an article is a subject as it stands.  A headline is a sentence: of it, the question takes a name
    that the text has, too.
    """
    article, speaker = quote.article, quote.speaker
    if speaker is None or not quote.direct or not _PERSON.fullmatch(speaker.name):
        return None
    above = [block for block in article.blocks if block.kind == "heading" and block.end <= quote.start]
    heading = article.text[above[-1].start : above[-1].end] if above else article.title
    subject = _named(article, speaker.name) if heading == article.title else _as_subject(heading, article)
    name = min((alias for alias in speaker.aliases if alias in speaker.name), key=len, default=speaker.name)
    return f"What does {name} say about {subject}?" if subject else None


def _named(article: Article, speaker: str) -> str | None:
    """The longest name in the headline that stands within a sentence of the text and is not the speaker's."""
    names = sorted(_NAME.findall(_TAIL.sub("", article.title)), key=len, reverse=True)
    return next((name for name in names if name not in speaker and _is_within(name, article)), None)


def _as_subject(heading: str, article: Article) -> str | None:
    is_word = heading.isascii() and " " not in heading  # an outlet's name, more often than a subject
    if is_word or len(heading) > _LONGEST or not _PHRASE.fullmatch(heading):
        return None
    first, *rest = heading.split()
    is_name = first.isupper() or _is_within(first, article) or (rest and rest[0][0].isupper())
    return heading if is_name else heading[:1].lower() + heading[1:]


def _is_within(name: str, article: Article) -> bool:
    """Whether it is written so in the middle of a sentence."""
    written = re.compile(rf"(?<=[a-z,] ){re.escape(name)}(?!\w)")
    return any(written.search(article.text, block.start, block.end) for block in article.blocks if block.kind == "body")
