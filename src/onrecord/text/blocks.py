"""Tell an article's paragraphs apart: heading, body, caption, boilerplate."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from onrecord.types import BlockKind

__all__ = ["classify", "paragraphs"]

_BLANK_LINE = re.compile(r"\n[ \t\u00a0]*\n")

# A line that no reader would miss from the story, told by words of the page's frame (consent, sharing,
# contact, newsletter, player, advertisement), not of its subject: by how it begins ...
_FRAME_BEGINS = re.compile(
    r"""
    \W*(?:
      (?:i\s+agree|accept(?:\s+all)?|got\s+it|manage\s+(?:choices|preferences))\W*$
    | (?:about\s+us|contact\s+us|site\s?map|advertise\s+with\s+us)
    | (?:leav(?:e|ing)\s+a\s+(?:message|comment|reply)|share\s+(?:this|on)\b.{0,40})\W*$
    | (?:follow\s+us\b.{0,60}|tweet|print|e-?mail)\W*$
    | (?:sign\s+up|subscribe|log\s?in|register)\b.{0,80}$
    | (?:sign\s+up|subscribe)\s+(?:for|to)\b.{0,80}\bnewsletters?\b
    | get\b.{0,60}\b(?:newsletter|in\s+your\s+inbox)\b
    | (?:read\s+more|see\s+also|related(?:\s+(?:articles?|stories|content|topics))?)\b\W*$
    | (?:recommended|most\s+read|trending|more\s+(?:coverage|stories)(?:\s+from\s.{1,40})?)\W*$
    | (?:read\s+more|see\s+also|related|more\s+on\s+this\s+story|watch)\s*:
    | (?:advertisement|sponsored(?:\s+content)?|story\s+continues\s+below.*|skip\s+(?:ad|to\s+.{1,30}))\W*$
    | (?:replay|pause|unmute|mute|live\s+tv|now\s+playing)\W*$
    | copyright\b.{0,80}$
    | contributing\s*:\s.{1,120}$
    | (?:contact|reach|follow|e-?mail)\b.{3,120}(?:\w?@\w|\btwitter\b|\bfacebook\b|\binstagram\b)
    | this\s+(?:story|article)\s+(?:has\s+been|was)\s+updated\b.{0,60}$
    | (?:editor[’']s\s+note:\s+)?a\s+version\s+of\s+this\s+(?:story|article)\s+(?:first\s+)?appear
    | (?:分享到|责任编辑|版权所有|联系我们|关于我们|隐私政策|扫一扫|相关(?:阅读|新闻)|上一篇|下一篇|点击进入|更多精彩|欢迎关注)
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
# ... or by what stands somewhere in it.  Most lines hold none of the words before the colon, and looking
# for a plain word costs a tenth of what an expression does.
_FRAME_INSIDE = {
    "cookie": r"\b(?:we|site)\b[^.]{0,60}\buse[sd]?\s+(?:of\s+)?cookies\b|\buse\s+of\s+cookies\b"
    r"|\bcookie\s+(?:policy|settings|preferences)\b",
    "privacy": r"\bprivacy\s+(?:statement|policy|notice)\b.{0,60}$",
    "terms of": r"\bterms\s+of\s+(?:use|service)\b.{0,40}$",
    "for ": r"\bfor\s+(?:any\s+)?(?:inquiries|enquiries|more\s+information),?\s+(?:please\s+)?(?:e-?mail|contact|call)\b",
    "by calling": r"\bcan\s+be\s+reported\s+by\s+calling\b",
    "illegal and": r"\billegal\s+and\s+(?:undesirable|harmful)\s+information\b",
    "sign up": r"\bsign\s+up\s+(?:for\s+it\s+|right\s+)?here\b"
    r"|\bnewsletters?\b.{0,80}\bsign\s+up\b|\bsign\s+up\b.{0,80}\bnewsletters?\b",
    "this ad": r"\bhow\s+relevant\s+is\s+this\s+ad\b",
    "video": r"\bvideo\s+player\s+was\s+slow\b|\bvideo\s+(?:content\s+)?(?:never\s+loaded|froze)\b|\bplay\s+video\b\W*$",
    "ad ": r"\bad\s+(?:never\s+loaded|froze)\b",
    "successfully added": r"\byou[’']?ve\s+successfully\s+added\b",
    "©": r"©\s*\d{4}",
    "rights reserved": r"\ball\s+rights\s+reserved\b",
    "this material": r"\bthis\s+material\s+may\s+not\s+be\s+published,\s+broadcast\b",
    "content partner": r"\bis\s+an?\s.{1,40}\bcontent\s+partner\b",
    "commission": r"\bmay\s+earn\s+(?:\w+\s+){0,3}commission\b",
    "twitter": r"\b(?:can\s+be\s+reached|follow\s+(?:him|her|them|me))\b.{0,80}\btwitter\b",
}
_INSIDE = tuple((word, re.compile(pattern, re.IGNORECASE)) for word, pattern in _FRAME_INSIDE.items())

# A picture's line: it ends with a credit in brackets, or begins with the word for one.
_CREDIT_WORDS = ("photo", "picture", "image", "caption", "图", "reuters", "afp", "shutterstock", "epa", "摄")
_BRACKETS = (")", "）", "]")
_CREDIT = re.compile(
    r"""
      [(（\[] [^()（）\[\]]{0,80}
        (?:[^\W\d]/\s?[^\W\d]|\bphotos?\b|\bpictures?\b|\bimages?\b|\bfile\b|\bhandout\b|\bcourtesy\b|\bvia\b|摄|图)
        [^()（）\[\]]{0,80} [)）\]]\s*$
    | ^\W*(?:photo|picture|image|caption|file\s+photo|图|图片来源)\s*(?:by|credit|:|：|\u4e28)
    | \b(?:photo(?:graph)?|picture|image)\s*(?:by|credit|courtesy(?:\s+of)?)\s*:?\s*[A-Z][^.]{0,80}\.?$
    | \b(?:getty\s+images|reuters|afp|ap\s+photo|shutterstock|epa)\s*[)\]]?\s*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
# A line that ends with a dash is the dateline that leads into the story ("NEW YORK —").
_SENTENCE_END = re.compile(r"[.!?…:;,。！？：；，—–-][”’\"'»」』)\]）]*\s*$")
_LIST_MARKS = ("•", "-", "*", "·", "►", "_")
_FRAME_WORDS = 60
_CAPTION_WORDS = 80
_LONGEST_LINE = 1_000
_FOOT_LINES = 4
_HEADING_WORDS = 16


def paragraphs(text: str) -> list[tuple[int, int]]:
    """The spans between blank lines, without the white space around them."""
    found: list[tuple[int, int]] = []
    at = 0
    for end, following in [*(match.span() for match in _BLANK_LINE.finditer(text)), (len(text), len(text))]:
        part = text[at:end]
        if kept := part.strip():
            start = at + len(part) - len(part.lstrip())
            found.append((start, start + len(kept)))
        at = following
    return found


def classify(lines: Sequence[str]) -> list[BlockKind]:
    """What each paragraph of an article is, from its words and its neighbours.

    A heading is a short line without a full stop that stands over body text.  A few short lines at the foot
    of the page, behind a line that is boilerplate by its words, are boilerplate with it.
    """
    kinds = [_by_words(line) for line in lines]
    _spread_at_the_foot(lines, kinds)
    return [
        "heading" if kind == "body" and _is_heading(lines, kinds, index) else kind for index, kind in enumerate(kinds)
    ]


def _by_words(line: str) -> BlockKind:
    count = len(line.split())
    # The patterns are about lines; a long paragraph is the story, whatever words it uses.
    if count > _CAPTION_WORDS or len(line) > _LONGEST_LINE:
        return "body"
    lower = line.lower()
    if count <= _FRAME_WORDS and _is_frame(line, lower):
        return "boilerplate"
    credited = line.rstrip().endswith(_BRACKETS) or any(word in lower for word in _CREDIT_WORDS)
    return "caption" if credited and _CREDIT.search(line) else "body"


def _is_frame(line: str, lower: str) -> bool:
    if _FRAME_BEGINS.match(line):
        return True
    return any(word in lower and pattern.search(line) for word, pattern in _INSIDE)


def _spread_at_the_foot(lines: Sequence[str], kinds: list[BlockKind]) -> None:
    last = max((i for i, line in enumerate(lines) if kinds[i] == "body" and not _is_short(line)), default=-1)
    marked = [index for index in range(last + 1, len(kinds)) if kinds[index] == "boilerplate"]
    # A longer run of short lines between two marked ones, or behind the last, is a list that the story ends with.
    for start, end in pairwise([*marked, len(kinds)]):
        if end - start - 1 <= _FOOT_LINES:
            for index in range(start + 1, end):
                if kinds[index] == "body":
                    kinds[index] = "boilerplate"


def _is_short(line: str) -> bool:
    size = len(line.split()) if line.isascii() or " " in line else len(line) / 2
    return size <= _HEADING_WORDS and "\n" not in line and not _SENTENCE_END.search(line)


def _is_heading(lines: Sequence[str], kinds: Sequence[BlockKind], index: int) -> bool:
    if not _is_short(lines[index]) or lines[index].startswith(_LIST_MARKS):
        return False
    following = next((i for i in range(index + 1, len(lines)) if kinds[i] == "body"), None)
    return following is not None and (not _is_short(lines[following]) or index == 0)
