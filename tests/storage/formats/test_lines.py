"""JSON Lines: a broken line costs only itself."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from onrecord.storage.formats.lines import MAX_LINE_BYTES, read_lines
from onrecord.storage.readers import Rejection, read_file
from onrecord.types import Article
from tests.samples import write_jsonl


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

    def test_a_line_is_too_long_by_one_byte(self) -> None:
        start, end = b'{"text": "', b'"}'
        fits = start + b" " * (MAX_LINE_BYTES - len(start) - len(end) - 2) + b"x" + end
        items = list(read_lines(io.BytesIO(fits + b"\n" + fits + b" \n" + b'{"text": "after"}'), "a.jsonl"))
        assert [item.line if isinstance(item, Rejection) else item.text.strip() for item in items] == [1, 2, "after"]
        assert [item.reason for item in items if isinstance(item, Rejection)] == [
            "the text is longer than 5,000,000 characters", "longer than 16 MiB",
        ]  # fmt: skip
