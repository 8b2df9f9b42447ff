"""The forms under which a speaker may be asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from onrecord.text.tokens import STOP_WORDS, words

__all__ = ["named_in", "plain_name", "speaker_forms"]

_LONGEST = 6


def plain_name(name: str) -> str:
    """A name as it is compared: ``Pu  Yongjian's`` -> ``pu yongjian``."""
    return " ".join(word.removesuffix("'s") for word in words(name))


def speaker_forms(speakers: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """For each form the speakers that it may stand for: the name, its other forms, a person's last word.

    ``{"Pu Yongjian": ["Pu"]}`` -> ``{"pu yongjian": ..., "pu": ..., "yongjian": ("Pu Yongjian",)}``
    """
    forms: dict[str, dict[str, None]] = {}
    for name, aliases in speakers.items():
        last = plain_name(name).split()[-1:] if _is_person(name) else []
        for form in {plain_name(name), *map(plain_name, aliases), *last}:
            if form:
                forms.setdefault(form, {})[name] = None
    return {form: tuple(names) for form, names in forms.items()}


def _is_person(name: str) -> bool:
    # "the state" and "IRS records" are not asked for as "state" and "records".
    parts = name.split()
    return 2 <= len(parts) <= 4 and all(part[0].isupper() and not part.isupper() for part in parts)


def named_in(text: str, forms: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], set[str]]:
    """The speakers that a question names, and the words of it that name them; longest forms first.

    A single word counts only where it is written as a name, so that "may" is no Theresa May; in a text
    without any capital letter every word may be one.
    """
    found = words(text)
    bare = [word.removesuffix("'s") for word in found]
    free = not any(character.isupper() for character in text)
    names: dict[str, None] = {}
    used: set[int] = set()
    for size in range(min(_LONGEST, len(bare)), 0, -1):
        for at in range(len(bare) - size + 1):
            span = range(at, at + size)
            form = " ".join(bare[at : at + size])
            if form not in forms or used & set(span) or (size == 1 and not _is_name(form, text, free=free)):
                continue
            names.update(dict.fromkeys(forms[form]))
            used.update(span)
    return tuple(names), {found[index] for index in used}


def _is_name(word: str, text: str, *, free: bool) -> bool:
    if word in STOP_WORDS and (free or not word.isalpha()):
        return False
    if free or not word.isascii():
        return True
    written = rf"(?<!\w)(?:{re.escape(word.capitalize())}|{re.escape(word.upper())})(?!\w)"
    # At the beginning of a sentence a stop word is capitalised, too.
    return any(match.start() > 0 or word not in STOP_WORDS for match in re.finditer(written, text))
