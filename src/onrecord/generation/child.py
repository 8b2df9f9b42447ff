"""One life of the language model's process: started, told what to do, watched and buried."""

from __future__ import annotations

import contextlib
import os
import queue
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onrecord.errors import ModelCrashedError, ModelError
from onrecord.generation.frames import frames, pack

__all__ = ["KEPT_ENVIRONMENT", "TICK_SECONDS", "Call", "Child", "Plan"]

TICK_SECONDS = 0.25
CANCEL_SECONDS = 1.5
KEPT_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "CUDA_VISIBLE_DEVICES")
NEXT_STEP = "ask again; the server's log has more"


@dataclass(frozen=True, slots=True)
class Plan:
    """How to start a child, what to tell it first, and how long it may take."""

    command: tuple[str, ...]
    start: Mapping[str, object]
    stall_seconds: float
    start_seconds: float
    answer_seconds: float


class Call:
    """One request, and what comes back for it within ``seconds``; ``end`` is called once nothing more will.

    A count is answered ``aside``, while the process works on something else.
    """

    def __init__(
        self,
        number: int,
        request: Mapping[str, object],
        seconds: float,
        end: Callable[[], None],
        *,
        aside: bool = False,
    ) -> None:
        self.number = number
        self.aside = aside
        self.frame = pack({"id": number, **request})
        self.begun = False
        self.cancelled = False
        self.ended = False
        self._seconds = seconds
        self._end = end
        self._until = float("inf")
        self._events: queue.SimpleQueue[str | ModelError | None] = queue.SimpleQueue()

    def begin(self, now: float) -> None:
        """Start the clock: the process has what it needs to work on it."""
        self.begun = True
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


class Child:
    """One life of the model's process.

    A thread of its own starts the process, reads it, watches it and buries it.  The thread lives exactly as
    long as the process, which matters: the kernel's death signal goes by the thread that started it.
    """

    def __init__(self, plan: Plan, on_fault: Callable[[], None]) -> None:
        self.alive = True
        self._plan = plan
        self._on_fault = on_fault
        self._calls: dict[int, Call] = {}
        self._lock = threading.Lock()
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

    def submit(self, call: Call) -> None:
        """Send a request; whatever happens to it from now on ends the call."""
        self._spawned.wait()
        with self._lock:
            if not self.alive:
                raise ModelCrashedError("the language model's process ended", hint=NEXT_STEP)
            self._calls = {number: one for number, one in self._calls.items() if not one.ended} | {call.number: call}
            if self._ready:
                now = time.monotonic()
                call.begin(now)
                if not call.aside:
                    self._moved = now
        self._send(call.frame)

    def cancel(self, call: Call) -> None:
        """Stop a request, if it still runs."""
        with self._lock:
            if call.ended:
                return
            call.cancel(time.monotonic())
        if not call.aside:
            self._send(pack({"op": "cancel", "id": call.number}))

    @property
    def ready(self) -> bool:
        """Whether the model is loaded and the process lives."""
        return self.alive and self._ready

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
                for frame in frames(buffer):
                    self._take(frame)
            if reason := self._failed or self._overdue(asked):
                return reason
        return ""

    def _take(self, frame: Mapping[str, Any]) -> None:
        if "beat" in frame:
            if frame["beat"] != self._progress:
                self._progress, self._moved = frame["beat"], time.monotonic()
        elif "ready" in frame:
            with self._lock:
                self._ready, self._moved = True, time.monotonic()
                for call in self._calls.values():
                    call.begin(self._moved)
        elif "failed" in frame:
            self._failed = f"could not start: {frame['failed']}"
        elif (asked := self._calls.get(frame["id"])) and not asked.ended:
            if not asked.aside:
                self._moved = time.monotonic()
            if "piece" in frame:
                asked.put(frame["piece"])
            else:
                asked.end(ModelError(frame["error"], hint=frame["hint"]) if "error" in frame else None)

    def _overdue(self, asked: float) -> str:
        plan = self._plan
        if not self._ready:
            late = asked - self._started > plan.start_seconds
            return f"did not start within {plan.start_seconds:g} s" if late else ""
        if asked - self._heard > plan.stall_seconds:
            return f"gave no sign of life for {plan.stall_seconds:g} s"
        pending = self._pending()
        works = any(not call.aside for call in pending)
        if works and asked - self._moved > plan.stall_seconds:
            return f"made no progress for {plan.stall_seconds:g} s"
        for call in pending:
            if call.late(asked):
                return "did not stop when told to" if call.cancelled else "took too long for one answer"
        return ""

    def _pending(self) -> list[Call]:
        return [call for call in self._calls.values() if not call.ended]

    def _die(self, reason: str) -> None:
        if reason:
            self._on_fault()
        with self._lock:
            self.alive = False
        for call in self._pending():
            message = f"the language model's process {reason}"
            closed = ModelError("the language model was closed", hint="start the program again")
            call.end(ModelCrashedError(message, hint=NEXT_STEP) if reason else closed)

    def _bury(self, process: subprocess.Popen[bytes]) -> None:
        with self._pipe, contextlib.suppress(BrokenPipeError):
            for pipe in (process.stdout, process.stdin):
                if pipe:
                    pipe.close()
        process.wait()


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
