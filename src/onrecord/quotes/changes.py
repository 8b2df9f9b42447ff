"""The differences between a claim and the words of a place, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from onrecord.quotes.claims import ClaimWords
from onrecord.quotes.comparison import Change
from onrecord.quotes.surroundings import Unit
from onrecord.text.align import Run, Word
from onrecord.types import Edit, Span

__all__ = ["changes_between", "edit_of"]

# Capitals make another word of these.
_CAPITALS_MATTER = frozenset("us it who aids ice is act can cat fed led pin rip sat may am pm".split())


def changes_between(
    claim: ClaimWords, unit: Unit, runs: Sequence[Run], low: int, high: int
) -> tuple[list[Change], list[tuple[Word, Word]], bool]:
    """The changes, the pairs of words that agree, and whether words are set apart in one of the two only."""
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


def edit_of(change: Change) -> Edit:
    """A change as spans of both texts."""
    mine = [*change.claim, *change.inserted]
    theirs = change.source
    claim = Span(change.claim_at, change.claim_at)
    if mine:
        claim = Span(min(word.start for word in mine), max(word.end for word in mine))
    source = Span(theirs[0].start, theirs[-1].end) if theirs else Span(change.source_at, change.source_at)
    return Edit("replace" if mine and theirs else "insert" if mine else "delete", claim, source)


def _change(claim: ClaimWords, unit: Unit, inserted: dict[int, tuple[Word, ...]], mine: Span, theirs: Span) -> Change:
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
        unit.borders(theirs.start, theirs.end),
        words[0].start if words else claim.words[mine.start - 1].end if mine.start else 0,
        source[0].start if source else unit.words[max(theirs.start - 1, 0)].end,
    )


def _within(
    claim: ClaimWords,
    unit: Unit,
    run: Run,
    inserted: dict[int, tuple[Word, ...]],
    matched: list[tuple[Word, Word]],
) -> Iterator[Change]:
    """Words that were found to be alike and are not the same, and what was inserted among them."""
    theirs = unit.words[run.source : run.source + run.size]
    level = (
        claim.text.isupper()
        or claim.text.islower()
        or all(word.shown.isupper() or not word.key.isalpha() for word in theirs)
    )
    for step, their in enumerate(theirs):
        mine = claim.words[run.claim + step]
        if step and (added := inserted.pop(run.claim + step, ())):
            yield Change((), (), False, added, False, 0, added[0].start, their.start)
        if mine.key == their.key and (level or not _is_other_word(mine, their)):
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
