"""Take pictures of every page and state of the desk: ``python -m tests.browser.desk_screenshots some-folder [width ...]``."""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import uvicorn
from playwright.sync_api import sync_playwright
from starlette.applications import Starlette
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.desk_room import STATES, WIDTHS, open_desk, visit

from onrecord.web.server import listening


def main(folder: str, *widths: str) -> None:
    """Write ``STATE-WIDTH-SCHEME.png`` for each."""
    target, work = Path(folder), Path(tempfile.mkdtemp())
    target.mkdir(parents=True, exist_ok=True)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            desk = open_desk(work, _served, browser)
            for width in map(int, widths or map(str, WIDTHS)):
                for scheme in ("light", "dark"):
                    with visit(desk, browser, width=width, scheme=scheme) as page:
                        for name, reach in STATES.items():
                            reach(page, desk.address)
                            page.screenshot(path=target / f"{name}-{width}-{scheme}.png", full_page=True)
            with visit(desk, browser, width=900) as page:
                STATES["draft-checked"](page, desk.address)
                page.emulate_media(media="print")
                page.screenshot(path=target / "report.png", full_page=True)
            browser.close()
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _served(build: Callable[[], Starlette]) -> str:
    listener = listening("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(build, factory=True, log_level="warning"))
    threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True).start()
    while not server.started:
        time.sleep(0.05)
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


if __name__ == "__main__":
    main(*sys.argv[1:])
