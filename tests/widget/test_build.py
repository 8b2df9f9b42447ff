"""What is in the package is what the sources make of it, is small, and is written in the ways that the widget allows itself."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import subprocess
from pathlib import Path

import pytest
from tests.node import WIDGET, node_modules
from tests.widget.conftest import sources

from onrecord.web.embed import FOLDER, released

VERSION = json.loads((WIDGET / "package.json").read_text("utf-8"))["version"]
LAUNCHER_BYTES, ALL_BYTES = 4 * 1024, 18 * 1024
FORBIDDEN = re.compile(
    r"""innerHTML|outerHTML|insertAdjacent|document\.write|createContextualFragment|DOMParser|parseFromString|setHTML|srcdoc
    |\beval\b|\bFunction\(|\.style\b|cssText|"style"|<style|localStorage|document\.cookie|indexedDB|innerText|execCommand
    |["']on(?!record)[a-z]{3,}["']|createPolicy|importScripts|\bwindow\.|globalThis\.[a-z]+\s*=|XMLHttpRequest|WebSocket|sendBeacon|EventSource\(""",
    re.VERBOSE,
)


def test_a_build_gives_what_is_in_the_package(tmp_path: Path) -> None:
    node_modules()
    subprocess.run(["node", WIDGET / "build.mjs", tmp_path], check=True, timeout=120)
    built = {path.relative_to(tmp_path) for path in tmp_path.rglob("*.*") if path.is_file()}
    assert {path.parts[0] for path in built} == {VERSION, "pages"}
    for path in built:
        assert (FOLDER / path).read_bytes() == (tmp_path / path).read_bytes(), f"{path}: run `npm run build` in widget/"
    assert {path.name for path in (FOLDER / VERSION).iterdir()} == {
        path.name for path in built if path.parts[0] == VERSION
    }


def test_types_are_right() -> None:
    checked = subprocess.run(
        [node_modules() / ".bin" / "tsc", "--project", WIDGET], capture_output=True, text=True, timeout=300
    )
    assert checked.returncode == 0, checked.stdout


def test_it_is_small() -> None:
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in (FOLDER / VERSION).glob("*.js")}
    assert sizes["onrecord.js"] <= LAUNCHER_BYTES
    assert sum(sizes.values()) <= ALL_BYTES


def test_the_published_hashes_are_those_of_the_files() -> None:
    for folder in released().values():
        published = json.loads((folder / "integrity.json").read_text("utf-8"))
        assert published["version"] == folder.name
        assert {*published["files"]} == {path.name for path in folder.glob("*.js")}
        for name, hashed in published["files"].items():
            digest = hashlib.sha384((folder / name).read_bytes()).digest()
            assert hashed == f"sha384-{base64.b64encode(digest).decode()}"
        assert published["files"]["chat.js"] in (folder / "onrecord.js").read_text("utf-8")


def test_the_newest_version_stands_for_its_number() -> None:
    assert released()[VERSION.partition(".")[0]].name == VERSION


@pytest.mark.parametrize("path", [path for path in sources() if path.suffix == ".ts"], ids=lambda path: path.name)
def test_no_markup_is_read_and_nothing_is_kept(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    found = [
        f"{number}: {line}"
        for number, line in enumerate(lines, 1)
        if FORBIDDEN.search(re.sub(r"^\s*(//|/?\*).*", "", line))
    ]
    assert found == []


def test_the_lint_finds_what_it_is_for() -> None:
    for line in (
        "x.innerHTML = y",
        "eval(x)",
        'a.setAttribute("style", b)',
        "x.style.top = 1",
        "document.write(x)",
        "window.x = 1",
    ):
        assert FORBIDDEN.search(line), line


@pytest.mark.parametrize("path", [path for path in sources() if path.suffix == ".css"], ids=lambda path: path.name)
def test_styles_load_nothing(path: Path) -> None:
    assert not re.search(r"url\(|@import|@font-face|image-set|expression", path.read_text("utf-8"))


def test_both_languages_have_every_text() -> None:
    text = (WIDGET / "src" / "strings.ts").read_text("utf-8")
    english, chinese = (
        dict(re.findall(r'^  (\w+): "(.*)",$', part, re.MULTILINE)) for part in text.split("const zh")[:2]
    )
    assert english.keys() == chinese.keys()
    for name in english:
        assert sorted(re.findall(r"\{\w+\}", english[name])) == sorted(re.findall(r"\{\w+\}", chinese[name])), name
