"""The vocabulary that every part of the package speaks.  Standard library only.

Offsets count Unicode code points of ``Article.text``; the end is exclusive.  Whatever is shown of an
article is a slice of it, taken here and nowhere else, so that text and offsets cannot drift apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

__all__ = [
    "Account",
    "Answer",
    "AnswerEvent",
    "AnswerSpan",
    "Article",
    "Block",
    "BlockKind",
    "Citation",
    "Edit",
    "Evidence",
    "EvidenceItem",
    "Filters",
    "Hit",
    "Ingested",
    "KeptQuestion",
    "Message",
    "Passage",
    "Question",
    "Quote",
    "QuoteCheck",
    "QuoteClaim",
    "QuoteMatch",
    "Role",
    "Searched",
    "Span",
    "Speaker",
    "SpeakerDecision",
    "SpeakerRecord",
    "Statement",
    "StatementKind",
    "StatementPiece",
    "Status",
    "Timings",
    "Turn",
    "Verdict",
    "quotations",
]

BlockKind = Literal["heading", "body", "caption", "boilerplate"]
StatementKind = Literal["generated", "quoted", "reported", "extract"]
Role = Literal["staff", "operator"]
Verdict = Literal["verbatim", "altered", "truncated", "spliced", "paraphrase", "other_speaker", "not_found"]


class Span(NamedTuple):
    """A half-open range of code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Block:
    """A span of an article's text and what it is to a reader."""

    kind: BlockKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Status:
    """Whether an article stands as printed; a correction carries its note and its day."""

    state: Literal["current", "corrected", "withdrawn"] = "current"
    note: str | None = None
    changed: date | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """An article as a reader sees it; blocks are in order and do not overlap."""

    id: str
    text: str
    blocks: tuple[Block, ...]
    title: str = ""
    url: str | None = None
    published: str | None = None
    """ISO 8601 date or date and time, exactly as precise as the source gave it; None if unknown."""
    authors: tuple[str, ...] = ()
    outlet: str | None = None
    language: str | None = None
    status: Status = field(default_factory=Status)

    def __post_init__(self) -> None:
        at = 0
        for block in self.blocks:
            if not at <= block.start <= block.end <= len(self.text):
                raise ValueError(f"block {block} is out of order or outside the text of {self.id}")
            at = block.end
        if self.published is not None:
            date.fromisoformat(self.published[:10])

    @property
    def published_on(self) -> date | None:
        """The day of publication, or None if it is unknown."""
        return date.fromisoformat(self.published[:10]) if self.published else None

    def kind_at(self, offset: int) -> BlockKind | None:
        """What the code point at ``offset`` belongs to, or None between two blocks."""
        for block in self.blocks:
            if block.start <= offset < block.end:
                return block.kind
        return None


@dataclass(frozen=True, slots=True)
class Passage:
    """A slice of an article that begins and ends at sentence boundaries."""

    article: Article
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= len(self.article.text):
            raise ValueError(f"{self.start}:{self.end} is not a slice of {self.article.id}")

    @property
    def text(self) -> str:
        """The slice itself."""
        return self.article.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody who is quoted.  ``name`` is the fullest form that was printed."""

    name: str
    aliases: tuple[str, ...] = ()
    role: str | None = None


@dataclass(frozen=True, slots=True)
class SpeakerRecord:
    """A name as the articles gave it, with its other forms and how often it is quoted."""

    name: str
    aliases: tuple[str, ...] = ()
    direct: int = 0
    reported: int = 0
    articles: int = 0


@dataclass(frozen=True, slots=True)
class SpeakerDecision:
    """An editor's word: ``merge`` makes two names one person, ``split`` keeps them apart."""

    kind: Literal["merge", "split"]
    name: str
    other: str

    def __post_init__(self) -> None:
        if self.kind not in {"merge", "split"}:
            raise ValueError(f"{self.kind!r} is neither merge nor split")


