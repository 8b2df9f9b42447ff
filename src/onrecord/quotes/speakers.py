"""Who a mention is, within one article: names in full, surnames, pronouns, roles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from onrecord.quotes.names import PRONOUNS, Named, gender, named, surname
from onrecord.types import Speaker, Span

__all__ = ["resolve"]

_NAME = re.compile(
    r"[A-Z][\w’'-]+(?:[ \u00a0](?:[A-Z]\.(?:[A-Z]\.)*|[A-Z][\w’'-]+|de|da|del|der|di|du|van|von|la|al|bin)(?=\W)){1,5}"
)
_NOT_A_FIRST_NAME = frozenset(
    """the a an but and in on at for with from by as if when while after before since although though this that these
    those it he she they we i his her their our my you your what who why how where there here not no so or nor yet
    mr mrs ms dr sen rep gov president former monday tuesday wednesday thursday friday saturday sunday""".split()
)
_PRONOUN_REACH = 1500


@dataclass(slots=True)
class _Person:
    """One person or body as the article goes along; grows with each mention."""

    name: str
    forms: dict[str, None] = field(default_factory=dict)
    role: str | None = None
    gender: str = ""
    person: bool = True
    last: int = -1


def resolve(text: str, mentions: Sequence[Span]) -> dict[Span, Speaker | None]:
    """The speaker behind each mention; None where a pronoun cannot safely be followed.

    ``Pu Yongjian ... Pu ... he`` -> the same ``Speaker(name="Pu Yongjian", aliases=("Pu",))`` three times
    """
    full_names = _full_names(text)
    people: list[_Person] = []
    behind: dict[Span, _Person | None] = {}
    for mention in sorted(set(mentions)):
        phrase = text[mention.start : mention.end]
        if phrase.lower() in PRONOUNS:
            behind[mention] = _antecedent(text, mention, people)
        else:
            behind[mention] = _known(named(" ".join(phrase.split())), full_names, people, mention.start)
        if (person := behind[mention]) is not None:
            person.last = mention.start
    speakers = {id(person): _speaker(person) for person in people}
    return {mention: speakers[id(person)] if person else None for mention, person in behind.items()}


def _speaker(person: _Person) -> Speaker:
    return Speaker(person.name, tuple(form for form in person.forms if form != person.name), person.role)


def _full_names(text: str) -> dict[str, list[str]]:
    """Names of two words and more, by each of their outer words: ``Pu`` -> ``["Pu Yongjian"]``."""
    found: dict[str, list[str]] = {}
    for match in _NAME.finditer(text):
        words = match.group().replace("\u00a0", " ").split()
        while words and words[0].lower().rstrip(".") in _NOT_A_FIRST_NAME:
            words.pop(0)
        name = named(" ".join(words))
        if not name.person or " " not in name.bare:
            continue
        bare = _without_possessive(name.bare)
        for key in {surname(bare), bare.split()[0]}:
            names = found.setdefault(key, [])
            if bare not in names:
                names.append(bare)
    return found


def _without_possessive(name: str) -> str:
    return name.removesuffix("’s").removesuffix("'s").rstrip("’'")


def _known(name: Named, full_names: dict[str, list[str]], people: list[_Person], at: int) -> _Person:
    bare = _without_possessive(name.bare)
    if not name.person:
        return _add(people, name, bare, name.form)
    full = bare if " " in bare else _in_full(bare, name, full_names, people)
    return _add(people, name, _fullest(full, full_names), name.form)


def _fullest(full: str, full_names: dict[str, list[str]]) -> str:
    """``Donald Trump`` -> ``Donald J. Trump``, if that is printed too."""
    words = full.split()
    if len(words) < 2:
        return full
    same = [
        other
        for other in full_names.get(surname(full), ())
        if other.split()[0] == words[0] and surname(other) == surname(full) and set(words) <= set(other.split())
    ]
    return max([full, *same], key=len)


def _in_full(bare: str, name: Named, full_names: dict[str, list[str]], people: list[_Person]) -> str:
    """The one full name that a surname stands for; the surname itself where several fit."""
    fits = [other for other in full_names.get(bare, ()) if surname(other) == bare]
    fits = fits or [other for other in full_names.get(bare, ()) if other.split()[0] == bare]
    sex = gender(name)
    if sex:
        fits = [other for other in fits if gender(named(other)) in (sex, "")]
    firsts = {other.split()[0] for other in fits}
    if len(firsts) == 1:
        return max(fits, key=len)
    quoted = [person.name for person in people if person.name in fits]
    if len(quoted) == 1:
        return quoted[0]
    return bare


def _add(people: list[_Person], name: Named, full: str, form: str) -> _Person:
    person = next((person for person in people if person.name == full), None)
    if person is None:
        person = _Person(full, person=name.person)
        people.append(person)
    person.forms[form] = None
    if full != form:
        person.forms.setdefault(name.bare, None)
    person.role = person.role or name.role
    person.gender = person.gender or gender(name) or gender(Named(full, full, None, person=True, title=""))
    return person


def _antecedent(text: str, mention: Span, people: list[_Person]) -> _Person | None:
    """The person last quoted, if no other person is named since and the pronoun fits."""
    pronoun = text[mention.start : mention.end].lower()
    if pronoun not in ("he", "she", "his", "her", "who"):
        return None
    sex = "m" if pronoun in ("he", "his") else "f" if pronoun in ("she", "her") else ""
    recent = sorted((p for p in people if p.person and p.last >= 0), key=lambda p: -p.last)
    for person in recent[:2]:
        if mention.start - person.last > _PRONOUN_REACH:
            return None
        if not sex or person.gender in (sex, ""):
            return person
    return None
