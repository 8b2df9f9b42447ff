"""What the phrasing adapter is trained on: prompts as the product makes them, and the answers that it should give.

Two kinds of questions, each searched and weighed by the product itself.  For facts: SQuADShifts' new Wikipedia questions
(CC BY 4.0) over their paragraphs; the answer is the question turned into a statement, or the sentence that holds it,
shortened.  For somebody's words: invented articles, in which invented people say sentences of the amazon and reddit posts
of SQuADShifts (CC BY 4.0) and of those paragraphs; the answer reports them, or quotes where they speak of themselves.
Nothing is learnt that the product would not let through: an answer that its own check refuses is no example.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from data import data_folder, questions
from onrecord.evaluation.data import Case, squad
from onrecord.evaluation.suite import Options, opened, squad_index
from onrecord.generation.citations import checked
from onrecord.generation.grammar import beginnings, is_personal, reported
from onrecord.generation.prompts import REFUSAL, fitting, messages
from onrecord.runtime import Runtime
from onrecord.text.normalise import fold, single_line
from onrecord.text.sentences import sentences
from onrecord.text.tokens import STOP_WORDS, content_stems, stem, words
from onrecord.types import Evidence, EvidenceItem, Message, Question, quotations

__all__ = ["Lesson", "lessons"]

TOKENS = 700
_FIRST = """Ana Amir Astrid Bao Beatriz Boris Carlos Chidi Clara Dario Deepa Elif Emeka Erik Fatima Felix Giulia Hana Henrik
Ibrahim Ines Ivan Jamal Jana Joaquin Kaito Katrin Kofi Lars Leila Lena Luca Lucia Maria Marek Mei Mikko Nadia Naomi
Nils Noor Olga Omar Paula Pedro Priya Rafael Rosa Ruth Samir Sofia Stefan Tariq Tomas Uma Viktor Wanjiru Wei Yasmin
Yusuf Zofia Zuri""".split()
_LAST = """Abara Adeyemi Aalto Banerjee Barros Bekele Castel Cho Costa Dahl Diallo Dvorak Eriksen Farah Ferrer Fischer Fofana
Gallo Haddad Halvorsen Hoang Horvat Iqbal Ito Jansen Kamau Kaya Keller Kimura Kovacs Kurz Larsen Lindt Lund Mbeki
Mensah Moreau Mori Nagy Navarro Novak Nyberg Obi Okafor Ortega Osei Park Pereira Petrov Quispe Rahman Reyes Rossi Sato
Schmid Silva Sokolov Tanaka Tamm Torres Vargas Virtanen Weber Yilmaz Zhou""".split()
_ROLES = """a baker|a retired teacher|the mayor|who runs a garage in the town|the minister of transport|a nurse|
an economist|the head of the school|a farmer|who studies rivers|a union leader|the company's chief executive|
a spokeswoman for the hospital|a bus driver|the team's coach|a lawyer for the tenants|
who lost his shop in the flood|a police officer|the museum's director|a student|an engineer at the plant|
the deputy prime minister|a shopkeeper|who has lived there for forty years|a member of the council|a historian|
the club's president|a software developer|who owns two restaurants|the governor""".replace("\n", "").split("|")
_ONSETS = "b br c ch d dr f g gr h j k kr l m n p r s sk st t th tr v w z".split()
_VOWELS = "a e i o u ai ei ia ou".split()
_CODAS = "n r l s nd rk tt m ck n r l".split()
_DIRECT = (
    "“{said},” said {name}, {role}.",
    "“{said},” said {name}.",
    "“{said},” {name} said.",
    "“{said},” {last} added.",
    "“{said}. {more},” said {name}, {role}.",
    "“{more}. {said},” {name} said.",
    "“{more}. {said},” said {last}. “{third}.”",
    "{name}, {role}, said: “{said}. {more}.”",
    "{name}, {role}, said: “{said}.”",
    "{name} told the newspaper: “{said}.”",
    "“{said},” said {name}, {role}. “{more}.”",
    "“{said},” {last} said. “{more}.”",
    "“{said},” {name} told a hearing on Tuesday. “{more}.”",
)
_INDIRECT = (
    "{name}, {role}, said that {told}.",
    "{name} said {told}.",
    "{last} told reporters that {told}.",
    "According to {name}, {role}, {told}.",
    "{last} believes that {told}.",
)
_ASKED = (
    "What does {name} say about {topic}?",
    "What did {name} say about {topic}?",
    "What did {last} say about {topic}?",
    "What does {name} think about {topic}?",
    "How does {name} describe {topic}?",
    "What is {name}'s view of {topic}?",
    "{topic}: what does {last} say?",
    "What has {name} said on {topic}?",
)
_PLAIN = re.compile(r"[A-Z][A-Za-z0-9 ,;'’%-]+[.!]")
_URL = re.compile(r"\b(?:http|www|EDIT|TL|NAME)\b|\bu?r/")
_ASIDE = re.compile(r"\s*\([^()]*\)")
_CLAUSE = re.compile(r", (?:which|who|where|whose) [^,;]+,")
_OF_SUBJECT = re.compile(
    r"(?P<word>who|what|which(?: [a-z-]+){1,3}?|how many(?: [a-z-]+){1,2}?) (?P<rest>(?P<verb>\w+) .+)\?", re.IGNORECASE
)
_HELPERS = frozenset("did do does can could will would should might may".split())
_VERB = re.compile(
    r"is|was|were|are|has|had|\w{3,}(?:ed|es|s)|led|won|made|built|wrote|became|began|sold|held|took|gave|ran|said|came|went",
    re.IGNORECASE,
)
_REPORTED_MOST = 3
_SPEECH = frozenset(map(stem, "say said says think describe view".split()))


