"""Quotations and reported statements as they were printed, found by patterns that are strict and our own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from onrecord.evaluation.perturb_words import CUES, NOT_NAMES, PRONOUNS, TITLES, ZH_CUES, ZH_SURNAMES
from onrecord.types import Article, Span

__all__ = ["Language", "Printed", "printed", "reported", "sentences"]

Language = Literal["en", "zh"]

_SHORTEST = 6
_LONGEST = 90
_SHORTEST_CHINESE = 12

_CURLY = re.compile(r"“([^“”\"\n]+)”")
_STRAIGHT = re.compile(r'"([^"\n]+)"')
_BEFORE_OPENING = " \u00a0([—–-:‘'"
_CHINESE = re.compile(r"[“「]([^“”「」\n]{12,300})[”」]")
_CUE = rf"(?:{'|'.join(CUES)})"
_NAME = r"[A-Z][\w.'’-]*[\w](?: [A-Z][\w'’-]+){1,2}"
_AFTER = re.compile(
    rf" (?:{_CUE} (?P<second>{_NAME})(?=[,.;](?:\s|$)| [a-z])"
    rf"|(?P<first>{_NAME})(?:, [^,“”\"\n]{{3,80}},)? {_CUE}\b)(?P<rest>[^“”\"\n]*)"
)
_APPOSITIVE = re.compile(r"(?:, [^,.]{3,60})?[.,]")
_REPORTED = re.compile(
    r"(?:^|(?<=[.!?] ))(?P<who>(?:[A-Z][\w'’-]+ ){0,2}[A-Z][\w'’-]+) "
    r"(?:(?:said|says|warned|argued|argues|believes|explained|announced|confirmed|estimated|told reporters) "
    r"that (?P<a>[^“”\"‘.?!:;\n]{50,220})"
    r"|(?:said|says|believes|told reporters) "
    r"(?P<b>(?:the|a|he|she|it|they|there|his|her|this|these|its|their|more|most|some|many)\b"
    r"[^“”\"‘.?!:;\n]{50,220}))\.(?= |$)",
    re.MULTILINE,
)
_ABBREVIATED = re.compile(r"\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|St|No|vs|Inc|Jr|Sr|Prof|Lt|Sgt)\.|\.\.|…")
_SENTENCE_BREAK = re.compile(r"(?:(?<=[.!?])|(?<=[.!?][’”'\"]))\s+(?=[‘“'\"]?[A-Z])")
_CHINESE_BREAK = re.compile(r"(?<=[。！？])")
_CHINESE_BEFORE = re.compile(rf"(?P<who>[\u4e00-\u9fff·]{{0,12}})(?:{'|'.join(ZH_CUES)})[：:，,]?\s*$")
_NO_NAME_ENDS_IN = "曾还也方一二三四五六日"
_CHINESE_NAME = re.compile(
    rf"(?:^|[\s，。；、！？）】])[\u4e00-\u9fff]{{0,8}}?([{ZH_SURNAMES}][\u4e00-\u9fff]{{1,2}})$"
)


@dataclass(frozen=True, slots=True)
class Printed:
    """Words of an article: ``text`` is what a careful editor would copy out of ``spans``.

    ``speaker`` is the name printed beside them where the pattern is sure of it; ``direct`` is False for a
    reported statement.  ``row`` counts the articles that the words were looked for in.
    """

    row: int
    article: Article
    spans: tuple[Span, ...]
    text: str
    speaker: str | None
    direct: bool = True

    @property
    def language(self) -> Language:
        """``zh`` or ``en``."""
        return "zh" if self.article.language == "zh" else "en"

    @property
    def key(self) -> str:
        """What tells this one from all others, for drawing at random."""
        return f"{self.article.id}:{self.spans[0].start}:{len(self.spans)}"


def printed(articles: Sequence[Article]) -> Iterator[Printed]:
    """Every direct quotation of the bodies that is long enough to be told apart, seams joined."""
    for row, article in enumerate(articles):
        for line in _lines(article):
            if article.language == "zh":
                yield from _chinese(row, article, line)
            else:
                yield from _english(row, article, line)


def reported(articles: Sequence[Article]) -> Iterator[Printed]:
    """Statements in the reporter's words: ``Keller said that the work might cost ...``."""
    for row, article in enumerate(articles):
        if article.language == "zh":
            continue
        for line in _lines(article):
            for match in _REPORTED.finditer(article.text, *line):
                span = Span(*match.span("a" if match["a"] else "b"))
                who = match["who"]
                known = who if len(who.split()) > 1 and _is_name(who) else None
                if who.casefold() in PRONOUNS or known:
                    yield Printed(row, article, (span,), article.text[slice(*span)], known, direct=False)


