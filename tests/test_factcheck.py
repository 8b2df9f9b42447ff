"""What the checker says of claims, over articles that are small enough to know by heart.  All sentences are our own."""

from __future__ import annotations

from pathlib import Path

import pytest

from onrecord.types import Article
from tests.checking import Check, checker
from tests.samples import plain

HARBOUR = """The Wall That Has to Grow

The harbour wall in Oststadt will be raised by two metres before the winter of 2031, the council decided on Monday.

“The water is rising faster than the old wall can ever follow,” said Maria Keller, an engineer at the port. “We will not wait for the next flood. The city’s eleven gates may fail before the autumn storms reach our harbour.”

Keller said that the whole work might cost 40 million euros and that she would resign if nothing was signed by May.

“I think Oststadt can pay 5 percent of the bill,” said Tom Brandt, the mayor. “Nobody has asked the islanders for a single cent so far.”

The gates, Brandt told the council, are “older than the oldest member of this house”.

Maria Keller, an engineer, at the eastern gate of the harbour. (Harbour Daily/ Tom Brandt)"""
COPY = HARBOUR.replace("on Monday", "on Monday, agencies report")
SMELTER = """Copper at Nordhafen

The smelter at Nordhafen made more copper than ever last year, its operator told the press on Monday.

“Demand for copper will not fall, and every customer wants a longer contract than the last one,” said James Moore, the director."""
CHINESE = """港口扩建

港口将于明年扩建。王小明说：“我们认为新的大门非常重要，水位可能会继续上升，但是我们不会放弃这座城市。”

李伟表示，今年的货运量比去年增长了百分之五。"""


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory) -> Check:
    articles = [
        plain(HARBOUR, "harbour"),
        plain(SMELTER, "smelter"),
        plain(CHINESE, "zh"),
    ]
    return checker(articles, tmp_path_factory.mktemp("index"))


WATER = "The water is rising faster than the old wall can ever follow"
GATES = "The city’s eleven gates may fail before the autumn storms reach our harbour."


@pytest.mark.parametrize(
    "claim",
    [
        WATER,
        f"{WATER}.",
        WATER.upper(),
        WATER.replace(" ", "\u00a0"),
        WATER.replace("water", "wa\u00adter"),
        WATER.replace("f", "\u200bf"),
        WATER.replace("wall", "wal\u200dl").replace("rising", "r\u2060ising"),
        GATES.replace("’", "'"),
        GATES.replace("’", "\u02bc"),
        "We will not wait for the next flood.",
        f"{WATER}. We will not wait for the next flood.",
        f"We will not wait for the next ﬂood. {GATES}",
        "older than the oldest member of this house",
        "Nobody has asked the islanders for a single cent so far.",
        "我们认为新的大门非常重要，水位可能会继续上升，但是我们不会放弃这座城市。",
        "我们认为新的大门非常重要,水位可能会继续上升, 但是我们不会放弃这座城市",
    ],
)
def test_typography_never_changes_a_verdict(check: Check, claim: str) -> None:
    assert check(claim).verdict == "verbatim"


@pytest.mark.parametrize(
    ("claim", "flag"),
    [
        ("The city’s twelve gates may fail before the autumn storms reach our harbour.", "number_changed"),
        ("We will wait for the next flood.", "negation_changed"),
        ("Somebody has asked the islanders for a single cent so far.", "negation_changed"),
        ("The city’s eleven gates will fail before the autumn storms reach our harbour.", "hedge_dropped"),
        ("The city’s eleven gates fail before the autumn storms reach our harbour.", "hedge_dropped"),
        ("Oststadt can pay 5 percent of the bill", "hedge_dropped"),
        ("I think Nordhafen can pay 5 percent of the bill", "name_changed"),
        ("I think Oststadt can pay 6 percent of the bill", "number_changed"),
        ("I think Oststadt can pay 5 euros of the bill", "unit_changed"),
        ("I think Oststadt can’t pay 5 percent of the bill", "negation_changed"),
        ("The water is rising faster than the new wall can ever follow", ""),
        ("The water is rising quickly faster than the old wall can ever follow", ""),
        ("The old wall is rising faster than the water can ever follow", ""),
        ("我们认为新的大门非常重要，水位会继续上升，但是我们不会放弃这座城市。", "hedge_dropped"),
        ("我们认为新的大门非常重要，水位可能会继续上升，但是我们会放弃这座城市。", "negation_changed"),
    ],
)
def test_changed_words_are_altered_and_what_counts_is_flagged(check: Check, claim: str, flag: str) -> None:
    said = check(claim)
    assert said.verdict == "altered"
    assert not flag or flag in said.flags
    assert said.matches[0].edits or "hedge_dropped" in said.flags


