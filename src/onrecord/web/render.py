"""What the chat shows, as HTML: pure functions from the vocabulary to strings.

Three things make the strings safe, each enough by itself.  Every text is escaped where it enters;
``nh3`` drops whatever is not on a short list, images included; and a string is one line that begins
with a block element, which Markdown copies as it stands.  Gradio's own sanitiser runs after that; it
knows no ``aria-*`` attribute, so what a screen reader should say is in ``title``.

Element ids: ``onr-turn-T`` an answer, ``onr-T-N`` the source card N of answer T; T counts from 1 in a
conversation, so a chip of an older answer never points at a newer source.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import nh3

from onrecord.types import Answer, AnswerEvent, Article, Citation, Hit, Searched, Span, Statement

__all__ = [
    "Exchange",
    "answer_parts",
    "copy_text",
    "header",
    "notice",
    "plain_text",
    "question",
    "sources",
]

CONTEXT = 280
"""Characters shown at most on either side of a cited passage."""
EXCERPT = 220
"""Characters shown of a passage that was found but not cited."""
REFUSAL = "The articles in this corpus do not answer that."
MODES = {
    "extractive": "Quoted from the articles (no language model).",
    "model": "Phrased by a language model from the cited passages; check the source.",
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what has come back so far; ``ended`` says why it stopped without an answer.

    ``understood`` is the question as it was searched for, where it leans on the conversation.
    """

    number: int
    question: str
    hits: tuple[Hit, ...] | None = None
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    answer: Answer | None = None
    ended: str | None = None
    understood: str | None = None

    def after(self, event: AnswerEvent) -> Exchange:
        """Give the exchange once ``event`` has come in."""
        if isinstance(event, Searched):
            return replace(self, understood=event.understood, hits=event.hits, statements=(), citations=())
        if isinstance(event, Answer):
            return replace(self, answer=event, statements=event.statements, citations=_by_number(event.citations))
        return replace(
            self,
            statements=(*self.statements, event.statement),
            citations=_by_number((*self.citations, *event.citations)),
        )

    @property
    def running(self) -> bool:
        """Whether more is to come."""
        return self.answer is None and self.ended is None


def header(about: str) -> str:
    """Render the masthead; ``about`` names what can be asked about."""
    return _clean(
        f'<div class="onr-masthead"><p class="onr-name">On Record</p><p class="onr-about">{_text(about)}</p></div>'
    )


def notice(text: str) -> str:
    """Render a sentence about the form itself, such as a question that is too long."""
    return _clean(f'<div class="onr-notice" role="alert">{_text(text)}</div>') if text else ""


def question(exchange: Exchange) -> str:
    """Render the reader's own words."""
    return _clean(f'<div class="onr-question" dir="auto">{_text(exchange.question)}</div>')


def answer_parts(exchange: Exchange, *, about: str) -> list[str]:
    """Render the answer so far, in parts; a part that is shown does not change when the next one comes.

    So a screen reader announces only what is new, and a chip keeps the keyboard's focus.
    """
    parts = [_statement(exchange, each) for each in exchange.statements]
    if exchange.answer and exchange.answer.refused:
        parts.append(_refusal(exchange.answer, about))
    parts.append(_closing(exchange))
    if exchange.understood:
        parts.insert(0, f'<p class="onr-understood" dir="auto">Understood as: {_text(exchange.understood)}</p>')
    parts[0] = f'<div id="onr-turn-{exchange.number}"></div>{parts[0]}'
    return [_clean(part) for part in parts]


def sources(exchanges: Sequence[Exchange]) -> str:
    """Render the panel: the sources of the latest answer; those of older ones folded under their question."""
    if not exchanges:
        return _clean(
            '<div class="onr-sources"><h2>Sources</h2><p class="onr-hint">Each statement of an answer'
            " carries a number. The passage behind it appears here, in its place in the article.</p></div>"
        )
    *older, latest = exchanges
    folded = "".join(_folded(exchange) for exchange in reversed(older) if exchange.citations)
    earlier = f'<div class="onr-earlier"><h3>Earlier questions</h3>{folded}</div>' if folded else ""
    return _clean(f'<div class="onr-sources">{_panel(latest)}{earlier}</div>')


def plain_text(answer: Answer) -> str:
    """Give what an answer says, without markers: what a follow-up question is read against."""
    return " ".join(statement.text for statement in answer.statements)


def copy_text(answer: Answer) -> str:
    """Write an answer to paste elsewhere: statements with their numbers, then the numbered sources."""
    lines = [answer.question, ""]
    for statement in answer.statements:
        marks = "".join(f"[{number}]" for number in statement.citations)
        lines.append(f"{statement.text} {marks}{_said_by(statement, ' ({})')}")
    lines.append("")
    for citation in answer.citations:
        article = citation.article
        named = [_title(article), article.outlet, _day(article), _address(article)]
        lines.append(f"[{citation.number}] {', '.join(part for part in named if part)}")
    lines += ["", MODES[answer.mode]]
    return "\n".join(lines)


# --- an answer


