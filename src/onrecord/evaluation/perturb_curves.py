"""Two curves of the quote checker, as data and as SVG: recall against changed words, precision against coverage."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from onrecord.evaluation import perturb_english as english
from onrecord.evaluation.perturb_corpus import words
from onrecord.evaluation.perturb_kinds import World
from onrecord.evaluation.quotes import Document, article_of, gold_direct
from onrecord.types import Article, Quote, QuoteCheck, QuoteClaim, Span

__all__ = ["Answer", "Point", "changed_words_curve", "coverage_curve", "speaker_outcomes", "svg", "write_plots"]

Checker = Callable[[QuoteClaim], QuoteCheck]
Fragment = tuple[int, int]
Extractor = Callable[[Article], Sequence[Quote]]

MOST_CHANGED = 8
_CURVE_WORDS = (20, 40)
_OVERLAP = 0.8
_PRONOUNS = frozenset("he she they it who his her".split())
_WIDTH, _HEIGHT, _MARGIN = 480, 300, 48
_COLOURS = ("#1f5fa8", "#b3401e", "#3a7d34", "#6b4c9a")


class Point(NamedTuple):
    """A point of a curve; ``cases`` is how many stand behind it."""

    x: float
    y: float
    cases: int


class Answer(NamedTuple):
    """A gold quotation: how sure the form of its attribution is (0 surest; None unanswered), and if it is right."""

    tier: int | None
    right: bool


def changed_words_curve(world: World, check: Checker, *, count: int = 100, seed: int = 1) -> dict[str, list[Point]]:
    """Recall with 0 to 8 content words changed, over the same English quotations of 20 to 40 words.

    ``found``: the quotation's own article is among the matches of a verdict other than ``not_found``.
    ``called verbatim``: that verdict, which is right at 0 alone.
    """
    pool = [
        quote
        for quote in world.by_language["en"]
        if len(quote.spans) == 1 and _CURVE_WORDS[0] <= len(words(quote.text)) <= _CURVE_WORDS[1]
    ]
    draw = random.Random(f"{seed}/curve")  # noqa: S311 - a fixed draw, no secret
    chosen = []
    for quote in draw.sample(pool, len(pool)):
        changed = [english.swap_words(quote.text, draw, world.vocabulary, number) for number in range(MOST_CHANGED + 1)]
        if all(text is not None for text in changed):
            chosen.append((quote, changed))
        if len(chosen) == count:
            break
    found: list[Point] = []
    verbatim: list[Point] = []
    for number in range(MOST_CHANGED + 1 if chosen else 0):
        checks = [(quote.article.id, check(QuoteClaim(changed[number] or ""))) for quote, changed in chosen]
        hits = [one.verdict != "not_found" and any(m.article.id == name for m in one.matches) for name, one in checks]
        same = [one.verdict == "verbatim" for _, one in checks]
        found.append(Point(number, sum(hits) / len(hits), len(hits)))
        verbatim.append(Point(number, sum(same) / len(same), len(same)))
    return {"found": found, "called verbatim": verbatim}


def speaker_outcomes(documents: Iterable[Document], extract: Extractor) -> list[Answer]:
    """The answer to every gold quotation of PolNeAR: right if the mention overlaps the annotators' source.

    The extractor gives no scores, so the form of an attribution orders them: a name of several words with a
    cue, a single name or a description with a cue, a pronoun with a cue, and no cue of its own.
    """
    answers: list[Answer] = []
    for document in documents:
        quotes = [quote for quote in extract(article_of(document.name, document.text)) if quote.direct]
        for span, attributed in gold_direct(document):
            quote = max(quotes, key=lambda one: _covered(one.spans, span), default=None)
            answers.append(_answer(document.text, span, attributed.source, quote))
    return answers


def coverage_curve(answers: Sequence[Answer]) -> list[Point]:
    """Precision over the surest answers against their share of all quotations, a point a tier.

    Tiers (0, right), (0, right), (1, wrong), (None, -) -> (0.5, 1.0), (0.75, 0.667)
    """
    points: list[Point] = []
    taken: list[Answer] = []
    for tier in sorted({answer.tier for answer in answers if answer.tier is not None}):
        taken.extend(answer for answer in answers if answer.tier == tier)
        right = sum(answer.right for answer in taken)
        points.append(Point(len(taken) / len(answers), right / len(taken), len(taken)))
    return points


def write_plots(folder: Path, recall: Mapping[str, Sequence[Point]], coverage: Sequence[Point]) -> list[Path]:
    """Write both curves as SVG files into ``folder`` and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    plots = {
        "recall-by-changed-words.svg": svg(
            recall, title="Perturbed quotations: recall against changed words", x="changed words", y="share", right=8
        ),
        "speakers-precision-coverage.svg": svg(
            {"precision": coverage}, title="Speakers: precision against coverage", x="coverage", y="precision", right=1
        ),
    }
    for name, drawn in plots.items():
        (folder / name).write_text(drawn, encoding="utf-8")
    return [folder / name for name in plots]


