"""Processes that hold an index or are killed while they write it; run with ``-m`` by test_generations.py."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from onrecord.ingest import ingest
from onrecord.storage.generations import current_generation, writer
from tests.fakes import FakeEmbedder
from tests.samples import HARBOUR, SMELTER, write_jsonl

WATCHED = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.listdir", "shutil.rmtree", "sqlite3.connect"}


def hold(root: str) -> None:
    """Take the lock and keep it."""
    with writer(Path(root)):
        print("held", flush=True)
        time.sleep(600)


def killed(root: str, seed: str, count: str) -> None:
    """Ingest again and again; each time the process that does it is killed, and a line says when."""
    index, chance = Path(root), random.Random(int(seed))
    touches = _touches(index)
    for n in range(1, int(count) + 1):
        _one(index, f"touch-{n}", at=chance.randint(1, touches))
    for n in range(1, int(count) // 2 + 1):
        _one(index, f"time-{n}", after=chance.random() * 0.04)


def _touches(index: Path) -> int:
    """How often an ingest touches a file of the index; it publishes the first generation."""
    read, write = os.pipe()
    if not os.fork():
        _watch(index, lambda number: os.write(write, b"."))
        _ingest(index, 0)
        os._exit(0)
    os.wait()
    os.close(write)
    return len(os.read(read, 65536))


def _one(index: Path, moment: str, *, at: int = 0, after: float = 60.0) -> None:
    current = current_generation(index)
    before = int(current.name[4:]) if current else 0
    child = os.fork()
    if not child:
        _watch(index, lambda number: os.kill(os.getpid(), signal.SIGKILL) if number == at else None)
        _ingest(index, before)
        os._exit(0)
    deadline = time.monotonic() + after
    while time.monotonic() < deadline:
        gone, status = os.waitpid(child, os.WNOHANG)
        if gone:
            break
        time.sleep(0.001)
    else:
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    ended = "killed" if os.WIFSIGNALED(status) else "finished"
    print(moment, before, ended, flush=True)
    # The test looks at the index before the next one begins to write.
    sys.stdin.readline()


def _watch(index: Path, touched: Callable[[int], object]) -> None:
    number = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal number
        if event in WATCHED and str(index) in str(arguments[:1]):
            number += 1
            touched(number)

    sys.addaudithook(hook)


def _ingest(index: Path, version: int) -> None:
    texts = {"wall": HARBOUR, "copper": SMELTER}
    records = [{"id": name, "text": f"{text}\n\nVersion {version}"} for name, text in texts.items()]
    file = write_jsonl(index.parent / "articles.jsonl", *records)
    ingest([file], root=index, embedder=FakeEmbedder())


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
