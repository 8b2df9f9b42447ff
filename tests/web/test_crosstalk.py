"""Readers who ask at the same time get what each would get alone, and nothing of each other's."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from tests.fakes import FakeEmbedder
from tests.samples import SHIPPED, write_jsonl
from tests.web.conftest import Serve, Site

from onrecord.ingest import ingest
from onrecord.runtime import Runtime
from onrecord.serve import core_of
from onrecord.settings import load_settings
from onrecord.types import Message
from onrecord.web.core import Exposure

CLIENTS, QUESTIONS = 8, 20
TOWNS = [
    f"{first}{last}" for first in ("Nord", "Ost", "West", "Alt", "Neu") for last in ("hafen", "stadt", "dorf", "berg")
]
GENEROUS = Exposure(questions=10**6, site_questions=10**6, reads=10**6)


class Repeating:
    """A language model that says the last line of what it was told; it lets others run in between."""

    name = "repeating"

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, stop: Sequence[str] = (), grammar: str | None = None
    ) -> Iterator[str]:
        for word in messages[-1].content.splitlines()[-1].split(" ")[:max_tokens]:
            threading.Event().wait(0.0005)
            yield f"{word} "

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def site(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("crosstalk")
    articles = [
        {
            "id": town,
            "title": f"The harbour of {town}",
            "text": f"The harbour wall of {town} will be raised by {number + 2} metres.\n\n"
            f"“{town} needs {number + 3} new gates,” said Maria {town}er, an engineer of {town}.",
        }
        for number, town in enumerate(TOWNS)
    ]
    embedder = FakeEmbedder()
    ingest([SHIPPED, write_jsonl(folder / "towns.jsonl", *articles)], root=folder / "index", embedder=embedder)
    runtime = Runtime(
        load_settings(index=folder / "index", accounts=folder / "a.json", feedback=folder / "f.jsonl"),
        embedder=embedder,
        model=Repeating(),
    )
    yield serve(core_of(runtime), GENEROUS)  # nothing is kept of answers, so each is made anew
    runtime.close()


def events(site: Site, question: str, number: int) -> list[dict[str, Any]]:
    """Every event of an answer but for the times that it took."""
    transport = httpx.HTTPTransport(local_address=f"127.3.{number // 250}.{1 + number % 250}")
    with httpx.Client(transport=transport, timeout=60) as client:
        headers = {"accept": "text/event-stream"}
        answer = client.post(f"{site.address}/api/v1/ask", json={"question": question}, headers=headers)
    assert answer.status_code == 200
    found = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: ")]
    del found[-1]["timings_ms"]
    return found


def test_answers_do_not_depend_on_who_else_asks(site: Site) -> None:
    asked = [
        f"How high will the harbour wall of {TOWNS[number % len(TOWNS)]} be raised?" if number % 2
        else f"What does Maria {TOWNS[number % len(TOWNS)]}er say about gates?"
        for number in range(CLIENTS * QUESTIONS)
    ]  # fmt: skip
    alone = [json.dumps(events(site, question, 0)) for question in asked]
    with ThreadPoolExecutor(CLIENTS) as clients:
        together = [json.dumps(found) for found in clients.map(lambda n: events(site, asked[n], n), range(len(asked)))]
    assert together == alone
    assert sum('"refused": false' in one for one in alone) > len(asked) // 3


def test_nothing_of_one_reader_reaches_another(site: Site) -> None:
    order = random.Random(1)

    def canary(number: int) -> str:
        return f"zq{number:04d}x"

    def read(number: int) -> str:
        question = f"What of the harbour wall of {order.choice(TOWNS)}, {canary(number)}?"
        return json.dumps(events(site, question, number))

    with ThreadPoolExecutor(CLIENTS) as clients:
        found = list(clients.map(read, range(200)))
    for number, said in enumerate(found):
        assert canary(number) in said
        assert {other for other in range(200) if canary(other) in said} == {number}
