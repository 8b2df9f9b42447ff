"""Whether a passage supports a statement: decided by rules, so that a reader can follow the reason."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

from onrecord.generation.opposites import opposite_in
from onrecord.text.sentences import sentences
from onrecord.text.tokens import STOP_WORDS, content_stems, stem, words
from onrecord.types import Span, quotations

__all__ = ["adds_nothing", "disagreement", "names_speaker", "unsupported"]

_SHARE = 0.8
_NEGATIONS = frozenset("no not never none nobody nothing neither nor without cannot nt hardly barely".split())
_DENIALS = _NEGATIONS | frozenset(
    """excluding except unable fail failed fails lack lacks refuse refused refuses deny denied denies
    unlikely""".split()
)
_NEAREST = 3
_HEDGES = frozenset(
    """may might could would should if unless perhaps maybe possibly probably likely unlikely almost about
    nearly approximately roughly""".split()
)
_SAYING = frozenset(
    stem(word)
    for word in """say says said saying tell told think thinks thought believe believes believed according
    add adds added noted""".split()
)
_TOKEN = re.compile(r"\w+(?:['’]\w+)*")
_NUMBER_WORDS = frozenset(
    """one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred
    thousand million billion trillion percent""".split()
)


@dataclass(frozen=True, slots=True)
class _Word:
    stem: str
    fixed: bool
    """Whether it is a name or a number, which no other word may stand for."""


def unsupported(statement: str, passage: str, *, speaker: str | None = None) -> str | None:
    """Why the passage does not support the statement, or None if it does.

    The statement's words must stand in one or two neighbouring sentences of the passage, or in one of somebody's
    own words, in the same order, nearly all of them, each name and number among them; negations and hedges must agree; and where
    the passage is somebody's words, the statement must name that somebody.
    """
    if speaker is not None and not names_speaker(statement, speaker):
        return f"it does not say that {speaker} said it"
    said = _content(statement, speaker)
    if len(said) < 2:
        return "it says nothing"
    spans = _places(passage, is_spoken=speaker is not None)
    if not spans:
        return "the passage is empty"
    reasons = {span: _missing_in(said, passage[span.start : span.end]) for span in spans}
    holding = [span for span, reason in reasons.items() if reason is None]
    if not holding:
        return next(reason for reason in reasons.values() if reason is not None)
    # The least that holds the words decides: a "not" of the sentence beside it is not theirs.
    least = [one for one in holding if not any(one.start <= o.start and o.end <= one.end and o != one for o in holding)]
    against = [_against(statement, said, passage[span.start : span.end], speaker) for span in least]
    return None if None in against else against[0]


def _places(passage: str, *, is_spoken: bool) -> list[Span]:
    """Where a statement may stand: sentences, two neighbours, and each of somebody's own words."""
    whole = sentences(passage)
    pairs = [Span(a.start, b.end) for a, b in pairwise(whole)]
    quoted = quotations(passage) if is_spoken else ()
    return [*whole, *pairs, *(spoken for start, end in quoted for spoken in sentences(passage, start, end))]


def adds_nothing(statement: str, passage: str, *, speaker: str | None = None) -> bool:
    """Whether each word of a statement that carries something stands in the passage; who spoke may be named."""
    held = {word.stem for word in _content(passage, None)}
    return all(word.stem in held for word in _content(statement, speaker))


def disagreement(statement: str, passage: str) -> int:
    """How much of a statement a text speaks against; 0 is what a faithful paraphrase has.

    Counted are numbers (twice) and names that the text has nowhere, and, in the sentences of it that are
    nearest, a negation that is not there and a word whose opposite is.
    """
    held = {stem(word) for word in words(passage)}
    spans = [passage[start:end] for start, end in sentences(passage)]
    stems = [set(content_stems(text)) for text in spans]
    found = 0
    for start, end in sentences(statement):
        said = statement[start:end]
        own = set(content_stems(said))
        best = sorted(range(len(spans)), key=lambda place: -len(own & stems[place]))[:_NEAREST]
        near = {stem(word) for place in best for word in words(spans[place])}
        found += sum(_missing(said, held))
        found += bool(_bare(said, None) & _DENIALS) and not any(_bare(spans[place], None) & _DENIALS for place in best)
        found += sum(root not in held and opposite_in(root, near) is not None for root in own)
    return found


