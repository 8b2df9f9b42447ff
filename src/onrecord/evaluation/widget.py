"""Measure what the widget costs a page that embeds it: bytes, time on the main thread, and how much it moves.

``python -m onrecord.evaluation.widget [--runs 20]`` loads a page with and without the widget's tag in headless Chromium,
each time in a fresh context, traces it, and prints JSON: the milliseconds of script on the main thread (as they pass, and as
the processor counts them), those of all its tasks, the layout shift, and sizes after ``gzip -9``.  What the launcher adds is
the difference of the medians.  It needs Chromium (``CHROMIUM`` names it) and Playwright, which the tests install.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import statistics
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["main", "script_milliseconds"]

FOLDER = Path(__file__).parents[1] / "web" / "widget"
TARGET_MILLISECONDS = 5.0
SCRIPT = {
    "v8.compile",
    "v8.compileModule",
    "EvaluateScript",
    "v8.evaluateModule",
    "FunctionCall",
    "RunMicrotasks",
    "v8.run",
}
"""Events of a trace that are work on scripts."""
MAIN = "CrRendererMain"
CATEGORIES = ["devtools.timeline", "v8", "disabled-by-default-v8.compile", "toplevel", "blink.user_timing"]
_LINE = "<p>The city has been building cars for forty years, and the makers of new energy vehicles came for its suppliers.</p>"
_NOTING = (
    "window.moved = 0; new PerformanceObserver((list) => { for (const one of list.getEntries()) moved += one.value; })"
    ".observe({type: 'layout-shift', buffered: true});"
)


def main(given: Sequence[str] | None = None) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Measure what the widget costs a page.")
    parser.add_argument("--runs", type=int, default=20, help="loads of each page")
    options = parser.parse_args(given)
    from playwright.sync_api import sync_playwright

    folder = max((path for path in FOLDER.iterdir() if path.name[0].isdigit()), key=_number)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    runs: dict[str, list[dict[str, float]]] = {"without": [], "with": []}
    with _site(folder) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for number in range(options.runs + 1):
            for name, found in runs.items():
                one = _load(browser, f"{address}/{name}")
                if number:  # the first load of each warms the browser
                    found.append(one)
        browser.close()
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in sorted(folder.glob("*.js"))}
    figures = {
        "version": folder.name,
        "gzip_bytes": sizes | {"all": sum(sizes.values())},
        "runs": options.runs,
        "script_ms": {name: _spread([one["script"] for one in found]) for name, found in runs.items()},
        "script_processor_ms": {name: _spread([one["processor"] for one in found]) for name, found in runs.items()},
        "launcher_adds_ms": {name: _added(runs, name) for name in ("script", "processor")}
        | {"target": TARGET_MILLISECONDS},
        "main_thread_ms": {name: _spread([one["main"] for one in found]) for name, found in runs.items()},
        "layout_shift": {name: max(one["moved"] for one in found) for name, found in runs.items()},
        "requests": {name: max(one["requests"] for one in found) for name, found in runs.items()},
    }
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    return 0


def script_milliseconds(events: Sequence[dict[str, Any]], clock: str = "dur") -> float:
    """Sum the work on scripts in the events of one thread, each moment once however they are nested.

    ``clock`` is ``dur`` for time that passed, ``tdur`` for the processor's.
    """
    spans = sorted(
        (event["ts"], event["ts"] + event["dur"], event.get(clock, 0))
        for event in events
        if event.get("ph") == "X" and event["name"] in SCRIPT
    )
    total, until = 0.0, 0.0
    for start, end, taken in spans:
        if start >= until:
            total += taken
            until = end
    return total / 1000


def _load(browser: Browser, address: str) -> dict[str, float]:
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    page.add_init_script(_NOTING)
    requests: list[str] = []
    page.on("request", lambda asked: requests.append(asked.url))
    session = context.new_cdp_session(page)
    events: list[dict[str, Any]] = []
    done = threading.Event()
    session.on("Tracing.dataCollected", lambda told: events.extend(told["value"]))
    session.on("Tracing.tracingComplete", lambda _told: done.set())
    session.send("Tracing.start", {"transferMode": "ReportEvents", "categories": ",".join(CATEGORIES)})
    page.goto(address, wait_until="load")
    page.wait_for_timeout(400)
    session.send("Tracing.end")
    while not done.is_set():
        page.wait_for_timeout(20)
    moved = float(page.evaluate("moved"))
    thread = _main_thread(events, address)
    ours = [event for event in events if (event["pid"], event["tid"]) == thread]
    tasks = [event for event in ours if event["name"].endswith("RunTask")]
    context.close()
    asked = [url for url in requests if not url.endswith("/favicon.ico")]
    return {
        "script": script_milliseconds(ours),
        "processor": script_milliseconds(ours, "tdur"),
        "main": sum(task.get("dur", 0) for task in tasks) / 1000,
        "moved": moved,
        "requests": float(len(asked)),
    }


def _main_thread(events: Sequence[dict[str, Any]], address: str) -> tuple[int, int]:
    """The process and thread that runs the page's scripts."""
    named = {(one["pid"], one["tid"]) for one in events if one["name"] == "thread_name" and one["args"]["name"] == MAIN}
    loading = {one["pid"] for one in events if address in json.dumps(one.get("args", {}))}
    return next(thread for thread in named if thread[0] in loading)


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), 2),
        "least": round(min(values), 2),
        "most": round(max(values), 2),
    }


def _added(runs: dict[str, list[dict[str, float]]], name: str) -> float:
    medians = {kind: statistics.median(one[name] for one in found) for kind, found in runs.items()}
    return round(medians["with"] - medians["without"], 2)


def _number(folder: Path) -> list[int]:
    return [int(part) for part in folder.name.split(".")]


@contextmanager
def _site(folder: Path) -> Iterator[str]:
    """A page of a news site and the widget's files, from two ports, so that the script comes from another origin."""
    launcher = (folder / "onrecord.js").read_bytes()
    bot = _server({"/widget/1/onrecord.js": ("text/javascript", launcher)})
    script = f'<script type="module" src="{_address(bot)}/widget/1/onrecord.js" crossorigin></script>'
    page = "<!doctype html><html lang=en><meta charset=utf-8><title>A story</title>{}<h1>A story</h1>" + _LINE * 60
    news = _server(
        {
            "/without": ("text/html", page.format("").encode()),
            "/with": ("text/html", (page.format(script) + "<onrecord-chat></onrecord-chat>").encode()),
        }
    )
    try:
        yield _address(news)
    finally:
        for server in (bot, news):
            server.shutdown()
            server.server_close()


def _address(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_port}"


def _server(files: dict[str, tuple[str, bytes]]) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, body = files.get(self.path, ("text/plain", b""))
            self.send_response(200 if self.path in files else 404)
            for name, value in (
                ("content-type", kind),
                ("content-length", str(len(body))),
                ("access-control-allow-origin", "*"),
            ):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


if __name__ == "__main__":
    raise SystemExit(main())
