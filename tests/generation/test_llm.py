"""The model's process is started, watched and buried: everything here runs without a model.

The process is a real one that speaks the real protocol; only its engine is played by ``ACTOR``.
"""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import os
import platform
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from onrecord.errors import ModelBusyError, ModelCrashedError, ModelError, ModelMissingError
from onrecord.generation import child, llm
from onrecord.generation.llm import LocalModel, find_adapter, find_model
from onrecord.types import Message
from tests.contracts import LanguageModelContract
from tests.fakes import ScriptedModel

ACTOR = """
import os, signal, sys, time
from onrecord.errors import ModelError
from onrecord.generation.worker import serve

class Actor:
    def __init__(self, pulse):
        self.pulse = pulse

    def generate(self, messages, max_tokens, stop, grammar):
        verb, _, rest = messages[-1].content.partition(" ")
        yield from getattr(self, verb)(rest)

    def count(self, text):
        return len(text)

    def say(self, text):
        for word in text.split():
            self.pulse.tick()
            yield word + " "

    def die(self, name):
        yield "so far"
        os.kill(os.getpid(), getattr(signal, name))
        time.sleep(60)

    def loop(self, _):
        yield "so far"
        while True:
            time.sleep(1)

    def talk(self, _):
        while not self.pulse.tick():
            time.sleep(0.02)
            yield "word "

    def ignore(self, _):
        yield "so far"
        while True:
            self.pulse.tick()
            time.sleep(0.02)

    def refuse(self, _):
        raise ModelError("too long", hint="shorter")
        yield

    def bug(self, _):
        raise KeyError("secret")
        yield

    def eat(self, _):
        yield "so far"
        import mmap
        held = []
        while True:
            held.append(mmap.mmap(-1, 1 << 26, flags=mmap.MAP_PRIVATE))

    def connect(self, family):
        import socket
        try:
            socket.socket(getattr(socket, family)).close()
            yield "opened"
        except OSError as error:
            yield type(error).__name__

    def start(self, _):
        import subprocess
        try:
            yield str(subprocess.run(["/bin/true"]).returncode)
        except OSError as error:
            yield type(error).__name__

    def print(self, _):
        os.write(1, b"llama.cpp says hello")
        print("and again", flush=True)
        yield "clean"

    def environment(self, _):
        yield " ".join(sorted(os.environ))

    def note(self, path):
        open(path, "w").close()
        yield from ()

    def linger(self, path):
        seen = os.path.exists(path)
        open(path, "w").close()
        while not seen and not self.pulse.tick():
            time.sleep(0.02)
        yield from ()

    def pid(self, _):
        yield str(os.getpid())

    def limits(self, _):
        import resource
        yield str(resource.getrlimit(resource.RLIMIT_CORE))

def build(start, pulse):
    if "broken" in start["path"]:
        raise ModelError("no such tensor", hint="")
    return Actor(pulse)

serve(build)
"""
COMMAND = (sys.executable, "-W", "error", "-P", "-c", ACTOR)
PROMISED_SECONDS = 2.0


def say(model: LocalModel, text: str) -> str:
    return "".join(model.stream([Message("user", text)], max_tokens=50))


def first_piece(stream: Iterator[str]) -> str:
    return next(piece for piece in stream if piece)


@contextlib.contextmanager
def actor(path: str = "actor.gguf", **options: float) -> Iterator[LocalModel]:
    model = LocalModel(Path(path), command=COMMAND, **options)  # type: ignore[arg-type]
    try:
        yield model
    finally:
        model.close()


@pytest.fixture
def model() -> Iterator[LocalModel]:
    with actor() as model:
        yield model


class TestScriptedModel(LanguageModelContract):
    @pytest.fixture
    def model(self) -> ScriptedModel:
        return ScriptedModel(["One, two, three, four, five, six, seven, eight."] * 9)


def test_a_scripted_model_raises_and_waits_as_told() -> None:
    model = ScriptedModel([ModelCrashedError("died", hint=""), "text"], before_error="Half a")
    with pytest.raises(ModelCrashedError):
        list(model.stream([Message("user", "one")], max_tokens=9))
    model.gate.clear()
    stream = model.stream([Message("user", "two")], max_tokens=9)
    assert next(stream) == ""
    stream.close()  # type: ignore[attr-defined]
    assert (model.stopped, len(model.history)) == (1, 2)