def _statement(exchange: Exchange, statement: Statement) -> str:
    # A space that does not break: a number stays beside the words that it is for.
    said = _text(statement.text) + "&nbsp;" + _chips(exchange, statement.citations)
    if statement.kind != "quoted":
        by = _said_by(statement, '<p class="onr-by">{}</p>', escape=True)
        return f'<div class="onr-statement onr-{statement.kind}" dir="auto"><p>{said}</p>{by}</div>'
    by = _said_by(statement, '<figcaption class="onr-by">{}</figcaption>', escape=True)
    return f'<figure class="onr-statement onr-quoted" dir="auto"><blockquote>{said}</blockquote>{by}</figure>'


def _said_by(statement: Statement, form: str, *, escape: bool = False) -> str:
    # What the model phrased names its speaker in the sentence; the check sees to that.
    if not statement.speaker or statement.kind == "generated":
        return ""
    how = {"quoted": ", quoted", "reported": ", in the reporter’s words"}.get(statement.kind, "")
    said_by = statement.speaker + how
    return form.format(_text(said_by) if escape else said_by)


def _chips(exchange: Exchange, numbers: Iterable[int]) -> str:
    cited = {citation.number: citation for citation in exchange.citations}
    return "".join(_chip(exchange.number, cited[number]) for number in numbers if number in cited)


def _chip(turn: int, citation: Citation) -> str:
    """Render a number that links to its source; ``chat.js`` makes the title its name as well."""
    number, name = citation.number, " ".join(_title(citation.article).split())
    return f'<a class="onr-chip" href="#onr-{turn}-{number}" title="Source {number}: {_text(name)}">{number}</a>'


def _refusal(answer: Answer, about: str) -> str:
    nearest = "".join(
        f'<li><span class="onr-headline">{_text(_title(article))}</span> '
        f'<span class="onr-meta">{_meta(article)}</span></li>'
        for article in answer.nearest
    )
    listed = f"<p>Nearest articles:</p><ul>{nearest}</ul>" if nearest else ""
    return (
        f'<div class="onr-refusal"><p class="onr-lead">{REFUSAL}</p><p>It may still have been said or'
        f" printed elsewhere; only these articles were searched: {_text(about)}</p>{listed}</div>"
    )


def _closing(exchange: Exchange) -> str:
    if exchange.ended:
        return f'<div class="onr-error" role="alert">{_text(exchange.ended)}</div>'
    answer = exchange.answer
    if answer is None:
        return f'<div class="onr-status">{_progress(exchange)}</div>'
    if answer.refused:
        return '<div class="onr-foot"></div>'
    copied = _text(copy_text(answer))
    return (
        f'{_short(exchange, answer)}<div class="onr-foot"><span class="onr-mode">{MODES[answer.mode]}</span>'
        f'<button class="onr-copy" type="button">Copy with sources</button>'
        f'<div class="onr-copied" hidden="">{copied}</div></div>'
    )


def _short(exchange: Exchange, answer: Answer) -> str:
    span = answer.answer_span
    if span is None:
        return ""
    chips = _chips(exchange, [span.citation])
    return f'<p class="onr-short">In the article’s words: <strong>{_text(span.text)}</strong> {chips}</p>'


def _progress(exchange: Exchange) -> str:
    if exchange.hits is None:
        return "Searching the articles…"
    if exchange.statements:
        return "Checking the next statement…"
    passages = _count(len(exchange.hits), "passage")
    articles = _count(len({hit.passage.article.id for hit in exchange.hits}), "article")
    return f"Found {passages} in {articles}. Checking what they say…"


# --- the sources


def _panel(exchange: Exchange) -> str:
    if exchange.citations:
        return f"<h2>Sources</h2>{_cards(exchange)}{_uncited(exchange)}"
    if exchange.hits:
        title = "Searching in…" if exchange.running else "Searched"
        return f"<h2>{title}</h2>{_found(exchange.hits)}"
    hint = "Searching the articles…" if exchange.running else "No passage was found."
    return f'<h2>Sources</h2><p class="onr-hint">{hint}</p>'


def _folded(exchange: Exchange) -> str:
    return (
        f'<details class="onr-fold"><summary dir="auto">{_text(exchange.question)}</summary>'
        f"{_cards(exchange)}</details>"
    )


def _cards(exchange: Exchange) -> str:
    cards = "".join(_card(exchange, citation) for citation in exchange.citations)
    return f'<ol class="onr-cards">{cards}</ol>'


def _card(exchange: Exchange, citation: Citation) -> str:
    article = citation.article
    return (
        f'<li class="onr-card" id="onr-{exchange.number}-{citation.number}" tabindex="-1">'
        f'<div class="onr-card-head"><span class="onr-number">{citation.number}</span>'
        f'<div><h3 class="onr-headline" dir="auto">{_linked(article)}</h3>'
        f'<p class="onr-meta">{_meta(article)}</p></div></div>{_status(article)}'
        f'<blockquote class="onr-context" dir="auto">{_in_place(citation)}</blockquote>'
        f"{_speakers(exchange, citation.number)}"
        f'<p class="onr-back"><a href="#onr-turn-{exchange.number}">Back to the answer</a></p></li>'
    )


