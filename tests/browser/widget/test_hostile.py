"""A server that puts scripts into every field of the API: none runs, and nothing but the widget's own elements is made."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.browser.widget.conftest import Host, Reply, Scripted, Visit, as_json, story

VisitPage = Callable[..., Visit]
RUN = "window.hacked=1"
VECTORS = [
    "<script>{run}</script>", "<img src=x onerror={run}>", "<svg onload={run}>", "<iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
    "<iframe src='javascript:parent.hacked=1'></iframe>", "<a href='javascript:{run}'>x</a>", "javascript:{run}", "JaVaScRiPt:{run}//https://a.b/",
    "java\tscript:{run}", "\x01javascript:{run}", "data:text/html,<script>opener.hacked=1</script>", "vbscript:{run}",
    "<body onload={run}>", "<input autofocus onfocus={run}>", "<details open ontoggle={run}>", "<video><source onerror={run}></video>",
    "<marquee onstart={run}>", "<math><mi xlink:href='javascript:{run}'>x</mi></math>", "<object data='javascript:{run}'></object>",
    "<embed src='javascript:{run}'>", "<style>@import 'http://evil.invalid/x'; * {{ background: url(javascript:{run}) }}</style>",
    "<link rel=stylesheet href='http://evil.invalid/x'>", "<meta http-equiv=refresh content='0;url=javascript:{run}'>",
    "<form action='javascript:{run}'><button>x</button></form>", "<base href='http://evil.invalid/'>", "' onmouseover='{run}", '" autofocus onfocus="{run}',
    "</textarea><script>{run}</script>", "</style><script>{run}</script>", "<template><script>{run}</script></template>",
    "<noscript><p title='</noscript><img src=x onerror={run}>'>", "<x onclick={run}>x</x>", "{{{{constructor.constructor('{run}')()}}}}", "${{{run}}}",
    "<img src=`x` onerror={run}>", "<svg><animate onbegin={run} attributeName=x></svg>", "<svg><use href='data:image/svg+xml,<svg onload={run}>'/></svg>",
    "[x](javascript:{run})", "![x](http://evil.invalid/x.png)", "__proto__",
]  # fmt: skip
WRAPPINGS = ["{}", "Before. {} After.", "“{}”", "\u202e{}\u202c\r\n\x00", "https://news.example/?a={}"]
PAYLOADS = [wrap.format(vector.format(run=RUN)) for vector in VECTORS for wrap in WRAPPINGS]
ELEMENTS = "A ARTICLE B BLOCKQUOTE BUTTON DIALOG DIV FIELDSET FORM H2 H3 H4 HEADER INPUT LABEL LEGEND LI MARK P SECTION SMALL SPAN TEXTAREA UL path svg"
ATTRIBUTES = (
    "aria-busy aria-controls aria-expanded aria-hidden aria-label aria-labelledby aria-live class d dir enterkeyhint hidden href id maxlength open part placeholder rel "
    "role rows tabindex target title type value viewBox"
)
WALK = """([elements, attributes]) => {
  const host = document.querySelector("onrecord-chat"), allowed = new Set(elements.split(" ")), named = new Set(attributes.split(" "));
  const found = [], links = [];
  for (const one of host.shadowRoot.querySelectorAll("*")) {
    if (!allowed.has(one.tagName)) found.push(one.tagName);
    for (const { name } of one.attributes) if (!named.has(name)) found.push(one.tagName + " " + name);
    if (one.tagName === "A") links.push(one.href);
  }
  for (const one of document.querySelectorAll("body *")) if (!["MAIN", "H1", "P", "ONRECORD-CHAT"].includes(one.tagName)) found.push(one.tagName);
  return [found, links];
}"""


class Evil:
    """An API whose every text is one payload; the number in the question chooses it."""

    def __init__(self) -> None:
        self.payload = ""
        self.server = Scripted(self._reply)

    def _reply(self, method: str, path: str, given: Any) -> Reply:
        if path.endswith("/ask"):
            number = int(re.findall(r"\d+", given["question"])[0])
            self.payload = PAYLOADS[number]
            return self._answer(number)
        evil = self.payload
        context = {"before": evil, "after": evil}
        place = self._place() | {"context": context, "id": evil, "status": evil, "authors": [evil]}
        if path.endswith("/status"):
            return as_json({"articles": evil or 1, "newest": evil, "generation": evil, "model": evil})
        return as_json(place | {"text": evil * 2 if "/passage" not in path else evil})

    def _place(self) -> dict[str, Any]:
        evil = self.payload
        return {
            "article": evil, "title": evil, "url": evil, "published": evil, "outlet": evil, "start": 0, "end": 5, "text": evil,
            "status": evil, "note": evil,
        }  # fmt: skip

    def _answer(self, number: int) -> Reply:
        evil = self.payload
        cited = self._place() | {"number": 1, "copies": [self._place()]}
        said = [
            {"text": evil, "kind": kind, "speaker": evil, "citations": [1]} for kind in ("quoted", "reported", evil)
        ]
        passage = {"article": evil, "title": evil, "start": 0, "end": 5}
        events: list[dict[str, Any]] = [
            {"event": "searched", "question": evil, "understood": evil, "passages": [passage]}
        ]
        events += [{"event": "statement", "statement": one, "citations": [cited]} for one in said]
        answer = {
            "event": "answer", "question": evil, "understood": evil, "refused": number % 4 == 3, "mode": evil, "generation": evil,
            "statements": said, "answer_span": {"text": evil, "citation": 1, "start": 0, "end": 1}, "citations": [cited],
            "nearest": [self._place()],
        }  # fmt: skip
        failed = {"event": "error", "error": {"code": evil, "message": evil, "hint": evil, "request_id": evil}}
        events.append(failed if number % 8 == 6 else answer)
        stream = b"".join(_frame(one) for one in events)
        size = 5 + number % 60
        return (
            200,
            {"content-type": "text/event-stream"},
            [stream[at : at + size] for at in range(0, len(stream), size)],
        )


def _frame(event: dict[str, Any]) -> bytes:
    return f"event: {event['event']}\ndata: {json.dumps(event)}\n\n".encode()


@pytest.fixture(scope="module")
def evil() -> Iterator[Evil]:
    evil = Evil()
    yield evil
    evil.server.close()


def test_the_walk_finds_what_does_not_belong(visit: VisitPage, host: Host, site: SimpleNamespace) -> None:
    seen = visit(host.put("/walk", story(site.address)))
    seen.open()
    assert seen.page.evaluate(WALK, [ELEMENTS, ATTRIBUTES])[0] == []
    seen.page.evaluate("""() => {
      const root = document.querySelector("onrecord-chat").shadowRoot;
      root.querySelector(".log").append(document.createElement("img"));
      root.querySelector("h2").setAttribute("onclick", "1");
      document.body.append(document.createElement("b"));
    }""")
    assert sorted(seen.page.evaluate(WALK, [ELEMENTS, ATTRIBUTES])[0]) == ["B", "H2 onclick", "IMG"]


def test_no_payload_runs_in_any_field(visit: VisitPage, host: Host, site: SimpleNamespace, evil: Evil) -> None:
    assert len(PAYLOADS) == len(set(PAYLOADS)) == 200
    tag = f'<onrecord-chat src="{evil.server.address}" remember="session"></onrecord-chat>'
    seen = visit(
        host.put("/evil", story(site.address, tag)), before="window.open = () => { window.hacked = 'opened'; };"
    )
    seen.open()
    shown = cited = refused = failed = 0
    for number, payload in enumerate(PAYLOADS):
        seen.page.evaluate("(number) => document.querySelector('onrecord-chat').ask(`Payload ${number}`)", number)
        foreign, links = seen.page.evaluate(WALK, [ELEMENTS, ATTRIBUTES])
        assert foreign == [], payload
        chips = seen.chat.locator(".cite")
        if chips.count():
            chips.first.click()
            expect(seen.chat.locator("mark")).to_be_attached()
            seen.page.wait_for_timeout(30)
            foreign, more = seen.page.evaluate(WALK, [ELEMENTS, ATTRIBUTES])
            assert foreign == [], payload
            links += more
            cited += 1
            shown += payload.replace("\x00", "")[:20].strip() in seen.page.evaluate(
                "document.querySelector('onrecord-chat').shadowRoot.querySelector('mark').textContent"
            )
            seen.chat.get_by_role("button", name="Back to the answer").click()
        refused += seen.chat.locator(".refusal").count()
        failed += seen.chat.locator(".turn .failure").count()
        for link in links:
            assert link.startswith((f"{evil.server.address}/", "https://news.example/?a=")), link
        assert seen.page.evaluate("window.hacked") is None, payload
        seen.page.evaluate("document.querySelector('onrecord-chat').clear()")
    assert (refused, failed) == (50, 25)
    assert cited == 125 + 25
    assert shown > 100
    hosts = (f"{host.address}/", f"{site.address}/", f"{evil.server.address}/")
    assert [url for url in seen.requests if not url.startswith(hosts)] == []
    seen.page.evaluate("document.querySelector('onrecord-chat').ask('Payload 5')")
    seen.page.reload()
    seen.open()
    assert seen.page.evaluate(WALK, [ELEMENTS, ATTRIBUTES])[0] == []
    assert seen.page.evaluate("window.hacked") is None
