"""Take pictures of every page and state of the desk: ``python -m tests.browser.desk_screenshots some-folder [width ...]``."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.desk_room import STATES, WIDTHS, visit
from tests.browser.real_room import Room, real_room


def main(folder: str, *widths: str) -> None:
    """Write ``STATE-WIDTH-SCHEME.png`` for each."""
    target, work = Path(folder), Path(tempfile.mkdtemp())
    target.mkdir(parents=True, exist_ok=True)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            with real_room(work) as desk:
                _photograph(desk, browser, target, [int(width) for width in widths] or WIDTHS)
            browser.close()
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _photograph(desk: Room, browser: Browser, target: Path, widths: Sequence[int]) -> None:
    for width in widths:
        for scheme in ("light", "dark"):
            with visit(desk, browser, width=width, scheme=scheme) as page:
                for name, reach in STATES.items():
                    reach(page, desk.address)
                    page.screenshot(path=target / f"{name}-{width}-{scheme}.png", full_page=True)
    with visit(desk, browser, width=900) as page:
        STATES["draft-checked"](page, desk.address)
        page.emulate_media(media="print")
        page.screenshot(path=target / "report.png", full_page=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
