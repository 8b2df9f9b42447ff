"""The chat page: a question on the left, its sources on the right.  Gradio is named here only."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import gradio as gr

from onrecord.errors import OnRecordError
from onrecord.types import Answer, Question, Quote
from onrecord.web import render
from onrecord.web.asking import check_question, filters_of, history_of, link_of, tidy
from onrecord.web.core import Core
from onrecord.web.exchange import Asked, Exchange
from onrecord.web.frame import asset, style
from onrecord.web.panel import sources
from onrecord.web.readers import words_of
from onrecord.web.stream import MOST_AT_ONCE, Answers
from onrecord.web.words import ENGLISH, Words

__all__ = ["build_chat", "mount_chat", "what_the_page_sends"]

Exchanges = tuple[Exchange, ...]
Update = dict[Any, Any]

KEPT = 20
"""Exchanges of a conversation that stay on the page and in the history."""
WAITING = 64
"""Questions of the page that may wait in Gradio's queue."""
QUOTED_NEAR = 12
"""Quotes that are looked at to name who is quoted near to a question that was refused."""

_SYSTEM = ("ui-sans-serif", "system-ui", "sans-serif")
_KINDS: Mapping[type, Any] = {gr.State: type(None), gr.Checkbox: bool}
"""What the page sends of a component, where it is no text."""
_SESSION = re.compile(r"\w{1,64}")
_LOG = logging.getLogger(__name__)


def build_chat(
    answers: Answers, core: Core, *, examples: Sequence[str], about: str = "", late_days: int | None = None
) -> gr.Blocks:
    """Lay out the chat over ``answers``; ``about`` names the articles in place of what is counted of them."""
    with gr.Blocks(title="On Record", analytics_enabled=False, fill_width=True) as page:
        parts = _Parts(examples)
        _wire(page, parts, _Handlers(answers, core, parts, about, late_days))
    page.queue(max_size=WAITING, api_open=False)
    return page


def what_the_page_sends(page: gr.Blocks) -> Mapping[str, Callable[[bytes], bool]]:
    """Tell what the page sends from anything else, by the names of the rules that let it in.

    Left to itself, Gradio calls any handler with any data, and answers what does not fit with a traceback.
    """
    return {
        "chat_ask": lambda body: _is_call(body, page, queued=True),
        "chat_call": lambda body: _is_call(body, page, queued=False) or _is_end(body),
    }


def mount_chat(app: Any, page: gr.Blocks) -> None:
    """Serve ``page`` at the root of the FastAPI ``app``, with our look and none of Gradio's extras."""
    # Gradio puts its css under a container that the opened article stands outside of, and drops what a dark theme sets.
    style_and_script = f"<style>{style()}{asset('sheet.css')}</style><script>{asset('chat.js')}</script>"
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        theme=gr.themes.Base(font=_SYSTEM, font_mono=("ui-monospace", "monospace")),
        css=asset("reading.css") + asset("chat.css"),
        head=style_and_script,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        show_error=False,
        ssr_mode=False,
        max_file_size=1,
    )


