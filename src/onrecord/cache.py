"""Answers that were given before, kept for as long as nothing that they rest on has changed."""

from __future__ import annotations

import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import replace

from onrecord.types import Answer, AnswerEvent, Question, Timings

__all__ = ["AnswerCache", "key_of"]


def key_of(question: Question, model: str | None) -> Hashable:
    """What two questions must share to have the same answer from one generation; ``model`` is who phrases it."""
    text = " ".join(unicodedata.normalize("NFC", question.text).split())
    return text, question.filters, question.today, question.history, model


class AnswerCache:
    """The events of at most ``most`` answers, the least recently used given up first; threads may share it.

    It belongs to one generation under one set of an editor's decisions and is thrown away with them.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[AnswerEvent, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, key: Hashable) -> tuple[AnswerEvent, ...]:
        """The events of an answer, or nothing; they say that they took no time."""
        with self._lock:
            events = self._kept.get(key)
            if events is None:
                return ()
            self._kept.move_to_end(key)
        *before, answer = events
        if isinstance(answer, Answer):
            answer = replace(answer, timings=Timings(0.0, 0.0 if answer.statements else None, 0.0))
        return (*before, answer)

    def keep(self, key: Hashable, events: tuple[AnswerEvent, ...], *, phrased: bool) -> None:
        """Keep a finished answer.

        One that should have been ``phrased`` and was not is left out: the model may only have been busy.
        """
        answer = events[-1]
        if (
            not self._most
            or not isinstance(answer, Answer)
            or (phrased and not answer.refused and answer.mode == "extractive")
        ):
            return
        with self._lock:
            self._kept[key] = events
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
