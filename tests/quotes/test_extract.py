"""Whole articles in, quotes out: marks, splits, paragraphs, speakers.  All sentences are our own."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from onrecord.quotes.extract import extract_quotes
from onrecord.storage.readers import read_file
from onrecord.types import Article, Block, BlockKind, Quote, Span

ROOT = Path(__file__).parents[2]
SEED = "chengdu-chongqing-cooperation.md"


def article(*paragraphs: str, kinds: tuple[BlockKind, ...] = (), language: str = "en") -> Article:
    blocks: list[Block] = []
    at = 0
    for number, paragraph in enumerate(paragraphs):
        kind = kinds[number] if number < len(kinds) else "body"
        blocks.append(Block(kind, at, at + len(paragraph)))
        at += len(paragraph) + 2
    return Article("a", "\n\n".join(paragraphs), tuple(blocks), language=language)


def quotes(*paragraphs: str, **options: object) -> tuple[Quote, ...]:
    return extract_quotes(article(*paragraphs, **options))  # type: ignore[arg-type]


def parts(quote: Quote) -> list[str]:
    return [quote.article.text[start:end] for start, end in quote.spans]


def source(quote: Quote) -> str | None:
    return quote.article.text[slice(*quote.mention)] if quote.mention else None


def name(quote: Quote) -> str | None:
    return quote.speaker.name if quote.speaker else None


@pytest.mark.parametrize(
    "sentence",
    [
        "“We will build it here,” Maria Keller said.",
        '"We will build it here," Maria Keller said.',
        "''We will build it here,'' Maria Keller said.",
        "‘We will build it here,’ Maria Keller said.",
        "'We will build it here,' Maria Keller said.",
        "«We will build it here,» Maria Keller said.",
        "« We will build it here, » Maria Keller said.",
        "»We will build it here,« Maria Keller said.",
        "„We will build it here,“ Maria Keller said.",
        "「We will build it here,」 Maria Keller said.",
        "『We will build it here,』 Maria Keller said.",
        '“We will build it here," Maria Keller said.',
    ],
)
def test_every_kind_of_mark(sentence: str) -> None:
    (quote,) = quotes(sentence)
    assert parts(quote) == ["We will build it here,"]
    assert (name(quote), source(quote), quote.cue, quote.direct) == (
        "Maria Keller",
        "Maria Keller",
        "said",
        True,
    )


def test_nested_marks_stay_inside() -> None:
    (quote,) = quotes("“He told me ‘never’ and walked out,” Maria Keller said.")
    assert parts(quote) == ["He told me ‘never’ and walked out,"]
    (quote,) = quotes("‘He told me “never” and walked out,’ Maria Keller said.")
    assert parts(quote) == ["He told me “never” and walked out,"]


def test_apostrophes_and_inches_close_nothing() -> None:
    (quote,) = quotes("‘The workers’ rights aren’t lost,’ Maria Keller said.")
    assert parts(quote) == ["The workers’ rights aren’t lost,"]
    (quote,) = quotes('"He is 6\'2" tall," Maria Keller said.')
    assert parts(quote) == ["He is 6'2\" tall,"]
    assert quotes("The firms' plans and the '90s fashion weren't new.") == ()


def test_a_split_quotation_is_one_quote() -> None:
    (quote,) = quotes("“Prices will fall,” said Maria Keller. “They always do.”")
    assert parts(quote) == ["Prices will fall,", "They always do."]
    (quote,) = quotes("“Prices,” Maria Keller said, “will fall again.”")
    assert parts(quote) == ["Prices,", "will fall again."]


def test_two_utterances_with_prose_between_stay_two() -> None:
    first, second = quotes("“Prices will fall,” said Maria Keller. She paused. “They always do in the end.”")
    assert (parts(first), parts(second)) == (["Prices will fall,"], ["They always do in the end."])


def test_an_unclosed_quotation_runs_over_paragraphs() -> None:
    (quote,) = quotes(
        "“Prices will fall,” said Maria Keller. “They always do.",
        "“Nobody remembers the last time.",
        "“I do.”",
    )
    assert parts(quote) == [
        "Prices will fall,",
        "They always do.",
        "Nobody remembers the last time.",
        "I do.",
    ]
    assert name(quote) == "Maria Keller"


def test_a_paragraph_of_quotation_continues_the_speaker_before_it() -> None:
    first, second = quotes("Maria Keller said: “Prices will fall.”", "“They always do in the end.”")
    assert [name(first), name(second)] == ["Maria Keller", "Maria Keller"]
    assert second.cue is None


def test_lines_without_blank_lines_between_them_are_paragraphs() -> None:
    first, second = quotes("“Prices will fall soon,” said Maria Keller.\n“That is not what we see,” said Ivan Petrov.")
    assert [name(first), name(second)] == ["Maria Keller", "Ivan Petrov"]


@pytest.mark.parametrize(
    "sentence",
    [
        "The so-called “smart city” opened in May.",
        "Her novel “A Long Walk Through Quiet Northern Towns” won a prize.",
        "They watched “The Wire” twice.",
        "The film “Gone With the Wind” was shown again.",
    ],
)
def test_scare_quotes_and_titles_are_no_quotes(sentence: str) -> None:
    assert quotes(sentence) == ()


def test_a_few_words_that_somebody_said_are_a_quote() -> None:
    found = quotes("Maria Keller said the plan was “a dead letter” in the council.")
    assert [(quote.direct, quote.text) for quote in found] == [
        (False, "the plan was “a dead letter” in the council"),
        (True, "a dead letter"),
    ]


@pytest.mark.parametrize(
    ("sentence", "content", "who", "cue"),
    [
        ("Maria Keller believes that prices will fall.", "that prices will fall", "Maria Keller", "believes"),
        ("Prices will fall, said Maria Keller.", "Prices will fall", "Maria Keller", "said"),
        ("Prices will fall, Maria Keller said on Monday.", "Prices will fall", "Maria Keller", "said"),
        ("According to the ministry, prices will fall.", "prices will fall", "the ministry", "According to"),
        ("Prices fell, according to a banker in Graz.", "Prices fell", "a banker in Graz", "according to"),
        ("Police said three people were hurt.", "three people were hurt", "Police", "said"),
        ("The company told investors that profits fell.", "that profits fell", "The company", "told"),
        ("Maria Keller, a professor at the university, has said the bridge is safe.", "the bridge is safe",
         "Maria Keller", "has said"),
    ],
)  # fmt: skip
def test_reported_statements(sentence: str, content: str, who: str, cue: str) -> None:
    (quote,) = quotes(sentence)
    assert (quote.text, name(quote), quote.cue, quote.direct) == (content, who, cue, False)


@pytest.mark.parametrize(
    "sentence",
    [
        "The reports were late.",
        "A high starting point and standard were set.",
        "She was told to leave.",
        "The show went on for an hour.",
    ],
)
def test_nouns_and_passives_are_no_cues(sentence: str) -> None:
    assert quotes(sentence) == ()


def test_appositions_on_both_sides() -> None:
    before, after = quotes(
        "“Prices will fall,” Maria Keller, an economist at the University of Graz, Austria, said.",
        "“They will not,” said Ivan Petrov, head of research at the bank.",
    )
    assert source(before) == "Maria Keller, an economist at the University of Graz, Austria"
    assert before.speaker is not None
    assert (before.speaker.name, before.speaker.role) == (
        "Maria Keller",
        "an economist at the University of Graz, Austria",
    )
    assert after.speaker is not None
    assert (after.speaker.name, after.speaker.role) == ("Ivan Petrov", "head of research at the bank")


def test_one_person_under_all_their_names() -> None:
    found = quotes(
        "“Prices will fall,” said Professor Maria Keller, an economist.",
        "“They always do,” Keller said.",
        "“Nobody remembers,” she added.",
        "“It is odd,” Prof. Keller said.",
    )
    assert {name(quote) for quote in found} == {"Maria Keller"}
    assert found[0].speaker is not None
    assert set(found[0].speaker.aliases) >= {"Keller", "Prof. Keller"}


def test_a_family_name_may_come_first() -> None:
    found = quotes(
        "“It works,” said Pu Yongjian, a professor.", "“We know,” said Pu.", "The professor said it was late."
    )
    assert [name(quote) for quote in found] == ["Pu Yongjian"] * 3


def test_a_pronoun_takes_the_person_who_fits_and_no_other() -> None:
    found = quotes(
        "“Prices will fall,” said Maria Keller.",
        "“They will not,” said James Moore.",
        "“They will,” she said.",
    )
    assert name(found[2]) == "Maria Keller"
    (alone,) = quotes("“They will fall soon,” she said.")
    assert (alone.speaker, source(alone)) == (None, "she")


def test_two_people_of_one_surname_are_not_merged() -> None:
    found = quotes("Maria Keller met Hans Keller.", "“They will fall soon,” Keller said.")
    assert name(found[0]) == "Keller"


def test_unnamed_sources_stay_as_printed() -> None:
    (quote,) = quotes("“Prices will fall,” a spokeswoman for the ministry said.")
    assert (name(quote), quote.speaker and quote.speaker.role) == ("a spokeswoman for the ministry", None)


def test_nobody_is_guessed() -> None:
    (quote,) = quotes("“Prices will fall and nobody will notice.”")
    assert (quote.speaker, quote.mention, quote.cue) == (None, None, None)


def test_headings_captions_and_boilerplate() -> None:
    found = quotes(
        "Keller: ‘Prices will fall’",
        "Maria Keller, an economist, says hello in Graz. (Photo: Ann Lee)",
        "“Prices will fall,” Maria Keller says. (Photo: Ann Lee)",
        "“We use cookies,” says the site.",
        kinds=("heading", "caption", "caption", "boilerplate"),
    )
    assert [(quote.text, name(quote)) for quote in found] == [
        ("Prices will fall", "Maria Keller"),
        ("Prices will fall,", "Maria Keller"),
    ]


def test_chinese() -> None:
    found = quotes(
        "重庆大学教授蒲勇健表示，两地可以优势互补。",
        "“现在要提高水平。”蒲勇健说，“这需要技术服务。”",
        "他认为，合作空间很大。蒲教授还指出：“我们愿意合作。”",
        "据新华社报道，两地已签署多项协议。",
        "这本小说的名称很长，可以说很受欢迎。",
        language="zh",
    )
    assert [(quote.text, name(quote), quote.cue, quote.direct) for quote in found] == [
        ("两地可以优势互补", "蒲勇健", "表示", False),
        ("现在要提高水平。 这需要技术服务。", "蒲勇健", "说", True),
        ("合作空间很大", "蒲勇健", "认为", False),
        ("我们愿意合作。", "蒲勇健", "指出", True),
        ("两地已签署多项协议", "新华社", "报道", False),
    ]
    assert found[0].speaker is not None
    assert found[0].speaker.role == "重庆大学教授"


def test_a_dateline_is_no_part_of_what_was_said() -> None:
    (quote,) = quotes("GRAZ, Austria (AP) — Prices will fall, said Maria Keller.")
    assert quote.text == "Prices will fall"


def test_the_seed_article() -> None:
    """Compare with tests/golden/seed-quotes.json: four utterances in seven spans, and what was reported."""
    (seed,) = (one for one in read_file(ROOT / "corpus" / SEED, SEED) if isinstance(one, Article))
    found = [
        {
            "parts": parts(quote),
            "speaker": name(quote),
            "source": source(quote),
            "cue": quote.cue,
            "direct": quote.direct,
        }
        for quote in extract_quotes(seed)
    ]
    golden = json.loads((ROOT / "tests" / "golden" / "seed-quotes.json").read_text(encoding="utf-8"))
    assert found == golden
    direct = [quote for quote in extract_quotes(seed) if quote.direct]
    assert (len(direct), sum(len(quote.spans) for quote in direct)) == (4, 7)
    assert [name(quote) for quote in extract_quotes(seed)].count("Pu Yongjian") == 7


@pytest.mark.parametrize(
    "unit",
    ["“", '"', "''", "'", " 'a", "»", "said ", "he said that ", "Pu and ", "A", "Aa ", "说", "“会”他说。",
     "according to ", "“a b c,” he said. ", "\n“Abc def ghi jkl.", "Mr. X said he is it. "],
)  # fmt: skip
def test_hostile_text_takes_bounded_time(unit: str) -> None:
    text = (unit * (60_000 // len(unit) + 1)).strip()
    begun = time.process_time()
    for quote in extract_quotes(article(text)):
        assert quote.spans[-1] <= Span(len(text), len(text))
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    ("phrase", "who", "role"),
    [
        ("Graz County Executive Maria Keller", "Maria Keller", "Graz County Executive"),
        ("the economist Maria Keller", "Maria Keller", "the economist"),
        ("the campaign manager, Maria Keller,", "Maria Keller", "the campaign manager"),
        ("Austrian State Police Capt. Maria Keller", "Maria Keller", "Austrian State Police Capt."),
        ("Maria Keller Jr.", "Maria Keller Jr.", None),
        ("The Green Party", "Green Party", None),
    ],
)
def test_titles_and_roles(phrase: str, who: str, role: str | None) -> None:
    (quote,) = quotes(f"“Prices will fall,” {phrase} said.")
    assert quote.speaker is not None
    assert (quote.speaker.name, quote.speaker.role) == (who, role)


def test_a_label_speaks_and_a_rubric_does_not() -> None:
    assert name(quotes("Maria Keller: “Prices will fall soon.”")[0]) == "Maria Keller"
    assert quotes("News: “Prices will fall again very soon.”")[0].speaker is None
