"""Files and addresses become articles; what cannot is rejected with its line and reason, and the rest goes on."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from onrecord.storage.readers import Rejection, find_files, read_file
from onrecord.storage.web import Web
from onrecord.types import Article
from tests.samples import write_jsonl
from tests.websites import Reply, Site, serving, story


class TestFindingFiles:
    def names(self, *paths: Path) -> list[str]:
        return [name for _, name in find_files(paths)[0]]

    def test_folders_are_walked_in_order_without_what_is_no_article(self, tmp_path: Path) -> None:
        for name in ("b.md", "a/z.txt", "a/b.jsonl", "README.md", "a/readme.txt", ".hidden.md", ".git/a.md", "c.pdf"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text("x")
        assert self.names(tmp_path) == ["b.md", "a/b.jsonl", "a/z.txt"]

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("nowhere.md", "no such file or folder"),
            ("a.pdf", "not one of .md, .txt, .html, .htm, .xhtml, .jsonl, .jsonl.gz, .xml, .rss, .atom, .xml.gz"),
            ("pipe.md", "not a regular file"),
            ("x" * 300 + ".md", "cannot be read: File name too long"),
            ("a\0.md", "no such file or folder"),
        ],
    )
    def test_a_path_that_was_named_and_cannot_be_read_is_rejected(self, tmp_path: Path, name: str, reason: str) -> None:
        (tmp_path / "a.pdf").touch()
        os.mkfifo(tmp_path / "pipe.md")
        found, rejected = find_files([tmp_path / name])
        assert found == []
        assert [one.reason for one in rejected] == [reason]

    def test_links_that_loop_or_leave_are_rejected(self, tmp_path: Path) -> None:
        folder = tmp_path / "corpus"
        folder.mkdir()
        (folder / "a.md").write_text("x")
        (tmp_path / "secret.md").write_text("x")
        (folder / "loop.md").symlink_to("pool.md")
        (folder / "pool.md").symlink_to("loop.md")
        (folder / "self").symlink_to(".")
        (folder / "out.md").symlink_to("../secret.md")
        (folder / "gone.md").symlink_to("nowhere.md")
        assert self.names(folder) == ["a.md"]
        assert {one.file: one.reason for one in find_files([folder])[1]} == {
            "gone.md": "a link that leads nowhere",
            "loop.md": "a link that leads nowhere",
            "out.md": "a link that leads out of the folder",
            "pool.md": "a link that leads nowhere",
        }
        assert [one.reason for one in find_files([folder / "loop.md"])[1]] == ["a link that leads nowhere"]

    def test_a_folder_that_cannot_be_opened_is_rejected(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "closed").mkdir()
        (tmp_path / "a.md").write_text("x")
        real = os.scandir

        def closed(path: str) -> object:
            # Permissions do not stop the tests' user everywhere, so the refusal is made here.
            if str(path).endswith("closed"):
                raise PermissionError(13, "Permission denied", path)
            return real(path)

        monkeypatch.setattr(os, "scandir", closed)
        found, rejected = find_files([tmp_path])
        assert [name for _, name in found] == ["a.md"]
        assert [one.reason for one in rejected] == ["cannot be read: Permission denied"]

    def test_addresses_stand_for_themselves(self, tmp_path: Path) -> None:
        (tmp_path / "a.md").write_text("x")
        found, rejected = find_files([tmp_path, "https://a.example/x", str(tmp_path / "a.md")])
        assert found == [
            (tmp_path / "a.md", "a.md"),
            ("https://a.example/x", "https://a.example/x"),
            (tmp_path / "a.md", "a.md"),
        ]
        assert rejected == []

    def test_a_name_that_is_not_utf8_can_be_shown_and_stored(self, tmp_path: Path) -> None:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.md")).write_text("It rained.")
        ((path, name),) = find_files([tmp_path])[0]
        assert name == "caf\\udce9.md"
        (item,) = read_file(path, name)
        assert isinstance(item, Article)
        assert item.id == name


class TestFormats:
    def titles(self, path: Path, web: Web | None = None) -> list[str]:
        return [
            item.title if isinstance(item, Article) else f"{item.line}: {item.reason}"
            for item in read_file(path, path.name, web=web)
        ]

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("a.md", "# One"), ("a.TXT", "One"), ("a.html", "<h1>One</h1>"), ("a.htm", "<h1>One</h1>"), ("a.XHTML", "<h1>One</h1>"),
            ("a.jsonl", '{"title": "One"}'), ("a.xml", "<rss><item><title>One</title></item></rss>"),
            ("a.rss", "<rss><item><title>One</title></item></rss>"), ("a.atom", "<feed><entry><title>One</title></entry></feed>"),
        ],
    )  # fmt: skip
    def test_the_end_of_a_name_tells_the_format(self, tmp_path: Path, name: str, content: str) -> None:
        (tmp_path / name).write_text(content)
        assert find_files([tmp_path]) == ([(tmp_path / name, name)], [])
        assert self.titles(tmp_path / name) == ["One"]

    @pytest.mark.parametrize(
        ("name", "content"),
        [("a.jsonl.gz", b'{"title": "One"}'), ("a.xml.gz", b"<rss><item><title>One</title></item></rss>")],
    )
    def test_packed_files(self, tmp_path: Path, name: str, content: bytes) -> None:
        (tmp_path / name).write_bytes(gzip.compress(content))
        assert find_files([tmp_path])[0] == [(tmp_path / name, name)]
        assert self.titles(tmp_path / name) == ["One"]

    def test_a_file_is_read_as_it_is_asked_for(self, tmp_path: Path) -> None:
        """The first article comes before the last line is looked at."""
        path = write_jsonl(tmp_path / "a.jsonl", {"text": "It rained."}, b"broken")
        items = read_file(path, "a.jsonl")
        assert isinstance(next(items), Article)
        with path.open("ab") as file:
            file.write(b'{"text": "added later"}\n')
        assert [isinstance(item, Article) for item in items] == [False, True]

    def test_a_file_that_is_gone_is_rejected(self, tmp_path: Path) -> None:
        assert self.titles(tmp_path / "gone.html") == ["None: cannot be read: No such file or directory"]


class TestAddresses:
    def read(self, site: Site, folder: Path, place: str | Path = "/a") -> list[Article | Rejection]:
        address = site.url + place if isinstance(place, str) else place
        with Web(folder / "fetched", private=True, delay=0) as web:
            return list(read_file(address, str(address), web=web))

    def test_a_page(self, tmp_path: Path) -> None:
        with serving(Site({"/a": story("The Wall")})) as site:
            (found,) = self.read(site, tmp_path)
        assert isinstance(found, Article)
        assert (found.title, found.id, found.url, found.outlet) == (
            "The Wall",
            f"{site.url}/a",
            f"{site.url}/a",
            "127.0.0.1",
        )

    def test_the_address_that_a_page_gives_itself_is_taken_from_its_own_site_alone(self, tmp_path: Path) -> None:
        head = '<link rel="canonical" href="{}">'
        pages: dict[str, Reply | str] = {
            "/a?from=feed": story("One", head.format("/a")),
            "/b": story("Two", head.format("https://other.example/b")),
            "/c": story("Three", head.format("/")),
        }
        with serving(Site(pages)) as site:
            found = [item for path in pages for item in self.read(site, tmp_path, path)]
        assert [item.id for item in found if isinstance(item, Article)] == [
            f"{site.url}{path}" for path in ("/a", "/b", "/c")
        ]

    def test_the_encoding_that_the_server_names(self, tmp_path: Path) -> None:
        body = story("Le café").encode("latin-1")
        with serving(Site({"/a": Reply(body, headers={"Content-Type": "text/html; charset=iso-8859-1"})})) as site:
            (found,) = self.read(site, tmp_path)
        assert isinstance(found, Article)
        assert found.title == "Le café"

    def test_a_feed_with_texts_and_summaries(self, tmp_path: Path) -> None:
        site = Site({"/two": story("Two")})
        with serving(site):
            site.pages["/feed"] = Reply(
                '<rss xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><item><title>One</title><link>/one</link>'
                "<content:encoded>&lt;p&gt;It rained.&lt;/p&gt;</content:encoded></item>\n"
                "<item><title>Two</title><link>/two</link></item>\n<item><title>Three</title><link>/three</link></item></channel></rss>",
                headers={"Content-Type": "application/rss+xml"},
            )
            one, two, three = self.read(site, tmp_path, "/feed")
        assert isinstance(one, Article)
        assert isinstance(two, Article)
        assert (one.id, two.id) == (f"{site.url}/one", f"{site.url}/two")
        assert three == Rejection(f"{site.url}/feed", 3, f"{site.url}/three: the server answers 404")

    def sitemaps(self, site: Site) -> None:
        def locations(tag: str, *paths: str) -> str:
            return "".join(f"\n<{tag}><loc>{site.url}{path}</loc></{tag}>" for path in paths)

        site.pages |= {
            "/index.xml": f"<sitemapindex>{locations('sitemap', '/news.xml.gz', '/index.xml')}</sitemapindex>",
            "/news.xml.gz": Reply(
                gzip.compress(f"<urlset>{locations('url', '/a', '/b', '/a', '/gone')}</urlset>".encode())
            ),
            "/a": Reply(story("One"), headers={"ETag": '"1"'}),
            "/b": Reply(story("Two"), headers={"Last-Modified": "Mon, 03 Mar 2025 08:00:00 GMT"}),
        }

    def test_a_sitemap_index(self, tmp_path: Path) -> None:
        with serving(Site()) as site:
            self.sitemaps(site)
            found = self.read(site, tmp_path, "/index.xml")
        assert [item.title if isinstance(item, Article) else (item.file, item.line) for item in found] == [
            "One", "Two", (f"{site.url}/news.xml.gz", 5),
        ]  # fmt: skip

    def test_a_second_reading_is_told_that_nothing_changed(self, tmp_path: Path) -> None:
        with serving(Site()) as site:
            self.sitemaps(site)
            first, second = (self.read(site, tmp_path, "/index.xml") for _ in range(2))
        assert first == second
        assert [status for path, _, status in site.asked if path in {"/a", "/b"}] == [200, 200, 304, 304]

    def test_a_local_sitemap_is_followed(self, tmp_path: Path) -> None:
        with serving(Site({"/a": story("One")})) as site:
            path = tmp_path / "sitemap.xml"
            path.write_text(f"<urlset><url><loc>{site.url}/a</loc></url></urlset>")
            (found,) = self.read(site, tmp_path, path)
        assert isinstance(found, Article)
        assert found.title == "One"

    def test_feeds_do_not_lead_to_feeds_for_ever(self, tmp_path: Path) -> None:
        with serving(Site()) as site:
            for number in range(9):
                site.pages[f"/{number}"] = f"<urlset><url><loc>{site.url}/{number + 1}</loc></url></urlset>"
            (found,) = self.read(site, tmp_path, "/0")
        assert isinstance(found, Rejection)
        assert "more than 3 feeds or sitemaps" in found.reason

    @pytest.mark.parametrize("kind", ["image/png", "application/pdf", "application/json"])
    def test_what_is_no_page_is_rejected(self, tmp_path: Path, kind: str) -> None:
        with serving(Site({"/a": Reply(story("x"), headers={"Content-Type": kind})})) as site:
            (found,) = self.read(site, tmp_path)
        assert found == Rejection(f"{site.url}/a", None, f"{kind} is no page, no feed and no sitemap")

    def test_a_private_address_is_rejected_without_the_setting(self, tmp_path: Path) -> None:
        with serving(Site({"/a": story("x")})) as site, Web(tmp_path / "fetched") as web:
            (found,) = read_file(f"{site.url}/a", "a", web=web)
        assert isinstance(found, Rejection)
        assert "no public address" in found.reason
        assert site.asked == []
