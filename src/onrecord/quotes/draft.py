"""The quotations of a draft, each a claim to be checked."""

from __future__ import annotations

from dataclasses import dataclass

from onrecord.quotes.extract import extract_quotes
from onrecord.types import Article, QuoteClaim, Span

__all__ = ["DraftQuote", "quotations_in_draft"]


@dataclass(frozen=True, slots=True)
class DraftQuote:
    """Words that a draft puts between marks, and whom it gives them to.

    ``spans`` are slices of the draft's text without the marks; ``text`` joins them by a space.
    """

    text: str
    spans: tuple[Span, ...]
    speaker: str | None

    @property
    def start(self) -> int:
        """Where the first words begin."""
        return self.spans[0].start

    @property
    def end(self) -> int:
        """Where the last words end."""
        return self.spans[-1].end

    @property
    def claim(self) -> QuoteClaim:
        """What there is to check."""
        return QuoteClaim(self.text, self.speaker)


def quotations_in_draft(draft: Article) -> tuple[DraftQuote, ...]:
    """Every direct quotation of the draft, in order; scare quotes and titles of works are left out.

    ``“A,” said Pu Yongjian. “B.”`` -> one with the text ``A, B.`` and the speaker ``Pu Yongjian``
    """
    return tuple(
        DraftQuote(quote.text, quote.spans, quote.speaker.name if quote.speaker else None)
        for quote in extract_quotes(draft)
        if quote.direct
    )
