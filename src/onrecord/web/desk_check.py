"""A checked quotation as HTML: the verdict, word by word beside print, and every place where it ran.

Pure functions.  ``del`` is what the quotation has and print has not, ``ins`` what print has instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from onrecord.types import Article, Block, Edit, Quote, QuoteCheck, QuoteClaim, QuoteMatch, Span
from onrecord.web.desk_html import alert, article_link, day, in_marks, text
from onrecord.web.desk_words import VERDICTS, flag_words

__all__ = [
    "MOST_QUOTE",
    "MOST_SPEAKER",
    "check_body",
    "differences",
    "notice_of",
    "print_parts",
    "speaker_line",
    "verdict_parts",
]

MOST_QUOTE, MOST_SPEAKER = 2000, 200
"""Characters of a quotation and of a name."""
AROUND = 700
"""Characters shown at most of a paragraph on either side of what is marked in it."""
OPEN_PLACES = 1
_LEGEND = (
    '<p class="legend"><del>Struck out</del> stands in the quotation and not in print, '
    "<ins>underlined</ins> in print and not in the quotation.</p>"
)


def check_body(quoted: str = "", speaker: str = "", *, check: QuoteCheck | None = None, problem: str = "") -> str:
    """Render the form with what was typed, and what came of it."""
    form = f"""{alert(problem)}
<form class="sheet" method="post" action="/staff/check">
<div class="field"><label for="quote">Quotation, without the outer marks</label>
<textarea id="quote" name="quote" rows="4" maxlength="{MOST_QUOTE}" required dir="auto">{text(quoted)}</textarea></div>
<div class="field"><label for="speaker">Speaker, if you know</label>
<input id="speaker" name="speaker" maxlength="{MOST_SPEAKER}" value="{text(speaker)}" autocomplete="off" dir="auto"></div>
<button class="main">Check it</button>
</form>"""
    if check is not None:
        return f'<div class="split">{form}<div class="result">{verdict_parts(check)}</div></div>'
    if problem:
        return form
    return (
        '<p class="lead">Paste the words as they are to be printed. Rules compare them with every article; no language '
        f"model takes part, and nothing is kept.</p>{form}"
    )


def verdict_parts(check: QuoteCheck) -> str:
    """Render a checked quotation, with the verdict in front, which has the keyboard's focus when the page opens."""
    return f"{_verdict(check)}{print_parts(check, level=2)}"


def print_parts(check: QuoteCheck, *, level: int) -> str:
    """Render the quotation beside print and every place where it ran, under headings of that level."""
    return f"{_beside_print(check, level)}{_places(check, level)}{_nearest(check, level)}"


def differences(claim: QuoteClaim, match: QuoteMatch) -> list[tuple[str, str]]:
    """Each difference as words of the quotation and words of print; one of the two may be empty."""
    pairs = [(claim.text[slice(*edit.claim)].strip(), _printed(edit, match)) for edit in match.edits]
    return [pair for pair in pairs if any(pair)]


def speaker_line(match: QuoteMatch) -> str:
    """Say who speaks there, and how print names them at that place."""
    quote = match.quote
    if quote is None or quote.speaker is None:
        return "speaker not named in print"
    mention = match.article.text[slice(*quote.mention)] if quote.mention else ""
    return quote.speaker.name + (f" (printed there as “{mention}”)" if mention not in ("", quote.speaker.name) else "")


def notice_of(article: Article) -> str:
    """Render what became of an article that does not simply stand as printed."""
    status = article.status
    if status.state == "current":
        return ""
    note = f": {text(status.note)}" if status.note else "."
    on = f" on {day(status.changed.isoformat())}" if status.changed else ""
    return f'<p class="notice"><strong>{status.state.capitalize()}</strong>{on}{note}</p>'


