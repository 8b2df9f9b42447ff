"""Cut an article into passages: whole sentences, never across a caption, a heading or boilerplate."""

from __future__ import annotations

import re
from collections.abc import Iterator

from onrecord.text.sentences import sentences
from onrecord.types import Article, Block, Passage, Span, quotations

__all__ = ["body_sentences", "context_of", "length", "opening_of", "passages"]

_CJK = re.compile(r"[\u3400-\u9fff]")
_OPENING_WORDS = 400


def passages(article: Article, *, words: int = 120) -> list[Passage]:
    """The passages of an article, in order, each of about ``words`` words.

    Passages begin with a paragraph where they can, hold whole sentences always and whole quotations where
    they fit, and exceed ``words`` only for a single sentence that does.  An article that has nothing but
    headings is its headings.
    """
    found: list[Passage] = []
    for run in _runs(article):
        found.extend(_packed(article, run, words))
    if not found:
        found = [
            Passage(article, block.start, block.end)
            for block in article.blocks
            if block.kind == "heading" and block.end > block.start
        ]
    return found


def body_sentences(article: Article, start: int = 0, end: int | None = None) -> list[Span]:
    """The sentences of the body between two offsets, those that they cut left out."""
    end = len(article.text) if end is None else end
    return [
        sentence
        for block in article.blocks
        if block.kind == "body" and block.start < end and block.end > start
        for sentence in sentences(article.text, block.start, block.end, article.language)
        if start <= sentence.start and sentence.end <= end
    ]


def context_of(passage: Passage) -> str:
    """The title of the article and the heading that a passage stands under, one a line."""
    article = passage.article
    above = [block for block in article.blocks if block.kind == "heading" and block.end <= passage.start]
    heading = article.text[above[-1].start : above[-1].end] if above else ""
    return "\n".join(dict.fromkeys(part for part in (article.title, heading) if part))


def opening_of(article: Article, *, words: int = _OPENING_WORDS) -> str:
    """The title, twice, and the first words of the body: where news says what it is about."""
    found: list[str] = []
    for block in article.blocks:
        if block.kind == "body" and len(found) < words:
            found += article.text[block.start : block.end].split()
    return " ".join([article.title, article.title, *found[:words]]).strip()


def length(text: str) -> float:
    """The size of a text in words, two Chinese characters counting as one.

    ``汽车 plant`` -> ``2``
    """
    characters = len(_CJK.findall(text))
    return characters / 2 + len(_CJK.sub(" ", text).split())


def _runs(article: Article) -> Iterator[list[Block]]:
    """Body blocks that stand together, so that a slice over them holds nothing else."""
    run: list[Block] = []
    for block in article.blocks:
        if block.kind == "body":
            run.append(block)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _packed(article: Article, run: list[Block], words: int) -> Iterator[Passage]:
    start, end, size = run[0].start, run[0].start, 0.0
    for block in run:
        whole = length(article.text[block.start : block.end])
        # A paragraph that fits into a passage of its own is not torn to fill up the one before.
        if size and size + whole > words:
            yield Passage(article, start, end)
            start, size = block.start, 0.0
        if whole <= words:
            end, size = block.end, size + whole
            continue
        for piece in _pieces(article, block, words):
            more = length(article.text[piece.start : piece.end])
            if size and size + more > words:
                yield Passage(article, start, end)
                start, size = piece.start, 0.0
            end, size = piece.end, size + more
    if end > start:
        yield Passage(article, start, end)


def _pieces(article: Article, block: Block, words: int) -> Iterator[Span]:
    """What is not torn of a long paragraph: the sentences of one quotation where they fit, else each sentence."""
    text = article.text
    said = [Span(block.start + start, block.start + end) for start, end in quotations(text[block.start : block.end])]
    group: list[Span] = []
    for sentence in sentences(text, block.start, block.end, article.language):
        if group:
            goes_on = any(start < group[-1].end and sentence.start < end for start, end in said)
            if not goes_on or length(text[group[0].start : sentence.end]) > words:
                yield Span(group[0].start, group[-1].end)
                group = []
        group.append(sentence)
    if group:
        yield Span(group[0].start, group[-1].end)
