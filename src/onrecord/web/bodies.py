"""Reading what a peer sends: only so much, only so deep, only for so long."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from starlette.types import Message, Receive

from onrecord.web.faults import Fault

__all__ = ["check_depth", "drain", "read_body", "replayed"]

BODY_SECONDS = 10.0
"""How long a body may take to arrive."""
DRAINED_BYTES, DRAINED_SECONDS = 2**20, 0.5
"""What is still taken from a peer whose body was refused."""
DEEPEST = 20
"""Brackets of JSON inside each other."""


async def read_body(headers: Mapping[str, str], receive: Receive, *, most: int, seconds: float | None = None) -> bytes:
    """Read the whole body; raises Fault for one that is too large, too slow or does not end."""
    declared = headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared[:20]) > most:
        raise _too_large(most)
    body = bytearray()
    try:
        async with asyncio.timeout(seconds or BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Fault(400, "bad_request", "the body ended early", hint="send it whole", closes=True)
                body += message.get("body", b"")
                if len(body) > most:
                    raise _too_large(most)
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        hint = f"send it within {seconds or BODY_SECONDS:g} seconds"
        raise Fault(408, "too_slow", "the body did not come in time", hint=hint, closes=True) from None


async def drain(receive: Receive) -> None:
    """Take a little more of a body that was refused, and drop it.

    A connection that is closed with bytes unread is reset, and the reset can overtake the answer (RFC 9112, 9.6).
    """
    left = DRAINED_BYTES
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAINED_SECONDS):
            while left > 0:
                message = await receive()
                if not message.get("more_body", False):
                    return
                left -= len(message.get("body", b""))


def replayed(body: bytes, receive: Receive) -> Receive:
    """Give a ``receive`` that hands out the body that was read, and then whatever comes."""
    first = True

    async def again() -> Message:
        nonlocal first
        if first:
            first = False
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return again


def check_depth(body: bytes) -> None:
    """Raise Fault where brackets of JSON stand more than ``DEEPEST`` deep; strings are passed over."""
    depth, inside, escaped = 0, False, False
    for byte in body:
        if inside:
            inside = escaped or byte != 0x22
            escaped = byte == 0x5C and not escaped
        elif byte == 0x22:
            inside = True
        elif byte in b"[{":
            depth += 1
            if depth > DEEPEST:
                raise Fault(422, "bad_request", "the JSON is nested too deeply", hint="send what the API describes")
        elif byte in b"]}":
            depth -= 1


def _too_large(most: int) -> Fault:
    return Fault(413, "too_large", f"the body has more than {most:,} bytes", hint="send less", closes=True)
