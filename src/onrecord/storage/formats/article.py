"""The fields of the ingest format -> an article, or the field and the reason why not."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from onrecord.errors import FileError
from onrecord.storage.formats.characters import mojibake
from onrecord.storage.formats.markdown import markdown_paragraphs
from onrecord.text.blocks import classify, paragraphs
from onrecord.text.language import detect_language
from onrecord.text.normalise import shown, single_line
from onrecord.types import Article, Block, BlockKind, Status

__all__ = ["FIELDS", "Rejection", "article_from", "content_hash"]

FIELDS = frozenset({"id", "title", "text", "url", "published", "authors", "outlet", "language"})
MAX_ARTICLE_CHARACTERS = 5_000_000


@dataclass(frozen=True, slots=True)
class Rejection:
    """A file, or a line of one, that was not taken, and why."""

    file: str
    line: int | None
    reason: str


@dataclass(slots=True)
class _Draft:
    """An article's text as it is put together, paragraph by paragraph."""

    parts: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    size: int = 0

    def add(self, text: str, kind: BlockKind) -> None:
        if self.parts:
            self.parts.append("\n\n")
            self.size += 2
        self.parts.append(text)
        self.blocks.append(Block(kind, self.size, self.size + len(text)))
        self.size += len(text)

    @property
    def text(self) -> str:
        return "".join(self.parts)


def article_from(
    record: Mapping[str, Any],
    *,
    name: str,
    markdown: bool = False,
    marked: Sequence[tuple[str, BlockKind]] | None = None,
) -> Article:
    """An article from the fields of the ingest format; ``name`` is its id where it has no other.

    ``marked`` are its paragraphs where the format told them apart already; they stand for ``text``.
    Raises FileError with the field and the reason.
    """
    text = _string(record, "text") or ""
    title = single_line(_string(record, "title") or "")
    if not (marked or text.strip() or title):
        raise FileError("it has neither a text nor a title", hint="give it one of the two")
    if len(text) > MAX_ARTICLE_CHARACTERS or sum(len(part) for part, _ in marked or ()) > MAX_ARTICLE_CHARACTERS:
        raise FileError(f"the text is longer than {MAX_ARTICLE_CHARACTERS:,} characters", hint="split it")
    draft = _Draft()
    if title:
        draft.add(title, "heading")
    if marked is None:
        text = shown(text)
        marked = markdown_paragraphs(text) if markdown else _plain_paragraphs(text)
    for index, (paragraph, kind) in enumerate(marked):
        if index == 0 and single_line(paragraph) == title:
            continue
        draft.add(paragraph, kind)
    if not draft.blocks:
        raise FileError("nothing of its text can be shown", hint="check the file")
    whole = draft.text
    if broken := mojibake(whole):
        raise FileError(f"its text was decoded wrongly (mojibake): {broken!r}", hint="mend the source")
    url = _url(record)
    first = draft.blocks[0]
    return Article(
        id=_string(record, "id") or url or name,
        text=whole,
        blocks=tuple(draft.blocks),
        title=title or single_line(whole[first.start : first.end])[:200],
        url=url,
        published=_published(record),
        authors=_authors(record),
        outlet=_string(record, "outlet"),
        language=_string(record, "language") or detect_language(whole),
        status=Status(),
    )


_PLAIN = [field.name for field in fields(Article) if field.name not in {"blocks", "status"}]


def content_hash(article: Article) -> str:
    """A hash over everything that an article says of itself, to tell whether it changed."""
    # Field by field: dataclasses.asdict takes ten times as long, and every ingest hashes every article.
    status, blocks = article.status, [(block.kind, block.start, block.end) for block in article.blocks]
    plain = [getattr(article, name) for name in _PLAIN]
    changed = status.changed and status.changed.isoformat()
    said = json.dumps([*plain, blocks, status.state, status.note, changed], ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def _plain_paragraphs(text: str) -> list[tuple[str, BlockKind]]:
    lines = [text[start:end] for start, end in paragraphs(text)]
    return list(zip(lines, classify(lines), strict=True))


def _string(record: Mapping[str, Any], key: str) -> str | None:
    value = record.get(key)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise FileError(f"{key} is not a string", hint="quote it")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise FileError(f"{key} holds half a character (a lone surrogate)", hint="mend it") from None
    return value


def _url(record: Mapping[str, Any]) -> str | None:
    url = _string(record, "url")
    if url is not None and not re.fullmatch(r"https?://[^\s<>\"\\^`{|}]+", url):
        raise FileError(f"url is not an http(s) address: {url[:80]!r}", hint="mend it or leave it out")
    return url


def _published(record: Mapping[str, Any]) -> str | None:
    value = _string(record, "published")
    if value is None:
        return None
    value = value.strip()
    try:
        # A week date (2025-W10-1) is ISO 8601 too, but is not in order with the others.
        if not re.match(r"\d{4}-\d\d-\d\d", value):
            raise ValueError(value)
        date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    except ValueError:
        raise FileError(f"published is not an ISO 8601 date: {value[:40]!r}", hint="write 2022-06-17") from None
    return value


def _authors(record: Mapping[str, Any]) -> tuple[str, ...]:
    value = record.get("authors") or []
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise FileError("authors is not a list of names", hint='write ["A. Writer"]')
    return tuple(name for author in value if (name := single_line(author)))
