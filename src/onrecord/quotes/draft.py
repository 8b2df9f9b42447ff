"""The quotations of a draft, each a claim to be checked."""

from __future__ import annotations

from onrecord.quotes.extract import extract_quotes
from onrecord.types import Article, QuoteClaim

__all__ = ["quotations_in_draft"]


def quotations_in_draft(draft: Article) -> tuple[QuoteClaim, ...]:
    """Every direct quotation of the draft, in order; scare quotes and titles of works are left out.

    ``“A,” said Pu Yongjian. “B.”`` -> one with the text ``A, B.`` and the speaker ``Pu Yongjian``
    """
    return tuple(
        QuoteClaim(quote.text, quote.speaker.name if quote.speaker else None, quote.spans)
        for quote in extract_quotes(draft)
        if quote.direct
    )
