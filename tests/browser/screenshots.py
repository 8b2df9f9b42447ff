"""Photograph every page and state of the readers' pages: ``python -m tests.browser.screenshots FOLDER [NAME ...]``.

The newsroom behind them is scripted, so pictures of two days can be laid side by side.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from tests.browser.conftest import CHROMIUM, FLAGS, served
from tests.browser.scripted import Newsroom
from tests.browser.states import CHAT, CHAT_PATHS, PAGES, open_chat

from onrecord.web.app import build_app
from onrecord.web.core import Exposure

LOOKS = [
    (1440, "light", "en"),
    (768, "light", "en"),
    (375, "light", "en"),
    (1440, "dark", "en"),
    (375, "dark", "en"),
    (1440, "light", "zh"),
    (375, "dark", "zh"),
]


def main(folder: str, *names: str) -> None:
    Path(folder).mkdir(parents=True, exist_ok=True)
    newsroom = Newsroom()
    exposure = Exposure(questions=10_000, reads=10_000, late_days=30)
    examples = ["What did Pu say about Chongqing?", "What did Pu say about suppliers?"]
    with served() as serve, sync_playwright() as playwright:
        address = serve(lambda: build_app(newsroom.core(), examples=examples, exposure=exposure))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for width, scheme, lang in LOOKS:
            for name in _photographed(browser, address, newsroom, Path(folder), width, scheme, lang, names):
                sys.stdout.write(f"{name}\n")
        browser.close()


def _photographed(
    browser: Browser,
    address: str,
    newsroom: Newsroom,
    folder: Path,
    width: int,
    scheme: str,
    lang: str,
    names: tuple[str, ...],
) -> Iterator[str]:
    look = {
        "viewport": {"width": width, "height": 900},
        "color_scheme": scheme,
        "locale": {"zh": "zh-CN"}.get(lang, lang),
    }
    # One context for all: scripts and styles come from its cache.
    context = browser.new_context(**look)  # type: ignore[arg-type]
    context.set_default_timeout(120_000)
    for state in (*CHAT, *PAGES):
        name = f"{state}-{width}-{scheme}-{lang}.png"
        if names and not name.startswith(names):
            continue
        page = context.new_page()
        if state in PAGES:
            page.goto(address + PAGES[state])
        else:
            open_chat(page, address, CHAT_PATHS.get(state, "/"))
            CHAT[state](page, newsroom)
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        page.screenshot(path=folder / name, full_page=width < 900 and state != "chat-article", animations="disabled")
        newsroom.gate.set()
        page.close()
        yield name
    context.close()


if __name__ == "__main__":
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    main(*sys.argv[1:])
