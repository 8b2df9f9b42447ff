"""Measure whose words an answer shows, on questions made from the quotes of the PolNeAR articles.

``python -m onrecord.evaluation.attribution [--cache DIR] [--limit N] [--no-model]`` asks "What does SPEAKER say about
TOPIC?" 200 times.  A source's words count as the outlet's where the annotators marked them as somebody's, and
neither the slice that is shown nor the statement's speaker says whose.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from statistics import mean

from onrecord.evaluation.data import bench_file
from onrecord.evaluation.quotes import Document, load_polnear
from onrecord.evaluation.suite import Figures, Options, main, opened, polnear_articles
from onrecord.runtime import Runtime
from onrecord.text.tokens import STOP_WORDS, words
from onrecord.types import Answer, Citation, Question, Quote, Statement

__all__ = ["measure", "questions_for_words", "topic_of", "unattributed"]

_QUESTIONS = 200
_TOPIC_WORDS = 2
_COVERED = 0.8
_LONGER = re.compile(r"[A-Za-z]{5,}")


def measure(options: Options) -> Figures:
    """The share of answers that begin with the speaker's own words, and what lost its speaker."""
    documents = {one.name: one for one in load_polnear(bench_file("polnear/dev"))}
    figures: Figures = {}
    with closing(opened(options, "polnear-120", [polnear_articles(options)])) as runtime:
        asked = _questions(list(runtime.quotes()), options.limit or _QUESTIONS)
        for phrased in (False, True) if options.model else (False,):
            answers = [_answer(runtime, question, phrased=phrased) for question, _ in asked]
            figures["model" if phrased else "extractive"] = _figures(runtime, asked, answers, documents)
    return figures


def topic_of(quote: Quote) -> str | None:
    """The words of a quote that tell most what it is about: its longest, in their order."""
    found = [word for word in dict.fromkeys(words(quote.text)) if word not in STOP_WORDS and _LONGER.fullmatch(word)]
    longest = sorted(found, key=lambda word: -len(word))[:_TOPIC_WORDS]
    return " ".join(word for word in found if word in longest) if len(longest) == _TOPIC_WORDS else None


def unattributed(statement: Statement, citations: Sequence[Citation], document: Document) -> bool:
    """Whether a statement without a speaker shows marked words of a source and not who that is."""
    if statement.speaker is not None:
        return False
    for entry in document.attributions:
        contents = [document.text[start:end] for start, end in entry.content]
        sources = [document.text[start:end] for start, end in entry.source]
        shown = sum(len(text) for text in contents if any(text in one.text for one in citations))
        if not sources or not contents or shown < _COVERED * sum(map(len, contents)):
            continue
        if not any(source in one.text for source in sources for one in citations):
            return True
    return False


def questions_for_words(quotes: Sequence[Quote]) -> list[tuple[str, str]]:
    """Questions for the words of each speaker who is quoted directly, and the speaker."""
    found: dict[str, str] = {}
    for quote in quotes:
        topic = topic_of(quote)
        if quote.direct and quote.speaker is not None and topic is not None and quote.speaker.name[0].isupper():
            found[f"What does {quote.speaker.name} say about {topic}?"] = quote.speaker.name
    return list(found.items())


def _questions(quotes: Sequence[Quote], count: int) -> list[tuple[str, str]]:
    listed = questions_for_words(quotes)
    return [listed[at * len(listed) // count] for at in range(min(count, len(listed)))]


def _answer(runtime: Runtime, question: str, *, phrased: bool) -> Answer:
    last = list(runtime.ask(Question(question), phrased=phrased))[-1]
    if not isinstance(last, Answer):
        raise TypeError("an answer ends with the answer")
    return last


def _figures(
    runtime: Runtime,
    asked: Sequence[tuple[str, str]],
    answers: Sequence[Answer],
    documents: Mapping[str, Document],
) -> Figures:
    names = {name: set(person.names) for person in runtime.speakers() for name in person.names}
    first = [
        bool(answer.statements) and answer.statements[0].speaker in names.get(speaker, {speaker})
        for (_, speaker), answer in zip(asked, answers, strict=True)
    ]
    lost = 0
    for answer in answers:
        cited = {citation.number: citation for citation in answer.citations}
        for statement in answer.statements:
            citations = [cited[number] for number in statement.citations]
            document = documents.get(citations[0].article.id)
            lost += document is not None and unattributed(statement, citations, document)
    return {
        "questions": len(asked),
        "the speaker's own words first": round(100 * mean(first), 1),
        "refused": round(100 * mean(answer.refused for answer in answers), 1),
        "statements": sum(len(answer.statements) for answer in answers),
        "a source's words without the source": lost,
    }


if __name__ == "__main__":
    raise SystemExit(main(measure, __doc__))
