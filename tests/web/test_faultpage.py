"""Faults on the pages for readers: a page in the reader's language for browsers, JSON for everybody else."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.datastructures import Headers
from tests.browser.scripted import Newsroom
from tests.fakes import fake_core
from tests.web.conftest import Serve, Site

from onrecord.errors import IndexUnusableError
from onrecord.types import Article
from onrecord.web.core import Exposure
from onrecord.web.faultpage import prefers_page
from onrecord.web.starting import Starting
from onrecord.web.words import CHINESE, ENGLISH, Words

# What Chromium sends when a person follows a link.
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
LANGUAGES = {"en-GB,en;q=0.9": ENGLISH, "zh-CN,zh;q=0.9": CHINESE}
GENEROUS: dict[str, Any] = {"questions": 100_000, "site_questions": 100_000, "reads": 100_000}


def broken(_: str) -> Article:
    raise IndexUnusableError("the index cannot be read: secret place", hint="verify it")


def crashing(_: str) -> Article:
    raise RuntimeError("secret internals")


@pytest.fixture(scope="module")
def site(serve: Serve) -> Site:
    return serve(Newsroom().core(), Exposure(hosts=frozenset({"127.0.0.1"}), **GENEROUS))


@pytest.fixture(scope="module")
def client(site: Site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.address, timeout=60) as client:
        yield client


def asked(path: str, method: str = "GET", **given: Any) -> tuple[str, str, dict[str, Any]]:
    return method, path, given


FAULTS = {
    "nothing there": (404, 404, asked("/no/such/page")),
    "cannot be done": (405, 400, asked("/article/a", "DELETE")),
    "a body where none is taken": (400, 400, asked("/article/a", content=b"{}")),
    "a large body": (413, 413, asked("/article/a", content=b"x" * 20_000)),
    "a long address": (414, 413, asked("/speaker/Pu?about=" + "x" * 5_000)),
    "many headers": (431, 413, asked("/", headers={f"x-{number}": "x" for number in range(100)})),
    "another host": (421, 400, asked("/", headers={"host": "evil.example"})),
    "a page of another site": (403, 400, asked("/", headers={"origin": "https://evil.example"})),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FAULTS)
def test_a_browser_is_told_in_a_page(client: httpx.Client, name: str, language: str) -> None:
    status, said, (method, path, given) = FAULTS[name]
    words = LANGUAGES[language]
    headers = {"accept": BROWSER, "accept-language": language, **given.get("headers", {})}
    answer = client.request(method, path, **{**given, "headers": headers})
    is_told(answer, status, said, words)


def is_told(answer: httpx.Response, status: int, said: int, words: Words) -> None:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert f'<html lang="{words.lang}">' in answer.text
    assert f"<h1>{words.faults[said][0]}</h1>" in answer.text
    assert words.fault_id.format(status, answer.headers["x-request-id"]) in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert "secret" not in answer.text
    assert not re.search(r'(?:href|src)="(?:https?:)?//', answer.text)


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/json, text/html;q=0.5", ""])
def test_whoever_likes_json_gets_it(client: httpx.Client, accept: str) -> None:
    answer = client.get("/no/such/page", headers={"accept": accept})
    assert answer.json()["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    "path", ["/api/v1/none", "/api/v1/articles/none", "/api/v1/search", "/gradio_api/none", "/readyz/none"]
)
def test_the_api_speaks_json_to_a_browser_as_well(client: httpx.Client, path: str) -> None:
    answer = client.get(path, headers={"accept": BROWSER})
    is_page = answer.headers["content-type"].startswith("text/html")
    assert is_page == (path == "/readyz/none")
    assert answer.status_code in {404, 422}


@pytest.mark.parametrize("language", LANGUAGES)
def test_too_many_requests_say_when_to_come_again(serve: Serve, language: str) -> None:
    site, words = serve(Newsroom().core(), Exposure(reads=1)), LANGUAGES[language]
    headers = {"accept": BROWSER, "accept-language": language}
    with httpx.Client(base_url=site.address, timeout=60, headers=headers) as client:
        assert client.get("/speakers").status_code == 200
        answer = client.get("/speaker/Pu?about=a%22%3E&lang=" + words.lang[:2])
        is_told(answer, 429, 429, words)
        wait = int(answer.headers["retry-after"])
        assert words.try_again_in.format(words.count(wait, words.seconds)) in answer.text
        assert f'href="/speaker/Pu?about=a%22%3E&amp;lang={words.lang[:2]}"' in answer.text
        assert client.get("/speakers", headers={"accept": "*/*"}).json()["error"]["code"] == "too_many"


def test_a_question_that_is_not_taken_is_told_in_the_readers_language(serve: Serve) -> None:
    """Gradio's own script shows what is called ``detail``."""
    site = serve(Newsroom().core(), Exposure(questions=1))
    address = f"{site.address}/gradio_api/queue/join"
    httpx.post(address, json={}, timeout=60)
    for language, words in LANGUAGES.items():
        answer = httpx.post(address, json={}, headers={"accept-language": language}, timeout=60)
        assert answer.status_code == 429
        wait = words.count(int(answer.headers["retry-after"]), words.seconds)
        assert answer.json()["detail"] == " ".join([words.faults[429][0], words.try_again_in.format(wait)])


@pytest.mark.parametrize(("article", "status"), [(broken, 503), (crashing, 500)])
def test_what_breaks_inside_is_a_page_without_the_inside(serve: Serve, article: Any, status: int) -> None:
    site = serve(fake_core(article=article), Exposure(**GENEROUS))
    answer = httpx.get(f"{site.address}/article/a", headers={"accept": BROWSER}, timeout=60)
    is_told(answer, status, status, ENGLISH)
    assert (answer.headers.get("retry-after") == "30") == (status == 503)


@pytest.mark.parametrize("path", ["/", "//evil.example/x", "/article/a"])
def test_a_server_that_still_opens_its_articles_says_so_in_a_page(path: str) -> None:
    async def never() -> Any:
        await asyncio.Event().wait()

    async def get(accept: str) -> httpx.Response:
        transport = httpx.ASGITransport(Starting(never))
        async with httpx.AsyncClient(transport=transport, base_url="http://bot.example") as client:
            return await client.get(f"http://bot.example{path}", headers={"accept": accept})

    answer = asyncio.run(get(BROWSER))
    is_told(answer, 503, 503, ENGLISH)
    assert answer.headers["retry-after"] == "5"
    assert asyncio.run(get("*/*")).json()["error"]["code"] == "starting"


@pytest.mark.parametrize(
    ("accept", "is_page"),
    [
        (BROWSER, True),
        ("text/html", True),
        ("TEXT/HTML; charset=utf-8", True),
        ("text/html, application/json", True),
        ("text/html;q=0.5, application/json;q=0.4", True),
        ("text/html;q=0.5, */*", False),
        ("text/html;q=0", False),
        ("application/json", False),
        ("*/*", False),
        ("text/*", False),
        ("", False),
    ],
)
def test_what_a_browser_likes_best(accept: str, is_page: bool) -> None:
    assert prefers_page(Headers({"accept": accept})) is is_page
