"""A fault told as a page, for people whose browser asked for one; machines get it as JSON (``faults.py``)."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response

from onrecord.web.access import READER_PAGES, STAFF_PAGES
from onrecord.web.desk_html import POLICY, frame, text
from onrecord.web.faults import Fault, fault_response
from onrecord.web.frame import framed, page_response
from onrecord.web.markup import attribute, clean
from onrecord.web.words import Words, words_for

__all__ = ["fault_main", "fault_page", "fault_reply", "prefers_page"]

_API = ("/api/", "/gradio_api/")
_AGAIN = {429, 500, 503}
"""What may be gone when the same is asked once more."""


def fault_reply(fault: Fault, request_id: str, scope: MutableMapping[str, Any], name: str) -> Response:
    """The response that tells a fault as whoever asked can read it; ``name`` is that of the rule about the path."""
    headers, asked = Headers(scope=scope), dict(parse_qsl(scope.get("query_string", b"").decode("latin-1")))
    words = words_for(asked.get("lang"), headers.get("accept-language"))
    if prefers_page(headers):
        if name in STAFF_PAGES:
            return fault_page(fault, request_id)
        if name in READER_PAGES or (name == "unknown" and not scope["path"].startswith(_API)):
            return _readers_page(fault, request_id, scope, asked, words)
    # The chat's own script shows this to a reader.
    detail = " ".join(_said(fault, words)) if name.startswith("chat_") else None
    return fault_response(fault, request_id, detail=detail)


def fault_main(fault: Fault, request_id: str, words: Words, again: str | None = None) -> str:
    """Render what readers are told: what is wrong, what to do next, the id to report.

    ``again`` is the address that was asked for, where asking once more harms nothing.
    """
    said, hint = _said(fault, words)
    retry = f'<a href="{attribute(again)}">{words.try_again}</a>' if again and fault.status in _AGAIN else ""
    chat = f'<a href="{attribute(words.address("/"))}">{words.back_to_chat}</a>'
    return clean(
        f'<div class="onr-notice-page"><h1>{text(said)}</h1><p>{text(hint)}</p>'
        f'<p class="onr-ways">{retry}{chat}</p>'
        f'<p class="onr-meta">{text(words.fault_id.format(fault.status, request_id))}</p></div>'
    )


def _readers_page(
    fault: Fault, request_id: str, scope: MutableMapping[str, Any], asked: Mapping[str, str], words: Words
) -> Response:
    # One slash: two would lead to another host.
    path = "/" + quote(scope["path"].lstrip("/"), errors="replace")
    again = path + ("?" + urlencode(asked) if asked else "") if scope["method"] in {"GET", "HEAD"} else None
    # Where the address itself was the trouble, the other language's would be as well.
    here, kept = (path, asked) if again and fault.status != 414 else ("/", {})
    other = f"{here}?" + urlencode({**kept, "lang": words.other[0]})
    title, _ = _said(fault, words)
    main = fault_main(fault, request_id, words, again)
    return page_response(
        framed(main, words, title=title, other_address=other, kind="onr-notice-main"), fault.status, fault.headers
    )


def fault_page(fault: Fault, request_id: str) -> Response:
    """Tell staff what is wrong and what to do next, with the id to report."""
    message, hint = (part[:1].upper() + part[1:] for part in (_in_plain_words(fault.message), fault.hint))
    on = '<a href="/sign-in">Sign in</a>' if fault.status == 401 else '<a href="/staff/">To the desk</a>'
    main = (
        f'<main id="main"><h1>{text(message)}</h1><p class="lead">{text(hint)}.</p><p>{on}, or go back to the page '
        f'before.</p><p class="meta">{fault.status}, request {text(request_id)}</p></main>'
    )
    headers = {**fault.headers, "content-security-policy": POLICY}
    return HTMLResponse(frame(message, main, kind="desk small").encode("utf-8", "replace"), fault.status, headers)


def prefers_page(headers: Mapping[str, str]) -> bool:
    """Whether a page is named among what is accepted, and nothing says that JSON is liked better."""
    ranges = [part.partition(";") for part in headers.get("accept", "").lower().split(",")]
    liked = {media.strip(): _quality(given) for media, _, given in ranges}
    as_json = liked.get("application/json", liked.get("application/*", liked.get("*/*", 0.0)))
    return 0.0 < liked.get("text/html", 0.0) >= as_json


def _quality(parameters: str) -> float:
    found = re.search(r"(?:^|;)\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*(?:;|$)", parameters)
    return float(found.group(1)) if found else 1.0


def _said(fault: Fault, words: Words) -> tuple[str, str]:
    """Say what is wrong, and what to do next, in the reader's language; not escaped."""
    same = {414: 413, 431: 413}
    status = same.get(fault.status, fault.status)
    said, hint = words.faults.get(status) or words.faults[500 if status > 500 else 400]
    wait = fault.headers.get("retry-after", "")
    if wait.isdecimal():
        hint = words.try_again_in.format(words.count(int(wait), words.seconds))
    return said, hint


def _in_plain_words(message: str) -> str:
    return message.replace("the body", "what was sent")
