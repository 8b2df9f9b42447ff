"""How each family of models marks who speaks, and how a conversation becomes a prompt.

The Jinja template inside a model file is never run: it is code inside a data file.  ``FAMILIES`` is used
instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from onrecord.types import Message

__all__ = ["FAMILIES", "Family", "Segment", "family_of", "render", "until_stop"]


class Segment(NamedTuple):
    """A stretch of a prompt; only the template's own text (``control``) may become control tokens."""

    text: str
    control: bool


@dataclass(frozen=True, slots=True)
class Family:
    """How a family of models marks who speaks; ``markers`` are the control tokens that it needs.

    A family whose ``opening`` names no system role gets system text at the head of the user's turn.
    """

    name: str
    markers: tuple[str, ...]
    opening: Mapping[str, str]
    closing: Mapping[str, str]


FAMILIES = (
    Family(
        "chatml",
        ("<|im_start|>", "<|im_end|>"),
        {role: f"<|im_start|>{role}\n" for role in ("system", "user", "assistant")},
        dict.fromkeys(("system", "user", "assistant"), "<|im_end|>\n"),
    ),
    Family(
        "llama3",
        ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
        {role: f"<|start_header_id|>{role}<|end_header_id|>\n\n" for role in ("system", "user", "assistant")},
        dict.fromkeys(("system", "user", "assistant"), "<|eot_id|>"),
    ),
    Family(
        "gemma",
        ("<start_of_turn>", "<end_of_turn>"),
        {"user": "<start_of_turn>user\n", "assistant": "<start_of_turn>model\n"},
        {"user": "<end_of_turn>\n", "assistant": "<end_of_turn>\n"},
    ),
    Family(
        "mistral",
        ("[INST]", "[/INST]", "</s>"),
        {"user": "[INST]", "assistant": ""},
        {"user": "[/INST]", "assistant": "</s>"},
    ),
)


def family_of(is_control: Callable[[str], bool], template: str) -> Family | None:
    """The family whose markers are all control tokens; ``template`` only settles a tie."""
    fitting = [family for family in FAMILIES if all(map(is_control, family.markers))]
    named = [family for family in fitting if family.markers[0] in template]
    return next(iter(named or fitting), None)


def render(messages: Sequence[Message], family: Family, *, opened: bool = True) -> list[Segment]:
    """The prompt for ``messages``, ready for the answer unless not ``opened``.

    A last message by the assistant is left open, to be continued.
    """
    segments: list[Segment] = []
    folded = False
    for index, message in enumerate(messages):
        role, last = message.role, index == len(messages) - 1
        folds = role not in family.opening
        if not folded:
            segments.append(Segment(family.opening["user" if folds else role], True))
        segments.append(Segment(message.content, False))
        if folds:
            segments.append(Segment("\n\n", True))
        elif not (last and role == "assistant"):
            segments.append(Segment(family.closing[role], True))
        folded = folds
    if opened and not (messages and messages[-1].role == "assistant"):
        segments.append(Segment(family.opening["assistant"], True))
    return [segment for segment in segments if segment.text]


def until_stop(pieces: Iterable[str], stops: Sequence[str]) -> Iterator[str]:
    """The pieces up to the first of ``stops``, of which not even a beginning is let out early."""
    held = ""
    for piece in pieces:
        held += piece
        cuts = [at for stop in stops if stop and (at := held.find(stop)) >= 0]
        if cuts:
            held = held[: min(cuts)]
            break
        kept = max((_overlap(held, stop) for stop in stops), default=0)
        if len(held) > kept:
            yield held[: len(held) - kept]
            held = held[len(held) - kept :]
    if held:
        yield held


def _overlap(text: str, stop: str) -> int:
    longest = min(len(text), len(stop) - 1)
    return next((size for size in range(longest, 0, -1) if text.endswith(stop[:size])), 0)
