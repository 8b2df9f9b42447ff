"""Compare the words of a claim with a place in an article: what agrees, what differs, what was left out."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

from onrecord.text.align import Run, Word, find_run, loose_form, matching_runs, scan, split_words
from onrecord.text.sentences import sentences
from onrecord.text.tokens import STOP_WORDS
from onrecord.types import Article, Edit, Quote, QuoteMatch, Span

__all__ = ["Change", "ClaimWords", "Comparison", "compare", "read_claim", "weight"]


@dataclass(frozen=True, slots=True)
class ClaimWords:
    """The words of a claim that are said to be the speaker's own.

    ``pauses``: before which of them an ellipsis stands; ``inserted``: words in square brackets, by the index
    of the word that they stand before.
    """

    text: str
    words: tuple[Word, ...]
    pauses: frozenset[int] = frozenset()
    inserted: tuple[tuple[int, tuple[Word, ...]], ...] = ()


class Change(NamedTuple):
    """Where claim and print differ: ``claim`` stands in place of ``source``; either may be empty."""

    claim: tuple[Word, ...]
    source: tuple[Word, ...]
    bracketed: bool = False
    """Whether an editor's brackets stand inside the claim's word: ``work[ed]``."""
    inserted: tuple[Word, ...] = ()
    """The words that stand there in square brackets."""
    pause: bool = False
    """Whether an ellipsis stands there."""
    borders: int = 0
    """How many sentences begin among the words of the source or right after them."""
    claim_at: int = 0
    source_at: int = 0
    """Where it stands in the texts, should it hold no words there."""

    @property
    def differs(self) -> bool:
        """Whether anything stands in one text that does not stand in the other."""
        return bool(self.claim or self.source or self.inserted)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A claim beside one place of an article.

    ``before`` and ``after`` are words of the first and the last sentence that the claim leaves out;
    ``runs`` are the claim's words that stand there, as ranges; ``context`` are all words of the sentences that it stands in.
    """

    match: QuoteMatch
    claim: tuple[Word, ...]
    changes: tuple[Change, ...]
    before: tuple[Word, ...]
    after: tuple[Word, ...]
    runs: tuple[tuple[int, int], ...]
    weight: float
    """What the words that stand there weigh, and below the heaviest run of them, and all of the claim."""
    heaviest: float
    total: float
    printed: Literal["quotation", "statement", "text"]
    joined: bool
    """Whether the words run from one quotation into another or from one kind of text into another."""
    spaced: bool
    """Whether words are set apart in one of the two and together in the other."""
    matched: tuple[tuple[Word, Word], ...]
    context: tuple[Word, ...]


_BRACKETS = re.compile(r"[\[［〔]([^\[\]［］〔〕]{0,300})[\]］〕]")
_ELLIPSIS = re.compile(r"[…⋯]+|\.[ \u00a0\u2009]?\.(?:[ \u00a0\u2009]?\.)*")
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
# Capitals make another word of these.
_CAPITALS_MATTER = frozenset("us it who aids ice is act can cat fed led pin rip sat may am pm".split())
_REPLACED = 4
_MOST_PLACES = 12
_REACH = 2_000
_MIN_WEIGHT = 1.0
_SHARED = 0.25
_EDGE = 60


@lru_cache(maxsize=65_536)
def weight(loose: str) -> float:
    """What a word says about where it was taken from: a quarter for ``the``, half for a Chinese character."""
    if loose in STOP_WORDS or ("'" in loose and loose.split("'")[0].removesuffix("n") in STOP_WORDS):
        return 0.25 if loose.isascii() else 0.1
    return 0.5 if len(loose) == 1 and loose >= "\u3040" else 1.0


