"""Nearest vectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from onrecord.errors import IndexDamagedError
from onrecord.search.vectors import VectorIndex, write_vectors


def unit(*rows: tuple[float, ...]) -> npt.NDArray[np.float32]:
    vectors = np.array(rows, dtype=np.float32)
    lengths: npt.NDArray[np.float32] = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, lengths)


@pytest.fixture
def index(tmp_path: Path) -> VectorIndex:
    write_vectors(tmp_path / "v", unit((1, 0), (1, 1), (0, 1), (-1, 0)))
    return VectorIndex(tmp_path / "v")


def test_the_nearest_come_first_with_their_cosine(index: VectorIndex) -> None:
    found = index.search(unit((1, 0))[0], 3)
    assert [row for row, _ in found] == [0, 1, 2]
    assert [score for _, score in found] == pytest.approx([1, 2**-0.5, 0], abs=1e-6)


@pytest.mark.parametrize(("among", "rows"), [([2, 3], [2, 3]), ([3], [3]), ([], []), (None, [0, 1, 2, 3])])
def test_only_the_rows_that_are_admitted(index: VectorIndex, among: list[int] | None, rows: list[int]) -> None:
    assert [row for row, _ in index.search(unit((1, 0))[0], 10, among=among)] == rows


def test_vectors_are_kept_as_they_are(index: VectorIndex) -> None:
    assert (len(index), index.dimensions) == (4, 2)
    np.testing.assert_array_equal(index.rows([2, 0]), unit((0, 1), (1, 0)))
    assert index.rows([]).shape == (0, 2)


def test_an_index_of_nothing_finds_nothing(tmp_path: Path) -> None:
    write_vectors(tmp_path / "v", np.empty((0, 2), dtype=np.float32))
    assert VectorIndex(tmp_path / "v").search(unit((1, 0))[0], 5) == []


@pytest.mark.parametrize("content", [b"", b"IxFI", b"\x80\x04pickle", b"no index at all" * 10])
def test_what_is_no_index_says_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "vectors.faiss").write_bytes(content)
    with pytest.raises(IndexDamagedError, match=r"vectors\.faiss"):
        VectorIndex(tmp_path / "vectors.faiss")


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(IndexDamagedError, match="nowhere"):
        VectorIndex(tmp_path / "nowhere")
