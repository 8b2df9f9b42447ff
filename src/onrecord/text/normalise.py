"""Fold typography away, with a map back to where each character stood."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from onrecord.types import Span

__all__ = ["Folded", "fold", "single_line", "visible"]

_SAME = {
    **dict.fromkeys("“”„‟«»″「」『』", '"'),
    **dict.fromkeys("‘’‚‛′`´", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
}


@dataclass(frozen=True, slots=True)
class Folded:
    """``text`` after folding; ``offsets[i]`` is where its character ``i`` began in the original."""

    text: str
    offsets: tuple[int, ...]

    def original(self, start: int, end: int) -> Span:
        """The span of the original that folded to ``text[start:end]``."""
        return Span(self.offsets[start], self.offsets[end - 1] + 1)


def fold(text: str) -> Folded:
    """Straight marks, plain dashes, single spaces, compatibility forms; invisible characters gone.

    ``“high–end”  ﬁrm`` -> ``"high-end" firm``
    """
    characters: list[str] = []
    offsets: list[int] = []
    for index, character in enumerate(text):
        if not _is_visible(character):
            continue
        for part in _SAME.get(character) or unicodedata.normalize("NFKC", character):
            if part.isspace():
                if characters and characters[-1] == " ":
                    continue
                part = " "
            characters.append(part)
            offsets.append(index)
    return Folded("".join(characters), tuple(offsets))


def visible(text: str) -> str:
    """``text`` without the characters that nobody can see: controls, direction marks, tags, surrogates."""
    return "".join(character for character in text if _is_visible(character))


def single_line(text: str) -> str:
    """``text`` on one line, with single spaces and nothing invisible."""
    return " ".join(visible(text).split())


def _is_visible(character: str) -> bool:
    if character in "\n\t\r\u00a0\u3000":
        return True
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
