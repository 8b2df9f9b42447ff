"""Nothing outside of what is served is read, whatever an address is made of, and nobody outside is asked for anything."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fakes import FakeEmbedder
from tests.samples import SHIPPED
from tests.web.conftest import Serve, Site

from onrecord.ingest import ingest
from onrecord.runtime import Runtime
from onrecord.serve import core_of
from onrecord.settings import load_settings
from onrecord.web.core import Exposure

CANARY = b"canary-outside-9c"
UPS = [
    "../", "..%2f", "%2e%2e/", "%2e%2e%2f", ".%2e/", "..%252f", "%252e%252e%252f", "..\\", "..%5c", "%2e%2e%5c", "..%255c",
    "....//", "..;/", "..%00/", "%c0%ae%c0%ae/", "..%c0%af", "%e0%80%ae%e0%80%ae/", "%ef%bc%8e%ef%bc%8e/", "..%e2%88%95", "./../",
]  # fmt: skip
TARGETS = ["etc/passwd", "canary.txt", "accounts.json"]
WAYS = [up * 12 + target for up in UPS for target in TARGETS]
WAYS += [
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "file:%2f%2f%2fetc%2fpasswd",
    "%00/etc/passwd",
    "~root/.bashrc",
    "/proc/self/environ",
]
PLACES = [
    "/{}", "/api/v1/articles/{}", "/api/v1/articles/{}/passage?start=0&end=5", "/api/v1/speakers/{}/quotes", "/article/{}",
    "/speaker/{}", "/assets/{}", "/static/{}", "/svelte/{}", "/widget/1/{}", "/widget/{}", "/gradio_api/file={}", "/file={}",
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("outside")
    for place in (folder / "canary.txt", folder / "index" / "canary.txt"):
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(CANARY)
    return folder


@pytest.fixture(scope="module")
def site(serve: Serve, folder: Path) -> Iterator[Site]:
    """The real product over files, with a secret beside them."""
    ingest([SHIPPED], root=folder / "index", embedder=FakeEmbedder())
    settings = load_settings(
        index=folder / "index", model="none", reader="none", accounts=folder / "accounts.json", feedback=folder / "f"
    )
    runtime = Runtime(settings, embedder=FakeEmbedder())
    yield serve(core_of(runtime), Exposure(questions=10**6, reads=10**6))
    runtime.close()


@pytest.mark.parametrize("place", PLACES)
def test_no_way_of_writing_a_path_leads_out(site: Site, folder: Path, place: str) -> None:
    ways = [*WAYS, f"{folder}/canary.txt", f"%2e%2e%2f{folder}/canary.txt".replace("/", "%2f")]
    for way in ways:
        path = place.format(way)
        answer = site.raw(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode("latin-1"))
        status = int(answer.split(b" ", 2)[1])
        assert 400 <= status < 500, path
        assert not [found for found in (CANARY, b"root:", b"HOME=") if found in answer], path


# Told by the interpreter itself; what a native library connects to, the test of the model's process forbids.
WATCH = """
import sys

def heard(event, given):
    if event in ("socket.connect", "socket.sendto") and isinstance(given[1], tuple):
        if not str(given[1][0]).startswith("127.") and given[1][0] != "::1":
            print("ASKED", given[1], file=sys.stderr, flush=True)

sys.addaudithook(heard)
"""
CONTROL = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 9))"


def test_whoever_is_asked_is_heard() -> None:
    """Nothing is sent: to connect a datagram's socket only notes the address."""
    said = subprocess.run([sys.executable, "-c", WATCH + CONTROL], capture_output=True, text=True, check=False)
    assert "ASKED ('192.0.2.1', 9)" in said.stderr
