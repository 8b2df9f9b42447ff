"""Only public addresses are connected to, however they are written and wherever they come from."""

from __future__ import annotations

import socket
from typing import Any

import httpcore
import httpx
import pytest

from onrecord.errors import FileError
from onrecord.storage.addresses import PublicTransport, is_public
from tests.websites import Reply, Site, serving


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.10", "0.0.0.0", "10.0.0.1", "172.16.5.4", "172.31.255.255", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "203.0.113.9", "224.0.0.1",
        "239.1.2.3", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::3",
        "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:c0a8:101::1", "2001:db8::1", "2001:0:0:0:0:0:80ff:fffe",
    ],
)  # fmt: skip
def test_what_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_what_is_public(address: str) -> None:
    assert is_public(address)


def get(url: str, *, private: bool = False, seconds: float = 5.0) -> httpx.Response:
    with httpx.Client(transport=PublicTransport(private=private, seconds=seconds), trust_env=False) as client:
        return client.get(url)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "127.1", "0", "[::ffff:127.0.0.1]"]
)
def test_the_loopback_is_refused_in_every_notation(host: str) -> None:
    with serving(Site({"/": "x"})) as site:
        with pytest.raises(FileError, match="no public address"):
            get(f"http://{host}:{site.port}/")
        assert site.asked == []


def test_where_it_is_allowed_the_loopback_answers() -> None:
    with serving(Site({"/": Reply("It rained.")})) as site:
        assert get(f"{site.url}/", private=True).text == "It rained."


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that says a public address first and the loopback then gets nobody to the loopback."""
    answers = iter(["203.0.113.1", "127.0.0.1"])
    real, connected = socket.getaddrinfo, []

    def rebound(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        return real(next(answers) if host == "news.example" else host, port, *args, **kwargs)

    def connect(address: Any, *_args: Any, **_kwargs: Any) -> Any:
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    monkeypatch.setattr(socket, "create_connection", connect)
    monkeypatch.setattr("onrecord.storage.addresses.is_public", lambda address: address == "203.0.113.1")
    with pytest.raises(httpcore.ConnectError):
        get("http://news.example/")
    assert connected == ["203.0.113.1"]


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(2, 1, 6, "", (address, 80)) for address in ("93.184.216.34", "192.168.0.7")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: found)
    with pytest.raises(FileError, match=r"192\.168\.0\.7, which is no public address"):
        get("http://news.example/")


@pytest.mark.parametrize("slow", ["headers", "body"])
def test_an_answer_that_never_ends_is_given_up(slow: str) -> None:
    def drip(handler: Any) -> None:
        if slow == "body":
            handler.send_response(200)
            handler.send_header("Content-Length", "1000")
            handler.end_headers()
        for _ in range(50):
            handler.wfile.write(b"H" if slow == "headers" else b"x")
            handler.wfile.flush()
            if closed.wait(0.1):
                return

    from threading import Event

    closed = Event()
    with serving(Site({"/": Reply(write=drip)})) as site:
        with pytest.raises(httpcore.ReadTimeout):
            get(f"{site.url}/", private=True, seconds=0.4)
        closed.set()
