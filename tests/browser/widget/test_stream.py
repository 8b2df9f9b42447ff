"""Answers that break off: nothing asks twice by itself, and a reader is told and can ask again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.browser.widget.conftest import Host, Reply, Scripted, Visit, as_events, as_json, story

VisitPage = Callable[..., Visit]
PLACE = {
    "article": "a",
    "title": "A story",
    "url": "https://news.example/a",
    "published": "2026-03-12",
    "outlet": "CGTN",
}
CITED = {**PLACE, "number": 1, "start": 0, "end": 5, "text": "Words", "note": None}
FIRST = {"text": "The first words.", "kind": "extract", "speaker": None, "citations": [1]}
SECOND = {**FIRST, "text": "The second words."}
FOUND = {
    "event": "searched",
    "question": "q",
    "understood": None,
    "passages": [{"article": "a", "title": "A story", "start": 0, "end": 5}],
}
STATED = {"event": "statement", "statement": FIRST, "citations": [CITED]}
ANSWER: dict[str, Any] = {
    "event": "answer", "question": "q", "understood": None, "refused": False, "mode": "extractive", "generation": "g",
    "statements": [FIRST, SECOND], "answer_span": None, "citations": [CITED], "nearest": [],
}  # fmt: skip
REFUSED = {**ANSWER, "refused": True, "statements": [], "citations": []}
ERROR = {"error": {"code": "busy", "message": "too many questions", "hint": "ask again in a minute", "request_id": "1"}}
BROKE = "The connection broke before the answer was whole."
# How an answer goes wrong, what is said then, and how many statements stay.
WRONG: dict[str, tuple[Reply, str, int]] = {
    "ends after a statement": (as_events(FOUND, STATED), BROKE, 1),
    "reset after a statement": (as_events(FOUND, STATED, end=[None]), BROKE, 1),
    "ends within an event": (as_events(FOUND, STATED, end=[b'event: answer\ndata: {"event": "ans']), BROKE, 1),
    "ends at once": (as_events(), BROKE, 0),
    "reset at once": (as_events(end=[None]), BROKE, 0),
    "no JSON in an event": (as_events(FOUND, end=[b"event: answer\ndata: nothing\n\n"]), BROKE, 0),
    "an error event": (
        as_events(FOUND, STATED, {"event": "error", **ERROR}),
        "too many questions; ask again in a minute",
        1,
    ),
    "too many": (as_json(ERROR | {"error": {"code": "too_many"}}, 429, retry_after="7"), "Try again in 7 seconds.", 0),
    "too many, and no JSON": ((429, {}, [b"slow down"]), "Try again in 60 seconds.", 0),
    "not now": (as_json(ERROR, 503), "too many questions; ask again in a minute", 0),
    "a page of a proxy": ((502, {"content-type": "text/html"}, [b"<h1>Bad gateway</h1>"]), "Something went wrong.", 0),
    "a page that says 200": ((200, {"content-type": "text/html"}, [b"<h1>Hello</h1>"]), BROKE, 0),
    "a redirect": ((307, {"location": "/elsewhere"}, []), "cannot be reached", 0),
}


class Flaky:
    """A server whose next answers are set by the test; without one it answers well."""

    def __init__(self) -> None:
        self.next: list[Reply] = []
        self.server = Scripted(self._reply)

    def _reply(self, method: str, path: str, given: Any) -> Reply:
        if path.endswith("/status"):
            return as_json({"articles": 1, "newest": None})
        if path.endswith("/ask"):
            return self.next.pop(0) if self.next else as_events(FOUND, STATED, ANSWER)
        return as_json({}, 404)


@pytest.fixture(scope="module")
def flaky() -> Iterator[Flaky]:
    flaky = Flaky()
    yield flaky
    flaky.server.close()


def opened(visit: VisitPage, host: Host, site: Any, flaky: Flaky, attributes: str = "", expected: int = 0) -> Visit:
    flaky.next.clear()
    flaky.server.posts.clear()
    tag = f'<onrecord-chat src="{flaky.server.address}" {attributes}></onrecord-chat>'
    seen = visit(host.put("/flaky", story(site.address, tag)), expected=expected)
    seen.open()
    return seen


def test_nothing_asks_twice_by_itself(visit: VisitPage, host: Host, site: Any, flaky: Flaky) -> None:
    seen = opened(visit, host, site, flaky, expected=20)
    for number, (name, (reply, said, stated)) in enumerate(WRONG.items()):
        flaky.next.append(reply)
        flaky.server.posts.clear()
        seen.ask(f"Question {number}?")
        turn = seen.chat.locator(".turn").nth(number)
        expect(turn.locator(".failure")).to_contain_text(said)
        expect(turn.locator(".statement")).to_have_count(stated)
        seen.page.evaluate(
            "['online', 'focus', 'pageshow', 'visibilitychange'].forEach((name) => { dispatchEvent(new Event(name)); document.dispatchEvent(new Event(name)); })"
        )
        seen.page.wait_for_timeout(150)
        assert len(flaky.server.posts) == 1, name
        turn.get_by_role("button", name="Ask again").click()
        expect(turn.locator(".statement")).to_have_count(2)
        expect(turn.locator(".failure")).to_have_count(0)
        assert [one["question"] for one in flaky.server.posts] == [f"Question {number}?"] * 2, name
    seen.page.wait_for_timeout(1500)
    assert len(flaky.server.posts) == 2


def test_a_second_searched_takes_back_what_was_stated(visit: VisitPage, host: Host, site: Any, flaky: Flaky) -> None:
    seen = opened(visit, host, site, flaky)
    flaky.next.append(
        as_events(FOUND, STATED, FOUND, {**STATED, "statement": SECOND}, {**ANSWER, "statements": [SECOND]})
    )
    seen.ask("What?")
    expect(seen.chat.locator(".sources")).to_be_visible()
    expect(seen.chat.locator(".statement")).to_have_count(1)
    expect(seen.chat.locator(".statement")).to_contain_text("The second words.")


def test_a_server_that_streams_nothing_answers_whole(visit: VisitPage, host: Host, site: Any, flaky: Flaky) -> None:
    seen = opened(visit, host, site, flaky)
    flaky.next.append(as_json(ANSWER))
    seen.ask("What?")
    expect(seen.chat.locator(".statement")).to_have_count(2)


def test_first_the_story_then_all_articles(visit: VisitPage, host: Host, site: Any, flaky: Flaky) -> None:
    seen = opened(visit, host, site, flaky, 'article="https://news.example/a"', expected=1)
    seen.ask("In the story?")
    expect(seen.chat.locator(".statement")).to_have_count(2)
    assert [one["article"] for one in flaky.server.posts] == [["https://news.example/a"]]
    flaky.next.append(as_events(FOUND, REFUSED))
    seen.ask("Elsewhere?")
    expect(seen.chat.locator(".statement")).to_have_count(4)
    expect(seen.chat.locator(".turn").nth(1)).to_contain_text(
        "The story on this page does not answer that. From all articles:"
    )
    assert [one["article"] for one in flaky.server.posts[1:]] == [["https://news.example/a"], []]
    flaky.next += [as_events(FOUND, REFUSED), as_events(FOUND, end=[None])]
    seen.ask("Broken?")
    expect(seen.chat.locator(".failure")).to_contain_text(BROKE)
    seen.page.wait_for_timeout(500)
    assert len(flaky.server.posts) == 5


def test_only_the_story(visit: VisitPage, host: Host, site: Any, flaky: Flaky) -> None:
    seen = opened(visit, host, site, flaky, 'article="a" scope="story"')
    flaky.next.append(as_events(FOUND, REFUSED))
    seen.ask("Elsewhere?")
    expect(seen.chat.locator(".refusal")).to_contain_text("do not answer that")
    seen.page.wait_for_timeout(300)
    assert [one["article"] for one in flaky.server.posts] == [["a"]]


def test_a_long_conversation_stays_within_what_the_server_takes(
    visit: VisitPage, host: Host, site: Any, flaky: Flaky
) -> None:
    seen = opened(visit, host, site, flaky)
    long = {**ANSWER, "statements": [{**FIRST, "text": "重" * 4000}]}
    for number in range(13):
        flaky.next.append(as_events(long))
        seen.ask(f"{number} " + "问" * 490)
        expect(seen.chat.locator(".sources")).to_have_count(number + 1)
    sizes = [len(json.dumps(one, ensure_ascii=False).encode()) for one in flaky.server.posts]
    assert max(sizes) < 16 * 1024
    assert 1 <= len(flaky.server.posts[-1]["history"]) <= 10
    assert flaky.server.posts[-1]["history"][-1]["question"].startswith("11 ")
    assert all(len(turn["answer"]) <= 4000 for one in flaky.server.posts for turn in one["history"])