class _Parts:
    """The components of the page, laid out where this is built, in English until a reader opens it."""

    def __init__(self, examples: Sequence[str]) -> None:
        self.exchanges = gr.State((), time_to_live=3600)
        self.linked = gr.Button("", elem_id="onr-linked")  # chat.js clicks it where the address asks something
        self.header = _markup("", "onr-header")
        with gr.Row(elem_id="onr-columns"):
            with gr.Column(elem_id="onr-left", scale=3, min_width=300):
                self.log = gr.Chatbot(
                    show_label=False,
                    label=ENGLISH.conversation,
                    elem_id="onr-chat",
                    layout="panel",
                    height=None,
                    render_markdown=False,
                    sanitize_html=True,
                    allow_tags=False,
                    latex_delimiters=[],
                    buttons=[],
                    feedback_options=None,
                    placeholder=render.welcome(ENGLISH),
                )
                self._form(examples)
            with gr.Column(elem_id="onr-right", scale=2, min_width=300):
                self.sources = _markup(sources((), ENGLISH), "onr-panel")
        self.labels = _labels(self)

    def _form(self, examples: Sequence[str]) -> None:
        self.notice = _markup("", "onr-form-notice")
        with gr.Row(elem_id="onr-form"):
            self.box = gr.Textbox(
                label=ENGLISH.ask_box, lines=1, max_lines=5, elem_id="onr-box", container=False, scale=1
            )
            self.send = gr.Button(ENGLISH.ask, elem_id="onr-ask", variant="primary", scale=0, min_width=88)
            self.stop = gr.Button(ENGLISH.stop_asking, elem_id="onr-stop", visible=False, scale=0, min_width=88)
        self._settings()
        with gr.Row(elem_id="onr-examples"):
            self.examples = [gr.Button(each, elem_classes="onr-example", size="sm") for each in examples]
        with gr.Row(elem_id="onr-actions"):
            self.again = gr.Button(ENGLISH.again, elem_id="onr-again", size="sm", visible=False)
            self.edit = gr.Button(ENGLISH.edit, elem_id="onr-edit", size="sm", visible=False)
            self.clear = gr.Button(ENGLISH.clear, elem_id="onr-clear", size="sm", visible=False)

    def _settings(self) -> None:
        with (
            gr.Accordion(ENGLISH.narrow, open=False, elem_id="onr-settings") as self.narrow,
            gr.Row(elem_id="onr-settings-row"),
        ):
            self.speaker = gr.Textbox(label=ENGLISH.only_speaker, elem_id="onr-speaker", lines=1, max_lines=1)
            self.since = gr.Textbox(label=ENGLISH.since, elem_id="onr-since", lines=1, max_lines=1)
            self.until = gr.Textbox(label=ENGLISH.until, elem_id="onr-until", lines=1, max_lines=1)
            self.own = gr.Checkbox(label=ENGLISH.own_words, elem_id="onr-own", container=False)
        self.settings = [self.speaker, self.since, self.until, self.own]


def _labels(parts: _Parts) -> dict[Any, Callable[[Words], Any]]:
    """What each component says, by the language."""
    return {
        parts.log: lambda words: gr.update(label=words.conversation, placeholder=render.welcome(words)),
        parts.sources: lambda words: sources((), words),
        parts.box: lambda words: gr.update(label=words.ask_box, placeholder=words.ask_hint),
        parts.send: lambda words: gr.update(value=words.ask),
        parts.stop: lambda words: gr.update(value=words.stop_asking),
        parts.narrow: lambda words: gr.update(label=words.narrow),
        parts.speaker: lambda words: gr.update(label=words.only_speaker, placeholder=words.only_speaker_hint),
        parts.since: lambda words: gr.update(label=words.since, placeholder="2026-03-12"),
        parts.until: lambda words: gr.update(label=words.until, placeholder="2026-03-12"),
        parts.own: lambda words: gr.update(label=words.own_words),
        parts.again: lambda words: gr.update(value=words.again),
        parts.edit: lambda words: gr.update(value=words.edit),
        parts.clear: lambda words: gr.update(value=words.clear),
    }