def test_an_answer_comes_back_and_its_tokens_are_counted(model: LocalModel) -> None:
    assert say(model, "say the council met") == "the council met "
    assert model.count_tokens("four") == 4
    assert model.name == "actor"


def test_memory_that_runs_out_is_a_fault_within_two_seconds() -> None:
    with actor(memory_bytes=400 << 20) as model:
        stream = model.stream([Message("user", "eat")], max_tokens=9)
        assert first_piece(stream) == "so far"
        began = time.monotonic()
        with pytest.raises(ModelCrashedError, match="ended with status 1"):
            list(stream)
        assert time.monotonic() - began < PROMISED_SECONDS
        assert say(model, "say again") == "again "


@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV", "SIGABRT", "SIGSTOP"])
def test_a_fault_is_reported_within_two_seconds_and_the_next_call_works(model: LocalModel, name: str) -> None:
    stream = model.stream([Message("user", f"die {name}")], max_tokens=9)
    assert first_piece(stream) == "so far"
    began = time.monotonic()
    with pytest.raises(ModelCrashedError):
        list(stream)
    assert time.monotonic() - began < PROMISED_SECONDS
    assert say(model, "say again") == "again "


def test_beats_without_progress_are_a_fault(model: LocalModel) -> None:
    began = time.monotonic()
    with pytest.raises(ModelCrashedError, match="no progress"):
        say(model, "loop")
    assert time.monotonic() - began < PROMISED_SECONDS + 1  # the start of the process is in it
    assert say(model, "say again") == "again "


def test_a_death_between_two_calls_is_not_noticed_by_the_second(model: LocalModel) -> None:
    os.kill(int(say(model, "pid")), signal.SIGKILL)
    time.sleep(0.5)
    assert say(model, "say again") == "again "


def test_an_answer_that_takes_too_long_is_a_fault() -> None:
    with actor(answer_seconds=0.6) as model, pytest.raises(ModelCrashedError, match="too long"):
        say(model, "talk")


def test_a_bug_in_the_process_is_a_fault_and_keeps_its_text_to_itself(model: LocalModel) -> None:
    with pytest.raises(ModelCrashedError) as caught:
        say(model, "bug")
    assert "secret" not in str(caught.value)


def test_a_model_that_cannot_be_loaded_says_why() -> None:
    with actor("broken.gguf") as model, pytest.raises(ModelCrashedError, match="no such tensor"):
        say(model, "say x")


@pytest.mark.parametrize(
    "command",
    [
        ("/nonexistent/python",),
        (sys.executable, "-c", "raise SystemExit(3)"),
        (sys.executable, "-c", "import sys; sys.stdin.read(9); print('not a frame' * 9)"),
        (sys.executable, "-c", "import time; time.sleep(60)"),
    ],
)
def test_a_process_that_does_not_start_is_a_fault(command: tuple[str, ...]) -> None:
    model = LocalModel(Path("a.gguf"), command=command, start_seconds=1)
    with pytest.raises(ModelCrashedError):
        say(model, "say x")
    model.close()


def test_a_refused_request_is_no_fault(model: LocalModel) -> None:
    before = say(model, "pid")
    for _ in range(4):
        with pytest.raises(ModelError, match="too long") as caught:
            say(model, "refuse")
        assert not isinstance(caught.value, ModelCrashedError)
    assert say(model, "pid") == before


def test_closing_a_stream_frees_the_process_within_a_second(model: LocalModel) -> None:
    before = say(model, "pid")
    stream = model.stream([Message("user", "talk")], max_tokens=9)
    first_piece(stream)
    stream.close()  # type: ignore[attr-defined]
    began = time.monotonic()
    assert say(model, "pid") == before
    assert time.monotonic() - began < 1


def test_a_process_that_does_not_stop_when_told_to_is_replaced() -> None:
    with actor(wait_seconds=5) as model:
        stream = model.stream([Message("user", "ignore")], max_tokens=9)
        first_piece(stream)
        stream.close()  # type: ignore[attr-defined]
        assert say(model, "say again") == "again "


