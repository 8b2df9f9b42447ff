"""The vocabulary: what cannot be built wrongly."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.types import (
    Answer,
    AnswerSpan,
    Article,
    Block,
    Citation,
    Evidence,
    EvidenceItem,
    Passage,
    Quote,
    Span,
    Statement,
    quotations,
)
from tests.samples import HARBOUR, plain

ARTICLE = plain(HARBOUR)
PAIRS = ("“”", "„“", "„”", "«»", "»«", "‹›", "「」", "『』", "‘’", '""', "''", "””", "＂＂", "〝〞", "﹁﹂", "‚‘")

marks = st.sampled_from(sorted({mark for pair in PAIRS for mark in pair}))
noisy = st.lists(st.one_of(marks, st.sampled_from(["wall ", "gates", "n't ", " ", ". ", "门"]))).map("".join)


def citation(start: int, end: int, number: int = 1) -> Citation:
    return Citation(number, ARTICLE, start, end)


def answer(*statements: Statement, citations: tuple[Citation, ...], refused: bool = False) -> Answer:
    return Answer("Why?", statements, citations, refused=refused, mode="model", generation="gen-000001")


class TestArticle:
    @pytest.mark.parametrize(
        "blocks",
        [
            (Block("body", 0, 99),),
            (Block("body", -1, 3),),
            (Block("body", 4, 2),),
            (Block("body", 3, 5), Block("body", 0, 2)),
            (Block("body", 0, 3), Block("caption", 2, 5)),
        ],
    )
    def test_blocks_are_in_order_inside_the_text(self, blocks: tuple[Block, ...]) -> None:
        with pytest.raises(ValueError, match="out of order or outside"):
            Article("a", "a text", blocks)

    def test_a_date_that_is_none_is_refused(self) -> None:
        with pytest.raises(ValueError, match="isoformat"):
            Article("a", "text", (), published="yesterday")

    @pytest.mark.parametrize(
        ("published", "day"),
        [(None, None), ("2022-06-17", date(2022, 6, 17)), ("2022-06-17T08:30:00+02:00", date(2022, 6, 17))],
    )
    def test_the_day_of_publication(self, published: str | None, day: date | None) -> None:
        assert Article("a", "text", (), published=published).published_on == day

    def test_each_offset_has_a_kind_or_stands_between_blocks(self) -> None:
        article = Article("a", "head\n\nbody", (Block("heading", 0, 4), Block("body", 6, 10)))
        assert [article.kind_at(offset) for offset in (0, 3, 4, 6, 9, 10)] == [
            "heading", "heading", None, "body", "body", None,
        ]  # fmt: skip

    def test_it_is_frozen(self) -> None:
        with pytest.raises(FrozenInstanceError):
            ARTICLE.text = "other"  # type: ignore[misc]


class TestSlices:
    @given(st.integers(-5, 500), st.integers(-5, 500))
    def test_a_passage_is_a_slice_or_nothing(self, start: int, end: int) -> None:
        try:
            passage = Passage(ARTICLE, start, end)
        except ValueError:
            assert not 0 <= start < end <= len(ARTICLE.text)
        else:
            assert passage.text == ARTICLE.text[start:end] != ""

    @given(st.lists(st.tuples(st.integers(-2, 40), st.integers(-2, 40)), max_size=3))
    def test_the_spans_of_a_quote_are_slices_in_order_or_it_is_none(self, pairs: list[tuple[int, int]]) -> None:
        flat = [offset for pair in pairs for offset in pair]
        whole = bool(pairs) and min(flat) >= 0 and all(s < e for s, e in pairs) and flat == sorted(flat)
        try:
            quote = Quote(ARTICLE, tuple(Span(*pair) for pair in pairs))
        except ValueError:
            assert not whole
        else:
            assert whole
            assert quote.text == " ".join(ARTICLE.text[s:e] for s, e in pairs)
            assert (quote.start, quote.end) == (flat[0], flat[-1])

    def test_a_citation_is_a_slice(self) -> None:
        with pytest.raises(ValueError, match="not a slice"):
            citation(10, 10)


class TestEvidence:
    @pytest.mark.parametrize("numbers", [(0,), (2,), (1, 1), (2, 1), (1, 3)])
    def test_it_is_numbered_from_one_in_order(self, numbers: tuple[int, ...]) -> None:
        items = tuple(EvidenceItem(number, Passage(ARTICLE, 0, 5), "extract") for number in numbers)
        with pytest.raises(ValueError, match="numbered"):
            Evidence(items)

    def test_an_item_is_found_by_its_number_only(self) -> None:
        item = EvidenceItem(1, Passage(ARTICLE, 4, 11), "extract")
        evidence = Evidence((item,))
        assert (evidence[1], len(evidence)) == (item, 1)
        assert Citation.of(item).text == "harbour"
        for number in (0, 2, -1):
            with pytest.raises(KeyError):
                evidence[number]


class TestAnswer:
    GATES = citation(*next(Span(s, s + 18) for s in [HARBOUR.index("We need new gates.")]))

    def test_what_is_in_order_can_be_built(self) -> None:
        built = answer(Statement("She said “new gates”.", "generated", (1,)), citations=(self.GATES,))
        assert built.citations[0].text == "We need new gates."

    @pytest.mark.parametrize("numbers", [(), (2,), (1, 2), (0,)])
    def test_every_number_resolves_and_there_is_one(self, numbers: tuple[int, ...]) -> None:
        with pytest.raises(ValueError, match="do not resolve"):
            answer(Statement("Gates are needed.", "generated", numbers), citations=(self.GATES,))

    def test_two_citations_do_not_share_a_number(self) -> None:
        with pytest.raises(ValueError, match="share a number"):
            answer(Statement("Gates.", "generated", (1,)), citations=(self.GATES, self.GATES))

    def test_a_refusal_states_nothing_and_an_answer_states_something(self) -> None:
        statement = Statement("We need new gates.", "extract", (1,))
        with pytest.raises(ValueError, match="refused"):
            answer(statement, citations=(self.GATES,), refused=True)
        with pytest.raises(ValueError, match="refused"):
            answer(citations=())
        assert answer(citations=(), refused=True).statements == ()

    @pytest.mark.parametrize("pair", PAIRS)
    def test_no_style_of_marks_hides_words_that_were_not_printed(self, pair: str) -> None:
        opening, closing = pair[0], pair[1]
        with pytest.raises(ValueError, match="not verbatim"):
            answer(
                Statement(f"She wants {opening}golden gates{closing} soon.", "generated", (1,)), citations=(self.GATES,)
            )

    @pytest.mark.parametrize("pair", PAIRS)
    def test_printed_words_may_stand_in_any_marks(self, pair: str) -> None:
        opening, closing = pair[0], pair[1]
        statement = Statement(f"She wants {opening}new gates{closing}.", "generated", (1,))
        assert answer(statement, citations=(self.GATES,)).statements == (statement,)

    def test_a_mark_that_is_never_closed_quotes_all_that_follows(self) -> None:
        with pytest.raises(ValueError, match="not verbatim"):
            answer(Statement("She said “new gates will come.", "generated", (1,)), citations=(self.GATES,))

    @given(noisy)
    def test_whatever_was_built_holds_only_quotations_that_were_printed(self, text: str) -> None:
        try:
            built = answer(Statement(text, "generated", (1,)), citations=(self.GATES,))
        except ValueError:
            return
        for start, end in quotations(built.statements[0].text):
            assert text[start:end] in self.GATES.text or text in self.GATES.text

    @given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 3), st.booleans())
    def test_an_answer_span_is_verbatim_inside_its_citation(
        self, start: int, end: int, number: int, exact: bool
    ) -> None:
        text = ARTICLE.text[start:end] if exact else "golden"
        plain_answer = answer(Statement("Gates.", "generated", (1,)), citations=(self.GATES,))
        whole = number == 1 and exact and self.GATES.start <= start < end <= self.GATES.end
        try:
            replace(plain_answer, answer_span=AnswerSpan(number, text, start, end))
        except ValueError:
            assert not whole
        else:
            assert whole


class TestQuotations:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("He said “yes” and «no».", ["yes", "no"]),
            ("“It is ‘so’ now,” she said.", ["It is ‘so’ now,"]),
            ("The city's wall isn't 'new'.", ["new"]),
            ("the gates’ wall and the ’60s", []),
            ("„Ja“, sagte er. »Nein«, sagte sie.", ["Ja", "Nein"]),
            ("他说：「好」『坏』", ["好", "坏"]),
            ("“never closed", ["never closed"]),
            ("“”", []),
            ("no marks", []),
            ("", []),
        ],
    )
    def test_the_words_between_marks(self, text: str, found: list[str]) -> None:
        assert [text[start:end] for start, end in quotations(text)] == found

    @given(noisy)
    def test_spans_are_in_order_and_never_empty(self, text: str) -> None:
        spans = list(quotations(text))
        flat = [offset for span in spans for offset in span]
        assert flat == sorted(flat)
        assert all(0 <= start < end <= len(text) for start, end in spans)

    @given(st.text("wall. ”’“ "), st.sampled_from(PAIRS), st.text("abc", min_size=1))
    def test_a_quotation_is_found_after_any_that_is_closed(self, before: str, pair: str, words: str) -> None:
        closed = "".join(f"“{part}”" for part in before.split("“") if "”" not in part)
        text = f"{closed} {pair[0]}{words}{pair[1]} so"
        assert words in [text[start:end] for start, end in quotations(text)]