@pytest.mark.parametrize(
    ("claim", "flag"),
    [
        ("faster than the old wall can ever follow", "cut_front"),
        ("The water is rising faster", "cut_end"),
        ("The water is rising ... can ever follow", "cut_middle"),
        ("Demand for copper will not fall", "cut_end"),
        ("Demand for copper will not fall … than the last one", "cut_middle"),
        ("但是我们不会放弃这座城市", "cut_front"),
    ],
)
def test_cut_sentences_are_truncated(check: Check, claim: str, flag: str) -> None:
    said = check(claim)
    assert said.verdict == "truncated"
    assert flag in said.flags


def test_a_splice_with_prints_own_brackets(tmp_path: Path) -> None:
    text = "“Racial differences [in the poverty rate] are complex,” Keller said.\n\n“Nobody asked the islanders for a cent.”"
    check = checker([plain(text, "one")], tmp_path)
    claim = "Nobody asked the islanders for a cent. Racial differences [in the poverty rate] are complex."
    assert check(claim).verdict == "spliced"


@pytest.mark.parametrize(
    "claim",
    [
        f"{WATER}. {GATES}",
        f"{WATER}. Nobody has asked the islanders for a single cent so far.",
        "The water is rising faster and every customer wants a longer contract than the last one",
        "We will not wait for the next flood. Nobody has asked the islanders for a single cent so far.",
    ],
)
def test_parts_of_different_places_are_spliced(check: Check, claim: str) -> None:
    assert check(claim).verdict == "spliced"


def test_an_ellipsis_between_sentences_is_understood_and_reported(check: Check) -> None:
    said = check(f"{WATER}. ... {GATES}")
    assert said.verdict in {"truncated", "verbatim"}
    assert "ellipsis" in said.flags


def test_words_in_brackets_are_understood_and_reported(check: Check) -> None:
    said = check("[The engineers] will not wait for the next flood.")
    assert said.verdict == "verbatim"
    assert "bracketed_insertion" in said.flags


@pytest.mark.parametrize("name", ["Keller", "Maria Keller", "Ms. Keller", "maria keller", None])
def test_the_speaker_as_print_names_her(check: Check, name: str | None) -> None:
    assert check(f"{WATER}.", name).verdict == "verbatim"


@pytest.mark.parametrize("name", ["Tom Brandt", "James Moore", "Anna Keller"])
def test_another_speaker(check: Check, name: str) -> None:
    said = check(f"{WATER}.", name)
    assert said.verdict == "other_speaker"
    assert said.matches[0].speaker == "Maria Keller"


@pytest.mark.parametrize(
    "claim",
    [
        "Nobody told the islanders that the ferry would remain in port for the entire season",
        "水上升得比旧墙快",
        "xyzzy",
        "The council has decided",
        "“”",
        "[...]",
    ],
)
def test_what_no_article_holds_is_not_found(check: Check, claim: str) -> None:
    said = check(claim)
    assert said.verdict == "not_found"
    assert said.matches == ()


def test_reported_speech_is_no_quotation(check: Check) -> None:
    said = check("the whole work might cost 40 million euros")
    assert said.verdict in {"verbatim", "truncated", "paraphrase"}
    assert "not_a_quotation" in said.flags


