"""A checked draft as HTML, as CSV and as JSON: pure functions; nothing of a draft outlives the page that shows it."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from onrecord.jsonable import check_json
from onrecord.types import QuoteCheck
from onrecord.web.desk_check import differences, print_parts, speaker_line
from onrecord.web.desk_html import alert, article_link, day, in_marks, moment, number, text
from onrecord.web.desk_words import VERDICTS, flag_words

__all__ = ["MOST_PLACES", "MOST_QUOTATIONS", "Checked", "draft_body", "draft_csv", "draft_json"]

MOST_QUOTATIONS = 500
"""Quotations of a draft that are checked in one go."""
MOST_PLACES = 20
"""Places of one quotation that a checked draft lists; checked alone, it lists all."""
_COLUMNS = (
    *("number", "quotation", "speaker", "verdict", "flags", "differences"),
    *("printed", "printed_speaker", "title", "article", "url", "published", "places"),
)
# What a spreadsheet takes for the beginning of a formula, also in full width and behind spaces.
_FORMULA = tuple("=+-@|%＝＋－＠")


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft with its quotations checked; ``is_cut`` says that it has more than were."""

    name: str
    checks: Sequence[QuoteCheck]
    at: str
    generation: str
    is_cut: bool = False


def draft_body(*, checked: Checked | None = None, problem: str = "", pasted: str = "") -> str:
    """Render the form, and what came of a draft; a draft that was checked is not put back into the form."""
    lead = (
        '<p class="lead">Every quotation of a draft is compared with print. The draft is read in memory and forgotten '
        "with this page: save what you want to keep.</p>"
    )
    form = f"""{alert(problem)}
<form class="sheet" method="post" action="/staff/draft" enctype="multipart/form-data">
<div class="field"><label for="text">Paste a draft</label>
<textarea id="text" name="text" rows="7" dir="auto">{text(pasted)}</textarea></div>
<div class="field"><label for="file">or choose a file: text, Markdown, HTML or Word (.docx), at most 5 MB</label>
<input id="file" name="file" type="file" accept=".txt,.md,.html,.htm,.docx" data-most="5242880"></div>
<button class="main">Check the draft</button>
</form>"""
    return form if checked is None and problem else f"{_result(checked)}{form}" if checked else lead + form


