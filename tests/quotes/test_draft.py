"""The quotations of a draft, with speakers and places.  All sentences are our own."""

from __future__ import annotations

import pytest

from onrecord.quotes.draft import quotations_in_draft
from onrecord.storage.drafts import read_draft

TEXT = """Gates

“The water is rising faster than the wall,” said Maria Keller, an engineer. “We need new gates.”

Keller said that the work might cost 40 million euros.

“Demand for copper will not fall,” James Moore said."""


def test_each_quotation_has_its_words_speaker_and_place() -> None:
    draft = read_draft(TEXT.encode(), "draft.txt")
    first, second = quotations_in_draft(draft)
    assert (first.text, first.speaker) == (
        "The water is rising faster than the wall, We need new gates.",
        "Maria Keller",
    )
    assert (second.text, second.speaker) == ("Demand for copper will not fall,", "James Moore")
    for quote in (first, second):
        assert quote.text == " ".join(draft.text[start:end] for start, end in quote.spans)


@pytest.mark.parametrize("name", ["draft.txt", "draft.md", "draft.html"])
def test_the_format_does_not_matter(name: str) -> None:
    text = "".join(f"<p>{part}</p>" for part in TEXT.split("\n\n")) if name.endswith("html") else TEXT
    found = quotations_in_draft(read_draft(text.encode(), name))
    assert [quote.speaker for quote in found] == ["Maria Keller", "James Moore"]


def test_a_draft_without_quotations() -> None:
    assert quotations_in_draft(read_draft(b"The gates are shut.", "draft.txt")) == ()
