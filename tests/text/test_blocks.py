"""Heading, body, caption and boilerplate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.text.blocks import classify, paragraphs
from tests.samples import FRAMED, article_texts

STORY = "The council decided on Monday that the harbour wall will be raised by two metres."


def kinds_of(text: str) -> dict[str, str]:
    lines = [text[start:end] for start, end in paragraphs(text)]
    return dict(zip(lines, classify(lines), strict=True))


def test_blank_lines_part_paragraphs() -> None:
    text = "\n one\nstill one \n \n\n\u00a0\ntwo\n"
    assert [text[start:end] for start, end in paragraphs(text)] == ["one\nstill one", "two"]


@given(st.one_of(st.text(), article_texts))
def test_paragraphs_hold_every_visible_character_once(text: str) -> None:
    found = [text[start:end] for start, end in paragraphs(text)]
    assert "".join("".join(found).split()) == "".join(text.split())
    assert len(classify(found)) == len(found)


def test_a_page_is_parted_into_story_and_frame() -> None:
    kinds = kinds_of(FRAMED)
    assert {kind: [line[:24] for line in kinds if kinds[line] == kind] for kind in sorted({*kinds.values()})} == {
        "body": [
            "The harbour wall in Osts",
            "“The water is rising fas",
            "The gates were built in ",
            "Keller said that the wor",
        ],
        "boilerplate": [
            "We use cookies to improv",
            "I agree",
            "Share this",
            "Leave a message",
            "Fast News, Clear Water",
            "One Port, Many Voices",
            "For more information, pl",
            "Illegal and undesirable ",
            "© 2025 Harbour Daily. Al",
        ],
        "caption": ["Maria Keller, an enginee", "A view of the old gates "],
        "heading": ["Harbour Daily丨News from ", "The Wall That Has to Gro", "Why the Gates Are Failin"],
    }


@pytest.mark.parametrize(
    "line",
    [
        "The gates at dawn. (Harbour Daily/ Tom Brandt)",
        "The gates at dawn. (file photo)",
        "Photo: Tom Brandt",
        "Photo by Tom Brandt",
        "The gates at dawn. REUTERS",
        "大门。（摄影：王晓燕摄）",
    ],
)
def test_a_credit_makes_a_caption(line: str) -> None:
    assert classify([STORY, line, STORY]) == ["body", "caption", "body"]


@pytest.mark.parametrize(
    "line",
    [
        "This site uses cookies. Read our privacy policy",
        "Subscribe to our daily newsletter",
        "Follow us on every channel",
        "Advertisement",
        "Related articles",
        "Read more: the wall of 1961",
        "© 2025 Harbour Daily",
        "1. How relevant is this ad to you?",
        "Video player was slow to load content Video content never loaded Ad froze or did not finish loading",
        "Get the harbour in your inbox every morning",
        "Sign up for our weekly newsletter to get all the news of the port",
        "Want more news like this? Sign up here",
        "Contact Tom Brandt at tbrandt@harbour.example or on Twitter @tbrandt.",
        "Follow Tom Brandt on Twitter: @tbrandt",
        "Contributing: The Associated Press",
        "This story has been updated with additional details.",
        "A version of this story first appeared in the Harbour Daily's newsletter.",
        "Harbour Wire is a Harbour Daily content partner offering news and commentary.",
        "Purchases you make through our links may earn us a commission.",
        "上一篇：港口的门",
        "责任编辑：王晓燕",
    ],
)
def test_the_frame_is_told_by_its_words(line: str) -> None:
    assert classify([STORY, line, STORY]) == ["body", "boilerplate", "body"]


@pytest.mark.parametrize(
    "line",
    [
        "The ministry said the use of the data broke the privacy rules that it had agreed to a year before.",
        "“We print what we know,” said the editor, who shared the photo with her readers on Monday.",
        "She registered the company in 1961.",
        "Contact with the ship was lost on Monday, the coast guard said.",
        "Follow the coast for nine miles and you will see the wall.",
        "Residents may sign up for the free ferry at the town hall, the council said.",
        "The video never mentions the mayor, who watched it twice.",
        "Twitter said that it would appeal.",
        "The fund may earn more than the bank's commission suggests.",
        "The cookies were baked in the harbour's oldest kitchen, and the site of it is now a museum.",
    ],
)
def test_a_story_about_such_things_is_a_story(line: str) -> None:
    assert classify([STORY, line, STORY]) == ["body", "body", "body"]


def test_a_short_line_over_text_is_a_heading_and_one_that_ends_a_sentence_is_not() -> None:
    assert classify(["Why the Gates Fail", STORY, "It rained.", STORY]) == ["heading", "body", "body", "body"]


def test_a_list_at_the_end_is_not_taken_for_the_foot_of_the_page() -> None:
    births = [f"• Births in {year}: {year * 7:,}" for year in range(2001, 2012)]
    assert classify([STORY, *births, "Read More", *births]) == ["body"] * 12 + ["boilerplate"] + ["body"] * 11
    assert (
        classify([STORY, "Read More", "One Port, Many Voices", "© 2025 Harbour Daily", "Fast News"])
        == ["body"] + ["boilerplate"] * 4
    )


def test_a_dateline_is_no_heading() -> None:
    assert classify(["Oststadt —", STORY, "OSTSTADT –", STORY]) == ["body", "body", "body", "body"]


def test_a_short_line_at_the_end_stands_over_nothing() -> None:
    assert classify([STORY, "Tom Brandt"]) == ["body", "body"]
