"""Score a checker on the cases of the perturbation benchmark.

Two figures stand apart.  *Extraction right*: of the printed words that a case was made from, the extractor has
a quote of the right kind over at least 80% (60% of a reported statement, whose borders are a matter of taste),
and, where the claim names a speaker and the pattern knew who was printed, that quote's speaker has the printed
last name.  A case without a source in the corpus counts as right.  *Verdict right* is counted over all cases
and again over those whose extraction was right: a speaker who was extracted wrongly makes ``other_speaker`` of
a correct claim, and that is the extractor's fault.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from onrecord.evaluation.perturb_cases import Case
from onrecord.evaluation.perturb_printed import Printed
from onrecord.types import Article, Quote, QuoteCheck, QuoteClaim, Verdict

__all__ = ["Outcome", "extraction_right", "report", "run", "table", "wrong"]

Checker = Callable[[QuoteClaim], QuoteCheck]
Extractor = Callable[[Article], Sequence[Quote]]
Row = dict[str, float | int | str]

VERDICTS: tuple[Verdict, ...] = (
    "verbatim",
    "truncated",
    "altered",
    "spliced",
    "paraphrase",
    "other_speaker",
    "not_found",
)
_DIRECT_SHARE = 0.8
_REPORTED_SHARE = 0.6
_NEVER_VERBATIM: tuple[Verdict, ...] = ("altered", "truncated", "spliced", "not_found")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the checker said of a case, how long it took, and whether the extractor had done its part."""

    case: Case
    verdict: Verdict
    flags: tuple[str, ...]
    seconds: float
    extracted: bool

    @property
    def right(self) -> bool:
        """Whether the verdict is one of those expected, or the flag that excuses another was set."""
        return self.verdict in self.case.expected or self.excused

    @property
    def excused(self) -> bool:
        """Whether the flag was set that is as good as the verdict."""
        return self.case.excused in self.flags

    @property
    def flagged(self) -> bool:
        """Whether one of the flags that the class asks for was set."""
        return bool(set(self.case.flags) & set(self.flags))


def run(cases: Iterable[Case], check: Checker, extract: Extractor) -> list[Outcome]:
    """Check every case twice and time the second.

    The first call pays for the extraction of articles never met before, which the product does at ingest.
    """
    quotes: dict[str, Sequence[Quote]] = {}
    outcomes: list[Outcome] = []
    for case in cases:
        check(case.claim)
        begun = time.perf_counter()
        answer = check(case.claim)
        seconds = time.perf_counter() - begun
        for source in case.sources:
            if source.article.id not in quotes:
                quotes[source.article.id] = extract(source.article)
        extracted = all(
            extraction_right(source, quotes[source.article.id], named=case.claim.speaker is not None)
            for source in case.sources
        )
        outcomes.append(Outcome(case, answer.verdict, answer.flags, seconds, extracted))
    return outcomes


def extraction_right(source: Printed, quotes: Iterable[Quote], *, named: bool) -> bool:
    """Whether some quote covers the printed words, with the printed speaker where that matters."""
    size = sum(end - start for start, end in source.spans)
    least = (_DIRECT_SHARE if source.direct else _REPORTED_SHARE) * size
    return any(
        quote.direct == source.direct
        and _shared(source, quote) >= least
        and (not named or source.speaker is None or _last(quote) == source.speaker.split()[-1])
        for quote in quotes
    )


def report(outcomes: Sequence[Outcome]) -> dict[str, object]:
    """All figures: by class, as a matrix, against the issue's demands, and the time of a check."""
    kinds = list(dict.fromkeys((one.case.kind, one.case.language) for one in outcomes))
    return {
        "cases": len(outcomes),
        "articles": len({source.article.id for one in outcomes for source in one.case.sources}),
        "classes": [_row(kind, language, outcomes) for kind, language in kinds],
        "matrix": {
            expected: dict(Counter(one.verdict for one in outcomes if one.case.expected[0] == expected))
            for expected in VERDICTS
        },
        "demands": _demands(outcomes),
        "milliseconds": _times([one.seconds for one in outcomes]),
    }


