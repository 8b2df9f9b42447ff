"""The chat page in a real browser, on scripted answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import Locator, Page, expect

OpenPage = Callable[..., Page]


@pytest.fixture
def page(open_page: OpenPage, chat: SimpleNamespace) -> Page:
    return open_page(chat.address)


def send(page: Page, text: str) -> None:
    box = page.get_by_label("Your question")
    box.fill(text)
    box.press("Enter")


def ask(page: Page, text: str) -> None:
    send(page, text)
    expect(page.locator(".onr-question").last).to_contain_text(text[:20])


def settled(page: Page) -> None:
    expect(page.locator("#onr-ask")).to_be_visible()


def chips(page: Page) -> Locator:
    return page.locator("#onr-chat .onr-chip")


def test_statements_come_one_by_one_with_their_sources(page: Page, chat: SimpleNamespace) -> None:
    chat.newsroom.rest.clear()
    try:
        ask(page, "What did Pu say?")
        expect(page.locator(".onr-question")).to_have_text("What did Pu say?")
        expect(page.locator(".onr-statement")).to_have_count(1)
        expect(page.locator("#onr-stop")).to_be_visible()
    finally:
        chat.newsroom.rest.set()
    expect(page.locator(".onr-statement")).to_have_count(2)
    settled(page)
    expect(page.locator(".onr-mode")).to_have_text("Quoted from the articles (no language model).")
    expect(page.locator(".onr-quoted .onr-by")).to_have_text("Pu Yongjian, quoted")
    cards = page.locator("#onr-panel .onr-card")
    expect(cards).to_have_count(2)
    expect(cards.nth(0)).to_contain_text("CGTN · date unknown")
    expect(cards.nth(0).locator("mark")).to_have_text("“Chongqing is the largest base,” said Pu.")
    expect(cards.nth(0)).to_contain_text("The city has been building cars for forty years.")
    expect(cards.nth(0)).not_to_contain_text("/Photo")
    expect(cards.nth(1)).to_contain_text("12 March 2026")
    expect(cards.nth(1)).to_contain_text("Corrected: The figure was 11 percent")
    link = cards.nth(1).get_by_role("link", name="Car exports rise as new plants open")
    expect(link).to_have_attribute("href", "https://news.example/exports")
    expect(link).to_have_attribute("rel", "noopener noreferrer")


def test_passages_are_shown_before_the_first_statement(page: Page, chat: SimpleNamespace) -> None:
    chat.newsroom.gate.clear()
    try:
        ask(page, "Wait for it")
        expect(page.locator("#onr-panel h2")).to_have_text("Searching in…")
        expect(page.locator("#onr-panel .onr-found li")).to_have_count(3)
        expect(page.locator(".onr-status")).to_contain_text("Found 3 passages in 2 articles")
        expect(page.locator(".onr-statement")).to_have_count(0)
    finally:
        chat.newsroom.gate.set()
    settled(page)


def test_a_chip_leads_to_its_source_and_back(page: Page) -> None:
    ask(page, "What did Pu say?")
    settled(page)
    chip = page.get_by_role("link", name="Source 2: Car exports rise as new plants open")
    chip.click()
    card = page.locator("#onr-1-2")
    expect(card).to_have_class(re.compile("onr-active"))
    expect(card).to_be_focused()
    expect(card).to_be_in_viewport()
    expect(page.locator(".onr-active")).to_have_count(1)
    card.get_by_role("link", name="Back to the answer").click()
    expect(chip).to_be_focused()


def test_a_chip_of_an_older_answer_finds_its_own_source(page: Page) -> None:
    ask(page, "What did Pu say?")
    settled(page)
    ask(page, "What else?")
    expect(page.locator(".onr-mode")).to_have_count(2)
    settled(page)
    assert page.locator("#onr-1-1").is_hidden()
    chips(page).nth(0).click()
    expect(page.locator("#onr-1-1")).to_be_visible()
    expect(page.locator("#onr-1-1")).to_have_class(re.compile("onr-active"))
    chips(page).nth(2).click()
    expect(page.locator("#onr-2-1")).to_have_class(re.compile("onr-active"))
    ids = page.evaluate("Array.from(document.querySelectorAll('[id^=onr-]'), (each) => each.id)")
    assert len(ids) == len(set(ids))


def test_the_place_in_the_panel_is_kept_while_an_answer_grows(page: Page) -> None:
    ask(page, "Slow, please")
    expect(page.locator(".onr-statement")).not_to_have_count(0)
    chips(page).first.click()
    shown = page.locator(".onr-statement").count()
    expect(page.locator(".onr-statement").nth(shown + 2)).to_be_attached()
    expect(page.locator("#onr-1-1")).to_have_class(re.compile("onr-active"))
    page.locator("#onr-stop").click()
    settled(page)


def test_the_keyboard_is_enough(page: Page) -> None:
    page.get_by_label("Your question").focus()
    page.keyboard.type("What did Pu say?")
    page.keyboard.press("Enter")
    expect(page.locator(".onr-mode")).to_be_visible()
    chips(page).first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#onr-1-1")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#onr-1-1 .onr-back a")).to_be_focused()
    page.keyboard.press("Enter")
    expect(chips(page).first).to_be_focused()


def test_a_refusal_helps(page: Page) -> None:
    ask(page, "Refuse this")
    refusal = page.locator(".onr-refusal")
    expect(refusal).to_contain_text("The articles in this corpus do not answer that.")
    expect(refusal).to_contain_text("2 articles from CGTN and Example Times.")
    expect(refusal.locator("li")).to_contain_text(
        ["How a mountain city became a maker of cars", "Car exports rise as new plants open"]
    )
    expect(chips(page)).to_have_count(0)
    expect(page.locator("#onr-panel h2")).to_have_text("Searched")


def test_an_error_is_a_sentence_with_its_hint(page: Page) -> None:
    ask(page, "Busy?")
    alert = page.locator("#onr-chat").get_by_role("alert")
    expect(alert).to_have_text("Too many questions wait for the model; ask again in a minute.")
    settled(page)


def test_a_crash_tells_nothing_about_the_inside(page: Page) -> None:
    ask(page, "Crash!")
    alert = page.locator("#onr-chat").get_by_role("alert")
    expect(alert).to_have_text("Something went wrong on our side. Please ask again.")
    assert "0xdeadbeef" not in page.content()


def test_stop_closes_the_core(page: Page, chat: SimpleNamespace) -> None:
    ask(page, "Slow, please")
    expect(page.locator(".onr-statement")).not_to_have_count(0)
    assert not chat.newsroom.closed.is_set()
    page.locator("#onr-stop").click()
    assert chat.newsroom.closed.wait(3)
    expect(page.locator(".onr-error")).to_contain_text("Stopped.")
    settled(page)
    ask(page, "What did Pu say?")
    expect(page.locator(".onr-mode")).to_be_visible()


def test_leaving_closes_the_core(open_page: OpenPage, chat: SimpleNamespace) -> None:
    page = open_page(chat.address)
    ask(page, "Slow, please")
    expect(page.locator(".onr-statement")).not_to_have_count(0)
    assert not chat.newsroom.closed.is_set()
    page.context.close()
    assert chat.newsroom.closed.wait(5)


def test_hostile_text_is_shown_and_does_nothing(page: Page, chat: SimpleNamespace) -> None:
    hostile = chat.newsroom.hostile
    ask(page, f"Hostile {hostile}")
    expect(page.locator(".onr-mode")).to_contain_text("Phrased by a language model")
    expect(page.locator(".onr-question")).to_contain_text(hostile)
    expect(page.locator(".onr-statement blockquote")).to_contain_text(hostile)
    expect(page.locator(".onr-card mark")).to_contain_text(hostile)
    expect(page.locator(".onr-card .onr-headline")).to_have_text(hostile)
    chips(page).first.click()
    assert page.evaluate("window.hacked") is None
    foreign = "img, script, iframe, form, style, svg, math, strong, em, code, h1, input, .katex"
    for part in ("#onr-chat .message-content", "#onr-panel"):
        assert page.locator(part).locator(foreign).count() == 0
    hrefs = page.evaluate(
        "Array.from(document.querySelectorAll('#onr-chat a, #onr-panel a'), (a) => a.getAttribute('href'))"
    )
    assert all(href.startswith("#onr-") for href in hrefs)


def test_a_question_that_is_too_long_stays_in_the_box(page: Page, chat: SimpleNamespace) -> None:
    asked = len(chat.newsroom.questions)
    send(page, "a" * 501)
    expect(page.locator("#onr-form-notice").get_by_role("alert")).to_contain_text("501 characters; at most 500")
    expect(page.get_by_label("Your question")).to_have_value("a" * 501)
    assert len(chat.newsroom.questions) == asked
    ask(page, "What did Pu say?")
    expect(page.locator(".onr-mode")).to_be_visible()
    expect(page.locator("#onr-form-notice").get_by_role("alert")).to_have_count(0)


def test_examples_history_retry_and_clear(page: Page, chat: SimpleNamespace) -> None:
    page.get_by_role("button", name="What did Pu say about Chongqing?").click()
    expect(page.locator(".onr-mode")).to_be_visible()
    settled(page)
    ask(page, "What else?")
    expect(page.locator(".onr-mode")).to_have_count(2)
    settled(page)
    last = chat.newsroom.questions[-1]
    assert [turn.question for turn in last.history] == ["What did Pu say about Chongqing?"]
    assert last.history[0].answer == "“Chongqing is the largest base,” said Pu. Exports rose by 12 percent."
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator("#onr-stop")).to_be_visible()
    settled(page)
    expect(page.locator(".onr-question")).to_have_count(2)
    assert chat.newsroom.questions[-1] == last
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".onr-question")).to_have_count(0)
    expect(page.locator(".onr-card")).to_have_count(0)
    ask(page, "What now?")
    expect(page.locator(".onr-mode")).to_be_visible()
    assert chat.newsroom.questions[-1].history == ()


def test_copy_carries_the_sources(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, "What did Pu say?")
    page.get_by_role("button", name="Copy with sources").click()
    expect(page.locator(".onr-copy")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "Exports rose by 12 percent. [2]" in copied.splitlines()
    assert "[1] How a mountain city became a maker of cars, CGTN, date unknown" in copied.splitlines()


def test_conversations_do_not_mix(open_page: OpenPage, chat: SimpleNamespace) -> None:
    first, second = open_page(chat.address), open_page(chat.address)
    ask(first, "What is mine?")
    ask(second, "Refuse mine")
    settled(first)
    expect(second.locator(".onr-refusal")).to_be_visible()
    expect(first.locator(".onr-question")).to_have_text("What is mine?")
    expect(second.locator(".onr-question")).to_have_text("Refuse mine")
    expect(first.locator(".onr-refusal")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 768, 1440])
def test_fits_the_screen(open_page: OpenPage, chat: SimpleNamespace, width: int, scheme: str) -> None:
    page = open_page(chat.address, width=width, scheme=scheme)
    ask(page, "What did Pu say about " + "averylongwordwithoutanyspaceinit" * 4 + "?")
    expect(page.locator(".onr-mode")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    chips(page).first.click()
    expect(page.locator("#onr-1-1")).to_be_in_viewport()
    answer, card = page.locator("#onr-chat").bounding_box(), page.locator("#onr-1-1").bounding_box()
    assert answer
    assert card
    assert (card["x"] > answer["x"] + answer["width"]) == (width >= 900)
