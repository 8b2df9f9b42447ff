"""A published index is whole, or its fault is named; no crash and no second writer can mix two."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from onrecord.errors import (
    IndexBusyError,
    IndexDamagedError,
    IndexMismatchError,
    IndexMissingError,
    IndexUnusableError,
    OnRecordError,
)
from onrecord.ingest import ingest
from onrecord.storage import generations
from onrecord.storage.generations import (
    current_generation,
    open_generation,
    publish,
    recover,
    rollback,
    writer,
)
from tests.fakes import FakeEmbedder
from tests.samples import HARBOUR, ROOT, SMELTER, write_jsonl
from tests.storage.crash import Trial, limited

FIELDS: dict[str, Any] = {"embedder": "e", "fingerprint": "f", "dimensions": 2, "passage_words": 120, "counts": {}}


def build(text: str = "content") -> Callable[[Path], dict[str, Any]]:
    def write(folder: Path) -> dict[str, Any]:
        (folder / "part").mkdir()
        (folder / "part" / "file").write_text(text)
        return FIELDS

    return write


def published(root: Path, *texts: str) -> Path:
    with writer(root):
        for text in texts:
            publish(root, build(text))
    return root


class TestPublishing:
    def test_the_last_one_is_current_and_some_before_it_stay(self, tmp_path: Path) -> None:
        root = published(tmp_path, "one", "two", "three", "four")
        folder, manifest = open_generation(root)
        assert (folder.name, manifest.generation) == ("gen-000004", "gen-000004")
        assert (folder / "part" / "file").read_text() == "four"
        assert sorted(path.name for path in root.glob("gen-*")) == ["gen-000002", "gen-000003", "gen-000004"]

    def test_a_build_that_fails_leaves_nothing(self, tmp_path: Path) -> None:
        root = published(tmp_path, "one")

        def fails(folder: Path) -> dict[str, Any]:
            (folder / "half").write_text("half")
            raise KeyError("no disk")

        with writer(root), pytest.raises(KeyError):
            publish(root, fails)
        assert open_generation(root)[0].name == "gen-000001"
        assert not list(root.glob(".staging-*"))

    def test_what_a_crash_left_is_swept_and_its_number_not_used_again(self, tmp_path: Path) -> None:
        root = published(tmp_path, "one")
        (root / ".staging-gen-000002").mkdir()
        shutil.copytree(root / "gen-000001", root / "gen-000007")
        published(root, "two")
        assert open_generation(root)[0].name == "gen-000008"
        assert not list(root.glob(".staging-*"))

    def test_an_older_generation_can_be_made_current(self, tmp_path: Path) -> None:
        root = published(tmp_path, "one", "two")
        with writer(root):
            rollback(root)
        assert open_generation(root)[1].generation == "gen-000001"

    def test_a_pointer_to_another_generation_than_it_was_made_for_is_refused(self, tmp_path: Path) -> None:
        root = published(tmp_path, "one", "two")
        pointer = (root / "CURRENT").read_text()
        (root / "CURRENT").write_text(pointer.replace("gen-000002", "gen-000001"))
        with pytest.raises(IndexDamagedError, match="does not belong to gen-000001"):
            open_generation(root)

    def test_the_newest_whole_one_is_named_again_where_the_pointer_was_lost(self, tmp_path: Path) -> None:
        root = published(tmp_path, "one", "two", "three")
        (root / "CURRENT").unlink()
        (root / "gen-000003" / "part" / "file").write_text("gone bad")
        with pytest.raises(IndexDamagedError, match="CURRENT is missing; run `onrecord rollback`"):
            open_generation(root)
        with writer(root):
            recover(root)
            recover(root)
        assert open_generation(root)[0].name == "gen-000002"

    def test_a_damaged_pointer_is_mended_by_a_rollback(self, tmp_path: Path) -> None:
        root = published(tmp_path, "one", "two")
        (root / "CURRENT").write_text("gen-0000")
        with writer(root):
            assert rollback(root).generation == "gen-000002"
        assert open_generation(root)[0].name == "gen-000002"

    def test_where_nothing_is_whole_it_says_so(self, tmp_path: Path) -> None:
        root = published(tmp_path, "one")
        (root / "CURRENT").unlink()
        (root / "gen-000001" / "part" / "file").unlink()
        with writer(root), pytest.raises(IndexDamagedError, match="no generation in"):
            recover(root)

    def test_nothing_published_yet(self, tmp_path: Path) -> None:
        assert current_generation(tmp_path / "nowhere") is None
        for root in (tmp_path, tmp_path / "nowhere"):
            with pytest.raises(IndexMissingError, match="onrecord ingest"):
                open_generation(root)

    def test_a_file_is_no_index(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(IndexMissingError, match="not a folder"):
            open_generation(tmp_path / "file")
        with pytest.raises(IndexUnusableError, match="cannot be written"), writer(tmp_path / "file"):
            pass

    def test_a_newer_format_says_so(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        root = published(tmp_path, "one")
        monkeypatch.setattr(generations, "FORMAT", 0)
        with pytest.raises(IndexMismatchError, match="upgrade onrecord"):
            open_generation(root)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index with two generations of the real files."""
    root = tmp_path_factory.mktemp("whole")
    file = write_jsonl(root / "a.jsonl", {"id": "wall", "text": HARBOUR})
    ingest([file], root=root / "index", embedder=FakeEmbedder())
    write_jsonl(file, {"id": "wall", "text": HARBOUR}, {"id": "copper", "text": SMELTER})
    ingest([file], root=root / "index", embedder=FakeEmbedder())
    return root / "index"


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    chance = random.Random(len(data))
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(7)
    path.write_bytes(bytes(data))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def swap(path: Path) -> None:
    """Put another file of the index in its place, one of the same kind from the generation before if it can be."""
    root = next(folder for folder in path.parents if (folder / "CURRENT").exists())
    others = [one for one in sorted(root.rglob("*")) if one.is_file() and one.read_bytes() != path.read_bytes()]
    others.sort(key=lambda one: one.suffix != path.suffix)
    shutil.copy(others[0], path)


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGE: dict[str, Callable[[Path], object]] = {
    "a bit flipped": flip,
    "cut": cut,
    "missing": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "swapped": swap,
    "a folder": make_folder,
}
KINDS = [
    "CURRENT", "manifest.json", "articles.db", "index.faiss", "rows.f16", "meta.json",
    ".fast", ".fieldnorm", ".idx", ".pos", ".store", ".term", "buckets.npy", "chunks.npy", "postings.npy", "articles.npy", "origins.npy",
]  # fmt: skip


