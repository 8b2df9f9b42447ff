"""Find every quotation and every reported statement of an article, with its speaker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from onrecord.quotes.marks import Marked, marked
from onrecord.quotes.reported import Attribution, attributions
from onrecord.quotes.speakers import resolve
from onrecord.quotes.tokens import Token, tokenise
from onrecord.types import Article, Block, Quote, Span

__all__ = ["extract_quotes"]

_DIRECT_WORDS = 5
_PARTIAL_WORDS = 3


class _Found(NamedTuple):
    spans: tuple[Span, ...]
    mention: Span | None
    cue: Span | None
    direct: bool


class _Said(NamedTuple):
    """An attribution in offsets of the article."""

    cue: Span
    source: Span | None
    contents: tuple[Span, ...]
    sentence: Span
    lemma: str


def extract_quotes(article: Article) -> tuple[Quote, ...]:
    """Every direct quotation and every reported statement, in order of appearance.

    ``“A,” said Pu. “B.”`` -> one direct quote with two spans, cue ``said``, mention ``Pu``
    """
    found: list[_Found] = []
    carried: _Found | None = None
    open_mark = ""
    for block in article.blocks:
        if block.kind == "boilerplate":
            continue
        if block.kind == "caption":
            found.extend(_paragraph(article, block, None, "")[0])
            continue
        here, last, open_mark = _paragraph(article, block, carried, open_mark)
        if here and carried is not None and here[0].spans[0] == Span(-1, -1):
            pass
        found.extend(here)
        carried = last
    found.sort(key=lambda quote: (quote.spans[0], not quote.direct))
    mentions = [quote.mention for quote in found if quote.mention is not None]
    speakers = resolve(article.text, mentions)
    return tuple(
        Quote(
            article,
            quote.spans,
            speakers[quote.mention] if quote.mention else None,
            quote.mention,
            article.text[quote.cue.start : quote.cue.end] if quote.cue else None,
            quote.direct,
        )
        for quote in found
    )


def _paragraph(
    article: Article, block: Block, carried: _Found | None, open_mark: str
) -> tuple[list[_Found], _Found | None, str]:
    """The quotes of a paragraph, the last one that the next paragraph may continue, and its open mark."""
    text = article.text
    pairs = marked(text, block.start, block.end)
    sentences = tokenise(text, block.start, block.end, pairs, article.language)
    said = [entry for sentence in sentences for entry in _said(sentence)]
    found = [quote for quote in map(_reported, said, [pairs] * len(said)) if quote is not None]
    direct = _direct(text, block, pairs, sentences, said, carried)
    unclosed = pairs[-1].opener if pairs and pairs[-1].unclosed else ""
    last = direct[-1] if direct and pairs and direct[-1].spans[-1].end == pairs[-1].words.end else None
    return [*found, *direct], last, unclosed


def _said(sentence: Sequence[Token]) -> list[_Said]:
    whole = Span(sentence[0].start, sentence[-1].end)
    return [
        _Said(
            _span(sentence, entry.cue),
            _span(sentence, entry.source) if entry.source else None,
            tuple(_span(sentence, content) for content in entry.contents),
            whole,
            entry.lemma,
        )
        for entry in attributions(sentence)
    ]


def _span(tokens: Sequence[Token], indices: tuple[int, int]) -> Span:
    return Span(tokens[indices[0]].start, tokens[indices[1] - 1].end)


def _reported(said: _Said, pairs: Sequence[Marked]) -> _Found | None:
    """The statement in the reporter's words, unless all of it stands between marks."""
    inside = [pair for pair in pairs if any(c.start <= pair.start and pair.end <= c.end for c in said.contents)]
    if sum(end - start for start, end in said.contents) - sum(p.end - p.start for p in inside) <= 2 * len(inside):
        return None
    return _Found(said.contents, said.source, said.cue, direct=False)


def _direct(
    text: str,
    block: Block,
    pairs: Sequence[Marked],
    sentences: Sequence[Sequence[Token]],
    said: Sequence[_Said],
    carried: _Found | None,
) -> list[_Found]:
    found: list[_Found] = []
    for pair in pairs:
        owner = _owner(pair, said)
        if owner is not None:
            quote = _Found((pair.words,), owner.source, owner.cue, direct=True)
        else:
            quote = _continued(text, block, pair, found, said, carried)
        if not _is_speech(text, pair, owner):
            continue
        if found and owner is None and _joins(text, found[-1], pair, said):
            found[-1] = found[-1]._replace(spans=(*found[-1].spans, pair.words))
        else:
            found.append(quote)
    return found


def _owner(pair: Marked, said: Sequence[_Said]) -> _Said | None:
    """The innermost attribution whose content holds the pair."""
    holding = [s for s in said if any(c.start <= pair.start and pair.end <= c.end for c in s.contents)]
    return min(holding, key=lambda s: sum(e - b for b, e in s.contents)) if holding else None


def _continued(
    text: str, block: Block, pair: Marked, found: list[_Found], said: Sequence[_Said], carried: _Found | None
) -> _Found:
    """A quotation without a cue of its own continues the speaker before it, if there is one."""
    before = [s for s in said if s.cue.end <= pair.start]
    if found:
        return _Found((pair.words,), found[-1].mention, None, direct=True)
    if before:
        return _Found((pair.words,), before[-1].source, None, direct=True)
    if carried is not None and not text[block.start : pair.start].strip():
        return _Found((pair.words,), carried.mention, None, direct=True)
    return _Found((pair.words,), None, None, direct=True)


def _is_speech(text: str, pair: Marked, owner: _Said | None) -> bool:
    words = text[pair.words.start : pair.words.end].split()
    if owner is None:
        return len(words) >= _DIRECT_WORDS and not _is_title(words)
    whole = any(abs(c.start - pair.start) <= 1 and abs(c.end - pair.end) <= 1 for c in owner.contents)
    return whole or (len(words) >= _PARTIAL_WORDS and not _is_title(words))


def _is_title(words: Sequence[str]) -> bool:
    """``Crippled America: How to Make America Great Again``."""
    long = [word for word in words if len(word) > 3 and word[0].isalpha()]
    return bool(long) and all(word[0].isupper() for word in long) and words[-1][-1] not in ".?!"


def _joins(text: str, before: _Found, pair: Marked, said: Sequence[_Said]) -> bool:
    """Whether only the attribution stands between two quotations: ``“A,” said Pu. “B.”``."""
    if before.cue is None or before.mention is None:
        return False
    between = Span(before.spans[-1].end, pair.start)
    own = [s for s in said if s.cue == before.cue]
    if not own or not between.start <= before.cue.start < between.end:
        return False
    return own[0].sentence.end >= between.end or not text[own[0].sentence.end : pair.start].strip()