def test_a_slow_reader_holds_nobody_up(model: LocalModel) -> None:
    slow = model.stream([Message("user", "say one two three")], max_tokens=9)
    first = first_piece(slow)
    assert say(model, "say quick") == "quick "
    assert first + "".join(slow) == "one two three "


def test_a_caller_who_waits_gets_turns_and_may_leave(model: LocalModel) -> None:
    talking = model.stream([Message("user", "talk")], max_tokens=9)
    first_piece(talking)
    waiting = model.stream([Message("user", "say never")], max_tokens=9)
    assert next(waiting) == ""
    waiting.close()  # type: ignore[attr-defined]
    talking.close()  # type: ignore[attr-defined]
    assert say(model, "say again") == "again "


def test_too_many_waiting_callers_are_told_so() -> None:
    with actor(queue_limit=1) as model:
        talking = model.stream([Message("user", "talk")], max_tokens=9)
        first_piece(talking)
        waiting = model.stream([Message("user", "say late")], max_tokens=9)
        assert next(waiting) == ""
        with pytest.raises(ModelBusyError):
            say(model, "say x")
        talking.close()  # type: ignore[attr-defined]
        assert "".join(waiting) == "late "


def test_a_turn_that_does_not_come_is_not_waited_for_for_ever() -> None:
    turns = llm._Turns(limit=3)
    turns.join()
    with pytest.raises(ModelBusyError):
        list(turns.wait(turns.join(), 0))


def test_after_three_faults_nothing_is_started_until_the_model_has_cooled_down() -> None:
    with actor(cool_down_seconds=1.5) as model:
        assert model.status().state == "idle"
        for _ in range(3):
            with pytest.raises(ModelCrashedError, match="SIGKILL"):
                say(model, "die SIGKILL")
        began = time.monotonic()
        for _ in range(3):
            with pytest.raises(ModelCrashedError, match="3 times"):
                say(model, "say x")
            with pytest.raises(ModelCrashedError, match="3 times"):
                model.count_tokens("x")
        assert time.monotonic() - began < 0.5
        assert model.status().state == "paused"
        assert 0 < model.status().seconds_left <= 1.5
        time.sleep(1.6)
        assert model.status().state == "idle"
        assert say(model, "say again") == "again "
        assert model.status().state == "ready"
        # It works again, so it takes three new faults.
        with pytest.raises(ModelCrashedError, match="SIGKILL"):
            say(model, "die SIGKILL")
        assert say(model, "say again") == "again "


def test_after_the_pause_one_attempt_tells_whether_it_goes_on() -> None:
    with actor(cool_down_seconds=0.5) as model:
        for _ in range(3):
            with pytest.raises(ModelCrashedError, match="SIGKILL"):
                say(model, "die SIGKILL")
        time.sleep(0.6)
        trial = model.stream([Message("user", "talk")], max_tokens=9)
        first_piece(trial)
        with pytest.raises(ModelCrashedError, match="tried again now"):
            say(model, "say x")
        trial.close()  # type: ignore[attr-defined]
        with pytest.raises(ModelCrashedError, match="SIGKILL"):
            say(model, "die SIGKILL")
        assert model.status().state == "paused"


def test_a_warmed_model_is_left_alone_after_three_faults(tmp_path: Path) -> None:
    with actor(cool_down_seconds=60) as model:
        note = tmp_path / "note"
        model.warm([Message("user", f"note {note}")])
        for _ in range(3):
            with pytest.raises(ModelCrashedError, match="SIGKILL"):
                say(model, "die SIGKILL")
        time.sleep(0.5)
        assert not [child for child in model._children if child.alive]


def test_a_count_waits_for_nobodys_answer(model: LocalModel) -> None:
    talking = model.stream([Message("user", "talk")], max_tokens=9)
    first_piece(talking)
    began = time.monotonic()
    assert [model.count_tokens("x" * size) for size in range(5)] == [0, 1, 2, 3, 4]
    assert time.monotonic() - began < 1
    assert next(talking) is not None
    talking.close()  # type: ignore[attr-defined]