def svg(curves: Mapping[str, Sequence[Point]], *, title: str, x: str, y: str, right: float) -> str:
    """A line a curve over 0..``right`` and 0..1, with ticks, names and the values on hover."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'font-family="sans-serif" font-size="11" role="img" aria-label="{escape(title)}">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        f'<text x="{_WIDTH / 2}" y="20" text-anchor="middle" font-size="13">{escape(title)}</text>',
        *_axes(x, y, right),
    ]
    for number, (name, points) in enumerate(curves.items()):
        parts.extend(_line(name, points, _COLOURS[number % len(_COLOURS)], right, number))
    return "\n".join([*parts, "</svg>", ""])


def _axes(x: str, y: str, right: float) -> list[str]:
    left, bottom, middle = _MARGIN, _HEIGHT - _MARGIN, _HEIGHT / 2
    parts = [
        f'<path d="M{left} {_MARGIN}V{bottom}H{_WIDTH - _MARGIN}" fill="none" stroke="#333"/>',
        f'<text x="{_WIDTH / 2}" y="{_HEIGHT - 10}" text-anchor="middle">{escape(x)}</text>',
        f'<text x="14" y="{middle}" text-anchor="middle" transform="rotate(-90 14 {middle})">{escape(y)}</text>',
    ]
    for step in range(5):
        value = step / 4
        at_x, at_y = _place(Point(value * right, value, 0), right)
        parts.append(f'<text x="{at_x:.1f}" y="{bottom + 16}" text-anchor="middle">{value * right:g}</text>')
        parts.append(f'<text x="{left - 6}" y="{at_y + 4:.1f}" text-anchor="end">{value:g}</text>')
        parts.append(f'<path d="M{left} {at_y:.1f}H{_WIDTH - _MARGIN}" stroke="#ddd"/>')
    return parts


def _line(name: str, points: Sequence[Point], colour: str, right: float, number: int) -> list[str]:
    places = [_place(point, right) for point in points]
    path = " ".join(f"{at_x:.1f},{at_y:.1f}" for at_x, at_y in places)
    parts = [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>']
    for point, (at_x, at_y) in zip(points, places, strict=True):
        shown = f"{point.x:.3g}: {point.y:.3f} of {point.cases}"
        parts.append(f'<circle cx="{at_x:.1f}" cy="{at_y:.1f}" r="3" fill="{colour}"><title>{shown}</title></circle>')
    parts.append(
        f'<text x="{_WIDTH - _MARGIN - 6}" y="{_HEIGHT / 2 + 16 * number:.1f}" text-anchor="end" '
        f'fill="{colour}">{escape(name)}</text>'
    )
    return parts


def _place(point: Point, right: float) -> tuple[float, float]:
    return (
        _MARGIN + point.x / right * (_WIDTH - 2 * _MARGIN),
        _HEIGHT - _MARGIN - point.y * (_HEIGHT - 2 * _MARGIN),
    )


def _answer(text: str, span: Fragment, source: Iterable[Fragment], quote: Quote | None) -> Answer:
    if quote is None or _covered(quote.spans, span) < _OVERLAP * (span[1] - span[0]):
        return Answer(None, right=False)
    if quote.speaker is None or quote.mention is None:
        return Answer(None, right=False)
    return Answer(_tier(text, quote), _covered([quote.mention], *source) > 0)


def _covered(fragments: Iterable[Fragment], *spans: Fragment) -> int:
    return sum(max(0, min(end, stop) - max(start, begin)) for start, end in fragments for begin, stop in spans)


def _tier(text: str, quote: Quote) -> int:
    if quote.cue is None:
        return 3
    mention = text[slice(*(quote.mention or Span(0, 0)))]
    if mention.casefold() in _PRONOUNS:
        return 2
    capitals = sum(word[0].isupper() for word in mention.split())
    return 0 if capitals > 1 else 1
