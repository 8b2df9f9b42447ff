"""Files -> articles.  A file that cannot be read is rejected with its line and reason; the rest goes on."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from charset_normalizer import from_bytes
from markdown_it import MarkdownIt
from markdown_it.token import Token

from onrecord.errors import FileError
from onrecord.text.blocks import classify, paragraphs
from onrecord.text.normalise import single_line
from onrecord.text.tokens import detect_language
from onrecord.types import Article, Block, BlockKind, Status

__all__ = ["SUFFIXES", "Rejection", "article_from", "content_hash", "find_files", "read_file"]

SUFFIXES = (".md", ".txt", ".jsonl")
MAX_FILE_BYTES = 200 * 1024 * 1024
MAX_ARTICLE_CHARACTERS = 5_000_000

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_FIELDS = {"id", "title", "text", "url", "published", "authors", "outlet", "language"}
_README = re.compile(r"readme(\.\w+)?", re.IGNORECASE)


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


def find_files(paths: Sequence[Path]) -> tuple[list[tuple[Path, str]], list[Rejection]]:
    """The files to read under ``paths``, each with its name below the folder that was given.

    Folders are walked in order of name; hidden files, links that leave the folder or loop, a folder's
    README and files of other kinds are passed over.  A path that is not there, or a file that was named
    but is of a kind that is not read, is rejected.
    """
    found: list[tuple[Path, str]] = []
    rejected: list[Rejection] = []
    for path in paths:
        try:
            if path.is_dir():
                found.extend(_walk(path))
            elif reason := _unusable(path):
                rejected.append(Rejection(_shown(str(path)), None, reason))
            else:
                found.append((path, _shown(path.name)))
        except OSError as error:
            rejected.append(Rejection(_shown(str(path)), None, f"cannot be read: {error.strerror}"))
    return found, rejected


def read_file(path: Path, name: str) -> Iterator[Article | Rejection]:
    """The articles of one file, in order, with what had to be rejected in between."""
    try:
        yield from _read(path, name)
    except FileError as error:
        yield Rejection(name, None, error.message)
    except OSError as error:
        yield Rejection(name, None, f"cannot be read: {error.strerror}")


def article_from(record: dict[str, Any], *, name: str, markdown: bool = False) -> Article:
    """An article from the fields of the ingest format; ``name`` is its id where it has no other.

    Raises FileError with the field and the reason.
    """
    text = _string(record, "text") or ""
    title = single_line(_string(record, "title") or "")
    if not text.strip() and not title:
        raise FileError("it has neither a text nor a title", hint="give it one of the two")
    if len(text) > MAX_ARTICLE_CHARACTERS:
        raise FileError(f"the text is longer than {MAX_ARTICLE_CHARACTERS:,} characters", hint="split it")
    draft = _Draft()
    if title:
        draft.add(title, "heading")
    blocks = _markdown_blocks(text) if markdown else _plain_blocks(text)
    for index, (paragraph, kind) in enumerate(blocks):
        if index == 0 and single_line(paragraph) == title:
            continue
        draft.add(paragraph, kind)
    if not draft.blocks:
        raise FileError("nothing of its text can be shown", hint="check the file")
    url = _url(record)
    first = draft.blocks[0]
    return Article(
        id=_string(record, "id") or url or name,
        text=draft.text,
        blocks=tuple(draft.blocks),
        title=title or single_line(draft.text[first.start : first.end])[:200],
        url=url,
        published=_published(record),
        authors=_authors(record),
        outlet=_string(record, "outlet"),
        language=_string(record, "language") or detect_language(draft.text),
        status=Status(),
    )


def content_hash(article: Article) -> str:
    """A hash over everything that an article says of itself, to tell whether it changed."""
    return hashlib.sha256(json.dumps(asdict(article), ensure_ascii=False).encode()).hexdigest()


def _unusable(path: Path) -> str | None:
    if not path.exists():
        return "no such file or folder"
    if path.suffix.lower() not in SUFFIXES:
        return f"not one of {', '.join(SUFFIXES)}"
    return None if path.is_file() else "not a regular file"


def _walk(root: Path) -> Iterator[tuple[Path, str]]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder) / name
            if name.startswith(".") or path.suffix.lower() not in SUFFIXES or _README.fullmatch(name):
                continue
            if path.is_file() and path.resolve().is_relative_to(root.resolve()):
                yield path, _shown(path.relative_to(root).as_posix())


def _shown(name: str) -> str:
    # A name that is not UTF-8 arrives with lone surrogates, which nothing downstream can store.
    return name.encode("utf-8", "backslashreplace").decode()


def _read(path: Path, name: str) -> Iterator[Article | Rejection]:
    if path.stat().st_size > MAX_FILE_BYTES:
        raise FileError(f"larger than {MAX_FILE_BYTES // 2**20} MiB", hint="split it")
    if path.suffix.lower() == ".jsonl":
        yield from _read_jsonl(path, name)
        return
    text = _decoded(path.read_bytes())
    record, body = _front_matter(text)
    yield article_from({**record, "text": body}, name=name, markdown=path.suffix.lower() == ".md")


def _read_jsonl(path: Path, name: str) -> Iterator[Article | Rejection]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
                if not isinstance(record, dict):
                    raise FileError("not a JSON object", hint="one object a line")
                yield article_from(record, name=f"{name}:{number}")
            except FileError as error:
                yield Rejection(name, number, error.message)
            except UnicodeDecodeError:
                yield Rejection(name, number, "not UTF-8, which JSON Lines must be")
            except (ValueError, RecursionError) as error:
                yield Rejection(name, number, f"not JSON: {single_line(str(error))[:120]}")


def _decoded(data: bytes) -> str:
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileError("it holds NUL bytes, so it is no text", hint="check the file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        best = from_bytes(data).best()
    if best is None:
        raise FileError("its encoding cannot be told", hint="save it as UTF-8")
    return str(best)


def _front_matter(text: str) -> tuple[dict[str, Any], str]:
    match = _FRONT_MATTER.match(text)
    if match is None:
        return {}, text
    try:
        # BaseLoader keeps every scalar as it is written: a date stays as precise as it was given.
        fields = yaml.load(match.group(1), Loader=yaml.BaseLoader)  # noqa: S506 - builds strings, lists, dicts only
    except (yaml.YAMLError, RecursionError) as error:
        raise FileError(f"front matter is not YAML: {single_line(str(error))[:120]}", hint="mend it") from error
    if fields is None or fields == "":
        return {}, text[match.end() :]
    if not isinstance(fields, dict):
        raise FileError("front matter is not a list of fields", hint="write `title: ...`")
    if unknown := sorted(str(key) for key in fields.keys() - _FIELDS):
        raise FileError(f"front matter has unknown fields: {', '.join(unknown)[:120]}", hint="see corpus/README.md")
    return {key: value for key, value in fields.items() if value != ""}, text[match.end() :]


def _plain_blocks(text: str) -> list[tuple[str, BlockKind]]:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    lines = [text[start:end] for start, end in paragraphs(text)]
    return list(zip(lines, classify(lines), strict=True))


def _markdown_blocks(text: str) -> list[tuple[str, BlockKind]]:
    found: list[tuple[str, BlockKind | None]] = []
    tokens = MarkdownIt("commonmark").parse(text)
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type in {"fence", "code_block"}:
            found.extend((token.content[s:e], None) for s, e in paragraphs(token.content))
        if token.type != "inline":
            continue
        if shown := _shown_text(token).strip():
            found.append((shown, _marked_kind(token, before)))
    kinds = classify([shown for shown, _ in found])
    return [(shown, marked or kind) for (shown, marked), kind in zip(found, kinds, strict=True)]


def _marked_kind(token: Token, before: Token | None) -> BlockKind | None:
    if before is not None and before.type == "heading_open":
        return "heading"
    children = [child for child in token.children or () if child.content or child.type != "text"]
    # A picture alone, or a paragraph wholly in emphasis under one, is what a caption looks like.
    if children and all(child.type == "image" for child in children):
        return "caption"
    if len(children) > 2 and children[0].type == "em_open" and children[-1].type == "em_close":
        inner = [child.type for child in children[1:-1]]
        return "caption" if "em_close" not in inner else None
    return None


def _shown_text(token: Token) -> str:
    shown: list[str] = []
    for child in token.children or ():
        if child.type in {"softbreak", "hardbreak"}:
            shown.append("\n")
        elif child.type in {"text", "code_inline", "image", "text_special"}:
            shown.append(child.content)
    return "".join(shown)


def _string(record: dict[str, Any], key: str) -> str | None:
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


def _url(record: dict[str, Any]) -> str | None:
    url = _string(record, "url")
    if url is not None and not re.fullmatch(r"https?://[^\s<>\"\\^`{|}]+", url):
        raise FileError(f"url is not an http(s) address: {url[:80]!r}", hint="mend it or leave it out")
    return url


def _published(record: dict[str, Any]) -> str | None:
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


def _authors(record: dict[str, Any]) -> tuple[str, ...]:
    value = record.get("authors") or []
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise FileError("authors is not a list of names", hint='write ["A. Writer"]')
    return tuple(name for author in value if (name := single_line(author)))
