"""The classes of the perturbation benchmark: how a printed quotation is changed, and the verdict that is then right.

Every case is made from words that were printed, and kept only if plain searches over the corpus bear out its
verdict: an altered quotation stands nowhere, a cut one nowhere as a whole sentence or between marks, a foreign
one is not even resembled.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from onrecord.evaluation import perturb_chinese as chinese
from onrecord.evaluation import perturb_english as english
from onrecord.evaluation.perturb_corpus import Corpus, plain, words
from onrecord.evaluation.perturb_printed import Language, Printed, sentences
from onrecord.evaluation.perturb_typography import retype, retype_chinese
from onrecord.evaluation.perturb_words import TITLES
from onrecord.types import Verdict

__all__ = ["CLASSES", "Kind", "Made", "World", "vocabulary_of"]

_CUT_LENGTH = 12
_APART = 200
_SENTENCE_SIGNS = set(".!?。！？\"'\n;:；：")
_FREQUENT = 8
_NAMES_TRIED = 50
_ENDINGS = ("ing", "tion", "ed", "ly", "s")


class Made(NamedTuple):
    """A changed text with its speaker and where its words come from."""

    text: str
    speaker: str | None
    sources: tuple[Printed, ...]
    expected: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """All that a class may draw from."""

    corpus: Corpus
    quotes: Sequence[Printed]
    reported: Sequence[Printed]
    foreign: Sequence[Printed]
    vocabulary: english.Vocabulary
    by_row: Mapping[int, Sequence[Printed]]
    by_language: Mapping[Language, Sequence[Printed]]
    speakers: Mapping[Language, Sequence[str]]

    @classmethod
    def of(
        cls, corpus: Corpus, quotes: Sequence[Printed], reported: Sequence[Printed], foreign: Sequence[Printed]
    ) -> World:
        """The world with its quotations by article and the vocabulary of their words."""
        by_row: dict[int, list[Printed]] = defaultdict(list)
        by_language: dict[Language, list[Printed]] = defaultdict(list)
        speakers: dict[Language, list[str]] = defaultdict(list)
        for quote in quotes:
            by_row[quote.row].append(quote)
            by_language[quote.language].append(quote)
            if quote.speaker and quote.speaker not in speakers[quote.language][-3:]:
                speakers[quote.language].append(quote.speaker)
        vocabulary = vocabulary_of(quotes)
        return cls(corpus, quotes, reported, foreign, vocabulary, by_row, by_language, speakers)


Maker = Callable[[Printed, random.Random, World], Made | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """A class of cases: how one is made of a printed quotation, and what is expected of the checker."""

    name: str
    expected: tuple[Verdict, ...]
    make: Maker
    languages: str = "en zh"
    source: str = "quotes"
    flags: tuple[str, ...] = ()
    excused: str | None = None


def vocabulary_of(quotes: Sequence[Printed]) -> english.Vocabulary:
    """Content words of the quotations by ending, and names, each used several times."""
    counts: Counter[str] = Counter()
    for quote in quotes:
        if quote.language == "en":
            counts.update(word.strip(".,;:!?'\"’‘()") for word in quote.text.split()[1:])
    found: dict[str, list[str]] = defaultdict(list)
    for word, number in sorted(counts.items()):
        if number < _FREQUENT or not word.isalpha() or not english.content(word):
            continue
        if word.islower():
            found[next((ending for ending in _ENDINGS if word.endswith(ending)), "")].append(word)
        elif word[0].isupper() and word[1:].islower() and counts[word.lower()] * 20 < number:
            found["Name"].append(word)
    return found


def _exact(quote: Printed, _draw: random.Random, _world: World) -> Made | None:
    return Made(quote.text, quote.speaker, (quote,)) if len(quote.spans) == 1 else None


def _exact_surname(quote: Printed, _draw: random.Random, _world: World) -> Made | None:
    """The surname alone, where the article calls the speaker by it."""
    if quote.speaker is None or len(quote.spans) > 1 or len(quote.speaker.split()) != 2:
        return None
    first, last = quote.speaker.split()
    alone = re.search(rf"(?<!{re.escape(first)} )\b{re.escape(last)}\b", quote.article.text)
    return Made(quote.text, last, (quote,)) if alone else None


def _exact_seam(quote: Printed, _draw: random.Random, _world: World) -> Made | None:
    return Made(quote.text, quote.speaker, (quote,)) if len(quote.spans) > 1 else None


def _exact_sentence(quote: Printed, draw: random.Random, _world: World) -> Made | None:
    whole = [one for one in sentences(quote.text) or () if len(words(one)) >= 6]
    if len(quote.spans) > 1 or len(whole) < 2:
        return None
    return Made(draw.choice(whole), quote.speaker, (quote,))


def _typography(quote: Printed, draw: random.Random, _world: World) -> Made | None:
    changed = (retype if quote.language == "en" else retype_chinese)(quote.text, draw)
    if changed is None or words(changed) != words(quote.text):
        return None
    return Made(changed, quote.speaker, (quote,))


def _edited(
    edit: Callable[[str, random.Random, World], str | None], other: Callable[[str, random.Random], str | None] | None
) -> Maker:
    """A class whose claim is the quotation with an edit, if the corpus does not hold that too."""

    def make(quote: Printed, draw: random.Random, world: World) -> Made | None:
        if quote.language == "zh" and other is None:
            return None
        changed = other(quote.text, draw) if quote.language == "zh" and other else edit(quote.text, draw, world)
        if changed is None or words(changed) == words(quote.text) or world.corpus.holds(changed):
            return None
        return Made(changed, quote.speaker, (quote,), _at_margin(quote.text, changed))

    return make


def _at_margin(text: str, changed: str) -> tuple[Verdict, ...]:
    """Where what was dropped stood first or last, the contract's words fit both verdicts."""
    return ("altered", "truncated") if f" {' '.join(words(changed))} " in f" {' '.join(words(text))} " else ()


