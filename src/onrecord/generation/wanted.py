"""A language model in the hands of an answer that somebody may stop wanting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

from onrecord.generation.llm import LanguageModel
from onrecord.types import Message

__all__ = ["WhileWanted"]


class WhileWanted:
    """Gives what ``model`` gives for as long as ``wanted`` says yes, then closes it as if it had ended.

    A model yields an empty piece several times a second while it has nothing to say, so it is soon free again.
    """

    def __init__(self, model: LanguageModel, wanted: Callable[[], bool]) -> None:
        self.name = model.name
        self._model = model
        self._wanted = wanted

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        grammar: str | None = None,
    ) -> Iterator[str]:
        """See LanguageModel."""
        if not self._wanted():
            return
        pieces = self._model.stream(messages, max_tokens=max_tokens, stop=stop, grammar=grammar)
        with closing(pieces):  # type: ignore[type-var]  # an iterator in the protocol, a generator in fact
            for piece in pieces:
                if not self._wanted():
                    return
                yield piece

    def count_tokens(self, text: str) -> int:
        """See LanguageModel."""
        return self._model.count_tokens(text)

    def close(self) -> None:
        """Leave the model to the others."""
