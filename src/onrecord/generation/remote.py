"""A language model behind an OpenAI-compatible endpoint: vLLM, llama.cpp's server, a service.  httpx is named here.

What the model is told goes over the network to whoever runs the endpoint.  Its tokens are made over there, so that no
template of ours keeps an article's text from becoming a control token; what looks like one is pulled apart instead.
"""

from __future__ import annotations

import contextlib
import json
import queue
import re
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from urllib.parse import urldefrag, urlsplit

import httpx

from onrecord.errors import ModelBusyError, ModelCrashedError, ModelError
from onrecord.generation.breaker import Breaker
from onrecord.generation.llm import ModelStatus
from onrecord.generation.templates import until_stop
from onrecord.types import Message

__all__ = ["RemoteModel", "is_endpoint"]

TICK_SECONDS = 0.25
RETRIES = 2
_LARGEST_BYTES = 2**20
_BYTES_A_TOKEN = 3
_MARKER = re.compile(r"<(?=[|/\w｜▁])|\[(?=/?[A-Z_]{2,}\])")
_KEY_HINT = "set ONRECORD_MODEL_KEY in the environment"
_ADDRESS_HINT = "check ONRECORD_MODEL: http(s)://HOST/v1, with #NAME for one of several models"


def is_endpoint(setting: str) -> bool:
    """Whether the setting of the model is the address of an endpoint."""
    return setting.lower().startswith(("http://", "https://"))


class RemoteModel:
    """Asks ``address``, the one in front of ``/chat/completions``; ``#NAME`` at its end chooses a model of several.

    A connection that fails is tried again twice, a request that was sent never.  ModelCrashedError: the endpoint cannot
    be reached, says nothing for ``silence_seconds`` or takes more than ``answer_seconds``; after three of these within a
    minute it is left alone for ``cool_down_seconds``.  ModelBusyError: it says that it is.
    """

    def __init__(
        self,
        address: str,
        *,
        key: str | None = None,
        connect_seconds: float = 3,
        silence_seconds: float = 10,
        answer_seconds: float = 30,
        cool_down_seconds: float = 30,
    ) -> None:
        base, chosen = urldefrag(address)
        self._chosen = chosen
        self._host = urlsplit(base).netloc.rpartition("@")[2]
        self.name = chosen or self._host
        self._answer_seconds = answer_seconds
        self._breaker = Breaker(cool_down_seconds)
        self._closed = False
        self._client = httpx.Client(
            base_url=base,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=httpx.Timeout(silence_seconds, connect=connect_seconds),
            transport=httpx.HTTPTransport(retries=RETRIES),  # of connections alone
            trust_env=False,  # no key from a .netrc, no proxy that nobody chose here
        )

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        grammar: str | None = None,
    ) -> Iterator[str]:
        """See LanguageModel; a ``grammar`` is sent along as llama.cpp's server takes it."""
        if self._closed:
            raise ModelError("the language model is closed", hint="start the program again")
        with self._breaker.attempt():
            request = {
                "messages": [{"role": message.role, "content": _harmless(message.content)} for message in messages],
                "max_tokens": max_tokens,
                "temperature": 0,
                "stream": True,
            }
            request |= {"stop": list(stop)} if stop else {}
            request |= {"grammar": grammar} if grammar is not None else {}
            try:
                yield from self._answered(_Exchange(self, request, stop))
            except ModelCrashedError:
                self._breaker.record()
                raise
            self._breaker.succeeded()

    def count_tokens(self, text: str) -> int:
        """A generous guess, since the endpoint alone knows its tokens."""
        if self._closed:
            raise ModelError("the language model is closed", hint="start the program again")
        return -(-len(text.encode("utf-8", "replace")) // _BYTES_A_TOKEN)

    def status(self) -> ModelStatus:
        """Whether the endpoint is asked or left alone; sends nothing."""
        state = "closed" if self._closed else "paused" if self._breaker.state == "open" else "ready"
        return ModelStatus(self.name, state, seconds_left=self._breaker.seconds_left)  # type: ignore[arg-type]

    def close(self) -> None:
        """Close the connections."""
        self._closed = True
        self._client.close()

    def _answered(self, exchange: _Exchange) -> Iterator[str]:
        until = time.monotonic() + self._answer_seconds
        try:
            while (piece := exchange.next()) is not None:
                if time.monotonic() > until:
                    raise ModelCrashedError(f"{self._host} took too long for one answer", hint="ask again")
                yield piece
        finally:
            exchange.stop()

    def chosen(self) -> str:
        """The model to ask for: the one that was named, or the first that the endpoint lists."""
        if not self._chosen:
            with self._checked(self._client.build_request("GET", "models")) as response:
                response.read()
                try:
                    self._chosen = str(response.json()["data"][0]["id"])
                except (ValueError, LookupError, TypeError):
                    raise ModelError(f"{self._host} lists no model", hint=_ADDRESS_HINT) from None
        return self._chosen

    def post(self, body: dict[str, object]) -> contextlib.AbstractContextManager[httpx.Response]:
        """The response to a request for an answer, its status checked and its body still to come."""
        content = json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        return self._checked(self._client.build_request("POST", "chat/completions", content=content, headers=headers))

    @contextlib.contextmanager
    def _checked(self, request: httpx.Request) -> Iterator[httpx.Response]:
        try:
            response = self._client.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise ModelCrashedError(f"{self._host} cannot be reached", hint=f"start it, or {_ADDRESS_HINT}") from None
        except httpx.TimeoutException:
            raise ModelCrashedError(f"{self._host} said nothing for too long", hint="ask again") from None
        except httpx.HTTPError as error:
            raise ModelCrashedError(f"{self._host} broke off ({type(error).__name__})", hint="ask again") from None
        with contextlib.closing(response):
            if fault := _fault(self._host, response.status_code):
                raise fault
            yield response


class _Exchange:
    """One request, sent and read by a thread of its own, so that whoever waits keeps getting turns."""

    def __init__(self, model: RemoteModel, request: dict[str, object], stop: Sequence[str]) -> None:
        self._model = model
        self._request = request
        self._stop = stop
        self._events: queue.SimpleQueue[str | ModelError | None] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._socket: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, name="onrecord-endpoint", daemon=True)
        self._thread.start()

    def next(self) -> str | None:
        """The next piece, an empty one where nothing came for a while, None at the end."""
        try:
            event = self._events.get(timeout=TICK_SECONDS)
        except queue.Empty:
            return ""
        if isinstance(event, ModelError):
            raise event
        return event

    def stop(self) -> None:
        """Read no further and let the endpoint know by closing the connection."""
        self._stopped.set()
        if (held := self._socket) is not None and self._thread.is_alive():
            with contextlib.suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)
        self._thread.join(TICK_SECONDS)

    def _run(self) -> None:
        end: ModelError | None = None
        try:
            with self._model.post({"model": self._model.chosen()} | self._request) as response:
                stream = response.extensions["network_stream"]
                self._socket = stream.get_extra_info("socket")
                for piece in until_stop(_pieces(response), self._stop):
                    if self._stopped.is_set():
                        return
                    self._events.put(piece)
        except ModelError as error:
            end = error
        except (httpx.HTTPError, httpx.StreamError) as error:
            end = ModelCrashedError(f"{self._model.name} broke off ({type(error).__name__})", hint="ask again")
        finally:
            self._events.put(end)


