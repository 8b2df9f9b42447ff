"""Copies of one text under several headlines."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.storage.readers import article_from
from onrecord.text.copies import groups, signature
from onrecord.types import Article
from tests.samples import HARBOUR, SMELTER

SENTENCES = [f"The {noun} of the {place} was {verb} in {year}, its keeper said." for year, (noun, place, verb) in enumerate(
    ((n, p, v) for n in ("gate", "wall", "bridge", "crane") for p in ("north", "old port", "river") for v in ("built", "closed")), 1960)]  # fmt: skip
CHINESE = (
    "重庆是中国最大的汽车制造基地，蒲勇健教授说。" * 1
    + "成都和重庆的合作进入了新的阶段，两地的企业正在建设新的工厂和实验室。"
)


def article(text: str, title: str = "") -> Article:
    return article_from({"text": text, "title": title}, name="a")


def grouped(*texts: str) -> list[int]:
    return groups([signature(article(text)) for text in texts])


LONG = "\n\n".join(SENTENCES)


def test_a_copy_with_another_headline_and_another_first_sentence_is_a_copy() -> None:
    changed = LONG.replace(SENTENCES[0], "It began long ago, said the keeper.")
    assert grouped(LONG, HARBOUR, changed, SMELTER) == [0, 1, 0, 3]
    assert groups([signature(article(LONG, "One")), signature(article(LONG, "Another headline"))]) == [0, 0]


def test_half_a_text_and_another_half_are_no_copy() -> None:
    half = "\n\n".join(SENTENCES[:12])
    rest = "\n\n".join(sentence.replace("keeper", "mayor").replace("was", "had been") for sentence in SENTENCES[12:])
    assert grouped(LONG, f"{half}\n\n{rest}") == [0, 1]


def test_what_is_too_short_to_tell_is_no_copy() -> None:
    assert signature(article("Three words only")) == b""
    assert grouped("Three words only", "Three words only") == [0, 1]


def test_chinese_is_compared_by_the_character() -> None:
    assert grouped(CHINESE, CHINESE + "完", "今天的天气非常好，孩子们在公园里唱歌跳舞，老人们在树下下棋。") == [0, 0, 2]


def test_captions_and_the_frame_of_the_page_decide_nothing() -> None:
    framed = LONG + "\n\nPhoto by Somebody (Reuters)\n\n© 2026 The Paper. All rights reserved."
    assert signature(article(framed)) == signature(article(LONG))


@given(st.randoms(use_true_random=False))
def test_the_order_of_the_texts_changes_only_who_is_first(chance: random.Random) -> None:
    texts = {
        "one": LONG,
        "two": LONG.replace("1961", "1862"),
        "three": HARBOUR * 3,
        "four": SMELTER,
        "five": HARBOUR * 3,
    }
    names = list(texts)
    chance.shuffle(names)
    leaders = grouped(*(texts[name] for name in names))
    together = {
        frozenset(name for name, one in zip(names, leaders, strict=True) if one == leader) for leader in leaders
    }
    assert together == {frozenset({"one", "two"}), frozenset({"three", "five"}), frozenset({"four"})}
    assert all(leader <= place for place, leader in enumerate(leaders))


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_to_compare(count: int) -> None:
    assert groups([signature(article(LONG))] * count) == list(range(count))
