"""The path of a quote: claim -> candidates -> alignment -> verdict.  No language model takes part.

What counts as what, the first that holds:

``verbatim``       every word of the claim, one after the other, and none of the speaker's in between.  A claim
                   may be some of the sentences of a longer quotation, or one part of a quotation that print
                   itself interrupted.  At either end of a sentence only words that carry no meaning ("And",
                   "Well,") may be missing.
``truncated``      the same, but words that carry meaning are missing from a sentence: before it, after it, three
                   or more in its middle, the end of one and the beginning of the next, or where an ellipsis is.
                   Newspapers quote half sentences every day; the reader is still told that there was more.
``spliced``        every word was printed, in two or more places: a sentence or more left out between them without
                   an ellipsis, different quotations, different articles.
``other_speaker``  verbatim or truncated, but each place that names a speaker names another one.
``altered``        words were changed, added, dropped or put in another order; a hedge or a negation alone makes
                   it altered.
``paraphrase``     the same statement in other words, names, numbers and negations being the same.
``not_found``      none of this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from onrecord.quotes.agreement import agreement
from onrecord.quotes.claims import ClaimWords, read_claim, weight
from onrecord.quotes.comparison import Comparison
from onrecord.quotes.flags import claim_flags, flags_of
from onrecord.quotes.match import compare, widened
from onrecord.quotes.surroundings import within
from onrecord.quotes.verdicts import judge, real_changes
from onrecord.text.align import split_words
from onrecord.types import Article, Quote, QuoteCheck, QuoteClaim, QuoteMatch, Span, Verdict

__all__ = ["check"]

_SPECIFIC = 4.0
_PRINTED = {"quotation": 0, "statement": 1, "text": 2}
_PIECE_WORDS = 4
_PIECE_WEIGHT = 2.5
_MOST_PIECES = 6
_HELD = 0.4
_CANDIDATES = 24
_MOST_COPIES = 500
_IN_VAIN = 4
# Code points of articles that one claim is compared with: enough for any claim but one made to be slow.
_MOST_READ = 4_000_000
_RANKS: dict[Verdict, int] = {"verbatim": 0, "truncated": 1, "spliced": 2, "altered": 3, "paraphrase": 4}

_Judged = tuple[Verdict | None, int, Comparison]
_Found = tuple[Verdict, int, Comparison]


def check(
    claim: QuoteClaim,
    *,
    candidates: Callable[[str, int], Sequence[tuple[Article, Span]]],
    quotes_of: Callable[[Article], Sequence[Quote]],
) -> QuoteCheck:
    """What the corpus holds of a claim: the verdict, what to look at, and every place, best first.

    ``candidates`` finds articles and the spans where words of a text may stand, at most so many and the likeliest
    first; ``quotes_of`` are the quotes of an article.
    """
    words = read_claim(claim.text)
    if not words.words:
        return QuoteCheck(claim, "not_found")
    corpus = _Corpus(candidates, quotes_of)
    judged = _judged(claim, words, corpus, _CANDIDATES)
    if sum(_settles(*item) for item in judged) * 2 > _CANDIDATES:
        judged = _judged(claim, words, corpus, _MOST_COPIES)
    found = [(verdict, agrees, one) for verdict, agrees, one in judged if verdict is not None]
    if min((_RANKS[verdict] for verdict, _, _ in found), default=9) >= _RANKS["spliced"]:
        pieces = _pieces(words, [one for _, _, one in judged], corpus)
        if not pieces and words.inserted:
            # The brackets may be print's own, and then their words stand there.
            plain = read_claim(claim.text, brackets=False)
            pieces = _pieces(plain, [one for places in corpus.compared(plain) for one in places], corpus)
        if len(pieces) > 1:
            return _spliced(claim, words, pieces)
    return _checked(claim, words, found) if found else QuoteCheck(claim, "not_found")


def _judged(claim: QuoteClaim, words: ClaimWords, corpus: _Corpus, most: int) -> list[_Judged]:
    """The places of the likeliest candidates; once the claim stands in one, few more are looked at in vain."""
    judged: list[_Judged] = []
    vain = -_CANDIDATES
    for places in corpus.compared(words, most):
        rated = [(agreement(claim.speaker, one.match.quote), one) for one in places]
        here = [(judge(one, agrees), agrees, one) for agrees, one in rated]
        judged += here
        vain = 0 if any(_settles(*item) for item in here) else vain + 1
        if vain == _IN_VAIN:
            break
    return judged


def _settles(verdict: Verdict | None, agrees: int, one: Comparison) -> bool:
    return agrees >= 0 and verdict in ("verbatim", "truncated") and not real_changes(one)


class _Corpus:
    """What a claim is compared with; the quotes of an article are read once."""

    def __init__(
        self,
        candidates: Callable[[str, int], Sequence[tuple[Article, Span]]],
        quotes_of: Callable[[Article], Sequence[Quote]],
    ) -> None:
        self._candidates = candidates
        self._quotes_of = quotes_of
        self._quotes: dict[str, Sequence[Quote]] = {}

    def compared(self, claim: ClaimWords, most: int = _CANDIDATES) -> Iterator[list[Comparison]]:
        """The claim beside one candidate after the other; a place that two candidates lead to comes once."""
        low, high = claim.words[0].start, claim.words[-1].end
        found: set[tuple[str, tuple[Span, ...]]] = set()
        read: dict[str, list[Span]] = {}
        left = _MOST_READ
        for article, window in self._candidates(claim.text[low:high], most):
            place = widened(claim, article, window)
            before = read.setdefault(article.id, [])
            if left < 0 or any(one.start <= place.start and place.end <= one.end for one in before):
                continue
            before.append(place)
            left -= place.end - place.start
            places = compare(claim, article, place, self._of)
            fresh = [one for one in places if (article.id, one.match.spans) not in found]
            found.update((article.id, one.match.spans) for one in fresh)
            yield fresh

    def _of(self, article: Article) -> Sequence[Quote]:
        if article.id not in self._quotes:
            self._quotes[article.id] = self._quotes_of(article)
        return self._quotes[article.id]


_Known = list[tuple[int, Comparison]]


def _pieces(claim: ClaimWords, compared: Sequence[Comparison], corpus: _Corpus) -> list[QuoteMatch]:
    """The places that hold a claim between them, in its order, every word of it; empty if they do not."""
    count = len(claim.words)
    held = [False] * count
    for one in compared:
        if len(one.matched) >= count - 2 and not one.joined:
            return []
        for low, high in one.runs:
            if high - low >= _PIECE_WORDS:
                held[low:high] = [True] * (high - low)
    # One short gap may be the seam; several are words that were changed.
    gaps = [len(list(gap)) for found, gap in groupby(held) if not found]
    if sum(held) < _HELD * count or sum(gap < _PIECE_WORDS for gap in gaps) > 1:
        return []
    return _covered(claim, Span(0, count), [(0, one) for one in compared], corpus, _MOST_PIECES) or []


def _covered(claim: ClaimWords, part: Span, known: _Known, corpus: _Corpus, most: int) -> list[QuoteMatch] | None:
    """The places of one part of the claim; what is not known yet is asked for."""
    if part.start == part.end:
        return []
    if most == 0 or part.end - part.start < _PIECE_WORDS:
        return None
    pieces = _from_known(claim, part, known, corpus, most)
    if pieces is None and (part.start > 0 or part.end < len(claim.words)):
        words = replace(claim, words=claim.words[part.start : part.end], pauses=frozenset(), inserted=())
        fresh = [(part.start, one) for places in corpus.compared(words) for one in places]
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
    spans = within(one.match.spans, start, end)
    return replace(one.match, spans=spans, edits=(), similarity=round((high - low) / len(claim.words), 4))


def _spliced(claim: QuoteClaim, words: ClaimWords, pieces: Sequence[QuoteMatch]) -> QuoteCheck:
    others = any(agreement(claim.speaker, piece.quote) < 0 for piece in pieces)
    flags = (*claim_flags(words), *(["other_speaker"] if others else []))
    return QuoteCheck(claim, "spliced", flags, tuple(replace(one, group=at) for at, one in enumerate(pieces, start=1)))


def _checked(claim: QuoteClaim, words: ClaimWords, found: Sequence[_Found]) -> QuoteCheck:
    """The verdict of all places together, with the speaker."""
    rated = sorted(found, key=_order)
    verdict, agrees, best = rated[0]
    printed = [item for item in rated if item[0] in ("verbatim", "truncated")]
    if printed and agrees <= 0 and any(item[1] < 0 for item in printed):
        same = next((item for item in printed if item[1] > 0), None)
        if same is not None:
            verdict, agrees, best = same
        elif agrees < 0 or best.weight >= _SPECIFIC:
            verdict, agrees, best = "other_speaker", -1, next(item[2] for item in printed if item[1] < 0)
    rest = [item[2] for item in rated if item[2] is not best]
    flags = flags_of(words, best)
    if agrees < 0 and verdict != "other_speaker":
        flags.append("other_speaker")
    if verdict == "other_speaker" and judge(best, -1) == "truncated":
        flags.append("truncated")
    matches = _grouped([best.match, *(one.match for one in rest)])
    return QuoteCheck(claim, verdict, tuple(dict.fromkeys(flags)), matches)


def _grouped(matches: Sequence[QuoteMatch]) -> tuple[QuoteMatch, ...]:
    """Places that print the same words side by side, each group where its best place was."""
    groups: dict[tuple[str, ...], list[QuoteMatch]] = {}
    for match in matches:
        groups.setdefault(tuple(word.key for word in split_words(match.text)), []).append(match)
    return tuple(
        replace(match, group=number) for number, group in enumerate(groups.values(), start=1) for match in group
    )


def _order(found: _Found) -> tuple[float | str, ...]:
    """Whole and cut quotations first; then what resembles most, whatever it is called; of equals the oldest."""
    verdict, agrees, one = found
    similarity = one.match.similarity
    rank: tuple[float, ...]
    printed = _PRINTED[one.printed]
    if verdict == "spliced" or (verdict in ("verbatim", "truncated") and not real_changes(one)):
        rank = _RANKS[verdict], -agrees, 0.0, printed, -similarity
    else:
        rank = _RANKS["altered"], -agrees, -round(similarity, 1), printed, -similarity
    return (*rank, one.match.article.published or "9", one.match.article.id)
