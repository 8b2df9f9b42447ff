"""What readers see, on the real server with the real embedder, reader and language model, at three widths.

Nothing here knows how the model words an answer: what is looked at is what must hold of every one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.accessibility import violations
from tests.browser.real_room import CORRECTION, LAST_DAY, Room
from tests.browser.states import ask, settled

OpenPage = Callable[..., Page]
LOOKS = [(1440, "light"), (768, "dark"), (375, "light")]
GATES = "What did Maria Keller say about the gates?"
# One for each width, so that none of them is known before it is stopped.
UNKNOWN = {
    1440: "Why did the bridge open late?",
    768: "What did Mrs. Keller-Holm say about money?",
    375: "What did Anna M. Berg say about the ice?",
}
MODES = re.compile(
    r"^(Quoted from the articles \(no language model\)|Phrased by a language model from the cited passages)"
)
pytestmark = pytest.mark.parametrize(("width", "scheme"), LOOKS)


def article(room: Room, name: str) -> dict[str, Any]:
    """The article as the API gives it."""
    given: dict[str, Any] = httpx.get(f"{room.address}/api/v1/articles/{name}", timeout=60).json()
    return given


def names_in(room: Room) -> set[str]:
    """Everybody who is quoted, by all their names."""
    people = httpx.get(f"{room.address}/api/v1/speakers", timeout=60).json()["speakers"]
    return {name for one in people for name in (one["name"], *one["aliases"])}


def place_of(link: Locator) -> tuple[str, int, int]:
    """The article, start and end that a link to a passage names."""
    found = re.fullmatch(r"/article/([^?]+)\?start=(\d+)&end=(\d+)#passage", link.get_attribute("href") or "")
    assert found
    return found[1], int(found[2]), int(found[3])


def marked(within: Locator | Page) -> str:
    return "".join(within.locator("mark").all_text_contents())


def fits(page: Page, width: int) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth") <= width)


def chips(page: Page) -> Locator:
    return page.locator("#onr-chat .onr-chip")


# Every state of the answer and of the panel that the page goes through, in order.
WATCH = """() => {
    window.seen = [];
    new MutationObserver(() => {
        const now = {
            found: document.querySelectorAll("#onr-panel .onr-found li").length,
            statements: Array.from(document.querySelectorAll("#onr-chat .onr-statement"), (each) => each.textContent),
            over: document.querySelector("#onr-chat .onr-foot") !== null,
        };
        if (JSON.stringify(now) !== JSON.stringify(window.seen.at(-1))) window.seen.push(now);
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""


def test_a_question_is_answered_with_sources_that_open(
    room: Room, open_page: OpenPage, width: int, scheme: str
) -> None:
    page = open_page(room.address, width=width, scheme=scheme)
    page.evaluate(WATCH)
    ask(page, GATES)
    settled(page)
    came_in_order(page.evaluate("window.seen"))
    expect(page.get_by_role("log", name="Conversation")).to_have_attribute("aria-live", "polite")
    expect(page.locator(".onr-mode")).to_have_text(MODES)
    assert fits(page, width)
    numbers = chips(page).all_text_contents()
    assert set(numbers) == {str(number) for number in range(1, len(set(numbers)) + 1)}
    for chip in chips(page).all():
        name, start, end = place_of(chip)
        card = page.locator(f"#onr-1-{chip.text_content()}")
        assert marked(card) == article(room, name)["text"][start:end]
        expect(card.locator(".onr-headline")).to_have_text(article(room, name)["title"])
        expect(chip).to_have_attribute("aria-label", f"Source {chip.text_content()}: {article(room, name)['title']}")
    answer, first = page.locator("#onr-chat").bounding_box(), page.locator("#onr-1-1").bounding_box()
    assert answer
    assert first
    beside, below = first["x"] > answer["x"] + answer["width"], first["y"] > answer["y"] + answer["height"]
    assert (beside, below) == (width >= 900, width < 900)
    opens_beside_the_chat(room, page, chips(page).first, by_keyboard=width == 768)


def came_in_order(seen: list[dict[str, Any]]) -> None:
    """Passages before statements, statements whole and never taken back, the end last."""
    first = next(one for one in seen if one["found"])
    assert (first["statements"], first["over"]) == ([], False)
    for before, after in pairwise(seen):
        assert after["statements"][: len(before["statements"])] == before["statements"]
        assert after["over"] >= before["over"]
        assert not before["over"] or after["statements"] == before["statements"]
    assert seen[-1]["over"]
    assert seen[-1]["statements"]


def opens_beside_the_chat(room: Room, page: Page, chip: Locator, *, by_keyboard: bool) -> None:
    """A click on a citation shows the whole article at the passage; Escape leads back."""
    name, start, end = place_of(chip)
    printed = article(room, name)
    chip.press("Enter") if by_keyboard else chip.click()
    opened = page.get_by_role("dialog")
    expect(opened.get_by_role("heading", level=1)).to_have_text(printed["title"])
    expect(opened.locator("#passage")).to_be_focused()
    expect(opened.locator("#passage")).to_be_in_viewport()
    assert marked(opened) == printed["text"][start:end]
    expect(page.locator("#onr-1-1")).to_have_class(re.compile("onr-active"))
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(opened).to_be_hidden()
    expect(chip).to_be_focused()
    with page.context.expect_page() as beside:
        chip.click(modifiers=["Control"])
    expect(beside.value.locator("main #passage")).to_be_in_viewport()


def test_an_answer_is_followed_up_and_taken_away(room: Room, open_page: OpenPage, width: int, scheme: str) -> None:
    page = open_page(room.address, width=width, scheme=scheme)
    ask(page, GATES)
    settled(page)
    statements = page.locator(".onr-statement").all_text_contents()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy with sources").click()
    expect(page.locator(".onr-copy")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "“We need new gates, and we need them before 2033,” said Maria Keller" in copied
    assert "[1] Lindby raises its harbour wall, Lindby Post, 2 March 2021" in copied
    with page.expect_download() as saved:
        page.get_by_role("button", name="Markdown").click()
    assert saved.value.path().read_text("utf-8").startswith(f"# {GATES}\n")
    with page.expect_download() as saved:
        page.get_by_role("button", name="JSON").click()
    made = json.loads(saved.value.path().read_text("utf-8"))
    assert [one["article"] for one in made["citations"]] == [place_of(chip)[0] for chip in chips(page).all()]
    again = open_page(room.address, page.locator(".onr-permalink").get_attribute("href"), width=width, scheme=scheme)
    settled(again)
    assert again.locator(".onr-statement").all_text_contents() == statements
    expect(again.locator(".onr-changed")).to_have_count(0)
    judged(room, page, helpful=width != 1440)
    ask(page, "And about the garden?")
    expect(page.locator(".onr-understood")).to_have_text("Understood as: What did Maria Keller say about the garden?")
    settled(page)
    expect(page.locator(".onr-statement").last).to_contain_text("The children asked for a garden")
    expect(page.locator("#onr-2-1")).to_contain_text("date unknown")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".onr-question")).to_have_count(0)
    expect(page.locator(".onr-card")).to_have_count(0)
    assert page.context.cookies() == []
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def judged(room: Room, page: Page, *, helpful: bool) -> None:
    """Say what one thinks of the answer; it is kept, and the question only where a reader says so."""
    if helpful:
        page.get_by_role("button", name="Yes").click()
    else:
        page.get_by_role("button", name="No", exact=True).click()
        page.get_by_role("button", name="Something is missing").click()
        page.get_by_role("button", name="Send my question, too").click()
        page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".onr-thanks")).to_have_text("Thank you. Your opinion was kept, and nothing else about you.")
    kept = json.loads((room.folder / "feedback").read_text("utf-8").splitlines()[-1])
    assert kept["rating"] == ("helpful" if helpful else "unhelpful")
    assert GATES not in json.dumps(kept)
    assert (GATES in (room.folder / "questions").read_text("utf-8")) or helpful


