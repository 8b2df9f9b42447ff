"""An embedder that keeps what it embedded in a file, so that a suite embeds a corpus once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from onrecord.search.embedder import Embedder

__all__ = ["KeptEmbedder"]

_STEP = 512


class KeptEmbedder:
    """Another embedder's vectors, read from ``folder`` where they were computed before.

    The file holds one record a text, its hash and its vector, and is only ever added to; a record that a
    kill cut short is embedded again.  One process at a time may write.  If ``partial``, what is not kept yet
    has no vector (zeros, near to nothing) instead of being embedded; ``share`` is how much of it has one.
    """

    def __init__(self, embedder: Embedder, folder: Path, *, partial: bool = False) -> None:
        self.name = embedder.name
        self.fingerprint = embedder.fingerprint
        self.dimensions = embedder.dimensions
        self.share = 1.0
        self._embedder = embedder
        self._partial = partial
        self._record = np.dtype([("key", "V16"), ("vector", np.float32, (self.dimensions,))])
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{embedder.fingerprint[:16]}.vectors"
        self._known: dict[bytes, npt.NDArray[np.float32]] = {}
        self._read()

    def embed(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> npt.NDArray[np.float32]:
        """See Embedder; a few texts, such as a question and its sentences, are not worth keeping."""
        if len(texts) < _STEP // 8:
            return self._embedder.embed(texts, progress=progress)
        keys = [_key(text) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if progress is not None:
            progress(len(texts) - len(missing))
        if self._partial:
            self.share = 1 - len(missing) / max(1, len(set(keys)))
            self._known |= dict.fromkeys(missing, np.zeros(self.dimensions, dtype=np.float32))
            missing = {}
        # Texts of like length together, in steps that a kill loses one of.
        order = sorted(missing, key=lambda key: -len(missing[key]))
        for at in range(0, len(order), _STEP):
            step = order[at : at + _STEP]
            self._add(step, self._embedder.embed([missing[key] for key in step], progress=progress))
        return np.array([self._known[key] for key in keys], dtype=np.float32).reshape(-1, self.dimensions)

    def _read(self) -> None:
        if not self._path.exists():
            return
        size = self._record.itemsize
        whole = self._path.stat().st_size // size
        with self._path.open("r+b") as file:
            file.truncate(whole * size)
        for record in np.fromfile(self._path, dtype=self._record):
            self._known[record["key"].tobytes()] = record["vector"]

    def _add(self, keys: Sequence[bytes], vectors: npt.NDArray[np.float32]) -> None:
        records = np.empty(len(keys), dtype=self._record)
        records["key"] = np.array(keys, dtype="V16")
        records["vector"] = vectors
        with self._path.open("ab") as file:
            records.tofile(file)
        self._known.update(zip(keys, vectors, strict=True))


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]
