"""The suite of the trained reader, on readings small enough to follow by hand."""

from __future__ import annotations

from tests.samples import plain

from onrecord.evaluation.data import Case
from onrecord.evaluation.metrics import plain as plain_form
from onrecord.evaluation.reader import Reads, ordered, slices
from onrecord.generation.reading import Reading
from onrecord.types import Hit, Passage, Span

OLD = "The old bridge was built by star Tom Oak."
NEW = "The new bridge was built by Ann Lee."
CASE = Case("1", "Who built the new bridge?", ("Ann Lee",), ("new",))


def reads(*told: tuple[str, str, str, float, float]) -> Reads:
    """Of (article, text, slice, log-odds of the slice, that the passage answers), found one after the other."""
    hits = tuple(
        Hit(Passage(plain(text, id=name), 0, len(text)), 1 - 0.1 * at) for at, (name, text, *_) in enumerate(told)
    )
    readings = tuple(
        Reading(answers, ((score, Span(text.index(said), text.index(said) + len(said))),))
        for _, text, said, score, answers in told
    )
    return Reads(CASE, hits, readings, 12.0)


def test_a_part_that_decides_shows_where_it_is_left_out() -> None:
    one = reads(
        ("old", OLD, "Tom Oak", 2.0, -3.0), ("new", NEW, "Ann Lee", 2.5, 3.0), ("copy", NEW, "Ann Lee", 2.5, 3.0)
    )
    found = slices([one], plain_form)
    assert found["as shipped"] == {"EM": 100.0, "F1": 100.0}
    assert found["without agreement of articles"]["EM"] == 0.0
    assert found["1 passages"]["EM"] == 0.0
    assert found["milliseconds"] == {"p50": 12.0, "p95": 12.0}


def test_trimming_shows_where_it_is_left_out() -> None:
    text = "The new bridge was built by star Ann Lee."
    found = slices([reads(("new", text, "star Ann Lee", 2.0, 3.0))], plain_form)
    assert (found["as shipped"]["EM"], found["without trimming"]["EM"]) == (100.0, 0.0)


def test_the_order_follows_the_reader_as_its_weight_grows() -> None:
    found = ordered([reads(("old", OLD, "Tom Oak", 2.0, -3.0), ("new", NEW, "Ann Lee", 2.0, 3.0))])
    assert found["weight 0.0"] == {"hits@1": 0.0, "mrr@10": 0.5}
    assert found["weight 0.5"] == {"hits@1": 100.0, "mrr@10": 1.0}
