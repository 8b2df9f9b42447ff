"""Broken and hostile files cost themselves alone: each is rejected with its line and reason, in bounded memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.storage import bad_files

# Where address space ends for the reading process: imports take 300 MiB of it, and the largest single file is 384.
LIMIT_MIB = 768
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All files in one folder, read by a process that cannot take more memory than the limit."""
    folder = tmp_path_factory.mktemp("bad")
    bad_files.make(folder)
    command = [sys.executable, "-m", "tests.storage.bad_files", str(folder), str(LIMIT_MIB)]
    environment = {
        **os.environ,
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    for path in folder.iterdir():
        path.unlink()
    assert ran.returncode == 0, ran.stderr[-2000:]
    found: dict[str, Any] = json.loads(ran.stdout)
    print(f"peak memory {found['peak_mib']} MiB for {len(bad_files.BAD)} bad files")
    return found


def test_there_are_enough_of_them() -> None:
    assert len(bad_files.BAD) >= 60


@pytest.mark.parametrize("name", bad_files.BAD)
def test_a_bad_file_is_rejected_with_where_and_why(name: str, outcome: dict[str, Any]) -> None:
    _, line, reason = bad_files.BAD[name]
    found = [(where, why) for file, where, why in outcome["rejected"] if file == name]
    assert [where for where, _ in found] == [line]
    assert reason in found[0][1]


def test_everything_else_is_taken(outcome: dict[str, Any]) -> None:
    good = {"good.md": 1, "good.txt": 1, "good.html": 1, "good.jsonl": 3, "good.xml": 1, "caf\\udce9.txt": 1}
    packed = {name: count for name, count in outcome["articles"].items() if name == "cut.jsonl.gz"}
    assert outcome["articles"] == good | bad_files.BESIDE | packed


def test_a_name_that_is_not_utf8_is_shown(outcome: dict[str, Any]) -> None:
    assert [line for file, line, _ in outcome["rejected"] if file == "caf\\udce9.jsonl"] == [1]


def test_memory_is_bounded(outcome: dict[str, Any]) -> None:
    assert outcome["peak_mib"] < LIMIT_MIB
