"""What a question asks: whose words, about what, and which names and numbers an answer must hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from onrecord.generation.followup import self_contained
from onrecord.text.names import named_in
from onrecord.text.tokens import STOP_WORDS, stem, words
from onrecord.text.when import without_time
from onrecord.types import Question

__all__ = ["Understood", "understand"]

_SAYING = frozenset(
    stem(word)
    for word in """say says said saying tell told think thinks thought believe believes believed opinion opinions
    view views stance claim claims claimed mention mentions mentioned comment comments commented talk talks
    talked discuss discusses discussed explain explains explained describe describes described argue argues
    argued statement statements quote quotes quoted according remark remarks position speak spoke feel feels
    mean means warn warns warned predict predicts predicted suggest suggests suggested call calls called
    说 表示 认为 指出 称""".split()
)
_SPEECH = _SAYING | {stem(word) for word in "know regarding concerning topic subject professor mr mrs ms dr".split()}
_ABOUT_PERSON = re.compile(r"\s*(?:and\s+)?(?:who\s+(?:is|was)|why\s+did|what\s+about)\b", re.IGNORECASE)
_SUBJECT = re.compile(r"(?<!\w)(?:about|regarding|concerning|on|of|towards?)(?!\w)|关于|对|谈", re.IGNORECASE)
_ASKING = re.compile(r"\b(what|which|who|whom|whose|where|when|why|how)\b(?:[’']s\b)?\s*([\w’'-]*)", re.IGNORECASE)
_OPEN = frozenset(
    """did do does has have had is are was were will would can could should might must about else exactly""".split()
)
_MEASURED = frozenset("many much long old far tall high deep fast heavy wide large big often soon early late".split())
_CAPITALISED = re.compile(r"(?<![\w’'-])(?:[A-Z][\w’'-]*|\d[\d.,:]*\d|\d)")
_QUESTION_WORDS = frozenset(
    "What Who Whom Whose When Where Why How Which Is Are Was Were Do Does Did Has Have Had Can Could Will Would "
    "Should In On At The A An I Tell Give List And But So Please Today".split()
)


@dataclass(frozen=True, slots=True)
class Understood:
    """A question made self-contained and taken apart.

    ``speakers`` are full names of the corpus's speakers that the question names; ``subject`` is what is
    left of it without them and without words of saying; ``names`` are its other names and numbers, as
    stems.
    """

    text: str
    speakers: tuple[str, ...]
    subject: str
    stems: tuple[str, ...]
    names: tuple[str, ...]


def understand(question: Question, forms: Mapping[str, Sequence[str]]) -> Understood:
    """Take a question apart, in its self-contained form where it leans on the conversation.

    ``forms`` are those of ``onrecord.text.names.speaker_forms``.
    """
    text = self_contained(question.text, question.history, forms)
    found, mentioned = _sources(without_time(text), forms)
    if not _asks_for_words(text, mentioned) and not _is_about_person(text, mentioned):
        # "The IRS announced what?" names a source of other articles, but asks for nobody's words.
        found, mentioned = (), set()
    if question.filters.speaker is not None:
        found, _ = named_in(question.filters.speaker.title(), forms)
    subject = [word for word in words(without_time(text)) if word not in mentioned]
    kept = [word for word in subject if word not in STOP_WORDS and stem(word) not in _SPEECH]
    return Understood(
        text=text,
        speakers=found,
        subject=" ".join(kept) if found else text,
        stems=tuple(dict.fromkeys(stem(word) for word in kept)),
        names=tuple(name for name in _names(text) if name not in {stem(word) for word in mentioned} | _SPEECH),
    )


def _sources(text: str, forms: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], set[str]]:
    """The speakers whose words may be asked for, and the words that name them; nobody whom these are to be about.

    ``What does Pu say about Li?`` is for Pu's words, ``What was said about Li?`` for nobody's.
    """
    named, mentioned = named_in(text, forms)
    for cut in _SUBJECT.finditer(text) if named else ():
        before, after = text[: cut.start()], text[cut.end() :]
        sources = named_in(before, forms)
        if sources[0]:
            return sources
        if cut.group().lower() == "about" and _tells(before) and "according" not in after.lower():
            return (), set()
    return named, mentioned


def _asks_for_words(text: str, mentioned: Set[str]) -> bool:
    """Whether what somebody said is asked for, and not a fact that somebody told.

    ``What did Keller say of the wall?`` does, ``Which wall did Keller say would fall?`` and a sentence with a gap do not.
    """
    asking = _ASKING.search(text)
    if asking is None:
        return not text.rstrip().endswith((":", "…", "...")) and _tells(text)
    word, then = asking[1].lower(), asking[2].lower()
    if word == "what":
        is_named = then in mentioned and (text.islower() or not asking[2].islower())
        is_open = is_named or then in _OPEN or asking.group().lower().startswith(("what's", "what’s"))
    else:
        is_open = word == "why" or (word == "how" and then not in _MEASURED)
    begin = max(text.rfind(mark, 0, asking.start()) for mark in ".!?")
    return is_open and _tells(text[begin + 1 :])


def _is_about_person(text: str, mentioned: Set[str]) -> bool:
    match = _ABOUT_PERSON.match(text)
    if match is None:
        return False
    rest = [word for word in words(text[match.end() :]) if word not in STOP_WORDS and stem(word) not in _SPEECH]
    return "who" not in match.group().lower() or all(word in mentioned for word in rest)


def _tells(text: str) -> bool:
    return any(stem(word) in _SAYING and word != "called" for word in words(text))


def _names(text: str) -> list[str]:
    found: list[str] = []
    for match in _CAPITALISED.finditer(text):
        word = match.group()
        if word in _QUESTION_WORDS or (match.start() == 0 and word.lower() in STOP_WORDS):
            continue
        found += [stem(part) for part in words(word)]
    return list(dict.fromkeys(found))
