"""What a question is about, for the next one to point back to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from onrecord.text.names import named_in
from onrecord.text.tokens import words

__all__ = ["mentions", "people_of", "topic_of"]

_NAME = re.compile(r"(?<![\w’'-])[A-Z][\w’-]*(?:\s+(?:(?:of|de|van|von|der|al|the)\s+)*[A-Z][\w’-]*)*")
_QUESTION = re.compile(
    r"(?:what|how(?:\s+\w+){0,2}|when|where|why|who|which\s+\w+|\W)+\s*\b"
    r"(?P<verb>is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\s+(?P<rest>.+?)\W*",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r".*?\b(?:about|regarding|concerning)\s+(?P<what>.+?)(?:\s+(?:in|during|since|last|this|before|after)\b[^?]*)?\W*",
    re.IGNORECASE,
)
_WHO = re.compile(r"who\s+\w+\s+(?P<what>(?:the|an?)\s+[^?]+?)\W*", re.IGNORECASE)
_PARTICIPLE = re.compile(
    r"\s+(?:\w{2,}ed|built|made|held|won|sold|found|shot|hit|set|put|taken|written|known|seen|begun|lost|cut|paid)$"
)
_KILLED_IN = re.compile(
    r".*\b(?:killed|injured|hurt|lost|involved|elected)\s+(?:in|at|by)\s+(?P<what>.+?)\W*", re.IGNORECASE
)
_MOST_WORDS = 6
_OPENERS = frozenset(
    "What Who Whom Whose When Where Why How Which Is Are Was Were Do Does Did Has Have Had Can Could Will Would Should "
    "In On At The A An And But So I Tell Please".split()
)


def mentions(text: str, forms: Mapping[str, Sequence[str]]) -> list[str]:
    """The speakers that a text names, each as it is written there: ``What did Moore say?`` -> ``["Moore"]``."""
    names, used = named_in(text, forms)
    if not names:
        return []
    if whole := [name for name in names if name in text]:
        return whole if len(whole) == len(names) else _runs(text, used)
    return _runs(text, used)


def _runs(text: str, used: set[str]) -> list[str]:
    found: list[str] = []
    end = -1
    for match in re.finditer(r"[^\W_]+(?:[’'][^\W_]+)*", text):
        if not set(words(match.group())) & used:
            continue
        if found and text[end : match.start()].isspace():
            found[-1] += text[end : match.end()]
        else:
            found.append(match.group())
        end = match.end()
    return [name.removesuffix("’s").removesuffix("'s") for name in found]


def people_of(before: str, answer: str, forms: Mapping[str, Sequence[str]]) -> list[str]:
    """Whom "he", "she" or "they" may stand for.

    The speakers of the question before, else other names in it, else the one speaker whom its answer names.
    """
    if found := mentions(before, forms):
        return found
    names = [run for run in _names(before) if " " in run] or _names(before)
    if len(names) == 1:
        return names
    said, _ = named_in(answer, forms)
    return list(said) if len(said) == 1 else []


def topic_of(before: str) -> str:
    """What "it" or "that" may stand for: ``How tall is the harbour wall?`` -> ``the harbour wall``; empty if unsure."""
    for form in (_ABOUT, _KILLED_IN, _WHO):
        if (match := form.fullmatch(before)) and len(match["what"].split()) <= _MOST_WORDS:
            return match["what"]
    question = _QUESTION.fullmatch(before)
    if question is None:
        return ""
    rest = _PARTICIPLE.sub("", question["rest"])
    names = _names(rest)
    determiners = len(re.findall(r"\b(?:the|a|an)\b", rest))
    if question["verb"].lower() in {"is", "are", "was", "were"} and len(rest.split()) <= _MOST_WORDS:
        return rest if determiners or names else ""
    if len(names) == 1 and not determiners:
        return names[0]
    return ""


def _names(text: str) -> list[str]:
    runs = [match.group() for match in _NAME.finditer(text)]
    kept = [" ".join(word for place, word in enumerate(run.split()) if place or word not in _OPENERS) for run in runs]
    return [run for run in dict.fromkeys(kept) if run and run not in _OPENERS]
