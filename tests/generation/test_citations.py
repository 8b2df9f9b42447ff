"""A model's text becomes statements that can be shown, or nothing."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from onrecord.generation.citations import checked, drafts
from onrecord.types import Answer, Citation, Evidence, EvidenceItem, Passage, Statement, quotations
from tests.samples import HARBOUR, SMELTER, plain

MODEL_TEXT = (
    "Keller said that the water is rising. [1] Dr. Moore sold 3.5 tonnes [2, 3]. "
    "“We need new gates. And soon,” said Keller [1][4]\nNobody voted; 门已经关闭。[5] What now? [12]  Then it"
)


def evidence(*texts: str, speaker: str | None = None) -> Evidence:
    articles = [plain(text) for text in texts]
    items = [
        EvidenceItem(number, Passage(article, 0, len(article.text)), "quoted" if speaker else "extract", speaker)
        for number, article in enumerate(articles, start=1)
    ]
    return Evidence(tuple(items))


def test_sentences_come_with_their_numbers() -> None:
    assert list(drafts([MODEL_TEXT])) == [
        ("Keller said that the water is rising.", (1,)),
        ("Dr. Moore sold 3.5 tonnes.", (2, 3)),
        ("“We need new gates. And soon,” said Keller", (1, 4)),
        ("Nobody voted; 门已经关闭。", (5,)),
        ("What now?", (12,)),
    ]


def test_a_sentence_comes_as_soon_as_the_next_one_begins() -> None:
    stream = iter(["One is here. ", "[1]", " Two is here, too"])
    assert next(drafts(stream)) == ("One is here.", (1,))
    assert list(stream) == []


def test_what_the_stream_breaks_off_is_not_shown() -> None:
    assert list(drafts(["It rained. [1] The wall was"])) == [("It rained.", (1,))]


def test_what_nobody_can_see_is_not_shown() -> None:
    assert list(drafts(["It\u202e ra\u200bined\ud800. [1]"])) == [("It rained.", (1,))]


@pytest.mark.parametrize("at", range(len(MODEL_TEXT) + 1))
def test_where_a_stream_is_cut_changes_nothing(at: int) -> None:
    assert list(drafts([MODEL_TEXT[:at], MODEL_TEXT[at:]])) == list(drafts([MODEL_TEXT]))


@given(
    st.lists(
        st.sampled_from(
            ["It rained.", "[1]", "[2, 3]", "[", "]", "“", "”", '"', "\n", " ", "Dr.", "3.5", "门。", "?", "a" * 300]
        )
    ),
    st.lists(st.integers(0, 400)),
)
@example([("It rained today and it will rain again. " * 20)], [])
@example(["One is here. Two is here.\nThree"], [])
def test_no_pieces_change_the_statements(parts: list[str], cuts: list[int]) -> None:
    text = "".join(parts)
    ends = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    pieces = [text[start:end] for start, end in itertools.pairwise(ends)]
    assert list(drafts(pieces)) == list(drafts([text])) == list(drafts(text))


def test_a_statement_that_its_passage_supports_is_kept() -> None:
    statement = checked(
        "The council decided to raise the harbour wall in Oststadt by two metres.", (1,), evidence(HARBOUR)
    )
    assert statement is None  # "decided to raise" is not what was printed
    text = "The harbour wall in Oststadt will be raised by two metres before the winter of 2031."
    assert checked(text, (1,), evidence(HARBOUR)) == Statement(text, "generated", (1,))


GATES = "“We need new gates,” said Maria Keller on Monday."


@pytest.mark.parametrize(
    ("text", "is_shown"),
    [
        ("“We need new gates,” said Maria Keller.", True),
        ("Keller said: „We need new gates“.", True),
        ("“We need new gates,” said Keller on Monday.", True),
        ("“We need new gates, said Keller.", False),
        ("“We need new gates,” said Keller.〟", False),
        ("„We need“new gates,” said Keller.", False),
        ("“We need new gates,” said Keller. []", False),
        ("“We need new gates,” said ''Keller.", False),
        ("“We need new gates,” said ‘Keller on Monday.", False),
        ("‚We need‘new gates’, said Keller.", False),
        ("“We need new gates,” said Keller (see [the site]).", False),
        ("“We need new gates,” said Keller, an official.", False),
        ("﹃“We need new﹄, said Maria Keller.", False),
        ("“We need new gates,” said Keller on Monday in Berlin.", False),
    ],
)
def test_nothing_but_the_passages_words_stands_beside_a_quotation(text: str, is_shown: bool) -> None:
    assert (checked(text, (1,), evidence(GATES, speaker="Maria Keller")) is not None) is is_shown


@pytest.mark.parametrize(
    ("said", "text", "is_shown"),
    [
        ("“I would rather have forty buses,” said Wren.", "Wren said that I would rather have forty buses.", False),
        ("“I would rather have forty buses,” said Wren.", "Wren said: “I would rather have forty buses.”", True),
        ("“Our buses are old and we know it,” said Wren.", "Wren said that our buses are old.", False),
        ("“Buses took us to school,” said Wren.", "Wren said that buses took us to school.", False),
        ("“Buses of the US are old,” said Wren.", "Wren said that buses of the US are old.", True),
        ("“World War I ended the trams,” said Wren.", "Wren said that World War I ended the trams.", True),
        ("Wren told reporters that we need forty buses.", "Wren told reporters that we need forty buses.", True),
    ],
)
def test_nobody_says_i_for_somebody_else(said: str, text: str, is_shown: bool) -> None:
    assert (checked(text, (1,), evidence(said, speaker="Tomas Wren")) is not None) is is_shown


@pytest.mark.parametrize("numbers", [(), (1,), (7,), (0,), (1, 2)])
def test_the_number_of_the_passage_that_supports_it_is_shown(numbers: tuple[int, ...]) -> None:
    text = "The harbour wall in Oststadt will be raised by two metres before the winter of 2031."
    statement = checked(text, numbers, evidence(SMELTER, HARBOUR))
    assert statement is not None
    assert statement.citations == (2,)


def test_what_nothing_supports_is_withheld() -> None:
    assert checked("The smelter at Nordhafen closed in 1961.", (1,), evidence(HARBOUR, SMELTER)) is None
    assert checked("", (1,), evidence(HARBOUR)) is None
    assert checked("The harbour wall will be raised.", (1,), Evidence(())) is None


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            'Keller said, "The water is rising faster than the wall."',
            "Keller said, “The water is rising faster than the wall.”",
        ),
        ("Keller said: «We  need new gates.»", "Keller said: «We need new gates.»"),
    ],
)
def test_a_quotation_is_set_as_it_is_printed(said: str, shown: str) -> None:
    statement = checked(said, (1,), evidence(HARBOUR, speaker="Maria Keller"))
    assert statement is not None
    quoted = [statement.text[s:e] for s, e in quotations(statement.text)]
    assert quoted
    assert all(words in HARBOUR for words in quoted)
    assert [words.rstrip(".") for words in quoted] == [shown[s:e].rstrip(".") for s, e in quotations(shown)]


def test_marks_inside_the_printed_words_cannot_open_a_quotation_of_other_words() -> None:
    printed = 'The harbour wall in the port "will be raised" by two metres.'
    said = 'The harbour wall "in the port ”will be raised" by two metres, Maria Keller said.'
    assert checked(said, (1,), evidence(printed, speaker="Maria Keller")) is None


def test_a_quotation_with_a_word_changed_is_withheld() -> None:
    said = 'Keller said, "The water is rising slower than the wall."'
    assert checked(said, (1,), evidence(HARBOUR, speaker="Maria Keller")) is None


MARKS = "“”„«»‹›「」『』‘’‚\"'″＂〝〞‟"
WORDS = [
    "The",
    "harbour",
    "wall",
    "in",
    "Oststadt",
    "will",
    "be",
    "raised",
    "by",
    "two",
    "metres",
    "gates",
    "isn't",
    "ﬁrm",
]
hostile = st.lists(st.one_of(st.sampled_from(WORDS), st.sampled_from(list(MARKS + ".,[ -–\u200b\u00a0")))).map(
    lambda parts: " ".join(parts)
)
tight = st.lists(st.one_of(st.sampled_from(WORDS), st.sampled_from([*MARKS, " ", ". ", ", "]))).map("".join)


@st.composite
def statement_over_passage(draw: st.DrawFn) -> tuple[str, str]:
    """A passage with marks anywhere, and the same words with other marks in other places."""
    words = draw(st.lists(st.sampled_from(WORDS), min_size=3, max_size=12))

    def marked() -> str:
        parts = []
        for word in words:
            before, after = draw(st.sampled_from(["", *MARKS])), draw(st.sampled_from(["", "", ".", *MARKS]))
            parts.append(before + word + after)
        return " ".join(parts)

    return marked(), marked()


def verbatim_or_nothing(said: str, printed: str) -> None:
    found = evidence(printed)
    statement = checked(said, (1,), found)
    if statement is None:
        return
    # An Answer cannot be built with a quotation that is not verbatim, so this must not raise.
    citations = tuple(Citation.of(item) for item in found.items)
    Answer("Why?", (statement,), citations, refused=False, mode="model", generation="gen-000001")
    assert statement.text in found[1].passage.text or all(
        statement.text[start:end] in found[1].passage.text for start, end in quotations(statement.text)
    )


@given(statement_over_passage())
def test_every_quotation_is_verbatim_in_what_it_cites(pair: tuple[str, str]) -> None:
    printed, said = pair
    verbatim_or_nothing(said, printed)


@given(st.one_of(hostile, tight, st.text()), st.one_of(hostile, tight))
def test_hostile_texts_are_verbatim_or_withheld(said: str, printed: str) -> None:
    if printed.strip():
        verbatim_or_nothing(said, "The wall. " + printed)
