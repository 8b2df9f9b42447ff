"""A reader gets an answer whatever becomes of the model's process; a real one falls here, under a real limit."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

from tests.samples import HARBOUR, write_jsonl

from onrecord.evaluation.bag import BagEmbedder
from onrecord.generation.llm import LocalModel
from onrecord.runtime import Runtime
from onrecord.settings import load_settings
from onrecord.types import Answer, Question

HUNGRY = (sys.executable, "-W", "error", "-P", "-m", "onrecord.evaluation.hungry")
FAULTS = 3


def test_each_fault_leaves_an_extractive_answer_and_three_of_them_leave_the_model_alone(tmp_path: Path) -> None:
    model = LocalModel(Path("hungry.gguf"), command=HUNGRY, memory_bytes=400 << 20, wait_seconds=20)
    with closing(Runtime(load_settings(index=tmp_path / "i"), embedder=BagEmbedder(), model=model)) as runtime:
        runtime.ingest([write_jsonl(tmp_path / "a.jsonl", {"id": "wall", "text": HARBOUR})])
        assert model.count_tokens("the process is started, as a server has it") > 0
        for expected in ["idle"] * (FAULTS - 1) + ["paused"] * 2:
            *_, answer = runtime.ask(Question("What does Keller say about the wall?"))
            # The start of the process, which a server has behind it, is in the first of these.
            assert isinstance(answer, Answer)
            assert answer.mode == "extractive"
            assert not answer.refused
            status = runtime.model_status()
            assert status is not None
            assert status.state == expected
