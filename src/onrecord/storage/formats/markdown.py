"""Markdown with front matter -> fields and paragraphs."""

from __future__ import annotations

import re
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from onrecord.errors import FileError
from onrecord.text.blocks import classify, paragraphs
from onrecord.text.normalise import single_line
from onrecord.types import BlockKind

__all__ = ["front_matter", "markdown_paragraphs"]

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_MAX_FRONT_MATTER = 20_000


def front_matter(text: str) -> tuple[dict[str, Any], str]:
    """The fields at the head of ``text``, and the text below them.

    Raises FileError with the line where they are no YAML.
    """
    match = _FRONT_MATTER.match(text)
    if match is None:
        return {}, text
    if len(match.group(1)) > _MAX_FRONT_MATTER:
        raise FileError(f"front matter is longer than {_MAX_FRONT_MATTER:,} characters", hint="check the file")
    try:
        # BaseLoader keeps every scalar as it is written: a date stays as precise as it was given.
        fields = yaml.load(match.group(1), Loader=yaml.BaseLoader)  # noqa: S506 - builds strings, lists, dicts only
    except (yaml.YAMLError, RecursionError) as error:
        raise FileError(f"front matter is not YAML: {single_line(str(error))[:120]}", hint="mend it") from error
    if fields is None or fields == "":
        return {}, text[match.end() :]
    if not isinstance(fields, dict):
        raise FileError("front matter is not a list of fields", hint="write `title: ...`")
    return {key: value for key, value in fields.items() if value != ""}, text[match.end() :]


def markdown_paragraphs(text: str) -> list[tuple[str, BlockKind]]:
    """The paragraphs of Markdown as they are shown, with their kinds from the marks and the words."""
    found: list[tuple[str, BlockKind | None]] = []
    tokens = MarkdownIt("commonmark").parse(text)
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type in {"fence", "code_block"}:
            found.extend((token.content[s:e], None) for s, e in paragraphs(token.content))
        if token.type != "inline":
            continue
        if line := _shown_text(token).strip():
            found.append((line, _marked_kind(token, before)))
    kinds = classify([line for line, _ in found])
    return [(line, marked or kind) for (line, marked), kind in zip(found, kinds, strict=True)]


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
    line: list[str] = []
    for child in token.children or ():
        if child.type in {"softbreak", "hardbreak"}:
            line.append("\n")
        elif child.type in {"text", "code_inline", "image", "text_special"}:
            line.append(child.content)
    return "".join(line)
