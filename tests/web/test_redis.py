"""Budgets and sessions that replicas share, on a real Redis."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.fakes import fake_core
from tests.web.conftest import Serve
from tests.web.test_access import SECRET, _with_staff

from onrecord.types import Account
from onrecord.web.core import Exposure

ANN = Account("ann", "staff", "stamp")


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[str]:
    program = shutil.which("redis-server")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no redis-server; apt install redis-server")
        pytest.skip("no redis-server")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            until = time.monotonic() + 30
            while not _answers(port):
                assert time.monotonic() < until
                time.sleep(0.05)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as peer:
            peer.sendall(b"PING\r\n")
            return peer.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def test_replicas_share_budgets_and_sessions(serve: Serve, redis: str) -> None:
    core = fake_core(verify=lambda *_: ANN, account=lambda _: ANN)
    sites = [serve(core, Exposure(questions=6, redis=redis), _with_staff) for _ in range(2)]
    statuses = [
        httpx.post(f"{sites[number % 2].address}/api/v1/ask", json={"question": "a"}, timeout=60).status_code
        for number in range(10)
    ]
    assert statuses == [200] * 6 + [429] * 4
    answer = httpx.post(f"{sites[0].address}/sign-in", data={"name": "ann", "password": "x"}, timeout=60)
    signed_in = {"cookie": answer.headers["set-cookie"].partition(";")[0]}
    for site in sites:
        assert httpx.get(f"{site.address}/staff/", headers=signed_in).text == SECRET
    own = {**signed_in, "origin": sites[1].address}
    assert httpx.post(f"{sites[1].address}/sign-out", headers=own).status_code == 303
    for site in sites:
        assert httpx.get(f"{site.address}/staff/", headers=signed_in).status_code == 401


def test_readers_are_served_while_redis_is_away_and_staff_are_not(serve: Serve) -> None:
    site = serve(fake_core(), Exposure(questions=3, redis="redis://127.0.0.1:1/0"), _with_staff)
    statuses = [
        httpx.post(f"{site.address}/api/v1/ask", json={"question": "a"}, timeout=60).status_code for _ in range(5)
    ]
    assert statuses == [200] * 3 + [429] * 2
    cookie = {"cookie": "__Host-onrecord=abc"}
    assert httpx.get(f"{site.address}/api/v1/status", headers=cookie, timeout=60).status_code == 200
    answer = httpx.get(f"{site.address}/staff/", headers={"cookie": "__Host-onrecord=abc"}, timeout=60)
    assert answer.status_code == 503
    assert SECRET not in answer.text
