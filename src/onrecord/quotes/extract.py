"""Find every quotation and every reported statement of an article, with its speaker."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from onrecord.quotes.attribution import Said
from onrecord.quotes.chinese import is_chinese, said_in_chinese
from onrecord.quotes.marks import Marked, closings, marked
from onrecord.quotes.reported import said_in, subject_of
from onrecord.quotes.speakers import resolve
from onrecord.quotes.tokens import tokenise
from onrecord.types import Article, Block, Quote, Span

__all__ = ["extract_quotes"]

_DIRECT_WORDS = 5
_MOST_SPANS = 100
_LONG_TITLE = 4
_LINE_BREAK = re.compile(r"[.?!:”\"'’)][ \t\u00a0]*\n[ \t\u00a0]*(?=[A-Z“\"‘'「«])")
_DATELINE = re.compile(r"(?:[A-Z][\w.]+(?:[ ,]{1,2}[A-Z][\w.]+){0,4} ?(?:\([^()\n]{1,30}\))? ?(?:--?|–|—)\s+)")


class _Found(NamedTuple):
    """A quote before its speaker is known; ``said`` is None where another quotation's speaker goes on."""

    spans: tuple[Span, ...]
    mention: Span | None
    direct: bool
    said: Said | None = None


class _Paragraph(NamedTuple):
    """What one paragraph holds, and the opening mark of a quotation that it leaves open."""

    found: list[_Found]
    subjects: list[Span]
    last: _Found | None
    open_mark: str


def extract_quotes(article: Article) -> tuple[Quote, ...]:
    """Every direct quotation and every reported statement, in order of appearance.

    ``“A,” said Pu. “B.”`` -> one direct quote with two spans, cue ``said``, mention ``Pu``
    """
    found: list[_Found] = []
    subjects: list[Span] = []
    carried: _Found | None = None
    open_mark = ""
    first = next((block for block in article.blocks if block.kind == "body"), None)
    for block in article.blocks:
        if block.kind == "boilerplate":
            continue
        if block.kind == "caption":
            found.extend(quote for quote in _paragraph(article, block, None).found if quote.direct)
            continue
        for line in _lines(article.text, block):
            opens = first is not None and line.start == first.start
            here = _paragraph(article, line, carried, opens=opens)
            if carried is not None and _goes_on(article.text, line, here, open_mark, carried):
                here = _continue(found, carried, here)
            found.extend(here.found)
            subjects.extend(here.subjects)
            carried, open_mark = here.last, here.open_mark
    return _quotes(article, found, subjects)


def _quotes(article: Article, found: list[_Found], subjects: list[Span]) -> tuple[Quote, ...]:
    found.sort(key=lambda quote: (quote.spans[0], not quote.direct))
    speakers = resolve(article.text, [quote.mention for quote in found if quote.mention], subjects)
    return tuple(
        Quote(
            article,
            quote.spans,
            speakers[quote.mention] if quote.mention else None,
            quote.mention,
            article.text[quote.said.cue.start : quote.said.cue.end] if quote.said else None,
            quote.direct,
        )
        for quote in found
    )


def _lines(text: str, block: Block) -> Iterator[Block]:
    """Split a block whose source has no blank lines; a break inside a quotation is no border."""
    start = at = block.start
    opener = ""
    for match in _LINE_BREAK.finditer(text, block.start, block.end):
        opener = _open_after(text, at, match.start() + 1, opener)
        at = match.end()
        if opener and not text.startswith(opener, at):
            continue
        yield Block(block.kind, start, match.start() + 1)
        start, opener = at, ""
    yield Block(block.kind, start, block.end)


def _open_after(text: str, start: int, end: int, opener: str) -> str:
    """Return the mark that is still open at ``end``, if ``opener`` was at ``start``."""
    if opener:
        closing = min((at for mark in closings(opener) if (at := text.find(mark, start, end)) >= 0), default=-1)
        if closing < 0:
            return opener
        start = closing + 1
    pairs = marked(text, start, end)
    return pairs[-1].opener if pairs and pairs[-1].unclosed else ""


