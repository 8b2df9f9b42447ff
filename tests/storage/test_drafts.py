"""Drafts of every format in, the text that a reader sees out.  All sentences are our own."""

from __future__ import annotations

import contextlib
import io
import time
import zipfile
from pathlib import Path

import pytest

from onrecord.errors import FileError
from onrecord.storage import drafts
from onrecord.storage.drafts import read_draft
from onrecord.types import Article

NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
KELLER = "“We need new gates,” said Maria Keller."


def docx(body: str, *, prolog: str = "", part: str = "word/document.xml") -> bytes:
    xml = f'{prolog}<w:document xmlns:w="{NAMESPACE}"><w:body>{body}</w:body></w:document>'
    return packed(xml.encode(), part)


def packed(content: bytes, part: str = "word/document.xml") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(part, content)
    return target.getvalue()


def paragraph(*runs: str, properties: str = "") -> str:
    return f"<w:p>{properties}{''.join(f'<w:r><w:t>{run}</w:t></w:r>' for run in runs)}</w:p>"


def parts(draft: Article) -> list[str]:
    return [draft.text[block.start : block.end] for block in draft.blocks]


def html(text: str) -> list[str]:
    return parts(read_draft(text.encode(), "draft.html"))


def test_plain_text_in_any_common_encoding(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        path = tmp_path / "draft.txt"
        path.write_bytes(f"Gates\r\n\r\n{KELLER}".encode(encoding))
        assert KELLER in parts(read_draft(path, path.name))


def test_no_paragraph_of_a_draft_is_the_frame_of_a_page() -> None:
    draft = read_draft(f"“We use cookies on this site,” said Tom Brandt.\n\n{KELLER}".encode(), "draft.txt")
    assert {block.kind for block in draft.blocks} == {"body"}


def test_markdown_without_its_marks_and_notes() -> None:
    draft = read_draft(f"---\nslug: gates\n---\n# The *gates*\n\n{KELLER}\n".encode(), "draft.md")
    assert parts(draft) == ["The gates", KELLER]


def test_html_shows_what_a_browser_shows() -> None:
    page = f"""<!doctype html><html><head><title>Not shown</title><style>p {{}}</style></head><body>
    <h1>The gates</h1><script>var a = "“not this”";</script><!-- <p>nor this</p> -->
    <p>{KELLER}</p><p hidden>“Hidden words,” he said.</p><div style="display: none">gone<div>too</div></div>
    <div aria-hidden="true">gone</div><p>One<br>two &amp; <b>th</b>ree&hellip;</p>
    <ul><li>first<li>second</ul><p>left open<p>next</body></html>"""
    assert html(page) == ["The gates", KELLER, "One\ntwo & three…", "first", "second", "left open", "next"]


def test_html_headings_are_headings() -> None:
    draft = read_draft(b"<h2>The <i>gates</i></h2><p>They shut.</p>", "draft.htm")
    assert [block.kind for block in draft.blocks] == ["heading", "body"]


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("<p hidden>no<p>yes", ["yes"]),
        ("<div hidden><p>no</div>yes", ["yes"]),
        ("<span hidden>no</span></b></i> yes", ["yes"]),
        ("She said <q>we must</q>.", ["She said “we must”."]),
        ("<p>yes</p><!-- never closed <p>no</p>", ["yes"]),
        ("<p>1 < 2</p> and <unfinished", ["1 < 2", "and <unfinished"]),
        ("<br hidden>yes<img alt='no'>", ["yes"]),
        ("<p>a<del>b</del><ins>c</ins></p>", ["ac"]),
        ("<![if !supportLists]><p>a</p><![endif]><![b", ["a", "<![b"]),
        ("just text", ["just text"]),
    ],
)
def test_untidy_html(page: str, shown: list[str]) -> None:
    assert html(page) == shown


