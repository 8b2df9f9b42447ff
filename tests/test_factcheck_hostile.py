"""Claims and articles made to break the checker: bounded time, and no verdict turned by what cannot be seen."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from onrecord.quotes.extract import extract_quotes
from onrecord.types import Article, Block
from tests.checking import Check, checker
from tests.samples import plain

WATER = "The water is rising faster than the old wall can ever follow"
HARBOUR = f"""The harbour wall in Oststadt will be raised by two metres before the winter of 2031, the council decided.

“{WATER},” said Maria Keller, an engineer at the port. “We will not wait for the next flood.”"""
UNSEEN = "\u00ad\u034f\u061c\u115f\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2069\ufe0f\ufeff"
SECONDS = 20.0  # generous: a shared machine is slow, a quadratic loop is slower by orders of magnitude


@contextmanager
def bounded(seconds: float = SECONDS) -> Iterator[None]:
    begun = time.process_time()
    yield
    assert time.process_time() - begun < seconds


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory) -> Check:
    return checker([plain(HARBOUR, "harbour")], tmp_path_factory.mktemp("index"))


@pytest.mark.parametrize("character", UNSEEN, ids=lambda c: f"U+{ord(c):04X}")
def test_unseen_characters_turn_no_verdict(check: Check, character: str) -> None:
    spread = character.join(WATER)
    assert check(f"{character}{spread}{character}.").verdict == "verbatim"
    changed = check(character.join(WATER.replace("old", "new")))
    assert changed.verdict == "altered"


def test_tags_and_variation_selectors_turn_no_verdict(check: Check) -> None:
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in " not")
    assert check(WATER.replace("is", f"is{hidden}")).verdict == "verbatim"
    assert check(WATER.replace("is", "is\U000e0100")).verdict == "verbatim"


def test_mixed_direction_is_compared_as_stored_and_said_so(check: Check) -> None:
    said = check(f"\u202e{WATER}\u202c")
    assert "hidden_characters" in said.flags
    reversed_words = check(f"\u202e{WATER[::-1]}\u202c")
    assert reversed_words.verdict == "not_found"


def test_zalgo_is_seen(check: Check) -> None:
    draw = random.Random(1)
    zalgo = "".join(letter + "".join(chr(draw.randrange(0x300, 0x36F)) for _ in range(40)) for letter in WATER)
    with bounded():
        said = check(zalgo)
    assert said.verdict != "verbatim"


def test_letters_of_another_alphabet_are_seen_and_flagged(check: Check) -> None:
    said = check(WATER.replace("o", "о").replace("a", "а"))
    assert said.verdict == "altered"
    assert "lookalike_characters" in said.flags


@pytest.mark.parametrize(
    "claim",
    [
        WATER + " gates" * 160_000,
        "a" * 1_000_000,
        "a " * 500_000,
        f"{WATER}. " * 16_000,
        "“" * 100_000 + WATER + " gates",
        "[" * 200_000 + WATER + " gates",
        "[a " * 200_000 + "]" * 200_000,
        "... " * 250_000,
        "1,000" * 200_000,
        "e\u0301" * 400_000,
        "\u0301" * 1_000_000,
        "水" * 1_000_000,
        "a.b." * 250_000,
        "'" * 1_000_000,
        "-1" * 400_000,
    ],
    ids=lambda claim: f"{claim[:12]!r}*{len(claim)}",
)
def test_a_quotation_of_a_megabyte(check: Check, claim: str) -> None:
    with bounded():
        said = check(claim)
    assert said.verdict != "verbatim"


def test_a_long_quotation_that_was_printed_whole(tmp_path: Path) -> None:
    draw = random.Random(3)
    words = [f"word{draw.randrange(3000)}" for _ in range(20_000)]
    speech = " ".join(words)
    check = checker([plain(f"Speech\n\n“{speech},” said Maria Keller.", "speech")], tmp_path)
    with bounded():
        assert check(speech, "Keller").verdict == "verbatim"
    words[10_000] = "other"
    with bounded():
        assert check(" ".join(words), "Keller").verdict == "altered"


def test_five_thousand_near_matches(tmp_path: Path) -> None:
    draw = random.Random(4)
    vocabulary = [f"word{number}" for number in range(300)]
    articles = []
    for number in range(5000):
        words = WATER.split()
        words[draw.randrange(len(words))] = draw.choice(vocabulary)
        articles.append(plain(f"“{' '.join(words)},” said Maria Keller.", f"near-{number}"))
    articles.append(plain(HARBOUR, "harbour"))
    check = checker(articles, tmp_path)
    with bounded(6.0):
        said = check(WATER, "Keller")
    assert said.verdict == "verbatim"
    assert said.matches[0].article.id == "harbour"


def test_five_thousand_copies(tmp_path: Path) -> None:
    articles = [plain(HARBOUR, f"copy-{number}") for number in range(5000)]
    check = checker(articles, tmp_path)
    with bounded(6.0):
        assert check(WATER, "Keller").verdict == "verbatim"
        assert check(WATER.replace("old", "new"), "Keller").verdict == "altered"


@pytest.mark.parametrize(
    "text",
    [
        "“" * 200_000,
        '"a ' * 100_000,
        "‘a " * 100_000,
        "'a' " * 60_000,
        "said " * 60_000,
        "“Yes,” said Pu. " * 8_000,
        "“A” " * 60_000,
        "Pu Yongjian " * 30_000,
        "he said she said " * 15_000,
        "according to " * 30_000,
        "A. " * 100_000,
        "说" * 100_000,
        "王小明说：“好。”" * 10_000,
        ", a professor" * 30_000,
        "(" * 100_000,
        "Mr. " * 60_000,
        "\u202e“not” " * 30_000,
        "a\u0301\u0302\u0303" * 60_000,
    ],
    ids=lambda text: f"{text[:12]!r}*{len(text)}",
)
def test_articles_made_to_be_slow(text: str) -> None:
    article = Article("slow", text, (Block("body", 0, len(text)),))
    with bounded():
        quotes = extract_quotes(article)
    for quote in quotes[:100]:
        assert quote.text == " ".join(text[start:end] for start, end in quote.spans)
