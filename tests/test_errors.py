"""Every error says what to do next and has its exit code."""

from __future__ import annotations

import pytest

from onrecord import errors
from onrecord.errors import IndexUnusableError, InputError, ModelError, OnRecordError

TREE = [getattr(errors, name) for name in errors.__all__]


@pytest.mark.parametrize("kind", TREE)
def test_the_exit_code_is_that_of_the_branch(kind: type[OnRecordError]) -> None:
    expected = 2 if issubclass(kind, InputError) else 3 if issubclass(kind, IndexUnusableError | ModelError) else 1
    assert kind.exit_code == expected


def test_no_two_errors_share_a_code() -> None:
    assert len({kind.code for kind in TREE}) == len(TREE)


def test_the_message_comes_with_the_next_step() -> None:
    error = InputError("no such day", hint="write 2022-06-17")
    assert str(error) == "no such day; write 2022-06-17"
    assert (error.message, error.hint) == ("no such day", "write 2022-06-17")


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    drawn = errors.__doc__ or ""
    assert all(kind.__name__ in drawn for kind in TREE)
