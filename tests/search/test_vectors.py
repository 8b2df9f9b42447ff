"""Nearest vectors."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt
import pytest

from onrecord.errors import IndexDamagedError
from onrecord.search import vectors
from onrecord.search.vectors import VectorIndex, VectorWriter


def unit(*rows: tuple[float, ...]) -> npt.NDArray[np.float32]:
    vectors = np.array(rows, dtype=np.float32)
    lengths: npt.NDArray[np.float32] = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, lengths)


def write(folder: Path, *parts: npt.NDArray[np.float32]) -> VectorIndex:
    writer = VectorWriter(folder, parts[0].shape[1])
    for part in parts:
        writer.add(part)
    writer.finish()
    return VectorIndex(folder, parts[0].shape[1])


@pytest.fixture
def index(tmp_path: Path) -> VectorIndex:
    return write(tmp_path / "v", unit((3, 0), (3, 3)), unit((1, 3), (-1, 0)))


def test_the_nearest_come_first_with_their_cosine(index: VectorIndex) -> None:
    rows, scores = index.search(unit((1, 0))[0], 4)
    assert scores.tolist() == pytest.approx([1, 2**-0.5, 10**-0.5, -1], abs=1e-3)
    assert rows.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(("among", "rows"), [([2, 1], [1, 2]), ([3], [3]), ([], []), (None, [0, 1, 2, 3])])
def test_only_the_rows_that_are_admitted(index: VectorIndex, among: list[int] | None, rows: list[int]) -> None:
    assert index.search(unit((1, 0))[0], 10, among=among).rows.tolist() == rows


@pytest.mark.parametrize("among", [None, [0, 1, 2]])
def test_never_a_row_that_is_banned(index: VectorIndex, among: list[int] | None) -> None:
    assert index.search(unit((1, 0))[0], 2, among=among, without=[0]).rows.tolist() == [1, 2]


def test_vectors_are_kept_in_half_precision(index: VectorIndex) -> None:
    assert (len(index), index.dimensions) == (4, 2)
    np.testing.assert_array_equal(index.rows([2, 0]), unit((1, 3), (1, 0)).astype(np.float16))
    assert index.rows([1])[0] == pytest.approx([2**-0.5] * 2, abs=1e-3)
    assert index.rows([]).shape == (0, 2)


def test_half_precision_is_widened_exactly(tmp_path: Path) -> None:
    every = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    finite = every[np.isfinite(every)].reshape(-1, 2)
    index = write(tmp_path / "v", finite.astype(np.float32))
    np.testing.assert_array_equal(index.rows(range(len(finite))), finite.astype(np.float32))


def test_an_index_of_nothing_finds_nothing(tmp_path: Path) -> None:
    assert write(tmp_path / "v", np.empty((0, 2), dtype=np.float32)).search(unit((1, 0))[0], 5).rows.tolist() == []


@pytest.fixture(scope="module")
def rows() -> npt.NDArray[np.float32]:
    chance = np.random.default_rng(1)
    topics = chance.normal(size=(60, 32))
    near = topics[chance.integers(60, size=6000)] + chance.normal(size=(6000, 32)) * 0.7
    found: npt.NDArray[np.float32] = (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)
    return found


class TestCells:
    """Many rows, told apart into cells; the bound is lowered so that a test need not be slow."""

    @pytest.fixture
    def many(self, tmp_path: Path, rows: npt.NDArray[np.float32], monkeypatch: pytest.MonkeyPatch) -> VectorIndex:
        monkeypatch.setattr(vectors, "_COMPARED", 500)
        monkeypatch.setattr(vectors, "_PROPOSED_AT_LEAST", 100)
        index = write(tmp_path / "v", rows)
        assert isinstance(index._index, faiss.IndexIVF)
        return index

    def test_what_is_nearest_is_nearly_always_found(
        self, many: VectorIndex, rows: npt.NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(vectors, "_PROBED", 80)
        exact = np.argsort(-(rows[:100] @ rows.T), axis=1)[:, :10]
        found = [set(many.search(vector, 10).rows.tolist()) for vector in rows[:100]]
        shared = sum(len(one & set(map(int, best))) for one, best in zip(found, exact, strict=True))
        assert shared / 1000 > 0.95

    def test_few_admitted_rows_are_all_compared(self, many: VectorIndex, rows: npt.NDArray[np.float32]) -> None:
        among = list(range(0, 6000, 37))
        best = sorted(among, key=lambda row: -float(rows[row] @ rows[5]))[:10]
        assert set(many.search(rows[5], 10, among=among).rows.tolist()) == set(best)

    def test_many_admitted_rows_are_searched_inside(self, many: VectorIndex, rows: npt.NDArray[np.float32]) -> None:
        found = many.search(rows[4], 10, among=list(range(0, 6000, 2)), without=[4]).rows.tolist()
        assert len(found) == 10
        assert all(row % 2 == 0 and row != 4 for row in found)

    def test_the_same_vectors_give_the_same_index(
        self, many: VectorIndex, rows: npt.NDArray[np.float32], tmp_path: Path
    ) -> None:
        write(tmp_path / "again", rows[:1000], rows[1000:])
        assert (tmp_path / "again" / "index.faiss").read_bytes() == (tmp_path / "v" / "index.faiss").read_bytes()


@pytest.mark.parametrize("content", [b"", b"IxFI", b"\x80\x04pickle", b"no index at all" * 10])
def test_what_is_no_index_says_so(index: VectorIndex, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "v" / "index.faiss").write_bytes(content)
    with pytest.raises(IndexDamagedError, match="no FAISS index"):
        VectorIndex(tmp_path / "v", 2)


def test_rows_that_do_not_belong_to_their_index_are_refused(index: VectorIndex, tmp_path: Path) -> None:
    (tmp_path / "v" / "rows.f16").write_bytes(b"\0" * 12)
    with pytest.raises(IndexDamagedError, match=r"rows\.f16"):
        VectorIndex(tmp_path / "v", 2)
    with pytest.raises(IndexDamagedError, match=r"rows\.f16"):
        VectorIndex(tmp_path / "v", 3)


def test_a_missing_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(IndexDamagedError, match="nowhere"):
        VectorIndex(tmp_path / "nowhere", 2)
