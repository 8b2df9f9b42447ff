"""Changes to an English quotation, each a pure function of the words and a source of chance; None if none fits."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping, Sequence

from onrecord.evaluation.perturb_words import (
    ADDED,
    ANTONYMS,
    HEDGES,
    NEGATIONS,
    NUMBER_WORDS,
    REPORTED_SHIFTS,
    SMALL_SWAPS,
    STOP,
    SYNONYMS,
    UNITS,
)

__all__ = [
    "Vocabulary",
    "add_negation",
    "add_word",
    "change_name",
    "change_number",
    "change_small_word",
    "change_unit",
    "content",
    "cut_end",
    "cut_front",
    "cut_middle",
    "cut_middle_marked",
    "drop_hedge",
    "drop_negation",
    "halves",
    "rephrase",
    "swap_order",
    "swap_word",
    "swap_words",
]

Vocabulary = Mapping[str, Sequence[str]]
"""Lower-case content words of the corpus by their ending, and its names under ``Name``."""

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_NUMBER = re.compile(r"\d+")
_ENDINGS = ("ing", "tion", "ed", "ly", "s")
_COUNTS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "twenty", "thirty")
_COUNTED = re.compile(rf"(?:\d|\b(?:{'|'.join(_COUNTS)}))[ -]$")
_AUXILIARY = re.compile(
    r"(?<=[^\W\d_] )(is|are|was|were|will|would|should|could|must)(?= [a-z])"
    r"(?! (?:not|never|no|it|he|she|they|we|you|that|this|there)\b)"
)
_NEGATED = re.compile(
    r"\b(?:(?P<aux>is|are|was|were|would|should|could|has|have|had|do|does|did|must|need)(?:n['’]t| not)"
    r"|(?P<can>can['’]t|cannot|can not)|(?P<will>won['’]t|will not)|never|(?<=\w )no(?= [a-z]{4}))\b"
    r"(?! (?:only|just|to mention|matter|longer|one)\b)"
)
_MODAL_HEDGE = re.compile(
    r"\b(?:may|might)(?= (?:be|have|not|need|take|come|go|get|see|lead|want|[a-z]{4,})\b)(?! not)"
)
_PHRASE_HEDGE = re.compile(
    r"\b(?:I think|I believe|I guess|I suppose|we think|we believe)(?:,| that)? (?=[a-zI])"
    r"|\b(?:maybe|perhaps|probably|possibly|potentially|apparently|presumably|hopefully|arguably),? "
    r"|\b(?:roughly|approximately|about|around|nearly|almost) (?=\$?\d)",
    re.IGNORECASE,
)
_RUN = 4
_KEPT = 7
_PERSON = (("I has", "I have"), ("I is", "I am"), ("I are", "I am"), ("we is", "we are"))
_HER = re.compile(r"\bshe\b.*\bher\b|\bher\b.*\bshe\b", re.IGNORECASE)


def content(word: str) -> bool:
    """Whether a word carries meaning that a reader would miss, and is no number, negation or hedge."""
    bare = word.casefold().replace("'", "").replace("’", "")
    return len(bare) > 3 and bare.isalpha() and bare not in STOP and not _marked(bare)


def swap_word(text: str, draw: random.Random, vocabulary: Vocabulary) -> str | None:
    """One content word for another; its opposite where there is one."""
    return swap_words(text, draw, vocabulary, 1)


def swap_words(text: str, draw: random.Random, vocabulary: Vocabulary, count: int) -> str | None:
    """``count`` content words for others of the same ending that begin differently."""
    places = [match for match in _TOKEN.finditer(text) if match[0].islower() and content(match[0])]
    if len(places) < count:
        return None
    chosen = draw.sample(places, count)
    taken = {match[0].casefold() for match in _TOKEN.finditer(text)}
    return _replaced(text, [(match, _other(match[0], taken, draw, vocabulary)) for match in chosen])


def change_small_word(text: str, draw: random.Random) -> str | None:
    """``will`` for ``would``, ``all`` for ``some``: few letters, another meaning."""
    return _one_of(text, draw, SMALL_SWAPS)


def change_unit(text: str, draw: random.Random) -> str | None:
    """``million`` for ``billion``, ``days`` for ``weeks``, after a number only."""
    places = [match for match in _TOKEN.finditer(text) if match[0] in UNITS and _COUNTED.search(text[: match.start()])]
    return _replaced(text, [(place := draw.choice(places), UNITS[place[0]])]) if places else None


def add_word(text: str, draw: random.Random) -> str | None:
    """An adverb that strengthens, before a verb or adjective that follows an auxiliary."""
    places = list(re.finditer(r"\b(?:is|are|was|were|will|have|has|had) (?=[a-z]{4,})", text))
    if not places:
        return None
    at = draw.choice(places).end()
    return f"{text[:at]}{draw.choice(ADDED)} {text[at:]}"


def swap_order(text: str, draw: random.Random) -> str | None:
    """``x and y`` -> ``y and x``: the same words in another order."""
    places = [
        match
        for match in re.finditer(r"\b([a-z]{4,}) (and|or|than) ([a-z]{4,})\b", text)
        if match[1] != match[3] and content(match[1]) and content(match[3])
    ]
    if not places:
        return None
    place = draw.choice(places)
    return f"{text[: place.start()]}{place[3]} {place[2]} {place[1]}{text[place.end() :]}"


def change_number(text: str, draw: random.Random) -> str | None:
    """One figure of a number, or a number word for the next."""
    digits = list(_NUMBER.finditer(text))
    counts = [match for match in _TOKEN.finditer(text) if match[0] in _COUNTS]
    if digits and (not counts or draw.random() < 0.7):
        match = draw.choice(digits)
        at = draw.randrange(len(match[0]))
        choices = [figure for figure in "123456789" if figure != match[0][at]]
        return _replaced(text, [(match, f"{match[0][:at]}{draw.choice(choices)}{match[0][at + 1 :]}")])
    if counts:
        match = draw.choice(counts)
        return _replaced(text, [(match, draw.choice([word for word in _COUNTS if word != match[0]]))])
    return None


def change_name(text: str, draw: random.Random, vocabulary: Vocabulary) -> str | None:
    """A capitalised word inside a sentence for another of the corpus."""
    places = [
        match
        for match in _TOKEN.finditer(text)
        if _is_name(match[0])
        and text[: match.start()].endswith(" ")
        and text[match.start() - 2 : match.start() - 1].isalpha()
    ]
    names = vocabulary.get("Name", ())
    if not places or not names:
        return None
    place = draw.choice(places)
    new = draw.choice(names)
    return _replaced(text, [(place, new)]) if new[:3] != place[0][:3] and new not in text else None


def add_negation(text: str, draw: random.Random) -> str | None:
    """``is`` -> ``is not`` or ``isn't``, where a subject stands before it."""
    places = list(_AUXILIARY.finditer(text))
    if not places:
        return None
    place = draw.choice(places)
    short = "won't" if place[0] == "will" else f"{place[0]}n't"
    return _replaced(text, [(place, draw.choice([f"{place[0]} not", short]))])


