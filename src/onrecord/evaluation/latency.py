"""Measure what one reader waits for: the first passages and the first checked statement, with and without the model.

``python -m onrecord.evaluation.latency [--index DIR] [--questions 200] [--plot docs/latency.svg]`` prints the figures as
JSON and draws how the times are spread.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from onrecord.evaluation.serving import Served, arguments, ask, percentile, prepared, questions, reader, serving

__all__ = ["main"]

TARGETS = {"passages": 0.2, "model": 2.5, "extractive": 0.3}
"""Seconds that 95 of 100 questions may take: to the first passages, to the first statement with and without the model."""
WARM = 20
Times = dict[str, list[float]]


def main(given: Sequence[str] | None = None) -> int:
    """Print the figures; without the data, say so and succeed."""
    parser = arguments("Measure what one reader waits for.")
    parser.add_argument("--questions", type=int, default=200, help="questions of each kind")
    parser.add_argument("--plot", type=Path, help="draw the times into this SVG")
    options = parser.parse_args(given)
    index = prepared(options)
    if index is None:
        return 0
    asked = questions(index)
    with serving(index, model=not options.no_model) as served:
        times = asyncio.run(_ask_all(served, asked, options.questions, phrased=not options.no_model))
    figures: dict[str, Any] = {
        name: {
            "questions": len(taken),
            "p50": percentile(taken, 0.5),
            "p95": percentile(taken, 0.95),
            "target_p95": target,
        }
        for name, target in TARGETS.items()
        if (taken := times[name])
    }
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    if options.plot:
        _draw(times, options.plot)
    return 0


async def _ask_all(served: Served, asked: Iterator[str], count: int, *, phrased: bool) -> Times:
    """Ask one question after the other, each as another reader, in both ways."""
    times: Times = {name: [] for name in TARGETS}
    kinds = [True, False] if phrased else [False]
    for number in range(WARM + count):
        for kind in kinds:
            async with reader(served, 2 * number + kind) as client:
                one = await ask(client, next(asked), phrased=kind)
            if number < WARM or one.first_event is None:
                continue
            times["passages"].append(one.first_event)
            if one.first_statement is not None:
                # Where nothing that the model writes passes, the words of the articles came when it had ended.
                times["model" if kind else "extractive"].append(one.first_statement)
    return times


def _draw(times: Times, path: Path) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "onrecord"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4), layout="constrained")
    labels = {
        "passages": "first passages",
        "model": "first statement, asked of the model",
        "extractive": "first statement, without the model",
    }
    for name, taken in times.items():
        if taken:
            shares = [100 * (place + 1) / len(taken) for place in range(len(taken))]
            (line,) = axes.plot(sorted(taken), shares, label=labels[name])
            axes.axvline(TARGETS[name], color=line.get_color(), linestyle=":", linewidth=1)
    axes.axhline(95, color="0.6", linewidth=0.8)
    axes.set(xscale="log", xlabel="seconds since the question (dotted: target at 95%)", ylabel="% of questions")
    axes.legend(loc="lower right", frameon=False)
    figure.savefig(path, format="svg", metadata={"Date": None})


if __name__ == "__main__":
    sys.exit(main())
