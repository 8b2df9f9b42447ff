"""Where a phrase that names somebody begins and ends, told from the words around it without a parser."""

from __future__ import annotations

from collections.abc import Sequence

from onrecord.quotes.cues import CUES, MEDIUM
from onrecord.quotes.grammar import (
    AUXILIARIES,
    DAYS,
    DETERMINERS,
    PREPOSITIONS,
    PRONOUNS,
    STOPS,
    VERBS,
)
from onrecord.quotes.tokens import Token

__all__ = ["is_adverb", "phrase_after", "phrase_before", "skip_back"]

_WHO = frozenset({"who", "whose", "whom"})
_MAX_WORDS = 45
_FINITE_CUES = frozenset(word for word, cue in CUES.items() if cue.form in ("past", "third")) - {
    "reports", "shows", "comments", "estimates", "claims"
}  # fmt: skip
_NOT_IN_A_PHRASE = VERBS | STOPS | PRONOUNS


def is_adverb(token: Token) -> bool:
    """``later``, ``repeatedly``: stands between a subject and its verb without changing either."""
    word = token.word
    return word in AUXILIARIES or (token.kind == "w" and word.endswith("ly") and word not in ("family", "early"))


def skip_back(tokens: Sequence[Token], index: int) -> int:
    """Return the last token before ``index`` that is neither auxiliary nor adverb; -1 if there is none."""
    index -= 1
    while index >= 0 and is_adverb(tokens[index]):
        index -= 1
    return index


def phrase_before(tokens: Sequence[Token], last: int, first: int = 0) -> tuple[int, int] | None:
    """Return the phrase that ends with token ``last``, its appositions included: indices, end exclusive.

    ``[On, Friday, ",", Pu, ",", a, professor, ","]`` with the last comma as ``last`` -> ``(3, 8)``
    """
    if last < first:
        return None
    if tokens[last].word == "," or tokens[last].word in (")", "—", "–", "--"):
        return _with_apposition(tokens, last, first)
    last = _without_day(tokens, last, first)
    begin = _begin(tokens, last, first)
    return None if begin is None else (begin, last + 1)


def _without_day(tokens: Sequence[Token], last: int, first: int) -> int:
    """Step back over ``on Thursday`` in ``The city on Thursday said``."""
    if tokens[last].kind == "N" and tokens[last].word.endswith("day") and tokens[last].word in DAYS:
        if last - 2 >= first and tokens[last - 1].word == "on":
            return last - 2
        return last - 1 if last - 1 >= first else last
    return last


def _with_apposition(tokens: Sequence[Token], last: int, first: int) -> tuple[int, int] | None:
    """From the closing comma back to the phrase that is apposed to; the longest chain of commas wins."""
    opening = {")": "("}.get(tokens[last].word, tokens[last].word)
    best: tuple[int, int] | None = None
    commas = 0
    for at in range(last - 1, max(first, last - _MAX_WORDS), -1):
        if tokens[at].kind == "q" or tokens[at].word in (";", ":") or commas > 6:
            break
        if tokens[at].word != opening or at == last - 1:
            continue
        commas += 1
        begin = _begin(tokens, at - 1, first)
        if begin is None or not _is_head(tokens, begin, at):
            continue
        if best is None and _is_aside(tokens, at + 1, last):
            best = begin, at
        elif _opens_apposition(tokens, at + 1) and (best is None or _is_untrimmed(tokens, begin, first)):
            best = begin, last
    return best


def _is_untrimmed(tokens: Sequence[Token], begin: int, first: int) -> bool:
    """Whether the phrase stands free, so that it is no part of ``In Chicago, Pu, a professor, said``."""
    if begin == first:
        return True
    before = tokens[begin - 1]
    return before.word not in PREPOSITIONS and (before.kind in ("p", "q") or before.word in STOPS)


def _is_aside(tokens: Sequence[Token], at: int, last: int) -> bool:
    """``, however,``, ``, in turn,``, ``, for his part,``: nothing about who the person is."""
    token = tokens[at]
    if token.word in {
        "however",
        "meanwhile",
        "though",
        "too",
        "again",
        "reportedly",
        "instead",
        "therefore",
        "likewise",
    }:
        return last - at == 1
    return token.word in {
        "in",
        "for",
        "on",
        "at",
        "during",
        "after",
        "via",
        "speaking",
        "citing",
        "when",
        "through",
        "by",
        "asked",
    }


