"""Exact and near words: where in the articles the words of a quotation stand, in this order or nearly so.

Of every two neighbouring places in the articles the index keeps the shortest sequence of words that is rare: one
word if it is a rare one, two or more if they are common, many where copies are printed again and again.  A quotation
holds some of these sequences even after words in it were changed, so the places that share most of them, the rarest
first, are where to look.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from onrecord.errors import IndexDamagedError
from onrecord.text.align import loose_form, scan
from onrecord.types import Article

__all__ = ["PhraseIndex", "PhraseWriter"]

_Ints = npt.NDArray[np.uint32]
_Hashes = npt.NDArray[np.uint64]

_CHUNK = 32  # words; a posting names a chunk of an article, not a word of it
_SHORT = 5  # words in a sequence, at most; longer ones are kept only where no shorter one is rare
_LONGEST = 32
_RARE = 32  # times that a rare sequence occurs, at most
_RARE_LONG = 256  # the same for long sequences, which are what is printed again and again
_EVERY = 2  # of so many neighbouring words one begins a sequence that is kept, the shorter the better
_SAMPLE = 6  # chunks kept of a common one, for quotations that are too short to hold a rare one
_BLOCK = 1 << 20  # words worked on at a time
_MOST_COUNTERS = 1 << 24
_PER_BUCKET = 16
_PARTS = 16
_COMMON = np.uint64(0x5DEECE66D1234567)  # sets sampled sequences apart from the rare ones
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_CAP = 3000  # postings read of one bucket
_BUDGET = 400_000  # postings read for one quotation
_LEAST_SHARE = 0.2  # of what the best place shares with a quotation; what shares less is chance
_FEW = 6  # places that rare sequences lead to, below which common ones are looked up, too
_SEGMENTS = 8
_MOST_WORDS = 2000  # of a text longer than that, samples from its beginning to its end are looked up
_FILES = ("articles", "buckets", "chunks", "postings")


class PhraseWriter:
    """Collects the words of articles; ``finish`` writes the index of them."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._codes = _Codes()
        self._words: list[_Ints] = []
        self._chunks: list[tuple[int, int]] = []
        """Where each begins: its code point in the article, and its first word, counted over all articles."""
        self._articles: list[tuple[int, int]] = []
        """The first chunk of each article, and where its last word ends."""
        self._size = 0

    def add(self, article_row: int, article: Article) -> None:
        """Index everything of an article that a reader sees; what frames the page is left out."""
        if article_row != len(self._articles):
            raise ValueError(f"article {article_row} comes as number {len(self._articles)}")
        seen = (block for block in article.blocks if block.kind != "boilerplate")
        found = [word for block in seen for word in scan(article.text, block.start, block.end)]
        self._articles.append((len(self._chunks), found[-1][1] if found else 0))
        self._chunks += [(found[at][0], self._size + at) for at in range(0, len(found), _CHUNK)]
        self._words.append(np.array([self._codes[shown] for _, _, shown in found], dtype=np.uint32))
        self._size += len(found)

    def finish(self) -> None:
        """Write everything."""
        words = np.concatenate([*self._words, np.zeros(_LONGEST, dtype=np.uint32)])
        chunks = np.array(self._chunks, dtype=np.uint64).reshape(-1, 2)
        articles = np.array(self._articles, dtype=np.uint32).reshape(-1, 2)
        places = _chunk_of_each_word(chunks, self._size)
        rows = _rows(articles, np.arange(len(chunks)))
        grams, postings = _rare_sequences(words, places, rows, _bits(len(chunks)))
        count = max(1 << (len(grams) // _PER_BUCKET).bit_length(), 1024)
        buckets, postings = _in_buckets(grams, postings, count)
        np.save(self._folder / "buckets.npy", buckets, allow_pickle=False)
        np.save(self._folder / "articles.npy", articles, allow_pickle=False)
        np.save(self._folder / "chunks.npy", chunks[:, 0].astype(np.uint32), allow_pickle=False)
        np.save(self._folder / "postings.npy", postings, allow_pickle=False)


class PhraseIndex:
    """Reads what a ``PhraseWriter`` wrote; nothing is ever unpickled."""

    def __init__(self, folder: Path) -> None:
        try:
            self._articles, self._buckets, self._chunks, self._postings = (
                np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in _FILES
            )
        except (OSError, ValueError, EOFError) as error:
            raise IndexDamagedError(f"{folder.name} is not a phrase index", hint="run `onrecord verify`") from error

    def candidates(self, text: str, most: int = 24) -> list[tuple[int, tuple[int, int]]]:
        """At most ``most`` places that may hold these words or some of them, the likeliest first.

        Each is an article's row and a span of its code points.  Besides the places that fit the whole
        text there are some that fit a part of it best, since two quotations may have been joined.
        """
        words = np.fromiter((_code(shown) for _, _, shown in scan(text)), dtype=np.uint32)
        width = len(words) // _CHUNK + 2
        if len(words) > _MOST_WORDS:
            words = np.concatenate([words[low : low + _MOST_WORDS // _SEGMENTS] for low, _ in _segments(len(words))])
        rare = self._hits(words, np.uint64(0))
        best = self._spans(rare, width, most)
        parts: list[tuple[int, int]] = []
        for low, high in _segments(len(words)):
            parts += [span for span in self._spans(rare.of(low, high), 2, 1) if not _touches(span, [*best, *parts])]
        whole = best[: most * 2 // 3]
        found = [*whole, *parts, *best[len(whole) :]]
        if len(found) < _FEW:
            found += self._spans(self._hits(words, _COMMON), width, most)
        return [self._window(span) for span in list(dict.fromkeys(found))[:most]]

    def _hits(self, words: _Ints, kind: np.uint64) -> _Hits:
        """Every chunk that holds a sequence of the words, as rare or as a sample of a common one."""
        if not len(words):
            return _NO_HITS
        bits = _bits(len(self._chunks))
        every = [hashes ^ kind for hashes in _hashes_by_size(words)]
        places = np.concatenate([np.arange(len(hashes)) for hashes in every])
        hashes, first_place = np.unique(np.concatenate(every), return_index=True)
        at, marks = places[first_place], _mark(hashes, bits)
        buckets = _shortened(hashes) & np.uint32(len(self._buckets) - 2)
        first = self._buckets[buckets].astype(np.int64)
        sizes = np.minimum(self._buckets[buckets + np.uint32(1)] - first, _CAP)
        order = np.argsort(sizes, kind="stable")
        order = order[: max(int(np.searchsorted(np.cumsum(sizes[order]), _BUDGET)), 1)]
        at, first, sizes, marks = at[order], first[order], sizes[order], marks[order]
        sequence = np.repeat(np.arange(len(at)), sizes)
        steps = np.arange(len(sequence)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        postings = self._postings[first[sequence] + steps]
        # Other sequences of the bucket bear another mark, nearly all of them.
        same = (postings >> np.uint32(bits)) == (marks >> np.uint32(bits))[sequence]
        sequence = sequence[same]
        chunks = (postings[same] & np.uint32((1 << bits) - 1)).astype(np.int64)
        weights = np.log1p(len(self._chunks) / np.maximum(np.bincount(sequence, minlength=len(at)), 1))
        return _Hits(chunks, weights[sequence], at[sequence])

    def _spans(self, hits: _Hits, width: int, most: int) -> list[tuple[int, int]]:
        """The neighbouring chunks, at most ``width`` of them, in which most of the hits lie."""
        if not len(hits.chunks) or most < 1:
            return []
        chunks, inverse = np.unique(hits.chunks, return_inverse=True)
        scores = np.bincount(inverse, hits.weights)
        until = np.searchsorted(chunks, chunks + width)
        until = np.minimum(until, self._ends(chunks))
        sums = np.concatenate(([0.0], np.cumsum(scores)))
        totals = sums[until] - sums[: len(chunks)]
        # A place in the middle of a span would be listed again as the beginning of a poorer one.
        spans: list[tuple[int, int]] = []
        taken: set[int] = set()
        least = _LEAST_SHARE * float(totals.max())
        for index in np.argsort(-totals, kind="stable")[: most * (width + 1) * 2].tolist():
            if totals[index] < least:
                break
            span = int(chunks[index]), int(chunks[until[index] - 1]) + 1
            if taken.isdisjoint(span_chunks := range(*span)):
                taken.update(span_chunks)
                spans.append(span)
                if len(spans) == most:
                    break
        return spans

    def _ends(self, chunks: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """For each chunk the index after the last of these chunks that is of the same article."""
        rows = _rows(self._articles, chunks)
        ends: npt.NDArray[np.int64] = np.searchsorted(rows, rows, side="right")
        return ends

    def _window(self, span: tuple[int, int]) -> tuple[int, tuple[int, int]]:
        row = int(_rows(self._articles, np.array([span[0]]))[0])
        goes_on = span[1] < len(self._chunks) and int(_rows(self._articles, np.array([span[1]]))[0]) == row
        end = self._chunks[span[1]] if goes_on else self._articles[row, 1]
        return row, (int(self._chunks[span[0]]), int(end))


class _Hits(NamedTuple):
    """One entry for each sequence and each chunk that holds it."""

    chunks: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float64]
    places: npt.NDArray[np.int64]

    def of(self, low: int, high: int) -> _Hits:
        """Those of the sequences that begin at one of the words ``low`` to ``high``."""
        inside = (self.places >= low) & (self.places < high)
        return _Hits(self.chunks[inside], self.weights[inside], self.places[inside])


_NO_HITS = _Hits(np.zeros(0, np.int64), np.zeros(0, np.float64), np.zeros(0, np.int64))


def _touches(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)


def _segments(count: int) -> Iterator[tuple[int, int]]:
    if count < 8:
        return
    step = max(count // _SEGMENTS, 4)
    for low in range(0, min(count, step * _SEGMENTS), step):
        yield low, low + step


class _Codes(dict[str, int]):
    """The code of every word that was asked for, worked out once."""

    def __missing__(self, shown: str) -> int:
        code = self[shown] = _code(shown)
        return code


def _code(shown: str) -> int:
    # Zero stands for the end of everything.
    return zlib.crc32(loose_form(shown).encode("utf-8", "surrogatepass")) or 1


def _hashes(words: _Ints, size: int) -> _Hashes:
    """The hash of each sequence of ``size`` words, of short ones."""
    count = max(len(words) - size + 1, 0)
    hashes = np.full(count, size, dtype=np.uint64)
    for offset in range(size):
        hashes = _extended(hashes, words[offset : offset + count])
    return hashes


def _extended(hashes: _Hashes, words: _Ints) -> _Hashes:
    """The hash of each sequence and one more word."""
    hashes = (hashes ^ words) * _FACTOR
    hashes ^= hashes >> np.uint64(29)
    return hashes


def _hashes_by_size(words: _Ints) -> Iterator[_Hashes]:
    """The hashes of the sequences of one word, of two words, and so on."""
    for size in range(1, min(_SHORT, len(words)) + 1):
        hashes = _hashes(words, size)
        yield hashes
    for size in range(_SHORT + 1, min(_LONGEST, len(words)) + 1):
        hashes = _extended(hashes[:-1], words[size - 1 :])
        yield hashes


def _rows(articles: _Ints, chunks: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The article of each chunk; one without words has none."""
    rows: npt.NDArray[np.int64] = np.searchsorted(articles[:, 0], chunks, side="right") - 1
    return rows


def _chunk_of_each_word(chunks: npt.NDArray[np.uint64], size: int) -> _Ints:
    firsts = chunks[:, 1].astype(np.int64)
    lengths = np.diff(np.append(firsts, size))
    return np.repeat(np.arange(len(chunks), dtype=np.uint32), lengths)


def _rare_sequences(words: _Ints, places: _Ints, articles: npt.NDArray[np.int64], bits: int) -> tuple[_Ints, _Ints]:
    """The hashes of the sequences to keep, with the chunk where each begins, marked.

    A rare sequence that holds a shorter rare one is left out: where it stands, that one stands, too.
    """
    counters = min(1 << (8 * len(places) + 1024).bit_length(), _MOST_COUNTERS)
    counts = [_counts(words, len(places), size, counters) for size in range(1, _SHORT + 1)]
    samples = np.zeros((_SHORT, counters), dtype=np.uint8)
    grams: list[_Ints] = []
    postings: list[_Ints] = []
    common: list[npt.NDArray[np.int64]] = []
    for at in range(0, len(places), _BLOCK):
        here = places[at : at + _BLOCK]
        covered = np.zeros(len(here) + 1, dtype=bool)
        taken = np.zeros(len(here) // _EVERY + 1, dtype=bool)
        for size in range(1, _SHORT + 1):
            hashes = _hashes(words[at : at + len(here) + size - 1], size)[: len(here)]
            counter = _counter(hashes, counters)
            ends = np.minimum(np.arange(at, at + len(here)) + size - 1, len(places) - 1)
            whole = articles[places[ends]] == articles[here]
            frequency = counts[size - 1][counter]
            rare = frequency <= _RARE
            covered = covered[:-1] | covered[1:]
            kept = _one_of_each(np.flatnonzero(whole & ~covered & rare), taken)
            grams.append(_shortened(hashes[kept]))
            postings.append(here[kept] | _mark(hashes[kept], bits))
            kept = whole & ~covered & _sampled(counter, ~rare, samples[size - 1])
            grams.append(_shortened(hashes[kept] ^ _COMMON))
            postings.append(here[kept] | _mark(hashes[kept] ^ _COMMON, bits))
            covered = np.append(covered | rare, False)
        common.append(at + np.flatnonzero(~covered[:-1]))
    if common:
        _add_long_sequences(words, places, articles, np.concatenate(common), bits, grams, postings)
    return _together(grams), _together(postings)


def _one_of_each(starts: npt.NDArray[np.int64], taken: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """The first of the starts in each group of neighbouring words that has none yet."""
    groups, first = np.unique(starts // _EVERY, return_index=True)
    free = ~taken[groups]
    taken[groups] = True
    return starts[first[free]]


def _add_long_sequences(
    words: _Ints,
    places: _Ints,
    articles: npt.NDArray[np.int64],
    common: npt.NDArray[np.int64],
    bits: int,
    grams: list[_Ints],
    postings: list[_Ints],
) -> None:
    """Go on where no short sequence is rare: wherever a sequence stands, all that it holds is common there, too."""
    hashes = np.full(len(common), _SHORT, dtype=np.uint64)
    for offset in range(_SHORT):
        hashes = _extended(hashes, words[common + offset])
    for size in range(_SHORT + 1, _LONGEST + 1):
        ends = common + size - 1
        inside = np.append(common[1:] == common[:-1] + 1, False) & (ends < len(places))
        inside[inside] = articles[places[ends[inside]]] == articles[places[common[inside]]]
        common, hashes = common[inside], _extended(hashes[inside], words[ends[inside]])
        if not len(common):
            return
        _, inverse, frequency = np.unique(hashes, return_inverse=True, return_counts=True)
        rare = frequency[inverse] <= _RARE_LONG
        grams.append(_shortened(hashes[rare]))
        postings.append(places[common[rare]] | _mark(hashes[rare], bits))
        common, hashes = common[~rare], hashes[~rare]


def _together(parts: Sequence[_Ints]) -> _Ints:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.uint32)


def _sampled(
    counters: npt.NDArray[np.int64], common: npt.NDArray[np.bool_], taken: npt.NDArray[np.uint8]
) -> npt.NDArray[np.bool_]:
    """The first few places of each common sequence; ``taken`` counts them from block to block."""
    places = np.flatnonzero(common & (taken[counters] < _SAMPLE))
    order = places[np.argsort(counters[places], kind="stable")]
    ranked = counters[order]
    new = np.append(True, ranked[1:] != ranked[:-1])[: len(ranked)]
    starts = np.maximum.accumulate(np.where(new, np.arange(len(ranked)), 0))
    chosen = order[np.arange(len(ranked)) - starts < _SAMPLE]
    np.add.at(taken, counters[chosen], 1)
    sampled = np.zeros(len(counters), dtype=bool)
    sampled[chosen] = True
    return sampled


def _shortened(hashes: _Hashes) -> _Ints:
    shortened: _Ints = (hashes >> np.uint64(24)).astype(np.uint32)
    return shortened


def _bits(chunks: int) -> int:
    """How many bits of a posting number the chunk; the others mark the sequence."""
    return max(chunks - 1, 1).bit_length()


def _mark(hashes: _Hashes, bits: int) -> _Ints:
    """What tells the sequences of one bucket apart: the bits that the number of the chunk leaves free."""
    marks: _Ints = (hashes.astype(np.uint32) << np.uint32(bits)) if bits < 32 else np.zeros(len(hashes), np.uint32)
    return marks


def _counter(hashes: _Hashes, counters: int) -> npt.NDArray[np.int64]:
    return (hashes % np.uint64(counters)).astype(np.int64)


def _counts(words: _Ints, size: int, length: int, counters: int) -> npt.NDArray[np.uint16]:
    """How often sequences of a length occur, by the hash; two sequences may share a counter."""
    counts = np.zeros(counters, dtype=np.int64)
    for at in range(0, size, _BLOCK):
        stop = min(at + _BLOCK, size)
        hashes = _hashes(words[at : stop + length - 1], length)
        np.add.at(counts, _counter(hashes, counters), 1)
    return np.minimum(counts, 65_535).astype(np.uint16)


def _in_buckets(grams: _Ints, postings: _Ints, count: int) -> tuple[_Ints, _Ints]:
    """Postings sorted by bucket, each once, and where each of the ``count`` buckets begins."""
    if count > 1 << 31 or len(grams) > 0xFFFF_FFFF:
        raise IndexDamagedError("too many words for one phrase index", hint="split the corpus")
    sizes = np.zeros(count, dtype=np.int64)
    parts: list[_Ints] = []
    # A range of buckets at a time, since the numbers to sort take three times the room of what they are made of.
    step = max(count // _PARTS, 1)
    for low in range(0, count, step):
        buckets = grams & np.uint32(count - 1)
        here = np.flatnonzero((buckets >= low) & (buckets < low + step))
        joined = buckets[here].astype(np.uint64) << np.uint64(32) | postings[here]
        joined.sort()
        joined = joined[np.append(True, joined[1:] != joined[:-1])[: len(joined)]]
        sizes[low : low + step] = np.bincount((joined >> np.uint64(32)).astype(np.int64) - low, minlength=step)
        parts.append(joined.astype(np.uint32))
    starts = np.concatenate(([0], np.cumsum(sizes))).astype(np.uint32)
    return starts, _together(parts)
