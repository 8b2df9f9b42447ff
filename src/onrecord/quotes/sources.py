"""Whose words they are: the phrase before a cue, an earlier cue's source, or the sentence's subject."""

from __future__ import annotations

from collections.abc import Sequence

from onrecord.quotes.attribution import Attribution
from onrecord.quotes.cues import CUES, Cue
from onrecord.quotes.grammar import (
    BARE_PLURALS,
    BE,
    CONJUNCTIONS,
    DAYS,
    DETERMINERS,
    PREPOSITIONS,
    PRONOUNS,
    STOPS,
    VERBS,
)
from onrecord.quotes.phrases import is_adverb, phrase_before, skip_back
from onrecord.quotes.tokens import Token

__all__ = ["agrees", "is_finite_cue", "opening_subject", "source_before"]

_FINITE_CUES = frozenset(word for word, cue in CUES.items() if cue.form in ("past", "third"))
_FINITE = VERBS | _FINITE_CUES


def source_before(
    tokens: Sequence[Token], before: int, cue: Cue, between: Sequence[Token], found: Sequence[Attribution]
) -> tuple[int, int] | None:
    """Find who a cue belongs to; ``before`` is the last token before it and its auxiliaries.

    ``Pu smiled, saying`` -> ``Pu``; None where the words before the cue name nobody
    """
    participle = cue.form == "ing" and not any(token.word in BE for token in between)
    if before < 0:
        return opening_subject(tokens, len(tokens)) if participle else None
    last = tokens[before]
    if participle or last.word in CONJUNCTIONS:
        return _earlier(tokens, before, found)
    if last.word in (",", ")", "—", "–", "--"):
        phrase = phrase_before(tokens, before)
        if phrase is not None:
            return phrase
        return _earlier(tokens, before, found) if found else None
    if last.kind in ("p", "q"):
        return None
    return phrase_before(tokens, before)


def _earlier(tokens: Sequence[Token], before: int, found: Sequence[Attribution]) -> tuple[int, int] | None:
    """Return the source of the cue before this one, else the subject that opens the sentence."""
    if found and found[-1].source is not None:
        return found[-1].source
    return opening_subject(tokens, before)


def opening_subject(tokens: Sequence[Token], limit: int) -> tuple[int, int] | None:
    """Find the phrase that opens the sentence: a pronoun, a name or ``the mayor``, before its verb."""
    at = _past_opening(tokens, limit)
    if at >= limit:
        return None
    if tokens[at].word in ("he", "she", "they", "i", "we"):
        return at, at + 1
    if tokens[at].kind not in ("N", "w") or tokens[at].word in STOPS or tokens[at].word in DAYS:
        return None
    for index in range(at + 1, min(limit, at + 30)):
        token = tokens[index]
        if token.kind == "q" or token.word in (":", ";"):
            break
        if token.kind == "w" and (token.word in _FINITE or token.word.endswith("ed")):
            phrase = phrase_before(tokens, skip_back(tokens, index), at)
            if phrase is not None and phrase[0] == at:
                return phrase
            break
    stop = next((i for i in range(at, limit) if tokens[i].kind != "N"), limit)
    return (at, stop) if stop > at and tokens[at].word not in DETERMINERS else None


def _past_opening(tokens: Sequence[Token], limit: int) -> int:
    """Skip ``But``, ``Still,`` and ``In a speech on Monday,``."""
    at = 0
    while at < limit and (tokens[at].word in ("but", "and", "so", "yet", "then") or is_adverb(tokens[at])):
        at += 1
    if at < limit and tokens[at].word in PREPOSITIONS:
        at = next((i + 1 for i in range(at, min(limit, at + 14)) if tokens[i].word == ","), limit)
    return at


def agrees(tokens: Sequence[Token], source: tuple[int, int], cue: Cue, between: Sequence[Token]) -> bool:
    """Whether subject and verb fit in number, where their forms show it; nouns are taken for verbs else."""
    last = tokens[source[1] - 1]
    if source[1] - source[0] == 1 and last.kind == "w" and last.word not in PRONOUNS and last.word not in BARE_PLURALS:
        plural = last.word.endswith("s") and not last.word.endswith("ss")
        if not plural:
            return False
    if cue.form == "base" and not between and not _is_plural(tokens[source[0] : source[1]]):
        return False
    return not (cue.form == "third" and last.word in ("they", "we", "you", "i"))


def _is_plural(phrase: Sequence[Token]) -> bool:
    """Whether the head of the phrase, before any ``of`` or ``with``, is plural: ``Critics of the plan``."""
    end = next((i for i, token in enumerate(phrase) if i and token.word in PREPOSITIONS | {",", "who"}), len(phrase))
    head = phrase[end - 1].word
    if head in ("they", "i", "we", "you", "who", "that", "which") or head in BARE_PLURALS:
        return True
    joined = any(token.word == "and" for token in phrase[:end])
    return joined or (head.endswith("s") and not head.endswith(("ss", "'s")))


def is_finite_cue(token: Token) -> bool:
    """Whether the word is a cue's past tense or third person."""
    return token.word in _FINITE_CUES
