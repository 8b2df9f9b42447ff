"""How much a peer and a site may ask for: windows that move with time, exact to one request.

In memory by default, for one process; in Redis where several replicas share the budgets.  Keys are digests, so no
address is kept anywhere.
"""

from __future__ import annotations

import bisect
import hashlib
import math
import secrets
import time
from array import array
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from limits import RateLimitItemPerSecond
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError
from redis.asyncio import ConnectionPool

__all__ = ["Budgets", "Window"]

MOST_KEYS = 16_000
"""Peers that are remembered at once; beyond that the ones that were quiet longest are forgotten."""


@dataclass(frozen=True, slots=True)
class Window:
    """``amount`` uses within any ``seconds``."""

    amount: int
    seconds: int = 60


class Budgets:
    """Counts uses against named windows."""

    def __init__(self, windows: Mapping[str, Window], *, redis: str | None = None) -> None:
        self._windows = windows
        self._here = _Here()
        self._shared = _Shared(redis) if redis else None
        # Without Redis the digests are this process's own; with it, all replicas must agree on them.
        self._secret = hashlib.blake2b(redis.encode()).digest() if redis else secrets.token_bytes(32)

    async def spend(self, name: str, key: str) -> int | None:
        """Take one use from the window ``name`` of ``key``; None if there was one, else the seconds to wait."""
        window = self._windows[name]
        digest = hashlib.blake2b(f"{name}\0{key}".encode("utf-8", "replace"), key=self._secret, digest_size=12)
        if self._shared is not None:
            try:
                return await self._shared.spend(window, digest.hexdigest())
            except StorageError as error:
                # Readers are served while Redis is away; each replica then counts for itself.
                structlog.get_logger().warning("redis_unavailable", fault=type(error.storage_error).__name__)
        return self._here.spend(window, digest.digest())

    async def close(self) -> None:
        """Give connections back."""
        if self._shared is not None:
            await self._shared.close()


class _Here:
    """The uses of each key in this process, oldest first, by a clock that never jumps.

    Not the memory storage of ``limits``: at each use that one walks all keys, with a thread for each.
    """

    def __init__(self) -> None:
        self._uses: OrderedDict[bytes, array[float]] = OrderedDict()

    def spend(self, window: Window, key: bytes) -> int | None:
        now = time.monotonic()
        if (uses := self._uses.get(key)) is None:
            uses = self._uses[key] = array("d")
        self._uses.move_to_end(key)
        if len(self._uses) > MOST_KEYS:
            self._uses.popitem(last=False)
        del uses[: bisect.bisect_right(uses, now - window.seconds)]
        if len(uses) >= window.amount:
            return max(1, math.ceil(uses[0] + window.seconds - now))
        uses.append(now)
        return None


class _Shared:
    """The uses in Redis, counted by ``limits``."""

    def __init__(self, address: str) -> None:
        timeouts = {"socket_timeout": 1, "socket_connect_timeout": 1}
        self._pool = ConnectionPool.from_url(address, **timeouts)
        storage = RedisStorage(
            f"async+{address}",
            implementation="redispy",
            wrap_exceptions=True,
            key_prefix="onrecord",
            connection_pool=self._pool,  # type: ignore[arg-type]  # limits says that it takes one
        )
        self._limiter = MovingWindowRateLimiter(storage)

    async def spend(self, window: Window, key: str) -> int | None:
        item = RateLimitItemPerSecond(window.amount, window.seconds)
        if await self._limiter.hit(item, key):
            return None
        stats = await self._limiter.get_window_stats(item, key)
        return max(1, math.ceil(stats.reset_time - time.time()))

    async def close(self) -> None:
        await self._pool.aclose()
