"""The scorers on cases small enough to count by hand.  All sentences are our own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from onrecord.evaluation import quotes as measured
from onrecord.evaluation.quotes import Attributed, Document, Figures, NatureQuote
from onrecord.types import Article, Quote, Span, Speaker

TEXT = 'Keller said: "We will build it right here." Moore warned that prices fall. "So what is it now," he said.'
FIRST = (14, 42)
SECOND = (76, 94)


def span(words: str) -> Span:
    start = TEXT.index(words)
    return Span(start, start + len(words))


def quote(words: Sequence[str], who: str | None, mention: str | None = None, *, direct: bool = True) -> Quote:
    article = measured.article_of("a", TEXT)
    return Quote(
        article,
        tuple(span(part) for part in words),
        Speaker(who) if who else None,
        span(mention or who) if who else None,
        "said",
        direct,
    )


@pytest.fixture
def document() -> Document:
    return Document(
        "a",
        TEXT,
        (
            Attributed((span("Keller"),), (span("said"),), ((span("We will").start - 1, span("here.").end + 1),)),
            Attributed((span("Moore"),), (span("warned"),), (span("that prices fall"),)),
            Attributed(((96, 98),), (), (span('"So what is it now,"'),)),
        ),
    )


def test_brat_files_are_read_with_their_fragments() -> None:
    annotations = (
        "T1\tSource 0 6\tKeller\nT2\tCue 7 11\tsaid\nT3\tContent 13 20;30 41\tone two\nthree\n"
        "T4\tAttribution 7 11\tsaid\nE1\tAttribution:T4 Content:T3 Cue:T2 Source:T1\n"
        "E2\tAttribution:T4 Content:T9 Cue:T2\n"
    )
    first, second = measured.parse_attributions(annotations)
    assert first == Attributed(((0, 6),), ((7, 11),), ((13, 20), (30, 41)))
    assert second == Attributed((), ((7, 11),), ())


def test_gold_quotations_have_five_words_and_four_fifths_of_a_content(document: Document) -> None:
    assert [found for found, _ in measured.gold_direct(document)] == [FIRST, SECOND]
    bare = Document("a", TEXT, document.attributions[:1])
    assert [found for found, _ in measured.gold_direct(bare)] == [FIRST]
    short = Document("a", 'She said "no way at all" twice.', (Attributed((), (), ((0, 31),)),))
    assert measured.gold_direct(short) == []


def test_curly_and_doubled_marks_count_too() -> None:
    text = "“One two three four five” and ''one two isn't four five'' were said"
    everything = (Attributed((), (), ((0, len(text)),)),)
    found = [text[slice(*span)] for span, _ in measured.gold_direct(Document("a", text, everything))]
    assert found == ["One two three four five", "one two isn't four five"]


def test_direct_scores(document: Document) -> None:
    extraction, speaker = measured.direct_scores(
        document,
        [
            quote(["We will build it right here."], "Keller"),
            quote(["So what is it now,"], "Moore"),
            quote(["Moore warned that prices fall"], "Moore"),
        ],
    )
    assert extraction.precision == pytest.approx(2 / 3)
    assert extraction.recall == 1.0
    assert (speaker.precision, speaker.recall) == (0.5, 0.5)


def test_overlap_is_counted_over_the_gold(document: Document) -> None:
    most = quote(["will build it right here."], "Keller")
    half = quote(["it right here."], "Keller")
    assert measured.direct_scores(document, [most])[0].found == 1
    assert measured.direct_scores(document, [half])[0].found == 0


def test_a_prediction_matches_once(document: Document) -> None:
    everything = quote([TEXT[14:94]], "Keller")
    assert measured.direct_scores(document, [everything])[0].found == 1


def test_no_speaker_is_no_answer(document: Document) -> None:
    _, speaker = measured.direct_scores(document, [quote(["We will build it right here."], None)])
    assert (speaker.predicted, speaker.recall) == (0, 0.0)


def test_attribution_scores(document: Document) -> None:
    scores = measured.attribution_scores(
        document,
        [
            quote(["We will build it right here."], "Keller"),
            quote(["prices fall"], "Moore", direct=False),
        ],
    )
    assert scores["source_exact"].precision == 1.0
    assert scores["source_exact"].recall == pytest.approx(2 / 3)
    assert scores["content_exact"].precision == 0.5
    assert scores["content_exact"].recall == pytest.approx(1 / 3)
    # "prices fall" lies wholly in the gold's content, which has "that " besides.
    assert scores["content_overlap"].precision == 1.0
    assert scores["content_overlap"].recall == pytest.approx((1 + 11 / 16) / 3)
    assert scores["cue_words"].precision == 0.5


def test_a_quotation_within_a_statement_counts_with_it(document: Document) -> None:
    inner = quote(["prices fall"], "Moore")
    outer = quote(["that prices fall"], "Moore", direct=False)
    assert measured.attribution_scores(document, [outer, inner])["content_exact"].predicted == 1


def test_figures() -> None:
    total = Figures(1, 2, 1, 4) + Figures(1, 2, 1, 4)
    assert (total.precision, total.recall) == (0.5, 0.25)
    assert total.f1 == pytest.approx(1 / 3)
    assert Figures(0, 0, 0, 0).f1 == 0.0
    assert total.as_dict()["gold"] == 8


def test_token_f1() -> None:
    assert measured.token_f1("The cat.", "the dog") == 0.5
    assert measured.token_f1("", "") == 0.0


def test_nature_accuracy_takes_last_names_and_nobody() -> None:
    found = {"a": [quote(["We will build it right here."], "Keller"), quote(["prices fall"], "Moore")]}
    gold = [
        NatureQuote("a", '"We will build it right here"', "Maria Keller"),
        NatureQuote("a", "prices fall", "Ann Lee"),
        NatureQuote("a", "something else", None),
        NatureQuote("a", "something else", "Ann Lee"),
    ]
    assert measured.nature_accuracy(gold, found) == 0.5


def test_speed_counts_articles() -> None:
    seen: list[Article] = []

    def extract(article: Article) -> tuple[Quote, ...]:
        seen.append(article)
        return ()

    assert measured.speed(["One.", "Two."], extract) > 0
    assert len(seen) == 2


def test_loading_and_running(tmp_path: Path) -> None:
    (tmp_path / "text").mkdir()
    (tmp_path / "attributions").mkdir()
    text = 'Keller said: "We will build it right here."'
    (tmp_path / "text" / "one [a].txt").write_text(text, encoding="utf-8")
    (tmp_path / "text" / "nobody.txt").write_text("Not annotated.", encoding="utf-8")
    annotations = (
        "T1\tSource 0 6\tKeller\nT2\tCue 7 11\tsaid\nT3\tContent 13 43\tx\n"
        "E1\tAttribution:T4 Source:T1 Cue:T2 Content:T3\n"
    )
    for annotator, words in (("aaaa", annotations), ("bbbb", "")):
        (tmp_path / "attributions" / f"one [a]_{annotator}.ann").write_text(words, encoding="utf-8")
    (loaded,) = measured.load_polnear(tmp_path)
    assert len(loaded.attributions) == 1
    figures = measured.polnear_figures([loaded])
    assert (figures["direct_extraction"].f1, figures["direct_speaker"].f1, figures["source_exact"].f1) == (
        1,
        1,
        1,
    )


def test_without_data_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("ONRECORD_BENCH_DATA", raising=False)
    assert measured.main([]) == 0
    assert "ONRECORD_BENCH_DATA" in capsys.readouterr().err
