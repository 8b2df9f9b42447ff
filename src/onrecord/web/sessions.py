"""Who is signed in: a table of sessions on the server's side, and the cookie that names one."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Protocol

from redis.asyncio import Redis
from redis.exceptions import RedisError

from onrecord.types import Account
from onrecord.web.faults import Fault

__all__ = ["COOKIE", "LIFE_SECONDS", "Sessions", "cookie_of", "ended_cookie", "session_cookie"]

COOKIE = "__Host-onrecord"
LIFE_SECONDS = 12 * 3600
"""How long a session lives; then one signs in again."""
MOST = 10_000
_ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Strict"


class _Table(Protocol):
    async def put(self, key: str, value: str) -> None: ...
    async def get(self, key: str) -> str | None: ...
    async def drop(self, key: str) -> None: ...
    async def close(self) -> None: ...


class Sessions:
    """Begins, finds and ends sessions; ``find`` looks an account up by name.

    A session holds for the account as it was: another password, another role or its removal end it.  Tokens are
    kept as digests only.
    """

    def __init__(self, find: Callable[[str], Account | None], *, redis: str | None = None) -> None:
        self._find = find
        self._table: _Table = _Shared(redis) if redis else _Here()

    async def begin(self, account: Account) -> str:
        """Make a session and give its token."""
        token = secrets.token_urlsafe(32)
        await self._table.put(_digest(token), json.dumps([account.name, account.role, account.stamp]))
        return token

    async def account(self, token: str | None) -> Account | None:
        """Whose session the token names, if it still holds."""
        try:
            kept = await self._table.get(_digest(token)) if token else None
        except RedisError:
            hint = "try again in a moment"
            raise Fault(503, "busy", "nobody can be signed in at the moment", hint=hint) from None
        if kept is None:
            return None
        name, role, stamp = json.loads(kept)
        account = self._find(name)
        return account if account == Account(name, role, stamp) else None

    async def end(self, token: str | None) -> None:
        """Make the token worthless."""
        if token:
            await self._table.drop(_digest(token))

    async def close(self) -> None:
        """Give connections back."""
        await self._table.close()


class _Here:
    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, str]] = {}

    async def put(self, key: str, value: str) -> None:
        now = time.monotonic()
        self._kept = {key: kept for key, kept in self._kept.items() if kept[0] > now}
        while len(self._kept) >= MOST:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = (now + LIFE_SECONDS, value)

    async def get(self, key: str) -> str | None:
        until, value = self._kept.get(key, (0.0, ""))
        return value if until > time.monotonic() else None

    async def drop(self, key: str) -> None:
        self._kept.pop(key, None)

    async def close(self) -> None:
        self._kept.clear()


class _Shared:
    def __init__(self, address: str) -> None:
        self._redis = Redis.from_url(address, decode_responses=True, socket_timeout=1, socket_connect_timeout=1)

    async def put(self, key: str, value: str) -> None:
        await self._redis.set(f"onrecord:session:{key}", value, ex=LIFE_SECONDS)

    async def get(self, key: str) -> str | None:
        kept = await self._redis.get(f"onrecord:session:{key}")
        return None if kept is None else str(kept)

    async def drop(self, key: str) -> None:
        await self._redis.delete(f"onrecord:session:{key}")

    async def close(self) -> None:
        await self._redis.aclose()


def session_cookie(token: str) -> str:
    """Write the Set-Cookie header of a session."""
    return f"{COOKIE}={token}; Max-Age={LIFE_SECONDS}; {_ATTRIBUTES}"


def ended_cookie() -> str:
    """Write the Set-Cookie header that takes the cookie away."""
    return f"{COOKIE}=; Max-Age=0; {_ATTRIBUTES}"


def cookie_of(headers: Mapping[str, str]) -> str | None:
    """Find the token in the request's cookies; two of the name are none."""
    header = headers.get("cookie", "")
    if header.count(f"{COOKIE}=") != 1:
        return None
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
