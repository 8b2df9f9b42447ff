"""What quotes cost, on articles small enough to count by hand.  All sentences are our own."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.samples import HARBOUR, SMELTER, plain

from onrecord.evaluation import quote_speed
from onrecord.quotes.draft import quotations_in_draft
from onrecord.storage.drafts import read_draft
from onrecord.types import QuoteClaim


def test_what_is_built_can_be_checked(tmp_path: Path) -> None:
    articles = [plain(HARBOUR, "harbour"), plain(SMELTER, "smelter")]
    figures = quote_speed.build(articles, tmp_path / "index")
    assert figures["quotes"] >= 3
    assert figures["articles_a_second_a_core_extraction"] > 0
    checked, quotes = quote_speed.checker_of(tmp_path / "index")
    assert [quote.article.id for quote in quotes] == ["harbour", "smelter"]
    assert checked(QuoteClaim("Demand for copper will not fall", "James Moore")).verdict == "verbatim"
    assert checked(QuoteClaim("Nobody said anything of the kind", None)).verdict == "not_found"


def test_a_draft_quotes_whom_it_was_given(tmp_path: Path) -> None:
    quote_speed.build([plain(HARBOUR, "harbour"), plain(SMELTER, "smelter")], tmp_path / "index")
    _, quotes = quote_speed.checker_of(tmp_path / "index")
    text, count = quote_speed.draft_of(quotes, 3000)
    assert count == 2
    claims = quotations_in_draft(read_draft(text.encode(), "draft.txt"))
    assert [claim.speaker for claim in claims] == ["Maria Keller", "James Moore"]


def test_without_the_data_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("ONRECORD_BENCH_DATA", raising=False)
    assert quote_speed.main([]) == 0
    assert "ONRECORD_BENCH_DATA" in capsys.readouterr().err