@dataclass(frozen=True, slots=True)
class Lesson:
    """A prompt and the answer to learn; ``kind`` is fact, words or refusal."""

    kind: str
    messages: tuple[Message, ...]
    answer: str


def lessons(kept: Path, *, facts: int, articles: int, seed: int, say: Callable[[str], None]) -> list[Lesson]:
    """All lessons, made once and then read from the folder ``kept``."""
    file = kept / f"lessons-{facts}-{articles}-{seed}.jsonl"
    if not file.is_file():
        rng = random.Random(seed)
        found = [*_of_facts(kept, facts, rng, say), *_of_words(kept, articles, rng, say)]
        rng.shuffle(found)
        file.write_text("".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in found), "utf-8")
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return [Lesson(r["kind"], tuple(Message(**m) for m in r["messages"]), r["answer"]) for r in rows]


def _lesson(kind: str, question: str, evidence: Evidence, answer: str) -> Lesson:
    return Lesson(kind, messages(question, evidence, examples=False), answer)


def _roughly(text: str) -> int:
    return len(text) // 4 + 1


def _of_facts(kept: Path, count: int, rng: random.Random, say: Callable[[str], None]) -> Iterator[Lesson]:
    """Questions on encyclopedia paragraphs; a few are shown what does not answer them."""
    cases, paragraphs = squad("new_wiki/questions.jsonl.gz")
    cases = rng.sample(cases, min(count, len(cases)))
    before: Evidence | None = None
    with closing(squad_index(Options(kept), "new_wiki", paragraphs)) as runtime:
        for place, case in enumerate(cases):
            if place % 200 == 0:
                say(f"facts: {place} of {len(cases)}")
            evidence = _evidence(runtime, case.question)
            if evidence is None:
                continue
            answer = _answer_of(case, evidence)
            if answer is not None:
                yield _lesson("fact", case.question, *_among(evidence, before, answer, rng))
            if before is not None and rng.random() < 0.1:
                yield _lesson("refusal", case.question, before, REFUSAL)
            before = evidence


def _among(evidence: Evidence, others: Evidence | None, answer: str, rng: random.Random) -> tuple[Evidence, str]:
    """The evidence, every second time among passages that were found for another question, and the answer with its number."""
    if others is None or rng.random() < 0.5:
        return evidence, answer
    mixed = [*evidence.items, *others.items[: rng.randint(1, 3)]]
    rng.shuffle(mixed)
    items = tuple(replace(item, number=place) for place, item in enumerate(mixed, 1))
    number = int(answer[answer.rindex("[") + 1 : -1])
    now = 1 + next(place for place, item in enumerate(mixed) if item is evidence[number])
    return Evidence(items), f"{answer[: answer.rindex('[')]}[{now}]"


