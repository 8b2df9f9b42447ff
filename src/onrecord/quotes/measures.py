"""What an editor must not lose, counted in a run of words: negations, hedges, numbers, units, days, names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from onrecord.quotes.lexicon import (
    DAYS,
    EMPTY,
    HEDGE_PHRASES,
    HEDGES,
    NEGATIONS,
    NUMBERS,
    SAME_HEDGE,
    SAME_IN_STYLE,
    UNITS,
)
from onrecord.text.align import Word
from onrecord.text.tokens import STOP_WORDS

__all__ = [
    "days",
    "differ",
    "hedges",
    "is_negation",
    "is_only_hedge",
    "meant",
    "names",
    "negations",
    "numbers",
    "units",
]


def negations(words: Sequence[Word]) -> Counter[str]:
    """Every negation counts the same: ``no`` for ``not`` changes nothing."""
    return Counter("not" for word in words if is_negation(word))


def is_negation(word: Word) -> bool:
    """``never``, ``isn't``, ``不``."""
    return word.key in NEGATIONS or word.key.endswith("n't")


def hedges(words: Sequence[Word]) -> Counter[str]:
    """``may``, ``I think``, ``可能``; ``might`` counts as ``may``."""
    spelled = _spelled(words)
    found = Counter(match.group() for match in HEDGE_PHRASES.finditer(spelled))
    found.update(SAME_HEDGE.get(word, word) for word in HEDGE_PHRASES.sub(" ", spelled).split() if word in HEDGES)
    return found


def numbers(words: Sequence[Word]) -> Counter[str]:
    """``5`` and ``five`` are one number."""
    found = (word.key for word in words if word.key in NUMBERS or any(letter.isdigit() for letter in word.key))
    return Counter(SAME_IN_STYLE.get(key, key) for key in found)


def units(words: Sequence[Word]) -> Counter[str]:
    """``percent`` and ``%`` are one unit, ``day`` and ``days``, too."""
    return Counter(SAME_IN_STYLE.get(word.key, word.key).removesuffix("s") for word in words if word.key in UNITS)


def days(words: Sequence[Word]) -> Counter[str]:
    """Days of the week and months."""
    return Counter(word.key for word in words if word.key in DAYS and word.shown[0].isupper())


def names(words: Sequence[Word]) -> Counter[str]:
    """Capitalised words that are no stop words."""
    return Counter(
        word.key
        for word in words
        if word.shown[0].isupper() and word.key not in STOP_WORDS and word.key not in DAYS and len(word.key) > 1
    )


def differ(measure: Callable[[Sequence[Word]], Counter[str]], mine: Sequence[Word], theirs: Sequence[Word]) -> bool:
    """Whether two runs of words measure differently."""
    return measure(mine) != measure(theirs)


def meant(words: Sequence[Word]) -> list[Word]:
    """The words that carry meaning."""
    return [word for word in words if word.key not in EMPTY]


def is_only_hedge(words: Sequence[Word]) -> bool:
    """``I think``, ``may``, ``not``: what changes the rest of the sentence and says nothing of its own."""
    if all(is_negation(word) for word in words):
        return True
    rest = HEDGE_PHRASES.sub(" ", _spelled(words)).split()
    return all(word in HEDGES or word in EMPTY for word in rest)


def _spelled(words: Sequence[Word]) -> str:
    return f" {' '.join(word.key for word in words)} "
