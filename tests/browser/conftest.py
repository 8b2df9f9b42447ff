"""Headless Chromium, and the web application on a real port with a scripted ``ask``."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright
from starlette.applications import Starlette
from tests.browser.real_room import PASSWORD, ROOT, Room, real_room, serving
from tests.browser.scripted import Newsroom

from onrecord.web.app import build_app
from onrecord.web.core import Exposure

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands beside this file, so that ``-m 'not browser'`` leaves it out."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            # Gradio 6.31 counts its events with options that pandas 3 has deprecated.
            item.add_marker(pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated"))
            item.add_marker(pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; without it the tests are skipped, except in CI, where they must run.

    Not for the whole session: while it runs, Playwright's event loop is this thread's, and no other test
    could run one of its own.
    """
    if not Path(CHROMIUM).exists():
        reason = f"no Chromium at {CHROMIUM}; install it or name it in CHROMIUM"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    expect.set_options(timeout=20_000)  # a machine that runs other things as well
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


Serve = Callable[[Callable[[], Starlette]], str]


@contextmanager
def served() -> Iterator[Serve]:
    """Build applications and serve them in threads; gives the address of each.

    They are built inside the server's event loop: outside one, Gradio 6.31 makes a loop for each lock of
    the page and never closes it.
    """
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(build: Callable[[], Starlette]) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(build, factory=True, log_level="warning", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        running.append((server, thread))
        while not server.started:
            time.sleep(0.02)
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for server, _ in running:
        server.should_exit = True
    for _, thread in running:
        thread.join(timeout=10)


@pytest.fixture(scope="session")
def serve() -> Iterator[Serve]:
    """Serve applications until the session ends."""
    with served() as start:
        yield start


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open an address; at the end no script complained and nothing was asked of another host."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def hear(said: ConsoleMessage) -> None:
        if said.type == "error":
            problems.append(said.text)

    def watch(asked: Request, address: str) -> None:
        if not asked.url.startswith((f"{address}/", "data:", "blob:")):
            problems.append(f"asked {asked.url}")

    def start(
        address: str,
        path: str = "/",
        *,
        width: int = 1440,
        height: int = 900,
        scheme: str = "light",
        locale: str = "en-GB",
        fails: bool = False,
    ) -> Page:
        """``fails``: the page answers with a status that a browser logs as an error."""
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            locale=locale,
        )
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        if not fails:
            page.on("console", hear)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda asked: watch(asked, address))
        page.goto(address + path)
        page.locator("#onr-box textarea" if path.startswith(("/?", "/#")) or path == "/" else "main").wait_for()
        if page.locator("#onr-box").count():
            page.locator(".onr-masthead").wait_for()
        return page

    yield start
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture(scope="session")
def chat(serve: Callable[[Callable[[], Starlette]], str]) -> SimpleNamespace:
    """The application on the scripted newsroom: ``address`` and ``newsroom``."""
    newsroom = Newsroom()

    def build() -> Starlette:
        return build_app(
            newsroom.core(),
            examples=["What did Pu say about Chongqing?", "Refuse this, please"],
            about="2 articles from CGTN and Example Times.",
            exposure=Exposure(questions=10_000, reads=10_000),
        )

    return SimpleNamespace(address=serve(build), newsroom=newsroom)


@pytest.fixture(scope="package")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """``python app.py`` on an empty index, which it fills from the shipped corpus by itself; staff: anna."""
    folder = tmp_path_factory.mktemp("shipped")
    add = [sys.executable, "-m", "onrecord.cli", "user", "add", "anna"]
    environment = {**os.environ, "ONRECORD_ACCOUNTS": str(folder / "accounts")}
    subprocess.run(add, input=PASSWORD, text=True, cwd=ROOT, env=environment, check=True, capture_output=True)
    with serving(folder, ["app.py"]) as address:
        yield address


@pytest.fixture(scope="package")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """The newsroom of ``real_room``, one for all tests."""
    with real_room(tmp_path_factory.mktemp("newsroom")) as made:
        yield made
