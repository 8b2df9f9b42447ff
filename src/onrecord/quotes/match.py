"""Compare the words of a claim with a place in an article: what agrees, what differs, what was left out."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

from onrecord.quotes.changes import changes_between, edit_of
from onrecord.quotes.claims import ClaimWords, weight
from onrecord.quotes.comparison import Change, Comparison
from onrecord.quotes.surroundings import (
    Unit,
    holder,
    runs_on,
    unit_of,
    words_of,
)
from onrecord.text.align import Run, Word, find_run, matching_runs, split_words
from onrecord.types import Article, Quote, QuoteMatch, Span

__all__ = ["compare", "widened"]

_REPLACED = 4
_MOST_PLACES = 12
_MIN_WEIGHT = 1.0
_SHARED = 0.25
_EDGE = 60


def compare(
    claim: ClaimWords, article: Article, place: Span, quotes_of: Callable[[Article], Sequence[Quote]]
) -> list[Comparison]:
    """The claim beside what stands in a place of the article; empty if it shares next to nothing.

    Words that are the same are the same words in print: nothing here guesses.  ``quotes_of`` is asked only if it shares more.
    """
    low, high = place
    printed = _printed(article, low, high)
    if not _shares_enough(claim, printed):
        return []
    near = [quote for quote in quotes_of(article) if quote.start < high and low < quote.end]
    streams = [printed, *(words_of(quote) for quote in near if len(quote.spans) > 1)]
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
    covered = Span(runs[0].source, runs[-1].source + runs[-1].size)
    nearest = _at(claim, article, near, stream, covered, runs)
    return [nearest] if nearest is not None else []


def widened(claim: ClaimWords, article: Article, window: Span) -> Span:
    """The window with as much on both sides as the claim is long, and then to the next space: no word is cut."""
    text = article.text
    reach = claim.words[-1].end - claim.words[0].start + _EDGE
    low, high = max(window.start - reach, 0), min(window.end + reach, len(text))
    low = next((at for at in range(low, max(low - _EDGE, 0), -1) if text[at - 1].isspace()), max(low - _EDGE, 0))
    high = next(
        (at for at in range(high, min(high + _EDGE, len(text))) if text[at].isspace()), min(high + _EDGE, len(text))
    )
    return Span(low, high)


def _shares_enough(claim: ClaimWords, printed: Sequence[Word]) -> bool:
    """Whether it is worth the while: most candidates share a phrase with the claim and nothing else."""
    there = {word.loose for word in printed}
    mine = {word.loose for word in claim.words}
    return sum(map(weight, mine & there)) >= _SHARED * sum(map(weight, mine))


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
    quote = holder(quotes, same, strict=runs is None)
    unit = unit_of(article, quote, Span(same[0].start, same[-1].end))
    if runs is None:
        first = bisect_left(unit.words, (same[0].start,))
        runs = [Run(0, first, len(same), sum(weight(word.loose) for word in same))]
        if [word.start for word in unit.words[first : first + len(same)]] != [word.start for word in same]:
            runs = matching_runs([w.loose for w in claim.words], [w.loose for w in unit.words], weight)
    else:
        runs = matching_runs([w.loose for w in claim.words], [w.loose for w in unit.words], weight)
    if not runs:
        return None
    joined = quote is None and runs_on(article, quotes, same)
    return _comparison(claim, article, unit, runs, joined=joined)


def _comparison(claim: ClaimWords, article: Article, unit: Unit, runs: Sequence[Run], *, joined: bool) -> Comparison:
    low, high = _place(claim, unit, runs)
    changes, matched, spaced = changes_between(claim, unit, runs, low, high)
    before, after = ((), ()) if unit.whole else unit.left_out(low, high)
    size = high - low + sum(len(change.inserted) for change in changes)
    similarity = 2 * len(matched) / (len(claim.words) + size)
    edits = tuple(map(edit_of, changes))
    match = QuoteMatch(article, unit.spans(low, high), round(min(similarity, 1.0), 4), edits, unit.quote)
    direct = unit.whole if unit.quote is None else unit.quote.direct
    exact = _exact(claim, unit, runs)
    return Comparison(
        match=match,
        claim=claim.words,
        changes=tuple(changes),
        before=before,
        after=after,
        runs=tuple((run.claim, run.claim + run.size) for run in exact),
        weight=sum(weight(mine.loose) for mine, _ in (*matched, *_alike(changes))),
        heaviest=max((run.weight for run in exact), default=0.0),
        total=sum(weight(word.loose) for word in claim.words),
        printed="quotation" if direct else "statement" if unit.quote is not None else "text",
        whole=unit.whole or unit.is_between_marks(low, high),
        joined=joined,
        spaced=spaced,
        matched=tuple(matched),
        context=(*before, *unit.words[low:high], *after),
    )


def _alike(changes: Sequence[Change]) -> Iterator[tuple[Word, Word]]:
    """Words that only accents, capitals or letters of another alphabet tell apart: the place is the same."""
    for change in changes:
        yield from (
            (mine, theirs)
            for mine, theirs in zip(change.claim, change.source, strict=False)
            if mine.loose == theirs.loose
        )


def _exact(claim: ClaimWords, unit: Unit, runs: Sequence[Run]) -> list[Run]:
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


def _place(claim: ClaimWords, unit: Unit, runs: Sequence[Run]) -> tuple[int, int]:
    """The words of the source that the claim stands for.

    At both ends the words of the claim that stand nowhere are held against as many of the same sentence.
    """
    first, last = runs[0], runs[-1]
    end = last.source + last.size
    mine = len(claim.words) - last.claim - last.size
    begin, finish = unit.begin(first.source), unit.finish(end - 1)
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
