"""Questions for review: none unless a setting says so, and none for longer than it says."""

from __future__ import annotations

import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from onrecord.storage import questions
from onrecord.storage.questions import Questions
from onrecord.types import KeptQuestion

NOON = datetime(2031, 3, 10, 12, tzinfo=UTC)


def asked(text: str, *, days_ago: float = 0) -> KeptQuestion:
    at = (NOON - timedelta(days=days_ago)).isoformat(timespec="seconds")
    return KeptQuestion(at, "refused", text, "gen-000001")


def at_noon(path: Path, days: int) -> Questions:
    return Questions(path, days=days, now=lambda: NOON)


def test_nothing_is_written_unless_a_setting_says_so(tmp_path: Path) -> None:
    kept = at_noon(tmp_path / "questions.jsonl", 0)
    kept.keep(asked("who?"))
    assert kept.all() == []
    assert list(tmp_path.iterdir()) == []


def test_a_question_goes_when_its_time_is_over(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    kept = at_noon(path, 7)
    for text, days in (("old secret", 7.01), ("just kept", 6.99), ("new\u2028\ud800", 0)):
        kept.keep(asked(text, days_ago=days))
    assert [one.text for one in kept.all()] == ["new\u2028\ud800", "just kept"]
    assert "old secret" not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_question_goes_though_nobody_looks(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    at_noon(path, 30).keep(asked("old secret", days_ago=20))
    at_noon(path, 7).keep(asked("new"))
    assert "old secret" not in path.read_text()
    at_noon(path, 30).keep(asked("another"))
    Questions(path, days=7, now=lambda: NOON + timedelta(days=8)).purge()
    assert path.read_text() == ""


def test_when_nothing_may_be_kept_any_more_the_file_goes(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    at_noon(path, 7).keep(asked("who?"))
    at_noon(path, 0).purge()
    assert not path.exists()


def test_a_line_that_is_damaged_hides_no_other_and_goes(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_bytes(b'\xff{"at": 1}\n[' + b"[" * 9000 + b"\n")
    kept = at_noon(path, 7)
    kept.keep(asked("who?"))
    assert [one.text for one in kept.all()] == ["who?"]
    assert path.read_text().count("\n") == 1


def test_the_file_has_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "LARGEST", 2000)
    kept = at_noon(tmp_path / "questions.jsonl", 7)
    for number in range(100):
        kept.keep(asked(f"question {number}"))
    assert (tmp_path / "questions.jsonl").stat().st_size < 2300
    assert "question 99" in [one.text for one in kept.all()]


def test_many_threads_lose_nothing(tmp_path: Path) -> None:
    kept = at_noon(tmp_path / "questions.jsonl", 7)
    threads = [threading.Thread(target=kept.keep, args=(asked(str(number)),)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(one.text) for one in kept.all()) == list(range(20))


def test_a_disk_that_cannot_be_written_fails_no_reader(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    kept = at_noon(tmp_path / "file" / "questions.jsonl", 7)
    kept.keep(asked("who?"))
    kept.purge()
