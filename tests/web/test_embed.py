"""What other sites get of the widget: its files, the page for a frame, the demonstration; and who gets them."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterator
from string import Template

import httpx
import pytest
from tests.fakes import fake_core
from tests.web.conftest import Serve, Site

from onrecord.types import Article, Block, Status
from onrecord.web.core import Exposure
from onrecord.web.embed import FOLDER, OPTIONS, demo_page, frame_page, released

SHARED = "https://news.example"
HOSTILE = "\"><script>alert(1)</script><img src=x onerror='alert(1)'>$title${title}"
VERSION = next(name for name in released() if "." in name)


@pytest.fixture(scope="module")
def site(serve: Serve) -> Site:
    return serve(fake_core(), Exposure(origins=frozenset({SHARED, "https://other.example"}), reads=100_000))


@pytest.fixture(scope="module")
def client(site: Site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.address, headers={"host": "bot.example"}, timeout=60) as client:
        yield client


@pytest.mark.parametrize("name", [path.name for path in sorted((FOLDER / VERSION).iterdir())])
def test_a_file_is_served_as_it_is_under_both_addresses(client: httpx.Client, name: str) -> None:
    body = (FOLDER / VERSION / name).read_bytes()
    for version, kept in ((VERSION, "public, max-age=31536000, immutable"), ("1", "public, max-age=300")):
        for encoding in ("gzip", "identity"):
            answer = client.get(f"/widget/{version}/{name}", headers={"accept-encoding": encoding})
            assert (answer.status_code, answer.content) == (200, body)
            assert answer.headers["cache-control"] == kept
            assert answer.headers.get("content-encoding") == ("gzip" if encoding == "gzip" else None)
            assert {"Accept-Encoding", "Origin"} <= set(re.split(", ?", answer.headers["vary"]))
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "set-cookie" not in answer.headers
        assert client.head(f"/widget/{version}/{name}").status_code == 200
    kinds = {".js": "text/javascript", ".json": "application/json", ".ts": "text/plain"}
    assert answer.headers["content-type"].startswith(kinds["." + name.rpartition(".")[2]])


def test_only_pages_of_listed_origins_get_the_files(client: httpx.Client) -> None:
    for path in (f"/widget/{VERSION}/onrecord.js", "/widget/1/chat.js"):
        answer = client.get(path, headers={"origin": SHARED, "sec-fetch-site": "cross-site"})
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, SHARED)
        assert "access-control-allow-credentials" not in answer.headers
        for origin in ("https://evil.example", "null", "http://news.example", SHARED.upper()):
            answer = client.get(path, headers={"origin": origin, "sec-fetch-site": "cross-site"})
            assert answer.status_code == 403
            assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_the_pages_are_shared_with_no_origin(client: httpx.Client) -> None:
    for path in ("/widget/demo", "/widget/frame", "/widget/demo.js"):
        answer = client.get(path, headers={"origin": SHARED})
        assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    "path",
    ["/widget", "/widget/", "/widget/1", "/widget/1/", "/widget/2/onrecord.js", "/widget/1/pages", "/widget/pages/demo.html",
     "/widget/1/../pages/demo.html", "/widget/1/..%2fpages%2fdemo.html", "/widget/..%2f..%2fapi.py", "/widget/1/%2e%2e/app.py",
     "/widget/1/onrecord.js/", "/widget/1//onrecord.js", "/widget/1/onrecord.js%00", "/widget/demo.html", "/widget/demo.py"],
)  # fmt: skip
def test_nothing_else_is_served(site: Site, path: str) -> None:
    answer = site.raw(f"GET {path} HTTP/1.1\r\nHost: bot.example\r\nConnection: close\r\n\r\n".encode())
    assert answer.split(b" ", 2)[1] == b"404"
    assert b"request_id" in answer


def test_a_listed_site_may_frame_the_frame_and_nobody_anything_else(client: httpx.Client) -> None:
    frame = client.get("/widget/frame").headers
    assert frame["content-security-policy"].endswith(f"frame-ancestors 'self' {SHARED} https://other.example")
    assert "x-frame-options" not in frame
    for path in ("/widget/demo", "/", "/sign-in"):
        headers = client.get(path).headers
        assert headers["x-frame-options"] == "DENY"
        assert headers["content-security-policy"].endswith("frame-ancestors 'none'")


def test_no_site_may_frame_it_where_none_is_listed(serve: Serve) -> None:
    policy = httpx.get(f"{serve().address}/widget/frame", timeout=60).headers["content-security-policy"]
    assert policy.endswith("frame-ancestors 'self'")


def test_the_policies_allow_no_markup_of_scripts_and_no_other_host(client: httpx.Client) -> None:
    for path in ("/widget/demo", "/widget/frame"):
        answer = client.get(path)
        policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
        style = policy.pop("style-src")
        del policy["frame-ancestors"]
        assert policy == {
            "default-src": "'none'", "script-src": "'self'", "connect-src": "'self'", "img-src": "'self'", "base-uri": "'none'",
            "form-action": "'none'", "require-trusted-types-for": "'script'", "trusted-types": "'none'",
        }  # fmt: skip
        inline = re.findall("<style>(.*?)</style>", answer.text, re.DOTALL)
        hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in inline]
        assert style == (" ".join(hashes) or "'self'")
        assert not re.search(r"<script(?![^>]* src=)|\son\w+=|javascript:|style=", answer.text)


def test_the_frame_takes_what_it_knows_and_escapes_it() -> None:
    given = dict.fromkeys(OPTIONS, HOSTILE) | {
        "onload": "x",
        "style": "x",
        "src": "https://evil.example",
        "origin": HOSTILE,
    }
    page = frame_page(given, {SHARED})
    assert page.count("<script") == 2
    assert "<img" not in page
    assert page.count(html.escape(HOSTILE)) == len(OPTIONS) + 1  # and once as the language of the page
    assert not re.search(r"onload|style=|evil|data-parent", page)
    assert f'data-parent="{SHARED}"' in frame_page({"origin": SHARED}, {SHARED})
    assert "data-parent" not in frame_page({"origin": "https://evil.example"}, {SHARED})
    assert len(frame_page({"question": "a" * 100_000}, set())) < 3000


def test_the_demonstration_shows_an_article_of_the_index(client: httpx.Client, serve: Serve) -> None:
    page = client.get("/widget/demo").text
    assert "<h1>The Wall</h1>" in page
    assert 'data-article="wall"' in page
    assert "2 March 2031" in page
    assert "<p>The harbour wall will be raised. “We need new gates,” said Maria Keller.</p>" in page
    assert "The Wall" in client.get("/widget/demo?article=wall").text
    assert "The index is empty." in client.get("/widget/demo?article=none").text
    withdrawn = Article("wall", "Secret.", (Block("body", 0, 7),), status=Status("withdrawn"))
    answer = httpx.get(
        f"{serve(fake_core(article=lambda name: withdrawn)).address}/widget/demo?article=wall", timeout=60
    )
    assert "Secret" not in answer.text


def test_the_demonstration_escapes_the_article() -> None:
    text = HOSTILE * 2
    article = Article(
        HOSTILE,
        text,
        (Block("body", 0, len(text)),),
        title=HOSTILE,
        outlet=HOSTILE,
        authors=(HOSTILE,),
        language=HOSTILE,
    )
    template = Template((FOLDER / "pages" / "demo.html").read_text("utf-8"))
    page = demo_page(template, article, [HOSTILE])
    assert page.count("<script") == 2
    assert "<img" not in page
    assert page.count(html.escape(HOSTILE)) == 8


def test_the_published_hashes_are_served(client: httpx.Client) -> None:
    published = json.loads(client.get("/widget/1/integrity.json").text)
    body = client.get(f"/widget/{published['version']}/onrecord.js").content
    assert published["files"]["onrecord.js"] == f"sha384-{base64.b64encode(hashlib.sha384(body).digest()).decode()}"
