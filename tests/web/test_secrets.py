"""Nothing that is secret or a reader's own leaves: eight canaries, every route, every log line."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from tests.fakes import fake_core
from tests.web.conftest import Serve, Site
from tests.web.test_gate import ROUTES

from onrecord.errors import IndexDamagedError
from onrecord.storage.accounts import Accounts
from onrecord.types import AnswerEvent, Question, Searched
from onrecord.web.core import Exposure
from onrecord.web.logs import MOST_A_SECOND, configure_logs

CANARIES = {
    "environment": "canary-environment-1f3a",
    "token": "canary-operator-token-which-is-long-enough-2b",
    "password": "canary staff password 3c",
    "prompt": "canary-system-prompt-4d",
    "path": "/canary/path/5e",
    "question": "canaryquestion6f",
    "note": "canary feedback note 7a",
    "session": "canary-session-8b",
}
INSIDE = ["Traceback", "site-packages", " object at 0x", 'File "', "onrecord/web"]


def ask(question: Question, *, wanted: Callable[[], bool], **_: object) -> Iterator[AnswerEvent]:
    yield Searched("", ())
    if "damaged" in question.text:
        raise IndexDamagedError(f"{CANARIES['path']}/vectors is damaged", hint=f"look at {CANARIES['path']}")
    raise LookupError(f"{CANARIES['prompt']} {CANARIES['path']} {question.text} {object()}")


def broken(*_: Any, **__: Any) -> Any:
    raise LookupError(f"{CANARIES['prompt']} in {CANARIES['path']}")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream, root = io.StringIO(), logging.getLogger()
    before, level = list(root.handlers), root.level
    configure_logs(stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()])


@pytest.fixture
def site(serve: Serve, log: io.StringIO, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("ONRECORD_CANARY", CANARIES["environment"])
    accounts = Accounts(tmp_path / "accounts.json")
    accounts.add("ann", "staff", CANARIES["password"])
    core = fake_core(
        ask, verify=accounts.verify, account=accounts.find, check=broken, search=broken, speakers=broken, quotes=broken
    )
    exposure = Exposure(questions=10_000, reads=10_000, operator_token=CANARIES["token"])
    return serve(core, exposure)


def test_no_canary_in_any_response_or_log(site: Site, log: io.StringIO) -> None:
    said: list[str] = []
    secret = {"cookie": f"__Host-onrecord={CANARIES['session']}", "authorization": f"Bearer {CANARIES['token'][:-1]}"}
    with httpx.Client(base_url=site.address, timeout=60) as client:
        for name in ("damaged ", ""):
            question = {"question": f"{name}{CANARIES['question']}"}
            kinds = [{"accept": accept} for accept in ("text/event-stream", "application/json")]
            said += [_text(client.post("/api/v1/ask", json=question, headers=kind)) for kind in kinds]
        said.append(_text(client.post("/sign-in", data={"name": "ann", "password": CANARIES["password"]})))
        said.append(_text(client.post("/sign-in", data={"name": "ann", "password": CANARIES["password"] + "x"})))
        client.post("/api/v1/feedback", json={"rating": "helpful", "note": CANARIES["note"]})
        for method, path in ROUTES:
            for body in (None, {"question": "a"}, {"quote": "a"}, {"question": 5}, [1]):
                said += [_text(client.request(method, path, json=body, headers=given)) for given in ({}, secret)]
        said.append(
            _text(client.get(f"/api/v1/search?query={CANARIES['question']}", headers={"user-agent": "a\x1b[31m"}))
        )
    lines = log.getvalue()
    for name, canary in CANARIES.items():
        assert canary not in lines, name
        assert not [text for text in said if canary in text], name
    for inside in INSIDE:
        assert not [text for text in said if inside in text], inside
    shown = [json.loads(line) for line in lines.splitlines()]
    requests = [one for one in shown if one["event"] == "request"]
    assert len(requests) > 200
    assert all(one["request_id"] and one["peer"] == "127.0.0.0/24" for one in requests)
    failed = [one for one in shown if one.get("fault") == "LookupError"]
    assert failed
    assert any("test_secrets.py" in place for place in failed[0]["at"])
    assert max(len(line) for line in lines.splitlines()) < 2048
    assert len(lines) < 2048 * len(said)


def test_no_reader_breaks_a_line(site: Site, log: io.StringIO) -> None:
    for odd in ('"}{"event": "forged"}', "\x1b[2J", "\u2028", "%0d%0aforged", "a" * 3000):
        site.raw(
            b"GET /"
            + odd.encode()
            + b" HTTP/1.1\r\nHost: a\r\nUser-Agent: "
            + odd.encode()
            + b"\r\nConnection: close\r\n\r\n"
        )
        httpx.post(f"{site.address}/api/v1/ask", json={"question": odd[:400] + " a"}, timeout=60)
    for line in log.getvalue().split("\n")[:-1]:
        assert json.loads(line)["event"] != "forged"
        assert line.isascii()
        assert "\x1b" not in line


def test_nobody_floods_the_log(log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("onrecord.web.logs.monotonic", lambda: now)
    for _ in range(MOST_A_SECOND):
        structlog.get_logger().info("ours")
        logging.getLogger("library").warning("theirs")
    assert len(log.getvalue().splitlines()) == MOST_A_SECOND
    now = 1001.0
    structlog.get_logger().info("ours")
    assert json.loads(log.getvalue().splitlines()[-1])["lines_left_out"] == MOST_A_SECOND


def test_a_library_tells_its_template_and_the_place_of_its_fault(log: io.StringIO) -> None:
    try:
        raise LookupError(CANARIES["question"])
    except LookupError:
        logging.getLogger("library").exception("about %s", CANARIES["question"])
    line = json.loads(log.getvalue())
    assert (line["event"], line["logger"], line["fault"]) == ("about %s", "library", "LookupError")
    assert CANARIES["question"] not in log.getvalue()


def test_questions_are_logged_where_the_settings_say_so(serve: Serve, log: io.StringIO) -> None:
    site = serve(fake_core(), Exposure(log_questions=True))
    httpx.post(f"{site.address}/api/v1/ask", json={"question": "What is needed?"}, timeout=60)
    assert '"What is needed?"' in log.getvalue()


def _text(answer: httpx.Response) -> str:
    return "\n".join([*(f"{name}: {value}" for name, value in answer.headers.items()), answer.text])
