"""Nearest vectors, by FAISS.  Row numbers are those of the store.

::

    vectors/rows.f16       every vector in half precision, row after row
    vectors/index.faiss    where to look: every vector, or, of many, cells of neighbours in a bit a number

FAISS proposes rows, and the vectors themselves decide their order, so that a score does not depend on how
many rows there are.
"""

from __future__ import annotations

import math
import mmap
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import faiss
import numpy as np
import numpy.typing as npt

from onrecord.errors import IndexDamagedError, IndexUnusableError
from onrecord.search.ranking import Ranking, ranked

__all__ = ["Halves", "VectorIndex", "VectorWriter"]

Vectors = npt.NDArray[np.float32]
Halves = npt.NDArray[np.float16]

# Up to here all vectors are compared, which takes about 2 ms; docs/index.md has the curve.
_COMPARED = 20_000
# Cells grow with the square root of the rows (Jegou et al. 2011); codes of four bits for four numbers are
# compared by table look-ups in registers (Andre et al. 2017).  How many cells are probed, and how many rows are
# proposed, is chosen by the recall that it gives: python -m onrecord.evaluation.scale
_CELLS = 4
_PROBED = 256
_TRAINED_ON = 40  # rows a cell
_NUMBERS_A_CODE = 4
_BLOCK = 65_536
_PROPOSED = 2  # rows a row that is asked for
_PROPOSED_AT_LEAST = 400


class VectorWriter:
    """Fills a new index; a vector's row is its place in the order of ``add``."""

    def __init__(self, folder: Path, dimensions: int) -> None:
        folder.mkdir()
        self._folder = folder
        self._dimensions = dimensions
        self._file: BinaryIO = (folder / "rows.f16").open("wb")

    def add(self, vectors: Vectors | Halves) -> None:
        """Append unit vectors, shape (rows, dimensions)."""
        self._file.write(vectors.astype("<f2").tobytes())

    def finish(self) -> None:
        """Write everything.  Raises IndexUnusableError where the disk does not take it."""
        self._file.close()
        path = self._folder / "index.faiss"
        index = _index_of(_mapped(self._folder / "rows.f16", self._dimensions))
        try:
            faiss.write_index(index, str(path))
        except RuntimeError as error:
            raise IndexUnusableError(f"{path} cannot be written ({error})", hint="check the disk") from error

    def close(self) -> None:
        """Give the files up."""
        self._file.close()


class VectorIndex:
    """Reads what a ``VectorWriter`` wrote, by FAISS's own reader; nothing is ever unpickled."""

    def __init__(self, folder: Path, dimensions: int) -> None:
        self.dimensions = dimensions
        try:
            self._index = faiss.read_index(str(folder / "index.faiss"))
            self._halves = _mapped(folder / "rows.f16", dimensions)
            size = (folder / "rows.f16").stat().st_size
        except (RuntimeError, OSError) as error:
            raise IndexDamagedError(f"{folder.name} holds no FAISS index", hint="run `onrecord verify`") from error
        if self._index.d != dimensions or self._index.ntotal * dimensions * 2 != size:
            raise IndexDamagedError(
                f"{folder.name}/rows.f16 does not belong to its index", hint="run `onrecord verify`"
            )

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(
        self,
        vector: Vectors,
        k: int,
        *,
        among: Sequence[int] | None = None,
        without: Sequence[int] = (),
    ) -> Ranking:
        """The ``k`` rows with the highest cosine to ``vector``.

        Only rows in ``among`` if given, and never one in ``without``.  Among at most 20,000 rows nothing
        that is nearer is missed.
        """
        if among is not None:
            allowed = np.setdiff1d(np.asarray(among, dtype=np.int64), np.asarray(without, dtype=np.int64))
            few = len(allowed) <= _COMPARED and len(allowed) < len(self)
            rows = allowed if few else self._proposed(vector, k, faiss.IDSelectorBatch(allowed))
        elif without:
            banned = faiss.IDSelectorBatch(np.asarray(without, dtype=np.int64))
            rows = self._proposed(vector, k, faiss.IDSelectorNot(banned), banned)
        else:
            rows = self._proposed(vector, k, None)
        # Rounded, so that equal vectors have equal scores wherever in a block they were multiplied.
        scores = np.round(self.rows(rows) @ vector.astype(np.float32), 6)
        return ranked(rows, scores, k)

    def rows(self, rows: Sequence[int] | npt.NDArray[np.int64]) -> Vectors:
        """The vectors in these rows, shape (len(rows), dimensions)."""
        return _widened(self._halves[np.asarray(rows, dtype=np.int64)])

    def close(self) -> None:
        """Give the files up; that happens as well when nothing uses the index any more."""
        self._halves = self._halves[:0].copy()

    def _proposed(self, vector: Vectors, k: int, selector: object, *_kept: object) -> npt.NDArray[np.int64]:
        # FAISS keeps only pointers to selectors, so what a selector is made of is handed along, to live on.
        most = min(max(_PROPOSED * k, _PROPOSED_AT_LEAST), len(self))
        if not most:
            return np.empty(0, dtype=np.int64)
        # One thread a query: a second one gains little, and waits for a busy machine in a spin.
        faiss.omp_set_num_threads(1)
        parameters: faiss.SearchParameters
        if isinstance(self._index, faiss.IndexIVF):
            parameters = faiss.SearchParametersIVF(sel=selector, nprobe=_PROBED)  # type: ignore[call-arg]
        else:
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        _, rows = self._index.search(vector.reshape(1, -1).astype(np.float32), most, params=parameters)
        found: npt.NDArray[np.int64] = rows[0][rows[0] >= 0]
        return found


def _mapped(path: Path, dimensions: int) -> Halves:
    """The rows of a file, all in memory at once: a search then neither asks for a row nor waits for its page."""
    size = path.stat().st_size // (dimensions * 2)
    if not size:
        return np.empty((0, dimensions), dtype="<f2")
    with path.open("rb") as file:
        content = mmap.mmap(file.fileno(), 0, flags=mmap.MAP_SHARED | mmap.MAP_POPULATE, prot=mmap.PROT_READ)
    return np.frombuffer(content, dtype="<f2", count=size * dimensions).reshape(size, dimensions)


def _widened(halves: Halves) -> Vectors:
    """Finite numbers in single precision, exactly; NumPy converts them one by one and takes seven times as long."""
    bits = halves.view("<i2").astype(np.int32)
    # Exponent and fraction go to where single precision has them, the sign stays in front; the factor is the
    # difference between the two biases.
    bits <<= 13
    bits &= np.int32(~0x70000000)
    widened = bits.view(np.float32)
    widened *= np.float32(2.0**112)
    return widened


def _index_of(rows: Halves) -> Any:
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    count, dimensions = rows.shape
    if count <= _COMPARED:
        index: Any = faiss.IndexFlatIP(dimensions)
    else:
        cells = int(_CELLS * math.sqrt(count))
        codes = f"PQ{dimensions // _NUMBERS_A_CODE}x4fs" if dimensions % _NUMBERS_A_CODE == 0 else "SQ8"
        index = faiss.index_factory(dimensions, f"IVF{cells},{codes}", faiss.METRIC_INNER_PRODUCT)
        index.cp.niter = 8
        index.cp.spherical = True
        step = max(1, count // (_TRAINED_ON * cells))
        index.train(rows[::step].astype(np.float32))
    for at in range(0, count, _BLOCK):
        index.add(rows[at : at + _BLOCK].astype(np.float32))
    return index