def file_of(root: Path, kind: str) -> Path:
    return next(
        path for path in [*sorted((root / "gen-000002").rglob("*")), root / "CURRENT"] if path.name.endswith(kind)
    )


def test_every_file_is_of_a_kind_that_is_damaged_below(whole: Path) -> None:
    files = [path for path in (whole / "gen-000002").rglob("*") if path.is_file()]
    assert not [path.name for path in files if not path.name.endswith((*KINDS, ".managed.json"))]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_found_and_its_file_named(whole: Path, tmp_path: Path, damage: str, kind: str) -> None:
    root = tmp_path / "index"
    shutil.copytree(whole, root)
    path = file_of(root, kind)
    if path.stat().st_size == 0:
        path.write_bytes(b"not empty any more")
    else:
        DAMAGE[damage](path)
    named = "CURRENT" if kind == "CURRENT" else path.relative_to(root).as_posix()
    with pytest.raises(IndexDamagedError) as caught:
        open_generation(root)
    assert named in caught.value.message
    assert "onrecord ingest" in caught.value.hint


@pytest.mark.parametrize("name", ["CURRENT", "gen-000001/manifest.json"])
def test_no_byte_of_the_pointer_or_the_manifest_can_change_unseen(tmp_path: Path, name: str) -> None:
    path = published(tmp_path, "one") / name
    data = path.read_bytes()
    unseen = []
    for place in range(len(data)):
        for bit in range(8) if name == "CURRENT" else [place % 8]:
            path.write_bytes(data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :])
            try:
                open_generation(tmp_path)
            except OnRecordError:
                continue
            unseen.append((place, bit))
    assert unseen == []


def test_a_generation_that_is_gone_is_named(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "index")
    shutil.rmtree(tmp_path / "index" / "gen-000002")
    with pytest.raises(IndexDamagedError, match="gen-000002, which is missing"):
        open_generation(tmp_path / "index")


def test_a_second_writer_is_told_and_a_kill_frees_the_lock(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.storage.crash", "--hold", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        with pytest.raises(IndexBusyError, match="another process is writing"), writer(tmp_path):
            pass
        process.kill()
    published(tmp_path, "one")
    assert open_generation(tmp_path)[0].name == "gen-000001"


def test_readers_do_not_mind_a_writer(tmp_path: Path) -> None:
    published(tmp_path, "one")
    with writer(tmp_path):
        assert open_generation(tmp_path)[0].name == "gen-000001"


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """An index that is failed again and again."""
    return Trial(tmp_path_factory.mktemp("trial"))


class TestFaults:
    """A few of each of the faults of crash.py, which tries them all; the trial itself looks for losses."""

    def test_a_kill_when_it_touches_a_file(self, trial: Trial) -> None:
        touches = trial.touches()
        assert touches > 20
        ended = [trial.killed_at(at) for at in random.sample(range(1, touches + 1), 8)]
        assert "killed" in ended

    def test_a_kill_at_a_random_moment(self, trial: Trial) -> None:
        for _ in range(4):
            trial.killed_after(random.random() * 0.3)

    @pytest.mark.parametrize("size", [0, 100, 3_000, 20_000])
    def test_a_file_that_may_not_grow(self, trial: Trial, size: int) -> None:
        assert trial(limited(size)) == "refused"

    @pytest.mark.parametrize("call", ["write", "pwrite64", "fsync", "rename"])
    def test_an_input_output_error(self, trial: Trial, call: str) -> None:
        if shutil.which("strace") is None:
            assert not os.environ.get("CI"), "strace is missing: .ci/run installs it"
            pytest.skip("strace is not installed")
        assert trial.traced(call, random.randint(1, 2)) == "refused"

    def test_a_loss_would_be_seen(self, trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
        """With the new pointer written before the new generation is there, a kill in between is a loss."""
        seen = trial.root / "CURRENT"
        before = seen.read_text()
        seen.write_text(before.replace("gen-", "gen-9"))
        with pytest.raises(IndexDamagedError):
            trial._found()
        seen.write_text(before)
        trial._state += 1
        with pytest.raises(AssertionError, match="holds state"):
            trial._judged(0)
