"""Measure answers while the index is published again and again: none may fail, none may mix two editions.

``python -m onrecord.evaluation.publications [--publications 20] [--questions 1000]`` prints the figures as JSON.  Every
article of an edition names the edition in each sentence; what an answer cites must name one edition, that of the generation
that the answer names.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from onrecord.evaluation.data import write_articles
from onrecord.evaluation.serving import Asked, Served, ask, percentile, reader, serving
from onrecord.runtime import Runtime
from onrecord.settings import load_settings

__all__ = ["main"]

TOWNS = [
    f"{first}{last}"
    for first in ("Nord", "Ost", "Alt", "Neu", "Hoch", "Klein")
    for last in ("hafen", "stadt", "dorf", "berg", "feld")
]
READERS = 4


def main(given: Sequence[str] | None = None) -> int:
    """Publish, ask, count; print the figures."""
    parser = argparse.ArgumentParser(description="Measure answers under publications.")
    parser.add_argument("--publications", type=int, default=20)
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--with-model", action="store_true", help="let the language model phrase, which is slower")
    options = parser.parse_args(given)
    with tempfile.TemporaryDirectory(prefix="onrecord-editions-") as folder:
        index = Path(folder) / "index"
        _publish(index, 0)
        with serving(index, model=options.with_model) as served:
            idle = asyncio.run(_idle(served))
            memory = [served.costs()["own"]]
            asked, switches = asyncio.run(_all(served, index, options.publications, options.questions, memory))
    mixed = [one for one in asked if one.end == "answer" and not _is_of_one_edition(one)]
    figures: dict[str, Any] = {
        "questions": len(asked),
        "publications": options.publications,
        "failed": sum(one.end != "answer" for one in asked),
        "refused": sum(bool(one.answer.get("refused")) for one in asked),
        "mixed": len(mixed),
        "generations": len({one.answer.get("generation") for one in asked}),
        "seconds_to_switch": {"p50": percentile(switches, 0.5), "max": max(switches, default=None)},
        "answer_seconds": {
            "idle_p95": percentile(idle, 0.95),
            "p95": percentile([one.seconds for one in asked], 0.95),
        },
        "memory": {"idle": memory[0], "most": max(memory), "last": memory[-1]},
    }
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    return 0


def _publish(index: Path, edition: int) -> None:
    articles = [
        {
            "id": town,
            "title": f"The harbour of {town}",
            "text": f"The harbour wall of {town} is {edition} metres high in edition {edition}.\n\n"
            f"“We measured {edition} metres in edition {edition},” said Maria Keller, an engineer of {town}.",
        }
        for number, town in enumerate(TOWNS)
        if (number + edition) % 7  # some come, some go
    ]
    source = write_articles(articles, index.parent / f"edition-{edition}.jsonl")
    with closing(Runtime(load_settings(index=index, model="none"))) as runtime:
        runtime.ingest([source], prune=True)


async def _all(
    served: Served, index: Path, publications: int, count: int, memory: list[int]
) -> tuple[list[Asked], list[float]]:
    """Publish and ask at the same time; ``memory`` gets what the server takes after each publication, in MiB."""
    found: list[Asked] = []
    switches: list[float] = []
    done = asyncio.Event()

    async def publish() -> None:
        for edition in range(1, publications + 1):
            await asyncio.to_thread(_publish, index, edition)
            switches.append(await _switched(served, edition))
            memory.append(served.costs()["own"])
        done.set()

    async def read(number: int) -> None:
        turn = 0
        while not done.is_set() or len(found) < count:
            async with reader(served, 10 * turn + number) as client:
                town = TOWNS[(turn * READERS + number) % len(TOWNS)]
                found.append(await ask(client, f"How high is the harbour wall of {town} ({turn})?"))
            turn += 1

    await asyncio.gather(publish(), *(read(number) for number in range(READERS)))
    return found, switches


async def _idle(served: Served) -> list[float]:
    taken = []
    for turn in range(60):
        async with reader(served, 50_000 + turn) as client:
            taken.append(
                (await ask(client, f"How high is the harbour wall of {TOWNS[turn % 30]} (idle {turn})?")).seconds
            )
    return taken


async def _switched(served: Served, edition: int) -> float:
    """Seconds until the server answers from the new generation."""
    began = time.monotonic()
    async with reader(served, 59_000 + edition) as client:
        while (await client.get("/api/v1/status")).json()["generation"] != _generation(edition):
            await asyncio.sleep(0.05)
    return time.monotonic() - began


def _is_of_one_edition(one: Asked) -> bool:
    said = json.dumps([one.answer["citations"], one.answer["statements"]])
    editions = {int(number) for number in re.findall(r"edition (\d+)", said)}
    return all(one.answer["generation"] == _generation(edition) for edition in editions)


def _generation(edition: int) -> str:
    return f"gen-{edition + 1:06d}"


if __name__ == "__main__":
    sys.exit(main())
