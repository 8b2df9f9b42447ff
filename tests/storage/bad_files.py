"""Files that are broken or hostile, each with where and why it must be rejected.

Run as a script in a process of its own, it reads a folder and prints what came of it and the memory it took.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from onrecord.storage.readers import Rejection, find_files, read_file

Maker = Callable[[Path], object]
MIB = 2**20


def bytes_of(data: bytes) -> Maker:
    return lambda path: path.write_bytes(data)


def repeated(start: bytes, middle: bytes, count: int, end: bytes = b"") -> Maker:
    """A large file that is never in memory as a whole."""

    def make(path: Path) -> None:
        with path.open("wb") as file:
            file.write(start)
            piece = middle * max(1, MIB // len(middle))
            left = count * len(middle)
            while left > 0:
                file.write(piece[:left])
                left -= len(piece)
            file.write(end)

    return make


def packed(start: bytes, middle: bytes, count: int, end: bytes = b"") -> Maker:
    """The same, packed: a small file that unpacks to a large one."""

    def make(path: Path) -> None:
        with gzip.open(path, "wb", compresslevel=1) as file:
            file.write(start)
            piece = middle * max(1, MIB // len(middle))
            for _ in range(max(1, count * len(middle) // len(piece))):
                file.write(piece)
            file.write(end)

    return make


def link_to(target: str) -> Maker:
    return lambda path: path.symlink_to(target)


def _laughs() -> bytes:
    lines = ['<!ENTITY lol "lol">'] + [
        f'<!ENTITY lol{n + 1} "{f"&lol{n};" * 10}">'.replace("lol0", "lol") for n in range(9)
    ]
    return f"<?xml version='1.0'?>\n<!DOCTYPE lolz [\n{chr(10).join(lines)}\n]>\n<rss><item><title>&lol9;</title></item></rss>".encode()


RSS = b"<rss><channel><item><title>a</title><link>https://h.example/1</link>"
ITEM = b"<item><title>%s</title><description>It rained.</description></item>"
LINE = b'{"text": "It rained."}\n'

# name: how it is made, the line that must be named, a part of the reason
BAD: dict[str, tuple[Maker, int | None, str]] = {
    # texts
    "empty.md": (bytes_of(b""), None, "neither a text nor a title"),
    "empty.txt": (bytes_of(b""), None, "neither a text nor a title"),
    "blank.txt": (bytes_of(b" \n\t\n\xc2\xa0\n"), None, "neither a text nor a title"),
    "invisible.txt": (bytes_of("\u200b\u200c\u2060".encode()), None, "nothing of its text can be shown"),
    "nul.txt": (bytes_of(b"It rained.\0"), None, "NUL bytes"),
    "nul.md": (bytes_of(b"\0" * 100), None, "NUL bytes"),
    "picture.txt": (bytes_of(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), None, "NUL bytes"),
    "pretends-utf16.txt": (bytes_of(b"\xff\xfea\0b\0\xd8\xd8c"), None, "byte order mark"),
    "pretends-utf8.txt": (bytes_of(b"\xef\xbb\xbfcaf\xe9"), None, "byte order mark"),
    "pretends-utf32.txt": (bytes_of(b"\xff\xfe\0\0abc"), None, "byte order mark"),
    "mojibake.txt": (bytes_of("Der BÃ¼rgermeister lÃ¤chelte im CafÃ©.".encode()), None, "mojibake"),
    "mojibake-quotes.md": (bytes_of("He said: â€œThe wall is old.â€\x9d".encode()), None, "mojibake"),
    "mojibake-chinese.txt": (bytes_of("涓浗鐨勬苯杞﹀埗閫犲熀鍦�".encode()), None, "mojibake"),
    "mojibake-gbk.txt": (bytes_of("港口的门锟斤拷很旧。".encode()), None, "mojibake"),
    "replaced.txt": (bytes_of("The caf\ufffd was closed.".encode()), None, "mojibake"),
    "latin-controls.txt": (bytes_of("The mayor\x92s wall.".encode()), None, "mojibake"),
    "long.txt": (repeated(b"", b"word ", 1_100_000), None, "longer than 5,000,000 characters"),
    "huge.txt": (repeated(b"", b"word ", 6 * MIB), None, "larger than 20 MiB"),
    "huge.md": (repeated(b"", b"> ", 11 * MIB), None, "larger than 20 MiB"),
    # front matter
    "no-yaml.md": (bytes_of(b"---\ntitle: [open\n---\nIt rained."), None, "front matter is not YAML"),
    "yaml-tag.md": (bytes_of(b"---\ntitle: !!python/object/apply:os.system [id]\n---\nIt rained."), None, "title is not a string"),
    "yaml-bomb.md": (bytes_of(b"---\na: &a [x]\nb: &b [*a,*a]\nc: &c [*b,*b]\ntitle: *c\n---\nIt rained."), None, "unknown fields"),
    "yaml-itself.md": (bytes_of(b"---\ntitle: &a [*a]\n---\nIt rained."), None, "front matter is not YAML"),
    "yaml-deep.md": (bytes_of(b"---\ntitle: " + b"[" * 10_000 + b"\n---\nIt rained."), None, "front matter is not YAML"),
    "yaml-long.md": (bytes_of(b"---\ntitle: " + b"x" * 200_000 + b"\n---\nIt rained."), None, "front matter is longer than"),
    "no-day.md": (bytes_of(b"---\npublished: 2025-02-30\n---\nIt rained."), None, "published is not an ISO 8601 date: '2025-02-30'"),
    "no-month.md": (bytes_of(b"---\npublished: 2025-13-01\n---\nIt rained."), None, "published is not an ISO 8601 date"),
    "no-year.md": (bytes_of(b"---\npublished: 0000-01-01\n---\nIt rained."), None, "published is not an ISO 8601 date"),
    "no-hour.md": (bytes_of(b"---\npublished: 2025-01-01T25:00\n---\nIt rained."), None, "published is not an ISO 8601 date"),
    "no-leap-day.txt": (bytes_of(b"---\npublished: 2100-02-29\n---\nIt rained."), None, "published is not an ISO 8601 date"),
    "no-address.md": (bytes_of(b"---\nurl: javascript:alert(1)\n---\nIt rained."), None, "url is not an http(s) address"),
    # JSON Lines
    "middle.jsonl": (bytes_of(LINE + b'{"text": "It sn\n' + LINE), 2, "not JSON"),
    "no-object.jsonl": (bytes_of(LINE + b'["It rained."]\n'), 2, "not a JSON object"),
    "not-utf8.jsonl": (bytes_of(LINE + b'{"text": "caf\xe9"}\n' + LINE), 2, "not UTF-8"),
    "nul.jsonl": (bytes_of(LINE + b"\0\0\0\n" + LINE), 2, "not JSON"),
    "surrogate.jsonl": (bytes_of(LINE + LINE + b'{"text": "\\ud800"}\n'), 3, "half a character"),
    "deep.jsonl": (bytes_of(LINE + b"[" * 500_000 + b"\n"), 2, "not JSON"),
    "deep-object.jsonl": (bytes_of(LINE + b'{"a":' * 100_000 + b"\n"), 2, "not JSON"),
    "digits.jsonl": (bytes_of(LINE + b'{"text": ' + b"9" * 100_000 + b"}\n"), 2, "not JSON"),
    "line-of-200-mb.jsonl": (repeated(LINE + b'{"text": "', b"a", 200 * MIB, b'"}\n' + LINE), 2, "longer than 16 MiB"),
    "lists-of-15-mb.jsonl": (repeated(LINE + b'{"text": "x", "more": [[]', b",[]", 5 * MIB - 99, b'], "id": 7}\n'), 2, "id is not a string"),
    "no-end.jsonl": (repeated(LINE, b" ", 64 * MIB), 2, "longer than 16 MiB"),
    "bad-date.jsonl": (bytes_of(LINE + b'{"text": "a", "published": "2023-02-29"}\n'), 2, "published is not an ISO 8601 date"),
    "cut.jsonl.gz": (bytes_of(gzip.compress(LINE * 50)[:-12]), None, "damaged"),
    "no-gzip.jsonl.gz": (bytes_of(LINE), None, "damaged"),
    "bomb.jsonl.gz": (packed(LINE + b'{"text": "', b"a", 200 * MIB, b'"}\n'), 2, "longer than 16 MiB"),
    # pages
    "empty.html": (bytes_of(b""), None, "not HTML"),
    "nothing.html": (bytes_of(b"<html><body><script>x()</script></body></html>"), None, "no article"),
    "all-hidden.html": (bytes_of(b"<p hidden>It rained.</p>"), None, "no article"),
    "nul.html": (bytes_of(b"<p>It\0rained.</p>"), None, "NUL bytes"),
    "deep.html": (bytes_of(b"<div>" * 100_000 + b"It rained."), None, "more than 60,000 tags"),
    "nested.html": (bytes_of(b"<div>" * 1_000 + b"It rained."), None, "nested more than 250 deep"),
    "tags.html": (bytes_of(b"<p>It rained." * 100_000), None, "more than 60,000 tags"),
    "attributes.html": (bytes_of(b"<p " + b" ".join(b"a%d=1" % n for n in range(500_000)) + b">It rained."), None, "thousands of attributes"),
    "quoted-attributes.html": (bytes_of(b"<p " + b" ".join(b"a%d='>'" % n for n in range(100_000)) + b">It rained."), None, "thousands of attributes"),
    "some-attributes.html": (bytes_of(b"<p " + b" ".join(b"a%d" % n for n in range(1_500)) + b">It rained."), None, "more than 1,000 attributes"),
    "huge.html": (repeated(b"<p>", b"word ", 2 * MIB), None, "larger than 8 MiB"),
    "mojibake.html": (bytes_of('<meta charset="latin-1"><p>Im CafÃ© lÃ¤chelte der BÃ¼rgermeister.</p>'.encode("latin-1")), None, "mojibake"),
    "no-day.html": (bytes_of(b'<meta property="article:published_time" content="2025-02-30"><p>It rained.</p>'), None, "published is not an ISO 8601 date"),
    "styles.html": (bytes_of(b"<style>" + b".a{color:red}" * 6_000 + b"</style><p class=a>It rained.</p>"), None, "more than 5,000 style rules"),
    # feeds, sitemaps, exports
    "empty.xml": (bytes_of(b""), 1, "the file is empty"),
    "no-xml.xml": (bytes_of(b"It rained."), 1, "not well-formed XML"),
    "other.xml": (bytes_of(b"<svg><text>It rained.</text></svg>"), 1, "no feed"),
    "laughs.xml": (bytes_of(_laughs()), 3, "declares the entity 'lol'"),
    "outside.xml": (bytes_of(b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><item><title>&x;</title></item></rss>'), 1, "declares the entity 'x'"),
    "parameter.xml": (bytes_of(b'<!DOCTYPE r [<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd"> %x;]><rss/>'), 1, "declares the entity 'x'"),
    "quadratic.xml": (bytes_of(b'<!DOCTYPE r [<!ENTITY x "' + b"a" * 100_000 + b'">]><rss>' + b"&x;" * 10_000 + b"</rss>"), 1, "declares the entity 'x'"),
    "cut.xml": (bytes_of(b"<rss>\n" + ITEM % b"a" + b"\n<item><title>b"), 3, "not well-formed XML"),
    "deep.xml": (bytes_of(b"<rss>" + b"<a>" * 100_000), 1, "nested more than 200 deep"),
    "nul.xml": (bytes_of(b"<rss>\n\n<item>\0</item></rss>"), 3, "not well-formed XML"),
    "not-utf8.xml": (bytes_of(b"<rss>\n<item><title>caf\xe9</title></item></rss>"), 1, "not in the encoding"),
    "encoding.xml": (bytes_of(b'<?xml version="1.0" encoding="utf-16"?><rss/>'), 1, "not in the encoding"),
    "long-item.xml": (repeated(b"<rss>\n<item><title>", b"a", 50 * MIB, b"</title></item></rss>"), 2, "a record longer than"),
    "long-tag.xml": (repeated(b'<rss>\n<item a="', b"a", 50 * MIB, b'"/></rss>'), 2, "a single tag or comment"),
    "long-comment.xml": (repeated(b"<rss>\n<!--", b"a", 50 * MIB, b"--></rss>"), 2, "a single tag or comment"),
    "many-elements.xml": (repeated(b"<rss>\n<item>", b"<a/>", 200_000, b"</item></rss>"), 2, "a record of more than"),
    "bad-date.rss": (bytes_of(b"<rss>\n<item><title>a</title><description>b</description><pubDate>Mon, 31 Feb 2025 08:00:00 GMT</pubDate></item></rss>"), 2, "published is not a date"),
    "bad-day.atom": (bytes_of(b"<feed>\n<entry><title>a</title><published>2025-02-30T00:00:00Z</published></entry></feed>"), 2, "published is not an ISO 8601 date"),
    "no-location.xml": (bytes_of(b"<urlset>\n<url><loc>ftp://h.example/</loc></url></urlset>"), 2, "loc is not an http(s) address"),
    "unfetched.xml": (bytes_of(b"<urlset>\n<url><loc>https://h.example/a</loc></url></urlset>"), 2, "nothing is fetched here"),
    "bomb.xml.gz": (packed(b"<urlset>\n<url><loc>", b"a", 400 * MIB), 2, "a record longer than"),
    "blank-bomb.xml.gz": (packed(b"<urlset>\n", b" ", 400 * MIB), 2, "larger than 256 MiB"),
    "cut.xml.gz": (bytes_of(gzip.compress(b"<urlset>" + b" " * 10_000)[:-20]), None, "damaged"),
    "half.xml.gz": (bytes_of(b"\x1f\x8b"), None, "damaged"),
    # what is no regular file
    "pipe.md": (lambda path: os.mkfifo(path), None, "not a regular file"),
    "pipe.jsonl": (lambda path: os.mkfifo(path), None, "not a regular file"),
    "device.txt": (link_to("/dev/zero"), None, "not a regular file"),
    "loop-a.md": (link_to("loop-b.md"), None, "a link that leads nowhere"),
    "loop-b.md": (link_to("loop-a.md"), None, "a link that leads nowhere"),
    "itself.html": (link_to("itself.html"), None, "a link that leads nowhere"),
    "gone.xml": (link_to("nowhere.xml"), None, "a link that leads nowhere"),
    "outside.txt": (link_to("/etc/hostname"), None, "leads out of the folder"),
}  # fmt: skip

GOOD: dict[str, bytes] = {
    "good.md": b"---\ntitle: The Wall\n---\nIt rained.",
    "good.txt": b"It rained.",
    "good.html": b"<h1>The Wall</h1><p>It rained.</p>",
    "good.jsonl": LINE * 3,
    "good.xml": b"<rss>" + ITEM % b"The Wall" + b"</rss>",
}
# The lines and items that stand beside a broken one are read.
BESIDE = {
    "middle.jsonl": 2, "no-object.jsonl": 1, "not-utf8.jsonl": 2, "nul.jsonl": 2, "surrogate.jsonl": 2, "deep.jsonl": 1,
    "deep-object.jsonl": 1, "digits.jsonl": 1, "line-of-200-mb.jsonl": 2, "lists-of-15-mb.jsonl": 1, "no-end.jsonl": 1,
    "bad-date.jsonl": 1, "bomb.jsonl.gz": 1, "cut.xml": 1,
}  # fmt: skip


def make(folder: Path) -> None:
    """Write every bad file and the good ones beside them."""
    for name, (maker, _, _) in BAD.items():
        maker(folder / name)
    for name, data in GOOD.items():
        (folder / name).write_bytes(data)
    (folder / os.fsdecode(b"caf\xe9.txt")).write_bytes(b"It rained.")
    (folder / os.fsdecode(b"caf\xe9.jsonl")).write_bytes(b"{\n")
    (folder / "loop").symlink_to(".")


def main(folder: Path) -> dict[str, Any]:
    """Read the folder as ingest does, and say what came of each file."""
    files, rejected = find_files([folder])
    articles: dict[str, int] = {}
    for place, name in files:
        for item in read_file(place, name):
            if isinstance(item, Rejection):
                rejected.append(item)
            else:
                articles[name] = articles.get(name, 0) + 1
    # Not ru_maxrss, which begins with what the process that started this one had held.
    peak = int(re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[0]) / 1024
    return {
        "articles": articles,
        "rejected": [[one.file, one.line, one.reason] for one in rejected],
        "peak_mib": round(peak),
    }


if __name__ == "__main__":
    limit = int(sys.argv[2]) * MIB
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    print(json.dumps(main(Path(sys.argv[1]))))
