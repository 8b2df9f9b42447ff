"""The verdict of one place, its speaker aside."""

from __future__ import annotations

from collections.abc import Sequence

from onrecord.quotes.claims import weight
from onrecord.quotes.comparison import Change, Comparison
from onrecord.quotes.lexicon import EMPTY, HEDGES, SHIFTING
from onrecord.quotes.measures import differ, is_negation, is_only_hedge, meant, negations, numbers
from onrecord.text.align import Word
from onrecord.text.tokens import STOP_WORDS, stem
from onrecord.types import Verdict

__all__ = ["judge", "real_changes"]

_REPLACED = 4
_CUT_WORDS = 3
_NEAR = 0.45
# What speaks for the same utterance: the weight of what agrees, less half of what does not, less what the
# claim leaves out of the sentences, and less still where nobody is quoted.  How much is needed depends on
# whether print names the claim's speaker; measured against quotations of articles outside the corpus.
_DISAGREES = 0.5
_LEFT_OUT = 0.4
_MOST_LEFT_OUT = 6.0
_UNQUOTED = {"quotation": 0.0, "statement": 0.5, "text": 1.5}
_EVIDENCE = {1: 0.8, 0: 1.6, -1: 2.2}
_RESTATED = 0.8
_RESTATED_BACK = 0.5
_RESTATED_STEMS = 5


def judge(one: Comparison, agrees: int) -> Verdict | None:
    """The verdict of one place, its speaker aside."""
    changes = real_changes(one)
    if not changes:
        if one.joined:
            return "spliced"
        lost = meant((*one.before, *one.after))
        if one.whole or not lost:
            return "verbatim"
        return "altered" if is_only_hedge(lost) else "truncated"
    if not any(change.claim or change.inserted for change in changes):
        if one.joined or any(change.borders > 1 and not change.pause for change in changes):
            return "spliced"
        cut = all(change.pause or _is_cut(change) for change in changes)
        return "truncated" if cut else "altered"
    if not _is_near(one, agrees):
        # The same words in another order say something else.
        return ("altered" if _reorders(one) else "paraphrase") if _restates(one, agrees) else None
    if one.printed != "quotation" and all(_is_shift(change) for change in changes):
        return "paraphrase"
    return "altered"


def real_changes(one: Comparison) -> list[Change]:
    """The changes that convention does not allow."""
    return [change for change in one.changes if not _is_editorial(change)]


def _is_editorial(change: Change) -> bool:
    """Whether convention allows it: ``[the city]`` for ``it``, an ellipsis that skips nothing that counts."""
    if change.claim:
        mine, theirs = change.claim, change.source
        return change.bracketed and len(mine) == len(theirs) == 1 and stem(mine[0].key) == stem(theirs[0].key)
    if change.inserted:
        counts = any(is_negation(word) for word in change.inserted) or any(
            is_negation(word) or word.key in HEDGES or word.key not in STOP_WORDS for word in change.source
        )
        return not counts and len(change.source) <= _REPLACED
    return change.pause and all(word.key in EMPTY for word in change.source)


def _is_cut(change: Change) -> bool:
    return len(change.source) >= _CUT_WORDS and not is_only_hedge(meant(change.source))


def _is_near(one: Comparison, agrees: int) -> bool:
    """Whether so much agrees that it is the same utterance."""
    replaced = sum(weight(word.loose) for change in real_changes(one) for word in change.source)
    left_out = sum(weight(word.loose) for word in (*one.before, *one.after))
    evidence = one.weight - _DISAGREES * (one.total - one.weight + replaced)
    evidence -= _LEFT_OUT * min(left_out, _MOST_LEFT_OUT) + _UNQUOTED[one.printed]
    return one.weight >= _NEAR * one.total and evidence >= _EVIDENCE[agrees]


def _is_shift(change: Change) -> bool:
    """``I will`` for ``he would``: what reporting alone changes."""
    mine, theirs = ({stem(word.key) for word in words if word.key not in SHIFTING} for words in change[:2])
    return mine == theirs and not change.inserted and not differ(negations, change.claim, change.source)


def _restates(one: Comparison, agrees: int) -> bool:
    """Whether somebody is quoted with the same statement in other words."""
    if one.printed == "text" or agrees < 0:
        return False
    mine, theirs = one.claim, one.context
    said, there = _stems(mine), _stems(theirs)
    both = len(said & there)
    if both < _RESTATED_STEMS or both < max(_RESTATED * len(said), _RESTATED_BACK * len(there)):
        return False
    if not set(numbers(mine)) <= set(numbers(theirs)) or bool(negations(mine)) != bool(negations(theirs)):
        return False
    return all(word.key in {other.key for other in theirs} for word in mine[1:] if word.shown[0].isupper())


def _reorders(one: Comparison) -> bool:
    return one.printed == "quotation" and _stems(one.claim) <= _stems(one.context)


def _stems(words: Sequence[Word]) -> set[str]:
    return {stem(word.key) for word in words if weight(word.loose) >= 1.0 and word.key not in SHIFTING}
