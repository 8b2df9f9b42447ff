"""The pages for staff under ``/staff``: handlers of a few lines between the core and the functions that make HTML.

They are our own and not Gradio's: its uploads lie on the disk, its state outlives a visit, and it has no table whose rows
open and filter, no word-by-word difference and no report.  So a policy without any inline script is possible.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import PurePath
from typing import Any, Literal

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from onrecord.errors import BusyError, IndexUnusableError, InputError, OnRecordError, QuestionError
from onrecord.types import Article, Quote, QuoteClaim, SpeakerDecision, Status
from onrecord.web.core import Core, Desk
from onrecord.web.desk_check import MOST_QUOTE, MOST_SPEAKER, check_body
from onrecord.web.desk_draft import MOST_QUOTATIONS, Checked, draft_body
from onrecord.web.desk_forms import Asked, asked_of
from onrecord.web.desk_html import POLICY, SCRIPT, STYLE, address, page
from onrecord.web.desk_review import MOST_NOTE, Reviewed, article_body, review_body
from onrecord.web.desk_speakers import PEOPLE_AT_ONCE, QUOTES_AT_ONCE, person_body, speakers_body, timeline
from onrecord.web.faultpage import fault_page
from onrecord.web.faults import Fault, fault_of

__all__ = ["desk_files", "desk_routes", "html_page"]

AT_ONCE = 2
"""Drafts that are checked at the same time."""
WAIT_SECONDS = 20.0
MOST_ALIKE = 100
_PASTED = "the pasted text"
_DONE = {
    "merged": "The names are one person now.",
    "split": "The name was split off.",
    "undone": "The last decision was undone.",
    "corrected": "The article is marked as corrected.",
    "withdrawn": "The article was withdrawn.",
    "restored": "The article stands as printed again.",
    "verifying": "Every file of the index is being checked.",
}
_log = structlog.get_logger()
Handler = Callable[[Asked], Response]


def desk_routes(core: Core) -> list[Route]:
    """Give the routes; none where the core has no desk."""
    return _Pages(core, core.desk).routes() if core.desk else []


def desk_files() -> list[Route]:
    """Give the style and the script, which the page where one signs in needs, too."""
    return [
        Route("/desk.css", _file(STYLE, "text/css"), methods=["GET"]),
        Route("/desk.js", _file(SCRIPT, "text/javascript"), methods=["GET"]),
    ]


def html_page(markup: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Answer with a page under the desk's own policy."""
    data = markup.encode("utf-8", "replace")
    return HTMLResponse(data, status, {"content-security-policy": POLICY, **(headers or {})})


