"""The real product on the shipped corpus: real embedder, real language model, one index for all tests."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from onrecord.runtime import Runtime
from onrecord.settings import load_settings

CORPUS = Path(__file__).parents[2] / "corpus"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands beside this file, so that ``-m 'not model'`` leaves it out."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.model)


@pytest.fixture(scope="session")
def language_model() -> None:
    """Skip where llama.cpp is not installed, except in CI, where it must be."""
    if importlib.util.find_spec("llama_cpp") is None:
        reason = "llama-cpp-python is not installed: pip install '.[model]' (needs a C++ compiler)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """A runtime on an index of ``corpus/``."""
    runtime = Runtime(load_settings(index=tmp_path_factory.mktemp("product") / "index"))
    runtime.ingest([CORPUS])
    yield runtime
    runtime.close()
