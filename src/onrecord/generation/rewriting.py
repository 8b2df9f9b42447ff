"""A follow-up that no rule understands, made self-contained by a model and believed only where nothing was invented."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import closing

from onrecord.errors import ModelError
from onrecord.generation.llm import LanguageModel
from onrecord.text.normalise import single_line
from onrecord.text.tokens import content_stems, is_chinese
from onrecord.types import Message, Question, Turn

__all__ = ["is_faithful", "rewritten"]

_SYSTEM = (
    "Rewrite the last question so that it can be understood without the conversation. Keep its meaning, use only words "
    "of the conversation, and write nothing but the question."
)
_TURNS = 3
_LONGEST_ANSWER = 400
_TOKENS = 60
_LONGEST = 300
_SECONDS = 2.0
_log = logging.getLogger(__name__)


def rewritten(question: Question, model: LanguageModel) -> str | None:
    """The question as the model puts it; None where it fails, invents, or leaves something out."""
    said = ""
    until = time.monotonic() + _SECONDS
    try:
        with closing(_stream(model, question)) as pieces:  # type: ignore[type-var]
            for piece in pieces:
                said += piece
                # The reader waits for the search, and cannot leave meanwhile.
                if "\n" in said.lstrip() or time.monotonic() > until:
                    break
    except ModelError as error:
        _log.warning("the follow-up was not rewritten: %s", error)
        return None
    lines = said.strip().splitlines()
    found = single_line(lines[0]).strip("\"“”'") if lines else ""
    return found if is_faithful(found, question.text, question.history) else None


def is_faithful(found: str, text: str, history: Sequence[Turn]) -> bool:
    """Whether each content word comes from the conversation, none of the question's own is lost, and one was added."""
    if not found.endswith(("?", "？")) or len(found) > _LONGEST:
        return False
    own, told = set(_parts(text)), set(_parts(" ".join(f"{turn.question} {turn.answer}" for turn in history)))
    parts = set(_parts(found))
    return own <= parts <= own | told and bool(parts - own)


def _parts(text: str) -> Sequence[str]:
    # Two Chinese words that come to stand side by side make pairs of characters that were nowhere before.
    return [character for character in text if character.isalnum()] if is_chinese(text) else content_stems(text)


def _stream(model: LanguageModel, question: Question) -> Iterator[str]:
    turns = [
        f"Question: {single_line(turn.question)}\nAnswer: {single_line(turn.answer)[:_LONGEST_ANSWER]}"
        for turn in question.history[-_TURNS:]
    ]
    talk = "\n".join([*turns, f"Last question: {single_line(question.text)}"])
    yield from model.stream([Message("system", _SYSTEM), Message("user", talk)], max_tokens=_TOKENS)
