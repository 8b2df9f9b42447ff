"""Take the README's picture of the chat: ``python docs/screenshot.py http://127.0.0.1:7860 docs/chat.png``.

Give a third argument of 375 for a phone's width and a fourth of ``dark`` for the dark theme.
"""

from __future__ import annotations

import os
import shutil
import sys

from playwright.sync_api import sync_playwright

QUESTION = "What does Pu say about auto manufacturing?"


def main(address: str, file: str, width: str = "1280", scheme: str = "light") -> None:
    """Ask the seed question, click a citation, save what a reader sees."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": int(width), "height": 900}, color_scheme=scheme)
        page.goto(address)
        box = page.get_by_label("Your question")
        box.fill(QUESTION)
        box.press("Enter")
        page.locator(".onr-mode").wait_for(timeout=120_000)
        page.locator(".onr-quoted a.onr-chip").first.click()
        page.locator("#onr-article mark").first.wait_for()
        page.wait_for_timeout(600)
        page.screenshot(path=file)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
