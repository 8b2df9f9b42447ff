"""The widget on pages of another origin: strict ones, hostile ones, and several of it on one page."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.widget.conftest import Host, Visit, story

VisitPage = Callable[..., Visit]

# What docs/widget.md tells a site to add, and nothing else.
STRICT = (
    "default-src 'none'; script-src {server}; connect-src {server}; "
    "require-trusted-types-for 'script'; trusted-types 'none'{more}"
)
POLLUTED = """
const junk = {
  headers: {"x-polluted": "1"}, method: "DELETE", body: "polluted", signal: "polluted", mode: "polluted", cache: "polluted",
  credentials: "polluted", integrity: "sha256-x", redirect: "polluted", keepalive: "x", referrerPolicy: "polluted", window: 5,
  detail: "polluted", bubbles: false, cancelable: true, composed: false, block: "polluted", behavior: "polluted",
  inline: "polluted", stream: false, granularity: "polluted", dateStyle: "polluted", timeStyle: "polluted", delegatesFocus: 1,
  customElementRegistry: 5, preventScroll: "x", note: "polluted", understood: "polluted", speaker: "polluted", error: "polluted",
  constructor_: 1, A: "polluted", a: "polluted", refused: true, src: "polluted", question: "polluted", extends: "p",
  clonable: 1, serializable: 1, slotAssignment: "manual", toJSON() { return "polluted"; },
};
for (const [name, value] of Object.entries(junk)) Object.prototype[name] = value;
Array.prototype.toJSON = () => "polluted";
Array.prototype.polluted = "polluted";
String.prototype.toJSON = () => "polluted";
"""
HOSTILE_CSS = """
* { all: unset !important; color: red !important; }
body * { display: none !important; visibility: hidden !important; opacity: 0 !important; font-size: 0 !important;
  transform: scale(0) !important; pointer-events: none !important; position: static !important; }
onrecord-chat, onrecord-chat * { display: none !important; width: 0 !important; height: 0 !important; overflow: hidden !important;
  clip-path: inset(50%) !important; content-visibility: hidden !important; z-index: -1 !important; filter: opacity(0) !important;
  animation: x 1s infinite !important; contain: strict !important; --_paper: red; }
button { background: lime !important; border: 20px solid lime !important; }
html { font-size: 62.5% !important; letter-spacing: 9px !important; }
"""


def asked_and_cited(visit: Visit) -> None:
    """A reader's way: open, ask, open a citation, go back, close."""
    visit.open()
    visit.ask("What did Pu say?")
    chat = visit.chat
    expect(chat.locator(".statement")).to_have_count(2)
    expect(chat.locator(".sources li")).to_have_count(2)
    expect(chat.locator("blockquote.statement")).to_contain_text("“Chongqing is the largest base,” said Pu.")
    expect(chat.locator("blockquote.statement .by")).to_have_text("Pu Yongjian, quoted")
    chat.get_by_role("button", name="Source 2: Car exports rise as new plants open").first.click()
    source = chat.locator(".source")
    expect(source.locator("mark")).to_have_text("Exports rose by 12 percent.")
    expect(source).to_contain_text("Car exports rise as new plants open")
    expect(source).to_contain_text("Example Times · 12 March 2026")
    expect(source).to_contain_text("Corrected: The figure was 11 percent in an earlier version.")
    expect(source).to_contain_text("The customs office published the figures on Monday.")
    link = source.get_by_role("link", name="Read it in the article")
    expect(link).to_have_attribute("href", "https://news.example/exports#:~:text=Exports%20rose%20by%2012%20percent.")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    chat.get_by_role("button", name="Back to the answer").click()
    chat.get_by_role("button", name="Source 1: How a mountain city became a maker of cars").first.click()
    expect(source).to_contain_text("CGTN · date unknown")
    expect(source).to_contain_text("Speaker: Pu Yongjian")
    expect(source.get_by_role("link")).to_have_count(0)
    chat.get_by_role("button", name="Close").click()
    expect(chat.locator(".launcher")).to_be_focused()


def test_a_strict_page(visit: VisitPage, host: Host, site: SimpleNamespace) -> None:
    policy = STRICT.format(server=site.address, more="")
    seen = visit(host.put("/strict", story(site.address), content_security_policy=policy))
    expect(seen.chat.locator(".launcher")).to_be_visible()
    asked_and_cited(seen)
    assert seen.noted("forbidden") == []


def test_that_the_policy_of_the_test_bites(visit: VisitPage, host: Host, site: SimpleNamespace) -> None:
    policy = STRICT.format(server=site.address, more="").replace(f"connect-src {site.address}", "connect-src 'self'")
    seen = visit(host.put("/stricter", story(site.address), content_security_policy=policy), expected=9)
    seen.open()
    expect(seen.chat.locator(".failure")).to_contain_text("cannot be reached")
    assert [one for one in seen.noted("forbidden") if one.startswith("connect-src")]
    seen.page.evaluate("noted.forbidden.length = 0")
    forbidden = seen.page.evaluate(
        "() => { try { document.createElement('p').innerHTML = '<b>x</b>'; } catch (e) { return e.name; } }"
    )
    assert forbidden == "TypeError"
    seen.page.wait_for_timeout(100)
    seen.page.evaluate("noted.forbidden.length = 0")


