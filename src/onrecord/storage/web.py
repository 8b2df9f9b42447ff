"""Pages from the web: politely, within limits, and only again where they changed."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx
from protego import Protego

from onrecord.errors import FileError
from onrecord.storage.addresses import PublicTransport

__all__ = ["Page", "Web", "is_address"]

AGENT = "onrecord"
MAX_BODY_BYTES = 50 * 2**20
MAX_REDIRECTS = 5
SECONDS = 60.0
_ROBOTS_BYTES = 500 * 2**10
_LONGEST_DELAY = 30.0
_MOST_FAILURES = 3
_HEADERS = {
    "User-Agent": f"{AGENT}/0.1 (articles for a newsroom's own search)",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,application/rss+xml;q=0.9,*/*;q=0.5",
    # Only what can be unpacked piece by piece, so that a small answer cannot fill the memory.
    "Accept-Encoding": "gzip",
}
_REDIRECTS = {301, 302, 303, 307, 308}


@dataclass(frozen=True, slots=True)
class Page:
    """What stands at an address; ``url`` is where the redirects led."""

    url: str
    body: bytes
    kind: str = ""
    charset: str | None = None


@dataclass(frozen=True, slots=True)
class _Answer:
    url: str
    status: int
    headers: httpx.Headers
    body: bytes


def is_address(given: object) -> bool:
    """Whether an argument is the address of a page and not a path.

    ``https://news.example/a`` -> ``True``
    """
    return isinstance(given, str) and re.match(r"https?://", given, re.IGNORECASE) is not None


class Web:
    """Fetches pages for one ingest.

    What a server allows to be kept is kept below ``folder`` with its ETag and date, so that the next ingest
    asks whether it changed and reads it from there if not.  A page is given once; asked for again, it is None.
    """

    def __init__(self, folder: Path, *, private: bool = False, delay: float = 1.0, seconds: float = SECONDS) -> None:
        self._folder = folder
        self._delay = delay
        transport = PublicTransport(private=private, seconds=seconds)
        self._client = httpx.Client(transport=transport, headers=_HEADERS, timeout=20.0, trust_env=False)
        self._robots: dict[str, Protego | None] = {}
        self._asked: dict[str, float] = {}
        self._failures: dict[str, int] = {}
        self._given: set[str] = set()

    def __enter__(self) -> Web:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._client.close()

    def get(self, url: str) -> Page | None:
        """The page at an address, or None if it was given before; raises FileError with the reason why not."""
        url = url.partition("#")[0]
        if url in self._given:
            return None
        self._given.add(url)
        kept = _Kept.load(self._folder, url)
        answer = self._answer(url, kept.conditions if kept else {})
        if answer.url != url and answer.url in self._given:
            return None
        self._given.add(answer.url)
        if answer.status == 304 and kept:
            return kept.page
        if answer.status != 200:
            raise FileError(f"the server answers {answer.status}", hint="check the address")
        kind, charset = _content_type(answer.headers)
        page = Page(answer.url, answer.body, kind, charset)
        _Kept.store(self._folder, url, page, answer.headers)
        return page

    def _answer(self, url: str, conditions: dict[str, str]) -> _Answer:
        for _ in range(MAX_REDIRECTS + 1):
            _checked(url)
            rules = self._rules(url)
            if rules is not None and not rules.can_fetch(url, AGENT):
                raise FileError(f"the robots.txt of {_site(url)} does not allow it", hint="ask its owner")
            self._wait(url, rules)
            answer = self._request(url, conditions, MAX_BODY_BYTES)
            if answer.status not in _REDIRECTS:
                return answer
            url = _target(answer)
        raise FileError(f"more than {MAX_REDIRECTS} redirects", hint="give the address that they lead to")

    def _rules(self, url: str) -> Protego | None:
        """What a site's robots.txt says; None where it has none."""
        site = _site(url)
        if site not in self._robots:
            self._robots[site] = self._read_robots(f"{site}/robots.txt")
        return self._robots[site]

    def _read_robots(self, url: str) -> Protego | None:
        for _ in range(MAX_REDIRECTS + 1):
            _checked(url)
            answer = self._request(url, {}, _ROBOTS_BYTES, cut=True)
            if answer.status not in _REDIRECTS:
                break
            url = _target(answer)
        if answer.status >= 500:
            # A site that cannot say what it allows is taken to allow nothing (RFC 9309).
            return Protego.parse("User-agent: *\nDisallow: /")
        return Protego.parse(answer.body.decode("utf-8", "replace")) if answer.status == 200 else None

    def _wait(self, url: str, rules: Protego | None) -> None:
        site = _site(url)
        asked = rules.crawl_delay(AGENT) if rules else None
        delay = max(self._delay, min(asked or 0.0, _LONGEST_DELAY))
        if site in self._asked:
            time.sleep(max(0.0, self._asked[site] + delay - time.monotonic()))
        self._asked[site] = time.monotonic()

    def _request(self, url: str, conditions: dict[str, str], most: int, *, cut: bool = False) -> _Answer:
        site = _site(url)
        if self._failures.get(site, 0) >= _MOST_FAILURES:
            raise FileError(f"{site} did not answer {_MOST_FAILURES} times, so it is not asked again", hint="try later")
        try:
            with self._client.stream("GET", url, headers=conditions) as response:
                body = b"" if response.status_code in _REDIRECTS else _body(response, most, cut=cut)
                self._failures.pop(site, None)
                return _Answer(url, response.status_code, response.headers, body)
        except (httpx.HTTPError, httpx.InvalidURL, *_CORE_ERRORS) as error:
            self._failures[site] = self._failures.get(site, 0) + 1
            raise FileError(f"cannot be fetched ({_said(error)})", hint="check the address and the network") from None
        finally:
            self._client.cookies.clear()


