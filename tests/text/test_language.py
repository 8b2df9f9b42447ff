"""Which language a text is in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.text.language import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The council met in the hall and voted for the wall.", "en"),
        ("重庆是中国最大的汽车制造基地。", "zh"),
        ("港口的大門是1961年建造的，市議會決定把牆加高。", "zh"),
        ("Pu says: 重庆", None),
        ("これは日本語の文章です。", "ja"),
        ("항구의 문은 1961년에 지어졌다고 시의회가 말했다.", "ko"),
        ("Der Rat hat gestern Abend über die Mauer abgestimmt.", "de"),
        ("Le conseil a décidé lundi de relever le mur du port de deux mètres.", "fr"),
        ("El ayuntamiento decidió el lunes elevar el muro del puerto dos metros.", "es"),
        ("Совет решил в понедельник поднять портовую стену на два метра.", "ru"),
        ("قرر المجلس يوم الاثنين رفع جدار الميناء بمقدار مترين قبل الشتاء.", "ar"),
        ("Chongqing 2025", None),
        ("12345 !?", None),
        ("", None),
    ],
)
def test_the_language_is_told_only_where_it_shows(text: str, language: str | None) -> None:
    assert detect_language(text) == language


@given(st.text())
def test_any_text_has_a_language_or_none(text: str) -> None:
    language = detect_language(text)
    assert language is None or (language.isalpha() and 2 <= len(language) <= 3)
