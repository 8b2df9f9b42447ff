"""Who is quoted, as HTML: the list, one person with a timeline, and the decisions on names.  Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from onrecord.types import Quote, SpeakerDecision
from onrecord.web.desk_html import address, alert, article_link, day, errand, in_marks, number, text

__all__ = [
    "PEOPLE_AT_ONCE",
    "QUOTES_AT_ONCE",
    "Bar",
    "Timeline",
    "person_body",
    "speakers_body",
    "timeline",
    "timeline_svg",
]

PEOPLE_AT_ONCE, QUOTES_AT_ONCE = 50, 40
"""Rows of a page."""
_BAR, _GAP, _HEIGHT = 10, 3, 100
_FEWEST, _MOST_DAYS, _MOST_MONTHS = 12, 45, 36


@dataclass(frozen=True, slots=True)
class Bar:
    """One day, month or year: how often somebody was quoted word for word, and reported."""

    label: str
    direct: int = 0
    reported: int = 0


@dataclass(frozen=True, slots=True)
class Timeline:
    """Bars without a gap from the first to the last date; ``unknown`` counts what has none."""

    unit: str
    bars: tuple[Bar, ...]
    unknown: Bar


def timeline(quotes: Iterable[Quote]) -> Timeline:
    """Count quotes by day, by month or by year, whichever makes few enough bars."""
    counts: dict[date | None, list[int]] = {}
    for quote in quotes:
        counts.setdefault(quote.article.published_on, [0, 0])[0 if quote.direct else 1] += 1
    unknown = Bar("date unknown", *counts.pop(None, (0, 0)))
    days = sorted(one for one in counts if one is not None)
    if not days:
        return Timeline("year", (), unknown)
    unit, labels = _axis(days[0], days[-1])
    found = {label: [0, 0] for label in labels}
    for on in days:
        for at in (0, 1):
            found[on.isoformat()[: len(labels[0])]][at] += counts[on][at]
    return Timeline(unit, tuple(Bar(label, *both) for label, both in found.items()), unknown)


def _axis(first: date, last: date) -> tuple[str, list[str]]:
    """The unit and its labels from one date to the other, and some on either side where they are few."""
    if (last - first).days < _MOST_DAYS:
        ordinals = _range(first.toordinal(), last.toordinal())
        return "day", [date.fromordinal(one).isoformat() for one in ordinals if one <= date.max.toordinal()]
    low, high = (day.year * 12 + day.month - 1 for day in (first, last))
    if high - low < _MOST_MONTHS:
        return "month", [f"{month // 12:04}-{month % 12 + 1:02}" for month in _range(low, high)]
    return "year", [f"{year:04}" for year in _range(first.year, last.year)]


def _range(low: int, high: int) -> range:
    beside = max(0, (_FEWEST - (high - low + 1) + 1) // 2)
    return range(max(1, low - beside), high + beside + 1)


def timeline_svg(shown: Timeline) -> str:
    """Draw the bars, direct below reported; the numbers stand in the table beside it."""
    most = max(bar.direct + bar.reported for bar in shown.bars)
    width = len(shown.bars) * (_BAR + _GAP) - _GAP
    rects: list[str] = []
    for at, bar in enumerate(shown.bars):
        floor = float(_HEIGHT)
        for kind, count in (("direct", bar.direct), ("reported", bar.reported)):
            tall = round(_HEIGHT * count / most, 2)
            floor -= tall
            if count:
                place = f'x="{at * (_BAR + _GAP)}" y="{floor:g}" width="{_BAR}" height="{tall:g}"'
                rects.append(f'<rect class="{kind}" {place}/>')
    return (
        f'<svg viewBox="0 0 {width} {_HEIGHT}" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        f"{''.join(rects)}</svg>"
    )


def speakers_body(
    people: Sequence[Any], *, total: int, asked: str, at: int, decisions: Sequence[SpeakerDecision], told: str = ""
) -> str:
    """Render a page of ``people`` out of ``total`` that the search ``asked`` found, from the ``at``-th on."""
    search = f"""<form class="line" method="get" action="/staff/speakers" role="search">
