"""The articles of the perturbation benchmark, their printed quotations, and a plain search over both.

Nothing here knows the extractor or the checker: quotations are found by patterns of our own that would rather
miss one than take a wrong one, and whether words occur in the corpus is told by searching strings.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from onrecord.errors import FileError
from onrecord.evaluation.perturb_words import STOP
from onrecord.storage.readers import article_from
from onrecord.types import Article

__all__ = ["Corpus", "Place", "load_chinese", "load_english", "plain", "split", "words"]

_YEARS = ("2022", "2023")
_CHINESE_FILES = ("zh_fact", "zh_int", "zh_refine")
_CHINESE_LENGTH = 40
_RUN = 4
_CHINESE_RUN = 5
_WORD = re.compile(r"[\u4e00-\u9fff]|[^\W_\u4e00-\u9fff]+")
_MARKS = str.maketrans({**dict.fromkeys("“”„«»「」『』", '"'), **dict.fromkeys("‘’‚`´", "'")})
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")


class Place(NamedTuple):
    """Where words stand in the corpus: the article's row and the characters around them, spaces aside."""

    row: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class _Held:
    """An article as it is searched: its words alone, and its text with punctuation."""

    words: str
    plain: str


def plain(text: str) -> str:
    """The text with straight marks, in lower case and composed, spaces single, line breaks kept.

    ``“Hard\u00a0 work.”`` -> ``"hard work."``
    """
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).translate(_MARKS).casefold()
    return re.sub(r"[^\S\n]+", " ", text)


def words(text: str) -> list[str]:
    """The words as they are compared: no case, no apostrophes; a Chinese character is a word.

    ``Don’t — “panic”`` -> ``["dont", "panic"]``
    """
    return _WORD.findall(plain(text).replace("'", ""))


class Corpus:
    """What the checker will know, searchable without the checker."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self.articles = articles
        self._held: list[_Held] = []
        self._rows: dict[str, array[int]] = {}
        for row, article in enumerate(articles):
            found = words(article.text)
            self._held.append(_Held(f" {' '.join(found)} ", plain(article.text)))
            for word in set(found):
                self._rows.setdefault(word, array("I")).append(row)

    def rows(self, text: str) -> list[int]:
        """The articles in which exactly these words stand in a row, whatever stands between them."""
        wanted = words(text)
        if not wanted or any(word not in self._rows for word in wanted):
            return []
        rarest = min(wanted, key=lambda word: len(self._rows[word]))
        run = f" {' '.join(wanted)} "
        return [row for row in self._rows[rarest] if run in self._held[row].words]

    def holds(self, text: str) -> bool:
        """Whether some article holds these words in a row."""
        return bool(self.rows(text))

    def mentions(self, row: int, word: str) -> bool:
        """Whether an article uses each word of ``word`` somewhere."""
        return all(f" {part} " in self._held[row].words for part in words(word))

    def places(self, text: str) -> list[Place] | None:
        """Every place of the words with what stands around it; None where punctuation differs from ours."""
        wanted = plain(text).strip()
        found: list[Place] = []
        for row in self.rows(text):
            here = list(_around(row, self._held[row].plain, wanted))
            run = f" {' '.join(words(text))} "
            if len(here) != _count(self._held[row].words, run):
                return None
            found.extend(here)
        return found

    def resembles(self, text: str, *, share: float = 0.6) -> bool:
        """Whether an article has most of the content words and a run of the text: a copy, perhaps edited."""
        wanted = words(text)
        run = _CHINESE_RUN if any("\u4e00" <= word <= "\u9fff" for word in wanted) else _RUN
        content = {word for word in wanted if word not in STOP}
        counts: Counter[int] = Counter()
        for word in content:
            counts.update(self._rows.get(word, ()))
        runs = [f" {' '.join(wanted[at : at + run])} " for at in range(len(wanted) - run + 1)]
        return any(
            any(part in self._held[row].words for part in runs)
            for row, count in counts.items()
            if count >= share * len(content)
        )


def _around(row: int, text: str, wanted: str) -> Iterator[Place]:
    at = text.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        yield Place(row, text[max(0, at - 3) : at].strip(" "), text[end : end + 3].strip(" "))
        at = text.find(wanted, at + 1)


def _count(text: str, run: str) -> int:
    """Count runs that may share the space between them, which str.count would skip."""
    found = at = 0
    while (at := text.find(run, at)) >= 0:
        found += 1
        at += 1
    return found


def load_english(root: Path, *, most: int, seed: int) -> list[Article]:
    """The news articles of both years, each id once; ``most`` > 0 draws that many of them."""
    records: dict[str, dict[str, Any]] = {}
    for year in _YEARS:
        path = root / "realtimeqa" / year / "articles.jsonl.gz"
        if path.is_file():
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                for line in lines:
                    record = json.loads(line)
                    records.setdefault(record["id"], record)
    chosen = list(records.values())
    if 0 < most < len(chosen):
        chosen = random.Random(f"{seed}/articles").sample(chosen, most)  # noqa: S311 - a fixed draw, no secret
    return list(_articles(chosen))


def load_chinese(root: Path) -> list[Article]:
    """The Chinese news passages, each text once, as articles without titles."""
    texts: dict[str, None] = {}
    for name in _CHINESE_FILES:
        path = root / "rgb" / f"{name}.jsonl"
        if path.is_file():
            with path.open(encoding="utf-8") as lines:
                for line in lines:
                    row = json.loads(line)
                    texts.update(dict.fromkeys(_strings([row["positive"], row["negative"]])))
    return list(
        _articles(
            {"id": f"zh-{hashlib.sha256(text.encode()).hexdigest()[:12]}", "text": text, "language": "zh"}
            for text in (text.replace("\r", "\n") for text in texts)
            if len(text) >= _CHINESE_LENGTH
        )
    )


def _strings(value: list[Any]) -> Iterator[str]:
    for item in value:
        if isinstance(item, str):
            yield item
        else:
            yield from _strings(item)


def _articles(records: Iterable[dict[str, Any]]) -> Iterator[Article]:
    for record in records:
        try:
            yield article_from(record, name=str(record["id"]))
        except FileError:
            continue  # an empty page of the set: nothing was printed there


def split(articles: Sequence[Article], *, share: float, seed: int) -> tuple[list[Article], list[Article]]:
    """The articles that the checker will know, and those held out of its corpus."""
    draw = random.Random(f"{seed}/held out")  # noqa: S311 - a fixed draw, no secret
    out = set(draw.sample(range(len(articles)), int(share * len(articles))))
    known = [article for row, article in enumerate(articles) if row not in out]
    return known, [articles[row] for row in sorted(out)]
