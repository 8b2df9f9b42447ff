"""What an ingest leaves behind when it is killed, or when the disk fails it, at every moment that can be told apart.

``python -m tests.storage.crash [--kills 200] [--folder DIR]`` prints how often each fault was tried and how often
something was lost.  test_generations.py runs a few of each.

Every trial begins with a published state and fails the ingest of the next one, which adds, changes and removes
articles.  Afterwards the index must be whole, hold exactly the old state or exactly the new one, and find it;
then the same ingest must complete.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from onrecord.errors import IndexUnusableError, OnRecordError
from onrecord.ingest import ingest
from onrecord.runtime import Runtime
from onrecord.settings import load_settings
from onrecord.storage.generations import writer
from tests.fakes import FakeEmbedder
from tests.samples import HARBOUR, ROOT, SMELTER, write_jsonl

_WATCHED = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.listdir", "shutil.rmtree", "sqlite3.connect"}
_REFUSED = 3  # the exit code of an IndexUnusableError
_FAILING_CALLS = ("write", "pwrite64", "fsync", "rename", "mkdir")


class Trial:
    """An index folder that goes from state to state, with a fault in between each time."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "index"
        self._articles = folder / "articles.jsonl"
        self._filler = folder / "filler"
        self._state = 0
        self._complete()

    def __call__(self, fault: Callable[[], object]) -> str:
        """What becomes of an ingest whose process begins with ``fault``: ``killed``, ``refused`` or ``finished``."""
        return self._judged(os.waitpid(self._begun(fault), 0)[1])

    def killed_after(self, seconds: float) -> str:
        """The same, killed from outside."""
        child = self._begun(lambda: None)
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        return self._judged(os.waitpid(child, 0)[1])

    def killed_at(self, touch: int) -> str:
        """The same, killed when it touches a file of the index for the nth time."""
        return self(
            lambda: _watch(self.root, lambda number: os.kill(os.getpid(), signal.SIGKILL) if number == touch else None)
        )

    def touches(self) -> int:
        """How often an ingest touches a file of the index."""
        read, write = os.pipe()
        self(lambda: _watch(self.root, lambda _: os.write(write, b".")))
        os.close(write)
        return len(os.read(read, 65536))

    def on_a_full_disk(self, free: int) -> str:
        """The same, with so many bytes left on the disk."""
        room = shutil.disk_usage(self.root).free
        with self._filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(room - free, 1))
        _, status = os.waitpid(self._begun(lambda: None), 0)
        self._filler.unlink()
        return self._judged(status)

    def traced(self, call: str, number: int) -> str:
        """The same, with the nth system call of a kind failing with an I/O error."""
        self._next()
        inject = ["strace", "-f", "-qqq", "-o", "/dev/null", "-e", f"inject={call}:error=EIO:when={number}"]
        command = [sys.executable, "-m", "tests.storage.crash", "--ingest", str(self.root), str(self._articles)]
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run([*inject, *command], cwd=ROOT, env=environment, check=False, capture_output=True)
        return self._judged(done.returncode << 8, said=done.stderr.decode()[-300:])

    def _next(self) -> None:
        self._state += 1
        write_jsonl(self._articles, *_records(self._state))

    def _begun(self, fault: Callable[[], object]) -> int:
        self._next()
        child = os.fork()
        if not child:
            os._exit(_exit_code(lambda: _ingest(self.root, self._articles, fault)))
        return child

    def _judged(self, status: int, *, said: str = "") -> str:
        ends = {0: "finished", _REFUSED: "refused"}
        ended = "killed" if os.WIFSIGNALED(status) else ends.get(os.WEXITSTATUS(status), "failed")
        found = self._found()
        expected = {self._state} if ended == "finished" else {self._state - 1, self._state}
        if found not in expected or ended == "failed":
            raise AssertionError(f"{ended}, and the index holds state {found} of {sorted(expected)}: {said}")
        self._complete()
        return ended

    def _found(self) -> int:
        """The state that is published; raises if it is no state at all, or if it is not whole."""
        with closing(Runtime(load_settings(index=self.root, model="none"), embedder=FakeEmbedder())) as runtime:
            hits = runtime.search("the harbour wall and its state", k=50)
            counts = runtime.manifest().counts
        state = next(int(hit.passage.text.split()[-1]) for hit in hits if "in state" in hit.passage.text)
        expected = {record["id"]: record["text"] for record in _records(state)}
        if {hit.passage.article.id: hit.passage.article.text for hit in hits} != expected:
            raise AssertionError("two states are mixed")
        if counts["articles"] != len(expected):
            raise AssertionError(f"{counts['articles']} articles in state {state}")
        return state

    def _complete(self) -> None:
        write_jsonl(self._articles, *_records(self._state))
        _ingest(self.root, self._articles)
        if self._found() != self._state:
            raise AssertionError(f"the ingest after it did not publish state {self._state}")
        left = [path.name for path in self.root.glob(".staging*")]
        if left:
            raise AssertionError(f"left behind: {left}")


