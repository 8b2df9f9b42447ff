"""Articles, passages and quotes of one generation, in one SQLite file that is written once."""

from __future__ import annotations

import json
import sqlite3
import threading
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from onrecord.errors import IndexDamagedError, IndexUnusableError
from onrecord.storage.rows import article_meta, article_of, quote_metas, quotes_of, to_json
from onrecord.text.copies import groups
from onrecord.types import Article, Filters, Passage, Quote, SpeakerRecord, Status

__all__ = ["Origins", "Store", "StoreWriter"]

_SCHEMA = """
CREATE TABLE articles (
    no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, hash TEXT NOT NULL, day TEXT, meta TEXT NOT NULL,
    text TEXT NOT NULL, signature BLOB NOT NULL
) STRICT;
CREATE TABLE copies (article INTEGER PRIMARY KEY, leader INTEGER NOT NULL) STRICT;
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, article INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL,
    key BLOB NOT NULL
) STRICT;
CREATE TABLE quotes (
    article INTEGER NOT NULL, place INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, speaker INTEGER,
    meta TEXT NOT NULL, PRIMARY KEY (article, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE speakers (
    no INTEGER PRIMARY KEY, name TEXT NOT NULL, aliases TEXT NOT NULL, direct INTEGER NOT NULL,
    reported INTEGER NOT NULL, articles INTEGER NOT NULL
) STRICT;
"""
_INDEXES = """
CREATE INDEX passages_article ON passages (article, start);
CREATE INDEX articles_day ON articles (day);
CREATE INDEX copies_leader ON copies (leader);
CREATE INDEX quotes_speaker ON quotes (speaker, article, start, stop);
CREATE INDEX speakers_name ON speakers (name);
"""


class Origins(NamedTuple):
    """For each of some rows: its article and the first of its copies, by number, and the day of publication.

    Days are ordinals of ``date``, 0 where there is none.
    """

    articles: npt.NDArray[np.int32]
    leaders: npt.NDArray[np.int32]
    days: npt.NDArray[np.int32]