def test_nothing_is_asked_before_it_is_opened_and_nothing_of_others(
    visit: VisitPage, host: Host, site: SimpleNamespace
) -> None:
    seen = visit(host.put("/quiet", story(site.address)))
    seen.page.wait_for_timeout(400)
    seen.chat.locator(".launcher").hover()
    seen.chat.locator(".launcher").focus()
    seen.page.wait_for_timeout(200)
    script = f"{site.address}/widget/1/onrecord.js"
    assert [url for url in seen.requests if not url.startswith(host.address)] == [script]
    asked_and_cited(seen)
    others = [url for url in seen.requests if not url.startswith((f"{host.address}/", f"{site.address}/"))]
    assert others == []
    assert seen.noted("stored") == []
    assert seen.page.context.cookies() == []
    assert seen.page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_no_global_but_the_element(visit: VisitPage, host: Host, site: SimpleNamespace) -> None:
    names = "Object.getOwnPropertyNames(window).sort()"
    plain = visit(host.put("/plain", "<!doctype html><title>x</title>")).page.evaluate(names)
    seen = visit(host.put("/globals", story(site.address)))
    asked_and_cited(seen)
    assert set(seen.page.evaluate(names)) - set(plain) == set()
    assert seen.page.evaluate("typeof customElements.get('onrecord-chat')") == "function"


def test_hostile_css_does_not_reach_it(visit: VisitPage, host: Host, site: SimpleNamespace) -> None:
    policy = STRICT.format(server=site.address, more="; style-src 'self'")
    host.put("/hostile.css", HOSTILE_CSS, content_type="text/css")
    clean = visit(host.put("/clean", story(site.address), content_security_policy=policy))
    sheet = '<link rel="stylesheet" href="/hostile.css">'
    address = host.put("/hostile", story(site.address, head=sheet), content_security_policy=policy)
    seen = visit(address)
    assert not seen.page.locator("h1").is_visible()
    for each in (clean, seen):
        expect(each.chat.locator(".launcher")).to_be_visible()
    assert _looks(seen.page, ".launcher") == _looks(clean.page, ".launcher")
    asked_and_cited(seen)
    asked_and_cited(clean)
    for each in (clean, seen):
        each.chat.locator(".launcher").click()
    for part in (".panel", ".send", ".source button", ".source h3", "mark"):
        assert _looks(seen.page, part) == _looks(clean.page, part)


def _looks(page: Page, part: str) -> Any:
    return page.evaluate(
        """async (part) => {
          const root = document.querySelector("onrecord-chat").shadowRoot, found = root.querySelector(part);
          while (root.getAnimations().some((one) => one.playState === 'running')) await new Promise(requestAnimationFrame);
          const box = found.getBoundingClientRect(), style = getComputedStyle(found);
          return [box.x, box.y, box.width, box.height, ...["color", "backgroundColor", "fontSize", "fontFamily", "borderTopWidth",
            "letterSpacing", "opacity", "visibility", "textAlign"].map((name) => style[name])];
        }""",
        part,
    )


def test_a_polluted_page(visit: VisitPage, host: Host, site: SimpleNamespace) -> None:
    seen = visit(host.put("/polluted", story(site.address)), before=POLLUTED)
    assert seen.page.evaluate("({}).note") == "polluted"
    asked = len(site.newsroom.questions)
    asked_and_cited(seen)
    seen.chat.locator(".launcher").click()
    seen.chat.get_by_role("button", name="Back to the answer").click()
    assert "polluted" not in seen.chat.locator(".panel").inner_text()
    seen.ask("What else?")
    expect(seen.chat.locator(".statement")).to_have_count(4)
    first, second = site.newsroom.questions[asked:]
    assert [first.text, second.text] == ["What did Pu say?", "What else?"]
    assert [turn.question for turn in second.history] == ["What did Pu say?"]


PATCHES = {
    "a wrapper that clones and reads": """
      const real = window.fetch; window.calls = [];
      window.fetch = async function (url, options) {
        window.calls.push(url.startsWith("http") && options.method);
        const response = await real.apply(this, arguments);
        response.clone().text().catch(() => 0);
        return response;
      };""",
    "a wrapper that gives the body whole": """
      const real = window.fetch; window.calls = [];
      window.fetch = async (url, options) => {
        window.calls.push(options.method);
        const response = await real(url, options);
        return new Response(await response.text(), {status: response.status, headers: response.headers});
      };""",
    "a wrapper that takes the stream away": """
      const real = window.fetch; window.calls = [];
      window.fetch = async (url, options) => {
        window.calls.push(options.method);
        const response = await real(url, options);
        const text = await response.text();
        return {ok: response.ok, status: response.status, headers: response.headers, body: null,
          text: async () => text, json: async () => JSON.parse(text)};
      };""",
}


