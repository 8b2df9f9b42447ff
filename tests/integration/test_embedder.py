"""The real sentence-transformers model."""

from __future__ import annotations

from pathlib import Path

import pytest

from onrecord.errors import ModelMissingError
from onrecord.search.embedder import SentenceEmbedder, find_embedder
from tests.contracts import EmbedderContract

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def embedder() -> SentenceEmbedder:
    return SentenceEmbedder(find_embedder("default"))


class TestSentenceEmbedder(EmbedderContract):
    pass


def test_meaning_is_nearer_than_words(embedder: SentenceEmbedder) -> None:
    query, meant, worded = embedder.embed(
        ["Who won the election?", "The vote was carried by Ms Keller.", "Who won the cooking show?"]
    )
    assert query @ meant > query @ worded


def test_a_folder_whose_weights_are_missing_says_what_to_do(tmp_path: Path) -> None:
    tmp_path.joinpath("modules.json").write_text("[]")
    with pytest.raises(ModelMissingError, match="ONRECORD_EMBEDDER"):
        SentenceEmbedder(tmp_path).embed(["text"])
