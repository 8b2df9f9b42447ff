"""A passage as a text fragment: what an address carries so that a browser finds the passage on the publisher's page.

The rules are those of https://wicg.github.io/scroll-to-text-fragment/ as browsers keep them: the first place that fits
is selected, blind to case, accents, the shape of quotation marks and the width of spaces; each part begins and ends
between words and lies in one block, while ``start,end`` may span several.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple
from urllib.parse import quote

from onrecord.types import Span

__all__ = ["fragment"]

WHOLE = 240
"""Characters of a passage that is named in full; of a longer one, its first and its last words."""
ENDS = (4, 8, 16)
"""Words at either end of a passage that is not named in full."""
AROUND = (3, 6, 12)
"""Words before and after, where the passage alone is not the only one of its kind."""

_MARKS = str.maketrans("“”„‟«»‘’‚‛‹›＂＇", "\"\"\"\"\"\"''''''\"'")
# Where a part may be cut: spaces, and the punctuation of scripts that have none.
_WORD = re.compile(r"[^\s，。！？；：、]+[，。！？；：、”』」）]*")


class _Parts(NamedTuple):
    prefix: Span | None
    head: Span
    tail: Span | None
    suffix: Span | None


def fragment(article: str, start: int, end: int, *, above: Sequence[str] = ()) -> str | None:
    """Name the passage ``article[start:end]``: ``text=prefix-,start,end,-suffix``, as short as it is unambiguous.

    None where no fragment selects just this passage.  Offsets are code points; the lines of ``article`` are its
    blocks; ``above`` are further texts of the page, such as the headline.
    ``("One. Two. One.", 10, 14)`` -> ``"text=One.%20Two.-,One."``
    """
    page = _Page(article, above)
    passage = page.trimmed(start, end)
    if passage is None or page.is_inside_word(passage.start) or page.is_inside_word(passage.end):
        return None
    chosen = next((parts for parts in page.candidates(passage) if page.selects(parts, passage)), None)
    return page.written(chosen) if chosen else None


class _Page:
    """The texts of a page as a browser compares them; spans are of ``folded``."""

    def __init__(self, article: str, above: Sequence[str]) -> None:
        self._whole = "".join(f"{text}\n" for text in above) + article
        self._base = len(self._whole) - len(article)
        folded: list[str] = []
        self._origin: list[int] = []
        for place, character in enumerate(self._whole):
            for one in _folded(character):
                if one != " " or (folded and folded[-1] not in " \n"):
                    folded.append(one)
                    self._origin.append(place)
        self.folded = "".join(folded)
        self._origin.append(len(self._whole))
        self._from = self._place(self._base)

    def trimmed(self, start: int, end: int) -> Span | None:
        """Where a slice of the article lies, without spaces around it."""
        first, last = self._place(start + self._base), self._place(end + self._base)
        inside = self.folded[first:last]
        first += len(inside) - len(inside.lstrip())
        last -= len(inside) - len(inside.rstrip())
        return Span(first, last) if first < last else None

    def candidates(self, passage: Span) -> Iterator[_Parts]:
        """The ways to name a passage, the shortest and sturdiest first."""
        bases = list(self._bases(passage))
        yield from bases
        for across in (False, True):
            for most in AROUND:
                prefix, suffix = self._before(passage, most, across), self._after(passage, most, across)
                for base in bases:
                    yield base._replace(prefix=prefix)
                    yield base._replace(suffix=suffix)
                    yield base._replace(prefix=prefix, suffix=suffix)

    def selects(self, parts: _Parts, passage: Span) -> bool:
        """Whether a browser selects just this passage, wherever else on the page it might look."""
        # A browser takes the first; but a page may hold more than the article, so there must be no second one.
        return list(islice(self._fits(parts), 2)) == [passage]

    def written(self, parts: _Parts) -> str:
        """Write the parts as they stand in an address."""
        named = [f"{self._encoded(parts.prefix)}-"] if parts.prefix else []
        named += [self._encoded(part) for part in (parts.head, parts.tail) if part]
        named += [f"-{self._encoded(parts.suffix)}"] if parts.suffix else []
        return "text=" + ",".join(named)

    def is_inside_word(self, place: int) -> bool:
        """Whether letters or digits stand on both sides, or belong together as those of "don't" and "3.5" do."""
        before, after = self.folded[max(0, place - 2) : place], self.folded[place : place + 2]
        if not before[-1:].isalnum():
            return len(before) == 2 and before[0].isalnum() and before[1] in "'.,:" and after[:1].isalnum()
        return after[:1].isalnum() or (len(after) == 2 and after[0] in "'.,:" and after[1].isalnum())

    def _bases(self, passage: Span) -> Iterator[_Parts]:
        inside = self.folded[passage.start : passage.end]
        if "\n" not in inside and len(inside) <= WHOLE:
            yield _Parts(None, passage, None, None)
        first_line = self._words(passage.start, passage.start + (inside + "\n").index("\n"))
        last_line = self._words(passage.start + inside.rfind("\n") + 1, passage.end)
        for most in ENDS:
            head = Span(passage.start, first_line[:most][-1].end)
            tail = Span(last_line[-most:][0].start, passage.end)
            if head.end < tail.start:
                yield _Parts(None, head, tail, None)

    def _before(self, passage: Span, most: int, across: bool) -> Span | None:
        end = len(self.folded[self._from : passage.start].rstrip()) + self._from
        start = max(self._from, self.folded.rfind("\n", 0, end if across else passage.start) + 1)
        words = self._words(start, end)[-most:]
        return Span(words[0].start, end) if words else None

    def _after(self, passage: Span, most: int, across: bool) -> Span | None:
        rest = self.folded[passage.end :]
        start = passage.end + len(rest) - len(rest.lstrip(None if across else " "))
        end = self.folded.find("\n", start)
        words = self._words(start, end if end >= 0 else len(self.folded))[:most]
        return Span(start, words[-1].end) if words else None

    def _words(self, start: int, end: int) -> list[Span]:
        return [Span(*found.span()) for found in _WORD.finditer(self.folded, start, max(start, end))]

    def _fits(self, parts: _Parts) -> Iterator[Span]:
        """The places that fit, at most one for each place of the first part."""
        head = self._text(parts.head)
        for opening in self._all(parts.prefix or parts.head, 0):
            start = self._skipped(opening + len(self._text(parts.prefix))) if parts.prefix else opening
            if not self.folded.startswith(head, start):
                continue
            if parts.tail is None:
                if self._is_followed(start + len(head), parts.suffix):
                    yield Span(start, start + len(head))
                continue
            ends = (place + len(self._text(parts.tail)) for place in self._all(parts.tail, start + len(head)))
            end = next((end for end in ends if self._is_followed(end, parts.suffix)), None)
            if end is not None:
                yield Span(start, end)

    def _all(self, part: Span, after: int) -> Iterator[int]:
        place = self.folded.find(self._text(part), after)
        while place >= 0:
            yield place
            place = self.folded.find(self._text(part), place + 1)

    def _is_followed(self, place: int, suffix: Span | None) -> bool:
        return suffix is None or self.folded.startswith(self._text(suffix), self._skipped(place))

    def _skipped(self, place: int) -> int:
        while place < len(self.folded) and self.folded[place] in " \n":
            place += 1
        return place

    def _text(self, part: Span | None) -> str:
        return self.folded[part.start : part.end] if part else ""

    def _place(self, origin: int) -> int:
        return bisect_left(self._origin, origin)

    def _encoded(self, part: Span) -> str:
        words = self._whole[self._origin[part.start] : self._origin[part.end]].split()
        # A hyphen would part a prefix from what follows; ``quote`` leaves it as it is.
        return quote(" ".join(words), safe="", errors="replace").replace("-", "%2D")


def _folded(character: str) -> str:
    if character == "\n":
        return "\n"
    if character.isspace():
        return " "
    if unicodedata.category(character) == "Cf":  # a soft hyphen, a space of no width
        return ""
    whole = unicodedata.normalize("NFKD", character.translate(_MARKS)).casefold()
    return "".join(one for one in whole if not unicodedata.combining(one))
