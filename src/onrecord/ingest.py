"""The path of an article: file -> Article -> passages and quotes -> vectors and keywords -> a published index."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from onrecord.errors import InputError
from onrecord.quotes.extract import extract_quotes
from onrecord.search.embedder import Embedder
from onrecord.search.journal import EmbeddingJournal, discard_journals, embedding_key
from onrecord.search.keywords import KeywordWriter
from onrecord.search.phrases import PhraseWriter
from onrecord.search.vectors import Halves, VectorIndex, VectorWriter
from onrecord.storage.generations import (
    Manifest,
    current_generation,
    open_generation,
    publish,
    recover,
    scratch_folder,
    writer,
)
from onrecord.storage.readers import Rejection, content_hash, find_files, read_file
from onrecord.storage.store import Store, StoreWriter
from onrecord.storage.web import Web
from onrecord.text.copies import signature
from onrecord.text.passages import context_of, opening_of, passages
from onrecord.text.recurring import LineCounter, set_aside
from onrecord.types import Article, Passage, Quote

__all__ = ["IngestReport", "Progress", "ingest"]

Progress = Callable[[str, int, int], None]
"""Called with a stage (``reading``, ``preparing``, ``embedding``), what is done of it, and its total."""

_AT_ONCE = 1024
"""Passages embedded between two writes to the journal: about ten seconds of work."""


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


@dataclass(frozen=True, slots=True)
class _Previous:
    """The generation that is published now."""

    manifest: Manifest
    store: Store
    vectors: VectorIndex
    hashes: dict[str, str]

    @classmethod
    def open(cls, root: Path) -> _Previous | None:
        if current_generation(root) is None:
            return None
        folder, manifest = open_generation(root)
        store = Store(folder / "articles.db")
        return cls(manifest, store, VectorIndex(folder / "vectors", manifest.dimensions), store.hashes())

    def close(self) -> None:
        self.store.close()
        self.vectors.close()


def ingest(
    paths: Sequence[Path | str],
    *,
    root: Path,
    embedder: Embedder,
    passage_words: int = 120,
    private_addresses: bool = False,
    fetch_delay: float = 1.0,
    prune: bool = False,
    progress: Progress = lambda _stage, _done, _total: None,
) -> IngestReport:
    """Read files, folders and addresses and publish an index of them in ``root``.

    Articles that the index holds already and that were not given again stay, unless ``prune``, which
    removes them; if a file was rejected, nothing is removed, since its article may only be damaged.
    An ingest that is interrupted publishes nothing, and the next one embeds only what it had not embedded.
    Raises InputError if there is nothing to publish, IndexUnusableError if the present index is damaged.
    """
    started = time.monotonic()
    with ExitStack() as stack:
        stack.enter_context(writer(root))
        recover(root)
        previous = _Previous.open(root)
        if previous:
            stack.callback(previous.close)
        scratch = stack.enter_context(scratch_folder(root))
        with Web(root / "fetched", private=private_addresses, delay=fetch_delay) as web:
            read = _read(paths, web, scratch, previous, progress)
        stack.callback(read.store.close)
        old = previous.hashes.keys() if previous else set()
        gone = old - read.hashes.keys() if prune and not read.rejected else set()
        _check_something_is_left(paths, read, previous, gone)
        build = _Build(root, previous, read, gone, embedder, passage_words, progress)
        manifest = build.publish()
    return IngestReport(
        generation=manifest.generation,
        added=len(read.fresh - old),
        changed=len(read.fresh & old),
        unchanged=len(read.hashes) - len(read.fresh),
        removed=len(gone),
        passages=manifest.counts["passages"],
        embedded=build.embedded,
        quotes=manifest.counts["quotes"],
        seconds=round(time.monotonic() - started, 3),
        rejected=tuple(read.rejected),
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was read, on the disk, since it may be much; ``fresh`` names the articles that are new or changed."""

    store: Store
    recurring: Set[int]
    hashes: dict[str, str]
    fresh: Set[str]
    rejected: list[Rejection]

    def article(self, article_id: str) -> Article | None:
        """The article with this id, if it is new or changed."""
        found = self.store.article(article_id) if article_id in self.fresh else None
        return set_aside(found, self.recurring) if found else None

    def articles(self) -> Iterator[Article]:
        """Those that are new or changed, in the order in which they were read."""
        for article, _ in self.store.articles():
            if article.id in self.fresh:
                yield set_aside(article, self.recurring)


