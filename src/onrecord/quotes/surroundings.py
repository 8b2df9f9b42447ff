"""The quotation or the sentences in which words of an article stand."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from onrecord.text.align import Word, split_words
from onrecord.text.sentences import sentences
from onrecord.text.tokens import STOP_WORDS
from onrecord.types import Article, Quote, Span

__all__ = ["Unit", "holder", "runs_on", "unit_of", "within", "words_of"]

_CLOSINGS = dict(zip("“\"‘'«‹「『„‚", "”\"’'»›」』”’", strict=True))
_POINTS = ".,;:!?…。，；：！？、"
_TERMINATOR = re.compile(r"[.!?…。！？][”\"’'»›」』)\]）]*\s*\Z|[。！？；][”」』）]*\Z")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Sen|Sens|Rep|Reps|Gov|Gen|Lt|Col|Capt|Sgt|Maj|Adm|Rev|Hon|Pres|St|Mt|Ft|Jr|Sr|vs|No|Nos"
    r"|Inc|Corp|Co|Ltd|Bros|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|approx|est|etc|e\.g|i\.e|cf)"
    r"|\b[A-Z]|(?:\b[^\W\d_]\.)+[^\W\d_])\.\s*\Z"
)
# After "U.S." a new sentence begins only with a word that would not follow it in a name.
_STARTERS = STOP_WORDS | {"mr", "mrs", "according", "since", "although", "however", "today", "now", "well"}
_THEN_I = re.compile(r"(?<=[a-z]{2}[.!?]) (?=I(?:[’'][a-z]+)? [a-z])")
_IN_CHINESE_MARKS = re.compile(r"[“「『](?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff])[。！？](?=[\u3400-\u9fff“「『])")
_REACH = 2_000


class Unit(NamedTuple):
    """The words among which the claim's are looked at: a quotation's, or whole sentences of the text."""

    words: list[Word]
    starts: list[int]
    """Where sentences begin, as code points."""
    quote: Quote | None
    whole: bool
    """Whether the claim's place lies between marks of its own, so that nothing of the sentence is missing."""

    def begin(self, index: int) -> int:
        """The first word of the sentence of a word."""
        at = bisect_right(self.starts, self.words[index].start) - 1
        return bisect_left(self.words, (self.starts[max(at, 0)],))

    def finish(self, index: int) -> int:
        """One past the last word of the sentence of a word."""
        at = bisect_right(self.starts, self.words[index].start)
        return bisect_left(self.words, (self.starts[at],)) if at < len(self.starts) else len(self.words)

    def left_out(self, low: int, high: int) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
        """What the sentences of ``words[low:high]`` hold before and after these words."""
        begin, finish = self.begin(min(low, len(self.words) - 1)), self.finish(max(high - 1, 0))
        return tuple(self.words[begin:low]), tuple(self.words[high:finish])

    def borders(self, low: int, high: int) -> int:
        """How many sentences begin among ``words[low:high]`` or right after them."""
        if high <= low or low == 0 or high >= len(self.words):
            return 0
        before, after = self.words[low - 1], self.words[high]
        return bisect_right(self.starts, after.start) - bisect_right(self.starts, before.start)

    def spans(self, low: int, high: int) -> tuple[Span, ...]:
        """Where ``words[low:high]`` stand; what a reporter put between two halves of a quotation is no part."""
        start, end = self.words[low].start, self.words[high - 1].end
        return within(self.quote.spans, start, end) if self.quote else (Span(start, end),)

    def is_between_marks(self, low: int, high: int) -> bool:
        """Whether ``words[low:high]`` are all of one part of a quotation, or of several."""
        if self.quote is None or not self.quote.direct:
            return False
        start, end = self.words[low].start, self.words[high - 1].end
        spans, text = self.quote.spans, self.quote.article.text
        return any(not _has_words(text, span.start, start) for span in spans if span.start <= start) and any(
            not _has_words(text, end, span.end) for span in spans if end <= span.end
        )


def within(spans: Sequence[Span], start: int, end: int) -> tuple[Span, ...]:
    """The parts of the spans that lie between two places."""
    return tuple(
        Span(max(span.start, start), min(span.end, end)) for span in spans if span.start < end and start < span.end
    )


def holder(quotes: Sequence[Quote], words: Sequence[Word], *, strict: bool) -> Quote | None:
    """The quote in which the words lie: all of them, or most; a direct one first, and the smaller one."""
    best: tuple[tuple[int, bool, int], Quote] | None = None
    starts = [word.start for word in words]
    for quote in quotes:
        inside = sum(bisect_left(starts, end) - bisect_left(starts, start) for start, end in quote.spans)
        if inside < len(words) * (1.0 if strict else 0.6):
            continue
        rank = inside, quote.direct, -sum(end - start for start, end in quote.spans)
        if best is None or rank > best[0]:
            best = rank, quote
    return best[1] if best else None


