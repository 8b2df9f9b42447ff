"""Feed the readers what libFuzzer makes up: ``python tests/fuzz/readers.py [-max_total_time=600] [FOLDER]``.

Needs ``pip install atheris``, which the gate does not.  The first byte chooses the format and the rest is
the file; whatever happens, it must be articles and rejections.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]

with atheris.instrument_imports(include=["onrecord"]):
    from onrecord.storage.readers import SUFFIXES, Rejection, read_file
    from onrecord.types import Article

FOLDER = Path(tempfile.mkdtemp(prefix="onrecord-fuzz-"))


def one(data: bytes) -> None:
    """Read one file, as every run of the fuzzer does."""
    if not data:
        return
    path = FOLDER / f"a{SUFFIXES[data[0] % len(SUFFIXES)]}"
    path.write_bytes(data[1:])
    for item in read_file(path, path.name):
        if isinstance(item, Article):
            for block in item.blocks:
                assert item.text[block.start : block.end].strip(), "an empty block"
        else:
            assert isinstance(item, Rejection)
            assert item.reason


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
