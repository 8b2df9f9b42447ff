"""The perturbation benchmark on articles small enough to count by hand.  All sentences are our own."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from onrecord.evaluation import perturb, perturb_chinese, perturb_english
from onrecord.evaluation.perturb_cases import Case, generate
from onrecord.evaluation.perturb_corpus import Corpus, load_chinese, load_english, plain, split, words
from onrecord.evaluation.perturb_curves import (
    Answer,
    Point,
    changed_words_curve,
    coverage_curve,
    speaker_outcomes,
    svg,
    write_plots,
)
from onrecord.evaluation.perturb_kinds import CLASSES, Made, World
from onrecord.evaluation.perturb_printed import Printed, printed, reported, sentences
from onrecord.evaluation.perturb_score import Outcome, extraction_right, report, run, table, wrong
from onrecord.evaluation.perturb_typography import retype, retype_chinese
from onrecord.evaluation.quotes import Attributed, Document
from onrecord.storage.readers import article_from
from onrecord.types import Article, Quote, QuoteCheck, QuoteClaim, QuoteMatch, Span, Speaker, Verdict

HARBOUR = """The harbour wall in Oststadt will be raised by two metres before the winter of 2031, the council decided.

“The water is rising faster than the old wall can ever follow,” said Maria Keller, an engineer. “We will not wait.”

Keller said that the whole work might cost 40 million euros and that she would resign if nothing was signed by May.

“The gates were built in 1961, and they may fail before the autumn storms reach our harbour,” said Tom Brandt."""
SMELTER = """The smelter at Nordhafen made more copper than ever last year, its operator told the press on Monday.

“Demand for copper will not fall, and every customer wants a longer contract than the last one,” said James Moore.

The union sees no reason for cheer and has asked the operator for a meeting before the summer holidays begin."""
FOREIGN = """The ferry to the islands stays in port until further notice because its engine needs a rare part.