def test_a_refusal_helps_and_an_answer_can_be_stopped(room: Room, open_page: OpenPage, width: int, scheme: str) -> None:
    page = open_page(room.address, width=width, scheme=scheme)
    ask(page, "What is the recipe for onion soup?")
    refusal = page.locator(".onr-refusal")
    expect(refusal).to_contain_text("The articles in this corpus do not answer that.")
    expect(refusal).to_contain_text(re.compile(r"only these articles were searched: 9 articles \(since 2 March 2021\)"))
    settled(page)
    expect(chips(page)).to_have_count(0)
    expect(page.locator("#onr-panel h2")).to_have_text("Searched")
    named = refusal.locator(".onr-names a").all_text_contents()
    assert named
    assert set(named) <= names_in(room)
    expect(refusal.locator(".onr-names a").first).to_have_attribute("href", re.compile(r"^/speaker/.+\?about=What\+is"))
    nearest = refusal.locator("li .onr-open").first
    title = nearest.text_content() or ""
    nearest.click()
    expect(page.get_by_role("dialog").get_by_role("heading", level=1)).to_have_text(title)
    page.keyboard.press("Escape")
    stopped_and_taken_up_again(page, UNKNOWN[width])


def stopped_and_taken_up_again(page: Page, question: str) -> None:
    page.evaluate(
        "new MutationObserver((_, self) => { const stop = document.getElementById('onr-stop');"
        " if (stop) { self.disconnect(); stop.click(); } }).observe(document.body, { childList: true, subtree: true })"
    )
    ask(page, question)
    expect(page.locator(".onr-error")).to_have_text("Stopped. Only what had been checked until then is shown.")
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".onr-error")).to_have_count(0)
    expect(page.locator(".onr-mode")).to_have_text(MODES)
    page.get_by_role("button", name="Edit the question").click()
    expect(page.get_by_label("Your question")).to_have_value(question)
    expect(page.locator(".onr-question")).to_have_count(1)


