"""What a language model is told.  Everything fixed comes first, so that it is evaluated once and kept."""

from __future__ import annotations

from collections.abc import Callable

from onrecord.text.normalise import single_line
from onrecord.types import Evidence, EvidenceItem, Message

__all__ = ["FIXED", "REFUSAL", "fitting", "fixed", "messages"]

REFUSAL = "The articles in this corpus do not answer this question."

_SYSTEM = (
    "Answer from the numbered passages only, in their own words. Name who said it. "
    "Put the number of the passage after each sentence."
)
# Two short invented cases show a small model the form better than any description of it.
_EXAMPLES = (
    Message(
        "user",
        "[1] “Our hospital has the oldest operating theatre in Peru,” said Quispe. “We need new lamps.”\n"
        "[2] “The river is rising by two centimetres a year, while the harbour wall is not,” said Larsen.\n\n"
        "Question: What do Quispe and Larsen say?",
    ),
    Message(
        "assistant",
        "Quispe said that the hospital has the oldest operating theatre in Peru. [1] Larsen said that the river "
        "is rising by two centimetres a year, while the harbour wall is not. [2]",
    ),
)


def fixed(*, examples: bool) -> tuple[Message, ...]:
    """The part of every prompt that never changes; a model that was trained for it needs no examples."""
    return (Message("system", _SYSTEM), *(_EXAMPLES if examples else ()))


FIXED = fixed(examples=True)
"""The same for a model that was not trained for it."""


def messages(question: str, evidence: Evidence, *, examples: bool = True) -> tuple[Message, ...]:
    """The prompt for a question over its evidence."""
    passages = "\n".join(_shown(item) for item in evidence.items)
    return (*fixed(examples=examples), Message("user", f"{passages}\n\nQuestion: {single_line(question)}"))


def fitting(
    question: str, evidence: Evidence, *, count: Callable[[str], int], tokens: int, examples: bool = True
) -> Evidence:
    """The first items of the evidence whose prompt stays within ``tokens``; none where not even one fits."""
    used = sum(count(message.content) + 8 for message in fixed(examples=examples)) + count(question) + 16
    for place, item in enumerate(evidence.items):
        used += count(_shown(item)) + 1
        if used > tokens:
            return Evidence(evidence.items[:place])
    return evidence


def _shown(item: EvidenceItem) -> str:
    return f"[{item.number}] {single_line(item.passage.text)}"
