"""The log of ingests: what each did, those that published nothing too; never in the way of one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from onrecord.errors import InputError
from onrecord.runtime import Runtime
from onrecord.settings import Settings
from onrecord.storage import ingestlog
from onrecord.storage.ingestlog import logged_ingest, read_ingests
from tests.fakes import FakeEmbedder


@pytest.fixture
def runtime(tmp_path: Path) -> Runtime:
    return Runtime(Settings(index=tmp_path / "index", model="none"), embedder=FakeEmbedder())


def test_every_ingest_is_logged_newest_first(runtime: Runtime, tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "a.md").write_text("# A\n\n“We need new gates,” said Maria Keller.\n")
    (articles / "b.jsonl").write_text("{\n")
    runtime.ingest([articles])
    (articles / "b.jsonl").unlink()
    runtime.ingest([articles])
    second, first = read_ingests(runtime.settings.index)
    assert (first.generation, first.added, first.rejected) == ("gen-000001", 1, 1)
    assert first.reasons[0].startswith("b.jsonl, line 1: ")
    assert (second.generation, second.unchanged, second.rejected, second.quotes) == ("gen-000001", 1, 0, 1)
    assert first.at <= second.at
    assert second.at.endswith("+00:00")


def test_one_that_published_nothing_says_why(runtime: Runtime, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        runtime.ingest([tmp_path / "nowhere"])
    (one,) = read_ingests(runtime.settings.index)
    assert one.generation is None
    assert one.error


def test_a_log_that_cannot_be_written_fails_no_ingest(runtime: Runtime, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A\n\nThe harbour wall will be raised.\n")
    runtime.settings.index.mkdir()
    (runtime.settings.index / "ingests.jsonl").mkdir()
    assert runtime.ingest([tmp_path / "a.md"]).added == 1
    assert read_ingests(runtime.settings.index) == []


def test_the_log_has_a_bound_and_bears_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingestlog, "LARGEST", 3000)
    path = tmp_path / "ingests.jsonl"
    for number in range(40):
        with pytest.raises(InputError), logged_ingest(tmp_path):
            raise InputError(f"number {number}", hint="")
        assert path.stat().st_size < 3500
    with path.open("ab") as file:
        file.write(b'\xff\xfe\n{"at": 1}\n[]\n' + json.dumps({"at": "x", "reasons": 3}).encode() + b"\n")
    assert read_ingests(tmp_path)[0].error == "number 39"
