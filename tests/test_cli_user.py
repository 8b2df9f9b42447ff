"""Accounts on the command line."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from onrecord.cli import main
from onrecord.errors import InputError
from onrecord.serve import exposure_of
from onrecord.settings import load_settings
from onrecord.storage.accounts import Accounts

Run = Callable[..., tuple[int, str, str]]
WORDS = "four or five good words"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as ended:
            main(["user", *arguments])
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return command


def test_accounts_come_and_go(run: Run, tmp_path: Path) -> None:
    assert run("list") == (0, "no accounts yet; see `onrecord user add`\n", "")
    assert run("add", "anna", typed=f"{WORDS}\n")[1] == "anna: staff\n"
    code, out, _ = run("add", "bob", "--operator", "--json", typed=f"{WORDS}\r\n")
    assert code == 0
    assert json.loads(out) == {"accounts": [{"name": "anna", "role": "staff"}, {"name": "bob", "role": "operator"}]}
    accounts = Accounts(tmp_path / "accounts.json")
    assert accounts.verify("bob", WORDS)
    run("password", "bob", typed="other words than before\n")
    assert accounts.verify("bob", WORDS) is None
    assert accounts.verify("bob", "other words than before")
    assert run("remove", "anna")[1] == "bob: operator\n"


def test_they_lie_where_the_setting_says(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONRECORD_ACCOUNTS", str(tmp_path / "a" / "b.json"))
    run("add", "anna", typed=f"{WORDS}\n")
    assert Accounts(tmp_path / "a" / "b.json").find("anna")


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (["add", "Anna"], WORDS, "cannot be a name"),
        (["add", "anna"], "short", "12 to 256 characters, this one 5"),
        (["add", "anna"], "", "this one 0"),
        (["remove", "nobody"], "", "no account 'nobody'"),
        (["password", "nobody"], WORDS, "no account 'nobody'"),
        (["add"], WORDS, "NAME"),
    ],
)
def test_what_cannot_be_done_is_told(run: Run, arguments: list[str], typed: str, said: str) -> None:
    code, _, error = run(*arguments, typed=typed)
    assert code == 2
    assert said in error
    assert len(error.splitlines()) == 1


def test_settings_of_the_server_are_lists_between_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONRECORD_ORIGINS", "https://a.example, https://b.example:8443")
    monkeypatch.setenv("ONRECORD_PROXIES", "127.0.0.1,10.0.0.0/8")
    monkeypatch.setenv("ONRECORD_HOSTS", "bot.example")
    exposure = exposure_of(load_settings())
    assert exposure.origins == {"https://a.example", "https://b.example:8443"}
    assert [str(one) for one in exposure.proxies] == ["127.0.0.1/32", "10.0.0.0/8"]
    assert exposure.hosts == {"bot.example"}


def test_settings_of_the_server_are_budgets_of_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONRECORD_QUESTIONS_PER_MINUTE", "7")
    monkeypatch.setenv("ONRECORD_SITE_QUESTIONS_PER_MINUTE", "70")
    monkeypatch.setenv("ONRECORD_READS_PER_MINUTE", "700")
    exposure = exposure_of(load_settings())
    assert (exposure.questions, exposure.site_questions, exposure.reads) == (7, 70, 700)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ORIGINS", "https://a.example/"), ("ORIGINS", "*"), ("ORIGINS", "null"), ("ORIGINS", "https://A.example"),
        ("PROXIES", "everybody"), ("PROXIES", "10.0.0.1/8"), ("OPERATOR_TOKEN", "short"), ("QUESTIONS_PER_MINUTE", "0"),
        ("READS_PER_MINUTE", "0"),
        ("HOSTS", "https://bot.example"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_used_is_told(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"ONRECORD_{name}", value)
    with pytest.raises(InputError, match=name.lower()):
        load_settings()
