"""The desk on a real server: closed to others, safe from other sites, decisions that hold, drafts that are forgotten."""

from __future__ import annotations

import gc
import io
import os
import re
import sys
import threading
import time
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.fakes import FakeEmbedder, fake_core
from tests.web.conftest import Serve, Site
from tests.web.desk_site import DRAFT, PASSWORD, Newsroom, newsroom

from onrecord.desk import questions_of
from onrecord.errors import QuestionError
from onrecord.types import Question, SpeakerDecision
from onrecord.web import desk
from onrecord.web.core import Exposure

DOCX = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHOWN = [
    "",
    "/",
    "/check",
    "/draft",
    "/speakers",
    "/speakers/one?name=Ole+Brandt",
    "/review",
    "/review/article?id=wall",
]
DONE: dict[str, dict[str, str]] = {
    "/check": {"quote": "Nobody in this room wants higher taxes"},
    "/draft": {"text": DRAFT},
    "/speakers/merge": {"name": "Maria Keller", "other": "Keller"},
    "/speakers/split": {"name": "Anna M. Berg", "other": "Anna Berg"},
    "/speakers/undo": {"kind": "merge", "name": "Maria Keller", "other": "Keller"},
    "/review/correct": {"id": "wall", "note": "It was 30."},
    "/review/withdraw": {"id": "wall", "note": ""},
    "/review/restore": {"id": "wall"},
    "/review/verify": {},
}
PAGE = {"accept": "text/html"}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    return newsroom(tmp_path_factory.mktemp("newsroom"), keep_questions_days=14)


@pytest.fixture(scope="module")
def site(serve: Serve, room: Newsroom) -> Site:
    return serve(room.core, Exposure(reads=100_000, questions=100_000))


@pytest.fixture(scope="module")
def cookie(site: Site) -> str:
    return signed_in(site, "ann")


def signed_in(site: Site, name: str) -> str:
    answer = httpx.post(f"{site.address}/sign-in", data={"name": name, "password": PASSWORD}, timeout=60)
    return answer.headers["set-cookie"].partition(";")[0]


@pytest.fixture
def ann(site: Site, cookie: str) -> Iterator[httpx.Client]:
    """A browser in which ann is signed in."""
    headers = {"cookie": cookie, "sec-fetch-site": "same-origin", **PAGE}
    with httpx.Client(base_url=f"{site.address}/staff", headers=headers, timeout=60) as client:
        yield client


def test_a_browser_that_is_not_signed_in_sees_no_page(site: Site) -> None:
    with httpx.Client(base_url=f"{site.address}/staff", timeout=60) as client:
        for path in SHOWN:
            answer = client.get(path, headers=PAGE)
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
            assert client.get(path).status_code == 401
        for path, fields in DONE.items():
            for headers in ({}, PAGE, {"origin": site.address, "sec-fetch-site": "same-origin"}):
                answer = client.post(path, data=fields, headers=headers)
                assert answer.status_code == 401
                assert "Keller" not in answer.text
            assert client.post(path, data=fields, headers=PAGE).headers["content-type"] == "text/html; charset=utf-8"


def test_every_page_is_shown_under_the_strict_policy(ann: httpx.Client) -> None:
    for path in SHOWN[2:]:
        answer = ann.get(path)
        assert answer.status_code == 200, path
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self';")
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert "Signed in as <strong>ann</strong>" in answer.text
    assert ann.get("").headers["location"] == ann.get("/").headers["location"] == "/staff/check"
    assert ann.get("/nothing/here").status_code == 404
    assert ann.get("/speakers/one?name=Nobody").status_code == 404
    assert ann.get("/review/article?id=nothing").status_code == 404
    assert ann.get("/check?" + "&".join(f"a{n}=1" for n in range(20))).status_code == 400


def test_style_and_script_are_public_and_kept(site: Site) -> None:
    for name, media in (("desk.css", "text/css"), ("desk.js", "text/javascript")):
        answer = httpx.get(f"{site.address}/{name}")
        assert answer.headers["content-type"] == f"{media}; charset=utf-8"
        assert "immutable" in answer.headers["cache-control"]