def _verdict(check: QuoteCheck) -> str:
    said = VERDICTS[check.verdict]
    flags = "".join(f"<li>{text(flag_words(flag))}</li>" for flag in check.flags)
    noted = f'<ul class="flags" aria-label="Look at">{flags}</ul>' if flags else ""
    return (
        f'<section class="verdict {said.tone}"><h2 tabindex="-1" autofocus>{said.label}</h2><p>{said.sentence}</p>'
        f"{noted}</section>"
    )


def _beside_print(check: QuoteCheck, level: int) -> str:
    if not check.matches:
        return ""
    best, claim = check.matches[0], check.claim
    named = [("Speaker given", claim.speaker)] if claim.speaker else []
    if check.verdict == "spliced":
        shown = _spliced(check)
    else:
        shown, named = _compared(claim, best), [*named, ("Speaker in print", speaker_line(best))]
    pairs = "".join(f"<dt>{label}</dt><dd><bdi>{text(name)}</bdi></dd>" for label, name in named)
    listed = f'<dl class="pairs">{pairs}</dl>' if pairs else ""
    return f"<section><h{level}>Beside print</h{level}>{shown}{listed}</section>"


def _compared(claim: QuoteClaim, best: QuoteMatch) -> str:
    pairs = differences(claim, best)
    line = f'<p class="diff" dir="auto">{_diff(claim, best)}</p>'
    if not pairs:
        return f'{line}<p class="meta">No word of it differs from print.</p>'
    listed = "".join(f"<li>{_in_words(mine, theirs)}</li>" for mine, theirs in pairs)
    return f'{line}{_LEGEND}<ul class="differences" aria-label="Differences in words">{listed}</ul>'


def _spliced(check: QuoteCheck) -> str:
    firsts = [next(group) for _, group in groupby(check.matches, key=lambda one: one.group)]
    pieces = "".join(
        f'<li><span class="words" dir="auto">{text(in_marks(one.text, one.spans))}</span> '
        f'<span class="meta"><bdi>{text(speaker_line(one))}</bdi>, '
        f"{article_link(one.article, one.spans[0].start, one.spans[-1].end)}</span></li>"
        for one in firsts
    )
    return f'<p>These pieces were printed apart:</p><ol class="pieces">{pieces}</ol>'


def _in_words(mine: str, theirs: str) -> str:
    if mine and theirs:
        return f"<b>{text(mine)}</b> in the quotation, <b>{text(theirs)}</b> in print"
    return f"<b>{text(mine)}</b> is not in print" if mine else f"<b>{text(theirs)}</b> is left out"


def _diff(claim: QuoteClaim, match: QuoteMatch) -> str:
    parts: list[str] = []
    at = 0
    for edit in sorted(match.edits, key=lambda one: one.claim):
        start, end = max(at, edit.claim.start), max(at, edit.claim.end)
        mine, theirs = claim.text[start:end], _printed(edit, match)
        parts.append(text(claim.text[at:start]))
        if mine.strip():
            parts.append(f"<del>{_aside('not in print:')}{text(mine)}{_aside(';')}</del>")
        if theirs:
            space = " " if mine.strip() or not claim.text[:start].endswith(" ") else ""
            parts.append(f"{space}<ins>{_aside('in print:')}{text(theirs)}{_aside(';')}</ins>")
            parts.append(" " if claim.text[end : end + 1].isalnum() else "")
        at = end
    return "".join([*parts, text(claim.text[at:])])


def _aside(words: str) -> str:
    return f'<span class="unseen"> {words} </span>'


def _printed(edit: Edit, match: QuoteMatch) -> str:
    """The words of print that a difference is about, as far as they belong to the quotation."""
    kept = [
        match.article.text[max(start, edit.source.start) : min(end, edit.source.end)].strip()
        for start, end in match.spans
        if start < edit.source.end and edit.source.start < end
    ]
    return " … ".join(one for one in kept if one)


