"""Encodings are told, and what was decoded wrongly before is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from onrecord.errors import FileError
from onrecord.storage.formats.characters import codec_of, decoded, mojibake
from onrecord.storage.readers import Rejection
from tests.samples import article, read


class TestEncodings:
    SENTENCE = "Le président a déclaré à l'assemblée que l'économie française créera des emplois très qualifiés."

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
    def test_text_is_decoded(self, tmp_path: Path, encoding: str) -> None:
        assert article(tmp_path / "a.txt", self.SENTENCE.encode(encoding)).text == self.SENTENCE

    @pytest.mark.parametrize("name", ["a.txt", "a.md"])
    def test_nul_bytes_are_no_text(self, tmp_path: Path, name: str) -> None:
        item = read(tmp_path / name, b"It rained.\0\0\0")
        assert isinstance(item, Rejection)
        assert "NUL" in item.reason


FRENCH = "Le président a déclaré à l'assemblée que l'économie française créera des emplois très qualifiés."
CHINESE = "重庆是中国最大的汽车制造基地，港口的大门是1961年建造的，市议会决定把墙加高两米。"


class TestDecoding:
    @pytest.mark.parametrize(
        ("text", "encoding"),
        [
            (FRENCH, "windows-1252"), (FRENCH, "iso-8859-1"), (CHINESE, "gb2312"), (CHINESE, "gb18030"), (CHINESE, "utf-8"),
            ("“The wall’s old”", "windows-1252"), ("市議會決定把牆加高", "big5"), ("Ворота были построены", "windows-1251"),
        ],
    )  # fmt: skip
    def test_the_declared_encoding_is_taken(self, text: str, encoding: str) -> None:
        assert decoded(text.encode(encoding), encoding) == text

    @pytest.mark.parametrize("encoding", ["gb18030", "big5"])
    def test_chinese_is_detected(self, encoding: str) -> None:
        text = CHINESE if encoding == "gb18030" else "市議會星期一決定，港口的牆在冬天之前要加高兩米，工程師這樣說。"
        assert decoded(text.encode(encoding)) == text

    def test_a_name_that_means_less_than_what_is_written_is_read_as_more(self) -> None:
        assert decoded("“The wall’s old”".encode("cp1252"), "iso-8859-1") == "“The wall’s old”"

    @pytest.mark.parametrize(
        "declared", ["utf-8", "ascii", "no-such-thing", "rot13", "base64", "", "\0", "idna", "undefined"]
    )
    def test_a_declaration_that_does_not_fit_is_passed_over(self, declared: str) -> None:
        assert decoded(FRENCH.encode("cp1252"), declared) == FRENCH

    @pytest.mark.parametrize("declared", ["latin-1", "iso-8859-1", "ascii", "US-ASCII"])
    def test_browsers_take_these_names_for_windows_1252(self, declared: str) -> None:
        assert codec_of(declared) == "cp1252"

    @pytest.mark.parametrize("data", [b"\xff\xfea", b"\xef\xbb\xbf\xe9", b"a\0b"])
    def test_what_is_no_text_is_refused(self, data: bytes) -> None:
        with pytest.raises(FileError):
            decoded(data)


class TestMojibake:
    @pytest.mark.parametrize(
        "text",
        [
            FRENCH.encode().decode("latin-1"),
            FRENCH.encode().decode("cp1252", "replace"),
            "He called it a cafÃ© and nobody minded.",
            "“We need gates,â€ she said.",
            "The mayor\x92s wall",
            "Royals\ufffd catcher",
            CHINESE.encode().decode("gbk", "replace"),
            "港口的门锟斤拷很旧",
        ],
    )
    def test_it_is_found(self, text: str) -> None:
        assert mojibake(text) is not None

    @pytest.mark.parametrize(
        "text",
        [
            FRENCH, CHINESE, "Ворота были построены в 1961 году.", "“The wall’s old” — she said…", "Straße, Größe, ÄÖÜ",
            "the ‘akepa and the akiapōlā‘au", "Ã is a letter of Portuguese: IRMÃ", "詹姆斯院校职业目前学士学位潜艇系统一些",
            "50 °C ± 2 µm, ½ × ¾", "naïve coöperation", "Â’s is rare", "",
        ],
    )  # fmt: skip
    def test_what_only_looks_strange_is_let_pass(self, text: str) -> None:
        assert mojibake(text) is None

    def test_the_place_is_named(self) -> None:
        found = mojibake("It rained all day. " * 9 + "In the cafÃ© they said so. " + "It snowed. " * 9)
        assert found == ". In the cafÃ© they said s"
