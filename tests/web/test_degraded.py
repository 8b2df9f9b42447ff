"""A server whose language model is not there, is damaged or does not start answers from the articles, and says so."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.fakes import FakeEmbedder
from tests.samples import SHIPPED
from tests.web.conftest import Serve

from onrecord.generation.llm import LocalModel
from onrecord.ingest import ingest
from onrecord.runtime import Runtime
from onrecord.serve import core_of
from onrecord.settings import load_settings

CASES = {
    "none": (None, "none"),
    "not a program": (("/nonexistent/python",), "paused"),
    "dies": ((sys.executable, "-c", "raise SystemExit(3)"), "paused"),
    "says nothing": ((sys.executable, "-c", "import time; time.sleep(60)"), "paused"),
}
QUESTION = {"question": "What does Pu say about auto manufacturing?"}


@pytest.fixture
def runtime(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Runtime]:
    command, _ = CASES[request.param]
    model = LocalModel(Path("a.gguf"), command=command, start_seconds=1) if command else None
    ingest([SHIPPED], root=tmp_path / "index", embedder=FakeEmbedder())
    settings = load_settings(index=tmp_path / "index", model="none", reader="none", accounts=tmp_path / "a.json")
    runtime = Runtime(settings, embedder=FakeEmbedder(), model=model)
    yield runtime
    runtime.close()


@pytest.mark.parametrize("runtime", CASES, indirect=True)
def test_answers_come_from_the_articles_and_the_state_is_told(
    runtime: Runtime, serve: Serve, request: pytest.FixtureRequest
) -> None:
    site = serve(core_of(runtime))
    with httpx.Client(base_url=site.address, timeout=60) as client:
        for _ in range(4):
            answer = client.post("/api/v1/ask", json=QUESTION).json()
            assert (answer["mode"], answer["refused"]) == ("extractive", False)
            assert all(statement["citations"] for statement in answer["statements"])
        ready = client.get("/readyz")
        told = client.get("/api/v1/status").json()["model"]
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
    assert ready.json()["model"] == told == CASES[request.node.callspec.params["runtime"]][1]