def _plainly(edit: Callable[[str, random.Random], str | None]) -> Callable[[str, random.Random, World], str | None]:
    return lambda text, draw, _world: edit(text, draw)


def _cut(
    edit: Callable[[str, random.Random], str | None], other: Callable[[str, random.Random], str | None], side: str
) -> Maker:
    """A class whose claim is one sentence of the quotation with a part missing."""

    def make(quote: Printed, draw: random.Random, world: World) -> Made | None:
        whole = [one for one in sentences(quote.text) or () if len(words(one)) >= _CUT_LENGTH]
        if not whole or len(quote.spans) > 1:
            return None
        changed = (edit if quote.language == "en" else other)(draw.choice(whole), draw)
        if changed is None or not _is_only_cut(changed, side, world.corpus):
            return None
        return Made(changed, quote.speaker, (quote,))

    return make


def _is_only_cut(text: str, side: str, corpus: Corpus) -> bool:
    """Whether the words stand nowhere as a sentence, a heading or a quotation of their own."""
    if side == "middle":
        return not corpus.holds(text)
    places = corpus.places(plain(text).strip(" .。"))
    if not places:
        return False
    for place in places:
        beside = place.before[-1:] if side == "front" else place.after[:1]
        if not beside or beside in _SENTENCE_SIGNS:
            return False
    return True


def _splice_same(quote: Printed, draw: random.Random, world: World) -> Made | None:
    first = _sentence_of(quote, draw)
    partners = [
        other
        for other in world.by_row[quote.row]
        if other.spans[0].start > quote.spans[-1].end + _APART
        and other.speaker == quote.speaker
        and "\n" in quote.article.text[quote.spans[-1].end : other.spans[0].start]
    ]
    if first is None or not partners:
        return None
    other = draw.choice(partners)
    return _spliced(first, _sentence_of(other, draw), (quote, other), world)


def _splice_other(quote: Printed, draw: random.Random, world: World) -> Made | None:
    other = _from_another(quote, draw, world)
    first = _sentence_of(quote, draw)
    return _spliced(first, _sentence_of(other, draw), (quote, other), world) if first and other else None


def _splice_halves(quote: Printed, draw: random.Random, world: World) -> Made | None:
    other = _from_another(quote, draw, world)
    left, right = _sentence_of(quote, draw), _sentence_of(other, draw) if other else None
    if left is None or right is None or other is None or quote.language == "zh":
        return None
    joined = english.halves(left, right)
    if joined is None or world.corpus.holds(joined):
        return None
    return Made(joined, None, (quote, other))


def _from_another(quote: Printed, draw: random.Random, world: World) -> Printed | None:
    for _ in range(20):
        other = draw.choice(world.by_language[quote.language])
        if other.row != quote.row and sentences(other.text):
            return other
    return None


def _sentence_of(quote: Printed, draw: random.Random) -> str | None:
    whole = [one for one in sentences(quote.text) or () if len(words(one)) >= 8]
    return draw.choice(whole) if whole and len(quote.spans) == 1 else None


def _spliced(first: str, second: str | None, sources: tuple[Printed, ...], world: World) -> Made | None:
    if second is None or words(first) == words(second):
        return None
    joined = f"{first.rstrip(',')}{'.' if first.endswith(',') else ''} {second}"
    if sources[0].language == "zh":
        joined = joined.replace("。 ", "。")
    speaker = sources[0].speaker if sources[0].speaker == sources[1].speaker else None
    # A copy that prints both side by side makes no splice.
    together = set(world.corpus.rows(first)) & set(world.corpus.rows(second))
    return None if world.corpus.holds(joined) or together - {sources[0].row} else Made(joined, speaker, sources)


def _other_speaker(quote: Printed, draw: random.Random, world: World) -> Made | None:
    """Somebody of another article whom no article with these words names."""
    if quote.speaker is None:
        return None
    rows = world.corpus.rows(quote.text)
    known = world.speakers[quote.language]
    for name in draw.sample(known, min(_NAMES_TRIED, len(known))):
        foreign = not any(world.corpus.mentions(row, part) for row in rows for part in name.split())
        if foreign and all(world.corpus.mentions(row, quote.speaker.split()[-1]) for row in rows):
            return Made(quote.text, name, (quote,))
    return None


