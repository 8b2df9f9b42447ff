"""What an editor must look at in one place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from onrecord.quotes.chinese_names import named_in_chinese
from onrecord.quotes.claims import ClaimWords, read_claim
from onrecord.quotes.comparison import Change, Comparison
from onrecord.quotes.lexicon import SAME_IN_STYLE
from onrecord.quotes.measures import days, differ, hedges, meant, names, negations, numbers, units
from onrecord.quotes.verdicts import real_changes

__all__ = ["claim_flags", "flags_of"]

_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")
_HAN = re.compile("[\u3400-\u9fff]")
_CUT_WORDS = 3


def flags_of(claim: ClaimWords, one: Comparison) -> list[str]:
    """What an editor must look at in one place."""
    real = real_changes(one)
    flags = [flag for flag in claim_flags(claim) if flag != "bracketed_insertion" or "[" not in one.match.text]
    if one.printed != "quotation":
        flags.append("not_a_quotation")
    flags += [name for name, found in _differences(claim, one, real).items() if found]
    if real and all(_is_style(change) for change in real):
        flags.append("house_style")
    if any(change.pause for change in one.changes) or (claim.pauses and not read_claim(one.match.text).pauses):
        flags.append("ellipsis")
    flags += _letter_flags(one)
    if one.before or one.after:
        flags += ["cut_front"] * bool(meant(one.before)) + ["cut_end"] * bool(meant(one.after))
    if any(not change.claim and not change.inserted for change in real):
        flags.append("cut_middle")
    if one.spaced:
        flags.append("spacing_changed")
    return flags


def claim_flags(claim: ClaimWords) -> tuple[str, ...]:
    """What the claim itself shows, wherever it was printed."""
    found = {
        "bracketed_insertion": "[" in claim.text,
        "hidden_characters": _OVERRIDES.search(claim.text) is not None,
    }
    return tuple(name for name, there in found.items() if there)


def _differences(claim: ClaimWords, one: Comparison, real: Sequence[Change]) -> dict[str, bool]:
    """Numbers, units and names word by word; negations and hedges over all words of the sentences."""
    article = one.match.article.text
    swaps = [change for change in real if change.claim or change.inserted or len(change.source) < _CUT_WORDS]
    mine = [word for pair in one.matched for word in pair[:1]]
    theirs = [word for pair in one.matched for word in pair[1:]]
    mine = sorted([*mine, *(word for change in real for word in (*change.claim, *change.inserted))])
    theirs = sorted([*theirs, *(word for change in real for word in change.source), *one.before, *one.after])
    claimed, printed = hedges(mine), hedges(theirs)
    return {
        "number_changed": any(differ(numbers, change.claim, change.source) for change in swaps),
        "negation_changed": negations(mine) != negations(theirs),
        "hedge_dropped": bool(printed - claimed),
        "hedge_added": bool(claimed - printed),
        "name_changed": any(
            differ(names, change.claim, change.source) or _is_chinese_swap(claim.text, article, change)
            for change in swaps
        ),
        "unit_changed": any(differ(units, change.claim, change.source) for change in swaps),
        "date_changed": any(differ(days, change.claim, change.source) for change in swaps),
    }


def _is_chinese_swap(claim: str, article: str, change: Change) -> bool:
    """``李伟`` for ``王伟``, of which only one character differs."""
    if not (change.claim and change.source and _HAN.match(change.source[0].key)):
        return False
    mine, theirs = change.claim[0].start, change.source[0].start
    return any(
        named_in_chinese(claim[mine - back : mine - back + size]).person
        and named_in_chinese(article[theirs - back : theirs - back + size]).person
        for size in (2, 3)
        for back in range(min(size, mine + 1, theirs + 1))
    )


def _is_style(change: Change) -> bool:
    """``5%`` for ``five percent``."""
    mine, theirs = (
        [SAME_IN_STYLE.get(word.key, word.key) for word in words] for words in (change.claim, change.source)
    )
    return mine == theirs and not change.inserted


def _letter_flags(one: Comparison) -> list[str]:
    flags: list[str] = []
    pairs = [
        (mine, theirs) for change in one.changes for mine, theirs in zip(change.claim, change.source, strict=False)
    ]
    for mine, theirs in pairs:
        if mine.loose == theirs.loose and mine.key != theirs.key:
            mixed = any(_is_foreign(a, b) for a, b in zip(mine.key, mine.loose, strict=False))
            flags.append("lookalike_characters" if mixed else "accents_changed")
    for index, (mine, theirs) in enumerate(one.matched):
        one_shown, other_shown = mine.shown.replace(".", ""), theirs.shown.replace(".", "")
        if one_shown != other_shown and (index or one_shown[1:] != other_shown[1:]):
            flags.append("case_changed")
            break
    return flags


def _is_foreign(one: str, other: str) -> bool:
    return one != other and one.isalpha() and not one.isascii() and other.isascii()
