"""The vocabulary as JSON: the shapes that scripts rely on, the same on the command line and over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from onrecord.types import (
    Answer,
    AnswerEvent,
    Article,
    Citation,
    Hit,
    Passage,
    Quote,
    QuoteCheck,
    QuoteMatch,
    Searched,
    Statement,
    StatementPiece,
)

__all__ = ["answer_json", "article_json", "check_json", "event_json", "hits_json", "passage_json", "quote_json"]


def answer_json(answer: Answer) -> dict[str, Any]:
    """A finished answer."""
    span, timings = answer.answer_span, answer.timings
    return {
        "question": answer.question,
        "understood": answer.understood,
        "refused": answer.refused,
        "mode": answer.mode,
        "generation": answer.generation,
        "statements": [_statement(statement) for statement in answer.statements],
        "answer_span": span and {"text": span.text, "citation": span.citation, "start": span.start, "end": span.end},
        "citations": [
            _citation(citation) | {"copies": [_copy(one) for one in answer.copies.get(citation.article.id, ())]}
            for citation in answer.citations
        ],
        "nearest": [{"article": a.id, "title": a.title, "url": a.url} for a in answer.nearest],
        "timings_ms": timings
        and {"search": timings.search, "first_statement": timings.first_statement, "total": timings.total},
    }


def event_json(event: AnswerEvent) -> dict[str, Any]:
    """An event of a stream, named by ``event``."""
    if isinstance(event, Searched):
        passages = [
            {"article": hit.passage.article.id, "title": hit.passage.article.title}
            | {"start": hit.passage.start, "end": hit.passage.end}
            for hit in event.hits
        ]
        named = {"event": "searched", "question": event.question, "understood": event.understood}
        return named | {"passages": passages}
    if isinstance(event, StatementPiece):
        citations = [_citation(citation) for citation in event.citations]
        return {"event": "statement", "statement": _statement(event.statement), "citations": citations}
    return {"event": "answer", **answer_json(event)}


def article_json(article: Article) -> dict[str, Any]:
    """An article with the text that every offset counts in."""
    return {
        "id": article.id,
        "title": article.title,
        "url": article.url,
        "published": article.published,
        "authors": list(article.authors),
        "outlet": article.outlet,
        "language": article.language,
        "status": article.status.state,
        "note": article.status.note,
        "text": article.text,
        "blocks": [{"kind": b.kind, "start": b.start, "end": b.end} for b in article.blocks],
    }


def hits_json(query: str, hits: Sequence[Hit]) -> dict[str, Any]:
    """The passages that a search found, ranked from 1."""
    found = [
        {
            "rank": rank,
            "article": hit.passage.article.id,
            "start": hit.passage.start,
            "end": hit.passage.end,
            "text": hit.passage.text,
            "score": round(hit.score, 6),
        }
        for rank, hit in enumerate(hits, start=1)
    ]
    return {"query": query, "hits": found}


def passage_json(passage: Passage) -> dict[str, Any]:
    """A slice of an article, with the paragraphs that it stands in and beside."""
    context = _context(passage.article, passage.start, passage.end)
    return _place(passage.article, passage.start, passage.end) | {"context": context}


def quote_json(quote: Quote) -> dict[str, Any]:
    """A quote; its spans cover the words between the marks."""
    speaker = quote.speaker
    return {
        "article": quote.article.id,
        "spans": [list(span) for span in quote.spans],
        "text": quote.text,
        "speaker": speaker and {"name": speaker.name, "mention": quote.mention and list(quote.mention)},
        "cue": quote.cue,
        "direct": quote.direct,
    }


def check_json(check: QuoteCheck) -> dict[str, Any]:
    """The verdict on a quotation, with every place that it was compared with."""
    claim: dict[str, Any] = {"text": check.claim.text, "speaker": check.claim.speaker}
    if check.claim.spans:
        claim["spans"] = [list(span) for span in check.claim.spans]
    found = {
        "claim": claim,
        "verdict": check.verdict,
        "flags": list(check.flags),
        "matches": [_match(match) for match in check.matches],
    }
    return found | {"nearest": [quote_json(quote) for quote in check.nearest]} if check.nearest else found


def _match(match: QuoteMatch) -> dict[str, Any]:
    article = match.article
    edits = [{"op": e.op, "claim": list(e.claim), "source": list(e.source)} for e in match.edits]
    return {
        "article": article.id,
        "title": article.title,
        "url": article.url,
        "published": article.published,
        "spans": [list(span) for span in match.spans],
        "text": match.text,
        "speaker": match.speaker,
        "similarity": round(match.similarity, 4),
        "group": match.group,
        "edits": edits,
        "context": _context(article, match.spans[0].start, match.spans[-1].end),
        "status": article.status.state,
        "note": article.status.note,
    }


def _context(article: Article, start: int, end: int) -> dict[str, str]:
    """The rest of the paragraph and the paragraphs beside it."""
    shown = [block for block in article.blocks if block.kind != "boilerplate"]
    first = next((i for i, block in enumerate(shown) if block.end > start), 0)
    last = next((i for i, block in enumerate(shown) if block.end >= end), len(shown) - 1)
    before = shown[max(0, first - 1)].start if shown else 0
    after = shown[min(len(shown) - 1, last + 1)].end if shown else len(article.text)
    return {"before": article.text[min(before, start) : start], "after": article.text[end : max(after, end)]}


def _statement(statement: Statement) -> dict[str, Any]:
    return {
        "text": statement.text,
        "kind": statement.kind,
        "speaker": statement.speaker,
        "citations": list(statement.citations),
    }


def _copy(article: Article) -> dict[str, Any]:
    return {
        "article": article.id,
        "title": article.title,
        "url": article.url,
        "published": article.published,
        "outlet": article.outlet,
    }


def _citation(citation: Citation) -> dict[str, Any]:
    return {"number": citation.number} | _place(citation.article, citation.start, citation.end)


def _place(article: Article, start: int, end: int) -> dict[str, Any]:
    return {
        "article": article.id,
        "title": article.title,
        "url": article.url,
        "published": article.published,
        "outlet": article.outlet,
        "start": start,
        "end": end,
        "text": article.text[start:end],
        "status": article.status.state,
        "note": article.status.note,
    }
