"""What every suite needs: its options, a place for what is expensive to compute, and a command line."""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from onrecord.errors import InputError
from onrecord.evaluation.data import bench_file, write_articles
from onrecord.evaluation.vectors import KeptEmbedder
from onrecord.generation.llm import LanguageModel
from onrecord.runtime import Runtime
from onrecord.search.embedder import SentenceEmbedder, find_embedder
from onrecord.settings import load_settings

__all__ = [
    "Figures",
    "Measure",
    "Options",
    "main",
    "opened",
    "polnear_articles",
    "realtimeqa_index",
    "rounded",
    "squad_index",
]

_T = TypeVar("_T")
Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Options:
    """How to run a suite: ``cache`` holds vectors and indexes, ``limit`` is the most questions of a set.

    ``partial`` takes the vectors that are kept and embeds no passage, for a first look at a large set; ``only``
    leaves out the sets whose name does not hold it.
    """

    cache: Path
    limit: int | None = None
    model: bool = True
    partial: bool = False
    only: str = ""

    def wants(self, name: str) -> bool:
        """Whether a set is to be run."""
        return self.only in name

    def first(self, cases: Sequence[_T]) -> Sequence[_T]:
        """The cases to run: all, or evenly spread over the set."""
        if self.limit is None or self.limit >= len(cases):
            return cases
        return [cases[index * len(cases) // self.limit] for index in range(self.limit)]

    def say(self, text: str) -> None:
        """Tell on stderr how far the suite is."""
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


Measure = Callable[[Options], Figures]


def main(measure: Measure, about: str | None, arguments: Sequence[str] | None = None) -> int:
    """The command line of a suite: print its figures as JSON; without its data say so and succeed."""
    parser = argparse.ArgumentParser(description=(about or "").split("\n", 1)[0])
    parser.add_argument("--cache", type=Path, default=Path(".evaluation"), help="folder for vectors and indexes")
    parser.add_argument("--limit", type=int, help="the most questions of a set")
    parser.add_argument("--no-model", action="store_true", help="leave out what runs the language model")
    parser.add_argument("--partial", action="store_true", help="embed no passage; use the vectors that are kept")
    parser.add_argument("--only", default="", metavar="SET", help="only the sets whose name holds this")
    given = parser.parse_args(arguments)
    try:
        figures = measure(
            Options(given.cache, given.limit, model=not given.no_model, partial=given.partial, only=given.only)
        )
    except InputError as error:
        sys.stderr.write(f"skipped: {error}\n")
        return 0
    print(json.dumps(figures, indent=1, ensure_ascii=False))
    return 0


def opened(
    options: Options, name: str, articles: Sequence[Path], *, words: int = 120, model: LanguageModel | None = None
) -> Runtime:
    """The product on an index of these files, built in the cache where it is not there yet or out of date."""
    settings = load_settings(
        index=options.cache / "indexes" / (f"{name}-partial" if options.partial else name),
        passage_words=words,
        model="none" if model is None and not options.model else "default",
    )
    embedder = SentenceEmbedder(find_embedder(settings.embedder), name="all-MiniLM-L6-v2")
    kept = KeptEmbedder(embedder, options.cache / "vectors", partial=options.partial)
    runtime = Runtime(settings, embedder=kept, model=model)

    def progress(stage: str, done: int, total: int) -> None:
        if done == total or done % 1000 == 0:
            options.say(f"{name}: {stage} {done} of {total}")

    report = runtime.ingest(articles, prune=True, progress=progress)
    if options.partial and report.embedded:
        options.say(f"{name}: {kept.share:.0%} of {report.passages} passages have a vector")
    return runtime


def realtimeqa_index(options: Options, year: str, *, words: int = 120) -> Runtime:
    """The product on all articles of a year."""
    plain = options.cache / f"realtimeqa-{year}.jsonl"
    if not plain.exists():
        plain.parent.mkdir(parents=True, exist_ok=True)
        plain.write_bytes(gzip.decompress(bench_file(f"realtimeqa/{year}/articles.jsonl.gz").read_bytes()))
    return opened(options, f"realtimeqa-{year}-{words}", [plain], words=words)


def polnear_articles(options: Options) -> Path:
    """The PolNeAR dev articles in the ingest format."""
    articles = [
        # Their offsets count carriage returns, which reading as text would drop.
        {"id": path.stem, "text": path.read_bytes().decode("utf-8"), "language": "en"}
        for path in sorted(bench_file("polnear/dev/text").glob("*.txt"))
    ]
    return write_articles(articles, options.cache / "polnear.jsonl")


def squad_index(options: Options, name: str, articles: Sequence[dict[str, Any]], *, words: int = 120) -> Runtime:
    """The product on the paragraphs of a question set."""
    return opened(options, f"{name}-{words}", [write_articles(articles, options.cache / f"{name}.jsonl")], words=words)


def rounded(figures: Figures, digits: int = 3) -> Figures:
    """The figures as they are printed."""
    return {name: round(value, digits) if isinstance(value, float) else value for name, value in figures.items()}
