"""The path of a quote: claim -> candidates -> alignment -> verdict.  No language model takes part.

What counts as what, the first that holds:

``verbatim``       every word of the claim, one after the other, and none of the speaker's in between.  A claim
                   may be some of the sentences of a longer quotation.  At either end of a sentence only words
                   that carry no meaning ("And", "Well,") may be missing.
``truncated``      the same, but words that carry meaning are missing from a sentence: before it, after it, three
                   or more in its middle, the end of one and the beginning of the next, or where an ellipsis is.
                   Newspapers quote half sentences every day; the reader is still told that there was more.
``spliced``        every word was printed, in two or more places: a sentence or more left out between them without
                   an ellipsis, different quotations, different articles.
``other_speaker``  verbatim or truncated, but each place that names a speaker names another one.
``altered``        words were changed, added or dropped; a hedge or a negation alone makes it altered.
``paraphrase``     the same statement in other words, names, numbers and negations being the same.
``not_found``      none of this.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from onrecord.quotes.chinese_names import named_in_chinese
from onrecord.quotes.match import Change, ClaimWords, Comparison, compare, read_claim, weight
from onrecord.quotes.names import is_title
from onrecord.text.align import Word, split_words
from onrecord.text.tokens import STOP_WORDS, stem
from onrecord.types import Article, Quote, QuoteCheck, QuoteClaim, QuoteMatch, Span, Verdict

__all__ = ["agreement", "check"]

_EMPTY = frozenset(
    "and but so well then oh uh um er ah now look that yeah the a an 而 但 那 那么 嗯 啊 呃 而且 但是".split()
)
_NEGATIONS = frozenset(
    "not no never none nobody nothing neither nor without cannot hardly barely scarcely nowhere refuse refuses refused"
    " deny denies denied 不 没 沒 無 无 未 非 莫 勿 别 否".split()
)
_HEDGES = frozenset(
    "may might could perhaps maybe possibly probably likely unlikely seem seems seemed appear appears appeared suggest"
    " suggests suggested roughly approximately almost nearly potentially presumably apparently reportedly allegedly"
    " supposedly generally usually often sometimes mostly partly somewhat arguably hopefully around about would should".split()
)
_PHRASES = re.compile(
    r"(?<= )(?:(?:i|we) (?:think|believe|guess|suppose|feel|hope|suspect|expect|assume|would say|would argue)"
    r"|i'd (?:say|argue)|(?:sort|kind|some) of|in my (?:view|opinion)|as far as i know|more or less|a (?:little|bit)"
    r"|to some extent|可 能|也 许|或 许|大 概|大 约|左 右|似 乎|好 像|应 该|估 计|恐 怕|据 说|据 称|有 望|预 计"
    r"|我 (?:们 )?(?:认 为|觉 得|想|相 信)|一 定 程 度)(?= )"
)
_SAME_HEDGE = {
    "might": "may",
    "could": "may",
    "seemed": "seem",
    "seems": "seem",
    "appears": "appear",
    "appeared": "appear",
}
_NUMBERS = frozenset(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million"
    " millions billion billions trillion trillions dozen dozens half third quarter twice double triple once first second"
    " 零 一 二 两 三 四 五 六 七 八 九 十 百 千 万 亿 半 ½ ¼ ¾ ⅓ ⅔".split()
)
_UNITS = frozenset(
    "% ‰ ° $ € £ ¥ percent per cent percentage points point dollar dollars euro euros pound pounds yuan yen rupee rupees ruble"
    " rubles cent cents mile miles km kilometer kilometers kilometre kilometres meter meters metre metres foot feet inch inches"
    " yard yards acre acres hectare hectares ton tons tonne tonnes kg kilo kilos kilogram kilograms gram grams ounce ounces"
    " liter liters litre litres gallon gallons barrel barrels degree degrees celsius fahrenheit second seconds minute minutes"
    " hour hours day days week weeks month months year years decade decades century centuries watt watts kilowatt megawatt"
    " gigawatt mw gw mph kph 元 米 里 吨 克 斤 天 周 月 年 日 时 秒 分 度 亩".split()
)
_DAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april june july august september"
    " october november december".split()
)
# What reported speech shifts: persons, tenses, places and days.
_SHIFTING = frozenset(
    "i me my mine myself we us our ours ourselves he him his himself she her hers herself they them their theirs themselves"
    " you your yours it its this these that those here there now then today tomorrow yesterday will would can could shall"
    " should may might must is are am was were be been being has have had having do does did s 'm 'll 've 're i'm i'll i've"
    " we're we'll we've he'd she'd they'd we'd i'd it's that's the a an of to in on at for and so as by with who which"
    " 我 你 他 她 它 们 的 了 这 那 将 会".split()
)
_SAME_IN_STYLE = {"percent": "%", "per cent": "%", "&": "and", "okay": "ok", "can not": "cannot"} | {
    str(value): word
    for value, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
}
_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")
_PRONOUNS = frozenset("he she they it we i you who 他 她 他们 她们".split())
_HAN = re.compile("[\u3400-\u9fff]")
_REPLACED = 4
_SPECIFIC = 4.0
_PRINTED = {"quotation": 0, "statement": 1, "text": 2}
_CUT_WORDS = 3
_NEAR = 0.45
# What speaks for the same utterance: the weight of what agrees, less half of what does not, less what the
# claim leaves out of the sentences, and less still where nobody is quoted.  How much is needed depends on
# whether print names the claim's speaker; measured against quotations of articles outside the corpus.
_DISAGREES = 0.5
_LEFT_OUT = 0.4
_MOST_LEFT_OUT = 6.0
_UNQUOTED = {"quotation": 0.0, "statement": 0.5, "text": 1.5}
_EVIDENCE = {1: 0.8, 0: 1.6, -1: 2.2}
_PIECE_WORDS = 4
_PIECE_WEIGHT = 2.5
_MOST_PIECES = 6
_HELD = 0.4
_RESTATED = 0.8
_RESTATED_BACK = 0.5
_RESTATED_STEMS = 5
_RANKS: dict[Verdict, int] = {"verbatim": 0, "truncated": 1, "spliced": 2, "altered": 3, "paraphrase": 4}

_Judged = tuple[Verdict, int, Comparison]


def check(
    claim: QuoteClaim,
    *,
    candidates: Callable[[str], Sequence[tuple[Article, Span]]],
    quotes_of: Callable[[Article], Sequence[Quote]],
) -> QuoteCheck:
    """What the corpus holds of a claim: the verdict, what to look at, and every place, best first.

    ``candidates`` finds articles and the spans where words of the claim may stand; ``quotes_of`` are the
    quotes of an article.
    """
    words = read_claim(claim.text)
    if not words.words:
        return QuoteCheck(claim, "not_found")
    corpus = _Corpus(candidates, quotes_of)
    compared = corpus.compared(words)
    rated = [(agreement(claim.speaker, one.match.quote), one) for one in compared]
    judged = [(verdict, agrees, one) for agrees, one in rated if (verdict := _judge(one, agrees)) is not None]
    if min((_RANKS[verdict] for verdict, _, _ in judged), default=9) > _RANKS["spliced"]:
        pieces = _pieces(words, compared, corpus)
        if len(pieces) > 1:
            return QuoteCheck(claim, "spliced", _claim_flags(words), tuple(pieces))
    if not judged:
        return QuoteCheck(claim, "not_found")
    return _checked(claim, words, judged)


class _Corpus:
    """What a claim is compared with; the quotes of an article are read once."""

    def __init__(
        self,
        candidates: Callable[[str], Sequence[tuple[Article, Span]]],
        quotes_of: Callable[[Article], Sequence[Quote]],
    ) -> None:
        self._candidates = candidates
        self._quotes_of = quotes_of
        self._quotes: dict[str, Sequence[Quote]] = {}

    def compared(self, claim: ClaimWords) -> list[Comparison]:
        """The claim beside every candidate; a place that two candidates lead to comes once."""
        low, high = claim.words[0].start, claim.words[-1].end
        found: dict[tuple[str, tuple[Span, ...]], Comparison] = {}
        for article, window in self._candidates(claim.text[low:high]):
            if article.id not in self._quotes:
                self._quotes[article.id] = self._quotes_of(article)
            for one in compare(claim, article, window, self._quotes[article.id]):
                found.setdefault((article.id, one.match.spans), one)
        return list(found.values())


def _judge(one: Comparison, agrees: int) -> Verdict | None:
    """The verdict of one place, its speaker aside."""
    changes = _real(one)
    if not changes:
        if one.joined:
            return "spliced"
        lost = [word for word in (*one.before, *one.after) if word.key not in _EMPTY]
        if not lost:
            return "verbatim"
        return "altered" if _is_only_hedge(lost) else "truncated"
    if not any(change.claim or change.inserted for change in changes):
        if one.joined or any(change.borders > 1 and not change.pause for change in changes):
            return "spliced"
        cut = all(change.pause or _is_cut(change) for change in changes)
        return "truncated" if cut else "altered"
    if not _is_near(one, agrees):
        return "paraphrase" if _restates(one, agrees) else None
    if one.printed != "quotation" and all(_is_shift(change) for change in changes):
        return "paraphrase"
    return "altered"


def _real(one: Comparison) -> list[Change]:
    return [change for change in one.changes if not _is_editorial(change)]


def _is_editorial(change: Change) -> bool:
    """Whether convention allows it: ``[the city]`` for ``it``, an ellipsis that skips nothing that counts."""
    if change.claim:
        mine, theirs = change.claim, change.source
        return change.bracketed and len(mine) == len(theirs) == 1 and stem(mine[0].key) == stem(theirs[0].key)
    if change.inserted:
        counts = any(_is_negation(word) for word in change.inserted) or any(
            _is_negation(word) or word.key in _HEDGES or word.key not in STOP_WORDS for word in change.source
        )
        return not counts and len(change.source) <= _REPLACED
    return change.pause and all(word.key in _EMPTY for word in change.source)


def _is_cut(change: Change) -> bool:
    return len(change.source) >= _CUT_WORDS and not _is_only_hedge(_meant(change.source))


def _is_only_hedge(words: Sequence[Word]) -> bool:
    """``I think``, ``may``, ``not``: what changes the rest of the sentence and says nothing of its own."""
    if all(_is_negation(word) for word in words):
        return True
    rest = _PHRASES.sub(" ", _spelled(words)).split()
    return all(word in _HEDGES or word in _EMPTY for word in rest)


def _is_near(one: Comparison, agrees: int) -> bool:
    """Whether so much agrees that it is the same utterance."""
    replaced = sum(weight(word.loose) for change in _real(one) for word in change.source)
    left_out = sum(weight(word.loose) for word in (*one.before, *one.after))
    evidence = one.weight - _DISAGREES * (one.total - one.weight + replaced)
    evidence -= _LEFT_OUT * min(left_out, _MOST_LEFT_OUT) + _UNQUOTED[one.printed]
    return one.weight >= _NEAR * one.total and evidence >= _EVIDENCE[agrees]


def _is_shift(change: Change) -> bool:
    """``I will`` for ``he would``: what reporting alone changes."""
    mine, theirs = ({stem(word.key) for word in words if word.key not in _SHIFTING} for words in change[:2])
    return mine == theirs and not change.inserted and not _differ(_negations, change.claim, change.source)


def _restates(one: Comparison, agrees: int) -> bool:
    """Whether somebody is quoted with the same statement in other words."""
    if one.printed == "text" or agrees < 0:
        return False
    mine, theirs = one.claim, one.context
    said, there = _stems(mine), _stems(theirs)
    both = len(said & there)
    if both < _RESTATED_STEMS or both < max(_RESTATED * len(said), _RESTATED_BACK * len(there)):
        return False
    if not set(_numbers(mine)) <= set(_numbers(theirs)) or bool(_negations(mine)) != bool(_negations(theirs)):
        return False
    return all(word.key in {other.key for other in theirs} for word in mine[1:] if word.shown[0].isupper())


def _stems(words: Sequence[Word]) -> set[str]:
    return {stem(word.key) for word in words if weight(word.loose) >= 1.0 and word.key not in _SHIFTING}


def _pieces(claim: ClaimWords, compared: Sequence[Comparison], corpus: _Corpus) -> list[QuoteMatch]:
    """The places that hold a claim between them, in its order, every word of it; empty if they do not."""
    count = len(claim.words)
    held = [False] * count
    for one in compared:
        if len(one.matched) >= count - 2:
            return []
        for low, high in one.runs:
            if high - low >= _PIECE_WORDS:
                held[low:high] = [True] * (high - low)
    if sum(held) < _HELD * count:
        return []
    return _covered(claim, Span(0, count), [(0, one) for one in compared], corpus, _MOST_PIECES) or []


_Known = list[tuple[int, Comparison]]


def _covered(claim: ClaimWords, part: Span, known: _Known, corpus: _Corpus, most: int) -> list[QuoteMatch] | None:
    """The places of one part of the claim; what is not known yet is asked for."""
    if part.start == part.end:
        return []
    if most == 0 or part.end - part.start < _PIECE_WORDS:
        return None
    pieces = _from_known(claim, part, known, corpus, most)
    if pieces is None and (part.start > 0 or part.end < len(claim.words)):
        words = replace(claim, words=claim.words[part.start : part.end], pauses=frozenset(), inserted=())
        fresh = [(part.start, one) for one in corpus.compared(words)]
        pieces = _from_known(claim, part, fresh, corpus, 1)
    return pieces


def _from_known(claim: ClaimWords, part: Span, known: _Known, corpus: _Corpus, most: int) -> list[QuoteMatch] | None:
    """The heaviest run that is known to stand somewhere, and the places of what is left on both sides."""
    runs = [
        (max(low + offset, part.start), min(high + offset, part.end), one)
        for offset, one in known
        for low, high in one.runs
    ]
    runs = [run for run in runs if run[1] - run[0] >= _PIECE_WORDS]
    if not runs:
        return None
    low, high, one = max(runs, key=lambda run: sum(weight(word.loose) for word in claim.words[run[0] : run[1]]))
    if sum(weight(word.loose) for word in claim.words[low:high]) < _PIECE_WEIGHT:
        return None
    left = _covered(claim, Span(part.start, low), known, corpus, most - 1)
    right = _covered(claim, Span(high, part.end), known, corpus, most - 1) if left is not None else None
    return None if left is None or right is None else [*left, _piece(claim, one, low, high), *right]


def _piece(claim: ClaimWords, one: Comparison, low: int, high: int) -> QuoteMatch:
    starts = {mine.start: theirs for mine, theirs in one.matched}
    start, end = starts[claim.words[low].start].start, starts[claim.words[high - 1].start].end
    spans = tuple(
        Span(max(span.start, start), min(span.end, end))
        for span in one.match.spans
        if span.start < end and start < span.end
    )
    return replace(one.match, spans=spans, edits=(), similarity=round((high - low) / len(claim.words), 4))


def _checked(claim: QuoteClaim, words: ClaimWords, judged: Sequence[_Judged]) -> QuoteCheck:
    """The verdict of all places together, with the speaker."""
    rated = sorted(judged, key=_order)
    verdict, agrees, best = rated[0]
    printed = [item for item in rated if item[0] in ("verbatim", "truncated")]
    if printed and agrees <= 0 and any(item[1] < 0 for item in printed):
        same = next((item for item in printed if item[1] > 0), None)
        if same is not None:
            verdict, agrees, best = same
        elif agrees < 0 or best.weight >= _SPECIFIC:
            verdict, agrees, best = "other_speaker", -1, next(item[2] for item in printed if item[1] < 0)
    rest = [item[2] for item in rated if item[2] is not best]
    flags = _flags(words, best)
    if agrees < 0 and verdict != "other_speaker":
        flags.append("other_speaker")
    if verdict == "other_speaker" and _judge(best, -1) == "truncated":
        flags.append("truncated")
    return QuoteCheck(claim, verdict, tuple(dict.fromkeys(flags)), (best.match, *(one.match for one in rest)))


def _order(judged: _Judged) -> tuple[float, ...]:
    """Whole and cut quotations first; then what resembles most, whatever it is called."""
    verdict, agrees, one = judged
    similarity = one.match.similarity
    printed = _PRINTED[one.printed]
    if verdict in ("verbatim", "truncated") and not _real(one):
        return _RANKS[verdict], -agrees, printed, -similarity
    return _RANKS["altered"], -agrees, -round(similarity, 1), printed, -similarity


def _flags(claim: ClaimWords, one: Comparison) -> list[str]:
    """What an editor must look at in one place."""
    real = _real(one)
    flags = [flag for flag in _claim_flags(claim) if flag != "bracketed_insertion" or "[" not in one.match.text]
    if one.printed != "quotation":
        flags.append("not_a_quotation")
    flags += [name for name, found in _differences(claim, one, real).items() if found]
    if real and all(_is_style(change) for change in real):
        flags.append("house_style")
    if any(change.pause for change in one.changes) or (claim.pauses and not read_claim(one.match.text).pauses):
        flags.append("ellipsis")
    flags += _letter_flags(one)
    if one.before or one.after:
        flags += ["cut_front"] * bool(_meant(one.before)) + ["cut_end"] * bool(_meant(one.after))
    if any(not change.claim and not change.inserted for change in real):
        flags.append("cut_middle")
    if one.spaced:
        flags.append("spacing_changed")
    return flags


def _claim_flags(claim: ClaimWords) -> tuple[str, ...]:
    """What the claim itself shows, wherever it was printed."""
    found = {
        "bracketed_insertion": "[" in claim.text,
        "hidden_characters": _OVERRIDES.search(claim.text) is not None,
    }
    return tuple(name for name, there in found.items() if there)


def _meant(words: Sequence[Word]) -> list[Word]:
    return [word for word in words if word.key not in _EMPTY]


def _differences(claim: ClaimWords, one: Comparison, real: Sequence[Change]) -> dict[str, bool]:
    """Numbers, units and names word by word; negations and hedges over all words of the sentences."""
    article = one.match.article.text
    swaps = [change for change in real if change.claim or change.inserted or len(change.source) < _CUT_WORDS]
    mine = [word for pair in one.matched for word in pair[:1]]
    theirs = [word for pair in one.matched for word in pair[1:]]
    mine = sorted([*mine, *(word for change in real for word in (*change.claim, *change.inserted))])
    theirs = sorted([*theirs, *(word for change in real for word in change.source), *one.before, *one.after])
    claimed, printed = _hedges(mine), _hedges(theirs)
    return {
        "number_changed": any(_differ(_numbers, change.claim, change.source) for change in swaps),
        "negation_changed": _negations(mine) != _negations(theirs),
        "hedge_dropped": bool(printed - claimed),
        "hedge_added": bool(claimed - printed),
        "name_changed": any(
            _differ(_names, change.claim, change.source) or _is_chinese_swap(claim.text, article, change)
            for change in swaps
        ),
        "unit_changed": any(_differ(_units, change.claim, change.source) for change in swaps),
        "date_changed": any(_differ(_days, change.claim, change.source) for change in swaps),
    }


def _differ(measure: Callable[[Sequence[Word]], Counter[str]], mine: Sequence[Word], theirs: Sequence[Word]) -> bool:
    return measure(mine) != measure(theirs)


def _spelled(words: Sequence[Word]) -> str:
    return f" {' '.join(word.key for word in words)} "


def _is_negation(word: Word) -> bool:
    return word.key in _NEGATIONS or word.key.endswith("n't")


def _negations(words: Sequence[Word]) -> Counter[str]:
    return Counter("not" for word in words if _is_negation(word))


def _hedges(words: Sequence[Word]) -> Counter[str]:
    spelled = _spelled(words)
    found = Counter(match.group() for match in _PHRASES.finditer(spelled))
    found.update(_SAME_HEDGE.get(word, word) for word in _PHRASES.sub(" ", spelled).split() if word in _HEDGES)
    return found


def _numbers(words: Sequence[Word]) -> Counter[str]:
    """``5`` and ``five`` are one number."""
    found = (word.key for word in words if word.key in _NUMBERS or any(letter.isdigit() for letter in word.key))
    return Counter(_SAME_IN_STYLE.get(key, key) for key in found)


def _units(words: Sequence[Word]) -> Counter[str]:
    return Counter(_SAME_IN_STYLE.get(word.key, word.key).removesuffix("s") for word in words if word.key in _UNITS)


def _days(words: Sequence[Word]) -> Counter[str]:
    return Counter(word.key for word in words if word.key in _DAYS and word.shown[0].isupper())


def _names(words: Sequence[Word]) -> Counter[str]:
    return Counter(
        word.key
        for word in words
        if word.shown[0].isupper() and word.key not in STOP_WORDS and word.key not in _DAYS and len(word.key) > 1
    )


def _is_chinese_swap(claim: str, article: str, change: Change) -> bool:
    """``李伟`` for ``王伟``, of which only one character differs."""
    if not (change.claim and change.source and _HAN.match(change.source[0].key)):
        return False
    mine, theirs = change.claim[0].start, change.source[0].start
    return any(
        named_in_chinese(claim[mine - back : mine - back + size]).person
        and named_in_chinese(article[theirs - back : theirs - back + size]).person
        for size in (2, 3)
        for back in range(min(size, mine + 1, theirs + 1))
    )


def _is_style(change: Change) -> bool:
    """``5%`` for ``five percent``."""
    mine, theirs = (
        [_SAME_IN_STYLE.get(word.key, word.key) for word in words] for words in (change.claim, change.source)
    )
    return mine == theirs and not change.inserted


def _letter_flags(one: Comparison) -> list[str]:
    flags: list[str] = []
    pairs = [
        (mine, theirs) for change in one.changes for mine, theirs in zip(change.claim, change.source, strict=False)
    ]
    for mine, theirs in pairs:
        if mine.loose == theirs.loose and mine.key != theirs.key:
            mixed = any(_is_foreign(a, b) for a, b in zip(mine.key, mine.loose, strict=False))
            flags.append("lookalike_characters" if mixed else "accents_changed")
    for index, (mine, theirs) in enumerate(one.matched):
        one_shown, other_shown = mine.shown.replace(".", ""), theirs.shown.replace(".", "")
        if one_shown != other_shown and (index or one_shown[1:] != other_shown[1:]):
            flags.append("case_changed")
            break
    return flags


def _is_foreign(one: str, other: str) -> bool:
    return one != other and one.isalpha() and not one.isascii() and other.isascii()


def agreement(claimed: str | None, quote: Quote | None) -> int:
    """1 if print names the same speaker, -1 if another one, 0 if either is unknown.

    ``Professor Pu`` and ``Pu Yongjian`` agree; a pronoun names nobody.
    """
    speaker = quote.speaker if quote else None
    if claimed is None or speaker is None:
        return 0
    forms = [speaker.name, *speaker.aliases]
    mine = _name_words(claimed)
    if not mine or all(set(_name_words(form)) <= _PRONOUNS for form in forms):
        return 0
    if any(_same_name(mine, _name_words(form)) for form in forms):
        return 1
    role = _name_words(speaker.role or "")
    if role and set(mine) <= set(role):
        return 1
    scripts = {bool(_HAN.search(claimed)), any(_HAN.search(form) is not None for form in forms)}
    return 0 if len(scripts) > 1 else -1


def _name_words(name: str) -> list[str]:
    if _HAN.search(name):
        return ["".join(word.loose for word in split_words(name))]
    words = [word.loose.removesuffix("'s") for word in split_words(name)]
    bare = [word for word in words if not is_title(word) and word not in ("the", "a", "an", "of", "jr", "sr")]
    return bare or words


def _same_name(one: Sequence[str], other: Sequence[str]) -> bool:
    if not one or not other:
        return False
    if _HAN.match(one[0]):
        return one[0] in other[0] or other[0] in one[0]
    if set(one) <= set(other) or set(other) <= set(one):
        return True
    if one[-1] != other[-1] or len(one) < 2 or len(other) < 2:
        return False
    # "J. Biden" and "Joe Biden", "Joe R. Biden" and "Joe Biden".
    return one[0] == other[0] or (one[0][0] == other[0][0] and 1 in (len(one[0]), len(other[0])))
