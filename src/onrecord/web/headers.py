"""What every response says about itself: what a page may load, who may frame it, which origin may read it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from onrecord.web.access import Rule

__all__ = ["HEADERS", "allowed_origin", "is_same_origin", "preflight_headers", "response_headers"]

HEADERS = {
    # Gradio starts from inline scripts and styles, hence 'unsafe-inline'; it needs no eval as we use it.
    "content-security-policy": "; ".join(
        [
            "default-src 'self'",
            "script-src 'self' 'unsafe-inline'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "font-src 'self'",
            "media-src 'none'",
            "object-src 'none'",
            "frame-src 'none'",
            "form-action 'self'",
            "base-uri 'self'",
            "frame-ancestors 'none'",
        ]
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
}
# A response without markup of ours needs nothing at all.
_DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
_CACHED = {"chat_assets", "chat_files", "desk_files", "widget_file", "widget_demo_file"}


def response_headers(rule: Rule | None, content_type: str, *, origin: str | None, request_id: str) -> dict[str, str]:
    """Name the headers of a response; ``origin`` is one that may read it, or None."""
    headers = {**HEADERS, "vary": "Origin", "x-request-id": request_id}
    if not content_type.startswith("text/html"):
        headers["content-security-policy"] = _DATA_POLICY
    if rule is not None and rule.name == "widget_frame":
        del headers["x-frame-options"]  # who may frame it stands in the page's own policy
    if rule is None or rule.name not in _CACHED:
        headers["cache-control"] = "no-store"
    if origin is not None:
        headers["access-control-allow-origin"] = origin
        headers["access-control-expose-headers"] = "Retry-After, X-Request-Id"
    return headers


def preflight_headers(methods: Collection[str]) -> dict[str, str]:
    """Name what a page of a listed origin may send; there is no word of credentials."""
    return {
        "access-control-allow-methods": ", ".join(sorted(methods)),
        "access-control-allow-headers": "Accept, Content-Type",
        "access-control-max-age": "600",
    }


def allowed_origin(rule: Rule | None, origin: str | None, origins: Collection[str]) -> str | None:
    """Give the origin back if its pages may read the response: listed letter by letter, on a shared path."""
    return origin if origin is not None and rule is not None and rule.shared and origin in origins else None


def is_same_origin(headers: Mapping[str, str], scheme: str) -> bool | None:
    """Whether a browser says that a page of our own sent the request; None where no browser said anything.

    Sec-Fetch-Site goes first: no page can write it, and it is right behind a proxy that hides the scheme.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site in {"same-origin", "none"}
    return None if origin is None else origin == f"{scheme}://{headers.get('host')}"
