"""Who may sign in: names, roles and scrypt hashes in a file of their own, apart from the index."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from onrecord.errors import FileError, InputError
from onrecord.storage.generations import replace_text
from onrecord.types import Account, Role

__all__ = ["Accounts"]

NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
SHORTEST, LONGEST = 12, 256
"""Characters of a password."""
COST, BLOCK_SIZE, PARALLEL = 2**15, 8, 1
"""Parameters of scrypt: 32 MiB and some 80 ms for each try."""


@dataclass(frozen=True, slots=True)
class _Kept:
    role: Role
    salt: str
    hash: str
    cost: int = COST
    block_size: int = BLOCK_SIZE
    parallel: int = PARALLEL


class Accounts:
    """The accounts of one file; a change holds at once, also in a server that is running."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # A name that nobody has costs as much as a wrong password, so that time does not tell them apart.
        self._nobody = _kept("staff", secrets.token_hex(16))

    def all(self) -> list[Account]:
        """Everybody, by name."""
        return [Account(name, kept.role, kept.salt) for name, kept in sorted(self._read().items())]

    def find(self, name: str) -> Account | None:
        """The account of that name, or None."""
        kept = self._read().get(name)
        return Account(name, kept.role, kept.salt) if kept else None

    def verify(self, name: str, password: str) -> Account | None:
        """The account, if the password is its password; takes the time of one scrypt in any case."""
        kept = self._read().get(name)
        right = _matches(kept or self._nobody, password)
        return Account(name, kept.role, kept.salt) if kept and right else None

    def add(self, name: str, role: Role, password: str) -> None:
        """Make an account; raises InputError for a name that is taken or cannot be one."""
        if not NAME.fullmatch(name):
            raise InputError(f"{name!r} cannot be a name", hint="use small letters, digits, and . _ @ - inside")
        with self._changing() as known:
            if name in known:
                raise InputError(f"there is an account {name!r} already", hint="`onrecord user password` changes it")
            known[name] = _kept(role, password)

    def set_password(self, name: str, password: str) -> None:
        """Give an account another password, which ends its sessions."""
        with self._changing() as known:
            known[name] = _kept(_of(known, name).role, password)

    def remove(self, name: str) -> None:
        """Take an account away, which ends its sessions."""
        with self._changing() as known:
            _of(known, name)
            del known[name]

    def _read(self) -> dict[str, _Kept]:
        try:
            value = json.loads(self._path.read_text("utf-8"))
            return {name: _Kept(**fields) for name, fields in value.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise FileError(
                f"the accounts in {self._path} cannot be read ({type(error).__name__})",
                hint="bring the file back from a copy, or move it away and add the accounts again",
            ) from None

    @contextmanager
    def _changing(self) -> Iterator[dict[str, _Kept]]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_name(f".{self._path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            known = self._read()
            yield known
            fields = {name: asdict(kept) for name, kept in sorted(known.items())}
            replace_text(self._path, json.dumps(fields, indent=1) + "\n", mode=0o600)


def _of(known: Mapping[str, _Kept], name: str) -> _Kept:
    if name not in known:
        raise InputError(f"there is no account {name!r}", hint="`onrecord user list` prints them")
    return known[name]


def _kept(role: Role, password: str) -> _Kept:
    if not SHORTEST <= len(password) <= LONGEST:
        raise InputError(
            f"a password has {SHORTEST} to {LONGEST} characters, this one {len(password)}",
            hint="a sentence of four or five words is a good one",
        )
    salt = secrets.token_bytes(16)
    return _Kept(role, _text(salt), _text(_scrypt(password, salt, COST, BLOCK_SIZE, PARALLEL)))


def _matches(kept: _Kept, password: str) -> bool:
    salt = base64.b64decode(kept.salt)
    found = _scrypt(password[: LONGEST + 1], salt, kept.cost, kept.block_size, kept.parallel)
    return hmac.compare_digest(found, base64.b64decode(kept.hash))


def _scrypt(password: str, salt: bytes, cost: int, block_size: int, parallel: int) -> bytes:
    data = password.encode("utf-8", "surrogatepass")
    memory = 256 * cost * block_size  # twice of what scrypt takes
    return hashlib.scrypt(data, salt=salt, n=cost, r=block_size, p=parallel, maxmem=memory, dklen=32)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
