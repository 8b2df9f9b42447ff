"""What the parts that compare a claim with print hand to each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from onrecord.text.align import Word
from onrecord.types import QuoteMatch

__all__ = ["Change", "Comparison"]


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
    whole: bool
    """Whether marks stand right before and right after the words, so that print had cut there already."""
    joined: bool
    """Whether the words run from one quotation into another or from one kind of text into another."""
    spaced: bool
    """Whether words are set apart in one of the two and together in the other."""
    matched: tuple[tuple[Word, Word], ...]
    context: tuple[Word, ...]
