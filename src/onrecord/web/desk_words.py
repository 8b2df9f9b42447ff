"""What verdicts and flags mean, in the words that staff read."""

from __future__ import annotations

from typing import Literal, NamedTuple

from onrecord.types import Verdict

__all__ = ["FLAGS", "REASONS", "VERDICTS", "Said", "flag_words"]

Tone = Literal["good", "warn", "bad", "open"]


class Said(NamedTuple):
    """A verdict in words; ``weight`` orders them by how urgently an editor must look, the most urgent first."""

    label: str
    sentence: str
    tone: Tone
    weight: int


VERDICTS: dict[Verdict, Said] = {
    "verbatim": Said("Word for word", "Printed word for word.", "good", 6),
    "truncated": Said("Cut", "Printed, but words that belong to it are missing here.", "warn", 4),
    "paraphrase": Said("Paraphrase", "Printed as the same statement in other words.", "warn", 5),
    "altered": Said("Altered", "Printed, but with other words.", "bad", 1),
    "spliced": Said("Put together", "Every word was printed, but in places that do not belong together.", "bad", 2),
    "other_speaker": Said("Another speaker", "Printed, but as the words of somebody else.", "bad", 0),
    "not_found": Said(
        "Not found in this corpus",
        "These articles do not hold it. It may have been said all the same: nothing but this corpus was searched.",
        "open",
        3,
    ),
}
FLAGS = {
    "number_changed": "a number differs",
    "negation_changed": "a negation was added or dropped",
    "hedge_dropped": "a word of caution was dropped",
    "hedge_added": "a word of caution was added",
    "name_changed": "a name differs",
    "unit_changed": "a unit differs",
    "date_changed": "a date differs",
    "case_changed": "capital letters differ",
    "accents_changed": "accents differ",
    "lookalike_characters": "letters of another alphabet that look the same",
    "hidden_characters": "characters that nobody can see",
    "spacing_changed": "spaces differ",
    "house_style": "only house style differs",
    "cut_front": "words before it are missing",
    "cut_middle": "words in the middle are missing",
    "cut_end": "words after it are missing",
    "ellipsis": "an ellipsis stands for words",
    "bracketed_insertion": "words in brackets were put in",
    "not_a_quotation": "print has it outside quotation marks",
    "other_speaker": "print names another speaker",
    "truncated": "words that belong to it are missing",
}
REASONS = {
    "wrong": "wrong",
    "wrong_source": "wrong source",
    "missing": "something is missing",
    "not_answered": "not answered",
    "unclear": "unclear",
    "other": "another reason",
}


def flag_words(flag: str) -> str:
    """Say what a flag means; one that is new here is said as it is named."""
    return FLAGS.get(flag, flag.replace("_", " "))
