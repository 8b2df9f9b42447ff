"""Errors as HTTP tells them: one shape everywhere, with the next step and the id to report."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from onrecord.errors import (
    BusyError,
    ClosingError,
    IndexUnusableError,
    InputError,
    ModelError,
    OnRecordError,
    QuestionError,
)

__all__ = ["Fault", "fault_of", "fault_response"]


class Fault(Exception):  # noqa: N818 - most of them are the peer's
    """What a request is answered with instead of what it asked for; ``closes`` ends the connection, too."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        hint: str,
        headers: Mapping[str, str] | None = None,
        closes: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint
        self.closes = closes
        self.headers = dict(headers or {}) | ({"connection": "close"} if closes else {})

    def as_dict(self, request_id: str) -> dict[str, Any]:
        """The error as JSON."""
        found = {"code": self.code, "message": self.message, "hint": self.hint, "request_id": request_id}
        return {"error": found}


def fault_of(error: OnRecordError) -> Fault:
    """How an error of the core is told; what only an operator can mend is not told in detail."""
    if isinstance(error, QuestionError):
        return Fault(422, error.code, error.message, hint=error.hint)
    if isinstance(error, InputError):
        return Fault(422, error.code, "this cannot be used", hint="send what the API describes")
    if isinstance(error, BusyError | ClosingError):
        return Fault(503, error.code, error.message, hint=error.hint, headers={"retry-after": "2"})
    if isinstance(error, IndexUnusableError | ModelError):
        again = {"retry-after": "30"}
        return Fault(503, error.code, "no answers can be given at the moment", hint="ask again later", headers=again)
    return Fault(500, "internal", "something went wrong on our side", hint="report it with the request id")


def fault_response(fault: Fault, request_id: str, *, detail: str | None = None) -> Response:
    """The response that tells a fault; ``detail`` says it in the reader's language."""
    content = fault.as_dict(request_id)
    # Gradio's page shows a reader what it finds under this name.
    content["detail"] = detail or f"{fault.message}; {fault.hint}"
    body = json.dumps(content).encode("ascii")
    return Response(body, fault.status, fault.headers, media_type="application/json")