class _Pages:
    """One method for each address; all run in threads.  What goes wrong is said on the page that was asked for."""

    def __init__(self, core: Core, desk: Desk) -> None:
        self._core = core
        self._desk = desk
        self._drafts = threading.BoundedSemaphore(AT_ONCE)

    def routes(self) -> list[Route]:
        """Give each address with what shows it or does it."""
        shown = {
            "": self.home,
            "/": self.home,
            "/check": self.check,
            "/draft": self.draft,
            "/speakers": self.speakers,
            "/speakers/one": self.person,
            "/review": self.review,
            "/review/article": self.article,
        }
        done = {
            "/check": self.checked,
            "/draft": self.draft_checked,
            "/speakers/merge": self.merge,
            "/speakers/split": self.split,
            "/speakers/undo": self.undo,
            "/review/correct": self.correct,
            "/review/withdraw": self.withdraw,
            "/review/restore": self.restore,
            "/review/verify": self.verify,
        }
        return [
            *(Route(f"/staff{path}", _endpoint(handler), methods=["GET"]) for path, handler in shown.items()),
            *(Route(f"/staff{path}", _endpoint(handler), methods=["POST"]) for path, handler in done.items()),
            Route("/staff/{rest:path}", _endpoint(self.nothing), methods=["GET", "POST"]),
        ]

    def home(self, _asked: Asked) -> Response:
        """Show the page that is wanted most."""
        return RedirectResponse("/staff/check", 303)

    def nothing(self, asked: Asked) -> Response:
        """Say that there is no such page."""
        return _page(asked, "There is no such page", "<p>The pages of the desk are named above.</p>", "", 404)

    def check(self, asked: Asked) -> Response:
        """Show an empty form."""
        return _page(asked, "Check a quote", check_body(), "check")

    def checked(self, asked: Asked) -> Response:
        """Check a quotation and show what came of it."""
        quoted, speaker = asked.get("quote"), asked.get("speaker")
        if problem := _too_long("quotation", quoted, MOST_QUOTE) or _too_long("name", speaker, MOST_SPEAKER):
            return _page(asked, "Check a quote", check_body(quoted, speaker, problem=problem), "check", 422)
        try:
            found = self._desk.check(QuoteClaim(quoted, speaker or None))
        except QuestionError as error:
            problem = _sentence(error)
            return _page(asked, "Check a quote", check_body(quoted, speaker, problem=problem), "check", 422)
        return _page(asked, "Check a quote", check_body(quoted, speaker, check=found), "check")

    def draft(self, asked: Asked) -> Response:
        """Show an empty form."""
        return _page(asked, "Check a draft", draft_body(), "draft")

    def draft_checked(self, asked: Asked) -> Response:
        """Check every quotation of a draft; what is needed of it lives as long as this call."""
        pasted, upload = asked.get("text"), asked.upload
        if upload is None and not pasted:
            return _page(
                asked, "Check a draft", draft_body(problem="Paste a draft or choose a file first."), "draft", 422
            )
        name = (PurePath(upload.name).name[:120] or "without a name") if upload else _PASTED
        try:
            data = upload.data if upload else pasted.encode()
            if not data.strip():
                raise InputError(f"{name} is empty", hint="choose another file")
            checked = self._checked(data, name, "" if upload else ".txt")
        except InputError as error:
            shown = draft_body(problem=_about_draft(error, name), pasted="" if upload else pasted)
            return _page(asked, "Check a draft", shown, "draft", 422)
        return _page(asked, "Check a draft", draft_body(checked=checked), "draft")

    def speakers(self, asked: Asked) -> Response:
        """List who is quoted, or those whose name holds the words that were asked for."""
        words, at = asked.get("q"), asked.count("at")
        people = [one for one in self._core.speakers() if not words or _is_called(one, words.casefold())]
        body = speakers_body(
            people[at : at + PEOPLE_AT_ONCE],
            total=len(people),
            asked=words,
            at=at,
            decisions=self._desk.decisions(),
            told=_DONE.get(asked.get("done"), ""),
        )
        return _page(asked, "Speakers", body, "speakers")

    def person(self, asked: Asked) -> Response:
        """Show one person."""
        return self._person(asked, asked.get("name"))

    def merge(self, asked: Asked) -> Response:
        """Make two names one person."""
        return self._decided(asked, "merge", "merged")

    def split(self, asked: Asked) -> Response:
        """Take a name off a person."""
        return self._decided(asked, "split", "split")

    def undo(self, asked: Asked) -> Response:
        """Take the last decision back, if it still is the one that was shown."""
        kind: Literal["merge", "split"] = "merge" if asked.get("kind") == "merge" else "split"
        decision = SpeakerDecision(kind, asked.fields.get("name", ""), asked.fields.get("other", ""))
        self._desk.undo(decision)
        _log.info("decision_undone", account=asked.account.name, kind=kind)
        return _done("/staff/speakers", "undone")

    def review(self, asked: Asked) -> Response:
        """Show what is to be looked after."""
        words = asked.get("find")
        found, problem = self._found(words)
        return _page(asked, "Review", self._reviewed(asked, words, found, problem), "review")

    def article(self, asked: Asked) -> Response:
        """Show what may be decided about an article."""
        article = self._article(asked)
        return _page(asked, article.title or article.id, article_body(article), "review")

    def correct(self, asked: Asked) -> Response:
        """Mark an article as corrected."""
        if not asked.get("note"):
            return self._article_again(asked, "Say what was corrected first.")
        return self._status(asked, "corrected", "corrected")

    def withdraw(self, asked: Asked) -> Response:
        """Never find or cite an article again."""
        return self._status(asked, "withdrawn", "withdrawn")

    def restore(self, asked: Asked) -> Response:
        """Let an article stand as printed."""
        return self._status(asked, "current", "restored")

    def verify(self, asked: Asked) -> Response:
        """Begin to check every published file."""
        self._desk.verify()
        _log.info("verify_begun", account=asked.account.name)
        return _done("/staff/review", "verifying", fragment="index")

    def _checked(self, data: bytes, name: str, suffix: str) -> Checked:
        if not self._drafts.acquire(timeout=WAIT_SECONDS):
            raise BusyError("other drafts are being checked", hint="try again in a moment")
        try:
            found = self._desk.check_draft(data, name + suffix)
            checks = list(islice(found, MOST_QUOTATIONS))
            is_cut = len(checks) == MOST_QUOTATIONS and next(found, None) is not None
        finally:
            self._drafts.release()
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return Checked(name, checks, now, self._core.state().generation, is_cut)

    def _decided(self, asked: Asked, kind: Literal["merge", "split"], done: str) -> Response:
        name, other = asked.fields.get("name", "").strip(), asked.get("other")
        people = self._core.speakers()
        # A person is shown by one of several names; any of them stands for all.
        known = {known: one for one in people for known in one.names}
        if name not in known or other not in known:
            shown = other if name in known else name
            problem = (
                f"Nobody in this corpus is listed as “{shown[:MOST_SPEAKER]}”. Write the name exactly as it is listed."
            )
            return self._person(asked, name, problem)
        if (known[name] is known[other]) is (kind == "merge"):
            problem = (
                "These names are one person already." if kind == "merge" else "These names are two persons already."
            )
            return self._person(asked, name, problem)
        self._desk.decide(SpeakerDecision(kind, name, other))
        _log.info("names_decided", account=asked.account.name, kind=kind)
        return _done("/staff/speakers", done)

    def _person(self, asked: Asked, name: str, problem: str = "") -> Response:
        people = self._core.speakers()
        person = next((one for one in people if name == one.name or name in one.names), None)
        if person is None:
            body = (
                '<p>Nobody of that name is quoted in this corpus.</p><p><a href="/staff/speakers">All speakers</a></p>'
            )
            return _page(asked, "No such speaker", body, "speakers", 404)
        names, at = set(person.names), asked.count("at")
        quotes = [
            quote
            for quote in self._core.quotes(speaker=person.name)
            if quote.speaker is not None and quote.speaker.name in names
        ]
        quotes.sort(key=_newest_first)
        body = person_body(
            person,
            shown=timeline(quotes),
            quotes=quotes[at : at + QUOTES_AT_ONCE],
            total=len(quotes),
            at=at,
            alike=_alike(person, people),
            problem=problem,
        )
        return _page(asked, person.name, body, "speakers", 422 if problem else 200)

    def _found(self, words: str) -> tuple[Sequence[Article], str]:
        if not words:
            return (), ""
        exact = self._core.article(words)
        try:
            hits = self._core.search(words, k=20) if len(words) <= MOST_SPEAKER else ()
        except QuestionError as error:
            return (exact,) if exact else (), "" if exact else _sentence(error)
        articles = {one.id: one for one in (exact, *(hit.passage.article for hit in hits)) if one is not None}
        return list(articles.values())[:10], ""

    def _reviewed(self, asked: Asked, words: str, found: Sequence[Article], problem: str) -> str:
        desk, statuses = self._desk, self._desk.statuses()
        try:
            published, model = desk.published(), self._core.state().model
            titles = {name: one.title for name in statuses if (one := self._core.article(name)) is not None}
        except IndexUnusableError:
            published, model, titles = None, "unknown", {}
        shown = Reviewed(
            questions=desk.questions(),
            keep_days=desk.keep_days,
            statuses=statuses,
            titles=titles,
            published=published,
            verification=desk.verification(),
            ingests=desk.ingests(),
            model=model,
            asked=words,
            found=found,
        )
        return review_body(shown, told=_DONE.get(asked.get("done"), ""), problem=problem)

    def _article(self, asked: Asked) -> Article:
        article = self._core.article(asked.fields.get("id", ""))
        if article is None:
            raise Fault(
                404, "no_article", "no article of the index has this id", hint="look for it by words of its title"
            )
        return article

    def _article_again(self, asked: Asked, problem: str) -> Response:
        article = self._article(asked)
        return _page(asked, article.title or article.id, article_body(article, problem=problem), "review", 422)

    def _status(self, asked: Asked, state: Literal["current", "corrected", "withdrawn"], done: str) -> Response:
        article, note = self._article(asked), " ".join(asked.get("note").split())
        if problem := _too_long("note", note, MOST_NOTE):
            return self._article_again(asked, problem)
        self._desk.set_status(article.id, Status(state, note or None))
        _log.info("status_decided", account=asked.account.name, state=state)
        return _done("/staff/review", done)