def _read(
    paths: Sequence[Path | str], web: Web, scratch: Path, previous: _Previous | None, progress: Progress
) -> _Reading:
    lines = LineCounter()
    seen, rejected = _spool(paths, web, scratch / "read.db", lines, progress)
    # Lines recur among what is published and not given again, too; only what was given is changed by it.
    for article, _ in previous.store.articles() if previous else ():
        if article.id not in seen:
            lines.count(article)
    store, recurring = Store(scratch / "read.db"), lines.recurring()
    hashes = {article.id: content_hash(set_aside(article, recurring)) for article, _ in store.articles()}
    old = previous.hashes if previous else {}
    fresh = {article_id for article_id, digest in hashes.items() if old.get(article_id) != digest}
    return _Reading(store, recurring, hashes, fresh, rejected)


def _spool(
    paths: Sequence[Path | str], web: Web, place: Path, lines: LineCounter, progress: Progress
) -> tuple[Set[str], list[Rejection]]:
    """Read everything into a store; the ids, and what was rejected."""
    files, rejected = find_files(paths)
    seen: set[str] = set()
    progress("reading", 0, len(files))
    with closing(StoreWriter(place)) as spool:
        for done, (path, name) in enumerate(files, start=1):
            for item in read_file(path, name, web=web):
                if isinstance(item, Rejection):
                    rejected.append(item)
                elif item.id in seen:
                    rejected.append(Rejection(name, None, f"the id {item.id!r} was read before; give it another id"))
                else:
                    seen.add(item.id)
                    lines.count(item)
                    spool.add(item, "")
            progress("reading", done, len(files))
        spool.finish()
    return seen, rejected


def _check_something_is_left(
    paths: Sequence[Path | str], read: _Reading, previous: _Previous | None, gone: Set[str]
) -> None:
    if not read.hashes and not previous:
        hint = "give files or folders (see corpus/README.md), or the address of a page"
        raise InputError(_nothing(paths, read.rejected), hint=hint)
    if previous and not read.hashes and gone == previous.hashes.keys():
        raise InputError("pruning would remove every article", hint="check the paths, or delete the index folder")


def _nothing(paths: Sequence[Path | str], rejected: Sequence[Rejection]) -> str:
    where = ", ".join(str(path) for path in paths)
    if not rejected:
        return f"no articles in {where}"
    first = rejected[0]
    more = f" and {len(rejected) - 1} more" if len(rejected) > 1 else ""
    line = f", line {first.line}" if first.line else ""
    return f"no articles in {where}: {first.file}{line}: {first.reason}{more}"


_Prepared = tuple[Article, str, list[Passage], tuple[Quote, ...], bytes]


