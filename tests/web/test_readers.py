"""Our own pages for readers, over HTTP: an article, what somebody said, who is quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
from tests.browser.scripted import Newsroom
from tests.web.conftest import Serve

from onrecord.web.core import Exposure


@pytest.fixture(scope="module")
def client(serve: Serve) -> Iterator[httpx.Client]:
    site = serve(Newsroom().core(), Exposure(reads=100_000))
    with httpx.Client(base_url=site.address, timeout=60) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "status", "holds"),
    [
        ("/article/a", 200, "How a mountain city became a maker of cars"),
        ("/article/a?start=83&end=124", 200, 'id="passage"'),
        ("/article/" + quote("city/2026-03-14?page=1", safe=""), 200, "By Li Wei, Ann Berg · <time"),
        ("/article/city/2026-03-14%3Fpage=1", 200, "A plant opens"),
        ("/article/b", 200, "Corrected on 13 March 2026: The figure was 11 percent"),
        ("/article/b", 200, '<a href="/article/copy" rel="noopener noreferrer">Second Paper</a>'),
        ("/article/b?start=0&end=27", 200, "https://news.example/exports#:~:text=Exports%20rose%20by%2012%20percent."),
        ("/article/gone", 410, "This article was withdrawn on 15 March 2026."),
        ("/article/nothing", 404, "There is no such article here."),
        ("/article/a?start=5", 404, "The article has no such passage."),
        ("/article/a?start=x&end=9", 404, "The article has no such passage."),
        ("/article/a?start=9&end=9", 404, "The article has no such passage."),
        ("/article/a?start=0&end=99999", 404, "The article has no such passage."),
        ("/article/a?start=-1&end=4", 404, "The article has no such passage."),
        ("/speaker/Pu", 200, "What Pu Yongjian said"),
        ("/speaker/Pu?about=suppliers", 200, "What Pu Yongjian said about “suppliers”"),
        ("/speaker/Pu", 200, "<h2>date unknown</h2>"),
        ("/speaker/Pu?since=2027-01-01", 200, "These articles hold nothing of that."),
        ("/speaker/Pu?since=yesterday", 400, "yesterday is no day; write one like 2026-03-12."),
        ("/speaker/Pu?since=2026-02-30", 400, "is no day"),
        ("/speaker/Pu?since=2026-03-02&until=2026-03-01", 400, "The first day comes after the last"),
        ("/speaker/Nobody", 404, "Nobody called “Nobody” is quoted in these articles."),
        ("/speaker/Pu?offset=100", 200, "These articles hold nothing of that."),
        ("/speakers", 200, '<a href="/speaker/Pu%20Yongjian" rel="noopener noreferrer">Pu Yongjian</a>'),
        ("/speakers?name=professor", 200, "Pu Yongjian"),
        ("/speakers?name=nobody", 200, "Nobody whose name holds “nobody”"),
        ("/article/a?lang=zh", 200, '<html lang="zh-Hans">'),
        ("/speaker/Pu?lang=zh&about=x", 200, "Pu Yongjian就“x”说了什么"),
    ],
)
def test_a_page_says_what_it_shows_or_why_not(client: httpx.Client, path: str, status: int, holds: str) -> None:
    answer = client.get(path, headers={"accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert holds in answer.text
    assert "withdrawn" not in path or "Exports" not in answer.text


def test_what_was_withdrawn_is_not_in_the_page(client: httpx.Client) -> None:
    assert "Exports" not in client.get("/article/gone?start=0&end=27").text
    assert "Car exports" not in client.get("/article/gone").text


def test_a_page_may_load_nothing_and_sets_no_cookie(client: httpx.Client) -> None:
    for path in ("/article/a", "/speaker/Pu", "/speakers", "/article/none"):
        answer = client.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "set-cookie" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"
        assert not re.search(r'(?:src|href)="(?:https?:)?//(?!news\.example|second\.example)', answer.text)


def test_only_reading_is_served(client: httpx.Client) -> None:
    for path in ("/article/a", "/speaker/Pu", "/speakers"):
        assert client.head(path).status_code == 200
        assert client.post(path).status_code == 405


def test_the_language_follows_the_browser_unless_the_address_says_otherwise(client: httpx.Client) -> None:
    chinese = {"accept-language": "zh-CN,zh;q=0.9"}
    assert 'lang="zh-Hans"' in client.get("/speakers", headers=chinese).text
    english = client.get("/speakers?lang=en", headers=chinese).text
    assert '<html lang="en">' in english
    assert 'href="/speaker/Pu%20Yongjian?lang=en"' in english
    assert 'href="?lang=zh"' in english


def test_direct_and_reported_are_told_apart_and_the_newest_comes_first(client: httpx.Client) -> None:
    page = client.get("/speaker/Pu%20Yongjian").text
    assert re.findall(r"onr-is-(direct|reported)", page.partition("<main")[2]) == ["reported", "direct", "direct"]
    assert page.index("14 March 2026") < page.index("date unknown")
    assert "“The chain of suppliers will come here,” … “and it will stay.”" in page
    assert "that the suppliers will follow the makers</blockquote>" in page