@pytest.mark.parametrize("patch", PATCHES.values(), ids=PATCHES)
def test_a_patched_fetch(visit: VisitPage, host: Host, site: SimpleNamespace, patch: str) -> None:
    seen = visit(host.put("/patched", story(site.address)), before=f"{{{patch}}}")
    asked_and_cited(seen)
    assert "POST" in seen.page.evaluate("calls")


def test_a_fetch_that_is_broken_later_is_not_used(visit: VisitPage, host: Host, site: SimpleNamespace) -> None:
    seen = visit(host.put("/later", story(site.address)))
    seen.open()
    seen.page.evaluate("() => { window.fetch = () => { throw new Error('broken'); }; }")
    seen.ask("What did Pu say?")
    expect(seen.chat.locator(".statement")).to_have_count(2)


def test_a_fetch_that_is_broken_from_the_start_is_told(visit: VisitPage, host: Host, site: SimpleNamespace) -> None:
    seen = visit(
        host.put("/broken", story(site.address)), before="window.fetch = () => { throw new Error('broken'); };"
    )
    seen.open()
    failure = seen.chat.locator(".intro .failure")
    expect(failure).to_contain_text("cannot be reached")
    expect(failure.get_by_role("link", name="Open the full chat")).to_have_attribute("href", f"{site.address}/")
    seen.ask("What did Pu say?")
    failed = seen.chat.locator(".turn .failure")
    expect(failed).to_contain_text("cannot be reached")
    expect(failed.get_by_role("link")).to_have_attribute("href", f"{site.address}/?q=What%20did%20Pu%20say%3F")


def test_three_widgets_do_not_disturb_each_other(visit: VisitPage, host: Host, site: SimpleNamespace) -> None:
    tags = (
        '<onrecord-chat id="one"></onrecord-chat><onrecord-chat id="two" position="start" lang="zh"></onrecord-chat>'
        '<onrecord-chat id="three" inline></onrecord-chat>'
    )
    seen = visit(host.put("/three", story(site.address, tags)))
    asked = len(site.newsroom.questions)
    one, two, three = (seen.page.locator(f"#{name}") for name in ("one", "two", "three"))
    for each in (three, two, one):
        each.locator(".launcher").click()
        expect(each.locator(".panel")).to_be_visible()
    site.newsroom.gate.clear()
    try:
        for each, question in ((one, "Wait for one"), (two, "Wait for two"), (three, "Refuse three")):
            each.locator("#question").fill(question)
            each.locator("#question").press("Enter")
        expect(three.locator(".refusal")).to_be_visible()
        expect(one.locator(".statement")).to_have_count(0)
    finally:
        site.newsroom.gate.set()
    for each, question in ((one, "Wait for one"), (two, "Wait for two")):
        expect(each.locator(".statement")).to_have_count(2)
        expect(each.locator(".question")).to_have_text(question)
    assert sorted(each.text for each in site.newsroom.questions[asked:]) == [
        "Refuse three",
        "Wait for one",
        "Wait for two",
    ]
    expect(two.locator("h2")).to_have_text("向我们的报道提问")
    one.get_by_role("button", name="Close").click()
    expect(one.locator(".panel")).to_be_hidden()
    expect(two.locator(".panel")).to_be_visible()
    expect(three.locator(".panel")).to_be_visible()
    one.locator(".launcher").click()
    one.get_by_role("button", name="New conversation").click()
    expect(one.locator(".turn")).to_have_count(0)
    expect(two.locator(".turn")).to_have_count(1)


def test_the_short_form_and_the_pinned_version(visit: VisitPage, host: Host, site: SimpleNamespace) -> None:
    published = json.loads(seen_text(visit, site, "/widget/1/integrity.json"))
    version, sri = published["version"], published["files"]["onrecord.js"]
    body = (
        '<!doctype html><html lang="en"><title>x</title><h1>A story</h1><script type="module" data-onrecord data-label="Fragen" '
        f'data-position="start" src="{site.address}/widget/{version}/onrecord.js" integrity="{sri}" crossorigin></script>'
    )
    seen = visit(host.put("/short", body))
    expect(seen.chat.locator(".launcher")).to_have_text("Fragen")
    asked_and_cited(seen)
    assert f"{site.address}/widget/{version}/chat.js" in seen.requests


def test_a_chat_part_that_was_changed_is_not_run(visit: VisitPage, host: Host, site: SimpleNamespace) -> None:
    seen = visit(host.put("/changed", story(site.address)), expected=3)
    headers = {"access-control-allow-origin": "*", "content-type": "text/javascript"}
    body = "window.hacked = 1; export const start = () => 0;"
    seen.page.route("**/chat.js", lambda route: route.fulfill(body=body, headers=headers))
    seen.chat.locator(".launcher").click()
    failed = seen.chat.get_by_role("link", name="The chat did not load.")
    expect(failed).to_have_attribute("href", f"{site.address}/")
    assert seen.page.evaluate("window.hacked") is None
    seen.page.unroute("**/chat.js")


def seen_text(visit: VisitPage, site: SimpleNamespace, path: str) -> str:
    return str(visit(f"{site.address}{path}").page.evaluate("document.body.innerText"))
