"""The panel beside the chat, as HTML: the passages behind the latest answer, and those behind older ones folded away.

Element ids: ``onr-T-N`` the source card N of answer T; T counts from 1 in a conversation, so a chip of an older answer
never points at a newer source.
"""

from __future__ import annotations

from collections.abc import Sequence

from onrecord.types import Article, Citation, Hit, Span
from onrecord.web.exchange import Exchange
from onrecord.web.export import speaker_of
from onrecord.web.markup import attribute, clean, headline, meta, publisher, status_note, text
from onrecord.web.words import Words

__all__ = ["open_link", "sources"]

CONTEXT = 280
"""Characters shown at most on either side of a cited passage."""
EXCERPT = 220
"""Characters shown of a passage that was found but not cited."""


def sources(exchanges: Sequence[Exchange], words: Words) -> str:
    """Render the panel."""
    if not exchanges:
        return clean(
            f'<div class="onr-sources"><h2>{words.sources}</h2><p class="onr-hint">{words.sources_hint}</p></div>'
        )
    *older, latest = exchanges
    folded = "".join(_folded(exchange, words) for exchange in reversed(older) if exchange.citations)
    earlier = f'<div class="onr-earlier"><h3>{words.earlier}</h3>{folded}</div>' if folded else ""
    return clean(f'<div class="onr-sources">{_panel(latest, words)}{earlier}</div>')


def open_link(article: Article, words: Words, place: Span | None = None) -> str:
    """Render a headline that leads to the article's page; ``chat.js`` opens that beside the chat."""
    address = attribute(words.article_address(article.id, place))
    return f'<a class="onr-open" href="{address}">{text(headline(article, words))}</a>'


def _panel(exchange: Exchange, words: Words) -> str:
    if exchange.citations:
        return f"<h2>{words.sources}</h2>{_cards(exchange, words)}{_uncited(exchange, words)}"
    if exchange.hits:
        title = words.searching_in if exchange.running else words.searched
        return f"<h2>{title}</h2>{_found(exchange.hits, words)}"
    hint = words.searching if exchange.running else words.nothing_found
    return f'<h2>{words.sources}</h2><p class="onr-hint">{hint}</p>'


def _folded(exchange: Exchange, words: Words) -> str:
    return (
        f'<details class="onr-fold"><summary dir="auto">{text(exchange.asked.question)}</summary>'
        f"{_cards(exchange, words)}</details>"
    )


def _cards(exchange: Exchange, words: Words) -> str:
    cards = "".join(_card(exchange, citation, words) for citation in exchange.citations)
    return f'<ol class="onr-cards">{cards}</ol>'


def _card(exchange: Exchange, citation: Citation, words: Words) -> str:
    article, place = citation.article, Span(citation.start, citation.end)
    at_publisher = publisher(article, words, place)
    further = f'<p class="onr-further">{at_publisher}</p>' if at_publisher else ""
    return (
        f'<li class="onr-card" id="onr-{exchange.number}-{citation.number}" tabindex="-1">'
        f'<div class="onr-card-head"><span class="onr-number">{citation.number}</span>'
        f'<div><h3 class="onr-headline" dir="auto">{open_link(article, words, place)}</h3>'
        f'<p class="onr-meta">{meta(article, words)}</p></div></div>{status_note(article, words)}'
        f'<blockquote class="onr-context" dir="auto">{_in_place(citation)}</blockquote>'
        f"{_speakers(exchange, citation.number, words)}{further}"
        f'<p class="onr-back"><a href="#onr-turn-{exchange.number}">{words.back_to_answer}</a></p></li>'
    )


def _speakers(exchange: Exchange, number: int, words: Words) -> str:
    said = [speaker_of(statement, words) for statement in exchange.statements if number in statement.citations]
    named = "; ".join(dict.fromkeys(filter(None, said)))
    return f'<p class="onr-by">{text(named)}</p>' if named else ""


def _uncited(exchange: Exchange, words: Words) -> str:
    def cited(hit: Hit) -> bool:
        passage = hit.passage
        return any(
            citation.article.id == passage.article.id and citation.start < passage.end and passage.start < citation.end
            for citation in exchange.citations
        )

    rest = [hit for hit in exchange.hits or () if not cited(hit)]
    if not rest:
        return ""
    title = words.also_searched if exchange.answer else words.searching_in
    return (
        f'<details class="onr-fold onr-uncited"><summary>{title} ({len(rest)})</summary>{_found(rest, words)}</details>'
    )


def _found(hits: Sequence[Hit], words: Words) -> str:
    items = "".join(
        f'<li><p class="onr-headline" dir="auto">{_place_of(hit, words)}</p>'
        f'<p class="onr-meta">{meta(hit.passage.article, words)}</p>'
        f'<p class="onr-excerpt" dir="auto">{text(_shortened(hit.passage.text))}</p></li>'
        for hit in hits
    )
    return f'<ul class="onr-found">{items}</ul>'


def _place_of(hit: Hit, words: Words) -> str:
    return open_link(hit.passage.article, words, Span(hit.passage.start, hit.passage.end))


def _in_place(citation: Citation) -> str:
    """Mark the cited slice inside its paragraph."""
    whole = citation.article.text
    start, end = _surroundings(citation)
    before, after = whole[start : citation.start].lstrip(), whole[citation.end : end].rstrip()
    if len(before) > CONTEXT:
        before = "… " + before[-CONTEXT:].partition(" ")[2]
    if len(after) > CONTEXT:
        after = after[:CONTEXT].rpartition(" ")[0] + " …"
    return f"{text(before)}<mark>{text(citation.text)}</mark>{text(after)}"


def _surroundings(citation: Citation) -> Span:
    """Find the paragraphs that the citation begins and ends in; no caption or heading beside them."""
    whole, blocks = citation.article.text, citation.article.blocks
    first = next((block.start for block in blocks if block.start <= citation.start < block.end), 0)
    last = next((block.end for block in blocks if block.start < citation.end <= block.end), len(whole))
    start = max(first, whole.rfind("\n", 0, citation.start) + 1)
    line_end = whole.find("\n", citation.end)
    return Span(min(start, citation.start), max(citation.end, min(last, line_end if line_end >= 0 else last)))


def _shortened(whole: str) -> str:
    return whole if len(whole) <= EXCERPT else whole[:EXCERPT].rpartition(" ")[0] + " …"
