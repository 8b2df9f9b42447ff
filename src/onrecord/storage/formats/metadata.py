"""What a page says of itself: JSON-LD, OpenGraph and other meta elements, ``<time>``.  Nothing is guessed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from onrecord.text.normalise import single_line

__all__ = ["given_date", "page_fields"]

_ARTICLE_TYPE = re.compile(r"(?:\w*Article|\w*Posting|\w*NewsArticle|Report|Review)")
_DATE_NAMES = (
    "article:published_time", "og:article:published_time", "datepublished", "date", "pubdate", "publish-date",
    "dc.date", "dc.date.issued", "dcterms.date", "parsely-pub-date",
)  # fmt: skip
_AUTHOR_NAMES = ("author", "article:author", "dc.creator", "parsely-author", "byl")
_MOST_JSON = 2_000_000
_MOST_NODES = 10_000
# The longest that a page's claims about itself can be and be meant.
_MOST_TITLE = 1_000
_MOST_AUTHORS = 50
_LONGEST_DATE = 100


def page_fields(root: Any, url: str | None = None) -> dict[str, Any]:
    """The fields of the ingest format that a page gives; ``url`` is where it was fetched from."""
    linked = _linked_data(root)
    meta = _meta(root)
    fields = {
        "title": _text(linked.get("headline")) or meta.get("og:title") or _page_title(root),
        "url": _address(root, linked, meta, url),
        "published": _published(root, linked, meta),
        "authors": _names(linked.get("author")) or _meta_authors(meta),
        "outlet": next(iter(_names(linked.get("publisher"))), None) or meta.get("og:site_name"),
        "language": _language(_text(linked.get("inLanguage")) or root.get("lang") or meta.get("og:locale") or ""),
    }
    return {name: value for name, value in fields.items() if value}


def given_date(value: str) -> str | None:
    """A date as it was given, in ISO 8601; None if it is of no known form.

    ``Tue, 03 Jun 2008 11:05:30 GMT`` -> ``2008-06-03T11:05:30+00:00``.  A day that does not exist stays as it
    is, for whoever takes it to refuse.
    """
    value = value.strip()
    if len(value) > _LONGEST_DATE:
        return None
    if re.match(r"\d{4}-\d\d-\d\d(?!\d)", value):
        try:
            datetime.fromisoformat(value)
        except ValueError:
            day = value[:10]
            try:
                date.fromisoformat(day)
            except ValueError:
                return value
            # The day is certain, and what follows it is not.
            return day
        return value
    try:
        return parsedate_to_datetime(value).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _linked_data(root: Any) -> dict[str, Any]:
    """The first object of the page's JSON-LD that is an article."""
    for script in root.iter("script"):
        if (script.get("type") or "").split(";")[0].strip().lower() != "application/ld+json":
            continue
        text = script.text or ""
        if len(text) > _MOST_JSON:
            continue
        try:
            data = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            # Damaged JSON-LD is common, and says no more than its absence.
            continue
        for node in _nodes(data):
            types = node.get("@type")
            names = types if isinstance(types, list) else [types]
            if any(isinstance(name, str) and _ARTICLE_TYPE.fullmatch(name) for name in names):
                return node
    return {}


def _nodes(data: Any) -> Iterator[dict[str, Any]]:
    waiting = [data]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        one = waiting.pop(0)
        if isinstance(one, list):
            waiting[:0] = one[:_MOST_NODES]
        elif isinstance(one, dict):
            yield one
            waiting.extend(one[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in one)


def _meta(root: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        content = single_line(element.get("content") or "")
        for attribute in ("property", "name", "itemprop"):
            name = (element.get(attribute) or "").strip().lower()
            if name and content and len(content) <= _MOST_TITLE:
                found.setdefault(name, content)
    return found


def _published(root: Any, linked: dict[str, Any], meta: dict[str, str]) -> str | None:
    given = [_text(linked.get("datePublished")), *(meta.get(name) for name in _DATE_NAMES), *_times(root)]
    return next((day for value in given if value and (day := given_date(value))), None)


def _times(root: Any) -> Iterator[str]:
    """The ``<time>`` elements that say when the page was published, or the only one beside the text."""
    alone: list[str] = []
    for element in root.iter("time"):
        value = element.get("datetime")
        if not value:
            continue
        about = " ".join(filter(None, (element.get("itemprop"), element.get("class")))).lower()
        if element.get("pubdate") is not None or "publish" in about:
            yield value
        elif not re.search(r"updat|modif", about) and not any(
            above.tag in {"p", "li", "td", "aside", "footer", "nav"} for above in element.iterancestors()
        ):
            alone.append(value)
    if len({value[:10] for value in alone}) == 1:
        yield alone[0]


def _address(root: Any, linked: dict[str, Any], meta: dict[str, str], fetched: str | None) -> str | None:
    canonical = [link.get("href") for link in root.iter("link") if (link.get("rel") or "").lower() == "canonical"]
    page = linked.get("mainEntityOfPage")
    given = [*canonical, meta.get("og:url"), _text(linked.get("url"))]
    given.append(_text(page.get("@id")) if isinstance(page, dict) else _text(page))
    for value in filter(None, given):
        try:
            whole = urljoin(fetched or "", value.strip())
            parts = urlsplit(whole)
        except ValueError:
            continue
        if not re.fullmatch(r"https?://[^\s<>\"\\^`{|}]+", whole):
            continue
        # A page cannot stand for one of another house, nor for the front page of its own.
        if fetched is None or (parts.hostname == urlsplit(fetched).hostname and (parts.path.strip("/") or parts.query)):
            return str(whole).partition("#")[0]
    return fetched


def _names(value: Any) -> list[str]:
    found: list[str] = []
    for one in value if isinstance(value, list) else [value]:
        given = one.get("name") if isinstance(one, dict) else one
        found.extend(
            name
            for part in (given if isinstance(given, list) else [given])
            if (name := _text(part)) and not name.startswith(("http://", "https://"))
        )
    return list(dict.fromkeys(found))[:_MOST_AUTHORS]


def _meta_authors(meta: dict[str, str]) -> list[str]:
    for name in _AUTHOR_NAMES:
        value = meta.get(name, "")
        if value and not value.startswith(("http://", "https://")):
            return [re.sub(r"^by\s+", "", value, flags=re.IGNORECASE)]
    return []


def _text(value: Any) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, str):
        return None
    return single_line(value)[:_MOST_TITLE] or None


def _page_title(root: Any) -> str | None:
    title = next(iter(root.iter("title")), None)
    return single_line(title.text_content())[:_MOST_TITLE] if title is not None else None


def _language(tag: str) -> str | None:
    primary = str(re.split(r"[-_]", tag.strip().lower())[0])
    return primary if re.fullmatch(r"[a-z]{2,3}", primary) else None