def _pieces(response: httpx.Response) -> Iterator[str]:
    """The text of a stream of server-sent events."""
    for line in _lines(response):
        if not line.startswith(b"data:"):
            continue
        data = line.removeprefix(b"data:").strip()
        if data == b"[DONE]":
            return
        try:
            choices = json.loads(data)["choices"]
            piece = choices[0]["delta"].get("content") if choices else None
        except (ValueError, LookupError, TypeError, AttributeError):
            raise ModelCrashedError("the endpoint sent something that is no event", hint=_ADDRESS_HINT) from None
        if isinstance(piece, str) and piece:
            yield piece
    raise ModelCrashedError("the endpoint ended its answer before its end", hint="ask again")


def _lines(response: httpx.Response) -> Iterator[bytes]:
    held = b""
    size = 0
    for data in response.iter_bytes():
        size += len(data)
        if size > _LARGEST_BYTES:
            raise ModelCrashedError(f"the endpoint sent more than {_LARGEST_BYTES} bytes", hint="ask again")
        *whole, held = (held + data).split(b"\n")
        yield from whole
    if held:
        yield held


def _fault(host: str, status: int) -> ModelError | None:
    if status == httpx.codes.OK:
        return None
    if status in {401, 403}:
        return ModelError(f"{host} refuses the key (status {status})", hint=_KEY_HINT)
    if status in {429, 503}:
        return ModelBusyError(f"{host} is busy (status {status})", hint="ask again in a moment")
    if status >= 500:
        return ModelCrashedError(f"{host} failed (status {status})", hint="see its log")
    return ModelError(f"{host} cannot take the request (status {status})", hint=_ADDRESS_HINT)


def _harmless(text: str) -> str:
    """Content in which nothing has the form of a control token: ``<|im_end|>`` -> ``< |im_end|>``."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return _MARKER.sub(lambda match: f"{match.group()} ", whole)
