"""Passages hold whole sentences of the body and nothing else."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.errors import FileError
from onrecord.text.passages import body_sentences, context_of, length, passages
from onrecord.text.sentences import sentences
from onrecord.types import Article, Passage
from tests.samples import FRAMED, article_texts, plain, shipped

words = st.sampled_from([20, 40, 120])


def made(text: str) -> Article | None:
    try:
        return plain(text)
    except FileError:
        return None


@given(article_texts, words)
def test_passages_never_overlap_what_is_not_the_body(text: str, size: int) -> None:
    article = made(text)
    if article is None or not any(block.kind == "body" for block in article.blocks):
        return
    for passage in passages(article, words=size):
        kinds = {article.kind_at(offset) for offset in range(passage.start, passage.end)}
        assert kinds <= {"body", None}


@given(article_texts, words)
def test_passages_hold_every_sentence_of_the_body_whole_and_once(text: str, size: int) -> None:
    article = made(text)
    if article is None or not any(block.kind == "body" for block in article.blocks):
        return
    found = passages(article, words=size)
    assert all(before.end <= after.start for before, after in itertools.pairwise(found))
    for sentence in body_sentences(article):
        holding = [p for p in found if p.start < sentence.end and sentence.start < p.end]
        assert [(p.start <= sentence.start, sentence.end <= p.end) for p in holding] == [(True, True)]


@given(article_texts, words)
def test_only_a_single_sentence_makes_a_passage_too_long(text: str, size: int) -> None:
    article = made(text)
    for passage in passages(article, words=size) if article else ():
        if article and length(passage.text) > size + 2:
            assert len(body_sentences(article, passage.start, passage.end)) <= 1


@pytest.mark.parametrize("article", [shipped(), plain(FRAMED)], ids=["shipped", "framed"])
@pytest.mark.parametrize("size", [20, 60, 120])
def test_offsets_give_the_text_that_is_shown(article: Article, size: int) -> None:
    for passage in passages(article, words=size):
        assert passage.text == article.text[passage.start : passage.end]
        cut = {offset for span in sentences(article.text, passage.start, passage.end) for offset in span}
        assert {passage.start, passage.end} <= cut


def test_no_caption_of_the_shipped_article_is_in_a_passage() -> None:
    text = " ".join(passage.text for passage in passages(shipped()))
    assert "file photo" not in text
    assert "Vivian Yan" not in text
    assert "largest automobile manufacturing base" in text


def test_a_paragraph_is_not_torn_to_fill_a_passage_up() -> None:
    one, two = ("It rained. " * 12).strip(), ("It snowed. " * 12).strip()
    assert [p.text for p in passages(plain(f"{one}\n\n{two}"), words=40)] == [one, two]


def test_an_article_of_headings_only_is_its_headings() -> None:
    article = plain("", title="Council raises the wall")
    assert [passage.text for passage in passages(article)] == ["Council raises the wall"]


def test_a_page_of_boilerplate_has_no_passages() -> None:
    assert passages(plain("We use cookies on this site.\n\n© 2025 Harbour Daily")) == []


def test_the_context_is_the_title_and_the_heading_above() -> None:
    article = plain(FRAMED, title="The Wall")
    at = article.text.index("The gates were built")
    assert context_of(Passage(article, at, at + 20)) == "The Wall\nWhy the Gates Are Failing"


@pytest.mark.parametrize(("text", "size"), [("汽车 plant", 2), ("", 0), ("one two", 2), ("门", 0.5)])
def test_two_chinese_characters_are_a_word(text: str, size: float) -> None:
    assert length(text) == size


def test_sentences_that_the_offsets_cut_are_left_out() -> None:
    article = plain("One is here. Two is here. Three is here.")
    assert [article.text[s:e] for s, e in body_sentences(article, 3, 30)] == ["Two is here."]


def test_a_quotation_of_several_sentences_is_kept_whole_where_it_fits() -> None:
    before = "The council met on Monday in the old town hall to hear about the state of the wall. " * 2
    said = "“The wall is old. It must be raised. We have the money for it, and we have the stone,” said Keller."
    after = " The meeting went on until the evening, and nobody left the hall before the vote was taken."
    article = plain(before + said + after)
    (holding,) = [one for one in passages(article, words=40) if "The wall is old." in one.text]
    assert said in holding.text
    assert holding.text.startswith("“The wall is old."), "it begins a passage, since it did not fit into the one before"
    too_long = passages(article, words=20)
    assert max(length(one.text) for one in too_long) <= 22
