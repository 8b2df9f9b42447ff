"""Measure how soon the model is free when readers leave at any moment: by RST, by FIN, in silence.

``python -m onrecord.evaluation.disconnects [--index DIR] [--leave 100]`` prints the figures as JSON.  A third of the
readers leave while they are in the queue behind others, and the moments are drawn over the whole time of an answer.
"""

from __future__ import annotations

import json
import random
import socket
import struct
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from onrecord.evaluation.serving import Served, arguments, percentile, prepared, questions, serving

__all__ = ["main"]

WAYS = ("RST", "FIN", "silence")
LONGEST = 2.0  # seconds from the question to the leaving
PATIENCE = 60.0


def main(given: Sequence[str] | None = None) -> int:
    """Print the figures; without the data, say so and succeed."""
    parser = arguments("Measure how soon the model is free when readers leave.")
    parser.add_argument("--leave", type=int, default=100, help="readers who leave")
    options = parser.parse_args(given)
    index = prepared(options)
    if index is None:
        return 0
    asked = questions(index)
    moments = random.Random(1)  # noqa: S311 - moments, not secrets
    times: dict[str, list[float]] = {way: [] for way in WAYS}
    with serving(index, model=not options.no_model) as served:
        time.sleep(6)
        before = served.costs()
        for number in range(options.leave):
            way = WAYS[number % 3]
            ahead = [_ask(served, next(asked), 5000 + 10 * number + k) for k in range(number % 3)]
            peer = _ask(served, next(asked), 5000 + 10 * number + 9)
            time.sleep(moments.random() * LONGEST)
            for one in (*ahead, peer):
                _leave(one, way)
            times[way].append(_until_free(served))
            for one in (*ahead, peer):
                with suppress(OSError):
                    one.close()
        time.sleep(12)
        after = served.costs()
    figures: dict[str, Any] = {
        way: {
            "readers": len(taken),
            "p50": percentile(taken, 0.5),
            "p95": percentile(taken, 0.95),
            "max": max(taken, default=None),
        }
        for way, taken in times.items()
    }
    sys.stdout.write(json.dumps(figures | {"before": before, "after": after}, indent=1) + "\n")
    return 0


def _ask(served: Served, question: str, number: int) -> socket.socket:
    address = urlsplit(served.address)
    source = f"127.{2 + number // 60000}.{1 + number // 250 % 240}.{1 + number % 250}"
    peer = socket.create_connection((address.hostname or "", address.port or 0), source_address=(source, 0), timeout=30)
    body = json.dumps({"question": question[:500]}).encode("ascii")
    head = "POST /api/v1/ask HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n"
    peer.sendall(head.encode("ascii") + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    return peer


def _leave(peer: socket.socket, way: str) -> None:
    """End the connection; in silence, the peer just reads no more, and the answer is made to its end."""
    if way == "RST":
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
    elif way == "FIN":
        peer.close()


def _until_free(served: Served) -> float:
    began = time.monotonic()
    while served.metrics("onrecord_model_waiting", "onrecord_answers_running") > 0:
        if time.monotonic() - began > PATIENCE:
            break
        time.sleep(0.01)
    return time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
