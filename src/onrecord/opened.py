"""The published generation as it is read, with the decisions of editors that are laid over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from onrecord.cache import AnswerCache
from onrecord.errors import IndexDamagedError, IndexMismatchError
from onrecord.quotes.people import Person, people
from onrecord.search.embedder import Embedder
from onrecord.search.keywords import KeywordIndex
from onrecord.search.phrases import PhraseIndex
from onrecord.search.precedence import Precedence
from onrecord.search.retriever import Retriever
from onrecord.search.vectors import VectorIndex
from onrecord.storage.decisions import decisions_stamp, read_decisions, read_statuses
from onrecord.storage.generations import Manifest, open_generation
from onrecord.storage.store import Store
from onrecord.types import SpeakerDecision

__all__ = ["Files", "Opened", "People", "decided", "open_files"]


class People:
    """Who is quoted, under an editor's decisions; made when it is first asked for, since there may be very many."""

    def __init__(self, store: Store, decisions: Sequence[SpeakerDecision]) -> None:
        self._store = store
        self._decisions = decisions

    @cached_property
    def all(self) -> tuple[Person, ...]:
        """Everybody, the most quoted first."""
        return tuple(people(self._store.speakers(), self._decisions))

    def by_name(self) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        """For each person the names that stand in the store, and further forms."""
        return {person.name: (person.names, person.aliases) for person in self.all}


@dataclass(frozen=True, slots=True)
class Files:
    """What a generation holds and no decision changes."""

    folder: Path
    manifest: Manifest
    vectors: VectorIndex
    keywords: KeywordIndex
    phrases: PhraseIndex


@dataclass(frozen=True, slots=True)
class Opened:
    """A generation under the decisions of one moment, which ``stamp`` tells from any other."""

    files: Files
    stamp: object
    retriever: Retriever
    people: People
    answers: AnswerCache

    @property
    def store(self) -> Store:
        """The articles as they stand now."""
        return self.retriever.store


def open_files(root: Path, embedder: Embedder) -> Files:
    """Open the published generation; raises IndexMismatchError where another embedder made it, and what opening raises."""
    folder, manifest = open_generation(root)
    if manifest.fingerprint != embedder.fingerprint:
        raise IndexMismatchError(
            f"the index was made by the embedder {manifest.embedder}, the settings name {embedder.name}",
            hint="run `onrecord ingest corpus/` to embed it again, or set ONRECORD_EMBEDDER back",
        )
    vectors = VectorIndex(folder / "vectors", manifest.dimensions)
    return Files(folder, manifest, vectors, KeywordIndex(folder / "keywords"), PhraseIndex(folder / "phrases"))


def decided(files: Files, root: Path, embedder: Embedder, precedence: Precedence, answers: AnswerCache) -> Opened:
    """Lay the decisions of this moment over a generation; raises IndexDamagedError where its parts do not fit.

    ``answers`` is empty: what was answered before rests on what no longer holds.
    """
    # Taken first: a decision that comes while these are read is seen as newer at the next call.
    stamp = decisions_stamp(root)
    store = Store(files.folder / "articles.db")
    store.statuses = read_statuses(root)
    rows = store.count()["passages"]
    if not rows == len(files.vectors) == len(files.keywords):
        raise IndexDamagedError(
            f"{files.folder.name} holds {rows} passages, {len(files.vectors)} vectors and "
            f"{len(files.keywords)} keyword rows",
            hint="move the index folder away and run `onrecord ingest` to build it again",
        )
    known = People(store, read_decisions(root))
    retriever = Retriever(store, files.vectors, files.keywords, embedder, people=known.by_name, precedence=precedence)
    return Opened(files, stamp, retriever, known, answers)
