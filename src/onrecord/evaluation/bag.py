"""An embedder that costs nothing, for suites that are about what happens after the search."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from onrecord.text.tokens import stems

__all__ = ["BagEmbedder"]


class BagEmbedder:
    """A count of stems in buckets, of length 1: texts with the same words are near."""

    name = "bag"
    fingerprint = "bag-1"
    dimensions = 512

    def embed(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> npt.NDArray[np.float32]:
        """See Embedder."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for stem in stems(text) or [""]:
                vectors[row, zlib.crc32(stem.encode("utf-8", "surrogatepass")) % self.dimensions] += 1
        if progress is not None and texts:
            progress(len(texts))
        lengths: npt.NDArray[np.float32] = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / lengths
