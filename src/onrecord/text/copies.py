"""Near-duplicates: the same wire story under several headlines, found by the words that articles share."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

from onrecord.types import Article

__all__ = ["groups", "signature"]

_HASHES = 64
_BANDS = 16  # of four hashes each: two texts that share 70% of their word sequences meet in one with p = .99
_SHINGLE = 4  # words
_COPY = 0.6  # of the word sequences of both together
_WORD = re.compile(r"[\u3400-\u9fff]|[^\W_]+")

Signatures = npt.NDArray[np.uint32]


def signature(article: Article) -> bytes:
    """What two copies of one text have in common; empty for a text too short to tell.

    MinHash (Broder 1997) over sequences of four words of the body, Chinese by the character.
    """
    body = " ".join(article.text[block.start : block.end] for block in article.blocks if block.kind == "body")
    words = _WORD.findall(body.lower())
    sequences = [" ".join(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1)]
    if len(sequences) < _SHINGLE:
        return b""
    minhash = RMinHash(num_perm=_HASHES, seed=1)
    minhash.update(sequences)
    return np.array(minhash.digest(), dtype="<u4").tobytes()


def groups(signatures: Sequence[bytes]) -> list[int]:
    """For each text the place of the first that it is a copy of, its own where it is none.

    Copies of a copy are in its group.  The order of the texts decides nothing but who is first.
    """
    leaders = list(range(len(signatures)))
    known = [place for place, one in enumerate(signatures) if one]
    if not known:
        return leaders
    matrix = np.frombuffer(b"".join(signatures[place] for place in known), dtype="<u4").reshape(len(known), _HASHES)
    for band in range(_BANDS):
        width = _HASHES // _BANDS
        rows = np.ascontiguousarray(matrix[:, band * width : (band + 1) * width])
        _, inverse, counts = np.unique(
            rows.view(f"V{rows.itemsize * width}").ravel(), return_inverse=True, return_counts=True
        )
        order = np.argsort(inverse, kind="stable")
        for members in np.split(order, np.cumsum(counts)[:-1]) if len(known) > len(counts) else ():
            _join(leaders, known, matrix, members)
    return [_leader(leaders, place) for place in range(len(leaders))]


def _join(leaders: list[int], known: Sequence[int], matrix: Signatures, members: npt.NDArray[np.int64]) -> None:
    """Put those that share a band into one group, where their signatures agree as a whole."""
    while len(members) > 1:
        agree = (matrix[members] == matrix[members[0]]).mean(axis=1) >= _COPY
        for member in members[agree]:
            one, other = sorted((_leader(leaders, known[members[0]]), _leader(leaders, known[member])))
            leaders[other] = one
        members = members[~agree]


def _leader(leaders: list[int], place: int) -> int:
    while leaders[place] != place:
        leaders[place] = leaders[leaders[place]]
        place = leaders[place]
    return place
