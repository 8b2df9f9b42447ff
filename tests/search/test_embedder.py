"""What an embedder promises, on the fake; the real one keeps it in tests/integration/test_embedder.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from onrecord.errors import ModelMissingError
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
