"""What every page for readers is made of: escaped text, days, names of articles, addresses that may be linked.

Three things make the strings safe, each enough by itself.  Every text is escaped where it enters; ``nh3`` drops
whatever is not on a short list, images included; and a string is one line that begins with a block element, which
Markdown copies as it stands.  In the chat Gradio's own sanitiser runs after that; it knows no ``aria-*`` attribute, so
what a screen reader should say is in ``title``.
"""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

import nh3

from onrecord.text.fragments import fragment
from onrecord.types import Article, Quote, Span
from onrecord.web.words import Words

__all__ = [
    "attribute",
    "clean",
    "headline",
    "meta",
    "publisher",
    "said_by",
    "speaker_link",
    "status_note",
    "text",
    "web_address",
]

_BLOCKS = {
    "blockquote",
    "details",
    "div",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "li",
    "ol",
    "p",
    "summary",
    "ul",
}
_TAGS = _BLOCKS | {"a", "br", "button", "mark", "span", "strong", "time"}
_ATTRIBUTES = {
    "*": {"class", "dir", "hidden", "id", "lang", "role", "tabindex"},
    "a": {"href", "target", "title"},
    "button": {"type"},
    "span": {"title"},
    "time": {"datetime"},
}


def text(given: str) -> str:
    """Escape what somebody wrote."""
    # A lone surrogate is valid JSON but has no UTF-8 form, so no response could carry it.
    whole = given.encode("utf-8", "replace").decode("utf-8").replace("\x00", "\ufffd")
    return html.escape(whole).replace("\r\n", "\n").replace("\n", "<br>")


def attribute(given: str) -> str:
    """Escape what somebody wrote, for an attribute's value."""
    return " ".join(text(given).replace("<br>", " ").split())


def clean(markup: str) -> str:
    """Drop whatever is not on the list, and make it one line."""
    kept = nh3.clean(
        markup,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer",
    )
    return re.sub(r"[\r\n\t\f\v]", " ", kept)


def headline(article: Article, words: Words) -> str:
    """Give the title as it stands, or say that there is none; not escaped."""
    return article.title or words.untitled


def meta(article: Article, words: Words) -> str:
    """Render where and when it was printed."""
    day = article.published_on
    when = f'<time datetime="{day.isoformat()}">{words.day_of(day)}</time>' if day else words.no_day
    return " · ".join(part for part in (text(article.outlet or ""), when) if part)


def status_note(article: Article, words: Words) -> str:
    """Render the notice of a correction; nothing where the article stands as printed."""
    status = article.status
    if status.state == "current":
        return ""
    when = words.corrected_on.format(words.day_of(status.changed)) if status.changed else words.corrected
    note = f": {status.note}" if status.note else words.stop
    return f'<p class="onr-status-note">{text(when + note)}</p>'


def said_by(name: str, words: Words, *, direct: bool) -> str:
    """Say who is quoted, and whether word for word; not escaped."""
    return (words.quoted if direct else words.reported).format(name)


def speaker_link(quote: Quote, words: Words) -> str:
    """Render who said something, with a link to everything else of theirs."""
    if quote.speaker is None:
        return text(said_by(words.speaker_unknown, words, direct=quote.direct))
    name = quote.speaker.name
    link = f'<a href="{text(words.speaker_address(name))}">{text(name)}</a>'
    return (words.quoted if quote.direct else words.reported).format(link)


def publisher(article: Article, words: Words, place: Span | None = None) -> str:
    """Render a link to the publisher's page, at the passage where it can be named there; or nothing."""
    address = web_address(article)
    if address is None:
        return ""
    at = fragment(article.text, place.start, place.end, above=[article.title]) if place else None
    if at:
        address += (":~:" if "#" in address else "#:~:") + at
    return f'<a class="onr-publisher" href="{text(address)}" target="_blank">{words.at_publisher}</a>'


def web_address(article: Article) -> str | None:
    """Give the article's address if a reader can be sent there: http or https, no user name in it."""
    url = article.url or ""
    if re.search(r"[\s\x00-\x1f\x7f\\]", url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc else None
