"""Pages are fetched politely, within limits, and only again where they changed."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import pytest

from onrecord.errors import FileError
from onrecord.storage import web as web_module
from onrecord.storage.web import Page, Web, is_address
from tests.websites import Reply, Site, serving, story


def fetch(site: Site, folder: Path, *paths: str, delay: float = 0.0) -> list[Page | None]:
    with Web(folder, private=True, delay=delay) as web:
        return [web.get(site.url + path) for path in paths]


def refusal(site: Site, folder: Path, path: str) -> str:
    with pytest.raises(FileError) as caught:
        fetch(site, folder, path)
    return caught.value.message


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://a.example/x", True),
        ("HTTP://a.example", True),
        ("a.md", False),
        ("ftp://a.example", False),
        (Path("http://a"), False),
    ],
)
def test_an_address_is_told_from_a_path(given: object, expected: bool) -> None:
    assert is_address(given) is expected


def test_a_page_comes_with_what_the_server_says_of_it(tmp_path: Path) -> None:
    site = Site({"/a": Reply("wörter".encode("latin-1"), headers={"Content-Type": 'Text/HTML; Charset="ISO-8859-1"'})})
    with serving(site):
        (page,) = fetch(site, tmp_path, "/a#below")
    assert page == Page(f"{site.url}/a", "wörter".encode("latin-1"), "text/html", "ISO-8859-1")
    assert site.paths == ["/robots.txt", "/a"]
    assert site.asked[1][1]["User-Agent"].startswith("onrecord/")


@pytest.mark.parametrize("headers", [{"ETag": '"v1"'}, {"Last-Modified": "Mon, 03 Mar 2025 08:00:00 GMT"}])
def test_what_did_not_change_is_not_sent_again(tmp_path: Path, headers: dict[str, str]) -> None:
    site = Site({"/a": Reply(story("The Wall"), headers=headers)})
    with serving(site):
        first, second = fetch(site, tmp_path, "/a"), fetch(site, tmp_path, "/a")
    assert first == second
    assert [status for path, _, status in site.asked if path == "/a"] == [200, 304]


def test_what_changed_is_sent_again(tmp_path: Path) -> None:
    site = Site({"/a": Reply("one", headers={"ETag": '"v1"'})})
    with serving(site):
        fetch(site, tmp_path, "/a")
        site.pages["/a"] = Reply("two", headers={"ETag": '"v2"'})
        (page,) = fetch(site, tmp_path, "/a")
    assert page is not None
    assert page.body == b"two"


def test_what_must_not_be_kept_is_not_kept(tmp_path: Path) -> None:
    site = Site(
        {"/a": Reply("one", headers={"ETag": '"v1"', "Cache-Control": "private, no-store"}), "/b": "no way to ask"}
    )
    with serving(site):
        fetch(site, tmp_path, "/a", "/b")
    assert list(tmp_path.rglob("*.gz")) == []


@pytest.mark.parametrize(
    "damage", [b"", b"no gzip", gzip.compress(b"no json\n"), gzip.compress(b"[]\n"), gzip.compress(b"{}\n")[:-9]]
)
def test_a_damaged_copy_is_fetched_again(tmp_path: Path, damage: bytes) -> None:
    site = Site({"/a": Reply("one", headers={"ETag": '"v1"'})})
    with serving(site):
        fetch(site, tmp_path, "/a")
        (kept,) = tmp_path.rglob("*.gz")
        kept.write_bytes(damage)
        (page,) = fetch(site, tmp_path, "/a")
    assert page is not None
    assert page.body == b"one"
    assert [status for path, _, status in site.asked if path == "/a"] == [200, 200]


def test_a_page_is_given_once(tmp_path: Path) -> None:
    site = Site({"/a": "one", "/b": Reply(status=301, headers={"Location": "/a"})})
    with serving(site):
        first, second, third = fetch(site, tmp_path, "/a", "/a", "/b")
    assert first is not None
    assert (second, third) == (None, None)


class TestRedirects:
    def test_they_are_followed_and_the_last_address_counts(self, tmp_path: Path) -> None:
        site = Site(
            {
                "/a": Reply(status=302, headers={"Location": "b"}),
                "/b": Reply(status=308, headers={"Location": "/c"}),
                "/c": "end",
            }
        )
        with serving(site):
            (page,) = fetch(site, tmp_path, "/a")
        assert page is not None
        assert (page.url, page.body) == (f"{site.url}/c", b"end")

    def test_a_circle_ends(self, tmp_path: Path) -> None:
        site = Site(
            {
                "/a": Reply(status=302, headers={"Location": "/a?again"}),
                "/a?again": Reply(status=302, headers={"Location": "/a"}),
            }
        )
        with serving(site):
            assert "more than 5 redirects" in refusal(site, tmp_path, "/a")

    @pytest.mark.parametrize(
        ("target", "reason"),
        [
            ("file:///etc/passwd", "not an http"),
            ("ftp://a.example/", "not an http"),
            ("gopher://127.0.0.1/", "not an http"),
            ("//user:secret@a.example/", "user name"),
            ("http://a.example:99999/", "not an address"),
            ("", "leads nowhere"),
        ],
    )
    def test_they_lead_to_pages_alone(self, tmp_path: Path, target: str, reason: str) -> None:
        with serving(Site({"/a": Reply(status=302, headers={"Location": target})})) as site:
            assert reason in refusal(site, tmp_path, "/a")

    def test_each_is_checked_where_it_leads(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A public page that redirects to the loopback is refused at the second step."""
        with serving(Site({"/secret": "x"})) as inner, serving(Site()) as outer:
            outer.pages["/a"] = Reply(status=302, headers={"Location": f"http://localhost:{inner.port}/secret"})
            # 127.0.0.1 stands for a public address here, and the name localhost resolves to what is private.
            monkeypatch.setattr("onrecord.storage.addresses.is_public", lambda address: address == "127.0.0.1")
            monkeypatch.setattr(
                "onrecord.storage.addresses._resolved", lambda host, _: ["::1" if host == "localhost" else host]
            )
            with (
                Web(tmp_path, delay=0) as web,
                pytest.raises(FileError, match="localhost is at ::1, which is no public"),
            ):
                web.get(f"{outer.url}/a")
            assert outer.paths == ["/robots.txt", "/a"]
            assert inner.asked == []


