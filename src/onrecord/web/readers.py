"""The routes of our own pages for readers: an article, what somebody said, who is quoted."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from onrecord.errors import OnRecordError
from onrecord.types import Article, Filters, Quote, Span
from onrecord.web.article_page import ArticleView, article_main, notice_main, withdrawn_main
from onrecord.web.core import Core
from onrecord.web.frame import framed, page_response
from onrecord.web.markup import headline
from onrecord.web.speaker_page import SaidView, by_date, said_main, speakers_main
from onrecord.web.words import Words, words_for

__all__ = ["day_of", "reader_routes", "words_of"]

LISTED = 100
"""Entries or people of a page."""
MOST_SAID = 5_000
"""Entries of one speaker that are looked through."""
MOST_NEAR = 200
"""Entries about a subject."""
MAX_ABOUT = 500
"""Characters of a subject."""
_NUMBER = re.compile(r"[0-9]{1,9}")
_DAY = re.compile(r"[1-8][0-9]{3}-[0-9]{2}-[0-9]{2}")


def reader_routes(core: Core) -> list[Route]:
    """Give the routes; they are not ``async``, so each request runs in a thread."""
    pages = _Pages(core)
    return [
        Route("/article/{id:path}", pages.article, methods=["GET"]),
        Route("/speaker/{name:path}", pages.speaker, methods=["GET"]),
        Route("/speakers", pages.speakers, methods=["GET"]),
    ]


def words_of(request: Any) -> Words:
    """Choose the language of a request: Starlette's, or Gradio's, which gives what it holds."""
    return words_for(request.query_params.get("lang"), request.headers.get("accept-language"))


def day_of(given: str | None) -> date | None:
    """Read a day; nothing is None.  Raises ValueError for what is no day."""
    if not given:
        return None
    if not _DAY.fullmatch(given):
        raise ValueError(given)
    return date.fromisoformat(given)


class _Pages:
    """One method for each page; what cannot be shown is said in a page, too."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def article(self, request: Request) -> Response:
        """Show an article, at a passage where the address names one."""
        words, name = words_of(request), request.path_params["id"]
        article = self._core.article(name)
        if article is None:
            main = notice_main(words.no_article, [words.no_article_hint], (words.address("/"), words.back_to_chat))
            return _page(request, words, main, words.no_article, 404)
        if article.status.state == "withdrawn":
            return _page(request, words, withdrawn_main(article, words), words.withdrawn, 410)
        place = _place(request, article)
        if place is _NOWHERE:
            link = (words.article_address(name), words.whole_article)
            main = notice_main(words.no_passage, [words.no_passage_hint], link)
            return _page(request, words, main, words.no_passage, 404)
        quotes, copies = tuple(self._core.quotes(article=name)), tuple(self._core.copies(name))
        view = ArticleView(article, place, quotes, copies)
        return _page(request, words, article_main(view, words), headline(article, words), kind="onr-article")

    def speaker(self, request: Request) -> Response:
        """Show what somebody said, about a subject and between two days where these are given."""
        words, name = words_of(request), request.path_params["name"]
        try:
            asked = _asked(name, request)
        except ValueError as error:
            refused = SaidView(name, notice=words.bad_day.format(error))
            return _page(request, words, said_main(refused, words), name, 400, kind="onr-said")
        if asked.since and asked.until and asked.since > asked.until:
            refused = replace(asked, notice=words.bad_order)
            return _page(request, words, said_main(refused, words), name, 400, kind="onr-said")
        try:
            found = by_date(self._said(asked))
        except OnRecordError as error:
            if error.code != "bad_question":
                raise
            link = (words.address("/speakers"), words.speakers)
            main = notice_main(words.no_speaker.format(name), [words.not_never], link)
            return _page(request, words, main, words.speakers, 404)
        view = self._part(asked, found, words)
        return _page(request, words, said_main(view, words), view.name, kind="onr-said")

    def speakers(self, request: Request) -> Response:
        """Show who is quoted, or those whose name holds what is sought."""
        words, sought = words_of(request), request.query_params.get("name", "")[:200].strip()
        everybody = self._core.speakers()
        found = [one for one in everybody if _is_called(one, sought)][:LISTED]
        main = speakers_main(found, words, total=len(everybody), sought=sought)
        return _page(request, words, main, words.speakers, kind="onr-said")

    def _said(self, asked: SaidView) -> list[Quote]:
        filters = Filters(asked.name, asked.since, asked.until)
        if asked.about and any(character.isalnum() for character in asked.about):
            return list(self._core.quotes_about(asked.about, most=MOST_NEAR, filters=filters))
        return list(islice(self._core.quotes(speaker=asked.name, since=asked.since, until=asked.until), MOST_SAID))

    def _part(self, asked: SaidView, found: list[Quote], words: Words) -> SaidView:
        """Fill what was asked for with what was found, and with the name and aliases of whom it is about."""
        end = asked.offset + LISTED
        given = {"about": asked.about, "since": asked.since, "until": asked.until, "offset": end}
        names = {quote.speaker.name for quote in found if quote.speaker} or {asked.name}
        people = [one for one in self._core.speakers() if names & {one.name, *getattr(one, "names", ())}]
        person = people[0] if len(people) == 1 else None
        return replace(
            asked,
            name=person.name if person else asked.name,
            aliases=tuple(person.aliases) if person else (),
            quotes=tuple(found[asked.offset : end]),
            total=len(found),
            older=words.speaker_address(asked.name, **given) if end < len(found) else None,
        )


_NOWHERE = Span(-1, -1)


def _place(request: Request, article: Article) -> Span | None:
    start, end = request.query_params.get("start"), request.query_params.get("end")
    if start is None and end is None:
        return None
    if not (_NUMBER.fullmatch(start or "") and _NUMBER.fullmatch(end or "")):
        return _NOWHERE
    place = Span(int(start or 0), int(end or 0))
    return place if place.start < place.end <= len(article.text) else _NOWHERE


def _is_called(one: Any, sought: str) -> bool:
    return any(sought.casefold() in name.casefold() for name in (one.name, *one.aliases))


def _page(
    request: Request, words: Words, main: str, title: str, status: int = 200, *, kind: str = "onr-notice-main"
) -> Response:
    other = "?" + urlencode({**request.query_params, "lang": words.other[0]}, errors="replace")
    return page_response(framed(main, words, title=title, other_address=other, kind=kind), status)


def _asked(name: str, request: Request) -> SaidView:
    given = request.query_params
    offset = given.get("offset", "")
    return SaidView(
        name,
        about=" ".join(given.get("about", "").split())[:MAX_ABOUT] or None,
        since=day_of(given.get("since")),
        until=day_of(given.get("until")),
        offset=int(offset) if _NUMBER.fullmatch(offset) else 0,
    )
