"""What editors decided is kept as they decided it, or its file is named as damaged."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.errors import IndexDamagedError
from onrecord.storage.decisions import (
    decisions_stamp,
    read_decisions,
    read_statuses,
    write_decisions,
    write_statuses,
)
from onrecord.types import SpeakerDecision, Status

names = st.text(st.characters(exclude_categories=["Cs"]))
decisions = st.lists(st.builds(SpeakerDecision, st.sampled_from(["merge", "split"]), names, names)).map(tuple)
statuses = st.dictionaries(
    names,
    st.builds(
        Status, st.sampled_from(["corrected", "withdrawn"]), st.none() | names, st.none() | st.dates(date(1900, 1, 1))
    ),
)


def test_nothing_was_decided_yet(tmp_path: Path) -> None:
    assert read_decisions(tmp_path) == ()
    assert read_statuses(tmp_path) == {}


@given(decisions, statuses)
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    made: tuple[SpeakerDecision, ...],
    given_statuses: dict[str, Status],
) -> None:
    root = tmp_path_factory.getbasetemp()
    write_decisions(root, made)
    write_statuses(root, given_statuses)
    assert read_decisions(root) == made
    assert read_statuses(root) == given_statuses


def test_an_article_that_stands_as_printed_needs_no_line(tmp_path: Path) -> None:
    write_statuses(tmp_path, {"a": Status()})
    assert read_statuses(tmp_path) == {}


def test_the_stamp_changes_with_every_decision(tmp_path: Path) -> None:
    stamps = [decisions_stamp(tmp_path)]
    for kind in ("withdrawn", "corrected"):
        write_statuses(tmp_path, {"a": Status(kind)})
        stamps.append(decisions_stamp(tmp_path))
    write_decisions(tmp_path, (SpeakerDecision("merge", "A", "B"),))
    stamps.append(decisions_stamp(tmp_path))
    assert len(set(stamps)) == 4


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff",
        b"5",
        b'[["merge", "A"]]',
        b'[["join", "A", "B"]]',
        b'[["merge", 1, "B"]]',
        b"[" * 100_000,
        b"[5]",
    ],
)
def test_decisions_that_are_not_ours_are_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "speakers.json").write_bytes(content)
    with pytest.raises(IndexDamagedError, match=r"speakers\.json") as caught:
        read_decisions(tmp_path)
    assert "move it away" in caught.value.hint


@pytest.mark.parametrize(
    "content",
    [
        b"[]",
        b'{"a": "withdrawn"}',
        b'{"a": ["gone", null, null]}',
        b'{"a": ["withdrawn", 5, null]}',
        b'{"a": ["withdrawn", null, "yesterday"]}',
        b'{"a": [["withdrawn"], null, null]}',
        b'{"a": ["withdrawn"]}',
    ],
)
def test_statuses_that_are_not_ours_are_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "status.json").write_bytes(content)
    with pytest.raises(IndexDamagedError, match=r"status\.json"):
        read_statuses(tmp_path)
