"""An article as a reader sees it: a passage marked by its offsets, quotations with their speakers.  Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from onrecord.types import Article, Block, Quote, Span
from onrecord.web.markup import attribute, clean, headline, publisher, said_by, speaker_link, status_note, text
from onrecord.web.words import Words

__all__ = ["ArticleView", "article_main", "notice_main", "withdrawn_main"]

OPENING = 4
"""Words of a quote that tell it from another one in its paragraph."""


_ANCHOR = ' id="passage" tabindex="-1"'


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article with what is known of it; ``passage`` is what a reader came for, ``copies`` ran elsewhere."""

    article: Article
    passage: Span | None = None
    quotes: tuple[Quote, ...] = ()
    copies: tuple[Article, ...] = ()


def article_main(view: ArticleView, words: Words) -> str:
    """Render an article: head, text, and in the margin who said what."""
    article = view.article
    outlet = f'<p class="onr-kicker">{text(article.outlet)}</p>' if article.outlet else ""
    authors = words.by.format(text(words.comma.join(article.authors))) if article.authors else ""
    day = article.published_on
    when = f'<time datetime="{day.isoformat()}">{words.day_of(day)}</time>' if day else words.no_day
    byline = " · ".join(filter(None, (authors, when)))
    legend = f'<p class="onr-legend">{words.legend}</p>' if view.quotes else ""
    return clean(
        f'<div class="onr-head"{_language(article)}>{outlet}<h1 dir="auto">{text(headline(article, words))}</h1>'
        f'<p class="onr-byline">{byline}</p></div>{status_note(article, words)}{_elsewhere(view, words)}{legend}'
        f'<div class="onr-text" dir="auto"{_language(article)}>{"".join(_paragraphs(view, words))}</div>'
    )


def withdrawn_main(article: Article, words: Words) -> str:
    """Render in place of a withdrawn article that it was withdrawn, without anything of it."""
    day = article.status.changed
    said = words.withdrawn_on.format(words.day_of(day)) if day else words.withdrawn
    return notice_main(said, [article.status.note or "", words.withdrawn_hint])


def notice_main(said: str, hints: Sequence[str], link: tuple[str, str] | None = None) -> str:
    """Render why a page is not there; ``link`` is an address and its name."""
    lines = "".join(f"<p>{text(hint)}</p>" for hint in hints if hint)
    further = f'<p><a href="{attribute(link[0])}">{text(link[1])}</a></p>' if link else ""
    return clean(f'<div class="onr-notice-page"><h1>{text(said)}</h1>{lines}{further}</div>')


def _language(article: Article) -> str:
    return f' lang="{attribute(article.language)}"' if article.language else ""


def _elsewhere(view: ArticleView, words: Words) -> str:
    lines = [publisher(view.article, words, view.passage)]
    if view.copies:
        named = "".join(f"<li>{_copy(copy, words)}</li>" for copy in view.copies)
        lines.append(f'<div class="onr-copies"><h2>{words.also_ran}</h2><ul>{named}</ul></div>')
    shown = "".join(filter(None, lines))
    return f'<div class="onr-elsewhere">{shown}</div>' if shown else ""


def _copy(copy: Article, words: Words) -> str:
    name, day = copy.outlet or headline(copy, words), words.day_of(copy.published_on)
    link = f'<a href="{attribute(words.article_address(copy.id))}">{text(name)}</a>'
    return f'{link} <span class="onr-meta">{day}</span>'


def _paragraphs(view: ArticleView, words: Words) -> Iterator[str]:
    article, passage = view.article, view.passage
    marked = False
    for block in article.blocks or (Block("body", 0, len(article.text)),):
        here = passage is not None and passage.start < block.end and block.start < passage.end
        if block.kind == "boilerplate" and not here:
            continue
        said = _said(view, block, words, first=here and not marked)
        marked = marked or here
        if block.kind == "heading":
            yield f"<h2>{said}</h2>"
        elif block.kind == "caption":
            yield f'<p class="onr-caption">{said}</p>'
        else:
            yield f'<div class="onr-par"><p>{said}</p>{_margin(view, block, words)}</div>'


def _said(view: ArticleView, block: Block, words: Words, *, first: bool) -> str:
    """Render a block's text, cut where the passage or somebody's words begin or end."""
    spans = [span for quote in view.quotes for span in quote.spans] + ([view.passage] if view.passage else [])
    places = {min(max(place, block.start), block.end) for span in spans for place in span}
    pieces = []
    for start, end in pairwise(sorted(places | {block.start, block.end})):
        piece = text(view.article.text[start:end])
        if quote := _quote_at(view.quotes, start):
            name = quote.speaker.name if quote.speaker else words.speaker_unknown
            kind, title = "direct" if quote.direct else "reported", said_by(name, words, direct=quote.direct)
            piece = f'<span class="onr-{kind}" title="{attribute(title)}">{piece}</span>'
        if view.passage and view.passage.start <= start < view.passage.end:
            piece = f"<mark{_ANCHOR if first else ''}>{piece}</mark>"
            if first:
                piece = f'<span class="onr-hidden">{words.cited_here}: </span>{piece}'
            first = False
        pieces.append(piece)
    return "".join(pieces)


def _quote_at(quotes: Sequence[Quote], place: int) -> Quote | None:
    here = [quote for quote in quotes if any(start <= place < end for start, end in quote.spans)]
    return next((quote for quote in here if quote.direct), here[0] if here else None)


def _margin(view: ArticleView, block: Block, words: Words) -> str:
    here = [
        quote for quote in view.quotes if any(start < block.end and block.start < end for start, end in quote.spans)
    ]
    notes = {(quote.speaker.name if quote.speaker else None, quote.direct): quote for quote in reversed(here)}
    if not notes:
        return ""
    several = len(notes) > 1
    lines = "".join(
        f'<li class="onr-by-{"direct" if quote.direct else "reported"}">{_opening(quote, block) if several else ""}'
        f"{speaker_link(quote, words)}</li>"
        for quote in sorted(notes.values(), key=lambda quote: quote.start)
    )
    return f'<ul class="onr-margin">{lines}</ul>'


def _opening(quote: Quote, block: Block) -> str:
    """Give the first words of a quote in this block, as they stand."""
    start, end = next(span for span in quote.spans if span.start < block.end and block.start < span.end)
    said = quote.article.text[max(start, block.start) : min(end, block.end)]
    words = said.split(" ")
    short = " ".join(words[:OPENING])
    more = " …" if len(words) > OPENING else ""
    return f'<span class="onr-opening">{text(short)}{more}</span> '
