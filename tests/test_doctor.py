"""What the doctor says of a machine that is well and of one that is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from onrecord.doctor import examine
from onrecord.errors import ModelMissingError
from onrecord.runtime import Runtime
from onrecord.settings import load_settings
from tests.fakes import FakeEmbedder, ScriptedModel
from tests.samples import SHIPPED


def _runtime(index: Path) -> Runtime:
    return Runtime(load_settings(index=index), embedder=FakeEmbedder(), model=ScriptedModel(["Yes."] * 3))


def test_everything_is_looked_at_and_ok(tmp_path: Path) -> None:
    runtime = _runtime(tmp_path / "index")
    runtime.ingest([SHIPPED])
    found = {check.name: check for check in examine(runtime)}
    assert {"python", "torch", "processor", "embedder", "language model", "corpus", "index", "disk"} <= set(found)
    assert [name for name, check in found.items() if not check.ok] == []
    assert "gen-000001 is whole" in found["index"].detail


def test_an_index_that_is_not_there_yet_is_no_fault(tmp_path: Path) -> None:
    (check,) = [check for check in examine(_runtime(tmp_path / "none")) if check.name == "index"]
    assert check.ok


def test_a_damaged_index_and_a_missing_model_come_with_advice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = _runtime(tmp_path / "index")
    runtime.ingest([SHIPPED])
    (tmp_path / "index" / "gen-000001" / "vectors/index.faiss").unlink()

    def missing(_self: Runtime) -> None:
        raise ModelMissingError("no such model", hint="install one")

    monkeypatch.setattr(Runtime, "model", property(missing))
    bad = {check.name: check for check in examine(runtime) if not check.ok}
    assert set(bad) == {"index", "language model"}
    assert "vectors/index.faiss" in bad["index"].detail
    assert all(check.advice for check in bad.values())
