"""The two hundred texts of the browser's tests in every field, and thirty of them cut at every place: all stays text.

The browser shows that nothing runs; here every state of an answer is looked at, also those that pass in a moment.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.browser.test_hostile import PAYLOADS, Hostile
from tests.web.test_render import ALLOWED, ATTRIBUTES, OWN, Elements, everywhere

from onrecord.types import Question
from onrecord.web import render
from onrecord.web.exchange import Asked, Exchange
from onrecord.web.panel import sources
from onrecord.web.words import words_for

ENGLISH = words_for("en", None)
CUT = PAYLOADS[::7][:30]


def look(markup: str) -> None:
    for tag, attributes in Elements(markup).elements:
        assert tag in ALLOWED, markup
        assert attributes.keys() <= ATTRIBUTES, markup
        assert OWN.match(attributes.get("href") or "?"), markup
    assert "\n" not in markup


@pytest.mark.parametrize("first", range(0, len(PAYLOADS), 25))
def test_in_every_field(first: int) -> None:
    for payload in PAYLOADS[first : first + 25]:
        for markup in everywhere(payload, f"javascript:{payload}"):
            look(markup)


def states(question: str) -> Iterator[Exchange]:
    """Every state of an answer that holds payloads, from the question to its end."""
    shown = Exchange(1, Asked(question))
    yield shown
    for event in Hostile().ask(Question(question)):
        shown = shown.after(event)
        yield shown


@pytest.mark.parametrize("first", range(0, len(PAYLOADS), 10))
def test_at_every_moment_of_an_answer(first: int) -> None:
    for question in (f"{first} {PAYLOADS[first]}", f"{first} refuse {PAYLOADS[first]}"):
        for shown in states(question):
            for markup in (
                *render.answer_parts(shown, ENGLISH),
                render.question(shown, ENGLISH),
                sources([shown], ENGLISH),
            ):
                look(markup)


@pytest.mark.parametrize("payload", CUT)
def test_cut_at_every_place(payload: str) -> None:
    for end in range(1, len(payload)):
        part = payload[:end]
        shown = Exchange(1, Asked(part), ended=part)
        for markup in (*render.answer_parts(shown, ENGLISH), render.question(shown, ENGLISH), render.notice(part)):
            look(markup)
