"""What ``import onrecord`` offers."""

from __future__ import annotations

import subprocess
import sys

import pytest

import onrecord


@pytest.mark.parametrize("name", onrecord.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(onrecord, name).__name__ == name


def test_another_name_is_not() -> None:
    with pytest.raises(AttributeError, match="Chunk"):
        _ = onrecord.Chunk


def test_importing_it_is_light() -> None:
    script = "import sys, onrecord; print(sorted(name for name in sys.modules if name.startswith('onrecord.')))"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
