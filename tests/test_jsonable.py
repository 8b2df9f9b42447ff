"""The shapes that scripts rely on, key by key."""

from __future__ import annotations

import json

from onrecord.jsonable import answer_json, article_json, event_json, quote_json
from onrecord.quotes.extract import extract_quotes
from onrecord.types import (
    Answer,
    AnswerEvent,
    AnswerSpan,
    Citation,
    Hit,
    Passage,
    Quote,
    Searched,
    Span,
    Statement,
    StatementPiece,
    Timings,
)
from tests.samples import HARBOUR, plain

ARTICLE = plain(
    HARBOUR, id="wall", title="The Wall", url="https://a.example/wall", published="2025-03-02",
    authors=["A. Writer"], outlet="Daily",
)  # fmt: skip
START = ARTICLE.text.index("We need new gates.")
CITATION = Citation(1, ARTICLE, START, START + 18)
STATEMENT = Statement("We need new gates.", "quoted", (1,), "Maria Keller")


def test_an_answer() -> None:
    answer = Answer(
        "Why?", (STATEMENT,), (CITATION,), refused=False, mode="extractive", generation="gen-000001",
        answer_span=AnswerSpan(1, "new gates", START + 8, START + 17), timings=Timings(1.5, None, 3.0),
    )  # fmt: skip
    shown = answer_json(answer)
    citation = shown["citations"][0]
    assert {key: citation[key] for key in ("number", "article", "title", "url", "published", "outlet", "start", "end", "text")} == {
        "number": 1, "article": "wall", "title": "The Wall", "url": "https://a.example/wall", "published": "2025-03-02",
        "outlet": "Daily", "start": START, "end": START + 18, "text": "We need new gates.",
    }  # fmt: skip
    assert {key: value for key, value in shown.items() if key != "citations"} == {
        "question": "Why?",
        "understood": None,
        "refused": False,
        "mode": "extractive",
        "generation": "gen-000001",
        "statements": [{"text": "We need new gates.", "kind": "quoted", "speaker": "Maria Keller", "citations": [1]}],
        "answer_span": {"text": "new gates", "citation": 1, "start": START + 8, "end": START + 17},
        "nearest": [],
        "timings_ms": {"search": 1.5, "first_statement": None, "total": 3.0},
    }
    assert json.loads(json.dumps(shown)) == shown


def test_a_refusal() -> None:
    answer = Answer("Why?", (), (), refused=True, mode="extractive", generation="g", nearest=(ARTICLE,))
    shown = answer_json(answer)
    assert shown["refused"] is True
    assert shown["nearest"] == [{"article": "wall", "title": "The Wall", "url": "https://a.example/wall"}]
    assert shown["answer_span"] is None
    assert shown["timings_ms"] is None


def test_events_are_named() -> None:
    answer = Answer("Why?", (), (), refused=True, mode="extractive", generation="g")
    hit = Hit(Passage(ARTICLE, START, START + 18), 0.5)
    events: list[AnswerEvent] = [Searched("Why?", (hit,)), StatementPiece(STATEMENT, (CITATION,)), answer]
    shown = [event_json(event) for event in events]
    assert [one["event"] for one in shown] == ["searched", "statement", "answer"]
    assert shown[0]["passages"] == [{"article": "wall", "title": "The Wall", "start": START, "end": START + 18}]
    assert (
        shown[1]["statement"]
        == answer_json(Answer("Why?", (STATEMENT,), (CITATION,), refused=False, mode="model", generation="g"))[
            "statements"
        ][0]
    )
    assert shown[2] == {"event": "answer", **answer_json(answer)}


def test_a_question_that_leans_on_the_conversation_says_how_it_was_understood() -> None:
    understood = "What does Keller say? Why?"
    assert event_json(Searched("Why?", (), understood))["understood"] == understood
    answer = Answer("Why?", (), (), refused=True, mode="extractive", generation="g", understood=understood)
    assert answer_json(answer)["understood"] == understood


def test_an_article() -> None:
    shown = article_json(ARTICLE)
    assert shown["text"] == ARTICLE.text
    assert {key: shown[key] for key in ("id", "published", "authors", "language", "status")} == {
        "id": "wall", "published": "2025-03-02", "authors": ["A. Writer"], "language": "en", "status": "current",
    }  # fmt: skip
    assert [ARTICLE.text[one["start"] : one["end"]] for one in shown["blocks"] if one["kind"] == "heading"] == [
        "The Wall"
    ]


def test_a_quote() -> None:
    quote = next(one for one in extract_quotes(ARTICLE) if one.direct)
    shown = quote_json(quote)
    assert set(shown) == {"article", "spans", "text", "speaker", "cue", "direct"}
    assert " ".join(ARTICLE.text[start:end] for start, end in shown["spans"]) == shown["text"]
    start, end = shown["speaker"]["mention"]
    assert shown["speaker"]["name"] == "Maria Keller"
    assert ARTICLE.text[start:end].startswith("Maria Keller")
    assert quote_json(Quote(ARTICLE, (Span(0, 8),)))["speaker"] is None
