"""Who says what within one sentence: each cue with its source and the words that it covers."""

from __future__ import annotations

from collections.abc import Sequence

from onrecord.quotes.attribution import Attribution, Said
from onrecord.quotes.contents import clause_start, following, interrupted, quote_follows, trailing, trimmed
from onrecord.quotes.cueless import embedded, introduced, labelled, tagged
from onrecord.quotes.cues import CUES, PHRASAL, PHRASAL_FORMS, RECIPIENT_VERBS, Cue
from onrecord.quotes.grammar import BE, CONJUNCTIONS, DAYS, DETERMINERS, PREPOSITIONS, VERBS, word_set
from onrecord.quotes.phrases import is_adverb, phrase_after, skip_back
from onrecord.quotes.sources import agrees, is_finite_cue, opening_subject, source_before
from onrecord.quotes.tokens import Token
from onrecord.types import Span

__all__ = ["said_in", "subject_of"]

_MOST_CUES = 24
_END = frozenset({".", "?", "!", "…", "...", ";"})
_CUE_BEGINS = CUES.keys() | PHRASAL_FORMS.keys() | {"according"}
# Without a cue, a colon or a quotation (a token without a word) nobody is said to have said anything; "was quoted
# as saying" holds a cue of its own.
_SIGNS = (_CUE_BEGINS | {":", ""}) - BE


def said_in(tokens: Sequence[Token], *, heading: bool = False) -> list[Said]:
    """Return each attribution of the sentence, in the order of the cues; only a heading has bare labels.

    ``Pu believes that it works.`` -> cue ``believes``, source ``Pu``, content ``that it works``
    """
    found = _attributions(tokens, heading=heading)
    if not found:
        return []
    whole = Span(tokens[0].start, tokens[-1].end)
    return [
        Said(
            _span(tokens, entry.cue),
            _span(tokens, entry.source) if entry.source else None,
            tuple(_span(tokens, content) for content in entry.contents),
            whole,
        )
        for entry in found
    ]


def subject_of(tokens: Sequence[Token]) -> Span | None:
    """Return the name or the phrase that opens the sentence as its subject, if it is plain to see."""
    phrase = opening_subject(tokens, len(tokens))
    return None if phrase is None else _span(tokens, phrase)


def _span(tokens: Sequence[Token], indices: tuple[int, int]) -> Span:
    return Span(tokens[indices[0]].start, tokens[indices[1] - 1].end)


def _attributions(tokens: Sequence[Token], *, heading: bool) -> list[Attribution]:
    words = [token.word for token in tokens]
    if _SIGNS.isdisjoint(words):
        return []
    end = _sentence_end(tokens)
    label = labelled(tokens, end, headline=heading and _is_headline(tokens)) if ":" in words else None
    found = [label] if label is not None else []
    attempts = 0
    for index in [at for at, word in enumerate(words[:end]) if word in _CUE_BEGINS]:
        if attempts > _MOST_CUES:
            break
        if _is_according(tokens, index, end):
            attempts += 1
            attribution = _according(tokens, index, end)
        elif (read := _cue_at(tokens, index, end)) and (tokens[index].kind == "w" or not index or _is_headline(tokens)):
            attempts += 1
            attribution = _verb(tokens, (index, read[1]), end, read[0], found)
        else:
            continue
        if attribution is not None:
            found.append(attribution)
    return [*found, *_without_cue(tokens, end, found)] if "" in words else found


def _is_according(tokens: Sequence[Token], index: int, end: int) -> bool:
    return tokens[index].word == "according" and index + 1 < end and tokens[index + 1].word == "to"


def _without_cue(tokens: Sequence[Token], end: int, found: Sequence[Attribution]) -> list[Attribution]:
    """Attribute the quotations that no cue covers, where the words beside them do."""
    more: list[Attribution] = []
    for index in [at for at, token in enumerate(tokens) if token.kind == "q"]:
        if not _is_covered(index, found):
            attribution = introduced(tokens, index) or tagged(tokens, index, end) or embedded(tokens, index)
            if attribution is not None:
                more.append(attribution)
    return more


def _is_covered(index: int, found: Sequence[Attribution]) -> bool:
    return any(start <= index < stop for entry in found for start, stop in entry.contents)


def _cue_at(tokens: Sequence[Token], index: int, end: int) -> tuple[Cue, int] | None:
    """Return the cue that begins here and where its words end: ``said`` or ``went on to say``."""
    word = tokens[index].word
    base = PHRASAL_FORMS.get(word)
    if base is not None:
        for rest in PHRASAL[base]:
            stop = index + 1 + len(rest)
            if stop <= end and all(tokens[index + 1 + i].word == part for i, part in enumerate(rest)):
                return Cue(base, "past", "that"), stop
    cue = CUES.get(word)
    return None if cue is None else (cue, index + 1)


def _sentence_end(tokens: Sequence[Token]) -> int:
    end = len(tokens)
    while end and tokens[end - 1].word in _END:
        end -= 1
    return end


def _is_headline(tokens: Sequence[Token]) -> bool:
    kinds = [token.kind for token in tokens]
    capitalised = kinds.count("N")
    words = capitalised + kinds.count("w")
    return words > 3 and capitalised > 0.6 * words


def _according(tokens: Sequence[Token], index: int, end: int) -> Attribution | None:
    phrase = phrase_after(tokens, index + 2, end)
    if phrase is None:
        return None
    if index == 0:
        phrase = phrase[0], _opening_source_end(tokens, phrase[0], end)
        content = (phrase[1], end)
    else:
        content = (clause_start(tokens, index, 0), index)
    content = trimmed(tokens, content)
    if content[0] >= content[1]:
        return None
    return Attribution((index, index + 2), phrase, (content,))


