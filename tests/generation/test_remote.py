"""A model behind an endpoint: a real server on the loopback answers, falls silent, breaks off."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from onrecord.errors import ModelBusyError, ModelCrashedError, ModelError
from onrecord.generation.llm import ModelStatus
from onrecord.generation.remote import RemoteModel, is_endpoint
from onrecord.runtime import Runtime
from onrecord.settings import load_settings
from onrecord.types import Answer, Message, Question
from tests.contracts import ASK, LanguageModelContract, answer
from tests.endpoint import COUNTED, Endpoint, answering, send, talk
from tests.fakes import FakeEmbedder
from tests.samples import HARBOUR, write_jsonl


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with answering(Endpoint()) as endpoint:
        yield endpoint


@pytest.fixture
def model(endpoint: Endpoint) -> Iterator[RemoteModel]:
    model = RemoteModel(endpoint.address, silence_seconds=0.6)
    yield model
    model.close()


class TestRemoteModel(LanguageModelContract):
    @pytest.fixture
    def model(self, endpoint: Endpoint) -> Iterator[RemoteModel]:
        model = RemoteModel(endpoint.address)
        yield model
        model.close()


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("http://a:1/v1", True),
        ("HTTPS://a/v1#m", True),
        ("default", False),
        ("none", False),
        ("/models/http.gguf", False),
    ],
)
def test_an_endpoint_is_told_from_a_file(setting: str, expected: bool) -> None:
    assert is_endpoint(setting) is expected


def test_a_request_is_what_the_protocol_asks_for(endpoint: Endpoint) -> None:
    model = RemoteModel(f"{endpoint.address}#chosen", key="secret")
    assert "".join(model.stream(ASK, max_tokens=3, stop=["END"], grammar='root ::= "x"')) == "One, two, three,"
    model.close()
    assert endpoint.asked == [
        {
            "model": "chosen",
            "messages": [{"role": message.role, "content": message.content} for message in ASK],
            "max_tokens": 3,
            "temperature": 0,
            "stream": True,
            "stop": ["END"],
            "grammar": 'root ::= "x"',
        }
    ]
    assert endpoint.headers[0]["Authorization"] == "Bearer secret"


def test_without_a_name_the_first_model_is_asked_and_without_a_key_none_is_sent(
    endpoint: Endpoint, model: RemoteModel
) -> None:
    assert answer(model, *ASK) == COUNTED
    assert endpoint.asked[0]["model"] == "first"
    assert "Authorization" not in endpoint.headers[0]


def test_what_has_the_form_of_a_control_token_is_pulled_apart(endpoint: Endpoint, model: RemoteModel) -> None:
    said = "<|im_end|><start_of_turn> [INST] </s> <｜User｜> a < b, x [1] and [sic]"
    answer(model, Message("user", said))
    (message,) = endpoint.asked[0]["messages"]
    assert message["content"] == "< |im_end|>< start_of_turn> [ INST] < /s> < ｜User｜> a < b, x [1] and [sic]"


def test_an_endpoint_that_is_not_there_is_tried_again_and_then_left_alone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    model = RemoteModel(f"http://127.0.0.1:{port}/v1", cool_down_seconds=60)
    assert model.status().state == "ready"
    for _ in range(3):
        with pytest.raises(ModelCrashedError, match="cannot be reached"):
            answer(model, *ASK)
    with pytest.raises(ModelCrashedError, match="failed 3 times"):
        answer(model, *ASK)
    assert model.status().state == "paused"
    model.close()
    assert model.status().state == "closed"


def test_a_connection_that_fails_at_first_is_made_again(endpoint: Endpoint) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    model = RemoteModel(f"http://127.0.0.1:{port}/v1#m")

    def forward() -> None:
        time.sleep(0.2)
        with socket.create_server(("127.0.0.1", port)) as server:
            server.settimeout(5)
            inner, _ = server.accept()
            with inner:
                inner.recv(65536)
                inner.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\ndata: [DONE]\n\n")

    thread = threading.Thread(target=forward)
    thread.start()
    assert answer(model, *ASK) == ""
    thread.join()
    model.close()


def test_a_request_that_was_sent_is_never_sent_again(endpoint: Endpoint, model: RemoteModel) -> None:
    endpoint.act = lambda handler: send(handler, "Half of ")
    with pytest.raises(ModelCrashedError, match="before its end"):
        answer(model, *ASK)
    endpoint.status, endpoint.act = 500, None
    with pytest.raises(ModelCrashedError, match="status 500"):
        answer(model, *ASK)
    assert len(endpoint.asked) == 2


@pytest.mark.parametrize(
    ("status", "kind", "says"),
    [
        (401, ModelError, "ONRECORD_MODEL_KEY"),
        (404, ModelError, "ONRECORD_MODEL"),
        (302, ModelError, "status 302"),
        (429, ModelBusyError, "busy"),
        (502, ModelCrashedError, "status 502"),
    ],
)
def test_what_the_endpoint_refuses_is_told_with_the_next_step(
    endpoint: Endpoint, model: RemoteModel, status: int, kind: type[ModelError], says: str
) -> None:
    endpoint.status = status
    with pytest.raises(kind, match=says) as caught:
        answer(model, *ASK)
    assert type(caught.value) is kind


def _garbage(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"data: {not json}\n\n")


def _endless(handler: BaseHTTPRequestHandler) -> None:
    while True:
        handler.wfile.write(b"x" * 65536)


def _silent(handler: BaseHTTPRequestHandler) -> None:
    send(handler, "So far ")
    time.sleep(1.5)


@pytest.mark.parametrize(
    ("act", "says"), [(_garbage, "no event"), (_endless, "bytes"), (_silent, "broke off"), (talk, "too long")]
)
def test_an_endpoint_that_misbehaves_is_a_fault(endpoint: Endpoint, act: object, says: str) -> None:
    endpoint.act = act  # type: ignore[assignment]
    model = RemoteModel(endpoint.address, silence_seconds=0.5, answer_seconds=1)
    with pytest.raises(ModelCrashedError, match=says):
        answer(model, *ASK)
    model.close()


@pytest.mark.parametrize("models", [{}, {"data": []}, [], {"data": [7]}])
def test_an_endpoint_without_a_model_says_so(endpoint: Endpoint, model: RemoteModel, models: object) -> None:
    endpoint.models = models
    with pytest.raises(ModelError, match="lists no model"):
        answer(model, *ASK)


def test_a_reader_who_leaves_ends_the_request(endpoint: Endpoint, model: RemoteModel) -> None:
    endpoint.act = talk
    stream = model.stream(ASK, max_tokens=9)
    assert next(piece for piece in stream if piece) == "word "
    stream.close()  # type: ignore[attr-defined]
    assert endpoint.left.wait(2)
    endpoint.act = None
    assert answer(model, *ASK) == COUNTED


def test_whoever_waits_gets_turns(endpoint: Endpoint) -> None:
    def later(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(0.8)
        send(handler, "late")
        handler.wfile.write(b"data: [DONE]\n\n")

    endpoint.act = later
    model = RemoteModel(endpoint.address)
    pieces = list(model.stream(ASK, max_tokens=9))
    model.close()
    assert pieces[0] == ""
    assert "".join(pieces) == "late"


def test_the_product_asks_the_endpoint_of_the_settings_with_the_key_of_the_environment(
    endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONRECORD_MODEL_KEY", "secret")
    endpoint.text = "Keller said that the water is rising faster than the wall. [1]"
    settings = load_settings(index=tmp_path / "i", model=f"{endpoint.address}#big")
    with closing(Runtime(settings, embedder=FakeEmbedder())) as runtime:
        runtime.ingest([write_jsonl(tmp_path / "a.jsonl", {"id": "wall", "text": HARBOUR})])
        *_, answer = runtime.ask(Question("What does Keller say about the wall?"))
        assert isinstance(answer, Answer)
        assert answer.mode == "model"
        assert runtime.model_status() == ModelStatus("big", "ready")
        assert endpoint.headers[0]["Authorization"] == "Bearer secret"
        assert "secret" not in repr(settings)
        # An endpoint that is gone leaves the articles' own words, and after three times nothing is tried for a while.
        endpoint.status = 500
        answers = [list(runtime.ask(Question("What does Keller say about the wall?")))[-1] for _ in range(4)]
        assert [one.mode for one in answers if isinstance(one, Answer)] == ["extractive"] * 4
        assert len(endpoint.asked) == 4
        status = runtime.model_status()
        assert status is not None
        assert status.state == "paused"
