"""Lines that recur across the articles of an outlet belong to its page, not to the stories.

Whether a line recurs is a matter of all articles together, so it is counted first and applied after; the
result depends on which articles were counted, never on their order.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Set
from dataclasses import replace

import numpy as np

from onrecord.types import Article, Block

__all__ = ["LineCounter", "set_aside"]

_MOST_WORDS = 60
_A_SENTENCE = 4
_QUOTATION_MARKS = frozenset('"“”„«»「」『』')
# In a large archive: ten stories, and one in a thousand.  In a small one: a quarter of them, four at least.
_STORIES = 10
_ONE_IN = 1000
_FEW_STORIES = 4
_A_QUARTER = 4


class LineCounter:
    """Counts in how many stories of its outlet a line stands; takes 16 bytes a line.

    It counts stories and not articles: articles whose longest paragraph is the same are copies or versions
    of one story, and all that they say would recur without being boilerplate.
    """

    def __init__(self) -> None:
        self._lines: dict[str, array[int]] = {}
        self._stories: dict[str, array[int]] = {}

    def count(self, article: Article) -> None:
        """Take the lines of an article into account."""
        outlet = article.outlet or ""
        lines = self._lines.setdefault(outlet, array("Q"))
        stories = self._stories.setdefault(outlet, array("Q"))
        texts = [article.text[block.start : block.end] for block in article.blocks]
        story = _digest("", max(texts, key=len, default=""))
        for block, text in zip(article.blocks, texts, strict=True):
            if _may_recur(block, text):
                lines.append(_digest(outlet, text))
                stories.append(story)

    def recurring(self) -> frozenset[int]:
        """The lines that recur, for ``set_aside``."""
        found: set[int] = set()
        for outlet, lines in self._lines.items():
            pairs = np.array([lines, self._stories[outlet]], dtype=np.uint64)
            pairs = np.unique(pairs, axis=1)
            stories = len(np.unique(pairs[1]))
            least = min(max(_STORIES, stories // _ONE_IN), max(_FEW_STORIES, -(-stories // _A_QUARTER)))
            digests, counts = np.unique(pairs[0], return_counts=True)
            found.update(digests[counts >= least].tolist())
        return frozenset(found)


def set_aside(article: Article, recurring: Set[int]) -> Article:
    """The article with its recurring lines as boilerplate; itself where it has none."""
    if not recurring:
        return article
    outlet = article.outlet or ""
    blocks = tuple(
        replace(block, kind="boilerplate") if _recurs(article, block, outlet, recurring) else block
        for block in article.blocks
    )
    return article if blocks == article.blocks else replace(article, blocks=blocks)


def _recurs(article: Article, block: Block, outlet: str, recurring: Set[int]) -> bool:
    text = article.text[block.start : block.end]
    return _may_recur(block, text) and _digest(outlet, text) in recurring


def _may_recur(block: Block, text: str) -> bool:
    # A heading that recurs names a place or a subject ("Texas", "Weather"), and a quotation bears repeating.
    # What is boilerplate already counts too: it may be so because it was found to recur before.
    if block.kind == "heading" or not _QUOTATION_MARKS.isdisjoint(text):
        return False
    words, end = len(text.split()), text.rstrip()[-1:]
    # In an interview, a line that ends with a colon names who speaks next, and "Yes." is an answer.
    return words < _MOST_WORDS and end not in {":", "："} and not (words < _A_SENTENCE and end in {".", "!", "?"})


def _digest(outlet: str, text: str) -> int:
    line = f"{outlet}\0{' '.join(text.split())}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(line, digest_size=8).digest(), "big")
