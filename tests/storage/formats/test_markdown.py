"""Markdown and text with front matter."""

from __future__ import annotations

from pathlib import Path

import pytest

from onrecord.storage.readers import Rejection
from tests.samples import article, kinds, read, shipped


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
