"""What of Gradio is served: what the page itself asks for, and nothing else, whatever Gradio offers."""

from __future__ import annotations

import json
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.fakes import fake_core
from tests.web.conftest import Serve, Site

from onrecord.types import AnswerEvent, Question, Searched
from onrecord.web.access import unclassified
from onrecord.web.core import Exposure


@pytest.fixture(scope="module")
def site(serve: Serve) -> Site:
    return serve()


@pytest.fixture(scope="module")
def client(site: Site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.address, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def config(client: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/config").json()
    return found


def call(client: httpx.Client, number: object, data: object, *, session: str = "abc") -> httpx.Response:
    body = {"data": data, "fn_index": number, "session_hash": session, "event_data": None, "trigger_id": None}
    return client.post("/gradio_api/queue/join", json=body)


def test_the_page_is_served(client: httpx.Client) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "On Record" in page.text
    assert "set-cookie" not in page.headers


CLOSED = [
    ("POST", "/gradio_api/upload"),
    ("POST", "/upload"),
    ("GET", "/gradio_api/upload_progress"),
    ("GET", "/gradio_api/file=/etc/passwd"),
    ("GET", "/gradio_api/file/etc/passwd"),
    ("GET", "/file=/etc/passwd"),
    ("GET", "/gradio_api/proxy=http://evil.example"),
    ("GET", "/gradio_api/runs"),
    ("GET", "/gradio_api/runs/list"),
    ("GET", "/gradio_api/info"),
    ("GET", "/gradio_api/openapi.json"),
    ("GET", "/gradio_api/deep_link"),
    ("POST", "/gradio_api/component_server"),
    ("POST", "/gradio_api/call/asked"),
    ("POST", "/gradio_api/run/asked"),
    ("POST", "/gradio_api/run/predict/"),
    ("POST", "/gradio_api/queue/join/"),
    ("POST", "/gradio_api/api/predict"),
    ("GET", "/gradio_api/mcp/sse"),
    ("GET", "/monitoring"),
    ("GET", "/monitoring/summary"),
    ("POST", "/login"),
    ("GET", "/logout"),
    ("GET", "/docs"),
    ("GET", "/redoc"),
    ("GET", "/openapi.json"),
    ("DELETE", "/"),
    ("GET", "/CONFIG"),
]


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_the_rest_of_gradio_is_closed(client: httpx.Client, method: str, path: str) -> None:
    answer = client.request(method, path)
    assert answer.status_code in {404, 405}
    assert answer.json()["error"]["code"] in {"not_found", "bad_method"}


def test_every_route_of_gradio_that_the_table_does_not_list_is_closed(site: Site, client: httpx.Client) -> None:
    gradio = next(route for route in site.app.routes if getattr(route, "path", None) == "")
    offered = list(unclassified(gradio.routes))
    assert len(offered) > 60
    assert any("/upload" in one for one in offered)
    for method, path in (one.split(" ", 1) for one in offered):
        written = re.sub(r"\{\w+(?::\w+)?\}", "x", path)
        assert client.request(method, written).status_code in {404, 405}, path


def test_no_handler_is_described_and_no_path_is_told(client: httpx.Client, config: dict[str, Any]) -> None:
    assert {each["api_visibility"] for each in config["dependencies"]} == {"private"}
    assert config["analytics_enabled"] is False
    assert "site-packages" not in json.dumps(config)


def test_every_handler_takes_only_what_the_page_sends(client: httpx.Client, config: dict[str, Any]) -> None:
    handlers = [each["id"] for each in config["dependencies"]]
    bad: list[object] = [
        None, [], ["a"], ["a", None, None], [1, None], ["a", []], ["a", {"x": 1}], [["a"], None], [{"path": "/etc/passwd"}, None], "a", {},
    ]  # fmt: skip
    for number in [*handlers, -1, 999, "0", None, True, 1.5, [0]]:
        for data in bad:
            for path in ("queue/join", "run/predict"):
                body = {"data": data, "fn_index": number, "session_hash": "abc"}
                answer = client.post(f"/gradio_api/{path}", json=body)
                single = isinstance(data, list) and data in ([], [None])
                assert answer.status_code == 422 or (single and answer.status_code < 500), (number, data, path)


def test_a_handler_is_reached_in_its_own_way_only(client: httpx.Client, config: dict[str, Any]) -> None:
    queued = [each["id"] for each in config["dependencies"] if each["queue"] and each["backend_fn"]]
    direct = [each["id"] for each in config["dependencies"] if not each["queue"] and each["backend_fn"]]
    assert queued
    assert direct
    for number in queued:
        body = {"data": ["What?", None], "fn_index": number, "session_hash": "abc"}
        assert client.post("/gradio_api/run/predict", json=body).status_code == 422
    for number in direct:
        assert call(client, number, [None]).status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"{}", b'{"data"', b'{"data": ["a", null], "fn_index": 0}', b"\xff\xfe",
        b'{"data": ["a", null], "fn_index": 0, "session_hash": "../x"}', b'{"session_hash": {"a": 1}}', b"[" * 10_000,
        b'{"data": ["\\ud800", null], "fn_index": 1e400, "session_hash": "a"}',
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["queue/join", "run/predict", "cancel", "reset"])
def test_what_is_no_call_is_refused(client: httpx.Client, path: str, body: bytes) -> None:
    answer = client.post(f"/gradio_api/{path}", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert "Traceback" not in answer.text


def test_nothing_can_be_uploaded(client: httpx.Client) -> None:
    folder = Path(tempfile.gettempdir()) / "gradio"
    before = sum(1 for _ in folder.rglob("*")) if folder.exists() else 0
    for number in range(40):
        files = {"files": (f"{number}.txt", b"x" * 1000)}
        for path in ("/gradio_api/upload", "/upload", "/", "/gradio_api/queue/join", "/api/v1/check"):
            assert client.post(path, files=files).status_code in {404, 405, 415}
    assert (sum(1 for _ in folder.rglob("*")) if folder.exists() else 0) == before


def test_a_host_header_poisons_no_address(client: httpx.Client) -> None:
    headers = {"x-forwarded-host": "evil.example", "x-forwarded-proto": "https", "forwarded": "host=evil.example"}
    assert "evil.example" not in client.get("/", headers=headers).text
    assert "evil.example" not in client.get("/config", headers=headers).text


def test_hosts_are_answered_for_as_the_settings_say(serve: Serve) -> None:
    site = serve(fake_core(), Exposure(hosts=frozenset({"bot.example"})))
    for host, status in [("bot.example", 200), ("Bot.Example:8443", 200), ("evil.example", 421), ("127.0.0.1", 421)]:
        assert httpx.get(f"{site.address}/", headers={"host": host}).status_code == status
    assert httpx.get(f"{site.address}/livez").status_code == 200


def test_an_answer_comes_through_the_queue(client: httpx.Client, config: dict[str, Any]) -> None:
    ask = next(each["id"] for each in config["dependencies"] if each["queue"] and len(each["inputs"]) == 2)
    assert call(client, ask, ["What?", None], session="whole").status_code == 200
    with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": "whole"}) as answer:
        said = "".join(answer.iter_text())
    assert "We need new gates" in said
    assert '"process_completed"' in said


def test_the_core_stops_when_the_page_is_closed(serve: Serve) -> None:
    left, begun = threading.Event(), threading.Event()

    def slow(question: Question, *, wanted: Callable[[], bool], **_: object) -> Iterator[AnswerEvent]:
        yield Searched(question.text, ())
        begun.set()
        while wanted():
            time.sleep(0.02)
        left.set()

    site = serve(fake_core(slow))
    with httpx.Client(base_url=site.address, timeout=60) as client:
        config = client.get("/config").json()
        ask = next(each["id"] for each in config["dependencies"] if each["queue"] and len(each["inputs"]) == 2)
        assert call(client, ask, ["What?", None], session="gone").status_code == 200
        with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": "gone"}) as answer:
            next(answer.iter_lines())
            assert begun.wait(30)
            assert not left.is_set()
    assert left.wait(10)


def test_stopping_tells_the_page(serve: Serve) -> None:
    begun = threading.Event()

    def slow(question: Question, *, wanted: Callable[[], bool], **_: object) -> Iterator[AnswerEvent]:
        begun.set()
        while wanted():
            time.sleep(0.02)
        yield Searched(question.text, ())

    site = serve(fake_core(slow))
    with httpx.Client(base_url=site.address, timeout=60) as client:
        config = client.get("/config").json()
        ask = next(each["id"] for each in config["dependencies"] if each["queue"] and len(each["inputs"]) == 2)
        assert call(client, ask, ["What?", None], session="told").status_code == 200
        with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": "told"}) as answer:
            lines = answer.iter_lines()
            next(lines)
            assert begun.wait(30)
            stopping = threading.Thread(target=site.stop)
            stopping.start()
            said = "".join(lines)
            stopping.join(30)
    assert "The server is being stopped; ask again in a moment." in said
