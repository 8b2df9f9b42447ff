"""The measurement of the readers, on articles of its own."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from tests.samples import HARBOUR, SMELTER, plain

from onrecord.evaluation import reading
from onrecord.storage.readers import Rejection, find_files, read_file
from onrecord.types import Article

FOOT = "Our reporters follow the harbour every day and night for you."


@pytest.fixture
def articles() -> list[Article]:
    return [
        plain(f"It was the {n}th winter in a row " + "in which the water rose over the old wall of the port " * 4 + f"\n\n{HARBOUR}" + f"\n{FOOT}\n\n© 2025 Harbour Daily\n", name=f"{n}", title=f"The <Wall> & {n}",
              url=f"https://h.example/{n}?a=1&b=2", published="2025-03-02", outlet="Daily")
        for n in range(5)
    ]  # fmt: skip


def test_lines_are_sorted_as_ingest_sorts_them(articles: list[Article]) -> None:
    found = reading.sort_lines([*articles, Rejection("a", 1, "not JSON: x"), Rejection("a", 2, "not JSON: y")])
    assert set(found.lines["recurring"]) == {
        FOOT,
        "The harbour wall in Oststadt will be raised by two metres before the winter of 2031, the council decided.",
        "Keller said that the work might cost 40 million euros, although no contract has been signed.",
    }
    assert found.lines["boilerplate"] == ["© 2025 Harbour Daily"] * 5
    assert (found.rejected, found.languages) == ({"not JSON": 2}, {"en": 5})
    assert found.figures["different"]["boilerplate"] == 1


def test_every_format_holds_the_same_articles(articles: list[Article], tmp_path: Path) -> None:
    """What the speeds are compared on is the same text, title and address."""
    reading.write_formats(articles, tmp_path)
    for folder in tmp_path.iterdir():
        files, _ = find_files([folder])
        read = [item for path, name in files for item in read_file(path, name)]
        assert {(one.title, one.url, one.text) for one in read if isinstance(one, Article)} == {
            (one.title, one.url, one.text) for one in articles
        }, folder.name


def test_speeds_are_measured_for_each_format(
    articles: list[Article], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_SECONDS", 0.01)
    reading.write_formats(articles, tmp_path)
    speeds = reading.speeds(tmp_path)
    assert set(speeds) == {"html", "jsonl", "markdown", "rss", "text", "wordpress"}
    assert all(speed > 0 for speed in speeds.values())


def test_language_is_scored_against_what_a_text_is_in() -> None:
    figures = reading.language_figures({"en news": [HARBOUR, SMELTER, "12", "重庆是中国最大的汽车制造基地。"]})
    assert figures == {"en news": {"texts": 4, "right": 2, "wrong": {"zh": 1}, "unknown": 1}}


def test_the_command_prints_figures_or_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "realtimeqa" / "2022"
    folder.mkdir(parents=True)
    with gzip.open(folder / "articles.jsonl.gz", "wt") as file:
        file.writelines(json.dumps({"id": str(n), "text": HARBOUR, "outlet": "D"}) + "\n" for n in range(2))
    monkeypatch.setenv("ONRECORD_BENCH_DATA", str(tmp_path))
    monkeypatch.setattr(reading, "_SECONDS", 0.01)
    assert reading.main([]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["articles"], figures["lines"]["body"]) == (2, 6)
    assert reading.main(["--sample", "body", "--count", "3"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_without_data_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("ONRECORD_BENCH_DATA", raising=False)
    assert reading.main([]) == 0
    assert "ONRECORD_BENCH_DATA" in capsys.readouterr().err
