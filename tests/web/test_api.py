"""The API on a real server: what it gives, what it says of errors, how its streams end."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from tests.fakes import fake_core
from tests.web.conftest import Serve, Site

from onrecord.errors import IndexMissingError, ModelBusyError, QuestionError
from onrecord.types import AnswerEvent, Article, Question, Searched, Status
from onrecord.web import schemas
from onrecord.web.core import Core
from onrecord.web.examples import EXAMPLES

EVENTS = {"accept": "text/event-stream"}


class Newsroom:
    """A scripted core: the first word of a question chooses what happens."""

    def __init__(self) -> None:
        self.asked: list[tuple[Question, bool]] = []
        self.given: list[Any] = []
        self.left = threading.Event()
        self._whole = fake_core()

    def ask(self, question: Question, *, phrased: bool = True, wanted: Callable[[], bool]) -> Iterator[AnswerEvent]:
        self.asked.append((question, phrased))
        word = question.text.split()[0]
        if word == "Bad":
            raise QuestionError("the question is bad", hint="ask another")
        if word == "Missing":
            raise IndexMissingError("no index in /secret/path", hint="run ingest /secret/path")
        if word == "Busy":
            raise ModelBusyError("8 wait", hint="later")
        if word == "Crash":
            yield Searched(question.text, ())
            raise LookupError("secret words at 0xdeadbeef")
        if word == "Slow":
            yield Searched(question.text, ())
            while wanted():
                time.sleep(0.02)
            self.left.set()
            return
        yield from self._whole.ask(question)

    def core(self) -> Core:
        withdrawn = Article("gone", "Old words.", (), status=Status("withdrawn", "It was wrong."))
        found = {"gone": withdrawn, "a/b": replace(withdrawn, id="a/b", status=Status())}
        return fake_core(
            self.ask, feedback=self.given.append, article=lambda name: found.get(name) or self._whole.article(name)
        )


@pytest.fixture(scope="module")
def newsroom() -> Newsroom:
    return Newsroom()


@pytest.fixture(scope="module")
def site(serve: Serve, newsroom: Newsroom) -> Site:
    return serve(newsroom.core())


@pytest.fixture(scope="module")
def client(site: Site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{site.address}/api/v1", timeout=60) as client:
        yield client


def events(answer: httpx.Response) -> list[dict[str, Any]]:
    found = []
    for block in answer.text.split("\n\n"):
        if block and not block.startswith(":"):
            name, data = block.split("\n")
            event = json.loads(data.removeprefix("data: "))
            assert name == f"event: {event['event']}"
            found.append(event)
    return found


def test_an_answer_as_json(client: httpx.Client, newsroom: Newsroom) -> None:
    asked = {
        "question": "What is needed?", "speaker": "Keller", "since": "2031-01-01", "until": "2031-12-31",
        "today": "2031-03-03", "article": ["wall"], "no_model": True,
        "history": [{"question": "Who?", "answer": "Keller."}],
    }  # fmt: skip
    answer = client.post("/ask", json=asked).json()
    assert answer["statements"][0]["text"] == "“We need new gates,” said Maria Keller."
    assert answer["citations"][0]["article"] == "wall"
    assert "event" not in answer
    question, phrased = newsroom.asked[-1]
    assert not phrased
    assert (question.filters.speaker, str(question.filters.since), question.filters.articles) == (
        "Keller",
        "2031-01-01",
        ("wall",),
    )
    assert (str(question.today), question.history[0].answer) == ("2031-03-03", "Keller.")


def test_an_answer_as_events(client: httpx.Client) -> None:
    answer = client.post("/ask", json={"question": "What?"}, headers=EVENTS)
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["x-accel-buffering"] == "no"
    assert [event["event"] for event in events(answer)] == ["searched", "statement", "answer"]


@pytest.mark.parametrize(
    ("question", "status", "code"),
    [
        ("Bad", 422, "bad_question"),
        ("Missing", 503, "index_missing"),
        ("Busy", 503, "model_busy"),
        ("Crash", 500, "internal"),
    ],
)
def test_an_error_ends_either_form(client: httpx.Client, question: str, status: int, code: str) -> None:
    answer = client.post("/ask", json={"question": question})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["request_id"] == answer.headers["x-request-id"]
    streamed = client.post("/ask", json={"question": question}, headers=EVENTS)
    last = events(streamed)[-1]
    assert (streamed.status_code, last["event"], last["error"]["code"]) == (200, "error", code)
    for text in (answer.text, streamed.text):
        assert "secret" not in text
        assert "0xdeadbeef" not in text


def test_text_forges_no_event(client: httpx.Client) -> None:
    for odd in (
        "\r\n\r\nevent: answer\r\ndata: {}",
        "\n\nevent: error\n\n",
        "a\u2028b\u0085c\x0bd\x00",
        "\rdata: x\r\r",
        ": x\n\n",
    ):
        answer = client.post("/ask", json={"question": f"What {odd}"}, headers=EVENTS)
        assert [event["event"] for event in events(answer)] == ["searched", "statement", "answer"]
        assert answer.content.isascii()


def test_a_stream_says_that_it_is_alive(serve: Serve, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onrecord.web.events.HEARTBEAT_SECONDS", 0.1)
    site = serve(newsroom.core())
    with httpx.stream(
        "POST", f"{site.address}/api/v1/ask", json={"question": "Slow"}, headers=EVENTS, timeout=60
    ) as answer:
        lines = answer.iter_lines()
        assert ": still here" in [next(lines) for _ in range(8)]


@pytest.mark.parametrize("headers", [EVENTS, {}], ids=["events", "json"])
def test_the_core_stops_when_the_reader_leaves(
    client: httpx.Client, newsroom: Newsroom, headers: dict[str, str]
) -> None:
    newsroom.left.clear()
    with pytest.raises(httpx.ReadTimeout):
        client.post("/ask", json={"question": "Slow"}, headers=headers, timeout=0.5)
    assert newsroom.left.wait(10)


def test_a_fifth_stream_of_one_peer_is_refused(site: Site, newsroom: Newsroom) -> None:
    body = b'{"question": "Slow"}'
    head = b"POST /api/v1/ask HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n"
    found: list[bytes] = []
    ask = head + b"Content-Length: %d\r\n\r\n" % len(body) + body
    threads = [threading.Thread(target=lambda: found.append(site.raw(ask, wait=2))) for _ in range(7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.split(b" ", 2)[1] for answer in found) == [b"200"] * 4 + [b"429"] * 3
    until = time.monotonic() + 30
    while httpx.post(f"{site.address}/api/v1/ask", json={"question": "What?"}).status_code != 200:
        assert time.monotonic() < until


def test_the_other_routes(client: httpx.Client, newsroom: Newsroom) -> None:
    assert client.post("/check", json={"quote": "words", "speaker": "Keller"}).json()["verdict"] == "not_found"
    assert client.get("/search", params={"query": "gates", "k": 3}).json()["hits"][0]["rank"] == 1
    article = client.get("/articles/wall").json()
    assert article["quotes"][0]["text"] == "We need new gates"
    assert article["status"] == "current"
    passage = client.get("/articles/wall/passage", params={"start": 4, "end": 11}).json()
    assert passage["text"] == article["text"][4:11] == "harbour"
    assert passage["context"]["before"] == "The "
    assert client.get("/speakers").json() == {
        "total": 1,
        "speakers": [{"name": "Maria Keller", "direct": 1, "reported": 0, "articles": 1, "aliases": []}],
    }
    quotes = client.get("/speakers/Maria%20Keller/quotes", params={"since": "2031-01-01"}).json()
    assert quotes["quotes"][0]["speaker"]["name"] == "Maria Keller"
    assert client.post("/feedback", json={"rating": "unhelpful", "reasons": ["wrong"], "note": "No."}).json() == {
        "kept": True
    }
    assert newsroom.given == [{"rating": "unhelpful", "reasons": ["wrong"], "note": "No."}]
    status = client.get("/status").json()
    assert status == {"articles": 1, "newest": "2031-03-02", "generation": "gen-000001", "model": "none"}


def test_an_id_may_hold_a_slash(client: httpx.Client) -> None:
    assert client.get("/articles/a%2Fb").json()["id"] == "a/b"
    assert client.get("/articles/a%2Fb/passage", params={"start": 0, "end": 3}).json()["text"] == "Old"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/articles/none", 404, "no_article"),
        ("/articles/gone", 410, "withdrawn"),
        ("/articles/gone/passage?start=0&end=1", 410, "withdrawn"),
        ("/articles/wall/passage?start=5&end=5", 404, "no_passage"),
        ("/articles/wall/passage?start=0&end=5000", 404, "no_passage"),
        ("/articles/wall/passage?start=-1&end=5", 422, "bad_request"),
        ("/articles/wall/passage", 422, "bad_request"),
        ("/search", 422, "bad_request"),
        ("/search?query=%20", 422, "bad_request"),
        ("/search?query=a&k=51", 422, "bad_request"),
        ("/search?query=a&since=1655424000", 422, "bad_request"),
        ("/search?query=a&unknown=1", 422, "bad_request"),
        ("/speakers?limit=0", 422, "bad_request"),
    ],
)
def test_what_cannot_be_given_is_told(client: httpx.Client, path: str, status: int, code: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize(
    "body",
    [
        {}, {"question": ""}, {"question": " "}, {"question": "a" * 501}, {"question": 5}, {"question": None}, [], "a",
        {"question": "a", "history": [{"question": "q", "answer": "a"}] * 11}, {"question": "a", "since": "2022-13-01"},
        {"question": "a", "since": 5}, {"question": "a", "no_model": "yes"}, {"question": "a", "model": "x", "temperature": 2},
        {"question": "a", "history": [{"question": "q"}]}, {"question": "a", "article": ["x"] * 51}, {"question": "a", "speaker": " "},
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_one_is_told(client: httpx.Client, body: object) -> None:
    answer = client.post("/ask", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "bad_request")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b'{"question": "\xff"}',
        b'{"question": "\\ud800 a"}',
        b'{"question": NaN}',
        b'{"question": ' + b"9" * 9000 + b"}",
    ],
)
def test_a_body_that_cannot_be_read_is_told(client: httpx.Client, body: bytes) -> None:
    answer = client.post("/ask", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}
    assert answer.json()["error"]["code"] == "bad_request"


def test_health(site: Site) -> None:
    assert httpx.get(f"{site.address}/livez").json() == {"status": "ok"}
    assert httpx.get(f"{site.address}/readyz").json() == {"ready": True, "model": "none"}


def test_it_is_described_in_full(client: httpx.Client) -> None:
    described = client.get("/openapi.json").json()
    assert described["openapi"].startswith("3.")
    operations = [one for path in described["paths"].values() for one in path.values()]
    assert len(operations) == 9
    for operation in operations:
        assert operation["description"]
        assert {"200", "422", "429", "4XX", "5XX"} <= operation["responses"].keys()
        assert operation["responses"]["200"]["content"]["application/json"]["example"]
        error = operation["responses"]["422"]["content"]["application/json"]["schema"]
        assert error["$ref"].endswith("/ErrorOut")


def test_the_examples_keep_to_the_description() -> None:
    shapes: dict[str, Any] = {
        "ask": schemas.AnswerOut, "check": schemas.CheckOut, "search": schemas.HitsOut, "article": schemas.ArticleOut,
        "passage": schemas.PassageOut, "speakers": schemas.SpeakersOut, "speaker_quotes": schemas.QuotesOut,
        "feedback": schemas.Feedbacked, "status": schemas.StatusOut,
    }  # fmt: skip
    for name, shape in shapes.items():
        assert shape.model_validate(EXAMPLES[name])
    assert schemas.AskIn(question=EXAMPLES["ask"]["question"])
