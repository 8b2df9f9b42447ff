"""Texts written for the tests, and articles made from them the way that ingest makes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from onrecord.storage.readers import Rejection, article_from, read_file
from onrecord.types import Article

ROOT = Path(__file__).parents[1]
SHIPPED = ROOT / "corpus" / "chengdu-chongqing-cooperation.md"

HARBOUR = """\
The harbour wall in Oststadt will be raised by two metres before the winter of 2031, the council decided.

“The water is rising faster than the wall,” said Maria Keller, an engineer at the port. “We need new gates.”

Keller said that the work might cost 40 million euros, although no contract has been signed.
"""

SMELTER = """\
The smelter at Nordhafen produced 310,000 tonnes of copper last year, its operator said on Monday.

“Demand for copper will not fall,” said James Moore, the director of the smelter.
"""

FRAMED = """\
Harbour Daily丨News from the Waterfront

We use cookies to improve your experience on this site. See our cookie policy.

I agree

Share this

The Wall That Has to Grow

The harbour wall in Oststadt will be raised by two metres, the council decided after a debate of nine hours.

Maria Keller, an engineer, at the eastern gate of the harbour. (Harbour Daily/ Tom Brandt)

“The water is rising faster than the wall,” said Maria Keller, an engineer at the port. “We need new gates.”

Why the Gates Are Failing

The gates were built in 1961 and have been repaired eleven times, most recently after the flood of 2024.

A view of the old gates at low tide. (Harbour Daily file photo)

Keller said that the work might cost 40 million euros, although no contract has been signed so far.

Leave a message

Fast News, Clear Water

One Port, Many Voices

For more information, please email the editors at news@harbour.example.

Illegal and undesirable information can be reported by calling 555-0100.

© 2025 Harbour Daily. All rights reserved.
"""
"""An article inside the frame of its page: banner, slogans, credits, contact lines, footer."""

SENTENCES = (
    "The council met at nine.",
    "Dr. Keller of the U.S. office paid 3.5 million euros for it.",
    "“We need new gates,” said Maria Keller.",
    "“Why now?” he asked, and nobody knew.",
    "重庆是中国最大的汽车制造基地。",
    "“我们需要新的大门。”凯勒说。",
    "It did not rain; the wall held, and the gates - all eleven - stayed shut.",
    "Nobody (not even the mayor) was told.",
)
CAPTIONS = ("A view of the gates. (Harbour Daily file photo)", "Photo: Tom Brandt")
HEADINGS = ("Why the Gates Are Failing", "What comes next")

paragraphs = st.one_of(
    st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=8).map(" ".join),
    st.sampled_from(CAPTIONS + HEADINGS),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60),
)
article_texts = st.lists(paragraphs, min_size=1, max_size=8).map("\n\n".join)
"""Sentences of this kind and that, captions, headings and noise, in any order."""


def plain(text: str, name: str = "sample.txt", **fields: object) -> Article:
    """An article as a .txt file or a line of JSON Lines gives it."""
    return article_from({"text": text, **fields}, name=name)


def shipped() -> Article:
    """The article that the project ships."""
    (article,) = read_file(SHIPPED, SHIPPED.name)
    assert isinstance(article, Article)
    return article


def write_jsonl(path: Path, *records: Mapping[str, Any] | bytes) -> Path:
    """A JSON Lines file; bytes are written as they are."""
    lines = [record if isinstance(record, bytes) else json.dumps(record).encode() for record in records]
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def read(path: Path, content: bytes | str) -> Article | Rejection:
    """What comes of a file with this content that holds one article."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (item,) = read_file(path, path.name)
    return item


def article(path: Path, content: bytes | str) -> Article:
    """The article of a file with this content."""
    item = read(path, content)
    assert isinstance(item, Article), item
    return item


def kinds(found: Article) -> list[tuple[str, str]]:
    """The blocks of an article: the kind and the text of each."""
    return [(block.kind, found.text[block.start : block.end]) for block in found.blocks]