class TestRobots:
    def test_what_it_forbids_is_not_fetched(self, tmp_path: Path) -> None:
        site = Site(
            {
                "/robots.txt": "User-agent: *\nDisallow: /private\nAllow: /private/*.html$",
                "/private/a": "x",
                "/private/b.html": "y",
            }
        )
        with serving(site):
            assert "robots.txt" in refusal(site, tmp_path, "/private/a")
            (page,) = fetch(site, tmp_path, "/private/b.html")
        assert page is not None
        assert "/private/a" not in site.paths

    def test_a_rule_for_this_reader_wins(self, tmp_path: Path) -> None:
        site = Site({"/robots.txt": "User-agent: *\nAllow: /\n\nUser-agent: onrecord\nDisallow: /", "/a": "x"})
        with serving(site):
            assert "robots.txt" in refusal(site, tmp_path, "/a")

    @pytest.mark.parametrize(("status", "allowed"), [(404, True), (403, True), (500, False), (503, False)])
    def test_without_one_all_is_allowed_and_with_a_broken_one_nothing(
        self, tmp_path: Path, status: int, allowed: bool
    ) -> None:
        site = Site({"/robots.txt": Reply(status=status), "/a": "x"})
        with serving(site):
            if allowed:
                assert fetch(site, tmp_path, "/a") != [None]
            else:
                assert "robots.txt" in refusal(site, tmp_path, "/a")

    def test_a_redirect_into_what_it_forbids_is_not_followed(self, tmp_path: Path) -> None:
        site = Site(
            {
                "/robots.txt": "User-agent: *\nDisallow: /b",
                "/a": Reply(status=302, headers={"Location": "/b"}),
                "/b": "x",
            }
        )
        with serving(site):
            assert "robots.txt" in refusal(site, tmp_path, "/a")
        assert "/b" not in site.paths

    def test_it_is_read_once_for_a_site(self, tmp_path: Path) -> None:
        with serving(Site({"/a": "x", "/b": "y"})) as site:
            fetch(site, tmp_path, "/a", "/b")
        assert site.paths.count("/robots.txt") == 1

    def test_the_delay_that_it_asks_for_is_kept(self, tmp_path: Path) -> None:
        site = Site({"/robots.txt": "User-agent: *\nCrawl-delay: 0.3", "/a": "x", "/b": "y"})
        with serving(site):
            started = time.monotonic()
            fetch(site, tmp_path, "/a", "/b")
            assert time.monotonic() - started >= 0.3