class _Handlers:
    """What happens on the page.  State comes in and goes out; nothing of a reader is kept in here."""

    def __init__(self, answers: Answers, core: Core, parts: _Parts, about: str, late_days: int | None) -> None:
        self._answers = answers
        self._core = core
        self._parts = parts
        self._about = about
        self._late_days = late_days

    def opened(self, request: gr.Request) -> Update:
        """Speak the reader's language, and say how current the articles are."""
        words, parts = words_of(request), self._parts
        state, today = self._core.state(), datetime.now(UTC).date()
        header = render.header(state, words, about=self._about, today=today, late_days=self._late_days)
        return {
            parts.header: header,
            **{part: say(words) for part, say in parts.labels.items()},
        }

    async def linked(self, exchanges: Exchanges, request: gr.Request) -> AsyncGenerator[Update, None]:
        """Ask what the address asks, with its settings."""
        link = link_of(request.query_params)
        if link is None or exchanges:
            return
        own = link.get("words") == "own"
        settings = (link.get("speaker", ""), link.get("since", ""), link.get("until", ""))
        parts = self._parts
        yield dict(zip(parts.settings, (*settings, own), strict=True)) | {
            parts.narrow: gr.update(open=own or any(settings))
        }
        generation = link.get("generation")
        async with aclosing(self.asked(link["q"], *settings, own, exchanges, request, generation)) as updates:
            async for update in updates:
                yield update

    async def asked(
        self,
        text: str | None,
        speaker: str | None,
        since: str | None,
        until: str | None,
        own_words: bool,
        exchanges: Exchanges,
        request: gr.Request,
        generation: str | None = None,
    ) -> AsyncGenerator[Update, None]:
        """Answer ``text``, or say why it cannot be asked and leave it in the box."""
        words, box, notice = words_of(request), self._parts.box, self._parts.notice
        question = tidy(text or "")
        try:
            filters = filters_of(speaker, since, until, words)
            check_question(question, words)
        except ValueError as objection:
            yield {box: text, notice: render.notice(str(objection))}
            return
        yield {box: "", notice: ""}
        asked = Asked(question, filters, own_words, generation)
        async with aclosing(self._answering(asked, exchanges, request)) as updates:
            async for update in updates:
                yield update

    async def example(self, text: str, exchanges: Exchanges, request: gr.Request) -> AsyncGenerator[Update, None]:
        """Ask an example, of all articles."""
        async with aclosing(self.asked(text, None, None, None, False, exchanges, request)) as updates:
            async for update in updates:
                yield update

    async def asked_again(self, exchanges: Exchanges, request: gr.Request) -> AsyncGenerator[Update, None]:
        """Answer the last question once more, in place of its last answer."""
        if not exchanges:
            return
        *past, last = exchanges
        async with aclosing(self._answering(last.asked, tuple(past), request)) as updates:
            async for update in updates:
                yield update

    def edited(self, exchanges: Exchanges, request: gr.Request) -> Update:
        """Put the last question back into the box, and its settings beside it."""
        if not exchanges:
            return {}
        *past, last = exchanges
        filters = last.asked.filters
        days = (day.isoformat() if day else "" for day in (filters.since, filters.until))
        settings = (filters.speaker or "", *days, last.asked.own_words)
        parts = self._parts
        return (
            self._shown(tuple(past), words_of(request))
            | self._buttons(past)
            | {parts.box: last.asked.question}
            | dict(zip(parts.settings, settings, strict=True))
        )

    def settled(self, exchanges: Exchanges, request: gr.Request) -> Update:
        """Give the form back once an answer has ended or was stopped, and close what it left open."""
        words = words_of(request)
        if exchanges and exchanges[-1].running:
            exchanges = (*exchanges[:-1], replace(exchanges[-1], ended=words.stopped))
            return self._shown(exchanges, words) | self._buttons(exchanges)
        return self._buttons(exchanges)

    def cleared(self, request: gr.Request) -> Update:
        """Begin an empty conversation."""
        return self._shown((), words_of(request)) | self._buttons(())

    async def _answering(self, asked: Asked, exchanges: Exchanges, request: gr.Request) -> AsyncGenerator[Update, None]:
        words = words_of(request)
        number = exchanges[-1].number + 1 if exchanges else 1
        past, current = exchanges[-KEPT + 1 :], Exchange(number, asked)
        yield self._shown((*past, current), words) | self._buttons((*past, current))
        question = Question(asked.question, filters=asked.filters, history=history_of(past))
        events = self._answers.stream(question, phrased=not asked.own_words, session=request.session_hash)
        try:
            async with aclosing(events):
                async for event in events:
                    current = current.after(event)
                    if isinstance(event, Answer) and event.refused:
                        current = await asyncio.to_thread(self._helped, current, words)
                    yield self._shown((*past, current), words)
        except OnRecordError as error:
            current = replace(current, ended=words.told(error))
        except Exception:
            # The edge: a reader gets a sentence, the operator the traceback.
            _LOG.exception("an answer failed")
            current = replace(current, ended=words.broken)
        if current.running:
            current = replace(current, ended=words.ended_early)
        if current.ended:
            yield self._shown((*past, current), words)

    def _helped(self, exchange: Exchange, words: Words) -> Exchange:
        """Add to a refusal what was searched, and what people said nearest to it."""
        quoted: Sequence[Quote] = ()
        with contextlib.suppress(OnRecordError):  # it is help, not the answer
            quoted = self._core.quotes_about(exchange.meant, most=QUOTED_NEAR, filters=exchange.asked.filters)
        searched_in = render.holdings(self._core.state(), words, self._about)
        return replace(exchange, quoted=tuple(quoted), searched_in=searched_in)

    def _shown(self, exchanges: Exchanges, words: Words) -> Update:
        parts = self._parts
        return {
            parts.exchanges: exchanges,
            parts.log: [message for each in exchanges for message in _messages(each, words)],
            parts.sources: sources(exchanges, words),
        }

    def _buttons(self, exchanges: Sequence[Exchange]) -> Update:
        running = bool(exchanges) and exchanges[-1].running
        settled = gr.update(visible=bool(exchanges) and not running)
        parts = self._parts
        return {
            parts.send: gr.update(visible=not running),
            parts.stop: gr.update(visible=running),
            **dict.fromkeys((parts.again, parts.edit, parts.clear), settled),
        }