def _goes_on(text: str, line: Block, here: _Paragraph, mark: str, carried: _Found) -> bool:
    """Whether the paragraph opens with the mark of the quotation that the last one left open."""
    if not mark or not text.startswith(mark, line.start) or len(carried.spans) > _MOST_SPANS:
        return False
    first = next((quote for quote in here.found if quote.direct), None)
    return first is not None and first.spans[0].start <= line.start + len(mark) + 1


def _continue(found: list[_Found], carried: _Found, here: _Paragraph) -> _Paragraph:
    """Join the first quotation of this paragraph to the one left open, whose source it keeps."""
    first = next(quote for quote in here.found if quote.direct)
    mention = first.mention if first.said else carried.mention or first.mention
    joined = _Found((*carried.spans, *first.spans), carried.mention or mention, True, carried.said or first.said)
    rest = [quote for quote in here.found if quote is not first]
    last = joined if here.last is first else here.last
    for at in range(len(found) - 1, -1, -1):
        if found[at] is carried:
            found[at] = joined
            break
    return _Paragraph(rest, here.subjects, last, here.open_mark)


def _paragraph(article: Article, block: Block, carried: _Found | None, *, opens: bool = False) -> _Paragraph:
    text = article.text
    pairs = marked(text, block.start, block.end)
    said, subjects = _read(article, block, pairs, opens=opens)
    reported = [quote for entry in said if (quote := _reported(entry, pairs)) is not None]
    direct = _direct(text, block, pairs, said, carried)
    ends_open = bool(direct and pairs) and direct[-1].spans[-1].end == pairs[-1].words.end
    mark = pairs[-1].opener if pairs and pairs[-1].unclosed else ""
    return _Paragraph([*reported, *direct], subjects, direct[-1] if ends_open else None, mark)


def _read(article: Article, block: Block, pairs: Sequence[Marked], *, opens: bool) -> tuple[list[Said], list[Span]]:
    """Return attributions and sentence subjects of a paragraph; ``opens``: a dateline may stand first."""
    text = article.text
    if is_chinese(text, block.start, block.end):
        return said_in_chinese(text, block.start, block.end, pairs), []
    start = block.start
    if opens and (dateline := _DATELINE.match(text, block.start, block.end)) is not None:
        start = dateline.end()
        pairs = [pair for pair in pairs if pair.start >= start]
    sentences = tokenise(text, start, block.end, pairs, article.language)
    heading = opens or block.kind == "heading"
    said = [entry for sentence in sentences for entry in said_in(sentence, heading=heading)]
    return said, [subject for sentence in sentences if (subject := subject_of(sentence)) is not None]


def _reported(said: Said, pairs: Sequence[Marked]) -> _Found | None:
    """Return the statement in the reporter's words, unless all of it stands between marks."""
    first = bisect_left(pairs, said.contents[0].start, key=lambda pair: pair.start)
    last = bisect_left(pairs, said.contents[-1].end, key=lambda pair: pair.start)
    inside = [pair for pair in pairs[first:last] if _holds(said.contents, pair)]
    outside = sum(end - start for start, end in said.contents) - sum(pair.end - pair.start for pair in inside)
    if outside <= 2 * len(inside):
        return None
    return _Found(said.contents, said.source, False, said)


def _holds(contents: Sequence[Span], pair: Marked) -> bool:
    return any(start <= pair.start and pair.end <= end for start, end in contents)


def _direct(
    text: str, block: Block, pairs: Sequence[Marked], said: Sequence[Said], carried: _Found | None
) -> list[_Found]:
    """Return the quotations of a paragraph; scare quotes and titles of works are left out."""
    found: list[_Found] = []
    for pair in pairs:
        owner = _owner(pair, said)
        if owner is None and _is_long_title(text, pair):
            continue
        joins = owner is None and bool(found) and _joins(text, found[-1], pair)
        if joins and ((_is_sentence(text, pair) and _is_set_off(text, pair)) or _resumes(text, found[-1], pair)):
            found[-1] = found[-1]._replace(spans=(*found[-1].spans, pair.words))
        elif not _is_speech(text, pair, owner, alone=pair.start == block.start):
            continue
        elif owner is not None:
            found.append(_Found((pair.words,), owner.source, True, owner))
        elif joins:
            found[-1] = found[-1]._replace(spans=(*found[-1].spans, pair.words))
        else:
            found.append(_Found((pair.words,), _continued(text, block, pair, found, said, carried), True))
    return found


