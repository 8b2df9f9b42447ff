"""The web server: settings -> runtime -> pages."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable

# Gradio asks a server of its own for its version, and reports use, unless it is told not to before import.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import uvicorn

from onrecord.errors import InputError, ModelError
from onrecord.ingest import Progress
from onrecord.runtime import Runtime
from onrecord.storage.generations import current_generation
from onrecord.web.api import build_app

__all__ = ["about", "run"]

KEPT_ANSWERS = 500

_log = logging.getLogger(__name__)


def run(runtime: Runtime, *, progress: Progress, say: Callable[[str], None]) -> None:
    """Serve the pages until the process is told to stop; an empty index is filled from the corpus first."""
    settings = runtime.settings
    with _listening(settings.host, settings.port) as listener:
        if current_generation(settings.index) is None:
            say(f"no index in {settings.index} yet: ingesting {settings.corpus}")
            report = runtime.ingest([settings.corpus], progress=progress)
            for one in report.rejected:
                say(f"rejected {one.file}: {one.reason}")
        runtime.keep_answers(KEPT_ANSWERS)
        runtime.manifest()
        app = build_app(runtime.ask, examples=runtime.examples(), about=about(runtime))
        threading.Thread(target=_warm, args=(runtime,), name="warm", daemon=True).start()
        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        say(f"onrecord is open at http://{shown}:{port} (Ctrl-C ends it)")
        config = uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=5)
        uvicorn.Server(config).run(sockets=[listener])


def about(runtime: Runtime) -> str:
    """One sentence on what the corpus holds, which every refusal is measured against."""
    counts = runtime.manifest().counts
    days = runtime.days()
    articles = f"{counts['articles']:,} article{'s' if counts['articles'] != 1 else ''}"
    when = f", {days[0]} to {days[1]}" if days else ", date unknown"
    return f"{articles}{when}; {counts['quotes']:,} quotations and reported statements on record."


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise InputError(
            f"cannot listen on {host} port {port}: {error.strerror or error}",
            hint="choose another with --port, or stop what uses it",
        ) from None
    return listener


def _warm(runtime: Runtime) -> None:
    try:
        runtime.warm()
    except ModelError as error:
        _log.warning("the first answer will be slower: %s", error)
