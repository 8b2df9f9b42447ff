"""Measure what quotes cost: extraction, the phrase index, a check, a draft, their share of an ingest; and what finds them.

``python -m onrecord.evaluation.quote_speed [--articles N] [--ingest N]`` prints the figures as JSON.  The articles
stay where ``ONRECORD_BENCH_DATA`` points; the index lies in a temporary folder.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from onrecord.evaluation.perturb_corpus import load_english
from onrecord.evaluation.perturb_english import rephrase
from onrecord.evaluation.perturb_printed import printed, reported
from onrecord.factcheck import check
from onrecord.ingest import ingest
from onrecord.quotes.draft import quotations_in_draft
from onrecord.quotes.extract import extract_quotes
from onrecord.runtime import Runtime
from onrecord.search.embedder import SentenceEmbedder, find_embedder
from onrecord.search.phrases import PhraseIndex, PhraseWriter
from onrecord.settings import load_settings
from onrecord.storage.drafts import read_draft
from onrecord.storage.store import Store, StoreWriter
from onrecord.types import Article, Quote, QuoteCheck, QuoteClaim, Span

__all__ = ["build", "checker_of", "draft_of", "main"]

Figures = dict[str, float]
_CLAIMS = 300
_DRAFT_WORDS = 3000
_FILLER = "The council met again on Monday and put the matter off until the engineers had reported on the gates."


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures as JSON; without the data, say so and succeed."""
    parser = argparse.ArgumentParser(description="Measure what quotes cost.")
    parser.add_argument("--articles", type=int, default=0, help="articles to index; 0 takes all")
    parser.add_argument(
        "--ingest", type=int, default=300, help="articles of a whole ingest, with the real embedder; 0 leaves it out"
    )
    options = parser.parse_args(arguments)
    root = os.environ.get("ONRECORD_BENCH_DATA")
    if not root or not (Path(root) / "realtimeqa").is_dir():
        sys.stderr.write("skipped: set ONRECORD_BENCH_DATA to the folder of the benchmark sets\n")
        return 0
    articles = load_english(Path(root), most=options.articles, seed=1)
    with tempfile.TemporaryDirectory(prefix="onrecord-speed-") as folder:
        figures = {"articles": len(articles), "index": build(articles, Path(folder) / "all")}
        checked, quotes = checker_of(Path(folder) / "all")
        figures |= {"check_ms": _check_times(checked, quotes), "draft": _draft_times(checked, quotes)}
        if options.ingest:
            some = articles[: options.ingest]
            figures |= {
                "ingest": _share_of_an_ingest(some, Path(folder)),
                "about": _about(some, Path(folder) / "index"),
            }
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    return 0


def build(articles: Sequence[Article], folder: Path) -> Figures:
    """Extract, store and index the quotes of the articles, and time each step; the store holds no passages."""
    folder.mkdir()
    begun = time.process_time()
    quotes = [extract_quotes(article) for article in articles]
    extracted = time.process_time()
    with_quotes, without = StoreWriter(folder / "articles.db"), StoreWriter(folder / "bare.db")
    for article, found in zip(articles, quotes, strict=True):
        with_quotes.add(article, "", (), (), found)
    with_quotes.finish()
    stored = time.process_time()
    for article in articles:
        without.add(article, "", (), (), ())
    without.finish()
    bare = time.process_time()
    writer = PhraseWriter(folder / "phrases")
    for row, article in enumerate(articles):
        writer.add(row, article)
    writer.finish()
    written = time.process_time()
    size = _size(folder / "phrases") + _size(folder / "articles.db") - _size(folder / "bare.db")
    seconds = (extracted - begun) + (stored - extracted) - (bare - stored) + (written - bare)
    return {
        "quotes": sum(map(len, quotes)),
        "articles_a_second_a_core_extraction": round(len(articles) / max(extracted - begun, 1e-9), 1),
        "extraction_seconds": round(extracted - begun, 2),
        "phrase_index_seconds": round(written - bare, 2),
        "seconds": round(seconds, 2),
        "phrase_index_megabytes": round(_size(folder / "phrases") / 1e6, 2),
        "megabytes": round(size / 1e6, 2),
    }


def checker_of(folder: Path) -> tuple[Callable[[QuoteClaim], QuoteCheck], list[Quote]]:
    """The product's checker over what ``build`` wrote, and every direct quotation in it."""
    store, phrases = Store(folder / "articles.db"), PhraseIndex(folder / "phrases")

    def candidates(text: str, most: int) -> Iterator[tuple[Article, Span]]:
        for row, window in phrases.candidates(text, most):
            article = store.article_at(row)
            if article is not None:
                yield article, Span(*window)

    quotes = [quote for article, _ in store.articles() for quote in store.quotes_of(article) if quote.direct]
    return lambda claim: check(
        claim, candidates=lambda *asked: list(candidates(*asked)), quotes_of=store.quotes_of
    ), quotes


