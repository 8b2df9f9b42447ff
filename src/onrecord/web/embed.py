"""The widget for other sites: its built files, a page that can be framed, and a page that shows every option.

The files are built from ``widget/`` and are part of the package.  A folder is named by its version and never changes
once it is released; the number before the first point stands for the newest of its folders.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from onrecord.types import Article
from onrecord.web.core import Core
from onrecord.web.faults import Fault

__all__ = ["OPTIONS", "demo_page", "embed_routes", "frame_page", "released"]

FOLDER = Path(__file__).parent / "widget"
OPTIONS = ("lang", "theme", "article", "scope", "question", "suggestions", "remember")
"""Attributes of the element that the address of the frame may set."""
OPTION_LENGTH = 600
FOREVER = "public, max-age=31536000, immutable"
SHORT = "public, max-age=300"
_MEDIA = {".js": "text/javascript", ".ts": "text/plain", ".json": "application/json", ".css": "text/css"}
_FRAME_STYLE = (
    "html,body{height:100%;margin:0;background:none}onrecord-chat{--onrecord-height:100vh;--onrecord-radius:0}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_FRAME_STYLE.encode()).digest()).decode()
# What docs/widget.md asks of an embedding site, and as little beside it as these pages need.
_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'; style-src {style}; frame-ancestors {ancestors}"
)
_FRAME = Template("""<!doctype html>
<html lang="$lang"$parent>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>On Record</title>
<style>$style</style>
<script type="module" src="/widget/1/onrecord.js"></script>
<script type="module" src="/widget/1/frame.js"></script>
</head>
<body>
<main><onrecord-chat inline open$attributes></onrecord-chat></main>
<noscript><a href="/" target="_blank" rel="noopener">On Record</a></noscript>
</body>
</html>
""")


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    packed: bytes
    media: str


def released() -> dict[str, Path]:
    """The folders of built files by their version, and by the number that stands for the newest."""
    folders = sorted(
        (path for path in FOLDER.iterdir() if path.name[0].isdigit()),
        key=lambda path: [int(number) for number in path.name.split(".")],
    )
    return {path.name.partition(".")[0]: path for path in folders} | {path.name: path for path in folders}


def embed_routes(core: Core, origins: Collection[str], examples: Sequence[str]) -> list[Route]:
    """Give the routes; pages of ``origins`` may frame the widget, ``examples`` choose the article of the demonstration."""
    files = {(name, path.name): _read(path) for name, folder in released().items() for path in folder.iterdir()}
    pages = {path.name: _read(path) for path in (FOLDER / "pages").iterdir()}
    template = Template(pages["demo.html"].body.decode())

    async def file(request: Request) -> Response:
        version, name = request.path_params["version"], request.path_params["file"]
        found = files.get((version, name))
        if found is None:
            raise Fault(404, "not_found", "there is no such file of the widget", hint="docs/widget.md names them")
        return _sent(found, request, FOREVER if "." in version else SHORT)

    async def frame(request: Request) -> Response:
        return _page(frame_page(request.query_params, origins), f"'sha256-{_STYLE_HASH}'", ["'self'", *sorted(origins)])

    def demo(request: Request) -> Response:
        article = _shown(core, request.query_params.get("article"), examples)
        return _page(demo_page(template, article, examples), "'self'", ["'none'"])

    async def demo_file(request: Request) -> Response:
        return _sent(pages[request.scope["path"].rpartition("/")[2]], request, SHORT)

    return [
        Route("/widget/demo", demo, methods=["GET"]),
        Route("/widget/frame", frame, methods=["GET"]),
        Route("/widget/demo.css", demo_file, methods=["GET"]),
        Route("/widget/demo.js", demo_file, methods=["GET"]),
        Route("/widget/{version}/{file}", file, methods=["GET"]),
    ]


def frame_page(given: Mapping[str, str], origins: Collection[str]) -> str:
    """Render the page for a frame; ``given`` are attributes of the element and the ``origin`` that is told of events."""
    asked = {name: given[name][:OPTION_LENGTH] for name in OPTIONS if given.get(name)}
    attributes = "".join(f' {name}="{html.escape(value)}"' for name, value in asked.items())
    origin = given.get("origin", "")
    parent = f' data-parent="{html.escape(origin)}"' if origin in origins else ""
    lang = html.escape(asked.get("lang", "en"))
    return _FRAME.substitute(lang=lang, parent=parent, style=_FRAME_STYLE, attributes=attributes)


def demo_page(template: Template, article: Article | None, examples: Sequence[str]) -> str:
    """Render the demonstration around an article; None: around a sentence that there is none."""
    if article is None:
        told = {"id": "", "lang": "en", "title": "No article yet", "byline": "", "body": "<p>The index is empty.</p>"}
    else:
        day = article.published_on
        who = [*article.authors, article.outlet, f"{day.day} {day:%B %Y}" if day else "date unknown"]
        told = {
            "id": html.escape(article.id),
            "lang": html.escape(article.language or "en"),
            "title": html.escape(article.title),
            "byline": html.escape(" · ".join(one for one in who if one)),
            "body": "\n".join(_paragraphs(article)),
        }
    return template.substitute(told, suggestions=html.escape("|".join(examples)))


def _paragraphs(article: Article) -> list[str]:
    marks = {"heading": ("<h2>", "</h2>"), "body": ("<p>", "</p>"), "caption": ('<p class="caption">', "</p>")}
    shown = [
        (marks[block.kind], article.text[block.start : block.end]) for block in article.blocks if block.kind in marks
    ]
    if shown and shown[0][1] == article.title:
        shown = shown[1:]
    return [f"{before}{html.escape(text)}{after}" for (before, after), text in shown]


def _shown(core: Core, asked: str | None, examples: Sequence[str]) -> Article | None:
    """The article that was asked for, or else the one that an example is about."""
    if asked:
        article = core.article(asked[:500])
    else:
        hits = core.search(examples[0] if examples else "news", k=1)
        article = hits[0].passage.article if hits else None
    return None if article is None or article.status.state == "withdrawn" else article


def _page(markup: str, style: str, ancestors: Sequence[str]) -> Response:
    policy = _POLICY.format(style=style, ancestors=" ".join(ancestors))
    return HTMLResponse(markup, headers={"content-security-policy": policy})


def _read(path: Path) -> _File:
    body = path.read_bytes()
    return _File(body, gzip.compress(body, 9, mtime=0), _MEDIA.get(path.suffix, "text/html"))


def _sent(found: _File, request: Request, kept: str) -> Response:
    packs = "gzip" in request.headers.get("accept-encoding", "")
    headers = {"cache-control": kept, "vary": "Accept-Encoding"} | ({"content-encoding": "gzip"} if packs else {})
    return Response(found.packed if packs else found.body, headers=headers, media_type=found.media)
