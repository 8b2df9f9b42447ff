"""The trained reader that ships, on real text."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest

from onrecord.errors import ModelError, ModelMissingError
from onrecord.generation.reader import TrainedReader, find_reader
from tests.samples import HARBOUR, SMELTER

pytestmark = pytest.mark.model

MODELS = Path(str(files("onrecord") / "models"))
BRIDGE = (
    "The bridge over the Wye was built by Ann Lee in 1931. It carries trams and cyclists, and about 40,000 people cross "
    "it every day. Repairs are to begin in June, the council said."
)
QUESTIONS = {
    "Who built the bridge over the Wye?": "Ann Lee",
    "When was the bridge built?": "1931",
    "How many people cross the bridge every day?": "40,000",
    "When will the repairs begin?": "June",
}


@pytest.fixture(scope="module")
def reader() -> TrainedReader:
    found = find_reader("default")
    assert found is not None
    return found


@pytest.mark.parametrize(("question", "answer"), QUESTIONS.items())
def test_it_finds_the_answer(reader: TrainedReader, question: str, answer: str) -> None:
    (reading,) = reader.read(question, [("The bridge", BRIDGE)])
    span = reading.spans[0][1]
    assert answer in BRIDGE[span.start : span.end]
    assert span.end - span.start < len(answer) + 12


def test_a_passage_that_answers_is_told_from_others(reader: TrainedReader) -> None:
    there, *elsewhere = reader.read(
        "Who built the bridge over the Wye?", [("The bridge", BRIDGE), ("", HARBOUR), ("", SMELTER)]
    )
    assert there.answers > max(each.answers for each in elsewhere) + 2


def test_spans_are_slices_that_do_not_overlap(reader: TrainedReader) -> None:
    for text in (BRIDGE, HARBOUR, "x", "  ", "", "数字经济", "a" * 5000, "\x00 <b> [SEP] [CLS]"):
        (reading,) = reader.read("Who?", [("", text)])
        spans = sorted(span for _, span in reading.spans)
        assert all(0 <= span.start < span.end <= len(text) for span in spans)
        assert all(one.end <= other.start for one, other in pairwise(spans))
        assert [score for score, _ in reading.spans] == sorted((score for score, _ in reading.spans), reverse=True)


def test_an_order_does_not_change_what_is_read(reader: TrainedReader) -> None:
    pairs = [("", BRIDGE), ("", HARBOUR), ("", SMELTER), ("", "A short one.")]
    fresh = find_reader("default")
    assert fresh is not None
    found, turned = reader.read("Who built it?", pairs), fresh.read("Who built it?", pairs[::-1])[::-1]
    for one, other in zip(found, turned, strict=True):
        assert one.answers == pytest.approx(other.answers, abs=0.3)
        assert one.spans[0][1] == other.spans[0][1]


def test_many_threads_read_at_once() -> None:
    reader = find_reader("default")
    assert reader is not None
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda q: reader.read(q, [("", BRIDGE)])[0], list(QUESTIONS) * 5))
    assert found == found[:4] * 5


def test_there_may_be_none(tmp_path: Path) -> None:
    assert find_reader("none") is None
    with pytest.raises(ModelMissingError, match=r"holds no reader\.onnx"):
        find_reader(str(tmp_path))


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    for name in ("reader.onnx", "reader.sha256"):
        shutil.copy(MODELS / name, tmp_path / name)
    whole = (tmp_path / "reader.onnx").read_bytes()
    (tmp_path / "reader.onnx").write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(ModelError, match="checksum"):
        find_reader(str(tmp_path))
    (tmp_path / "reader.sha256").unlink()
    with pytest.raises(ModelError, match="checksum"):
        find_reader(str(tmp_path))
