"""Questions made from quotations: who may be asked about, and about what."""

from __future__ import annotations

from pathlib import Path

import pytest

from onrecord.generation.examples import example_about
from onrecord.quotes.extract import extract_quotes
from tests.samples import article

BODY = "\n\nThe plant in Sturgis, which Abbott runs, opens again.\n\n{heading}“We work day and night on it,” said {name}.\n"


@pytest.mark.parametrize(
    ("title", "heading", "name", "question"),
    [
        ("Abbott opens a plant", "", "Robert Califf", "What does Robert Califf say about Abbott?"),
        ("A storm hits the plant - Abbott", "", "Robert Califf", None),
        ("A storm", "## The cost of care\n\n", "Robert Califf", "What does Robert Califf say about the cost of care?"),
        (
            "A storm",
            "## Sturgis and its people\n\n",
            "Robert Califf",
            "What does Robert Califf say about Sturgis and its people?",
        ),
        ("A storm", "## Golfweek\n\n", "Robert Califf", None),
        ("A storm", "## Rooms: $52.24\n\n", "Robert Califf", None),
        ("Abbott opens a plant", "", "the company", None),
    ],
)
def test_examples(tmp_path: Path, title: str, heading: str, name: str, question: str | None) -> None:
    text = f"# {title}{BODY.format(heading=heading, name=name)}"
    made = article(tmp_path / "a.md", text)
    quotes = [quote for quote in extract_quotes(made) if quote.direct]
    assert [example_about(quote) for quote in quotes] == [question]
