"""The frame of every page for staff, and the small pieces that all of them use: pure functions to strings.

Whatever comes from an article, a draft or a person passes ``text`` once, where it enters.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from importlib.resources import files
from urllib.parse import quote, urlencode

from onrecord.types import Account, Article

__all__ = [
    "PLACES",
    "POLICY",
    "SCRIPT",
    "STYLE",
    "address",
    "alert",
    "article_link",
    "day",
    "errand",
    "frame",
    "in_marks",
    "moment",
    "number",
    "page",
    "text",
]

# Nothing but our own style sheet and script: no inline code, no image, no frame, no other host.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
PLACES = {
    "check": "Check a quote",
    "draft": "Check a draft",
    "speakers": "Speakers",
    "review": "Review",
}
# What no reader could see, or what no response could carry: control characters, lone surrogates.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def _style() -> str:
    """The tokens that the pages for readers share, where there are any, and the desk's own rules."""
    folder = files("onrecord.web")
    parts = [folder.joinpath(name) for name in ("tokens.css", "desk.css")]
    return "\n".join(part.read_text(encoding="utf-8") for part in parts if part.is_file())


STYLE = _style()
SCRIPT = files("onrecord.web").joinpath("desk.js").read_text(encoding="utf-8")
_VERSION = sha256((STYLE + SCRIPT).encode()).hexdigest()[:12]


def text(value: object) -> str:
    """Escape a value for markup, inside an element or an attribute; what cannot be shown becomes ``\ufffd``."""
    return html.escape(_UNSHOWABLE.sub("\ufffd", str(value)))


def page(title: str, body: str, *, here: str, account: Account) -> str:
    """Render a page for somebody who is signed in; ``here`` is a key of ``PLACES``, or none of them."""
    links = "".join(_nav_link(name, label, is_here=name == here) for name, label in PLACES.items())
    bar = (
        f'<nav aria-label="Desk"><ul>{links}</ul></nav>'
        f'<form class="who" method="post" action="/sign-out"><span>Signed in as <strong>{text(account.name)}</strong>'
        f"{', operator' if account.role == 'operator' else ''}</span><button>Sign out</button></form>"
    )
    return frame(title, f'<main id="main" tabindex="-1"><h1>{text(title)}</h1>{body}</main>', bar=bar)


def _nav_link(name: str, label: str, *, is_here: bool) -> str:
    current = ' aria-current="page"' if is_here else ""
    return f'<li><a href="/staff/{name}"{current}>{label}</a></li>'


def frame(title: str, main: str, *, bar: str = "", kind: str = "desk") -> str:
    """Render a document: the masthead, ``bar`` in it, and ``main``."""
    skip = '<a class="skip" href="#main">Skip to the content</a>' if bar else ""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{text(title)} - On Record</title>
<link rel="stylesheet" href="/desk.css?v={_VERSION}">
<script src="/desk.js?v={_VERSION}" defer></script>
</head>
<body class="{kind}">
{skip}<header class="masthead"><p class="name"><a href="/">On Record</a> <span>The desk</span></p>{bar}</header>
{main}
</body>
</html>
"""


def alert(message: str, *, good: bool = False) -> str:
    """Render a sentence that a screen reader says at once; no message, no element."""
    if not message:
        return ""
    role, kind = ("status", "good") if good else ("alert", "bad")
    return f'<p class="told {kind}" role="{role}">{text(message)}</p>'


def errand(action: str, fields: Iterable[tuple[str, str]], label: str, *, about: str = "", quiet: bool = False) -> str:
    """Render a button that posts ``fields``; ``about`` is what a screen reader says after its label."""
    hidden = "".join(f'<input type="hidden" name="{name}" value="{text(value)}">' for name, value in fields)
    said = f'<span class="unseen"> {text(about)}</span>' if about else ""
    kind = ' class="quiet"' if quiet else ""
    return f'<form method="post" action="{action}">{hidden}<button{kind}>{text(label)}{said}</button></form>'


def address(path: str, **query: object) -> str:
    """Write an address with its query, ready for an attribute; what UTF-8 cannot carry is replaced."""
    fields = {name: str(value).encode("utf-8", "replace") for name, value in query.items()}
    return text(f"{path}?{urlencode(fields)}" if fields else path)


def article_link(article: Article, start: int | None = None, end: int | None = None, *, label: str = "") -> str:
    """Render a link to an article, at a place of it if one is given."""
    place = {} if start is None or end is None else {"start": start, "end": end}
    link = address("/article/" + quote(article.id.encode("utf-8", "replace"), safe=""), **place)
    return f'<a href="{link}"><bdi>{text(label or article.title or article.id)}</bdi></a>'


def in_marks(words: str, spans: Iterable[tuple[int, int]] = ()) -> str:
    """Give each part of a quotation marks of its own, since only the parts stand in print like this.

    ``spans`` are the parts' slices of where they come from; in ``words`` one space is between two.
    """
    parts: list[str] = []
    at = 0
    for start, end in spans or [(0, len(words))]:
        parts.append(f"“{words[at : at + end - start]}”")
        at += end - start + 1
    return " … ".join(parts)


def number(value: int) -> str:
    """Write a number: ``12345`` -> ``12,345``."""
    return f"{value:,}"


def day(value: str | None) -> str:
    """``2031-03-02T08:00:00Z`` -> a ``time`` element that reads 2 March 2031; None: date unknown."""
    if not value:
        return "date unknown"
    on = date.fromisoformat(value[:10])
    return f'<time datetime="{text(value)}">{on.day} {on:%B %Y}</time>'


def moment(value: str) -> str:
    """``2031-03-02T08:00:00+00:00`` -> a ``time`` element that reads 2 March 2031, 08:00 UTC."""
    try:
        on = date.fromisoformat(value[:10])
    except ValueError:
        return text(value)
    return f'<time datetime="{text(value)}">{on.day} {on:%B %Y}, {text(value[11:16])} UTC</time>'
