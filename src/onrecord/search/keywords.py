"""Keyword search (BM25), by Tantivy.  English is stemmed, Chinese indexed by pairs of characters."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np
import tantivy

from onrecord.errors import IndexDamagedError, IndexUnusableError
from onrecord.search.ranking import NOTHING, Ranking, ranked
from onrecord.text.tokens import STOP_WORDS, bigrams, words

__all__ = ["KeywordIndex", "KeywordWriter"]

_WRITER_BYTES = 128 * 1024 * 1024
_MOST_SCORED = 60_000
_LEAST_TERMS = 3
_PASSAGES = {"text": 1.0, "context": 0.5}
_OPENINGS = {"opening": 1.0}


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    # Signed on purpose: an unsigned field that is given a Python integer panics Tantivy's writer.
    builder.add_integer_field("row", stored=True, indexed=True, fast=True)
    builder.add_text_field("text", stored=False, tokenizer_name="en_stem", index_option="freq")
    builder.add_text_field("context", stored=False, tokenizer_name="en_stem", index_option="freq")
    builder.add_text_field("opening", stored=False, tokenizer_name="en_stem", index_option="freq")
    builder.add_text_field("pairs", stored=False, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


class KeywordWriter:
    """Fills a new keyword index; a passage's row is its place in the order of ``add``."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        # One thread, so that rows come out in one segment and in order.
        with _writing(folder):
            self._writer = tantivy.Index(_schema(), path=str(folder)).writer(_WRITER_BYTES, 1)
        self._row = 0

    def add(self, context: str, text: str, *, opening: str = "") -> None:
        """Index a passage under its own words and, at a lower weight, those of its headings.

        ``opening`` is given with the first passage of an article: its title and first words.
        """
        pairs = " ".join(bigrams(f"{context} {text}"))
        with _writing(self._folder):
            self._writer.add_document(
                tantivy.Document(row=self._row, text=text, context=context, opening=opening, pairs=pairs)
            )
        self._row += 1

    def finish(self) -> None:
        """Write everything."""
        with _writing(self._folder):
            self._writer.commit()
            self._writer.wait_merging_threads()
        # Tantivy leaves empty lock files, which are no part of what it wrote.
        for lock in self._folder.glob(".tantivy-*.lock"):
            lock.unlink()


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except (ValueError, OSError) as error:
        raise IndexUnusableError(f"{folder} cannot be written ({error})", hint="check the disk") from error


class KeywordIndex:
    """Reads what a ``KeywordWriter`` wrote."""

    def __init__(self, folder: Path) -> None:
        try:
            self._index = tantivy.Index.open(str(folder))
            self._searcher = self._index.searcher()
        except (ValueError, OSError) as error:
            raise IndexDamagedError(f"{folder.name} is not a Tantivy index", hint="run `onrecord verify`") from error
        self._schema = self._index.schema

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def search(
        self,
        query: str,
        k: int,
        *,
        among: Sequence[int] | None = None,
        without: Sequence[int] = (),
        openings: bool = False,
    ) -> Ranking:
        """The ``k`` rows with the best BM25 score, of ``among`` if given and never of ``without``.

        The query is taken as words; none of its characters is an operator.  ``openings`` compares it with
        the openings of articles alone: each article is then found by the row of its first passage.
        """
        if among is not None and not among:
            return NOTHING
        parsed = self._query(query, _OPENINGS if openings else _PASSAGES)
        if parsed is None or not len(self):
            return NOTHING
        parts = [(tantivy.Occur.Must, parsed)]
        if among is not None:
            parts.append((tantivy.Occur.Must, tantivy.Query.const_score_query(self._rows(among), 0.0)))
        if without:
            parts.append((tantivy.Occur.MustNot, self._rows(without)))
        if len(parts) > 1:
            parsed = tantivy.Query.boolean_query(parts)
        hits = self._searcher.search(parsed, limit=k, count=False).hits
        rows = self._searcher.fast_field_values("row", [address for _, address in hits])
        return ranked(np.array(rows, dtype=np.int64), np.array([score for score, _ in hits], dtype=np.float64), k)

    def rarity(self, stems: Sequence[str]) -> dict[str, float]:
        """Inverse document frequency of each stem in the words of passages, log(1 + n / (1 + frequency))."""
        return {s: math.log1p((1 + len(self)) / (1 + self._searcher.doc_freq("text", s))) for s in stems}

    def _rows(self, rows: Sequence[int]) -> tantivy.Query:
        return tantivy.Query.term_set_query(self._schema, "row", list(rows))

    def _query(self, query: str, fields: Mapping[str, float]) -> tantivy.Query | None:
        """The words of a query in the fields that hold words, each field's share weighed.

        One flat union: where each word is a union of its own over the fields, as Tantivy's parser makes it, the
        same scores take three times as long.
        """
        terms = self._affordable(_analyse(_terms(query)), next(iter(fields)))
        parts = [
            _weighed(tantivy.Query.term_query(self._schema, name, term), weight)
            for term in terms
            for name, weight in fields.items()
        ]
        if fields is _PASSAGES:
            parts += [tantivy.Query.term_query(self._schema, "pairs", pair) for pair in bigrams(query)]
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, part) for part in parts]) if parts else None

    def _affordable(self, terms: Sequence[str], field: str) -> list[str]:
        """The rarest terms, in the order given, that together stand in no more passages than may be scored.

        In a large corpus the common words of a question cost nearly all of its time and decide nearly nothing.
        """
        frequency = {term: self._searcher.doc_freq(field, term) for term in terms}
        kept: set[str] = set()
        scored = 0
        for term in sorted(frequency, key=lambda one: (frequency[one], one)):
            scored += frequency[term]
            if scored > _MOST_SCORED and len(kept) >= _LEAST_TERMS:
                break
            kept.add(term)
        return [term for term in terms if term in kept]


def _weighed(query: tantivy.Query, weight: float) -> tantivy.Query:
    # A weight of one, too, would be applied to each score.
    return query if weight == 1.0 else tantivy.Query.boost_query(query, weight)


def _terms(query: str) -> str:
    terms = [word for word in dict.fromkeys(words(query)) if word not in STOP_WORDS] or words(query)
    return " ".join(word for word in terms if word.isascii())


@cache
def _analyser() -> tantivy.TextAnalyzer:
    # What Tantivy calls en_stem, but for its dropping of words of more than forty bytes, which no query needs.
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    return builder.filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.stemmer("english")).build()


def _analyse(text: str) -> list[str]:
    return list(_analyser().analyze(text))
