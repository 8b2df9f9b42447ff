"""What somebody said, by date, and who is quoted at all.  Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from onrecord.types import Quote, Span
from onrecord.web.markup import attribute, clean, headline, said_by, status_note, text
from onrecord.web.words import Words

__all__ = ["SaidView", "by_date", "said_main", "speakers_main"]


@dataclass(frozen=True, slots=True)
class SaidView:
    """What ``name`` said about ``about`` between two days: a part of it, and the address of the next part."""

    name: str
    quotes: tuple[Quote, ...] = ()
    total: int = 0
    aliases: tuple[str, ...] = ()
    about: str | None = None
    since: date | None = None
    until: date | None = None
    offset: int = 0
    older: str | None = None
    notice: str | None = None
    """Why what was asked for cannot be shown."""


def by_date(quotes: Sequence[Quote]) -> list[Quote]:
    """Sort the newest first; those without a day come last, in the order in which they were printed."""
    return sorted(quotes, key=lambda quote: quote.article.published_on or date.min, reverse=True)


def said_main(view: SaidView, words: Words) -> str:
    """Render the list, a group for each day and one for no day, what is quoted told from what is reported."""
    heading = words.said_about.format(view.name, view.about) if view.about else words.said_by.format(view.name)
    aliases = words.also_called.format(words.comma.join(view.aliases)) if view.aliases else ""
    head = clean(
        f'<div class="onr-head"><h1>{text(heading)}</h1>'
        f'{f"""<p class="onr-byline">{text(aliases)}</p>""" if aliases else ""}</div>'
    )
    return head + _form(view, words) + clean(_listed(view, words))


def speakers_main(people: Sequence[Any], words: Words, *, total: int, sought: str = "") -> str:
    """Render who is quoted; each has a name, aliases and the numbers direct, reported and articles."""
    rows = "".join(
        f'<li><a href="{attribute(words.speaker_address(one.name))}">{text(one.name)}</a>'
        f'<span class="onr-meta">{_times(one, words)}</span></li>'
        for one in people
    )
    listed = f'<ol class="onr-people">{rows}</ol>' if people else f"<p>{text(words.nobody.format(sought))}</p>"
    about = f'<p class="onr-byline">{words.speakers_about}</p>'
    form = (
        f'<form class="onr-asked" role="search"><label>{words.find_speaker}'
        f'<input name="name" value="{attribute(sought)}" maxlength="200"></label>{_kept(words)}'
        f"<button>{words.find}</button></form>"
    )
    count = f" ({total:,})" if total else ""
    return (
        clean(f'<div class="onr-head"><h1>{words.speakers}{count}</h1>{about}</div>')
        + form
        + clean(f"<div>{listed}</div>")
    )


def _times(one: Any, words: Words) -> str:
    parts = [
        words.count(one.direct, words.times_direct) if one.direct else "",
        words.count(one.reported, words.times_reported) if one.reported else "",
        words.count(one.articles, words.articles),
    ]
    return " · ".join(filter(None, parts))


def _form(view: SaidView, words: Words) -> str:
    def field(label: str, name: str, value: str, kind: str) -> str:
        return f'<label>{label}<input type="{kind}" name="{name}" value="{attribute(value)}" maxlength="500"></label>'

    since, until = (day.isoformat() if day else "" for day in (view.since, view.until))
    return (
        f'<form class="onr-asked" role="search">{field(words.about, "about", view.about or "", "text")}'
        f"{field(words.since, 'since', since, 'date')}{field(words.until, 'until', until, 'date')}{_kept(words)}"
        f"<button>{words.show}</button></form>"
    )


def _kept(words: Words) -> str:
    return f'<input type="hidden" name="lang" value="{words.link_lang}">' if words.link_lang else ""


def _listed(view: SaidView, words: Words) -> str:
    if view.notice:
        return f'<p class="onr-status-note" role="alert">{text(view.notice)}</p>'
    if not view.quotes:
        return f'<div class="onr-none"><p>{words.nothing_said}</p><p>{words.not_never}</p></div>'
    count = f'<p class="onr-count">{words.count(view.total, words.entries)}</p>'
    older = f'<p class="onr-older"><a href="{attribute(view.older)}">{words.more}</a></p>' if view.older else ""
    return f"<div>{count}{''.join(_days(view.quotes, words))}{older}</div>"


def _days(quotes: Sequence[Quote], words: Words) -> Iterator[str]:
    for day, said in groupby(quotes, key=lambda quote: quote.article.published_on):
        when = f'<time datetime="{day.isoformat()}">{words.day_of(day)}</time>' if day else words.no_day
        entries = "".join(_entry(quote, words) for quote in said)
        yield f'<div class="onr-day"><h2>{when}</h2><ol class="onr-entries">{entries}</ol></div>'


def _entry(quote: Quote, words: Words) -> str:
    article = quote.article
    name = quote.speaker.name if quote.speaker else words.speaker_unknown
    address = words.article_address(article.id, Span(quote.start, quote.end))
    outlet = f" · {text(article.outlet)}" if article.outlet else ""
    lang = f' lang="{attribute(article.language)}"' if article.language else ""
    return (
        f'<li class="onr-entry onr-is-{"direct" if quote.direct else "reported"}">'
        f'<blockquote dir="auto"{lang}>{_words_of(quote)}</blockquote>'
        f'<p class="onr-by">{text(said_by(name, words, direct=quote.direct))}</p>'
        f'<p class="onr-meta"><a href="{attribute(address)}">{text(headline(article, words))}</a>{outlet}</p>'
        f"{status_note(article, words)}</li>"
    )


def _words_of(quote: Quote) -> str:
    """Render each span between marks of its own: what stands between two of them was not said."""
    said = [text(quote.article.text[start:end]) for start, end in quote.spans]
    return " … ".join(f"“{words}”" for words in said) if quote.direct else " … ".join(said)
