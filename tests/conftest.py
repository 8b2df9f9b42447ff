"""What holds for all tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# The gate runs on machines that other programs share; a slow example is no finding.
settings.register_profile("gate", deadline=None)
settings.load_profile("gate")


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests takes part in them."""
    for name in list(os.environ):
        if name.startswith("ONRECORD_") and name not in {"ONRECORD_BENCH_DATA", "ONRECORD_GOLDEN"}:
            monkeypatch.delenv(name)
