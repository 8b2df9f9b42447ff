"""Files become articles; what cannot is rejected with its line and reason, and the rest goes on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.errors import FileError
from onrecord.storage.readers import Rejection, article_from, content_hash, find_files, read_file
from onrecord.types import Article
from tests.samples import FRAMED, HARBOUR, article_texts, plain, shipped, write_jsonl


def read(path: Path, content: bytes | str) -> Article | Rejection:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (item,) = read_file(path, path.name)
    return item


def article(path: Path, content: bytes | str) -> Article:
    item = read(path, content)
    assert isinstance(item, Article), item
    return item


def kinds(found: Article) -> list[tuple[str, str]]:
    return [(block.kind, found.text[block.start : block.end]) for block in found.blocks]


class TestMarkdown:
    def test_front_matter_is_taken_as_it_is_written(self, tmp_path: Path) -> None:
        found = article(
            tmp_path / "a.md",
            "---\nid: wall\ntitle: The Wall\nurl: https://a.example/wall?x=1\npublished: 2025-03-02T08:30:00+01:00\n"
            "authors: [A. Writer, 王]\noutlet: Harbour Daily\nlanguage: en\n---\nIt rained.\n",
        )
        assert (found.id, found.title, found.url) == ("wall", "The Wall", "https://a.example/wall?x=1")
        assert (found.published, found.authors) == ("2025-03-02T08:30:00+01:00", ("A. Writer", "王"))
        assert (found.outlet, found.language) == ("Harbour Daily", "en")
        assert found.text == "The Wall\n\nIt rained."

    @pytest.mark.parametrize("published", ["2025-03-02", "2025-03-02T08:30", "2025-03-02 08:30:00Z"])
    def test_a_date_stays_as_precise_as_it_was_given(self, tmp_path: Path, published: str) -> None:
        assert article(tmp_path / "a.md", f"---\npublished: {published}\n---\nIt rained.").published == published

    def test_headings_captions_and_body(self, tmp_path: Path) -> None:
        found = article(
            tmp_path / "a.md",
            "## Why the gates fail\n\nThe **gates** are [old](https://a.example) and\nrusty.\n\n"
            "*A view of the gates.*\n\n![The gates](g.jpg)\n\n- They held in 1961, and in the flood of 2024.\n",
        )
        assert kinds(found) == [
            ("heading", "Why the gates fail"),
            ("body", "The gates are old and\nrusty."),
            ("caption", "A view of the gates."),
            ("caption", "The gates"),
            ("body", "They held in 1961, and in the flood of 2024."),
        ]

    def test_a_title_that_the_text_repeats_is_shown_once(self, tmp_path: Path) -> None:
        assert article(tmp_path / "a.md", "---\ntitle: The Wall\n---\n# The Wall\n\nIt rained.").text == (
            "The Wall\n\nIt rained."
        )

    def test_windows_line_ends_and_a_byte_order_mark(self, tmp_path: Path) -> None:
        found = article(tmp_path / "a.md", "\ufeff---\r\ntitle: The Wall\r\n---\r\nOne.\r\n\r\nTwo.\r\n")
        assert found.text == "The Wall\n\nOne.\n\nTwo."

    @pytest.mark.parametrize(
        ("front", "reason"),
        [
            ("title: [unclosed", "front matter is not YAML"),
            ("- a list", "front matter is not a list of fields"),
            ("titel: x", "unknown fields: titel"),
            ("title: [a, b]", "title is not a string"),
            ("authors: {a: b}", "authors is not a list of names"),
            ("published: last Tuesday", "published is not an ISO 8601 date"),
            ("published: 2025-02-30", "published is not an ISO 8601 date"),
            ("published: 2025-W10-1", "published is not an ISO 8601 date"),
            ("url: javascript:alert(1)", "url is not an http(s) address"),
            ("url: 'https://a.example/\"><script>'", "url is not an http(s) address"),
            ("title: &a [*a]", "front matter is not YAML"),
            ("title: \x01", "front matter is not YAML"),
        ],
    )
    def test_bad_front_matter_says_which_field(self, tmp_path: Path, front: str, reason: str) -> None:
        item = read(tmp_path / "a.md", f"---\n{front}\n---\nIt rained.")
        assert isinstance(item, Rejection)
        assert item.file == "a.md"
        assert reason in item.reason

    def test_a_line_of_dashes_later_is_no_front_matter(self, tmp_path: Path) -> None:
        assert "title: x" in article(tmp_path / "a.txt", "It rained.\n---\ntitle: x\n---\n").text

    def test_the_shipped_article(self) -> None:
        found = shipped()
        assert found.published is None
        assert [block.kind for block in found.blocks].count("caption") == 3
        assert found.text.startswith(found.title)
        assert "*" not in found.text


class TestEncodings:
    SENTENCE = "Le président a déclaré à l'assemblée que l'économie française créera des emplois très qualifiés."

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
    def test_text_is_decoded(self, tmp_path: Path, encoding: str) -> None:
        assert article(tmp_path / "a.txt", self.SENTENCE.encode(encoding)).text == self.SENTENCE

    @pytest.mark.parametrize("name", ["a.txt", "a.md"])
    def test_nul_bytes_are_no_text(self, tmp_path: Path, name: str) -> None:
        item = read(tmp_path / name, b"It rained.\0\0\0")
        assert isinstance(item, Rejection)
        assert "NUL" in item.reason

    @given(data=st.binary(max_size=300))
    def test_any_bytes_are_an_article_or_a_rejection(
        self, tmp_path_factory: pytest.TempPathFactory, data: bytes
    ) -> None:
        folder = tmp_path_factory.getbasetemp()
        for name in ("any.txt", "any.md", "any.jsonl"):
            (folder / name).write_bytes(data)
            for item in read_file(folder / name, name):
                assert isinstance(item, Article | Rejection)


class TestJsonLines:
    def test_a_broken_line_costs_only_itself(self, tmp_path: Path) -> None:
        path = write_jsonl(
            tmp_path / "a.jsonl",
            {"id": "one", "text": "It rained."},
            b'{"id": "two", "text": "It sn',
            {"id": "three", "title": "A title alone"},
            b"",
            {"text": "No id."},
        )
        items = list(read_file(path, "a.jsonl"))
        assert [item.id if isinstance(item, Article) else item.line for item in items] == [
            "one", 2, "three", "a.jsonl:5",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            (b"[1, 2]", "not a JSON object"),
            (b"12", "not a JSON object"),
            (b'{"text": 5}', "text is not a string"),
            (b'{"text": ["a"]}', "text is not a string"),
            (b'{"text": "a", "id": 7}', "id is not a string"),
            (b'{"text": "a", "authors": "A", "language": {}}', "language is not a string"),
            (b'{"text": "a", "authors": [1]}', "authors is not a list of names"),
            (b'{"text": "a", "published": 20250302}', "published is not a string"),
            (b'{"text": "a", "published": "2/3/2025"}', "published is not an ISO 8601 date"),
            (b'{"text": "a", "url": "ftp://a.example"}', "url is not an http(s) address"),
            (b"{}", "neither a text nor a title"),
            (b'{"text": " ", "title": "\\n"}', "neither a text nor a title"),
            (b'{"text": "half \\ud800"}', "half a character"),
            (b'{"text": "a", "id": "\\udfff"}', "half a character"),
            (b'{"text": "\xff"}', "not UTF-8"),
            (b'{"text": "a"} x', "not JSON"),
            (b"[" * 100_000, "not JSON"),
            (b'{"text": ' + b"9" * 5000 + b"}", "not JSON"),
        ],
    )
    def test_a_line_that_is_rejected_says_why(self, tmp_path: Path, line: bytes, reason: str) -> None:
        path = write_jsonl(tmp_path / "a.jsonl", {"text": "It rained."}, line, {"text": "It snowed."})
        first, second, third = read_file(path, "a.jsonl")
        assert isinstance(first, Article)
        assert isinstance(third, Article)
        assert isinstance(second, Rejection)
        assert (second.file, second.line) == ("a.jsonl", 2)
        assert reason in second.reason

    def test_the_address_is_the_id_where_there_is_no_other(self, tmp_path: Path) -> None:
        path = write_jsonl(tmp_path / "a.jsonl", {"text": "It rained.", "url": "https://a.example/1"})
        assert [item.id for item in read_file(path, "a.jsonl") if isinstance(item, Article)] == ["https://a.example/1"]


class TestArticles:
    def test_the_frame_of_a_page_is_set_aside_and_stays_readable(self) -> None:
        found = plain(FRAMED)
        assert found.text == FRAMED.strip()
        body = " ".join(text for kind, text in kinds(found) if kind == "body")
        assert "raised by two metres" in body
        for frame in ("cookie", "Leave a message", "Fast News", "555-0100", "©", "file photo", "Tom Brandt"):
            assert frame in found.text
            assert frame not in body

    def test_without_a_title_the_first_line_is_it(self) -> None:
        assert plain("Council raises wall\n\n" + HARBOUR).title == "Council raises wall"

    def test_too_long_a_text_is_refused(self) -> None:
        with pytest.raises(FileError, match="longer than 5,000,000"):
            plain("a" * 5_000_001)

    @given(article_texts, st.text(max_size=20))
    def test_blocks_cover_what_is_shown(self, text: str, title: str) -> None:
        try:
            found = article_from({"text": text, "title": title}, name="a")
        except FileError:
            return
        between = found.text
        for block in reversed(found.blocks):
            between = between[: block.start] + between[block.end :]
        assert between.strip() == ""

    @given(article_texts)
    def test_a_hash_tells_articles_apart(self, text: str) -> None:
        try:
            one, other = plain(text), plain(text, outlet="Another")
        except FileError:
            return
        assert content_hash(one) == content_hash(plain(text)) != content_hash(other)


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
            ("a.pdf", "not one of .md, .txt, .jsonl"),
            ("pipe.md", "not a regular file"),
            ("x" * 300 + ".md", "cannot be read: File name too long"),
        ],
    )
    def test_a_path_that_was_named_and_cannot_be_read_is_rejected(self, tmp_path: Path, name: str, reason: str) -> None:
        (tmp_path / "a.pdf").touch()
        os.mkfifo(tmp_path / "pipe.md")
        found, rejected = find_files([tmp_path / name])
        assert found == []
        assert [one.reason for one in rejected] == [reason]

    def test_links_that_loop_or_leave_are_passed_over(self, tmp_path: Path) -> None:
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
        assert [one.reason for one in find_files([folder / "loop.md"])[1]] == ["no such file or folder"]

    def test_a_name_that_is_not_utf8_can_be_shown_and_stored(self, tmp_path: Path) -> None:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.md")).write_text("It rained.")
        ((path, name),) = find_files([tmp_path])[0]
        assert name == "caf\\udce9.md"
        (item,) = read_file(path, name)
        assert isinstance(item, Article)
        assert item.id == name
