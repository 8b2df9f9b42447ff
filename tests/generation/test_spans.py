"""The span that answers a factual question."""

from __future__ import annotations

import pytest
from hypothesis import given

from onrecord.errors import FileError
from onrecord.generation.spans import holds_kind, kind_asked, ranked_spans, shortest_span, spans_of, trimmed
from onrecord.types import Evidence, EvidenceItem, Passage, Span
from tests.samples import article_texts, plain

TEXT = (
    "The Harland bridge was opened on 4 May 1931 by Queen Adela. It is 310 metres long and cost $2.5 million. "
    "About 12,000 people cross it every day. Where will the next one stand? It was built in Nordhafen by Maria Keller."
)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many people cross it?", "number"),
        ("How much did it cost?", "money"),
        ("What percentage of voters agreed?", "percent"),
        ("How long is the bridge?", "measure"),
        ("When was it opened?", "date"),
        ("In what year did it open?", "date"),
        ("Who opened it?", "name"),
        ("Where was it built?", "place"),
        ("Which country won?", "place"),
        ("Why was it built?", "thing"),
    ],
)
def test_what_is_asked_for(question: str, kind: str) -> None:
    assert kind_asked(question) == kind


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("When was the Harland bridge opened?", "4 May 1931"),
        ("Who opened the Harland bridge?", "Queen Adela"),
        ("How long is the Harland bridge?", "310 metres"),
        ("How much did the bridge cost?", "$2.5 million"),
        ("How many people cross the bridge every day?", "12,000"),
        ("Where was it built by Maria Keller?", "Nordhafen"),
    ],
)
def test_the_shortest_span_that_answers(question: str, answer: str) -> None:
    article = plain(TEXT)
    evidence = Evidence((EvidenceItem(1, Passage(article, 0, len(article.text)), "extract"),))
    span = shortest_span(question, evidence)
    assert span is not None
    assert span.text == answer == article.text[span.start : span.end]


def test_a_question_of_the_article_answers_nothing() -> None:
    article = plain("Where will the next bridge stand?")
    evidence = Evidence((EvidenceItem(1, Passage(article, 0, len(article.text)), "extract"),))
    assert shortest_span("Where will the next bridge stand?", evidence) is None
    assert shortest_span("Where?", Evidence(())) is None


def test_what_the_question_says_itself_is_no_answer() -> None:
    assert holds_kind("How many of the 27 states agreed?", "Of 27 states, 19 agreed.")
    assert not holds_kind("How many of the 27 states agreed?", "The 27 states agreed.")


@given(article_texts)
def test_every_span_is_a_slice_within_its_text(text: str) -> None:
    for question in ("Who is it?", "How many are there?", "Why?"):
        for found in spans_of(question, [text]):
            assert all(0 <= span.start < span.end <= len(text) for _, span in found)


@given(article_texts)
def test_a_span_lies_in_its_passage(text: str) -> None:
    try:
        article = plain(text)
    except FileError:
        return
    evidence = Evidence((EvidenceItem(1, Passage(article, 0, len(article.text)), "extract"),))
    span = shortest_span("Who said what about the harbour?", evidence)
    assert span is None or article.text[span.start : span.end] == span.text


def best_of(question: str, texts: list[str], articles: list[str]) -> str:
    _, at, span = ranked_spans(question, texts, articles)[0]
    return texts[at][span.start : span.end]


def test_what_several_articles_say_gains() -> None:
    question = "Which country was shaken by an earthquake?"
    texts = ["An earthquake shook Ecuador.", "An earthquake shook Luzon.", "An earthquake shook Ecuador too."]
    assert best_of(question, texts, ["one", "two", "three"]) == "Ecuador"


def test_a_day_is_no_name() -> None:
    texts = ["On Monday the retailer Walmart cut prices."]
    found = {
        texts[0][span.start : span.end] for _, _, span in ranked_spans("Which retailer cut prices?", texts, ["one"])
    }
    assert "Walmart" in found
    assert not any("Monday" in name for name in found)


def test_who_did_it_stands_before_what_was_done() -> None:
    texts = ["Toyota sued Honda over hybrid engines."]
    assert best_of("Which company sued over hybrid engines?", texts, ["one"]) == "Toyota"


@pytest.mark.parametrize(
    ("question", "found", "answer"),
    [
        ("Who is she replacing?", "star Beanie Feldstein", "Beanie Feldstein"),
        ("Who built the mill?", "du Pont", "du Pont"),
        ("Who spoke?", "Maria Keller", "Maria Keller"),
        ("Which country was hit?", "northern parts of Portugal", "Portugal"),
        ("What did she wear?", "a red Sunday hat", "a red Sunday hat"),
        ("How many months was her detention extended?", "six months", "six"),
        ("How many months was her detention extended?", "six weeks", "six weeks"),
        ("How many people came?", "more than 1,000 people", "more than 1,000"),
        ("How old is the pilot?", "17-year", "17"),
        ("How long is the bridge?", "17 metres", "17 metres"),
        ("What was sold?", "Sold out\n\nA crate of pears", "A crate of pears"),
    ],
)
def test_a_slice_is_cut_to_what_answers(question: str, found: str, answer: str) -> None:
    text = f"Before. {found} and after."
    start = text.index(found)
    span = trimmed(question, text, Span(start, start + len(found)))
    assert text[span.start : span.end] == answer


@given(article_texts, article_texts)
def test_a_trimmed_slice_lies_in_the_slice(question: str, text: str) -> None:
    span = trimmed(question, text, Span(0, len(text)))
    assert 0 <= span.start <= span.end <= len(text)
    assert not text.strip(" .,\n") or span.start < span.end
