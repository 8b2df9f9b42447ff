"""What was said: the words before or after a cue that its source answers for."""

from __future__ import annotations

from collections.abc import Sequence

from onrecord.quotes.cues import CUES, MEDIUM, RECIPIENT_VERBS, Cue
from onrecord.quotes.grammar import (
    DAYS,
    DETERMINERS,
    OPENERS,
    PREPOSITIONS,
    PRONOUNS,
    RECIPIENTS,
    VERBS,
    word_set,
)
from onrecord.quotes.phrases import is_adverb
from onrecord.quotes.tokens import Token

__all__ = ["clause_start", "following", "interrupted", "quote_follows", "trailing", "trimmed"]


def trailing(
    tokens: Sequence[Token], stop: int, end: int, source: tuple[int, int]
) -> tuple[tuple[int, int], ...] | None:
    """Return what was said, if it stands before ``source`` and nothing of it follows; None if it follows."""
    begin = source[0]
    if begin == 0 or source[1] > stop:
        return None
    last = tokens[begin - 1]
    if last.kind != "q" and last.word not in {",", "—", "–", "--", "as"}:
        return None
    quoted = last.kind == "q" or (begin > 1 and tokens[begin - 2].kind == "q" and last.word != "as")
    if not _ends_after(tokens, stop, end, quoted):
        return None
    content = trimmed(tokens, (clause_start(tokens, begin, 0), begin))
    return (content,) if content[0] < content[1] else ()


def _ends_after(tokens: Sequence[Token], at: int, end: int, quoted: bool) -> bool:
    """Whether a clause ends at ``at`` save for when, where and to whom it was said."""
    if at >= end or (tokens[at].kind == "q" and quoted):
        return True
    word = tokens[at].word
    if word in OPENERS or word == ":":
        return False
    if word == ",":
        following = tokens[at + 1] if at + 1 < end else None
        if following is None or following.kind == "q":
            return quoted or following is None
        if quoted:
            return True
        cue = CUES.get(following.word)
        return (cue is not None and cue.form == "ing") or following.word in {
            "according",
            "referring",
            "and",
            "but",
            "while",
            "in",
            "with",
            "as",
        }
    if quoted:
        return True
    if word in DAYS or word in {
        "in",
        "on",
        "at",
        "during",
        "of",
        "to",
        "via",
        "last",
        "after",
        "when",
        "before",
        "while",
        "about",
        "by",
    }:
        return not any(token.word in ("that", ":") or token.kind == "q" for token in tokens[at:end])
    return is_adverb(tokens[at]) and _ends_after(tokens, at + 1, end, quoted)


def interrupted(
    tokens: Sequence[Token], source: tuple[int, int], stop: int, content: tuple[int, int]
) -> tuple[int, int] | None:
    """Return the first half of ``Prices, Pu said, will fall``."""
    begin = source[0]
    if begin < 2 or tokens[begin - 1].word != "," or tokens[stop].word != "," or content[0] != stop + 1:
        return None
    left = trimmed(tokens, (clause_start(tokens, begin, 0), begin))
    return left if left[0] < left[1] else None


def following(tokens: Sequence[Token], stop: int, end: int, cue: Cue) -> tuple[int, int] | None:
    """Return what was said, where it follows the cue."""
    start = _content_start(tokens, stop, end, cue)
    if start is None or start >= end:
        return None
    first = tokens[start]
    if cue.complement == "clause" and first.word in _NOT_CLAUSES and all(t.kind != "q" for t in tokens[start:end]):
        return None
    if cue.complement == "that" and not (first.word in OPENERS or first.kind == "q" or tokens[start - 1].word == ":"):
        if cue.lemma not in {
            "announce",
            "report",
            "note",
            "confirm",
            "explain",
            "reveal",
            "declare",
            "recognize",
            "decide",
            "agree",
            "warn",
            "indicate",
            "point",
            "expect",
            "mention",
            "recall",
            "offer",
            "realize",
            "reflect",
            "ask",
            "read",
            "write",
            "discover",
            "understand",
            "learn",
        }:
            return None
        if first.word in PREPOSITIONS and first.word not in {"to", "for", "about", "with", "against", "of"}:
            return None
    content = trimmed(tokens, (start, _content_end(tokens, start, end)))
    return content if content[0] < content[1] else None


# "add to", "think of": what follows is an object, no clause.
_NOT_CLAUSES = PREPOSITIONS - word_set("in on for at with under during despite after before since as like")


def _content_start(tokens: Sequence[Token], at: int, end: int, cue: Cue) -> int | None:
    that = next(
        (
            i
            for i in range(at, min(end, at + 25))
            if tokens[i].word == "that" or tokens[i].kind == "q" or tokens[i].word == ":"
        ),
        None,
    )
    if that is not None and tokens[that].word == "that" and _only_frame(tokens, at, that, cue):
        return that
    if that is not None and tokens[that].word == ":" and that + 1 < end:
        return that + 1
    if (
        that is not None
        and tokens[that].kind == "q"
        and (that == at or (tokens[that - 1].word == "," and _only_frame(tokens, at, that - 1, cue)))
    ):
        return that
    if cue.lemma in RECIPIENT_VERBS:
        at = _skip_recipient(tokens, at, end)
    return _skip_frame(tokens, at, end)


