"""A fault told as a page, for people whose browser asked for one; machines get it as JSON (``faults.py``)."""

from __future__ import annotations

from starlette.responses import HTMLResponse, Response

from onrecord.web.desk_html import POLICY, frame, text
from onrecord.web.faults import Fault

__all__ = ["fault_page"]


def fault_page(fault: Fault, request_id: str) -> Response:
    """Render what is wrong and what to do next, with the id to report."""
    message, hint = (part[:1].upper() + part[1:] for part in (_in_plain_words(fault.message), fault.hint))
    on = '<a href="/sign-in">Sign in</a>' if fault.status == 401 else '<a href="/staff/">To the desk</a>'
    main = (
        f'<main id="main"><h1>{text(message)}</h1><p class="lead">{text(hint)}.</p><p>{on}, or go back to the page '
        f'before.</p><p class="meta">{fault.status}, request {text(request_id)}</p></main>'
    )
    headers = {**fault.headers, "content-security-policy": POLICY}
    return HTMLResponse(frame(message, main, kind="desk small").encode("utf-8", "replace"), fault.status, headers)


def _in_plain_words(message: str) -> str:
    return message.replace("the body", "what was sent")
