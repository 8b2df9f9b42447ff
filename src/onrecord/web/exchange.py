"""A question with its settings, and what has come back so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from onrecord.types import Answer, AnswerEvent, Citation, Filters, Hit, Quote, Searched, Statement

__all__ = ["Asked", "Exchange"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked and how; ``own_words``: without the language model.

    ``generation`` is that of the answer which a link was made for.
    """

    question: str
    filters: Filters = field(default_factory=Filters)
    own_words: bool = False
    generation: str | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what has come back so far; ``ended`` says why it stopped without an answer.

    ``understood`` is the question as it was searched for, where it leans on the conversation.  Of a refusal,
    ``searched_in`` says what was searched, and ``quoted`` holds what people said nearest to it.
    """

    number: int
    asked: Asked
    hits: tuple[Hit, ...] | None = None
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    answer: Answer | None = None
    ended: str | None = None
    understood: str | None = None
    searched_in: str = ""
    quoted: tuple[Quote, ...] = ()

    def after(self, event: AnswerEvent) -> Exchange:
        """Give the exchange once ``event`` has come in."""
        if isinstance(event, Searched):
            return replace(self, understood=event.understood, hits=event.hits, statements=(), citations=())
        if isinstance(event, Answer):
            return replace(self, answer=event, statements=event.statements, citations=_by_number(event.citations))
        return replace(
            self,
            statements=(*self.statements, event.statement),
            citations=_by_number((*self.citations, *event.citations)),
        )

    @property
    def running(self) -> bool:
        """Whether more is to come."""
        return self.answer is None and self.ended is None

    @property
    def meant(self) -> str:
        """The question as it stands by itself."""
        return self.understood or self.asked.question


def _by_number(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    by_number = {citation.number: citation for citation in citations}
    return tuple(by_number[number] for number in sorted(by_number))