def _speakers(exchange: Exchange, number: int) -> str:
    said = [_said_by(statement, "{}") for statement in exchange.statements if number in statement.citations]
    named = "; ".join(dict.fromkeys(filter(None, said)))
    return f'<p class="onr-by">{_text(named)}</p>' if named else ""


def _uncited(exchange: Exchange) -> str:
    def cited(hit: Hit) -> bool:
        passage = hit.passage
        return any(
            citation.article.id == passage.article.id and citation.start < passage.end and passage.start < citation.end
            for citation in exchange.citations
        )

    rest = [hit for hit in exchange.hits or () if not cited(hit)]
    if not rest:
        return ""
    title = "Also searched" if exchange.answer else "Searching in…"
    return f'<details class="onr-fold onr-uncited"><summary>{title} ({len(rest)})</summary>{_found(rest)}</details>'


def _found(hits: Sequence[Hit]) -> str:
    items = "".join(
        f'<li><p class="onr-headline" dir="auto">{_text(_title(hit.passage.article))}</p>'
        f'<p class="onr-meta">{_meta(hit.passage.article)}</p>'
        f'<p class="onr-excerpt" dir="auto">{_text(_shortened(hit.passage.text))}</p></li>'
        for hit in hits
    )
    return f'<ul class="onr-found">{items}</ul>'


def _in_place(citation: Citation) -> str:
    """Mark the cited slice inside its paragraph."""
    text = citation.article.text
    start, end = _surroundings(citation)
    before, after = text[start : citation.start].lstrip(), text[citation.end : end].rstrip()
    if len(before) > CONTEXT:
        before = "… " + before[-CONTEXT:].partition(" ")[2]
    if len(after) > CONTEXT:
        after = after[:CONTEXT].rpartition(" ")[0] + " …"
    return f"{_text(before)}<mark>{_text(citation.text)}</mark>{_text(after)}"


def _surroundings(citation: Citation) -> Span:
    """Find the paragraphs that the citation begins and ends in; no caption or heading beside them."""
    text, blocks = citation.article.text, citation.article.blocks
    first = next((block.start for block in blocks if block.start <= citation.start < block.end), 0)
    last = next((block.end for block in blocks if block.start < citation.end <= block.end), len(text))
    start = max(first, text.rfind("\n", 0, citation.start) + 1)
    line_end = text.find("\n", citation.end)
    return Span(min(start, citation.start), max(citation.end, min(last, line_end if line_end >= 0 else last)))


# --- an article


def _title(article: Article) -> str:
    return article.title or "Untitled article"


def _meta(article: Article) -> str:
    return " · ".join(part for part in (_text(article.outlet or ""), _time(article)) if part)


def _time(article: Article) -> str:
    day = article.published_on
    return f'<time datetime="{day.isoformat()}">{_day(article)}</time>' if day else _day(article)


def _day(article: Article) -> str:
    day = article.published_on
    return f"{day.day} {day:%B} {day.year}" if day else "date unknown"


def _status(article: Article) -> str:
    status = article.status
    if status.state == "current":
        return ""
    when = f" on {status.changed.day} {status.changed:%B} {status.changed.year}" if status.changed else ""
    note = f": {status.note}" if status.note else "."
    return f'<p class="onr-status-note">{_text(status.state.capitalize() + when + note)}</p>'


def _linked(article: Article) -> str:
    title, address = _text(_title(article)), _address(article)
    return f'<a href="{_text(address)}" target="_blank">{title}</a>' if address else title


def _address(article: Article) -> str | None:
    """Give the article's address if a reader can be sent there: http or https, no user name in it."""
    url = article.url or ""
    if re.search(r"[\s\x00-\x1f\x7f\\]", url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc else None


# --- text


def _text(text: str) -> str:
    # A lone surrogate is valid JSON but has no UTF-8 form, so no response could carry it.
    whole = text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "\ufffd")
    return html.escape(whole).replace("\r\n", "\n").replace("\n", "<br>")


def _shortened(text: str) -> str:
    return text if len(text) <= EXCERPT else text[:EXCERPT].rpartition(" ")[0] + " …"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _by_number(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    by_number = {citation.number: citation for citation in citations}
    return tuple(by_number[number] for number in sorted(by_number))


_BLOCKS = {
    "blockquote",
    "details",
    "div",
    "figcaption",
    "figure",
    "h2",
    "h3",
    "li",
    "ol",
    "p",
    "summary",
    "ul",
}
_TAGS = _BLOCKS | {"a", "br", "button", "mark", "span", "strong", "time"}
_ATTRIBUTES = {
    "*": {"class", "dir", "hidden", "id", "role", "tabindex"},
    "a": {"href", "target", "title"},
    "button": {"type"},
    "time": {"datetime"},
}


def _clean(markup: str) -> str:
    kept = nh3.clean(
        markup,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer",
    )
    return re.sub(r"[\r\n\t\f\v]", " ", kept)
