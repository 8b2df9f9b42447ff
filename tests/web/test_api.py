"""What the application serves, to whom, and with which headers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from onrecord.types import AnswerEvent, Question
from onrecord.web.api import HEADERS, build_app


def ask(question: Question) -> Iterator[AnswerEvent]:
    yield from ()


@pytest.fixture(scope="module")
def app() -> FastAPI:
    # Outside an event loop, Gradio 6.31 makes one for each lock of the page and never closes it.
    async def build() -> FastAPI:
        return build_app(ask, examples=["Who?"], about="No articles.", corpus=lambda: {"articles": 0})

    return asyncio.run(build())


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://bot.example") as client:
        yield client


def test_is_alive(client: TestClient) -> None:
    assert client.get("/livez").json() == {"status": "ok"}


def test_tells_what_is_served(client: TestClient) -> None:
    assert client.get("/api/v1/corpus").json() == {"articles": 0}


def test_serves_the_page(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "On Record" in page.text
    assert "set-cookie" not in page.headers


@pytest.mark.parametrize("path", ["/", "/livez", "/theme.css", "/docs", "/no/such/page", "/config"])
def test_every_response_has_the_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert {name: headers[name] for name in HEADERS} == HEADERS
    assert "img-src 'self' data:" in headers["content-security-policy"]
    assert "'unsafe-eval'" not in headers["content-security-policy"]


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://bot.example.evil.example", "http://localhost:7860"]
)
@pytest.mark.parametrize("path", ["/", "/config", "/livez", "/theme.css"])
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_no_origin_is_allowed(client: TestClient, method: str, path: str, origin: str) -> None:
    """Gradio by itself reflects any origin, with credentials."""
    asked = {"origin": origin, "access-control-request-method": "POST"}
    headers = client.request(method, path, headers=asked).headers
    assert "access-control-allow-origin" not in headers
    assert "access-control-allow-credentials" not in headers


@pytest.mark.parametrize(
    ("method", "path"),
    [
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
        ("GET", "http://bot.example//config"),
        ("GET", "/CONFIG"),
    ],
)
def test_the_rest_of_gradio_is_closed(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, path)
    assert answer.status_code == 404
    assert answer.text in {"Not found", '{"detail":"Not Found"}'}


def test_handlers_are_not_listed(client: TestClient) -> None:
    config = client.get("/config").json()
    assert {each["api_visibility"] for each in config["dependencies"]} == {"private"}
    assert config["analytics_enabled"] is False
    assert "site-packages" not in client.get("/config").text