def test_counts_do_not_hide_an_answer_that_hangs(model: LocalModel) -> None:
    def listen() -> None:
        for _ in model.stream([Message("user", "loop")], max_tokens=9):
            model.count_tokens("x")

    began = time.monotonic()
    with pytest.raises(ModelCrashedError, match="no progress"):
        listen()
    assert time.monotonic() - began < PROMISED_SECONDS + 1  # the start of the process is in it


def test_who_waits_for_a_turn_is_told_soon() -> None:
    with actor(wait_seconds=0.5) as model:
        talking = model.stream([Message("user", "talk")], max_tokens=9)
        first_piece(talking)
        assert model.status().waiting == 1
        began = time.monotonic()
        with pytest.raises(ModelBusyError, match="not free"):
            say(model, "say x")
        assert time.monotonic() - began < 1
        talking.close()  # type: ignore[attr-defined]
        assert say(model, "say again") == "again "


def test_only_the_first_start_is_waited_for(tmp_path: Path) -> None:
    slow = tmp_path / "slow"
    code = f"import os, time\nif os.path.exists({str(slow)!r}): time.sleep(60)\n{ACTOR}"
    model = LocalModel(Path("a.gguf"), command=(sys.executable, "-P", "-c", code), wait_seconds=0.5)
    pid = int(say(model, "pid"))
    slow.touch()
    os.kill(pid, signal.SIGKILL)
    time.sleep(0.5)
    began = time.monotonic()
    with pytest.raises(ModelBusyError, match="still starting"):
        say(model, "say x")
    assert model.status().state == "starting"
    assert time.monotonic() - began < PROMISED_SECONDS
    model.close()
    assert model.status().state == "closed"


def test_a_warmed_model_is_started_again_and_reads_its_beginning_again(model: LocalModel, tmp_path: Path) -> None:
    note = tmp_path / "note"
    model.warm([Message("user", f"note {note}")])
    for _ in range(2):
        note.unlink()
        with pytest.raises(ModelCrashedError):
            say(model, "die SIGKILL")
        wait_for(note)
    assert say(model, "say again") == "again "


def test_reading_ahead_makes_room_for_the_first_request(model: LocalModel, tmp_path: Path) -> None:
    note = tmp_path / "note"
    note.touch()
    model.warm([Message("user", f"linger {note}")])
    note.unlink()
    with pytest.raises(ModelCrashedError):
        say(model, "die SIGKILL")
    wait_for(note)
    began = time.monotonic()
    assert say(model, "say now") == "now "
    assert time.monotonic() - began < 1


def test_reading_ahead_is_left_out_where_a_request_waits(model: LocalModel, tmp_path: Path) -> None:
    note = tmp_path / "note"
    model.warm([Message("user", f"note {note}")])
    note.unlink()
    os.kill(int(say(model, "pid")), signal.SIGKILL)
    time.sleep(0.5)
    assert say(model, "say again") == "again "
    assert not note.exists()


def test_a_model_that_was_closed_or_never_warmed_is_not_started_again(model: LocalModel, tmp_path: Path) -> None:
    with pytest.raises(ModelCrashedError):
        say(model, "die SIGKILL")
    assert not model._children[0].alive
    note = tmp_path / "note"
    model.warm([Message("user", f"note {note}")])
    note.unlink()
    model.close()
    model._revive()
    time.sleep(0.5)
    assert not note.exists()


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 5
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert path.exists()


def test_eight_threads_get_their_own_text(model: LocalModel) -> None:
    got: dict[int, list[str]] = {number: [] for number in range(8)}

    def ask(number: int) -> None:
        for turn in range(5):
            got[number].append(say(model, f"say canary-{number}-{turn}"))

    threads = [threading.Thread(target=ask, args=(number,)) for number in got]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {number: [f"canary-{number}-{turn} " for turn in range(5)] for number in got}


def test_prints_of_native_code_do_not_reach_the_protocol(model: LocalModel) -> None:
    assert say(model, "print") == "clean"


