"""Every state of the readers' pages on the scripted newsroom: what is photographed, and what axe-core looks at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

__all__ = ["CHAT", "CHAT_PATHS", "PAGES", "ask", "open_chat", "settled"]


def open_chat(page: Page, address: str, path: str = "/") -> None:
    page.goto(address + path)
    page.locator(".onr-masthead").wait_for()
    page.locator("#onr-box textarea").wait_for()


def ask(page: Page, text: str) -> None:
    box = page.locator("#onr-box textarea")
    box.fill(text)
    box.press("Enter")
    page.locator(".onr-question", has_text=text[:20]).last.wait_for()


def settled(page: Page) -> None:
    page.locator("#onr-ask").wait_for()
    page.locator(".onr-foot, .onr-error").last.wait_for()


def _answered(page: Page, _: Any, text: str = "What did Pu say about the base?") -> None:
    ask(page, text)
    settled(page)


def _opened(page: Page, newsroom: Any) -> None:
    _answered(page, newsroom)
    page.locator("#onr-chat .onr-chip").first.click()
    page.locator("#onr-article mark").first.wait_for()


def _judging(page: Page, newsroom: Any) -> None:
    _answered(page, newsroom)
    page.locator(".onr-is-unhelpful").click()
    page.locator(".onr-is-wrong_source").click()
    page.locator(".onr-is-wrong_source").scroll_into_view_if_needed()


def _settings(page: Page, _: Any) -> None:
    page.locator("#onr-settings > button").click()
    page.locator("#onr-speaker input").fill("Pu Yongjian")
    page.locator("#onr-since input").fill("2026-03-01")


def _follow_up(page: Page, newsroom: Any) -> None:
    _answered(page, newsroom)
    ask(page, "And about suppliers?")
    page.locator(".onr-understood").wait_for()
    settled(page)


def _searching(page: Page, newsroom: Any) -> None:
    newsroom.gate.clear()
    ask(page, "Wait for what was found")
    page.locator(".onr-found").wait_for()


def _too_long(page: Page, _: Any) -> None:
    page.locator("#onr-box textarea").fill("long " * 101)
    page.locator("#onr-ask").click()
    page.locator(".onr-notice").wait_for()


def _not_taken(page: Page, _: Any) -> None:
    """What Gradio answers where too many questions wait already."""
    page.route("**/gradio_api/queue/join*", lambda asked: asked.fulfill(status=503, json={"detail": "Queue is full."}))
    page.locator("#onr-box textarea").fill("What did Pu say?")
    page.locator("#onr-ask").click()
    page.locator("#onr-told").wait_for()


CHAT: dict[str, Callable[[Page, Any], None]] = {
    "chat-empty": lambda page, _: None,
    "chat-answer": _answered,
    "chat-article": _opened,
    "chat-feedback": _judging,
    "chat-settings": _settings,
    "chat-follow-up": _follow_up,
    "chat-searching": _searching,
    "chat-refused": lambda page, newsroom: _answered(page, newsroom, "Refuse to say what the mayor had for lunch"),
    "chat-error": lambda page, newsroom: _answered(page, newsroom, "Busy, are you?"),
    "chat-changed": lambda page, _: settled(page),
    "chat-too-long": _too_long,
    "chat-not-taken": _not_taken,
}
CHAT_PATHS = {
    "chat-changed": "/?q=What%20did%20Pu%20say%3F&generation=gen-0&speaker=Pu&since=2026-03-01",
}
PAGES = {
    "article": "/article/a?start=83&end=124#passage",
    "article-corrected": "/article/b?start=0&end=27#passage",
    "article-several": "/article/city%2F2026-03-14%3Fpage%3D1",
    "article-withdrawn": "/article/gone",
    "article-missing": "/article/nothing-of-the-kind",
    "article-no-passage": "/article/a?start=90&end=9000",
    "speaker": "/speaker/Pu%20Yongjian",
    "speaker-about": "/speaker/Pu?about=suppliers&since=2026-03-01&until=2026-03-31",
    "speaker-nothing": "/speaker/Pu%20Yongjian?since=2027-01-01",
    "speaker-bad-day": "/speaker/Pu%20Yongjian?since=yesterday",
    "speaker-unknown": "/speaker/Nobody%20At%20All",
    "speakers": "/speakers",
    "speakers-none": "/speakers?name=nobody",
    "fault-nothing": "/no/such/page",
    "fault-too-large": "/speaker/Pu?about=" + "x" * 5000,
    "fault-unreadable": "/article/unreadable",
}