“Nobody told the islanders that the ferry would remain in port for the entire season,” said Paula Winter."""
CHINESE = "港口将于明年扩建。\n凯勒和王小明出席。王小明说：“我们认为新的大门非常重要，水位可能会继续上升，但是我们不会放弃这座城市。”"


def article(text: str, name: str, language: str = "en") -> Article:
    return article_from({"id": name, "text": text, "language": language}, name=name)


@pytest.fixture
def world() -> World:
    known = [article(HARBOUR, "harbour"), article(SMELTER, "smelter"), article(CHINESE, "zh", "zh")]
    return World.of(
        Corpus(known), list(printed(known)), list(reported(known)), list(printed([article(FOREIGN, "ferry")]))
    )


def quote_of(world: World, part: str) -> Printed:
    return next(one for one in world.quotes if part in one.text)


def made(world: World, name: str, part: str) -> Made | None:
    kind = next(kind for kind in CLASSES if kind.name == name)
    pool: Sequence[Printed] = getattr(world, kind.source)
    return kind.make(next(one for one in pool if part in one.text), random.Random(1), world)


def test_words_and_plain_text_do_not_see_typography() -> None:
    assert words("Don’t — “pa\u00adnic”, 3.5 ﬁrms") == ["dont", "panic", "3", "5", "firms"]
    assert words("不会 ok") == ["不", "会", "ok"]
    assert plain("“Hard\u00a0 work.”\n") == '"hard work."\n'


def test_quotations_are_found_with_the_speaker_beside_them(world: World) -> None:
    found = {one.text: one.speaker for one in world.quotes if one.language == "en"}
    assert found == {
        "The water is rising faster than the old wall can ever follow": "Maria Keller",
        "The water is rising faster than the old wall can ever follow. We will not wait.": "Maria Keller",
        "The gates were built in 1961, and they may fail before the autumn storms reach our harbour": "Tom Brandt",
        "Demand for copper will not fall, and every customer wants a longer contract than the last one": "James Moore",
    }
    for one in world.quotes:
        inside = " ".join(one.article.text[start:end] for start, end in one.spans)
        assert words(inside) == words(one.text)


def test_a_chinese_quotation_has_its_speaker(world: World) -> None:
    assert quote_of(world, "大门").speaker == "王小明"


@pytest.mark.parametrize(
    "line",
    [
        "He called it “a plan without any end in sight, said James Moore.",
        'A board of 6" and "a plan without any end in sight," said James Moore.',
        "“Too short,” said James Moore.",
        'It ends here." The wall will stand for a hundred years, he said. "We know.',
        "“A plan that we all ''know'' to be quite without end,” said James Moore.",
        "“The Long Way Home From The Sea,” said James Moore.",
    ],
)
def test_doubtful_marks_give_no_quotation(line: str) -> None:
    assert not list(printed([article(f"{line} And so the day went on as usual, with rain and wind.", "a")]))


@pytest.mark.parametrize(
    "after", ["said President Moore.", "said White House staff.", "she said.", "Texas Lt. Moore said."]
)
def test_an_office_is_no_speaker(after: str) -> None:
    text = f"“The plan has no end in sight at all,” {after} And so the day went on as usual, with rain."
    assert [one.speaker for one in printed([article(text, "a")])] == [None]


def test_reported_statements(world: World) -> None:
    assert not world.reported  # "Keller" alone names nobody for sure
    text = "Maria Keller said that the whole work might cost 40 million euros and take until the next winter."
    (found,) = reported([article(text, "a")])
    assert (found.speaker, found.direct) == ("Maria Keller", False)
    assert found.text.startswith("the whole work")


def test_sentences_are_told_apart_only_where_it_is_plain() -> None:
    assert sentences("We must. He said ‘no.’ Now we can") is None
    assert sentences("We must. He said ‘no.’ Now we can.") == ["We must.", "He said ‘no.’", "Now we can."]
    assert sentences("Dr. Moore must go.") is None
    assert sentences("我们会去。他不会") == ["我们会去。"]


def test_the_corpus_is_searched_by_words(world: World) -> None:
    corpus = world.corpus
    assert corpus.rows("the OLD wall") == [0]
    assert corpus.rows("wall old the") == []
    assert corpus.holds("新的大门")
    (place,) = corpus.places("rising faster than the old wall") or []
    assert (place.row, place.before[-1], place.after[0]) == (0, "s", "c")
    assert corpus.mentions(0, "Brandt")
    assert not corpus.mentions(1, "Brandt")


def test_an_edited_copy_resembles_the_corpus(world: World) -> None:
    assert world.corpus.resembles("Demand for copper will not fall, and every client wants a longer contract")
    assert not world.corpus.resembles("Demand for herring rose and every fisherman was glad of the wind")


Edit = Callable[[str, random.Random], str | None]


@pytest.mark.parametrize(
    ("edit", "text", "changed"),
    [
        (perturb_english.change_number, "We need two boats", {"We need three boats", "We need thirty boats"}),
        (perturb_english.change_unit, "It took 18 months", {"It took 18 years"}),
        (perturb_english.change_unit, "It took months", {None}),
        (perturb_english.change_small_word, "Some boats sail", {None}),
        (perturb_english.change_small_word, "The boats will sail", {"The boats would sail"}),
        (perturb_english.add_negation, "The wall is high", {"The wall is not high", "The wall isn't high"}),
        (perturb_english.add_negation, "The wall is not high", {None}),
        (perturb_english.drop_negation, "We won’t wait", {"We will wait"}),
        (perturb_english.drop_negation, "We can't wait", {"We can wait"}),
        (perturb_english.drop_negation, "We have never waited", {"We have waited"}),
        (perturb_english.drop_negation, "It is not only wet", {None}),
        (perturb_english.drop_hedge, "I think the wall holds", {"The wall holds"}),
        (perturb_english.drop_hedge, "It rains. Maybe we stay", {"It rains. We stay"}),
        (perturb_english.drop_hedge, "It costs about 40 euros", {"It costs 40 euros"}),
        (perturb_english.drop_hedge, "The wall may break", {"The wall will break"}),
        (perturb_english.drop_hedge, "The wall holds", {None}),
        (perturb_english.swap_order, "gates and walls", {"walls and gates"}),
        (perturb_english.rephrase, "he would sell his boat", {"I will sell my boat."}),
        (perturb_english.rephrase, "she would sell her boat", {None}),
        (perturb_english.rephrase, "the boat sank", {None}),
        (perturb_chinese.swap_word, "产量增长", {"产量下降"}),
        (perturb_chinese.add_negation, "我们会去", {"我们不会去"}),
        (perturb_chinese.add_negation, "社会进步", {None}),
        (perturb_chinese.drop_negation, "我们不会去", {"我们会去"}),
        (perturb_chinese.drop_negation, "不是甲而是乙", {None}),
        (perturb_chinese.drop_hedge, "这可能是好事", {"这是好事"}),
        (perturb_chinese.change_number, "没有数字", {None}),
    ],
)
def test_an_edit_changes_what_it_says(edit: Edit, text: str, changed: set[str | None]) -> None:
    found = {edit(text, random.Random(seed)) for seed in range(30)}
    assert found >= changed if edit is perturb_english.change_number else found == changed


def test_a_cut_is_within_the_sentence_and_drops_meaning() -> None:
    text = "The harbour master opened the rusty gates and the fishing boats sailed slowly towards the islands."
    for seed in range(20):
        front = perturb_english.cut_front(text, random.Random(seed)) or ""
        end = perturb_english.cut_end(text, random.Random(seed)) or ""
        middle = perturb_english.cut_middle(text, random.Random(seed)) or ""
        marked = perturb_english.cut_middle_marked(text, random.Random(seed)) or ""
        assert text.casefold().endswith(front.casefold())
        assert text.startswith(end.rstrip("."))
        assert 7 <= len(words(front)) <= len(words(text)) - 4
        assert 7 <= len(words(end)) <= len(words(text)) - 4
        assert words(middle) == words(marked)
        assert words(middle)[:4] == words(text)[:4]
        assert words(middle)[-4:] == words(text)[-4:]


def test_a_cut_leaves_numbers_negations_and_hedges_to_their_classes() -> None:
    text = "In 2031 we may not raise the eastern harbour wall before the autumn storms."
    front = perturb_english.cut_front(text, random.Random(1))
    assert front is None


def test_a_chinese_cut_drops_a_clause() -> None:
    text = "港口的工人每天清晨出发，渔船慢慢驶向远方的岛屿，家人在岸边等待消息传来。"
    assert perturb_chinese.cut_front(text, random.Random(1)) in {text[12:], text[24:]}
    assert perturb_chinese.cut_end(text, random.Random(1)) in {f"{text[:11]}。", f"{text[:23]}。"}
    assert perturb_chinese.cut_middle(text, random.Random(1)) == text[:12] + text[24:]


def test_typography_keeps_every_word() -> None:
    text = "It’s a fine office — the first café on the well-known waterfront, he said… and it fits."
    changed = {retype(text, random.Random(seed)) for seed in range(40)}
    assert len(changed) > 30
    assert all(one is not None and one != text and words(one) == words(text) for one in changed)
    assert retype("go on", random.Random(1)) is not None
    chinese = "2031年，我们会去。"
    assert words(retype_chinese(chinese, random.Random(2)) or "") == words(chinese)


def test_content_words() -> None:
    assert [word for word in "The harbour may never cost 40 million".split() if perturb_english.content(word)] == [
        "harbour",
        "cost",
    ]


def test_a_changed_quotation_that_was_printed_too_is_no_case() -> None:
    twin = HARBOUR.replace("may fail", "will fail")
    known = [article(HARBOUR, "a"), article(twin, "b")]
    both = World.of(Corpus(known), list(printed(known)), [], [])
    alone = World.of(Corpus(known[:1]), list(printed(known[:1])), [], [])
    assert made(both, "hedge_dropped", "gates were built") is None
    assert made(alone, "hedge_dropped", "gates were built") is not None


def test_a_cut_that_was_printed_whole_is_no_case(world: World) -> None:
    assert made(world, "cut_end", "Demand") is None  # no full stop shows that a sentence ends there
    sentence = "“The harbour master opened the rusty gates and the fishing boats sailed slowly towards the islands.”"
    known = [article(f"{sentence}\n\n{FOREIGN}", "a")]
    assert made(World.of(Corpus(known), list(printed(known)), [], []), "cut_front", "harbour master") is not None
    copies = [article(f"“{' '.join(sentence.split()[at:])}\n\n{SMELTER}", f"b{at}") for at in range(4, 11)]
    known += copies
    assert made(World.of(Corpus(known), list(printed(known)), [], []), "cut_front", "harbour master") is None


def test_somebody_else_is_nobody_of_the_article(world: World) -> None:
    other = made(world, "other_speaker", "gates were built")
    assert other is not None
    assert other.speaker == "James Moore"
    here = made(world, "other_in_article", "gates were built")
    assert here is not None
    assert here.speaker == "Maria Keller"


def test_a_seam_is_joined_as_an_editor_would(world: World) -> None:
    seam = made(world, "exact_seam", "We will not wait")
    assert seam is not None
    assert seam.text == "The water is rising faster than the old wall can ever follow. We will not wait."
    assert len(seam.sources[0].spans) == 2


def test_the_surname_alone_is_claimed_only_where_it_is_printed_alone(world: World) -> None:
    keller, brandt = made(world, "exact_surname", "water is rising"), made(world, "exact_surname", "gates were")
    assert keller is not None
    assert keller.speaker == "Keller"
    assert brandt is None


def test_a_held_out_quotation_is_kept_only_if_no_copy_is_known(world: World) -> None:
    assert made(world, "held_out", "islanders") is not None
    known = [*world.corpus.articles, article(FOREIGN.replace("entire season", "whole season"), "copy")]
    wider = World.of(Corpus(known), world.quotes, [], world.foreign)
    assert made(wider, "held_out", "islanders") is None


def test_the_draw_is_fixed_by_the_seed(world: World) -> None:
    first, again = (generate(world, count=60, seed=3) for _ in range(2))
    assert first == again
    assert {case.language for case in first} == {"en", "zh"}
    assert len({case.kind for case in first}) >= 13
    for case in first:
        if case.expected[0] in {"altered", "spliced", "not_found"}:
            assert not world.corpus.holds(case.claim.text)


def test_there_are_at_least_thirteen_classes_over_every_verdict() -> None:
    assert len({kind.name for kind in CLASSES}) == len(CLASSES) >= 13
    assert {kind.expected[0] for kind in CLASSES} == {
        "verbatim", "altered", "truncated", "spliced", "other_speaker", "paraphrase", "not_found",
    }  # fmt: skip


def case(kind: str, expected: Verdict, sources: tuple[Printed, ...] = (), **more: object) -> Case:
    fields: dict[str, object] = {"flags": (), "excused": None, "language": "en", "claim": QuoteClaim("x"), **more}
    return Case(kind=kind, expected=(expected,), sources=sources, **fields)  # type: ignore[arg-type]


def outcome(one: Case, verdict: Verdict, *flags: str, seconds: float = 0.01, extracted: bool = True) -> Outcome:
    return Outcome(one, verdict, flags, seconds, extracted)


def test_the_scores_are_those_counted_by_hand() -> None:
    exact = case("exact", "verbatim")
    number = case("number_changed", "altered", flags=("number_changed",))
    said = case("reported_words", "paraphrase", excused="not_a_quotation")
    outcomes = [
        outcome(exact, "verbatim"),
        outcome(exact, "other_speaker", extracted=False),
        outcome(number, "altered", "number_changed"),
        outcome(number, "altered"),
        outcome(number, "verbatim", "number_changed"),
        outcome(number, "not_found", seconds=0.5),
        outcome(said, "verbatim", "not_a_quotation"),
        outcome(said, "verbatim"),
    ]
    figures = report(outcomes)
    classes, demands = figures["classes"], figures["demands"]
    assert isinstance(classes, list)
    assert isinstance(demands, dict)
    assert [(row["class"], row["verdict_right"], row["verdict_right_given_extraction"]) for row in classes] == [
        ("exact", 0.5, 1.0),
        ("number_changed", 0.5, 0.5),
        ("reported_words", 0.5, 0.5),
    ]
    assert classes[1]["flags_right"] == 0.5
    assert demands["changed_or_foreign_called_verbatim"] == 1
    assert demands["reported_called_verbatim_without_flag"] == 1
    assert demands["present_called_not_found"] == 1
    assert demands["flag_number_changed"] == 0.5
    assert demands["verbatim_right"] == 0.5
    assert figures["matrix"] == {
        **{verdict: {} for verdict in ("truncated", "spliced", "other_speaker", "not_found")},
        "verbatim": {"verbatim": 1, "other_speaker": 1},
        "altered": {"altered": 2, "verbatim": 1, "not_found": 1},
        "paraphrase": {"verbatim": 2},
    }
    assert figures["milliseconds"] == {"p50": 10.0, "p95": 500.0, "max": 500.0}
    assert "number_changed" in table(figures)
    assert wrong(outcomes, 1).count("claim") == 3


def test_extraction_is_right_with_the_words_and_the_printed_name(world: World) -> None:
    source = quote_of(world, "gates were built")
    (span,) = source.spans

    def found(start: int, end: int, who: str | None, *, direct: bool = True) -> list[Quote]:
        speaker = Speaker(who) if who else None
        return [Quote(source.article, (Span(start, end),), speaker, None, None, direct)]

    whole, half = (span.start, span.end), (span.start, (span.start + span.end) // 2)
    assert extraction_right(source, found(*whole, "Tom Brandt"), named=True)
    assert extraction_right(source, found(*whole, "T. Brandt"), named=True)
    assert not extraction_right(source, found(*whole, "Maria Keller"), named=True)
    assert extraction_right(source, found(*whole, "Maria Keller"), named=False)
    assert not extraction_right(source, found(*half, "Tom Brandt"), named=True)
    assert not extraction_right(source, found(*whole, "Tom Brandt", direct=False), named=True)
    assert not extraction_right(source, found(*whole, None), named=True)


def stub(articles: Sequence[Article]) -> Callable[[QuoteClaim], QuoteCheck]:
    """A checker that knows whole quotations only."""

    def check(claim: QuoteClaim) -> QuoteCheck:
        for one in articles:
            if (at := one.text.find(claim.text)) >= 0:
                return QuoteCheck(claim, "verbatim", (), (QuoteMatch(one, (Span(at, at + len(claim.text)),), 1.0),))
        return QuoteCheck(claim, "not_found")

    return check


def test_a_checker_is_run_on_every_case(world: World) -> None:
    cases = generate(world, count=60, seed=1)
    outcomes = run(cases, stub(world.corpus.articles), lambda _article: ())
    assert len(outcomes) == len(cases)
    for one in outcomes:
        if one.case.kind == "exact":
            assert (one.verdict, one.right, one.extracted) == ("verbatim", True, False)
        if one.case.kind == "held_out":
            assert (one.right, one.extracted) == (True, True)


def test_recall_falls_with_the_changed_words() -> None:
    text = "“The harbour master opened the rusty gates while fishing boats carried silver herring, copper wire, timber "
    text += "planks, woollen blankets, clay bricks and sugar towards those distant northern islands,” said Tom Brandt."
    known = [article(f"{text}\n\n{SMELTER}", "a")]
    small = World.of(Corpus(known), list(printed(known)), [], [])
    vocabulary = {"": ["zebra", "quartz", "violin", "jungle", "oxygen"], "s": ["zebras", "violins"], "ing": ["joking"]}
    vocabulary |= {"ed": ["yelled", "jumped"], "ly": [], "tion": []}
    small = World(small.corpus, small.quotes, (), (), vocabulary, small.by_row, small.by_language, small.speakers)
    curves = changed_words_curve(small, stub(known), count=1)
    assert curves["found"][:2] == [Point(0, 1.0, 1), Point(1, 0.0, 1)]
    assert len(curves["called verbatim"]) == 9


def test_precision_against_coverage_by_hand() -> None:
    answers = [Answer(0, right=True), Answer(0, right=True), Answer(2, right=False), Answer(None, right=False)]
    assert coverage_curve(answers) == [Point(0.5, 1.0, 2), Point(0.75, 2 / 3, 3)]


def test_the_answers_of_an_extractor_by_the_form_of_the_attribution() -> None:
    text = '"We need new gates by the winter," Maria Keller said. "They are too old to be mended," she said.'
    first, second = (1, 32), (55, 83)
    document = Document("a", text, (
        Attributed(((35, 47),), (), (first,)),
        Attributed(((85, 88),), (), (second,)),
    ))  # fmt: skip

    def extract(one: Article) -> list[Quote]:
        keller = Speaker("Maria Keller")
        return [
            Quote(one, (Span(*first),), keller, Span(35, 47), "said"),
            Quote(one, (Span(*second),), keller, Span(35, 47), None),
        ]

    assert speaker_outcomes([document], extract) == [Answer(0, right=True), Answer(3, right=False)]
    assert speaker_outcomes([document], lambda _article: ()) == [Answer(None, right=False)] * 2


def test_plots_are_whole_svg_files(tmp_path: Path) -> None:
    drawn = svg({"a<b": [Point(0, 1.0, 3), Point(8, 0.5, 3)]}, title="t", x="x", y="y", right=8)
    assert drawn.count("<circle") == 2
    assert "a&lt;b" in drawn
    paths = write_plots(tmp_path / "plots", {"found": [Point(0, 1.0, 1)]}, [Point(0.5, 0.9, 2)])
    assert all(path.read_text("utf-8").rstrip().endswith("</svg>") for path in paths)


def bench(folder: Path) -> Path:
    for year, texts in (("2022", (HARBOUR, SMELTER)), ("2023", (SMELTER, FOREIGN))):
        target = folder / "realtimeqa" / year
        target.mkdir(parents=True)
        with gzip.open(target / "articles.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(f"{json.dumps({'id': text[:20], 'text': text})}\n" for text in (*texts, ""))
    (folder / "rgb").mkdir()
    row = {"positive": [[CHINESE, "短"]], "negative": [CHINESE]}
    (folder / "rgb" / "zh_int.jsonl").write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    return folder


def test_articles_are_loaded_once_each(tmp_path: Path) -> None:
    data = bench(tmp_path)
    assert len(load_english(data, most=0, seed=1)) == 3
    assert load_english(data, most=2, seed=1) == load_english(data, most=2, seed=1)
    assert [one.language for one in load_chinese(data)] == ["zh"]
    known, out = split(load_english(data, most=0, seed=1), share=0.34, seed=1)
    assert (len(known), len(out)) == (2, 1)


def test_it_runs_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ONRECORD_BENCH_DATA", str(bench(tmp_path)))
    monkeypatch.setattr(perturb, "build_checker", lambda articles, _opened: stub(articles))
    assert perturb.main(["--cases", "60", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["cases"] > 10
    assert perturb.main(["--cases", "60", "--wrong", "1", "--plots", str(tmp_path / "plots")]) == 0
    printed_out = capsys.readouterr()
    assert "expected \\ verdict" in printed_out.out
    assert "not_found" in printed_out.err


def test_the_products_checker_is_built_over_the_articles(world: World) -> None:
    with ExitStack() as opened:
        check = perturb.build_checker(world.corpus.articles, opened)
        assert check(QuoteClaim("The water is rising faster than the old wall can ever follow")).verdict == "verbatim"


def test_without_the_data_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("ONRECORD_BENCH_DATA", raising=False)
    assert perturb.main([]) == 0
    assert "ONRECORD_BENCH_DATA" in capsys.readouterr().err