def test_the_process_gets_no_secrets_and_leaves_no_core(model: LocalModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONRECORD_STAFF_PASSWORD", "canary")
    assert set(say(model, "environment").split()) <= {*child.KEPT_ENVIRONMENT, "PYTHONPATH", "LC_CTYPE"}
    assert say(model, "limits") == "(0, 0)"


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in {"x86_64", "aarch64"}, reason="the filter is for these"
)
def test_the_process_has_no_network_and_starts_no_program(model: LocalModel) -> None:
    assert say(model, "connect AF_INET") == "PermissionError"
    assert say(model, "connect AF_INET6") == "PermissionError"
    assert say(model, "connect AF_UNIX") == "opened"
    assert say(model, "start") == "PermissionError"


def test_the_memory_of_the_process_is_bounded(model: LocalModel) -> None:
    with pytest.raises(ModelCrashedError, match="ended with status 1"):
        say(model, "eat")


def test_faults_and_closing_leave_no_descriptor_no_thread_and_no_zombie() -> None:
    def held() -> tuple[set[str], int]:
        gc.collect()
        links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
        open_now = {f"{link.name}:{link.readlink()}" for link in links}
        return {link for link in open_now if "pipe" in link or "socket" in link}, threading.active_count()

    before = held()
    for name in ("SIGKILL", "SIGSEGV", "none"):
        with actor() as model:
            pid = int(say(model, "pid"))
            with contextlib.suppress(ModelCrashedError):
                say(model, "say x" if name == "none" else f"die {name}")
        deadline = time.monotonic() + 2
        while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not Path(f"/proc/{pid}").exists()
    assert held() == before


def test_a_forgotten_model_ends_its_process(model: LocalModel) -> None:
    forgotten = LocalModel(Path("a.gguf"), command=COMMAND)
    pid = int(say(forgotten, "pid"))
    del forgotten
    gc.collect()
    assert not Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("end", ["", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_the_process_ends_with_its_parent(end: str) -> None:
    parent = f"""
        import os, signal
        from pathlib import Path
        from onrecord.generation.llm import LocalModel
        from onrecord.types import Message
        model = LocalModel(Path("a.gguf"), command={COMMAND!r})
        stream = model.stream([Message("user", "pid")], max_tokens=9)
        print(next(piece for piece in stream if piece), flush=True)
        talk = model.stream([Message("user", "talk")], max_tokens=9)
        next(piece for piece in talk if piece)
        {end}
    """
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(parent)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.stderr == ""
    deadline = time.monotonic() + 2
    while alive(done.stdout.strip()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(done.stdout.strip())


def alive(pid: str) -> bool:
    """A process whose parent has died may stay a zombie where nobody reaps orphans."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_setting_none_means_no_model() -> None:
    assert find_model("none") is None


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 a zip archive"])
def test_what_is_no_model_file_is_refused_with_the_next_step(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "model.gguf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelMissingError, match="ONRECORD_MODEL"):
        find_model(str(path))


def test_an_adapter_is_named_left_out_or_the_shipped_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_adapter("none") is None
    shipped = find_adapter("default")
    assert shipped is not None
    assert shipped.stat().st_size <= 15 * 2**20
    named = tmp_path / "mine.gguf"
    with pytest.raises(ModelMissingError, match="ONRECORD_ADAPTER"):
        find_adapter(str(named))
    named.write_bytes(b"GGUF")
    assert find_adapter(str(named)) == named
    # A copy of the package: its adapter deleted, then damaged, then with its checksum deleted.
    monkeypatch.setattr(llm, "files", lambda _package: tmp_path)
    assert find_adapter("default") is None
    (tmp_path / "models").mkdir()
    for name in ("phrasing.gguf", "phrasing.sha256"):
        (tmp_path / "models" / name).write_bytes(shipped.with_name(name).read_bytes())
    assert find_adapter("default") == tmp_path / "models" / "phrasing.gguf"
    (tmp_path / "models" / "phrasing.gguf").write_bytes(shipped.read_bytes()[:-1])
    with pytest.raises(ModelError, match="checksum"):
        find_adapter("default")
    (tmp_path / "models" / "phrasing.sha256").unlink()
    with pytest.raises(ModelError, match="checksum"):
        find_adapter("default")


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelMissingError, match="compiler"):
        find_model("default")
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF and so on")
    with pytest.raises(ModelMissingError, match="llama-cpp-python"):
        find_model(str(path))