def table(figures: dict[str, object]) -> str:
    """The report as plain text."""
    classes, matrix, demands = figures["classes"], figures["matrix"], figures["demands"]
    if not (isinstance(classes, list) and isinstance(matrix, dict) and isinstance(demands, dict)):
        raise TypeError("these are not the figures of report()")
    lines = [f"{figures['cases']} cases made from {figures['articles']} articles", ""]
    lines.append(_columns(["class", "", "cases", "extracted", "right", "given it", "flags", *VERDICTS]))
    for row in classes:
        cells = [row["class"], row["language"], row["cases"], row["extraction_right"], row["verdict_right"]]
        cells += [row["verdict_right_given_extraction"], row.get("flags_right", "")]
        lines.append(_columns([*cells, *(row[verdict] for verdict in VERDICTS)]))
    lines += ["", "expected \\ verdict"]
    lines.extend(
        _columns([expected, "", "", "", "", "", "", *(row.get(verdict, 0) for verdict in VERDICTS)])
        for expected, row in matrix.items()
    )
    lines += ["", *(f"{name.replace('_', ' '):<42}{value}" for name, value in demands.items())]
    lines += ["", f"check, milliseconds: {figures['milliseconds']}"]
    return "\n".join(lines)


def wrong(outcomes: Iterable[Outcome], most: int) -> str:
    """At most ``most`` cases of each class whose verdict or flag is wrong, with what they were made from."""
    shown: Counter[str] = Counter()
    lines: list[str] = []
    for one in outcomes:
        case = one.case
        missed = bool(case.flags) and not one.flagged
        if (one.right and not missed) or shown[case.kind] >= most:
            continue
        shown[case.kind] += 1
        lines.append(f"{case.kind}: {one.verdict} {list(one.flags)} for {case.expected[0]} {list(case.flags)}")
        lines.append(f"  claim    {case.claim.speaker}: {case.claim.text}")
        lines.extend(f"  printed  {source.speaker}: {source.text} [{source.article.id}]" for source in case.sources)
    return "\n".join(lines)


def _columns(cells: Sequence[object]) -> str:
    widths = (17, 3, 6, 10, 7, 9, 7, *(14 for _ in VERDICTS))
    shown = [f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in cells]
    return "".join(cell.ljust(width) for cell, width in zip(shown, widths, strict=True)).rstrip()


def _shared(source: Printed, quote: Quote) -> int:
    return sum(max(0, min(end, stop) - max(start, begin)) for start, end in source.spans for begin, stop in quote.spans)


def _last(quote: Quote) -> str | None:
    return quote.speaker.name.split()[-1] if quote.speaker else None


def _row(kind: str, language: str, outcomes: Sequence[Outcome]) -> Row:
    here = [one for one in outcomes if (one.case.kind, one.case.language) == (kind, language)]
    verdicts = Counter(one.verdict for one in here)
    row: Row = {
        "class": kind,
        "language": language,
        "cases": len(here),
        "extraction_right": _share([one.extracted for one in here]),
        "verdict_right": _share([one.right for one in here]),
        "verdict_right_given_extraction": _share([one.right for one in here if one.extracted]),
    }
    if here[0].case.flags:
        row["flags_right"] = _share([one.flagged for one in here])
    return {**row, **{verdict: verdicts[verdict] for verdict in VERDICTS}}


def _demands(outcomes: Sequence[Outcome]) -> dict[str, float | int]:
    expected = {verdict: [one for one in outcomes if one.case.expected[0] == verdict] for verdict in VERDICTS}
    present = [one for one in outcomes if one.case.expected[0] != "not_found"]
    figures: dict[str, float | int] = {
        f"{verdict}_right": _share([one.right for one in found]) for verdict, found in expected.items()
    }
    figures["other_speaker_right_given_extraction"] = _share(
        [one.right for one in expected["other_speaker"] if one.extracted]
    )
    figures["verbatim_right_given_extraction"] = _share([one.right for one in expected["verbatim"] if one.extracted])
    figures["changed_or_foreign_called_verbatim"] = sum(
        one.verdict == "verbatim" for verdict in _NEVER_VERBATIM for one in expected[verdict]
    )
    figures["other_speaker_called_verbatim"] = sum(one.verdict == "verbatim" for one in expected["other_speaker"])
    figures["reported_called_verbatim_without_flag"] = sum(
        one.verdict == "verbatim" and not one.excused for one in expected["paraphrase"]
    )
    figures["present_called_not_found"] = sum(one.verdict == "not_found" for one in present)
    for flag in sorted({flag for one in outcomes for flag in one.case.flags[:1]}):
        figures[f"flag_{flag}"] = _share([one.flagged for one in outcomes if one.case.flags[:1] == (flag,)])
    return figures


def _share(values: Sequence[bool]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0


def _times(seconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(1000 * value for value in seconds) or [0.0]
    return {
        "p50": round(ordered[len(ordered) // 2], 2),
        "p95": round(ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], 2),
        "max": round(ordered[-1], 2),
    }
