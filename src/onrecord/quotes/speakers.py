"""Who a mention is, within one article: names in full, surnames, pronouns, roles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from onrecord.quotes.chinese_names import is_chinese_name, named_in_chinese
from onrecord.quotes.grammar import word_set
from onrecord.quotes.names import PRONOUNS, Named, gender, is_title, named, surname
from onrecord.types import Span, Speaker

__all__ = ["resolve"]

_NAME = re.compile(
    r"[A-Z](?<!\w[A-Z])[\w’'-]{1,40}"
    r"(?:[ \u00a0](?:[A-Z]\.(?:[A-Z]\.)?|(?:Gov|Sen|Rep|Gen|Col|Sgt|Lt|Dr)\.|[A-Z][\w’'-]{1,40}"
    r"|de|da|del|der|di|du|van|von|la|al|bin)(?=\W)){1,5}"
)
_NOT_A_FIRST_NAME = word_set("""
    the a an but and in on at for with from by as if when while after before since although though this
    that these those it he she they we i his her their our my you your what who why how where there here
    not no so or nor yet mr mrs ms dr sen rep gov president former monday tuesday wednesday thursday
    friday saturday sunday
    """)
# What is left of a name where capitals tell nothing: "SAID HE", "THE".
_NAMES_NOBODY = word_set("the a an said says he she")
_WHO_FOLLOWS = re.compile(r"((?:[A-Z][\w.’'-]+ ){0,4}[A-Z][\w’'-]+),? $")
_WHERE_SUBJECTS_STAND = re.compile(
    r"(?:[.?!,;:—–\n][ \n]*|\b(?:[Ww]hen|[Ww]hile|[Aa]s|[Aa]fter|[Bb]efore|[Ii]f|[Ss]ince|[Aa]lthough|[Bb]ut|that|because) )"
    r"(?:[A-Z][\w.’'-]* ){0,3}[A-Z][\w’'-]+"
)
_QUOTED = re.compile(r"“[^“”\n]*”|\"[^\"\n]*\"")
_SEX_OF = {"he": "m", "his": "m", "他": "m", "she": "f", "her": "f", "她": "f"}
_NAMESAKES = 40
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


def resolve(text: str, mentions: Sequence[Span], subjects: Sequence[Span] = ()) -> dict[Span, Speaker | None]:
    """Return the speaker behind each mention; None where a pronoun cannot safely be followed.

    ``subjects`` open sentences; a person who is one can be who the next pronoun means.
    ``Pu Yongjian ... Pu ... he`` -> the same ``Speaker(name="Pu Yongjian", aliases=("Pu",))`` three times
    """
    if not mentions:
        return {}
    full_names = _full_names(text)
    people: dict[str, _Person] = {}
    recent: dict[str, _Person] = {}
    behind: dict[Span, _Person | None] = {}
    spoken = set(mentions)
    last = max((place.start for place in mentions if text[place.start : place.end].lower() in _SEX_OF), default=-1)
    # Who is a subject matters to the pronouns after it, and to nothing else.
    for place in sorted(spoken.union(subject for subject in subjects if subject.start < last)):
        phrase = " ".join(text[place.start : place.end].split())
        is_subject = place not in spoken
        person: _Person | None
        if phrase.lower() in PRONOUNS or phrase in ("他", "她", "他们", "她们", "我", "我们"):
            person = _antecedent(text, place, phrase.lower(), people, recent, full_names)
        elif _NAMES_NOBODY.issuperset(phrase.lower().split()):
            person = None
        else:
            name = named_in_chinese(phrase) if is_chinese_name(phrase) else named(phrase)
            if is_subject and not _is_known_person(name, full_names, people):
                continue
            if _is_common_noun(name, text):
                if is_subject:
                    continue
                name = Named(phrase, phrase, None, person=False, title="")
            person = _known(name, full_names, people, spoken=not is_subject)
        if not is_subject:
            behind[place] = person
        if person is not None:
            person.last = place.start
            recent.pop(person.name, None)
            recent[person.name] = person
    speakers = {person.name: _speaker(person) for person in behind.values() if person}
    return {mention: speakers[person.name] if person else None for mention, person in behind.items()}


def _is_common_noun(name: Named, text: str) -> bool:
    """``Leaders`` at the start of a sentence, where the article also has ``leaders``."""
    word = name.bare
    return name.person and not name.title and word.istitle() and " " not in word and f" {word.lower()}" in text


def _is_known_person(name: Named, full_names: dict[str, list[str]], people: dict[str, _Person]) -> bool:
    """Whether a sentence's subject is surely a person: titled, or named in full with a known first name."""
    if not name.person:
        return False
    bare = _without_possessive(name.bare)
    if name.title or gender(name) or bare in people:
        return True
    fits = full_names.get(bare, ()) if " " not in bare else full_names.get(surname(bare), ())
    return bool(fits)


def _speaker(person: _Person) -> Speaker:
    return Speaker(person.name, tuple(form for form in person.forms if form != person.name), person.role)