def _other_in_article(quote: Printed, draw: random.Random, world: World) -> Made | None:
    """Somebody else who is quoted in the same article, which alone holds these words, once."""
    places = world.corpus.places(quote.text)
    if quote.speaker is None or places is None or [place.row for place in places] != [quote.row]:
        return None
    own = set(quote.speaker.split())
    others = sorted(
        {one.speaker for one in world.by_row[quote.row] if one.speaker and not own & set(one.speaker.split())}
    )
    return Made(quote.text, draw.choice(others), (quote,)) if others else None


def _reported_words(quote: Printed, _draw: random.Random, world: World) -> Made | None:
    """Words of a reported statement between marks, as nobody has printed them."""
    places = world.corpus.places(quote.text)
    if not places or len(places) > 1 or '"' in places[0].before:
        return None
    return Made(f"{quote.text[0].upper()}{quote.text[1:]}.", quote.speaker, (quote,))


def _paraphrase(quote: Printed, draw: random.Random, world: World) -> Made | None:
    changed = english.rephrase(quote.text, draw)
    if changed is None or world.corpus.holds(changed) or any(word in TITLES for word in words(changed)[:1]):
        return None
    return Made(changed, quote.speaker, (quote,))


def _held_out(quote: Printed, _draw: random.Random, world: World) -> Made | None:
    """A quotation that no known article has, whole, in part or edited."""
    if len(words(quote.text)) < 9 or len(quote.spans) > 1 or world.corpus.resembles(quote.text):
        return None
    return Made(quote.text, quote.speaker, ())


def _swap(text: str, draw: random.Random, world: World) -> str | None:
    return english.swap_word(text, draw, world.vocabulary)


def _rename(text: str, draw: random.Random, world: World) -> str | None:
    return english.change_name(text, draw, world.vocabulary)


_ALTERED: tuple[Verdict, ...] = ("altered",)
_NOT = ("negation_changed",)
_NUMBER = ("number_changed",)
_UNIT = ("unit_changed", "number_changed")
_HEDGE = ("hedge_dropped",)

CLASSES: tuple[Kind, ...] = (
    Kind("exact", ("verbatim",), _exact),
    Kind("exact_surname", ("verbatim",), _exact_surname, "en"),
    Kind("exact_sentence", ("verbatim",), _exact_sentence),
    Kind("exact_seam", ("verbatim",), _exact_seam, "en"),
    Kind("typography", ("verbatim",), _typography),
    Kind("word_swapped", _ALTERED, _edited(_swap, chinese.swap_word)),
    Kind("small_word", _ALTERED, _edited(_plainly(english.change_small_word), None), "en"),
    Kind("word_added", _ALTERED, _edited(_plainly(english.add_word), None), "en"),
    Kind("order", _ALTERED, _edited(_plainly(english.swap_order), None), "en"),
    Kind("name_changed", _ALTERED, _edited(_rename, None), "en", flags=("name_changed",)),
    Kind("unit_changed", _ALTERED, _edited(_plainly(english.change_unit), None), "en", flags=_UNIT),
    Kind("number_changed", _ALTERED, _edited(_plainly(english.change_number), chinese.change_number), flags=_NUMBER),
    Kind("negation_added", _ALTERED, _edited(_plainly(english.add_negation), chinese.add_negation), flags=_NOT),
    Kind("negation_dropped", _ALTERED, _edited(_plainly(english.drop_negation), chinese.drop_negation), flags=_NOT),
    Kind("hedge_dropped", _ALTERED, _edited(_plainly(english.drop_hedge), chinese.drop_hedge), flags=_HEDGE),
    Kind("cut_front", ("truncated",), _cut(english.cut_front, chinese.cut_front, "front")),
    Kind("cut_middle", ("truncated",), _cut(english.cut_middle, chinese.cut_middle, "middle")),
    Kind("cut_marked", ("truncated",), _cut(english.cut_middle_marked, chinese.cut_middle_marked, "middle")),
    Kind("cut_end", ("truncated",), _cut(english.cut_end, chinese.cut_end, "end")),
    Kind("splice_same", ("spliced",), _splice_same),
    Kind("splice_other", ("spliced",), _splice_other),
    Kind("splice_halves", ("spliced",), _splice_halves, "en"),
    Kind("other_speaker", ("other_speaker",), _other_speaker),
    Kind("other_in_article", ("other_speaker",), _other_in_article, "en"),
    Kind("reported_words", ("paraphrase",), _reported_words, "en", "reported", excused="not_a_quotation"),
    Kind("paraphrase", ("paraphrase",), _paraphrase, "en", "reported", excused="not_a_quotation"),
    Kind("held_out", ("not_found",), _held_out, source="foreign"),
)  # fmt: skip
