"""The measurement of a changed article leaves the index that it measures as it is."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from onrecord.evaluation import scale
from onrecord.storage.generations import open_generation, publish, writer

SENTENCES = [f"The harbour office counted {number} ships on the day of the storm." for number in range(40)]


def test_one_changed_article_is_published_beside_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = np.random.default_rng(1).normal(size=(20, 384)).astype(np.float32)
    monkeypatch.setattr(scale, "_real_vectors", lambda: vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    root = tmp_path / "rows-70"
    with writer(root):
        built = publish(root, lambda folder: scale._write(folder, 70, SENTENCES, random.Random(1)))
    assert built.counts == {"articles": 10, "passages": 70, "quotes": 0}
    found = scale._changed(root)
    assert found["changed_articles"] == 1
    assert open_generation(root)[1] == built
    assert [path.name for path in tmp_path.iterdir()] == ["rows-70"]
