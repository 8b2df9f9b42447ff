"""Measure whether a text supports a statement, by the product's rules: SummEdits, WiCE, QAGS.

``python -m onrecord.evaluation.support [--limit N]`` prints balanced accuracy with the threshold set on the other
domains of SummEdits, and AUROC.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean

from onrecord.evaluation.data import records
from onrecord.evaluation.metrics import auroc, balanced_accuracy, best_threshold, f1, spearman
from onrecord.evaluation.suite import Figures, Options, main
from onrecord.generation.support import disagreement
from onrecord.text.tokens import content_stems

__all__ = ["evidence_f1", "measure"]

_DOMAINS = ("news", "podcast", "samsum", "ectsum")
_EVIDENCE = 3
Scored = list[tuple[float, bool]]


def measure(options: Options) -> Figures:
    """The figures of every support suite."""
    domains = {name: _summedits(options, name) for name in _DOMAINS}
    figures: Figures = {}
    for name, cases in domains.items():
        threshold = best_threshold([case for other, held in domains.items() if other != name for case in held])
        figures[f"summedits, {name}"] = _figures(cases, threshold)
    threshold = best_threshold([case for held in domains.values() for case in held])
    figures["wice"] = _wice(options, threshold)
    for name in ("cnndm", "xsum"):
        figures[f"qags, {name}"] = _qags(options, name, threshold)
    return figures


def evidence_f1(claim: str, evidence: Sequence[str], gold: Sequence[Sequence[int]], *, most: int = _EVIDENCE) -> float:
    """F1 of the sentences with most of the claim's words against the best of the gold sets."""
    own = set(content_stems(claim))
    order = sorted(range(len(evidence)), key=lambda place: -len(own & set(content_stems(evidence[place]))))
    chosen = set(order[:most])
    return max((2 * len(chosen & set(one)) / (len(chosen) + len(set(one))) for one in gold), default=0.0)


def _figures(cases: Scored, threshold: float) -> Figures:
    good, bad = ([score for score, label in cases if label is wanted] for wanted in (True, False))
    return {
        "statements": len(cases),
        "balanced accuracy": round(100 * balanced_accuracy(cases, threshold), 1),
        "F1": round(100 * f1(cases, threshold), 1),
        "auroc": round(auroc(good, bad), 3),
        "threshold": threshold,
    }


def _summedits(options: Options, name: str) -> Scored:
    rows = options.first(list(records(f"summedits/{name}.jsonl")))
    return [(-float(disagreement(row["summary"], row["doc"])), row["label"] == 1) for row in rows]


def _wice(options: Options, threshold: float) -> Figures:
    rows = options.first(list(records("wice/claims.jsonl")))
    cases = [
        (-float(disagreement(row["claim"], "\n\n".join(row["evidence"]))), row["label"] == "supported") for row in rows
    ]
    held = [
        evidence_f1(row["claim"], row["evidence"], row["supporting_sentences"])
        for row in rows
        if row["supporting_sentences"]
    ]
    return _figures(cases, threshold) | {"evidence sentences, F1": round(100 * mean(held), 1)}


def _qags(options: Options, name: str, threshold: float) -> Figures:
    """A summary is consistent if most annotators say so of each of its sentences."""
    cases: Scored = []
    shares: list[float] = []
    for row in options.first(list(records(f"qags/{name}.jsonl"))):
        votes = [
            mean(response["response"] == "yes" for response in one["responses"]) for one in row["summary_sentences"]
        ]
        summary = " ".join(one["sentence"] for one in row["summary_sentences"])
        cases.append((-float(disagreement(summary, row["article"])), all(vote > 0.5 for vote in votes)))
        shares.append(mean(votes))
    return _figures(cases, threshold) | {"spearman": round(100 * spearman([score for score, _ in cases], shares), 1)}


if __name__ == "__main__":
    raise SystemExit(main(measure, __doc__))