def _endpoint(handler: Handler) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        visit = request.state.visit
        try:
            return await run_in_threadpool(handler, await asked_of(request))
        except Fault as fault:
            visit.code = fault.code
            return fault_page(fault, visit.id)
        except OnRecordError as error:
            visit.code = error.code
            return fault_page(_fault_of(error), visit.id)

    return endpoint


def _fault_of(error: OnRecordError) -> Fault:
    """As readers are told, but staff also hear what only they or an operator can mend."""
    if isinstance(error, InputError | IndexUnusableError):
        status = 422 if isinstance(error, InputError) else 503
        return Fault(status, error.code, error.message, hint=error.hint)
    return fault_of(error)


def _file(body: str, media: str) -> Callable[[Request], Any]:
    async def endpoint(_request: Request) -> Response:
        # The address names the version, so a browser may keep it.
        return Response(body, media_type=media, headers={"cache-control": "public, max-age=31536000, immutable"})

    return endpoint


def _page(asked: Asked, title: str, body: str, here: str, status: int = 200) -> Response:
    return html_page(page(title, body, here=here, account=asked.account), status)


def _done(path: str, done: str, *, fragment: str = "") -> Response:
    return RedirectResponse(address(path, done=done) + (f"#{fragment}" if fragment else ""), 303)


