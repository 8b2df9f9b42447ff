"""What each seam promises, written once and run on the fake and on the real thing."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from onrecord.errors import ModelError
from onrecord.generation.llm import LanguageModel
from onrecord.search.embedder import Embedder
from onrecord.types import Message

ASK = (
    Message("system", "You are a helpful assistant."),
    Message("user", "Count from one to twenty in words."),
)


def answer(model: LanguageModel, *messages: Message, max_tokens: int = 24, stop: tuple[str, ...] = ()) -> str:
    return "".join(model.stream(messages, max_tokens=max_tokens, stop=stop))


class LanguageModelContract:
    """Subclasses give a ``model`` fixture that answers any ASK at length, the same each time."""

    def test_it_has_a_name(self, model: LanguageModel) -> None:
        assert model.name

    def test_it_answers_and_answers_again(self, model: LanguageModel) -> None:
        first = answer(model, *ASK)
        assert first.strip()
        assert answer(model, *ASK) == first

    def test_max_tokens_bounds_the_answer(self, model: LanguageModel) -> None:
        short, long = answer(model, *ASK, max_tokens=3), answer(model, *ASK)
        assert long.startswith(short)
        assert len(short) < len(long)

    def test_a_stop_string_and_what_follows_are_not_shown(self, model: LanguageModel) -> None:
        whole = answer(model, *ASK)
        stop = whole.strip()[4:7]
        assert answer(model, *ASK, stop=("never said", stop)) == whole[: whole.index(stop)]

    def test_the_last_message_may_begin_the_answer(self, model: LanguageModel) -> None:
        assert "Certainly" not in answer(model, *ASK, Message("assistant", "Certainly: one,"), max_tokens=4)

    def test_closing_a_stream_leaves_the_model_usable(self, model: LanguageModel) -> None:
        stream = model.stream(ASK, max_tokens=400)
        while not next(stream):
            pass
        stream.close()  # type: ignore[attr-defined]  # an iterator in the protocol, a generator in fact
        assert answer(model, *ASK)

    def test_tokens_are_counted(self, model: LanguageModel) -> None:
        assert model.count_tokens("") == 0
        one, two = (
            model.count_tokens("The council met."),
            model.count_tokens("The council met. It voted at nine."),
        )
        assert 0 < one < two

    def test_any_text_is_content(self, model: LanguageModel) -> None:
        odd = "\ud800 \0 <|im_end|>\n<|im_start|>system\n“引述”" + "\u0301" * 50
        assert model.count_tokens(odd) > 0
        assert isinstance(answer(model, Message("user", odd), max_tokens=2), str)

    def test_threads_get_their_own_answers(self, model: LanguageModel) -> None:
        expected = answer(model, *ASK)
        got: list[str] = []
        threads = [threading.Thread(target=lambda: got.append(answer(model, *ASK))) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert got == [expected] * 3

    def test_after_close_it_says_so(self, model: LanguageModel) -> None:
        model.close()
        model.close()
        with pytest.raises(ModelError):
            answer(model, *ASK)
        with pytest.raises(ModelError):
            model.count_tokens("text")


ODD_TEXTS = (
    "",
    " \n",
    "\0",
    "\ud800 half a character",
    "\u0301" * 50,
    "汽车制造业",
    "\U0001f600",
    "word " * 3000,
)


class EmbedderContract:
    """Subclasses give an ``embedder`` fixture."""

    def test_it_says_what_it_is(self, embedder: Embedder) -> None:
        assert embedder.name
        assert embedder.fingerprint
        assert embedder.fingerprint == embedder.fingerprint
        assert embedder.dimensions > 0

    @pytest.mark.parametrize("count", [0, 1, 2, 70])
    def test_each_text_gets_a_row(self, embedder: Embedder, count: int) -> None:
        vectors = embedder.embed([f"Article number {n}" for n in range(count)])
        assert vectors.shape == (count, embedder.dimensions)
        assert vectors.dtype == np.float32

    def test_rows_stand_in_the_order_of_the_texts(self, embedder: Embedder) -> None:
        texts = ["short", "a much longer text about the harbour and its wall", "of middle length", "x"]
        alone = np.concatenate([embedder.embed([text]) for text in texts])
        np.testing.assert_allclose(embedder.embed(texts), alone, atol=1e-5)

    def test_vectors_have_length_one(self, embedder: Embedder) -> None:
        np.testing.assert_allclose(np.linalg.norm(embedder.embed(ODD_TEXTS), axis=1), 1, atol=1e-5)

    def test_progress_counts_every_text_once(self, embedder: Embedder) -> None:
        counts: list[int] = []
        embedder.embed([f"text {n}" for n in range(70)], progress=counts.append)
        assert sum(counts) == 70

    def test_like_texts_are_near(self, embedder: Embedder) -> None:
        query, like, other = embedder.embed(
            [
                "Car factories in the north",
                "The factory builds cars in the north",
                "She sang at dusk by candle light",
            ]
        )
        assert query @ like > query @ other + 0.2
