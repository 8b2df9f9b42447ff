"""How searching behaves from a thousand passages to a million.

``python -m onrecord.evaluation.scale --folder DIR [--rows 1000 10000 100000 1000000] [--plot docs/scale.svg] [--change]``

The passages are made of real sentences, shuffled, so that words have the frequencies that they have in
papers, and their vectors are real embeddings, mixed and perturbed, so that they crowd as embeddings do.
Every size is published like any index and opened by the runtime in a process of its own.  The query's
own embedding is not counted; it does not depend on the size.  ``--change`` adds what it costs to publish one
article that was changed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from onrecord.errors import InputError
from onrecord.evaluation.data import records
from onrecord.ingest import ingest
from onrecord.runtime import Runtime
from onrecord.search.embedder import SentenceEmbedder, find_embedder
from onrecord.search.journal import embedding_key
from onrecord.search.keywords import KeywordWriter
from onrecord.search.phrases import PhraseWriter
from onrecord.search.vectors import VectorIndex, VectorWriter
from onrecord.settings import load_settings
from onrecord.storage.generations import open_generation, publish, writer
from onrecord.storage.store import Store, StoreWriter
from onrecord.text.passages import context_of, opening_of, passages
from onrecord.text.sentences import sentences
from onrecord.text.when import without_time
from onrecord.types import Article, Block

__all__ = ["main"]

Vectors = npt.NDArray[np.float32]

_ROWS = (1_000, 10_000, 100_000, 1_000_000)
_PASSAGES = 7  # an article, the mean of the real articles
_WORDS = 110
_REAL = 3_000  # embeddings that all others are made of
_QUERIES = 500
_WARM = 50
_DEEP = 10


def main() -> int:
    """Build what is missing, measure each size in a process of its own, print a line each, draw the curves."""
    options = _options()
    try:
        _run(options)
    except InputError as error:
        sys.stderr.write(f"skipped: {error}\n")
    return 0


def _run(options: argparse.Namespace) -> None:
    for root, measured in ((options.measure, _measured), (options.measure_change, _changed)):
        if root:
            print(json.dumps(measured(root)))
            return
    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for rows in options.rows:
        root = folder / f"rows-{rows}"
        if not (root / "CURRENT").exists():
            _build(root, rows)
        one = _in_a_process_of_its_own("--measure", root)
        if options.change:
            one |= _in_a_process_of_its_own("--measure-change", root)
        print(json.dumps(one), flush=True)
        found.append(one)
    if options.plot:
        _draw(found, options.plot)


def _in_a_process_of_its_own(option: str, root: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "onrecord.evaluation.scale", option, str(root)]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)  # noqa: S603 - our own
    return found


class _Given:
    """An embedder whose vectors are known: what is measured is the search and not the model."""

    name, fingerprint, dimensions = "given", "given", 384

    def __init__(self, vectors: dict[str, Vectors]) -> None:
        self._vectors = vectors

    def embed(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Vectors:  # noqa: ARG002
        return np.array([self._vectors[text] for text in texts], dtype=np.float32).reshape(-1, self.dimensions)


def _build(root: Path, rows: int) -> None:
    print(f"building {rows} passages in {root}", file=sys.stderr)
    started = time.monotonic()
    chance = random.Random(rows)  # noqa: S311 - a benchmark's data
    pool = _sentences()
    with writer(root):
        publish(root, lambda folder: _write(folder, rows, pool, chance))
    _write_queries(root, rows)
    print(f"built in {time.monotonic() - started:.0f} s", file=sys.stderr)


def _write(folder: Path, rows: int, pool: Sequence[str], chance: random.Random) -> dict[str, Any]:
    with ThreadPoolExecutor(1) as beside:
        # FAISS and NumPy leave the interpreter to the words for most of the time.
        vectors = beside.submit(_write_vectors, folder / "vectors", rows)
        articles = _write_words(folder, rows, pool, chance)
        vectors.result()
    return {
        "embedder": _Given.name,
        "fingerprint": _Given.fingerprint,
        "dimensions": _Given.dimensions,
        "passage_words": _WORDS,
        "counts": {"articles": articles, "passages": rows, "quotes": 0},
    }


def _write_vectors(folder: Path, rows: int) -> None:
    vectors = VectorWriter(folder, _Given.dimensions)
    for part in _perturbed(_real_vectors(), rows):
        vectors.add(part)
    vectors.finish()


def _write_words(folder: Path, rows: int, pool: Sequence[str], chance: random.Random) -> int:
    """Everything but the vectors; how many articles there are."""
    store, keywords = StoreWriter(folder / "articles.db"), KeywordWriter(folder / "keywords")
    phrases = PhraseWriter(folder / "phrases")
    made = articles = 0
    for articles, article in enumerate(_articles(pool, chance), start=1):
        found = passages(article, words=_WORDS + 60)[: rows - made]
        made += len(found)
        contexts = [context_of(passage) for passage in found]
        opening = opening_of(article)
        for context, passage in zip(contexts, found, strict=True):
            keywords.add(context, passage.text, opening=opening)
            opening = ""
        keys = [
            embedding_key(_Given.fingerprint, context, one.text) for context, one in zip(contexts, found, strict=True)
        ]
        store.add(article, "", found, keys)
        phrases.add(articles - 1, article)
        if made == rows:
            break
    store.finish()
    keywords.finish()
    phrases.finish()
    return articles


def _articles(pool: Sequence[str], chance: random.Random) -> Iterator[Article]:
    number = 0
    while True:
        number += 1
        title = " ".join(chance.choice(pool).split()[:8])
        parts, blocks, at = [title], [Block("heading", 0, len(title))], len(title)
        for _ in range(_PASSAGES):
            text = ""
            while text.count(" ") < _WORDS:
                text += (" " if text else "") + chance.choice(pool)
            parts.append(text)
            blocks.append(Block("body", at + 2, at + 2 + len(text)))
            at += 2 + len(text)
        day = f"20{chance.randint(10, 25)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        yield Article(f"article-{number}", "\n\n".join(parts), tuple(blocks), title=title, published=day, language="en")


@cache
def _sentences() -> list[str]:
    found = []
    for record in records("realtimeqa/2022/articles.jsonl.gz"):
        text = record.get("text", "")[:20_000]
        found += [text[s:e] for s, e in sentences(text) if 5 <= text.count(" ", s, e) <= 40 and "\n" not in text[s:e]]
        if len(found) > 150_000:
            break
    return found


def _questions() -> list[str]:
    return [without_time(record["question"]) for record in records("realtimeqa/2022/questions.jsonl")][:_QUERIES]


def _embedder() -> SentenceEmbedder:
    return SentenceEmbedder(find_embedder("default"), name="all-MiniLM-L6-v2")


def _real_vectors() -> Vectors:
    chance = random.Random(0)  # noqa: S311 - a benchmark's data
    return _embedder().embed(chance.sample(_sentences(), _REAL))


def _perturbed(real: Vectors, rows: int) -> Iterator[Vectors]:
    chance = np.random.default_rng(rows)
    for at in range(0, rows, 50_000):
        size = min(50_000, rows - at)
        one, other, third = (real[chance.integers(len(real), size=size)] for _ in range(3))
        noise = chance.normal(size=(size, real.shape[1])) * (0.25 / np.sqrt(real.shape[1]))
        mixed = one + 0.6 * other + 0.3 * third + noise
        yield (mixed / np.linalg.norm(mixed, axis=1, keepdims=True)).astype(np.float32)


def _write_queries(root: Path, rows: int) -> None:
    """The questions, their vectors, and for each the ten nearest rows by comparing all."""
    questions = _questions()
    vectors = _embedder().embed(questions)
    folder, manifest = open_generation(root)
    index = VectorIndex(folder / "vectors", manifest.dimensions)
    best = np.full((len(questions), _DEEP), -2.0, dtype=np.float32)
    rows_of = np.zeros((len(questions), _DEEP), dtype=np.int64)
    for at in range(0, rows, 20_000):
        numbers = np.arange(at, min(at + 20_000, rows))
        scores = np.concatenate((best, vectors @ index.rows(numbers).T), axis=1)
        places = np.concatenate((rows_of, np.broadcast_to(numbers, (len(questions), len(numbers)))), axis=1)
        order = np.argpartition(-scores, _DEEP, axis=1)[:, :_DEEP]
        best, rows_of = np.take_along_axis(scores, order, 1), np.take_along_axis(places, order, 1)
    index.close()
    np.savez(root / "queries.npz", vectors=vectors, exact=rows_of)


def _measured(root: Path) -> dict[str, float]:
    """Time and memory of one process that opens an index and searches it, ``_QUERIES`` times after a warm-up."""
    questions, kept = _questions(), np.load(root / "queries.npz")
    embedder = _Given(dict(zip(questions, kept["vectors"], strict=True)))
    runtime = Runtime(load_settings(index=root, model="none"), embedder=embedder)
    started = time.perf_counter()
    runtime.search(questions[0], k=_DEEP)
    opened = time.perf_counter() - started
    took = []
    for number, question in enumerate([*questions[:_WARM], *questions]):
        started = time.perf_counter()
        runtime.search(question, k=_DEEP)
        if number >= _WARM:
            took.append((time.perf_counter() - started) * 1000)
    memory = _memory()  # before the index is opened a second time, which searching does not do
    folder, manifest = open_generation(root)
    index = VectorIndex(folder / "vectors", manifest.dimensions)
    found = [set(index.search(vector, _DEEP).rows.tolist()) for vector in kept["vectors"]]
    shared = [len(one & set(map(int, exact))) / _DEEP for one, exact in zip(found, kept["exact"], strict=True)]
    runtime.close()
    return {
        "rows": manifest.counts["passages"],
        "p50_ms": round(float(np.median(took)), 2),
        "p99_ms": round(float(np.quantile(took, 0.99)), 2),
        "recall_at_10": round(float(np.mean(shared)), 4),
        "open_s": round(opened, 2),
        "memory_mb": memory // 2**20,
        "disk_mb": round(sum(size for size, _ in manifest.files.values()) / 2**20),
    }


def _changed(root: Path) -> dict[str, float]:
    """What it costs to publish one changed article beside all others; the index that is measured stays as it is."""
    with tempfile.TemporaryDirectory(dir=root.parent) as name:
        copy, file = Path(name) / "index", Path(name) / "changed.jsonl"
        shutil.copytree(root, copy, copy_function=os.link)  # a generation is never written to
        with closing(Store(open_generation(copy)[0] / "articles.db")) as store:
            article = store.article("article-1")
        if article is None:
            raise InputError(f"{root} was built by another version", hint="remove it")
        fields = {"id": article.id, "title": article.title, "published": article.published, "text": article.text}
        file.write_text(json.dumps({**fields, "text": f"{article.text}\n\nOne sentence was added."}), "utf-8")
        embedder = _Given(defaultdict(lambda: np.full(_Given.dimensions, _Given.dimensions**-0.5, np.float32)))
        report = ingest([file], root=copy, embedder=embedder, passage_words=_WORDS)
        _, manifest = open_generation(copy)
    return {
        "changed_articles": report.changed,
        "change_s": round(report.seconds, 1),
        "change_mb": round(sum(size for size, _ in manifest.files.values()) / 2**20),
        "change_memory_mb": _memory() // 2**20,
    }


def _memory() -> int:
    """The most memory that this process has held, in bytes; a map of a file counts where it was touched."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found.group(1)) * 1024 if found else 0


