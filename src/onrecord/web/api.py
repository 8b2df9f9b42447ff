"""The HTTP API under ``/api/v1``; FastAPI is named only here.

What may come in at all is decided before (``gate.py``); what the core does is called as it was given (``core.py``).
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from itertools import islice
from typing import Annotated, Any

import structlog
from fastapi import FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from onrecord.errors import OnRecordError
from onrecord.jsonable import answer_json, article_json, check_json, event_json, hits_json, passage_json, quote_json
from onrecord.types import Answer, AnswerEvent, Article, Filters, Passage, Question, QuoteClaim, Turn
from onrecord.web import schemas
from onrecord.web.core import Core
from onrecord.web.events import Event, EventStream, last_of
from onrecord.web.examples import EXAMPLES
from onrecord.web.faults import Fault, fault_of
from onrecord.web.metrics import Metrics
from onrecord.web.stream import Answers

__all__ = ["build_api"]

ArticleId = Annotated[str, Path(min_length=1, max_length=500, examples=["chengdu-chongqing-cooperation.md"])]
SpeakerName = Annotated[str, Path(min_length=1, max_length=200, examples=["Pu Yongjian"])]
_log = structlog.get_logger()


def build_api(
    core: Core, answers: Answers, metrics: Metrics, *, lifespan: Callable[..., Any], log_questions: bool
) -> FastAPI:
    """Build an application with the API's routes and the health and metrics of the server."""
    app = FastAPI(
        title="On Record",
        version="1",
        description="Questions over a newsroom's articles: every answer cited, every quotation verbatim.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.add_exception_handler(OnRecordError, _on_error)
    app.add_exception_handler(Fault, _on_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    api = _Api(core, answers, metrics, log_questions=log_questions)
    for method, path, endpoint, shape in api.routes():
        app.add_api_route(
            path,
            endpoint,
            methods=[method],
            response_model=shape,
            operation_id=endpoint.__name__,
            responses=_responses(endpoint.__name__),
        )
    server = _Server(core, metrics)
    for path, endpoint in (("/livez", server.livez), ("/readyz", server.readyz), ("/metrics", server.metrics)):
        methods = ["GET"] if path == "/metrics" else ["GET", "HEAD"]
        app.add_api_route(path, endpoint, methods=methods, include_in_schema=False)
    return app


class _Api:
    """One method for each path.  Those that are not ``async`` run in threads, beside the answers."""

    def __init__(self, core: Core, answers: Answers, metrics: Metrics, *, log_questions: bool) -> None:
        self._core = core
        self._answers = answers
        self._metrics = metrics
        self._log_questions = log_questions

    def routes(self) -> list[tuple[str, str, Callable[..., Any], type]]:
        """Method, path, endpoint and the shape of what it gives."""
        v1 = "/api/v1"
        return [
            ("POST", f"{v1}/ask", self.ask, schemas.AnswerOut),
            ("POST", f"{v1}/check", self.check, schemas.CheckOut),
            ("GET", f"{v1}/search", self.search, schemas.HitsOut),
            ("GET", f"{v1}/articles/{{article_id:path}}/passage", self.passage, schemas.PassageOut),
            ("GET", f"{v1}/articles/{{article_id:path}}", self.article, schemas.ArticleOut),
            ("GET", f"{v1}/speakers", self.speakers, schemas.SpeakersOut),
            ("GET", f"{v1}/speakers/{{name:path}}/quotes", self.speaker_quotes, schemas.QuotesOut),
            ("POST", f"{v1}/feedback", self.feedback, schemas.Feedbacked),
            ("GET", f"{v1}/status", self.status, schemas.StatusOut),
        ]

    async def ask(self, request: Request, asked: schemas.AskIn) -> Response:
        """Answer a question with cited passages: as JSON, or as events for `Accept: text/event-stream`."""
        question = Question(
            text=asked.question,
            filters=Filters(asked.speaker, asked.since, asked.until, tuple(asked.article)),
            today=asked.today,
            history=tuple(Turn(turn.question, turn.answer) for turn in asked.history),
        )
        if self._log_questions:
            _log.info("question", text=question.text)
        events = self._counted(question, phrased=not asked.no_model)
        if "text/event-stream" in request.headers.get("accept", ""):
            return EventStream(_as_json(events, request.state.visit.id))
        last = await last_of(events, request.receive)
        assert isinstance(last, Answer)  # noqa: S101 - the core's promise
        return _json(answer_json(last))

    def check(self, claim: schemas.CheckIn) -> Response:
        """Compare a quotation with what was printed; rules decide, no model takes part."""
        return _json(check_json(self._core.check(QuoteClaim(claim.quote, claim.speaker))))

    def search(self, asked: Annotated[schemas.SearchQuery, Query()]) -> Response:
        """Find the passages nearest to a query."""
        filters = Filters(asked.speaker, asked.since, asked.until, tuple(asked.article))
        return _json(
            hits_json(asked.query, self._core.search(asked.query, k=asked.k, filters=filters, today=asked.today))
        )

    def article(self, article_id: ArticleId) -> Response:
        """Give an article: the text that every offset counts in, its blocks, and who is quoted in it."""
        article = self._printed(article_id)
        quotes = [quote_json(quote) for quote in self._core.quotes(article=article_id)]
        return _json({**article_json(article), "quotes": quotes})

    def passage(self, article_id: ArticleId, place: Annotated[schemas.PlaceQuery, Query()]) -> Response:
        """Give a slice of an article with what stands around it."""
        article = self._printed(article_id)
        if not place.start < place.end <= len(article.text):
            hint = f"the text has {len(article.text):,} code points, and start comes before end"
            raise Fault(404, "no_passage", "the article has no such passage", hint=hint)
        return _json(passage_json(Passage(article, place.start, place.end)))

    def speakers(self, page: Annotated[schemas.PageQuery, Query()]) -> Response:
        """List who is quoted and how often."""
        everybody = self._core.speakers()
        shown = everybody[page.offset : page.offset + page.limit]
        fields = ("name", "direct", "reported", "articles")
        listed = [{name: getattr(one, name) for name in fields} | {"aliases": list(one.aliases)} for one in shown]
        return _json({"total": len(everybody), "speakers": listed})

    def speaker_quotes(self, name: SpeakerName, page: Annotated[schemas.QuotesQuery, Query()]) -> Response:
        """List what somebody said, word for word or reported."""
        found = self._core.quotes(speaker=name, since=page.since, until=page.until)
        quotes = [quote_json(quote) for quote in islice(found, page.offset, page.offset + page.limit)]
        return _json({"speaker": name, "quotes": quotes})

    def feedback(self, given: schemas.FeedbackIn) -> Response:
        """Take what a reader thinks of an answer."""
        self._core.feedback(given.model_dump(exclude_none=True))
        return _json({"kept": True})

    def status(self) -> Response:
        """Tell what is served at this moment."""
        state = self._core.state()
        shown = {"articles": state.articles, "newest": state.newest}
        return _json(shown | {"generation": state.generation, "model": state.model})

    def _printed(self, article_id: str) -> Article:
        article = self._core.article(article_id)
        if article is None:
            raise Fault(404, "no_article", "no article has this id", hint="/api/v1/search gives ids")
        if article.status.state == "withdrawn":
            raise Fault(410, "withdrawn", "the article was withdrawn", hint="do not quote it")
        return article

    async def _counted(self, question: Question, *, phrased: bool) -> AsyncGenerator[AnswerEvent, None]:
        """Give the events of an answer and count how it ended."""
        end = "left"
        try:
            async with aclosing(self._answers.stream(question, phrased=phrased)) as events:
                async for event in events:
                    if isinstance(event, Answer):
                        end = "refused" if event.refused else event.mode
                    yield event
        except OnRecordError as error:
            end = error.code
            raise
        except Exception:
            end = "failed"
            raise
        finally:
            self._metrics.answered(end)


class _Server:
    """What operators and their machines ask."""

    def __init__(self, core: Core, metrics: Metrics) -> None:
        self._core = core
        self._metrics = metrics

    async def livez(self) -> Response:
        """Whether the process answers at all."""
        return _json({"status": "ok"})

    def readyz(self) -> Response:
        """Whether questions can be answered."""
        try:
            return _json({"ready": True, "model": self._core.state().model})
        except OnRecordError as error:
            _log.warning("not_ready", code=error.code)
            return _json({"ready": False}, status=503)

    def metrics(self) -> Response:
        """Give the figures of the server in Prometheus' text format."""
        return Response(self._metrics.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _json(value: Any, status: int = 200) -> Response:
    # ASCII, so that no text of an article or a reader can make a response that is not UTF-8.
    return Response(json.dumps(value), status, media_type="application/json")


async def _as_json(events: AsyncGenerator[AnswerEvent, None], request_id: str) -> AsyncGenerator[Event, None]:
    """Give the events of an answer as JSON; the last one is the answer or an error, whatever happens."""
    try:
        async with aclosing(events):
            async for event in events:
                yield event_json(event)
    except OnRecordError as error:
        yield {"event": "error", **fault_of(error).as_dict(request_id)}
    except Exception:
        _log.exception("answer_failed")
        yield {"event": "error", **fault_of(OnRecordError("", hint="")).as_dict(request_id)}


async def _on_error(request: Request, error: Exception) -> Response:
    if isinstance(error, OnRecordError):
        _log.warning("core_error", code=error.code)
    fault = error if isinstance(error, Fault) else fault_of(error)  # type: ignore[arg-type]
    return _told(request, fault)


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - FastAPI's signature is wider than its calls
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])[:100]
    return _told(
        request, Fault(422, "bad_request", f"{where}: {first['msg'][:300]}", hint="send what the API describes")
    )


async def _on_http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return _told(request, Fault(status, "bad_request", "this cannot be read", hint="send what the API describes"))


def _told(request: Request, fault: Fault) -> Response:
    told: Response = request.state.visit.told(fault)
    return told


def _responses(name: str) -> dict[int | str, dict[str, Any]]:
    error = {"model": schemas.ErrorOut}
    content: dict[str, Any] = {"application/json": {"example": EXAMPLES[name]}}
    if name == "ask":
        content["text/event-stream"] = {"schema": {"type": "string"}, "example": EXAMPLES["ask events"]}
    return {
        200: {"content": content},
        422: error | {"description": "It is not what is described here."},
        429: error | {"description": "Too many requests; Retry-After says how many seconds to wait."},
        "4XX": error | {"description": "It cannot be done."},
        "5XX": error | {"description": "Not at the moment."},
    }