def read_claim(text: str) -> ClaimWords:
    """Tell the speaker's words from what the editor put between them.

    ``“[The city] is ... big”`` -> words ``is big``, ``the city`` inserted before 0, a pause before 1
    """
    brackets = [match.span() for match in _BRACKETS.finditer(text)]
    starts = [start for start, _ in brackets]
    words: list[Word] = []
    inserted: dict[int, list[Word]] = {}
    for word in split_words(text):
        at = bisect_right(starts, word.start) - 1
        if at >= 0 and word.end <= brackets[at][1]:
            inserted.setdefault(len(words), []).append(word)
        else:
            words.append(word)
    if not words:
        # Nothing but brackets: then they are what is asked for.
        words, inserted = [word for inside in inserted.values() for word in inside], {}
    places = [word.start for word in words]
    pauses = frozenset(bisect_left(places, match.start()) for match in _ELLIPSIS.finditer(text))
    return ClaimWords(text, tuple(words), pauses, tuple((at, tuple(inside)) for at, inside in inserted.items()))


def compare(claim: ClaimWords, article: Article, window: Span, quotes: Sequence[Quote]) -> list[Comparison]:
    """The claim beside what stands in or near a window of the article; empty if it shares next to nothing.

    Words that are the same are the same words in print: nothing here guesses.
    """
    reach = min(len(claim.text), _REACH * 50) + _EDGE
    low, high = _widened(article.text, window, reach)
    if not _shares_enough(claim, article, low, high):
        return []
    near = [quote for quote in quotes if quote.start < high and low < quote.end]
    printed = _printed(article, low, high)
    streams = [printed, *(_words_of(quote) for quote in near if len(quote.spans) > 1)]
    keys = [word.key for word in claim.words]
    found: dict[tuple[int, int], Comparison] = {}
    for stream in streams:
        for at in _places(keys, [word.key for word in stream]):
            first, last = stream[at], stream[at + len(keys) - 1]
            one = _at(claim, article, near, stream, Span(at, at + len(keys)))
            if one is not None:
                found.setdefault((first.start, last.end), one)
    if found:
        return list(found.values())
    best: tuple[float, int, int, list[Run]] | None = None
    loose = [word.loose for word in claim.words]
    for index, stream in enumerate(streams):
        runs = matching_runs(loose, [word.loose for word in stream], weight)
        if not runs:
            continue
        size = runs[-1].source + runs[-1].size - runs[0].source
        score = sum(run.weight for run in runs) - 0.05 * max(size - len(loose), 0)
        if best is None or score > best[0] + 1e-9:
            best = score, size, index, runs
    if best is None or sum(run.weight for run in best[3]) < min(_MIN_WEIGHT, sum(map(weight, loose)) / 2):
        return []
    runs, stream = best[3], streams[best[2]]
    place = Span(runs[0].source, runs[-1].source + runs[-1].size)
    nearest = _at(claim, article, near, stream, place, runs)
    return [nearest] if nearest is not None else []


def _shares_enough(claim: ClaimWords, article: Article, low: int, high: int) -> bool:
    """Whether it is worth the while: most candidates share a phrase with the claim and nothing else."""
    there = {loose_form(shown) for _, _, shown in scan(article.text, low, high)}
    mine = {word.loose for word in claim.words}
    return sum(map(weight, mine & there)) >= _SHARED * sum(map(weight, mine))


def _widened(text: str, window: Span, reach: int) -> tuple[int, int]:
    """The window with ``reach`` more on both sides, and then to the next space: no word is cut."""
    low, high = max(window.start - reach, 0), min(window.end + reach, len(text))
    low = next((at for at in range(low, max(low - _EDGE, 0), -1) if text[at - 1].isspace()), max(low - _EDGE, 0))
    high = next(
        (at for at in range(high, min(high + _EDGE, len(text))) if text[at].isspace()), min(high + _EDGE, len(text))
    )
    return low, high


def _places(claim: Sequence[str], source: Sequence[str]) -> Iterator[int]:
    at = 0
    for _ in range(_MOST_PLACES):
        step = find_run(claim, source[at:] if at else source)
        if step < 0:
            return
        yield at + step
        at += step + 1


def _printed(article: Article, low: int, high: int) -> list[Word]:
    words: list[Word] = []
    for block in article.blocks:
        if block.kind != "boilerplate" and block.start < high and low < block.end:
            words += split_words(article.text, max(low, block.start), min(high, block.end))
    return words


def _words_of(quote: Quote) -> list[Word]:
    return [word for span in quote.spans for word in split_words(quote.article.text, span.start, span.end)]


