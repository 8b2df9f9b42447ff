"""The web application: the chat at ``/``, the API beside it, signing in, and one gate in front of all of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette

from onrecord.web.access import unclassified
from onrecord.web.api import build_api
from onrecord.web.chat import build_chat, mount_chat, what_the_page_sends
from onrecord.web.core import Core, Exposure
from onrecord.web.desk import desk_files, desk_routes
from onrecord.web.embed import embed_routes
from onrecord.web.gate import Gate, budgets
from onrecord.web.metrics import Metrics
from onrecord.web.readers import reader_routes
from onrecord.web.sessions import Sessions
from onrecord.web.signin import sign_in_routes
from onrecord.web.stream import Answers

__all__ = ["build_app", "check_routes"]

MOST_CONVERSATIONS = 300
"""Conversations of the chat that are remembered: each takes 40 KB, and .3 MB for each of its last answers.  Of one that
was forgotten, the next question is taken as the first."""


def build_app(core: Core, *, examples: Sequence[str], about: str = "", exposure: Exposure | None = None) -> Starlette:
    """Build the application over ``core``; ``about`` names the articles in place of what is counted of them.

    ``app.state.answers`` ends the answers under way when the server stops.
    """
    exposure = exposure or Exposure()
    answers, metrics, spending = Answers(core.ask), Metrics(), budgets(exposure)
    sessions = Sessions(core.account, redis=exposure.redis)

    @asynccontextmanager
    async def lifespan(_app: object) -> AsyncIterator[None]:
        yield
        await spending.close()
        await sessions.close()

    app = build_api(core, answers, metrics, lifespan=lifespan, log_questions=exposure.log_questions)
    app.router.routes.extend(sign_in_routes(core.verify, sessions, spending, metrics))
    app.router.routes.extend(embed_routes(core, exposure.origins, examples))
    app.router.routes.extend(reader_routes(core))
    page = build_chat(answers, core, examples=examples, about=about, late_days=exposure.late_days)
    page.state_session_capacity = MOST_CONVERSATIONS
    app.router.routes.extend([*desk_files(), *desk_routes(core)])
    mount_chat(app, page)
    app.add_middleware(
        Gate,
        exposure=exposure,
        budgets=spending,
        sessions=sessions,
        metrics=metrics,
        bodies=what_the_page_sends(page),
        left=answers.leave,
        closing=answers.closing,
    )
    metrics.watch("answers_running", "Answers that are being made.", lambda: answers.running)
    metrics.watch("model_waiting", "Answers that have or want the model's turn.", lambda: core.state().waiting)
    app.state.answers = answers
    app.state.metrics = metrics
    check_routes(app)
    return app


def check_routes(app: Any) -> None:
    """Refuse an application that serves anything that no rule is about."""
    if missing := sorted(unclassified(app.routes)):
        raise RuntimeError(f"no rule in web/access.py is about {', '.join(missing)}; declare who may use it")
