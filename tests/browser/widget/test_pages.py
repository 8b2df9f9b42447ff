"""The pages of our own: the demonstration with every option, and the page that a site may frame."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

from playwright.sync_api import expect
from tests.browser.accessibility import violations
from tests.browser.widget.conftest import Host, Visit

VisitPage = Callable[..., Visit]


def test_the_demonstration_shows_every_option(visit: VisitPage, site: SimpleNamespace) -> None:
    seen = visit(f"{site.address}/widget/demo?article=a")
    page = seen.page
    expect(page.get_by_role("heading", level=1)).to_have_text("How a mountain city became a maker of cars")
    assert violations(page) == []
    seen.open()
    chat = seen.chat
    expect(chat.get_by_role("button", name="What did Pu say about Chongqing?")).to_be_visible()
    chat.get_by_role("button", name="What did Pu say about Chongqing?").click()
    expect(chat.locator(".statement")).to_have_count(2)
    expect(page.locator("#events")).to_contain_text("onrecord-answer")
    page.get_by_label("theme").select_option("dark")
    page.get_by_label("inline").check()
    page.get_by_label("article: this story").check()
    page.get_by_label("strings of the site's own").check()
    expect(page.locator("#code")).to_contain_text('theme="dark"')
    expect(page.locator("#code")).to_contain_text('article="a" inline')
    seen.open()
    expect(chat.get_by_role("heading", name="Ask the Demo Times")).to_be_visible()
    assert page.locator("#inline onrecord-chat").count() == 1
    seen.ask("What did Pu say?")
    chat.get_by_role("button", name="Source 1").first.click()
    expect(chat.locator(".status")).to_have_text("It is marked on the page.")
    assert page.evaluate("[...CSS.highlights.get('onrecord')].map(String)") == [
        "“Chongqing is the largest base,” said Pu."
    ]


FRAMED = """<!doctype html><html lang="en"><title>A site without scripts of others</title><h1>A story</h1>
<iframe title="Ask our articles" width="400" height="600" src="{address}/widget/frame?{query}"></iframe>"""
HEARING = "window.heard = []; addEventListener('message', (event) => heard.push([event.origin, event.data.event]));"


def test_a_listed_site_frames_it_and_hears_of_it(visit: VisitPage, host: Host, site: SimpleNamespace) -> None:
    query = f"lang=zh-Hans&amp;theme=dark&amp;question=Who&amp;origin={host.address}"
    policy = f"default-src 'none'; frame-src {site.address}"
    body = FRAMED.format(address=site.address, query=query)
    seen = visit(host.put("/framed", body, content_security_policy=policy), before=HEARING)
    frame = seen.page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="向我们的报道提问")).to_be_visible()
    box = frame.locator("#question")
    expect(box).to_have_value("Who")
    assert seen.page.evaluate("document.activeElement.tagName") == "BODY"
    box.press("Enter")
    expect(frame.locator(".statement")).to_have_count(2)
    inner = seen.page.frames[1]
    assert inner.evaluate("noted.forbidden") == []
    assert inner.evaluate("noted.stored") == []
    seen.page.evaluate("(to) => frames[0].postMessage({ask: 'What else?'}, to)", site.address)
    expect(frame.locator(".statement")).to_have_count(4)
    heard = seen.page.evaluate("heard")
    assert {origin for origin, _ in heard} == {site.address}
    assert [name for _, name in heard if name != "onrecord-open"] == ["onrecord-question", "onrecord-answer"] * 2


def test_a_site_that_is_not_listed_frames_nothing_and_hears_nothing(
    visit: VisitPage, host: Host, site: SimpleNamespace
) -> None:
    other = Host()
    body = FRAMED.format(address=site.address, query=f"origin={other.address}")
    seen = visit(other.put("/framed", body), before=HEARING, expected=2)
    seen.page.wait_for_timeout(500)
    assert seen.page.frames[1].url.startswith("chrome-error:")
    assert seen.page.evaluate("heard") == []
    other.close()


def test_a_site_that_is_not_listed_gets_no_script(visit: VisitPage, host: Host, site: SimpleNamespace) -> None:
    other = Host()
    body = f'<!doctype html><title>x</title><script type="module" src="{site.address}/widget/1/onrecord.js"></script><onrecord-chat></onrecord-chat>'
    seen = visit(other.put("/embedding", body), expected=2)
    seen.page.wait_for_timeout(500)
    assert seen.page.evaluate("customElements.get('onrecord-chat') === undefined")
    assert seen.problems
    other.close()
