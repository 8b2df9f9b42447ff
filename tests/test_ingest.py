"""The path of an article."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from onrecord.errors import InputError
from onrecord.ingest import IngestReport, ingest
from onrecord.runtime import Runtime
from onrecord.settings import load_settings
from tests.fakes import FakeEmbedder
from tests.samples import FRAMED, HARBOUR, SMELTER, write_jsonl
from tests.websites import Reply, Site, serving, story


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "harbour.txt").write_text(HARBOUR, "utf-8")
    (folder / "smelter.txt").write_text(SMELTER, "utf-8")
    return folder


def _ingest(corpus: Path, embedder: FakeEmbedder, *, prune: bool = False, words: int = 20) -> IngestReport:
    return ingest([corpus], root=corpus.parent / "index", embedder=embedder, passage_words=words, prune=prune)


def test_a_second_ingest_of_the_same_embeds_nothing_and_publishes_nothing(corpus: Path) -> None:
    first = _ingest(corpus, FakeEmbedder())
    embedder = FakeEmbedder()
    second = _ingest(corpus, embedder)
    assert embedder.embedded == second.embedded == 0
    assert (second.generation, second.unchanged, second.added) == (first.generation, 2, 0)


def test_only_the_passages_that_are_new_are_embedded(corpus: Path) -> None:
    before = _ingest(corpus, FakeEmbedder())
    (corpus / "smelter.txt").write_text(SMELTER + "\nThe smelter will be enlarged in the spring of 2032.\n", "utf-8")
    embedder = FakeEmbedder()
    report = _ingest(corpus, embedder)
    assert (report.changed, report.unchanged) == (1, 1)
    assert 1 <= embedder.embedded <= 2
    assert report.passages >= before.passages
    assert all("smelter" in text for text in embedder.texts)


def test_an_incremental_index_answers_as_a_new_one(corpus: Path, tmp_path: Path) -> None:
    _ingest(corpus, FakeEmbedder())
    (corpus / "framed.txt").write_text(FRAMED, "utf-8")
    (corpus / "harbour.txt").write_text(HARBOUR.replace("1961", "1962"), "utf-8")
    _ingest(corpus, FakeEmbedder())
    ingest([corpus], root=tmp_path / "fresh", embedder=FakeEmbedder(), passage_words=20)

    def hits(index: Path, query: str) -> set[tuple[str, int, int]]:
        runtime = Runtime(load_settings(index=index, model="none"), embedder=FakeEmbedder())
        found = runtime.search(query, k=20)
        return {(hit.passage.article.id, hit.passage.start, round(hit.score * 1e6)) for hit in found}

    for query in ("the harbour wall", "copper", "gates of the port"):
        assert hits(tmp_path / "index", query) == hits(tmp_path / "fresh", query)


def test_what_was_not_given_again_stays_unless_it_is_pruned(corpus: Path) -> None:
    _ingest(corpus, FakeEmbedder())
    (corpus / "smelter.txt").unlink()
    assert _ingest(corpus, FakeEmbedder()).removed == 0
    embedder = FakeEmbedder()
    report = _ingest(corpus, embedder, prune=True)
    assert (report.removed, report.unchanged, embedder.embedded) == (1, 1, 0)


def test_nothing_is_pruned_while_a_file_is_rejected(corpus: Path) -> None:
    _ingest(corpus, FakeEmbedder())
    (corpus / "smelter.txt").write_bytes(b"\0\1\2")
    report = _ingest(corpus, FakeEmbedder(), prune=True)
    assert (report.removed, len(report.rejected)) == (0, 1)


def test_another_embedder_embeds_everything_again(corpus: Path) -> None:
    first = _ingest(corpus, FakeEmbedder())
    embedder = FakeEmbedder(fingerprint="fake-2")
    assert _ingest(corpus, embedder).embedded == first.passages


def test_another_size_of_passages_cuts_everything_again(corpus: Path) -> None:
    first = _ingest(corpus, FakeEmbedder())
    second = _ingest(corpus, FakeEmbedder(), words=100)
    assert second.generation != first.generation
    assert second.passages < first.passages


@pytest.mark.parametrize("prune", [False, True])
def test_an_ingest_of_nothing_is_an_error_and_changes_nothing(corpus: Path, tmp_path: Path, prune: bool) -> None:
    _ingest(corpus, FakeEmbedder())
    (tmp_path / "empty").mkdir()
    root = tmp_path / "index"
    before = (root / "CURRENT").read_text("utf-8")
    if prune:
        with pytest.raises(InputError, match="every article"):
            ingest([tmp_path / "empty"], root=root, embedder=FakeEmbedder(), prune=True)
    else:
        report = ingest([tmp_path / "empty"], root=root, embedder=FakeEmbedder(), passage_words=20)
        assert (report.added, report.unchanged) == (0, 0)
    assert (root / "CURRENT").read_text("utf-8") == before


def test_two_files_with_one_id_are_not_mixed(corpus: Path) -> None:
    for name in ("one.md", "two.md"):
        (corpus / name).write_text(f"---\nid: same\n---\nThe text of {name} is this.\n", "utf-8")
    report = _ingest(corpus, FakeEmbedder())
    assert report.added == 3
    assert [one.file for one in report.rejected] == ["two.md"]
    assert "same" in report.rejected[0].reason


def test_progress_reaches_its_total(corpus: Path) -> None:
    seen: dict[str, tuple[int, int]] = {}

    def progress(stage: str, done: int, total: int) -> None:
        assert done >= seen.get(stage, (0, 0))[0]
        seen[stage] = (done, total)

    ingest([corpus], root=corpus.parent / "index", embedder=FakeEmbedder(), passage_words=20, progress=progress)
    assert set(seen) == {"reading", "preparing", "embedding"}
    assert all(done == total > 0 for done, total in seen.values())


def test_a_line_that_recurs_among_what_is_given_and_what_is_stored_is_set_aside(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    foot = "Our reporters follow the harbour every day and night for you."

    def write(first: int, last: int) -> None:
        for n in range(first, last):
            (folder / f"{n}.txt").write_text(
                f"The council met for the {n}th time in its new hall by the port.\n\n{foot}\n"
            )

    def kinds(index: Path) -> set[str | None]:
        runtime = Runtime(load_settings(index=index, model="none"), embedder=FakeEmbedder())
        articles = [article for article, _ in runtime._index().retriever.store.articles()]
        return {article.kind_at(article.text.index(foot)) for article in articles}

    write(0, 3)
    _ingest(folder, FakeEmbedder())
    assert kinds(tmp_path / "index") == {"body"}
    write(3, 6)
    grown = _ingest(folder, FakeEmbedder())
    # The first three are articles with other blocks now, and so is the index as if all had come at once.
    assert (grown.added, grown.changed) == (3, 3)
    assert kinds(tmp_path / "index") == {"boilerplate"}
    (folder / "6.txt").write_text(f"The seventh time was the last, as the mayor had said.\n\n{foot}\n")
    alone = ingest([folder / "6.txt"], root=tmp_path / "index", embedder=FakeEmbedder(), passage_words=20)
    assert (alone.added, alone.changed) == (1, 0)
    assert kinds(tmp_path / "index") == {"boilerplate"}


def test_files_folders_and_addresses_together(corpus: Path) -> None:
    site = Site({"/a": Reply(story("One"), headers={"ETag": '"1"'})})
    with serving(site):
        site.pages["/sitemap.xml"] = f"<urlset><url><loc>{site.url}/a</loc></url></urlset>"
        given: list[Path | str] = [
            corpus,
            f"{site.url}/sitemap.xml",
            str(write_jsonl(corpus.parent / "more.jsonl", {"text": "It snowed on the wall."})),
        ]

        def once(*, prune: bool = False) -> IngestReport:
            return ingest(
                given,
                root=corpus.parent / "index",
                embedder=FakeEmbedder(),
                private_addresses=True,
                fetch_delay=0,
                prune=prune,
            )

        assert (once().added, once().unchanged) == (4, 4)
        # What the server says is unchanged is still there, so pruning does not take it away.
        assert once(prune=True).removed == 0
    assert [status for path, _, status in site.asked if path == "/a"] == [200, 304, 304]


def test_nothing_private_is_fetched_without_the_setting(corpus: Path) -> None:
    with serving(Site({"/a": story("One")})) as site:
        report = ingest([corpus, f"{site.url}/a"], root=corpus.parent / "index", embedder=FakeEmbedder())
    assert report.added == 2
    assert [(one.file, "no public address" in one.reason) for one in report.rejected] == [(f"{site.url}/a", True)]
    assert site.asked == []


class _Stopped(FakeEmbedder):
    """Is interrupted after so many texts."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def embed(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> npt.NDArray[np.float32]:
        if self.embedded + len(texts) > self._most:
            raise KeyboardInterrupt
        return super().embed(texts, progress=progress)


def test_an_ingest_that_was_interrupted_goes_on_where_it_was(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onrecord.ingest._AT_ONCE", 2)
    _ingest(corpus, FakeEmbedder())
    for number in range(6):
        (corpus / f"more-{number}.txt").write_text(f"The bridge number {number} was built of stone.\n", "utf-8")
    stopped = _Stopped(4)
    with pytest.raises(KeyboardInterrupt):
        _ingest(corpus, stopped)
    assert 0 < stopped.embedded < 6
    root = corpus.parent / "index"
    assert (root / "CURRENT").read_text("utf-8").startswith("gen-000001 ")
    (corpus.parent / "other.txt").write_text("Another ingest comes between.", "utf-8")
    ingest([corpus.parent / "other.txt"], root=root, embedder=FakeEmbedder(), passage_words=20)
    assert list(root.glob(".embedded-*")), "it does not throw away what the stopped one has done"
    embedder = FakeEmbedder()
    report = _ingest(corpus, embedder)
    assert (report.added, report.embedded, embedder.embedded) == (6, 6 - stopped.embedded, 6 - stopped.embedded)
    assert not list(root.glob(".embedded-*"))
