"""Measure the readers: speed of each format, what the blocks of real articles are, and language.

``python -m onrecord.evaluation.reading [--year 2022] [--articles 500]`` prints the figures as JSON.  With
``--sample KIND`` it prints lines of that kind instead, drawn by ``--seed``, for a person to read.  The data
stay where ``ONRECORD_BENCH_DATA`` points.
"""

from __future__ import annotations

import argparse
import html
import itertools
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onrecord.storage.readers import Rejection, find_files, read_file
from onrecord.text.blocks import paragraphs
from onrecord.text.language import detect_language
from onrecord.text.recurring import LineCounter, set_aside
from onrecord.types import Article

__all__ = ["Sorted", "language_figures", "main", "sort_lines", "speeds", "write_formats"]

KINDS = ("boilerplate", "recurring", "caption", "heading", "body")
_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Sorted:
    """The lines of articles by what they were found to be; ``recurring`` is boilerplate told by recurrence alone."""

    lines: dict[str, list[str]]
    languages: dict[str | None, int]
    rejected: dict[str, int]

    @property
    def figures(self) -> dict[str, Any]:
        """How many lines of each kind there are, and how many different ones."""
        return {
            "lines": {kind: len(lines) for kind, lines in self.lines.items()},
            "different": {kind: len(set(lines)) for kind, lines in self.lines.items()},
            "languages": {language or "unknown": count for language, count in self.languages.items()},
            "rejected": self.rejected,
        }


def sort_lines(items: Sequence[Article | Rejection]) -> Sorted:
    """Sort the lines of articles as ingest does, recurring ones included."""
    articles = [item for item in items if isinstance(item, Article)]
    counter = LineCounter()
    for article in articles:
        counter.count(article)
    recurring = counter.recurring()
    lines: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for article in articles:
        for before, after in zip(article.blocks, set_aside(article, recurring).blocks, strict=True):
            kind = after.kind if after == before else "recurring"
            lines[kind].append(article.text[before.start : before.end])
    rejected = Counter(item.reason.partition(":")[0] for item in items if isinstance(item, Rejection))
    return Sorted(lines, dict(Counter(article.language for article in articles)), dict(rejected))


def write_formats(articles: Sequence[Article], folder: Path) -> None:
    """Write the same articles in every format, a folder for each."""
    for name, write in _WRITERS.items():
        (folder / name).mkdir()
        write(articles, folder / name)


def speeds(folder: Path) -> dict[str, float]:
    """Articles a second of each format below ``folder``, read again and again for some seconds."""
    found = {}
    for place in sorted(folder.iterdir()):
        files, _ = find_files([place])
        count, started = 0, time.perf_counter()
        for path, name in itertools.cycle(files):
            count += sum(isinstance(item, Article) for item in read_file(path, name))
            if time.perf_counter() - started > _SECONDS:
                break
        found[place.name] = round(count / (time.perf_counter() - started), 1)
    return found


def language_figures(texts: dict[str, Sequence[str]]) -> dict[str, Any]:
    """How often the language of texts is told, and told rightly; keys begin with the right answer."""
    figures = {}
    for name, given in texts.items():
        said = Counter(detect_language(text) for text in given)
        right = said[name.partition(" ")[0]]
        wrong = {
            str(language): count for language, count in said.items() if language and language != name.partition(" ")[0]
        }
        figures[name] = {"texts": len(given), "right": right, "wrong": wrong, "unknown": said[None]}
    return figures


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures, or a sample of lines; exit code 0 also where there are no data to measure on."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--year", default="2022", choices=("2022", "2023"))
    parser.add_argument("--articles", type=int, default=500, help="how many articles the speed is measured on")
    parser.add_argument("--sample", choices=KINDS, help="print lines of this kind instead of figures")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(argv)
    data = Path(os.environ.get("ONRECORD_BENCH_DATA", ""))
    source = data / "realtimeqa" / options.year / "articles.jsonl.gz"
    if not os.environ.get("ONRECORD_BENCH_DATA") or not source.is_file():
        print(f"skipped: {source} is not there; set ONRECORD_BENCH_DATA", file=sys.stderr)
        return 0
    started = time.perf_counter()
    items = list(read_file(source, source.name))
    seconds = time.perf_counter() - started
    found = sort_lines(items)
    if options.sample:
        lines = found.lines[options.sample]
        for line in random.Random(options.seed).sample(lines, min(options.count, len(lines))):  # noqa: S311 - a sample to read
            print(json.dumps(line, ensure_ascii=False))
        return 0
    articles = [item for item in items if isinstance(item, Article)]
    with tempfile.TemporaryDirectory() as folder:
        write_formats(articles[: options.articles], Path(folder))
        speed = speeds(Path(folder))
    figures = {
        "year": options.year,
        "articles": len(articles),
        "articles_per_second": round(len(items) / seconds, 1),
        **found.figures,
        "formats_articles_per_second": speed,
        "language": language_figures(_texts(data)),
    }
    print(json.dumps(figures, ensure_ascii=False, indent=1))
    return 0


