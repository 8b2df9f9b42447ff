"""Stand-ins for what is slow or unpredictable; they keep the contracts that the real things keep."""

from __future__ import annotations

import re
import threading
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from onrecord.errors import ModelError
from onrecord.generation.templates import until_stop
from onrecord.text.tokens import stems
from onrecord.types import (
    Answer,
    AnswerEvent,
    Article,
    Block,
    Citation,
    Hit,
    Message,
    Passage,
    Question,
    Quote,
    QuoteCheck,
    Searched,
    Span,
    Speaker,
    SpeakerRecord,
    Statement,
    StatementPiece,
)
from onrecord.web.core import Core, State

Reply = str | ModelError


class ScriptedModel:
    """A language model that says what it is told to, in order.

    ``history`` holds the messages of each call.  A reply that is a ModelError is raised, after
    ``before_error``.  While ``gate`` is clear the model has nothing to say: it yields empty pieces.
    ``stopped`` counts the streams that were closed before their end.
    """

    name = "scripted"

    def __init__(self, replies: Iterable[Reply] = (), *, before_error: str = "") -> None:
        self.replies: deque[Reply] = deque(replies)
        self.history: list[tuple[Message, ...]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.stopped = 0
        self._before_error = before_error
        self._closed = False

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        grammar: str | None = None,
    ) -> Iterator[str]:
        self._check_open()
        self.history.append(tuple(messages))
        if not self.replies:
            raise AssertionError("the model was asked once more than it has replies")
        reply = self.replies.popleft()
        try:
            while not self.gate.wait(0.02):
                yield ""
            yield from self._say(reply, max_tokens, stop)
        except GeneratorExit:
            self.stopped += 1
            raise

    def count_tokens(self, text: str) -> int:
        self._check_open()
        return len(_tokens(text))

    def close(self) -> None:
        self._closed = True

    def _say(self, reply: Reply, max_tokens: int, stop: Sequence[str]) -> Iterator[str]:
        error = reply if isinstance(reply, ModelError) else None
        text = reply if isinstance(reply, str) else self._before_error
        yield from until_stop(_tokens(text)[:max_tokens], stop)
        if error:
            raise error

    def _check_open(self) -> None:
        if self._closed:
            raise ModelError("the language model is closed", hint="start the program again")


def _tokens(text: str) -> list[str]:
    return re.findall(r"\s*\w+|\s*[^\w\s]|\s+", text)


class FakeEmbedder:
    """Texts with the same stems are near: a signed count of stems in 512 buckets, of length 1.

    ``embedded`` counts the texts that it was given, ``texts`` keeps them.
    """

    dimensions = 512

    def __init__(self, *, name: str = "fake", fingerprint: str = "fake-1") -> None:
        self.name = name
        self.fingerprint = fingerprint
        self.texts: list[str] = []

    @property
    def embedded(self) -> int:
        return len(self.texts)

    def embed(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> npt.NDArray[np.float32]:
        self.texts += texts
        vectors = np.array([_bag(text) for text in texts], dtype=np.float32).reshape(-1, self.dimensions)
        if progress is not None and texts:
            progress(len(texts))
        return vectors


def _bag(text: str) -> npt.NDArray[np.float64]:
    bag = np.zeros(FakeEmbedder.dimensions)
    for word in stems(text):
        # Not hash(), which differs from process to process.
        digest = zlib.crc32(word.encode("utf-8", "surrogatepass"))
        bag[digest % len(bag)] += 1 if digest & 0x8000_0000 else -1
    if not bag.any():
        bag[0] = 1
    unit: npt.NDArray[np.float64] = bag / np.linalg.norm(bag)
    return unit


def fake_core(ask: Callable[..., Iterator[AnswerEvent]] | None = None, **given: Any) -> Core:
    """A product of one article; what is given takes the place of its parts."""
    text = "The harbour wall will be raised. “We need new gates,” said Maria Keller."
    article = Article("wall", text, (Block("body", 0, len(text)),), title="The Wall", published="2031-03-02")
    quote = Quote(article, (Span(34, 51),), Speaker("Maria Keller"), Span(59, 71), "said")
    hit = Hit(Passage(article, 0, len(text)), 0.5)

    def answered(question: Question, **_: Any) -> Iterator[AnswerEvent]:
        cited = Citation(1, article, 33, len(text))
        said = Statement(cited.text, "quoted", (1,), "Maria Keller")
        yield Searched(question.text, (hit,))
        yield StatementPiece(said, (cited,))
        yield Answer(question.text, (said,), (cited,), False, "extractive", "gen-000001")

    parts: dict[str, Any] = {
        "ask": ask or answered,
        "check": lambda claim: QuoteCheck(claim, "not_found"),
        "search": lambda query, **_: [hit],
        "article": lambda name: article if name == "wall" else None,
        "quotes": lambda **_: iter([quote]),
        "quotes_about": lambda subject, **_: [quote],
        "copies": lambda name: (),
        "speakers": lambda: [SpeakerRecord("Maria Keller", (), 1, 0, 1)],
        "state": lambda: State(1, "2031-03-02", "gen-000001", "none", 0, "2031-03-02", 1),
        "feedback": lambda given: None,
        "verify": lambda name, password: None,
        "account": lambda name: None,
    }
    return Core(**parts | given)
