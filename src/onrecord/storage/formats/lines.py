"""JSON Lines -> articles, a line at a time; a broken line costs only itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO

from onrecord.errors import FileError
from onrecord.storage.formats.article import Rejection, article_from
from onrecord.text.normalise import single_line
from onrecord.types import Article

__all__ = ["read_lines"]

# An article of the greatest length that is taken fits in, also where half of it is written as \u escapes.
MAX_LINE_BYTES = 16 * 2**20


def read_lines(file: IO[bytes], name: str) -> Iterator[Article | Rejection]:
    """The articles of a JSON Lines file, in order, with what had to be rejected in between."""
    number = 0
    while line := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES:
            while line and not line.endswith(b"\n"):
                line = file.readline(MAX_LINE_BYTES)
            yield Rejection(name, number, f"longer than {MAX_LINE_BYTES // 2**20} MiB")
        elif line.strip():
            yield _article(line, number, name)


def _article(line: bytes, number: int, name: str) -> Article | Rejection:
    try:
        record = json.loads(line)
        if not isinstance(record, dict):
            raise FileError("not a JSON object", hint="one object a line")
        return article_from(record, name=f"{name}:{number}")
    except FileError as error:
        return Rejection(name, number, error.message)
    except UnicodeDecodeError:
        return Rejection(name, number, "not UTF-8, which JSON Lines must be")
    except (ValueError, RecursionError) as error:
        return Rejection(name, number, f"not JSON: {single_line(str(error))[:120]}")