def _texts(data: Path) -> dict[str, Sequence[str]]:
    """Texts whose language is known: paragraphs of XQuAD, their questions, and Chinese news."""
    found: dict[str, Sequence[str]] = {}
    for language in ("en", "zh"):
        path = data / "xquad" / f"{language}.jsonl"
        if path.is_file():
            rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
            found[f"{language} paragraphs"] = sorted({row["context"] for row in rows})
            found[f"{language} questions"] = sorted({row["question"] for row in rows})
    path = data / "rgb" / "zh_refine.jsonl"
    if path.is_file():
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        found["zh news"] = sorted({text for row in rows for text in row["positive"] if isinstance(text, str)})
    return found


def _body(article: Article) -> str:
    # The title is the first block, and every format has its own place for it.
    first = article.blocks[0]
    return article.text[first.end :].strip() if article.text[first.start : first.end] == article.title else article.text


def _fields(article: Article) -> dict[str, Any]:
    fields = {"title": article.title, "url": article.url, "published": article.published, "outlet": article.outlet}
    return {name: value for name, value in fields.items() if value}


def _html_body(article: Article) -> str:
    body = _body(article)
    return "".join(f"<p>{html.escape(body[start:end])}</p>\n" for start, end in paragraphs(body))


def _write_jsonl(articles: Sequence[Article], folder: Path) -> None:
    lines = (json.dumps({**_fields(one), "text": _body(one)}, ensure_ascii=False) for one in articles)
    (folder / "a.jsonl").write_text("\n".join(lines), "utf-8")


def _write_text(suffix: str) -> Callable[[Sequence[Article], Path], None]:
    def write(articles: Sequence[Article], folder: Path) -> None:
        for number, one in enumerate(articles):
            front = "".join(
                f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in _fields(one).items()
            )
            (folder / f"{number}{suffix}").write_text(f"---\n{front}---\n{_body(one)}", "utf-8")

    return write


def _write_html(articles: Sequence[Article], folder: Path) -> None:
    menu = "".join(f'<li><a href="/section/{n}">Section {n}</a></li>' for n in range(40))
    style = "".join(f".menu-{n} .item{{color:#{n:03d};display:block}} .off-{n}{{display:none}}\n" for n in range(300))
    for number, one in enumerate(articles):
        title, address = html.escape(one.title), html.escape(one.url or "")
        linked = json.dumps({"@type": "NewsArticle", "headline": one.title, "datePublished": one.published})
        linked = linked.replace("<", "\\u003c")
        (folder / f"{number}.html").write_text(
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
            f'<link rel="canonical" href="{address}"><style>{style}</style>'
            f'<script type="application/ld+json">{linked}</script></head><body><nav><ul>{menu}</ul></nav>'
            f"<main><article><h1>{title}</h1>{_html_body(one)}</article></main><footer><ul>{menu}</ul></footer></body></html>",
            "utf-8",
        )


def _items(articles: Sequence[Article], more: str = "") -> Iterator[str]:
    for one in articles:
        yield (
            f"<item><title>{html.escape(one.title)}</title><link>{html.escape(one.url or '')}</link>"
            f"<content:encoded>{html.escape(_html_body(one))}</content:encoded>{more}</item>\n"
        )


def _write_rss(articles: Sequence[Article], folder: Path) -> None:
    start = '<rss xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>\n'
    (folder / "a.rss").write_text(start + "".join(_items(articles)) + "</channel></rss>", "utf-8")


def _write_wxr(articles: Sequence[Article], folder: Path) -> None:
    start = '<rss xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wp="http://wordpress.org/export/1.2/"><channel>\n'
    more = "<wp:post_type>post</wp:post_type><wp:status>publish</wp:status>"
    (folder / "a.xml").write_text(start + "".join(_items(articles, more)) + "</channel></rss>", "utf-8")


_WRITERS: dict[str, Callable[[Sequence[Article], Path], None]] = {
    "html": _write_html,
    "jsonl": _write_jsonl,
    "markdown": _write_text(".md"),
    "rss": _write_rss,
    "text": _write_text(".txt"),
    "wordpress": _write_wxr,
}


if __name__ == "__main__":
    sys.exit(main())
