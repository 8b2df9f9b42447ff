"""Vectors are computed once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tests.fakes import FakeEmbedder

from onrecord.evaluation.vectors import KeptEmbedder

TEXTS = [f"article {number} about the harbour" for number in range(100)]


def test_what_was_embedded_is_read_from_the_file(tmp_path: Path) -> None:
    first, second = FakeEmbedder(), FakeEmbedder()
    kept = KeptEmbedder(first, tmp_path).embed(TEXTS)
    again = KeptEmbedder(second, tmp_path).embed(TEXTS[::-1])[::-1]
    assert np.array_equal(kept, again)
    assert (first.embedded, second.embedded) == (len(TEXTS), 0)


def test_a_record_that_was_cut_short_is_embedded_again(tmp_path: Path) -> None:
    whole = KeptEmbedder(FakeEmbedder(), tmp_path).embed(TEXTS)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-7])
    second = FakeEmbedder()
    assert np.array_equal(KeptEmbedder(second, tmp_path).embed(TEXTS), whole)
    assert second.embedded == 1


def test_a_partial_one_embeds_questions_and_no_passages(tmp_path: Path) -> None:
    KeptEmbedder(FakeEmbedder(), tmp_path).embed(TEXTS[:70])
    inner = FakeEmbedder()
    partial = KeptEmbedder(inner, tmp_path, partial=True)
    vectors = partial.embed(TEXTS)
    assert inner.embedded == 0
    assert vectors[:70].any(axis=1).all()
    assert not vectors[70:].any()
    assert partial.share == 0.7
    assert partial.embed(["a question"]).any()