def draft_csv(checked: Checked) -> str:
    """The table for a spreadsheet: with a byte order mark, and no cell that could be a formula."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(_COLUMNS)
    for at, check in enumerate(checked.checks, start=1):
        writer.writerow([at, *(_harmless(cell) for cell in _cells(check)), len(check.matches)])
    return "\ufeff" + out.getvalue()


def draft_json(checked: Checked) -> str:
    """The checks in the shape of a single one, numbered, each with how many places there are in all."""
    quotations = [
        {"number": at, **check_json(_shortened(check)), "places": len(check.matches)}
        for at, check in enumerate(checked.checks, start=1)
    ]
    fields = {"draft": checked.name, "checked": checked.at, "generation": checked.generation}
    return json.dumps({**fields, "complete": not checked.is_cut, "quotations": quotations}, indent=1) + "\n"


def _cells(check: QuoteCheck) -> list[str]:
    claim = check.claim
    mine = [in_marks(claim.text, claim.spans), claim.speaker or "", check.verdict, " ".join(check.flags)]
    if not check.matches:
        return mine + [""] * 7
    best = check.matches[0]
    article = best.article
    changed = "; ".join(_pair(*pair) for pair in differences(claim, best))
    printed = [in_marks(best.text, best.spans), best.speaker or "", article.title, article.id]
    return [*mine, changed, *printed, article.url or "", article.published or ""]


def _pair(mine: str, theirs: str) -> str:
    return (
        f"[{mine}] in print [{theirs}]"
        if mine and theirs
        else f"[{mine}] not in print"
        if mine
        else f"[{theirs}] left out"
    )


def _harmless(cell: str) -> str:
    shown = cell.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA) or (shown and shown[0] in "\t\r\n") else shown


def _shortened(check: QuoteCheck) -> QuoteCheck:
    return replace(check, matches=check.matches[:MOST_PLACES])


def _result(checked: Checked) -> str:
    name, count = text(checked.name), len(checked.checks)
    heading = f'<h2 tabindex="-1" autofocus>{_counted(count)} in <bdi>{name}</bdi></h2>'
    if not count:
        return (
            f'<section class="result">{heading}<p>No words between quotation marks were found that somebody is said to '
            "have said. Scare quotes and titles of works are left out. Was the draft pasted whole?</p></section>"
        )
    cut = f" Only its first {number(MOST_QUOTATIONS)} quotations were checked; check the rest in parts."
    return (
        f'<section class="result">{heading}{alert(cut.strip()) if checked.is_cut else ""}{_tools(checked)}'
        f"{_table(checked)}</section>{_report(checked)}"
    )


def _counted(count: int) -> str:
    return f"{number(count)} quotation{'' if count == 1 else 's'}" if count else "No quotation"


def _tools(checked: Checked) -> str:
    counts = Counter(check.verdict for check in checked.checks)
    boxes = "".join(
        f'<label class="pick"><input type="checkbox" checked data-verdict="{verdict}"> {said.label} '
        f'<span class="count">{counts[verdict]}</span></label>'
        for verdict, said in sorted(VERDICTS.items(), key=lambda one: one[1].weight)
        if counts[verdict]
    )
    saved = "".join(
        f'<a class="button" download="quotations.{kind}" href="data:{media};base64,{_coded(body)}">Save as {label}</a>'
        for kind, media, label, body in (
            ("csv", "text/csv", "CSV", draft_csv(checked)),
            ("json", "application/json", "JSON", draft_json(checked)),
        )
    )
    return (
        f'<div class="tools"><fieldset class="filters" hidden><legend>Show</legend>{boxes}'
        '<label class="pick">Words or speaker <input type="search" data-words autocomplete="off"></label></fieldset>'
        f'<div class="saves">{saved}<button type="button" class="quiet" data-print hidden>Print a report</button></div>'
        '</div><p class="meta" role="status" data-shown></p>'
    )


def _coded(body: str) -> str:
    return base64.b64encode(body.encode("utf-8", "replace")).decode()


def _table(checked: Checked) -> str:
    heads = (("number", "No."), ("words", "Quotation"), ("speaker", "Speaker"), ("weight", "Verdict"), ("", "Look at"))
    head = "".join(
        f'<th scope="col" role="columnheader"{_sortable(key)}>{label}</th>'
        for key, label in (*heads, ("", "Printed in"))
    )
    rows = "".join(_row(at, check) for at, check in enumerate(checked.checks, start=1))
    return (
        '<table class="draft" role="table"><caption class="unseen">The quotations of the draft, in its order</caption>'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>{rows}</table>'
    )


def _sortable(key: str) -> str:
    return f' data-sort="{key}"' if key else ""


def _row(at: int, check: QuoteCheck) -> str:
    said, claim = VERDICTS[check.verdict], check.claim
    flags = ", ".join(flag_words(flag) for flag in check.flags)
    ran = ""
    if check.matches:
        best = check.matches[0]
        more = f", and {len(check.matches) - 1:,} more" if len(check.matches) > 1 else ""
        ran = f"{article_link(best.article, best.spans[0].start, best.spans[-1].end)}, {day(best.article.published)}{more}"
    cells = (
        ("No.", "num", str(at)),
        ("Quotation", "words", f'<span dir="auto">{text(in_marks(claim.text, claim.spans))}</span>'),
        (
            "Speaker",
            "",
            f"<bdi>{text(claim.speaker)}</bdi>" if claim.speaker else '<span class="meta">not named</span>',
        ),
        ("Verdict", "", f'<strong class="tag {said.tone}">{said.label}</strong>'),
        ("Look at", "", text(flags) or '<span class="meta">nothing else</span>'),
        ("Printed in", "", ran or '<span class="meta">nowhere in this corpus</span>'),
    )
    shown = "".join(f'<td role="cell" class="{kind}" data-label="{label}">{body}</td>' for label, kind, body in cells)
    searched = f"{claim.text} {claim.speaker or ''}".lower()  # as the script does it
    left = len(check.matches) - MOST_PLACES
    rest = f'<p class="meta">And {left:,} more places; check the quotation alone to list them.</p>' if left > 0 else ""
    return (
        f'<tbody role="rowgroup" data-verdict="{check.verdict}" data-number="{at}" data-weight="{said.weight}" '
        f'data-speaker="{text((claim.speaker or "").lower())}" data-words="{text(searched)}">'
        f'<tr role="row">{shown}</tr><tr role="row" class="more"><td role="cell" colspan="6"><details>'
        f'<summary>Beside print<span class="unseen">: quotation {at}</span></summary>'
        f"<p>{said.sentence}</p>{print_parts(_shortened(check), level=3)}{rest}</details></td></tr></tbody>"
    )


def _report(checked: Checked) -> str:
    """What is printed on paper instead of the page: everything at once, without colour."""
    items = "".join(_reported(check) for check in checked.checks)
    return (
        f'<section class="report"><h2>Quotations of <bdi>{text(checked.name)}</bdi></h2><p>{moment(checked.at)}, '
        f"compared with {text(checked.generation)}. What is not found in this corpus may have been said all the same.</p>"
        f"<ol>{items}</ol></section>"
    )


def _reported(check: QuoteCheck) -> str:
    claim, said = check.claim, VERDICTS[check.verdict]
    lines = [
        f'<p class="words" dir="auto">{text(in_marks(claim.text, claim.spans))}</p>',
        f"<p><bdi>{text(claim.speaker or 'Speaker not named')}</bdi>. <strong>{said.label}.</strong> {said.sentence}</p>",
    ]
    if check.flags:
        lines.append(f"<p>Look at: {text(', '.join(flag_words(flag) for flag in check.flags))}.</p>")
    if check.matches:
        best = check.matches[0]
        if pairs := differences(claim, best):
            lines.append(f"<p>Differences: {text('; '.join(_pair(*pair) for pair in pairs))}.</p>")
        lines.append(f'<p>In print: <span dir="auto">{text(in_marks(best.text, best.spans))}</span></p>')
        places = [f"{one.article.title or one.article.id}: {speaker_line(one)}" for one in check.matches[:MOST_PLACES]]
        lines.append(f"<p>{text('. '.join(places))}.</p>")
    return f"<li>{''.join(lines)}</li>"
