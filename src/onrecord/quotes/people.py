"""Who is one person across articles: by names that differ in titles only, and by an editor's word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from onrecord.types import SpeakerDecision, SpeakerRecord

__all__ = ["Person", "people"]

_TITLES = frozenset(
    """president vice prime minister premier chancellor king queen prince princess pope senator sen rep representative
    congressman congresswoman governor gov mayor judge justice secretary attorney general sheriff chief police captain
    capt lieutenant lt colonel col sergeant sgt major officer detective dr doctor prof professor mr mrs ms miss sir dame
    lord lady rev reverend father sister brother coach director ceo cfo chairman chairwoman chair commissioner
    spokesman spokeswoman spokesperson ambassador former acting then deputy assistant us u.s gop democratic republican
    state house speaker leader founder co-founder analyst economist author actor actress singer""".split()
)
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "md", "phd"})
_INITIAL = re.compile(r"[A-Z]\.?")


@dataclass(frozen=True, slots=True)
class Person:
    """One speaker: the name that is shown, and every name that stands for them in the store."""

    name: str
    names: tuple[str, ...]
    aliases: tuple[str, ...]
    direct: int
    reported: int
    articles: int


def people(records: Iterable[SpeakerRecord], decisions: Sequence[SpeakerDecision] = ()) -> list[Person]:
    """Group names into persons, the most quoted first; later decisions overrule earlier ones.

    Two names are one person by themselves only if they are the same but for titles, middle initials and
    suffixes and have a first and a last name: ``President Joe Biden`` and ``Joe Biden``, never ``Biden``.
    """
    known = {record.name: record for record in records}
    group = {name: _key(name) for name in known}
    for decision in decisions:
        name, other = decision.name, decision.other
        if name not in known or other not in known:
            continue
        if decision.kind == "merge":
            old, new = group[name], group[other]
            group = {one: new if key == old else key for one, key in group.items()}
        elif group[name] == group[other]:
            group[name] = f"\0{name}"
    members: dict[str, list[SpeakerRecord]] = {}
    for name, key in group.items():
        members.setdefault(key, []).append(known[name])
    found = [_person(records) for records in members.values()]
    return sorted(found, key=lambda person: (-(person.direct + person.reported), person.name))


def _person(records: list[SpeakerRecord]) -> Person:
    # The form that most articles use, and of equally common ones the shortest.
    shown = min(records, key=lambda record: (-record.articles, len(record.name), record.name)).name
    names = tuple(record.name for record in records)
    aliases = dict.fromkeys(form for r in records for form in (r.name, *r.aliases) if form != shown)
    return Person(
        name=shown,
        names=names,
        aliases=tuple(aliases),
        direct=sum(record.direct for record in records),
        reported=sum(record.reported for record in records),
        articles=sum(record.articles for record in records),
    )


def _key(name: str) -> str:
    parts = [part for part in name.replace(",", " ").split() if part.lower().strip(".") not in _SUFFIXES]
    while len(parts) > 2 and parts[0].lower().strip(".") in _TITLES:
        parts = parts[1:]
    if len(parts) > 2:
        parts = [parts[0], *(p for p in parts[1:-1] if not _INITIAL.fullmatch(p)), parts[-1]]
    is_person = 2 <= len(parts) <= 4 and all(part[:1].isupper() for part in parts)
    return " ".join(parts).casefold() if is_person else f"={name}"
