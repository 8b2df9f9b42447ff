"""The path of an article: file -> Article -> passages and quotes -> vectors and keywords -> a published index."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from onrecord.errors import InputError
from onrecord.quotes.extract import extract_quotes
from onrecord.search.embedder import Embedder
from onrecord.search.keywords import KeywordWriter
from onrecord.search.phrases import PhraseWriter
from onrecord.search.vectors import VectorIndex, write_vectors
from onrecord.storage.generations import FORMAT, Manifest, current_generation, open_generation, publish, writer
from onrecord.storage.readers import Rejection, content_hash, find_files, read_file
from onrecord.storage.store import Store, StoreWriter
from onrecord.text.passages import context_of, opening_of, passages
from onrecord.types import Article, Passage, Quote

__all__ = ["IngestReport", "Progress", "ingest"]

Progress = Callable[[str, int, int], None]
"""Called with a stage (``reading``, ``preparing``, ``embedding``), what is done of it, and its total."""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did; ``embedded`` counts the passages whose text was new."""

    generation: str
    added: int
    changed: int
    unchanged: int
    removed: int
    passages: int
    embedded: int
    quotes: int
    seconds: float
    rejected: tuple[Rejection, ...] = ()


@dataclass(slots=True)
class _Previous:
    """The generation that is published now."""

    manifest: Manifest
    store: Store
    vectors: VectorIndex
    hashes: dict[str, str] = field(default_factory=dict)

    @classmethod
    def open(cls, root: Path) -> _Previous | None:
        if current_generation(root) is None:
            return None
        folder, manifest = open_generation(root)
        store = Store(folder / "articles.db")
        return cls(manifest, store, VectorIndex(folder / "vectors.faiss"), store.hashes())


def ingest(
    paths: Sequence[Path],
    *,
    root: Path,
    embedder: Embedder,
    passage_words: int = 120,
    prune: bool = False,
    progress: Progress = lambda _stage, _done, _total: None,
) -> IngestReport:
    """Read files and folders and publish an index of them in ``root``.

    Articles that the index holds already and that were not given again stay, unless ``prune``, which
    removes them; if a file was rejected, nothing is removed, since its article may only be damaged.
    Raises InputError if there is nothing to publish, IndexUnusableError if the present index is damaged.
    """
    started = time.monotonic()
    with writer(root):
        previous = _Previous.open(root)
        articles, rejected = _read(paths, progress)
        hashes = {article_id: content_hash(article) for article_id, article in articles.items()}
        old = previous.hashes if previous else {}
        gone = set(old) - set(articles) if prune and not rejected else set()
        report = {
            "added": sum(article_id not in old for article_id in hashes),
            "changed": sum(old.get(article_id, digest) != digest for article_id, digest in hashes.items()),
            "unchanged": sum(old.get(article_id) == digest for article_id, digest in hashes.items()),
            "removed": len(gone),
        }
        if not articles and not old:
            raise InputError(_nothing(paths, rejected), hint="give files or folders with .md, .txt or .jsonl")
        if gone == set(old) and not articles:
            raise InputError("pruning would remove every article", hint="check the paths, or delete the index folder")
        if (
            previous
            and _is_current(previous.manifest, embedder, passage_words)
            and not (report["added"] or report["changed"] or gone)
        ):
            manifest, embedded = previous.manifest, 0
        else:
            fresh = {key: value for key, value in articles.items() if old.get(key) != hashes[key]}
            build = _Build(previous, fresh, hashes, gone, embedder, passage_words, progress)
            manifest = publish(root, build)
            embedded = build.embedded
        if previous:
            previous.store.close()
    return IngestReport(
        generation=manifest.generation,
        **report,
        passages=manifest.counts["passages"],
        embedded=embedded,
        quotes=manifest.counts["quotes"],
        seconds=round(time.monotonic() - started, 3),
        rejected=tuple(rejected),
    )


def _read(paths: Sequence[Path], progress: Progress) -> tuple[dict[str, Article], list[Rejection]]:
    files, rejected = find_files(paths)
    articles: dict[str, Article] = {}
    progress("reading", 0, len(files))
    for done, (path, name) in enumerate(files, start=1):
        for item in read_file(path, name):
            if isinstance(item, Rejection):
                rejected.append(item)
            elif item.id in articles:
                rejected.append(Rejection(name, None, f"the id {item.id!r} was read before; give it another id"))
            else:
                articles[item.id] = item
        progress("reading", done, len(files))
    return articles, rejected