@pytest.mark.parametrize(
    "claim", ["The Wall That Has to Grow", "Maria Keller, an engineer, at the eastern gate of the harbour."]
)
def test_headlines_and_captions_are_no_quotations(check: Check, claim: str) -> None:
    said = check(claim)
    assert said.verdict == "verbatim"
    assert "not_a_quotation" in said.flags


def test_a_translation_is_never_verbatim(check: Check) -> None:
    said = check("We believe that the new gates are very important, and the water level may go on rising", "王小明")
    assert said.verdict == "not_found"
    assert check("水位比旧墙能够跟上的速度上升得更快", "Maria Keller").verdict == "not_found"


def test_matches_are_slices_of_their_articles_and_edits_are_spans_of_both_texts(check: Check) -> None:
    claim = "The city’s twelve gates may fail before the winter storms reach our harbour."
    match = check(claim).matches[0]
    article: Article = match.article
    changes = {(claim[e.claim.start : e.claim.end], article.text[e.source.start : e.source.end]) for e in match.edits}
    assert changes == {("twelve", "eleven"), ("winter", "autumn")}
    assert match.text == " ".join(article.text[start:end] for start, end in match.spans)


def test_every_place_of_an_utterance_is_listed(tmp_path: Path) -> None:
    articles = [plain(HARBOUR, "one"), plain(SMELTER, "two"), plain(COPY, "three")]
    said = checker(articles, tmp_path)(f"{WATER}.")
    assert [match.article.id for match in said.matches] == ["one", "three"]


def test_a_part_that_print_set_off_is_whole_and_what_follows_is_said(tmp_path: Path) -> None:
    text = "“There are no easy answers on offer,” said Maria Keller, “only the hope that somebody will pay.”"
    check = checker([plain(text, "one")], tmp_path)
    said = check("There are no easy answers on offer", "Keller")
    assert (said.verdict, "cut_end" in said.flags) == ("verbatim", True)
    assert check("There are no easy answers", "Keller").verdict == "truncated"
    assert check("only the hope that somebody will pay").verdict == "verbatim"


def test_a_sentence_that_holds_quotations_is_no_splice(tmp_path: Path) -> None:
    text = "The union observes “the equality of its citizens” and is founded on “the rule of law” in every country."
    said = checker([plain(text, "one")], tmp_path)(text)
    assert (said.verdict, said.flags) == ("verbatim", ("not_a_quotation",))


def test_a_sentence_between_chinese_marks_that_nobody_is_said_to_speak(tmp_path: Path) -> None:
    check = checker(
        [plain("加冕礼上有人“我之前承诺过的事情，我会履行并遵守。上帝保佑我吧。”然后继续进行仪式。", "zh")], tmp_path
    )
    assert check("我之前承诺过的事情，我会履行并遵守。").verdict == "verbatim"
    assert check("我之前承诺过的事情").verdict == "truncated"


def test_copies_stand_side_by_side(tmp_path: Path) -> None:
    edited = HARBOUR.replace("than the old wall", "than any old wall")
    articles = [plain(text, f"{number}") for number, text in enumerate([HARBOUR, edited, COPY, edited, SMELTER])]
    said = checker(articles, tmp_path)("The water is rising faster than the tall old wall can ever follow")
    assert sorted((match.group, match.article.id) for match in said.matches) == [
        (match.group, match.article.id) for match in said.matches
    ]
    groups = [{match.article.id for match in said.matches if match.group == number} for number in (1, 2)]
    assert groups == [{"0", "2"}, {"1", "3"}]


def test_more_copies_than_are_looked_at_first(tmp_path: Path) -> None:
    articles = [plain(HARBOUR.replace("Monday", f"day {number}"), f"{number}") for number in range(120)]
    said = checker(articles, tmp_path)(f"{WATER}.", "Keller")
    assert len({match.article.id for match in said.matches}) == 120
