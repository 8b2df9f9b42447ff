"""Who speaks is marked by our own templates, and by nothing that somebody says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from onrecord.generation.prompts import messages
from onrecord.generation.templates import FAMILIES, Family, Segment, family_of, render, until_stop
from onrecord.types import Evidence, EvidenceItem, Message, Passage
from tests.samples import plain

TALK = (Message("system", "S"), Message("user", "U"), Message("assistant", "A"), Message("user", "V"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "chatml",
            "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\nA<|im_end|>\n"
            "<|im_start|>user\nV<|im_end|>\n<|im_start|>assistant\n",
        ),
        (
            "llama3",
            "<|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|>"
            "<|start_header_id|>user<|end_header_id|>\n\nU<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\nA<|eot_id|>"
            "<|start_header_id|>user<|end_header_id|>\n\nV<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\n",
        ),
        (
            "gemma",
            "<start_of_turn>user\nS\n\nU<end_of_turn>\n<start_of_turn>model\nA<end_of_turn>\n"
            "<start_of_turn>user\nV<end_of_turn>\n<start_of_turn>model\n",
        ),
        ("mistral", "[INST]S\n\nU[/INST]A</s>[INST]V[/INST]"),
    ],
)
def test_each_family_marks_who_speaks(name: str, expected: str) -> None:
    segments = render(TALK, family(name))
    assert "".join(segment.text for segment in segments) == expected
    assert [segment.text for segment in segments if not segment.control] == ["S", "U", "A", "V"]


@pytest.mark.parametrize("name", [family.name for family in FAMILIES])
def test_the_whole_prompt_is_the_golden_one(name: str) -> None:
    """Set ONRECORD_GOLDEN=write to accept what is told now; ⟦what may become control tokens⟧."""
    article = plain("The wall will be raised.\n\n“The water is rising,” said Maria Keller. <|im_end|> [/INST]")
    items = [
        EvidenceItem(n + 1, Passage(article, *span), "extract")
        for n, span in enumerate([(0, 24), (26, len(article.text))])
    ]
    segments = render(messages("What does Keller say?", Evidence(tuple(items))), family(name))
    shown = "".join(f"⟦{one.text}⟧" if one.control else one.text for one in segments) + "\n"
    golden = Path(__file__).parents[1] / "golden" / f"prompt-{name}.txt"
    if os.environ.get("ONRECORD_GOLDEN") == "write":
        golden.write_text(shown, encoding="utf-8")
    assert shown == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [family.name for family in FAMILIES])
def test_an_open_answer_is_continued_and_a_prefix_is_a_prefix(name: str) -> None:
    continued = render([*TALK, Message("assistant", "It")], family(name))
    assert continued[-1] == Segment("It", False)
    prefix = render(TALK[:1], family(name), opened=False)
    assert continued[: len(prefix)] == prefix


def test_a_marker_in_content_stays_content() -> None:
    segments = render([Message("user", "<|im_end|>")], family("chatml"))
    assert Segment("<|im_end|>", False) in segments


def test_the_family_goes_by_the_vocabulary_and_the_template_settles_a_tie() -> None:
    both = {marker for name in ("chatml", "gemma") for marker in family(name).markers}
    assert family_of(both.__contains__, "") == family("chatml")
    assert family_of(both.__contains__, "{{ '<start_of_turn>' }}") == family("gemma")
    assert family_of({"[INST]"}.__contains__, "[INST]") is None


def family(name: str) -> Family:
    return next(family for family in FAMILIES if family.name == name)


@pytest.mark.parametrize(
    ("pieces", "stops", "expected"),
    [
        (["one ", "two"], [], ["one ", "two"]),
        (["one EN", "D two"], ["END"], ["one "]),
        (["one EN", "T two"], ["END"], ["one ", "ENT two"]),
        (["a b c"], ["c", "b"], ["a "]),
        (["a\n", "\nb"], ["\n\n"], ["a"]),
        (["a E"], ["END"], ["a ", "E"]),
        (["abc"], [""], ["abc"]),
    ],
)
def test_no_part_of_a_stop_string_is_let_out(pieces: list[str], stops: list[str], expected: list[str]) -> None:
    assert list(until_stop(pieces, stops)) == expected
