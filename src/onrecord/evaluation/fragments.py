"""Measure text fragments: whether Chromium selects exactly the passage that a link to the publisher's page names.

``python -m onrecord.evaluation.fragments [--passages 300] [--failures]`` prints the figures as JSON.  Each passage is of
another real article, of ``realtimeqa`` in ``ONRECORD_BENCH_DATA``, one half as long as those that are searched, one
half a sentence.  The article is served as a page with a headline, a byline, links inside its paragraphs and a footer.
What was selected is read off the screen: the same page is drawn once more with the passage marked by its offsets, and
every pixel must agree.
"""

from __future__ import annotations

import argparse
import html
import json
import os
import random
import shutil
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from onrecord.evaluation.data import bench_file
from onrecord.evaluation.perturb_corpus import load_english
from onrecord.text.fragments import fragment
from onrecord.text.passages import body_sentences, passages
from onrecord.types import Article, Passage, Span

__all__ = ["main", "measure", "page_of"]

_STYLE = (
    "body { font: 9px/12px sans-serif; width: 1500px } p, h1, footer { margin: 4px 0 } h1 { font-size: 14px }"
    "::target-text { background: #f0f; color: #000 } ::highlight(passage) { background: #f0f; color: #000 }"
)
# Marks [line, offset in it] to [line, offset in it]: offsets are UTF-16 units of the paragraph's text.
_MARK = """([from, to]) => {
  const at = ([line, offset]) => {
    const walker = document.createTreeWalker(document.getElementById("line-" + line), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      if (offset <= walker.currentNode.length) return [walker.currentNode, offset];
      offset -= walker.currentNode.length;
    }
  };
  const range = new Range();
  range.setStart(...at(from));
  range.setEnd(...at(to));
  CSS.highlights.set("passage", new Highlight(range));
}"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description="Measure text fragments in Chromium.")
    parser.add_argument("--passages", type=int, default=300)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--failures", action="store_true", help="also print what was not selected")
    options = parser.parse_args(arguments)
    chosen = _chosen(options.passages, options.seed)
    outcomes = measure(chosen)
    figures: dict[str, Any] = {"passages": len(chosen)}
    figures |= {name: outcomes.count(name) for name in ("exact", "wrong", "without")}
    figures["exact_share"] = round(figures["exact"] / len(chosen), 4)
    print(json.dumps(figures))
    if options.failures:
        for passage, outcome in zip(chosen, outcomes, strict=True):
            if outcome != "exact":
                print(json.dumps({"outcome": outcome, "fragment": _fragment(passage), "text": passage.text}))
    return 0


def measure(chosen: Sequence[Passage]) -> list[str]:
    """Tell for each passage whether Chromium selected it: ``exact``, ``wrong``, or ``without`` where it has no fragment."""
    # Only a test extra brings it, and nothing else here needs a browser.
    from playwright.sync_api import sync_playwright

    pages = {f"/{number}": page_of(passage.article) for number, passage in enumerate(chosen)}
    outcomes = []
    with _served(pages) as address, sync_playwright() as playwright:
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1540, "height": 800})
        for number, passage in enumerate(chosen):
            named = _fragment(passage)
            if named is None:
                outcomes.append("without")
                continue
            page.goto(f"{address}/{number}?marked")
            plain = page.screenshot(full_page=True)
            page.evaluate(_MARK, [_place(passage.article, passage.start), _place(passage.article, passage.end)])
            wanted = page.screenshot(full_page=True)
            if wanted == plain:
                raise RuntimeError(f"nothing was marked in {passage.article.id}: the measure cannot fail")
            page.goto(f"{address}/{number}#:~:{named}")
            page.wait_for_timeout(60)  # the browser searches after it has drawn
            outcomes.append("exact" if page.screenshot(full_page=True) == wanted else "wrong")
            sys.stderr.write(f"\r{number + 1}/{len(chosen)}")
        browser.close()
    sys.stderr.write("\n")
    return outcomes


def page_of(article: Article) -> str:
    """Write a publisher's page of an article: every line a block, every ninth word of a line a link."""
    lines = "\n".join(
        f'<p id="line-{number}">{_with_links(line)}</p>' for number, line in enumerate(article.text.split("\n"))
    )
    return (
        f'<!doctype html><meta charset="utf-8"><title>{html.escape(article.title)}</title><style>{_STYLE}</style>'
        f"<nav>Home News Sport Opinion</nav><h1>{html.escape(article.title)}</h1><p>By our reporters</p>\n{lines}\n"
        "<footer>More on this story. Sign up for our newsletter. All rights reserved.</footer>"
    )


def _with_links(line: str) -> str:
    words = [html.escape(word) for word in line.split(" ")]
    return " ".join(f"<a>{word}</a>" if number % 9 == 8 else word for number, word in enumerate(words))


def _fragment(passage: Passage) -> str | None:
    article = passage.article
    return fragment(article.text, passage.start, passage.end, above=[article.title])


def _place(article: Article, offset: int) -> list[int]:
    before = article.text[:offset]
    line = before.rpartition("\n")[2]
    return [before.count("\n"), len(line.encode("utf-16-le")) // 2]


def _chosen(most: int, seed: int) -> list[Passage]:
    # Not for secrets: the same passages every time.
    chance = random.Random(seed)  # noqa: S311
    articles = load_english(bench_file("realtimeqa").parent, most=2 * most, seed=seed)
    chosen: list[Passage] = []
    for article in articles:
        whole = len(chosen) % 2 == 0
        places = [Span(one.start, one.end) for one in passages(article)] if whole else body_sentences(article)
        if places:
            chosen.append(Passage(article, *chance.choice(places)))
        if len(chosen) == most:
            break
    return chosen


@contextmanager
def _served(pages: dict[str, str]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path.partition("?")[0], "").encode("utf-8", "replace")
            self.send_response(200 if body else 404)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


if __name__ == "__main__":
    sys.exit(main())
