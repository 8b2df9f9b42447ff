"""Stand-ins for what is slow or unpredictable; they keep the contracts that the real things keep."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from onrecord.errors import ModelError
from onrecord.generation.worker import until_stop
from onrecord.types import Message

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