def _resumes(text: str, before: _Found, pair: Marked) -> bool:
    """Whether no more than a comma stands between the attribution and its second half."""
    if before.said is None or before.mention is None:
        return False
    return not text[max(before.said.cue.end, before.mention.end) : pair.start].strip(" ,:，：")


def _is_set_off(text: str, pair: Marked) -> bool:
    """Whether a point stands before the opening mark, so that the reporter's sentence does not run on into it."""
    return not text[max(pair.start - 8, 0) : pair.start].rstrip()[-1:].isalnum()


def _is_sentence(text: str, pair: Marked) -> bool:
    """``Never.``: short, and yet no scare quote."""
    return text[pair.words.end - 1] in ".?!。！？…" and not text[pair.words.start].islower()


def _owner(pair: Marked, said: Sequence[Said]) -> Said | None:
    """Return the attribution whose cue or source touches the quotation, else the outermost that holds it."""
    first = bisect_left(said, pair.start, key=lambda entry: entry.sentence.end)
    last = bisect_left(said, pair.end, key=lambda entry: entry.sentence.start)
    holding = [entry for entry in said[first:last] if _holds(entry.contents, pair)]
    for entry in holding:
        ends = [entry.cue, entry.source] if entry.source else [entry.cue]
        if any(0 <= pair.start - end.end <= 2 or 0 <= end.start - pair.end <= 2 for end in ends):
            return entry
    return max(holding, key=lambda entry: sum(end - start for start, end in entry.contents), default=None)


def _continued(
    text: str,
    block: Block,
    pair: Marked,
    found: Sequence[_Found],
    said: Sequence[Said],
    carried: _Found | None,
) -> Span | None:
    """Whom a quotation without a cue of its own continues: the speaker before it, if there is one."""
    end = found[-1].spans[-1].end if found else block.start
    for entry in reversed(said):
        if entry.cue.end <= pair.start and not (found and (entry is found[-1].said or entry.cue.start < end)):
            return entry.source
    if found:
        return found[-1].mention
    if carried is not None and not text[block.start : pair.start].strip():
        return carried.mention
    return None


def _is_speech(text: str, pair: Marked, owner: Said | None, *, alone: bool) -> bool:
    """Somebody's words: part of what an attribution covers, or too long for a scare quote; never a title."""
    words = text[pair.words.start : pair.words.end].split()
    if owner is None:
        return (len(words) >= _DIRECT_WORDS or (alone and _is_sentence(text, pair))) and not _is_title(words)
    if any(abs(start - pair.start) <= 1 and abs(end - pair.end) <= 1 for start, end in owner.contents):
        return True
    return not _is_title(words)


def _is_title(words: Sequence[str]) -> bool:
    """``Crippled America: How to Make America Great Again``."""
    long = [word for word in words if len(word) > 3 and word[0].isalpha()]
    return bool(long) and all(word[0].isupper() for word in long) and words[-1][-1] not in ".?!"


def _is_long_title(text: str, pair: Marked) -> bool:
    """The same with a full stop after it that is not its own."""
    words = text[pair.words.start : pair.words.end].rstrip(".").split()
    return len([word for word in words if len(word) > 3]) >= _LONG_TITLE and _is_title(words)


def _joins(text: str, before: _Found, pair: Marked) -> bool:
    """Whether only the attribution stands between two quotations: ``“A,” said Pu. “B.”``."""
    if before.said is None or not before.spans[-1].end <= before.said.cue.start < pair.start:
        return False
    return before.said.sentence.end >= pair.start or not text[before.said.sentence.end : pair.start].strip()
