"""What the chat shows, as HTML: pure functions from the vocabulary to strings that are safe (``markup.py``).

Element ids: ``onr-turn-T`` an answer; T counts from 1 in a conversation.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from onrecord.types import Answer, Citation, Span, Statement
from onrecord.web.core import State
from onrecord.web.exchange import Exchange
from onrecord.web.export import as_json, as_markdown, as_text, mode_of, narrowed_to, permalink, speaker_of
from onrecord.web.markup import attribute, clean, headline, meta, text
from onrecord.web.panel import open_link
from onrecord.web.words import Words

__all__ = ["answer_parts", "header", "holdings", "notice", "plain_text", "question", "welcome"]


def holdings(state: State, words: Words, about: str = "") -> str:
    """Say what can be asked about, and how current it is; ``about`` stands in place of what is counted; not escaped."""
    oldest, newest = (date.fromisoformat(day) if day else None for day in (state.oldest, state.newest))
    when = words.from_day.format(words.day_of(oldest)) if oldest else words.no_day
    articles, quotes = words.count(state.articles, words.articles), words.count(state.quotes, words.quotes)
    counted = words.holds.format(articles=articles, when=when, quotes=quotes)
    current = [words.current_to.format(words.day_of(newest))] if newest else []
    return words.gap.join([about or counted, *current])


def header(state: State, words: Words, *, today: date, about: str = "", late_days: int | None = None) -> str:
    """Render the masthead; ``late_days`` are the days without a new article after which readers are told."""
    newest = date.fromisoformat(state.newest) if state.newest else None
    days = (today - newest).days if newest else 0
    late = (
        f'<p class="onr-late" role="status">{words.late.format(days)}</p>'
        if late_days is not None and days > late_days
        else ""
    )
    other, its_name = words.other
    return clean(
        f'<div class="onr-masthead" lang="{words.lang}"><h1 class="onr-name">{words.name}</h1>'
        f'<p class="onr-about">{text(holdings(state, words, about))}</p>'
        f'<p class="onr-nav"><a href="{attribute(words.address("/speakers"))}">{words.speakers}</a>'
        f'<a href="/?lang={other}" lang="{other}" title="{words.switch}">{its_name}</a></p>{late}'
        f"{_said_by_the_script(words)}</div>"
    )


def welcome(words: Words) -> str:
    """Render what stands where answers will be."""
    return clean(f'<div class="onr-empty">{"".join(f"<p>{line}</p>" for line in words.welcome)}</div>')


def notice(said: str) -> str:
    """Render a sentence about the form itself, such as a question that is too long."""
    return clean(f'<div class="onr-notice" role="alert">{text(said)}</div>') if said else ""


def question(exchange: Exchange, words: Words) -> str:
    """Render the reader's own words, and the settings that they were asked with."""
    narrowed = narrowed_to(exchange, words)
    only = f'<p class="onr-narrowed">{text(words.narrowed.format(narrowed))}</p>' if narrowed else ""
    return clean(f'<div class="onr-question" dir="auto">{text(exchange.asked.question)}{only}</div>')


def answer_parts(exchange: Exchange, words: Words) -> list[str]:
    """Render the answer so far, in parts; a part that is shown does not change when the next one comes.

    So a screen reader announces only what is new, and a chip keeps the keyboard's focus.
    """
    parts = [_statement(exchange, each, words) for each in exchange.statements]
    if exchange.answer and exchange.answer.refused:
        parts.append(_refusal(exchange, exchange.answer, words))
    parts.append(_closing(exchange, words))
    if exchange.understood:
        understood = words.understood.format(exchange.understood)
        parts.insert(0, f'<p class="onr-understood" dir="auto">{text(understood)}</p>')
    parts[0] = f'<div id="onr-turn-{exchange.number}"></div>{parts[0]}'
    return [clean(part) for part in parts]


def plain_text(answer: Answer) -> str:
    """Give what an answer says, without markers: what a follow-up question is read against."""
    return " ".join(statement.text for statement in answer.statements)


def _statement(exchange: Exchange, statement: Statement, words: Words) -> str:
    # A space that does not break: a number stays beside the words that it is for.
    said = text(statement.text) + "&nbsp;" + _chips(exchange, statement.citations, words)
    by = _by(statement, words)
    if statement.kind != "quoted":
        shown = f'<p class="onr-by">{by}</p>' if by else ""
        return f'<div class="onr-statement onr-{statement.kind}" dir="auto"><p>{said}</p>{shown}</div>'
    shown = f'<figcaption class="onr-by">{by}</figcaption>' if by else ""
    return f'<figure class="onr-statement onr-quoted" dir="auto"><blockquote>{said}</blockquote>{shown}</figure>'


def _by(statement: Statement, words: Words) -> str:
    """Render who said it; the name leads to everything else that they said."""
    said, name = speaker_of(statement, words), statement.speaker
    if not said or not name:
        return text(said)
    before, _, after = said.partition(name)
    address = attribute(words.speaker_address(name))
    return f'{text(before)}<a class="onr-name-link" href="{address}">{text(name)}</a>{text(after)}'


def _chips(exchange: Exchange, numbers: Iterable[int], words: Words) -> str:
    cited = {citation.number: citation for citation in exchange.citations}
    return "".join(_chip(exchange.number, cited[number], words) for number in numbers if number in cited)


