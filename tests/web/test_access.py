"""Who may ask for what: the table, the decision, and that no way of writing a path leads around them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from tests.fakes import fake_core
from tests.web.conftest import Serve, Site

from onrecord.types import Account
from onrecord.web.access import TABLE, decide, known_path, unclassified
from onrecord.web.app import check_routes
from onrecord.web.core import Exposure

SECRET = "the staff's own words"
TOKEN = "t" * 40


async def _staff(_request: Request) -> PlainTextResponse:
    return PlainTextResponse(SECRET)


def _with_staff(app: Any) -> None:
    """Put a staff page and a mounted staff application where later ones will be."""
    every = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    inner = Starlette(routes=[Route("/{rest:path}", _staff, methods=every)])
    app.router.routes[:0] = [Mount("/staff", inner)]
    check_routes(app)


@pytest.fixture(scope="module")
def site(serve: Serve) -> Site:
    generous = Exposure(questions=100_000, site_questions=100_000, reads=100_000, operator_token=TOKEN)
    return serve(fake_core(), generous, _with_staff)


@pytest.fixture(scope="module")
def client(site: Site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.address, timeout=60) as client:
        yield client


STAFF, OPERATOR = Account("ann", "staff"), Account("bob", "operator")


@pytest.mark.parametrize(
    ("path", "account", "decision"),
    [
        ("/api/v1/search", None, "allowed"),
        ("/staff", None, "sign in"),
        ("/staff", STAFF, "allowed"),
        ("/staff/queue/join", OPERATOR, "allowed"),
        ("/metrics", None, "sign in"),
        ("/metrics", STAFF, "forbidden"),
        ("/metrics", OPERATOR, "allowed"),
    ],
)
def test_one_function_decides(path: str, account: Account | None, decision: str) -> None:
    rule = known_path("GET", path).rule
    assert rule is not None
    assert decide(rule, account) == decision


def test_no_path_is_in_the_table_twice() -> None:
    paths = ["/", "/livez", "/staff", "/staff/x", "/api/v1/articles/a/passage", "/gradio_api/queue/join", "/sign-in"]
    for path in paths:
        accesses = {rule.access for rule in TABLE if rule.path.fullmatch(path)}
        assert len(accesses) == 1, path


def test_a_server_does_not_start_with_a_route_that_nobody_declared(site: Site) -> None:
    check_routes(site.app)
    assert list(unclassified([Route("/new", _staff)])) != []
    assert list(unclassified([Mount("/new", Starlette(routes=[Route("/x", _staff)]))])) == ["GET /new/x", "HEAD /new/x"]
    assert list(unclassified([Mount("/opaque", PlainTextResponse("x"))])) == ["MOUNT /opaque"]
    assert list(unclassified([Mount("/staff", PlainTextResponse("x"))])) == []
    nested = Mount("/a", Starlette(routes=[Mount("/b", Starlette(routes=[Route("/c", _staff, methods=["POST"])]))]))
    assert list(unclassified([nested])) == ["POST /a/b/c"]
    router = APIRouter(prefix="/in")
    router.add_api_route("/side", _staff)
    including = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    including.include_router(router)
    assert list(unclassified(including.routes)) == ["GET /in/side"]
    undeclared = Starlette(routes=[Route("/api/v1/secrets", _staff)])
    with pytest.raises(RuntimeError, match="GET /api/v1/secrets"):
        check_routes(undeclared)


METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]
PATHS = [
    "/staff",
    "/staff/",
    "//staff",
    "/staff//x",
    "/./staff",
    "/x/../staff",
    "/%73taff",
    "/%2fstaff",
    "/staff%2f",
    "/staff%2Fx",
    "/staff%00",
    "/staff;x=1",
    "/staff/;/x",
    "/STAFF",
    "/Staff/x",
    "/staff.",
    "/staff%20",
    "/staff%0d%0aX: y",
    "/staff?x=/livez",
    "/staff/%2e%2e/livez",
    "/livez/../staff/x",
    "/staff\\x",
    "/%5cstaff",
    "/staff%e2%80%8b",
    "/gradio_api/../staff",
    "/api/v1/../../staff/x",
    "/metrics",
    "/metrics/",
    "//metrics",
    "/Metrics",
    "/%6detrics",
    "/sign-out",
]
HEADS = [
    b"Host: bot.example",
    b"Host: bot.example?/livez#",
    b"Host: bot.example/livez?x=",
    b"Host: localhost#@staff",
    b"Host: bot.example\r\nX-Original-URL: /livez\r\nX-Rewrite-URL: /livez",
    b"Host: bot.example\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Host: staff\r\nX-Forwarded-Prefix: /staff",
    b"Host: bot.example\r\nAuthorization: Basic YWRtaW46YWRtaW4=",
    b"Host: bot.example\r\nAuthorization: Bearer ",
    b"Host: bot.example\r\nCookie: __Host-onrecord=x; session=admin",
    b"Host: bot.example\r\nX-HTTP-Method-Override: GET\r\nX-User: admin",
    b"Host: bot.example\r\nSec-Fetch-Site: same-origin\r\nOrigin: http://bot.example",
]


@pytest.mark.parametrize("path", PATHS)
def test_staff_and_operators_only(site: Site, path: str) -> None:
    for head in HEADS:
        for method in METHODS:
            line = f"{method} {path} HTTP/1.1\r\n".encode()
            answer = site.raw(line + head + b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            status = int(answer.split(b" ", 2)[1])
            assert 300 <= status < 500, (path, method, head, status)
            assert SECRET.encode() not in answer
            assert b"onrecord_requests" not in answer
            if status < 400:
                assert b"location: /sign-in" in answer.lower()


def test_absolute_addresses_lead_nowhere_else(site: Site) -> None:
    for target in (b"http://bot.example/staff", b"http://bot.example//staff", b"staff", b"*", b"http:/staff"):
        answer = site.raw(b"GET " + target + b" HTTP/1.1\r\nHost: bot.example\r\nConnection: close\r\n\r\n")
        assert answer.split(b" ", 2)[1] in {b"401", b"404", b"400"}
        assert SECRET.encode() not in answer


def test_a_browser_is_sent_to_the_page_where_one_signs_in(client: httpx.Client) -> None:
    answer = client.get("/staff/desk", headers={"accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert client.get("/staff/desk").json()["error"]["code"] == "sign_in_first"


def test_metrics_open_to_the_token_and_the_token_opens_nothing_else(client: httpx.Client) -> None:
    bearer = {"authorization": f"Bearer {TOKEN}"}
    shown = client.get("/metrics", headers=bearer)
    assert shown.status_code == 200
    assert 'onrecord_requests_total{method="GET",route="staff",status="303"}' in shown.text
    assert client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}x"}).status_code == 401
    assert client.get("/staff", headers=bearer).status_code == 401
    assert client.post("/sign-out", headers=bearer).status_code == 401


def test_what_is_known_is_told_from_what_is_not(client: httpx.Client) -> None:
    answer = client.delete("/api/v1/search")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert client.get("/api/v1/search/").status_code == 404
    assert client.get("/api/v1/nothing").json()["error"]["code"] == "not_found"
