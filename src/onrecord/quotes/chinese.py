"""Attributions in Chinese: ``蒲勇健表示，……``, ``“……”，他说。``, ``据新华社报道，……``."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from onrecord.quotes.attribution import Said
from onrecord.quotes.cues import ZH_CUES, ZH_CUES_BEFORE_A_PAUSE, ZH_NOT_CUES
from onrecord.quotes.marks import Marked
from onrecord.quotes.tokens import sentence_spans
from onrecord.types import Span

__all__ = ["is_chinese", "said_in_chinese"]

_CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_CUE = re.compile("|".join(sorted(ZH_CUES, key=len, reverse=True)))
_PAUSE = re.compile(r"[,，:：\s]*")
_BORDER = '，,。；;：:！!？?”」』"）)\n '
# "在接受记者采访时", "在会上", "近日", "也": when, where and how, between the source and the cue.
_CIRCUMSTANCE = re.compile(
    r"(?:在|对|就|向|于|通过|当天|当日|近日|昨日|昨天|今天|日前|随后|同时|此前|还|也|则|曾|又|再次|进一步|特别|明确|公开|表态|接受|[0-9０-９]+日|[0-9０-９]+月).{0,30}$"
)
_OPENING_TIME = re.compile(
    r"^(?:(?:近日|日前|昨日|昨天|今天|当天|对此|其中|此外|同时|随后|但是?|而|不过|因此|目前|[0-9０-９]+[年月日时点]|据悉|另外)[，,]?)+"
)
_ACCORDING = re.compile(
    r"(?:根据|据)([^，,。；：“”]{2,25}?)(介绍|报道|消息|统计|透露|分析|称|表示|数据|说法)(?:显示)?[，,：:]"
)
_FIRST_CHARACTERS = 40
_TAG_CHARACTERS = 24
_MOST_CUES = 24


def is_chinese(text: str, start: int, end: int) -> bool:
    """Whether at least a third of the paragraph's beginning is Chinese characters."""
    sample = text[start : min(end, start + 200)]
    if sample.isascii():
        return not sample
    return len(_CJK.findall(sample)) * 3 >= len(sample)


def said_in_chinese(text: str, start: int, end: int, pairs: Sequence[Marked]) -> list[Said]:
    """Return the attributions of a Chinese paragraph, in order.

    ``蒲勇健表示，成渝可以互补。`` -> source ``蒲勇健``, cue ``表示``, content ``成渝可以互补``
    """
    found: list[Said] = []
    starts = [pair.start for pair in pairs]
    for sentence in _with_tags(text, sentence_spans(text, start, end, pairs, "zh"), pairs):
        here = _according(text, sentence)
        inside = pairs[bisect_left(starts, sentence.start) : bisect_left(starts, sentence.end)]
        at = sentence.start
        for _ in range(_MOST_CUES):
            match = _CUE.search(text, at, sentence.end)
            if match is None:
                break
            at = match.end()
            if any(pair.start <= match.start() < pair.end for pair in inside):
                continue
            if any(start <= match.start() < end for entry in here for start, end in entry.contents):
                continue
            if (entry := _said(text, sentence, match, inside)) is not None:
                here.append(entry)
        found.extend(here)
    return found


def _with_tags(text: str, sentences: Sequence[Span], pairs: Sequence[Marked]) -> list[Span]:
    """Join ``“……。”`` with the ``蒲勇健说`` that follows it."""
    closings = {pair.end for pair in pairs}
    found: list[Span] = []
    for sentence in sentences:
        if found and found[-1].end in closings:
            cue = _CUE.search(text, sentence.start, min(sentence.end, sentence.start + _TAG_CHARACTERS))
            if cue is not None and not _is_no_cue(text, cue) and _CJK.match(text, found[-1].end):
                found[-1] = Span(found[-1].start, sentence.end)
                continue
        found.append(sentence)
    return found


def _according(text: str, sentence: Span) -> list[Said]:
    match = _ACCORDING.search(text, sentence.start, min(sentence.end, sentence.start + 80))
    if match is None:
        return []
    content = _content(text, match.end(), sentence.end)
    return [Said(Span(*match.span(2)), Span(*match.span(1)), (content,), sentence)] if content else []


def _said(text: str, sentence: Span, match: re.Match[str], inside: Sequence[Marked]) -> Said | None:
    if _is_no_cue(text, match):
        return None
    source = _source(text, sentence, match.start(), inside)
    if source is None:
        return None
    cue = Span(match.start(), match.end())
    after = _PAUSE.match(text, match.end(), sentence.end)
    follows = after.end() if after else match.end()
    quoted = next((pair for pair in inside if pair.start == follows), None)
    before = next((pair for pair in reversed(inside) if pair.end <= source.start), None)
    touches = before is not None and not text[before.end : source.start].strip("，, \u3000")
    if before is not None and touches and (quoted or _ends(text, follows, sentence)):
        return Said(cue, source, (Span(before.start, before.end),), sentence)
    content = Span(quoted.start, quoted.end) if quoted and _alone(text, quoted, sentence) else None
    content = content or _content(text, follows, sentence.end)
    return Said(cue, source, (content,), sentence) if content else None


def _is_no_cue(text: str, match: re.Match[str]) -> bool:
    """``小说``, ``名称``, ``说明书``; and nouns such as ``分析`` unless a pause follows."""
    around = text[max(0, match.start() - 2) : match.end() + 2]
    if any(word in around for word in ZH_NOT_CUES):
        return True
    if match.group() not in ZH_CUES_BEFORE_A_PAUSE:
        return False
    return text[match.end() : match.end() + 1] not in tuple('，,：:“「『"')


def _source(text: str, sentence: Span, cue: int, inside: Sequence[Marked]) -> Span | None:
    """Return the words between the last pause and the cue, without when and where, or one pause back."""
    borders = max((pair.end for pair in inside if pair.end <= cue), default=sentence.start)
    end = cue
    for _ in range(2):
        start = end
        while start > borders and end - start <= 2 * _FIRST_CHARACTERS and text[start - 1] not in _BORDER:
            start -= 1
        source = _without_circumstance(text, start, end)
        if source is not None:
            return source
        if start <= borders:
            return None
        end = start - 1
    return None


def _without_circumstance(text: str, start: int, end: int) -> Span | None:
    if (opening := _OPENING_TIME.match(text, start, end)) is not None:
        start = opening.end()
    if end - start > _FIRST_CHARACTERS:
        return None
    if (circumstance := _CIRCUMSTANCE.search(text, start, end)) is not None:
        end = circumstance.start()
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end) if _CJK.search(text, start, end) or text[start:end].strip() else None


def _ends(text: str, at: int, sentence: Span) -> bool:
    return not text[at : sentence.end].strip("。，,！!？? ")


def _alone(text: str, pair: Marked, sentence: Span) -> bool:
    return not text[pair.end : sentence.end].strip("。，,！!？?； ")


def _content(text: str, start: int, end: int) -> Span | None:
    while end > start and text[end - 1] in "。，,！!？?；; \n":
        end -= 1
    return Span(start, end) if end - start > 1 else None
