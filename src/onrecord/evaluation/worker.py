"""Break the model's process in mid-answer and crowd it with clients, and see what the readers get.

``python -m onrecord.evaluation.worker [--cache DIR] [--limit N]``: 50 faults (SIGKILL, which is what the kernel's memory
killer sends, SIGSEGV, SIGABRT, SIGSTOP for a hang, and a real memory limit), the circuit breaker after three of them, and
eight clients at once, each with questions and a marker of its own.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path

from onrecord.errors import ModelError
from onrecord.evaluation.bag import BagEmbedder
from onrecord.evaluation.metrics import percentile
from onrecord.evaluation.suite import Figures, Options, main, polnear_articles
from onrecord.evaluation.verbatim import questions
from onrecord.generation.llm import LocalModel, find_model
from onrecord.generation.prompts import FIXED
from onrecord.runtime import Runtime
from onrecord.settings import load_settings
from onrecord.types import Answer, Message, Question

__all__ = ["measure"]

_FAULTS = 50
_SIGNALS = (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGSTOP)
_DELAYS_SECONDS = (0.02, 0.1, 0.2, 0.4)
_PROMISED_SECONDS = 2.0
_PAUSE_SECONDS = 3.0
_START_SECONDS = 30.0
_MOST_TRIES = 4
_CLIENTS = 8
_TURNS = 3
_HUNGRY = (sys.executable, "-P", "-m", "onrecord.evaluation.hungry")


def measure(options: Options) -> Figures:
    """What the readers got: under faults, while the breaker was open, and when they came together."""
    path = find_model("default")
    if path is None:
        return {"skipped": "there is no model"}
    count = options.limit or _FAULTS
    memory = count // 5
    with closing(_runtime(options, LocalModel(path, cool_down_seconds=0))) as runtime:
        runtime.ingest([polnear_articles(options)])
        asked = [
            one
            for one in questions(list(runtime.quotes()))
            if not _asked(runtime, Question(one), phrased=False).refused
        ]
        figures = {"signals": _faults(runtime, asked, count - memory)}
    hungry = LocalModel(path, command=_HUNGRY, cool_down_seconds=0)
    with closing(_runtime(options, hungry)) as runtime:
        figures["memory limit"] = _faults(runtime, asked, memory, by_signal=False)
    with closing(_runtime(options, LocalModel(path, cool_down_seconds=_PAUSE_SECONDS))) as runtime:
        figures["breaker"] = _breaker(runtime, asked)
        figures["clients"] = _clients(runtime, asked)
    with closing(LocalModel(path, wait_seconds=120, answer_seconds=120)) as model:
        figures["markers"] = _markers(model)
    return figures


def _runtime(options: Options, model: LocalModel) -> Runtime:
    settings = load_settings(index=options.cache / "indexes" / "polnear-bag")
    return Runtime(settings, embedder=BagEmbedder(), model=model)


def _faults(runtime: Runtime, asked: Sequence[str], count: int, *, by_signal: bool = True) -> Figures:
    """How many faults in mid-answer left an answer, and how many of these within two seconds of the fault."""
    model = _model_of(runtime)
    seconds: list[float] = []
    figures: Figures = {"faults": 0, "answers": 0, "extractive": 0, "answered before the strike": 0}
    for at in range(_MOST_TRIES * count):
        if len(seconds) == count:
            break
        _warm(model)
        number = _SIGNALS[len(seconds) % len(_SIGNALS)] if by_signal else None
        delay = _DELAYS_SECONDS[at % len(_DELAYS_SECONDS)]
        answer, after = _struck(runtime, Question(asked[at % len(asked)]), number, delay)
        if after is None:
            figures["answered before the strike"] += 1
            continue
        seconds.append(after)
        figures["answers"] += not answer.refused
        figures["extractive"] += answer.mode == "extractive"
    return figures | {
        "faults": len(seconds),
        "within 2 s of the fault": sum(one <= _PROMISED_SECONDS for one in seconds),
        "slowest, s": round(max(seconds, default=0), 2),
        "p50, s": round(percentile(seconds, 0.5), 2) if seconds else None,
    }


def _warm(model: LocalModel) -> None:
    """Have the fixed part of the prompts read, as a server does, so that the strike falls into the answer."""
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        with suppress(ModelError):
            model.warm(FIXED)
            return
        time.sleep(0.1)


def _struck(
    runtime: Runtime, question: Question, number: signal.Signals | None, delay: float
) -> tuple[Answer, float | None]:
    """The answer to a question whose model is struck while it works, and how long after that it was whole.

    None instead of the seconds where the answer was whole before the strike.  Without a signal the process
    falls by itself once it is asked.
    """
    model = _model_of(runtime)
    struck: list[float] = []
    ended = threading.Event()

    def strike() -> None:
        while not model.status().waiting:
            if ended.wait(0.005):
                return
        if number is not None and not ended.wait(delay):
            for pid in _workers():
                os.kill(pid, number)
        struck.append(time.monotonic())

    thread = threading.Thread(target=strike)
    thread.start()
    answer = _asked(runtime, question)
    whole = time.monotonic()
    ended.set()
    thread.join()
    return answer, whole - struck[0] if struck and struck[0] < whole else None


def _breaker(runtime: Runtime, asked: Sequence[str]) -> Figures:
    """Three faults, then questions while no model is tried, then the one that is."""
    model = _model_of(runtime)
    _warm(model)
    for question in asked:
        if model.status().state == "paused":
            break
        _struck(runtime, Question(question), signal.SIGKILL, 0.05)
    paused = model.status().state
    began = time.monotonic()
    during = [_asked(runtime, Question(question)) for question in asked[:_CLIENTS]]
    slowest = (time.monotonic() - began) / len(during)
    processes = len(_workers())
    time.sleep(model.status().seconds_left + 0.1)
    _warm(model)
    return {
        "after three faults": paused,
        "answers meanwhile": sum(not answer.refused for answer in during),
        "of these by the model": sum(answer.mode == "model" for answer in during),
        "seconds each": round(slowest, 2),
        "processes meanwhile": processes,
        "after the trial": model.status().state,
    }


def _clients(runtime: Runtime, asked: Sequence[str]) -> Figures:
    """Eight clients at once: whatever the model phrased for one is what it phrases when it is asked alone."""
    chosen = [asked[at * len(asked) // (_CLIENTS * _TURNS)] for at in range(_CLIENTS * _TURNS)]
    alone = {question: _phrased(_asked(runtime, Question(question))) for question in chosen}
    together: list[tuple[str, Answer, float]] = []

    def ask(client: int) -> None:
        for question in chosen[client::_CLIENTS]:
            began = time.monotonic()
            answer = _asked(runtime, Question(question))
            together.append((question, answer, time.monotonic() - began))

    _all_at_once(ask)
    return {
        "answers": len(together),
        "refused": sum(answer.refused for _, answer, _ in together),
        "phrased by the model": sum(answer.mode == "model" for _, answer, _ in together),
        "with text that is not its own": sum(
            bool(set(_phrased(answer)) - set(alone[question])) for question, answer, _ in together
        ),
        "slowest, s": round(max(seconds for _, _, seconds in together), 2),
    }


def _markers(model: LocalModel) -> Figures:
    """Eight clients whose grammar lets the model say nothing but a marker of their own."""
    foreign: list[str] = []
    said: list[str] = []

    def ask(client: int) -> None:
        for turn in range(_TURNS):
            marker = f"client-{client}-turn-{turn}"
            messages = [Message("user", f"Say {marker}.")]
            text = "".join(model.stream(messages, max_tokens=40, grammar=f'root ::= "{marker}"'))
            said.append(text)
            if text != marker:
                foreign.append(text)

    _all_at_once(ask)
    return {"streams": len(said), "with another's marker": len(foreign)}


def _all_at_once(ask: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=ask, args=(client,)) for client in range(_CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _asked(runtime: Runtime, question: Question, *, phrased: bool = True) -> Answer:
    answer = list(runtime.ask(question, phrased=phrased))[-1]
    if not isinstance(answer, Answer):
        raise TypeError("an answer ends with the answer")
    return answer


def _phrased(answer: Answer) -> list[str]:
    return [statement.text for statement in answer.statements if statement.kind == "generated"]


def _model_of(runtime: Runtime) -> LocalModel:
    if not isinstance(runtime.model, LocalModel):
        raise TypeError("the suite breaks the process of a local model")
    return runtime.model


def _workers() -> list[int]:
    """The model processes of this one."""
    found: list[int] = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue  # it ended while it was looked at
        if stat[0] != "Z" and int(stat[1]) == os.getpid() and b"onrecord." in command:
            found.append(int(folder.name))
    return found


if __name__ == "__main__":
    raise SystemExit(main(measure, __doc__))