<label for="q">Name</label><input id="q" name="q" type="search" value="{text(asked)}" autocomplete="off" dir="auto">
<button>Find</button></form>"""
    rows = "".join(
        f'<tr><th scope="row">{_person_link(one.name)}</th><td class="num">{number(one.direct)}</td>'
        f'<td class="num">{number(one.reported)}</td><td class="num">{number(one.articles)}</td>'
        f"<td><bdi>{text(', '.join(one.aliases))}</bdi></td></tr>"
        for one in people
    )
    heads = ("Word for word", "Reported", "Articles", "Also as")
    head = "".join(f'<th scope="col"{_numeric(at)}>{label}</th>' for at, label in enumerate(("Name", *heads)))
    table = (
        f'<div class="scroll" tabindex="0" role="region" aria-label="Speakers"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )
    none = (
        "<p>Nobody of that name is quoted in this corpus.</p>"
        if asked
        else "<p>Nobody is quoted in this corpus yet.</p>"
    )
    pages = _pages("/staff/speakers", {"q": asked} if asked else {}, at, PEOPLE_AT_ONCE, total)
    return f"{alert(told, good=True)}{search}{table if people else none}{pages}{_decisions(decisions)}"


def person_body(
    person: Any,
    *,
    shown: Timeline,
    quotes: Sequence[Quote],
    total: int,
    at: int,
    alike: Sequence[str],
    problem: str = "",
) -> str:
    """Render one person: ``quotes`` from the ``at``-th of ``total`` on, and names that may be theirs, too."""
    counts = f"{number(person.direct)} word for word, {number(person.reported)} reported, {_articles(person.articles)}"
    also = f"<p>Also as <bdi>{text(', '.join(person.aliases))}</bdi></p>" if person.aliases else ""
    items = "".join(f"<li>{_quoted(quote)}</li>" for quote in quotes)
    pages = _pages("/staff/speakers/one", {"name": person.name}, at, QUOTES_AT_ONCE, total)
    return (
        f'{alert(problem)}<p class="lead">{counts}</p>{also}{_plot(shown)}'
        f'<section><h2>What was printed</h2><ul class="said">{items}</ul>{pages}</section>{_names(person, alike)}'
        '<p><a href="/staff/speakers">All speakers</a></p>'
    )


def _person_link(name: str) -> str:
    return f'<a href="{address("/staff/speakers/one", name=name)}"><bdi>{text(name)}</bdi></a>'


def _articles(count: int) -> str:
    return f"in {number(count)} article{'' if count == 1 else 's'}"


def _numeric(at: int) -> str:
    return ' class="num"' if 1 <= at <= 3 else ""


def _quoted(quote: Quote) -> str:
    words = in_marks(quote.text, quote.spans) if quote.direct else quote.text
    kind = "" if quote.direct else '<span class="tag open">Reported</span> '
    return (
        f'<p class="words" dir="auto">{text(words)}</p><p class="meta">{kind}'
        f"{article_link(quote.article, quote.start, quote.end)}, {day(quote.article.published)}</p>"
    )


def _plot(shown: Timeline) -> str:
    bars = (*shown.bars, shown.unknown) if shown.unknown.direct or shown.unknown.reported else shown.bars
    rows = "".join(
        f'<tr><th scope="row">{bar.label}</th><td class="num">{number(bar.direct)}</td>'
        f'<td class="num">{number(bar.reported)}</td></tr>'
        for bar in bars
        if bar.direct or bar.reported
    )
    table = (
        f'<details{"" if shown.bars else " open"}><summary>The numbers</summary><table class="narrow"><thead><tr>'
        f'<th scope="col">{shown.unit.capitalize() if shown.bars else "Date"}</th><th scope="col" class="num">Word for word</th>'
        f'<th scope="col" class="num">Reported</th></tr></thead><tbody>{rows}</tbody></table></details>'
    )
    if not shown.bars:
        return (
            f'<section><h2>Over time</h2><p class="meta">No article that quotes them has a date.</p>{table}</section>'
        )
    most = max(bar.direct + bar.reported for bar in shown.bars)
    unknown = shown.unknown.direct + shown.unknown.reported
    left = f" Without a date, and not in the plot: {number(unknown)}." if unknown else ""
    ends = shown.bars[0].label, shown.bars[-1].label
    return (
        f'<section><h2>Over time</h2><figure class="plot"><p class="most" aria-hidden="true">{number(most)}</p>'
        f'{timeline_svg(shown)}<p class="ends" aria-hidden="true"><span>{ends[0]}</span><span>{ends[1]}</span></p>'
        f'<figcaption><span class="key direct">Word for word</span> <span class="key reported">Reported</span> '
        f"<br>By {shown.unit}, {ends[0]} to {ends[1]}; at most {number(most)}.{left}</figcaption></figure>{table}</section>"
    )


def _names(person: Any, alike: Sequence[str]) -> str:
    """What may be done about names: take one off, or put another person's in."""
    others = [name for name in person.names if name != person.name]
    split = "".join(
        f'<li><bdi class="name">{text(name)}</bdi>'
        f"{errand('/staff/speakers/split', (('name', name), ('other', person.name)), 'Split off', about=name, quiet=True)}"
        "</li>"
        for name in others
    )
    options = "".join(f'<option value="{text(name)}">' for name in alike)
    taken = f'<p>Names that count as theirs:</p><ul class="names">{split}</ul>' if split else ""
    return f"""<section><h2>Names</h2>{taken}
<form class="line" method="post" action="/staff/speakers/merge">
<input type="hidden" name="name" value="{text(person.name)}">
<label for="other">The same person as, exactly as listed</label>
<input id="other" name="other" list="alike" required maxlength="200" autocomplete="off" dir="auto">
<datalist id="alike">{options}</datalist>
<button>Merge</button></form>
<p class="meta">A decision holds at once and through every ingest, and it can be undone.</p></section>"""


def _decisions(decisions: Sequence[SpeakerDecision]) -> str:
    if not decisions:
        return ""
    items: list[str] = []
    for one in reversed(decisions):
        verb = "is the same person as" if one.kind == "merge" else "is somebody else than"
        fields = (("kind", one.kind), ("name", one.name), ("other", one.other))
        button = "" if items else errand("/staff/speakers/undo", fields, "Undo", about=f"{one.name} and {one.other}")
        items.append(f"<li><span><bdi>{text(one.name)}</bdi> {verb} <bdi>{text(one.other)}</bdi></span>{button}</li>")
    return (
        f'<section><h2>Decisions on names</h2><p class="meta">The newest first; they are undone one after the other.</p>'
        f'<ol class="names">{"".join(items)}</ol></section>'
    )


def _pages(path: str, query: dict[str, str], at: int, size: int, total: int) -> str:
    if total <= size:
        return ""
    links = [
        (at - size, "Before", "prev") if at else None,
        (at + size, "Next", "next") if at + size < total else None,
    ]
    shown = "".join(
        f'<a rel="{rel}" href="{address(path, **query, at=max(0, to))}">{label}</a>'
        for to, label, rel in filter(None, links)
    )
    return (
        f'<nav class="pages" aria-label="Pages"><span>{number(at + 1)} to {number(min(at + size, total))} of '
        f"{number(total)}</span>{shown}</nav>"
    )