@dataclass(frozen=True, slots=True)
class Quote:
    """What a source said: word for word (``direct``) or in the reporter's words.

    ``spans`` cover the words between the quotation marks, without the marks; a quotation that is
    interrupted ("..., said Pu. ...") has several.  For a reported statement they cover the words that
    report it.  ``speaker`` is None where the article leaves it open; it is never a guess.
    """

    article: Article
    spans: tuple[Span, ...]
    speaker: Speaker | None = None
    mention: Span | None = None
    cue: str | None = None
    direct: bool = True

    def __post_init__(self) -> None:
        at = 0
        for start, end in self.spans:
            if not at <= start < end <= len(self.article.text):
                raise ValueError(f"spans {self.spans} are not slices of {self.article.id} in order")
            at = end
        if not self.spans:
            raise ValueError("a quote has at least one span")

    @property
    def start(self) -> int:
        """Where the first span begins."""
        return self.spans[0].start

    @property
    def end(self) -> int:
        """Where the last span ends."""
        return self.spans[-1].end

    @property
    def text(self) -> str:
        """The words of all spans, one space between two of them."""
        return " ".join(self.article.text[start:end] for start, end in self.spans)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search found, with the score that ranked it (higher is better)."""

    passage: Passage
    score: float
    found_by: frozenset[Literal["dense", "keywords"]] = frozenset()


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search is restricted to; None and () restrict nothing.  Days are inclusive."""

    speaker: str | None = None
    since: date | None = None
    until: date | None = None
    articles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange of a conversation.  ``answer`` holds no citation markers."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a reader asks.  ``today`` is the day that words such as "recently" are relative to."""

    text: str
    filters: Filters = field(default_factory=Filters)
    today: date | None = None
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a language model.  Its content is data and never becomes a control token."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """A passage as small as its meaning allows, with what it holds of somebody's words."""

    number: int
    passage: Passage
    kind: Literal["quoted", "reported", "extract"]
    speaker: str | None = None
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an answer may say, numbered 1..n, each number once."""

    items: tuple[EvidenceItem, ...]

    def __post_init__(self) -> None:
        if [item.number for item in self.items] != list(range(1, len(self.items) + 1)):
            raise ValueError("evidence is numbered 1..n in order")

    def __getitem__(self, number: int) -> EvidenceItem:
        if not 1 <= number <= len(self.items):
            raise KeyError(number)
        return self.items[number - 1]

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a statement stands: ``text`` is the slice that the reader is shown."""

    number: int
    article: Article
    start: int
    end: int

    def __post_init__(self) -> None:
        Passage(self.article, self.start, self.end)

    @classmethod
    def of(cls, item: EvidenceItem) -> Citation:
        """The citation of an item of evidence; there is no other way to come by one."""
        passage = item.passage
        return cls(item.number, passage.article, passage.start, passage.end)

    @property
    def text(self) -> str:
        """The slice itself."""
        return self.article.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that an answer says, with the numbers of the citations that hold it up."""

    text: str
    kind: StatementKind
    citations: tuple[int, ...]
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """The shortest verbatim span that answers a factual question; offsets are the article's."""

    citation: int
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds since the question came in."""

    search: float
    first_statement: float | None
    total: float


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer.

    It cannot be built with a citation number that does not resolve, with a quotation that is not
    word for word in a passage that it cites, or as a refusal that states something.
    """

    question: str
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    refused: bool
    mode: Literal["model", "extractive"]
    generation: str
    nearest: tuple[Article, ...] = ()
    answer_span: AnswerSpan | None = None
    timings: Timings | None = None
    copies: Mapping[str, tuple[Article, ...]] = field(default_factory=dict)
    """Where else a cited article was printed, by its id; nothing of an article that ran once."""
    understood: str | None = None
    """The question in its self-contained form, where it leans on the conversation."""

    def __post_init__(self) -> None:
        cited = {citation.number: citation for citation in self.citations}
        if len(cited) != len(self.citations):
            raise ValueError("two citations share a number")
        if self.refused == bool(self.statements):
            raise ValueError("an answer either states something or is refused")
        for statement in self.statements:
            _check_statement(statement, cited)
        if self.answer_span is not None:
            _check_answer_span(self.answer_span, cited)


def _check_statement(statement: Statement, cited: Mapping[int, Citation]) -> None:
    if not statement.citations or not set(statement.citations) <= cited.keys():
        raise ValueError(f"{statement.citations} do not resolve: {statement.text!r}")
    passages = [cited[number].text for number in statement.citations]
    if any(statement.text in passage for passage in passages):
        return
    for start, end in quotations(statement.text):
        words = statement.text[start:end]
        if not any(words in passage for passage in passages):
            raise ValueError(f"not verbatim in what it cites: {words!r}")


def _check_answer_span(span: AnswerSpan, cited: Mapping[int, Citation]) -> None:
    source = cited.get(span.citation)
    if source is None or not source.start <= span.start < span.end <= source.end:
        raise ValueError("the answer span lies outside its citation")
    if source.article.text[span.start : span.end] != span.text:
        raise ValueError("the answer span is not verbatim")


@dataclass(frozen=True, slots=True)
class QuoteClaim:
    """Words that somebody is said to have said, without the outer marks.

    ``spans`` are slices of the draft that they stand in, if they come from one; ``text`` joins them by a space.
    """

    text: str
    speaker: str | None = None
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Edit:
    """A difference: ``claim`` and ``source`` are spans of the claim's text and of the match's article."""

    op: Literal["replace", "insert", "delete"]
    claim: Span
    source: Span


