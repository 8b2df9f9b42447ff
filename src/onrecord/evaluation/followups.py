"""Measure how many questions that lean on the conversation are understood.

``python -m onrecord.evaluation.followups`` prints for each kind of follow-up how many hold their subject in their
self-contained form and nothing of what they have left, by rules alone; the cases are our own.
"""

from __future__ import annotations

from onrecord.evaluation.followup_cases import CASES, SPEAKERS, Case
from onrecord.evaluation.suite import Figures, Options, main
from onrecord.generation.followup import self_contained
from onrecord.text.names import speaker_forms
from onrecord.text.tokens import is_chinese, stems
from onrecord.types import Turn

__all__ = ["measure", "understood"]


def measure(options: Options) -> Figures:
    """The share of each kind, and what was misunderstood."""
    figures: Figures = {}
    missed: list[str] = []
    right = total = 0
    for name, cases in CASES.items():
        if not options.wants(name):
            continue
        wrong = [case for case in cases if not understood(case)]
        missed += [f"{case.before[-1]} | {case.text} -> {_form(case)}" for case in wrong]
        figures[name] = f"{len(cases) - len(wrong)} of {len(cases)}"
        right, total = right + len(cases) - len(wrong), total + len(cases)
    return figures | {"all": f"{right} of {total}", "share": round(100 * right / max(1, total), 1), "missed": missed}


def understood(case: Case) -> bool:
    """Whether the self-contained form holds what is wanted and nothing else of the conversation."""
    form = _form(case)
    return all(_holds(form, word) for word in case.wanted) and not any(_holds(form, word) for word in case.unwanted)


def _form(case: Case) -> str:
    history = tuple(Turn(question, case.answer) for question in case.before)
    return self_contained(case.text, history, speaker_forms(SPEAKERS))


def _holds(form: str, word: str) -> bool:
    return word in form if is_chinese(word) else set(stems(word)) <= set(stems(form))


if __name__ == "__main__":
    raise SystemExit(main(measure, __doc__))
