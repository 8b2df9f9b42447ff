"""Kill the model's process in mid-answer and see what the reader gets.

``python -m onrecord.evaluation.worker [--cache DIR] [--limit N]`` does so 50 times, by SIGKILL (which is what the kernel's
memory killer sends), SIGSEGV, SIGABRT and SIGSTOP (a hang).
"""

from __future__ import annotations

import os
import signal
import threading
import time
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
from onrecord.types import Answer, Question

__all__ = ["measure"]

_FAULTS = 50
_SIGNALS = (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGSTOP)
_DELAY_SECONDS = 0.15
_PROMISED_SECONDS = 2.0


def measure(options: Options) -> Figures:
    """How many faults left an answer, and how many of these within two seconds of the fault."""
    path = find_model("default")
    if path is None:
        return {"skipped": "there is no model"}
    settings = load_settings(index=options.cache / "indexes" / "polnear-bag")
    figures: Figures = {}
    model = LocalModel(path, cool_down_seconds=0)
    with closing(Runtime(settings, embedder=BagEmbedder(), model=model)) as runtime:
        runtime.ingest([polnear_articles(options)])
        asked = questions(list(runtime.quotes()))
        seconds: list[float] = []
        answered = 0
        for at in range(options.limit or _FAULTS):
            _warm(model)
            question = Question(asked[at * len(asked) // (options.limit or _FAULTS)])
            answer, after = _struck(runtime, question, _SIGNALS[at % len(_SIGNALS)])
            answered += not answer.refused
            seconds.append(after)
        figures |= {
            "faults": len(seconds),
            "answers": answered,
            "within 2 s of the fault": sum(one <= _PROMISED_SECONDS for one in seconds),
            "slowest, s": round(max(seconds), 2),
            "p50, s": round(percentile(seconds, 0.5), 2),
        }
    return figures


def _warm(model: LocalModel) -> None:
    """Have the fixed part of the prompts read, as a server does, so that the strike falls into the answer."""
    # A strike that came too late for its question is noticed here, and the process started again.
    with suppress(ModelError):
        model.warm(FIXED)
    with suppress(ModelError):
        model.warm(FIXED)


def _struck(runtime: Runtime, question: Question, number: signal.Signals) -> tuple[Answer, float]:
    """The answer to a question whose model is struck while it works, and how long after that it was whole."""
    struck: list[float] = []

    def strike() -> None:
        until = time.monotonic() + 1
        while time.monotonic() < until:
            if pids := _workers():
                time.sleep(_DELAY_SECONDS)
                for pid in pids:
                    os.kill(pid, number)
                struck.append(time.monotonic())
                return
            time.sleep(0.01)

    thread = threading.Thread(target=strike)
    thread.start()
    answer = list(runtime.ask(question))[-1]
    ended = time.monotonic()
    thread.join()
    if not isinstance(answer, Answer):
        raise TypeError("an answer ends with the answer")
    return answer, max(0.0, ended - struck[0]) if struck else 0.0


def _workers() -> list[int]:
    """The model processes of this one."""
    found: list[int] = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            is_worker = b"onrecord.generation.worker" in (folder / "cmdline").read_bytes()
        except (OSError, ValueError, IndexError):
            continue  # it ended while it was looked at
        if parent == os.getpid() and is_worker:
            found.append(int(folder.name))
    return found


if __name__ == "__main__":
    raise SystemExit(main(measure, __doc__))