def limited(bytes_a_file: int) -> Callable[[], None]:
    """A fault: no file may grow beyond a size."""

    def fault() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_a_file, bytes_a_file))

    return fault


def hold(root: str) -> None:
    """Take the lock and keep it."""
    with writer(Path(root)):
        print("held", flush=True)
        time.sleep(600)


def _records(state: int) -> Iterator[dict[str, str]]:
    yield {"id": "stays", "text": HARBOUR.strip()}
    yield {"id": "changes", "text": f"The harbour wall is in state {state}"}
    yield {"id": f"comes-{state}", "text": f"{SMELTER.strip()}\n\nIts harbour wall is in state {state}"}


def _exit_code(run: Callable[[], object]) -> int:
    try:
        run()
    except OnRecordError as error:
        return _REFUSED if isinstance(error, IndexUnusableError) else 1
    except BaseException as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 1
    return 0


def _watch(index: Path, touched: Callable[[int], object]) -> None:
    number = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal number
        if event in _WATCHED and str(index) in str(arguments[:1]):
            number += 1
            touched(number)

    sys.addaudithook(hook)


def _ingest(root: Path, articles: Path, fault: Callable[[], object] = lambda: None) -> None:
    fault()
    ingest([articles], root=root, embedder=FakeEmbedder(), prune=True)


def _random_kills(trial: Trial, count: int) -> Iterator[str]:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    started = time.monotonic()
    trial(lambda: None)
    longest = time.monotonic() - started
    for _ in range(count):
        yield trial.killed_after(chance.random() * longest)


def _full_disks(folder: Path) -> Iterator[str]:
    """A disk of its own, in memory, with less room each time."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "onrecord", str(folder)], check=True)
    try:
        trial = Trial(folder)
        for free in (0, *(4096 * 2**step for step in range(12)), *range(100_000, 2_000_000, 150_000)):
            yield trial.on_a_full_disk(free)
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def _io_errors(trial: Trial, call: str) -> Iterator[str]:
    number = 1
    while (ended := trial.traced(call, number)) == "refused" or number < 3:
        yield ended
        number = max(number + 1, int(number * 1.3))


def _report(folder: Path, kills: int) -> dict[str, dict[str, int]]:
    """Every fault as often as it is told, and how the ingests ended; a loss raises."""
    (folder / "disk").mkdir(parents=True)
    trial = Trial(folder)
    faults: dict[str, Iterator[str]] = {
        "killed at a random moment": _random_kills(trial, kills),
        "killed at each touch of a file": (trial.killed_at(at) for at in range(1, trial.touches() + 1)),
        "no file may grow beyond a size": (trial(limited(int(1.5**step))) for step in range(2, 38)),
        "full disk": _full_disks(folder / "disk"),
    }
    for call in _FAILING_CALLS:
        faults[f"{call} fails"] = _io_errors(trial, call)
    report = {}
    for name, ended in faults.items():
        report[name] = dict(Counter(ended))
        print(f"{name}: {report[name]}", flush=True)
    total = sum(sum(one.values()) for one in report.values())
    print(f"{total} ingests failed on purpose, 0 lost anything")
    return report


def main() -> None:
    """Print the report, or be the process that something happens to."""
    parser = argparse.ArgumentParser(prog="tests.storage.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--folder", type=Path, help="where to work [a temporary folder]")
    parser.add_argument("--ingest", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--hold", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.hold:
        hold(options.hold)
    elif options.ingest:
        root, articles = map(Path, options.ingest)
        sys.exit(_exit_code(lambda: _ingest(root, articles)))
    else:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            _report(Path(folder), options.kills)


if __name__ == "__main__":
    main()
