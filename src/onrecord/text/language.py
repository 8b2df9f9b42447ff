"""Which language a text is in."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

__all__ = ["detect_language"]

_SAMPLE = 3_000
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")
_CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_KANA_OR_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_ENGLISH = frozenset("the of and to in a is was that said".split())
# A headline or a line of figures does not show its language.
_LEAST_LETTERS = 40
_LEAST_IDEOGRAPHS = 4


def detect_language(text: str) -> str | None:
    """The language as ISO 639-1 names it, or None where the text is too short to show it.

    ``The wall in the harbour of the city was raised by two metres.`` -> ``en``
    """
    sample = text[:_SAMPLE]
    letters = len(_LETTER.findall(sample))
    ideographs = len(_CJK.findall(sample))
    kana = _KANA_OR_HANGUL.search(sample)
    if ideographs >= max(_LEAST_IDEOGRAPHS, 0.3 * letters) and not kana:
        return "zh"
    words = _WORD.findall(sample.lower())
    common = sum(word in _ENGLISH for word in words)
    # Nearly all English articles are told here, without the classifier.
    if letters >= _LEAST_LETTERS // 2 and common >= 0.12 * len(words):
        return "en"
    if letters < (_LEAST_IDEOGRAPHS if kana else _LEAST_LETTERS):
        return None
    language = str(_classifier().classify(sample)[0])
    # The rare languages that have no two letters of their own are mostly mistakes for their neighbours.
    return language if len(language) == 2 else None


@cache
def _classifier() -> Any:
    # It brings numpy, which the command line does not wait for.
    import py3langid

    return py3langid