def _nothing(paths: Sequence[Path], rejected: Sequence[Rejection]) -> str:
    where = ", ".join(str(path) for path in paths)
    if not rejected:
        return f"no articles in {where}"
    first = rejected[0]
    more = f" and {len(rejected) - 1} more" if len(rejected) > 1 else ""
    line = f", line {first.line}" if first.line else ""
    return f"no articles in {where}: {first.file}{line}: {first.reason}{more}"


def _is_current(manifest: Manifest, embedder: Embedder, passage_words: int) -> bool:
    return (
        manifest.format == FORMAT
        and manifest.fingerprint == embedder.fingerprint
        and manifest.passage_words == passage_words
    )


class _Build:
    """Writes one generation's files into a folder; called once."""

    def __init__(
        self,
        previous: _Previous | None,
        fresh: dict[str, Article],
        hashes: dict[str, str],
        gone: set[str],
        embedder: Embedder,
        words: int,
        progress: Progress,
    ) -> None:
        self._previous = previous
        self._fresh = fresh
        self._hashes = hashes
        self._gone = gone
        self._embedder = embedder
        self._words = words
        self._progress = progress
        self.embedded = 0

    def __call__(self, folder: Path) -> dict[str, Any]:
        known = self._known_vectors()
        order: list[bytes] = []
        texts: dict[bytes, str] = {}
        keywords = KeywordWriter(folder / "keywords")
        phrases = PhraseWriter(folder / "phrases")
        store = StoreWriter(folder / "articles.db")
        counts = {"articles": 0, "passages": 0, "quotes": 0}
        for article, digest, found, quotes in self._articles():
            keys = []
            opening = opening_of(article)
            for passage in found:
                context = context_of(passage)
                keywords.add(context, passage.text, opening=opening)
                opening = ""
                keys.append(self._key(context, passage.text))
                if keys[-1] not in known:
                    texts.setdefault(keys[-1], f"{context}\n{passage.text}")
            store.add(article, digest, found, keys, quotes)
            phrases.add(counts["articles"], article)
            order += keys
            counts["articles"] += 1
            counts["passages"] += len(found)
            counts["quotes"] += len(quotes)
        store.finish()
        keywords.finish()
        phrases.finish()
        write_vectors(folder / "vectors.faiss", self._vectors(order, known, texts))
        return {
            "embedder": self._embedder.name,
            "fingerprint": self._embedder.fingerprint,
            "dimensions": self._embedder.dimensions,
            "passage_words": self._words,
            "counts": counts,
        }

    def _articles(self) -> Iterator[tuple[Article, str, list[Passage], tuple[Quote, ...]]]:
        fresh = dict(self._fresh)
        total = len(fresh)
        for article, digest in self._previous.store.articles() if self._previous else ():
            if article.id in self._gone:
                continue
            if article.id in fresh:
                yield self._prepared(fresh.pop(article.id), total - len(fresh), total)
            else:
                yield article, digest, passages(article, words=self._words), self._old_quotes(article)
        for article_id in list(fresh):
            yield self._prepared(fresh.pop(article_id), total - len(fresh), total)

    def _prepared(
        self, article: Article, done: int, total: int
    ) -> tuple[Article, str, list[Passage], tuple[Quote, ...]]:
        self._progress("preparing", done, total)
        return article, self._hashes[article.id], passages(article, words=self._words), extract_quotes(article)

    def _old_quotes(self, article: Article) -> tuple[Quote, ...]:
        return self._previous.store.quotes_of(article) if self._previous else ()

    def _known_vectors(self) -> dict[bytes, int]:
        if self._previous is None or self._previous.manifest.fingerprint != self._embedder.fingerprint:
            return {}
        return self._previous.store.keys()

    def _key(self, context: str, text: str) -> bytes:
        return hashlib.sha256(f"{self._embedder.fingerprint}\0{context}\0{text}".encode()).digest()[:16]

    def _vectors(self, order: list[bytes], known: dict[bytes, int], texts: dict[bytes, str]) -> Any:
        self.embedded = len(texts)
        done = 0

        def advanced(count: int) -> None:
            nonlocal done
            done += count
            self._progress("embedding", done, len(texts))

        places = {key: place for place, key in enumerate(texts)}
        fresh = self._embedder.embed(list(texts.values()), progress=advanced)
        vectors = np.empty((len(order), self._embedder.dimensions), dtype=np.float32)
        old = [(row, known[key]) for row, key in enumerate(order) if key in known]
        if old and self._previous:
            vectors[[row for row, _ in old]] = self._previous.vectors.rows([source for _, source in old])
        new = [(row, places[key]) for row, key in enumerate(order) if key not in known]
        vectors[[row for row, _ in new]] = fresh[[place for _, place in new]]
        return vectors
