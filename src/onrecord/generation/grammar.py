"""A grammar that keeps a small model to the words of its evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from onrecord.generation.support import names_speaker
from onrecord.text.sentences import sentences
from onrecord.text.tokens import STOP_WORDS
from onrecord.types import Evidence, EvidenceItem, quotations

__all__ = ["beginnings", "copying", "is_personal", "reported"]

_FIRST_PERSON = re.compile(
    r"\b(?:i|me|my|mine|we|us|our|ours|you|your|yours|i['’]\w+|we['’]\w+|you['’]\w+)\b|[我你您咱]", re.IGNORECASE
)
_BOUNDARY = re.compile(r"[,;:]\s+|\s[–—-]+\s")
_LEADING = re.compile(
    r"(?:\([^()]{2,20}\)\s*[-–—]*\s*|(?:and|but|so|also|therefore|however|moreover|meanwhile|then|still|well|yes|no)\b,?\s+)+",
    re.IGNORECASE,
)
_FEWEST_WORDS = 5


def copying(evidence: Evidence) -> str | None:
    """GBNF for statements that are each a sentence of one item, or its beginning up to a comma.

    The model chooses which items, and how much of them; each is used at most once.  Somebody's words become
    ``Pu said that ...``, unless they speak of "I" or "we", which would change whom they mean.  Reported
    statements give way to others, since their sentences are shown as they are anyway.  None if no
    sentence lends itself.
    """
    found = [(item, rule) for item in evidence.items if (rule := _rule(item))]
    first = [(item, rule) for item, rule in found if item.kind != "reported"]
    rules = [(f"s{item.number}", rule) for item, rule in first or found]
    if not rules:
        return None
    lines = ["root ::= r0"]
    for place, (name, _) in enumerate(rules):
        # r<n> is "item n or a later one, then maybe more": ascending order, no item twice.
        lines.append(
            f'r{place} ::= {name} (" " r{place + 1})? | r{place + 1}'
            if place + 1 < len(rules)
            else f"r{place} ::= {name}"
        )
    return "\n".join([*lines, *(f"{name} ::= {rule}" for name, rule in rules)]) + "\n"


def _rule(item: EvidenceItem) -> str | None:
    said = dict.fromkeys(_said(item.speaker, item) if item.kind == "quoted" and item.speaker else _printed(item))
    return f"({' | '.join(map(_literal, said))}) {_literal(f' [{item.number}]')}" if said else None


def _printed(item: EvidenceItem) -> Iterator[str]:
    """Sentences and beginnings of sentences as they stand there; what somebody said, with the name only."""
    text = item.passage.text
    for start, end in sentences(text):
        sentence = text[start:end]
        if is_personal(sentence) or sentence[-1] in "?？":
            continue
        for clause in beginnings(sentence):
            if item.speaker is None or names_speaker(clause, item.speaker):
                yield f"{clause}."


def _said(speaker: str, item: EvidenceItem) -> Iterator[str]:
    """The sentences of somebody's words, and their beginnings, as somebody else would tell them."""
    text = item.passage.text
    for opening, closing in quotations(text):
        spoken = text[opening:closing]
        for start, end in sentences(spoken):
            sentence = " ".join(spoken[start:end].split())
            if not is_personal(sentence) and sentence[-1] not in "?？":
                yield from (f"{reported(speaker, clause, item)}." for clause in beginnings(sentence))


def is_personal(text: str) -> bool:
    """Whether a text speaks of "I", "we" or "you", who are others once somebody else says it."""
    return _FIRST_PERSON.search(text) is not None


def beginnings(sentence: str) -> list[str]:
    """A sentence up to each of its commas, without what joins it to the one before, and whole; none has a full stop."""
    sentence = " ".join(sentence.split()).rstrip(".,;:。，； ")
    if leading := _LEADING.match(sentence):
        rest = sentence[leading.end() :]
        sentence = rest[:1].upper() + rest[1:]
    ends = [match.start() for match in _BOUNDARY.finditer(sentence)] + [len(sentence)]
    return [sentence[:end] for end in ends if len(sentence[:end].split()) >= _FEWEST_WORDS]


def reported(speaker: str, clause: str, item: EvidenceItem) -> str:
    """``Pu said that`` the clause, or ``Pu said:`` where its first word may be a name; without a full stop."""
    who = speaker[:1].upper() + speaker[1:]
    first = re.split(r"\W", clause, maxsplit=1)[0]
    text = item.passage.article.text
    if first.lower() in STOP_WORDS or re.search(rf"(?<!\w){re.escape(first.lower())}(?!\w)", text):
        return f"{who} said that {clause[:1].lower()}{clause[1:]}"
    if re.search(rf"[\w,] {re.escape(first)}(?!\w)", text):
        return f"{who} said that {clause}"
    # A capital that may be a name's or only the sentence's is left as it was printed.
    return f"{who} said: {clause}"


def _literal(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