def test_requests_to_one_site_keep_their_distance(tmp_path: Path) -> None:
    with serving(Site({"/a": "x", "/b": "y", "/c": "z"})) as site:
        started = time.monotonic()
        fetch(site, tmp_path, "/a", "/b", "/c", delay=0.2)
        assert time.monotonic() - started >= 0.4


class TestLimits:
    def test_too_long_a_body_is_refused_while_it_comes_in(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(web_module, "MAX_BODY_BYTES", 2**20)
        with serving(Site({"/a": Reply(b"x" * (2**20 + 1)), "/b": Reply(b"x" * 2**20)})) as site:
            assert refusal(site, tmp_path, "/a") == "larger than 1 MiB"
            (page,) = fetch(site, tmp_path, "/b")
            assert page is not None

    def test_a_small_packed_body_cannot_become_a_large_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(web_module, "MAX_BODY_BYTES", 2**20)
        bomb = gzip.compress(b"\0" * 2**26)
        with serving(Site({"/a": Reply(bomb, headers={"Content-Encoding": "gzip"})})) as site:
            assert refusal(site, tmp_path, "/a") == "larger than 1 MiB"

    def test_a_packed_body_is_unpacked(self, tmp_path: Path) -> None:
        with serving(Site({"/a": Reply(gzip.compress(b"It rained."), headers={"Content-Encoding": "gzip"})})) as site:
            (page,) = fetch(site, tmp_path, "/a")
        assert page is not None
        assert page.body == b"It rained."

    @pytest.mark.parametrize(
        ("body", "encoding", "reason"),
        [
            (b"no gzip", "gzip", "damaged"),
            (gzip.compress(b"It rained." * 9)[:-12], "gzip", "damaged"),
            (b"x", "br", "which was not asked for"),
        ],
    )
    def test_a_badly_packed_body_is_refused(self, tmp_path: Path, body: bytes, encoding: str, reason: str) -> None:
        with serving(Site({"/a": Reply(body, headers={"Content-Encoding": encoding})})) as site:
            assert reason in refusal(site, tmp_path, "/a")

    @pytest.mark.parametrize("status", [204, 401, 403, 404, 410, 429, 500])
    def test_what_is_no_page_says_so(self, tmp_path: Path, status: int) -> None:
        with serving(Site({"/a": Reply(status=status)})) as site:
            assert refusal(site, tmp_path, "/a") == f"the server answers {status}"

    def test_a_site_that_does_not_answer_is_asked_three_times(self, tmp_path: Path) -> None:
        with serving(Site()) as site:
            pass
        reasons = []
        with Web(tmp_path, private=True, delay=0) as web:
            for number in range(5):
                with pytest.raises(FileError) as caught:
                    web.get(f"{site.url}/{number}")
                reasons.append(caught.value.message)
        assert [("cannot be fetched" in reason, "did not answer" in reason) for reason in reasons] == [
            (True, False)
        ] * 3 + [(False, True)] * 2

    def test_cookies_are_not_kept(self, tmp_path: Path) -> None:
        with serving(Site({"/a": Reply("x", headers={"Set-Cookie": "who=you"}), "/b": "y"})) as site:
            fetch(site, tmp_path, "/a", "/b")
        assert all("Cookie" not in headers for _, headers, _ in site.asked)


def test_without_the_setting_nothing_private_is_asked(tmp_path: Path) -> None:
    with (
        serving(Site({"/a": "x"})) as site,
        Web(tmp_path, delay=0) as web,
        pytest.raises(FileError, match="no public address") as caught,
    ):
        web.get(f"{site.url}/a")
    assert "ONRECORD_PRIVATE_ADDRESSES" in caught.value.hint
    assert site.asked == []
