"""Under which forms a speaker is found in a question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.text.names import named_in, plain_name, speaker_forms

FORMS = speaker_forms(
    {"Maria Keller": ["Keller"], "James May": ["May"], "Anna Keller": [], "the ministry": [], "蒲勇健": []}
)


@pytest.mark.parametrize(
    ("name", "plain"), [("Pu  Yongjian's", "pu yongjian"), ("PU", "pu"), ("Jean-Luc", "jean luc"), ("", "")]
)
def test_names_are_compared_plainly(name: str, plain: str) -> None:
    assert plain_name(name) == plain


@pytest.mark.parametrize(
    ("form", "names"),
    [
        ("maria keller", ("Maria Keller",)),
        ("keller", ("Maria Keller", "Anna Keller")),
        ("may", ("James May",)),
        ("the ministry", ("the ministry",)),
    ],
)
def test_the_forms_of_a_speaker(form: str, names: tuple[str, ...]) -> None:
    assert FORMS[form] == names


@pytest.mark.parametrize("form", ["ministry", "maria", "james"])
def test_what_is_no_form_of_a_speaker(form: str) -> None:
    assert form not in FORMS


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What does Maria Keller say?", ("Maria Keller",)),
        ("what does maria keller say?", ("Maria Keller",)),
        ("What is Keller's view?", ("Maria Keller", "Anna Keller")),
        ("WHAT DOES MARIA KELLER SAY?", ("Maria Keller",)),
        ("What did May say?", ("James May",)),
        ("What may the council decide?", ()),
        ("May the council decide?", ()),
        ("what may the council decide?", ()),
        ("Who killed the cellist?", ()),
        ("蒲勇健说了什么？", ("蒲勇健",)),
    ],
)
def test_speakers_are_found_where_a_name_is_meant(question: str, names: tuple[str, ...]) -> None:
    assert named_in(question, FORMS)[0] == names


def test_the_longest_form_wins_and_its_words_are_used_up() -> None:
    assert named_in("Does Anna Keller agree?", FORMS) == (("Anna Keller",), {"anna", "keller"})


@given(st.text(st.characters()), st.dictionaries(st.text(), st.lists(st.text(), max_size=2), max_size=4))
def test_any_text_can_be_asked(text: str, speakers: dict[str, list[str]]) -> None:
    names, used = named_in(text, speaker_forms(speakers))
    assert set(names) <= speakers.keys()
    assert bool(names) == bool(used)