def unit_of(article: Article, quote: Quote | None, place: Span) -> Unit:
    """The words of a quote, or of the sentences around a place that lies in none."""
    if quote is not None:
        starts = _sentence_starts(article, quote.spans)
        nested = any(start < place.start and place.end < end for start, end in quote.spans)
        return Unit(words_of(quote), starts, quote, nested and _is_enclosed(article.text, place))
    spans = [
        Span(max(block.start, place.start - _REACH), min(block.end, place.end + _REACH))
        for block in article.blocks
        if block.kind != "boilerplate" and block.start < place.end and place.start < block.end
    ]
    starts = _sentence_starts(article, spans)
    # The splitter takes all that stands between Chinese marks for one sentence.
    inner = {match.end() for span in spans for match in _IN_CHINESE_MARKS.finditer(article.text, span.start, span.end)}
    starts = sorted(inner.union(starts))
    low = starts[bisect_right(starts, place.start) - 1]
    ends = [*starts, 1 << 60]
    high = ends[bisect_left(ends, place.end)]
    words = [word for span in spans for word in split_words(article.text, max(span.start, low), min(span.end, high))]
    return Unit(words, starts, None, _is_enclosed(article.text, place))


def runs_on(article: Article, quotes: Sequence[Quote], words: Sequence[Word]) -> bool:
    """Whether the words begin in one quotation and end in another, or in a heading and in the text."""
    first, last = words[0].start, words[-1].start
    if article.kind_at(first) != article.kind_at(last):
        return True
    holding = [[quote for quote in quotes if quote.direct and _is_in(at, quote.spans)] for at in (first, last)]
    return bool(holding[0] and holding[1]) and not any(quote in holding[1] for quote in holding[0])


def _is_in(place: int, spans: Sequence[Span]) -> bool:
    return any(start <= place < end for start, end in spans)


def _has_words(text: str, start: int, end: int) -> bool:
    return any(character.isalnum() for character in text[start:end])


def words_of(quote: Quote) -> list[Word]:
    """All words of a quote, those of its second half after those of its first."""
    return [word for span in quote.spans for word in split_words(quote.article.text, span.start, span.end)]


def _sentence_starts(article: Article, spans: Sequence[Span]) -> list[int]:
    """Where sentences begin; a quotation that is interrupted goes on in the same one unless it had ended."""
    text = article.text
    starts: list[int] = []
    for index, span in enumerate(spans):
        if index == 0 or _has_ended(text, spans[index - 1].end, span.start):
            starts.append(span.start)
        found = sentences(text, span.start, span.end, article.language)
        begun = {after.start for before, after in pairwise(found) if _begins(text, before.end, after.start)}
        # The splitter takes "me. I" for an abbreviation.
        starts += sorted(begun.union(match.end() for match in _THEN_I.finditer(text, span.start, span.end)))
    return starts


def _has_ended(text: str, end: int, start: int) -> bool:
    if "\n\n" in text[end:start] and not any(character.isalnum() for character in text[end:start]):
        return True
    between = text[max(end - 1, 0) : start].rstrip(" \t\n\u00a0" + "".join(_CLOSINGS))
    return bool(_TERMINATOR.search(between[-8:])) and not text[start].islower()


def _begins(text: str, end: int, start: int) -> bool:
    """Whether a sentence really begins at ``start``: the splitter also stops after ``Gov.``."""
    before = text[max(end - 24, 0) : end]
    if "\n\n" in text[end:start]:
        return True
    if not _TERMINATOR.search(before) or text[start].islower():
        return False
    if _ABBREVIATION.search(before):
        match = re.compile(r"[^\W\d_]+").search(text, start, start + 24)
        return bool(before.rstrip().endswith(("S.", "m.", "K.", "C.", "etc."))) and (
            match is not None and match.group().lower() in _STARTERS
        )
    return True


def _is_enclosed(text: str, place: Span) -> bool:
    """Whether quotation marks stand right before and right after the words, and none of them within."""
    closing = _CLOSINGS.get(text[place.start - 1 : place.start])
    if closing is None or (closing in "\"'" and text[max(place.start - 2, 0) : place.start - 1].isalnum()):
        return False
    after = text[place.end : place.end + 6].lstrip(_POINTS)
    inside = re.search(rf"{closing}(?!\w)", text[place.start : place.end])
    return after.startswith(closing) and inside is None
