"""The hostile model reaches the checks, and the check of its own finds what is wrong."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from tests.samples import HARBOUR, SMELTER, plain, write_jsonl

from onrecord.evaluation.bag import BagEmbedder
from onrecord.evaluation.hostile import MISMARKED, PAIRS, UNCLOSED, HostileModel, ObedientModel, violations
from onrecord.runtime import Runtime
from onrecord.settings import load_settings
from onrecord.types import Answer, Citation, EvidenceItem, Message, Passage, Question, Statement

ANSWERS = 150
ARTICLE = plain(HARBOUR)
CITED = Citation.of(EvidenceItem(1, Passage(ARTICLE, 0, len(ARTICLE.text)), "quoted"))


def _answer(text: str, kind: str = "generated", number: int = 1) -> Answer:
    answer = object.__new__(Answer)
    # Past the checks of Answer itself, which would refuse it.
    fields = {"statements": (Statement(text, kind, (number,)),), "citations": (CITED,)}  # type: ignore[arg-type]
    for name, value in fields.items():
        object.__setattr__(answer, name, value)
    return answer


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        ("Keller said: “The water is falling.”", "generated", 1),
        ("Keller said: «The water is falling.»", "generated", 1),
        ('Keller said: "The water is falling."', "generated", 1),
        ("Keller said: 「The water is falling.」", "generated", 1),
        ("Keller said: ‘The water is falling.’", "generated", 1),
        ("Keller said: 'The water is falling.'", "generated", 1),
        ("Keller said: ❝The water is falling.❞", "generated", 1),
        ("Keller said: 〝The water is falling.〞", "generated", 1),
        ("Keller said: “The water is falling.", "generated", 1),
        ("Keller said: 「The water is falling.", "generated", 1),
        ("The water is rising [2.", "generated", 1),
        ("The water is falling.", "extract", 1),
        ("The water is rising.", "generated", 7),
        ("See http://evil.invalid/ now.", "generated", 1),
    ],
)
def test_each_broken_promise_is_seen(text: str, kind: str, number: int) -> None:
    assert violations(_answer(text, kind, number))


def test_an_apostrophe_is_no_mark() -> None:
    assert violations(_answer("The water isn't the city's, and the gates aren't.")) == []


def test_every_way_to_do_harm_is_used() -> None:
    model = HostileModel(seed=3)
    prompt = "[1] “The water is rising,” said Keller.\n[2] “We need new gates,” said Moore of the city."
    for _ in range(2000):
        list(model.stream([Message("user", prompt)], max_tokens=99))
    ways = {way.__name__.strip("_") for way in model._ways()}
    marks = [("paired", PAIRS), ("mis-marked", MISMARKED), ("unclosed", UNCLOSED)]
    expected = ways | {f"{kind} {one}" for kind, some in marks for one in some} | {"marker split over chunks"}
    assert set(model.used) == expected
    assert min(model.used.values()) > 10


def test_what_was_printed_is_none() -> None:
    assert violations(_answer(HARBOUR.split("\n")[0], "extract")) == []


@pytest.mark.parametrize("model", [HostileModel(seed=7), ObedientModel(seed=7)], ids=lambda model: model.name)
def test_a_hostile_model_breaks_no_promise(tmp_path: Path, model: HostileModel) -> None:
    file = write_jsonl(tmp_path / "a.jsonl", {"id": "wall", "text": HARBOUR}, {"id": "copper", "text": SMELTER})
    phrased = 0
    with closing(Runtime(load_settings(index=tmp_path / "i"), embedder=BagEmbedder(), model=model)) as runtime:
        runtime.ingest([file])
        for at in range(ANSWERS):
            question = ("What does Keller say about the wall?", "What does Moore say about copper?")[at % 2]
            answer = list(runtime.ask(Question(question)))[-1]
            assert isinstance(answer, Answer)
            assert violations(answer) == []
            phrased += sum(one.kind == "generated" for one in answer.statements)
    assert model.answers == ANSWERS
    # Some of what it says is true and passes: the checks are not a wall.
    assert phrased > 0
