"""The shortest span of the evidence that answers a factual question, by rules on what kind of thing is asked for.

Where a trained reader is installed, it finds the span instead (``reading.py``).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from onrecord.text.sentences import sentences
from onrecord.text.tokens import STOP_WORDS, content_stems, stem, words
from onrecord.types import AnswerSpan, Evidence, Span

__all__ = ["Kind", "holds_kind", "is_of_kind", "kind_asked", "ranked_spans", "shortest_span", "spans_of", "trimmed"]

Kind = str
"""``number``, ``date``, ``name``, ``place``, ``measure``, ``percent``, ``money`` or ``thing``."""

_NUMBER_WORD = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    "eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|dozens|hundreds|thousands|millions|half"
)
_SCALE = r"(?:hundred|thousand|million|billion|trillion|dozen)"
_FIGURE = rf"(?:\d[\d,]*(?:\.\d+)?|\b(?:{_NUMBER_WORD})(?:[- ](?:{_NUMBER_WORD}))?)\b(?:[ -]{_SCALE})?"
_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAY = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_UNIT = (
    r"(?:years?|months?|weeks?|days?|hours?|minutes?|seconds?|miles?|kilomet(?:er|re)s?|km|met(?:er|re)s?|feet|foot|"
    r"inches|pounds?|kilograms?|kg|tons?|tonnes?|acres?|degrees?|mph|gallons?|square (?:miles|kilometers|metres|feet))"
)
_NAME_WORD = r"(?:[A-ZÀ-ÖØ-Þ][\w’'&.-]*[\w’']|[A-Z]\b)"
_PATTERNS: dict[Kind, re.Pattern[str]] = {
    "money": re.compile(rf"[$£€¥]\s?\d[\d,.]*\d?(?: ?{_SCALE})?|{_FIGURE} (?:dollars|euros|pounds|yuan|yen)\b"),
    "percent": re.compile(rf"{_FIGURE}(?:%| ?per ?cent(?:age points?)?\b)", re.IGNORECASE),
    "date": re.compile(
        rf"(?:(?:{_DAY}),? )?(?:\d{{1,2}} (?:{_MONTH})(?: \d{{4}})?|(?:{_MONTH})\.? \d{{1,2}}(?:st|nd|rd|th)?(?:, \d{{4}})?"
        rf"|(?:{_MONTH}),? \d{{4}})\b|\b(?:1\d|20)\d\d\b(?:s\b)?|\b(?:{_DAY})\b|\b\d{{1,2}}(?:st|nd|rd|th) century\b"
        rf"|\b(?:{_MONTH})\b|\b(?:next|last) (?:week|month|year)\b|\d{{1,4}} (?:BC|AD)\b"
    ),
    "measure": re.compile(rf"{_FIGURE}(?:[ -]| and a half ){_UNIT}\b", re.IGNORECASE),
    "number": re.compile(rf"{_FIGURE}", re.IGNORECASE),
    "name": re.compile(
        rf"[“\"‘][A-Z][^“”\"]{{1,50}}[”\"’]|{_NAME_WORD}(?:(?: | of | of the | de | & | and the |-){_NAME_WORD})*"
    ),
}
_NAME_KINDS = frozenset({"name", "place"})
_NO_NAME = re.compile(
    rf"\b(?:(?:On|In|Last|Next|By) )?(?:{_DAY}|(?:{_MONTH}|Jan|Feb|Sept?|Oct|Nov|Dec)\b\.?(?: \d{{1,2}})?)\b"
    r"|^\(?[A-Z]{2,5}(?: Business)?\)"
)
_PARTICLE = r"(?:al|bin|da|de|del|della|der|di|du|el|ibn|la|le|ten|ter|van|von)\b"  # part of the name
_BESIDE_NAME = re.compile(
    rf"(?:(?!{_PARTICLE})[a-z][\w-]* )+"
    rf"({_NAME_WORD}(?:(?: | of | of the | and | de | the |-)(?:{_NAME_WORD}|\d[\w’'.-]*))*)"
)
_COMPOUND = re.compile(rf"(\d+)-{_UNIT}", re.IGNORECASE)
_LINE = re.compile(r"[^\s.,](?:[^\n]*\S)?")
_CHUNK_EDGE = re.compile(r"[,;:()\[\]“”\"—–]|\s-\s|\.\s|\.$")
_TOKEN = re.compile(r"[\w’'$%.-]*\w%?|[^\w\s]")

_PLACES = "country|city|state|nation|region|continent|town|county|province|island|river|place|location"
_NAMED = "|".join(
    """company team airline automaker band group university school player singer actor artist star person man
    woman politician president leader organi[sz]ation agency bank party court network platform movie film show
    book song album brand retailer newspaper club""".split()
)

# What a question that begins so asks for; the first that matches decides.
_ASKED: tuple[tuple[re.Pattern[str], Kind], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (r"\bhow much\b.*\b(?:cost|pay|paid|price|worth|money|fined?|dollars|spen[dt]|raise|earn)", "money"),
        (r"\bwhat\b.{0,30}\b(?:price|salary|fine|sum)\b", "money"),
        (r"\b(?:what|which) (?:percent|percentage|share|proportion)\b|\bhow many percent\b", "percent"),
        (r"\bhow (?:old|long|far|tall|high|deep|fast|heavy|wide|large|big|hot|cold)\b", "measure"),
        (r"\bhow (?:many|much)\b|\bwhat (?:was |is )?the (?:total )?(?:number|population|amount)\b", "number"),
        (r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|decade|century|time)\b|\bhow (?:soon|early|late)\b", "date"),
        (r"\bwho(?:m|se)?\b", "name"),
        (rf"\bwhere\b|\b(?:what|which)(?: \w+){{0,3}} (?:{_PLACES})\b", "place"),
        (rf"\b(?:what|which)(?: \w+){{0,3}} (?:{_NAMED})\b", "name"),
        (r"\bwhat (?:is|was|are|were)(?: \w+){0,6} (?:name|names|called|known as|stand for)\b", "name"),
        (r"\bname (?:of|the)\b", "name"),
    )
)  # fmt: skip
_WHICH = re.compile(r"\b(?:what|which)\b(?: (?:type|kind|sort|form)s? of)?(.*)", re.IGNORECASE)
_SUBJECT = re.compile(
    r"""(?:^|[.!?,]\ )(?:who|what|which(?:\ of)?)\b(?:\ [\w’'-]+){0,4}?
    \ (?!(?:did|does|do|is|are|was|were|has|have|had|will|would|can|could)\b)
    (?:\w+(?:ed|es|s)|won|died|said|became|began|left|lost|set|cut|sold|made|broke|brought)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_VERBAL = re.compile(r"\w{3,}(?:ed|ing|ly)$")
_OF = re.compile(r"(?:of|for|and) (?:the |a |an )?")
_NEAR = 6.0
_LEAST = 0.35
_MOST_WORDS = 6
_TYPED = 1.0
_LONG = -0.04
_VERB = 0.3
_FOCUS = 0.3
_LEADS = 0.2
_AGAIN = 0.3


def kind_asked(question: str) -> Kind:
    """What kind of thing a question asks for.

    ``How old is he?`` -> ``measure``; ``Why?`` -> ``thing``
    """
    return next((kind for pattern, kind in _ASKED if pattern.search(question)), "thing")


def holds_kind(question: str, text: str) -> bool:
    """Whether a text holds something of the kind that is asked for, and that the question does not say."""
    kind = kind_asked(question)
    if kind == "thing":
        return False
    said = set(content_stems(question))
    found = _PATTERNS[{"place": "name"}.get(kind, kind)].finditer(text)
    # The first word of a sentence is capitalised whatever it is.
    return any(
        not said.issuperset(content_stems(match.group()))
        for match in found
        if kind not in {"name", "place"} or match.start()
    )


def is_of_kind(question: str, text: str) -> bool | None:
    """Whether a short text holds something of the kind that is asked for; None where any kind may answer."""
    kind = kind_asked(question)
    return None if kind == "thing" else _PATTERNS[{"place": "name"}.get(kind, kind)].search(text) is not None


def trimmed(question: str, text: str, span: Span) -> Span:
    """The part of a slice of ``text`` that answers by itself; all of it where no rule says less.

    ``star Beanie Feldstein`` -> ``Beanie Feldstein`` for who, ``six months`` -> ``six`` for how many months, ``17-year``
    -> ``17`` for how old; of several lines the longest.
    """
    lines = [match.span() for match in _LINE.finditer(text, *span)]
    start, end = max(lines, key=lambda line: line[1] - line[0], default=span)
    kind = kind_asked(question)
    if kind in _NAME_KINDS and (name := _BESIDE_NAME.fullmatch(text, start, end)):
        start = name.start(1)
    elif kind == "measure" and (compound := _COMPOUND.fullmatch(text, start, end)):
        end = compound.end(1)
    elif kind == "number" and (figure := _PATTERNS["number"].search(text, start, end)):
        unit = content_stems(text[figure.end() : end])
        if unit and set(unit) <= set(content_stems(question)):
            end = figure.end()
    return Span(start, end)


def shortest_span(question: str, evidence: Evidence) -> AnswerSpan | None:
    """The span of the evidence that most likely answers, or None where no sentence has one."""
    items = evidence.items
    found = ranked_spans(question, [item.passage.text for item in items], [item.passage.article.id for item in items])
    if not found or found[0][0] < _LEAST:
        return None
    _, number, span = found[0]
    item = items[number]
    start, end = item.passage.start + span.start, item.passage.start + span.end
    return AnswerSpan(item.number, item.passage.article.text[start:end], start, end)


def ranked_spans(question: str, texts: Sequence[str], articles: Sequence[str]) -> list[tuple[float, int, Span]]:
    """Score, number of the text and span of all that may answer, best first.

    What several articles say gains; ``articles`` names the one that each text is of.
    """
    found = [(score, at, span) for at, scored in enumerate(spans_of(question, texts)) for score, span in scored]
    sayers: dict[str, set[str]] = {}
    for _, at, span in found:
        sayers.setdefault(_cut(texts[at], span).casefold(), set()).add(articles[at])

    def weighed(score: float, at: int, span: Span) -> float:
        return score + _AGAIN * math.log(len(sayers[_cut(texts[at], span).casefold()]))

    ranked = [(weighed(score, at, span), at, span) for score, at, span in found]
    return sorted(ranked, key=lambda one: (-one[0], one[1], one[2]))


def spans_of(question: str, texts: Sequence[str]) -> list[list[tuple[float, Span]]]:
    """For each text its spans of the kind that is asked for, each with how well it fits."""
    asked = _Asked.of(question, texts)
    return [
        [scored for sentence in sentences(text) for scored in _in_sentence(asked, text, sentence)] for text in texts
    ]


@dataclass(frozen=True, slots=True)
class _Asked:
    kind: Kind
    weights: dict[str, float]
    """How telling each word of the question is: rare among the texts is telling."""
    focus: str | None
    """The stem of the noun after "which" or "what", which names what the answer is."""
    is_subject: bool
    """Whether the answer does what the question tells: "Which automaker recalled", not "did ... recall"."""

    @classmethod
    def of(cls, question: str, texts: Sequence[str]) -> _Asked:
        stems = content_stems(question)
        held = Counter(
            s for text in texts for sentence in sentences(text) for s in set(content_stems(_cut(text, sentence)))
        )
        total = 1 + sum(len(sentences(text)) for text in texts)
        weights = {s: math.log(1 + total / (1 + held[s])) for s in stems}
        return cls(kind_asked(question), weights, _focus(question), _SUBJECT.search(question) is not None)


def _focus(question: str) -> str | None:
    match = _WHICH.search(question)
    if match is None:
        return None
    before = list(takewhile(lambda word: word not in STOP_WORDS, words(match[1])[:4]))
    # The last of them may be the verb: "What currency plummeted".
    nouns = [word for word in before if not word.endswith("ed")] or before
    return stem(nouns[-1]) if nouns else None


def _cut(text: str, span: Span) -> str:
    return text[span.start : span.end]


def _in_sentence(asked: _Asked, text: str, sentence: Span) -> Iterator[tuple[float, Span]]:
    if _cut(text, sentence).endswith(("?", "？")):
        return
    tokens = [Span(sentence.start + m.start(), sentence.start + m.end()) for m in _TOKEN.finditer(_cut(text, sentence))]
    roots = [[stem(word) for word in words(_cut(text, token))] for token in tokens]
    places = {place: root for place, found in enumerate(roots) for root in found if root in asked.weights}
    total = sum(asked.weights.values()) or 1.0
    covered = sum(asked.weights[root] for root in set(places.values())) / total
    for span, typed in _candidates(asked.kind, text, sentence):
        inside = [place for place, token in enumerate(tokens) if token.start < span.end and token.end > span.start]
        if not inside or not _is_new(text, span, asked):
            continue
        near = 0.0
        for root in set(places.values()):
            away = min(
                (max(inside[0] - place, place - inside[-1], 0) for place, other in places.items() if other == root)
            )
            near += asked.weights[root] / (1 + away / _NEAR)
        score = covered + near / total + (_TYPED if typed else 0.0) - _LONG * len(inside)
        if asked.focus is not None:
            around = range(max(0, inside[0] - 2), min(len(roots), inside[-1] + 3))
            score += _FOCUS * sum(asked.focus in roots[p] for p in around)
            score += _FOCUS * any(asked.focus in roots[p] for p in inside)
        if asked.is_subject and places and inside[0] <= min(places):
            score += _LEADS
        if asked.kind == "thing":
            ends = _cut(text, tokens[inside[0]]), _cut(text, tokens[inside[-1]])
            score -= _VERB * sum(_VERBAL.match(word) is not None and word.islower() for word in ends)
        yield score / 3, span


def _is_new(text: str, span: Span, asked: _Asked) -> bool:
    """Whether a span says something that the question does not say already."""
    found = content_stems(_cut(text, span))
    return bool(found) and sum(root in asked.weights for root in found) < max(1, len(found) * 0.5 + 0.01)


def _candidates(kind: Kind, text: str, sentence: Span) -> Iterator[tuple[Span, bool]]:
    said = _cut(text, sentence)
    order = {
        "money": ("money", "percent", "number"),
        "percent": ("percent", "number"),
        "measure": ("measure", "number"),
        "number": ("money", "number"),
        "date": ("date",),
        "name": ("name",),
        "place": ("name",),
    }.get(kind, ())
    taken: list[Span] = []
    if kind in _NAME_KINDS:
        taken += [Span(sentence.start + m.start(), sentence.start + m.end()) for m in _NO_NAME.finditer(said)]
    for rank, name in enumerate(order):
        for match in _PATTERNS[name].finditer(said):
            span = _bare(text, Span(sentence.start + match.start(), sentence.start + match.end()), sentence)
            if span is None or any(span.start < t.end and t.start < span.end for t in taken):
                continue
            taken.append(span)
            yield span, rank == 0 or kind == "number"
    if not order:
        for span in _chunks(text, sentence):
            yield span, False
        for match in _PATTERNS["name"].finditer(said):
            span = _bare(text, Span(sentence.start + match.start(), sentence.start + match.end()), sentence)
            if span is not None:
                yield span, False


def _bare(text: str, span: Span, sentence: Span) -> Span | None:
    """The span without marks and without a word that is capitalised only because it begins the sentence."""
    start, end = span
    shown = text[start:end]
    first = shown.split(" ", 1)[0]
    if start == sentence.start and first.lower() in STOP_WORDS:
        rest = shown[len(first) :].lstrip()
        if not rest:
            return None
        start = end - len(rest)
    while end > start and text[end - 1] in ".,’'":
        end -= 1
    if text[start:end].endswith("’s"):
        end -= 2
    if text[start:end].endswith("'s"):
        end -= 2
    return Span(start, end) if end > start and text[start:end].lower() not in STOP_WORDS else None


def _chunks(text: str, sentence: Span) -> Iterator[Span]:
    """Stretches between stop words and marks: what a noun phrase mostly is."""
    start: int | None = None
    end = sentence.start
    count = 0
    for match in _TOKEN.finditer(_cut(text, sentence)):
        at, stop = sentence.start + match.start(), sentence.start + match.end()
        word = match.group()
        if word.lower() in STOP_WORDS or not any(c.isalnum() for c in word) or count >= _MOST_WORDS:
            if start is not None:
                yield Span(start, end)
            start, count = None, 0
            continue
        if start is None:
            start = at
        end, count = stop, count + 1
    if start is not None:
        yield Span(start, end)