class _Unit(NamedTuple):
    """The words among which the claim's are looked at: a quotation's, or whole sentences of the text."""

    words: list[Word]
    starts: list[int]
    """Where sentences begin, as code points."""
    quote: Quote | None
    whole: bool
    """Whether the claim's place lies between marks of its own, so that nothing of the sentence is missing."""


def _at(
    claim: ClaimWords,
    article: Article,
    quotes: Sequence[Quote],
    stream: Sequence[Word],
    place: Span,
    runs: Sequence[Run] | None = None,
) -> Comparison | None:
    same = stream[place.start : place.end]
    if runs is not None:
        same = [stream[run.source + step] for run in runs for step in range(run.size)]
    quote = _holder(quotes, same, strict=runs is None)
    unit = _unit(article, quote, Span(same[0].start, same[-1].end))
    if runs is None:
        first = bisect_left(unit.words, (same[0].start,))
        runs = [Run(0, first, len(same), sum(weight(word.loose) for word in same))]
        if [word.start for word in unit.words[first : first + len(same)]] != [word.start for word in same]:
            runs = matching_runs([w.loose for w in claim.words], [w.loose for w in unit.words], weight)
    else:
        runs = matching_runs([w.loose for w in claim.words], [w.loose for w in unit.words], weight)
    if not runs:
        return None
    joined = quote is None and _runs_on(article, quotes, same)
    return _comparison(claim, article, unit, runs, joined=joined)


def _holder(quotes: Sequence[Quote], words: Sequence[Word], *, strict: bool) -> Quote | None:
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


def _unit(article: Article, quote: Quote | None, place: Span) -> _Unit:
    if quote is not None:
        starts = _sentence_starts(article, quote.spans)
        nested = any(start < place.start and place.end < end for start, end in quote.spans)
        return _Unit(_words_of(quote), starts, quote, nested and _is_enclosed(article.text, place))
    spans = [
        Span(max(block.start, place.start - _REACH), min(block.end, place.end + _REACH))
        for block in article.blocks
        if block.kind != "boilerplate" and block.start < place.end and place.start < block.end
    ]
    starts = _sentence_starts(article, spans)
    low = starts[bisect_right(starts, place.start) - 1]
    ends = [*starts, 1 << 60]
    high = ends[bisect_left(ends, place.end)]
    words = [word for span in spans for word in split_words(article.text, max(span.start, low), min(span.end, high))]
    return _Unit(words, starts, None, _is_enclosed(article.text, place))


def _sentence_starts(article: Article, spans: Sequence[Span]) -> list[int]:
    """Where sentences begin; a quotation that is interrupted goes on in the same one unless it had ended."""
    text = article.text
    starts: list[int] = []
    for index, span in enumerate(spans):
        if index == 0 or _has_ended(text, spans[index - 1].end, span.start):
            starts.append(span.start)
        found = sentences(text, span.start, span.end, article.language)
        starts += [after.start for before, after in pairwise(found) if _begins(text, before.end, after.start)]
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
    if closing is None or text[max(place.start - 2, 0) : place.start - 1].isalnum():
        return False
    after = text[place.end : place.end + 6].lstrip(_POINTS)
    inside = re.search(rf"{closing}(?!\w)", text[place.start : place.end])
    return after.startswith(closing) and inside is None


def _runs_on(article: Article, quotes: Sequence[Quote], words: Sequence[Word]) -> bool:
    """Whether the words begin in one quotation and end in another, or in a heading and in the text."""
    kinds = {article.kind_at(words[0].start), article.kind_at(words[-1].start)}
    if len(kinds) > 1:
        return True
    starts = [word.start for word in words]
    touched = [
        quote.spans
        for quote in quotes
        if quote.direct and any(bisect_left(starts, end) > bisect_left(starts, start) for start, end in quote.spans)
    ]
    return any(one[-1].end <= other[0].start for one, other in pairwise(sorted(touched)))


