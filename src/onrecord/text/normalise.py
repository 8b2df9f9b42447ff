"""Fold typography away, with a map back to where each character stood."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from onrecord.types import Span

__all__ = ["Folded", "fold", "shown", "single_line", "visible"]

_SAME = {
    **dict.fromkeys("“”„‟«»″「」『』", '"'),
    **dict.fromkeys("‘’‚‛′`´", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
}


_LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028]")
# Control and format characters, tags, private use and what is no character; of white space, none.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ud800-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0000-\U0010ffff]"
)
# Persian, Hindi and emoji join and part their letters by these two; between other letters they hide something.
_JOINERS = "\u200c\u200d"
_JOINED = re.compile(r"[\u0600-\u08ff\u0900-\u0dff\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]")


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


def shown(text: str) -> str:
    r"""``text`` as a reader sees it: plain line ends, and nothing that takes no room on the page.

    ``in\u200bvisible`` -> ``invisible``; the joiners of Persian, Hindi and emoji stay.
    """
    text = _LINE_END.sub("\n", text).replace("\u2029", "\n\n")
    return _UNSEEN.sub(_kept, text) if _UNSEEN.search(text) else text


def single_line(text: str) -> str:
    """``text`` on one line, with single spaces and nothing invisible."""
    return " ".join(visible(text).split())


def _kept(match: re.Match[str]) -> str:
    character, text = match.group(), match.string
    if character not in _JOINERS:
        # Behind an emoji this one only chooses its colour.
        return character if character == "\ufe0f" and _JOINED.match(text, max(0, match.start() - 1)) else ""
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    return character if _JOINED.match(before) and _JOINED.match(after) else ""


def _is_visible(character: str) -> bool:
    if character in "\n\t\r\u00a0\u3000":
        return True
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