def _evidence(runtime: Runtime, question: str) -> Evidence | None:
    evidence = runtime.weigh(Question(question)).evidence
    return fitting(question, evidence, count=_roughly, tokens=TOKENS, examples=False) if len(evidence) else None


def _answer_of(case: Case, evidence: Evidence) -> str | None:
    """The shortest statement of the first passage that holds the answer which the product would let through."""
    for item in evidence.items:
        text = single_line(item.passage.text)
        for gold in sorted(case.answers, key=len):
            if gold not in text or item.speaker is not None:
                continue
            tried = [_as_statement(case.question, gold), *_shortened(text, gold, case.question)]
            for statement in tried:
                if statement and (passed := _passing(statement, item, evidence)):
                    return passed
    return None


def _passing(statement: str, item: EvidenceItem, evidence: Evidence) -> str | None:
    found = checked(statement, (item.number,), evidence)
    if found is None or found.citations != (item.number,) or fold(found.text).text != fold(statement).text:
        return None
    return f"{found.text} [{item.number}]"


def _as_statement(question: str, gold: str) -> str | None:
    """The answer in the place of the question word where that is the subject: ``Who built it?``, ``Ann Lee built it.``."""
    match = _OF_SUBJECT.fullmatch(question.strip())
    if match is None or match["verb"].lower() in _HELPERS or not _VERB.fullmatch(match["verb"]):
        return None
    kind = match["word"].lower().split()
    if kind[0] == "how":
        noun = " ".join(kind[2:])
        gold = gold if noun in gold.lower() else f"{gold} {noun}"
    return f"{gold[0].upper()}{gold[1:]} {match['rest']}."


def _shortened(text: str, gold: str, question: str) -> Iterator[str]:
    """Sentences of the text that hold the answer, without what can go, shortest first; then as they are.

    Whatever a sentence has of the question stays.
    """
    asked = set(content_stems(question))
    for start, end in sentences(text):
        sentence = text[start:end]
        if gold not in sentence or is_personal(sentence):
            continue
        bare = sentence
        for pattern, rest in ((_ASIDE, ""), (_CLAUSE, "")):
            for match in reversed(list(pattern.finditer(bare))):
                if gold not in match.group():
                    bare = bare[: match.start()] + rest + bare[match.end() :]
        held = asked & set(content_stems(sentence))
        found = {clause for each in (bare, sentence) for clause in beginnings(each) if gold in clause}
        yield from sorted((f"{clause}." for clause in found if held <= set(content_stems(clause))), key=len)


def _of_words(kept: Path, count: int, rng: random.Random, say: Callable[[str], None]) -> Iterator[Lesson]:
    """Questions for what invented people say in invented articles."""
    made, asked = _articles(count, rng)
    file = kept / "invented.jsonl"
    file.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in made), "utf-8")
    before: Evidence | None = None
    with closing(opened(Options(kept), "invented", [file])) as runtime:
        for place, (question, names) in enumerate(asked):
            if place % 200 == 0:
                say(f"words: {place} of {len(asked)}")
            evidence = _evidence(runtime, question)
            if evidence is None:
                continue
            if answer := _report(evidence, names, question):
                yield _lesson("words", question, evidence, answer)
            if before is not None and rng.random() < 0.06:
                yield _lesson("refusal", question, before, REFUSAL)
            before = evidence


