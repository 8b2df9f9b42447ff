"""A reader's first minute with the real product: the seed question in the real chat, a click on a citation."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

ROOT = Path(__file__).parents[2]
QUESTION = "What does Pu say about auto manufacturing?"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """``python app.py`` on an empty index, which it fills from the corpus by itself."""
    folder = tmp_path_factory.mktemp("served")
    log = folder / "log"
    command = [sys.executable, "app.py", "--port", "0", "--index", str(folder / "index")]
    with log.open("w") as output:
        server = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield _address(server, log)
        server.send_signal(signal.SIGTERM)
        # uvicorn ends itself by the signal that it was sent, once everything is closed.
        assert server.wait(timeout=20) in {0, -signal.SIGTERM}, log.read_text()
    finally:
        server.kill()
        server.wait()


def _address(server: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and server.poll() is None:
        if found := re.search(r"http://\S+", log.read_text()):
            return found.group()
        time.sleep(0.1)
    raise AssertionError(f"the server did not open:\n{log.read_text()}")


def _asked(page: Page, question: str) -> None:
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    page.locator(".onr-question").last.wait_for()
    page.locator(".onr-mode, .onr-refusal").last.wait_for(timeout=60_000)


def test_a_reader_asks_and_opens_a_citation(address: str, open_page: Callable[..., Page]) -> None:
    page = open_page(address)
    _asked(page, QUESTION)

    quoted = page.locator(".onr-statement.onr-quoted", has_text="largest automobile manufacturing base in China")
    expect(quoted).to_contain_text("Pu Yongjian")
    quoted.get_by_role("link", name=re.compile("^Source")).click()

    opened = page.locator("#onr-article")
    expect(opened.locator("h1")).to_contain_text("Chengdu, Chongqing Getting to the Forefront of China")
    expect(opened.locator(".onr-byline")).to_have_text("date unknown")
    expect(opened.locator("#passage")).to_be_focused()
    assert "".join(opened.locator("mark").all_text_contents()) == (
        "“Chongqing serves as the largest automobile manufacturing base in China,” said Pu. “The problem now "
        "facing is to improve its industrial standard, from the low-end products in the past to the middle- and "
        "high-end products, and this requires technical services.”"
    )
    expect(opened.locator(".onr-par:has(mark) .onr-margin")).to_have_text("Pu Yongjian, quoted")


def test_a_question_that_the_corpus_does_not_answer_is_refused(address: str, open_page: Callable[..., Page]) -> None:
    page = open_page(address)
    _asked(page, "What is the capital of France?")
    refusal = page.locator(".onr-refusal")
    expect(refusal).to_contain_text("Chengdu, Chongqing Getting to the Forefront of China")
    expect(page.locator("a.onr-chip")).to_have_count(0)


def test_the_examples_come_from_the_corpus_and_are_answered(address: str, open_page: Callable[..., Page]) -> None:
    page = open_page(address)
    examples = page.locator("#onr-examples button")
    examples.nth(1).wait_for()
    examples.first.click()
    page.locator(".onr-mode").wait_for(timeout=60_000)
    assert page.locator("a.onr-chip").count() >= 1
