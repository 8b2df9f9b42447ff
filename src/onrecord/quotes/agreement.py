"""Whether the speaker of a claim is the one whom print names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from onrecord.quotes.lexicon import NICKNAMES
from onrecord.quotes.names import is_title
from onrecord.text.align import split_words
from onrecord.types import Quote

__all__ = ["agreement"]

_PRONOUNS = frozenset("he she they it we i you who 他 她 他们 她们".split())
_HAN = re.compile("[\u3400-\u9fff]")


def agreement(claimed: str | None, quote: Quote | None) -> int:
    """1 if print names the same speaker, -1 if another one, 0 if either is unknown.

    ``Professor Pu`` and ``Pu Yongjian`` agree; a pronoun names nobody.
    """
    speaker = quote.speaker if quote else None
    if claimed is None or speaker is None:
        return 0
    # "Keller" of "Maria Keller" is no name of "Anna Keller".
    forms = [speaker.name, *(form for form in speaker.aliases if " " in form or " " not in speaker.name)]
    mine = _name_words(claimed)
    if not mine or all(set(_name_words(form)) <= _PRONOUNS for form in forms):
        return 0
    if any(_same_name(mine, _name_words(form)) for form in forms):
        return 1
    role = _name_words(speaker.role or "")
    if role and set(mine) <= set(role):
        return 1
    scripts = {bool(_HAN.search(claimed)), any(_HAN.search(form) is not None for form in forms)}
    return 0 if len(scripts) > 1 else -1


def _name_words(name: str) -> list[str]:
    if _HAN.search(name):
        return ["".join(word.loose for word in split_words(name))]
    words = [word.loose.removesuffix("'s") for word in split_words(name)]
    bare = [word for word in words if not is_title(word) and word not in ("the", "a", "an", "of", "jr", "sr")]
    return bare or words


def _same_name(one: Sequence[str], other: Sequence[str]) -> bool:
    if not one or not other:
        return False
    if _HAN.match(one[0]):
        return one[0] in other[0] or other[0] in one[0]
    if set(one) <= set(other) or set(other) <= set(one):
        return True
    if one[-1] != other[-1] or len(one) < 2 or len(other) < 2:
        return False
    # "J. Biden", "Joe R. Biden", "Joseph Biden" and "Joe Biden".
    initial = one[0][0] == other[0][0] and 1 in (len(one[0]), len(other[0]))
    return one[0] == other[0] or initial or _in_full(one[0]) == _in_full(other[0])


def _in_full(first: str) -> str:
    return NICKNAMES.get(first, first)
