"""Reading what a form sent, in memory: nothing of it touches the disk, however large."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from onrecord.types import Account
from onrecord.web.faults import Fault

__all__ = ["MOST_BODY", "Asked", "Upload", "asked_of"]

MOST_BODY = 5 * 2**20 + 64 * 2**10
"""Bytes of a body: a draft of 5 MiB and what is around it."""
MOST_FIELDS = 10


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants of a page: the fields of its address or of its form, and a file."""

    account: Account
    fields: Mapping[str, str] = field(default_factory=dict)
    upload: Upload | None = None

    def get(self, name: str) -> str:
        """The field of that name without spaces around it, or an empty string."""
        return self.fields.get(name, "").strip()

    def count(self, name: str) -> int:
        """The field as a number from 0 on; anything else counts as 0."""
        value = self.get(name)
        return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else 0


async def asked_of(request: Request) -> Asked:
    """Read a request; raises Fault for a form that cannot be read."""
    account = request.state.account
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if request.method == "POST" and media == "multipart/form-data":
            return await _multipart(request, account)
        sent = await request.body() if request.method == "POST" else request.scope["query_string"]
        pairs = parse_qsl(sent.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        return Asked(account, _clean(pairs))
    except (MultiPartException, ValueError):
        raise Fault(400, "bad_request", "the form cannot be read", hint="send it again from the page") from None


class _InMemory(MultiPartParser):
    spool_max_size = MOST_BODY + 1  # a file that is larger than this goes to the disk, and none is


async def _multipart(request: Request, account: Account) -> Asked:
    parser = _InMemory(request.headers, request.stream(), max_files=1, max_fields=MOST_FIELDS, max_part_size=MOST_BODY)
    form = await parser.parse()
    try:
        items = form.multi_items()
        fields = _clean([(name, value) for name, value in items if isinstance(value, str)])
        files = [value for _, value in items if isinstance(value, UploadFile)]
        upload = Upload(_sound(files[0].filename or ""), await files[0].read()) if files else None
        # A page that sends no file sends one without name and content.
        return Asked(account, fields, upload if upload and (upload.name or upload.data) else None)
    finally:
        await form.close()


def _clean(pairs: list[tuple[str, str]]) -> dict[str, str]:
    return {name: _sound(value) for name, value in pairs}


def _sound(value: str) -> str:
    """What UTF-8 can carry, with the line ends of this machine: forms send those of another."""
    return value.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n")
