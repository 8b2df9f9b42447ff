"""A reader's first minute with the real product: the seed question in the real chat, a click on a citation."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

QUESTION = "What does Pu say about auto manufacturing?"


def _asked(page: Page, question: str) -> None:
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    page.locator(".onr-question").last.wait_for()
    page.locator(".onr-mode, .onr-refusal").last.wait_for(timeout=60_000)


def test_a_reader_asks_and_opens_a_citation(shipped: str, open_page: Callable[..., Page]) -> None:
    page = open_page(shipped)
    _asked(page, QUESTION)

    quoted = page.locator(".onr-statement.onr-quoted", has_text="largest automobile manufacturing base in China")
    expect(quoted).to_contain_text("Pu Yongjian")
    quoted.get_by_role("link", name=re.compile("^Source")).click()

    opened = page.locator("#onr-article")
    expect(opened.locator("h1")).to_contain_text("Chengdu, Chongqing Getting to the Forefront of China")
    expect(opened.locator(".onr-byline")).to_have_text("date unknown")
    expect(opened.locator("#passage")).to_be_focused()
    assert "".join(opened.locator("mark").all_text_contents()) == (
        "“Chongqing serves as the largest automobile manufacturing base in China,” said Pu. “The problem now "
        "facing is to improve its industrial standard, from the low-end products in the past to the middle- and "
        "high-end products, and this requires technical services.”"
    )
    expect(opened.locator(".onr-par:has(mark) .onr-margin")).to_have_text("Pu Yongjian, quoted")


def test_a_question_that_the_corpus_does_not_answer_is_refused(shipped: str, open_page: Callable[..., Page]) -> None:
    page = open_page(shipped)
    _asked(page, "What is the capital of France?")
    refusal = page.locator(".onr-refusal")
    expect(refusal).to_contain_text("Chengdu, Chongqing Getting to the Forefront of China")
    expect(page.locator("a.onr-chip")).to_have_count(0)


def test_the_examples_come_from_the_corpus_and_are_answered(shipped: str, open_page: Callable[..., Page]) -> None:
    page = open_page(shipped)
    examples = page.locator("#onr-examples button")
    examples.nth(1).wait_for()
    examples.first.click()
    page.locator(".onr-mode").wait_for(timeout=60_000)
    assert page.locator("a.onr-chip").count() >= 1
