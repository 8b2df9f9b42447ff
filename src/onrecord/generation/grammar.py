"""A grammar that keeps a small model to the words of its evidence."""

from __future__ import annotations

import re

from onrecord.text.sentences import sentences
from onrecord.text.tokens import STOP_WORDS
from onrecord.types import Evidence, EvidenceItem, quotations

__all__ = ["copying"]

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
    statements give way to quotations, since their sentences are shown as they are anyway.  None if no
    sentence lends itself.
    """
    quoted = [item for item in evidence.items if item.kind == "quoted"]
    rules = [(f"s{item.number}", rule) for item in quoted or evidence.items if (rule := _rule(item))]
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
    clauses = dict.fromkeys(clause for text in _sayable(item) for clause in _beginnings(text))
    if not clauses:
        return None
    if item.kind == "quoted" and item.speaker:
        clauses = {_reported(item.speaker, clause, item): None for clause in clauses}
    return f"({' | '.join(map(_literal, clauses))}) {_literal(f'. [{item.number}]')}"


def _sayable(item: EvidenceItem) -> list[str]:
    text = item.passage.text
    parts = [text[start:end] for start, end in quotations(text)] if item.kind == "quoted" else [text]
    found = [part[start:end] for part in parts for start, end in sentences(part)]
    return [sentence for sentence in found if not _FIRST_PERSON.search(sentence) and sentence[-1] not in "?？"]


def _beginnings(sentence: str) -> list[str]:
    sentence = " ".join(sentence.split()).rstrip(".,;:。，； ")
    if leading := _LEADING.match(sentence):
        rest = sentence[leading.end() :]
        sentence = rest[:1].upper() + rest[1:]
    ends = [match.start() for match in _BOUNDARY.finditer(sentence)] + [len(sentence)]
    return [sentence[:end] for end in ends if len(sentence[:end].split()) >= _FEWEST_WORDS]


def _reported(speaker: str, clause: str, item: EvidenceItem) -> str:
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
