"""Train the phrasing adapter: ``python training/phrasing.py --out FOLDER``; run again, it goes on where it was interrupted.

SmolLM2-135M-Instruct as it comes with the product, frozen, with LoRA on every projection, learns to continue the product's
own prompts.  The same seed gives the same lessons in the same order; sums of floating-point numbers differ from one
processor to another.  The adapter, its checksum and its curves lie in the folder in the end.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import torch
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor
from torch.nn.functional import cross_entropy
from transformers import LlamaForCausalLM

from curves import draw
from onrecord.generation.llm import find_model
from onrecord.generation.worker import LlamaEngine, Pulse
from onrecord.types import Message
from phrasing_data import Lesson, lessons
from phrasing_model import Adapted, adapted, base_model, write_adapter

RANK, SCALE = 16, 2.0
TOKENS = 2048
"""Tokens of a batch at most."""
LONGEST = 900
HELD = 100
"""Lessons that are only measured."""


@dataclass(frozen=True, slots=True)
class Row:
    """Token ids; those from ``asked`` on are the answer."""

    ids: list[int]
    asked: int


def rows_of(found: Sequence[Lesson], engine: LlamaEngine) -> list[Row]:
    """Lay lessons out as the engine reads them, with the end of the turn as the last token."""
    rows = []
    for lesson in found:
        asked = engine.prompt(lesson.messages)
        whole = engine.prompt(
            [*lesson.messages, Message("assistant", lesson.answer), Message("user", "")], opened=False
        )
        ends = len(asked) + len(engine.plain(lesson.answer)) + 1
        row = Row(whole[:ends], len(asked))
        if len(row.ids) <= LONGEST:
            rows.append(row)
    return rows


def batches(rows: Sequence[Row], seed: int) -> Iterator[list[Row]]:
    """Cut the rows into batches of rows of about one length, in an order of their own for each seed."""
    rng = random.Random(seed)
    # Neighbours in length, though not the same ones each time.
    order = sorted(rows, key=lambda row: len(row.ids) + rng.random() * 40)
    found: list[list[Row]] = [[]]
    for row in order:
        if found[-1] and (len(found[-1]) + 1) * len(row.ids) > TOKENS:
            found.append([])
        found[-1].append(row)
    rng.shuffle(found)
    yield from found


def loss_of(model: LlamaForCausalLM, rows: Sequence[Row]) -> Tensor:
    """The mean cross entropy of the answers' tokens."""
    width = max(len(row.ids) for row in rows)
    ids = torch.zeros(len(rows), width, dtype=torch.long)
    wanted = torch.full_like(ids, -100)
    for place, row in enumerate(rows):
        size = len(row.ids)
        ids[place, :size] = torch.tensor(row.ids)
        # What stands at a place is to tell the next one; the padding behind an answer is never looked at.
        wanted[place, row.asked - 1 : size - 1] = ids[place, row.asked : size]
    hidden = model.model(ids).last_hidden_state
    told = wanted >= 0
    return cross_entropy(model.lm_head(hidden[told]).float(), wanted[told])


@dataclass(slots=True)
class Run:
    """A training as far as it has come: what is kept in ``checkpoint.pt``, and its curves."""

    model: LlamaForCausalLM
    parts: dict[str, Adapted]
    optimiser: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler
    held: Sequence[Sequence[Row]]
    out: Path
    done: int = 0
    log: list[dict[str, float]] = field(default_factory=list)
    _recent: list[float] = field(default_factory=list)

    def resume(self) -> None:
        """Go on from what was kept, if anything was."""
        if (kept := self.out / "checkpoint.pt").is_file():
            state = torch.load(kept, weights_only=True)
            for name, values in state["parts"].items():
                self.parts[name].a.data, self.parts[name].b.data = values
            self.optimiser.load_state_dict(state["optimiser"])
            self.schedule.load_state_dict(state["schedule"])
            self.done, self.log = state["done"], json.loads((self.out / "curves.json").read_text())

    def step(self, rows: Sequence[Row]) -> None:
        """Learn from one batch."""
        loss = loss_of(self.model, rows)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for part in self.parts.values() for p in (part.a, part.b)], 1.0)
        self.optimiser.step()
        self.schedule.step()
        self.done += 1
        self._recent.append(float(loss.detach()))

    def keep(self) -> None:
        """Measure, and write everything that is needed to go on, all of it or nothing."""
        with torch.inference_mode():
            held = sum(float(loss_of(self.model, rows)) for rows in self.held) / len(self.held)
        if self._recent:
            learnt = sum(self._recent) / len(self._recent)
            self.log.append({"step": self.done, "learnt": round(learnt, 4), "held": round(held, 4)})
            self._recent.clear()
        state = {
            "parts": {name: (part.a.data, part.b.data) for name, part in self.parts.items()},
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
            "done": self.done,
        }
        torch.save(state, self.out / "checkpoint.new")
        (self.out / "curves.json").write_text(json.dumps(self.log, indent=1))
        (self.out / "checkpoint.new").replace(self.out / "checkpoint.pt")


def train(out: Path, *, facts: int, articles: int, epochs: int, rate: float, seed: int) -> Path:
    """Train and write the adapter; give its path."""
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    file = find_model("default")
    if file is None:
        raise SystemExit("the default language model is not installed")

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    found = lessons(out, facts=facts, articles=articles, seed=seed, say=say)
    torch.set_num_threads(len(os.sched_getaffinity(0)))  # the embedder, which made the lessons, takes one
    engine = LlamaEngine({"path": str(file), "context_tokens": 512, "threads": 1}, Pulse())
    rows = rows_of(found, engine)
    learnt, held = rows[HELD:], rows[:HELD]

    def passes() -> Iterator[list[Row]]:
        for number in range(seed, seed + epochs):
            yield from batches(learnt, number)

    total = sum(1 for _ in passes())
    model = base_model(file)
    parts = adapted(model, RANK, SCALE)
    optimiser = torch.optim.AdamW([p for part in parts.values() for p in (part.a, part.b)], lr=rate, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / (0.04 * total)) * max(0.02, 1 - step / total)
    )
    run = Run(model, parts, optimiser, schedule, list(batches(held, seed)), out)
    run.resume()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns) as progress:
        task = progress.add_task("training", total=total, completed=run.done)
        for batch in islice(passes(), run.done, total):
            run.step(batch)
            progress.update(task, completed=run.done)
            if run.done % 100 == 0 or run.done == total:
                run.keep()
    written = out / "phrasing.gguf"
    write_adapter(run.parts, model, written, name=f"onrecord phrasing for {file.stem}")
    (out / "phrasing.sha256").write_text(hashlib.sha256(written.read_bytes()).hexdigest() + "  phrasing.gguf\n")
    draw([run.log], out / "curves.svg")
    return written


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--facts", type=int, default=3600, help="questions for a fact that are put to the product")
    parser.add_argument("--articles", type=int, default=800, help="articles that are invented")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--rate", type=float, default=4e-4)
    parser.add_argument("--seed", type=int, default=5)
    written = train(**vars(parser.parse_args()))
    print(f"{written}: {written.stat().st_size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
