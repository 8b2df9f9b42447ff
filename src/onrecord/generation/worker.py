"""The language model's own process: ``python -m onrecord.generation.worker``, started by ``llm.py``.

It runs apart because native inference can take its whole process down (SIGSEGV, failed assertions, the
kernel's memory killer).  Frames come in on the first standard input and leave on the first standard
output; whatever llama.cpp prints goes to standard error, so that it cannot garble them.

Besides the standard library and llama.cpp it imports nothing heavy, so that it is soon there again.
"""

from __future__ import annotations

import codecs
import contextlib
import ctypes
import itertools
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from onrecord.errors import ModelError
from onrecord.generation.frames import pack, unpack
from onrecord.generation.harden import harden
from onrecord.generation.templates import FAMILIES, Family, family_of, render, until_stop
from onrecord.types import Message

__all__ = ["Engine", "LlamaEngine", "Pulse", "serve"]

BEAT_SECONDS = 0.2
BATCH = 256
HINT = -1  # stands for a request's number while the hint is read
LOG_ERROR = 3
ABORTED = 2  # what llama_decode returns when the abort callback asked for it


class Pulse:
    """What the engine is at, shared with the threads that beat and that listen for a cancel."""

    def __init__(self) -> None:
        self.progress = 0
        self.current = 0
        self.cancelled = 0

    def tick(self) -> bool:
        """Note that work goes on; True when the request at hand is no longer wanted."""
        self.progress += 1
        return self.unwanted

    @property
    def unwanted(self) -> bool:
        """Whether the request at hand has been cancelled."""
        return self.cancelled == self.current != 0


class Engine(Protocol):
    """What the process serves: the real one is ``LlamaEngine``."""

    def generate(
        self, messages: Sequence[Message], max_tokens: int, stop: Sequence[str], grammar: str | None
    ) -> Iterator[str]:
        """The answer in pieces; it ends early when the pulse says so."""

    def count(self, text: str) -> int:
        """How many tokens ``text`` takes as content; also while another thread generates."""


class _Desk:
    """What has come in: requests in their order; ``engine`` is None until it is ready."""

    def __init__(self) -> None:
        self.pulse = Pulse()
        self.waiting: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.engine: Engine | None = None


def serve(build: Callable[[Mapping[str, Any], Pulse], Engine]) -> None:
    """Answer the frames of the parent until it is gone; ``build`` makes the engine from the first one."""
    incoming, outgoing = _private_pipes()
    start = unpack(incoming)
    if start is None:
        return
    harden(start)
    desk = _Desk()
    sending = threading.Lock()

    def send(**frame: object) -> None:
        with sending:
            outgoing.write(pack(frame))
            outgoing.flush()

    threading.Thread(target=_listen, args=(incoming, desk, send), daemon=True).start()
    threading.Thread(target=_beat, args=(send, desk.pulse), daemon=True).start()
    try:
        engine = build(start, desk.pulse)
    except ModelError as error:
        send(failed=error.message)
        return
    desk.engine = engine
    send(ready=True)
    _read_ahead(engine, start["hint"], desk)
    while True:
        _answer(engine, desk.waiting.get(), send, desk.pulse)


def _read_ahead(engine: Engine, hint: Sequence[Mapping[str, Any]], desk: _Desk) -> None:
    """Read the beginning of the prompts to come, unless a request waits and until one comes."""
    pulse = desk.pulse
    pulse.current = HINT  # set before looking, as ``_listen`` puts before it looks: one of the two sees the other
    try:
        if hint and desk.waiting.empty():
            for _ in engine.generate([Message(**message) for message in hint], 0, (), None):
                pass
    except ModelError:
        pass  # who asks for it hears why
    finally:
        pulse.current = 0


def _answer(engine: Engine, request: Mapping[str, Any], send: Callable[..., None], pulse: Pulse) -> None:
    identity = request["id"]
    pulse.current = identity
    try:
        if request["op"] == "count":
            send(id=identity, piece=str(engine.count(request["text"])))
        else:
            messages = [Message(**message) for message in request["messages"]]
            options = request["max_tokens"], request["stop"], request["grammar"]
            for piece in engine.generate(messages, *options):
                send(id=identity, piece=piece)
        send(id=identity, done=True)
    except ModelError as error:
        send(id=identity, error=error.message, hint=error.hint)
    finally:
        pulse.current = 0


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return incoming, outgoing


def _listen(incoming: BinaryIO, desk: _Desk, send: Callable[..., None]) -> None:
    pulse = desk.pulse
    while frame := unpack(incoming):
        if frame["op"] == "cancel":
            pulse.cancelled = frame["id"]
        elif frame["op"] == "count" and desk.engine:
            # At once: a count must not wait for somebody else's answer.
            send(id=frame["id"], piece=str(desk.engine.count(frame["text"])))
            send(id=frame["id"], done=True)
        else:
            desk.waiting.put(frame)
            if pulse.current == HINT:
                pulse.cancelled = HINT
    os._exit(0)  # the parent is gone; the main thread may sit in native code and hear nothing


