"""Examples for the API's description, from the article that is shipped."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["EXAMPLES"]

_ID = "chengdu-chongqing-cooperation.md"
_TITLE = "Chengdu, Chongqing Getting to the Forefront of China via Cooperations丨Insights"
_WORDS = "“Chongqing serves as the largest automobile manufacturing base in China,” said Pu."
_NAMED: dict[str, Any] = {"article": _ID, "title": _TITLE, "url": None, "published": None}
_PLACE = {"outlet": "iChongqing", "start": 3093, "end": 3175, "text": _WORDS, "status": "current", "note": None}
_CITATION = {"number": 1, **_NAMED, **_PLACE}
_STATEMENT = {"text": _WORDS, "kind": "quoted", "speaker": "Pu Yongjian", "citations": [1]}
_QUESTION = "What does Pu say about auto manufacturing?"
_ANSWER = {
    "question": _QUESTION,
    "refused": False,
    "mode": "extractive",
    "generation": "gen-000001",
    "statements": [_STATEMENT],
    "answer_span": None,
    "citations": [{**_CITATION, "copies": []}],
    "nearest": [],
    "timings_ms": {"search": 21.5, "first_statement": 48.0, "total": 55.1},
}
_QUOTE = {
    "article": _ID,
    "spans": [[3094, 3164]],
    "text": "Chongqing serves as the largest automobile manufacturing base in China",
    "speaker": {"name": "Pu Yongjian", "mention": [3172, 3174]},
    "cue": "said",
    "direct": True,
}
_EVENTS = (
    {
        "event": "searched",
        "question": _QUESTION,
        "passages": [{"article": _ID, "title": _TITLE, "start": 2743, "end": 3353}],
    },
    {"event": "statement", "statement": _STATEMENT, "citations": [_CITATION]},
    {"event": "answer", **_ANSWER},
)

EXAMPLES: dict[str, Any] = {
    "ask": _ANSWER,
    "ask events": "".join(f"event: {event['event']}\ndata: {json.dumps(event)}\n\n" for event in _EVENTS),
    "check": {
        "claim": {"text": "Chongqing serves as the largest automobile manufacturing base in Asia", "speaker": "Pu"},
        "verdict": "altered",
        "flags": ["name_changed"],
        "matches": [
            {
                **_NAMED,
                "spans": [[3094, 3164]],
                "text": "Chongqing serves as the largest automobile manufacturing base in China",
                "speaker": "Pu Yongjian",
                "similarity": 0.9,
                "group": 1,
                "edits": [{"op": "replace", "claim": [65, 69], "source": [3159, 3164]}],
                "context": {"before": "“", "after": ",” said Pu."},
                "status": "current",
                "note": None,
            }
        ],
    },
    "search": {
        "query": "automobile manufacturing",
        "hits": [{"rank": 1, "article": _ID, "start": 3093, "end": 3175, "text": _WORDS, "score": 0.166667}],
    },
    "article": {
        "id": _ID,
        "title": _TITLE,
        "url": None,
        "published": None,
        "authors": [],
        "outlet": "iChongqing",
        "language": "en",
        "status": "current",
        "note": None,
        "text": _WORDS,
        "blocks": [{"kind": "body", "start": 0, "end": 82}],
        "quotes": [{**_QUOTE, "spans": [[1, 71]], "speaker": {"name": "Pu Yongjian", "mention": [79, 81]}}],
    },
    "passage": {**_NAMED, **_PLACE, "context": {"before": "", "after": " “The problem now facing is ...”"}},
    "speakers": {
        "total": 1,
        "speakers": [{"name": "Pu Yongjian", "aliases": ["Pu"], "direct": 4, "reported": 3, "articles": 1}],
    },
    "speaker_quotes": {"speaker": "Pu Yongjian", "quotes": [_QUOTE]},
    "feedback": {"kept": True},
    "status": {"articles": 1, "newest": None, "generation": "gen-000001", "model": "ready"},
}