def _is_head(tokens: Sequence[Token], begin: int, end: int) -> bool:
    """Whether the phrase can be a person or a body: a capital in it or a determiner before it."""
    words = tokens[begin:end]
    if any(token.word in DAYS and token.kind == "N" for token in words[-1:]):
        return False
    if words[0].word in PREPOSITIONS or words[0].word in STOPS:
        return False
    return any(token.kind == "N" for token in words) or words[0].word in DETERMINERS or words[0].word in ("he", "she")


def _opens_apposition(tokens: Sequence[Token], at: int) -> bool:
    """Accept ``a``, ``the``, ``who``, ``43``, ``president``; no verb, auxiliary or subordinator."""
    token = tokens[at]
    word = token.word
    if word in _WHO or word in DETERMINERS or token.kind in ("d", "N"):
        return word not in ("that", "this")
    if word in VERBS or word in STOPS or word in PRONOUNS or word in CUES:
        return False
    return word not in PREPOSITIONS or word in ("of", "from", "in")


def _begin(tokens: Sequence[Token], last: int, first: int, *, joining: bool = True) -> int | None:
    """Where the noun phrase begins that ends with ``last``; None if there is no such phrase."""
    if last < first or not _can_end(tokens[last]):
        return None
    if tokens[last].word in PRONOUNS:
        return last
    at = last
    while at > first and last - at < _MAX_WORDS:
        before = tokens[at - 1]
        if before.kind in ("p", "q") and before.word not in {"&", "$", "%", "'", "/"}:
            break
        if before.word in _WHO and at - 2 >= first and tokens[at - 2].kind in ("w", "N"):
            at -= 1
            continue
        if before.word in _NOT_IN_A_PHRASE or (before.kind == "w" and before.word in _FINITE_CUES):
            relative = _relative(tokens, at - 1, first)
            if relative is None:
                if joining and before.word == "and" and _joins(tokens, at - 1, first):
                    at -= 1
                    continue
                break
            at = relative
            continue
        at -= 1
    return _trim(tokens, at, last)


def _relative(tokens: Sequence[Token], verb: int, first: int) -> int | None:
    """Read ``the people who live there``: from a verb back to its ``who``, within a few words."""
    for at in range(verb, max(first, verb - 6), -1):
        token = tokens[at]
        if token.word in _WHO and at - 1 >= first and tokens[at - 1].kind in ("w", "N"):
            return at - 1
        if token.kind in ("p", "q"):
            return None
    return None


def _joins(tokens: Sequence[Token], at: int, first: int) -> bool:
    """Whether ``and`` joins two names or two nouns, not two clauses."""
    if at - 1 < first:
        return False
    left, right = tokens[at - 1], tokens[at + 1]
    if right.word in PRONOUNS or left.kind in ("p", "q", "d"):
        return False
    begin = _begin(tokens, at - 1, first, joining=False)
    if begin is None:
        return False
    boundary = begin == first or tokens[begin - 1].kind in ("p", "q") or tokens[begin - 1].word in STOPS
    return boundary and (left.kind == right.kind or right.word in DETERMINERS)


def _can_end(token: Token) -> bool:
    if token.kind == "d":
        return True
    if token.kind not in ("w", "N"):
        return False
    word = token.word
    if word in PRONOUNS:
        return True
    if word in STOPS or word in PREPOSITIONS or word in VERBS or word == "to":
        return word in ("one", "may") and token.kind == "N"
    return not word.endswith(("'s", "n't", "self", "selves"))


def _trim(tokens: Sequence[Token], begin: int, last: int) -> int | None:
    """Drop what stands before the subject: ``In January Pu`` -> ``Pu``."""
    while begin <= last:
        token = tokens[begin]
        if token.word in PREPOSITIONS or token.word in STOPS:
            begin = _after_preposition(tokens, begin, last)
        elif (token.word in DAYS and token.kind == "N" and begin < last) or (
            is_adverb(token) and begin < last and token.word not in DETERMINERS
        ):
            begin += 1
        else:
            break
    return begin if begin <= last else None


def _after_preposition(tokens: Sequence[Token], begin: int, last: int) -> int:
    at = begin + 1
    while at <= last and (tokens[at].word in DAYS or tokens[at].kind == "d"):
        at += 1
    if at > begin + 1:
        return at
    # The last determiner, or the capitals at the end: "In a statement the mayor", "For example Pu".
    for at in range(last, begin + 1, -1):
        if tokens[at].word in DETERMINERS and tokens[at - 1].word not in PREPOSITIONS:
            return at
    at = last
    while at > begin + 1 and tokens[at - 1].kind == "N":
        at -= 1
    return at if tokens[at].kind == "N" and at > begin + 1 else begin + 1