@pytest.mark.parametrize(
    "piece",
    [
        "<a ",
        "<!--",
        "<!",
        "<![",
        "</",
        "</p ",
        "<p>",
        "</p>",
        "&",
        "&#",
        "<script>",
        '<a b="',
        "<?",
        "<q>",
        "<![CDATA[",
    ],
)
def test_a_megabyte_of_nonsense_takes_no_time(piece: str) -> None:
    begun = time.process_time()
    for end in ("", ">"):
        with contextlib.suppress(FileError):  # nested too deep
            read_draft(f"<p>x</p>{piece * (1_000_000 // len(piece))}{end}".encode(), "draft.html")
    assert time.process_time() - begun < 20


def test_word_paragraphs_and_headings() -> None:
    style = '<w:pPr><w:pStyle w:val="Heading1"/></w:pPr>'
    body = paragraph("The gates", properties=style) + paragraph("“We need ", "new gates,” said ", "Maria Keller.")
    draft = read_draft(docx(body), "draft.docx")
    assert parts(draft) == ["The gates", KELLER]
    assert [block.kind for block in draft.blocks] == ["heading", "body"]


def test_word_text_that_nobody_sees_is_left_out() -> None:
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>"
    shown = '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>shown</w:t></w:r>'
    gone = "<w:del><w:r><w:delText>deleted</w:delText></w:r></w:del>"
    moved = "<w:moveFrom><w:r><w:t>moved</w:t></w:r></w:moveFrom>"
    field = "<w:r><w:instrText>PAGE</w:instrText></w:r>"
    new = "<w:ins><w:r><w:tab/><w:t>new</w:t><w:br/><w:t>line</w:t></w:r></w:ins>"
    draft = read_draft(docx(f"<w:p>{hidden}{shown}{gone}{moved}{field}{new}</w:p>"), "draft.docx")
    assert draft.text == "shown new\nline"


def test_a_word_text_box_is_read_once() -> None:
    inner = paragraph("in the box")
    box = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<mc:Choice>{inner}</mc:Choice><mc:Fallback>{inner}</mc:Fallback></mc:AlternateContent>"
    )
    draft = read_draft(docx(f"<w:p><w:r><w:t>before </w:t>{box}<w:t>after</w:t></w:r></w:p>"), "draft.docx")
    assert parts(draft) == ["in the box", "before after"]


ENTITIES = '<!DOCTYPE d [<!ENTITY a "boom"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"no archive", "damaged"),
        (docx("")[:40], "damaged"),
        (docx(paragraph("x"), part="word/other.xml"), "document.xml is missing"),
        (docx(""), "no text"),
        (docx(paragraph("x"), prolog=ENTITIES), "document type"),
        (packed(b"<w:document"), "not XML"),
        (packed(b"<html><p>x</p></html>"), "no Word document"),
        (packed(b" " * (drafts.MAX_DOCUMENT_BYTES + 1)), "unpacks to more than"),
        (packed(b"\xff\xfe\xfd"), "not XML"),
    ],
)
def test_a_word_file_that_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(FileError, match=reason):
        read_draft(data, "draft.docx")


def test_a_word_file_whose_sizes_lie_is_damaged() -> None:
    data = docx(paragraph("x" * 5000))
    real = len(f'<w:document xmlns:w="{NAMESPACE}"><w:body>{paragraph("x" * 5000)}</w:body></w:document>')
    with pytest.raises(FileError, match=r"damaged|not XML"):
        read_draft(data.replace(real.to_bytes(4, "little"), (100).to_bytes(4, "little")), "draft.docx")


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"x", "draft.doc", "not one of"),
        (b"x", "draft", "not one of"),
        (b"x" * (drafts.MAX_DRAFT_BYTES + 1), "draft.txt", "larger than 5 MiB"),
        (b"a\0b", "draft.txt", "NUL"),
        (b"a\0b", "draft.html", "NUL"),
        (b"", "draft.txt", "neither"),
        (b"<script>x</script>", "draft.html", "no text"),
        (b"<div>" * 300 + b"x", "draft.html", "nested"),
    ],
)
def test_a_draft_that_cannot_be_read_says_why(data: bytes, name: str, reason: str) -> None:
    with pytest.raises(FileError, match=reason):
        read_draft(data, name)


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be read"):
        read_draft(tmp_path / "draft.txt", "draft.txt")
