"""A grammar in which only the evidence can be said."""

from __future__ import annotations

import re

from hypothesis import given

from onrecord.errors import FileError
from onrecord.generation.citations import checked, drafts
from onrecord.generation.grammar import copying
from onrecord.types import Evidence, EvidenceItem, Passage
from tests.samples import HARBOUR, SMELTER, article_texts, plain

QUOTED = "“The water is rising faster than the wall, and the gates are old. We need new gates,” said Maria Keller."


def item(text: str, number: int = 1, speaker: str | None = None) -> EvidenceItem:
    article = plain(text)
    return EvidenceItem(number, Passage(article, 0, len(article.text)), "quoted" if speaker else "extract", speaker)


def literals(grammar: str) -> list[str]:
    return [re.sub(r"\\(.)", r"\1", found) for found in re.findall(r'"((?:[^"\\]|\\.)*)"', grammar)]


def test_somebodys_words_are_reported_with_the_name() -> None:
    grammar = copying(Evidence((item(QUOTED, speaker="Maria Keller"),)))
    assert grammar is not None
    assert literals(grammar) == [
        "Maria Keller said that the water is rising faster than the wall.",
        "Maria Keller said that the water is rising faster than the wall, and the gates are old.",
        " [1]",
    ]


def test_we_and_i_would_change_whom_they_mean() -> None:
    assert copying(Evidence((item("“We need new gates for our port,” said Moore.", speaker="Moore"),))) is None


def test_an_extract_beside_words_that_cannot_be_told_is_copied() -> None:
    words = item("“We need new gates for our port,” said Moore.", 1, "Moore")
    grammar = copying(Evidence((words, item("The gates of the port are forty years old.", 2))))
    assert grammar is not None
    assert literals(grammar) == ["The gates of the port are forty years old.", " [2]"]


def test_a_reported_statement_keeps_who_said_it() -> None:
    text = "Heavy lorries may no longer cross the old bridge, the road authority said on Friday."
    article = plain(text)
    one = EvidenceItem(1, Passage(article, 0, len(text)), "reported", "the road authority")
    grammar = copying(Evidence((one,)))
    assert grammar is not None
    assert literals(grammar) == [text, " [1]"]


def test_no_evidence_no_grammar() -> None:
    assert copying(Evidence(())) is None
    assert copying(Evidence((item("It rained."),))) is None


def test_every_rule_that_is_used_is_defined() -> None:
    grammar = copying(Evidence((item(HARBOUR, 1), item(SMELTER, 2))))
    assert grammar is not None
    defined = set(re.findall(r"^(\w+) ::=", grammar, re.MULTILINE))
    used = set(re.findall(r"\b([rs]\d+)\b", re.sub(r'"(?:[^"\\]|\\.)*"', "", grammar)))
    assert used <= defined
    assert "root" in defined


def test_what_it_lets_a_model_say_passes_the_check() -> None:
    evidence = Evidence((item(QUOTED[:-1] + " on Monday. “Who pays for it?”", 1, "Maria Keller"),))
    grammar = copying(evidence)
    assert grammar is not None
    for said in literals(grammar)[:-1]:
        ((text, numbers),) = drafts([f"{said} [1]"])
        assert checked(text, numbers, evidence) is not None


@given(article_texts)
def test_no_text_breaks_out_of_a_literal(text: str) -> None:
    try:
        grammar = copying(Evidence((item(text),)))
    except FileError:
        return
    for line in (grammar or "").splitlines():
        assert re.fullmatch(r'\w+ ::= (?:"(?:[^"\\]|\\.)*"|[\w\s()|?*])*', line)
