"""Draw the losses of trainings: ``python training/curves.py A B --out docs/reader.svg``, a panel for each folder."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

__all__ = ["draw"]

Log = Sequence[dict[str, float]]
"""Step and losses, as a training keeps them in ``curves.json``."""


def draw(logs: Sequence[Log], file: Path) -> None:
    """Draw the losses of one training after the other, side by side."""
    figure = Figure(figsize=(4.2 * len(logs), 3.6), layout="constrained")
    for axes, log in zip(figure.subplots(1, len(logs), sharey=True, squeeze=False)[0], logs, strict=True):
        # The reader's first runs also kept losses of heads that were dropped.
        for name in ("start", "end", "answers", "learnt", "held"):
            steps = [(each["step"], each[name]) for each in log if name in each]
            if steps:
                axes.plot(*zip(*steps, strict=True), label=name)
        axes.set(xlabel="batches", ylim=(0, None))
        axes.spines[["top", "right"]].set_visible(False)
    figure.axes[0].set_ylabel("loss")
    figure.axes[0].legend(frameon=False)
    figure.savefig(file, metadata={"Date": None})


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    draw([json.loads((folder / "curves.json").read_text()) for folder in given.folders], given.out)


if __name__ == "__main__":
    main()
