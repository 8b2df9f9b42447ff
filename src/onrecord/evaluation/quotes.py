"""Measure quote extraction on PolNeAR and on the Nature quotes.

``python -m onrecord.evaluation.quotes [--split dev]`` prints the figures as JSON.  The data stay where
``ONRECORD_BENCH_DATA`` points; nothing of them is kept here.  No code is shared with the extractor.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from onrecord.quotes.extract import extract_quotes
from onrecord.text.blocks import classify, paragraphs
from onrecord.types import Article, Block, Quote

__all__ = [
    "Attributed",
    "Document",
    "Figures",
    "NatureQuote",
    "article_of",
    "attribution_scores",
    "direct_scores",
    "gold_direct",
    "load_nature",
    "load_polnear",
    "main",
    "nature_accuracy",
    "parse_attributions",
    "polnear_figures",
    "speed",
    "token_f1",
]

Fragment = tuple[int, int]
Fragments = tuple[Fragment, ...]
Extractor = Callable[[Article], Sequence[Quote]]

OVERLAP = 0.8
DIRECT_WORDS = 5
_DOUBLE_MARKED = re.compile(r"“([^“”\n]*)”|\"([^\"\n]*)\"|''((?:[^'\n]|'(?!'))*)''")
_SPAN_LINE = re.compile(r"^(T\d+)\t(Source|Cue|Content) ([\d ;]+)\t", re.MULTILINE)
_EVENT_LINE = re.compile(r"^E\d+\t(Attribution:[^\n]*)$", re.MULTILINE)
_SPEED_ARTICLES = 400


@dataclass(frozen=True, slots=True)
class Attributed:
    """One attribution of the annotators: fragments of its source, its cue and its content."""

    source: Fragments
    cue: Fragments
    content: Fragments


@dataclass(frozen=True, slots=True)
class Document:
    """A PolNeAR article with the first annotator's attributions."""

    name: str
    text: str
    attributions: tuple[Attributed, ...]


