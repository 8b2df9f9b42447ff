"""The suites by name, for ``onrecord evaluate``."""

from __future__ import annotations

import importlib

from onrecord.errors import InputError
from onrecord.evaluation.suite import Measure

__all__ = ["SUITES", "suite"]

SUITES = {
    "retrieval": "search: hits and ranks on RealTimeQA, XQuAD, new_wiki and TIME",
    "answers": "answers: exact match and F1, closed and open, with and without the model",
    "reader": "the trained reader, with each part left out",
    "refusal": "what is refused: false answers against false refusals",
    "support": "whether a text supports a statement: SummEdits, WiCE, QAGS",
    "injection": "orders inside articles: ifr, spikee, BIPIA, PoisonedRAG",
    "obedience": "a model that does whatever an article tells it, over articles of our own",
    "followups": "questions that lean on the conversation, by rules; cases of our own",
    "tokens": "control tokens in every field of a prompt, for the embedded model and each family",
    "verbatim": "a hostile model against the promises, 20,000 answers",
    "attribution": "whose words are shown for 'What does SPEAKER say about TOPIC?'",
    "cost": "milliseconds: search, extractive answer, first statement",
    "phrasing": "what the model writes, with the trained adapter and without: what passes, and its markers",
    "worker": "50 crashes and hangs of the model's process",
}


def suite(name: str) -> Measure:
    """What measures the suite of this name; raises InputError where there is none."""
    if name not in SUITES:
        raise InputError(f"no suite is called {name!r}", hint="`onrecord evaluate --list` prints them")
    measure: Measure = importlib.import_module(f"onrecord.evaluation.{name}").measure
    return measure
