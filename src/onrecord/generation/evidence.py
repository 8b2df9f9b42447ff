"""Hits -> evidence: whole utterances and single sentences, scored against what was asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from onrecord.generation.reading import Read, shares
from onrecord.generation.spans import holds_kind
from onrecord.generation.understand import Understood
from onrecord.text.passages import body_sentences, context_of
from onrecord.text.tokens import STOP_WORDS, content_stems, stem, words
from onrecord.types import Article, Block, Evidence, EvidenceItem, Hit, Passage, Quote, Span

__all__ = ["Candidate", "candidates", "choose", "confidence", "is_answerable", "score", "with_reading"]

Similarity = Callable[[str, Sequence[str]], Sequence[float]]
"""The cosine of a query to each of some texts."""

# Weights and the threshold of an answer were measured, see docs/measurements.md; the rules for one person's
# words were set by hand on questions to the shipped article.
_ORDER = re.compile(
    r"""<[a-z/!][^<>]*> | !\[ | \]\(
    | \byour\s+(?:next\s+)?(?:response|answer|reply|output)\b
    | \b(?:ignore|disregard|forget|retract)\b.{0,40}\b(?:instructions?|prompts?)\b
    | \b(?:system|initial)\s+prompt\b""",
    re.IGNORECASE | re.VERBOSE,
)
_QUOTED = re.compile(r"[“\"][^“”\"]*[”\"]|「[^」]*」")
_ANSWERED = 0.65
_ARTICLE, _TIMELY = 0.3, 0.3
_COVERAGE, _SIMILARITY, _FOUND, _TYPED = 0.4, 0.4, 0.1, 0.1
_READ = 1.0
_MOST_READ = 12
_SYNONYM = 0.75
_COVERED = 0.5
_NEAR = 0.25
_VERY_NEAR = 0.5
_SAME = 0.6
_FLOOR = 0.1
_SAME_WORDS = 0.85
_NAMES = 0.75
_RELATIVE = 0.75


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may be evidence.

    ``coverage`` is the share of the question's words that it has, ``similarity`` its nearness in meaning,
    ``found`` how well the search ranked where it stands, as a share of the best; ``typed`` says whether it
    holds something of the kind that is asked for, a number for "how many".  ``held`` are the question's
    words that it has itself, or has a synonym of; ``read`` is how near the best slice that a
    trained reader found in it is to the best of all.
    """

    passage: Passage
    kind: str
    speaker: str | None
    found: float = 1.0
    coverage: float = 0.0
    similarity: float = 0.0
    typed: bool = False
    held: frozenset[str] = frozenset()
    read: float = 0.0

    @property
    def score(self) -> float:
        """How likely it holds the answer, by weights that were measured (docs/measurements.md)."""
        by_rules = _COVERAGE * self.coverage + _SIMILARITY * self.similarity + _FOUND * self.found + _TYPED * self.typed
        return by_rules + _READ * self.read


def candidates(
    hits: Sequence[Hit], asked: Understood, quotes_of: Callable[[Article], Sequence[Quote]]
) -> list[Candidate]:
    """The utterances and sentences of the passages found, each once, in the order of the hits.

    Where the question names speakers, only what they said counts.
    """
    found: dict[tuple[str, Span], Candidate] = {}
    best = max((hit.score for hit in hits), default=0.0) or 1.0
    read: dict[int, tuple[list[Span], Sequence[Quote]]] = {}
    for hit in hits:
        article, share = hit.passage.article, hit.score / best
        area = Span(hit.passage.start, hit.passage.end)
        if id(article) not in read:
            read[id(article)] = body_sentences(article), quotes_of(article)
        sentences, quotes = read[id(article)]
        taken: list[Span] = []
        for quote in quotes:
            span = _whole_sentences(quote, sentences) if _overlap(_said(quote), area) else None
            if span is None:
                continue
            taken.append(span)
            speaker = quote.speaker.name if quote.speaker else None
            kind = "quoted" if quote.direct else "reported"
            _keep(found, article, Candidate(Passage(article, *span), kind, speaker, share))
        for sentence in sentences:
            if _overlap(sentence, area) and not any(_overlap(sentence, span) for span in taken):
                _keep(found, article, Candidate(Passage(article, *sentence), "extract", None, share))
    if asked.speakers:
        return [candidate for candidate in found.values() if candidate.speaker in asked.speakers]
    return [c for c in found.values() if not _says_nothing(c)]


def score(found: Sequence[Candidate], asked: Understood, similarity: Similarity) -> list[Candidate]:
    """The candidates with their coverage of the question's words and their nearness to its subject.

    Where there are many, only those with most of the words are read for their meaning, which takes time.
    """
    same = _synonyms(found, asked, similarity) if asked.speakers else {}
    covered = [_covered(c, asked, same) for c in found]
    read = sorted(covered, key=lambda c: -(c.coverage + _FOUND * c.found))[:_MOST_READ]
    if not read:
        return []
    near = similarity(asked.subject or asked.text, [candidate.passage.text for candidate in read])
    return [
        replace(c, similarity=max(0.0, float(value)), typed=holds_kind(asked.text, c.passage.text))
        for c, value in zip(read, near, strict=True)
    ]


def with_reading(found: Sequence[Candidate], read: Read) -> list[Candidate]:
    """The candidates, each with its share of what a reader found."""
    told = shares(read, [candidate.passage for candidate in found])
    return [replace(candidate, read=share) for candidate, share in zip(found, told, strict=True)]


def is_answerable(found: Sequence[Candidate], asked: Understood, sure: float) -> bool:
    """Whether any candidate is about what was asked, and not only the nearest thing there is.

    ``sure`` is the ``confidence`` in them, with what a reader told of them.
    """
    if not asked.stems:
        # "What does Pu say?" asks for whatever there is; without a speaker it asks for nothing.
        return bool(asked.speakers and found)
    if asked.speakers:
        return any(_is_about(candidate, asked) for candidate in found)
    return sure >= _ANSWERED


def confidence(
    hits: Sequence[Hit],
    found: Sequence[Candidate],
    asked: Understood,
    *,
    rarity: Mapping[str, float],
    timely: Callable[[Article], float],
) -> float:
    """How sure it is that one of the articles answers, between 0 and 1; its threshold was set by measurement.

    Within one article a passage must hold the question's words, of which the rare ones count most, a sentence must
    be near in meaning, and the whole be about all that is asked; ``timely`` tells, from 0 to 1, how well its day
    is among those that the question states.
    """
    total = sum(rarity[s] for s in asked.stems)
    if not total:
        return 0.0

    def share(text: str) -> float:
        own = content_stems(text)
        return sum(rarity[s] for s in asked.stems if _has(own, s)) / total

    passages: dict[str, float] = {}
    for hit in hits:
        article = hit.passage.article
        held = share(f"{article.title} {hit.passage.text}")
        passages[article.id] = max(held, passages.get(article.id, 0.0))
    nearest = {c.passage.article.id: c for c in sorted(found, key=lambda c: c.similarity)}
    agreed = {name: passages.get(name, 0.0) + candidate.similarity for name, candidate in nearest.items()}
    best = 0.0
    for name in sorted(agreed, key=lambda name: -agreed[name]):
        if agreed[name] + _ARTICLE <= best:
            break  # not even an article about all of it could be surer, and reading it whole takes time
        article = nearest[name].passage.article
        sure = agreed[name] + _ARTICLE * _about(article, asked)
        best = max(best, sure * (1 - _TIMELY * (1 - timely(article))))
    return best / (2 + _ARTICLE)


def _about(article: Article, asked: Understood) -> float:
    held = dict.fromkeys(content_stems(f"{article.title} {article.text}"))
    return sum(s in held or _has(list(held), s) for s in asked.stems) / len(asked.stems)


def choose(found: Sequence[Candidate], asked: Understood, *, most: int) -> Evidence:
    """At most ``most`` candidates that are about the question, article by article in the order of the text."""
    about = [c for c in found if not (asked.speakers and asked.stems) or _is_about(c, asked)]
    best = max((c.score for c in about), default=0.0)
    kept = _distinct(sorted((c for c in about if c.score >= _RELATIVE * best), key=lambda c: -c.score))[:most]
    order = {c.passage.article.id: place for place, c in reversed(list(enumerate(kept)))}
    kept.sort(key=lambda c: (order[c.passage.article.id], c.passage.start))
    return Evidence(
        tuple(
            EvidenceItem(number, c.passage, c.kind, c.speaker, c.score)  # type: ignore[arg-type]
            for number, c in enumerate(kept, start=1)
        )
    )


def _distinct(found: Sequence[Candidate]) -> list[Candidate]:
    """The candidates without those that repeat the words of a better one, as copies of a wire story do."""
    kept: list[tuple[Candidate, set[str]]] = []
    for candidate in found:
        own = set(content_stems(candidate.passage.text))
        if not any(len(own & other) > _SAME_WORDS * min(len(own), len(other)) for _, other in kept):
            kept.append((candidate, own))
    return [candidate for candidate, _ in kept]


def _says_nothing(candidate: Candidate) -> bool:
    """Whether it asks, or gives an order to whatever answers instead of telling something."""
    text = candidate.passage.text.rstrip()
    # What somebody is quoted with may be an order, to somebody else; the words around it may not.
    own = text if candidate.kind == "extract" else _QUOTED.sub(" ", text)
    return text.endswith(("?", "？")) or _ORDER.search(own) is not None


def _keep(found: dict[tuple[str, Span], Candidate], article: Article, candidate: Candidate) -> None:
    key = (article.id, Span(candidate.passage.start, candidate.passage.end))
    known = found.get(key)
    # The same words can be a quotation inside a reported statement; the quotation is the stronger form.
    if known is None or (known.kind == "reported" and candidate.kind == "quoted"):
        found[key] = candidate


def _whole_sentences(quote: Quote, sentences: Sequence[Span]) -> Span | None:
    said = _said(quote)
    inside = [s for s in sentences if _overlap(s, said)]
    if not inside or any(block.kind != "body" for block in _blocks(quote.article, inside)):
        return None
    return Span(inside[0].start, inside[-1].end)


def _said(quote: Quote) -> Span:
    """From the first of the words and the speaker's name to the last."""
    if quote.mention is None:
        return Span(quote.start, quote.end)
    return Span(min(quote.start, quote.mention.start), max(quote.end, quote.mention.end))


def _blocks(article: Article, sentences: Sequence[Span]) -> list[Block]:
    start, end = sentences[0].start, sentences[-1].end
    return [block for block in article.blocks if block.start < end and block.end > start]


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _covered(candidate: Candidate, asked: Understood, same: Mapping[str, Set[str]]) -> Candidate:
    """The candidate with the share of the question's words that it has; names and numbers count double.

    A word that only its headings have counts half.
    """
    if not asked.stems:
        return replace(candidate, coverage=1.0)
    own = content_stems(candidate.passage.text)
    context = content_stems(context_of(candidate.passage))
    held = {s for s in asked.stems if _has(own, s) or not same.get(s, frozenset()).isdisjoint(own)}
    weights = {s: 2.0 if s in asked.names else 1.0 for s in asked.stems}
    found = sum(weights[s] * (1.0 if s in held else 0.5 if _has(context, s) else 0.0) for s in asked.stems)
    return replace(candidate, coverage=found / sum(weights.values()), held=frozenset(held))


def _synonyms(found: Sequence[Candidate], asked: Understood, similarity: Similarity) -> dict[str, Set[str]]:
    """For each word of the question that nobody uses, the words that mean the same: "car", "automobile"."""
    by_stem = {stem(word): word for c in found for word in words(c.passage.text) if word not in STOP_WORDS}
    same: dict[str, Set[str]] = {}
    for word in words(asked.subject):
        root = stem(word)
        if root in asked.stems and root not in asked.names and by_stem and not _has(list(by_stem), root):
            near = similarity(word, list(by_stem.values()))
            same[root] = {other for other, value in zip(by_stem, near, strict=True) if value >= _SYNONYM}
    return same


def _has(stems: Sequence[str], wanted: str) -> bool:
    return any(s == wanted or _same_root(s, wanted) for s in stems)


def _same_root(one: str, other: str) -> bool:
    # "auto" and "automobil", "electr" and "electron": short forms that a stemmer keeps apart.
    short, long = sorted((one, other), key=len)
    return len(short) >= 4 and long.startswith(short) and short.isalpha()


def _is_about(candidate: Candidate, asked: Understood) -> bool:
    passage = candidate.passage
    if asked.names:
        article = content_stems(passage.article.text)
        if sum(_has(article, name) for name in asked.names) < _NAMES * len(asked.names):
            return False
    if candidate.similarity >= _FLOOR:
        # Among one person's words, the heading that they stand under tells what they are about, too.
        context = content_stems(context_of(passage))
        if all(s in candidate.held or _has(context, s) for s in asked.stems):
            return True
    # A name alone ("How many people live in Chongqing?") finds everything that is said of it.
    beyond = [s for s in asked.stems if s not in asked.names]
    if beyond and candidate.held.isdisjoint(beyond):
        return candidate.similarity >= _SAME
    if candidate.similarity >= _VERY_NEAR:
        return True
    return candidate.coverage >= _COVERED and candidate.similarity >= _NEAR