def _opening_source_end(tokens: Sequence[Token], start: int, end: int) -> int:
    """Find the comma that ends the source in ``According to Pu, a professor, prices rose``."""
    commas = [at for at in range(start, min(end, start + 40)) if tokens[at].word == ","]
    if not commas:
        return end
    after = commas[0] + 1
    apposed = after < end and (tokens[after].word in ("a", "an", "the", "who", "which") or tokens[after].kind == "N")
    if len(commas) > 1 and apposed and not any(_is_verb(token) for token in tokens[after : commas[1]]):
        return commas[1]
    return commas[0]


def _is_verb(token: Token) -> bool:
    return token.kind == "w" and (token.word in VERBS or is_finite_cue(token) or token.word.endswith("ed"))


def _verb(
    tokens: Sequence[Token], verb: tuple[int, int], end: int, cue: Cue, found: Sequence[Attribution]
) -> Attribution | None:
    index, stop = verb
    before = skip_back(tokens, index)
    between = tokens[before + 1 : index]
    if _is_noun(tokens, index, cue) or _is_passive(cue, between):
        return None
    if before >= 0 and tokens[before].word == "to" and cue.form == "base" and not quote_follows(tokens, stop, end):
        return None
    if (turned := _inverted(tokens, verb, end, cue, before)) is not None:
        return turned
    source = source_before(tokens, before, cue, between, found)
    if source is None or not agrees(tokens, source, cue, between):
        return None
    contents = _contents(tokens, stop, end, cue, source, nested=_is_covered(index, found))
    return Attribution((before + 1, stop), source, contents) if contents else None


def _is_passive(cue: Cue, between: Sequence[Token]) -> bool:
    return cue.form == "past" and cue.lemma != "be" and any(token.word in BE for token in between)


def _contents(
    tokens: Sequence[Token], stop: int, end: int, cue: Cue, source: tuple[int, int], *, nested: bool
) -> tuple[tuple[int, int], ...]:
    if not nested and (earlier := trailing(tokens, stop, end, source)) is not None:
        return earlier
    content = following(tokens, stop, end, cue)
    if content is None:
        return ()
    left = None if nested else interrupted(tokens, source, stop, content)
    return (content,) if left is None else (left, content)


def _is_noun(tokens: Sequence[Token], index: int, cue: Cue) -> bool:
    if index == 0:
        return cue.form != "past"
    before = tokens[index - 1]
    if before.word in DETERMINERS or before.word.endswith("'s"):
        return True
    if cue.form == "ing":
        return False
    return before.word in PREPOSITIONS and before.word != "to"


def _inverted(tokens: Sequence[Token], verb: tuple[int, int], end: int, cue: Cue, before: int) -> Attribution | None:
    """Read ``..., said Pu Yongjian, a professor``: the source follows and closes the clause."""
    index, stop = verb
    if before != index - 1 or not _can_invert(tokens, cue, before):
        return None
    phrase = phrase_after(tokens, stop, end)
    if phrase is None or _has_verb(tokens, phrase):
        return None
    after = phrase[1]
    content = _said_after(tokens, after, end) if before < 0 else _said_before(tokens, before, after, end)
    return Attribution(verb, phrase, (content,)) if content is not None else None


def _can_invert(tokens: Sequence[Token], cue: Cue, before: int) -> bool:
    if cue.form not in ("past", "third") or cue.complement == "object":
        return False
    if cue.lemma in RECIPIENT_VERBS and cue.lemma != "ask":
        return False
    return before < 0 or tokens[before].kind == "q" or tokens[before].word in (",", "—", "--", "–")


def _said_after(tokens: Sequence[Token], at: int, end: int) -> tuple[int, int] | None:
    """Find what follows ``Said Pu:`` at the start of a sentence."""
    if at >= end or (tokens[at].word not in (":", ",") and tokens[at].kind != "q"):
        return None
    content = trimmed(tokens, (at + 1 if tokens[at].kind != "q" else at, end))
    return content if content[0] < content[1] else None


def _said_before(tokens: Sequence[Token], before: int, after: int, end: int) -> tuple[int, int] | None:
    quoted = tokens[before].kind == "q" or (before > 0 and tokens[before - 1].kind == "q")
    if not quoted and not _closes(tokens, after, end):
        return None
    content = trimmed(tokens, (clause_start(tokens, before, 0), before + 1))
    if content[1] - content[0] == 1 and tokens[content[0]].word in CONJUNCTIONS:
        content = trimmed(tokens, (after, end))
    return content if content[0] < content[1] else None


def _has_verb(tokens: Sequence[Token], phrase: tuple[int, int]) -> bool:
    for at in range(*phrase):
        token = tokens[at]
        if token.word in (",", "who", "that", "which"):
            return False
        if token.kind == "w" and token.word in VERBS:
            return True
    return False


_AFTER_A_SOURCE = DAYS | word_set(
    ", in on at during after when as of to while before via by about from — – -- because with last )"
)


def _closes(tokens: Sequence[Token], at: int, end: int) -> bool:
    """Whether nothing but the time, the place or the medium follows."""
    if at >= end or tokens[at].kind == "q":
        return True
    if tokens[at].word in _AFTER_A_SOURCE:
        return True
    return is_adverb(tokens[at]) and _closes(tokens, at + 1, end)