OTHERS = [
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
    {},
]


@pytest.mark.parametrize("headers", OTHERS)
def test_no_other_site_does_anything(site: Site, cookie: str, room: Newsroom, headers: dict[str, str]) -> None:
    before = everything_decided(room)
    for path, fields in DONE.items():
        answer = httpx.post(f"{site.address}/staff{path}", data=fields, headers={**headers, "cookie": cookie, **PAGE})
        assert answer.status_code == 403, path
        assert "Pages of that site may not do this" in answer.text
    assert everything_decided(room) == before


def everything_decided(room: Newsroom) -> Any:
    assert room.core.desk
    made = room.core.desk
    return made.decisions(), made.statuses(), made.verification(), made.questions()


def test_a_quotation_is_checked(ann: httpx.Client) -> None:
    answer = ann.post("/check", data={"quote": "We need new gates, and we need them before 2030", "speaker": "Keller"})
    assert answer.status_code == 200
    assert ">Altered</h2>" in answer.text
    assert "a number differs" in answer.text
    assert "<b>2030</b> in the quotation, <b>2033</b> in print" in answer.text
    places = re.findall(r'<p class="headline"><a href="(/article/[^"]+)"', answer.text)
    assert [one.partition("?")[0] for one in places] == ["/article/wall", "/article/wall-coast"]
    assert "Said on the subject" in ann.post("/check", data={"quote": "We shall build a tower"}).text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"quote": ""}, "The quotation is empty; give the words that were said."),
        ({"quote": "…"}, "The quotation is empty"),
        ({"quote": "word " * 500}, "The quotation has 2,499 characters; at most 2,000 can be read."),
        ({"quote": "word", "speaker": "n" * 201}, "The name has 201 characters; at most 200 can be read."),
        ({}, "The quotation is empty"),
    ],
)
def test_what_cannot_be_checked_is_said(ann: httpx.Client, fields: dict[str, str], said: str) -> None:
    answer = ann.post("/check", data=fields)
    assert answer.status_code == 422
    assert said in answer.text


def docx(*paragraphs: str, part: str = "word/document.xml", text: str = "", padding: int = 0) -> bytes:
    rows = "".join(f"<w:p><w:r><w:t>{one}</w:t></w:r></w:p>" for one in paragraphs)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(part, text or f'<w:document xmlns:w="{DOCX}"><w:body>{rows}</w:body></w:document>')
        archive.writestr("media/picture", os.urandom(padding))
    return file.getvalue()


def test_a_draft_is_checked_in_every_format(ann: httpx.Client) -> None:
    paragraphs = DRAFT.strip().split("\n\n")
    page = "".join(f"<p>{one}</p>" for one in paragraphs)
    files = {
        "a.txt": DRAFT.encode(),
        "a.md": b"# Draft\n\n" + DRAFT.encode(),
        "a.html": f"<html><head><title>x</title><script>“no”</script></head><body>{page}</body></html>".encode(),
        "ü.docx": docx(*paragraphs),
        "old.txt": DRAFT.encode("cp1252"),
        "wide.txt": DRAFT.encode("utf-16"),
    }
    answers = [ann.post("/draft", files={"file": (name, data)}, data={"text": ""}) for name, data in files.items()]
    answers.append(ann.post("/draft", data={"text": DRAFT}))
    answers.append(ann.post("/draft", data={"text": DRAFT}, files={"file": ("", b"")}))
    for answer in answers:
        assert answer.status_code == 200
        found = re.findall(r'<tbody role="rowgroup" data-verdict="(\w+)"', answer.text)
        assert found == ["altered", "truncated", "other_speaker", "altered", "not_found"]
    assert "5 quotations in <bdi>ü.docx</bdi>" in answers[3].text
    assert "5 quotations in <bdi>the pasted text</bdi>" in answers[-1].text
    assert "No quotation in" in ann.post("/draft", data={"text": "Nobody speaks here."}).text


