"""The fields of the ingest format become an article."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.errors import FileError
from onrecord.storage.formats.article import article_from, content_hash
from tests.samples import FRAMED, HARBOUR, article_texts, kinds, plain


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

    def test_what_takes_no_room_on_the_page_is_not_kept(self) -> None:
        found = plain("It\u200b rai\u00adned\u202e.\r\nAnd\ufeff snowed.\x0bIt\u2028 ended.", title="A\u200b title")
        assert found.text == "A title\n\nIt rained.\nAnd snowed.\nIt\n ended."

    def test_paragraphs_that_a_format_told_apart_are_taken_as_they_are(self) -> None:
        found = article_from({"title": "T"}, name="a", marked=[("Why", "heading"), ("It rained.", "caption")])
        assert kinds(found) == [("heading", "T"), ("heading", "Why"), ("caption", "It rained.")]
