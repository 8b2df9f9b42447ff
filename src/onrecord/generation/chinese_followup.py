"""Chinese questions that lean on the one before: ``那出口呢？`` after ``王毅对中美关系说了什么？``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from onrecord.generation.referents import mentions

__all__ = ["chinese_follow_up"]

_SAME_AGAIN = re.compile(r"(?:那|然后)?(?:还有(?:呢|什么|别的)?|继续|然后)(?:吗|呢)?[？?。]*")
_BARE = re.compile(
    r"(?:那|这|是)?(?:为什么|为何|什么时候|何时|在?哪里|在哪|怎么|怎样|谁|多少|多久|真的|是吗)(?:说|做|发生)?(?:的|呢|吗)?[？?。]*"
)
_OTHER = re.compile(r"(?:那么|那|而)?(?:关于|对于|至于|对)?(?P<what>[^，,。？?]{1,14}?)(?:呢|怎么样|又如何|如何)[？?]*")
_TIME = re.compile(
    r"(?:去年|今年|明年|前年|昨天|今天|上周|本周|上个?月|本月|近期|最近|\d{4}年(?:\d{1,2}月)?|[一二三四五六七八九十\d]{1,3}月)"
)
_FRAME = re.compile(
    r"(?P<head>.*?(?:关于|对于|谈到|对|就))(?P<what>.+?)(?P<tail>(?:是?(?:怎么|如何|有什么|有何|说|表示|的看法|持)).*)"
)
_SUBJECT = re.compile(
    r"(?P<what>.{2,12}?)(?:什么时候|何时|是|在|对|说|表示|认为|为什么|为何|怎么|如何|有|哪|多少|由谁).*"
)
_HE = re.compile(r"(?<!其)(?<!吉)[他她](?!们|人|国)(?:本人)?")
_IT = re.compile(r"它(?!们)|(?<![到至在从因对])(?:这|那)(?:件事|个问题)|其(?=[^他它实中余次])")
_LONGEST_NAME = 4


def chinese_follow_up(text: str, before: str, forms: Mapping[str, Sequence[str]]) -> str:
    """The question with what it takes from the one before; itself where it takes nothing."""
    if _SAME_AGAIN.fullmatch(text):
        return before
    if _BARE.fullmatch(text):
        return f"{before} {text}"
    if match := _OTHER.fullmatch(text):
        return _other(match["what"], text, before, forms)
    return _without_pronouns(text, before, forms)


def _other(what: str, text: str, before: str, forms: Mapping[str, Sequence[str]]) -> str:
    speakers = mentions(before, forms)
    if mentions(what, forms) and len(speakers) == 1:
        return before.replace(speakers[0], what)
    if _TIME.fullmatch(what):
        return f"{what}{_TIME.sub('', before)}"
    if frame := _FRAME.fullmatch(before):
        return f"{frame['head']}{what}{frame['tail']}"
    return f"{before} {text}"


def _without_pronouns(text: str, before: str, forms: Mapping[str, Sequence[str]]) -> str:
    subject = match["what"] if (match := _SUBJECT.fullmatch(before)) else ""
    if _HE.search(text) and not mentions(text, forms):
        speakers = mentions(before, forms) or ([subject] if 2 <= len(subject) <= _LONGEST_NAME else [])
        if len(speakers) != 1:
            return f"{before} {text}"
        text = _HE.sub(speakers[0], text)
    if _IT.search(text):
        frame = _FRAME.fullmatch(before)
        thing = frame["what"] if frame else subject
        return _IT.sub(thing, text) if thing else f"{before} {text}"
    return text