BROKEN = {
    "empty.txt": (b"", "The file empty.txt is empty; choose another file."),
    "blank.txt": (b"  \n\n ", "The file blank.txt is empty; choose another file."),
    "binary.txt": (b"a\0b", "NUL bytes"),
    "hidden.html": (b"<p hidden>x</p>", "holds no text that a reader would see"),
    "cut.docx": (docx("“We need new gates,” said Maria Keller.")[:-30], "The file cut.docx: it is damaged"),
    "other.docx": (docx(part="xl/workbook.xml", text="<a/>"), "no Word document"),
    "broken.docx": (docx(text="<w:document"), "not XML"),
    "entities.docx": (docx(text='<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "document type"),
    "b.docx": (docx(text=" " * 60_000_000), "unpacks to more than 20 MiB"),
    "deep.html": (b"<div>" * 5000 + b"x", "nested more than 256 deep"),
    "story.pdf": (b"%PDF-1.7", "is not one of .txt, .md, .html, .htm, .docx"),
    "story": (b"x", "is not one of"),
    "../../etc/passwd": (b"x", "is not one of"),
    "": (b"x", "is not one of"),
    "large.txt": (b"a" * (5 * 2**20 + 1), "larger than 5 MiB"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_draft_is_a_clear_sentence(ann: httpx.Client, name: str) -> None:
    data, said = BROKEN[name]
    answer = ann.post("/draft", files={"file": (name or " ", data)})
    assert answer.status_code == 422
    assert '<p class="told bad" role="alert">' in answer.text
    assert said in answer.text
    assert "Traceback" not in answer.text
    assert "etc/" not in answer.text


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (b"", "multipart/form-data; boundary=x", 422),
        (b"--x\r\n\r\n", "multipart/form-data; boundary=x", 400),
        (b"--y--", "multipart/form-data; boundary=x", 400),
        (b"x", "multipart/form-data", 400),
        (b"text=" + b"%ff%fe", "application/x-www-form-urlencoded", 422),
        (b"text=%00", "application/x-www-form-urlencoded", 422),
        (b"&".join(b"a%d=1" % n for n in range(50)), "application/x-www-form-urlencoded", 400),
        (b"\xff\x00", "application/octet-stream", 422),
        (b"{}", "application/json", 422),
    ],
)
def test_a_form_that_no_page_sends_is_a_clear_sentence(ann: httpx.Client, body: bytes, media: str, status: int) -> None:
    answer = ann.post("/draft", content=body, headers={"content-type": media})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_only_a_draft_may_be_large(ann: httpx.Client) -> None:
    padding = b"<!--" + b"x" * (4 * 2**20) + b"-->"
    assert ann.post("/draft", files={"file": ("a.html", DRAFT.encode() + padding)}).status_code == 200
    answer = ann.post("/check", data={"quote": padding.decode()})
    assert (answer.status_code, "<h1>" in answer.text) == (413, True)
    answer = ann.post("/draft", files={"file": ("a.txt", b"a" * (6 * 2**20))})
    assert (answer.status_code, "<h1>" in answer.text) == (413, True)


def test_a_draft_of_many_quotations_says_that_it_is_not_complete(
    ann: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "MOST_QUOTATIONS", 3)
    answer = ann.post("/draft", data={"text": DRAFT})
    assert answer.text.count("<tbody") == 3
    assert "quotations were checked; check the rest in parts." in answer.text


CANARY = "the tower of glass will cost 7 million canaries"


def test_nothing_of_a_draft_is_kept(ann: httpx.Client, room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not on the disk, not even for a moment, and in no object that is alive once the answer is out."""
    text = f"“We hear that {CANARY},” said Ole Brandt.\n\n" + "A line of the draft. " * 4000
    padding = f"<!-- {CANARY} {'x' * (3 * 2**20)} -->"
    opened: list[str] = []
    watching = threading.Event()

    def hear(event: str, given: tuple[Any, ...]) -> None:
        if watching.is_set() and event == "open" and isinstance(given[0], str | bytes | os.PathLike):
            flags = given[2] if isinstance(given[2], int) else 0
            if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                opened.append(os.fsdecode(given[0]))
        elif watching.is_set() and event in {"tempfile.mkstemp", "tempfile.mkdtemp"}:
            opened.append(str(given))

    sys.addaudithook(hear)
    before = files_of(room.folder)
    watching.set()
    shown = [
        ann.post("/draft", files={"file": ("canary.docx", docx(*text.split("\n\n"), padding=3 * 2**20))}),
        ann.post("/draft", files={"file": ("canary.html", (text + padding).encode())}),
        ann.post("/draft", data={"text": text}),
        ann.post("/draft", files={"file": ("canary.docx", docx(text)[:-40])}),
        ann.post("/check", data={"quote": f"We hear that {CANARY}"}),
    ]
    watching.clear()
    assert [answer.status_code for answer in shown] == [200, 200, 200, 422, 200]
    assert [CANARY in answer.text for answer in shown] == [True, True, True, False, True]
    assert opened == []
    assert files_of(room.folder) == before
    ann.get("/check")
    del shown, text, padding
    assert isinstance(room.runtime.embedder, FakeEmbedder)
    room.runtime.embedder.texts.clear()  # the fake keeps what it embeds, for tests to look at
    until = time.monotonic() + 20
    while (alive := holders(CANARY)) and time.monotonic() < until:
        time.sleep(0.2)
    assert alive == []


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def holders(canary: str) -> list[str]:
    """Objects, besides this module's own, that refer to a text with the canary in it."""
    gc.collect()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # libraries warn of what is old in them where it is merely looked at
        return _holders(canary.encode())


def _holders(needle: bytes) -> list[str]:
    found: list[str] = []
    for thing in gc.get_objects():
        for one in gc.get_referents(thing):
            held = (
                one
                if isinstance(one, bytes | bytearray)
                else one.encode("utf-8", "replace")
                if type(one) is str
                else b""
            )
            if needle in held and not is_ours(thing):
                found.append(f"{type(thing)} {repr(thing)[:200]}")
    return found


def is_ours(thing: object) -> bool:
    return thing is globals() or isinstance(thing, type((lambda: None).__code__)) or __name__ in repr(type(thing))


def test_names_are_merged_and_the_decision_is_undone(ann: httpx.Client, room: Newsroom) -> None:
    done = ann.post("/speakers/merge", data={"name": "Maria Keller", "other": "Keller"})
    assert (done.status_code, done.headers["location"]) == (303, "/staff/speakers?done=merged")
    listed = ann.get("/speakers?done=merged").text
    assert "The names are one person now." in listed
    assert "<bdi>Maria Keller</bdi> is the same person as <bdi>Keller</bdi>" in listed
    one = ann.get("/speakers/one?name=Keller").text
    assert "<h1>Maria Keller</h1>" in one
    assert "4 word for word" in one
    assert "Split off" in one
    room.runtime.ingest([room.folder / "invented.jsonl"])
    assert "<h1>Maria Keller</h1>" in ann.get("/speakers/one?name=Keller").text
    undone = ann.post("/speakers/undo", data={"kind": "merge", "name": "Maria Keller", "other": "Keller"})
    assert undone.headers["location"] == "/staff/speakers?done=undone"
    assert "<h1>Keller</h1>" in ann.get("/speakers/one?name=Keller").text
    assert room.core.desk
    assert room.core.desk.decisions() == ()


def test_a_name_is_split_off(ann: httpx.Client, room: Newsroom) -> None:
    ann.post("/speakers/split", data={"name": "Anna M. Berg", "other": "Anna Berg"})
    assert "<h1>Anna M. Berg</h1>" in ann.get("/speakers/one?name=Anna+M.+Berg").text
    again = ann.post("/speakers/split", data={"name": "Anna M. Berg", "other": "Anna Berg"})
    assert (again.status_code, "two persons already" in again.text) == (422, True)
    ann.post("/speakers/undo", data={"kind": "split", "name": "Anna M. Berg", "other": "Anna Berg"})
    assert "<h1>Anna Berg</h1>" in ann.get("/speakers/one?name=Anna+M.+Berg").text


def test_an_undo_takes_back_what_was_shown_and_nothing_else(ann: httpx.Client, room: Newsroom) -> None:
    assert room.core.desk
    room.core.desk.decide(SpeakerDecision("merge", "Maria Keller", "Keller"))
    room.core.desk.decide(SpeakerDecision("split", "Maria Keller", "Keller"))
    answer = ann.post("/speakers/undo", data={"kind": "merge", "name": "Maria Keller", "other": "Keller"})
    assert answer.status_code == 422
    assert "Another decision was made in the meantime" in answer.text
    assert len(room.core.desk.decisions()) == 2
    for decision in reversed(room.core.desk.decisions()):
        room.core.desk.undo(decision)
    with pytest.raises(QuestionError):
        room.core.desk.undo(decision)


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        (
            {"name": "Maria Keller", "other": "Nobody <b>"},
            422,
            "Nobody in this corpus is listed as “Nobody &lt;b&gt;”.",
        ),
        ({"name": "Maria Keller", "other": ""}, 422, "Write the name exactly as it is listed"),
        ({"name": "Maria Keller", "other": "Maria Keller"}, 422, "These names are one person already."),
        ({"name": "Nobody", "other": "Maria Keller"}, 404, "Nobody of that name is quoted"),
        ({}, 404, "Nobody of that name is quoted"),
    ],
)
def test_names_that_cannot_be_merged(ann: httpx.Client, fields: dict[str, str], status: int, said: str) -> None:
    answer = ann.post("/speakers/merge", data=fields)
    assert answer.status_code == status
    assert said in answer.text


def test_many_decisions_at_once_lose_none(ann: httpx.Client, room: Newsroom) -> None:
    assert room.core.desk
    made = room.core.desk
    threads = [
        threading.Thread(target=made.decide, args=(SpeakerDecision("split", "Maria Keller", "Keller"),))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made.decisions()) == 8
    for decision in made.decisions():
        made.undo(decision)


def test_an_article_is_corrected_withdrawn_and_restored(ann: httpx.Client, room: Newsroom) -> None:
    assert "Lindby raises its harbour wall" in ann.get("/review?find=harbour+wall").text
    assert ann.post("/review/correct", data={"id": "wall", "note": " "}).status_code == 422
    assert ann.post("/review/correct", data={"id": "wall", "note": "n" * 1001}).status_code == 422
    done = ann.post("/review/correct", data={"id": "wall", "note": "It was <30>\r\ncentimetres."})
    assert done.headers["location"] == "/staff/review?done=corrected"
    listed = ann.get("/review?done=corrected").text
    assert "The article is marked as corrected." in listed
    assert "It was &lt;30&gt; centimetres." in listed
    quote = {"quote": "We need new gates, and we need them before 2033"}
    assert "<strong>Corrected</strong>" in ann.post("/check", data=quote).text
    ann.post("/review/withdraw", data={"id": "wall", "note": "Wrong."})
    assert "/article/wall?" not in ann.post("/check", data=quote).text
    assert ">Withdrawn</strong>" in ann.get("/review").text
    assert "Let it stand as printed again" in ann.get("/review/article?id=wall").text
    ann.post("/review/restore", data={"id": "wall"})
    assert "/article/wall?" in ann.post("/check", data=quote).text
    assert "Every article stands as printed." in ann.get("/review").text
    assert ann.post("/review/withdraw", data={"id": "nothing"}).status_code == 404


def test_the_index_is_verified_in_the_background(ann: httpx.Client, room: Newsroom) -> None:
    assert "Not checked since the server started" in ann.get("/review").text
    assert "state good" in verified(ann)
    file = next((room.runtime.settings.index / room.runtime.manifest().generation).rglob("articles.db"))
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    try:
        assert "articles.db is changed (its checksum differs)" in verified(ann)
    finally:
        file.write_bytes(whole)
    assert "state good" in verified(ann)


def verified(ann: httpx.Client) -> str:
    assert ann.post("/review/verify").headers["location"] == "/staff/review?done=verifying#index"
    until = time.monotonic() + 30
    while 'data-state="running"' in (shown := ann.get("/review").text) and time.monotonic() < until:
        time.sleep(0.1)
    return re.search(r'<div id="verification".*', shown).group()  # type: ignore[union-attr]


def test_ingests_are_listed(ann: httpx.Client) -> None:
    shown = ann.get("/review").text
    assert "7 added" in shown
    assert "gen-000001" in shown


def test_questions_are_kept_where_the_setting_says_so(ann: httpx.Client, site: Site, room: Newsroom) -> None:
    asked = "What did the queen of Sweden say about penguins?"
    events = list(room.core.ask(Question(asked), phrased=False))
    assert getattr(events[-1], "refused", False)
    liked = {"rating": "helpful", "question": "Was this liked?"}
    disliked = {"rating": "unhelpful", "question": "Was <i>this</i> disliked?", "reasons": ["wrong"], "note": "No."}
    for given in (liked, disliked):
        assert httpx.post(f"{site.address}/api/v1/feedback", json=given).status_code == 200
    shown = ann.get("/review").text
    assert asked in shown
    assert "Was &lt;i&gt;this&lt;/i&gt; disliked?" in shown
    assert "wrong: No." in shown
    assert "Was this liked?" not in shown
    assert "liked" not in (room.folder / "feedback.jsonl").read_text()


def test_by_itself_no_question_is_kept(tmp_path: Path) -> None:
    (tmp_path / "questions.jsonl").write_text('{"at": "2031-01-01T00:00:00+00:00"}\n')
    room = newsroom(tmp_path)
    assert not (tmp_path / "questions.jsonl").exists()
    list(room.core.ask(Question("What did the queen of Sweden say about penguins?"), phrased=False))
    room.core.feedback({"rating": "unhelpful", "question": "canary question", "note": "a note"})
    found = "".join(path.read_text("utf-8", "replace") for path in tmp_path.glob("*") if path.is_file())
    assert "a note" in found
    assert "canary question" not in found
    assert "penguins" not in found
    assert room.core.desk
    assert room.core.desk.questions() == []
    assert questions_of(room.runtime).all() == []


def test_an_operator_may_use_the_desk_and_who_is_removed_may_not(site: Site, room: Newsroom) -> None:
    from onrecord.storage.accounts import Accounts

    bob = signed_in(site, "bob")
    answer = httpx.get(f"{site.address}/staff/review", headers={"cookie": bob, **PAGE})
    assert "<strong>bob</strong>, operator" in answer.text
    Accounts(room.folder / "accounts.json").remove("bob")
    assert httpx.get(f"{site.address}/staff/review", headers={"cookie": bob, **PAGE}).status_code == 303


def test_without_a_desk_there_are_no_pages(serve: Serve) -> None:
    assert not [route for route in serve(fake_core()).app.routes if getattr(route, "path", "").startswith("/staff")]


def test_an_index_that_is_lost_is_said_on_the_page(tmp_path: Path, serve: Serve) -> None:
    room = newsroom(tmp_path)
    site = serve(room.core, Exposure(reads=100_000))
    headers = {"cookie": signed_in(site, "ann"), "sec-fetch-site": "same-origin", **PAGE}
    (tmp_path / "index" / "CURRENT").write_text("nonsense")
    answer = httpx.post(f"{site.address}/staff/check", data={"quote": "a word"}, headers=headers, timeout=60)
    assert answer.status_code == 503
    assert "CURRENT does not name a generation" in answer.text
    shown = httpx.get(f"{site.address}/staff/review", headers=headers, timeout=60)
    assert (shown.status_code, "The index cannot be read at the moment" in shown.text) == (200, True)