def draft_of(quotes: Sequence[Quote], words: int) -> tuple[str, int]:
    """A draft of so many words that quotes somebody in every second paragraph, and how many quotations it has."""
    paragraphs: list[str] = []
    count = size = 0
    for quote in quotes:
        if size >= words:
            break
        said = " ".join(quote.text.split()).translate(str.maketrans('“”"', "‘’'"))
        paragraphs += [f"“{said},” said {quote.speaker.name}." if quote.speaker else f"“{said}.”", _FILLER]
        size += sum(len(paragraph.split()) for paragraph in paragraphs[-2:])
        count += 1
    return "\n\n".join(paragraphs), count


def _check_times(checked: Callable[[QuoteClaim], QuoteCheck], quotes: Sequence[Quote]) -> dict[str, Figures]:
    long = [quote for quote in quotes if 8 <= len(quote.text.split()) <= 80]
    chosen = long[:: max(len(long) // _CLAIMS, 1)][:_CLAIMS]
    kinds: dict[str, Callable[[str], str]] = {
        "exact": lambda text: text,
        "altered": lambda text: " ".join(w if at % 7 else "other" for at, w in enumerate(text.split(), start=1)),
        "cut": lambda text: " ".join(text.split()[3:]),
        "foreign": lambda text: " ".join(reversed(text.split())),
    }
    checked(QuoteClaim(chosen[0].text))
    found: dict[str, Figures] = {}
    every: list[float] = []
    begun_all = time.process_time()
    for kind, change in kinds.items():
        times: list[float] = []
        for quote in chosen:
            claim = QuoteClaim(change(quote.text), quote.speaker.name if quote.speaker else None)
            begun = time.perf_counter()
            checked(claim)
            times.append(1000 * (time.perf_counter() - begun))
        every += times
        found[kind] = _percentiles(times)
    # On a machine that others use, too, the processor's time says more than the clock.
    mean = 1000 * (time.process_time() - begun_all) / max(len(every), 1)
    return found | {"all": _percentiles(every) | {"mean_of_processor": round(mean, 2)}}


def _draft_times(checked: Callable[[QuoteClaim], QuoteCheck], quotes: Sequence[Quote]) -> Figures:
    long = [quote for quote in quotes if 8 <= len(quote.text.split()) <= 80]
    text, count = draft_of(long[:: max(len(long) // 100, 1)], _DRAFT_WORDS)
    begun, spent = time.perf_counter(), time.process_time()
    claims = quotations_in_draft(read_draft(text.encode(), "draft.txt"))
    verdicts = [checked(claim).verdict for claim in claims]
    return {
        "words": len(text.split()),
        "quotations": count,
        "found": len(claims),
        "verbatim": verdicts.count("verbatim"),
        "seconds": round(time.perf_counter() - begun, 3),
        "seconds_of_processor": round(time.process_time() - spent, 3),
    }


def _share_of_an_ingest(articles: Sequence[Article], folder: Path) -> Figures:
    """How much longer an ingest takes and how much larger it is for its quotes, as a share of one without them."""
    source = folder / "articles.jsonl"
    fields = ("id", "title", "text", "published", "outlet", "language")
    source.write_text(
        "\n".join(json.dumps({name: getattr(article, name) for name in fields}) for article in articles), "utf-8"
    )
    embedder = SentenceEmbedder(find_embedder("default"))
    embedder.embed(["warm"])
    begun = time.process_time()
    ingest([source], root=folder / "index", embedder=embedder)
    whole = time.process_time() - begun
    size = sum(path.stat().st_size for path in (folder / "index").rglob("*") if path.is_file())
    part = build(articles, folder / "part")
    megabytes = size / 1e6
    return {
        "articles": len(articles),
        "seconds": round(whole, 2),
        "quotes_seconds": part["seconds"],
        "more_time": round(part["seconds"] / (whole - part["seconds"]), 4),
        "megabytes": round(megabytes, 2),
        "quotes_megabytes": part["megabytes"],
        "more_size": round(part["megabytes"] / (megabytes - part["megabytes"]), 4),
    }


def _about(articles: Sequence[Article], root: Path) -> Figures:
    """How often what was said is among the quotes nearest to a rephrasing of it."""
    draw = random.Random(1)  # noqa: S311 - a fixed draw, no secret
    ranks: list[int] = []
    with closing(Runtime(load_settings(index=root, model="none"))) as runtime:
        for one in (*reported(articles), *printed(articles)):
            rephrased = rephrase(one.text, draw)
            if rephrased is None:
                continue
            found = runtime.quotes_about(rephrased, most=5)
            places = [
                quote.article.id == one.article.id
                and quote.start < one.spans[-1].end
                and one.spans[0].start < quote.end
                for quote in found
            ]
            ranks.append(places.index(True) if True in places else len(places) + 5)
    return {
        "statements": len(ranks),
        "first": round(sum(rank == 0 for rank in ranks) / max(len(ranks), 1), 3),
        "first_five": round(sum(rank < 5 for rank in ranks) / max(len(ranks), 1), 3),
    }


def _size(path: Path) -> int:
    return sum(one.stat().st_size for one in path.iterdir()) if path.is_dir() else path.stat().st_size


def _percentiles(values: Sequence[float]) -> Figures:
    ordered = sorted(values)
    return {
        "p50": round(ordered[len(ordered) // 2], 2),
        "p95": round(ordered[int(0.95 * len(ordered))], 2),
        "max": round(ordered[-1], 2),
    }


if __name__ == "__main__":
    raise SystemExit(main())