def test_examples_come_from_the_corpus_and_questions_can_be_narrowed(
    room: Room, open_page: OpenPage, width: int, scheme: str
) -> None:
    page = open_page(room.address, width=width, scheme=scheme)
    header = page.locator(".onr-masthead")
    expect(header).to_contain_text("9 articles (since 2 March 2021)")
    expect(header).to_contain_text("Corpus current to 30 June 2022.")
    days = (datetime.now(UTC).date() - date.fromisoformat(LAST_DAY)).days
    expect(header.get_by_role("status")).to_contain_text(f"Nothing newer has come in for {days} days")
    example = page.locator("#onr-examples button").first
    asked = re.fullmatch(r"What does (.+) say about .+\?", (example.text_content() or "").strip())
    assert asked
    assert asked[1] in names_in(room)
    example.click()
    settled(page)
    expect(chips(page)).not_to_have_count(0)
    page.locator("#onr-settings > button").click()
    page.get_by_label("Speaker", exact=True).fill("Brandt")
    page.get_by_label("From", exact=True).fill("2021-01-01")
    page.get_by_label("To", exact=True).fill("2021-12-31")
    page.get_by_label("In the articles’ own words only").check()
    ask(page, "What was said about the weather?")
    settled(page)
    only = "Only: Brandt · 1 January 2021 – 31 December 2021"
    expect(page.locator(".onr-question").last.locator(".onr-narrowed")).to_have_text(only)
    expect(page.locator(".onr-mode").last).to_have_text("Quoted from the articles (no language model).")
    expect(page.locator(".onr-quoted").last.locator(".onr-by")).to_have_text("Ole Brandt, quoted")
    source = page.locator("#onr-2-1")
    expect(source.locator("time").first).to_have_attribute("datetime", re.compile("^2021-"))
    expect(source).to_contain_text(f": {CORRECTION}")


