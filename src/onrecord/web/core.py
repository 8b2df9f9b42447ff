"""What the web is given: the product as plain callables, and how it is to be exposed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Any, Literal

from onrecord.types import (
    Account,
    Article,
    Hit,
    Ingested,
    KeptQuestion,
    Quote,
    QuoteCheck,
    QuoteClaim,
    SpeakerDecision,
    Status,
)
from onrecord.web.stream import Ask

__all__ = ["Core", "Desk", "Exposure", "Published", "State", "Verification"]


@dataclass(frozen=True, slots=True)
class State:
    """What is served at this moment.

    ``model`` is a word of ``schemas.StatusOut``; ``waiting`` counts who has or wants its turn.
    """

    articles: int
    newest: str | None
    generation: str
    model: str
    waiting: int = 0
    oldest: str | None = None
    quotes: int = 0


@dataclass(frozen=True, slots=True)
class Published:
    """The generation that is read; ``size`` is that of its files in bytes, ``days`` the first and the last day."""

    generation: str
    created: str
    embedder: str
    counts: Mapping[str, int]
    files: int
    size: int
    days: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Verification:
    """How the last check of every published file ended, or when the one that runs began."""

    state: Literal["never", "running", "whole", "damaged"]
    at: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What staff may do besides; every callable may be called from any thread."""

    check: Callable[[QuoteClaim], QuoteCheck]
    """As that of the core, with what was said on the subject where nothing is found."""
    check_draft: Callable[[bytes, str], Iterator[QuoteCheck]]
    """Of a file and its name; raises FileError for what is no draft."""
    decisions: Callable[[], Sequence[SpeakerDecision]]
    decide: Callable[[SpeakerDecision], None]
    undo: Callable[[SpeakerDecision], None]
    """Takes the last decision back; raises QuestionError if that is another one by now."""
    statuses: Callable[[], Mapping[str, Status]]
    """Of each article that does not simply stand as printed, by its id."""
    set_status: Callable[[str, Status], None]
    questions: Callable[[], Sequence[KeptQuestion]]
    keep_days: int
    ingests: Callable[[], Sequence[Ingested]]
    published: Callable[[], Published]
    verification: Callable[[], Verification]
    verify: Callable[[], None]
    """Begins to check every published file, unless that is being done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """The product, as the pages and the API call it; every callable may be called from any thread."""

    ask: Ask
    check: Callable[[QuoteClaim], QuoteCheck]
    search: Callable[..., Sequence[Hit]]
    """Of a query, ``k``, ``filters`` and ``today``."""
    article: Callable[[str], Article | None]
    quotes: Callable[..., Iterator[Quote]]
    """Of a ``speaker``, an ``article``, the days ``since`` and ``until``."""
    quotes_about: Callable[..., Sequence[Quote]]
    """Of a subject, ``most`` and ``filters``: the nearest in meaning or words first."""
    copies: Callable[[str], Sequence[Article]]
    """Where else the article with this id ran."""
    speakers: Callable[[], Sequence[Any]]
    """Everybody who is quoted: name, aliases, and the numbers direct, reported and articles."""
    state: Callable[[], State]
    feedback: Callable[[Mapping[str, Any]], None]
    verify: Callable[[str, str], Account | None]
    account: Callable[[str], Account | None]
    desk: Desk | None = None
    """None: there are no pages for staff."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """How the server is exposed; the defaults suit one process that nobody but this machine reaches."""

    origins: frozenset[str] = frozenset()
    """Origins whose pages may use the API, letter by letter as browsers send them."""
    hosts: frozenset[str] = frozenset()
    """Host headers that are answered; none: all."""
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """Whose word on forwarded requests is believed."""
    redis: str | None = None
    """Where replicas share budgets and sessions."""
    operator_token: str | None = None
    """A bearer token that stands for an operator, for a machine that scrapes metrics."""
    questions: int = 20
    """Questions of a peer, a minute."""
    site_questions: int = 600
    """Questions of all readers of one site, a minute."""
    reads: int = 300
    """Everything else of a peer, a minute."""
    log_questions: bool = False
    late_days: int | None = None
    """Days without a new article after which readers are told so; None: never."""
