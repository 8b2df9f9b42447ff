"""Whom a pronoun means, and when that is left open.  All sentences are our own."""

from __future__ import annotations

import pytest
from tests.samples import plain

from onrecord.quotes.extract import extract_quotes


def speakers(text: str) -> list[str | None]:
    return [quote.speaker.name if quote.speaker else None for quote in extract_quotes(plain(text, language="en"))]


def test_a_pronoun_follows_the_last_source_that_it_fits() -> None:
    text = "“The wall is old and needs work now,” said Maria Keller, an engineer. “It will not hold at all,” she added later."
    assert set(speakers(text)) == {"Maria Keller"}


def test_a_pronoun_names_nobody_where_somebody_else_was_named_as_a_subject() -> None:
    text = (
        "“The wall is old and needs work now,” said Maria Keller, an engineer.\n\n"
        "Throughout the storm, Ulrike Vossberg, who leads the port, had stayed at the gate. Ulrike Vossberg is well known. "
        "When Vossberg came home, the water stood high. “Nobody should have to see that again,” she wrote."
    )
    assert speakers(text)[-1] in {None, "Ulrike Vossberg"}
    assert speakers(text)[0] == "Maria Keller"


@pytest.mark.parametrize("name", ["Alexis Kellermann", "Andrea Kellermann", "Kim Kellermann"])
def test_a_name_that_men_and_women_bear_tells_no_gender(name: str) -> None:
    text = f"“The wall is old and needs work now,” said {name}, an engineer. “It will not hold at all,” he added later."
    assert set(speakers(text)) == {name}


def test_the_nearer_attribution_carries_on() -> None:
    text = (
        "“The wall is old and needs work now,” said Maria Keller. In this case, says Tom Brandt, the port has to pay. "
        "“It becomes a little bit harder to justify the cost.”"
    )
    assert speakers(text)[-1] == "Tom Brandt"


def test_a_title_after_an_attribution_is_no_second_half() -> None:
    text = "“You go to the harbour and you play,” recalled Linda Ronner in the film “Linda Ronner: The Sound of My Harbour.”"
    (quote,) = [one for one in extract_quotes(plain(text)) if one.direct]
    assert quote.text == "You go to the harbour and you play,"


def test_what_capitals_leave_of_a_name_is_nobody() -> None:
    assert "SAID HE" not in speakers('" NOTHING OF THE SORT WILL EVER HAPPEN HERE, " SAID HE . " NEVER . "')
