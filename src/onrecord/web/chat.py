"""The chat page: a question on the left, its sources on the right.  Gradio is named here only."""

from __future__ import annotations

import json
import logging
import re
import unicodedata
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from importlib.resources import files
from typing import Any

import gradio as gr

from onrecord.errors import OnRecordError
from onrecord.types import Question, Turn
from onrecord.web import render
from onrecord.web.render import Exchange
from onrecord.web.stream import MOST_AT_ONCE, Answers

__all__ = ["MAX_QUESTION", "build_chat", "mount_chat", "what_the_page_sends"]

Exchanges = tuple[Exchange, ...]
Update = dict[Any, Any]

MAX_QUESTION = 500
"""Characters of a question."""
KEPT = 20
"""Exchanges of a conversation that stay on the page and in the history."""
WAITING = 64
"""Questions of the page that may wait in Gradio's queue."""

_SYSTEM = ("ui-sans-serif", "system-ui", "sans-serif")
_SESSION = re.compile(r"\w{1,64}")
_LOG = logging.getLogger(__name__)


def build_chat(answers: Answers, *, examples: Sequence[str], about: str) -> gr.Blocks:
    """Lay out the chat over ``answers``; ``about`` is a sentence that names the articles."""
    with gr.Blocks(title="On Record", analytics_enabled=False, fill_width=True) as page:
        parts = _Parts(examples, about)
        handlers = _Handlers(answers, about, parts)
        _wire(parts, handlers)
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
    assets = files("onrecord.web")
    script = assets.joinpath("chat.js").read_text(encoding="utf-8")
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        theme=gr.themes.Base(font=_SYSTEM, font_mono=("ui-monospace", "monospace")),
        css=assets.joinpath("chat.css").read_text(encoding="utf-8"),
        head=f"<script>{script}</script>",
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        show_error=False,
        ssr_mode=False,
        max_file_size=1,
    )


class _Parts:
    """The components of the page, laid out where this is built."""

    def __init__(self, examples: Sequence[str], about: str) -> None:
        self.exchanges = gr.State((), time_to_live=3600)
        _markup(render.header(about), "onr-header")
        with gr.Row(elem_id="onr-columns"):
            with gr.Column(elem_id="onr-left", scale=3, min_width=300):
                self.log = gr.Chatbot(
                    show_label=False,
                    label="Conversation",
                    elem_id="onr-chat",
                    layout="panel",
                    height=None,
                    render_markdown=False,
                    sanitize_html=True,
                    allow_tags=False,
                    latex_delimiters=[],
                    buttons=[],
                    feedback_options=None,
                    placeholder=_PLACEHOLDER,
                )
                self._form(examples)
            with gr.Column(elem_id="onr-right", scale=2, min_width=300):
                self.sources = _markup(render.sources(()), "onr-panel")

    def _form(self, examples: Sequence[str]) -> None:
        self.notice = _markup("", "onr-form-notice")
        with gr.Row(elem_id="onr-form"):
            self.box = gr.Textbox(
                label="Your question",
                placeholder="Ask what the articles say",
                lines=1,
                max_lines=5,
                elem_id="onr-box",
                container=False,
                scale=1,
                autofocus=False,
            )
            self.send = gr.Button("Ask", elem_id="onr-ask", variant="primary", scale=0, min_width=88)
            self.stop = gr.Button("Stop", elem_id="onr-stop", visible=False, scale=0, min_width=88)
        with gr.Row(elem_id="onr-examples"):
            self.examples = [gr.Button(each, elem_classes="onr-example", size="sm") for each in examples]
        with gr.Row(elem_id="onr-tools"):
            self.again = gr.Button("Ask again", elem_id="onr-again", size="sm", visible=False)
            self.clear = gr.Button("New conversation", elem_id="onr-clear", size="sm", visible=False)