def _places(check: QuoteCheck, level: int) -> str:
    if not check.matches:
        return ""
    groups = [list(group) for _, group in groupby(check.matches, key=lambda one: one.group)]
    items: list[str] = []
    for group in groups:
        words = f'<p class="words" dir="auto">{text(in_marks(group[0].text, group[0].spans))}</p>'
        places = "".join(_place(one, is_open=not items and at < OPEN_PLACES) for at, one in enumerate(group))
        items.append(f"<li>{words if len(groups) > 1 else ''}{places}</li>")
    ran = f"{len(check.matches)} places" if len(check.matches) > 1 else "one place"
    return (
        f'<section class="places"><h{level}>Where it ran: {ran}</h{level}><ol class="groups">{"".join(items)}</ol>'
        "</section>"
    )


def _place(match: QuoteMatch, *, is_open: bool) -> str:
    article = match.article
    outlet = f"{text(article.outlet)}, " if article.outlet else ""
    start, end = match.spans[0].start, match.spans[-1].end
    speaker = text(match.speaker or "speaker not named")
    shown = "".join(_paragraphs(article, match.spans))
    return (
        f'<div class="place"><p class="headline">{article_link(article, start, end)}</p>'
        f'<p class="meta"><bdi>{outlet}</bdi>{day(article.published)} · <bdi>{speaker}</bdi></p>'
        f"{notice_of(article)}"
        f"<details{' open' if is_open else ''}><summary>In its context</summary><blockquote>{shown}</blockquote>"
        "</details></div>"
    )


def _paragraphs(article: Article, spans: Sequence[Span]) -> Iterator[str]:
    """The paragraphs that the spans stand in, what is quoted marked, with the one before and the one after."""
    blocks = [block for block in article.blocks if block.kind != "boilerplate" and block.start < block.end]
    blocks = blocks or [Block("body", 0, len(article.text))]
    first = next((at for at, block in enumerate(blocks) if block.end > spans[0].start), 0)
    last = next((at for at, block in enumerate(blocks) if block.end >= spans[-1].end), len(blocks) - 1)
    for at in range(max(0, first - 1), min(len(blocks), last + 2)):
        kind = "before" if at < first else "after" if at > last else "at"
        label = {"before": "The paragraph before: ", "after": "The paragraph after: ", "at": ""}[kind]
        said = f'<span class="unseen">{label}</span>' if label else ""
        yield f'<p class="{kind}" dir="auto">{said}{_marked(article, blocks[at], spans, from_end=kind == "before")}</p>'


def _marked(article: Article, block: Block, spans: Sequence[Span], *, from_end: bool) -> str:
    here = [(max(start, block.start), min(end, block.end)) for start, end in spans]
    here = [(start, end) for start, end in here if start < end]
    low, high = block.start, block.end
    if here:
        low, high = max(low, here[0][0] - AROUND), min(high, here[-1][1] + AROUND)
    elif from_end:
        low = max(low, high - AROUND)
    else:
        high = min(high, low + AROUND)
    parts = ["… "] if low > block.start else []
    at = low
    for start, end in here:
        parts += [text(article.text[at:start]), f"<mark>{text(article.text[start:end])}</mark>"]
        at = end
    parts += [text(article.text[at:high]), " …" if high < block.end else ""]
    return "".join(parts)


def _nearest(check: QuoteCheck, level: int) -> str:
    if not check.nearest:
        return ""
    items = "".join(f"<li>{_said(quote)}</li>" for quote in check.nearest)
    return (
        f'<section><h{level}>Said on the subject</h{level}><p class="meta">The nearest in meaning, for you to judge; '
        f'none of it is the quotation.</p><ul class="said">{items}</ul></section>'
    )


def _said(quote: Quote) -> str:
    words = in_marks(quote.text, quote.spans) if quote.direct else quote.text
    name = quote.speaker.name if quote.speaker else "speaker not named in print"
    return (
        f'<p class="words" dir="auto">{text(words)}</p><p class="meta"><bdi>{text(name)}</bdi>'
        f"{'' if quote.direct else ', reported'} · {article_link(quote.article, quote.start, quote.end)}, "
        f"{day(quote.article.published)}</p>"
    )
