"""What this machine and this installation can do, each line ok or what to do about it."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onrecord.errors import IndexMissingError, OnRecordError
from onrecord.generation.llm import LocalModel
from onrecord.generation.prompts import FIXED
from onrecord.runtime import Runtime
from onrecord.types import Message

__all__ = ["Check", "examine"]

_PACKAGES = ("sentence-transformers", "torch", "faiss-cpu", "tantivy", "gradio", "llama-cpp-python")
_OPTIONAL = frozenset({"llama-cpp-python"})
_FREE_BYTES = 500 * 2**20


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; ``advice`` is what to do where it is not ok."""

    name: str
    ok: bool
    detail: str
    advice: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"name": self.name, "ok": self.ok, "detail": self.detail, "advice": self.advice or None}


def examine(runtime: Runtime) -> list[Check]:
    """Look at everything; what cannot be used is reported, not raised."""
    return [
        _python(),
        *_packages(),
        _processor(),
        _tried("embedder", lambda: _embedder(runtime)),
        _tried("reader", lambda: _reader(runtime)),
        _tried("language model", lambda: _model(runtime)),
        _tried("corpus", lambda: _corpus(runtime.settings.corpus)),
        _index(runtime),
        _disk(runtime.settings.index),
    ]


def _python() -> Check:
    ok = sys.version_info >= (3, 11)
    return Check("python", ok, platform.python_version(), "install Python 3.11 or later")


def _packages() -> Iterator[Check]:
    for name in _PACKAGES:
        try:
            yield Check(name, True, importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            if name in _OPTIONAL:
                yield Check(name, True, "not installed: answers are quoted from the articles, not phrased")
            else:
                yield Check(name, False, "not installed", f"run `pip install {name}`")


def _processor() -> Check:
    flags: set[str] = set()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text("utf-8", "replace").splitlines()
        flags = set(next((line for line in lines if line.startswith("flags")), "").split())
    found = [name for name in ("avx2", "avx512f", "avx512_bf16", "amx_int8") if name in flags]
    detail = f"{os.cpu_count()} cores, {platform.machine()}, {' '.join(found) or 'no vector features known'}"
    if "amx_int8" in flags:
        detail += " (AMX buffers of llama.cpp are switched off, since they crash it)"
    return Check("processor", True, detail)


def _tried(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except OnRecordError as error:
        return Check(name, False, error.message, error.hint)


def _embedder(runtime: Runtime) -> str:
    vector = runtime.embedder.embed(["A sentence."])[0]
    return f"{runtime.embedder.name}, {len(vector)} dimensions, loaded"


def _reader(runtime: Runtime) -> str:
    if runtime.reader is None:
        return "none: spans are found by rules"
    runtime.reader.read("Who?", [("", "A sentence.")])
    return "loaded"


def _model(runtime: Runtime) -> str:
    model = runtime.model
    if model is None:
        return "none: answers are quoted from the articles"
    status = runtime.model_status()
    if status is not None and status.state == "paused":
        return f"{model.name}, left alone for {status.seconds_left:.0f} s after many faults: answers are quoted"
    said = "".join(model.stream([*FIXED, Message("user", "[1] It rained.\n\nQuestion: Did it rain?")], max_tokens=8))
    where = "in its own process" if isinstance(model, LocalModel) else "where it is asked"
    return f"{model.name}, answers {where}" + ("" if said.strip() else " (with nothing)")


def _corpus(folder: Path) -> str:
    files = sum(1 for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else 0
    return f"{files} files in {folder}" if files else f"no files in {folder}; `onrecord ingest PATH` takes any folder"


def _index(runtime: Runtime) -> Check:
    try:
        manifest = runtime.manifest()
    except IndexMissingError as error:
        return Check("index", True, f"{error.message} yet: `onrecord serve` makes it from the corpus")
    except OnRecordError as error:
        return Check("index", False, error.message, error.hint)
    counts = ", ".join(f"{count:,} {name}" for name, count in manifest.counts.items())
    return Check("index", True, f"{manifest.generation} is whole: {counts}")


def _disk(folder: Path) -> Check:
    place = folder.resolve()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    writable = os.access(place, os.W_OK)
    if not writable:
        return Check("disk", False, f"{place} cannot be written", "name another folder with --index")
    return Check("disk", free >= _FREE_BYTES, f"{free / 2**30:.1f} GiB free", "free some space before an ingest")