def sentences(text: str) -> list[str] | None:
    """The whole sentences of a quotation; None where their borders are not plain to see.

    ``We must. Now we can,`` -> ``["We must.", "Now we can,"]``
    """
    if any("\u4e00" <= character <= "\u9fff" for character in text):
        parts = [part.strip() for part in _CHINESE_BREAK.split(text) if part.strip()]
        if any(part.count("‘") != part.count("’") for part in parts):
            return None
        return parts if parts and parts[-1][-1] in "。！？" else parts[:-1] or None
    if _ABBREVIATED.search(text) or not (text[0].isupper() and text[-1] in ".?!,"):
        return None
    return _SENTENCE_BREAK.split(text)


def _lines(article: Article) -> Iterator[Span]:
    for block in article.blocks:
        if block.kind != "body":
            continue
        at = block.start
        for line in article.text[block.start : block.end].splitlines(keepends=True):
            yield Span(at, at + len(line.rstrip()))
            at += len(line)


def _english(row: int, article: Article, line: Span) -> Iterator[Printed]:
    text = article.text
    pairs = list(_pairs(text, line))
    for index, pair in enumerate(pairs):
        span = _trimmed(text, Span(*pair.span(1)))
        after = _AFTER.match(text, pair.end(), line.end)
        # “It is.” Ann Lee said she knew: after a full stop the name may begin a sentence of its own.
        begins = text[span.end - 1] == "."
        name = ((not begins and after["first"]) or after["second"]) if after else None
        speaker = name if name and _is_name(name) else None
        if _fits(text[slice(*span)]):
            yield Printed(row, article, (span,), _copied(text[slice(*span)]), speaker)
        following = pairs[index + 1] if index + 1 < len(pairs) else None
        if after is None or following is None or speaker is None:
            continue
        joined = _seam(text, span, after, _trimmed(text, Span(*following.span(1))))
        if joined is not None:
            yield Printed(row, article, joined[0], joined[1], speaker)


def _pairs(text: str, line: Span) -> Iterator[re.Match[str]]:
    """Marks that certainly belong together: a line with an odd one, or an inch, gives none."""
    here = text[slice(*line)]
    if here.count("“") == here.count("”") and '"' not in here:
        found = list(_CURLY.finditer(text, *line))
    elif "“" not in here and "”" not in here and here.count('"') % 2 == 0 and not re.search(r'\d"', here):
        found = list(_STRAIGHT.finditer(text, *line))
    else:
        return
    # One mark that stands like its opposite, or doubled single marks: the whole line may be out of step.
    if "''" not in here and all(_opens_and_closes(text, pair, line) for pair in found):
        yield from found


def _opens_and_closes(text: str, pair: re.Match[str], line: Span) -> bool:
    before = text[pair.start() - 1] if pair.start() > line.start else " "
    after = text[pair.end()] if pair.end() < line.end else " "
    return before in _BEFORE_OPENING and not pair[1][0].isspace() and not pair[1][-1].isspace() and not after.isalnum()


def _seam(text: str, first: Span, after: re.Match[str], second: Span) -> tuple[tuple[Span, ...], str] | None:
    """Both halves of ``“A,” said Pu. “B.”`` and the words as they are joined in print."""
    rest = text[after.start("rest") : second.start - 1].strip()
    left, right = text[slice(*first)], text[slice(*second)]
    if _APPOSITIVE.fullmatch(rest) is None or len(left.split()) < 4 or len(right.split()) < 4:
        return None
    if rest[-1] == "." and right[0].isupper():
        return (first, second), f"{left.rstrip(',')}{'.' if left.endswith(',') else ''} {_copied(right)}"
    if rest[-1] == "," and right[0].islower() and left.endswith(","):
        return (first, second), f"{left} {_copied(right)}"
    return None


def _trimmed(text: str, span: Span) -> Span:
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def _copied(text: str) -> str:
    """Leave out the comma that belongs to the attribution."""
    return text.removesuffix(",")


def _fits(text: str) -> bool:
    count = len(text.split())
    capitals = sum(word[0].isupper() for word in text.split())
    return _SHORTEST <= count <= _LONGEST and capitals <= 0.6 * count


def _is_name(name: str) -> bool:
    """A person's name and nothing else: no title, no office, no ``Georgia Lt.`` or ``Texas’s``."""
    parts = [part.rstrip(".").casefold() for part in name.split()]
    if name.isupper() or any(part.endswith(("'s", "’s")) for part in parts):
        return False
    return len(parts[-1]) > 2 and not any(part in NOT_NAMES or part in TITLES for part in parts)


def _chinese(row: int, article: Article, line: Span) -> Iterator[Printed]:
    for match in _CHINESE.finditer(article.text, *line):
        before = _CHINESE_BEFORE.search(article.text[max(line.start, match.start() - 24) : match.start()])
        if before is None or sum("\u4e00" <= c <= "\u9fff" for c in match[1]) < _SHORTEST_CHINESE:
            continue
        name = _CHINESE_NAME.search(before["who"])
        # A name comes twice in a report; letters that only look like one do not.
        sure = name is not None and article.text.count(name[1]) > 1 and name[1][-1] not in _NO_NAME_ENDS_IN
        known = name[1] if name and sure else None
        span = Span(*match.span(1))
        yield Printed(row, article, (span,), match[1], known)