@dataclass(frozen=True, slots=True)
class NatureQuote:
    """A quotation of a Nature article and its speaker's name, or None if nobody said it."""

    article: str
    text: str
    speaker: str | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts behind precision, recall and F1.

    ``right`` counts on the side of what was predicted, ``found`` on the side of the gold; they differ only
    where overlap is measured in shares.
    """

    right: float
    predicted: float
    found: float
    gold: float

    @property
    def precision(self) -> float:
        """The share of what was predicted that is right."""
        return self.right / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """The share of the gold that was found."""
        return self.found / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.right + other.right,
            self.predicted + other.predicted,
            self.found + other.found,
            self.gold + other.gold,
        )

    def as_dict(self) -> dict[str, float]:
        """Round everything for printing."""
        return {
            "precision": round(self.precision, 3),
            "recall": round(self.recall, 3),
            "f1": round(self.f1, 3),
            "predicted": round(self.predicted),
            "gold": round(self.gold),
        }


def load_polnear(folder: Path) -> list[Document]:
    """Return the articles of a split folder (``text/``, ``attributions/``) that somebody annotated."""
    documents: list[Document] = []
    annotations = sorted((folder / "attributions").glob("*.ann"))
    for path in sorted((folder / "text").glob("*.txt")):
        first = next((ann for ann in annotations if ann.stem.rpartition("_")[0] == path.stem), None)
        if first is not None:
            documents.append(Document(path.stem, _read(path), parse_attributions(_read(first))))
    return documents


def _read(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


def parse_attributions(annotations: str) -> tuple[Attributed, ...]:
    """Return the attributions of a brat file, in its order; roles that name no span are left out.

    ``T1 Source 0 2``, ``T2 Cue 3 7``, ``T3 Content 8 9;12 14``, ``E1 ...`` -> one with two content fragments
    """
    spans = {match[1]: _fragments(match[3]) for match in _SPAN_LINE.finditer(annotations)}
    found: list[Attributed] = []
    for match in _EVENT_LINE.finditer(annotations):
        roles: dict[str, list[Fragment]] = {"Source": [], "Cue": [], "Content": []}
        for part in match[1].split():
            role, _, identifier = part.partition(":")
            role = role.rstrip("0123456789")
            if role in roles:
                roles[role].extend(spans.get(identifier, ()))
        found.append(Attributed(*(tuple(sorted(roles[role])) for role in ("Source", "Cue", "Content"))))
    return tuple(found)


def _fragments(offsets: str) -> Fragments:
    pairs = (part.split() for part in offsets.split(";"))
    return tuple((int(start), int(end)) for start, end in pairs)


def article_of(name: str, text: str) -> Article:
    """Return the text as an article: paragraphs between blank lines, told apart as at ingest."""
    spans = paragraphs(text)
    kinds = classify([text[start:end] for start, end in spans])
    blocks = tuple(Block(kind, start, end) for kind, (start, end) in zip(kinds, spans, strict=True))
    return Article(name, text, blocks, language="en")


def gold_direct(document: Document) -> list[tuple[Fragment, Attributed]]:
    """List each double-quoted span of five words that a content covers by 80%, with its attribution."""
    found: list[tuple[Fragment, Attributed]] = []
    for match in _DOUBLE_MARKED.finditer(document.text):
        start, end = match.span(match.lastindex or 0)
        if len(document.text[start:end].split()) < DIRECT_WORDS:
            continue
        covered = [(_covered(entry.content, (start, end)), entry) for entry in document.attributions]
        best = max(covered, key=lambda pair: pair[0], default=None)
        if best is not None and best[0] >= OVERLAP * (end - start):
            found.append(((start, end), best[1]))
    return found


def _covered(fragments: Iterable[Fragment], span: Fragment) -> int:
    return sum(max(0, min(end, span[1]) - max(start, span[0])) for start, end in fragments)


def direct_scores(document: Document, quotes: Sequence[Quote]) -> tuple[Figures, Figures]:
    """Score the extraction of direct quotations, and their speakers, in one article.

    Every span of a direct quote counts alone, as the gold has it; predicted spans under five words are
    left out, as the gold's are.  A speaker is answered if the quote has one and says where it is named.
    """
    gold = gold_direct(document)
    predicted = [
        (span, quote)
        for quote in quotes
        if quote.direct
        for span in quote.spans
        if len(document.text[span[0] : span[1]].split()) >= DIRECT_WORDS
    ]
    matches = _greedy([span for span, _ in gold], [span for span, _ in predicted])
    answered = right = 0
    for of_gold, of_predicted in matches.items():
        quote = predicted[of_predicted][1]
        if quote.speaker is not None and quote.mention is not None:
            answered += 1
            right += _covered(gold[of_gold][1].source, quote.mention) > 0
    return (
        Figures(len(matches), len(predicted), len(matches), len(gold)),
        Figures(right, answered, right, len(gold)),
    )


def _greedy(gold: Sequence[Fragment], predicted: Sequence[Fragment]) -> dict[int, int]:
    """Gold index -> predicted index, best overlap first, each used once."""
    pairs: list[tuple[float, int, int]] = []
    for i, (start, end) in enumerate(gold):
        for j, span in enumerate(predicted):
            overlap = _covered([span], (start, end)) / (end - start)
            if overlap >= OVERLAP:
                pairs.append((-overlap, i, j))
    matched: dict[int, int] = {}
    for _, i, j in sorted(pairs):
        if i not in matched and j not in matched.values():
            matched[i] = j
    return matched


def attribution_scores(document: Document, quotes: Sequence[Quote]) -> dict[str, Figures]:
    """Source, cue and content of all attributions in one article: exact F1, and overlap F1 beside it.

    Compared are distinct spans.  Marks, points and spaces at a fragment's margins do not count, since a
    quote's spans leave the marks out and the annotators' do not.  A quotation within a reported statement
    of the same source is part of that statement.  A cue has no offsets in a quote: its words count as
    right if an attribution with an overlapping source has the same.
    """
    text = document.text
    outer = [quote for quote in quotes if not _is_part(quote, quotes)]
    sides = {
        "source": (
            {_bare(text, entry.source) for entry in document.attributions},
            {_bare(text, [quote.mention]) for quote in outer if quote.mention},
        ),
        "content": (
            {_bare(text, entry.content) for entry in document.attributions},
            {_bare(text, quote.spans) for quote in outer},
        ),
    }
    figures = {"cue_words": _cue_words(document, outer)}
    for role, (gold, predicted) in sides.items():
        theirs, ours = gold - {()}, predicted - {()}
        both = len(theirs & ours)
        figures[f"{role}_exact"] = Figures(both, len(ours), both, len(theirs))
        figures[f"{role}_overlap"] = Figures(_shares(ours, theirs), len(ours), _shares(theirs, ours), len(theirs))
    return figures


def _bare(text: str, fragments: Iterable[Fragment]) -> Fragments:
    """Return the fragments without marks, points and spaces at their margins; empty ones are dropped."""
    bare: list[Fragment] = []
    for start, end in fragments:
        while start < end and not text[start].isalnum():
            start += 1
        while end > start and not text[end - 1].isalnum():
            end -= 1
        if start < end:
            bare.append((start, end))
    return tuple(sorted(bare))


def _is_part(quote: Quote, quotes: Sequence[Quote]) -> bool:
    first = quote.spans[0]
    return quote.direct and any(
        not other.direct and other.mention == quote.mention and _covered(other.spans, first) == first[1] - first[0]
        for other in quotes
    )


def _shares(spans: Iterable[Fragments], others: Iterable[Fragments]) -> float:
    """Return the sum, over ``spans``, of the share of characters that the best of ``others`` has too."""
    candidates = list(others)
    total = 0.0
    for fragments in spans:
        size = sum(end - start for start, end in fragments)
        best = max((sum(_covered(other, part) for part in fragments) for other in candidates), default=0)
        total += best / size
    return total


def _cue_words(document: Document, quotes: Sequence[Quote]) -> Figures:
    gold = {(entry.source, _words(document.text, entry.cue)) for entry in document.attributions if entry.cue}
    ours = {(quote.mention, quote.cue.casefold()) for quote in quotes if quote.mention and quote.cue}
    right = sum(any(words == cue and _covered(source, mention) for source, words in gold) for mention, cue in ours)
    found = sum(any(words == cue and _covered(source, mention) for mention, cue in ours) for source, words in gold)
    return Figures(right, len(ours), found, len(gold))


def _words(text: str, fragments: Fragments) -> str:
    return " ".join(text[start:end] for start, end in fragments).casefold()


def load_nature(folder: Path) -> tuple[dict[str, str], list[NatureQuote]]:
    """Return the articles' texts by name, and the quotes; the speaker ``NA`` means nobody."""
    articles = {row["id"]: row["text"] for row in _rows(folder / "articles.jsonl")}
    quotes = [
        NatureQuote(row["article"], row["quote"], None if row["speaker"] == "NA" else row["speaker"])
        for row in _rows(folder / "quotes.jsonl")
    ]
    return articles, quotes


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def nature_accuracy(gold: Sequence[NatureQuote], predicted: Mapping[str, Sequence[Quote]]) -> float:
    """Return the share of the quotes with the right last name; where nobody spoke, no speaker is right.

    A gold quote's match is the predicted quote of its article with the best token F1, if that is 0.8 or more.
    """
    right = sum(_last_name(quote.speaker) == _matched_name(quote, predicted[quote.article]) for quote in gold)
    return right / len(gold)


