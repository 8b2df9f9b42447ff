"""What an ingest has embedded so far, so that one that was interrupted goes on where it was."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence, Set
from pathlib import Path
from zlib import crc32

import numpy as np
import numpy.typing as npt

__all__ = ["EmbeddingJournal", "discard_journals", "embedding_key"]

_KEY_BYTES = 16

Halves = npt.NDArray[np.float16]


def embedding_key(fingerprint: str, context: str, text: str) -> bytes:
    """What names the vector that an embedder makes of a passage under its headings."""
    return hashlib.sha256(f"{fingerprint}\0{context}\0{text}".encode()).digest()[:_KEY_BYTES]


def discard_journals(folder: Path) -> None:
    """Remove the journals of all embedders: what they held is published, or was made by another one."""
    for path in folder.glob(".embedded-*"):
        path.unlink(missing_ok=True)


class EmbeddingJournal:
    """Vectors by the key of what they embed, appended to one file, whose end a crash may cut or spoil.

    A record is the key, the vector in half precision, and a CRC of both.  The file is named by the embedder's
    fingerprint, so that vectors of another model are never taken for this one's.
    """

    def __init__(self, folder: Path, *, fingerprint: str, dimensions: int) -> None:
        self._body = _KEY_BYTES + 2 * dimensions
        self._size = self._body + 4
        self._file = (folder / f".embedded-{fingerprint[:16]}").open("a+b", buffering=0)
        self._places: dict[bytes, int] = {}
        self._recover()

    def __contains__(self, key: bytes) -> bool:
        return key in self._places

    def __getitem__(self, key: bytes) -> Halves:
        data = os.pread(self._file.fileno(), self._body - _KEY_BYTES, self._places[key] * self._size + _KEY_BYTES)
        return np.frombuffer(data, dtype="<f2")

    def keys(self) -> Set[bytes]:
        """What is embedded."""
        return self._places.keys()

    def add(self, keys: Sequence[bytes], vectors: Halves) -> None:
        """Append vectors, shape (len(keys), dimensions); a kill from now on does not lose them."""
        bodies = [key + vector.astype("<f2").tobytes() for key, vector in zip(keys, vectors, strict=True)]
        at = os.fstat(self._file.fileno()).st_size // self._size
        os.write(self._file.fileno(), b"".join(body + crc32(body).to_bytes(4, "little") for body in bodies))
        self._places.update((key, at + place) for place, key in enumerate(keys))

    def close(self) -> None:
        """Leave the file for the next ingest."""
        self._file.close()

    def _recover(self) -> None:
        self._file.seek(0)
        at = 0
        while len(record := self._file.read(self._size)) == self._size:
            if crc32(record[: self._body]).to_bytes(4, "little") != record[self._body :]:
                break
            self._places[record[:_KEY_BYTES]] = at
            at += 1
        self._file.truncate(at * self._size)
