"""The product as it is run: a server in a process of its own, with the real embedder, reader and language model.

``real_room`` is a newsroom in which something has happened; its articles are invented, but for the shipped one: people
quoted over several days and on none, an article that ran twice, one corrected, one withdrawn, one in Chinese.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from tests.web import desk_site

from onrecord.storage.accounts import Accounts

__all__ = ["ARTICLES", "CORRECTION", "LAST_DAY", "PASSWORD", "REFUSED", "ROOT", "Room", "real_room", "serving"]

ROOT = Path(__file__).parents[2]
PASSWORD = "four or five good words"
CORRECTION = "There were three ferries, not four."
REFUSED = "What did the queen of Sweden say about penguins?"
LAST_DAY = "2022-06-30"
_FURTHER: tuple[dict[str, Any], ...] = (
    {
        "id": "gangkou",
        "title": "林德比港口扩建新码头",
        "published": "2022-05-18",
        "outlet": "林德比日报",
        "authors": ["李薇"],
        "language": "zh",
        "text": "林德比港口将于明年扩建新码头，市议会周三作出决定。\n\n“新码头可以停靠三艘货轮，这对本地渔民很重要，”港口主任王敏说。"
        "\n\n王敏表示，工程费用为一千二百万克朗，其中一半由国家承担。",
    },
    {
        "id": "pool",
        "title": "The swimming pool closes for good",
        "published": "2022-02-01",
        "outlet": "Lindby Post",
        "text": "The pool closes in March.\n\n“There is nobody left who swims,” said Karl Vik, the caretaker.",
    },
)


def _printed(one: Mapping[str, Any]) -> dict[str, Any]:
    """An article of the desk's own tests, ten years earlier, so that the feed is late and not ahead of the calendar."""
    day = {"published": one["published"].replace("203", "202", 1)} if "published" in one else {}
    more = {"authors": ["Ida Holm", "Nils Berg"], "url": "https://news.example/wall"} if one["id"] == "wall" else {}
    return {**one, **day, **more}


ARTICLES: tuple[dict[str, Any], ...] = (*map(_printed, desk_site.ARTICLES), *_FURTHER)


@dataclass(frozen=True)
class Room:
    """The address, the folder with all that is kept, and the cookies of ``ann``, who is signed in."""

    address: str
    folder: Path
    state: Any


@contextmanager
def serving(folder: Path, command: Sequence[str], **settings: object) -> Iterator[str]:
    """Run a command of ours that serves, with everything that it keeps in ``folder``; gives its address."""
    kept = {name: folder / name.lower() for name in ("INDEX", "ACCOUNTS", "FEEDBACK", "QUESTIONS")}
    given = {f"ONRECORD_{name}": str(value) for name, value in {**kept, **settings}.items()}
    log = folder / "log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, *command, "--port", "0"],
            cwd=ROOT,
            env={**os.environ, **given},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        until = time.monotonic() + 300
        while not (found := re.search(r"open at (http://\S+)", log.read_text("utf-8"))):
            assert server.poll() is None, log.read_text("utf-8")
            assert time.monotonic() < until, log.read_text("utf-8")
            time.sleep(0.1)
        yield found.group(1)
        server.send_signal(signal.SIGTERM)
        # uvicorn ends itself by the signal that it was sent, once everything is closed.
        assert server.wait(timeout=30) in {0, -signal.SIGTERM}, log.read_text("utf-8")
        assert "Traceback" not in log.read_text("utf-8")
    finally:
        server.kill()
        server.wait()


@contextmanager
def real_room(folder: Path) -> Iterator[Room]:
    """Serve the newsroom; editors have decided things, a reader was refused and another one disliked an answer."""
    corpus = folder / "corpus"
    corpus.mkdir()
    shutil.copy(ROOT / "corpus" / "chengdu-chongqing-cooperation.md", corpus)
    (corpus / "invented.jsonl").write_text("".join(json.dumps(one) + "\n" for one in ARTICLES), "utf-8")
    (corpus / "broken.jsonl").write_text('{"title": "x"\n')
    Accounts(folder / "accounts").add("ann", "staff", PASSWORD)
    settings = {"CORPUS": corpus, "LATE_DAYS": 30, "KEEP_QUESTIONS_DAYS": 14}
    # All tests are one peer, and a fast machine runs those of the desk in a minute.
    budgets = {"QUESTIONS_PER_MINUTE": 10_000, "READS_PER_MINUTE": 100_000}
    with serving(folder, ["app.py"], **settings, **budgets) as address:
        with httpx.Client(base_url=address, headers={"origin": address}, timeout=120) as client:
            cookie = _signed_in(client)
            _have_happened(client)
        yield Room(address, folder, {"cookies": [cookie], "origins": []})


def _signed_in(client: httpx.Client) -> dict[str, Any]:
    """The cookie of ann's session, as Chromium holds it."""
    answer = client.post("/sign-in", data={"name": "ann", "password": PASSWORD})
    name, _, value = answer.headers["set-cookie"].partition(";")[0].partition("=")
    client.headers["cookie"] = f"{name}={value}"
    where = {"domain": client.base_url.host, "path": "/", "expires": -1}
    return {"name": name, "value": value, **where, "httpOnly": True, "secure": True, "sameSite": "Strict"}


def _have_happened(client: httpx.Client) -> None:
    """Do over HTTP what the pages' forms do."""
    forms = {
        "staff/speakers/split": {"name": "Anna M. Berg", "other": "Anna Berg"},
        "staff/speakers/merge": {"name": "Keller-Holm", "other": "Keller"},
        "staff/review/correct": {"id": "ferry", "note": CORRECTION},
        "staff/review/withdraw": {"id": "pool", "note": "Withdrawn at the request of the family."},
    }
    for path, form in forms.items():
        answer = client.post(path, data=form)
        assert answer.status_code == 303, answer.text
    opinion = {"rating": "unhelpful", "question": "Who pays for the wall?", "reasons": ["wrong_source"]}
    for path, data in (("ask", {"question": REFUSED}), ("feedback", {**opinion, "note": "Not this year."})):
        client.post(f"/api/v1/{path}", json=data).raise_for_status()
