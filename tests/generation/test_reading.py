"""What follows from what a trained reader tells."""

from __future__ import annotations

from collections.abc import Sequence

from onrecord.generation.reading import Read, Reading, assured, best_span, pairs_of, read_over, shares
from onrecord.types import Evidence, EvidenceItem, Hit, Passage, Span
from tests.samples import plain

BRIDGE = "The bridge was built by Ann Lee in 1931. It carries trams."
COPY = "Ann Lee built it. Rain fell in the morning."


class Told:
    """A reader that tells what it is told to."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self.readings = list(readings)

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        return self.readings


def located(hits: Sequence[Hit], readings: Sequence[Reading]) -> Read:
    return read_over(Told(readings), "Who built the bridge?", hits)


def hit(text: str, *, name: str, score: float = 1.0) -> Hit:
    article = plain(text, id=name)
    return Hit(Passage(article, 0, len(text)), score)


def reading(text: str, said: str, score: float, answers: float = 0.0) -> Reading:
    start = text.index(said)
    return Reading(answers, ((score, Span(start, start + len(said))),))


def test_slices_are_located_in_the_article_and_the_best_comes_first() -> None:
    hits = [hit(BRIDGE, name="one"), hit(COPY, name="two")]
    found = located(hits, [reading(BRIDGE, "1931", 1.0), reading(COPY, "Rain", 4.0)]).slices
    assert [one.passage.text for one in found] == ["Rain", "1931"]
    assert found[1].passage.start == BRIDGE.index("1931")


def test_what_several_articles_say_gains() -> None:
    hits = [hit(BRIDGE, name="one"), hit(COPY, name="two"), hit("Tom Oak drew it.", name="three")]
    readings = [
        reading(BRIDGE, "Ann Lee", 3.0),
        reading(COPY, "Ann Lee", 3.0),
        reading("Tom Oak drew it.", "Tom Oak", 4.0),
    ]
    assert located(hits, readings).slices[0].passage.text == "Ann Lee"
    assert located(hits[1:], readings[1:]).slices[0].passage.text == "Tom Oak"


def test_a_passage_that_was_found_sooner_gains() -> None:
    hits = [hit(BRIDGE, name="one", score=2.0), hit(COPY, name="two", score=1.0)]
    assert located(hits, [reading(BRIDGE, "1931", 1.0), reading(COPY, "Rain", 1.5)]).slices[0].passage.text == "1931"
    assert (
        located(hits[::-1], [reading(COPY, "Rain", 9.0), reading(BRIDGE, "1931", 1.0)]).slices[0].passage.text == "Rain"
    )


def test_the_span_is_a_slice_of_the_evidence() -> None:
    one, two = hit(BRIDGE, name="one"), hit(COPY, name="two")
    found = located([one, two], [reading(BRIDGE, "1931", 1.0), reading(COPY, "Rain", 4.0)])
    article = one.passage.article
    evidence = Evidence((EvidenceItem(1, Passage(article, 0, BRIDGE.index(" It")), "extract", None, 1.0),))
    span = best_span(found, evidence)
    assert span is not None
    assert (span.citation, span.text, article.text[span.start : span.end]) == (1, "1931", "1931")
    assert best_span(found, Evidence(())) is None


def test_a_sentence_has_its_share_of_the_best() -> None:
    hits = [hit(BRIDGE, name="one"), hit(COPY, name="two")]
    read = located(hits, [reading(BRIDGE, "1931", 1.0), reading(COPY, "Rain", 4.0)])
    article = hits[0].passage.article
    first, second = Passage(article, 0, BRIDGE.index(" It")), Passage(article, BRIDGE.index("It"), len(BRIDGE))
    told = shares(read, [first, second, hits[1].passage])
    assert told[1] == 0 < told[0] < told[2] == 1
    assert shares(located([], []), [first]) == [0.0]


def test_how_sure_it_is_grows_with_what_rules_and_reader_say() -> None:
    one = hit(BRIDGE, name="one")
    reads = [located([one], [reading(BRIDGE, "1931", answers, answers)]) for answers in (-6.0, 6.0)]
    values = [assured(sure, read) for sure in (0.2, 0.9) for read in reads]
    assert values[0] < min(values[1:3])
    assert max(values[1:3]) < values[3]
    assert all(0 <= value <= 1 for value in [*values, assured(0.0, located([], [])), assured(1.0, reads[1])])
    assert pairs_of([one.passage]) == [(one.passage.article.title or "", BRIDGE)]
