"""Which language a text is in."""

from __future__ import annotations

import pytest

from onrecord.text.language import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The council met in the hall and voted for the wall.", "en"),
        ("重庆是中国最大的汽车制造基地。", "zh"),
        ("これは日本語の文章です。", None),
        ("Der Rat hat gestern Abend über die Mauer abgestimmt.", None),
        ("12345 !?", None),
        ("", None),
    ],
)
def test_the_language_is_told_only_where_it_shows(text: str, language: str | None) -> None:
    assert detect_language(text) == language
