"""Answers that were given before, kept for as long as nothing that they rest on has changed."""

from __future__ import annotations

import sys
import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import replace
from itertools import chain

from onrecord.types import Answer, AnswerEvent, Article, Question, Searched, Timings

__all__ = ["MOST_BYTES", "AnswerCache", "key_of"]

MOST_BYTES = 32 * 2**20
"""What all answers that are kept may take: about a hundred, since each holds the articles that were found for it."""
_BLOCK_BYTES = 130  # of an article: the block and its two offsets
_ANSWER_BYTES = 8_000  # everything but the articles


def key_of(question: Question, model: str | None) -> Hashable:
    """What two questions must share to have the same answer from one generation; ``model`` is who phrases it."""
    text = " ".join(unicodedata.normalize("NFC", question.text).split())
    return text, question.filters, question.today, question.history, model


class AnswerCache:
    """The events of answers, the least recently used given up first; threads may share it.

    Of at most ``most`` answers, in about ``most_bytes``; one that alone is larger is not kept.  It belongs to one
    generation under one set of an editor's decisions and is thrown away with them.
    """

    def __init__(self, most: int, most_bytes: int = MOST_BYTES) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._kept: OrderedDict[Hashable, tuple[tuple[AnswerEvent, ...], int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, key: Hashable) -> tuple[AnswerEvent, ...]:
        """The events of an answer, or nothing; they say that they took no time."""
        with self._lock:
            events, _ = self._kept.get(key, ((), 0))
            if not events:
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
        size = _bytes_of(events)
        if size > self._most_bytes:  # all others would have to go for it
            return
        with self._lock:
            self._bytes += size - self._kept.pop(key, ((), 0))[1]
            self._kept[key] = events, size
            while len(self._kept) > self._most or self._bytes > self._most_bytes:
                self._bytes -= self._kept.popitem(last=False)[1][1]


def _bytes_of(events: Iterable[AnswerEvent]) -> int:
    """About what the events hold in memory: nearly all of it are the texts of articles, each counted once."""
    articles = {id(one): one for one in chain.from_iterable(map(_articles, events))}
    texts = sum(sys.getsizeof(one.text) + _BLOCK_BYTES * len(one.blocks) for one in articles.values())
    return _ANSWER_BYTES + texts


def _articles(event: AnswerEvent) -> Iterator[Article]:
    if isinstance(event, Searched):
        yield from (hit.passage.article for hit in event.hits)
        return
    yield from (citation.article for citation in event.citations)
    if isinstance(event, Answer):
        yield from chain(event.nearest, *event.copies.values())
