"""Options over the environment over the file over the defaults."""

from __future__ import annotations

from pathlib import Path

import pytest

from onrecord.errors import InputError
from onrecord.settings import load_settings


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_defaults() -> None:
    settings = load_settings()
    assert (settings.index, settings.corpus, settings.model) == (Path("index"), Path("corpus"), "default")
    assert (settings.host, settings.port, settings.passage_words) == ("127.0.0.1", 7860, 120)


def test_each_source_wins_over_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("onrecord.toml").write_text('index = "file"\ncorpus = "file"\nport = 1\n')
    monkeypatch.setenv("ONRECORD_INDEX", "environment")
    monkeypatch.setenv("ONRECORD_CORPUS", "environment")
    settings = load_settings(index=Path("option"), corpus=None)
    assert (settings.index, settings.corpus, settings.port) == (Path("option"), Path("environment"), 1)


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONRECORD_PORT", "")
    assert load_settings().port == 7860


def test_they_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().port = 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "http"), ("PORT", "-1"), ("PORT", "65536"), ("PASSAGE_WORDS", "19"), ("PASSAGE_WORDS", "1.5")],
)
def test_a_value_that_cannot_be_used_names_its_setting(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"ONRECORD_{name}", value)
    with pytest.raises(InputError, match=f"the setting {name.lower()} cannot be used") as caught:
        load_settings()
    assert f"ONRECORD_{name}" in caught.value.hint


@pytest.mark.parametrize("content", [b"port = ", b"\xff\xfe", b"[port]\nx = 1", b"colour = 1", b"port = 1979-05-27"])
def test_a_file_that_cannot_be_used_is_named(content: bytes) -> None:
    Path("onrecord.toml").write_bytes(content)
    with pytest.raises(InputError, match=r"onrecord\.toml"):
        load_settings()
