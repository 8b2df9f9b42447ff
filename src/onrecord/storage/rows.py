"""How articles and quotes become rows of the store, and rows become them again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from onrecord.types import Article, Block, Quote, Span, Speaker, Status

__all__ = ["article_meta", "article_of", "quote_metas", "quotes_of", "to_json"]


def article_meta(article: Article) -> str:
    """What the columns do not say of an article."""
    status = article.status
    return to_json(
        {
            "title": article.title,
            "url": article.url,
            "published": article.published,
            "authors": article.authors,
            "outlet": article.outlet,
            "language": article.language,
            "blocks": [(block.kind, block.start, block.end) for block in article.blocks],
            "status": (status.state, status.note, status.changed and status.changed.isoformat()),
        }
    )


def article_of(article_id: str, meta: str, text: str) -> Article:
    """The article that a row holds."""
    fields = json.loads(meta)
    state, note, _changed = fields.pop("status")
    blocks = tuple(Block(kind, start, end) for kind, start, end in fields.pop("blocks"))
    authors = tuple(fields.pop("authors"))
    return Article(id=article_id, text=text, blocks=blocks, authors=authors, status=Status(state, note), **fields)


def quote_metas(quotes: Sequence[Quote]) -> Iterator[str]:
    """What the columns do not say of each quote; a speaker's aliases and role only where they are new.

    Places count from the quote's start, and of its spans only the inner ends are named, since there are many quotes.
    """
    known: dict[str, Speaker] = {}
    for quote in quotes:
        start, mention, speaker = quote.start, quote.mention, quote.speaker
        inner = [place - start for span in quote.spans for place in span][1:-1]
        fields: list[Any] = [
            int(quote.direct),
            quote.cue,
            mention and [mention.start - start, mention.end - start],
            inner,
        ]
        if speaker is not None and known.get(speaker.name) != speaker:
            known[speaker.name] = speaker
            fields += [speaker.aliases, speaker.role]
        yield to_json(fields)


def quotes_of(article: Article, rows: Iterable[tuple[int, int, str | None, str]]) -> Iterator[Quote]:
    """The quotes that rows of start, end, speaker and meta hold."""
    known: dict[str, Speaker] = {}
    for start, stop, name, meta in rows:
        direct, cue, mention, inner, *speaker = json.loads(meta)
        if name is not None and speaker:
            known[name] = Speaker(name, tuple(speaker[0]), speaker[1])
        places = iter((start, *(start + place for place in inner), stop))
        yield Quote(
            article,
            spans=tuple(Span(*span) for span in zip(places, places, strict=True)),
            speaker=known[name] if name is not None else None,
            mention=Span(start + mention[0], start + mention[1]) if mention else None,
            cue=cue,
            direct=bool(direct),
        )


def to_json(value: Mapping[str, Any] | list[Any]) -> str:
    """Without spaces, since there are many rows."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
