"""What readers meet: every state without a fault of accessibility, the keyboard alone, touch, Chinese, both directions."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.accessibility import violations
from tests.browser.widget.conftest import STORY, Host, Visit, story

VisitPage = Callable[..., Visit]
RISEN = """document.querySelector("onrecord-chat").shadowRoot.getAnimations()
  .every((one) => one.animationName !== "rise" || one.playState === "finished")"""
SETTINGS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 375, "height": 740}, "has_touch": True, "is_mobile": True},
    "zoomed": {"viewport": {"width": 640, "height": 430}, "device_scale_factor": 2},
    "forced colours": {"forced_colors": "active"},
    "reduced motion": {"reduced_motion": "reduce"},
}


def tagged(host: Host, site: SimpleNamespace, name: str, tags: str, **options: str) -> str:
    return host.put(f"/{name.replace(' ', '-')}", story(site.address, tags, **options))


@pytest.mark.parametrize("setting", SETTINGS)
def test_no_state_has_a_fault(visit: VisitPage, host: Host, site: SimpleNamespace, setting: str) -> None:
    tags = '<onrecord-chat suggestions="What did Pu say?|What else?"></onrecord-chat>'
    seen = visit(tagged(host, site, "states", tags), **SETTINGS[setting])
    found = {}

    def check(state: str) -> None:
        seen.page.wait_for_function(RISEN)
        found[state] = violations(seen.page)

    chat = seen.chat
    check("launcher")
    seen.open()
    expect(chat.locator(".intro")).to_contain_text("2 articles, the newest of 12 March 2026")
    check("opened")
    site.newsroom.gate.clear()
    try:
        seen.ask("Wait for it")
        expect(chat.locator(".found li")).to_have_count(2)
        check("found")
    finally:
        site.newsroom.gate.set()
    expect(chat.locator(".sources")).to_be_visible()
    check("answer")
    chat.get_by_role("button", name="Not helpful").click()
    check("feedback")
    chat.locator(".cite").first.click()
    expect(chat.locator("mark")).to_be_visible()
    check("citation")
    chat.get_by_role("button", name="Back to the answer").click()
    seen.ask("Refuse this")
    expect(chat.locator(".refusal")).to_be_visible()
    check("refusal")
    seen.ask("Busy?")
    expect(chat.locator(".failure")).to_be_visible()
    check("failure")
    assert {state: faults for state, faults in found.items() if faults} == {}
    assert len(found) == 8


@pytest.mark.parametrize(("name", "tags"), {
    "chinese": '<onrecord-chat lang="zh-Hans" theme="dark"></onrecord-chat>',
    "inline": "<main><h2>More</h2><onrecord-chat inline></onrecord-chat></main>",
}.items())  # fmt: skip
def test_other_shapes_have_no_fault(visit: VisitPage, host: Host, site: SimpleNamespace, name: str, tags: str) -> None:
    page = (
        story(site.address, tags).replace("<main>", "<div>", 1).replace("</main>", "</div>", 1)
        if "main" in tags
        else story(site.address, tags)
    )
    seen = visit(host.put(f"/{name}", page))
    seen.open()
    seen.ask("What did Pu say?")
    expect(seen.chat.locator(".sources")).to_be_visible()
    assert violations(seen.page, within="onrecord-chat") == []


def in_focus(page: Page) -> str:
    """The name of what has the focus, inside the widget."""
    return str(page.evaluate("""() => {
      let active = document.activeElement;
      while (active?.shadowRoot) active = active.shadowRoot.activeElement;
      return active?.getAttribute("aria-label") || active?.textContent || active?.tagName;
    }"""))  # fmt: skip


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    for _ in range(40):
        if name in in_focus(page):
            return
        page.keyboard.press(key)
    raise AssertionError(f"the keyboard does not reach {name!r}; it is at {in_focus(page)!r}")


def test_the_keyboard_is_enough(visit: VisitPage, host: Host, site: SimpleNamespace) -> None:
    seen = visit(tagged(host, site, "keys", "<onrecord-chat></onrecord-chat>", body='<a href="#x">A link</a>'))
    page = seen.page
    tab_to(page, "Ask our articles")
    page.keyboard.press("Enter")
    expect(seen.chat.locator(".panel")).to_be_visible()
    tab_to(page, "Your question")
    page.keyboard.type("What did Pu say?")
    page.keyboard.press("Enter")
    expect(seen.chat.locator(".sources")).to_be_visible()
    expect(seen.chat.locator(".status")).to_have_text(
        "“Chongqing is the largest base,” said Pu. Exports rose by 12 percent."
    )
    tab_to(page, "Source 2: Car exports rise", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(seen.chat.locator("mark")).to_be_visible()
    assert in_focus(page) == "Back to the answer"
    page.keyboard.press("Escape")
    assert in_focus(page).startswith("Source 2: Car exports rise")
    expect(seen.chat.locator(".source")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(seen.chat.locator(".panel")).to_be_hidden()
    expect(seen.chat.locator(".launcher")).to_be_focused()


def test_the_focus_goes_back_to_what_opened_it(visit: VisitPage, host: Host, site: SimpleNamespace) -> None:
    button = '<button id="own">Ask about this</button>'
    seen = visit(tagged(host, site, "own", "<onrecord-chat></onrecord-chat>", body=button))
    seen.page.evaluate(
        "() => { document.querySelector('#own').onclick = () => { document.querySelector('onrecord-chat').open({question: 'Who?'}); }; }"
    )
    seen.page.locator("#own").click()
    expect(seen.chat.locator("#question")).to_have_value("Who?")
    expect(seen.chat.locator("#question")).to_be_focused()
    seen.page.keyboard.press("Escape")
    expect(seen.page.locator("#own")).to_be_focused()


def test_no_key_of_the_page_is_taken(visit: VisitPage, host: Host, site: SimpleNamespace) -> None:
    seen = visit(tagged(host, site, "shortcuts", "<onrecord-chat></onrecord-chat>"))
    seen.page.evaluate(
        "window.keys = []; addEventListener('keydown', (event) => keys.push([event.key, event.defaultPrevented]))"
    )
    for key in ("Control+k", "/", "Escape", "Enter"):
        seen.page.keyboard.press(key)
    pressed = seen.page.evaluate("keys")
    assert len(pressed) == 5
    assert not any(prevented for _, prevented in pressed)


def test_enter_that_chooses_characters_does_not_send(visit: VisitPage, host: Host, site: SimpleNamespace) -> None:
    seen = visit(tagged(host, site, "composing", '<onrecord-chat lang="zh"></onrecord-chat>'))
    seen.open()
    asked = len(site.newsroom.questions)
    box = seen.chat.locator("#question")
    box.fill("蒲说了什么")
    for given in ('{key: "Enter", isComposing: true', '{key: "Enter", keyCode: 229'):
        box.evaluate(
            f"(box) => box.dispatchEvent(new KeyboardEvent('keydown', {given}, bubbles: true, cancelable: true}}))"
        )
    seen.page.wait_for_timeout(200)
    assert len(site.newsroom.questions) == asked
    expect(box).to_have_value("蒲说了什么")
    box.press("Shift+Enter")
    assert len(site.newsroom.questions) == asked
    box.press("Enter")
    expect(seen.chat.locator(".statement")).to_have_count(2)
    assert [one.text for one in site.newsroom.questions[asked:]] == ["蒲说了什么"]
    expect(seen.chat.locator(".by").first).to_have_text("Pu Yongjian，原话")


def test_on_a_phone_it_covers_the_page_and_calls_no_keyboard(
    visit: VisitPage, host: Host, site: SimpleNamespace
) -> None:
    seen = visit(
        tagged(host, site, "phone", "<onrecord-chat></onrecord-chat>", body='<a href="#x">A link</a>'),
        **SETTINGS["phone"],
    )
    seen.chat.locator(".launcher").tap()
    panel = seen.chat.locator(".panel")
    expect(panel).to_be_visible()
    assert panel.evaluate("(panel) => panel.matches(':modal')")
    assert in_focus(seen.page) == "Ask our articles"
    assert panel.bounding_box() == {"x": 0, "y": 0, "width": 375, "height": 740}
    seen.page.keyboard.press("Shift+Tab")
    for _ in range(12):
        seen.page.keyboard.press("Tab")
        assert in_focus(seen.page) != "A link"
    small = seen.page.evaluate("""() => [...document.querySelector("onrecord-chat").shadowRoot.querySelectorAll("button, a, textarea")]
      .map((one) => one.getBoundingClientRect()).filter(({width, height}) => width && (width < 24 || height < 24)).length""")
    assert small == 0
    seen.page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(seen.chat.locator(".launcher")).to_be_focused()


def test_from_right_to_left(visit: VisitPage, host: Host, site: SimpleNamespace) -> None:
    page = story(site.address).replace('<html lang="en">', '<html lang="ar" dir="rtl">')
    seen = visit(host.put("/rtl", page))
    box = seen.chat.locator(".launcher").bounding_box()
    assert box is not None
    assert box["x"] == 20
    seen.open()
    panel, send = seen.chat.locator(".panel").bounding_box(), seen.chat.locator(".send").bounding_box()
    question = seen.chat.locator("#question").bounding_box()
    assert panel is not None and send is not None and question is not None  # noqa: PT018
    assert panel["x"] == 20
    assert send["x"] < question["x"]
    seen.ask("What did Pu say?")
    expect(seen.chat.locator(".statement").first).to_have_css("direction", "ltr")


def test_texts_and_label_of_the_site_s_own(visit: VisitPage, host: Host, site: SimpleNamespace) -> None:
    seen = visit(tagged(host, site, "texts", '<onrecord-chat label="Frag uns"></onrecord-chat>'))
    seen.page.evaluate(
        "document.querySelector('onrecord-chat').strings = {title: 'Frag die Zeitung', send: 'Los', refused: 'Nichts gefunden.'}"
    )
    expect(seen.chat.locator(".launcher")).to_have_text("Frag uns")
    seen.open()
    expect(seen.chat.get_by_role("heading", name="Frag die Zeitung")).to_be_visible()
    seen.ask("Refuse this")
    expect(seen.chat.locator(".refusal")).to_contain_text("Nichts gefunden.")
    expect(seen.chat.locator(".send")).to_have_text("Los")


def test_events_and_methods(visit: VisitPage, host: Host, site: SimpleNamespace) -> None:
    seen = visit(tagged(host, site, "events", "<onrecord-chat></onrecord-chat>"))
    seen.page.evaluate("""() => {
      window.told = [];
      for (const name of ["open", "close", "question", "answer", "citation", "feedback", "error"])
        document.addEventListener(`onrecord-${name}`, (event) => { told.push([name, event.detail]); if (name === "citation" && window.stopIt) event.preventDefault(); });
    }""")
    seen.page.evaluate("document.querySelector('onrecord-chat').ask('What did Pu say?')")
    expect(seen.chat.locator(".sources")).to_be_visible()
    seen.chat.locator(".cite").first.click()
    expect(seen.chat.locator(".source")).to_be_visible()
    seen.page.keyboard.press("Escape")
    seen.page.evaluate("window.stopIt = true")
    seen.chat.locator(".cite").first.click()
    expect(seen.chat.locator(".source")).to_be_hidden()
    seen.chat.get_by_role("button", name="Not helpful").click()
    seen.chat.get_by_label("The source does not say it").check()
    seen.chat.get_by_label("A note").fill("Look again.")
    seen.chat.get_by_role("button", name="Send", exact=True).click()
    expect(seen.chat.get_by_text("Thank you.").first).to_be_visible()
    assert site.feedback[-1] == {
        "rating": "unhelpful",
        "reasons": ["wrong_source"],
        "generation": "gen-1",
        "note": "Look again.",
    }
    seen.page.evaluate("document.querySelector('onrecord-chat').clear()")
    expect(seen.chat.locator(".turn")).to_have_count(0)
    seen.page.evaluate("document.querySelector('onrecord-chat').close()")
    told = seen.page.evaluate("told")
    assert [name for name, _ in told] == ["open", "question", "answer", "citation", "citation", "feedback", "close"]
    assert told[1][1] == {"question": "What did Pu say?"}
    assert told[2][1]["statements"][0]["speaker"] == "Pu Yongjian"
    assert told[3][1]["citation"]["article"] == "a"
    assert told[3][1]["here"] is False


def test_a_citation_into_the_page_is_marked_there(visit: VisitPage, host: Host, site: SimpleNamespace) -> None:
    body = f"<div style='height:3000px'></div><p>Exports <b>rose</b>\n by 12 percent. The customs office…</p><p>{STORY}</p>"
    seen = visit(tagged(host, site, "here", '<onrecord-chat article="b"></onrecord-chat>', body=body))
    seen.open()
    before = seen.page.content()
    seen.ask("What did Pu say?")
    seen.chat.get_by_role("button", name="Source 2").first.click()
    expect(seen.chat.locator(".status")).to_have_text("It is marked on the page.")
    marked = "[...CSS.highlights.get('onrecord')].map((one) => one.toString().replace(/\\s+/g, ' '))"
    assert seen.page.evaluate(marked) == ["Exports rose by 12 percent."]
    seen.page.wait_for_function("scrollY > 1500")
    assert seen.page.content() == before
    seen.page.keyboard.press("Escape")
    seen.page.keyboard.press("Escape")
    assert seen.page.evaluate("CSS.highlights.size") == 0


def test_what_is_remembered_where_the_site_wants_it(visit: VisitPage, host: Host, site: SimpleNamespace) -> None:
    seen = visit(tagged(host, site, "remember", '<onrecord-chat remember="session"></onrecord-chat>'))
    seen.open()
    seen.ask("What did Pu say?")
    expect(seen.chat.locator(".sources")).to_be_visible()
    asked = len(site.newsroom.questions)
    seen.page.reload()
    seen.open()
    expect(seen.chat.locator(".statement")).to_have_count(2)
    assert len(site.newsroom.questions) == asked
    assert seen.page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 1, ""]
    seen.ask("What else?")
    expect(seen.chat.locator(".statement")).to_have_count(4)
    assert [turn.question for turn in site.newsroom.questions[-1].history] == ["What did Pu say?"]
    seen.chat.get_by_role("button", name="New conversation").click()
    seen.page.reload()
    seen.open()
    expect(seen.chat.locator(".turn")).to_have_count(0)


def test_copy_carries_the_sources(visit: VisitPage, host: Host, site: SimpleNamespace) -> None:
    seen = visit(
        tagged(host, site, "copy", "<onrecord-chat></onrecord-chat>"), permissions=["clipboard-read", "clipboard-write"]
    )
    seen.open()
    seen.ask("What did Pu say?")
    seen.chat.get_by_role("button", name="Copy").click()
    expect(seen.chat.get_by_role("button", name="Copied")).to_be_visible()
    assert seen.page.evaluate("navigator.clipboard.readText()").splitlines() == [
        "What did Pu say?", "", "“Chongqing is the largest base,” said Pu. [1]", "Exports rose by 12 percent. [2]", "",
        "[1] How a mountain city became a maker of cars, CGTN, date unknown",
        "[2] Car exports rise as new plants open, Example Times, 12 March 2026, https://news.example/exports",
    ]  # fmt: skip


def test_stop_ends_the_answer_on_the_server(visit: VisitPage, host: Host, site: SimpleNamespace) -> None:
    seen = visit(tagged(host, site, "stop", "<onrecord-chat></onrecord-chat>"))
    seen.open()
    seen.ask("Slow, please")
    expect(seen.chat.locator(".statement").first).to_be_visible()
    assert not site.newsroom.closed.is_set()
    seen.chat.get_by_role("button", name="Stop").click()
    assert site.newsroom.closed.wait(5)
    expect(seen.chat.locator(".failure")).to_have_text("Stopped.")
    expect(seen.chat.locator(".statement").first).to_be_visible()
    seen.ask("Slow, please")
    expect(seen.chat.locator(".statement").nth(1)).to_be_visible()
    site.newsroom.closed.clear()
    seen.page.evaluate("document.querySelector('onrecord-chat').remove()")
    assert site.newsroom.closed.wait(5)


def test_the_page_does_not_move(visit: VisitPage, host: Host, site: SimpleNamespace) -> None:
    noting = """
      window.moved = 0;
      new PerformanceObserver((list) => { for (const one of list.getEntries()) moved += one.value; }).observe({type: "layout-shift", buffered: true});
    """
    seen = visit(
        tagged(host, site, "still", "<onrecord-chat></onrecord-chat>", body="<p>A line.</p>" * 40), before=noting
    )
    seen.page.wait_for_timeout(500)
    assert seen.page.evaluate("moved") == 0
    seen.open()
    seen.page.wait_for_timeout(300)
    assert seen.page.evaluate("moved") == 0
