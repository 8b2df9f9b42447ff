"""Parts of the widget in Node, as esbuild bundles them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.node import WIDGET, node_modules


@pytest.fixture(scope="session")
def in_node(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str, Any], Any]:
    """Bundle a source file, run a script over what it exports (``part``) and a ``given`` value, give what it returns."""
    modules, folder = node_modules(), tmp_path_factory.mktemp("node")

    def run(source: str, script: str, given: Any) -> Any:
        bundle, program = folder / f"{source}.mjs", folder / "program.mjs"
        esbuild: list[str | Path] = [
            modules / ".bin" / "esbuild",
            WIDGET / "src" / f"{source}.ts",
            "--bundle",
            "--format=esm",
        ]
        if not bundle.exists():
            subprocess.run([*esbuild, f"--outfile={bundle}", "--log-level=error"], check=True, timeout=60)
        program.write_text(
            f'import * as part from "./{source}.mjs"; import {{ readFileSync }} from "node:fs";\n'
            f'const given = JSON.parse(readFileSync(0, "utf8"));\n'
            f"const run = (given) => {{ {script} }};\nprocess.stdout.write(JSON.stringify(run(given)));\n",
            encoding="utf-8",
        )
        done = subprocess.run(["node", program], input=json.dumps(given).encode(), capture_output=True, timeout=300)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    return run


def sources() -> list[Path]:
    """Every file that the widget is written in."""
    return sorted(path for path in (WIDGET / "src").iterdir() if path.suffix in {".ts", ".css"})
