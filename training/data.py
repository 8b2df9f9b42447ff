"""What the reader is trained on: questions with their spans, and passages that do not answer.

Everything is read from ``ONRECORD_BENCH_DATA`` and is of a licence under which weights may be shared: the amazon and
reddit questions of SQuADShifts and its new Wikipedia questions (CC BY 4.0), clean HotpotQA rows (CC BY-SA 4.0).  Never
read: XQuAD, RealTimeQA, CLAPnq.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Example", "clozes", "data_folder", "questions", "squad"]


@dataclass(frozen=True, slots=True)
class Example:
    """A question over a text.

    ``spans`` are the slices of ``text`` that answer; none: it does not answer.  ``title`` is what stands over the text.
    """

    asked: str
    title: str
    text: str
    spans: tuple[tuple[int, int], ...] = ()


def data_folder() -> Path:
    """Give the folder of the data, or end with what to do."""
    folder = os.environ.get("ONRECORD_BENCH_DATA")
    if not folder or not Path(folder).is_dir():
        raise SystemExit("set ONRECORD_BENCH_DATA to the folder of the benchmark data")
    return Path(folder)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    read = gzip.open if path.suffix == ".gz" else open
    with read(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def squad(path: Path, *, titled: bool) -> list[Example]:
    """Read questions in SQuAD's form; ``titled`` where the title says what the text is about."""
    found = []
    for row in _rows(path):
        spans = dict.fromkeys(_trimmed(row["context"], a["answer_start"], a["text"]) for a in row["answers"])
        title = row["title"].replace("_", " ") if titled else ""
        found.append(Example(row["question"].strip(), title, row["context"], tuple(spans)))
    return found


def questions(folder: Path) -> list[Example]:
    """Give all questions with an answer."""
    found = [
        *squad(folder / "squadshifts/amazon.jsonl.gz", titled=False),
        *squad(folder / "squadshifts/reddit.jsonl.gz", titled=False),
        *squad(folder / "new_wiki/questions.jsonl.gz", titled=True),
    ]
    for row in _rows(folder / "ifr_injection/original-HotpotQA.jsonl.gz"):
        text = re.sub(r"\s*\[(?:PAR|TLE|SEP)\]\s*", " ", row["context"]).strip()
        answer = row["answers"][0]
        spans = [(m.start(), m.end()) for m in re.finditer(re.escape(answer), text)][:3]
        if spans and len(answer) > 3:
            found.append(Example(row["question"], "", text, tuple(spans)))
    return found


def _trimmed(context: str, start: int, text: str) -> tuple[int, int]:
    """The span without space and closing punctuation at its ends, which the annotators left in now and then."""
    end = start + len(text)
    while start < end and context[start].isspace():
        start += 1
    while start < end and context[end - 1] in " \n\t.,;:":
        end -= 1
    return start, end


_SENTENCE = re.compile(r"[^.!?\n]{30,300}[.!?]")
_NAME = re.compile(r"(?<![.!?] )(?<!^)\b[A-Z][\w’'-]+(?: (?:of |the |de )?[A-Z][\w’'-]+){0,3}")
_NUMBER = re.compile(r"(?<!\w)[$£€]?\d[\d,.]*\d?%?(?: (?:million|billion|percent|years|people))?(?!\w)")
_LOWER = re.compile(r"\b(?:a|an|the|its|their|his|her) (?:[a-z]+ ){1,3}(?=[.,;]|and |of |in |to )")


def clozes(examples: Sequence[Example], rng: random.Random, *, most: int) -> list[Example]:
    """Make questions out of sentences, as news quizzes are: ``The bridge was built by:`` over the whole text.

    Words are left out of the question, so that it is not found by its letters alone.
    """
    texts = list({(e.title, e.text): None for e in examples})
    rng.shuffle(texts)
    made: list[Example] = []
    for title, text in texts:
        sentences = list(_SENTENCE.finditer(text))
        rng.shuffle(sentences)
        tried = (_cloze(title, text, sentence, rng) for sentence in sentences[:3])
        made += [example for example in tried if example is not None]
        if len(made) >= most:
            break
    return made[:most]


def _cloze(title: str, text: str, sentence: re.Match[str], rng: random.Random) -> Example | None:
    kinds = [("who or what", _NAME), ("how many", _NUMBER), ("what", _LOWER)]
    rng.shuffle(kinds)
    for word, pattern in kinds:
        spans = [m for m in pattern.finditer(text, sentence.start(), sentence.end()) if len(m.group().strip()) > 1]
        if not spans:
            continue
        span = rng.choice(spans)
        start, end = span.start(), span.start() + len(span.group().rstrip())
        before, after = text[sentence.start() : start].strip(), text[end : sentence.end() - 1].strip(" ,;")
        if len(before) > 40 and rng.random() < 0.5:
            asked = _thinned(before, rng) + ":"
        elif rng.random() < 0.5:
            asked = f"{_thinned(before, rng)} {word if word != 'who or what' else 'what'} {_thinned(after, rng)}?"
        else:
            asked = f"{word.capitalize()} {_thinned(after, rng)} {_thinned(before, rng)}?"
        again = [(m.start(), m.end()) for m in re.finditer(re.escape(text[start:end]), text)][:3]
        return Example(" ".join(asked.split()), title, text, tuple(again))
    return None


def _thinned(text: str, rng: random.Random) -> str:
    return " ".join(word for word in text.split() if rng.random() > 0.2)