def _comparison(claim: ClaimWords, article: Article, unit: _Unit, runs: Sequence[Run], *, joined: bool) -> Comparison:
    low, high = _place(claim, unit, runs)
    changes, matched, spaced = _changes(claim, unit, runs, low, high)
    before, after = ((), ()) if unit.whole else _left_out(unit, low, high)
    size = high - low + sum(len(change.inserted) for change in changes)
    similarity = 2 * len(matched) / (len(claim.words) + size)
    edits = tuple(map(_edit, changes))
    match = QuoteMatch(article, _spans(unit, low, high), round(min(similarity, 1.0), 4), edits, unit.quote)
    direct = unit.whole if unit.quote is None else unit.quote.direct
    exact = _exact(claim, unit, runs)
    return Comparison(
        match=match,
        claim=claim.words,
        changes=tuple(changes),
        before=before,
        after=after,
        runs=tuple((run.claim, run.claim + run.size) for run in exact),
        weight=sum(weight(mine.loose) for mine, _ in matched),
        heaviest=max((run.weight for run in exact), default=0.0),
        total=sum(weight(word.loose) for word in claim.words),
        printed="quotation" if direct else "statement" if unit.quote is not None else "text",
        joined=joined,
        spaced=spaced,
        matched=tuple(matched),
        context=(*before, *unit.words[low:high], *after),
    )


def _exact(claim: ClaimWords, unit: _Unit, runs: Sequence[Run]) -> list[Run]:
    """The runs without the words in them that are merely alike."""
    found: list[Run] = []
    for run in runs:
        start = 0
        for step in range(run.size + 1):
            mine = claim.words[run.claim + step] if step < run.size else None
            if mine is not None and mine.key == unit.words[run.source + step].key:
                continue
            if step > start:
                heavy = sum(weight(word.loose) for word in claim.words[run.claim + start : run.claim + step])
                found.append(Run(run.claim + start, run.source + start, step - start, heavy))
            start = step + 1
    return found


def _place(claim: ClaimWords, unit: _Unit, runs: Sequence[Run]) -> tuple[int, int]:
    """The words of the source that the claim stands for.

    At both ends the words of the claim that stand nowhere are held against as many of the same sentence.
    """
    first, last = runs[0], runs[-1]
    end = last.source + last.size
    mine = len(claim.words) - last.claim - last.size
    begin, finish = _sentence_begin(unit, first.source), _sentence_finish(unit, end - 1)
    low, high = max(begin, first.source - first.claim), min(finish, end + mine)
    inserted = dict(claim.inserted)
    if first.claim == 0 and 0 in inserted:
        low -= _replaced(inserted[0][::-1], unit.words[begin:low][::-1])
    if mine == 0 and len(claim.words) in inserted:
        high += _replaced(inserted[len(claim.words)], unit.words[high:finish])
    return low, high


def _replaced(inserted: Sequence[Word], rest: Sequence[Word]) -> int:
    """How many words of the rest of a sentence the words in brackets at its edge stand for."""
    same = next((i for i, pair in enumerate(zip(inserted, rest, strict=False)) if pair[0].key != pair[1].key), None)
    if same is None and len(rest) >= len(inserted):
        return len(inserted)
    return len(rest) if len(rest) <= _REPLACED else 0


def _sentence_begin(unit: _Unit, index: int) -> int:
    at = bisect_right(unit.starts, unit.words[index].start) - 1
    return bisect_left(unit.words, (unit.starts[max(at, 0)],))


def _sentence_finish(unit: _Unit, index: int) -> int:
    at = bisect_right(unit.starts, unit.words[index].start)
    return bisect_left(unit.words, (unit.starts[at],)) if at < len(unit.starts) else len(unit.words)


def _left_out(unit: _Unit, low: int, high: int) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    begin = _sentence_begin(unit, min(low, len(unit.words) - 1))
    finish = _sentence_finish(unit, max(high - 1, 0))
    return tuple(unit.words[begin:low]), tuple(unit.words[high:finish])