def test_the_page_of_an_article_names_everything(room: Room, open_page: OpenPage, width: int, scheme: str) -> None:
    text = article(room, "wall")["text"]
    start = text.index("“We need new gates")
    end = text.index("Keller", start) + len("Keller")
    page = open_page(room.address, f"/article/wall?start={start}&end={end}", width=width, scheme=scheme)
    main = page.locator("main")
    expect(main.locator(".onr-kicker")).to_have_text("Lindby Post")
    expect(main.get_by_role("heading", level=1)).to_have_text("Lindby raises its harbour wall")
    expect(main.locator(".onr-byline")).to_have_text("By Ida Holm, Nils Berg · 2 March 2021")
    assert marked(main) == text[start:end]
    expect(page.locator("#passage")).to_be_in_viewport()
    expect(main.locator(".onr-par:has(mark) .onr-margin")).to_have_text("Maria Keller, quoted")
    assert "We need new gates, and we need them before 2033" in "".join(main.locator(".onr-direct").all_text_contents())
    expect(main.locator(".onr-reported")).to_contain_text(["the state would pay half of it"])
    link = main.get_by_role("link", name="At the publisher’s site")
    expect(link).to_have_attribute("href", re.compile(r"^https://news\.example/wall#:~:text=\S+$"))
    expect(main.locator(".onr-copies")).to_contain_text("The Coast")
    assert fits(page, width)
    page.goto(f"{room.address}/article/ferry")
    expect(main.locator(".onr-status-note")).to_have_text(re.compile(rf"^Corrected on .*: {re.escape(CORRECTION)}$"))
    page.goto(f"{room.address}/article/school")
    expect(main.locator(".onr-byline")).to_have_text("date unknown")


def test_what_somebody_said_is_listed_by_date(room: Room, open_page: OpenPage, width: int, scheme: str) -> None:
    page = open_page(room.address, "/speakers", width=width, scheme=scheme)
    page.get_by_label("Name").fill("keller")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Maria Keller").click()
    days = page.locator(".onr-day h2")
    expect(days).to_have_text(["3 March 2021", "2 March 2021", "date unknown"])
    said = page.locator(".onr-day").nth(1)
    expect(said.locator(".onr-is-direct blockquote")).to_contain_text(
        "“We need new gates, and we need them before 2033,”"
    )
    expect(said.locator(".onr-is-direct .onr-by")).to_have_text("Maria Keller, quoted")
    expect(said.locator(".onr-is-reported .onr-by")).to_have_text("Maria Keller, in the reporter’s words")
    assert violations(page) == []
    assert fits(page, width)
    page.get_by_label("About").fill("garden")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What Maria Keller said about “garden”")
    expect(page.locator(".onr-entry").filter(has_text="The children asked for a garden")).to_be_visible()
    page.get_by_label("About").fill("")
    page.get_by_label("From").fill("2021-03-03")
    page.get_by_label("To").fill("2021-12-31")
    page.get_by_role("button", name="Show").click()
    expect(days).to_have_text(["3 March 2021"])
    link = page.locator(".onr-entry a").first
    name, start, end = place_of(link)
    link.click()
    expect(page.locator("#passage")).to_be_in_viewport()
    assert marked(page.locator("main")) == article(room, name)["text"][start:end]


def test_everything_is_said_in_chinese(room: Room, open_page: OpenPage, width: int, scheme: str) -> None:
    page = open_page(room.address, width=width, scheme=scheme, locale="zh-CN")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page.locator(".onr-masthead")).to_contain_text("文章库更新至2022年6月30日。")
    expect(page.locator(".onr-late")).to_contain_text("天没有新文章")
    page.get_by_label("您的问题").fill("新码头可以停靠几艘货轮？")
    page.get_by_role("button", name="提问").click()
    expect(page.locator(".onr-mode")).to_have_text(re.compile("^(引自文章原文|由语言模型根据所引段落写成)"))
    settled(page)
    name, start, end = place_of(chips(page).first)
    assert name == "gangkou"
    expect(page.locator(".onr-statement").first).to_contain_text("新码头可以停靠三艘货轮")
    expect(page.locator("#onr-1-1 .onr-meta")).to_have_text("林德比日报 · 2022年5月18日")
    chips(page).first.click()
    opened = page.get_by_role("dialog")
    expect(opened.locator(".onr-byline")).to_have_text("李薇 · 2022年5月18日")
    expect(opened.locator(".onr-margin").first).to_contain_text("王敏")
    assert marked(opened) == article(room, "gangkou")["text"][start:end]
    assert fits(page, width)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="再问一次")).to_be_visible()
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