def drop_negation(text: str, draw: random.Random) -> str | None:
    """``is not`` -> ``is``, ``won't`` -> ``will``, ``never`` -> nothing."""
    places = list(_NEGATED.finditer(text))
    if not places:
        return None
    place = draw.choice(places)
    stands = place["aux"] or (place["can"] and "can") or (place["will"] and "will")
    if stands:
        return _replaced(text, [(place, stands)])
    return _capitalised(f"{text[: place.start()]}{text[place.end() :].lstrip()}", text)


def drop_hedge(text: str, draw: random.Random) -> str | None:
    """``I think``, ``perhaps`` or ``about`` left out; ``may`` made ``will``."""
    places = [*_PHRASE_HEDGE.finditer(text), *_MODAL_HEDGE.finditer(text)]
    if not places:
        return None
    place = draw.choice(places)
    new = "will" if place[0].casefold() in {"may", "might"} else ""
    rest = text[place.end() :]
    if text[: place.start()].rstrip().endswith((".", "!", "?")):
        rest = rest[:1].upper() + rest[1:]
    return _capitalised(f"{text[: place.start()]}{new}{rest}", text)


def cut_front(sentence: str, draw: random.Random) -> str | None:
    """The end of a sentence, sometimes with a capital as if it were whole."""
    places = [match.start() for match in _TOKEN.finditer(sentence)][_RUN:-_KEPT]
    places = [at for at in places if sentence[at - 1] == " " and _droppable(sentence[:at])]
    if not places:
        return None
    rest = sentence[draw.choice(places) :]
    return rest[0].upper() + rest[1:] if draw.random() < 0.5 else rest


