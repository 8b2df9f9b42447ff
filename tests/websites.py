"""A real web server on the loopback, with the pages that a test gives it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

STORY = (
    "<p>The council decided on Monday that the harbour wall will be raised by two metres before the winter.</p>"
    "<p>The gates were built in 1961 and have been repaired eleven times, most recently after the flood.</p>"
)


def story(title: str, head: str = "") -> str:
    return (
        f"<html><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>{STORY}</article></body></html>"
    )


@dataclass
class Reply:
    """What the server says to a request; ``write`` may say it in its own way."""

    body: bytes | str = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    write: Callable[[Any], None] | None = None


@dataclass
class Site:
    """The pages by their paths, and the requests that came, as (path, headers, status)."""

    pages: dict[str, Reply | str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str], int]] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _, _ in self.asked]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        given = self.pages.get(handler.path, Reply(status=404))
        reply = Reply(given) if isinstance(given, str) else given
        body = reply.body.encode() if isinstance(reply.body, str) else reply.body
        headers = {"Content-Type": "text/html; charset=utf-8", **reply.headers}
        status = reply.status
        if "ETag" in headers and handler.headers.get("If-None-Match") == headers["ETag"]:
            status, body = 304, b""
        if "Last-Modified" in headers and handler.headers.get("If-Modified-Since") == headers["Last-Modified"]:
            status, body = 304, b""
        self.asked.append((handler.path, dict(handler.headers.items()), status))
        if reply.write is not None:
            reply.write(handler)
            return
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        if status != 304:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    """Serve ``site`` until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                site.answer(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """The tests say what they saw."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
