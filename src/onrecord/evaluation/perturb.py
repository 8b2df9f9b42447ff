"""Measure the quote checker on quotations of real articles that were changed on purpose.

``python -m onrecord.evaluation.perturb [--cases N] [--articles N] [--seed N] [--json] [--wrong N] [--plots DIR]``

No public set has labelled altered or misattributed quotations, so these are made: what the figures show is how
the checker meets changes that a program can make.  The articles stay where ``ONRECORD_BENCH_DATA`` points and
nothing of them is kept.  The generator and the checker share no code; see ``perturb_kinds`` for the classes,
``perturb_score`` for what each figure means.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from onrecord.evaluation.perturb_cases import generate
from onrecord.evaluation.perturb_corpus import Corpus, load_chinese, load_english, split
from onrecord.evaluation.perturb_curves import changed_words_curve, coverage_curve, speaker_outcomes, write_plots
from onrecord.evaluation.perturb_kinds import World
from onrecord.evaluation.perturb_printed import printed, reported
from onrecord.evaluation.perturb_score import report, run, table, wrong
from onrecord.evaluation.quotes import load_polnear
from onrecord.factcheck import check
from onrecord.quotes.extract import extract_quotes
from onrecord.search.phrases import PhraseIndex, PhraseWriter
from onrecord.types import Article, Quote, QuoteCheck, QuoteClaim, Span

__all__ = ["build_checker", "build_world", "main"]

_HELD_OUT = 0.05
_HELD_OUT_CHINESE = 0.2
_POLNEAR = ("polnear", "dev")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures as a table or as JSON; without the data, say so and succeed."""
    options = _options(arguments)
    root = os.environ.get("ONRECORD_BENCH_DATA")
    if not root or not (Path(root) / "realtimeqa").is_dir():
        sys.stderr.write("skipped: set ONRECORD_BENCH_DATA to the folder of the benchmark sets\n")
        return 0
    data = Path(root)
    world = build_world(data, articles=options.articles, seed=options.seed)
    cases = generate(world, count=options.cases, seed=options.seed)
    with ExitStack() as opened:
        check = build_checker(world.corpus.articles, opened)
        outcomes = run(cases, check, extract_quotes)
        figures = report(outcomes)
        if options.plots is not None:
            recall = changed_words_curve(world, check, seed=options.seed)
            documents = load_polnear(data.joinpath(*_POLNEAR))
            coverage = coverage_curve(speaker_outcomes(documents, extract_quotes))
            write_plots(options.plots, recall, coverage)
            figures |= {"recall_by_changed_words": recall, "speakers_precision_by_coverage": coverage}
    text = json.dumps(figures, indent=1, ensure_ascii=False) if options.json else table(figures)
    sys.stdout.write(f"{text}\n")
    if options.wrong:
        sys.stderr.write(f"{wrong(outcomes, options.wrong)}\n")
    return 0


def build_world(data: Path, *, articles: int = 0, seed: int = 1) -> World:
    """The corpus that the checker will know, and the quotations in it and in the articles held out.

    ``articles`` > 0 draws that many English articles; the Chinese passages are few and always all there.
    """
    english, english_out = split(load_english(data, most=articles, seed=seed), share=_HELD_OUT, seed=seed)
    chinese, chinese_out = split(load_chinese(data), share=_HELD_OUT_CHINESE, seed=seed)
    known, held_out = [*english, *chinese], [*english_out, *chinese_out]
    return World.of(
        Corpus(known), quotes=list(printed(known)), reported=list(reported(known)), foreign=list(printed(held_out))
    )


def build_checker(articles: Sequence[Article], opened: ExitStack) -> Callable[[QuoteClaim], QuoteCheck]:
    """The product's checker over a temporary index of the articles, which lasts until ``opened`` closes.

    An article's quotes are extracted when they are first asked for, and kept; the product reads them instead.
    """
    folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="onrecord-perturb-"))) / "phrases"
    writer = PhraseWriter(folder)
    for row, article in enumerate(articles):
        writer.add(row, article)
    writer.finish()
    index = PhraseIndex(folder)
    extracted: dict[str, Sequence[Quote]] = {}

    def candidates(text: str, most: int) -> Sequence[tuple[Article, Span]]:
        return [(articles[row], Span(*place)) for row, place in index.candidates(text, most)]

    def quotes_of(article: Article) -> Sequence[Quote]:
        if article.id not in extracted:
            extracted[article.id] = extract_quotes(article)
        return extracted[article.id]

    return lambda claim: check(claim, candidates=candidates, quotes_of=quotes_of)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the quote checker on quotations changed on purpose.")
    parser.add_argument("--cases", type=int, default=4200, help="about how many (default 4200)")
    parser.add_argument("--articles", type=int, default=0, help="English articles of the corpus; 0 takes all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--wrong", type=int, default=0, metavar="N", help="show up to N wrong cases of a class")
    parser.add_argument("--plots", type=Path, metavar="DIR", help="measure the two curves too and write them as SVG")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
