"""A question that leans on the conversation -> one that stands for itself, by rules.

"What does Keller say about the gates?", "And about exports?" -> "What does Keller say about exports?".  Where no rule is
sure of what is meant, the question before is put in front, so that nothing of the subject is lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from onrecord.generation.chinese_followup import chinese_follow_up
from onrecord.generation.referents import mentions, people_of, topic_of
from onrecord.text.names import named_in
from onrecord.text.normalise import single_line
from onrecord.text.tokens import STOP_WORDS, content_stems, is_chinese, stem, words
from onrecord.types import Turn

__all__ = ["is_joined", "self_contained"]

_MOST_TURNS = 10
_LONGEST = 500
_LINK = r"(?:(?:and|but|so|or|also|ok|okay|then|now|well)\b[,\s]*)"
_SAME_AGAIN = re.compile(
    rf"{_LINK}*(?:(?:please\s+)?tell me more|go on|more|(?:what|anything|who) else|and then|really|are you sure|continue)\W*",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"{_LINK}*(?:why(?: not| so)?|when|where|how(?: so| come| long| much| many| often)?|who|since when|until when|by whom|"
    r"where to|where from|what for|says who|who (?:said|says) (?:that|this|so))\W*",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    rf"{_LINK}*(?:(?:what|how)\s+about|what\s+of|about|on|regarding|concerning|as\s+for)\s+(?P<what>.+?)\W*",
    re.IGNORECASE,
)
_AND = re.compile(rf"{_LINK}+(?P<what>(?:[^\s?]+\s*){{1,5}}?)\W*", re.IGNORECASE)
_ASKS = re.compile(
    r"(?:what|who|whom|whose|when|where|why|how|which|is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\b",
    re.IGNORECASE,
)
_TIME = (
    r"(?:in|during|since|before|after|until|by|around)\s+(?:(?:early|late|mid|the)\s+)*\w+(?:\s+(?:\d{4}|war|election|crisis))?"
    r"|(?:last|this|next)\s+(?:week|month|year|spring|summer|autumn|fall|winter|decade|\w+day)|yesterday|today|recently|now|then"
)
_IS_TIME = re.compile(_TIME, re.IGNORECASE)
_OLD_TIME = re.compile(r"\s+(?:(?:in|during|since|before|after|until)\s+(?:\w+\s+)?\d{4}|(?:last|this)\s+\w+)(?=\W*$)")
_FRAME = re.compile(
    rf"(?P<head>.*?\b(?:about|regarding|concerning)\s+)(?P<what>.+?)(?P<time>\s+(?:{_TIME}))?(?P<end>\W*)",
    re.IGNORECASE,
)
_SAYS = frozenset(
    """say said think thought mean believ comment tell told claim argu explain announc agre view opinion chang""".split()
)
_PLURAL = re.compile(r"[^s\W]s$|\b(?:people|men|women|children|police)$", re.IGNORECASE)

_HE = re.compile(
    r"\b(?P<pronoun>he|she|him|her|his|hers)\b(?=(?P<noun>\s+(?!(?:about|on|in|at|to|for|with|and)\b)\w)?)",
    re.IGNORECASE,
)
# Whoever does something with "him" is somebody else.
_OBJECT = re.compile(
    r"\b(?:with|to|from|than|against|like|believe|support|contradict)\s+(?:him|her)\b(?=\W*$)", re.IGNORECASE
)
_THEY = re.compile(r"(?<!\bthat )\b(?P<pronoun>they|them|their|theirs)\b", re.IGNORECASE)
_IT = re.compile(
    # Not "is it true that", "is there a", "said that he": these point at nothing that was said before.
    r"(?<!\bis )(?<!\bwas )(?<!\bthat )\b(?P<pronoun>its|it)\b(?!\s+(?:is|was)\s+\w+\s+(?:that|to)\b)"
    r"|(?<=\bis )\b(?P<last>it)\b(?=\W*$)|(?<=\bwas )\b(?P<was>it)\b(?!\s+\w+\s+(?:that|to)\b)"
    r"|(?<=\bis )(?P<ing>it)\b(?=\s+\w+ing\b)"
    r"|\b(?P<that>that|this|these|those)\b(?=\W*$|\s+(?:is|was|mean|means|happen|happened|work|works|change|cost)\b)"
    r"|(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )\b(?P<there>there)\b(?!\s+(?:is|are|was|were|be|will|has|have)\b)",
    re.IGNORECASE,
)
# What is said as a whole, or one more of a kind: no words of the question before could stand there.
_WHOLE = re.compile(r"\b(?:is|was)\s+(?:that|this)\b|\b(?:another|other|this|that|which)\s+ones?\b", re.IGNORECASE)
_GOES = re.compile(r"\b(?:go|goes|went|come|came|travel|travelled|fly|flew|get|got|move|moved)\s+$", re.IGNORECASE)
_SAID_THAT = re.compile(r"\b(?:say|said|think|thought|claim|mention)\s+(?:that|this|it|so)\b(?=\W*$)", re.IGNORECASE)
_SAYS_WHAT = re.compile(r".*\b(?:say|said|think|thought|believe|comment|agree)\W*", re.IGNORECASE)


def self_contained(text: str, history: Sequence[Turn], forms: Mapping[str, Sequence[str]]) -> str:
    """The question with what it takes from the conversation written out; itself where it takes nothing.

    ``forms`` are those of ``onrecord.text.names.speaker_forms``.
    """
    before, answer = "", ""
    for turn in history[-_MOST_TURNS:]:
        own = single_line(turn.question[:_LONGEST])
        found = _resolved(own, before, answer, forms)
        before, answer = found if len(found) <= _LONGEST else own, single_line(turn.answer[:_LONGEST])
    return _resolved(single_line(text), before, answer, forms)


def is_joined(found: str, text: str) -> bool:
    """Whether no rule was sure, so that the question before was only put in front."""
    own = single_line(text)
    return found != own and found.endswith(f" {own}")


def _resolved(text: str, before: str, answer: str, forms: Mapping[str, Sequence[str]]) -> str:
    if not before or not text:
        return text
    if is_chinese(text):
        return chinese_follow_up(text, before, forms)
    if _SAME_AGAIN.fullmatch(text):
        return before
    if _BARE.fullmatch(text) or not content_stems(text):
        return f"{before} {text}"
    if (match := _ABOUT.fullmatch(text) or _AND.fullmatch(text)) and not _ASKS.match(match["what"]):
        return _other(match["what"].strip(), text, before, forms)
    return _without_pronouns(text, before, answer, forms)


def _other(what: str, text: str, before: str, forms: Mapping[str, Sequence[str]]) -> str:
    """The question before, about something else: another speaker, another time or another topic."""
    what = _without_pronouns(what, before, "", forms)
    if what.startswith(before):
        return f"{before} {text}"
    people, named = named_in(what, forms)
    if people and {word for word in words(what) if word not in STOP_WORDS} <= named:
        old = mentions(before, forms)
        return before.replace(old[0], what) if len(old) == 1 else f"{before} {text}"
    if _IS_TIME.fullmatch(what):
        return f"{_OLD_TIME.sub('', before.rstrip(' ?.!'))} {what}?"
    if frame := _FRAME.fullmatch(before):
        return f"{frame['head']}{what}{frame['time'] or ''}?"
    topic = topic_of(before)
    return before.replace(topic, what) if topic else f"{before} {text}"


def _without_pronouns(text: str, before: str, answer: str, forms: Mapping[str, Sequence[str]]) -> str:
    people, topic = people_of(before, answer, forms), topic_of(before)
    joined = f"{before} {text}"
    if _WHOLE.search(text):
        return joined
    found = text
    if (pronoun := _HE.search(text)) and (_OBJECT.search(text) or not mentions(text[: pronoun.start()], forms)):
        if len(people) != 1:
            return joined
        found = _HE.sub(lambda match: _in_place_of(match, people[0]), text)
    if topic and (said := _SAID_THAT.search(found)):
        return f"{found[: said.end()]} about {topic}?"
    if _THEY.search(found):
        them = " and ".join(people) if len(people) > 1 else topic if _PLURAL.search(topic) else ""
        if not them:
            return joined
        found = _THEY.sub(lambda match: _in_place_of(match, them), found)
    if _IT.search(found):
        if not topic:
            return joined
        found = _IT.sub(lambda match: _in_place_of(match, topic), found)
    return _with_topic(found, topic, forms)


def _with_topic(text: str, topic: str, forms: Mapping[str, Sequence[str]]) -> str:
    """Add what was spoken of, where the question asks for somebody's words and not about what."""
    if not topic or topic in text or "else" in words(text):
        return text
    _, named = named_in(text, forms)
    own = {word for word in words(text) if word not in STOP_WORDS and stem(word) not in _SAYS} - named
    asks = any(stem(word) in _SAYS for word in words(text))
    if _SAYS_WHAT.fullmatch(text) or (asks and not own):
        return f"{text.rstrip(' ?.!')} about {topic}?"
    return text


def _in_place_of(match: re.Match[str], name: str) -> str:
    pronoun = match.group().lower()
    owned = pronoun in {"his", "its", "their", "hers", "theirs"}
    if pronoun == "her":
        owned = match["noun"] is not None
    if pronoun == "there":
        return f"{'to' if _GOES.search(match.string[: match.start()]) else 'at'} {name}"
    return f"{name}’s" if owned else name