def _too_long(what: str, value: str, most: int) -> str:
    return f"The {what} has {len(value):,} characters; at most {most:,} can be read." if len(value) > most else ""


def _sentence(error: OnRecordError) -> str:
    said = f"{error.message}; {error.hint}" if error.hint else error.message
    return said[:1].upper() + said[1:] + "."


def _about_draft(error: InputError, name: str) -> str:
    """Say what is wrong with a draft, with its name as it was given."""
    said = f"{error.message}; {error.hint}."
    if name == _PASTED:
        return said.replace(f"{_PASTED}.txt", _PASTED.capitalize(), 1)
    return f"The file {said}" if said.startswith(name) else said[:1].upper() + said[1:]


def _is_called(person: Any, words: str) -> bool:
    return any(words in name.casefold() for name in (person.name, *person.names, *person.aliases))


def _alike(person: Any, people: Sequence[Any]) -> list[str]:
    """Names of others that share a word with one of this person's."""
    mine = {word for name in person.names for word in name.casefold().split() if len(word) > 1}
    others = (one.name for one in people if one is not person and mine.intersection(one.name.casefold().split()))
    return list(islice(others, MOST_ALIKE))


def _newest_first(quote: Quote) -> tuple[bool, int, str, int]:
    on = quote.article.published_on
    return (on is None, -on.toordinal() if on else 0, quote.article.id, quote.start)
