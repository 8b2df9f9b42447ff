"""What the reader is trained on: questions with their spans, passages that do not answer, statements with their source.

Everything is read from ``ONRECORD_BENCH_DATA`` and is of a licence under which weights may be shared: the amazon and
reddit questions of SQuADShifts and its new Wikipedia questions (CC BY 4.0), clean HotpotQA rows (CC BY-SA 4.0), three
domains of SummEdits (Apache-2.0) and WiCE (ODC-BY).  Never read: XQuAD, RealTimeQA, CLAPnq, SummEdits' news.
"""

from __future__ import annotations

import ast
import gzip
import json
import os
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Example", "clozes", "copies", "data_folder", "nearest", "questions", "squad", "statements"]


@dataclass(frozen=True, slots=True)
class Example:
    """A question or statement over a text.

    ``spans`` are the slices of ``text`` that answer; none: it does not answer.  ``supported`` is set for statements
    only, ``title`` is what stands over the text.
    """

    asked: str
    title: str
    text: str
    spans: tuple[tuple[int, int], ...] = ()
    supported: bool | None = None


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


# --- statements


_STATEMENT = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


def statements(folder: Path) -> list[Example]:
    """Give sentences of summaries and claims, each with the window of its source that is nearest in words."""
    found: dict[tuple[str, str], Example] = {}
    for domain in ("podcast", "samsum", "ectsum"):
        for row in _rows(folder / f"summedits/{domain}.jsonl"):
            true, original = row["label"] in {"1", 1}, set(_STATEMENT.split(row["original_summary"]))
            for sentence in _STATEMENT.split(row["summary"]):
                if not true and sentence in original:
                    continue  # the edit is in another sentence
                found[sentence, row["doc"]] = Example(sentence, "", nearest(sentence, row["doc"]), (), true)
    for row in _rows(folder / "wice/claims.jsonl"):
        evidence, held = _list(row["evidence"]), _list(row["supporting_sentences"])
        source = " ".join(evidence[i] for i in held[0] if i < len(evidence)) if held else " ".join(evidence)
        supported = row["label"] == "supported"
        if row["label"] == "partially_supported" and not held:
            continue
        found[row["claim"], source] = Example(row["claim"], "", nearest(row["claim"], source), (), supported)
    return list(found.values())


def copies(examples: Sequence[Example], rng: random.Random, *, most: int) -> list[Example]:
    """Make statements of sentences: as they stand, or with a name, a number or a negation changed."""
    texts = list({e.text: None for e in examples if len(e.text) > 200})
    rng.shuffle(texts)
    made: list[Example] = []
    for place, text in enumerate(texts):
        sentences = list(_SENTENCE.finditer(text))
        if not sentences:
            continue
        sentence = rng.choice(sentences).group().strip()
        if rng.random() < 0.5:
            made.append(Example(_thinned_little(sentence, rng), "", nearest(sentence, text), (), supported=True))
        elif (changed := _changed(sentence, text, texts[place - 1], rng)) is not None:
            made.append(Example(_thinned_little(changed, rng), "", nearest(sentence, text), (), supported=False))
        if len(made) >= most:
            break
    return made


def _thinned_little(sentence: str, rng: random.Random) -> str:
    droppable = {"also", "just", "really", "very", "then", "however,", "that"}
    return " ".join(w for w in sentence.split() if w.lower() not in droppable or rng.random() < 0.5)


def _changed(sentence: str, text: str, other: str, rng: random.Random) -> str | None:
    for pattern in rng.sample([_NAME, _NUMBER], 2):
        spans = list(pattern.finditer(sentence))
        if not spans:
            continue
        span = rng.choice(spans)
        instead = [m.group() for m in pattern.finditer(text if rng.random() < 0.6 else other)]
        instead = [each for each in instead if each not in sentence and span.group() not in each]
        if instead:
            return sentence[: span.start()] + rng.choice(instead) + sentence[span.end() :]
    verb = re.search(r"\b(is|are|was|were|can|will|has|have|had|does|did|could|would)\b(?! not)", sentence)
    return sentence[: verb.end()] + " not" + sentence[verb.end() :] if verb else None


def nearest(sentence: str, source: str, *, words: int = 130) -> str:
    """Give the window of ``source`` that holds most of the sentence's words."""
    own = {w.lower().strip(".,;:?!") for w in sentence.split()}
    parts = source.split()
    if len(parts) <= words:
        return source
    held = [w.lower().strip(".,;:?!") in own and len(w) > 3 for w in parts]
    starts = range(0, len(parts) - words + 25, 25)
    best = max(starts, key=lambda start: sum(held[start : start + words]))
    return " ".join(parts[best : best + words])


def _list(value: Any) -> list[Any]:
    if isinstance(value, str):
        value = ast.literal_eval(value)
    return list(value)
