"""A newsroom whose answers are scripted: for what the real product cannot be made to do, such as hang, crash or attack."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from tests.fakes import fake_core

from onrecord.errors import IndexUnusableError, ModelBusyError, QuestionError
from onrecord.types import (
    Answer,
    AnswerEvent,
    Article,
    Block,
    Citation,
    Filters,
    Hit,
    Passage,
    Question,
    Quote,
    Searched,
    Span,
    Speaker,
    SpeakerRecord,
    Statement,
    StatementPiece,
    Status,
)
from onrecord.web.core import Core, State

__all__ = ["HOSTILE", "Newsroom"]

HOSTILE = (
    '<script>window.hacked=1</script><img src="http://evil.invalid/i.png" onerror="window.hacked=1">'
    "![m](http://evil.invalid/m.png) [l](javascript:window.hacked=1) http://evil.invalid/auto"
    " **bold** $$x^2$$ <form action=http://evil.invalid><style>@import 'http://evil.invalid/s.css'</style>"
)


class Newsroom:
    """A scripted ``ask``: the first word of a question chooses what happens."""

    def __init__(self) -> None:
        self.questions: list[Question] = []
        self.closed = threading.Event()
        self.gate = threading.Event()
        self.gate.set()
        self.rest = threading.Event()
        self.rest.set()
        self.hostile = HOSTILE
        self.article, self.other = _articles()
        self.generation = "gen-1"
        self.judged: list[Mapping[str, Any]] = []
        self.printed = {one.id: one for one in (self.article, self.other, *_further(self.other))}
        self.quotes = _quotes(self.article, self.printed["city/2026-03-14?page=1"])

    def core(self) -> Core:
        """The product, as far as the pages for readers use it."""

        def quotes(
            *,
            speaker: str | None = None,
            article: str | None = None,
            since: date | None = None,
            until: date | None = None,
        ) -> Iterator[Quote]:
            if speaker is not None and speaker not in {"Pu Yongjian", "Pu"}:
                raise QuestionError(f"no speaker in this corpus is called {speaker!r}", hint="leave it out")
            for quote in self.quotes:
                day = quote.article.published_on
                if (article or quote.article.id) != quote.article.id or (speaker and quote.speaker is None):
                    continue
                if not (since or until) or (day and (since or day) <= day <= (until or day)):
                    yield quote

        def quotes_about(subject: str, *, most: int = 20, filters: Filters | None = None) -> list[Quote]:
            asked = filters or Filters()
            found = quotes(speaker=asked.speaker, since=asked.since, until=asked.until)
            return [quote for quote in found if "suppliers" not in subject or "suppliers" in quote.text][:most]

        def copies(name: str) -> tuple[Article, ...]:
            return (self.printed["copy"],) if name == "b" else ()

        def article(name: str) -> Article | None:
            if name == "unreadable":
                raise IndexUnusableError("the index cannot be read", hint="verify it")
            return self.printed.get(name)

        return fake_core(
            self.ask,
            article=article,
            quotes=quotes,
            quotes_about=quotes_about,
            copies=copies,
            speakers=lambda: [SpeakerRecord("Pu Yongjian", ("Pu", "Professor Pu"), 2, 2, 2)],
            state=lambda: State(2, "2026-03-14", self.generation, "none", 0, "2026-03-12", 4),
            feedback=self.judged.append,
        )

    def ask(self, question: Question, **_: object) -> Iterator[AnswerEvent]:
        """Yield the scripted events; ``closed`` is set when the generator ends for any reason."""
        self.questions.append(question)
        self.closed.clear()
        try:
            yield from getattr(self, "_" + question.text.split()[0].lower().strip("?,!"), self._what)(question)
        finally:
            self.closed.set()

    def _what(self, question: Question) -> Iterator[AnswerEvent]:
        yield Searched(question.text, self._hits())
        first = self._cite(1, self.article, "“Chongqing is the largest base,” said Pu.")
        second = self._cite(2, self.other, "Exports rose by 12 percent.")
        quoted = Statement("“Chongqing is the largest base,” said Pu.", "quoted", (1,), "Pu Yongjian")
        extract = Statement("Exports rose by 12 percent.", "extract", (2,))
        yield StatementPiece(quoted, (first,))
        time.sleep(0.4)
        self.rest.wait(20)
        yield StatementPiece(extract, (second,))
        statements, citations = (quoted, extract), (first, second)
        yield Answer(question.text, statements, citations, False, "extractive", self.generation)

    def _and(self, question: Question) -> Iterator[AnswerEvent]:
        for event in self._what(question):
            yield (
                replace(event, understood="What did Pu say about suppliers?") if isinstance(event, Searched) else event
            )

    def _wait(self, question: Question) -> Iterator[AnswerEvent]:
        answer = self._what(question)
        yield next(answer)
        self.gate.wait(20)
        yield from answer

    def _late(self, question: Question) -> Iterator[AnswerEvent]:
        yield from self._what(question)
        self.gate.wait(20)

    def _refuse(self, question: Question) -> Iterator[AnswerEvent]:
        yield Searched(question.text, self._hits())
        yield Answer(question.text, (), (), True, "extractive", "gen-1", nearest=(self.article, self.other))

    def _busy(self, question: Question) -> Iterator[AnswerEvent]:
        yield Searched(question.text, self._hits())
        raise ModelBusyError("too many questions wait for the model", hint="ask again in a minute")

    def _crash(self, question: Question) -> Iterator[AnswerEvent]:
        yield Searched(question.text, ())
        raise RuntimeError("secret internals at 0xdeadbeef")

    def _slow(self, question: Question) -> Iterator[AnswerEvent]:
        yield Searched(question.text, self._hits())
        cited = self._cite(1, self.other, "Exports rose by 12 percent.")
        for _ in range(300):
            time.sleep(0.1)
            yield StatementPiece(Statement("Exports rose by 12 percent.", "extract", (1,)), (cited,))

    def _hostile(self, question: Question) -> Iterator[AnswerEvent]:
        text = f"Before. {HOSTILE}\n\nAfter **bold** _it_ # x"
        article = Article(
            "h", text, (), title=HOSTILE, url="javascript:window.hacked=1", outlet=HOSTILE, authors=(HOSTILE,)
        )
        cited = Citation(1, article, 8, 8 + len(HOSTILE))
        statement = Statement(HOSTILE, "quoted", (1,), HOSTILE)
        yield Searched(question.text, (Hit(Passage(article, 0, len(text)), 1.0),))
        yield Answer(question.text, (statement,), (cited,), False, "model", "gen-1")

    def _cite(self, number: int, article: Article, words: str) -> Citation:
        start = article.text.index(words)
        return Citation(number, article, start, start + len(words))

    def _hits(self) -> tuple[Hit, ...]:
        return tuple(
            Hit(Passage(article, block.start, block.end), 1.0)
            for article in (self.article, self.other)
            for block in article.blocks
            if block.kind == "body"
        )


def _further(other: Article) -> tuple[Article, ...]:
    """What ran elsewhere, what was withdrawn, and one whose id is no plain word."""
    text = (
        "The mayor opened the plant on Saturday.\n\n"
        "Pu Yongjian believes that the suppliers will follow the makers. “The chain of suppliers will come here,” he"
        " told reporters, “and it will stay.” A resident said the noise was hard to bear."
    )
    at = text.index("Pu")
    blocks = (Block("body", 0, at - 2), Block("body", at, len(text)))
    return (
        replace(other, id="copy", outlet="Second Paper", url="https://second.example/exports", status=Status()),
        replace(other, id="gone", status=Status("withdrawn", "The source took it back.", date(2026, 3, 15))),
        Article(
            "city/2026-03-14?page=1",
            text,
            blocks,
            title="A plant opens, and its suppliers follow",
            url="https://news.example/plant",
            published="2026-03-14",
            outlet="Example Times",
            authors=("Li Wei", "Ann Berg"),
            language="en",
        ),
    )


def _quotes(first: Article, second: Article) -> list[Quote]:
    def quote(article: Article, *said: str, direct: bool = True, speaker: str | None = "Pu Yongjian") -> Quote:
        starts = [article.text.index(words) for words in said]
        spans = tuple(Span(start, start + len(words)) for start, words in zip(starts, said, strict=True))
        return Quote(article, spans, Speaker(speaker) if speaker else None, direct=direct)

    chain = "We have a complete chain of suppliers, and that is what attracts the makers of new energy vehicles."
    return [
        quote(first, "Chongqing is the largest base,", chain),
        quote(second, "that the suppliers will follow the makers", direct=False),
        quote(second, "The chain of suppliers will come here,", "and it will stay."),
        quote(second, "the noise was hard to bear", direct=False, speaker=None),
    ]


def _articles() -> tuple[Article, Article]:
    caption = "A car plant in Chongqing. /Photo"
    body = (
        "The city has been building cars for forty years. “Chongqing is the largest base,” said Pu. "
        "“We have a complete chain of suppliers, and that is what attracts the makers of new energy"
        " vehicles.”"
    )
    last = "The professor teaches economics at a university in the city and studies its industry."
    text = "\n\n".join([caption, body, last])
    at = len(caption) + 2
    blocks = (
        Block("caption", 0, len(caption)),
        Block("body", at, at + len(body)),
        Block("body", at + len(body) + 2, len(text)),
    )
    other = "Exports rose by 12 percent. The customs office published the figures on Monday."
    return (
        Article("a", text, blocks, title="How a mountain city became a maker of cars", outlet="CGTN"),
        Article(
            "b",
            other,
            (Block("body", 0, len(other)),),
            title="Car exports rise as new plants open",
            url="https://news.example/exports",
            published="2026-03-12",
            outlet="Example Times",
            status=Status("corrected", "The figure was 11 percent in an earlier version.", date(2026, 3, 13)),
        ),
    )
