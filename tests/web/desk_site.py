"""A newsroom for the tests of the desk: the shipped article and some invented ones, indexed for real."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fakes import FakeEmbedder

from onrecord.runtime import Runtime
from onrecord.serve import core_of
from onrecord.settings import Settings
from onrecord.storage.accounts import Accounts
from onrecord.web.core import Core

ROOT = Path(__file__).parents[2]
PASSWORD = "four or five good words"
WALL = (
    "The harbour wall of Lindby will be raised by 40 centimetres before the next winter storms, the council decided.\n\n"
    "“We need new gates, and we need them before 2033,” said Maria Keller, who runs the port authority. “The old ones "
    "may hold for another year, but I would not bet the town on it.”\n\n"
    "The work costs 12 million crowns. Keller said that the state would pay half of it."
)
ARTICLES: tuple[dict[str, Any], ...] = (
    {
        "id": "wall",
        "title": "Lindby raises its harbour wall",
        "published": "2031-03-02",
        "outlet": "Lindby Post",
        "text": WALL,
    },
    {
        "id": "wall-coast",
        "title": "Harbour wall to grow by 40 centimetres",
        "published": "2031-03-03",
        "outlet": "The Coast",
        "text": WALL.replace("The work costs", "The works cost"),
    },
    {
        "id": "ferry",
        "title": "Ferries stay in port as the storm passes",
        "published": "2031-11-20",
        "outlet": "Lindby Post",
        "text": "Three ferries stayed in port on Thursday.\n\n“No captain was told to sail,” said Keller, the director of the "
        "port authority.\n\n“My boat has crossed in worse weather, and I will not say that we were afraid,” said Ole Brandt, "
        "a captain of thirty years. Brandt said that the company had asked him to wait.",
    },
    {
        "id": "budget",
        "title": "A budget with a hole of 3.5 million",
        "published": "2032-01-14",
        "outlet": "Lindby Post",
        "text": "The council passed its budget on Wednesday.\n\n“It is not a good budget, it is the only one we have,” said "
        "President Anna Berg, the head of the council.\n\nAnna Berg said that taxes would not rise. “Nobody in this room wants "
        "higher taxes,” Berg said.",
    },
    {
        "id": "bridge",
        "title": "Bridge opens a year late",
        "published": "2032-06-30",
        "outlet": "The Coast",
        "text": "The bridge over the sound was opened on Monday.\n\n“We promised it for last summer and we were wrong,” said "
        "Anna M. Berg. “The ice took two of the piers.”\n\n“It was never a question of money,” said Mrs. Keller-Holm, the "
        "engineer.",
    },
    {
        "id": "school",
        "title": "The school by the shore",
        "outlet": "Lindby Post",
        "text": "The school opens again in August.\n\n“The children asked for a garden, and they will get one,” said Maria "
        "Keller, whose sister teaches there.",
    },
)
DRAFT = (
    "The port is worried. “We need new gates, and we need them before 2030,” said Maria Keller. “My boat has crossed in worse "
    "weather,” said Ole Brandt.\n\n“Nobody in this room wants higher taxes,” said Ole Brandt. “The old ones may hold for "
    "another year, but I would bet the town on it,” Keller said.\n\n“We shall build a tower of glass by the old mill,” said "
    "Anna Berg.\n"
)
"""Five quotations: a number changed, cut, of another speaker, a negation dropped, not found."""


@dataclass(frozen=True)
class Newsroom:
    """The product in a folder, with accounts of staff (``ann``) and of an operator (``bob``)."""

    runtime: Runtime
    core: Core
    folder: Path


def newsroom(folder: Path, articles: tuple[dict[str, Any], ...] = ARTICLES, **settings: Any) -> Newsroom:
    """Ingest the articles, and the shipped one, into ``folder``."""
    source = folder / "invented.jsonl"
    source.write_text("".join(json.dumps(one) + "\n" for one in articles), "utf-8")
    names = {
        "index": "index",
        "accounts": "accounts.json",
        "feedback": "feedback.jsonl",
        "questions": "questions.jsonl",
    }
    paths: dict[str, Any] = {name: folder / file for name, file in names.items()}
    runtime = Runtime(Settings(**paths, model="none", **settings), embedder=FakeEmbedder())
    runtime.ingest([ROOT / "corpus", source])
    accounts = Accounts(paths["accounts"])
    accounts.add("ann", "staff", PASSWORD)
    accounts.add("bob", "operator", PASSWORD)
    return Newsroom(runtime, core_of(runtime), folder)