def _wire(page: gr.Blocks, parts: _Parts, handlers: _Handlers) -> None:
    shown = {parts.exchanges, parts.log, parts.sources, parts.send, parts.stop, parts.again, parts.edit, parts.clear}
    form = shown | {parts.box, parts.notice}
    filled = form | {*parts.settings, parts.narrow}
    answers: dict[str, Any] = {
        "concurrency_id": "answers",
        "concurrency_limit": MOST_AT_ONCE,
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    quick: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    box, kept = parts.box, parts.exchanges
    page.load(handlers.opened, None, {parts.header, *parts.labels}, **quick)
    running = [gr.on([box.submit, parts.send.click], handlers.asked, [box, *parts.settings, kept], form, **answers)]
    running.append(parts.linked.click(handlers.linked, [kept], filled, **answers))
    running += [each.click(handlers.example, [each, kept], form, **answers) for each in parts.examples]
    running.append(parts.again.click(handlers.asked_again, [kept], shown, **answers))
    # When an event ends, Gradio sends its last outputs once more: a click between the two would be overwritten.  So
    # the buttons come back in an event of their own, which also follows one that was stopped.
    for event in running:
        event.then(handlers.settled, [kept], shown, **quick)
    parts.stop.click(None, cancels=running, **quick)
    parts.edit.click(handlers.edited, [kept], filled, **quick)
    parts.clear.click(handlers.cleared, None, shown, **quick)


def _is_call(body: bytes, page: gr.Blocks, *, queued: bool) -> bool:
    call = _object(body)
    number, data, session = call.get("fn_index"), call.get("data"), call.get("session_hash")
    handler = page.fns.get(number) if isinstance(number, int) and not isinstance(number, bool) else None
    if handler is None or bool(handler.queue) is not queued or handler.fn is None:
        return False
    if not isinstance(session, str) or not _SESSION.fullmatch(session):
        return False
    if not isinstance(data, list) or len(data) != len(handler.inputs):
        return False
    # A state lives on the server; what the page sends in its place is nothing.
    kinds = [_KINDS.get(type(part), str | None) for part in handler.inputs]
    return all(isinstance(value, kind) for value, kind in zip(data, kinds, strict=True))


def _is_end(body: bytes) -> bool:
    call = _object(body)
    known = {"session_hash": str | None, "event_id": str | None, "fn_index": int | None}
    return bool(call) and all(name in known and isinstance(value, known[name]) for name, value in call.items())


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _messages(exchange: Exchange, words: Words) -> list[dict[str, object]]:
    return [
        {"role": "user", "content": render.question(exchange, words)},
        {"role": "assistant", "content": render.answer_parts(exchange, words)},
    ]


def _markup(value: str, elem_id: str) -> gr.Markdown:
    # Not gr.HTML: it compiles its template in the browser, which our Content-Security-Policy forbids.
    return gr.Markdown(value, elem_id=elem_id, latex_delimiters=[], sanitize_html=True, buttons=[])