def _full_names(text: str) -> dict[str, list[str]]:
    """Names of two words and more, by each of their words: ``Pu`` -> ``["Pu Yongjian"]``."""
    found: dict[str, list[str]] = {}
    for printed in dict.fromkeys(_NAME.findall(text)):
        words = printed.replace("\u00a0", " ").split()
        while words and words[0].lower().rstrip(".") in _NOT_A_FIRST_NAME:
            words.pop(0)
        name = named(" ".join(words))
        if not name.person or " " not in name.bare or is_title(surname(name.bare)):
            continue
        bare = _without_possessive(name.bare)
        for key in bare.split():
            names = found.setdefault(key, [])
            if len(names) < _NAMESAKES and bare not in names:
                names.append(bare)
    return found


def _without_possessive(name: str) -> str:
    return name.removesuffix("’s").removesuffix("'s").rstrip("’'")


def _known(name: Named, full_names: dict[str, list[str]], people: dict[str, _Person], *, spoken: bool) -> _Person:
    bare = _without_possessive(name.bare)
    if is_chinese_name(bare):
        bare = _in_full_chinese(bare, people)
    elif not name.person:
        bare = _by_role(bare, people)
    else:
        bare = _fullest(bare if " " in bare else _in_full(bare, name, full_names, people), full_names)
    person = people.get(bare)
    if person is None:
        person = people[bare] = _Person(bare, person=name.person)
    if spoken:
        person.forms[name.form] = None
        person.role = person.role or name.role
    person.gender = person.gender or gender(name) or gender(named(bare))
    return person


def _fullest(full: str, full_names: dict[str, list[str]]) -> str:
    """``Donald Trump`` -> ``Donald J. Trump``, if that is printed too."""
    words, last = full.split(), surname(full)
    if len(words) < 2:
        return full
    same = [
        other
        for other in full_names.get(last, ())
        if other.split()[0] == words[0] and surname(other) == last and set(words) <= set(other.split())
    ]
    return max([full, *same], key=len)


def _in_full(bare: str, name: Named, full_names: dict[str, list[str]], people: dict[str, _Person]) -> str:
    """Return the one full name that a surname stands for; the surname itself where several fit."""
    every = full_names.get(bare, ())
    fits = [other for other in every if surname(other) == bare]
    fits = fits or [other for other in every if other.split()[0] == bare] or list(every)
    sex = gender(name)
    if sex:
        fits = [other for other in fits if gender(named(other)) in (sex, "")]
    if len({other.split()[0] for other in fits}) == 1:
        return max(fits, key=len)
    quoted = [other for other in fits if other in people and people[other].forms]
    return quoted[0] if len(quoted) == 1 else bare


def _by_role(bare: str, people: dict[str, _Person]) -> str:
    """Resolve ``The professor`` to the one person quoted so far whose role says so."""
    words = bare.lower().split()
    if len(words) != 2 or words[0] != "the":
        return bare
    fits = [
        person.name
        for person in islice(people.values(), _NAMESAKES)
        if person.person and person.role and words[1] in person.role.lower().split()
    ]
    return fits[0] if len(fits) == 1 else bare


def _in_full_chinese(bare: str, people: dict[str, _Person]) -> str:
    """``蒲`` (of ``蒲教授``) -> ``蒲勇健``, where only one of that surname is quoted."""
    fits = [
        other for other in islice(people, _NAMESAKES) if len(bare) <= 2 and other != bare and other.startswith(bare)
    ]
    return fits[0] if len(fits) == 1 and people[fits[0]].person else bare


def _antecedent(
    text: str,
    place: Span,
    pronoun: str,
    people: dict[str, _Person],
    recent: dict[str, _Person],
    full_names: dict[str, list[str]],
) -> _Person | None:
    """Return the person last named as a source or a subject, if the pronoun fits."""
    if pronoun == "who":
        before = _WHO_FOLLOWS.search(text, max(0, place.start - 80), place.start)
        name = named(before[1]) if before else None
        return _known(name, full_names, people, spoken=False) if name and name.person else None
    sex = _SEX_OF.get(pronoun)
    if sex is None:
        return None
    for person in islice((person for person in reversed(recent.values()) if person.person), 3):
        if place.start - person.last > _PRONOUN_REACH:
            return None
        if person.gender in (sex, ""):
            return None if _is_doubtful(text, Span(person.last, place.start), person, sex, full_names) else person
    return None


def _is_doubtful(text: str, between: Span, person: _Person, sex: str, full_names: dict[str, list[str]]) -> bool:
    """Whether, outside quotations, somebody else whom the pronoun fits is named where subjects stand."""
    own = set(person.name.split())
    for match in _WHERE_SUBJECTS_STAND.finditer(_QUOTED.sub("", text[between.start : between.end])):
        word = match.group().split()[-1]
        for other in full_names.get(word, ()):
            if word == surname(other) and own.isdisjoint(other.split()) and gender(named(other)) in (sex, ""):
                return True
    return False
