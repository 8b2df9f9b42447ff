"""What an embedder promises, on the fake; the real one keeps it in tests/integration/test_embedder.py."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from onrecord.errors import ModelMissingError
from onrecord.search import embedder
from onrecord.search.embedder import SentenceEmbedder, find_embedder
from tests.contracts import EmbedderContract
from tests.fakes import FakeEmbedder


class TestFakeEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> FakeEmbedder:
        return FakeEmbedder()


def test_the_default_is_the_installed_package() -> None:
    assert (find_embedder("default") / "modules.json").is_file()


@pytest.mark.parametrize("setting", [".", "nowhere", "n" * 300, "README.md/x"])
def test_a_folder_without_a_model_says_what_to_do(setting: str) -> None:
    with pytest.raises(ModelMissingError, match="set ONRECORD_EMBEDDER"):
        find_embedder(setting)


def test_the_fingerprint_is_that_of_the_weights(tmp_path: Path) -> None:
    def fingerprint(folder: str, weights: bytes) -> str:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "model.safetensors").write_bytes(weights)
        (tmp_path / folder / "README.md").write_text(folder)
        return SentenceEmbedder(tmp_path / folder).fingerprint

    assert fingerprint("a", b"1") == fingerprint("b", b"1") != fingerprint("c", b"2")


@pytest.mark.model
def test_what_is_prepared_for_bfloat16_embeds_as_before() -> None:
    texts = ["Who owns it?", "He said so on Friday. " * 7, "The plant makes cars. " * 40, "Cars", "自动驾驶的汽车"]
    folder = find_embedder("default")
    with patch.object(embedder, "_has_bfloat16", return_value=True):
        prepared = SentenceEmbedder(folder).embed(texts)
        with patch.object(embedder, "_prepare"):
            plain = SentenceEmbedder(folder).embed(texts)
    # AVX-512 gives the same to the last digit; another kernel may add up in another order.
    assert np.abs(prepared - plain).max() < 2e-3


def test_rows_come_in_few_numbers() -> None:
    rooms = [embedder._room(rows) for rows in range(1, 1025)]
    assert len(set(rooms)) == 20
    assert all(rows <= room <= max(16, 1.25 * rows + 15) for rows, room in enumerate(rooms, start=1))
