"""The pages and states of the desk in a newsroom, for its browser tests and its pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Request
from tests.browser.real_room import Room
from tests.web.desk_site import DRAFT

__all__ = ["ALTERED", "STATES", "WIDTHS", "visit"]

WIDTHS = (1440, 768, 375)
ALTERED = "We need new gates, and we need them before 2030"


@contextmanager
def visit(desk: Room, browser: Browser, *, width: int = 1440, scheme: str = "light", **given: Any) -> Iterator[Page]:
    """Open a page for ann; at its end no script complained and nothing was asked of another host."""
    problems: list[str] = []

    def hear(said: ConsoleMessage) -> None:
        # Chromium says so of every page that answers with 4xx, and some of ours do on purpose.
        if said.type == "error" and "the server responded with a status of 4" not in said.text:
            problems.append(said.text)

    def watch(asked: Request) -> None:
        if not asked.url.startswith((f"{desk.address}/", "data:", "blob:")):
            problems.append(f"asked {asked.url}")

    options = {
        "viewport": {"width": width, "height": 900},
        "color_scheme": scheme,
        "storage_state": desk.state,
        **given,
    }
    context = browser.new_context(**options)
    page = context.new_page()
    page.on("console", hear)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", watch)
    yield page
    context.close()
    assert problems == []


def _at(path: str) -> Callable[[Page, str], None]:
    def go(page: Page, address: str) -> None:
        page.goto(f"{address}/{path}")

    return go


def _quote(words: str, speaker: str = "") -> Callable[[Page, str], None]:
    def check(page: Page, address: str) -> None:
        page.goto(f"{address}/staff/check")
        page.get_by_label("Quotation").fill(words)
        page.get_by_label("Speaker, if you know").fill(speaker)
        page.get_by_role("button", name="Check it").click()
        page.locator(".verdict").wait_for()

    return check


def _draft(text: str, *, is_open: bool = False) -> Callable[[Page, str], None]:
    def check(page: Page, address: str) -> None:
        page.goto(f"{address}/staff/draft")
        page.get_by_label("Paste a draft").fill(text)
        page.get_by_role("button", name="Check the draft").click()
        page.locator("h2, .told").first.wait_for()
        if is_open:
            page.locator(".more > td > details > summary").first.click()

    return check


def _large(page: Page, address: str) -> None:
    page.goto(f"{address}/staff/draft")
    page.get_by_label("or choose a file").set_input_files(
        {"name": "story.docx", "mimeType": "application/octet-stream", "buffer": b"PK broken"}
    )
    page.get_by_role("button", name="Check the draft").click()
    page.locator(".told").wait_for()


def _wrong_password(page: Page, address: str) -> None:
    page.goto(f"{address}/sign-in")
    page.get_by_label("Name").fill("nobody")
    page.get_by_label("Password").fill("wrong words, all of them")
    page.get_by_role("button", name="Sign in").click()
    page.locator(".told").wait_for()


STATES: dict[str, Callable[[Page, str], None]] = {
    "sign-in": _at("sign-in"),
    "sign-in-wrong": _wrong_password,
    "check": _at("staff/check"),
    "check-altered": _quote(ALTERED, "Keller"),
    "check-verbatim": _quote("Nobody in this room wants higher taxes", "Anna Berg"),
    "check-truncated": _quote("My boat has crossed in worse weather"),
    "check-other-speaker": _quote("Nobody in this room wants higher taxes", "Ole Brandt"),
    "check-paraphrase": _quote("The state will pay half of it", "Keller"),
    "check-spliced": _quote("We need new gates, and we need them before 2033. Nobody in this room wants higher taxes"),
    "check-not-found": _quote("We shall build a tower of glass by the old mill"),
    "draft": _at("staff/draft"),
    "draft-checked": _draft(DRAFT, is_open=True),
    "draft-broken": _large,
    "draft-none": _draft("Nobody speaks here."),
    "speakers": _at("staff/speakers"),
    "speakers-none": _at("staff/speakers?q=nobody"),
    "speaker": _at("staff/speakers/one?name=Maria+Keller"),
    "speaker-undated": _at("staff/speakers/one?name=Pu+Yongjian"),
    "review": _at("staff/review?find=harbour"),
    "article": _at("staff/review/article?id=ferry"),
    "nothing": _at("staff/nothing"),
}
