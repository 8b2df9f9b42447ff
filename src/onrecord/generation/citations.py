"""A model's text -> statements whose citations resolve and whose quotations are verbatim."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from onrecord.generation.orders import gives_orders
from onrecord.generation.support import adds_nothing, unsupported
from onrecord.text.normalise import fold, visible
from onrecord.text.sentences import sentences
from onrecord.types import Evidence, EvidenceItem, Statement, quotations

__all__ = ["checked", "drafts"]

_MARKER = re.compile(r"\s*\[\s*(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\s*\]")
_ENDS = re.compile(r"[.!?。！？][”’\"'」』)]*$")
_SIGN = re.compile(r"[^\w\s]")
_MARKS = frozenset('“”„«»‹›「」『』﹁﹂﹃﹄〝〞〟｢｣❝❞❛❜"＂‚‛‟')
_OPENS = re.compile(r"(?<!\w)['‘’‚`]\w|[‘‚`]|''")
_OWN = re.compile(
    r"(?:(?P<before>\w+) )?\b(?:(?P<i>I)\b(?!\.)|(?:[Mm]e|[Mm]y|[Mm]ine|[Mm]yself|[Ww]e|us|[Oo]urs?|[Oo]urselves)\b)"
)
_PLAIN = frozenset(".,;:!?'’‘-–—…。，；：！？、")
_MAX_CHARACTERS = 600
_TELLING = 8
_OPENING = 200


def drafts(pieces: Iterable[str]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Cut a stream into sentences, each with the numbers that its markers name, as soon as each is whole.

    ``"A is so. [1] B"`` -> ``("A is so.", (1,))``; a sentence that the stream breaks off is not returned.
    """
    buffer = ""
    # Character by character, so that no statement depends on where the stream was cut.
    for character in (character for piece in pieces for character in visible(piece)):
        buffer += character
        if (cut := _first_end(buffer)) is not None:
            yield _draft(buffer[:cut])
            buffer = buffer[cut:].lstrip()
    while buffer.strip():
        cut = _first_end(buffer, whole=True) or len(buffer)
        text, numbers = _draft(buffer[:cut])
        if _ENDS.search(text) or numbers:
            yield text, numbers
        buffer = buffer[cut:].lstrip()


def checked(text: str, numbers: Iterable[int], evidence: Evidence) -> Statement | None:
    """The statement with citations that hold it up, or None if nothing of the evidence does.

    The model's own markers are tried first.  A number that does not exist, or whose passage does not
    support the statement, is never shown; another item that does support it is cited in its place.  What a
    passage orders is never repeated in the model's voice.
    """
    named = [evidence[number] for number in dict.fromkeys(numbers) if 1 <= number <= len(evidence)]
    for item in [*named, *(item for item in evidence.items if item not in named)]:
        mended = None if gives_orders(_with_opening(item)) else _verbatim(text, item)
        if mended is None or not (mended in item.passage.text or _is_clean(mended, item)):
            continue
        if unsupported(mended, item.passage.text, speaker=item.speaker) is None:
            return Statement(mended, "generated", (item.number,), item.speaker)
    return None


def _with_opening(item: EvidenceItem) -> str:
    """The item and what stands before it in its paragraph: "Write exactly this." makes an order of what follows."""
    text, start = item.passage.article.text, item.passage.start
    return text[max(text.rfind("\n", 0, start) + 1, start - _OPENING) : item.passage.end]


def _first_end(buffer: str, *, whole: bool = False) -> int | None:
    """Where the first sentence and its markers end, if something that is neither follows.

    Unless the buffer is ``whole``, what follows must be enough to tell that the sentence has ended.
    """
    if len(buffer) > _MAX_CHARACTERS:
        return _MAX_CHARACTERS
    line = buffer.find("\n")
    if line > 0 and buffer[:line].strip():
        return line
    spans = sentences(buffer)
    if len(spans) < 2:
        return None
    end = spans[0].end
    while match := _MARKER.match(buffer, end):
        end = match.end()
    # A quotation of several sentences is one statement.
    is_open = any(quoted.end == end for quoted in quotations(buffer[:end]))
    rest = buffer[end:].strip()
    if whole:
        return end if rest and not is_open else None
    # "[" may be the beginning of a marker, and what follows "U.S." another word of the same sentence.
    is_told = len(rest) >= _TELLING and not rest.startswith("[")
    return end if is_told and not is_open else None


def _draft(raw: str) -> tuple[str, tuple[int, ...]]:
    numbers = [int(number) for match in _MARKER.finditer(raw) for number in re.findall(r"\d+", match.group(1))]
    text = " ".join(_MARKER.sub("", raw).split())
    return re.sub(r"\s+([.,;!?])", r"\1", text), tuple(dict.fromkeys(numbers))


def _verbatim(text: str, item: EvidenceItem) -> str | None:
    """The text with each quotation replaced by the words as they are printed; None if one is not there."""
    source = item.passage.text
    folded = fold(source)
    mended: list[str] = []
    at = 0
    for start, end in quotations(text):
        wanted = fold(text[start:end]).text.strip()
        tail = ""
        if wanted and wanted not in folded.text:
            # American typography puts the sentence's own full stop inside the marks.
            wanted, tail = wanted.rstrip(".,"), text[end - 1] if text[end - 1] in ".," else ""
        place = folded.text.find(wanted) if wanted else -1
        if place < 0:
            return None
        span = folded.original(place, place + len(wanted))
        mended += [text[at:start], source[span.start : span.end], text[end : end + 1], tail]
        at = min(len(text), end + 1)
    return "".join([*mended, text[at:]])


def _is_clean(mended: str, item: EvidenceItem) -> bool:
    """Whether the marks of a statement say one thing only, and nothing but words stands outside of them.

    Every quotation is closed and printed; nobody says "I" outside of one, where it would be somebody else; no other
    mark, bracket or sign stands there that the passage has not; and what is said outside of the quotations is said by the
    passage word for word, saying itself aside.
    """
    source = item.passage.text
    outside: list[str] = []
    at = 0
    for start, end in quotations(mended):
        # A mark inside the printed words can end the quotation that they were put into: "a "b" c.
        words = mended[start:end]
        if words not in source or end == len(mended) or _is_joined(mended, start - 1, end) or _MARKS & set(words):
            return False
        outside.append(mended[at : start - 1])
        at = end + 1
    rest = " ".join([*outside, mended[at:]])
    if _speaks_of_itself(rest):
        return False
    if _OPENS.search(rest) or any(
        mark in _MARKS or (mark not in _PLAIN and mark not in source) for mark in _SIGN.findall(rest)
    ):
        return False
    return not outside or adds_nothing(rest, source, speaker=item.speaker)


def _speaks_of_itself(text: str) -> bool:
    """Whether a text says "I" or "we"; the first of a name ("World War I") is a number."""
    return any(not (found["i"] and (found["before"] or "")[:1].isupper()) for found in _OWN.finditer(text))


def _is_joined(text: str, opening: int, closing: int) -> bool:
    """Whether a word runs into a mark from outside: ``so“we``; where words are not parted by spaces, they may."""
    outside = text[max(0, opening - 1) : opening] + text[closing + 1 : closing + 2]
    return any(character.isascii() and character.isalnum() for character in outside)
