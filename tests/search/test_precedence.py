"""Who goes first, and that nobody waits for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from onrecord.search import precedence as module
from onrecord.search.precedence import Precedence

Turn = Callable[[], AbstractContextManager[None]]


class Crowd:
    """Threads that take a turn each, note their name, and hold the turn until they are told to go on."""

    def __init__(self) -> None:
        self.began: list[str] = []
        self.running = 0
        self.most = 0
        self._go: dict[str, threading.Event] = {}
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    def add(self, name: str, turn: Turn, *, held: bool = False) -> None:
        go = self._go[name] = threading.Event()
        if not held:
            go.set()
        waiting = threading.Event()

        def work() -> None:
            waiting.set()
            with turn():
                with self._lock:
                    self.began.append(name)
                    self.running += 1
                    self.most = max(self.most, self.running)
                assert go.wait(10)
                with self._lock:
                    self.running -= 1

        self._threads.append(threading.Thread(target=work))
        self._threads[-1].start()
        assert waiting.wait(10)
        time.sleep(0.05)  # until it has its turn, or stands in the queue

    def go(self, *names: str) -> None:
        for name in names:
            self._go[name].set()

    def end(self) -> list[str]:
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()
        return self.began


def test_searches_go_before_weighings_that_came_earlier() -> None:
    order, crowd = Precedence(2), Crowd()
    crowd.add("a", order.search, held=True)
    crowd.add("b", order.search, held=True)
    for name in ("w1", "w2"):
        crowd.add(name, order.weighing)
    for name in ("s1", "s2"):
        crowd.add(name, order.search)
    assert crowd.began == ["a", "b"]
    crowd.go("a")
    time.sleep(0.2)
    crowd.go("b")
    assert crowd.end() == ["a", "b", "s1", "s2", "w1", "w2"]
    assert crowd.most == 2


def test_a_search_never_waits_for_weighings() -> None:
    order, crowd = Precedence(2), Crowd()
    for name in ("w1", "w2", "w3"):
        crowd.add(name, order.weighing, held=True)
    crowd.add("s", order.search)
    assert crowd.began == ["w1", "s"]
    crowd.go("w1", "w2", "w3")
    assert crowd.end() == ["w1", "s", "w2", "w3"]


def test_a_weighing_that_waited_long_goes_before_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE_SECONDS", 0.1)
    order, crowd = Precedence(2), Crowd()
    crowd.add("a", order.search, held=True)
    crowd.add("b", order.search, held=True)
    crowd.add("w", order.weighing)
    time.sleep(0.2)
    crowd.add("s1", order.search)
    crowd.add("s2", order.search)
    crowd.go("a")
    time.sleep(0.2)
    crowd.go("b")
    assert crowd.end() == ["a", "b", "w", "s1", "s2"]


def test_a_turn_is_given_back_when_its_work_fails() -> None:
    order = Precedence(2)
    for turn in (order.search, order.weighing):
        for _ in range(3):
            with pytest.raises(LookupError), turn():
                raise LookupError
    crowd = Crowd()
    crowd.add("w", order.weighing)
    assert crowd.end() == ["w"]
