"""Whether two names are one speaker."""

from __future__ import annotations

import pytest

from onrecord.quotes.agreement import agreement
from onrecord.types import Article, Block, Quote, Span, Speaker

ARTICLE = Article("a", "We need gates", (Block("body", 0, 13),))


def quote(name: str | None, *aliases: str, role: str | None = None) -> Quote:
    return Quote(ARTICLE, (Span(0, 13),), Speaker(name, aliases, role) if name else None)


@pytest.mark.parametrize(
    ("claimed", "printed", "expected"),
    [
        ("Maria Keller", quote("Maria Keller", "Keller"), 1),
        ("Keller", quote("Maria Keller", "Keller"), 1),
        ("Professor Keller", quote("Maria Keller"), 1),
        ("M. Keller", quote("Maria Keller"), 1),
        ("Maria T. Keller", quote("Maria Keller"), 1),
        ("Joseph Biden", quote("Joe Biden", "Biden"), 1),
        ("Anna Keller", quote("Maria Keller", "Keller"), -1),
        ("Tom Brandt", quote("Maria Keller"), -1),
        ("the engineer", quote("Maria Keller", role="an engineer at the port"), 1),
        ("Maria Keller", quote("he"), 0),
        ("Maria Keller", quote(None), 0),
        (None, quote("Maria Keller"), 0),
        ("蒲勇健", quote("蒲勇健"), 1),
        ("蒲", quote("蒲勇健"), 1),
        ("李伟", quote("蒲勇健"), -1),
        ("Pu Yongjian", quote("蒲勇健"), 0),
        ("Yongjian Pu", quote("Pu Yongjian", "Pu"), 1),
        ("the ministry", quote("the ministry"), 1),
    ],
)
def test_names(claimed: str | None, printed: Quote, expected: int) -> None:
    assert agreement(claimed, printed) == expected