def _beat(send: Callable[..., None], pulse: Pulse) -> None:
    try:
        while True:
            send(beat=pulse.progress)
            time.sleep(BEAT_SECONDS)
    except BrokenPipeError:
        os._exit(0)


class _CancelledError(Exception):
    """The abort callback stopped an evaluation."""


class LlamaEngine:
    """A GGUF model on llama.cpp; ``start`` holds path, adapter (a path or None), context_tokens and threads."""

    def __init__(self, start: Mapping[str, Any], pulse: Pulse) -> None:
        from llama_cpp import llama_cpp as api  # heavy, and only this class needs it

        self._api: Any = api
        self._pulse = pulse
        # llama.cpp keeps bare pointers to these: they must live as long as the model does.
        self._callbacks = (
            api.llama_log_callback(self._log),
            api.llama_progress_callback(lambda _share, _data: pulse.tick() or True),
            api.ggml_abort_callback(lambda _data: pulse.tick()),
        )
        api.llama_log_set(self._callbacks[0], None)
        api.llama_backend_init()
        self._model = self._load(Path(start["path"]))
        self._vocabulary = api.llama_model_get_vocab(self._model)
        self._family, self._control = self._chat_format()
        self._context = self._open(start["context_tokens"], start["threads"])
        if start.get("adapter") is not None:
            self._adapt(Path(start["adapter"]))
        self._past: list[int] = []  # the tokens whose keys and values the context holds

    def generate(
        self, messages: Sequence[Message], max_tokens: int, stop: Sequence[str], grammar: str | None
    ) -> Iterator[str]:
        """The most likely answer in pieces; with ``max_tokens`` 0 the prompt is only read in."""
        prompt = self.prompt(messages, opened=max_tokens > 0)
        room = self._api.llama_n_ctx(self._context) - len(prompt)
        if room < 1:
            size = len(prompt) + room
            raise ModelError(
                f"the prompt has {len(prompt)} tokens and the model reads {size}", hint="give it less text"
            )
        pieces = self._pieces(prompt, min(max_tokens, room), grammar)
        with contextlib.suppress(_CancelledError), closing(pieces):
            yield from until_stop(pieces, stop)

    def prompt(self, messages: Sequence[Message], *, opened: bool = True) -> list[int]:
        """The token ids of a conversation; content yields no control token, whatever it says."""
        ids = [self._api.llama_vocab_bos(self._vocabulary)] if self._starts_with_bos() else []
        for text, control in render(messages, self._family, opened=opened):
            ids += self._tokenise(text, special=True) if control else self.plain(text)
        return ids

    def plain(self, text: str) -> list[int]:
        """The token ids of content.

        Some GGUF files list a marker as an ordinary word of the user's, which is then matched even with
        ``special`` off; such an id is spelled out instead.
        """
        ids = self._tokenise(text, special=False)
        if self._control.isdisjoint(ids):
            return ids
        spelled = [self._spell(token) if token in self._control else [token] for token in ids]
        return [token for part in spelled for token in part if token not in self._control]

    def count(self, text: str) -> int:
        """How many tokens ``text`` takes as content."""
        return len(self.plain(text))

    @property
    def control(self) -> frozenset[int]:
        """The ids of the control tokens."""
        return self._control

    def text_of(self, token: int) -> str:
        """How a token is written, a control token too."""
        return self._bytes(token, special=True).decode("utf-8", "replace")

    def _pieces(self, prompt: Sequence[int], limit: int, grammar: str | None) -> Generator[str]:
        sampler = self._sampler(grammar)
        # Half a character is kept back until its other bytes come.
        characters = codecs.getincrementaldecoder("utf-8")(errors="replace")
        try:
            self._read(prompt)
            for _ in range(limit):
                token = self._api.llama_sampler_sample(sampler, self._context, -1)
                if token in self._control or self._pulse.tick():
                    return
                if piece := characters.decode(self._bytes(token)):
                    yield piece
                self._decode([token])
        finally:
            self._api.llama_sampler_free(sampler)

    def _sampler(self, grammar: str | None) -> Any:
        chain = self._api.llama_sampler_chain_init(self._api.llama_sampler_chain_default_params())
        if grammar is not None:
            rules = self._api.llama_sampler_init_grammar(self._vocabulary, grammar.encode(), b"root")
            if not rules:
                self._api.llama_sampler_free(chain)
                raise ModelError("the grammar cannot be read", hint="GBNF with a rule named root is needed")
            self._api.llama_sampler_chain_add(chain, rules)
        self._api.llama_sampler_chain_add(chain, self._api.llama_sampler_init_greedy())
        return chain

    def _read(self, prompt: Sequence[int]) -> None:
        """Evaluate the prompt from where it parts from what the context already holds."""
        # The last token is read in any case: the answer starts from its scores.
        pairs = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(self._past, prompt[:-1], strict=False))
        self._forget_after(sum(1 for _ in pairs))
        for start in range(len(self._past), len(prompt), BATCH):
            self._decode(prompt[start : start + BATCH])

    def _forget_after(self, length: int) -> None:
        memory = self._api.llama_get_memory(self._context)
        if self._api.llama_memory_seq_rm(memory, 0, length, -1):
            del self._past[length:]
        else:  # a model with a sliding window may be unable to drop a part
            self._api.llama_memory_clear(memory, True)
            self._past.clear()

    def _decode(self, ids: Sequence[int]) -> None:
        batch = (self._api.llama_token * len(ids))(*ids)
        status = self._api.llama_decode(self._context, self._api.llama_batch_get_one(batch, len(ids)))
        if status == ABORTED:
            self._forget_after(len(self._past))  # part of the batch may have gone in
            raise _CancelledError
        if status:
            raise RuntimeError(f"llama_decode: {status}")
        self._past += ids

    def _tokenise(self, text: str, *, special: bool) -> list[int]:
        data = text.encode("utf-8", "replace")
        room = len(data) + 2  # a token holds at least one byte; some vocabularies add a leading space
        ids = (self._api.llama_token * room)()
        count = self._api.llama_tokenize(self._vocabulary, data, len(data), ids, room, False, special)
        if count < 0:
            raise RuntimeError(f"llama_tokenize: {count} for {len(data)} bytes")
        return list(ids[:count])

    def _spell(self, token: int) -> list[int]:
        text = self.text_of(token)
        return self._tokenise(text[:1], special=False) + self._tokenise(text[1:], special=False)

    def _bytes(self, token: int, *, special: bool = False) -> bytes:
        room = 64
        while True:
            buffer = ctypes.create_string_buffer(room)
            size = self._api.llama_token_to_piece(self._vocabulary, token, buffer, room, 0, special)
            if size >= 0:
                return buffer.raw[:size]
            room = -size

    def _load(self, path: Path) -> Any:
        parameters = self._api.llama_model_default_params()
        # On CPUs with AMX the repacked buffers die with SIGSEGV at the first inference (llama.cpp 20824).
        parameters.use_extra_bufts = False
        parameters.progress_callback = self._callbacks[1]
        model = self._api.llama_model_load_from_file(os.fsencode(path), parameters)
        if not model:
            raise ModelError(f"llama.cpp cannot load {path.name}", hint="")
        return model

    def _open(self, context_tokens: int, threads: int | None) -> Any:
        parameters = self._api.llama_context_default_params()
        parameters.n_ctx = min(context_tokens, self._api.llama_model_n_ctx_train(self._model))
        parameters.n_batch = parameters.n_ubatch = BATCH
        # Half of the cores: llama.cpp's threads wait for each other by spinning, so that one that has to share
        # its core with a search stalls them all (an answer of 1 s took 48 s beside four busy processes).
        parameters.n_threads = parameters.n_threads_batch = threads or max(1, _cores() // 2)
        parameters.abort_callback = self._callbacks[2]
        context = self._api.llama_init_from_model(self._model, parameters)
        if not context:
            raise ModelError(f"no memory for a context of {context_tokens} tokens", hint="")
        return context

    def _adapt(self, path: Path) -> None:
        """Put a LoRA adapter on the model; it lives as long as the model does."""
        adapter = self._api.llama_adapter_lora_init(self._model, os.fsencode(path))
        if not adapter:
            raise ModelError(f"llama.cpp cannot put {path.name} on the model", hint="")
        adapters, scales = (self._api.llama_adapter_lora_p_ctypes * 1)(adapter), (ctypes.c_float * 1)(1.0)
        if self._api.llama_set_adapters_lora(self._context, adapters, 1, scales):
            raise ModelError(f"{path.name} is no adapter for this model", hint="")

    def _chat_format(self) -> tuple[Family, frozenset[int]]:
        api, vocabulary = self._api, self._vocabulary
        control = {
            token
            for token in range(api.llama_vocab_n_tokens(vocabulary))
            if api.llama_vocab_is_control(vocabulary, token) or api.llama_vocab_is_eog(vocabulary, token)
        }

        def is_control(marker: str) -> bool:
            return len(self._tokenise(marker, special=True)) == 1

        template = api.llama_model_chat_template(self._model, None) or b""
        family = family_of(is_control, template.decode("utf-8", "replace"))
        if family is None:
            known = ", ".join(family.name for family in FAMILIES)
            raise ModelError(f"the model's chat format is none of {known}", hint="")
        return family, frozenset(control.union(*(self._tokenise(m, special=True) for m in family.markers)))

    def _log(self, level: int, text: bytes, _data: object) -> None:
        # To llama.cpp a cancelled evaluation is an error; here it is an ordinary event.
        if level == LOG_ERROR and not self._pulse.unwanted:
            sys.stderr.write(text.decode("utf-8", "replace"))

    def _starts_with_bos(self) -> bool:
        return bool(self._api.llama_vocab_get_add_bos(self._vocabulary))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


if __name__ == "__main__":
    serve(LlamaEngine)
