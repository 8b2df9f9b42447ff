"""What tests need of npm: esbuild and tsc for the widget, axe-core for accessibility.  The product needs no Node."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from pathlib import Path

import pytest

WIDGET = Path(__file__).parents[1] / "widget"


@functools.cache
def installed() -> Path | None:
    """Give ``widget/node_modules``, installed as ``package-lock.json`` says; None where there is no npm."""
    modules = WIDGET / "node_modules"
    if (modules / ".package-lock.json").is_file():
        return modules
    if not (npm := shutil.which("npm")):
        return None
    subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=WIDGET, check=True, timeout=300)
    return modules


def node_modules() -> Path:
    """Give ``widget/node_modules``, or skip the test that asks; in the gate a missing npm is a failure."""
    modules = installed()
    if modules is None:
        if os.environ.get("CI"):
            pytest.fail("npm is not installed; the gate installs it")
        pytest.skip("npm is not installed (Debian: apt install nodejs npm)")
    return modules
