"""An editor's first minutes with the real product, by somebody who knows nothing but what the pages show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.real_room import PASSWORD


@pytest.fixture
def page(browser: Browser, shipped: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{shipped}/staff/")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Signed in as anna")).to_be_visible()
    yield page
    context.close()


def quoted(page: Page) -> tuple[str, list[str]]:
    """Read who is quoted most and what they said word for word, as the page for speakers prints it."""
    page.get_by_role("link", name="Speakers").click()
    page.get_by_role("table").get_by_role("link").first.click()
    said = page.locator(".said .words").all_inner_texts()
    parts = [part for one in said if one.startswith("“") for part in re.findall("“([^”]+)”", one)]
    return page.get_by_role("heading", level=1).inner_text(), [part.rstrip(",.") for part in parts]


def test_a_quote_with_one_word_changed(page: Page) -> None:
    speaker, parts = quoted(page)
    longest = max(parts, key=len).split()
    at, word = max(enumerate(longest), key=lambda one: one[1].isalpha() * len(one[1]))
    changed = " ".join([*longest[:at], "penguins", *longest[at + 1 :]])
    page.get_by_role("link", name="Check a quote").click()
    page.get_by_label("Quotation, without the outer marks").fill(changed)
    page.get_by_label("Speaker, if you know").fill(speaker)
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_role("heading", name="Altered")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("list", name="Differences in words")).to_contain_text(
        f"penguins in the quotation, {word} in print"
    )
    expect(page.get_by_role("main")).to_contain_text(f"Speaker in print{speaker}")
    place = page.locator("blockquote mark").all_inner_texts()
    assert " ".join(longest) in " ".join(place)
    expect(page.get_by_role("heading", name="Where it ran")).to_be_visible()


def test_a_draft_with_five_quotations(page: Page, tmp_path: Path) -> None:
    speaker, parts = quoted(page)
    whole = sorted(parts, key=len)[-3:]
    assert len(whole) == 3
    words = whole[0].split()
    altered = " ".join([*words[:-1], "penguins"])
    draft = tmp_path / "draft.txt"
    lines = [f"“{words},” {speaker} said on Monday." for words in (*whole, altered)]
    lines.append("“The penguins of the southern ocean have never seen a mill,” said Jane Doe, a captain.")
    draft.write_text("The economy is the subject of this draft.\n\n" + "\n\n".join(lines) + "\n", "utf-8")
    page.get_by_role("link", name="Check a draft").click()
    page.get_by_label("or choose a file").set_input_files(draft)
    page.get_by_role("button", name="Check the draft").click()
    expect(page.get_by_role("heading", name="5 quotations in draft.txt")).to_be_visible(timeout=60_000)
    verdicts = [one.split(":")[-1].strip() for one in page.locator("td[data-label=Verdict]").all_inner_texts()]
    assert verdicts[4] == "Not found in this corpus"
    assert verdicts[3] in {"Altered", "Cut"}
    assert set(verdicts[:3]) <= {"Word for word", "Cut"}
    assert "Word for word" in verdicts
    page.get_by_label("Word for word").uncheck()
    expect(page.locator("tbody:visible")).to_have_count(5 - verdicts.count("Word for word"))
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save as CSV").click()
    assert Path(saved.value.path()).read_text("utf-8").count("\n") == 6
