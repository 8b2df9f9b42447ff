"""The same words set differently: what a typist, a typesetter or a web page does to a quotation."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Sequence

__all__ = ["retype", "retype_chinese"]

Style = Callable[[str], str]

_LIGATURES = {"ffi": "ﬃ", "ffl": "ﬄ", "ff": "ﬀ", "fi": "ﬁ", "fl": "ﬂ"}
_TO_STRAIGHT = str.maketrans("‘’“”", "''\"\"")
_TO_CORNERS = str.maketrans("“”‘’", "「」『』")
_FULL_WIDTH = str.maketrans("0123456789%,!?:;", "０１２３４５６７８９％，！？：；")
_INVISIBLE = "\u200b\u200d\ufeff\u2060"


def retype(text: str, draw: random.Random) -> str | None:
    """Two or three of: other marks and dashes, hard and double spaces, ligatures, NFD, invisible signs."""
    spaces = draw.choice(("\u00a0", "\u202f", "\u2009", "\n"))
    dash = draw.choice((" – ", " — ", " - "))
    styles = [
        _marks,
        lambda words: _dashes(words, dash),
        lambda words: words.replace(" ", spaces, 1 + len(words) // 20),
        lambda words: re.sub(r"([.?!,]) ", r"\1  ", words),
        lambda words: re.sub(r"\b([a-z]{4})([a-z]{4,})\b", "\\1\u00ad\\2", words),
        lambda words: _with_sign(words, draw),
        lambda words: unicodedata.normalize("NFD", words),
        _ligatures,
        lambda words: words.replace("…", "...") if "…" in words else words.replace("...", "…"),
    ]
    return _applied(text, styles, draw, least=2)


def retype_chinese(text: str, draw: random.Random) -> str | None:
    """One to three of: full-width figures, half-width points, corner marks, spaces, invisible signs."""
    styles: list[Style] = [
        lambda words: words.translate(_FULL_WIDTH),
        lambda words: words.replace("，", ",").replace("。", "."),
        lambda words: words.translate(_TO_CORNERS),
        lambda words: _with_sign(words, draw),
        lambda words: words.replace("，", "， "),
        lambda words: words.replace("。", "。\u3000"),
    ]
    return _applied(text, styles, draw, least=1)


def _applied(text: str, styles: Sequence[Style], draw: random.Random, *, least: int) -> str | None:
    done = 0
    for style in draw.sample(styles, len(styles)):
        after = style(text)
        done += after != text
        text = after
        if done == 3:
            break
    return text if done >= least else None


def _marks(text: str) -> str:
    if any(mark in text for mark in "’‘“”"):
        return text.translate(_TO_STRAIGHT)
    return re.sub(r"(?<=\w)'(?=\w)", "’", text)


def _dashes(text: str, dash: str) -> str:
    if "—" in text:
        return re.sub(r"\s*—\s*", dash, text)
    return re.sub(r" [–-] ", "—", re.sub(r"(?<=[^\W\d])-(?=[^\W\d])", "\u2010", text))


def _with_sign(text: str, draw: random.Random) -> str:
    at = draw.randrange(1, len(text))
    return f"{text[:at]}{draw.choice(_INVISIBLE)}{text[at:]}"


def _ligatures(text: str) -> str:
    for letters, sign in _LIGATURES.items():
        text = text.replace(letters, sign)
    return text
