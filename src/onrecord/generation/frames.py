"""What travels between the language model's process and the rest: four bytes of length, then JSON."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

__all__ = ["frames", "pack", "unpack"]

_HEADER = struct.Struct(">I")
_LARGEST_FRAME = 1 << 20


def pack(frame: Mapping[str, object]) -> bytes:
    """A frame as it travels."""
    body = json.dumps(frame).encode()
    return _HEADER.pack(len(body)) + body


def unpack(stream: BinaryIO) -> dict[str, Any] | None:
    """The next frame of ``stream``; None once the other side is gone."""
    head = stream.read(_HEADER.size)
    body = stream.read(_HEADER.unpack(head)[0]) if len(head) == _HEADER.size else b""
    return json.loads(body) if body else None


def frames(buffer: bytearray) -> Iterator[dict[str, Any]]:
    """Take the whole frames off the front of ``buffer``; raises ValueError for what is none."""
    while len(buffer) >= _HEADER.size:
        (size,) = _HEADER.unpack_from(buffer)
        if size > _LARGEST_FRAME:
            raise ValueError(f"a frame of {size} bytes")
        end = _HEADER.size + size
        if len(buffer) < end:
            return
        body = bytes(buffer[_HEADER.size : end])
        del buffer[:end]
        yield json.loads(body)
