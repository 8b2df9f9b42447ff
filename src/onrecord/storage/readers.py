"""Files and addresses -> articles.  What cannot be read is rejected with its line and reason; the rest goes on."""

from __future__ import annotations

import gzip
import io
import os
import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from onrecord.errors import FileError
from onrecord.storage.formats.article import FIELDS, Rejection, article_from, content_hash
from onrecord.storage.formats.characters import decoded
from onrecord.storage.formats.feeds import Link, is_feed, read_feed
from onrecord.storage.formats.html import MAX_PAGE_BYTES, page_article
from onrecord.storage.formats.lines import read_lines
from onrecord.storage.formats.markdown import front_matter
from onrecord.storage.web import Page, Web, is_address
from onrecord.types import Article

__all__ = ["SUFFIXES", "Rejection", "article_from", "content_hash", "find_files", "read_file"]

_TEXT = (".md", ".txt")
_PAGES = (".html", ".htm", ".xhtml")
_LINES = (".jsonl", ".jsonl.gz")
_FEEDS = (".xml", ".rss", ".atom", ".xml.gz")
SUFFIXES = (*_TEXT, *_PAGES, *_LINES, *_FEEDS)
# The longest text that is taken, when every character of it takes four bytes.
MAX_TEXT_BYTES = 20 * 2**20
_MOST_STEPS = 3

_README = re.compile(r"readme(\.\w+)?", re.IGNORECASE)


def find_files(paths: Sequence[Path | str]) -> tuple[list[tuple[Path | str, str]], list[Rejection]]:
    """What to read for ``paths``: each file with its name below the folder that was given, each address with itself.

    Folders are walked in order of name; hidden files, a folder's README and files of other kinds are passed
    over.  A path that is not there, a file that was named but is of a kind that is not read, and in a folder
    what is no regular file or leads out of it, is rejected.
    """
    found: list[tuple[Path | str, str]] = []
    rejected: list[Rejection] = []
    for given in paths:
        if is_address(given):
            found.append((str(given), str(given)))
            continue
        path = Path(given)
        try:
            if path.is_dir():
                _walk(path, found, rejected)
            elif reason := _unusable(path):
                rejected.append(Rejection(_shown(str(path)), None, reason))
            else:
                found.append((path, _shown(path.name)))
        except (OSError, ValueError) as error:
            reason = f"cannot be read: {getattr(error, 'strerror', None) or error}"
            rejected.append(Rejection(_shown(str(path)), None, reason))
    return found, rejected


def read_file(place: Path | str, name: str, *, web: Web | None = None) -> Iterator[Article | Rejection]:
    """The articles of one file or address, in order, with what had to be rejected in between.

    Without ``web``, nothing is fetched, and the pages that a feed or a sitemap only names are rejected.
    """
    try:
        if isinstance(place, str):
            yield from _read_address(place, name, None, web)
        else:
            yield from _read(place, name, web)
    except FileError as error:
        yield Rejection(name, None, error.message)
    except OSError as error:
        yield Rejection(name, None, f"cannot be read: {error.strerror or error}")


def _unusable(path: Path) -> str | None:
    if path.is_symlink() and not path.exists():
        return "a link that leads nowhere"
    if not path.exists():
        return "no such file or folder"
    if not path.name.lower().endswith(SUFFIXES):
        return f"not one of {', '.join(SUFFIXES)}"
    return None if path.is_file() else "not a regular file"


def _walk(root: Path, found: list[tuple[Path | str, str]], rejected: list[Rejection]) -> None:
    def failed(error: OSError) -> None:
        rejected.append(Rejection(_shown(str(error.filename)), None, f"cannot be read: {error.strerror}"))

    inside = root.resolve()
    for folder, folders, names in os.walk(root, onerror=failed):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.startswith(".") or not name.lower().endswith(SUFFIXES) or _README.fullmatch(name):
                continue
            path = Path(folder) / name
            below = _shown(path.relative_to(root).as_posix())
            try:
                reason = _unusable(path)
                if reason is None and not path.resolve().is_relative_to(inside):
                    reason = "a link that leads out of the folder"
            except (OSError, RuntimeError) as error:
                reason = f"cannot be read: {getattr(error, 'strerror', None) or 'a link that loops'}"
            if reason:
                rejected.append(Rejection(below, None, reason))
            else:
                found.append((path, below))


def _shown(name: str) -> str:
    # A name that is not UTF-8 arrives with lone surrogates, which nothing downstream can store.
    return name.encode("utf-8", "backslashreplace").decode()


def _read(path: Path, name: str, web: Web | None) -> Iterator[Article | Rejection]:
    kind = path.name.lower()
    if kind.endswith(_LINES):
        with _opened(path) as file:
            yield from _unpacked_lines(file, name)
    elif kind.endswith(_FEEDS):
        with path.open("rb") as file:
            yield from _followed(read_feed(file, name), name, web)
    elif kind.endswith(_PAGES):
        yield page_article(_bytes(path, MAX_PAGE_BYTES), name)
    else:
        record, body = front_matter(decoded(_bytes(path, MAX_TEXT_BYTES)))
        if unknown := sorted(str(key) for key in record.keys() - FIELDS):
            raise FileError(f"front matter has unknown fields: {', '.join(unknown)[:120]}", hint="see corpus/README.md")
        yield article_from({**record, "text": body}, name=name, markdown=kind.endswith(".md"))


def _bytes(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise FileError(f"larger than {most // 2**20} MiB", hint="split it")
    return data


def _opened(path: Path) -> IO[bytes]:
    return gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb")  # type: ignore[return-value]


def _unpacked_lines(file: IO[bytes], name: str) -> Iterator[Article | Rejection]:
    try:
        yield from read_lines(file, name)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileError(f"the packed file is damaged: {error}", hint="pack it again") from None


def _read_address(
    url: str, name: str, line: int | None, web: Web | None, above: int = 0
) -> Iterator[Article | Rejection]:
    """What stands at an address; ``line`` is where the file ``name`` gives it, ``above`` how many sitemaps led to it."""
    try:
        if web is None:
            raise FileError("nothing is fetched here", hint="ingest it")
        page = web.get(url)
        if page is None:
            return
        if is_feed(page.body[:4096]):
            if above >= _MOST_STEPS:
                raise FileError(f"more than {_MOST_STEPS} feeds or sitemaps that lead to one another", hint="mend them")
            found = read_feed(io.BytesIO(page.body), url, url=page.url, charset=page.charset)
            yield from _followed(found, url, web, above + 1)
        else:
            yield _page(page)
    except FileError as error:
        yield Rejection(name, line, f"{url}: {error.message}" if line else error.message)


def _page(page: Page) -> Article:
    if page.kind not in {"", "text/html", "application/xhtml+xml", "text/plain"} or (
        page.kind == "text/plain" and b"<" not in page.body[:2048]
    ):
        raise FileError(f"{page.kind} is no page, no feed and no sitemap", hint="give the address of one")
    return page_article(page.body, page.url, url=page.url, charset=page.charset)


def _followed(
    found: Iterator[Article | Rejection | Link], name: str, web: Web | None, above: int = 0
) -> Iterator[Article | Rejection]:
    """Articles as they are; a link as what stands at its address."""
    for one in found:
        if not isinstance(one, Link):
            yield one
        else:
            yield from _read_address(one.url, name, one.line, web, above)
