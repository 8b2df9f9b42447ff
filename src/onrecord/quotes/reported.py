"""Who says what within one sentence: each cue with the phrase of its source and the words it covers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from onrecord.quotes.cues import CUES, MEDIUM, PHRASAL, PHRASAL_FORMS, RECIPIENT_VERBS, Cue
from onrecord.quotes.phrases import (
    BE,
    DAYS,
    DETERMINERS,
    PREPOSITIONS,
    PRONOUNS,
    STOPS,
    VERBS,
    is_adverb,
    phrase_after,
    phrase_before,
    skip_back,
)
from onrecord.quotes.tokens import Token

__all__ = ["Attribution", "attributions"]


class Attribution(NamedTuple):
    """Indices into a sentence's tokens: the cue, the source's phrase, and the phrases of what is said."""

    cue: tuple[int, int]
    source: tuple[int, int] | None
    contents: tuple[tuple[int, int], ...]
    lemma: str


_END = frozenset({".", "?", "!", "…", "...", ";"})
_OPENERS = frozenset("that how whether what why if".split())
_CONJUNCTIONS = frozenset("and but or then".split())
_RECIPIENTS = frozenset(
    """him her them me us you reporters supporters voters journalists lawmakers people members audience crowd
    everyone viewers listeners investors donors delegates officials police""".split()
)


def attributions(tokens: Sequence[Token]) -> list[Attribution]:
    """Each attribution of the sentence, in the order of the cues.

    ``Pu believes that it works.`` -> cue ``believes``, source ``Pu``, content ``that it works``
    """
    found: list[Attribution] = []
    end = _sentence_end(tokens)
    headline = _is_headline(tokens)
    if (labelled := _labelled(tokens, end, headline)) is not None:
        found.append(labelled)
    for index in range(end):
        token = tokens[index]
        if token.word == "according" and index + 1 < end and tokens[index + 1].word == "to":
            attribution = _according(tokens, index, end)
        else:
            read = _cue_at(tokens, index, end)
            if read is None or (token.kind != "w" and not headline and index):
                continue
            cue, stop = read
            nested = any(start <= index < close for entry in found for start, close in entry.contents)
            attribution = _verb(tokens, index, stop, end, cue, found, nested)
        if attribution is not None:
            found.append(attribution)
    if not any(token.kind == "q" for token in tokens):
        return found
    for index in range(1, len(tokens)):
        if tokens[index].kind == "q" and not any(a <= index < b for entry in found for a, b in entry.contents):
            attribution = _introduced(tokens, index) or _tagged(tokens, index, end)
            if attribution is not None:
                found.append(attribution)
    if tokens[0].kind == "q" and not any(a <= 0 < b for entry in found for a, b in entry.contents):
        attribution = _tagged(tokens, 0, end)
        if attribution is not None:
            found.append(attribution)
    return found


def _cue_at(tokens: Sequence[Token], index: int, end: int) -> tuple[Cue, int] | None:
    """The cue that begins here and where its words end: ``said`` or ``went on to say``."""
    word = tokens[index].word
    base = PHRASAL_FORMS.get(word)
    if base is not None:
        for rest in PHRASAL[base]:
            stop = index + 1 + len(rest)
            if stop <= end and all(tokens[index + 1 + i].word == part for i, part in enumerate(rest)):
                return Cue(base, "past", "clause"), stop
    cue = CUES.get(word)
    return None if cue is None else (cue, index + 1)


def _labelled(tokens: Sequence[Token], end: int, headline: bool) -> Attribution | None:
    """``Gingrich: Trump Must Decide``, ``Rep. Trey Gowdy (R-S.C.): “...”``."""
    colon = next((i for i in range(1, min(end, 12)) if tokens[i].word == ":"), None)
    if colon is None or colon + 1 >= end:
        return None
    quoted = tokens[colon + 1].kind == "q"
    if not quoted and not headline:
        return None
    name = tokens[:colon]
    if name[-1].word == ")":
        bracket = next((i for i, token in enumerate(name) if token.word == "("), 0)
        name = name[:bracket]
    if not 0 < len(name) <= 7 or not all(token.kind == "N" or token.word in ("of", "the", "de", "van") for token in name):
        return None
    if name[0].word in DETERMINERS or name[0].word in STOPS or name[0].word in PREPOSITIONS or (len(name) > 4 and not quoted):
        return None
    return Attribution((colon, colon + 1), (0, len(name)), (_trimmed(tokens, (colon + 1, end)),), ":")


def _introduced(tokens: Sequence[Token], quote: int) -> Attribution | None:
    """``Kasich resisted: “...”``: no verb of saying, but a colon, and one subject that opens the sentence."""
    if tokens[quote - 1].word != ":":
        return None
    subject = _subject(tokens, quote - 1)
    if subject is None or subject[1] >= quote - 1:
        return None
    return Attribution((quote - 1, quote), subject, ((quote, quote + 1),), ":")


def _tagged(tokens: Sequence[Token], quote: int, end: int) -> Attribution | None:
    """``“...,” she cautioned``: a subject and any verb straight after a quotation."""
    at = quote + 1
    if at < end and tokens[at].word == ",":
        at += 1
    if at + 1 >= end:
        return None
    if tokens[at].word in ("he", "she", "they"):
        subject = at, at + 1
    elif tokens[at].kind == "N" and tokens[at].word not in DETERMINERS and tokens[at].word not in PREPOSITIONS:
        stop = at
        while stop < end and tokens[stop].kind == "N":
            stop += 1
        subject = at, stop
    else:
        return None
    verb = subject[1]
    while verb < end and is_adverb(tokens[verb]) and tokens[verb].word not in BE:
        verb += 1
    if verb >= end or tokens[verb].kind != "w" or not tokens[verb].word.endswith(("ed", "s")) or tokens[verb].word in VERBS:
        return None
    return Attribution((verb, verb + 1), subject, ((quote, quote + 1),), tokens[verb].word)


def _sentence_end(tokens: Sequence[Token]) -> int:
    end = len(tokens)
    while end and tokens[end - 1].word in _END:
        end -= 1
    return end


def _is_headline(tokens: Sequence[Token]) -> bool:
    words = [token for token in tokens if token.kind in ("w", "N")]
    return len(words) > 3 and sum(token.kind == "N" for token in words) > 0.6 * len(words)


def _according(tokens: Sequence[Token], index: int, end: int) -> Attribution | None:
    phrase = phrase_after(tokens, index + 2, end)
    if phrase is None:
        return None
    if index == 0 or tokens[index - 1].kind == "p" and tokens[index - 1].word in "(—":
        start = phrase[1] + 1 if phrase[1] < end and tokens[phrase[1]].word == "," else phrase[1]
        # A comma that belongs to the source hides where the statement begins.
        content = (start, end)
    else:
        content = (_clause_start(tokens, index, 0), index)
    content = _trimmed(tokens, content)
    if content[0] >= content[1]:
        return None
    return Attribution((index, index + 2), phrase, (content,), "according to")


def _verb(
    tokens: Sequence[Token], index: int, stop: int, end: int, cue: Cue, found: Sequence[Attribution], nested: bool
) -> Attribution | None:
    if _is_noun(tokens, index, cue):
        return None
    before = skip_back(tokens, index)
    between = tokens[before + 1 : index]
    passive = any(token.word in BE for token in between)
    if cue.form == "past" and passive and cue.lemma != "be":
        return None
    if before >= 0 and tokens[before].word == "to" and cue.form == "base" and not _quote_follows(tokens, stop, end):
        return None
    if (inverted := _inverted(tokens, index, stop, end, cue, before)) is not None:
        return inverted
    source = _source(tokens, before, cue, between, found)
    if source is None or not _agrees(tokens, source, cue, between):
        return None
    verb = (before + 1, stop)
    if not nested and (trailing := _trailing(tokens, stop, end, source)) is not None:
        return Attribution(verb, source, trailing, cue.lemma) if trailing else None
    content = _following(tokens, stop, end, cue)
    if content is None:
        return None
    contents = [content]
    if not nested and (left := _interrupted(tokens, source, stop, content)) is not None:
        contents.insert(0, left)
    return Attribution(verb, source, tuple(contents), cue.lemma)


def _quote_follows(tokens: Sequence[Token], at: int, end: int) -> bool:
    return at < end and (tokens[at].kind == "q" or (tokens[at].word in (":", ",") and at + 1 < end and tokens[at + 1].kind == "q"))


def _agrees(tokens: Sequence[Token], source: tuple[int, int], cue: Cue, between: Sequence[Token]) -> bool:
    """Whether subject and verb fit in number, where their forms show it; nouns are taken for verbs else."""
    last = tokens[source[1] - 1]
    if source[1] - source[0] == 1 and last.kind == "w" and last.word not in PRONOUNS and last.word not in _BARE:
        plural = last.word.endswith("s") and not last.word.endswith("ss")
        if not plural:
            return False
    if cue.form == "base" and not between:
        head = tokens[source[0] : source[1]]
        return head[-1].word in ("they", "i", "we", "you", "who", "that", "which") or any(
            token.word in _BARE or token.word == "and" or (token.word.endswith("s") and not token.word.endswith(("ss", "'s")))
            for token in head
        )
    return not (cue.form == "third" and last.word in ("they", "we", "you", "i"))


_BARE = frozenset(
    """police people many some most others few all several both everyone everybody somebody someone one men women
    none half critics another nobody anyone""".split()
)


def _is_noun(tokens: Sequence[Token], index: int, cue: Cue) -> bool:
    if index == 0:
        return cue.form != "past"
    before = tokens[index - 1]
    if before.word in DETERMINERS or before.word.endswith("'s"):
        return True
    if cue.form == "ing":
        return False
    return before.word in PREPOSITIONS and before.word != "to"


def _inverted(
    tokens: Sequence[Token], index: int, stop: int, end: int, cue: Cue, before: int
) -> Attribution | None:
    """``..., said Pu Yongjian, a professor``: the source follows and closes the clause."""
    if cue.form not in ("past", "third") or cue.complement == "object" or before != index - 1:
        return None
    if cue.lemma in RECIPIENT_VERBS and cue.lemma != "ask":
        return None
    if before >= 0 and not (tokens[before].kind == "q" or tokens[before].word in (",", "—", "--", "–")):
        return None
    phrase = phrase_after(tokens, stop, end)
    if phrase is None or _has_verb(tokens, phrase):
        return None
    after = tokens[phrase[1]] if phrase[1] < end else None
    if before < 0:
        if after is None or after.word not in (":", ",") and after.kind != "q":
            return None
        content = _trimmed(tokens, (phrase[1] + 1, end))
    else:
        quoted = tokens[before].kind == "q" or (before > 0 and tokens[before - 1].kind == "q")
        if not quoted and not _closes(tokens, phrase[1], end):
            return None
        content = _trimmed(tokens, (_clause_start(tokens, before, 0), before + 1))
        if content[1] - content[0] == 1 and tokens[content[0]].word in _CONJUNCTIONS:
            content = _trimmed(tokens, (phrase[1], end))
    if content[0] >= content[1]:
        return None
    return Attribution((index, stop), phrase, (content,), cue.lemma)


def _has_verb(tokens: Sequence[Token], phrase: tuple[int, int]) -> bool:
    for at in range(*phrase):
        token = tokens[at]
        if token.word in (",", "who", "that", "which"):
            return False
        if token.kind == "w" and token.word in VERBS:
            return True
    return False


def _closes(tokens: Sequence[Token], at: int, end: int) -> bool:
    """Whether nothing but the time, the place or the medium follows."""
    if at >= end or tokens[at].kind == "q":
        return True
    word = tokens[at].word
    if word in DAYS or word in (",", "in", "on", "at", "during", "after", "when", "as", "of", "to", "while", "before", "via", "by", "about", "from", "—", "–", "--", "because", "with", "last", ")"):
        return True
    return is_adverb(tokens[at]) and _closes(tokens, at + 1, end)


def _source(
    tokens: Sequence[Token], before: int, cue: Cue, between: Sequence[Token], found: Sequence[Attribution]
) -> tuple[int, int] | None:
    participle = cue.form == "ing" and not any(token.word in BE for token in between)
    if before < 0:
        return _subject(tokens, len(tokens)) if participle else None
    last = tokens[before]
    if participle or last.word in _CONJUNCTIONS:
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
    """The source of the cue before this one, else the subject that opens the sentence."""
    if found and found[-1].source is not None:
        return found[-1].source
    return _subject(tokens, before)


def _subject(tokens: Sequence[Token], limit: int) -> tuple[int, int] | None:
    """The phrase that opens the sentence, when it is a pronoun, a name or ``the mayor``, before its verb."""
    at = 0
    while at < limit and (tokens[at].word in ("but", "and", "so", "yet", "then") or is_adverb(tokens[at])):
        at += 1
    if at < limit and tokens[at].word in PREPOSITIONS:
        at = next((i + 1 for i in range(at, min(limit, at + 14)) if tokens[i].word == ","), limit)
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
        if token.kind == "w" and (token.word in VERBS or token.word.endswith("ed") or _is_finite_cue(token)):
            phrase = phrase_before(tokens, skip_back(tokens, index), at)
            if phrase is not None and phrase[0] == at:
                return phrase
            break
    stop = at
    while stop < limit and tokens[stop].kind == "N":
        stop += 1
    return (at, stop) if stop > at and tokens[at].word not in DETERMINERS else None


def _is_finite_cue(token: Token) -> bool:
    cue = CUES.get(token.word)
    return cue is not None and cue.form in ("past", "third")


def _trailing(
    tokens: Sequence[Token], stop: int, end: int, source: tuple[int, int]
) -> tuple[tuple[int, int], ...] | None:
    """What was said, if it stands before ``source`` and nothing of it follows; None if it follows."""
    begin = source[0]
    if begin == 0 or source[1] > stop:
        return None
    last = tokens[begin - 1]
    if last.kind != "q" and last.word not in (",", "—", "–", "--", "as"):
        return None
    quoted = last.kind == "q" or (begin > 1 and tokens[begin - 2].kind == "q" and last.word != "as")
    if not _ends_after(tokens, stop, end, quoted):
        return None
    content = _trimmed(tokens, (_clause_start(tokens, begin, 0), begin))
    return (content,) if content[0] < content[1] else ()


def _ends_after(tokens: Sequence[Token], at: int, end: int, quoted: bool) -> bool:
    """Whether a clause ends at ``at`` save for when, where and to whom it was said."""
    if at >= end or tokens[at].kind == "q" and quoted:
        return True
    word = tokens[at].word
    if word in _OPENERS or word == ":":
        return False
    if word == ",":
        following = tokens[at + 1] if at + 1 < end else None
        if following is None or following.kind == "q":
            return quoted or following is None
        if quoted:
            return True
        cue = CUES.get(following.word)
        return cue is not None and cue.form == "ing" or following.word in ("according", "referring", "and", "but", "while", "in", "with", "as")
    if quoted:
        return True
    if word in DAYS or word in ("in", "on", "at", "during", "of", "to", "via", "last", "after", "when", "before", "while", "about", "by"):
        return not any(token.word in ("that", ":") or token.kind == "q" for token in tokens[at:end])
    return is_adverb(tokens[at]) and _ends_after(tokens, at + 1, end, quoted)


def _interrupted(
    tokens: Sequence[Token], source: tuple[int, int], stop: int, content: tuple[int, int]
) -> tuple[int, int] | None:
    """The first half of ``Prices, Pu said, will fall``."""
    begin = source[0]
    if begin < 2 or tokens[begin - 1].word != "," or tokens[stop].word != "," or content[0] != stop + 1:
        return None
    left = _trimmed(tokens, (_clause_start(tokens, begin, 0), begin))
    return left if left[0] < left[1] else None


def _following(tokens: Sequence[Token], stop: int, end: int, cue: Cue) -> tuple[int, int] | None:
    """What was said, where it follows the cue."""
    start = _content_start(tokens, stop, end, cue)
    if start is None or start >= end:
        return None
    first = tokens[start]
    if cue.complement == "that" and not (first.word in _OPENERS or first.kind == "q" or tokens[start - 1].word == ":"):
        if cue.lemma not in ("announce", "report", "note", "confirm", "explain", "reveal", "declare", "recognize", "decide", "agree", "warn", "indicate", "point", "expect", "mention", "recall", "offer", "realize", "reflect", "ask", "read", "write", "discover", "understand", "learn"):
            return None
        if first.word in PREPOSITIONS and first.word not in ("to", "for", "about", "with", "against", "of"):
            return None
    content = _trimmed(tokens, (start, _content_end(tokens, start, end)))
    return content if content[0] < content[1] else None


def _content_start(tokens: Sequence[Token], at: int, end: int, cue: Cue) -> int | None:
    that = next((i for i in range(at, min(end, at + 25)) if tokens[i].word == "that" or tokens[i].kind == "q" or tokens[i].word == ":"), None)
    if that is not None and tokens[that].word == "that" and _only_frame(tokens, at, that, cue):
        return that
    if that is not None and tokens[that].word == ":" and that + 1 < end:
        return that + 1
    if that is not None and tokens[that].kind == "q" and (that == at or (tokens[that - 1].word == "," and _only_frame(tokens, at, that - 1, cue))):
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
    if at < end and tokens[at].word in ("him", "her", "them", "me", "us", "you", "reporters", "supporters"):
        return at + 1
    while at < end and at - begin < 12:
        token = tokens[at]
        if token.word in _RECIPIENTS:
            return at + 1
        if token.kind == "N" and token.word not in PRONOUNS or token.word in DETERMINERS and at == begin or token.word in ("of", "the", "&", "at", "'s"):
            at += 1
            continue
        if token.kind == "w" and token.word not in PRONOUNS and token.word not in VERBS and tokens[begin].word in DETERMINERS and at - begin < 4:
            at += 1
            continue
        break
    return at


def _skip_frame(tokens: Sequence[Token], at: int, end: int) -> int:
    """Past ``on Monday``, ``in a statement``, ``late Friday``, adverbs and the comma after them."""
    while at < end:
        token = tokens[at]
        word = token.word
        if word in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "yesterday"):
            at += 1
        elif word in ("on", "in", "during", "at", "last", "this", "earlier", "late", "early", "to", "via") and (skipped := _frame(tokens, at, end)):
            at = skipped
        elif word == ",":
            at += 1
        elif token.kind == "w" and word.endswith("ly") and word != "only":
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
    if tokens[at].word not in ("in", "on", "during", "at", "via"):
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
        if nxt.word in ("and", "but", "while", "though", "although") and _new_attribution(tokens, at + 2, end):
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


def _clause_start(tokens: Sequence[Token], at: int, first: int) -> int:
    """Where the clause before ``at`` begins: after the last semicolon, else the sentence."""
    for index in range(at - 1, first, -1):
        if tokens[index].word == ";":
            return index + 1
    return first


def _trimmed(tokens: Sequence[Token], content: tuple[int, int]) -> tuple[int, int]:
    start, end = content
    while start < end and tokens[start].word in (",", ":", "—", "–", "--", "as", ")", "."):
        start += 1
    while end > start and tokens[end - 1].word in (",", ":", "—", "–", "--", "("):
        end -= 1
    return start, end