def _draw(found: Sequence[dict[str, float]], path: Path) -> None:
    from matplotlib import pyplot

    rows = [one["rows"] for one in found]
    figure, (time_axis, memory_axis) = pyplot.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    for name, label in (("p50_ms", "median"), ("p99_ms", "99th percentile")):
        time_axis.plot(rows, [one[name] for one in found], marker="o", label=label)
    time_axis.set(xscale="log", xlabel="passages", ylabel="milliseconds", title="One hybrid search", ylim=0)
    time_axis.legend(frameon=False)
    for name, label in (("memory_mb", "memory, at its highest"), ("disk_mb", "index on the disk")):
        memory_axis.plot(rows, [one[name] for one in found], marker="o", label=label)
    memory_axis.set(xscale="log", yscale="log", xlabel="passages", ylabel="MiB", title="Memory and disk")
    memory_axis.legend(frameon=False)
    for axis in (time_axis, memory_axis):
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="onrecord.evaluation.scale", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("scale"), help="where the indexes are built and kept")
    parser.add_argument("--rows", type=int, nargs="+", default=_ROWS)
    parser.add_argument("--plot", type=Path, help="an .svg or .png to draw")
    parser.add_argument("--change", action="store_true", help="also publish one changed article, and take the time")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--measure-change", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