def _articles(count: int, rng: random.Random) -> tuple[list[dict[str, str]], list[tuple[str, list[str]]]]:
    posts, facts = _sentences(rng)
    made, asked = [], []
    # Each speaks in several articles.
    cast = [_name(rng) for _ in range(max(20, count // 3))]
    for number in range(count):
        people = rng.sample(cast, 3)
        paragraphs = [" ".join(rng.choice(facts) for _ in range(rng.randint(1, 2)))]
        for name in people:
            role = rng.choice(_ROLES)
            for _ in range(rng.randint(1, 3)):
                said, more, third = (rng.choice(posts if rng.random() < 0.55 else facts)[:-1] for _ in range(3))
                # What is told in other words names nobody "I", and begins with a word that is surely no name.
                may_be_told = said.split()[0].lower() in STOP_WORDS and not is_personal(said)
                form = rng.choice(_INDIRECT if may_be_told and rng.random() < 0.5 else _DIRECT)
                told = said[0].lower() + said[1:]
                last = name.split()[1]
                paragraphs.append(
                    form.format(said=said, more=more, third=third, told=told, name=name, last=last, role=role)
                )
                if (topic := _topic(said, rng)) and rng.random() < 0.8:
                    asked.append((rng.choice(_ASKED).format(name=name, last=last, topic=topic), [name]))
            if rng.random() < 0.3:
                paragraphs.append(rng.choice(facts))
        if rng.random() < 0.4:
            one, other = rng.sample(people, 2)
            asked.append((f"What do {one} and {other} say?", [one, other]))
        if rng.random() < 0.3:
            asked.append((f"What did {people[0]} say?", people[:1]))
        title = _topic(paragraphs[0], rng) or "The week"
        made.append({"id": f"invented-{number}", "title": title.capitalize(), "text": "\n\n".join(paragraphs)})
    return made, asked


def _name(rng: random.Random) -> str:
    """A first and a last name; every second has a last name that nobody has, so that names are copied and not known."""
    if rng.random() < 0.5:
        return f"{rng.choice(_FIRST)} {rng.choice(_LAST)}"
    syllables = (rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS) for _ in range(rng.randint(1, 3)))
    return f"{rng.choice(_FIRST)} {''.join(syllables).capitalize()}"


def _sentences(rng: random.Random) -> tuple[list[str], list[str]]:
    """Sentences of posts and of encyclopedia articles that somebody could have said."""
    posts: dict[str, None] = {}
    facts: dict[str, None] = {}
    for example in questions(data_folder()):
        into = facts if example.title else posts
        for start, end in sentences(example.text):
            text = single_line(example.text[start:end])
            if _PLAIN.fullmatch(text) and 6 <= len(text.split()) <= 30 and not _URL.search(text):
                into[text] = None
    shuffled = [sorted(each) for each in (posts, facts)]
    for each in shuffled:
        rng.shuffle(each)
    return shuffled[0], shuffled[1]


def _topic(text: str, rng: random.Random) -> str | None:
    """One or two words that the text is about."""
    found = [word for word in words(text) if len(word) > 4 and word.isalpha() and word not in STOP_WORDS]
    if not found:
        return None
    first = rng.randrange(len(found))
    near = f"{found[first]} {found[first + 1]}" if first + 1 < len(found) else ""
    return near if near and near in text.lower() else found[first]


def _report(evidence: Evidence, names: Sequence[str], question: str) -> str | None:
    """What those who were asked for say, at most three statements; None where it cannot be said."""
    asked = set(content_stems(question)) - _SPEECH - {stem(word) for name in names for word in words(name)}
    said: dict[str, list[str]] = {name: [] for name in names}
    on_topic = 0
    for item in evidence.items:
        name = next((name for name in names if item.speaker and set(words(item.speaker)) & set(words(name))), None)
        statement = _said(item, asked) if name is not None else None
        if name is None or not statement or (passed := _passing(statement, item, evidence)) is None:
            continue
        is_on_topic = bool(asked & {stem(word) for word in words(statement)})
        if is_on_topic or not on_topic:
            said[name].append(passed)
        on_topic += is_on_topic
    each = 1 + (_REPORTED_MOST - 1) // len(names)
    if not all(said.values()):
        return None
    return " ".join([one for found in said.values() for one in dict.fromkeys(found[:each])][:_REPORTED_MOST])


def _said(item: EvidenceItem, asked: set[str]) -> str | None:
    text = single_line(item.passage.text)
    if item.kind != "quoted" or item.speaker is None:
        return text
    parts = [text[start:end] for start, end in quotations(text)]
    spoken = [part[start:end] for part in parts for start, end in sentences(part)]
    if not spoken:
        return None
    best = max(spoken, key=lambda one: len(asked & set(content_stems(one))))
    told = reported(item.speaker, (beginnings(best) or [best.rstrip(" ,.;")])[-1], item)
    if not is_personal(best) and best[-1] not in "?!" and " said that " in told:
        return f"{told}."
    # What cannot be told in other words is quoted.
    who = item.speaker[:1].upper() + item.speaker[1:]
    return f"{who} said: “{best}”" if best[-1] in "?!" else f"{who} said: “{best.rstrip(' ,.;')}.”"
