"""Accounts: kept as hashes, apart from the index, whole whatever happens."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from onrecord.errors import FileError, InputError
from onrecord.storage.accounts import Accounts

WORDS = "four or five good words"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "accounts.json"


def test_an_account_lives_and_dies(path: Path) -> None:
    accounts = Accounts(path)
    assert accounts.all() == []
    accounts.add("ann", "staff", WORDS)
    accounts.add("bob", "operator", WORDS)
    assert [(one.name, one.role) for one in accounts.all()] == [("ann", "staff"), ("bob", "operator")]
    found = accounts.verify("ann", WORDS)
    assert found is not None
    assert found == accounts.find("ann")
    assert accounts.verify("ann", WORDS + ".") is None
    assert accounts.verify("nobody", WORDS) is None
    accounts.set_password("ann", "other words than before")
    assert accounts.verify("ann", WORDS) is None
    assert accounts.find("ann") != found
    accounts.remove("ann")
    assert accounts.find("ann") is None


def test_the_file_holds_no_password_and_is_the_servers_alone(path: Path) -> None:
    accounts = Accounts(path)
    accounts.add("ann", "staff", WORDS)
    accounts.add("eve", "staff", WORDS)
    assert WORDS not in path.read_text()
    kept = json.loads(path.read_text())
    assert kept["ann"]["hash"] != kept["eve"]["hash"]
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["", "Ann", "a b", "-a", "a" * 65, "a/b", "ann\n", "é"])
def test_a_name_that_cannot_be_one(path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot be a name"):
        Accounts(path).add(name, "staff", WORDS)


def test_what_cannot_be_done_is_told(path: Path) -> None:
    accounts = Accounts(path)
    with pytest.raises(InputError, match="12 to 256 characters, this one 5"):
        accounts.add("ann", "staff", "short")
    accounts.add("ann", "staff", WORDS)
    with pytest.raises(InputError, match="already"):
        accounts.add("ann", "staff", WORDS)
    with pytest.raises(InputError, match="no account 'bob'"):
        accounts.remove("bob")


def test_two_writers_lose_nothing(path: Path) -> None:
    names = [f"n{number}" for number in range(6)]
    threads = [threading.Thread(target=Accounts(path).add, args=(name, "staff", WORDS)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.name for one in Accounts(path).all()] == names


@pytest.mark.parametrize("text", ["", "[]", '{"ann": 1}', '{"ann": {"role": "staff"}}', "\x00"])
def test_a_file_that_is_not_ours_is_told(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(FileError, match="cannot be read"):
        Accounts(path).find("ann")


def test_any_text_may_be_tried(path: Path) -> None:
    accounts = Accounts(path)
    accounts.add("ann", "staff", "\ud800 odd words here")
    assert accounts.verify("ann", "\ud800 odd words here")
    assert accounts.verify("ann", "x" * 100_000) is None
