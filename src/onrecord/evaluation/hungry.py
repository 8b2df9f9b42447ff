"""A stand-in for the model's process that takes memory in mid-answer until its limit stops it.

``python -m onrecord.evaluation.hungry`` speaks the real protocol, under the real limit.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from onrecord.generation.worker import Pulse, serve
from onrecord.types import Message

__all__ = ["Hungry"]

_STEP_BYTES = 64 * 2**20


class Hungry:
    """An engine that says one word, then asks for ever more memory."""

    def __init__(self, start: Mapping[str, Any], pulse: Pulse) -> None:  # noqa: ARG002 - what ``serve`` gives
        self._held: list[mmap.mmap] = []

    def generate(
        self,
        messages: Sequence[Message],  # noqa: ARG002 - the signature is Engine's
        max_tokens: int,
        stop: Sequence[str],  # noqa: ARG002
        grammar: str | None,  # noqa: ARG002
    ) -> Iterator[str]:
        """One word and no more; reading ahead costs nothing."""
        while max_tokens:
            yield "The "
            self._held.append(mmap.mmap(-1, _STEP_BYTES, flags=mmap.MAP_PRIVATE))

    def count(self, text: str) -> int:
        """A rough count."""
        return len(text.split())


if __name__ == "__main__":
    serve(Hungry)