def _missing(said: str, held: Set[str]) -> Iterator[int]:
    for place, match in enumerate(_TOKEN.finditer(said)):
        for word in words(match.group()):
            if word in STOP_WORDS or stem(word) in held:
                continue
            if any(character.isdigit() for character in word) or word in _NUMBER_WORDS:
                yield 2
            elif place and match.group()[0].isupper():
                yield 1


def _missing_in(said: Sequence[_Word], source: str) -> str | None:
    """What the words lack in a text, or None where it holds them in their order."""
    there = [word.stem for word in _content(source, None)]
    aligned = _common([word.stem for word in said], there)
    if missing := [word.stem for index, word in enumerate(said) if word.fixed and index not in aligned]:
        return f"{missing[0]!r} does not stand there in this place"
    if len(aligned) < _SHARE * len(said):
        return f"only {len(aligned)} of its {len(said)} words stand there in this order"
    return None


def _against(statement: str, said: Sequence[_Word], source: str, speaker: str | None) -> str | None:
    """What speaks against a statement in a text that holds its words."""
    own, other = _bare(statement, speaker), _bare(source, speaker)
    if bool(own & _NEGATIONS) != bool(other & _NEGATIONS):
        return "one of the two is negated"
    held = {stem(word) for word in words(source)}
    for word in said:
        if word.stem not in held and (opposite := opposite_in(word.stem, held)):
            return f"{word.stem!r} is the opposite of {opposite!r}"
    if lost := (own ^ other) & _HEDGES:
        return f"{min(lost)!r} stands in only one of the two"
    return None


def _content(text: str, speaker: str | None) -> list[_Word]:
    own = {stem(word) for word in words(speaker)} if speaker else set()
    found: list[_Word] = []
    for place, match in enumerate(_TOKEN.finditer(text)):
        shown = match.group()
        for word in words(shown):
            root = stem(word)
            if word in STOP_WORDS or root in _SAYING or root in own:
                continue
            number = any(character.isdigit() for character in word) or word in _NUMBER_WORDS
            # The first word of a sentence is capitalised whatever it is.
            found.append(_Word(root, number or (place > 0 and shown[0].isupper()) or not word.isascii()))
    return found


def _bare(text: str, speaker: str | None) -> set[str]:
    own = set(words(speaker)) if speaker else set()
    found: set[str] = set()
    for word in words(text):
        if word.endswith("n't"):
            found.add("nt")
        found.add(word.replace("'", ""))
    return found - own


def names_speaker(statement: str, speaker: str) -> bool:
    """Whether a word of the speaker's name stands in the statement."""
    said = set(words(statement))
    parts = words(speaker)
    if not speaker.isascii():
        return speaker in statement
    return any(part in said for part in parts if len(part) > 1 and part not in STOP_WORDS)


def _common(one: Sequence[str], other: Sequence[str]) -> set[int]:
    """The indexes in ``one`` of a longest common subsequence with ``other``.

    Both are a sentence or two, so the quadratic table is small.
    """
    table = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i in reversed(range(len(one))):
        for j in reversed(range(len(other))):
            table[i][j] = table[i + 1][j + 1] + 1 if one[i] == other[j] else max(table[i + 1][j], table[i][j + 1])
    found: set[int] = set()
    i = j = 0
    while i < len(one) and j < len(other):
        if one[i] == other[j]:
            found.add(i)
            i, j = i + 1, j + 1
        elif table[i + 1][j] >= table[i][j + 1]:
            i += 1
        else:
            j += 1
    return found
