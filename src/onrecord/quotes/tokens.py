"""Sentences as short lists of words in which a whole quotation counts as one."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from onrecord.quotes.cues import CUES
from onrecord.quotes.marks import Marked
from onrecord.text.sentences import sentences
from onrecord.types import Span

__all__ = ["Token", "sentence_spans", "tokenise"]


class Token(NamedTuple):
    """A word in lower case; kinds: word, capitalised (``N``), number (``d``), point, quotation."""

    start: int
    end: int
    word: str
    kind: str


# A token with the white space before it, so that nothing is skipped.  Most words need no more than the first branch.
_TOKEN = re.compile(
    r"\s*+(?:[A-Za-z]++(?=[ \n])"
    r"|(?=[A-Z])(?:(?:[A-Z]\.){2,}|[A-Z]\.(?=\s[A-Z])"
    r"|(?:Mr|Mrs|Ms|Dr|Sen|Sens|Rep|Reps|Gov|Gen|Prof|Sgt|Lt|Col|Capt|Rev|St|Jr|Sr|Hon|Maj|Adm|Pres|No|Inc|Corp|Co)\.(?!\n))"
    r"|[^\W_]++(?:['’.&‐‑-][^\W_]++|–(?=[A-Z])[^\W_]++|(?<=\d)[:,]\d++)*+"
    r"|--+|\.\.\.+|\S)"
)

# A "sentence" longer than this is a list or an attack; in pieces it costs linear time.
_LONGEST = 250


def tokenise(text: str, start: int, end: int, pairs: Sequence[Marked], language: str | None) -> list[list[Token]]:
    """Return the tokens of a paragraph, sentence by sentence; ``pairs`` are its quotations, each one token.

    ``“No. Never,” he said. Pu left.`` -> ``[q, he, said, .]`` and ``[Pu, left, .]``
    """
    tokens: list[Token] = []
    at = start
    for pair in pairs:
        _words(text, at, pair.start, tokens)
        tokens.append(Token(pair.start, pair.end, "", "q"))
        at = pair.end
    _words(text, at, end, tokens)
    ends = [sentence.end for sentence in sentence_spans(text, start, end, pairs, language)]
    groups = _joined(text, _split(tokens, ends), pairs)
    return [group[at : at + _LONGEST] for group in groups for at in range(0, len(group), _LONGEST)]


def _words(text: str, start: int, end: int, tokens: list[Token]) -> None:
    # What Token(...) does, in half the time: an article has more than a thousand tokens.
    new, add, readings = tuple.__new__, tokens.append, _READ
    for printed in _TOKEN.findall(text[start:end].rstrip()):
        skipped, length, word, kind = readings[printed]
        start += skipped
        stop = start + length
        add(new(Token, (start, stop, word, kind)))
        start = stop


class _Readings(dict[str, tuple[int, int, str, str]]):
    """White space, length, word and kind of tokens met lately: ``" Pu’s"`` -> ``(1, 4, "pu's", "N")``."""

    def __missing__(self, printed: str) -> tuple[int, int, str, str]:
        word = printed.lstrip()
        skipped, length, first = len(printed) - len(word), len(word), word[0]
        if first.isalpha():
            found = skipped, length, word.lower().replace("’", "'"), "N" if first.isupper() else "w"
        else:
            found = skipped, length, word, "d" if first.isdigit() else "p"
        if len(self) >= _MOST_READINGS:
            self.clear()
        if len(printed) <= _LONGEST_READING:
            self[printed] = found
        return found


_MOST_READINGS = 1 << 15
_LONGEST_READING = 40
_READ = _Readings()


def sentence_spans(text: str, start: int, end: int, pairs: Sequence[Marked], language: str | None) -> list[Span]:
    """Return the sentences of a paragraph; none ends within a quotation."""
    spans: list[Span] = []
    index = 0
    begin = start
    for sentence in sentences(text, start, end, language):
        while index < len(pairs) and pairs[index].end <= sentence.end:
            index += 1
        if index < len(pairs) and pairs[index].start < sentence.end:
            continue
        spans.append(Span(begin, sentence.end))
        begin = sentence.end
    if begin < end and text[begin:end].strip():
        spans.append(Span(begin, end))
    return spans


def _split(tokens: list[Token], ends: list[int]) -> list[list[Token]]:
    found: list[list[Token]] = []
    at = 0
    for end in [*ends, 1 << 60]:
        begin, at = at, bisect_left(tokens, (end,), at)
        if at > begin:
            found.append(tokens[begin:at])
    return found


def _joined(text: str, groups: list[list[Token]], pairs: Sequence[Marked]) -> list[list[Token]]:
    """Join ``“Why?”`` with the ``Pu asked.`` that follows it."""
    if not pairs:
        return groups
    ends = {pair.end: text[pair.words.end - 1] for pair in pairs}
    found: list[list[Token]] = []
    for group in groups:
        last = found[-1][-1] if found else None
        if last is not None and last.kind == "q" and ends.get(last.end) in tuple("?!,—–-…") and _is_tag(group):
            found[-1] = [*found[-1], *group]
        else:
            found.append(group)
    return found


def _is_tag(group: list[Token]) -> bool:
    """Whether the sentence is no more than a name and a cue, in either order."""
    if len(group) > 30:
        return False
    for index, token in enumerate(group[:14]):
        if token.kind == "q":
            return False
        cue = CUES.get(token.word)
        if cue is not None and cue.form in ("past", "third"):
            return cue.complement != "object" and (index + 1 >= len(group) or group[index + 1].word != "that")
    return False