def _changes(
    claim: ClaimWords, unit: _Unit, runs: Sequence[Run], low: int, high: int
) -> tuple[list[Change], list[tuple[Word, Word]], bool]:
    inserted = dict(claim.inserted)
    changes: list[Change] = []
    matched: list[tuple[Word, Word]] = []
    spaced = False
    end = Run(len(claim.words), high, 0, 0.0)
    first, left = 0, low
    for run in (*runs, end):
        change = _change(claim, unit, inserted, Span(first, run.claim), Span(left, run.source))
        if change.claim and not change.inserted and _same_letters(change.claim, change.source):
            spaced = True
            matched += zip(change.claim, change.source, strict=False)
        elif change.differs:
            changes.append(change)
        changes += _within(claim, unit, run, inserted, matched)
        first, left = run.claim + run.size, run.source + run.size
    return changes, matched, spaced


def _change(claim: ClaimWords, unit: _Unit, inserted: dict[int, tuple[Word, ...]], mine: Span, theirs: Span) -> Change:
    words, source = claim.words[mine.start : mine.end], tuple(unit.words[theirs.start : theirs.end])
    added = tuple(word for at in range(mine.start, mine.end + 1) for word in inserted.pop(at, ()))
    if added and not words and _keys(added) == _keys(source[: len(added)]):
        added, source = (), source[len(added) :]
    return Change(
        words,
        source,
        _has_brackets(claim.text, words),
        added,
        any(at in claim.pauses for at in range(mine.start, mine.end + 1)),
        _borders(unit, theirs.start, theirs.end),
        words[0].start if words else claim.words[mine.start - 1].end if mine.start else 0,
        source[0].start if source else unit.words[max(theirs.start - 1, 0)].end,
    )


def _within(
    claim: ClaimWords,
    unit: _Unit,
    run: Run,
    inserted: dict[int, tuple[Word, ...]],
    matched: list[tuple[Word, Word]],
) -> Iterator[Change]:
    """Words that were found to be alike and are not the same, and what was inserted among them."""
    theirs = unit.words[run.source : run.source + run.size]
    loud = claim.text.isupper() or all(word.shown.isupper() or not word.key.isalpha() for word in theirs)
    for step, their in enumerate(theirs):
        mine = claim.words[run.claim + step]
        if step and (added := inserted.pop(run.claim + step, ())):
            yield Change((), (), False, added, False, 0, added[0].start, their.start)
        if mine.key == their.key and (loud or not _is_other_word(mine, their)):
            matched.append((mine, their))
        else:
            bracketed = _has_brackets(claim.text, (mine,))
            yield Change((mine,), (their,), bracketed, (), False, 0, mine.start, their.start)


def _has_brackets(text: str, words: Sequence[Word]) -> bool:
    return any(mark in text[word.start : word.end] for word in words for mark in "[]")


def _is_other_word(mine: Word, theirs: Word) -> bool:
    """``US`` and ``us``."""
    return mine.key in _CAPITALS_MATTER and mine.shown.isupper() != theirs.shown.isupper()


def _keys(words: Sequence[Word]) -> list[str]:
    return [word.key for word in words]


def _same_letters(mine: Sequence[Word], theirs: Sequence[Word]) -> bool:
    """``to day`` and ``today``: only the space differs; digits are never moved together."""
    one, other = "".join(_keys(mine)), "".join(_keys(theirs))
    return one == other and not any(character.isdigit() for character in one)


def _borders(unit: _Unit, left: int, right: int) -> int:
    if right <= left or left == 0 or right >= len(unit.words):
        return 0
    before, after = unit.words[left - 1], unit.words[right]
    return bisect_right(unit.starts, after.start) - bisect_right(unit.starts, before.start)


def _spans(unit: _Unit, low: int, high: int) -> tuple[Span, ...]:
    start, end = unit.words[low].start, unit.words[high - 1].end
    if unit.quote is None:
        return (Span(start, end),)
    return tuple(
        Span(max(span.start, start), min(span.end, end))
        for span in unit.quote.spans
        if span.start < end and start < span.end
    )


def _edit(change: Change) -> Edit:
    mine = [*change.claim, *change.inserted]
    theirs = change.source
    claim = Span(change.claim_at, change.claim_at)
    if mine:
        claim = Span(min(word.start for word in mine), max(word.end for word in mine))
    source = Span(theirs[0].start, theirs[-1].end) if theirs else Span(change.source_at, change.source_at)
    return Edit("replace" if mine and theirs else "insert" if mine else "delete", claim, source)
