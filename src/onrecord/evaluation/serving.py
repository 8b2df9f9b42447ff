"""A server in a process of its own, readers who ask it, and what it costs: for the scripts that measure a site.

Every reader has an address of its own (``127.x.y.z``), so the budgets of the product hold as they are.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from typing import Any

import httpx

from onrecord.errors import InputError
from onrecord.evaluation.data import records, write_articles
from onrecord.runtime import Runtime
from onrecord.settings import load_settings

__all__ = ["Asked", "Served", "arguments", "ask", "percentile", "prepared", "questions", "reader", "serving"]

START_SECONDS = 600


@dataclass(slots=True)
class Asked:
    """How one question went: seconds until each event since it was sent, and how it ended."""

    status: int = 0
    first_event: float | None = None
    first_statement: float | None = None
    end: str = "none"
    seconds: float = 0.0
    answer: dict[str, Any] = field(default_factory=dict)

    @property
    def is_terminal(self) -> bool:
        """Whether it came to an answer, an error, or a plain refusal."""
        return self.end in {"answer", "error"} or self.status in {429, 503}


@dataclass(frozen=True, slots=True)
class Served:
    """A running server; ``token`` opens its metrics."""

    address: str
    process: subprocess.Popen[bytes]
    token: str

    def costs(self) -> dict[str, int]:
        """What the server and its model take at this moment; memory in MiB.

        ``own`` is what no file holds: pages of the index and of libraries, which come and go as the system likes,
        are in ``memory`` alone.
        """
        folder = Path(f"/proc/{self.process.pid}")
        children = [child for task in folder.glob("task/*/children") for child in task.read_text().split()]
        return {
            "memory": _memory(folder, "Rss"),
            "own": _memory(folder, "Anonymous"),
            "memory_of_the_model": sum(_memory(Path(f"/proc/{child}"), "Rss") for child in children),
            "descriptors": len(list((folder / "fd").iterdir())),
            "threads": len(list((folder / "task").iterdir())),
        }

    def metrics(self, *names: str) -> float:
        """The sum of some values of the server's metrics."""
        answer = httpx.get(f"{self.address}/metrics", headers={"authorization": f"Bearer {self.token}"}, timeout=60)
        lines = (line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#"))
        return sum(float(value) for key, _, value in lines if key in names)


def arguments(about: str) -> argparse.ArgumentParser:
    """Options that all scripts share."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--index", type=Path, help="an index that is there; without it, one is made in --cache")
    parser.add_argument("--cache", type=Path, default=Path(".evaluation"), help="where the index is made and kept")
    parser.add_argument("--articles", type=int, default=0, help="articles of realtimeqa/2022 to index; 0 takes all")
    parser.add_argument("--no-model", action="store_true", help="serve without the language model")
    return parser


def prepared(options: argparse.Namespace) -> Path | None:
    """The index to serve, made if it has to be; None, with a word of why, where the data is not there."""
    if options.index:
        return Path(options.index)
    index = Path(options.cache) / f"served-{options.articles or 'all'}"
    try:
        with tempfile.TemporaryDirectory(prefix="onrecord-served-") as folder:
            articles = list(islice(records("realtimeqa/2022/articles.jsonl.gz"), options.articles or None))
            source = write_articles(articles, Path(folder) / "articles.jsonl")
            with closing(Runtime(load_settings(index=index, model="none"))) as runtime:
                runtime.ingest([source])
    except InputError as error:
        sys.stderr.write(f"skipped: {error}\n")
        return None
    return index


def questions(index: Path, *, seed: int = 1) -> Iterator[str]:
    """Questions without end, about one article after the other in an order drawn by ``seed``.

    No two are the same, or the answers that a server keeps would be measured.
    """
    with closing(Runtime(load_settings(index=index, model="none"))) as runtime:
        titles = dict.fromkeys(article.title[:400] for article in runtime.articles() if article.title)
    found = list(titles)
    random.Random(seed).shuffle(found)  # noqa: S311 - an order, not a secret
    return (f"What was reported about {title}?" + (f" ({turn})" if turn else "") for turn in count() for title in found)


@contextmanager
def serving(index: Path, *, model: bool = True, **settings: object) -> Iterator[Served]:
    """Run ``onrecord serve`` until it is no longer needed; it is warm when it is given."""
    token = secrets.token_hex(32)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ONRECORD_")}
    # All who measure are readers of one site; its budget is not what is measured.
    given = {
        "operator_token": token,
        "model": "default" if model else "none",
        "site_questions_per_minute": 10**6,
        **settings,
    }
    with tempfile.TemporaryDirectory(prefix="onrecord-server-") as folder:
        given |= {"accounts": f"{folder}/accounts.json", "feedback": f"{folder}/feedback.jsonl"}
        environment |= {f"ONRECORD_{name.upper()}": str(value) for name, value in given.items()}
        command = [sys.executable, "-m", "onrecord.cli", "serve", "--port", "0", "--index", str(index.resolve())]
        log = Path(folder) / "log"
        with (
            log.open("wb") as output,
            subprocess.Popen(command, stdout=output, stderr=output, env=environment) as process,  # noqa: S603 - our own
        ):
            try:
                served = Served(_address(log, process), process, token)
                _warm(served.address, model=model)
                yield served
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(60)


def _address(log: Path, process: subprocess.Popen[bytes]) -> str:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        for line in log.read_text().splitlines():
            if "is open at " in line:
                return line.partition("is open at ")[2].split()[0]
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start: {log.read_text()[-2000:]}")


def _warm(address: str, *, model: bool) -> None:
    """Ask until the model has phrased an answer, or, without one, once."""
    for number in range(30):
        asked = {"question": f"Who was quoted, and what was reported in the year {1990 + number}?"}
        httpx.post(f"{address}/api/v1/ask", json=asked, timeout=120)
        state = httpx.get(f"{address}/api/v1/status", timeout=60).json()["model"]
        if state == "ready" or not model:
            return
        time.sleep(1)


@asynccontextmanager
async def reader(served: Served, number: int) -> AsyncIterator[httpx.AsyncClient]:
    """One reader, with an address of its own."""
    source = f"127.{1 + number // 60000}.{1 + number // 250 % 240}.{1 + number % 250}"
    transport = httpx.AsyncHTTPTransport(local_address=source)
    async with httpx.AsyncClient(transport=transport, base_url=served.address, timeout=120) as client:
        yield client


async def ask(client: httpx.AsyncClient, question: str, *, phrased: bool = True) -> Asked:
    """Ask and follow the events to the end."""
    asked, began = Asked(), time.monotonic()
    body = {"question": question[:500], "no_model": not phrased}
    headers = {"accept": "text/event-stream"}
    try:
        async with client.stream("POST", "/api/v1/ask", json=body, headers=headers) as answer:
            asked.status = answer.status_code
            async for line in answer.aiter_lines():
                if line.startswith("data: "):
                    _note(asked, json.loads(line[6:]), time.monotonic() - began)
    except httpx.HTTPError as error:
        asked.end = type(error).__name__
    asked.seconds = time.monotonic() - began
    return asked


def _note(asked: Asked, event: dict[str, Any], seconds: float) -> None:
    if asked.first_event is None:
        asked.first_event = seconds
    if event["event"] == "statement" and asked.first_statement is None:
        asked.first_statement = seconds
    if event["event"] in {"answer", "error"}:
        asked.end, asked.answer = event["event"], event


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value that ``share`` of the values do not exceed, to a millisecond; None of none."""
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 3) if ordered else None


def _memory(process: Path, kind: str) -> int:
    lines = (process / "smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{kind}:")) // 1024
