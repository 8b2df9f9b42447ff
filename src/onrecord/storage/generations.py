"""Generations: immutable folders under the index folder, one of them current.

::

    index/CURRENT            the name of the published generation and the hash of its manifest
    index/gen-000007/        manifest.json, written last, and the files that it names
    index/.staging-*/        what an unfinished ingest left; the next one removes it
    index/.embedded-*        what an unfinished ingest has embedded; the next one goes on from there
    index/.lock              held by the one writer

A generation is complete before CURRENT names it, and CURRENT is replaced in one step, so a reader sees
the old state or the new one and never a mixture.  The order of writes (files, folder, manifest, folder,
pointer, folder, each flushed to the disk before the next) follows Lucene's commit points.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from onrecord.errors import (
    IndexBusyError,
    IndexDamagedError,
    IndexMismatchError,
    IndexMissingError,
    IndexUnusableError,
)

__all__ = [
    "FORMAT",
    "Manifest",
    "current_generation",
    "open_generation",
    "publish",
    "recover",
    "replace_text",
    "rollback",
    "scratch_folder",
    "verify_files",
    "writer",
]

FORMAT = 4
KEEP = 3
_NAME = re.compile(r"gen-\d{6,}")
_POINTER = re.compile(r"(gen-\d{6,}) ([0-9a-f]{16})\n")
_REBUILD = (
    "run `onrecord rollback` to publish the one before it, or move the index folder away and run `onrecord ingest`"
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is made of and how.  ``files`` maps a path to its size in bytes and SHA-256."""

    generation: str
    created: str
    embedder: str
    fingerprint: str
    dimensions: int
    passage_words: int
    counts: dict[str, int]
    files: dict[str, tuple[int, str]]
    format: int = FORMAT


def current_generation(root: Path) -> Path | None:
    """The folder of the published generation, or None if nothing was published yet.

    Raises IndexDamagedError where something was published and what names it is lost or damaged.
    """
    pointer = _read_pointer(root)
    return root / pointer[0] if pointer else None


def _read_pointer(root: Path) -> tuple[str, str] | None:
    path = root / "CURRENT"
    try:
        found = _POINTER.fullmatch(path.read_text("ascii"))
    except FileNotFoundError:
        if root.is_dir() and _numbers(root):
            raise IndexDamagedError(
                f"{path} is missing",
                hint="run `onrecord rollback`, or `onrecord ingest`, to publish the newest generation that is whole",
            ) from None
        return None
    except NotADirectoryError:
        raise IndexMissingError(f"{root} is not a folder", hint="name a folder with --index") from None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamagedError(f"{path} cannot be read ({error})", hint=_REBUILD) from error
    if found is None:
        raise IndexDamagedError(f"{path} does not name a generation", hint=_REBUILD)
    return found.group(1), found.group(2)


def open_generation(root: Path) -> tuple[Path, Manifest]:
    """The published generation, every file of it checked against its checksum.

    Raises IndexMissingError, IndexDamagedError naming the file, or IndexMismatchError.
    """
    pointer = _read_pointer(root)
    if pointer is None:
        raise IndexMissingError(f"no index in {root}", hint="run `onrecord ingest corpus/` first")
    name, digest = pointer
    folder = root / name
    if not folder.is_dir():
        raise IndexDamagedError(f"{root / 'CURRENT'} names {name}, which is missing", hint=_REBUILD)
    manifest = _read_manifest(folder)
    if digest != _manifest_digest(folder):
        raise IndexDamagedError(f"{root / 'CURRENT'} does not belong to {name}/manifest.json", hint=_REBUILD)
    verify_files(folder, manifest)
    return folder, manifest


def _manifest_digest(folder: Path) -> str:
    return _sha256(folder / "manifest.json")[:16]


def verify_files(folder: Path, manifest: Manifest) -> None:
    """Raise IndexDamagedError for the first file that is missing, of another size or changed."""
    # Two at a time: hashing lets go of the interpreter, and a large index takes a second instead of two.
    with ThreadPoolExecutor(2) as pool:
        for _ in pool.map(lambda item: _verify_file(folder, item[0], *item[1]), manifest.files.items()):
            pass


def _verify_file(folder: Path, name: str, size: int, digest: str) -> None:
    path = folder / name
    shown = f"{folder.name}/{name}"
    try:
        if path.stat().st_size != size:
            raise IndexDamagedError(f"{shown} is cut or changed (its size differs)", hint=_REBUILD)
        if _sha256(path) != digest:
            raise IndexDamagedError(f"{shown} is changed (its checksum differs)", hint=_REBUILD)
    except FileNotFoundError:
        raise IndexDamagedError(f"{shown} is missing", hint=_REBUILD) from None
    except OSError as error:
        raise IndexDamagedError(f"{shown} cannot be read: {error.strerror}", hint=_REBUILD) from error