class _Handlers:
    """What happens on the page.  State comes in and goes out; nothing of a reader is kept in here."""

    def __init__(self, answers: Answers, about: str, parts: _Parts) -> None:
        self._answers = answers
        self._about = about
        self._parts = parts

    async def asked(self, text: str | None, exchanges: Exchanges, request: gr.Request) -> AsyncGenerator[Update, None]:
        """Answer ``text``, or say why it cannot be asked and leave it in the box."""
        question = _tidy(text or "")
        if objection := _objection(question):
            yield {self._parts.notice: render.notice(objection)}
            return
        yield {self._parts.box: "", self._parts.notice: ""}
        async with aclosing(self._answering(question, exchanges, request.session_hash)) as updates:
            async for update in updates:
                yield update

    async def asked_again(self, exchanges: Exchanges, request: gr.Request) -> AsyncGenerator[Update, None]:
        """Answer the last question once more, in place of its last answer."""
        if not exchanges:
            return
        *past, last = exchanges
        async with aclosing(self._answering(last.question, tuple(past), request.session_hash)) as updates:
            async for update in updates:
                yield update

    def stopped(self, exchanges: Exchanges) -> Update:
        """Settle what the closed generator left open."""
        if exchanges and exchanges[-1].running:
            ended = "Stopped. Only what had been checked until then is shown."
            exchanges = (*exchanges[:-1], replace(exchanges[-1], ended=ended))
        return self._shown(exchanges)

    def cleared(self) -> Update:
        """Begin an empty conversation."""
        return self._shown(())

    async def _answering(self, text: str, exchanges: Exchanges, session: str | None) -> AsyncGenerator[Update, None]:
        number = exchanges[-1].number + 1 if exchanges else 1
        past, current = exchanges[-KEPT + 1 :], Exchange(number, text)
        yield self._shown((*past, current))
        question = Question(text, history=_history(past))
        try:
            async with aclosing(self._answers.stream(question, session=session)) as events:
                async for event in events:
                    current = current.after(event)
                    yield self._shown((*past, current))
        except OnRecordError as error:
            current = replace(current, ended=_sentence(error))
        except Exception:
            # The edge: a reader gets a sentence, the operator the traceback.
            _LOG.exception("an answer failed")
            current = replace(current, ended="Something went wrong on our side. Please ask again.")
        if current.running:
            current = replace(current, ended="The answer ended early. Please ask again.")
        yield self._shown((*past, current))

    def _shown(self, exchanges: Exchanges) -> Update:
        running = bool(exchanges) and exchanges[-1].running
        parts = self._parts
        return {
            parts.exchanges: exchanges,
            parts.log: [message for each in exchanges for message in _messages(each, self._about)],
            parts.sources: render.sources(exchanges),
            parts.send: gr.update(visible=not running),
            parts.stop: gr.update(visible=running),
            parts.again: gr.update(visible=bool(exchanges) and not running),
            parts.clear: gr.update(visible=bool(exchanges) and not running),
        }


def _wire(parts: _Parts, handlers: _Handlers) -> None:
    shown = {parts.exchanges, parts.log, parts.sources, parts.send, parts.stop, parts.again, parts.clear}
    form = shown | {parts.box, parts.notice}
    answers: dict[str, Any] = {
        "concurrency_id": "answers",
        "concurrency_limit": MOST_AT_ONCE,
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    quick: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    box, kept = parts.box, parts.exchanges
    running = [gr.on([box.submit, parts.send.click], handlers.asked, [box, kept], form, **answers)]
    running += [each.click(handlers.asked, [each, kept], form, **answers) for each in parts.examples]
    running.append(parts.again.click(handlers.asked_again, [kept], shown, **answers))
    stop = parts.stop.click(None, cancels=running, **quick)
    stop.then(handlers.stopped, [kept], shown, **quick)
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
    kinds = [type(None) if isinstance(part, gr.State) else str | None for part in handler.inputs]
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


def _messages(exchange: Exchange, about: str) -> list[dict[str, object]]:
    return [
        {"role": "user", "content": render.question(exchange)},
        {"role": "assistant", "content": render.answer_parts(exchange, about=about)},
    ]


def _markup(value: str, elem_id: str) -> gr.Markdown:
    # Not gr.HTML: it compiles its template in the browser, which our Content-Security-Policy forbids.
    return gr.Markdown(value, elem_id=elem_id, latex_delimiters=[], sanitize_html=True, buttons=[])


def _tidy(text: str) -> str:
    """Drop control characters and lone surrogates, and join spaces."""
    kept = "".join(" " if unicodedata.category(each) in {"Cc", "Cs"} else each for each in text)
    return " ".join(kept.split())


def _objection(question: str) -> str | None:
    if not question:
        return "Type a question first."
    if len(question) > MAX_QUESTION:
        return f"Your question has {len(question)} characters; at most {MAX_QUESTION} can be read. Please shorten it."
    return None


def _history(exchanges: Exchanges) -> tuple[Turn, ...]:
    return tuple(Turn(each.question, render.plain_text(each.answer)) for each in exchanges if each.answer)


def _sentence(error: OnRecordError) -> str:
    said = str(error)
    return said[:1].upper() + said[1:] + ("" if said.endswith((".", "?", "!")) else ".")


_PLACEHOLDER = (
    "<div class='onr-empty'><p>Ask what the articles say, and who said it.</p>"
    "<p>Every statement comes with the passage it rests on.</p></div>"
)
