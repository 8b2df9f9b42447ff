"""Links with text fragments: only where the words are unmistakable, written as the standard wants them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest

InNode = Callable[[str, str, Any], Any]

OPENING = "The mayor spoke on Monday. "
LONG = (
    "“We will build the wall, and we will pay for it - all of it,” said Maria Keller & the council, "
    "which has met every week since the flood of last autumn and has not agreed once."
)
TEXT = (
    f"{OPENING}{LONG}\n\nIt rained. 😀 Nobody came. It rained.\n\n重庆是中国最大的汽车制造基地。成都的电子产业也很强。"
)


def link(in_node: InNode, words: str, text: str = TEXT, url: str = "https://news.example/a?b=c") -> str:
    start = text.index(words)
    script = "return part.linkTo(new URL(given[0]), given[1], given[2], given[3]);"
    return str(in_node("fragment", script, [url, text, start, start + len(words)]))


def test_a_short_slice_is_written_out_and_encoded(in_node: InNode) -> None:
    assert link(in_node, "for it - all of it,” said Maria Keller & the") == (
        "https://news.example/a?b=c#:~:text=for%20it%20%2D%20all%20of%20it%2C%E2%80%9D%20said%20Maria%20Keller%20%26%20the"
    )


def test_a_long_slice_is_its_first_and_last_words(in_node: InNode) -> None:
    found = link(in_node, LONG)
    assert found == "https://news.example/a?b=c#:~:text=We%20will%20build%20the,has%20not%20agreed%20once"


def test_a_slice_over_paragraphs_names_the_ends(in_node: InNode) -> None:
    words = TEXT[TEXT.index("which has met") : TEXT.index(" It rained.\n\n重")]
    terms = link(in_node, words).partition(":~:text=")[2].split(",")
    assert [unquote(term) for term in terms] == ["which has met every", "It rained. 😀 Nobody came"]


def test_offsets_count_code_points(in_node: InNode) -> None:
    assert link(in_node, "Nobody came.").endswith("#:~:text=Nobody%20came.")


def test_chinese_is_cut_at_words(in_node: InNode) -> None:
    assert unquote(link(in_node, "成都的电子产业也很强。")).endswith("#:~:text=成都的电子产业也很强。")


@pytest.mark.parametrize("words", ["It rained.", "rained"])
def test_words_that_also_stand_elsewhere_get_the_plain_link(in_node: InNode, words: str) -> None:
    assert link(in_node, words) == "https://news.example/a?b=c"


def test_case_does_not_make_words_unmistakable(in_node: InNode) -> None:
    assert link(in_node, "Rain", "Rain fell. It was rain.") == "https://news.example/a?b=c"


def test_an_anchor_of_the_address_is_kept(in_node: InNode) -> None:
    assert (
        link(in_node, "Nobody came.", url="https://news.example/a#top")
        == "https://news.example/a#top:~:text=Nobody%20came."
    )


def test_half_a_character_gets_the_plain_link(in_node: InNode) -> None:
    assert link(in_node, "a\ud83d", "xa\ud83d b") == "https://news.example/a?b=c"


ADDRESSES = {
    "https://news.example/a": True,
    "http://news.example/a": True,
    "javascript:alert(1)": False,
    "JaVaScRiPt:alert(1)": False,
    "java\nscript:alert(1)": False,
    " data:text/html,x": False,
    "blob:https://news.example/x": False,
    "file:///etc/passwd": False,
    "//evil.example/x": False,
    "/relative": False,
    "https://user@evil.example/": False,
    "https://news.example:pass@evil.example/": False,
    "intent://x": False,
    "": False,
}


def test_only_addresses_of_pages_become_links(in_node: InNode) -> None:
    found = in_node("fragment", "return given.map((one) => part.safeAddress(one) !== null);", [*ADDRESSES, None])
    assert found == [*ADDRESSES.values(), False]
