"""What operators watch: counts and times by route, never by reader.  Prometheus is named only here."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

__all__ = ["Metrics"]

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 2.5, 5, 10, 30)


class Metrics:
    """The figures of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "onrecord_requests",
            "Requests by route, method and status.",
            ["route", "method", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "onrecord_request_seconds",
            "Seconds until a response ended.",
            ["route"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._answers = Counter(
            "onrecord_answers",
            "Answers by how they ended: model, extractive, refused, left, failed.",
            ["end"],
            registry=self.registry,
        )
        self._refusals = Counter(
            "onrecord_limited",
            "Requests refused for a budget or a number of streams.",
            ["limit"],
            registry=self.registry,
        )
        self._sign_ins = Counter("onrecord_sign_ins", "Tries to sign in.", ["result"], registry=self.registry)

    def watch(self, name: str, about: str, value: Callable[[], float]) -> None:
        """Show a value that is read when somebody looks."""
        Gauge(f"onrecord_{name}", about, registry=self.registry).set_function(value)

    def requested(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a response that has ended."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def answered(self, end: str) -> None:
        """Count an answer by how it ended."""
        self._answers.labels(end).inc()

    def limited(self, limit: str) -> None:
        """Count a request that was refused for a limit."""
        self._refusals.labels(limit).inc()

    def signed_in(self, result: str) -> None:
        """Count a try to sign in."""
        self._sign_ins.labels(result).inc()

    def exposition(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry)
