"""What staff look after, as HTML: questions, corrections and withdrawals, the index and its log.  Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from onrecord.types import Article, Ingested, KeptQuestion, Status
from onrecord.web.core import Published, Verification
from onrecord.web.desk_check import notice_of
from onrecord.web.desk_html import address, alert, article_link, day, errand, moment, number, text
from onrecord.web.desk_words import REASONS

__all__ = ["MOST_NOTE", "Reviewed", "article_body", "review_body", "verification_part"]

MOST_NOTE = 1000
"""Characters of a note."""
MOST_SHOWN = 200
"""Questions, and runs of ingest, that are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """All that the page shows; ``titles`` are those of the articles in ``statuses`` that are still there."""

    questions: Sequence[KeptQuestion]
    keep_days: int
    statuses: Mapping[str, Status]
    titles: Mapping[str, str]
    published: Published | None
    verification: Verification
    ingests: Sequence[Ingested]
    model: str
    asked: str = ""
    found: Sequence[Article] = ()


def review_body(shown: Reviewed, *, told: str = "", problem: str = "") -> str:
    """Render the page; ``told`` says what was done, ``problem`` why something was not."""
    return (
        f"{alert(told, good=True)}{alert(problem)}{_statuses(shown)}{_questions(shown)}"
        f"{_index(shown)}{_ingests(shown.ingests)}"
    )


def article_body(article: Article, *, problem: str = "") -> str:
    """Render what may be decided about one article."""
    outlet = f"{text(article.outlet)}, " if article.outlet else ""
    restore = ""
    if article.status.state != "current":
        button = errand("/staff/review/restore", (("id", article.id),), "Let it stand as printed again", quiet=True)
        restore = f"<section><h2>Take it back</h2>{button}</section>"
    return f"""{alert(problem)}<p class="meta"><bdi>{outlet}</bdi>{day(article.published)}, <bdi>{text(article.id)}</bdi></p>
<p>{article_link(article, label="Read the article")}</p>{notice_of(article)}
<div class="columns"><section><h2>Correct</h2>
<p>Wherever the article is cited, readers see that it was corrected, and this note.</p>
{_note_form("correct", article.id, "What was corrected", "Mark as corrected", required=True)}</section>
<section><h2>Withdraw</h2>
<p>From this moment on the article is never found, quoted or cited, and answers under way begin again.</p>
{_note_form("withdraw", article.id, "Why, if it should be said", "Withdraw the article", required=False)}</section></div>{restore}
<p><a href="/staff/review">Back to Review</a></p>"""


def verification_part(verification: Verification) -> str:
    """Render how the check of the files stands; the script asks for this part again while it runs."""
    words = {
        "never": "Not checked since the server started, which checked them all.",
        "running": f"Being checked since {moment(verification.at)}. Look again in a moment.",
        "whole": f"Whole: {text(verification.said)}, checked {moment(verification.at)}.",
        "damaged": f"Damaged, found {moment(verification.at)}: {text(verification.said)}",
    }
    tone = {"whole": "good", "damaged": "bad"}.get(verification.state, "open")
    running = verification.state == "running"
    again = '<a href="/staff/review#index">Look again</a>' if running else ""
    button = "" if running else errand("/staff/review/verify", (), "Verify every file", quiet=True)
    return (
        f'<div id="verification" class="state {tone}" data-state="{verification.state}"><p role="status">'
        f"{words[verification.state]} {again}</p>{button}</div>"
    )


def _note_form(action: str, article_id: str, label: str, button: str, *, required: bool) -> str:
    must = " required" if required else ""
    return (
        f'<form method="post" action="/staff/review/{action}"><input type="hidden" name="id" value="{text(article_id)}">'
        f'<label for="{action}-note">{label}</label><textarea id="{action}-note" name="note" rows="3" '
        f'maxlength="{MOST_NOTE}" dir="auto"{must}></textarea><button>{button}</button></form>'
    )


def _statuses(shown: Reviewed) -> str:
    found = "".join(
        f'<li><a href="{_to(one.id)}"><bdi>{text(one.title or one.id)}</bdi></a> <span class="meta">{day(one.published)}'
        "</span></li>"
        for one in shown.found
    )
    none = "<p>No article was found.</p>" if shown.asked else ""
    listed = f'<ul class="names">{found}</ul>' if found else none
    rows = "".join(_status_row(name, one, shown.titles.get(name)) for name, one in shown.statuses.items())
    table = _table(("Article", "State", "Since", "Note"), rows, "Corrections and withdrawals")
    return f"""<section><h2>Corrections and withdrawals</h2>
<form class="line" method="get" action="/staff/review" role="search">
<label for="find">Find an article to correct or withdraw</label>
<input id="find" name="find" type="search" value="{text(shown.asked)}" autocomplete="off" dir="auto"><button>Find</button></form>
{listed}{table if rows else "<p class='meta'>Every article stands as printed.</p>"}</section>"""