@dataclass(frozen=True, slots=True)
class QuoteMatch:
    """A place of the corpus that a claim was compared with.

    ``spans`` are slices of the article; ``quote`` is the extracted quote that they lie in, or None where the
    words were printed outside any quote.  ``similarity`` is between 0 and 1.  Matches of one ``group`` were printed
    with the same words, as copies are.
    """

    article: Article
    spans: tuple[Span, ...]
    similarity: float
    edits: tuple[Edit, ...] = ()
    quote: Quote | None = None
    group: int = 1

    @property
    def text(self) -> str:
        """The words that were printed there, one space between two spans."""
        return " ".join(self.article.text[start:end] for start, end in self.spans)

    @property
    def speaker(self) -> str | None:
        """Who is quoted there."""
        return self.quote.speaker.name if self.quote and self.quote.speaker else None


@dataclass(frozen=True, slots=True)
class QuoteCheck:
    """What the corpus holds of a claim; the verdict is decided by rules and never by a model.

    ``matches`` are best first, copies side by side; ``flags`` name what an editor must look at (``number_changed``, ...).
    ``nearest`` are quotes on the same subject, for a reader to judge, where nothing matches and somebody asked.
    """

    claim: QuoteClaim
    verdict: Verdict
    flags: tuple[str, ...] = ()
    matches: tuple[QuoteMatch, ...] = ()
    nearest: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Searched:
    """The passages are found; nothing has been stated yet.

    A second one takes back what was stated after the first: an article was withdrawn or removed meanwhile.
    ``understood`` is the question as it was searched for, where it leans on the conversation.
    """

    question: str
    hits: tuple[Hit, ...]
    understood: str | None = None


@dataclass(frozen=True, slots=True)
class StatementPiece:
    """A statement that has passed every check, with the citations that it needs."""

    statement: Statement
    citations: tuple[Citation, ...]


AnswerEvent = Searched | StatementPiece | Answer


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in; an operator may do all that staff may.  ``stamp`` changes with the password."""

    name: str
    role: Role
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class Ingested:
    """One run of ingest, as its log has it; ``error`` says why one published nothing.

    ``at`` is the time of its end (ISO 8601, UTC); ``reasons`` are the first of the files that it rejected, each with why.
    """

    at: str
    generation: str | None = None
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    passages: int = 0
    quotes: int = 0
    seconds: float = 0.0
    rejected: int = 0
    reasons: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class KeptQuestion:
    """A reader's question that staff may look at for as long as the settings say: refused, or its answer disliked."""

    at: str
    kind: Literal["refused", "disliked"]
    text: str
    generation: str | None = None
    reasons: tuple[str, ...] = ()
    note: str | None = None


_CLOSING = {
    "“": "”",
    "„": "“”",
    "«": "»",
    "‹": "›",
    "「": "」",
    "『": "』",
    "﹁": "﹂",
    "﹃": "﹄",
    "〝": "〞〟",
    "｢": "｣",
    "❝": "❞",
    "❛": "❜",
    "‘": "’",
    "‚": "‘’",
    '"': '"',
    "'": "'",
    "＂": "＂",
    # Closing marks that open where Germans, Swedes and others write them: »so« and ”so”.
    "»": "«",
    "›": "‹",
    "”": "”",
}
_OPENING = re.compile(f"[{''.join(_CLOSING)}]")


def quotations(text: str) -> Iterator[Span]:
    """The words between quotation marks, without the marks; outermost marks only.

    An opening mark that is never closed quotes everything after it, so that a missing mark cannot hide
    words from the check.  An apostrophe (between letters, or one that opens nothing) is no mark.

    """
    at = 0
    while opening := _OPENING.search(text, at):
        mark, start = opening.group(), opening.end()
        if not _opens(text, opening.start()):
            at = start
            continue
        end = _closing(text, start, _CLOSING[mark])
        if end is None and mark == "'":
            at = start
            continue
        stop = len(text) if end is None else end
        if stop > start:
            yield Span(start, stop)
        at = stop + 1


def _opens(text: str, index: int) -> bool:
    before = text[index - 1] if index else " "
    after = text[index + 1] if index + 1 < len(text) else " "
    if text[index] in "'‘‚❛":
        return not before.isalnum() and not after.isspace()
    if text[index] in "»›”":
        return (before.isspace() or before in "([—–-:") and not after.isspace()
    return True


def _closing(text: str, start: int, marks: str) -> int | None:
    for index in range(start, len(text)):
        if text[index] in marks:
            following = text[index + 1] if index + 1 < len(text) else " "
            if text[index] in "'’" and following.isalnum():
                continue
            return index
    return None
