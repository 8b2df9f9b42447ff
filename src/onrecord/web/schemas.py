"""What the API takes and gives, for its description and for the checks at its door."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from onrecord.types import StatementKind, Verdict

__all__ = [
    "MAX_QUESTION",
    "AnswerOut",
    "ArticleOut",
    "AskIn",
    "BlockOut",
    "CheckIn",
    "CheckOut",
    "CitationOut",
    "ClaimOut",
    "Day",
    "ErrorDetail",
    "ErrorOut",
    "FeedbackIn",
    "Feedbacked",
    "HitOut",
    "HitsOut",
    "MatchOut",
    "NamedOut",
    "PageQuery",
    "PassageOut",
    "PlaceOut",
    "PlaceQuery",
    "QuoteOut",
    "QuoteSpeakerOut",
    "QuotesOut",
    "QuotesQuery",
    "SearchQuery",
    "SpanOut",
    "SpeakerOut",
    "SpeakersOut",
    "StatementOut",
    "StatusOut",
    "TimingsOut",
    "TurnIn",
    "Words",
]

MAX_QUESTION = 500
"""Characters of a question."""
MAX_QUOTE = 2000
MAX_TURNS = 10


# Years that a calendar can count some decades back and on from.
_DAY = "[1-8][0-9]{3}-[0-9]{2}-[0-9]{2}"


def _day(value: object) -> object:
    # Left to itself, pydantic also takes seconds since 1970 for a date.
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not re.fullmatch(_DAY, value):
        raise ValueError("write a day like 2022-06-17")
    return date.fromisoformat(value)


Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date", "pattern": f"^{_DAY}$"}),
]
# At least one letter or digit; NUL can be no part of an argument anywhere.
Words = Annotated[str, Field(min_length=1, pattern=r"[0-9A-Za-z\u00c0-\uffff]")]
Identifier = Annotated[str, Field(min_length=1, max_length=500)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class TurnIn(_In):
    """One exchange before this question."""

    question: Annotated[str, Field(max_length=MAX_QUESTION)]
    answer: Annotated[str, Field(max_length=4000)]


class AskIn(_In):
    """A question."""

    question: Annotated[Words, Field(max_length=MAX_QUESTION, examples=["What does Pu say about auto manufacturing?"])]
    history: Annotated[list[TurnIn], Field(max_length=MAX_TURNS, description="Exchanges before, oldest first.")] = []
    speaker: Annotated[Words | None, Field(max_length=200, description="Only passages in which they speak.")] = None
    since: Annotated[Day | None, Field(description="Only articles of this day or later.")] = None
    until: Annotated[Day | None, Field(description="Only articles of this day or earlier.")] = None
    today: Annotated[Day | None, Field(description="The day that words such as 'recently' count from.")] = None
    article: Annotated[list[Identifier], Field(max_length=50, description="Only these articles.")] = []
    no_model: Annotated[bool, Field(description="Answer in the articles' own words only.")] = False


class CheckIn(_In):
    """A quotation to compare with print."""

    quote: Annotated[
        Words,
        Field(
            max_length=MAX_QUOTE,
            description="The words, without the marks around them.",
            examples=["Chongqing serves as the largest automobile manufacturing base in Asia"],
        ),
    ]
    speaker: Annotated[Words | None, Field(max_length=200, examples=["Pu"])] = None


class FeedbackIn(_In):
    """What a reader thinks of an answer; a note is kept if it is sent, a question only where the settings say so."""

    rating: Literal["helpful", "unhelpful"]
    reasons: Annotated[
        list[Literal["wrong", "wrong_source", "missing", "not_answered", "unclear", "other"]], Field(max_length=6)
    ] = []
    generation: Annotated[str | None, Field(max_length=40, description="That of the answer.")] = None
    question: Annotated[str | None, Field(max_length=MAX_QUESTION)] = None
    note: Annotated[str | None, Field(max_length=1000)] = None


class _Query(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SearchQuery(_Query):
    """What to search for."""

    query: Annotated[Words, Field(max_length=MAX_QUESTION, examples=["smart manufacturing"])]
    k: Annotated[int, Field(ge=1, le=50, description="How many passages.")] = 10
    speaker: Annotated[Words | None, Field(max_length=200)] = None
    since: Day | None = None
    until: Day | None = None
    today: Day | None = None
    article: Annotated[list[Identifier], Field(max_length=50)] = []


class PlaceQuery(_Query):
    """A slice of a text, in code points, end exclusive."""

    start: Annotated[int, Field(ge=0, le=100_000_000, examples=[0])]
    end: Annotated[int, Field(ge=1, le=100_000_000, examples=[200])]


class PageQuery(_Query):
    """A part of a list."""

    offset: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class QuotesQuery(PageQuery):
    """A part of what somebody said."""

    since: Day | None = None
    until: Day | None = None


class _Out(BaseModel):
    model_config = ConfigDict(extra="allow")  # keys may be added


class ErrorDetail(_Out):
    """What is wrong, what to do next, and the id to report."""

    code: str
    message: str
    hint: str
    request_id: str


class ErrorOut(_Out):
    """An error."""

    error: ErrorDetail


class StatementOut(_Out):
    """One thing that an answer says; ``citations`` are numbers."""

    text: str
    kind: StatementKind
    speaker: str | None
    citations: list[int]


class SpanOut(_Out):
    """The shortest words that answer a factual question."""

    text: str
    citation: int
    start: int
    end: int


class NamedOut(_Out):
    """An article by its id, title and address."""

    article: str
    title: str
    url: str | None


class PlaceOut(NamedOut):
    """A slice of an article; offsets count code points of its text."""

    published: str | None
    outlet: str | None
    start: int
    end: int
    text: str
    status: str
    note: str | None


class CitationOut(PlaceOut):
    """Where a statement stands."""

    number: int


class TimingsOut(_Out):
    """Milliseconds since the question came in."""

    search: float
    first_statement: float | None
    total: float


class AnswerOut(_Out):
    """An answer; refused where the articles hold none."""

    question: str
    refused: bool
    mode: Literal["model", "extractive"]
    generation: str
    statements: list[StatementOut]
    answer_span: SpanOut | None
    citations: list[CitationOut]
    nearest: list[NamedOut]
    timings_ms: TimingsOut | None


class QuoteSpeakerOut(_Out):
    """Who is quoted, and where the article names them."""

    name: str
    mention: list[int] | None


class QuoteOut(_Out):
    """What somebody said; spans cover the words without the marks."""

    article: str
    spans: list[list[int]]
    text: str
    speaker: QuoteSpeakerOut | None
    cue: str | None
    direct: bool


class QuotesOut(_Out):
    """The quotes of a speaker."""

    speaker: str
    quotes: list[QuoteOut]


class ClaimOut(_Out):
    """What was to be checked."""

    text: str
    speaker: str | None


class MatchOut(NamedOut):
    """A place in print that the claim was compared with."""

    published: str | None
    spans: list[list[int]]
    text: str
    speaker: str | None
    similarity: float
    edits: list[dict[str, Any]]
    context: dict[str, str]


class CheckOut(_Out):
    """The verdict on a quotation."""

    claim: ClaimOut
    verdict: Verdict
    flags: list[str]
    matches: list[MatchOut]


class HitOut(_Out):
    """A passage that was found."""

    rank: int
    article: str
    start: int
    end: int
    text: str
    score: float


class HitsOut(_Out):
    """The passages nearest to a query, the nearest first."""

    query: str
    hits: list[HitOut]


class BlockOut(_Out):
    """A span of an article's text and what it is."""

    kind: Literal["heading", "body", "caption", "boilerplate"]
    start: int
    end: int


class ArticleOut(_Out):
    """An article with the text that every offset counts in."""

    id: str
    title: str
    url: str | None
    published: str | None
    authors: list[str]
    outlet: str | None
    language: str | None
    status: Literal["current", "corrected", "withdrawn"]
    note: str | None
    text: str
    blocks: list[BlockOut]
    quotes: list[QuoteOut]


class PassageOut(PlaceOut):
    """A slice of an article with what stands around it."""

    context: dict[str, str]


class SpeakerOut(_Out):
    """Somebody who is quoted, and how often."""

    name: str
    aliases: list[str]
    direct: int
    reported: int
    articles: int


class SpeakersOut(_Out):
    """Who is quoted, the most quoted first."""

    total: int
    speakers: list[SpeakerOut]


class Feedbacked(_Out):
    """Feedback was taken."""

    kept: bool


class StatusOut(_Out):
    """What is served at this moment."""

    articles: int
    newest: str | None
    generation: str
    model: Literal["none", "unavailable", "idle", "starting", "ready", "paused", "closed"]