class StoreWriter:
    """Fills a new store.  Passages get rows 0, 1, 2, ... in the order in which they are added."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db = sqlite3.connect(path)
        # The file is thrown away if the ingest does not finish, so a journal would protect nothing.
        with _writing(path):
            self._db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)
        self._rows = 0
        self._article_of = array("i")
        self._days = array("i")
        self._signatures: list[bytes] = []
        self._speakers: dict[str, _Counted] = {}

    def add(
        self,
        article: Article,
        digest: str,
        passages: Sequence[Passage] = (),
        keys: Sequence[bytes] = (),
        quotes: Sequence[Quote] = (),
        *,
        signature: bytes = b"",
    ) -> None:
        """Add an article with its passages, their embedding keys, its quotes and what tells its copies."""
        self._signatures.append(signature)
        no = len(self._signatures)
        day = (article.published or "")[:10] or None
        self._days.append(date.fromisoformat(day).toordinal() if day else 0)
        self._article_of.extend([no] * len(passages))
        with _writing(self._path):
            self._add(
                no,
                (no, article.id, digest, day, article_meta(article), article.text, signature),
                passages,
                keys,
                quotes,
            )
        for quote in quotes:
            if quote.speaker is not None:
                self._speaker(quote.speaker.name).count(quote, no)

    def _add(
        self,
        no: int,
        fields: Sequence[Any],
        passages: Sequence[Passage],
        keys: Sequence[bytes],
        quotes: Sequence[Quote],
    ) -> None:
        self._db.execute("INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?)", fields)
        self._db.executemany(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?)",
            (
                (self._rows + i, no, passage.start, passage.end, key)
                for i, (passage, key) in enumerate(zip(passages, keys, strict=True))
            ),
        )
        self._rows += len(passages)
        self._db.executemany(
            "INSERT INTO quotes VALUES (?, ?, ?, ?, ?, ?)",
            (
                (no, place, q.start, q.end, q.speaker and self._speaker(q.speaker.name).no, meta)
                for place, (q, meta) in enumerate(zip(quotes, quote_metas(quotes), strict=True))
            ),
        )

    def _speaker(self, name: str) -> _Counted:
        return self._speakers.setdefault(name, _Counted(len(self._speakers) + 1))

    def finish(self) -> None:
        """Write everything; the store is read-only from now on."""
        speakers = (
            (one.no, name, to_json(list(one.aliases)), one.direct, one.reported, one.articles)
            for name, one in self._speakers.items()
        )
        leaders = groups(self._signatures)
        led = {leader for place, leader in enumerate(leaders) if place != leader}
        copies = ((place + 1, leader + 1) for place, leader in enumerate(leaders) if leader in led)
        with _writing(self._path):
            self._db.executemany("INSERT INTO speakers VALUES (?, ?, ?, ?, ?, ?)", speakers)
            self._db.executemany("INSERT INTO copies VALUES (?, ?)", copies)
            self._db.executescript(_INDEXES + "PRAGMA optimize;")
            self._db.commit()
            self._db.close()
        np.save(_origins(self._path), self._origins(leaders), allow_pickle=False)

    def _origins(self, leaders: Sequence[int]) -> npt.NDArray[np.int32]:
        """The article, its leader and its day for each row: what a search asks of hundreds of rows at a time."""
        articles = np.array(self._article_of, dtype=np.int32)
        leading, days = np.array(leaders, dtype=np.int32) + 1, np.array(self._days, dtype=np.int32)
        found: npt.NDArray[np.int32] = np.stack((articles, leading[articles - 1], days[articles - 1]), axis=1)
        return found

    def close(self) -> None:
        """Give the file up."""
        self._db.close()


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise IndexUnusableError(
            f"{path} cannot be written: {error}", hint="check the disk, or name another folder with --index"
        ) from error


@dataclass(slots=True)
class _Counted:
    """What is known of one name so far."""

    no: int
    aliases: dict[str, None] = field(default_factory=dict)
    direct: int = 0
    reported: int = 0
    articles: int = 0
    last: int = 0

    def count(self, quote: Quote, no: int) -> None:
        if quote.speaker is not None:
            self.aliases.update(dict.fromkeys(quote.speaker.aliases))
        self.direct += quote.direct
        self.reported += not quote.direct
        self.articles += no != self.last
        self.last = no


class Store:
    """Reads a store.  Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self.statuses: Mapping[str, Status] = {}
        """What editors decided since; it is laid over the articles as they are read."""
        try:
            self._db = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            self._db.execute("SELECT count(*) FROM articles")
            origins = np.load(_origins(path), mmap_mode="r", allow_pickle=False)
        except (sqlite3.Error, OSError, ValueError) as error:
            raise IndexDamagedError(f"{path.name} cannot be read ({error})", hint="run `onrecord verify`") from error
        # A memory map as NumPy's own class costs more to slice than it holds.
        self._origin_of: npt.NDArray[np.int32] = np.asarray(origins)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def article(self, article_id: str) -> Article | None:
        """The article with this id."""
        if not _is_storable(article_id):
            return None
        rows = self._rows("SELECT id, meta, text FROM articles WHERE id = ?", (article_id,))
        return self._article(*rows[0]) if rows else None

    def article_at(self, place: int) -> Article | None:
        """The article that was added as number ``place``, counting from 0."""
        rows = self._rows("SELECT id, meta, text FROM articles WHERE no = ?", (place + 1,))
        return self._article(*rows[0]) if rows else None

    def articles(self) -> Iterator[tuple[Article, str]]:
        """Every article with its content hash, in the order in which they were added."""
        last = 0
        while batch := self._rows(
            "SELECT no, id, meta, text, hash FROM articles WHERE no > ? ORDER BY no LIMIT 256", (last,)
        ):
            for no, article_id, meta, text, digest in batch:
                last = no
                yield self._article(article_id, meta, text), digest

    def hashes(self) -> dict[str, str]:
        """The content hash of each article by its id."""
        return dict(self._rows("SELECT id, hash FROM articles", ()))

    def count(self) -> dict[str, int]:
        """How many articles, passages and quotes there are."""
        return {
            name: self._rows(f"SELECT count(*) FROM {name}", ())[0][0]  # noqa: S608
            for name in ("articles", "passages", "quotes")
        }

    def days(self) -> tuple[str, str] | None:
        """The first and the last day of publication, or None where no article has one."""
        first, last = self._rows("SELECT min(day), max(day) FROM articles", ())[0]
        return (first, last) if first else None

    def passages(self, rows: Sequence[int]) -> dict[int, Passage]:
        """The passages in these rows, those that do not exist left out; an article is built once."""
        found: dict[int, Passage] = {}
        articles: dict[int, Article] = {}
        sql = (
            "SELECT p.row, p.start, p.stop, a.no, a.id, a.meta, a.text FROM passages p"  # noqa: S608
            f" JOIN articles a ON a.no = p.article WHERE p.row IN ({_marks(rows)})"
        )
        for row, start, stop, no, *fields in self._rows(sql, rows):
            if no not in articles:
                articles[no] = self._article(*fields)
            found[row] = Passage(articles[no], start, stop)
        return found

    def origins(self, rows: npt.NDArray[np.int64]) -> Origins:
        """Where each of these rows comes from."""
        return Origins(*self._origin_of[rows].T)

    def first_rows(self, articles: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
        """The row of the first passage of each of these articles, which are given by number."""
        numbers, firsts = self._firsts
        found: npt.NDArray[np.int64] = firsts[np.searchsorted(numbers, articles)]
        return found

    @cached_property
    def _firsts(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
        numbers, firsts = np.unique(self._origin_of[:, 0], return_index=True)
        return numbers, firsts

    def passages_of(self, article: Article) -> list[tuple[int, bytes, Passage]]:
        """The passages of an article with their rows and embedding keys, in order."""
        rows = self._rows(
            "SELECT p.row, p.key, p.start, p.stop FROM passages p JOIN articles a ON a.no = p.article"
            " WHERE a.id = ? ORDER BY p.start",
            (article.id,),
        )
        return [(row, key, Passage(article, start, stop)) for row, key, start, stop in rows]

    def rows_by_key(self) -> dict[bytes, int]:
        """For each embedding key a row that holds its vector."""
        return {key: row for row, key in self._rows("SELECT row, key FROM passages", ())}

    def quotes_of(self, article: Article) -> tuple[Quote, ...]:
        """The quotes of an article, in order."""
        rows = self._rows(
            "SELECT q.start, q.stop, s.name, q.meta FROM articles a JOIN quotes q ON q.article = a.no"
            " LEFT JOIN speakers s ON s.no = q.speaker WHERE a.id = ? ORDER BY q.place",
            (article.id,),
        )
        return tuple(quotes_of(article, rows))

    def places_quoting(self, names: Sequence[str]) -> list[int]:
        """The places, as ``article_at`` counts them, of the articles that quote somebody under one of these names."""
        sql = f"SELECT DISTINCT article FROM quotes WHERE speaker IN ({_speakers(names)}) ORDER BY article"  # noqa: S608
        return [no - 1 for (no,) in self._rows(sql, names)]

    def speakers(self) -> list[SpeakerRecord]:
        """Each name that somebody is quoted under, with its other forms and counts over all articles."""
        rows = self._rows("SELECT name, aliases, direct, reported, articles FROM speakers", ())
        return [SpeakerRecord(name, tuple(json.loads(aliases)), *counts) for name, aliases, *counts in rows]

    def prepared(self, article: Article) -> tuple[list[Passage], tuple[Quote, ...], bytes]:
        """What was made of an article when it was added: its passages, its quotes and its signature."""
        found = [passage for _, _, passage in self.passages_of(article)]
        ((signature,),) = self._rows("SELECT signature FROM articles WHERE id = ?", (article.id,))
        return found, self.quotes_of(article), signature

    def copies_of(self, article_id: str) -> tuple[Article, ...]:
        """The other articles that printed the same text, or nearly so, in the order in which they were added."""
        rows = self._rows(
            "SELECT a.id, a.meta, a.text FROM articles me JOIN copies c ON c.article = me.no"
            " JOIN copies o ON o.leader = c.leader AND o.article != c.article JOIN articles a ON a.no = o.article"
            " WHERE me.id = ? ORDER BY a.no",
            (article_id,),
        )
        return tuple(self._article(*row) for row in rows)

    def all_passages(self) -> Iterator[tuple[bytes, Passage]]:
        """Every passage with its embedding key, in order of rows; an article is built once."""
        for article, _ in self.articles():
            for _, key, passage in self.passages_of(article):
                yield key, passage

    def rows_of(self, article_ids: Sequence[str]) -> list[int]:
        """The rows of the passages of these articles."""
        sql = f"SELECT p.row FROM passages p JOIN articles a ON a.no = p.article WHERE a.id IN ({_marks(article_ids)})"  # noqa: S608
        return [row for (row,) in self._rows(sql, article_ids)]

    def _article(self, article_id: str, meta: str, text: str) -> Article:
        article = article_of(article_id, meta, text)
        status = self.statuses.get(article_id)
        return replace(article, status=status) if status else article

    def rows_matching(self, filters: Filters, speakers: Sequence[str]) -> list[int] | None:
        """The rows of the passages that the filters admit, or None where there are no filters.

        ``speakers`` are the names that ``filters.speaker`` stands for; a passage is admitted if a quote of
        one of them overlaps it.  Articles without a date are left out where a day is asked for.
        """
        where: list[str] = []
        values: list[Any] = []
        if filters.articles:
            where.append(f"a.id IN ({_marks(filters.articles)})")
            values += filters.articles
        for day, comparison in ((filters.since, ">="), (filters.until, "<=")):
            if day is not None:
                where.append(f"a.day {comparison} ?")
                values.append(day.isoformat())
        tables = "passages p"
        if filters.speaker is not None:
            # From the few quotes to their passages: asking every passage for a quote takes seconds among a million.
            tables = "quotes q CROSS JOIN passages p ON p.article = q.article AND p.start < q.stop AND p.stop > q.start"
            where.append(f"q.speaker IN ({_speakers(speakers)})")
            values += speakers
        if not where:
            return None
        wanted = " AND ".join(where)
        # Only comparisons of ours are put together here; every value is bound.
        sql = f"SELECT DISTINCT p.row FROM {tables} JOIN articles a ON a.no = p.article WHERE {wanted}"  # noqa: S608
        return [row for (row,) in self._rows(sql, values)]

    def _rows(self, sql: str, values: Sequence[Any]) -> list[Any]:
        try:
            with self._lock, closing(self._db.execute(sql, values)) as cursor:
                return cursor.fetchall()
        except sqlite3.DatabaseError as error:
            raise IndexDamagedError(
                f"the article store cannot be read ({error})", hint="run `onrecord verify`"
            ) from error


def _origins(path: Path) -> Path:
    return path.with_name("origins.npy")


def _is_storable(text: str) -> bool:
    # An argument that is not UTF-8 arrives with half characters, which no article's id holds.
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _speakers(names: Sequence[str]) -> str:
    return f"SELECT no FROM speakers WHERE name IN ({_marks(names)})"  # noqa: S608


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
