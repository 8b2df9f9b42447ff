"""Our own pages in a real browser: for everybody, at every width, in both themes, without a script."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect
from tests.browser.accessibility import violations
from tests.browser.states import PAGES

OpenPage = Callable[..., Page]
FAILS = {
    "article-withdrawn",
    "article-missing",
    "article-no-passage",
    "speaker-bad-day",
    "speaker-unknown",
    "fault-nothing",
    "fault-too-large",
    "fault-unreadable",
}


@pytest.mark.parametrize("name", PAGES)
def test_nobody_is_kept_out(open_page: OpenPage, chat: SimpleNamespace, name: str) -> None:
    for scheme, locale in (("light", "en-GB"), ("dark", "zh-CN")):
        page = open_page(chat.address, PAGES[name], scheme=scheme, locale=locale, fails=name in FAILS)
        assert violations(page) == []
        for width in (1440, 768, 375):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.context.close()


def test_the_passage_is_scrolled_to_with_and_without_its_anchor(open_page: OpenPage, chat: SimpleNamespace) -> None:
    for anchor in ("", "#passage"):
        page = open_page(chat.address, f"/article/a?start=83&end=124{anchor}", width=375, height=300)
        expect(page.locator("#passage")).to_be_in_viewport()


def test_from_a_speaker_to_the_article_by_keyboard(open_page: OpenPage, chat: SimpleNamespace) -> None:
    page = open_page(chat.address, "/speakers")
    page.get_by_role("link", name="Pu Yongjian").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What Pu Yongjian said")
    page.get_by_label("About").fill("suppliers")
    page.get_by_label("About").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What Pu Yongjian said about “suppliers”")
    expect(page.locator(".onr-day h2")).to_have_text(["14 March 2026", "date unknown"])
    entry = page.locator(".onr-entry").first
    expect(entry.locator(".onr-by")).to_have_text("Pu Yongjian, in the reporter’s words")
    entry.get_by_role("link").press("Enter")
    expect(page.locator("#passage")).to_be_in_viewport()
    assert "".join(page.locator("mark").all_text_contents()) == "that the suppliers will follow the makers"
    page.get_by_role("link", name="中文").press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page).to_have_url(re.compile(r"start=\d+&end=\d+&lang=zh"))
