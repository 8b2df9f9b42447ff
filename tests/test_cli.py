"""The command line: its JSON, and one clear line for everything that cannot be used."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from onrecord.cli import main
from onrecord.runtime import Runtime
from tests.fakes import FakeEmbedder
from tests.samples import SHIPPED
from tests.websites import Site, serving, story

SEED = "What does Pu say about auto manufacturing?"


class Said(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Said]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the shipped article, made with the fake embedder."""
    root = tmp_path_factory.mktemp("published") / "index"
    Runtime(_settings(root), embedder=FakeEmbedder()).ingest([SHIPPED])
    return root


def _settings(root: Path) -> Any:
    from onrecord.settings import load_settings

    return load_settings(index=root, model="none")


@pytest.fixture
def run(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in an empty folder, on a copy of the index, with no model."""
    shutil.copytree(published, tmp_path / "index")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Runtime, "embedder", FakeEmbedder())
    monkeypatch.setenv("ONRECORD_MODEL", "none")

    def call(*arguments: str) -> Said:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        out, err = capsys.readouterr()
        return Said(int(ended.value.code or 0), out, err)

    return call


def _write(name: str, data: bytes | str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)

    return write


def _nothing(folder: Path) -> None:
    assert folder.is_dir()


def _damage(name: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        path = folder / "index" / "gen-000001" / name
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)

    return damage


def _set(**settings: str) -> Callable[[Path], None]:
    def change(_folder: Path) -> None:
        os.environ.update({f"ONRECORD_{name.upper()}": value for name, value in settings.items()})

    return change


def _remove_current(folder: Path) -> None:
    (folder / "index" / "CURRENT").unlink()


DRAFT = """\
# Cars

“Chongqing serves as the largest automobile manufacturing base in China,” said Pu Yongjian. “Nobody doubts it.”

“There is a lot of room for cooperation,” said Li Wei. It is a “hub”, he said.

He added: “The moon is made of cheese and of other dairy products.”
"""
LONG = "word " * 101
BAD: list[tuple[str, Callable[[Path], None], list[str], int, str]] = [
    ("an unknown command", _nothing, ["aks", "x"], 2, "aks"),
    ("an unknown option", _nothing, ["ask", "x", "--speeker", "Pu"], 2, "--speeker"),
    ("an option without its value", _nothing, ["ask", "x", "--speaker"], 2, "--speaker"),
    ("one argument too many", _nothing, ["ask", "x", "y"], 2, "y"),
    ("no question", _nothing, ["ask"], 2, "question"),
    ("an empty question", _nothing, ["ask", ""], 2, "empty"),
    ("a question of blanks", _nothing, ["ask", " \t\u200b"], 2, "empty"),
    ("a question of punctuation", _nothing, ["ask", "?!"], 2, "empty"),
    ("a long question", _nothing, ["ask", LONG], 2, "505 characters"),
    ("a day that does not exist", _nothing, ["ask", SEED, "--since", "2022-02-30"], 2, "since is not a date"),
    ("a word for a day", _nothing, ["ask", SEED, "--until", "yesterday"], 2, "until is not a date"),
    ("today in another order", _nothing, ["ask", SEED, "--today", "01.02.2022"], 2, "today is not a date"),
    ("since after until", _nothing, ["ask", SEED, "--since", "2023-01-02", "--until", "2023-01-01"], 2, "after"),
    ("an unknown speaker", _nothing, ["ask", SEED, "--speaker", "Nobody Atall"], 2, "Nobody Atall"),
    ("an empty speaker", _nothing, ["ask", SEED, "--speaker", " "], 2, "speaker"),
    ("an unknown article", _nothing, ["ask", SEED, "--article", "none.md"], 2, "none.md"),
    ("a question and a batch", _write("b.jsonl", "{}"), ["ask", SEED, "--batch", "b.jsonl"], 2, "either"),
    ("a batch that is not there", _nothing, ["ask", "--batch", "b.jsonl"], 2, "b.jsonl"),
    ("a folder as a batch", _nothing, ["ask", "--batch", "index"], 2, "index"),
    ("a batch that is not UTF-8", _write("b.jsonl", b"\xff\xfe\x00"), ["ask", "--batch", "b.jsonl"], 2, "UTF-8"),
    ("a batch line that is not JSON", _write("b.jsonl", "{"), ["ask", "--batch", "b.jsonl"], 2, "line 1"),
    ("a batch line that is a list", _write("b.jsonl", "\n[1]"), ["ask", "--batch", "b.jsonl"], 2, "line 2"),
    ("a batch line without a question", _write("b.jsonl", '{"id": 1}'), ["ask", "--batch", "b.jsonl"], 2, "question"),
    (
        "a history that is no list",
        _write("b.jsonl", '{"question": "x", "history": "y"}'),
        ["ask", "--batch", "b.jsonl"],
        2,
        "history",
    ),
    (
        "a turn without text",
        _write("b.jsonl", '{"question": "x", "history": [{}]}'),
        ["ask", "--batch", "b.jsonl"],
        2,
        "turn",
    ),
    ("a question that is a number", _write("b.jsonl", '{"question": 7}'), ["ask", "--batch", "b.jsonl"], 2, "question"),
    ("a deep batch line", _write("b.jsonl", "[" * 100_000), ["ask", "--batch", "b.jsonl"], 2, "line 1"),
    (
        "a batch line with a bad day",
        _write("b.jsonl", '{"question": "x", "since": 5}'),
        ["ask", "--batch", "b.jsonl"],
        2,
        "since",
    ),
    ("an empty query", _nothing, ["search", ""], 2, "empty"),
    ("a query of operators", _nothing, ["search", '"* ~ ^'], 2, "empty"),
    ("no passages wanted", _nothing, ["search", "x", "-k", "0"], 2, "-k"),
    ("a word for a number", _nothing, ["search", "x", "-k", "many"], 2, "-k"),
    ("too many passages", _nothing, ["search", "x", "-k", "1000000"], 2, "-k"),
    (
        "a batch with a bad k",
        _write("b.jsonl", '{"query": "x", "k": true}'),
        ["search", "--batch", "b.jsonl"],
        2,
        "k is not",
    ),
    ("an article without its id", _nothing, ["article"], 2, "ID"),
    ("an article in half a character", _nothing, ["article", "\udcff"], 2, "udcff"),
    ("a filter in half a character", _nothing, ["search", "x", "--article", "\udcff"], 2, "udcff"),
    ("an article that is not there", _nothing, ["article", "none.md"], 2, "none.md"),
    ("quotes of nobody", _nothing, ["quotes", "--speaker", "Nobody"], 2, "Nobody"),
    ("quotes of no article", _nothing, ["quotes", "--article", "none.md"], 2, "none.md"),
    ("a merge of strangers", _nothing, ["speakers", "--merge", "A", "B"], 2, "'A'"),
    ("a merge and an undo", _nothing, ["speakers", "--merge", "A", "B", "--undo"], 2, "exclude"),
    ("nothing to undo", _nothing, ["speakers", "--undo"], 2, "undone"),
    ("nothing to ingest", _nothing, ["ingest"], 2, "PATH"),
    ("a port out of range", _nothing, ["serve", "--port", "70000"], 2, "--port"),
    ("an address of nobody here", _nothing, ["serve", "--host", "192.0.2.1", "--port", "0"], 2, "192.0.2.1"),
    ("a setting that is no number", _set(passage_words="many"), ["verify"], 2, "passage_words"),
    ("a setting out of range", _set(passage_words="3"), ["verify"], 2, "passage_words"),
    ("an unknown setting", _write("onrecord.toml", "colour = 3\n"), ["verify"], 2, "colour"),
    ("a file of settings that is not TOML", _write("onrecord.toml", "= 3"), ["verify"], 2, "onrecord.toml"),
    ("an empty quotation", _nothing, ["check", "“ ”"], 2, "empty"),
    ("no quotation", _nothing, ["check"], 2, "quote"),
    ("a draft that is not there", _nothing, ["check", "--draft", "gone.md"], 2, "gone.md"),
    ("a draft of another kind", _write("d.pdf", b"%PDF"), ["check", "--draft", "d.pdf"], 2, "d.pdf"),
    ("an empty draft", _write("d.txt", b""), ["check", "--draft", "d.txt"], 2, "d.txt"),
    ("a draft that is no document", _write("d.docx", b"PK"), ["check", "--draft", "d.docx"], 2, "d.docx"),
    ("a draft and a quotation", _write("d.txt", DRAFT), ["check", "x", "--draft", "d.txt"], 2, "alone"),
    ("a speaker of blanks", _nothing, ["check", "x", "--speaker", " "], 2, "speaker"),
    ("a withdrawal of nothing", _nothing, ["withdraw", "none.md"], 2, "none.md"),
    ("a correction without a note", _nothing, ["correct", SHIPPED.name], 2, "--note"),
    ("an empty note", _nothing, ["correct", SHIPPED.name, "--note", " "], 2, "note"),
    ("no generation before", _nothing, ["rollback"], 3, "oldest"),
    ("damaged statuses", _write("index/status.json", "[]"), ["ask", SEED], 3, "status.json"),
    ("no index", _nothing, ["ask", SEED, "--index", "nowhere"], 3, "no index"),
    ("an index without its pointer", _remove_current, ["ask", SEED], 3, "CURRENT"),
    ("an index that is a file", _write("x", ""), ["ask", SEED, "--index", "x"], 3, "not a folder"),
    ("a pointer to nowhere", _write("index/CURRENT", "gen-999999 0123456789abcdef\n"), ["verify"], 3, "gen-999999"),
    ("a pointer that climbs", _write("index/CURRENT", "../../etc"), ["verify"], 3, "CURRENT"),
    ("a damaged manifest", _damage("manifest.json"), ["verify"], 3, "manifest.json"),
    ("damaged vectors", _damage("vectors/index.faiss"), ["ask", SEED], 3, "vectors/index.faiss"),
    ("a damaged store", _damage("articles.db"), ["search", "x"], 3, "articles.db"),
    ("damaged decisions", _write("index/speakers.json", "{"), ["speakers"], 3, "speakers.json"),
    ("a model that is not there", _set(model="none.gguf"), ["ask", SEED], 3, "none.gguf"),
    ("a model that is no GGUF", _set(model="onrecord.toml"), ["ask", SEED], 3, "onrecord.toml"),
]


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
@pytest.mark.parametrize(
    ("prepare", "arguments", "code", "named"), [case[1:] for case in BAD], ids=[case[0] for case in BAD]
)
def test_what_cannot_be_used_gets_one_clear_line(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    prepare: Callable[[Path], None],
    arguments: list[str],
    code: int,
    named: str,
    as_json: bool,
) -> None:
    monkeypatch.setattr(os, "environ", os.environ.copy())
    prepare(tmp_path)
    as_json &= arguments[0] != "serve"
    said = run(arguments[0], *["--json"] * as_json, *arguments[1:])
    assert said.code == code
    lines = said.err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("onrecord: ")
    assert named in lines[0]
    assert "Traceback" not in said.err
    if as_json:
        error = said.json["error"]
        assert set(error) == {"code", "message", "hint"}
        assert error["hint"]
        assert named in error["message"]
    else:
        assert said.out == ""


def test_an_ingest_of_nothing_says_why(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for path, reason in (("empty", "no articles"), ("nowhere", "no such file"), ("index/CURRENT", "not one of")):
        said = run("ingest", path, "--index", "new")
        assert said.code == 2
        assert reason in said.err
        assert not (tmp_path / "new" / "CURRENT").exists()


def test_a_broken_file_is_rejected_and_the_rest_is_ingested(run: Run, tmp_path: Path) -> None:
    lines = ['{"title": "A", "text": "It rained."}', '{"title": 3}', "{", '{"title": "B", "text": "It snowed."}']
    (tmp_path / "news.jsonl").write_text("\n".join(lines), "utf-8")
    said = run("ingest", "news.jsonl", "--index", "new", "--json")
    assert said.code == 0
    assert said.json["articles"] == {"added": 2, "changed": 0, "unchanged": 0, "removed": 0, "rejected": 2}
    assert [(one["file"], one["line"]) for one in said.json["rejected"]] == [("news.jsonl", 2), ("news.jsonl", 3)]
    assert all(one["reason"] for one in said.json["rejected"])
    assert len(said.err.splitlines()) == 2


def test_paths_and_addresses_are_ingested_together(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rain.txt").write_text("It rained.")
    with serving(Site({"/a": story("The Wall"), "/robots.txt": "User-agent: *\nDisallow: /b"})) as site:
        refused = run("ingest", "rain.txt", f"{site.url}/a", "--index", "new", "--json").json
        assert (refused["articles"]["added"], refused["articles"]["rejected"]) == (1, 1)
        assert "no public address" in refused["rejected"][0]["reason"]
        monkeypatch.setenv("ONRECORD_PRIVATE_ADDRESSES", "true")
        monkeypatch.setenv("ONRECORD_FETCH_DELAY", "0")
        said = run("ingest", "rain.txt", f"{site.url}/a", f"{site.url}/b", "--index", "new", "--json").json
    assert said["articles"] == {"added": 1, "changed": 0, "unchanged": 1, "removed": 0, "rejected": 1}
    assert said["rejected"] == [
        {"file": f"{site.url}/b", "line": None, "reason": f"the robots.txt of {site.url} does not allow it"}
    ]


def test_ingest_prints_what_the_contract_names(run: Run) -> None:
    said = run("ingest", str(SHIPPED), "--json").json
    assert set(said) == {"generation", "articles", "passages", "embedded", "quotes", "seconds", "rejected"}
    assert said["articles"]["unchanged"] == 1
    assert said["embedded"] == 0


def test_search_prints_what_the_contract_names(run: Run) -> None:
    said = run("search", "smart manufacturing", "-k", "2", "--json").json
    assert said["query"] == "smart manufacturing"
    assert [hit["rank"] for hit in said["hits"]] == [1, 2]
    assert set(said["hits"][0]) == {"rank", "article", "start", "end", "text", "score"}
    text = run("article", said["hits"][0]["article"], "--json").json["text"]
    for hit in said["hits"]:
        assert text[hit["start"] : hit["end"]] == hit["text"]


def test_ask_prints_what_the_contract_names(run: Run) -> None:
    said = run("ask", SEED, "--no-model", "--json").json
    assert set(said) == {
        "question", "understood", "refused", "mode", "generation", "statements", "answer_span", "citations", "nearest",
        "timings_ms",
    }  # fmt: skip
    assert said["mode"] == "extractive"
    assert set(said["statements"][0]) == {"text", "kind", "speaker", "citations"}
    assert set(said["citations"][0]) == {
        "number", "article", "title", "url", "published", "outlet", "start", "end", "text", "status", "note", "copies",
    }  # fmt: skip
    text = run("article", said["citations"][0]["article"], "--json").json["text"]
    for citation in said["citations"]:
        assert text[citation["start"] : citation["end"]] == citation["text"]


def test_a_follow_up_says_how_it_was_understood(run: Run, tmp_path: Path) -> None:
    understood = "What does Pu say about big data?"
    said = run("ask", "And about big data?", "--after", SEED, "--no-model", "--json").json
    assert (said["question"], said["understood"], said["refused"]) == ("And about big data?", understood, False)
    assert run("ask", SEED, "--no-model", "--json").json["understood"] is None
    shown = run("ask", "And about big data?", "--after", SEED, "--no-model").out
    assert shown.startswith(f"(understood as: {understood})\n")
    history = [{"question": SEED, "answer": "A lot."}]
    (tmp_path / "q.jsonl").write_text(json.dumps({"question": "And about big data?", "history": history}), "utf-8")
    assert run("ask", "--batch", "q.jsonl").json["understood"] == understood


def test_a_stream_is_one_event_a_line_and_ends_with_the_answer(run: Run) -> None:
    events = run("ask", SEED, "--stream").lines
    assert [event["event"] for event in events] == ["searched", *["statement"] * (len(events) - 2), "answer"]
    assert [event["statement"] for event in events[1:-1]] == events[-1]["statements"]


def test_a_batch_answers_in_order_with_ids(run: Run, tmp_path: Path) -> None:
    records = [
        {"id": "b", "question": SEED, "no_model": True},
        {"id": "a", "question": "What is the capital of France?"},
    ]
    (tmp_path / "q.jsonl").write_text("\n".join(map(json.dumps, records)), "utf-8")
    said = run("ask", "--batch", "q.jsonl").lines
    assert [(one["id"], one["refused"]) for one in said] == [("b", False), ("a", True)]
    queries = [{"id": 1, "query": "big data", "k": 1}, {"id": 2, "query": "big data", "speaker": "Pu", "k": 3}]
    (tmp_path / "s.jsonl").write_text("\n".join(map(json.dumps, queries)), "utf-8")
    found = run("search", "--batch", "s.jsonl").lines
    assert [(one["id"], len(one["hits"])) for one in found] == [(1, 1), (2, 3)]


def test_a_line_separator_inside_a_string_ends_no_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "s.jsonl").write_bytes('{"id": 1, "query": "big\u2028data"}\r\n'.encode())
    (line, _) = run("search", "--batch", "s.jsonl").out.split("\n")
    assert json.loads(line)["query"] == "big\u2028data"


def test_quotes_are_slices(run: Run) -> None:
    quotes = run("quotes", "--speaker", "Pu", "--json").lines
    text = run("article", SHIPPED.name, "--json").json["text"]
    assert sum(len(quote["spans"]) for quote in quotes if quote["direct"]) == 7
    for quote in quotes:
        assert set(quote) == {"article", "spans", "text", "speaker", "cue", "direct"}
        assert quote["speaker"]["name"] == "Pu Yongjian"
        assert quote["text"] == " ".join(text[start:end] for start, end in quote["spans"])


def test_names_are_merged_and_the_merge_undone(run: Run) -> None:
    before = run("speakers", "--json").lines
    names = [one["name"] for one in before]
    merged = run("speakers", "--merge", names[1], names[0], "--json").lines
    assert [one["name"] for one in merged] == [name for name in names if name != names[1]]
    assert merged[0]["direct"] + merged[0]["reported"] == sum(one["direct"] + one["reported"] for one in before[:2])
    assert names[1] in merged[0]["aliases"]
    assert run("ingest", str(SHIPPED)).code == 0
    assert run("speakers", "--json").lines == merged
    assert run("speakers", "--undo", "--json").lines == before


def test_a_withdrawn_article_is_neither_found_nor_cited(run: Run) -> None:
    assert run("withdraw", SHIPPED.name, "--note", "It was a draft.", "--json").json["status"] == "withdrawn"
    assert run("search", "automobile manufacturing", "--json").json["hits"] == []
    assert run("search", "automobile", "--article", SHIPPED.name, "--json").json["hits"] == []
    assert run("ask", SEED, "--json").json["refused"] is True
    assert run("quotes", "--json").out == ""
    assert run("ingest", str(SHIPPED)).code == 0
    assert run("ask", SEED, "--json").json["refused"] is True
    assert run("withdraw", SHIPPED.name, "--undo").code == 0
    assert run("ask", SEED, "--json").json["refused"] is False


def test_a_correction_is_told_wherever_the_article_is_cited(run: Run) -> None:
    run("correct", SHIPPED.name, "--note", "The third quotation was cut.")
    citations = run("ask", SEED, "--json").json["citations"]
    assert {(one["status"], one["note"]) for one in citations} == {("corrected", "The third quotation was cut.")}
    assert "The third quotation was cut." in run("ask", SEED).out


def test_the_generation_before_is_published_again(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rain.txt").write_text("The rain came.\n\nIt rained on Monday for nine hours.", "utf-8")
    assert run("ingest", "rain.txt", "--json").json["generation"] == "gen-000002"
    assert run("article", "rain.txt").code == 0
    assert run("rollback", "--json").json["generation"] == "gen-000001"
    assert run("article", "rain.txt").code == 2
    assert run("rollback").code == 3
    assert run("ingest", "rain.txt", "--json").json["generation"] == "gen-000003"
    assert run("verify").code == 0


@pytest.mark.parametrize(
    ("quote", "speaker", "verdict", "flag"),
    [
        ("Chongqing serves as the largest automobile manufacturing base in China", "Pu", "verbatim", None),
        ("chongqing serves as the largest automobile-manufacturing base in China.", None, "verbatim", None),
        ("Chongqing serves as the largest automobile manufacturing base in China", "Li Wei", "other_speaker", None),
        ("Chongqing serves as the second automobile manufacturing base in China", "Pu", "altered", None),
        (
            "Chongqing does not serve as the largest automobile manufacturing base in China",
            "Pu",
            "altered",
            "negation_changed",
        ),
        ("The moon is made of cheese and of other dairy products", None, "not_found", None),
    ],
)
def test_a_quotation_is_checked(run: Run, quote: str, speaker: str | None, verdict: str, flag: str | None) -> None:
    said = run("check", quote, *(["--speaker", speaker] if speaker else []), "--json").json
    assert set(said) == {"claim", "verdict", "flags", "matches"}
    assert said["verdict"] == verdict
    assert flag is None or flag in said["flags"]
    text = run("article", SHIPPED.name, "--json").json["text"]
    for match in said["matches"]:
        assert match["text"] == " ".join(text[start:end] for start, end in match["spans"])
        for edit in match["edits"]:
            assert edit["op"] in {"replace", "insert", "delete"}
        before, after = match["context"]["before"], match["context"]["after"]
        assert text[: match["spans"][0][0]].endswith(before)
        assert text[match["spans"][-1][1] :].startswith(after)


def test_a_check_never_says_that_something_was_never_said(run: Run) -> None:
    assert "does not mean that it was never said" in run("check", "The moon is made of cheese and milk").out


def test_where_nothing_matches_what_was_said_on_the_subject_is_listed(run: Run) -> None:
    quote = "Both cities should build their cars together one day"
    assert "nearest" not in run("check", quote, "--json").json
    said = run("check", quote, "--nearest", "--json").json
    assert said["verdict"] == "not_found"
    assert {one["article"] for one in said["nearest"]} == {SHIPPED.name}
    assert "Said on the subject:" in run("check", quote, "--nearest").out


def test_quotes_about_a_subject_and_of_some_days(run: Run, tmp_path: Path) -> None:
    records = [
        {"id": day, "published": day, "text": f"“The water rises on {day[-2:]} days,” said Maria Keller."}
        for day in ("2023-05-01", "2023-05-09", "2023-06-02")
    ]
    (tmp_path / "more.jsonl").write_text("\n".join(map(json.dumps, records)), "utf-8")
    run("ingest", "more.jsonl")
    dated = run("quotes", "--since", "2023-05-02", "--until", "2023-05-31", "--json").lines
    assert [one["article"] for one in dated] == ["2023-05-09"]
    about = run("quotes", "--about", "how the water rises", "--json", "-k", "2").lines
    assert len(about) == 2
    assert {one["speaker"]["name"] for one in about} == {"Maria Keller"}
    pu = run("quotes", "--about", "how the water rises", "--speaker", "Pu", "--json").lines
    assert {one["speaker"]["name"] for one in pu} == {"Pu Yongjian"}
    assert run("quotes", "--since", "2023-05-01", "--until", "2023-04-01").code == 2


def test_quotations_are_checked_in_bulk(run: Run, tmp_path: Path) -> None:
    records = [
        {"id": 1, "quote": "there is a lot of room for cooperation", "speaker": "Pu"},
        {"id": 2, "quote": "No such words were printed"},
    ]
    (tmp_path / "c.jsonl").write_text("\n".join(map(json.dumps, records)), "utf-8")
    said = run("check", "--batch", "c.jsonl").lines
    assert [(one["id"], one["verdict"]) for one in said] == [(1, "truncated"), (2, "not_found")]


def test_each_quotation_of_a_draft_is_checked(run: Run, tmp_path: Path) -> None:
    (tmp_path / "draft.md").write_text(DRAFT, "utf-8")
    said = run("check", "--draft", "draft.md", "--json").lines
    shown = DRAFT.removeprefix("# ")
    verdicts = [(one["claim"]["speaker"], one["verdict"]) for one in said]
    assert verdicts[0] == ("Pu Yongjian", "altered")
    assert verdicts[1] == ("Li Wei", "other_speaker")
    assert verdicts[-1] == ("Li Wei", "not_found")
    for one in said:
        claim = one["claim"]
        assert claim["text"] == " ".join(shown[start:end] for start, end in claim["spans"])


def test_a_draft_is_shown_with_each_part_of_a_quotation_in_its_own_marks(run: Run, tmp_path: Path) -> None:
    (tmp_path / "draft.txt").write_text(DRAFT, "utf-8")
    out = run("check", "--draft", "draft.txt").out
    assert "1. “Chongqing serves as the largest automobile manufacturing base in China,” “Nobody doubts it.” (Pu" in out
    assert "does not mean that it was never said" in out


def test_a_draft_without_quotations_says_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "draft.txt").write_text("The gates are shut.", "utf-8")
    assert run("check", "--draft", "draft.txt", "--json") == Said(0, "", "")


def test_a_withdrawn_article_is_no_match(run: Run) -> None:
    run("withdraw", SHIPPED.name)
    assert run("check", "there is a lot of room for cooperation", "--json").json["verdict"] == "not_found"


def test_a_refusal_names_the_nearest_article(run: Run) -> None:
    said = run("ask", "What is the capital of France?")
    assert said.code == 0
    assert "do not answer" in said.out
    assert "Chengdu, Chongqing Getting to the Forefront" in said.out


def test_verify_and_help(run: Run) -> None:
    assert run("verify", "--json").json["whole"] is True
    assert "gen-000001 is whole" in run("verify").out
    help_text = run("--help").out
    for command in ("ingest", "search", "ask", "article", "quotes", "speakers", "verify", "doctor", "serve"):
        assert command in help_text


def test_without_a_command_the_help_is_named(run: Run) -> None:
    said = run()
    assert said.code == 2
    assert said.err == "onrecord: Missing command.; see `onrecord --help`\n"


def test_the_installed_command_reports_bytes_that_are_no_text(tmp_path: Path) -> None:
    command = [
        os.fsencode(sys.executable),
        b"-m",
        b"onrecord.cli",
        b"article",
        b"\xff\xfe",
        b"--index",
        os.fsencode(tmp_path),
    ]
    ran = subprocess.run(command, capture_output=True, check=False, env=os.environ | {"ONRECORD_MODEL": "none"})
    assert ran.returncode == 3
    assert ran.stderr.decode().startswith("onrecord: no index")
    assert len(ran.stderr.splitlines()) == 1


def test_a_pipe_that_closes_early_is_no_fault(published: Path) -> None:
    command = f"{sys.executable} -m onrecord.cli verify --help | head -c 1"
    ran = subprocess.run(command, shell=True, capture_output=True, text=True, check=True, cwd=published)
    assert ran.stderr == ""
