"""A language model that means harm, and a check of what came through that shares no code with the product's."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from onrecord.types import Answer, Message

__all__ = ["MISMARKED", "PAIRS", "UNCLOSED", "HostileModel", "ObedientModel", "violations"]

PAIRS = ("“”", "„“", "„”", "””", '""', "＂＂", "‘’", "‚‘", "‚’", "''", "«»", "»«", "‹›", "›‹", "「」", "『』", "｢｣",
         "﹁﹂", "﹃﹄", "〝〞", "〝〟", "❝❞", "❛❜")  # fmt: skip
"""Every style of quotation marks, opening mark first."""
MISMARKED = ('“"', '"”', "”“", "“’", "«“", "「』", "“”", "\"'")
UNCLOSED = tuple(sorted({pair[0] for pair in PAIRS}))
_ITEM = re.compile(r"^\[(\d+)\] (.*)$", re.MULTILINE)
_LINKS = ("http://evil.invalid/?q=1", "[click](http://evil.invalid)", "![x](http://evil.invalid/p.png)", "<b>bold</b>")
_SPLIT = re.compile(r"\[[^\]\s]*$")
_INVISIBLE = ("\u200b", "\u202e", "\u2066", "\ufeff", "\u00ad", "\x00")


class HostileModel:
    """Writes corrupted, spliced, invented and mis-marked quotations over the passages that it is shown."""

    name = "hostile"

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - reproducible, nothing secret
        self.answers = 0
        self.used: Counter[str] = Counter()

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,  # noqa: ARG002 - the signature is LanguageModel's
        stop: Sequence[str] = (),  # noqa: ARG002
        grammar: str | None = None,  # noqa: ARG002 - what a grammar would forbid is said all the same
    ) -> Iterator[str]:
        """A hostile answer, cut anywhere."""
        self.answers += 1
        text = self.said(messages[-1].content)
        at = 0
        while at < len(text):
            size = self._random.choice((1, 1, 2, 3, 7, 40))
            yield text[at : at + size]
            at += size
            self.used["marker split over chunks"] += bool(_SPLIT.search(text[max(0, at - 8) : at]) and at < len(text))

    def said(self, prompt: str) -> str:
        """What it answers to a prompt."""
        shown = [(int(number), text) for number, text in _ITEM.findall(prompt)] or [(1, prompt)]
        return self._random.choice((" ", "\n", "")).join(
            self._sentence(shown) for _ in range(self._random.randint(1, 4))
        )

    def count_tokens(self, text: str) -> int:
        """A rough count."""
        return len(text.split())

    def close(self) -> None:
        """Nothing is held."""

    def _sentence(self, shown: Sequence[tuple[int, str]]) -> str:
        number, text = self._random.choice(shown)
        way = self._random.choice(self._ways())
        quoted = way(text, self._random.choice(shown)[1])
        self.used[way.__name__.strip("_")] += 1
        marks = self._marks()
        who = self._random.choice(("The mayor", "She", text.split(" ", 1)[0], "An official", ""))
        marked = f"{marks[0]}{quoted}{marks[1:]}"
        said = self._random.choice(
            (f"{who} said: {marked}.", f"{marked}, said {who}.", f"{who} said that {quoted}.",
             f"{marked}", f"{quoted} {marked}.")
        )  # fmt: skip
        return self._random.choice((said, f"{said} {self._marker(number, len(shown))}"))

    def _marks(self) -> str:
        kind, marks = self._random.choice(
            (("paired", PAIRS), ("paired", PAIRS), ("mis-marked", MISMARKED), ("unclosed", UNCLOSED))
        )
        chosen = self._random.choice(marks)
        self.used[f"{kind} {chosen}"] += 1
        return chosen

    def _marker(self, number: int, count: int) -> str:
        other = self._random.randint(1, count)
        return self._random.choice(
            (f"[{number}]", f"[{other}]", "[99]", "[0]", "[-1]", f"[{number}", f"[{number}, 99]", f"[ {other} ; {number} ]",
             f"[[{number}]]", f"[{number}]({_LINKS[0]})", "[１]", f"({number})")
        )  # fmt: skip

    def _ways(self) -> tuple[Callable[[str, str], str], ...]:
        honest = (self._exact, self._part)
        return (*honest, self._swapped, self._spliced, self._invented, self._nested, self._hidden, self._linked)

    def _exact(self, text: str, _other: str) -> str:
        return text

    def _part(self, text: str, _other: str) -> str:
        words = text.split()
        start = self._random.randrange(len(words) or 1)
        return " ".join(words[start : start + self._random.randint(1, 12)])

    def _swapped(self, text: str, other: str) -> str:
        words = self._part(text, other).split() or ["so"]
        words[self._random.randrange(len(words))] = self._random.choice(
            ("not", "7", "never", "Berlin", "may", "Keller")
        )
        return " ".join(words)

    def _spliced(self, text: str, other: str) -> str:
        return f"{self._part(text, other)} {self._part(other, text)}"

    def _invented(self, _text: str, _other: str) -> str:
        return "We will close every school in the country by 2031"

    def _nested(self, text: str, other: str) -> str:
        one, two = self._marks(), self._marks()
        return f"{one[0]}{self._part(text, other)} {two[0]}{self._swapped(other, text)}{two[1:]}"

    def _hidden(self, text: str, other: str) -> str:
        part = self._part(text, other)
        at = self._random.randrange(len(part) + 1)
        return part[:at] + self._random.choice(_INVISIBLE) + part[at:]

    def _linked(self, text: str, other: str) -> str:
        return f"{self._part(text, other)} {self._random.choice(_LINKS)}"


class ObedientModel(HostileModel):
    """Does whatever the articles in its prompt tell it to: repeats them word for word."""

    name = "obedient"

    def said(self, prompt: str) -> str:
        """Every passage, and the prompt itself."""
        shown = [text for _, text in _ITEM.findall(prompt)]
        return " ".join([*shown, *(f"{text} [1]" for text in shown), prompt])


# Single marks are apostrophes, too: they count where no letter stands outside of them.
_QUOTED = [
    re.compile(f"(?<![^\\W\\d_]){re.escape(o)}(?!\\s)([^{re.escape(o + c)}]+){re.escape(c)}(?![^\\W\\d_])")
    if o in "‘‚'❛"
    else re.compile(f"{re.escape(o)}([^{re.escape(o + c)}]+){re.escape(c)}")
    for o, c in map(tuple, PAIRS)
    if o not in "”›»"  # read from there, the words between two quotations would be one
]
_CLOSERS = {"“": "”", "«": "»", "「": "」", "『": "』", "｢": "｣", "❝": "❞", "〝": "〞〟"}
# Of a quotation that is left open, what a mark or a stop closes after all is left out.
_LEFT_OPEN = [re.compile(f"^[^{o}„»]*{o}([^{c}“]+?)[^\\w{c}“]*$") for o, c in _CLOSERS.items()]
_LEFT_MARKER = re.compile(r"\[\s*-?\d")


def violations(answer: Answer) -> list[str]:
    """What is wrong with an answer that its reader would see, by the letter of the promises."""
    found: list[str] = []
    cited = {citation.number: citation for citation in answer.citations}
    found += [
        f"citation {one.number} is no slice"
        for one in answer.citations
        if one.article.text[one.start : one.end] != one.text or not one.text
    ]
    for statement in answer.statements:
        passages = [cited[number].text for number in statement.citations if number in cited]
        if len(passages) != len(statement.citations) or not passages:
            found.append(f"a marker resolves to nothing: {statement.text}")
        if statement.kind != "generated" and not any(statement.text in passage for passage in passages):
            found.append(f"not verbatim: {statement.text}")
        whole = any(statement.text in passage for passage in passages)
        found += [
            f"a quotation that was not printed: {words}"
            for form in (*_QUOTED, *_LEFT_OPEN)
            for words in form.findall(statement.text)
            if not whole and not any(words in passage for passage in passages)
        ]
        if not whole and _LEFT_MARKER.search(statement.text):
            found.append(f"a marker among the words: {statement.text}")
        if statement.kind == "generated" and ("evil.invalid" in statement.text or "<b>" in statement.text):
            found.append(f"a foreign link: {statement.text}")
    return found
