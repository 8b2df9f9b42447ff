"""Feedback: a line each, whole, within a bound."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from onrecord.errors import BusyError
from onrecord.storage.feedback import add_feedback


def test_each_is_a_line(tmp_path: Path) -> None:
    path = tmp_path / "kept" / "feedback.jsonl"
    threads = [threading.Thread(target=add_feedback, args=(path, {"note": f"{n}\n\u2028\ud800"})) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = [json.loads(line) for line in path.read_text("ascii").splitlines()]
    assert sorted(int(one["note"].split("\n")[0]) for one in kept) == list(range(20))
    assert all(one["at"].endswith("+00:00") for one in kept)


def test_the_file_has_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onrecord.storage.feedback.LARGEST", 300)
    path = tmp_path / "feedback.jsonl"
    for _ in range(3):
        add_feedback(path, {"rating": "helpful"})
    with pytest.raises(BusyError, match="no more feedback"):
        add_feedback(path, {"rating": "helpful", "note": "x" * 200})
    assert path.stat().st_size <= 300
    assert all(json.loads(line) for line in path.read_text().splitlines())


def test_a_folder_that_cannot_be_written_is_no_fault_of_the_reader(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(BusyError, match="could not be kept"):
        add_feedback(tmp_path / "file" / "feedback.jsonl", {"rating": "helpful"})
