"""The cases of the perturbation benchmark: a fixed draw over the quotations of real articles."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from onrecord.evaluation.perturb_kinds import CLASSES, Kind, World
from onrecord.evaluation.perturb_printed import Language, Printed
from onrecord.types import QuoteClaim, Verdict

__all__ = ["Case", "generate"]


@dataclass(frozen=True, slots=True)
class Case:
    """A claim and what a checker must say of it.

    The verdict is right if it is one of ``expected`` (the first is the class's own) or if the check bears
    the flag ``excused``; ``flags`` are those of which at least one must be set.  ``sources`` are the printed
    words that the claim was made from, and what "extraction right" is judged by.
    """

    kind: str
    language: Language
    claim: QuoteClaim
    expected: tuple[Verdict, ...]
    flags: tuple[str, ...]
    excused: str | None
    sources: tuple[Printed, ...]


def generate(world: World, *, count: int, seed: int, chinese_share: float = 0.12) -> list[Case]:
    """About ``count`` cases, the same number of each class where the articles yield so many.

    A class takes one quotation of an article before it takes a second.
    """
    cases: list[Case] = []
    shares: tuple[tuple[Language, float], ...] = (("en", 1 - chinese_share), ("zh", chinese_share))
    for language, share in shares:
        kinds = [kind for kind in CLASSES if language in kind.languages]
        quota = max(1, round(count * share / len(kinds)))
        for kind in kinds:
            cases.extend(_cases(kind, language, world, quota, seed))
    return cases


def _cases(kind: Kind, language: Language, world: World, quota: int, seed: int) -> Iterator[Case]:
    pool = [quote for quote in getattr(world, kind.source) if quote.language == language]
    found = 0
    for quote in _spread(pool, random.Random(f"{seed}/{kind.name}/{language}")):  # noqa: S311 - a fixed draw
        draw = random.Random(f"{seed}/{kind.name}/{quote.key}")  # noqa: S311 - a fixed draw, no secret
        made = kind.make(quote, draw, world)
        if made is None:
            continue
        claim = QuoteClaim(made.text, made.speaker)
        expected = made.expected or kind.expected
        yield Case(kind.name, language, claim, expected, kind.flags, kind.excused, made.sources)
        found += 1
        if found == quota:
            return


def _spread(pool: Sequence[Printed], draw: random.Random) -> Iterator[Printed]:
    """All of the pool in random order, one of each article first, if possible one with a speaker."""
    seen: set[str] = set()
    later: list[Printed] = []
    shuffled = draw.sample(pool, len(pool))
    turns = {article: turn for turn, article in enumerate(dict.fromkeys(quote.article.id for quote in shuffled))}
    for quote in sorted(shuffled, key=lambda quote: (turns[quote.article.id], quote.speaker is None)):
        if quote.article.id in seen:
            later.append(quote)
        else:
            seen.add(quote.article.id)
            yield quote
    yield from later