def _chip(turn: int, citation: Citation, words: Words) -> str:
    """Render a number that leads to its passage; ``chat.js`` makes the title its name as well."""
    number = citation.number
    name = attribute(words.source.format(number, headline(citation.article, words)))
    address = attribute(words.article_address(citation.article.id, Span(citation.start, citation.end)))
    return f'<a class="onr-chip onr-to-{turn}-{number}" href="{address}" title="{name}">{number}</a>'


def _refusal(exchange: Exchange, answer: Answer, words: Words) -> str:
    nearest = "".join(
        f'<li><span class="onr-headline">{open_link(article, words)}</span> '
        f'<span class="onr-meta">{meta(article, words)}</span></li>'
        for article in answer.nearest
    )
    listed = f"<h2>{words.nearest}</h2><ul>{nearest}</ul>" if nearest else ""
    names = dict.fromkeys(quote.speaker.name for quote in exchange.quoted if quote.speaker)
    quoted = "".join(
        f'<li><a href="{attribute(words.speaker_address(name, about=exchange.meant))}">{text(name)}</a></li>'
        for name in names
    )
    people = f'<h2>{words.quoted_near}</h2><ul class="onr-names">{quoted}</ul>' if quoted else ""
    return (
        f'<div class="onr-refusal"><p class="onr-lead">{words.refusal}</p>'
        f"<p>{text(words.only_searched.format(exchange.searched_in))}</p>{listed}{people}</div>"
    )


def _closing(exchange: Exchange, words: Words) -> str:
    if exchange.ended:
        return f'<div class="onr-error" role="alert">{text(exchange.ended)}</div>'
    answer = exchange.answer
    if answer is None:
        return f'<div class="onr-status">{_progress(exchange, words)}</div>'
    mode = "" if answer.refused else f'<p class="onr-mode">{mode_of(answer, words)}</p>'
    changed = _changed(exchange, answer, words)
    return (
        f'{_short(exchange, answer, words)}{changed}<div class="onr-foot">{mode}'
        f"{_tools(exchange, words)}{_feedback(exchange, words)}</div>"
    )


def _short(exchange: Exchange, answer: Answer, words: Words) -> str:
    span = answer.answer_span
    if span is None:
        return ""
    chips = _chips(exchange, [span.citation], words)
    return f'<p class="onr-short">{words.in_article_words} <strong>{text(span.text)}</strong> {chips}</p>'


def _changed(exchange: Exchange, answer: Answer, words: Words) -> str:
    then = exchange.asked.generation
    if then is None or then == answer.generation:
        return ""
    return f'<div class="onr-changed" role="status">{text(words.changed_since.format(then, answer.generation))}</div>'


def _progress(exchange: Exchange, words: Words) -> str:
    if exchange.hits is None:
        return words.searching
    if exchange.statements:
        return words.checking
    passages = words.count(len(exchange.hits), words.passages)
    articles = words.count(len({hit.passage.article.id for hit in exchange.hits}), words.articles)
    return words.found_in.format(passages, articles)


def _tools(exchange: Exchange, words: Words) -> str:
    def button(kind: str, label: str, held: str) -> str:
        return (
            f'<span class="onr-tool"><button class="onr-{kind}" type="button">{label}</button>'
            f'<div class="onr-held" hidden="">{text(held)}</div></span>'
        )

    link = f'<a class="onr-permalink" href="{attribute(permalink(exchange, words))}">{words.permalink}</a>'
    return (
        f'<div class="onr-tools">{button("copy", words.copy, as_text(exchange, words))}'
        f'<span class="onr-tool">{link}</span>'
        f"{button('markdown', words.save_markdown, as_markdown(exchange, words))}"
        f"{button('json', words.save_json, as_json(exchange, words))}</div>"
    )


def _feedback(exchange: Exchange, words: Words) -> str:
    """Render the buttons by which a reader judges an answer; ``chat.js`` sends what they choose."""
    generation = exchange.answer.generation if exchange.answer else ""
    reasons = "".join(
        f'<button class="onr-reason onr-is-{code}" type="button">{said}</button>'
        for code, said in words.reasons.items()
    )
    return (
        f'<div class="onr-feedback"><span>{words.helped}</span> '
        f'<button class="onr-rate onr-is-helpful" type="button">{words.yes}</button>'
        f'<button class="onr-rate onr-is-unhelpful" type="button">{words.no}</button>'
        f'<div class="onr-reasons" hidden=""><p>{words.what_was_wrong}</p>{reasons}'
        f'<p><button class="onr-reason onr-with-question" type="button">{words.with_question}</button>'
        f'<button class="onr-send" type="button">{words.send}</button></p></div>'
        f'<div class="onr-generation" hidden="">{text(generation)}</div>'
        f'<div class="onr-meant" hidden="">{text(exchange.meant)}</div></div>'
    )


def _said_by_the_script(words: Words) -> str:
    """Give ``chat.js`` what it says, in the language of the page."""
    said = {
        "copied": words.copied,
        "by-hand": words.copy_by_hand,
        "link-copied": words.link_copied,
        "thanks": words.thanks,
        "not-kept": words.not_kept,
        "close": words.close,
        "as-page": words.as_page,
        "opening": words.opening,
        "not-opened": words.not_opened,
        "busy": words.busy,
        "cut-off": words.cut_off,
        "conversation": words.conversation,
    }
    return (
        '<div class="onr-said" hidden="">'
        + "".join(f'<span class="onr-says-{name}">{line}</span>' for name, line in said.items())
        + "</div>"
    )
