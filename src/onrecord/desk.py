"""What staff may do in a browser, as plain callables: made of the runtime and of the files beside the index."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from onrecord.errors import BusyError, IndexUnusableError, QuestionError
from onrecord.runtime import Runtime
from onrecord.storage.decisions import read_decisions, read_statuses
from onrecord.storage.feedback import add_feedback
from onrecord.storage.generations import open_generation
from onrecord.storage.ingestlog import read_ingests
from onrecord.storage.questions import Questions
from onrecord.types import Answer, AnswerEvent, KeptQuestion, Question, SpeakerDecision, Status
from onrecord.web.core import Core, Desk, Published, Verification
from onrecord.web.stream import Ask

__all__ = ["keep_purging", "questions_of", "with_desk"]

PURGE_SECONDS = 3600
_log = logging.getLogger(__name__)


def with_desk(core: Core, runtime: Runtime, questions: Questions) -> Core:
    """The product with the pages for staff, and with readers' questions kept as the settings say."""
    settings = runtime.settings
    decisions, verifying = _Decisions(runtime), _Verifying(runtime)
    desk = Desk(
        check=partial(runtime.check, nearest=True),
        check_draft=runtime.check_draft,
        decisions=partial(read_decisions, settings.index),
        decide=decisions.decide,
        undo=decisions.undo,
        statuses=partial(read_statuses, settings.index),
        set_status=decisions.set_status,
        questions=questions.all,
        keep_days=questions.days,
        ingests=partial(read_ingests, settings.index),
        published=partial(_published, runtime),
        verification=verifying.state,
        verify=verifying.begin,
    )
    feedback = partial(_take_feedback, questions, partial(add_feedback, settings.feedback))
    return replace(core, ask=_noting_refusals(core.ask, questions), feedback=feedback, desk=desk)


def questions_of(runtime: Runtime) -> Questions:
    """The questions that are kept for review, those that are too old taken away."""
    questions = Questions(runtime.settings.questions, days=runtime.settings.keep_questions_days)
    questions.purge()
    return questions


def keep_purging(questions: Questions) -> None:
    """Take old questions away every hour, also while nobody asks or looks."""

    def run() -> None:
        while True:
            time.sleep(PURGE_SECONDS)
            questions.purge()

    threading.Thread(target=run, name="purge", daemon=True).start()


def _noting_refusals(ask: Ask, questions: Questions) -> Ask:
    def asked(
        question: Question, *, phrased: bool = True, wanted: Callable[[], bool] = lambda: True
    ) -> Iterator[AnswerEvent]:
        with closing(ask(question, phrased=phrased, wanted=wanted)) as events:  # type: ignore[type-var]
            for event in events:
                if isinstance(event, Answer) and event.refused:
                    questions.keep(KeptQuestion(_now(), "refused", question.text, event.generation))
                yield event

    return asked if questions.days else ask


def _take_feedback(questions: Questions, add: Callable[[Mapping[str, Any]], None], given: Mapping[str, Any]) -> None:
    """Keep feedback without the question, which goes where it is purged in time."""
    add({name: value for name, value in given.items() if name != "question"})
    if given.get("rating") == "unhelpful" and given.get("question"):
        reasons, note = tuple(given.get("reasons", ())), given.get("note")
        questions.keep(KeptQuestion(_now(), "disliked", given["question"], given.get("generation"), reasons, note))


class _Decisions:
    """An editor's decisions, one at a time: two that come together must not lose one another."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._lock = threading.Lock()

    def decide(self, decision: SpeakerDecision) -> None:
        with self._writing():
            self._runtime.decide(decision)

    def undo(self, decision: SpeakerDecision) -> None:
        with self._writing():
            last = read_decisions(self._runtime.settings.index)[-1:]
            if last != (decision,):
                raise QuestionError("another decision was made in the meantime", hint="look at the list again")
            self._runtime.undo_decision()

    def set_status(self, article_id: str, status: Status) -> None:
        with self._writing():
            if status.state == "withdrawn":
                self._runtime.withdraw(article_id, note=status.note)
            elif status.state == "corrected":
                self._runtime.correct(article_id, note=status.note or "")
            else:
                self._runtime.restore(article_id)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with self._lock:
                yield
        except OSError as error:
            reason = error.strerror or "a fault of the disk"
            raise BusyError(f"the decision could not be kept ({reason})", hint="tell an operator") from None


class _Verifying:
    """The check of every published file, in the background."""

    def __init__(self, runtime: Runtime) -> None:
        self._root = runtime.settings.index
        self._lock = threading.Lock()
        self._state = Verification("never")

    def state(self) -> Verification:
        return self._state

    def begin(self) -> None:
        with self._lock:
            if self._state.state == "running":
                return
            self._state = Verification("running", _now())
        threading.Thread(target=self._run, name="verify", daemon=True).start()

    def _run(self) -> None:
        try:
            _, manifest = open_generation(self._root)
            self._state = Verification("whole", _now(), f"{manifest.generation}, {len(manifest.files)} files")
        except IndexUnusableError as error:
            self._state = Verification("damaged", _now(), str(error))
        except Exception:
            # The edge of a thread: without this, it would run for ever on the page.
            _log.exception("verifying failed")
            self._state = Verification("damaged", _now(), "the files could not be checked; see the server's log")


def _published(runtime: Runtime) -> Published:
    manifest = runtime.manifest()
    size = sum(size for size, _ in manifest.files.values())
    return Published(
        manifest.generation,
        manifest.created,
        manifest.embedder,
        manifest.counts,
        len(manifest.files),
        size,
        runtime.days(),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
