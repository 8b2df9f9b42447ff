"""The chat page in a real browser, on scripted answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.accessibility import violations
from tests.browser.states import CHAT, CHAT_PATHS

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
    expect(cards.nth(1)).to_contain_text("Corrected on 13 March 2026: The figure was 11 percent")
    link = cards.nth(1).get_by_role("link", name="Car exports rise as new plants open")
    expect(link).to_have_attribute("href", "/article/b?start=0&end=27#passage")
    link = cards.nth(1).get_by_role("link", name="At the publisher’s site")
    expect(link).to_have_attribute("href", "https://news.example/exports#:~:text=Exports%20rose%20by%2012%20percent.")
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


def test_the_keyboard_is_enough(page: Page, chat: SimpleNamespace) -> None:
    """Every action, reached by Tab and done by Enter or Space."""

    def reach(selector: str) -> None:
        wanted = page.locator(selector).first
        wanted.wait_for()
        for _ in range(60):
            page.keyboard.press("Tab")
            if wanted.evaluate("each => each === document.activeElement"):
                return
        raise AssertionError(f"Tab does not reach {selector}")

    reach("#onr-settings > button")
    page.keyboard.press("Enter")
    reach("#onr-speaker input")
    page.keyboard.type("Pu")
    reach("#onr-own input")
    page.keyboard.press("Space")
    page.locator("#onr-box textarea").focus()
    page.keyboard.type("What did Pu say?")
    page.keyboard.press("Enter")
    expect(page.locator(".onr-mode")).to_be_visible()
    asked = chat.newsroom.questions[-1]
    assert asked.filters.speaker == "Pu"
    page.locator(".onr-nav a").first.focus()
    reach("#onr-chat .onr-chip")
    page.keyboard.press("Enter")
    expect(page.locator("#onr-article #passage")).to_be_focused()
    page.keyboard.press("Escape")
    expect(chips(page).first).to_be_focused()
    reach(".onr-copy")
    reach(".onr-permalink")
    reach(".onr-markdown")
    with page.expect_download():
        page.keyboard.press("Enter")
    reach(".onr-is-unhelpful")
    page.keyboard.press("Enter")
    expect(page.locator(".onr-is-wrong")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator(".onr-is-wrong")).to_have_attribute("aria-pressed", "true")
    reach(".onr-send")
    page.keyboard.press("Enter")
    expect(page.locator(".onr-thanks")).to_be_visible()
    assert chat.newsroom.judged[-1] == {"rating": "unhelpful", "reasons": ["wrong"], "generation": "gen-1"}
    reach("#onr-again")
    chat.newsroom.rest.clear()
    try:
        page.keyboard.press("Enter")
        expect(page.locator("#onr-stop")).to_be_visible()
    finally:
        chat.newsroom.rest.set()
    settled(page)
    reach("#onr-edit")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your question")).to_have_value("What did Pu say?")
    expect(page.locator(".onr-question")).to_have_count(0)


def test_a_link_asks_the_same_again_with_the_same_settings(
    page: Page, open_page: OpenPage, chat: SimpleNamespace
) -> None:
    page.locator("#onr-settings > button").click()
    page.get_by_label("Speaker").fill("Pu")
    page.get_by_label("From").fill("2026-03-01")
    page.get_by_label("In the articles’ own words only").check()
    ask(page, "And about suppliers?")
    settled(page)
    expect(page.locator(".onr-narrowed")).to_have_text("Only: Pu · since 1 March 2026")
    first, link = chat.newsroom.questions[-1], page.locator(".onr-permalink").get_attribute("href")
    assert link
    assert (first.filters.speaker, first.filters.since) == ("Pu", date(2026, 3, 1))
    chat.newsroom.generation = "gen-2"
    try:
        again = open_page(chat.address, link)
        expect(again.locator(".onr-changed")).to_contain_text("(gen-1 then, gen-2 now)")
        settled(again)
    finally:
        chat.newsroom.generation = "gen-1"
    second = chat.newsroom.questions[-1]
    assert (second.text, second.filters) == ("What did Pu say about suppliers?", first.filters)
    expect(again.get_by_label("Speaker")).to_have_value("Pu")
    expect(again.get_by_label("From")).to_have_value("2026-03-01")
    expect(again.get_by_label("In the articles’ own words only")).to_be_checked()


def test_a_day_that_is_none_is_told_and_asks_nothing(open_page: OpenPage, chat: SimpleNamespace) -> None:
    asked = len(chat.newsroom.questions)
    page = open_page(chat.address, "/?q=What%3F&since=yesterday")
    expect(page.locator("#onr-form-notice").get_by_role("alert")).to_contain_text("yesterday is no day")
    expect(page.get_by_label("Your question")).to_have_value("What?")
    assert len(chat.newsroom.questions) == asked


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", CHAT)
def test_no_state_of_the_chat_keeps_anybody_out(
    open_page: OpenPage, chat: SimpleNamespace, state: str, scheme: str
) -> None:
    page = open_page(chat.address, CHAT_PATHS.get(state, "/"), scheme=scheme, fails=state == "chat-not-taken")
    CHAT[state](page, chat.newsroom)
    try:
        assert violations(page) == []
    finally:
        chat.newsroom.gate.set()


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


def test_no_late_output_overwrites_what_is_done_after_an_answer(page: Page, chat: SimpleNamespace) -> None:
    """The core ends a while after its answer: the buttons wait for that, and what they do stands."""
    chat.newsroom.gate.clear()
    try:
        ask(page, "Late end?")
        expect(page.locator(".onr-foot")).to_be_visible()
        expect(page.locator("#onr-stop")).to_be_visible()
        expect(page.locator("#onr-edit")).to_be_hidden()
    finally:
        chat.newsroom.gate.set()
    page.locator("#onr-edit").click()
    expect(page.get_by_label("Your question")).to_have_value("Late end?")
    expect(page.locator(".onr-question")).to_have_count(0)
    ask(page, "What did Pu say?")
    settled(page)
    expect(page.locator(".onr-question")).to_have_text(["What did Pu say?"])


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
    assert page.evaluate("window.hacked") is None
    foreign = "img, script, iframe, form, style, svg, math, strong, em, code, h1, input, .katex"
    for part in ("#onr-chat .message-content", "#onr-panel"):
        assert page.locator(part).locator(foreign).count() == 0
    hrefs = page.evaluate(
        "Array.from(document.querySelectorAll('#onr-chat a, #onr-panel a'), (a) => a.getAttribute('href'))"
    )
    assert all(href.startswith(("#onr-", "/article/h?", "/speaker/", "/?q=", "/speakers")) for href in hrefs)


def test_a_question_that_is_too_long_stays_in_the_box(page: Page, chat: SimpleNamespace) -> None:
    asked = len(chat.newsroom.questions)
    send(page, "a" * 501)
    expect(page.locator("#onr-form-notice").get_by_role("alert")).to_contain_text("501 characters; at most 500")
    expect(page.get_by_label("Your question")).to_have_value("a" * 501)
    assert len(chat.newsroom.questions) == asked
    ask(page, "What did Pu say?")
    expect(page.locator(".onr-mode")).to_be_visible()
    expect(page.locator("#onr-form-notice").get_by_role("alert")).to_have_count(0)


def test_a_question_that_is_not_taken_is_told_in_the_readers_language(
    open_page: OpenPage, chat: SimpleNamespace
) -> None:
    page = open_page(chat.address, locale="zh-CN", fails=True)
    CHAT["chat-not-taken"](page, chat.newsroom)
    told = page.locator("#onr-left").get_by_role("alert")
    expect(told).to_have_text("现在提问的人太多，请一分钟后再问。")
    expect(page.locator("#onr-box textarea")).to_have_value("What did Pu say?")
    page.unroute_all()
    page.locator("#onr-ask").click()
    expect(page.locator(".onr-mode")).to_be_visible()
    expect(told).to_have_count(0)


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
    answer, card = page.locator("#onr-chat").bounding_box(), page.locator("#onr-1-1").bounding_box()
    assert answer
    assert card
    assert (card["x"] > answer["x"] + answer["width"]) == (width >= 900)
