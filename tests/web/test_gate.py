"""What comes in and what goes out: sizes, origins, headers, budgets."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from tests.fakes import fake_core
from tests.web.conftest import Serve, Site

from onrecord.web.access import TABLE, Rule, known_path
from onrecord.web.bodies import check_depth
from onrecord.web.core import Exposure
from onrecord.web.faults import Fault
from onrecord.web.headers import HEADERS

SHARED = "https://news.example"
ROUTES = [
    ("POST", "/api/v1/ask"), ("POST", "/api/v1/check"), ("GET", "/api/v1/search?query=a"), ("GET", "/api/v1/articles/wall"),
    ("GET", "/api/v1/articles/wall/passage?start=0&end=5"), ("GET", "/api/v1/speakers"), ("GET", "/api/v1/status"),
    ("GET", "/api/v1/speakers/Maria%20Keller/quotes"), ("POST", "/api/v1/feedback"), ("GET", "/api/v1/openapi.json"),
    ("GET", "/"), ("GET", "/config"), ("GET", "/theme.css"), ("POST", "/gradio_api/queue/join"), ("GET", "/livez"),
    ("GET", "/readyz"), ("GET", "/metrics"), ("GET", "/sign-in"), ("POST", "/sign-in"), ("POST", "/sign-out"),
    ("GET", "/staff"), ("POST", "/staff/x"), ("POST", "/staff/draft"), ("GET", "/desk.css"), ("GET", "/article/wall"),
    ("GET", "/article/gone"), ("GET", "/speaker/Maria%20Keller"), ("GET", "/speakers"), ("GET", "/widget/1/onrecord.js"),
    ("GET", "/widget/demo"), ("GET", "/widget/demo.js"), ("GET", "/widget/frame"), ("GET", "/static/none.png"),
    ("POST", "/gradio_api/cancel"), ("GET", "/gradio_api/startup-events"), ("GET", "/no/such/page"),
]  # fmt: skip
STREAMS = [("GET", "/gradio_api/queue/data?session_hash=none"), ("GET", "/gradio_api/heartbeat/none")]
KEPT = {"chat_files", "chat_assets", "desk_files", "widget_file", "widget_demo_file"}
BODIES: dict[str, Any] = {
    "/api/v1/ask": {"question": "What?"},
    "/api/v1/check": {"quote": "words"},
    "/api/v1/feedback": {"rating": "helpful"},
}


@pytest.fixture(scope="module")
def site(serve: Serve) -> Site:
    generous = {"questions": 100_000, "site_questions": 100_000, "reads": 100_000}
    return serve(fake_core(), Exposure(origins=frozenset({SHARED}), **generous))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def client(site: Site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.address, headers={"host": "bot.example"}, timeout=60) as client:
        yield client


def send(client: httpx.Client, method: str, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
    return client.request(method, path, json=BODIES.get(path), headers=headers)


def rule_of(method: str, path: str) -> Rule | None:
    return known_path(method, unquote(path.partition("?")[0])).rule


def test_no_rule_is_forgotten() -> None:
    tried = {rule.name for method, path in ROUTES + STREAMS if (rule := rule_of(method, path)) is not None}
    assert tried == {rule.name for rule in TABLE}


@pytest.mark.parametrize(("method", "path"), ROUTES + STREAMS)
def test_every_response_says_what_it_may_do(client: httpx.Client, method: str, path: str) -> None:
    rule = rule_of(method, path)
    is_framed = rule is not None and rule.name == "widget_frame"
    for accept in ("*/*", "text/html"):
        with client.stream(method, path, json=BODIES.get(path), headers={"accept": accept}) as answer:
            headers = answer.headers
        wanted = {name: value for name, value in HEADERS.items() if name != "content-security-policy"}
        if is_framed:
            del wanted["x-frame-options"]
        assert {name: headers.get(name) for name in wanted} == wanted
        policy = headers["content-security-policy"]
        assert (f"frame-ancestors 'self' {SHARED}" if is_framed else "frame-ancestors 'none'") in policy
        assert "'unsafe-eval'" not in policy
        assert "default-src 'none'" in policy or "img-src 'self' data:" in policy
        assert "Origin" in headers["vary"]
        assert headers["x-request-id"]
        assert "server" not in headers
        if rule is None or rule.name not in KEPT:
            assert headers["cache-control"] == "no-store"


FOREIGN = [
    "null", "https://evil.example", "http://news.example", "https://news.example:8443", "https://news.example:443",
    "https://news.example.evil.example", "https://evilnews.example", "https://sub.news.example", "https://NEWS.example",
    "HTTPS://news.example", "https://news.example/", "https://news.example.", "https://news.example:", "https://news.example?",
    "https://news.example@evil.example", "https://evil.example#news.example", "https://evil.example/news.example",
    "https://news.example%00.evil.example", "https://news.example,https://evil.example", "https://news.example https://evil.example",
    "https://news_example", "https://xn--nws-bma.example", "https://n\u00e9ws.example", "https://nеws.example", "news.example",
    "//news.example", "https:news.example", "https:///news.example", "https://", "file://", "chrome-extension://abc", "*",
    "https://*.example", "https://127.0.0.1", "http://localhost", "https://[::1]", "data:text/html,x", "javascript:alert(1)",
    "https://news.example\\.evil.example", "https://bot.example.evil.example", "https://evilbot.example", "http://bot.example:1",
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), ROUTES + STREAMS)
def test_no_origin_but_the_listed_one_is_told_anything(client: httpx.Client, method: str, path: str) -> None:
    assert len(FOREIGN) >= 40
    for origin in FOREIGN:
        given: Any = [("origin", origin.encode("utf-8"))]
        asked: Any = [
            *given,
            ("access-control-request-method", b"POST"),
            ("access-control-request-headers", b"content-type"),
        ]
        answers = [
            client.request(method, path, json=BODIES.get(path), headers=given),
            client.request("OPTIONS", path, headers=asked),
        ]
        for answer in answers:
            assert not [name for name in answer.headers if name.startswith("access-control-")], origin
            assert "Origin" in answer.headers["vary"]
        if method == "POST" or path.startswith("/api"):
            assert answers[0].status_code in {401, 403}


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_the_listed_origin_may_read_what_is_shared_and_nothing_else(
    client: httpx.Client, method: str, path: str
) -> None:
    answer = send(client, method, path, {"origin": SHARED})
    rule = rule_of(method, path)
    is_shared = rule is not None and rule.shared
    allowed = answer.headers.get("access-control-allow-origin")
    assert allowed == (SHARED if is_shared else None)
    assert is_shared == path.startswith(("/api/", "/widget/1/"))
    assert "access-control-allow-credentials" not in answer.headers
    asked = {
        "origin": SHARED,
        "access-control-request-method": method,
        "access-control-request-headers": "content-type",
    }
    before = client.request("OPTIONS", path, headers=asked)
    if is_shared:
        assert before.status_code == 204
        assert before.headers["access-control-allow-origin"] == SHARED
        assert method in before.headers["access-control-allow-methods"]
    else:
        assert "access-control-allow-origin" not in before.headers


def test_our_own_pages_may_ask(client: httpx.Client) -> None:
    for headers in (
        {"origin": "http://bot.example"},
        {"origin": "https://bot.example", "sec-fetch-site": "same-origin"},
        {},
    ):
        assert send(client, "POST", "/api/v1/ask", headers).status_code == 200
    assert send(client, "POST", "/api/v1/ask", {"sec-fetch-site": "cross-site"}).status_code == 403
    assert send(client, "GET", "/", {"sec-fetch-site": "cross-site"}).status_code == 200


JSON = b"Host: bot.example\r\nContent-Type: application/json\r\n"
PATHS = [b"/api/v1/ask", b"/api/v1/check", b"/api/v1/feedback", b"/gradio_api/queue/join", b"/gradio_api/run/predict"]


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize("path", PATHS)
def test_a_large_body_is_refused_while_it_is_read(site: Site, path: bytes) -> None:
    began = time.monotonic()
    head = b"POST " + path + b" HTTP/1.1\r\n" + JSON
    assert status(site.raw(head + b"Content-Length: 100000000\r\n\r\n")) == 413
    assert status(site.raw(head + b"Content-Length: 20000\r\n\r\n" + b"x" * 20000)) == 413
    chunk = b"1000\r\n" + b"x" * 4096 + b"\r\n"
    assert status(site.raw(head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 8)) == 413
    assert time.monotonic() - began < 3


def test_a_refusal_is_read_though_the_body_was_not(site: Site) -> None:
    body = b"x" * 300_000
    head = b"POST /api/v1/ask HTTP/1.1\r\n" + JSON + b"Content-Length: %d\r\n\r\n" % len(body)
    for _ in range(10):
        answer = site.raw(head + body)
        assert status(answer) == 413
        assert b'"too_large"' in answer


def test_a_length_that_lies_is_refused(site: Site) -> None:
    head = b"POST /api/v1/ask HTTP/1.1\r\n" + JSON
    for length in (b"-1", b"1e3", b"0x10", b"99999999999999999999999999", b"5, 6"):
        assert status(site.raw(head + b"Content-Length: " + length + b"\r\n\r\n{}")) in {400, 413}
    both = b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    assert status(site.raw(head + both, wait=1)) in {400, 422}


def test_a_body_where_none_belongs_is_refused(site: Site) -> None:
    head = b"GET /api/v1/status HTTP/1.1\r\nHost: bot.example\r\nConnection: close\r\n"
    assert status(site.raw(head + b"Content-Length: 5\r\n\r\nhello")) == 400
    assert status(site.raw(head + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")) == 400
    assert status(site.raw(head + b"Content-Length: 50000\r\n\r\nhello")) == 413


def test_large_heads_are_refused(site: Site) -> None:
    line = b"GET /livez HTTP/1.1\r\nHost: bot.example\r\n"
    assert status(site.raw(line + b"X-A: " + b"a" * 65536 + b"\r\n\r\n")) == 431
    assert status(site.raw(line + b"X-A: " + b"a" * 16000 + b"\r\n" + b"X-B: " + b"a" * 500 + b"\r\n\r\n")) == 431
    assert status(site.raw(line + b"".join(b"X-%d: a\r\n" % number for number in range(200)) + b"\r\n")) == 431
    assert status(site.raw(b"GET /" + b"a" * 65536 + b" HTTP/1.1\r\nHost: a\r\n\r\n")) in {414, 431}
    assert status(site.raw(b"GET /livez?" + b"a" * 8192 + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")) == 414


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\x00\x01\x02",
        b"GET\r\n\r\n",
        b"GET / HTTP/x\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
        b"GET / HTTP/1.1\r\nA\r\n\r\n",
    ],
)
def test_what_is_no_http_is_told_so(site: Site, text: bytes) -> None:
    answer = site.raw(text + b"\r\n\r\n", wait=2)
    assert status(answer) == 400
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["code"] == "bad_request"


@pytest.mark.parametrize("text", ["[" * 21, '{"a":' * 21, '"' + "[" * 100 + '\\"' + "[" * 100 + '"' + "[" * 21])
def test_deep_json_is_refused(text: str) -> None:
    with pytest.raises(Fault):
        check_depth(text.encode())


@pytest.mark.parametrize("text", ["[" * 20 + "]" * 20 + "[]" * 100, '"' + "[" * 100 + '"', '"\\\\"[', "]]]]"])
def test_brackets_in_strings_and_side_by_side_are_not_deep(text: str) -> None:
    check_depth(text.encode())


def test_the_wrong_kind_of_body_is_refused(client: httpx.Client) -> None:
    answer = client.post("/api/v1/ask", content=b"question=a", headers={"content-type": "text/plain"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "bad_media")


# --- budgets


def spend(site: Site, ways: list[tuple[str, str, bytes]], count: int, **options: Any) -> list[int]:
    found = []
    for number in range(count):
        method, path, body = ways[number % len(ways)]
        version = b"HTTP/1.0" if number % 3 == 0 else b"HTTP/1.1"
        forged = b"X-Forwarded-For: 10.9.%d.%d\r\nX-Real-IP: 10.9.%d.1\r\nForwarded: for=10.8.0.%d\r\n" % (
            (number // 250, number % 250, number % 250, number % 250)
        )
        head = f"{method} {path} ".encode() + version + b"\r\n" + JSON + forged
        rest = b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
        found.append(status(site.raw(head + rest + body, **options)))
    return found


def test_the_budget_of_a_peer_is_exact_whichever_way_it_asks(serve: Serve) -> None:
    site = serve(fake_core(), Exposure(questions=40, site_questions=10_000, reads=10_000))
    config = httpx.get(f"{site.address}/config").json()
    number = next(each["id"] for each in config["dependencies"] if each["queue"] and len(each["inputs"]) == 2)
    join = json.dumps({"data": ["What?", None], "fn_index": number, "session_hash": "abc"}).encode()
    ask = b'{"question": "What?"}'
    ways = [
        ("POST", "/api/v1/ask", ask),
        ("POST", "/gradio_api/queue/join", join),
        ("POST", "/api/v1/ask/", ask),
        ("POST", "//api/v1/ask", ask),
        ("POST", "/gradio_api/queue/join/", join),
        ("POST", "/gradio_api/run/predict", join),
        ("POST", "/gradio_api/call/asked", join),
        ("POST", "/api/v1/ask?x=1", ask),
    ]
    found = spend(site, ways, 600)
    assert found.count(200) == 40
    assert set(found) <= {200, 404, 405, 422, 429}
    answer = httpx.post(f"{site.address}/api/v1/ask", json={"question": "What?"})
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert httpx.get(f"{site.address}/api/v1/status").status_code == 200
    assert spend(site, ways[:1], 41, source="127.0.0.9").count(200) == 40


def test_behind_a_trusted_proxy_each_reader_has_a_budget(serve: Serve) -> None:
    exposure = Exposure(questions=5, site_questions=10_000, reads=10_000, proxies=(ip_network("127.0.0.2"),))
    site = serve(fake_core(), exposure)

    def asked(forwarded: str, source: str = "127.0.0.2") -> int:
        head = b"POST /api/v1/ask HTTP/1.1\r\n" + JSON + b"X-Forwarded-For: " + forwarded.encode() + b"\r\n"
        return status(
            site.raw(head + b'Connection: close\r\nContent-Length: 17\r\n\r\n{"question": "a"}', source=source)
        )

    for reader in ("198.51.100.1", "198.51.100.2", "2001:db8:0:1::1"):
        assert [asked(f"1.2.3.{number}, {reader}") for number in range(7)].count(200) == 5
    assert [asked(f"2001:db8:0:2::{number:x}") for number in range(1, 21)].count(200) == 5  # one /64
    assert [asked(f"198.51.100.{number}", "127.0.0.3") for number in range(100, 110)].count(200) == 5


def test_the_readers_of_one_site_share_a_budget(serve: Serve) -> None:
    exposure = Exposure(
        questions=10_000, site_questions=7, reads=10_000, origins=frozenset({SHARED, "https://b.example"})
    )
    site = serve(fake_core(), exposure)
    for origin in (SHARED, "https://b.example"):
        sent = [
            httpx.post(f"{site.address}/api/v1/ask", json={"question": "a"}, headers={"origin": origin}).status_code
            for _ in range(9)
        ]
        assert sent.count(200) == 7