def _matched_name(gold: NatureQuote, quotes: Sequence[Quote]) -> str | None:
    candidates = [(token_f1(gold.text, text), quote) for quote in quotes for text in _texts(quote)]
    best = max(candidates, key=lambda pair: pair[0], default=None)
    if best is None or best[0] < OVERLAP or best[1].speaker is None:
        return None
    return _last_name(best[1].speaker.name)


def _texts(quote: Quote) -> list[str]:
    """Return the whole and each span alone, since the set has the halves of split quotations apart."""
    return [quote.text, *(quote.article.text[start:end] for start, end in quote.spans)]


def token_f1(left: str, right: str) -> float:
    """Compare as bags of words: ``the cat`` and ``the dog`` -> 0.5; case and points do not count."""
    a, b = Counter(re.findall(r"\w+", left.lower())), Counter(re.findall(r"\w+", right.lower()))
    both = sum((a & b).values())
    return 2 * both / (sum(a.values()) + sum(b.values())) if both else 0.0


def _last_name(name: str | None) -> str | None:
    return name.split()[-1].casefold() if name else None


def speed(texts: Sequence[str], extract: Extractor = extract_quotes) -> float:
    """Articles a second of processor time; making the articles is not counted."""
    articles = [article_of(str(number), text) for number, text in enumerate(texts)]
    begun = time.process_time()
    for article in articles:
        extract(article)
    return len(articles) / max(time.process_time() - begun, 1e-9)


def polnear_figures(documents: Iterable[Document], extract: Extractor = extract_quotes) -> dict[str, Figures]:
    """All PolNeAR figures, summed over the articles."""
    totals: dict[str, Figures] = {}
    for document in documents:
        quotes = extract(article_of(document.name, document.text))
        extraction, speaker = direct_scores(document, quotes)
        here = {"direct_extraction": extraction, "direct_speaker": speaker}
        for role, figures in {**here, **attribution_scores(document, quotes)}.items():
            totals[role] = totals[role] + figures if role in totals else figures
    return totals


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures as JSON; without the data, say so and succeed."""
    parser = argparse.ArgumentParser(description="Measure quote extraction.")
    parser.add_argument("--split", default="dev", choices=("dev", "train"))
    options = parser.parse_args(arguments)
    root = os.environ.get("ONRECORD_BENCH_DATA")
    if not root or not Path(root).is_dir():
        sys.stderr.write("skipped: set ONRECORD_BENCH_DATA to the folder of the benchmark sets\n")
        return 0
    data = Path(root)
    figures = polnear_figures(load_polnear(data / "polnear" / options.split))
    articles, gold = load_nature(data / "nature_quotes")
    predicted = {name: extract_quotes(article_of(name, text)) for name, text in articles.items()}
    with gzip.open(data / "realtimeqa" / "2022" / "articles.jsonl.gz", "rt", encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for _, line in zip(range(_SPEED_ARTICLES), file, strict=False)]
    report = {
        f"polnear_{options.split}": {role: total.as_dict() for role, total in figures.items()},
        "nature_accuracy": round(nature_accuracy(gold, predicted), 3),
        "articles_per_second": round(speed(texts), 1),
    }
    sys.stdout.write(json.dumps(report, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
