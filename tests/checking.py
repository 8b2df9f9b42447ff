"""A checker over a few articles, with the real phrase index and the real extractor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from onrecord.factcheck import check
from onrecord.quotes.extract import extract_quotes
from onrecord.search.phrases import PhraseIndex, PhraseWriter
from onrecord.types import Article, QuoteCheck, QuoteClaim, Span

__all__ = ["Check", "checker"]

Check = Callable[..., QuoteCheck]


def checker(articles: Sequence[Article], folder: Path) -> Check:
    """``check(text, speaker=None)`` over these articles; the index lies in ``folder``."""
    writer = PhraseWriter(folder / "phrases")
    for row, article in enumerate(articles):
        writer.add(row, article)
    writer.finish()
    index = PhraseIndex(folder / "phrases")
    quotes = {article.id: extract_quotes(article) for article in articles}

    def candidates(text: str, most: int) -> list[tuple[Article, Span]]:
        return [(articles[row], Span(*place)) for row, place in index.candidates(text, most)]

    def call(text: str, speaker: str | None = None) -> QuoteCheck:
        return check(QuoteClaim(text, speaker), candidates=candidates, quotes_of=lambda one: quotes[one.id])

    return call