def _status_row(article_id: str, status: Status, title: str | None) -> str:
    named = (
        f'<a href="{_to(article_id)}"><bdi>{text(title or article_id)}</bdi></a>'
        if title is not None
        else (f"<bdi>{text(article_id)}</bdi> (no longer in the index)")
    )
    tone = "bad" if status.state == "withdrawn" else "warn"
    on = day(status.changed.isoformat()) if status.changed else ""
    return (
        f'<tr><th scope="row">{named}</th><td><strong class="tag {tone}">{status.state.capitalize()}</strong></td>'
        f'<td>{on}</td><td dir="auto">{text(status.note or "")}</td></tr>'
    )


def _to(article_id: str) -> str:
    return address("/staff/review/article", id=article_id)


def _questions(shown: Reviewed) -> str:
    if not shown.keep_days:
        said = (
            "Readers' questions are not kept. To look at those that were refused or disliked, set a number of days in"
        )
        return f"<section><h2>Questions</h2><p>{said} <code>ONRECORD_KEEP_QUESTIONS_DAYS</code>.</p></section>"
    days = f"{shown.keep_days} day{'' if shown.keep_days == 1 else 's'}"
    lead = f'<p class="meta">Refused, or with an answer that a reader disliked; kept for {days}, then deleted.</p>'
    if not shown.questions:
        return f"<section><h2>Questions</h2>{lead}<p>None of these {days}.</p></section>"
    rows = "".join(map(_question_row, shown.questions[:MOST_SHOWN]))
    more = len(shown.questions) - MOST_SHOWN
    rest = f'<p class="meta">And {number(more)} older ones.</p>' if more > 0 else ""
    table = _table(("Question", "What", "Said about it", "When"), rows, "Questions")
    return f"<section><h2>Questions</h2>{lead}{table}{rest}</section>"


def _question_row(one: KeptQuestion) -> str:
    said = [", ".join(REASONS.get(reason, reason) for reason in one.reasons), one.note or ""]
    tone = "open" if one.kind == "refused" else "warn"
    return (
        f'<tr><th scope="row" class="words" dir="auto">{text(one.text)}</th>'
        f'<td><strong class="tag {tone}">{one.kind.capitalize()}</strong></td>'
        f'<td dir="auto">{text(": ".join(part for part in said if part))}</td><td>{moment(one.at)}</td></tr>'
    )


def _index(shown: Reviewed) -> str:
    one = shown.published
    if one is None:
        facts = '<p class="told bad">The index cannot be read at the moment. Verify it to see why.</p>'
    else:
        counts = "".join(
            f"<dt>{text(name.capitalize())}</dt><dd>{number(count)}</dd>" for name, count in one.counts.items()
        )
        days = f"{day(one.days[0])} to {day(one.days[1])}" if one.days else "no article has a date"
        facts = (
            f'<dl class="facts"><dt>Generation</dt><dd>{text(one.generation)}, {moment(one.created)}</dd>{counts}'
            f"<dt>Published</dt><dd>{days}</dd><dt>Embedder</dt><dd>{text(one.embedder)}</dd>"
            f"<dt>Language model</dt><dd>{text(shown.model)}</dd>"
            f"<dt>On the disk</dt><dd>{one.size / 2**20:,.1f} MB in {number(one.files)} files</dd></dl>"
        )
    return f'<section id="index"><h2>The index</h2>{facts}{verification_part(shown.verification)}</section>'


def _ingests(ingests: Sequence[Ingested]) -> str:
    if not ingests:
        return "<section><h2>Ingests</h2><p>None was logged yet.</p></section>"
    rows = "".join(map(_ingest_row, ingests[:MOST_SHOWN]))
    heads = ("When", "Generation", "Articles", "Quotes", "Seconds", "Rejected")
    return f"<section><h2>Ingests</h2>{_table(heads, rows, 'Ingests')}</section>"


def _ingest_row(one: Ingested) -> str:
    if one.error is not None:
        failed = f'<strong class="tag bad">Failed</strong> {text(one.error)}'
        return f'<tr><th scope="row">{moment(one.at)}</th><td colspan="5">{failed}</td></tr>'
    counts = {name: getattr(one, name) for name in ("added", "changed", "removed", "unchanged")}
    articles = ", ".join(f"{number(count)} {name}" for name, count in counts.items() if count)
    rejected = number(one.rejected)
    if one.reasons:
        items = "".join(f'<li dir="auto">{text(reason)}</li>' for reason in one.reasons)
        rejected = f"<details><summary>{rejected}</summary><ul>{items}</ul></details>"
    return (
        f'<tr><th scope="row">{moment(one.at)}</th><td>{text(one.generation)}</td><td>{articles}</td>'
        f'<td class="num">{number(one.quotes)}</td><td class="num">{one.seconds:,.1f}</td><td>{rejected}</td></tr>'
    )


def _table(heads: Sequence[str], rows: str, label: str) -> str:
    numeric = {"Quotes", "Seconds"}
    head = "".join(f'<th scope="col"{" class=num" if name in numeric else ""}>{name}</th>' for name in heads)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{label}"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )
