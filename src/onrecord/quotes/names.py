"""What a phrase names: a person's name with title and role, or a source that the article leaves unnamed."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from onrecord.quotes.grammar import word_set

__all__ = ["PRONOUNS", "Named", "gender", "is_title", "named", "surname"]


class Named(NamedTuple):
    """``Mr. Pu, a professor`` -> form ``Mr. Pu``, bare ``Pu``, role ``a professor``, person ``True``."""

    form: str
    bare: str
    role: str | None
    person: bool
    title: str


PRONOUNS = word_set("he she they i we it who which that this you his her their")
_MALE_TITLES = frozenset({"mr", "sir", "lord", "king", "prince", "brother"})
_FEMALE_TITLES = frozenset({"mrs", "ms", "miss", "mme", "lady", "dame", "queen", "princess", "sister"})
_TITLES = (
    _MALE_TITLES
    | _FEMALE_TITLES
    | word_set("""
    dr prof professor sen senator rep representative gov governor president vice secretary minister
    prime mayor judge justice gen general lt col colonel capt captain sgt sergeant maj major adm admiral
    rev reverend pope chancellor ambassador congressman congresswoman councilman councilwoman speaker
    chief former chairman chairwoman director commissioner attorney detective officer sheriff chef coach
    rabbi father cardinal archbishop bishop imam ayatollah republican democrat democratic sens reps pres
    hon deputy assistant executive supervisor meteorologist spokesman spokeswoman spokesperson ceo
    superintendent administrator principal trooper lawyer editor author actor actress singer economist
    analyst premier envoy secretary-general first state foreign interior defense defence finance treasury
    """)
)
_DETERMINERS = word_set("the a an his her their its our my one another some many several most two three")
_PARTICLES = word_set("de da del della der den di du van von la le el al bin ibn ben dos das y ter ten af")
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "md", "phd"})
_PREPOSITIONS = word_set("of for from at in with on to by near and or & as")
_NAME_ENDS = _PREPOSITIONS | {"who"}
_HEAD_ENDS = re.compile(r",(?!\s*(?:Jr|Sr|MD|PhD)\b)|\(|(?<= )[—–]")
_WORD = re.compile(r"(?:[^\s,()—–]++|\b–\b)+")
_BODY_WORDS = word_set("""
    university center centre institute department ministry company corp inc party house court committee
    commission agency association council foundation group bank union board office bureau campaign times
    post journal news press government police congress senate republicans democrats officials report
    study poll survey reuters cnn nbc abc cbs fox bbc afp xinhua ap nasa fbi cia nato un fda cdc epa
    white states kingdom force service society museum school college hospital team league club fund
    organization organisation administration authority federation alliance coalition network project
    program
    """)
_PHRASES_KEPT = 4096
_LONGEST_KEPT = 200
_FEMALE = word_set("""
    mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty margaret
    sandra ashley kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca sharon
    laura cynthia kathleen amy angela shirley anna brenda pamela emma nicole helen samantha katherine
    christine debra rachel carolyn janet catherine maria heather diane ruth julie olivia joyce virginia
    victoria kelly lauren christina joan evelyn judith megan andrea cheryl hannah jacqueline martha
    gloria teresa ann sara madison frances kathryn janice jean abigail alice julia judy sophia grace
    denise amber doris marilyn danielle beverly isabella theresa diana natalie brittany charlotte marie
    kayla alexis lori hillary chelsea ivanka melania kellyanne nikki carly kamala tulsi condoleezza anne
    ellen jane kate katie claire susanne ursula angela theresa jacinda greta oprah beyonce serena naomi
    taylor lucy zoe chloe ella mia leah eva elena irina olga natasha svetlana fatima aisha amina leila
    yuki mei priya huma donna debbie wendy loretta sonia elena dana gina paula peggy phyllis rosa sheila
    sally sylvia tina tracy vera yvonne jill jenny bonnie connie dawn eileen erin holly kristen kirsten
    kim lynn maureen meredith monica
    """)
_MALE = word_set("""
    james robert john michael david william richard joseph thomas charles christopher daniel matthew
    anthony mark donald steven paul andrew joshua kenneth kevin brian george timothy ronald edward jason
    jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel
    gregory alexander frank patrick raymond jack dennis jerry tyler aaron jose adam nathan henry douglas
    zachary peter kyle ethan walter noah jeremy christian keith roger terry gerald harold sean austin
    carl arthur lawrence dylan jesse bryan joe jordan billy bruce albert willie gabriel logan alan juan
    wayne roy ralph randy eugene vincent russell louis philip bobby johnny bradley bill bernie ted marco
    ben jeb mike newt barack mitt chris tim jim tom bob dan rand lindsey rick steve vladimir emmanuel
    boris xi narendra justin sergio hugh simon ian neil graham stuart nigel martin colin mohammed
    muhammad ahmed ali omar hassan ibrahim abdul luis carlos miguel pedro fernando antonio jorge pablo
    pierre jean-claude francois michel hans karl jurgen wolfgang klaus ivan sergei dmitri dmitry igor
    andrei corey paul reince harry barry ken greg jeff matt nick doug phil sam max leo oliver harvey
    stanley fred howard craig derek dean glenn todd tony victor warren wesley gordon geoffrey edwin
    duncan edgar
    """)
# Names that men and women bear, here or there.
_EITHER = word_set("""
    alexis andrea jean kim kelly taylor tracy dana jordan chris sam max alex pat robin leslie jamie casey morgan logan
    ashley lindsey nikki sasha ariel jan gail marion shannon terry francis vivian
    """)


def named(phrase: str) -> Named:
    """Return what the phrase of a source names.

    ``the economist Paul Krugman of Princeton`` -> bare ``Paul Krugman``, role ``the economist``
    """
    return _named_again(phrase) if len(phrase) <= _LONGEST_KEPT else _named(phrase)


def _named(phrase: str) -> Named:
    head, _, rest = _split_head(phrase)
    words = _WORD.findall(head)
    found = _name_in(words)
    if found is None and rest and words and words[0].lower() in _DETERMINERS:
        # "the campaign manager, Robby Mook"
        second = _split_head(rest)[0]
        inner = _name_in(_WORD.findall(second))
        if inner is not None and inner[0] == 0 and inner[1] > 1:
            name = _WORD.findall(second)[inner[0] : inner[1]]
            return _person(name, head.strip())
    if found is None:
        return Named(_without_article(head), _without_article(head), None, person=False, title="")
    start, end = found
    role = rest.strip(" ,") or " ".join(words[:start]) or None
    return _person(words[start:end], role)


# An article names few people, and them again and again.
_named_again = lru_cache(_PHRASES_KEPT)(_named)


def _split_head(phrase: str) -> tuple[str, str, str]:
    end = _HEAD_ENDS.search(phrase)
    if end is None:
        return phrase.strip(), "", ""
    return phrase[: end.start()].strip(), end.group(), phrase[end.end() :]


def _name_in(words: list[str]) -> tuple[int, int] | None:
    """Where a personal name stands among the words before the first comma; None if none does."""
    if not words:
        return None
    small = [word.lower() for word in words]
    end = 0 if small[0] == "who" else 1
    while 0 < end < len(words) and small[end] not in _NAME_ENDS:
        end += 1
    if end == 0 or not words[end - 1][0].isupper() or words[end - 1].endswith(("’s", "'s")):
        return None
    start = end
    while start and (words[start - 1][0].isupper() or (small[start - 1] in _PARTICLES and start > 1)):
        start -= 1
    if small[start] in _DETERMINERS:
        start += 1
    if start >= end or (start and small[start - 1] in _DETERMINERS):
        return None
    # "Idaho State Police Capt. Ann Lee" is a person, "Idaho State Police" is none.
    plain = [word.rstrip(".") for word in small[:end]]
    titled = end - 1
    while titled > start and plain[titled - 1] not in _TITLES:
        titled -= 1
    return (start, end) if _BODY_WORDS.isdisjoint(plain[titled:]) else None


def _person(words: list[str], role: str | None) -> Named:
    """Split titles from the name: ``County Executive Ann Lee`` -> ``Ann Lee``, with the rest as role."""
    plain = [word.lower().rstrip(".") for word in words]
    start = len(words) - 1
    while start > 0 and plain[start] in _SUFFIXES:
        start -= 1
    while start > 0 and plain[start - 1] not in _TITLES:
        start -= 1
    title = " ".join(words[:start])
    bare = " ".join(words[start:])
    return Named(
        " ".join(words),
        bare,
        role or title or None,
        person=True,
        title=plain[start - 1] if start else "",
    )


def is_title(word: str) -> bool:
    """Whether the word is a title or an office: ``Gov``."""
    return _plain(word) in _TITLES


def _plain(word: str) -> str:
    return word.lower().rstrip(".")


def _without_article(phrase: str) -> str:
    return re.sub(r"^(?:the|The)\s+(?=[A-Z])", "", phrase).strip()


def surname(bare: str) -> str:
    """``Harry Connick Jr.`` -> ``Connick``."""
    words = bare.split()
    while len(words) > 1 and words[-1].strip(",").lower().rstrip(".") in _SUFFIXES:
        words.pop()
    return words[-1] if words else ""


def gender(name: Named) -> str:
    """``m``, ``f``, or nothing where neither the title nor the first name tells."""
    if name.title in _MALE_TITLES:
        return "m"
    if name.title in _FEMALE_TITLES:
        return "f"
    first = name.bare.split()[0].lower() if " " in name.bare else ""
    if first in _EITHER:
        return ""
    if first in _FEMALE:
        return "" if first in _MALE else "f"
    return "m" if first in _MALE else ""
