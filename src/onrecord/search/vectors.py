"""Nearest vectors, by FAISS.  Row numbers are those of the store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from onrecord.errors import IndexDamagedError

__all__ = ["VectorIndex", "write_vectors"]


def write_vectors(path: Path, vectors: npt.NDArray[np.float32]) -> None:
    """Write unit vectors, shape (rows, dimensions), as an exact inner-product index."""
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors))
    faiss.write_index(index, str(path))


class VectorIndex:
    """Reads an index by FAISS's own reader; nothing is ever unpickled."""

    def __init__(self, path: Path) -> None:
        try:
            self._index = faiss.read_index(str(path))
        except RuntimeError as error:
            raise IndexDamagedError(f"{path.name} is not a FAISS index", hint="run `onrecord verify`") from error

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return int(self._index.d)

    def search(
        self,
        vector: npt.NDArray[np.float32],
        k: int,
        *,
        among: Sequence[int] | None = None,
        without: Sequence[int] = (),
    ) -> list[tuple[int, float]]:
        """The ``k`` rows with the highest cosine to ``vector``, best first.

        Only rows in ``among`` if given, and never one in ``without``.
        """
        if not len(self) or (among is not None and not among):
            return []
        parameters = None
        if among is not None or without:
            # FAISS keeps only pointers: the selectors must live until the search is over.
            listed = np.asarray(sorted(set(among) - set(without)) if among is not None else without, dtype=np.int64)
            batch = faiss.IDSelectorBatch(listed)
            selector = batch if among is not None else faiss.IDSelectorNot(batch)
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        scores, rows = self._index.search(vector.reshape(1, -1), min(k, len(self)), params=parameters)
        return [(int(row), float(score)) for row, score in zip(rows[0], scores[0], strict=True) if row >= 0]

    def rows(self, rows: Sequence[int]) -> npt.NDArray[np.float32]:
        """The vectors in these rows, shape (len(rows), dimensions)."""
        if not rows:
            return np.empty((0, self.dimensions), dtype=np.float32)
        found: npt.NDArray[np.float32] = self._index.reconstruct_batch(np.asarray(rows, dtype=np.int64))
        return found
