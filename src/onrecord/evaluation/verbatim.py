"""Count broken promises over many answers of a hostile model.

``python -m onrecord.evaluation.verbatim [--cache DIR] [--limit N]`` asks N questions (20,000) about who is quoted
in the PolNeAR articles, and checks every answer.
"""

from __future__ import annotations

from collections import Counter
from contextlib import closing

from onrecord.evaluation.bag import BagEmbedder
from onrecord.evaluation.hostile import HostileModel, violations
from onrecord.evaluation.suite import Figures, Options, main, polnear_articles
from onrecord.runtime import Runtime
from onrecord.settings import load_settings
from onrecord.types import Answer, Question, Quote

__all__ = ["measure", "questions"]

_ANSWERS = 20_000
_TOPIC_WORDS = 3


def measure(options: Options) -> Figures:
    """How many answers broke a promise, and how many statements of the model came through."""
    count = options.limit or _ANSWERS
    model = HostileModel(seed=1)
    broken: Counter[str] = Counter()
    figures: Figures = {"answers": 0, "statements": 0, "phrased by the model": 0, "refused": 0, "citations": 0}
    settings = load_settings(index=options.cache / "indexes" / "polnear-bag")
    with closing(Runtime(settings, embedder=BagEmbedder(), model=model)) as runtime:
        runtime.ingest([polnear_articles(options)])
        asked = questions(list(runtime.quotes()))
        for at in range(count):
            if at % 1000 == 0:
                options.say(f"{at} of {count}, {sum(broken.values())} broken")
            last = list(runtime.ask(Question(asked[at % len(asked)])))[-1]
            if not isinstance(last, Answer):
                continue
            figures["answers"] += 1
            figures["refused"] += last.refused
            figures["statements"] += len(last.statements)
            figures["citations"] += len(last.citations)
            figures["phrased by the model"] += sum(one.kind == "generated" for one in last.statements)
            broken.update(violations(last))
    figures |= {"ways": {name: count for name, count in sorted(model.used.items()) if count}}
    return figures | {"violations": sum(broken.values()), "examples": [text for text, _ in broken.most_common(5)]}


def questions(quotes: list[Quote]) -> list[str]:
    """A question for each quotation with a known speaker, about the longest words of it."""
    found: dict[str, None] = {}
    for quote in quotes:
        if quote.speaker is not None and quote.direct:
            topic = sorted(set(quote.text.split()), key=lambda word: (-len(word), word))[:_TOPIC_WORDS]
            found[f"What does {quote.speaker.name} say about {' '.join(topic)}?"[:400]] = None
    return list(found)


if __name__ == "__main__":
    raise SystemExit(main(measure, __doc__))