@contextmanager
def writer(root: Path) -> Iterator[None]:
    """Hold the index folder for writing; the lock goes with the process, however it ends."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        with (root / ".lock").open("w") as lock:
            _lock(lock, root)
            _sweep(root)
            yield
    except OSError as error:
        raise IndexUnusableError(
            f"{error.filename or root} cannot be written: {error.strerror}",
            hint="check the disk, or name another folder with --index",
        ) from error


@contextmanager
def scratch_folder(root: Path) -> Iterator[Path]:
    """A folder for what an ingest needs until it publishes.  Call it inside ``writer``."""
    folder = root / ".staging-scratch"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _lock(lock: IO[str], root: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise IndexBusyError(
            f"another process is writing {root}", hint="wait until its ingest ends, then try again"
        ) from None


def publish(root: Path, build: Callable[[Path], dict[str, Any]]) -> Manifest:
    """Build a generation in a folder of its own, then make it the current one.

    ``build`` writes its files into the folder it is given and returns the manifest's fields besides
    ``generation``, ``created`` and ``files``.  Call it inside ``writer``.
    """
    name = f"gen-{_next_number(root):06d}"
    staging = root / f".staging-{name}"
    staging.mkdir()
    try:
        made = build(staging)
        manifest = Manifest(
            generation=name,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            files=_described(staging),
            **made,
        )
        _write_manifest(staging, manifest)
        staging.rename(root / name)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    _flush_folder(root)
    _point_to(root / name)
    _drop_old(root, name)
    return manifest


def rollback(root: Path) -> Manifest:
    """Publish the generation before the current one again, after checking that it is whole.

    The one that is left stays on the disk until later ingests drop it.  Where what names the current one is
    lost or damaged, the newest whole generation is published.  Raises IndexMissingError where there is none
    before.  Call it inside ``writer``.
    """
    try:
        current = current_generation(root)
    except IndexDamagedError:
        return _publish_newest(root)
    if current is None:
        raise IndexMissingError(f"no index in {root}", hint="run `onrecord ingest corpus/` first")
    before = [number for number in _numbers(root) if f"gen-{number:06d}" < current.name]
    if not before:
        raise IndexMissingError(f"{current.name} is the oldest generation that is kept", hint="ingest again instead")
    return _publish_again(root / f"gen-{before[-1]:06d}")


def recover(root: Path) -> None:
    """Publish the newest whole generation where a crash, or a hand, took away what named it.

    A generation that lacks nothing but its being named was finished: this is the last step of its
    publication, not a guess.  Call it inside ``writer``.
    """
    if not (root / "CURRENT").exists() and _numbers(root):
        _publish_newest(root)


def _publish_newest(root: Path) -> Manifest:
    numbers = _numbers(root)
    for number in reversed(numbers):
        with suppress(IndexUnusableError):
            return _publish_again(root / f"gen-{number:06d}")
    raise IndexDamagedError(f"no generation in {root} is whole", hint=_REBUILD)


def _publish_again(folder: Path) -> Manifest:
    manifest = _read_manifest(folder)
    verify_files(folder, manifest)
    _point_to(folder)
    return manifest


def _point_to(folder: Path) -> None:
    replace_text(folder.parent / "CURRENT", f"{folder.name} {_manifest_digest(folder)}\n")


def _read_manifest(folder: Path) -> Manifest:
    path = folder / "manifest.json"
    try:
        outer = json.loads(path.read_bytes())
        fields = outer["manifest"]
        if outer["sha256"] != hashlib.sha256(_canonical(fields)).hexdigest():
            raise ValueError("its checksum differs")
        if fields["format"] != FORMAT:
            raise IndexMismatchError(
                f"{folder.name} has format {fields['format']}, this version reads {FORMAT}",
                hint="upgrade onrecord, or remove CURRENT and gen-* from the folder and run `onrecord ingest`",
            )
        if fields["generation"] != folder.name:
            raise ValueError(f"it is that of {fields['generation']}")
        fields["files"] = {name: tuple(value) for name, value in fields["files"].items()}
        return Manifest(**fields)
    except FileNotFoundError:
        raise IndexDamagedError(f"{folder.name}/manifest.json is missing", hint=_REBUILD) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexDamagedError(f"{folder.name}/manifest.json is damaged ({error})", hint=_REBUILD) from error


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    fields = asdict(manifest)
    outer = {"manifest": fields, "sha256": hashlib.sha256(_canonical(fields)).hexdigest()}
    replace_text(folder / "manifest.json", json.dumps(outer, indent=1, sort_keys=True) + "\n")


def _canonical(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()


def _described(folder: Path) -> dict[str, tuple[int, str]]:
    paths = sorted(folder.rglob("*"))
    files = [path for path in paths if not path.is_dir()]
    for path in files:
        with path.open("rb") as file:
            os.fsync(file.fileno())
    for path in (folder, *paths):
        if path.is_dir():
            _flush_folder(path)
    with ThreadPoolExecutor(2) as pool:
        digests = pool.map(_sha256, files)
        return {
            path.relative_to(folder).as_posix(): (path.stat().st_size, digest)
            for path, digest in zip(files, digests, strict=True)
        }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def replace_text(path: Path, text: str, *, mode: int = 0o666) -> None:
    """Replace a file in one step, flushed to the disk: a crash leaves the old text or the new one."""
    temporary = path.with_name(path.name + ".tmp")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _numbers(root: Path) -> list[int]:
    return sorted(int(path.name[4:]) for path in root.iterdir() if _NAME.fullmatch(path.name))


def _next_number(root: Path) -> int:
    return max(_numbers(root), default=0) + 1


def _sweep(root: Path) -> None:
    for path in root.glob(".staging-*"):
        shutil.rmtree(path, ignore_errors=True)


def _drop_old(root: Path, current: str) -> None:
    # Numbers beyond the current one are generations that a crash kept from being published.
    others = [f"gen-{number:06d}" for number in _numbers(root) if f"gen-{number:06d}" != current]
    for name in others[: max(0, len(others) - (KEEP - 1))]:
        shutil.rmtree(root / name, ignore_errors=True)