_CORE_ERRORS = (
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A page as it was fetched before, and the headers that ask whether it changed."""

    page: Page
    conditions: dict[str, str]

    @classmethod
    def load(cls, folder: Path, url: str) -> _Kept | None:
        try:
            with gzip.open(_place(folder, url)) as file:
                head = json.loads(file.readline())
                page = Page(head["page"], file.read(MAX_BODY_BYTES + 1), head["kind"], head["charset"])
                return cls(page, dict(head["conditions"])) if head["url"] == url else None
        except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError):
            # Not there, or damaged: it is fetched as if it had never been.
            return None

    @classmethod
    def store(cls, folder: Path, url: str, page: Page, headers: httpx.Headers) -> None:
        conditions = {
            asked: headers[given]
            for given, asked in (("etag", "If-None-Match"), ("last-modified", "If-Modified-Since"))
            if given in headers
        }
        place = _place(folder, url)
        if not conditions or "no-store" in headers.get("cache-control", "").lower():
            place.unlink(missing_ok=True)
            return
        head = {"url": url, "page": page.url, "kind": page.kind, "charset": page.charset, "conditions": conditions}
        place.parent.mkdir(parents=True, exist_ok=True)
        half = place.with_suffix(f".{os.getpid()}")
        with gzip.open(half, "wb", compresslevel=5) as file:
            file.write(json.dumps(head).encode() + b"\n" + page.body)
        half.replace(place)


def _place(folder: Path, url: str) -> Path:
    digest = hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()
    return folder / digest[:2] / f"{digest[2:]}.gz"


def _checked(url: str) -> None:
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise FileError(f"not an address: {error}", hint="mend it") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise FileError(f"not an http(s) address: {url[:80]!r}", hint="mend it")
    if parts.username is not None or parts.password is not None:
        raise FileError("an address with a user name in it", hint="take it out")


def _site(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _target(answer: _Answer) -> str:
    location = answer.headers.get("location")
    if not location:
        raise FileError("a redirect that leads nowhere", hint="check the address")
    return urljoin(answer.url, str(location)).partition("#")[0]


def _content_type(headers: httpx.Headers) -> tuple[str, str | None]:
    kind, _, parameters = headers.get("content-type", "").partition(";")
    match = re.search(r"charset\s*=\s*[\"']?([\w.-]+)", parameters, re.IGNORECASE)
    return kind.strip().lower(), match.group(1) if match else None


def _body(response: httpx.Response, most: int, *, cut: bool) -> bytes:
    """The body, unpacked as it comes in; longer than ``most`` bytes it is an error, or ``cut``."""
    packed = response.headers.get("content-encoding", "identity").strip().lower()
    if packed not in {"", "identity", "gzip", "x-gzip"}:
        raise FileError(f"the server packs its answer as {packed[:20]}, which was not asked for", hint="tell its owner")
    parts, size = [], 0
    for part in _pieces(response.iter_raw(), most, packed=packed in {"gzip", "x-gzip"}):
        parts.append(part)
        size += len(part)
        if size > most:
            if cut:
                break
            raise FileError(f"larger than {most // 2**20} MiB", hint="it is not taken")
    return b"".join(parts)[:most]


def _pieces(raw: Iterator[bytes], most: int, *, packed: bool) -> Iterator[bytes]:
    if not packed:
        yield from raw
        return
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        for part in raw:
            yield unpacker.decompress(part, most + 1)
            if unpacker.unconsumed_tail:
                return
        if not unpacker.eof:
            raise zlib.error("it ends too early")
    except zlib.error as error:
        raise FileError(f"its packed answer is damaged ({error})", hint="tell its owner") from None


def _said(error: Exception) -> str:
    words = str(error) or type(error).__name__
    return " ".join(str(words).split())[:120]
