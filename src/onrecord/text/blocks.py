"""Tell an article's paragraphs apart: heading, body, caption, boilerplate."""

from __future__ import annotations

import re
from collections.abc import Sequence

from onrecord.types import BlockKind

__all__ = ["classify", "paragraphs"]

_PARAGRAPH = re.compile(r"\S(?:.*?\S)?(?=\s*\n[ \t\u00a0]*\n|\s*\Z)", re.DOTALL)

# A line that no reader would miss from the story.  Each alternative is anchored on words of the page's
# frame (consent, sharing, contact, player, advertisement), not of its subject.
_BOILERPLATE = re.compile(
    r"""
      \b(?:we|site)\b[^.]{0,60}\buse[sd]?\s+(?:of\s+)?cookies\b | \buse\s+of\s+cookies\b
    | \bcookie\s+(?:policy|settings|preferences)\b
    | ^\W*(?:i\s+agree|accept(?:\s+all)?|got\s+it|manage\s+(?:choices|preferences))\W*$
    | \bprivacy\s+(?:statement|policy|notice)\b.{0,60}$ | \bterms\s+of\s+(?:use|service)\b.{0,40}$
    | ^\W*(?:about\s+us|contact\s+us|site\s?map|advertise\s+with\s+us)
    | ^\W*(?:leav(?:e|ing)\s+a\s+(?:message|comment|reply)|share\s+(?:this|on)\b.{0,40})\W*$
    | ^\W*(?:follow\s+us\b.{0,60}|tweet|print|e-?mail)\W*$
    | \bfor\s+(?:any\s+)?(?:inquiries|enquiries|more\s+information),?\s+(?:please\s+)?(?:e-?mail|contact|call)\b
    | \bcan\s+be\s+reported\s+by\s+calling\b | \billegal\s+and\s+(?:undesirable|harmful)\s+information\b
    | ^\W*(?:sign\s+up|subscribe|log\s?in|register)\b.{0,80}$ | \bsign\s+up\s+for\s+(?:our|the)\b.{0,60}newsletter
    | ^\W*(?:read\s+more|see\s+also|related(?:\s+(?:articles?|stories|content|topics))?)\b\W*$
    | ^\W*(?:recommended|most\s+read|trending)\W*$
    | ^\W*(?:read\s+more|see\s+also|related|more\s+on\s+this\s+story|watch)\s*:
    | ^\W*(?:advertisement|sponsored(?:\s+content)?|story\s+continues\s+below.*|skip\s+(?:ad|to\s+.{1,30}))\W*$
    | \bhow\s+relevant\s+is\s+this\s+ad\b | \bvideo\s+player\s+was\s+slow\b
    | \b(?:ad|video)\s+(?:never\s+loaded|content\s+never\s+loaded|froze)\b
    | \byou'?ve\s+successfully\s+added\b | \bplay\s+video\b\W*$
    | ^\W*(?:replay|pause|unmute|mute|live\s+tv|now\s+playing)\W*$
    | ©\s*\d{4} | \ball\s+rights\s+reserved\b | ^\W*copyright\b.{0,80}$
    | \bthis\s+material\s+may\s+not\s+be\s+published,\s+broadcast\b
    | ^\W*(?:分享到|责任编辑|版权所有|联系我们|关于我们|隐私政策|扫一扫|相关(?:阅读|新闻))
    """,
    re.IGNORECASE | re.VERBOSE,
)

# A picture's line: it ends with a credit in brackets, or begins with the word for one.
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
_SENTENCE_END = re.compile(r"[.!?…:;,。！？：；，][”’\"'»」』)\]）]*\s*$")
_LIST_MARKS = ("•", "-", "*", "·", "►", "_")
_CAPTION_WORDS = 80
_HEADING_WORDS = 16


def paragraphs(text: str) -> list[tuple[int, int]]:
    """The spans between blank lines, without the white space around them."""
    return [match.span() for match in _PARAGRAPH.finditer(text)]


def classify(lines: Sequence[str]) -> list[BlockKind]:
    """What each paragraph of an article is, from its words and its neighbours.

    A heading is a short line without a full stop that stands over body text.  Short lines at the foot
    of the page, next to lines that are boilerplate by their words, are boilerplate with them.
    """
    kinds = [_by_words(line) for line in lines]
    _spread_at_the_foot(lines, kinds)
    return [
        "heading" if kind == "body" and _is_heading(lines, kinds, index) else kind for index, kind in enumerate(kinds)
    ]


def _by_words(line: str) -> BlockKind:
    count = len(line.split())
    # The patterns are about lines; a long paragraph is the story, whatever words it uses.
    if count <= 60 and _BOILERPLATE.search(line):
        return "boilerplate"
    if count <= _CAPTION_WORDS and _CREDIT.search(line):
        return "caption"
    return "body"


def _spread_at_the_foot(lines: Sequence[str], kinds: list[BlockKind]) -> None:
    last = max((i for i, line in enumerate(lines) if kinds[i] == "body" and not _is_short(line)), default=-1)
    if "boilerplate" in kinds[last + 1 :]:
        for index in range(last + 1, len(kinds)):
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