def phrase_after(tokens: Sequence[Token], first: int, end: int) -> tuple[int, int] | None:
    """Return the phrase that begins with token ``first``, its appositions included: indices, end exclusive.

    ``[Pu, ",", a, professor, ",", on, Friday, .]`` -> ``(0, 4)``
    """
    if first >= end or not _can_begin(tokens[first]):
        return None
    if tokens[first].word in PRONOUNS:
        return first, first + 1
    at = first + 1
    apposed = False
    while at < end:
        token = tokens[at]
        if token.kind == "q" or token.word in (";", ":", ".", "?", "!", "—", "–", "--", ")"):
            break
        if token.word == ",":
            if at + 1 >= end or not _goes_on(tokens, at + 1, end):
                break
            apposed = True
        elif _stops_phrase(tokens, at, end, apposed):
            break
        at += 1
    while at - 1 > first and tokens[at - 1].word in (",", "(", "and"):
        at -= 1
    return first, at


def _can_begin(token: Token) -> bool:
    if token.kind == "N" or token.kind == "d":
        return token.word not in DAYS or token.word in ("may", "june", "april", "august")
    if token.kind != "w":
        return False
    word = token.word
    if word in {"he", "she", "they", "i", "we", "one"} or word in DETERMINERS:
        return word not in ("that", "this")
    return not (
        word in PRONOUNS or word in STOPS or word in PREPOSITIONS or word in VERBS or word in AUXILIARIES
        or word in CUES or word.endswith("ly") or word in MEDIUM or word in DAYS
    )  # fmt: skip


def _goes_on(tokens: Sequence[Token], at: int, end: int) -> bool:
    """Whether the words after a comma still describe the person who was named before it."""
    token = tokens[at]
    word = token.word
    if token.kind == "q" or word in DAYS or word in PRONOUNS - {"who"} or word in STOPS - {"and"}:
        return False
    cue = CUES.get(word)
    if cue is not None and token.kind == "w" and (cue.form in ("ing", "past", "third")):
        return False
    if token.kind == "w" and word.endswith("ing") and word != "including":
        return False
    if word == "who":
        return not _cue_within(tokens, at + 1, min(end, at + 4))
    if word in PREPOSITIONS:
        return word == "of"
    return not is_adverb(token)


def _cue_within(tokens: Sequence[Token], first: int, end: int) -> bool:
    return any(tokens[at].word in CUES and CUES[tokens[at].word].complement != "object" for at in range(first, end))


def _stops_phrase(tokens: Sequence[Token], at: int, end: int, apposed: bool) -> bool:
    token = tokens[at]
    word = token.word
    following = tokens[at + 1] if at + 1 < end else None
    if word in DAYS and (
        token.kind == "N" or word in {"last", "this", "next", "yesterday", "late", "earlier", "later", "today"}
    ):
        return not apposed or token.kind == "N" or word in ("last", "this", "yesterday")
    if word in {
        "when",
        "while",
        "because",
        "if",
        "that",
        "although",
        "though",
        "but",
        "as",
        "during",
        "after",
        "before",
        "about",
        "recently",
        "referring",
    }:
        return not apposed or word not in {"that", "as", "about", "during", "when"}
    if word in {"in", "on", "at", "to", "via", "by", "with", "through", "from"} and not apposed:
        return _is_adjunct(tokens, at, end)
    if word in ("in", "on", "via") and following is not None:
        return _is_adjunct(tokens, at, end)
    return token.kind == "w" and not apposed and word in CUES and CUES[word].form == "ing"


def _is_adjunct(tokens: Sequence[Token], at: int, end: int) -> bool:
    """``in a statement``, ``on Monday``, ``to reporters``: how or when it was said, not who."""
    window = tokens[at + 1 : min(end, at + 6)]
    if not window:
        return True
    if window[0].word in DAYS or window[0].word in {
        "twitter",
        "facebook",
        "response",
        "reporters",
        "cnn",
        "cnn's",
    }:
        return True
    if tokens[at].word == "to":
        return window[0].word in {"reporters", "journalists", "me", "the", "a", "cnn", "fox"} or window[0].kind == "N"
    for token in window:
        if token.kind in ("p", "q"):
            return False
        if token.word in MEDIUM:
            return True
    return False
