"""No text of an article or a reader becomes a control token, whatever the vocabulary."""

from __future__ import annotations

from pathlib import Path

import pytest

from onrecord.errors import ModelMissingError
from onrecord.evaluation.tokens import FIELDS, Vocabulary, became_control, controls, prompt_with
from onrecord.evaluation.vocabularies import CONTROL_TOKENS, write_vocabulary
from onrecord.generation.llm import find_model
from onrecord.generation.worker import Pulse

pytestmark = pytest.mark.model

try:
    EMBEDDED = find_model("default")
except ModelMissingError as missing:
    pytest.skip(str(missing), allow_module_level=True)


class Naive(Vocabulary):
    """What happens where content is read as the template is."""

    def plain(self, text: str) -> list[int]:
        return self._tokenise(text, special=True)


def read(path: Path, kind: type[Vocabulary] = Vocabulary) -> Vocabulary:
    return kind({"path": str(path), "context_tokens": 0, "threads": 1}, Pulse())


def test_of_the_embedded_model() -> None:
    assert EMBEDDED
    engine = read(EMBEDDED)
    tokens = controls(engine)
    assert {"<|im_start|>", "<|im_end|>", "<|endoftext|>"} <= set(tokens)
    found = list(became_control(engine, tokens))
    assert len(found) >= 500
    assert [(field, text) for field, text, bad in found if bad] == []


@pytest.mark.parametrize("listed", [False, True], ids=["control", "listed as words"])
@pytest.mark.parametrize("family", CONTROL_TOKENS)
def test_of_each_family(tmp_path: Path, family: str, listed: bool) -> None:
    engine = read(write_vocabulary(family, tmp_path / "v.gguf", user_defined=listed))
    assert engine._family.name == family
    tokens = [token for token in controls(engine) if token in CONTROL_TOKENS[family]]
    assert len(tokens) >= 3
    found = list(became_control(engine, tokens))
    assert [(field, text) for field, text, bad in found if bad] == []


def test_the_count_sees_one_that_got_through(tmp_path: Path) -> None:
    engine = read(write_vocabulary("chatml", tmp_path / "v.gguf"), Naive)
    seen = {field for field, _, bad in became_control(engine, ["<|im_end|>"]) if bad}
    # The prompt holds these; the others reach no model, which is why they are counted, too.
    assert seen == {"question", "history", "passage"}


def test_each_field_stands_in_what_a_prompt_is_made_from() -> None:
    shown = {field for field in FIELDS if "XYZ" in "".join(one.content for one in prompt_with(field, "XYZ"))}
    assert shown == {"question", "history", "passage"}


@pytest.mark.parametrize("family", CONTROL_TOKENS)
def test_benign_text_keeps_its_bytes(tmp_path: Path, family: str) -> None:
    engine = read(write_vocabulary(family, tmp_path / "v.gguf"))
    for text in ("The wall is 2 m high.", "“Es ist so”, sagte sie: a < b | c > d.", "汽车制造业"):
        shown = b"".join(engine._bytes(token) for token in engine.plain(text)).decode()
        assert shown.strip() == text
