"""Words turned around."""

from __future__ import annotations

import pytest

from onrecord.generation.opposites import opposite_in
from onrecord.generation.support import disagreement, unsupported

TEXT = "Prices in Nordhafen rose by 4% last year, said the ministry. Nobody was hurt in the legal protests."


@pytest.mark.parametrize(("one", "others", "found"), [("fall", {"price", "rise"}, "rise"), ("illegal", {"legal"}, "legal"), ("rise", {"price"}, None)])  # fmt: skip
def test_an_opposite(one: str, others: set[str], found: str | None) -> None:
    assert opposite_in(one, others) == found


@pytest.mark.parametrize(
    ("statement", "count"),
    [
        ("The ministry says that prices in Nordhafen rose by 4%.", 0),
        ("Prices went up in Nordhafen.", 0),
        ("Prices in Nordhafen rose by 7%.", 2),
        ("Prices in Oststadt rose by 4%.", 1),
        ("The illegal protests hurt nobody.", 1),
        ("Prices in Nordhafen did not rise in the year after the ministry of Keller.", 1),
    ],
)
def test_what_speaks_against_a_statement_is_counted(statement: str, count: int) -> None:
    assert disagreement(statement, TEXT) == count


def test_a_statement_turned_around_is_not_supported() -> None:
    source = "The water at the old harbour wall of the port is rising slowly every year."
    assert unsupported(source, source) is None
    reason = unsupported(source.replace("rising", "falling"), source)
    assert reason is not None
    assert "opposite" in reason