def _only_frame(tokens: Sequence[Token], at: int, stop: int, cue: Cue) -> bool:
    """Whether only time, place, medium and addressee stand in between."""
    if stop - at <= 1 or cue.lemma in RECIPIENT_VERBS:
        return True
    first = tokens[at]
    return first.word in PREPOSITIONS or first.word in DAYS or is_adverb(first) or first.word == ","


def _skip_recipient(tokens: Sequence[Token], at: int, end: int) -> int:
    begin = at
    if at < end and tokens[at].word in {"him", "her", "them", "me", "us", "you", "reporters", "supporters"}:
        return at + 1
    while at < end and at - begin < 12:
        token = tokens[at]
        if token.word in RECIPIENTS:
            return at + 1
        if (
            (token.kind == "N" and token.word not in PRONOUNS)
            or (token.word in DETERMINERS and at == begin)
            or token.word in {"of", "the", "&", "at", "'s"}
        ):
            at += 1
            continue
        if (
            token.kind == "w"
            and token.word not in PRONOUNS
            and token.word not in VERBS
            and tokens[begin].word in DETERMINERS
            and at - begin < 4
        ):
            at += 1
            continue
        break
    return at


def _skip_frame(tokens: Sequence[Token], at: int, end: int) -> int:
    """Past ``on Monday``, ``in a statement``, ``late Friday``, adverbs and the comma after them."""
    while at < end:
        token = tokens[at]
        word = token.word
        if word in {
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
            "yesterday",
        }:
            at += 1
        elif word in {
            "on",
            "in",
            "during",
            "at",
            "last",
            "this",
            "earlier",
            "late",
            "early",
            "to",
            "via",
        } and (skipped := _frame(tokens, at, end)):
            at = skipped
        elif word == "," or (token.kind == "w" and word.endswith("ly") and word != "only"):
            at += 1
        else:
            break
    return at


def _frame(tokens: Sequence[Token], at: int, end: int) -> int | None:
    """Where a phrase of time or medium ends, or None if these words are no such phrase."""
    stop = at + 1
    if stop < end and tokens[stop].word in DAYS and tokens[stop].word != "may":
        while stop < end and (tokens[stop].word in DAYS or tokens[stop].kind == "d"):
            stop += 1
        return stop
    if tokens[at].word not in {"in", "on", "during", "at", "via"}:
        return None
    for stop in range(at + 1, min(end, at + 7)):
        token = tokens[stop]
        if token.kind in ("p", "q"):
            return None
        if token.word in MEDIUM:
            return stop + 1
    return None


def _content_end(tokens: Sequence[Token], start: int, end: int) -> int:
    for at in range(start + 1, end):
        token = tokens[at]
        if token.word == ";":
            return at
        if token.word != ",":
            continue
        nxt = tokens[at + 1] if at + 1 < end else None
        if nxt is None:
            return at
        cue = CUES.get(nxt.word)
        if cue is not None and nxt.kind == "w" and cue.form == "ing":
            return at
        if nxt.word == "according":
            return at
        if nxt.word in ("he", "she") and _new_attribution(tokens, at + 2, end):
            return at
        if nxt.word in {"and", "but", "while", "though", "although"} and _new_attribution(tokens, at + 2, end):
            return at
    return end


def _new_attribution(tokens: Sequence[Token], at: int, end: int) -> bool:
    """Whether ``he said`` or ``Pu added`` begins here."""
    for index in range(at, min(end, at + 6)):
        token = tokens[index]
        if token.kind in ("p", "q"):
            return False
        cue = CUES.get(token.word)
        if cue is not None and token.kind == "w" and cue.form in ("past", "third"):
            return True
    return False


def clause_start(tokens: Sequence[Token], at: int, first: int) -> int:
    """Where the clause before ``at`` begins: after the last semicolon, else the sentence."""
    for index in range(at - 1, first, -1):
        if tokens[index].word == ";":
            return index + 1
    return first


def trimmed(tokens: Sequence[Token], content: tuple[int, int]) -> tuple[int, int]:
    """Drop commas, colons and dashes at both ends."""
    start, end = content
    while start < end and tokens[start].word in (",", ":", "—", "–", "--", "as", ")", "."):
        start += 1
    while end > start and tokens[end - 1].word in (",", ":", "—", "–", "--", "("):
        end -= 1
    return start, end


def quote_follows(tokens: Sequence[Token], at: int, end: int) -> bool:
    """Whether a quotation stands here, or after one point."""
    return at < end and (
        tokens[at].kind == "q" or (tokens[at].word in (":", ",") and at + 1 < end and tokens[at + 1].kind == "q")
    )
