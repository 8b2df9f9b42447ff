"""The frame of our own pages: masthead, style and the one script, all in the page, and nothing else allowed."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from starlette.responses import HTMLResponse, Response

from onrecord.web.markup import attribute
from onrecord.web.words import Words

__all__ = ["asset", "framed", "page_response", "style"]

# The address of a passage ends in #passage, but a reader may have lost that on the way.
_SCRIPT = 'if(!location.hash)document.getElementById("passage")?.scrollIntoView({block:"center"})'


def framed(main: str, words: Words, *, title: str, other_address: str, kind: str) -> str:
    """Put the content of a page into the frame; ``main`` is markup that is clean, ``kind`` names its class."""
    ask, speakers = words.address("/"), words.address("/speakers")
    other, its_name = words.other
    return f"""<!doctype html>
<html lang="{words.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{attribute(title)} - {words.name}</title>
<style>{style()}</style>
</head>
<body class="onr-page">
<header class="onr-masthead">
<p class="onr-name"><a href="{attribute(ask)}">{words.name}</a></p>
<nav class="onr-nav" aria-label="{words.name}"><a href="{attribute(ask)}">{words.back_to_chat}</a>
<a href="{attribute(speakers)}">{words.speakers}</a>
<a href="{attribute(other_address)}" lang="{other}" hreflang="{other}">{its_name}</a></nav>
</header>
<main class="{kind}">{main}</main>
<script>{_SCRIPT}</script>
</body>
</html>
"""


def page_response(page: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Send a page that may load nothing, and run nothing but what is named by its hash."""
    sent = {**(headers or {}), "content-security-policy": _policy()}
    return HTMLResponse(page.encode("utf-8", "replace"), status, sent)


@cache
def style() -> str:
    """The style of our own pages."""
    return "".join(asset(name) for name in ("tokens.css", "reading.css"))


def asset(name: str) -> str:
    """A style or script that stands beside this file."""
    return files("onrecord.web").joinpath(name).read_text(encoding="utf-8")


@cache
def _policy() -> str:
    return "; ".join(
        [
            "default-src 'none'",
            f"style-src '{_hash(style())}'",
            f"script-src '{_hash(_SCRIPT)}'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )


def _hash(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
