"""What was embedded survives an ingest that was not finished."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest

from onrecord.search.journal import EmbeddingJournal, discard_journals

KEYS = [bytes([number]) * 16 for number in range(5)]
VECTORS = np.arange(15, dtype=np.float16).reshape(5, 3)


@contextmanager
def opened(folder: Path, fingerprint: str = "f" * 64) -> Iterator[EmbeddingJournal]:
    with closing(EmbeddingJournal(folder, fingerprint=fingerprint, dimensions=3)) as journal:
        yield journal


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with opened(tmp_path) as journal:
        journal.add(KEYS[:2], VECTORS[:2])
        journal.add(KEYS[2:], VECTORS[2:])
    return tmp_path


def test_the_next_one_finds_what_was_added(folder: Path) -> None:
    with opened(folder) as journal:
        for key, vector in zip(KEYS, VECTORS, strict=True):
            assert key in journal
            np.testing.assert_array_equal(journal[key], vector)
        assert b"\7" * 16 not in journal


@pytest.mark.parametrize("lost", range(1, 27))
def test_half_a_record_at_the_end_is_cut_off_and_written_over(folder: Path, lost: int) -> None:
    (path,) = folder.iterdir()
    path.write_bytes(path.read_bytes()[:-lost])
    with opened(folder) as journal:
        assert [key in journal for key in KEYS] == [True] * 4 + [False]
        journal.add(KEYS[4:], VECTORS[4:])
    with opened(folder) as journal:
        np.testing.assert_array_equal(journal[KEYS[4]], VECTORS[4])


def test_a_record_that_was_changed_is_not_believed(folder: Path) -> None:
    (path,) = folder.iterdir()
    data = bytearray(path.read_bytes())
    data[2 * 26 + 18] ^= 1
    path.write_bytes(bytes(data))
    with opened(folder) as journal:
        assert [key in journal for key in KEYS] == [True, True, False, False, False]


def test_another_embedder_does_not_find_them(folder: Path) -> None:
    with opened(folder, "e" * 64) as journal:
        assert KEYS[0] not in journal


def test_all_are_discarded(folder: Path) -> None:
    with opened(folder, "e" * 64):
        pass
    discard_journals(folder)
    assert not list(folder.iterdir())