@dataclass(slots=True)
class _Build:
    """Makes one generation of the articles that are published and the ones that were read."""

    root: Path
    previous: _Previous | None
    read: _Reading
    gone: Set[str]
    embedder: Embedder
    words: int
    progress: Progress
    embedded: int = 0
    is_all_published: bool = False
    """Whether what is in the journal is in the new generation, too: an ingest of other files may have been stopped."""

    def publish(self) -> Manifest:
        """Publish it, if it differs from what is published."""
        if self.previous and not self._is_needed(self.previous.manifest):
            return self.previous.manifest
        manifest = publish(self.root, self._write)
        if self.is_all_published:
            discard_journals(self.root)
        return manifest

    def _write(self, folder: Path) -> dict[str, Any]:
        counts = self._prepare(folder)
        store = Store(folder / "articles.db")
        with closing(store), closing(VectorWriter(folder / "vectors", self.embedder.dimensions)) as vectors:
            self._embed(store, vectors)
            vectors.finish()
        return {
            "embedder": self.embedder.name,
            "fingerprint": self.embedder.fingerprint,
            "dimensions": self.embedder.dimensions,
            "passage_words": self.words,
            "counts": counts,
        }

    def _is_needed(self, manifest: Manifest) -> bool:
        made = manifest.fingerprint, manifest.passage_words
        return bool(self.gone or self.read.fresh) or made != (self.embedder.fingerprint, self.words)

    def _prepare(self, folder: Path) -> dict[str, int]:
        counts = {"articles": 0, "passages": 0, "quotes": 0}
        with closing(StoreWriter(folder / "articles.db")) as store:
            keywords = KeywordWriter(folder / "keywords")
            phrases = PhraseWriter(folder / "phrases")
            for article, digest, found, quotes, known_by in self._articles():
                contexts = [context_of(passage) for passage in found]
                opening = opening_of(article)
                for context, passage in zip(contexts, found, strict=True):
                    keywords.add(context, passage.text, opening=opening)
                    opening = ""
                by = self.embedder.fingerprint
                keys = [embedding_key(by, context, one.text) for context, one in zip(contexts, found, strict=True)]
                store.add(article, digest, found, keys, quotes, signature=known_by)
                phrases.add(counts["articles"], article)
                counts["articles"] += 1
                counts["passages"] += len(found)
                counts["quotes"] += len(quotes)
            store.finish()
            keywords.finish()
            phrases.finish()
        return counts

    def _articles(self) -> Iterator[_Prepared]:
        """Every article of the new generation, those that were published before in the order that they had."""
        old = self.previous.hashes if self.previous else {}
        total, done = len(self.read.fresh), 0
        self.progress("preparing", 0, total)
        for article, digest in self.previous.store.articles() if self.previous else ():
            if article.id in self.gone:
                continue
            if changed := self.read.article(article.id):
                done += 1
                yield self._prepared(changed, self.read.hashes[changed.id])
                self.progress("preparing", done, total)
            else:
                yield self._kept(article, digest)
        for article in self.read.articles():
            if article.id not in old:
                done += 1
                yield self._prepared(article, self.read.hashes[article.id])
                self.progress("preparing", done, total)

    def _prepared(self, article: Article, digest: str) -> _Prepared:
        return article, digest, passages(article, words=self.words), extract_quotes(article), signature(article)

    def _kept(self, article: Article, digest: str) -> _Prepared:
        if self.previous is None or self.previous.manifest.passage_words != self.words:
            return self._prepared(article, digest)
        return article, digest, *self.previous.store.prepared(article)

    def _embed(self, store: Store, vectors: VectorWriter) -> None:
        """Give each passage its vector: that of the same text before, or a new one."""
        journal = EmbeddingJournal(
            self.root, fingerprint=self.embedder.fingerprint, dimensions=self.embedder.dimensions
        )
        with closing(journal):
            known, wanted = self._known(), store.rows_by_key().keys()
            total = sum(key not in known and key not in journal for key in wanted)
            self.is_all_published = journal.keys() <= wanted
            rest = store.all_passages()
            while batch := list(islice(rest, _AT_ONCE)):
                self._embed_new(
                    {key: one for key, one in batch if key not in known and key not in journal}, journal, total
                )
                vectors.add(self._vectors([key for key, _ in batch], known, journal))

    def _embed_new(self, new: dict[bytes, Passage], journal: EmbeddingJournal, total: int) -> None:
        def advanced(count: int) -> None:
            self.embedded += count
            self.progress("embedding", self.embedded, total)

        texts = [f"{context_of(passage)}\n{passage.text}" for passage in new.values()]
        journal.add(list(new), self.embedder.embed(texts, progress=advanced).astype(np.float16))

    def _vectors(self, keys: Sequence[bytes], known: dict[bytes, int], journal: EmbeddingJournal) -> Halves:
        found = np.empty((len(keys), self.embedder.dimensions), dtype=np.float16)
        old = [place for place, key in enumerate(keys) if key in known]
        if old and self.previous:
            found[old] = self.previous.vectors.rows([known[keys[place]] for place in old])
        for place, key in enumerate(keys):
            if key not in known:
                found[place] = journal[key]
        return found

    def _known(self) -> dict[bytes, int]:
        if self.previous is None or self.previous.manifest.fingerprint != self.embedder.fingerprint:
            return {}
        return self.previous.store.rows_by_key()
