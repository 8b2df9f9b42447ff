"""The shape that ARCHITECTURE.md promises, read from the code itself."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "onrecord"
FILES = sorted(PACKAGE.rglob("*.py"))

# What each part may import of ours, besides itself; a part is a top-level module or folder.
ALLOWED = {
    "types": set(),
    "errors": set(),
    "settings": {"errors"},
    "jsonable": {"types"},
    "cache": {"types"},
    "text": {"types", "errors"},
    "quotes": {"types", "errors", "text"},
    "storage": {"types", "errors", "text"},
    "search": {"types", "errors", "text", "storage"},
    "generation": {"types", "errors", "text"},
    "ingest": {"types", "errors", "text", "quotes", "storage", "search"},
    "answer": {"types", "errors", "text", "search", "generation"},
    "factcheck": {"types", "errors", "text", "quotes"},
    "web": {"types", "errors", "text", "jsonable"},
}
LOW = {*ALLOWED} - {"web", "jsonable"}
ALLOWED |= {
    "opened": {"types", "errors", "quotes", "search", "storage", "cache"},
    "runtime": LOW | {"opened"},
    "doctor": LOW | {"runtime"},
    "desk": LOW | {"runtime", "web"},
    "serve": LOW | {"runtime", "web", "desk"},
    "evaluation": LOW | {"runtime", "jsonable"},
    "commands": {"types", "errors", "settings", "storage", "generation"},
    "cli": {*ALLOWED, "runtime", "doctor", "desk", "serve", "evaluation", "commands"},
    "__init__": LOW | {"runtime"},
}
HOME = {
    "faiss": "search/vectors.py",
    "tantivy": "search/keywords.py",
    "sentence_transformers": "search/embedder.py",
    "llama_cpp": "generation/worker.py",
    "onnxruntime": "generation/reader.py",
    "sqlite3": "storage/store.py",
    "trafilatura": "storage/formats/html.py",
    "fastapi": "web/api.py",
    "gradio": "web/chat.py",
    "uvicorn": "web/server.py",
    "prometheus_client": "web/metrics.py",
    "limits": "web/budgets.py",
}


def _part(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: a relative import hides where it leads"
            yield from (
                [f"{node.module}.{n.name}" for n in node.names] if node.module == "onrecord" else [node.module or ""]
            )


def _ours(file: Path) -> set[str]:
    return {name.split(".")[1] for name in _imported(file) if name.startswith("onrecord.")}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_part_imports_only_what_it_may(file: Path) -> None:
    part = _part(file)
    assert _ours(file) - {part} <= ALLOWED[part]


@pytest.mark.parametrize(("library", "home"), HOME.items())
def test_a_heavy_library_is_named_in_one_file(library: str, home: str) -> None:
    named = {
        file.relative_to(PACKAGE).as_posix()
        for file in FILES
        if any(name.split(".")[0] == library for name in _imported(file))
    }
    assert named == {home}


def _module(file: Path) -> str:
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_there_is_no_cycle_of_imports() -> None:
    modules = {_module(file): file for file in FILES}
    arrows = {
        name: {one for one in _imported(file) if one in modules and one != name} for name, file in modules.items()
    }
    while leaves := {name for name, targets in arrows.items() if not targets & arrows.keys()}:
        arrows = {name: targets for name, targets in arrows.items() if name not in leaves}
    assert arrows == {}


@pytest.mark.parametrize(
    "file", [f for f in FILES if f.name != "__init__.py"], ids=lambda file: str(file.relative_to(PACKAGE))
)
def test_all_names_what_is_public(file: Path) -> None:
    tree = ast.parse(file.read_text("utf-8"))
    module = importlib.import_module(_module(file))
    assert sorted(module.__all__) == list(dict.fromkeys(sorted(module.__all__)))
    defined = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    }
    commands = defined if file.name == "cli.py" else set()
    assert defined - commands <= set(module.__all__)
    assert all(hasattr(module, name) for name in module.__all__)


def test_the_command_line_starts_without_anything_heavy() -> None:
    heavy = (
        "torch",
        "numpy",
        "faiss",
        "tantivy",
        "gradio",
        "fastapi",
        "pydantic",
        "sentence_transformers",
        "llama_cpp",
        "onnxruntime",
    )
    script = f"import onrecord.cli, sys; print([name for name in {heavy} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
