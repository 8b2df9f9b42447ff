"""Who is one person across articles."""

from __future__ import annotations

from onrecord.quotes.people import people
from onrecord.types import SpeakerDecision, SpeakerRecord

RECORDS = [
    SpeakerRecord("Anna Berg", ("Berg",), 3, 1, 2),
    SpeakerRecord("President Anna Berg", (), 1, 0, 1),
    SpeakerRecord("Anna M. Berg", (), 1, 0, 1),
    SpeakerRecord("Berg", (), 1, 0, 1),
    SpeakerRecord("Otto Berg", (), 1, 0, 1),
    SpeakerRecord("the ministry", (), 0, 2, 2),
    SpeakerRecord("The ministry of the interior", (), 0, 1, 1),
]


def _names(*decisions: SpeakerDecision) -> list[tuple[str, ...]]:
    return [person.names for person in people(RECORDS, decisions)]


def test_titles_and_initials_make_no_other_person_but_a_bare_surname_may() -> None:
    found = people(RECORDS)
    assert found[0].name == "Anna Berg"
    assert found[0].names == ("Anna Berg", "President Anna Berg", "Anna M. Berg")
    assert (found[0].direct, found[0].reported) == (5, 1)
    assert found[0].aliases == ("Berg", "President Anna Berg", "Anna M. Berg")
    assert {("Berg",), ("Otto Berg",), ("the ministry",), ("The ministry of the interior",)} <= set(_names())


def test_an_editor_merges_and_splits_and_the_last_word_counts() -> None:
    merge = SpeakerDecision("merge", "Berg", "Otto Berg")
    assert ("Berg", "Otto Berg") in _names(merge)
    assert ("Berg",) in _names(merge, SpeakerDecision("split", "Berg", "Otto Berg"))
    split = SpeakerDecision("split", "Anna M. Berg", "Anna Berg")
    assert ("Anna M. Berg",) in _names(split)
    assert ("Anna Berg", "President Anna Berg") in _names(split)


def test_a_decision_on_a_name_that_is_gone_does_nothing() -> None:
    assert _names(SpeakerDecision("merge", "Nobody", "Anna Berg")) == _names()
