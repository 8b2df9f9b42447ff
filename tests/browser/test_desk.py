"""The desk in Chromium on the real server: every page and state at three widths, by keyboard, without a script, on paper."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.accessibility import violations
from tests.browser.desk_room import ALTERED, STATES, WIDTHS, visit
from tests.browser.real_room import CORRECTION, PASSWORD, REFUSED, Room
from tests.web.desk_site import DRAFT
from tests.web.test_desk import docx

VERDICTS = {
    "check-verbatim": "Word for word",
    "check-altered": "Altered",
    "check-truncated": "Cut",
    "check-spliced": "Put together",
    "check-paraphrase": "Paraphrase",
    "check-other-speaker": "Another speaker",
    "check-not-found": "Not found in this corpus",
}
_PARAGRAPHS = DRAFT.strip().split("\n\n")
FILES = {
    "story.txt": ("text/plain", DRAFT.encode()),
    "story.html": ("text/html", "".join(f"<p>{one}</p>" for one in _PARAGRAPHS).encode()),
    "story.docx": ("application/octet-stream", docx(*_PARAGRAPHS)),
}


@pytest.fixture(scope="module")
def desk(room: Room) -> Room:
    return room


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_and_state_is_accessible_and_fits(desk: Room, browser: Browser, width: int, scheme: str) -> None:
    with visit(desk, browser, width=width, scheme=scheme) as page:
        for name, reach in STATES.items():
            reach(page, desk.address)
            for summary in page.locator("main summary:visible").all():
                summary.evaluate("(each) => { each.parentElement.open = true }")
            assert violations(page) == [], name
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, (name, wide)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_quote_is_checked(desk: Room, browser: Browser, width: int) -> None:
    with visit(desk, browser, width=width) as page:
        STATES["check-altered"](page, desk.address)
        expect(page.get_by_role("heading", name="Altered")).to_be_focused()
        expect(page.locator(".flags")).to_contain_text("a number differs")
        line = page.locator(".diff")
        assert "2030" in line.locator("del").inner_text()
        assert "2033" in line.locator("ins").inner_text()
        assert line.locator("del").evaluate("(each) => getComputedStyle(each).textDecorationLine") == "line-through"
        expect(page.locator(".differences")).to_have_text("2030 in the quotation, 2033 in print")
        expect(page.locator("dd").nth(1)).to_contain_text("Maria Keller")
        places = page.locator(".place .headline a")
        expect(places).to_have_text(["Lindby raises its harbour wall", "Harbour wall to grow by 40 centimetres"])
        assert re.fullmatch(r"/article/wall\?start=\d+&end=\d+", places.first.get_attribute("href") or "")
        context = page.locator("blockquote").first
        expect(context.locator(".before")).to_contain_text("the council decided")
        expect(context.locator("mark")).to_have_text("We need new gates, and we need them before 2033")
        expect(context.locator(".after")).to_contain_text("12 million crowns")


@pytest.mark.parametrize("width", WIDTHS)
def test_every_verdict_is_said_in_words(desk: Room, browser: Browser, width: int) -> None:
    with visit(desk, browser, width=width) as page:
        for state, said in VERDICTS.items():
            STATES[state](page, desk.address)
            expect(page.get_by_role("heading", name=said, exact=True)).to_be_focused()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_draft_is_sorted_filtered_and_saved(desk: Room, browser: Browser, width: int) -> None:
    with visit(desk, browser, width=width) as page:
        STATES["draft-checked"](page, desk.address)
        verdicts = page.locator("tbody:visible .tag")
        expect(verdicts).to_have_text(["Altered", "Cut", "Another speaker", "Altered", "Not found in this corpus"])
        if width == 1440:
            page.get_by_role("button", name="Verdict").click()
            expect(verdicts).to_have_text(["Another speaker", "Altered", "Altered", "Not found in this corpus", "Cut"])
            expect(page.get_by_role("columnheader", name="Verdict")).to_have_attribute("aria-sort", "ascending")
            page.get_by_role("button", name="Verdict").click()
            expect(verdicts.first).to_have_text("Cut")
        page.get_by_label("Altered").uncheck()
        expect(verdicts).to_have_count(3)
        expect(page.locator("[data-shown]")).to_have_text("3 of 5 quotations are shown.")
        page.get_by_label("Words or speaker").fill("tower")
        expect(verdicts).to_have_text(["Not found in this corpus"])
        with page.expect_download() as saved:
            page.get_by_role("link", name="Save as CSV").click()
        rows = list(csv.DictReader(io.StringIO(Path(saved.value.path()).read_text("utf-8-sig"))))
        assert (saved.value.suggested_filename, len(rows)) == ("quotations.csv", 5)
        with page.expect_download() as saved:
            page.get_by_role("link", name="Save as JSON").click()
        assert len(json.loads(Path(saved.value.path()).read_text("utf-8"))["quotations"]) == 5
        assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]


def test_the_report_is_what_goes_to_paper(desk: Room, browser: Browser) -> None:
    with visit(desk, browser) as page:
        STATES["draft-checked"](page, desk.address)
        expect(page.locator(".report")).to_be_hidden()
        page.evaluate("window.print = () => { window.printed = true }")
        page.get_by_role("button", name="Print a report").click()
        assert page.evaluate("window.printed") is True
        page.emulate_media(media="print")
        expect(page.locator(".report")).to_be_visible()
        expect(page.locator(".report li")).to_have_count(5)
        expect(page.locator(".report li").first).to_contain_text("Differences: [2030] in print [2033].")
        for hidden in ("table.draft", "nav", "form.sheet", ".tools"):
            expect(page.locator(hidden).first).to_be_hidden()


def test_without_a_script_everything_but_comfort_works(desk: Room, browser: Browser) -> None:
    with visit(desk, browser, java_script_enabled=False) as page:
        STATES["check-altered"](page, desk.address)
        expect(page.locator(".differences")).to_have_text("2030 in the quotation, 2033 in print")
        STATES["draft-checked"](page, desk.address)
        expect(page.locator("tbody .tag")).to_have_count(5)
        expect(page.locator(".filters")).to_be_hidden()
        expect(page.get_by_role("button", name="Print a report")).to_be_hidden()
        with page.expect_download() as saved:
            page.get_by_role("link", name="Save as CSV").click()
        assert saved.value.suggested_filename == "quotations.csv"


@pytest.mark.parametrize("width", WIDTHS)
def test_a_file_of_each_kind_is_checked(desk: Room, browser: Browser, width: int) -> None:
    with visit(desk, browser, width=width) as page:
        for name, (media, data) in FILES.items():
            page.goto(f"{desk.address}/staff/draft")
            field = page.get_by_label("or choose a file")
            field.set_input_files({"name": name, "mimeType": media, "buffer": data})
            page.get_by_role("button", name="Check the draft").click()
            expect(page.get_by_role("heading", name=f"5 quotations in {name}")).to_be_focused()
            verdicts = page.locator("tbody:visible .tag")
            expect(verdicts).to_have_text(["Altered", "Cut", "Another speaker", "Altered", "Not found in this corpus"])


def test_a_file_that_is_too_large_is_not_sent(desk: Room, browser: Browser) -> None:
    with visit(desk, browser) as page:
        page.goto(f"{desk.address}/staff/draft")
        field = page.get_by_label("or choose a file")
        field.set_input_files({"name": "large.txt", "mimeType": "text/plain", "buffer": b"a" * (5 * 2**20 + 1)})
        assert "larger than 5 MB" in field.evaluate("(each) => each.validationMessage")
        page.get_by_role("button", name="Check the draft").click()
        expect(page).to_have_url(f"{desk.address}/staff/draft")


def test_a_file_that_is_too_large_is_a_sentence_also_without_a_script(desk: Room, browser: Browser) -> None:
    with visit(desk, browser, java_script_enabled=False) as page:
        page.goto(f"{desk.address}/staff/draft")
        page.get_by_label("or choose a file").set_input_files(
            {"name": "large.txt", "mimeType": "text/plain", "buffer": b"a" * (8 * 2**20)}
        )
        page.get_by_role("button", name="Check the draft").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("What was sent has more than 5,")


def press_to(page: Page, name: str) -> None:
    """Press Tab until what has the focus is called so."""
    for _ in range(80):
        page.keyboard.press("Tab")
        said = page.evaluate(
            "(() => { const e = document.activeElement; return (e?.labels?.[0]?.textContent || e?.textContent || '').trim() })()"
        )
        if said.startswith(name):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            return
    raise AssertionError(f"Tab does not reach {name!r}")


def test_everything_is_done_by_keyboard_alone(desk: Room, browser: Browser) -> None:
    with visit(desk, browser, storage_state=None) as page:
        keyboard = page.keyboard
        page.goto(f"{desk.address}/staff/")
        press_to(page, "Name")
        keyboard.type("ann")
        press_to(page, "Password")
        keyboard.type(PASSWORD)
        keyboard.press("Enter")
        page.get_by_role("heading", name="Check a quote").wait_for()
        keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        keyboard.press("Enter")
        press_to(page, "Quotation")
        keyboard.type(ALTERED)
        press_to(page, "Check it")
        keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Altered")).to_be_focused()
        press_to(page, "In its context")
        keyboard.press("Enter")
        expect(page.locator(".place details").first).not_to_have_attribute("open", "")
        page.goto(f"{desk.address}/staff/check")
        press_to(page, "Check a draft")
        keyboard.press("Enter")
        page.get_by_role("heading", name="Check a draft").wait_for()
        press_to(page, "Paste a draft")
        keyboard.insert_text(DRAFT)
        press_to(page, "Check the draft")
        keyboard.press("Enter")
        expect(page.get_by_role("heading", name="5 quotations")).to_be_focused()
        press_to(page, "Altered")
        keyboard.press("Space")
        expect(page.locator("tbody:visible")).to_have_count(3)
        press_to(page, "Verdict")
        keyboard.press("Enter")
        expect(page.locator("tbody:visible .tag").first).to_have_text("Another speaker")
        press_to(page, "Beside print")
        keyboard.press("Enter")
        expect(page.locator("tbody:visible .diff").first).to_be_visible()
        page.goto(f"{desk.address}/staff/speakers/one?name=Maria+Keller")
        press_to(page, "The same person as")
        keyboard.type("Keller")
        keyboard.press("Escape")
        press_to(page, "Merge")
        keyboard.press("Enter")
        expect(page.get_by_role("status")).to_have_text("The names are one person now.")
        press_to(page, "Undo")
        keyboard.press("Enter")
        expect(page.get_by_role("status")).to_have_text("The last decision was undone.")
        page.goto(f"{desk.address}/staff/review/article?id=budget")
        press_to(page, "What was corrected")
        keyboard.type("It was 3.6 million.")
        press_to(page, "Mark as corrected")
        keyboard.press("Enter")
        expect(page.locator("tr", has_text="It was 3.6 million.")).to_be_visible()
        page.goto(f"{desk.address}/staff/review/article?id=budget")
        press_to(page, "Let it stand")
        keyboard.press("Enter")
        expect(page.locator("tr", has_text="It was 3.6 million.")).to_have_count(0)
        press_to(page, "Verify every file")
        keyboard.press("Enter")
        expect(page.locator("#verification")).to_contain_text("Whole: ", timeout=30_000)
        page.keyboard.press("Home")
        page.goto(f"{desk.address}/staff/check")
        press_to(page, "Sign out")
        keyboard.press("Enter")
        page.get_by_role("heading", name="Sign in").wait_for()
        page.goto(f"{desk.address}/staff/review")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_names_are_merged_and_split_by_what_the_page_offers(desk: Room, browser: Browser, width: int) -> None:
    with visit(desk, browser, width=width) as page:
        page.goto(f"{desk.address}/staff/speakers")
        page.get_by_label("Name").fill("berg")
        page.get_by_role("button", name="Find").click()
        page.get_by_role("link", name="Anna M. Berg").click()
        offered = page.locator("datalist option").evaluate_all("(all) => all.map((each) => each.value)")
        assert "Anna Berg" in offered
        page.get_by_label("The same person as").fill("Anna Berg")
        page.get_by_role("button", name="Merge").click()
        expect(page.get_by_role("status")).to_have_text("The names are one person now.")
        page.goto(f"{desk.address}/staff/speakers/one?name=Anna+Berg")
        page.get_by_role("button", name="Split off Anna M. Berg").click()
        expect(page.get_by_role("status")).to_have_text("The name was split off.")
        page.get_by_role("button", name="Undo Anna M. Berg").click()
        expect(page.get_by_role("status")).to_have_text("The last decision was undone.")
        expect(page.locator("ol.names li").first).to_contain_text("Anna M. Berg is the same person as Anna Berg")
        page.get_by_role("button", name="Undo Anna M. Berg").click()
        expect(page.locator("ol.names li").first).to_contain_text("Keller-Holm is the same person as Keller")


def test_the_timeline_is_a_plot_and_a_table(desk: Room, browser: Browser) -> None:
    with visit(desk, browser) as page:
        page.goto(f"{desk.address}/staff/speakers/one?name=Maria+Keller")
        expect(page.locator(".plot svg rect")).to_have_count(4)
        page.get_by_text("The numbers").click()
        rows = page.get_by_role("table").get_by_role("row")
        expect(rows).to_have_text([re.compile("Day"), "2021-03-0211", "2021-03-0311", "date unknown10"])


def test_the_review_shows_what_happened(desk: Room, browser: Browser) -> None:
    with visit(desk, browser) as page:
        page.goto(f"{desk.address}/staff/review")
        expect(page.locator("tr", has_text=REFUSED)).to_contain_text("Refused")
        expect(page.locator("tr", has_text="Who pays for the wall?")).to_contain_text("wrong source: Not this year.")
        expect(page.locator("tr", has_text=CORRECTION)).to_contain_text("Corrected")
        expect(page.locator("tr", has_text="at the request of the family")).to_contain_text("Withdrawn")
        ingests = page.get_by_role("region", name="Ingests")
        expect(ingests.get_by_role("row")).to_have_count(2)
        expect(ingests).to_contain_text("9 added")
        ingests.get_by_text("1", exact=True).click()
        expect(ingests).to_contain_text("broken.jsonl")


@pytest.mark.parametrize("width", WIDTHS)
def test_an_article_is_corrected_withdrawn_and_restored(desk: Room, browser: Browser, width: int) -> None:
    """Readers see each decision at once."""
    with visit(desk, browser, width=width) as page, visit(desk, browser, width=width) as reader:
        page.goto(f"{desk.address}/staff/review")
        page.get_by_label("Find an article").fill("budget")
        page.get_by_role("button", name="Find").click()
        page.get_by_role("link", name="A budget with a hole").click()
        page.get_by_label("What was corrected").fill("It was 3.6 million.")
        page.get_by_role("button", name="Mark as corrected").click()
        expect(page.get_by_role("status").first).to_have_text("The article is marked as corrected.")
        reader.goto(f"{desk.address}/article/budget")
        expect(reader.locator(".onr-status-note")).to_contain_text("It was 3.6 million.")
        page.goto(f"{desk.address}/staff/review/article?id=budget")
        page.get_by_role("button", name="Withdraw the article").click()
        expect(page.get_by_role("status").first).to_have_text("The article was withdrawn.")
        reader.reload()
        expect(reader.get_by_role("heading", level=1)).to_contain_text("This article was withdrawn")
        page.goto(f"{desk.address}/staff/review/article?id=budget")
        page.get_by_role("button", name="Let it stand").click()
        expect(page.get_by_role("status").first).to_have_text("The article stands as printed again.")
        reader.reload()
        expect(reader.get_by_role("heading", level=1)).to_have_text("A budget with a hole of 3.5 million")
        expect(reader.locator(".onr-status-note")).to_have_count(0)
