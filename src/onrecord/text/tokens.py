"""Words as a search compares them: folded, stemmed, without the words that carry no subject."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

__all__ = ["STOP_WORDS", "bigrams", "content_stems", "is_chinese", "stem", "stems", "words"]

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")

STOP_WORDS = frozenset(
    """a about after again against all also am an and any are as at be because been before being between
    both but by can could did do does doing done down during each ever few for from further had has have
    having he her here hers him his how i if in into is it its itself just let like made make many may me
    might more most much must my no nor not now of off on once one only or other our out over own same she
    should so some such than that the their them then there these they this those through to too under
    until up upon us very was way we were what when where which while who whom whose why will with would
    yes yet you your whether within without toward towards among
    的 了 是 在 和 与 有 就 不 也 都 而 及 着 或 一个 没有 我们 你们 他们 她们 什么 怎么 哪些 如何 吗 呢 吧
    """.split()
)


def words(text: str) -> list[str]:
    """The words of ``text`` in lower case, Chinese as bigrams.

    ``The city's 3 plants`` -> ``["the", "city's", "3", "plants"]``
    """
    found: list[str] = []
    for match in _WORD.finditer(unicodedata.normalize("NFKC", text).lower()):
        word = match.group().replace("’", "'")
        if _CJK.search(word):
            found.extend(bigrams(word))
            found.extend(part for part in _CJK.sub(" ", word).split())
        else:
            found.append(word)
    return found


def bigrams(text: str) -> list[str]:
    """Each pair of neighbouring Chinese characters; a character alone stands for itself.

    ``汽车制造 ok`` -> ``["汽车", "车制", "制造"]``
    """
    pairs: list[str] = []
    for run in _CJK.findall(text):
        pairs.extend(run[i : i + 2] for i in range(len(run) - 1)) if len(run) > 1 else pairs.append(run)
    return pairs


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The English stem of a word in lower case, its possessive ending dropped.

    ``manufacturing`` -> ``manufactur``
    """
    bare = word.removesuffix("'s").replace("'", "")
    # A stemmer holds the word that it works on: one that threads share mixes up their words.
    return str(snowballstemmer.stemmer("english").stemWord(bare)) if bare.isascii() else bare


def stems(text: str) -> list[str]:
    """The stems of all words of ``text``, in order."""
    return [stem(word) for word in words(text)]


def content_stems(text: str) -> list[str]:
    """The stems of the words of ``text`` that carry its subject, in order, each once."""
    return list(dict.fromkeys(stem(word) for word in words(text) if word not in STOP_WORDS))


def is_chinese(text: str) -> bool:
    """Whether a third of the letters and more are Chinese."""
    letters = sum(character.isalpha() for character in text)
    return letters > 0 and sum(map(len, _CJK.findall(text))) * 3 >= letters
