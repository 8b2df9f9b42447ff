"""A stranger's first minutes, on the real server with the real models; it knows nothing but what the pages show."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect


def test_a_question_a_citation_and_a_follow_up(shipped: str, open_page: Callable[..., Page]) -> None:
    page = open_page(shipped)
    box = page.get_by_role("textbox", name="Your question")
    box.fill("What does Pu say about auto manufacturing?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("Did this help?")).to_have_count(1, timeout=120_000)

    answer = page.get_by_role("log", name="Conversation")
    expect(answer).to_contain_text("“Chongqing serves as the largest automobile manufacturing base in China,”")
    answer.get_by_role("figure").filter(has_text="largest automobile").get_by_role("link", name="Source").click()
    article = page.get_by_role("dialog")
    expect(article.get_by_role("heading", level=1)).to_contain_text("Chengdu, Chongqing Getting to the Forefront")
    expect(article.get_by_text("date unknown")).to_be_visible()
    expect(article.locator("mark").first).to_be_in_viewport()
    expect(article.locator("mark").filter(has_text="largest automobile manufacturing base")).to_be_visible()
    article.get_by_role("button", name="Close").click()

    box.fill("And about big data?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("Did this help?")).to_have_count(2, timeout=120_000)
    expect(answer).to_contain_text("Understood as: What does Pu say about big data?")
    expect(answer).to_contain_text("smart manufacturing and big data")
