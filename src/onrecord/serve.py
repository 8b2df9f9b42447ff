"""The web server: settings -> runtime -> pages."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

# Gradio asks a server of its own for its version, and reports use, unless it is told not to before import.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

from starlette.applications import Starlette

from onrecord.desk import keep_purging, questions_of, with_desk
from onrecord.errors import InputError, ModelError
from onrecord.ingest import Progress
from onrecord.runtime import Runtime
from onrecord.settings import Settings
from onrecord.storage.accounts import Accounts
from onrecord.storage.feedback import add_feedback
from onrecord.storage.generations import current_generation
from onrecord.web.app import build_app
from onrecord.web.core import Core, Exposure, State
from onrecord.web.logs import configure_logs
from onrecord.web.server import Server, listening

__all__ = ["core_of", "exposure_of", "run"]

KEPT_ANSWERS = 500
TRIM_SECONDS = 10.0
SWITCH_SECONDS = 0.001
"""After how long a thread gives the interpreter to another that wants it.

The embedder lets go of it some hundred times for one question, and may wait for as long each time while an answer is
weighed: with Python's own 5 ms that adds up to half a second.
"""

_log = logging.getLogger(__name__)


def run(runtime: Runtime, *, progress: Progress, say: Callable[[str], None]) -> None:
    """Serve the pages until the process is told to stop; an empty index is filled from the corpus first."""
    settings = runtime.settings
    sys.setswitchinterval(SWITCH_SECONDS)
    _give_memory_back()
    with _listener(settings.host, settings.port) as listener:
        if current_generation(settings.index) is None:
            say(f"no index in {settings.index} yet: ingesting {settings.corpus}")
            report = runtime.ingest([settings.corpus], progress=progress)
            for one in report.rejected:
                say(f"rejected {one.file}: {one.reason}")
        runtime.keep_answers(KEPT_ANSWERS)
        keep_purging(questions_of(runtime))
        configure_logs()
        # uvicorn raises the signal that ended it once more; without this, a stop would look like a crash.
        signal.signal(signal.SIGTERM, _exit)
        Server(partial(_built, runtime, _opened_at(listener, say))).run([listener])


async def _built(runtime: Runtime, opened: Callable[[], None]) -> Starlette:
    """Open the index in a thread, then build the pages in the event loop, where Gradio wants to be built."""
    examples = await asyncio.to_thread(runtime.examples)
    threading.Thread(target=_warm, args=(runtime,), name="warm", daemon=True).start()
    app = build_app(core_of(runtime), examples=examples, exposure=exposure_of(runtime.settings))
    opened()
    return app


def _opened_at(listener: socket.socket, say: Callable[[str], None]) -> Callable[[], None]:
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return lambda: say(f"onrecord is open at http://{shown}:{port} (Ctrl-C ends it)")


def core_of(runtime: Runtime) -> Core:
    """The product as the web is given it, with the pages for staff."""
    accounts = Accounts(runtime.settings.accounts)
    core = Core(
        ask=runtime.ask,
        check=runtime.check,
        search=runtime.search,
        article=runtime.find_article,
        quotes=runtime.quotes,
        quotes_about=runtime.quotes_about,
        copies=runtime.copies,
        speakers=runtime.speakers,
        state=partial(_state, runtime),
        feedback=partial(add_feedback, runtime.settings.feedback),
        verify=accounts.verify,
        account=accounts.find,
    )
    return with_desk(core, runtime, questions_of(runtime))


def exposure_of(settings: Settings) -> Exposure:
    """How the settings want the server to be exposed."""
    return Exposure(
        origins=settings.origins,
        hosts=settings.hosts,
        proxies=settings.proxies,
        redis=settings.redis.get_secret_value() if settings.redis else None,
        operator_token=settings.operator_token.get_secret_value() if settings.operator_token else None,
        questions=settings.questions_per_minute,
        site_questions=settings.site_questions_per_minute,
        reads=settings.reads_per_minute,
        log_questions=settings.log_questions,
        late_days=settings.late_days,
    )


def _state(runtime: Runtime) -> State:
    manifest, (oldest, newest) = runtime.manifest(), runtime.days() or (None, None)
    try:
        status = runtime.model_status()
        model, waiting = (status.state, status.waiting) if status else ("none", 0)
    except ModelError:
        model, waiting = "unavailable", 0
    counts = manifest.counts
    return State(counts["articles"], newest, manifest.generation, model, waiting, oldest, counts["quotes"])


def _listener(host: str, port: int) -> socket.socket:
    try:
        return listening(host, port)
    except OSError as error:
        raise InputError(
            f"cannot listen on {host} port {port}: {error.strerror or error}",
            hint="choose another with --port, or stop what uses it",
        ) from None


def _give_memory_back() -> None:
    """Keep glibc from holding on to what answers used: by itself it keeps a heap for each of their threads.

    What is free between two pieces that are in use goes back to the system only when that is asked for.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # another C library
            libc = ctypes.CDLL("libc.so.6")
            libc.mallopt(-8, 2)  # M_ARENA_MAX
            libc.mallopt(-3, 2**20)  # M_MMAP_THRESHOLD: larger pieces go back to the system at once
            threading.Thread(target=_trim, args=(libc.malloc_trim,), name="trim", daemon=True).start()


def _trim(malloc_trim: Callable[[int], int]) -> None:
    while True:
        time.sleep(TRIM_SECONDS)
        malloc_trim(0)


def _exit(*_: Any) -> None:
    raise SystemExit(0)


def _warm(runtime: Runtime) -> None:
    try:
        runtime.warm()
    except ModelError as error:
        _log.warning("the first answer will be slower: %s", error)
