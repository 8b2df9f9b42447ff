"""What an ingest costs, beside plain embedding of the same passages in the same run.

``python -m onrecord.evaluation.ingest_speed [--articles 300]``

Prints how many passages a second are embedded end to end, as a ratio to ``SentenceTransformer.encode`` with its
default settings; what share of an ingest is not embedding; and what a second ingest costs, of the same
articles and with 20 of them changed.  Articles are taken evenly from ``realtimeqa/2022``.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from onrecord.errors import InputError
from onrecord.evaluation.data import records
from onrecord.ingest import IngestReport, ingest
from onrecord.search.embedder import SentenceEmbedder, find_embedder

__all__ = ["main"]

_CHANGED = 20


class _Timed:
    """An embedder that counts its own seconds and keeps the texts."""

    def __init__(self, embedder: SentenceEmbedder) -> None:
        self.name, self.fingerprint, self.dimensions = embedder.name, embedder.fingerprint, embedder.dimensions
        self._embedder = embedder
        self.seconds = 0.0
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> npt.NDArray[np.float32]:
        started = time.perf_counter()
        found = self._embedder.embed(texts, progress=progress)
        self.seconds += time.perf_counter() - started
        self.texts += texts
        return found


def main() -> int:
    """Print the figures as JSON; without the data, say so and succeed."""
    parser = argparse.ArgumentParser(prog="onrecord.evaluation.ingest_speed", description=__doc__)
    parser.add_argument("--articles", type=int, default=300, help="how many; 0 for all")
    options = parser.parse_args()
    try:
        found = list(records("realtimeqa/2022/articles.jsonl.gz"))
    except InputError as error:
        sys.stderr.write(f"skipped: {error}\n")
        return 0
    step = max(1, len(found) // options.articles) if options.articles else 1
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(_figures(found[::step], Path(folder)), indent=1))
    return 0


def _figures(articles: list[dict[str, Any]], folder: Path) -> dict[str, float]:
    embedder = _Timed(SentenceEmbedder(find_embedder("default"), name="all-MiniLM-L6-v2"))
    embedder.embed(["warm"] * 64)
    embedder.seconds, embedder.texts = 0.0, []
    file, root = folder / "articles.jsonl", folder / "index"

    def ingested() -> IngestReport:
        file.write_text("".join(json.dumps(article) + "\n" for article in articles), "utf-8")
        return ingest([file], root=root, embedder=embedder)

    first = ingested()
    embedding, texts = embedder.seconds, list(embedder.texts)
    plain = _plain_seconds(embedder, texts)
    again = ingested()
    for number, article in enumerate(articles[:: max(1, len(articles) // _CHANGED)][:_CHANGED]):
        # Each in words of its own: a line that recurs across stories would be set aside.
        article["text"] += f"\n\nThe sentence of number {number} was added after publication, {number + 3} days late."
    changed = ingested()
    return {
        "articles": len(articles),
        "passages": first.passages,
        "seconds": first.seconds,
        "plain_seconds": round(plain, 2),
        "ratio_to_plain": round(plain / first.seconds, 3),
        "ratio_to_plain_embedding_alone": round(plain / embedding, 3),
        "share_besides_embedding": round(1 - embedding / first.seconds, 4),
        "again_share": round(again.seconds / first.seconds, 4),
        "again_embedded": again.embedded,
        "changed_articles": changed.changed,
        "changed_embedded": changed.embedded,
        "changed_share": round(changed.seconds / first.seconds, 4),
    }


def _plain_seconds(embedder: _Timed, texts: list[str]) -> float:
    model = embedder._embedder._model  # noqa: SLF001 - the same weights, in the same memory
    started = time.perf_counter()
    model.encode(texts)
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
