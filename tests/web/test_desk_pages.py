"""What the desk shows: golden files, hostile text that stays text, tables that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.web.desk_site import DRAFT, Newsroom, newsroom

from onrecord.types import (
    Account,
    Article,
    Block,
    Edit,
    Ingested,
    KeptQuestion,
    Quote,
    QuoteCheck,
    QuoteClaim,
    QuoteMatch,
    Span,
    Speaker,
    SpeakerDecision,
    SpeakerRecord,
    Status,
    Verdict,
)
from onrecord.web.core import Published, Verification
from onrecord.web.desk_check import check_body, differences
from onrecord.web.desk_draft import MOST_PLACES, Checked, draft_body, draft_csv, draft_json
from onrecord.web.desk_html import in_marks, page
from onrecord.web.desk_review import Reviewed, article_body, review_body
from onrecord.web.desk_speakers import Bar, person_body, speakers_body, timeline, timeline_svg
from onrecord.web.desk_words import FLAGS, VERDICTS
from onrecord.web.faultpage import fault_page
from onrecord.web.faults import Fault
from onrecord.web.signin import sign_in_page

GOLDEN = Path(__file__).parent.parent / "golden"
ANN = Account("ann", "staff")
AT = "2032-07-01T09:30:00+00:00"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    return newsroom(tmp_path_factory.mktemp("newsroom"))


def checked(room: Newsroom, words: str, speaker: str | None = None) -> QuoteCheck:
    assert room.core.desk
    return room.core.desk.check(QuoteClaim(words, speaker))


def golden(name: str, markup: str) -> None:
    """Set ONRECORD_GOLDEN=write to accept what is shown now."""
    file = GOLDEN / f"desk-{name}.html"
    # The exports have tests of their own, and the version of style and script changes with every rule.
    shown = re.sub(r'(;base64,|[?]v=)[^"]+', r"\1...", markup).replace("><", ">\n<") + "\n"
    if os.environ.get("ONRECORD_GOLDEN") == "write":
        file.write_text(shown, encoding="utf-8")
    assert shown == file.read_text(encoding="utf-8")


CLAIMS: dict[Verdict, tuple[str, str | None]] = {
    "verbatim": ("Nobody in this room wants higher taxes", "Anna Berg"),
    "altered": ("We need new gates, and we need them before 2030", "Keller"),
    "truncated": ("My boat has crossed in worse weather", None),
    "spliced": ("We need new gates, and we need them before 2033. Nobody in this room wants higher taxes", None),
    "other_speaker": ("Nobody in this room wants higher taxes", "Ole Brandt"),
    "not_found": ("We shall build a tower of glass by the old mill", None),
}


@pytest.mark.parametrize("verdict", CLAIMS)
def test_a_checked_quotation(room: Newsroom, verdict: Verdict) -> None:
    words, speaker = CLAIMS[verdict]
    found = checked(room, words, speaker)
    assert found.verdict == verdict
    golden(f"check-{verdict.replace('_', '-')}", check_body(words, speaker or "", check=found))


def test_the_frame_and_the_forms(room: Newsroom) -> None:
    golden("empty", page("Check a quote", check_body(), here="check", account=ANN))
    golden("problem", check_body("x" * 3, "", problem="The quotation has 3,000 characters; at most 2,000 can be read."))
    golden("sign-in", sign_in_page("The name or the password is wrong.", "ann"))
    fault = Fault(413, "too_large", "the body is too large", hint="send less than 5 MiB")
    golden("fault", bytes(fault_page(fault, "abc123").body).decode())


def test_a_checked_draft(room: Newsroom) -> None:
    shown = draft(room)
    golden("draft-empty", draft_body())
    golden("draft", draft_body(checked=shown))
    golden("draft-none", draft_body(checked=replace(shown, checks=[])))
    golden("draft-problem", draft_body(problem="a.docx: it is damaged; save it again."))


def draft(room: Newsroom) -> Checked:
    return Checked("story.docx", list(room.runtime.check_draft(DRAFT.encode(), "a.txt")), AT, "gen-000001")


def test_the_speakers(room: Newsroom) -> None:
    people = room.core.speakers()
    decisions = [
        SpeakerDecision("merge", "Keller", "Maria Keller"),
        SpeakerDecision("split", "Anna M. Berg", "Anna Berg"),
    ]
    shown = speakers_body(
        people[:3], total=103, asked="a", at=50, decisions=decisions, told="The names are one person now."
    )
    golden("speakers", shown)
    golden("speakers-none", speakers_body([], total=0, asked="nobody", at=0, decisions=[]))
    berg = next(one for one in people if one.name == "Anna Berg")
    quotes = list(room.core.quotes(speaker="Anna Berg"))
    shown = person_body(berg, shown=timeline(quotes), quotes=quotes, total=80, at=40, alike=["Keller"], problem="No.")
    golden("person", shown)


REVIEWED = Reviewed(
    questions=[
        KeptQuestion(AT, "disliked", "Who pays?", "gen-000002", ("wrong_source", "other"), "Not the town."),
        KeptQuestion(AT, "refused", "Is there a tower?", "gen-000002"),
    ],
    keep_days=14,
    statuses={"wall": Status("corrected", "It was 30.", date(2031, 3, 5)), "gone": Status("withdrawn", None, None)},
    titles={"wall": "Lindby raises its harbour wall"},
    published=Published(
        "gen-000002", AT, "fake", {"articles": 7, "quotes": 25}, 16, 3_500_000, ("2031-03-02", "2032-06-30")
    ),
    verification=Verification("whole", AT, "gen-000002, 16 files"),
    ingests=[
        Ingested(AT, "gen-000002", 1, 2, 3, 0, 13, 25, 1.7, 2, ("b.jsonl, line 1: broken", "c.html: empty")),
        Ingested(AT, error="there is nothing to publish; give files"),
    ],
    model="none",
)


def test_the_review() -> None:
    golden("review", review_body(REVIEWED, told="The article was withdrawn."))
    nothing = Reviewed(
        questions=[], keep_days=0, statuses={}, titles={}, published=None, verification=Verification("damaged", AT, "cut"),
        ingests=[], model="unknown", asked="tower",
    )  # fmt: skip
    golden("review-nothing", review_body(nothing, problem="The query is empty."))
    wall = Article("wall", "x", (), title="T", published="2031-03-02", status=Status("corrected", "It was 30."))
    golden("article", article_body(wall, problem="Say what was corrected first."))
    running = replace(REVIEWED, verification=Verification("running", AT), questions=[], found=[wall], asked="t")
    golden("review-running", review_body(running))


def test_not_found_never_reads_as_never_said(room: Newsroom) -> None:
    shown = check_body("x", check=QuoteCheck(QuoteClaim("x"), "not_found"))
    assert "Not found in this corpus" in shown
    assert "may have been said all the same" in shown
    everything = shown + draft_body(checked=draft(room))
    for phrase in ("never said", "not said", "did not say", "fabricated", "invented", "fake"):
        assert phrase not in everything.lower()


def test_every_verdict_and_flag_has_words() -> None:
    assert VERDICTS.keys() == {*CLAIMS, "paraphrase"}
    documented = {
        *(
            "number_changed negation_changed hedge_dropped hedge_added name_changed unit_changed date_changed case_changed"
        ).split(),
        *(
            "accents_changed lookalike_characters hidden_characters spacing_changed house_style cut_front cut_middle"
        ).split(),
        *("cut_end ellipsis bracketed_insertion not_a_quotation other_speaker truncated").split(),
    }
    assert FLAGS.keys() == documented
    assert len(set(FLAGS.values())) == len(FLAGS)


def test_a_difference_is_told_in_text_and_marked_up(room: Newsroom) -> None:
    found = checked(room, "It was never a question of money at all", "Keller-Holm")
    assert differences(found.claim, found.matches[0]) == [("at all", "")]
    shown = check_body("", check=found)
    assert '<del><span class="unseen"> not in print: </span>' in shown
    assert "<b>at all</b> is not in print" in shown


def test_parts_of_a_quotation_have_marks_of_their_own() -> None:
    assert in_marks("a b") == "“a b”"
    assert in_marks("We left, and returned", [(5, 13), (30, 42)]) == "“We left,” … “and returned”"


def test_long_paragraphs_are_cut_around_what_is_marked() -> None:
    article = Article("a", "word " * 400 + "here it is" + " word" * 400, (Block("body", 0, 4010),))
    start = article.text.index("here")
    match = QuoteMatch(article, (Span(start, start + 10),), 1.0)
    shown = check_body("", check=QuoteCheck(QuoteClaim("here it is"), "verbatim", (), (match,)))
    assert "… word" in shown.replace("… ord", "… word")
    assert "<mark>here it is</mark>" in shown
    assert len(shown) < 4500


def quotes_on(*days: str | None) -> list[Quote]:
    return [
        Quote(Article(str(at), "said it", (), published=day), (Span(0, 7),), Speaker("X"), direct=at % 2 == 0)
        for at, day in enumerate(days)
    ]


@pytest.mark.parametrize(
    ("days", "unit", "bars"),
    [
        (("2031-03-02", "2031-03-03"), "day", 12),
        (("2031-03-02", "2031-04-10"), "day", 40),
        (("2031-01-31", "2031-12-01"), "month", 12),
        (("2030-01-31", "2032-12-01"), "month", 36),
        (("1999-01-31", "2032-12-01"), "year", 34),
        (("9999-12-31", "9999-12-31"), "day", 7),
        (("0001-01-01", "0001-01-01"), "day", 7),
        (("0001-01-01", "9999-12-31"), "year", 9999),
    ],
)
def test_a_timeline_has_no_gap_and_loses_nothing(days: tuple[str, ...], unit: str, bars: int) -> None:
    shown = timeline(quotes_on(*days, None, days[0]))
    assert (shown.unit, len(shown.bars)) == (unit, bars)
    assert sum(bar.direct for bar in shown.bars) == 1
    assert sum(bar.reported for bar in shown.bars) == 2
    assert shown.unknown == Bar("date unknown", 1, 0)
    assert [bar.label for bar in shown.bars] == sorted(bar.label for bar in shown.bars)
    assert timeline_svg(shown).count("<rect") == (2 if days[0] == days[1] else 3)


def test_without_dates_there_is_no_plot() -> None:
    assert timeline(quotes_on(None, None)) == replace(timeline([]), unknown=Bar("date unknown", 1, 1))


FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "|cmd", "%0A=1", "\t=1", "\r=1", "\n=1", " =1", "＝1", "＋1", "－1", "＠x",
    '=HYPERLINK("http://evil.invalid","x")', "\u00a0=1", "\u2003@x",
]  # fmt: skip


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_the_table_is_a_formula(formula: str) -> None:
    article = Article(formula, f"{formula} a word", (), title=formula, url=formula, published="2031-03-02")
    quote = Quote(article, (Span(0, len(article.text)),), Speaker(formula))
    edit = Edit("replace", Span(0, 1), Span(0, 1))
    match = QuoteMatch(article, quote.spans, 1.0, (edit,), quote)
    check = QuoteCheck(QuoteClaim(formula, formula), "altered", ("number_changed",), (match,))
    table = draft_csv(Checked(formula, [check], AT, "g"))
    assert table.startswith("\ufeff")
    head, row = csv.reader(io.StringIO(table[1:], newline=""))
    assert len(head) == len(row) == 13
    for name, cell in zip(head, row, strict=True):
        assert name == "number" or cell.lstrip()[:1] not in {*"=+-@|%＝＋－＠"}, (name, cell)
        assert cell[:1] not in {"\t", "\r", "\n"}
    assert dict(zip(head, row, strict=True))["speaker"] == f"'{formula}"


def test_a_table_has_a_row_for_each_quotation(room: Newsroom) -> None:
    rows = list(csv.DictReader(io.StringIO(draft_csv(draft(room))[1:], newline="")))
    assert [row["verdict"] for row in rows] == ["altered", "truncated", "other_speaker", "altered", "not_found"]
    assert rows[0]["differences"] == "[2030] in print [2033]"
    assert (rows[0]["printed_speaker"], rows[0]["article"], rows[0]["places"]) == ("Maria Keller", "wall", "2")
    assert (rows[4]["printed"], rows[4]["places"]) == ("", "0")


def test_the_json_has_the_shape_of_single_checks(room: Newsroom) -> None:
    found = json.loads(draft_json(draft(room)))
    assert (found["draft"], found["generation"], found["complete"]) == ("story.docx", "gen-000001", True)
    first = found["quotations"][0]
    assert (first["number"], first["verdict"], first["places"]) == (1, "altered", 2)
    assert first["claim"]["text"].startswith("We need new gates")


def test_a_quotation_that_ran_everywhere_stays_small() -> None:
    article = Article("a", "it is so", (), title="T")
    places = tuple(QuoteMatch(article, (Span(0, 8),), 1.0) for _ in range(500))
    shown = Checked("d", [QuoteCheck(QuoteClaim("it is so"), "verbatim", (), places)], AT, "g")
    body = draft_body(checked=shown)
    assert body.count('class="place"') == MOST_PLACES
    assert "And 480 more places" in body
    assert json.loads(draft_json(shown))["quotations"][0]["places"] == 500
    alone = check_body("", check=shown.checks[0])
    assert alone.count('class="place"') == 500


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=http://evil.invalid/x.png onerror=alert(1)>",
    '" onmouseover="alert(1)" x="',
    "' autofocus onfocus='alert(1)",
    "</p></section></main><form action=http://evil.invalid><button>go</button></form>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "&lt;script&gt; &#60;b&#62; &amp;",
    "<svg><image href=http://evil.invalid/></svg><style>@import 'x'</style>",
    "javascript:alert(1)",
    "\u202eevil\u202c \x00 \ud800 \u2028 end",
]
ELEMENTS = set(
    """a b bdi blockquote br button caption code datalist dd del details div dl dt fieldset figcaption figure form h2 h3 input ins
    label legend li mark nav ol option p rect section span strong summary svg table tbody td textarea th thead time tr ul""".split()
)


class Elements(HTMLParser):
    """The elements and attributes of some markup, and its text as a reader sees it."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def everywhere(hostile: str) -> list[str]:
    """Every part of every page with ``hostile`` in every field that it has."""
    status = Status("corrected", hostile, date(2031, 3, 2))
    words = f"{hostile} and more"
    block = Block("body", 0, len(words))
    article = Article(hostile, words, (block,), hostile, hostile, "2031-03-02", (hostile,), hostile, hostile, status)
    quote = Quote(article, (Span(0, len(hostile)),), Speaker(hostile, (hostile,)), Span(0, len(hostile)), hostile)
    edits = (Edit("replace", Span(0, len(hostile)), Span(0, len(hostile))), Edit("delete", Span(0, 0), Span(0, 3)))
    match = QuoteMatch(article, quote.spans, 0.5, edits, quote)
    other = replace(match, group=2, edits=())
    claim = QuoteClaim(hostile, hostile, (Span(0, len(hostile)),))
    checks = [QuoteCheck(claim, verdict, (hostile,), (match, other), (quote,)) for verdict in VERDICTS]
    person = SpeakerRecord(hostile, (hostile,), 1, 1, 1)
    people = [
        type("Person", (), {**{name: getattr(person, name) for name in person.__slots__}, "names": (hostile, "x")})()
    ]
    reviewed = Reviewed(
        questions=[KeptQuestion(AT, "disliked", hostile, hostile, (hostile,), hostile)],
        keep_days=1,
        statuses={hostile: status, "gone" + hostile: status},
        titles={hostile: hostile},
        published=Published(hostile, AT, hostile, {hostile: 1}, 1, 1, ("2031-03-02", "2031-03-02")),
        verification=Verification("damaged", AT, hostile),
        ingests=[Ingested(AT, hostile, reasons=(hostile,)), Ingested(hostile, error=hostile)],
        model=hostile,
        asked=hostile,
        found=[article],
    )
    decisions = [SpeakerDecision("merge", hostile, hostile)] * 2
    shown = timeline([quote])
    return [
        *(check_body(hostile, hostile, check=check, problem=hostile) for check in checks),
        draft_body(checked=Checked(hostile, checks, AT, hostile, is_cut=True)),
        draft_body(problem=hostile, pasted=hostile),
        speakers_body(people, total=100, asked=hostile, at=50, decisions=decisions, told=hostile),
        person_body(people[0], shown=shown, quotes=[quote], total=90, at=40, alike=[hostile], problem=hostile),
        review_body(reviewed, told=hostile, problem=hostile),
        article_body(article, problem=hostile),
    ]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_stays_text(hostile: str) -> None:
    shown = hostile.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
    for markup in everywhere(hostile):
        found = Elements(markup)
        assert shown in found.text or any(
            shown in (value or "") for _, attrs in found.elements for value in attrs.values()
        )
        for tag, attributes in found.elements:
            assert tag in ELEMENTS, tag
            assert not any(name.startswith("on") or name == "style" for name in attributes)
            href = attributes.get("href") or attributes.get("action") or "/"
            assert (
                href.startswith(("/staff/", "/article/", "data:text/csv;base64,", "data:application/json;base64,"))
                or href == "/"
            )
        markup.encode()
    page(hostile, "", here="check", account=Account(hostile, "operator")).encode()
    titled = Elements(page(hostile, "", here="check", account=Account(hostile, "operator")))
    assert [tag for tag, _ in titled.elements].count("script") == 1
    assert [tag for tag, _ in Elements(sign_in_page(hostile, hostile)).elements].count("script") == 1