def cut_end(sentence: str, draw: random.Random) -> str | None:
    """The beginning of a sentence, with a full stop as if it were whole."""
    places = [match.end() for match in _TOKEN.finditer(sentence)][_KEPT - 1 : -_RUN]
    places = [at for at in places if sentence[at] == " " and _droppable(sentence[at:])]
    if not places:
        return None
    return sentence[: draw.choice(places)] + draw.choice(["", "."])


def cut_middle(sentence: str, draw: random.Random) -> str | None:
    """A run of four to eight words out of the middle of a sentence, the gap closed."""
    gap = _gap(sentence, draw)
    return f"{sentence[: gap[0]]} {sentence[gap[1] :]}" if gap else None


def cut_middle_marked(sentence: str, draw: random.Random) -> str | None:
    """The same with the gap marked, as editors do."""
    gap = _gap(sentence, draw)
    return f"{sentence[: gap[0]]} {draw.choice(['...', '…', '[...]', '. . .'])} {sentence[gap[1] :]}" if gap else None


def halves(first: str, second: str) -> str | None:
    """The beginning of one sentence run into the end of another."""
    left, right = first.split(), second.split()
    if min(len(left), len(right)) < 12:
        return None
    return " ".join([*left[: len(left) // 2], *right[len(right) // 2 :]])


def rephrase(clause: str, draw: random.Random) -> str | None:
    """Reported speech as the speaker would have said it: ``he would`` -> ``I will``, and some synonyms."""
    changes = 0

    def said(match: re.Match[str]) -> str:
        nonlocal changes
        word = match[0].casefold()
        new = REPORTED_SHIFTS.get(word) or (SYNONYMS.get(word) if draw.random() < 0.7 else None)
        changes += new is not None
        return new or match[0]

    # "Her" is the object or the possessive, which no rule of one word can tell.
    if _HER.search(clause):
        return None
    told = _TOKEN.sub(said, clause)
    for wrong, right in _PERSON:
        told = re.sub(rf"\b{wrong}\b", right, told)
    return f"{told[0].upper()}{told[1:]}." if changes >= 2 else None


def _marked(bare: str) -> bool:
    return bare in NEGATIONS or bare in HEDGES or bare in NUMBER_WORDS or any(c.isdigit() for c in bare)


def _is_name(word: str) -> bool:
    return len(word) > 3 and word.isalpha() and word.istitle() and word.casefold() not in STOP


def _other(word: str, taken: Iterable[str], draw: random.Random, vocabulary: Vocabulary) -> str | None:
    if (opposite := ANTONYMS.get(word)) and opposite not in taken:
        return opposite
    ending = next((one for one in _ENDINGS if word.endswith(one)), "")
    choices = vocabulary.get(ending, ())
    for _ in range(20 if choices else 0):
        new = draw.choice(choices)
        if new[:3] != word[:3] and new not in taken and SYNONYMS.get(word) != new:
            return new
    return None


def _replaced(text: str, changes: Sequence[tuple[re.Match[str], str | None]]) -> str | None:
    for match, new in sorted(changes, key=lambda change: -change[0].start()):
        if new is None:
            return None
        text = text[: match.start()] + new + text[match.end() :]
    return text


def _one_of(text: str, draw: random.Random, swaps: Mapping[str, str]) -> str | None:
    places = [match for match in _TOKEN.finditer(text) if match[0] in swaps]
    if not places:
        return None
    place = draw.choice(places)
    return _replaced(text, [(place, swaps[place[0]])])


def _capitalised(text: str, like: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] if like[0].isupper() else text


def _droppable(part: str) -> bool:
    """Whether the part carries meaning and holds nothing that has a class of its own."""
    found = [match[0].casefold().replace("'", "").replace("’", "") for match in _TOKEN.finditer(part)]
    return len(found) >= _RUN and not any(map(_marked, found)) and sum(map(content, found)) > 1


def _gap(sentence: str, draw: random.Random) -> tuple[int, int] | None:
    tokens = list(_TOKEN.finditer(sentence))
    gaps = [
        (tokens[at - 1].end(), tokens[at + size].start())
        for size in range(_RUN, 2 * _RUN + 1)
        for at in range(_RUN, len(tokens) - size - _RUN)
        if _droppable(sentence[tokens[at].start() : tokens[at + size - 1].end()])
        and sentence[tokens[at - 1].end()] == " "
    ]
    return draw.choice(gaps) if gaps else None
