"""Take the pictures of the widget: ``python docs/screenshot_widget.py http://127.0.0.1:7860 docs``.

The server must have the shipped corpus; fonts for Chinese must be installed.
"""

from __future__ import annotations

import base64
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, sync_playwright

QUESTION = "What does Pu say about auto manufacturing?"
PHONE = {"viewport": {"width": 375, "height": 640}, "has_touch": True, "is_mobile": True}
STATES: dict[str, tuple[dict[str, Any], dict[str, str], str]] = {
    "a citation": ({}, {}, "citation"),
    "a refusal": ({}, {}, "refusal"),
    "dark": ({"color_scheme": "dark"}, {}, "answer"),
    "a phone": (PHONE, {}, "answer"),
    "Chinese": ({}, {"lang": "zh-Hans"}, "citation"),
    "another palette": ({}, {"palette": "blue"}, "answer"),
}
"""How the browser is set, how the demonstration is, and what is shown."""


def main(address: str, folder: str) -> None:
    """Save ``widget.png``, a news page with a cited passage marked in it, and ``widget-states.png``, the panel in six states."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        _shown(browser, address, {}, {"article": "on"}, "citation").page.screenshot(path=f"{folder}/widget.png")
        pictures = {}
        for name, (setting, options, state) in STATES.items():
            panel = _shown(browser, address, setting, options, state)
            pictures[name] = base64.b64encode(panel.screenshot()).decode()
        sheet = browser.new_page(viewport={"width": 1290, "height": 900})
        figures = "".join(
            f"<figure style='margin:0'><img src='data:image/png;base64,{data}' height=640>"
            f"<figcaption>{name}</figcaption></figure>"
            for name, data in pictures.items()
        )
        style = "display:grid;grid-template-columns:repeat(3,auto);gap:20px;margin:20px;background:#e9e6df;font:16px sans-serif"
        sheet.set_content(f"<body style='{style}'>{figures}</body>")
        sheet.wait_for_timeout(300)
        Path(folder, "widget-states.png").write_bytes(sheet.screenshot(full_page=True))
        browser.close()


def _shown(browser: Browser, address: str, setting: dict[str, Any], options: dict[str, str], state: str) -> Locator:
    page = browser.new_page(**{"viewport": {"width": 1280, "height": 860}, **setting})
    page.goto(f"{address}/widget/demo")
    for name, value in options.items():
        field = page.locator(f"[name={name}]")
        if value == "on":
            field.check()
        else:
            field.select_option(value)
    chat = page.locator("onrecord-chat")
    chat.locator(".launcher").click()
    box = chat.locator("#question")
    box.fill("What is the capital of France?" if state == "refusal" else QUESTION)
    box.press("Enter")
    chat.locator(".refusal" if state == "refusal" else ".sources").wait_for(timeout=60_000)
    if state == "citation":
        chat.locator("blockquote .cite").first.click()
        chat.locator("mark").wait_for()
    page.wait_for_timeout(1500)  # until the page has moved to what was cited
    return chat.locator(".panel")


if __name__ == "__main__":
    main(*sys.argv[1:])
