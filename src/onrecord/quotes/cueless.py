"""Attributions without a verb of saying: a label, a colon, or any verb right after a quotation."""

from __future__ import annotations

from collections.abc import Sequence

from onrecord.quotes.attribution import Attribution
from onrecord.quotes.contents import trimmed
from onrecord.quotes.cues import CUES
from onrecord.quotes.grammar import BE, DETERMINERS, PREPOSITIONS, STOPS, VERBS, word_set
from onrecord.quotes.phrases import is_adverb
from onrecord.quotes.sources import opening_subject
from onrecord.quotes.tokens import Token

__all__ = ["embedded", "introduced", "labelled", "tagged"]


_LABEL_WORDS = 7
_SCARE_CHARACTERS = 32
_RUBRICS = word_set("news go watch read video photo photos update exclusive opinion analysis live more")
_BARE_LABEL_WORDS = 4
_IN_NAMES = frozenset({"of", "the", "de", "van"})


def labelled(tokens: Sequence[Token], end: int, *, headline: bool) -> Attribution | None:
    """Read a speaker's label: ``Gingrich: Trump Must Decide``, ``Rep. Trey Gowdy (R-S.C.): “...”``."""
    colon = next((i for i in range(1, min(end, 12)) if tokens[i].word == ":"), None)
    if colon is None or colon + 1 >= end:
        return None
    quoted = tokens[colon + 1].kind == "q"
    name = _without_bracket(tokens[:colon])
    if not (quoted or headline) or not _is_label(name, _LABEL_WORDS if quoted else _BARE_LABEL_WORDS):
        return None
    return Attribution((colon, colon + 1), (0, len(name)), (trimmed(tokens, (colon + 1, end)),))


def _without_bracket(name: Sequence[Token]) -> Sequence[Token]:
    if name[-1].word != ")":
        return name
    return name[: next((i for i, token in enumerate(name) if token.word == "("), 0)]


def _is_label(name: Sequence[Token], most: int) -> bool:
    if not 0 < len(name) <= most or name[0].word in DETERMINERS | STOPS | PREPOSITIONS:
        return False
    if name[0].word in CUES or name[-1].word.endswith("'s") or name[0].word in _RUBRICS:
        return False
    return all(token.kind == "N" or token.word in _IN_NAMES for token in name)


def introduced(tokens: Sequence[Token], quote: int) -> Attribution | None:
    """Read ``Kasich resisted: “...”``: a colon, and a subject that opens the sentence."""
    if quote == 0 or tokens[quote - 1].word != ":":
        return None
    subject = opening_subject(tokens, quote - 1)
    if subject is None or subject[1] >= quote - 1:
        return None
    return Attribution((quote - 1, quote), subject, ((quote, quote + 1),))


def tagged(tokens: Sequence[Token], quote: int, end: int) -> Attribution | None:
    """Read ``“...,” she cautioned``: a subject and any verb straight after a quotation."""
    at = quote + 1
    if at < end and tokens[at].word == ",":
        at += 1
    subject = _name_at(tokens, at, end)
    if subject is None:
        return None
    verb = subject[1]
    while verb < end and is_adverb(tokens[verb]) and tokens[verb].word not in BE:
        verb += 1
    if verb >= end or tokens[verb].kind != "w" or tokens[verb].word in VERBS:
        return None
    if not tokens[verb].word.endswith(("ed", "s")):
        return None
    return Attribution((verb, verb + 1), subject, ((quote, quote + 1),))


def embedded(tokens: Sequence[Token], quote: int) -> Attribution | None:
    """Read ``He told off those “who never learn”``: the one subject before a quotation in its sentence."""
    size = tokens[quote].end - tokens[quote].start
    if quote == 0 or size < _SCARE_CHARACTERS or any(token.kind == "q" for token in tokens[:quote]):
        return None
    subject = opening_subject(tokens, quote)
    if subject is None or subject[1] >= quote or not _is_person(tokens, subject):
        return None
    verb = next((i for i in range(subject[1], quote) if not is_adverb(tokens[i])), quote)
    if tokens[verb].kind != "w":
        return None
    return Attribution((verb, verb + 1), subject, ((quote, quote + 1),))


def _is_person(tokens: Sequence[Token], subject: tuple[int, int]) -> bool:
    return tokens[subject[0]].word in ("he", "she") or all(t.kind == "N" for t in tokens[subject[0] : subject[1]])


def _name_at(tokens: Sequence[Token], at: int, end: int) -> tuple[int, int] | None:
    if at >= end:
        return None
    if tokens[at].word in ("he", "she", "they"):
        return at, at + 1
    if tokens[at].kind != "N" or tokens[at].word in DETERMINERS | PREPOSITIONS:
        return None
    stop = next((i for i in range(at, end) if tokens[i].kind != "N"), end)
    return at, stop
