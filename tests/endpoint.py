"""A real server on the loopback that speaks the OpenAI protocol, as far as a model is asked in it."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COUNTED = "One, two, three, four, five, six, seven, eight."


@dataclass
class Endpoint:
    """What the endpoint answers, and what it was asked; ``act`` takes the place of a whole answer."""

    text: str = COUNTED
    status: int = 200
    models: Any = field(default_factory=lambda: {"data": [{"id": "first"}, {"id": "second"}]})
    act: Callable[[BaseHTTPRequestHandler], None] | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def answer(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        self.asked.append(request)
        self.headers.append(dict(handler.headers.items()))
        handler.send_response(self.status)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Connection", "close")
        handler.end_headers()
        if self.act is not None:
            self.act(handler)
            return
        for piece in re.findall(r"\s*\S+", self.text)[: request["max_tokens"]]:
            send(handler, piece)
        handler.wfile.write(b"data: [DONE]\n\n")


def send(handler: BaseHTTPRequestHandler, piece: str) -> None:
    event = {"choices": [{"delta": {"content": piece}}]}
    handler.wfile.write(b"data: " + json.dumps(event).encode() + b"\n\n")
    handler.wfile.flush()


def talk(handler: BaseHTTPRequestHandler) -> None:
    """Say something every moment, for ever."""
    while True:
        send(handler, "word ")
        time.sleep(0.02)


@contextmanager
def answering(endpoint: Endpoint) -> Iterator[Endpoint]:
    """Serve ``endpoint`` until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(endpoint.models).encode()
            self.send_response(200 if self.path == "/v1/models" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.close_connection = True
            if self.path != "/v1/chat/completions":
                self.send_error(404)
                return
            try:
                endpoint.answer(self, json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            except (BrokenPipeError, ConnectionResetError):
                endpoint.left.set()

        def log_message(self, *_: object) -> None:
            """The tests say what they saw."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    endpoint.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
