"""Vocabularies of model families, written as GGUF files without weights, for llama.cpp's own tokenizer to read.

Each has the bytes, a few words and the control tokens of its family, so that what the real tokenizer of such a model
does with an article can be seen where no such model is at hand.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

__all__ = ["CONTROL_TOKENS", "write_vocabulary"]

CONTROL_TOKENS = {
    "chatml": (
        "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|vision_start|>", "<tool_call>", "</tool_call>",
        "<|fim_prefix|>", "<|repo_name|>", "<think>", "</think>",
    ),
    "llama3": (
        "<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|eom_id|>",
        "<|python_tag|>", "<|finetune_right_pad_id|>", "<|reserved_special_token_0|>",
    ),
    "gemma": ("<bos>", "<eos>", "<pad>", "<mask>", "<start_of_turn>", "<end_of_turn>", "<start_of_image>", "[multimodal]"),
    "mistral": (
        "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_CALLS]", "[TOOL_RESULTS]",
        "[/TOOL_RESULTS]", "[SYSTEM_PROMPT]", "[IMG]",
    ),
}  # fmt: skip
"""The control tokens of the families that ``onrecord.generation.templates`` knows."""

_NORMAL, _UNKNOWN, _CONTROL, _USER_DEFINED, _BYTE = 1, 2, 3, 4, 6
_UINT32, _INT32, _FLOAT32, _STRING, _ARRAY = 4, 5, 6, 8, 9
_WORDS = ("user", "assistant", "system", "model", "the", "im", "start", "end", "INST", "The", "wall")
_SENTENCEPIECE = frozenset({"gemma", "mistral"})


def write_vocabulary(family: str, path: Path, *, user_defined: bool = False) -> Path:
    """Write the vocabulary of a family; ``user_defined`` lists its markers as ordinary words, as some files do."""
    kind = _USER_DEFINED if user_defined else _CONTROL
    markers = [(token, kind) for token in CONTROL_TOKENS[family]]
    if family in _SENTENCEPIECE:
        bytes_ = [(f"<0x{byte:02X}>", _BYTE) for byte in range(256)]
        letters = [(chr(code), _NORMAL) for code in range(33, 127)]
        tokens = [
            ("<unk>", _UNKNOWN),
            *markers,
            *bytes_,
            ("▁", _NORMAL),
            *letters,
            *((f"▁{w}", _NORMAL) for w in _WORDS),
        ]
        fields = [
            _text("tokenizer.ggml.model", "llama"),
            _array("tokenizer.ggml.scores", _FLOAT32, [0.0] * len(tokens)),
        ]
    else:
        tokens = [*((letter, _NORMAL) for letter in _byte_letters()), ("th", _NORMAL), *markers]
        fields = [
            _text("tokenizer.ggml.model", "gpt2"),
            _text("tokenizer.ggml.pre", "default"),
            _array("tokenizer.ggml.merges", _STRING, ["t h"]),
        ]
    first = next(index for index, (_, kind_) in enumerate(tokens) if kind_ == kind)
    fields += [
        _text("general.architecture", "llama"),
        _array("tokenizer.ggml.tokens", _STRING, [token for token, _ in tokens]),
        _array("tokenizer.ggml.token_type", _INT32, [kind_ for _, kind_ in tokens]),
        _number("tokenizer.ggml.bos_token_id", first),
        _number("tokenizer.ggml.eos_token_id", first + 1),
    ]
    path.write_bytes(struct.pack("<4sIQQ", b"GGUF", 3, 0, len(fields)) + b"".join(fields))
    return path


def _byte_letters() -> Iterator[str]:
    """The letter that stands for each byte in byte-level vocabularies: printable ones for themselves."""
    other = 256
    for byte in range(256):
        if 33 <= byte <= 126 or 161 <= byte <= 172 or byte >= 174:
            yield chr(byte)
        else:
            yield chr(other)
            other += 1


def _string(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _text(key: str, value: str) -> bytes:
    return _string(key) + struct.pack("<I", _STRING) + _string(value)


def _number(key: str, value: int) -> bytes:
    return _string(key) + struct.pack("<II", _UINT32, value)


def _array(key: str, kind: int, values: Sequence[str] | Sequence[int] | Sequence[float]) -> bytes:
    form = {_INT32: "<i", _FLOAT32: "<f"}
    packed = [_string(value) if isinstance(value, str) else struct.pack(form[kind], value) for value in values]
    return _string(key) + struct.pack("<IIQ", _ARRAY, kind, len(values)) + b"".join(packed)
