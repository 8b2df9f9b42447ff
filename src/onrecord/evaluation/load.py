"""Measure a server under readers: fifty for a minute, then two thousand questions, and what stays behind.

``python -m onrecord.evaluation.load [--index DIR] [--readers 50] [--seconds 60] [--questions 2000]`` prints the figures
as JSON.  A reader asks as often as the budget of one peer allows, one question after the other.  ``--readers 0`` leaves
the crowd out.  What the server takes is told after each so many of the questions on standard error, too, so that a
long run that is ended tells how far it came.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from onrecord.evaluation.serving import Asked, Served, arguments, ask, percentile, prepared, questions, reader, serving

__all__ = ["main"]

PAUSE_SECONDS = 3.0  # between two questions of one reader: 20 a minute
PROBE_SECONDS = 0.05
SETTLE_SECONDS = 12.0  # streams, threads and keep-alive connections end by themselves
WARM = 200  # more than a server keeps of answers, so that what it keeps is not taken for a leak
EVERY = 200


def main(given: Sequence[str] | None = None) -> int:
    """Print the figures; without the data, say so and succeed."""
    parser = arguments("Measure a server under readers.")
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--questions", type=int, default=2000)
    options = parser.parse_args(given)
    index = prepared(options)
    if index is None:
        return 0
    asked = questions(index)
    with serving(index, model=not options.no_model) as served:
        asyncio.run(_one_after_the_other(served, asked, WARM, phrased=False))
        figures: dict[str, Any] = {"before": _settled(served)}
        sys.stderr.write(f"before: {figures['before']}\n")
        if options.readers:
            crowd, lives = asyncio.run(_crowd(served, asked, options.readers, options.seconds))
            figures["crowd"] = _figures(crowd) | {
                "livez_seconds": {"p50": percentile(lives, 0.5), "p99": percentile(lives, 0.99)}
            }
            figures["after_the_crowd"] = _settled(served)
        rest: list[Asked] = []
        costs: dict[int, dict[str, int]] = {}
        while len(rest) < options.questions:
            rest += asyncio.run(_one_after_the_other(served, asked, min(EVERY, options.questions - len(rest))))
            costs[len(rest)] = _settled(served)
            sys.stderr.write(f"{len(rest)} questions: {costs[len(rest)]}\n")
        figures |= {"then": _figures(rest), "after_questions": costs}
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    return 0


async def _crowd(served: Served, asked: Iterator[str], readers: int, seconds: float) -> tuple[list[Asked], list[float]]:
    """Let readers come within the first pause and ask until the time is over; and how long ``/livez`` took meanwhile."""
    until = time.monotonic() + seconds
    found: list[Asked] = []
    lives: list[float] = []

    async def probe() -> None:
        async with reader(served, 900) as client:
            while time.monotonic() < until:
                began = time.monotonic()
                (await client.get("/livez")).raise_for_status()
                lives.append(time.monotonic() - began)
                await asyncio.sleep(PROBE_SECONDS)

    async def read(number: int) -> None:
        async with reader(served, number) as client:
            await asyncio.sleep(random.Random(number).random() * PAUSE_SECONDS)  # noqa: S311 - a moment, not a secret
            while time.monotonic() < until:
                began = time.monotonic()
                found.append(await ask(client, next(asked)))
                await asyncio.sleep(max(0.0, PAUSE_SECONDS - (time.monotonic() - began)))

    await asyncio.gather(probe(), *(read(number) for number in range(readers)))
    return found, lives


async def _one_after_the_other(
    served: Served, asked: Iterator[str], count: int, *, phrased: bool = True
) -> list[Asked]:
    found = []
    for number in range(count):
        async with reader(served, 1000 + number % 2000) as client:
            found.append(await ask(client, next(asked), phrased=phrased))
    return found


def _settled(served: Served) -> dict[str, int]:
    time.sleep(SETTLE_SECONDS)
    return served.costs()


def _figures(asked: Sequence[Asked]) -> dict[str, Any]:
    firsts = [one.first_event for one in asked if one.first_event is not None]
    statements = [one.first_statement for one in asked if one.first_statement is not None]
    ends = Counter(one.answer.get("mode", one.end) if one.end == "answer" else one.end for one in asked)
    return {
        "questions": len(asked),
        "terminal": sum(one.is_terminal for one in asked),
        "statuses": dict(Counter(one.status for one in asked)),
        "ends": dict(ends),
        "first_event_seconds": {"p50": percentile(firsts, 0.5), "p95": percentile(firsts, 0.95)},
        "first_statement_seconds": {"p50": percentile(statements, 0.5), "p95": percentile(statements, 0.95)},
    }


if __name__ == "__main__":
    sys.exit(main())
