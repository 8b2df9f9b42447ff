"""A claim as the checker reads it: the speaker's words, told from what an editor put between them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache

from onrecord.text.align import Word, split_words
from onrecord.text.tokens import STOP_WORDS

__all__ = ["ClaimWords", "read_claim", "weight"]


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


_BRACKETS = re.compile(r"[\[［〔]([^\[\]［］〔〕]{0,300})[\]］〕]")
_ELLIPSIS = re.compile(r"[…⋯]+|\.[ \u00a0\u2009]?\.(?:[ \u00a0\u2009]?\.)*")


@lru_cache(maxsize=65_536)
def weight(loose: str) -> float:
    """What a word says about where it was taken from: a quarter for ``the``, half for a Chinese character."""
    if loose in STOP_WORDS or ("'" in loose and loose.split("'")[0].removesuffix("n") in STOP_WORDS):
        return 0.25 if loose.isascii() else 0.1
    return 0.5 if len(loose) == 1 and loose >= "\u3040" else 1.0


def read_claim(text: str, *, brackets: bool = True) -> ClaimWords:
    """Tell the speaker's words from what the editor put between them; without ``brackets`` all words are the speaker's.

    ``“[The city] is ... big”`` -> words ``is big``, ``the city`` inserted before 0, a pause before 1
    """
    inside = [match.span() for match in _BRACKETS.finditer(text)] if brackets else []
    starts = [start for start, _ in inside]
    words: list[Word] = []
    inserted: dict[int, list[Word]] = {}
    for word in split_words(text):
        at = bisect_right(starts, word.start) - 1
        if at >= 0 and word.end <= inside[at][1]:
            inserted.setdefault(len(words), []).append(word)
        else:
            words.append(word)
    if not words:
        # Nothing but brackets: then they are what is asked for.
        words, inserted = [word for added in inserted.values() for word in added], {}
    places = [word.start for word in words]
    pauses = frozenset(bisect_left(places, match.start()) for match in _ELLIPSIS.finditer(text))
    return ClaimWords(text, tuple(words), pauses, tuple((at, tuple(added)) for at, added in inserted.items()))
