"""Signing in: throttled, one cookie that scripts cannot read, nothing from other sites, out means out."""

from __future__ import annotations

from collections import Counter

import httpx
import pytest
from tests.fakes import fake_core
from tests.web.conftest import Serve, Site
from tests.web.test_access import SECRET, _with_staff

from onrecord.storage.accounts import Accounts
from onrecord.web.core import Exposure
from onrecord.web.sessions import COOKIE, cookie_of
from onrecord.web.signin import sign_in_page

WORDS = "four or five good words"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Accounts:
    accounts = Accounts(tmp_path_factory.mktemp("accounts") / "accounts.json")
    for name in ("ann", "eve", "kim", "lee"):
        accounts.add(name, "staff", WORDS)
    accounts.add("bob", "operator", WORDS)
    return accounts


@pytest.fixture
def start(serve: Serve, accounts: Accounts) -> Site:
    core = fake_core(verify=accounts.verify, account=accounts.find)
    return serve(core, Exposure(reads=100_000, questions=100_000), _with_staff)


def sign_in(site: Site, name: str, password: str = WORDS, **headers: str) -> httpx.Response:
    return httpx.post(f"{site.address}/sign-in", data={"name": name, "password": password}, headers=headers, timeout=60)


def cookie(answer: httpx.Response) -> dict[str, str]:
    return {"cookie": answer.headers["set-cookie"].partition(";")[0]}


def staff(site: Site, headers: dict[str, str], method: str = "GET") -> httpx.Response:
    return httpx.request(method, f"{site.address}/staff/desk", headers=headers, timeout=60)


def test_in_and_out(start: Site) -> None:
    answer = sign_in(start, "Ann ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/")
    said = answer.headers["set-cookie"]
    assert said.startswith(f"{COOKIE}=")
    assert {"Path=/", "Secure", "HttpOnly", "SameSite=Strict"} <= set(said.split("; "))
    assert "Domain" not in said
    signed_in = cookie(answer)
    assert staff(start, signed_in).text == SECRET
    assert httpx.get(f"{start.address}/metrics", headers=signed_in).status_code == 403
    own = {**signed_in, "origin": start.address}
    out = httpx.post(f"{start.address}/sign-out", headers=own)
    assert (out.status_code, out.headers["location"]) == (303, "/sign-in")
    assert "Max-Age=0" in out.headers["set-cookie"]
    assert staff(start, signed_in).status_code == 401  # a copy of the cookie is worthless, too


def test_an_operator_reads_metrics(start: Site) -> None:
    signed_in = cookie(sign_in(start, "bob"))
    assert "onrecord_sign_ins_total" in httpx.get(f"{start.address}/metrics", headers=signed_in).text
    assert staff(start, signed_in).text == SECRET


def test_a_session_is_always_new(start: Site) -> None:
    first = cookie(sign_in(start, "ann"))
    second = cookie(sign_in(start, "ann", cookie=f"{COOKIE}=planted"))
    assert len({first["cookie"], second["cookie"], f"{COOKIE}=planted"}) == 3
    third = cookie(sign_in(start, "ann", **second))
    assert staff(start, second).status_code == 401
    assert staff(start, third).status_code == 200
    assert staff(start, {"cookie": f"{COOKIE}=planted"}).status_code == 401


def test_another_password_and_removal_end_sessions(start: Site, accounts: Accounts) -> None:
    eve, kim = cookie(sign_in(start, "eve")), cookie(sign_in(start, "kim"))
    assert (staff(start, eve).status_code, staff(start, kim).status_code) == (200, 200)
    accounts.set_password("eve", WORDS + " and more")
    accounts.remove("kim")
    assert (staff(start, eve).status_code, staff(start, kim).status_code) == (401, 401)
    accounts.add("kim", "staff", WORDS)
    assert staff(start, kim).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1"},
        {},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_no_other_site_changes_anything(start: Site, method: str, headers: dict[str, str]) -> None:
    signed_in = cookie(sign_in(start, "lee"))
    answer = staff(start, {**signed_in, **headers}, method)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "bad_origin")
    assert httpx.post(f"{start.address}/sign-out", headers={**signed_in, **headers}).status_code == 403
    assert staff(start, {**signed_in, "origin": start.address}, method).text == SECRET


def test_no_other_site_signs_anybody_in(start: Site) -> None:
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        answer = sign_in(start, "ann", **headers)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


def test_an_account_is_throttled_whoever_tries(start: Site) -> None:
    found = [sign_in(start, "bob", "wrong words, all of them", **{"x-forwarded-for": f"10.0.0.{n}"}) for n in range(14)]
    assert [answer.status_code for answer in found].count(401) == 10
    assert found[-1].status_code == 429
    assert int(found[-1].headers["retry-after"]) > 60
    assert sign_in(start, "bob").status_code == 429  # the right password tells nobody that it is right
    assert sign_in(start, "ann").status_code == 303


def test_a_peer_is_throttled_whomever_it_tries(start: Site) -> None:
    data = b"name=n%d&password=wrong-words-here"
    head = b"POST /sign-in HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: %s\r\n" % FORM.encode()
    found = []
    for number in range(1000):
        body = data % number
        forged = b"X-Forwarded-For: 10.1.%d.%d\r\n" % (number // 250, number % 250)
        found.append(start.raw(head + forged + b"Content-Length: %d\r\n\r\n" % len(body) + body, source="127.0.0.7"))
    assert Counter(answer.split(b" ", 2)[1] for answer in found) == {b"401": 30, b"429": 970}


def test_the_page_and_its_errors(start: Site) -> None:
    page = httpx.get(f"{start.address}/sign-in")
    assert page.text == sign_in_page()
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"
    hostile = '"><script>alert(1)</script>'
    failed = sign_in(start, hostile, "x")
    assert failed.status_code == 401
    assert "<script>" not in failed.text
    assert "The name or the password is wrong." in failed.text


@pytest.mark.parametrize(
    "body", [b"", b"name=a", b"password=%ff%fe&name=%00", b"&" * 5000, b"name=" + b"a" * 9000, b"\xff=\xff"]
)
def test_any_form_is_answered(start: Site, body: bytes) -> None:
    answer = httpx.post(f"{start.address}/sign-in", content=body, headers={"content-type": FORM}, timeout=60)
    assert answer.status_code in {401, 429}


@pytest.mark.parametrize(
    ("header", "token"),
    [
        (f"{COOKIE}=abc", "abc"),
        (f"a=b; {COOKIE}=abc; c=d", "abc"),
        (f"{COOKIE}=abc; {COOKIE}=def", None),
        ("", None),
        ("session=abc", None),
        (f"x{COOKIE}=", None),
    ],
)
def test_the_cookie_is_read_once(header: str, token: str | None) -> None:
    assert cookie_of({"cookie": header}) == token
