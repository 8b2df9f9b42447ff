"""Which days a question is about, from its wording and the day on which it is asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta

import numpy as np
import numpy.typing as npt

__all__ = ["Period", "period_of", "without_time"]

# How much an article of the days meant counts above one of other days, and in how many days that halves
# outside them; chosen by measurement, see docs/measurements.md.
_STATED = 4.0
_VAGUE = 3.0
_HINTED = 0.5
_UNSAID = 1.5
_UNSAID_DAYS = 7
_UNSAID_FADE = 7
_UNKNOWN = 1 / 4
_FUTURE = 0.5

_EARLIEST, _LATEST = date(1000, 1, 1), date(8999, 12, 31)
_MONTHS = "january february march april may june july august september october november december".split()
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_NUMBERS = {word: n for n, word in enumerate("zero one two three four five six seven eight nine ten".split())}
_NUMBERS |= {"a": 1, "an": 1, "a couple of": 2, "a few": 3, "several": 4}
_CHINESE = dict(zip("零一二三四五六七八九十", range(11), strict=True)) | {"两": 2, "几": 3}
_COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_YEAR = r"(?:19|20)\d\d"
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})"
_DATE = rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year>{_YEAR}))?"
_RECENTLY = (
    r"\brecent(?:ly)?\b|\bthese days\b|\b(?:has|have|had|was|were|is|are) just\b|\b(?:lat|new)est\b|\bsoon\b"
    "|最近|近日|近期|日前|刚刚|最新"
)
_NOW = r"\bnow\b|\bcurrent(?:ly)?\b|\bat the moment\b|\bnew (?:poll|study|estimate|report|survey)\b|目前|现在|如今"


@dataclass(frozen=True, slots=True)
class Period:
    """The days from ``first`` to ``last``, on which the answer was most likely printed.

    ``weight`` is what an article of these days gains, and halves every ``fade`` days before and after.
    What was just printed gains a little, whatever the question says: it may tell of what is long past.
    Nothing is ever excluded.
    """

    first: date
    last: date
    weight: float
    fade: int
    today: date

    def factors(self, days: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
        """What the scores of articles of these days are multiplied by.

        Days are proleptic ordinals, as ``date.toordinal`` gives them, and 0 where a day is unknown.
        """
        first, last, today = (day.toordinal() for day in (self.first, self.last, self.today))
        away = np.maximum(np.maximum(first - days, days - last), 0)
        old = np.maximum(today - _UNSAID_DAYS - days, 0)
        gained = np.maximum(self.weight * 0.5 ** (away / self.fade), _UNSAID * 0.5 ** (old / _UNSAID_FADE))
        # A day ahead may be a clock in another part of the world; more is not known yet.
        cases = [days == 0, days > today + 1, days > today]
        return np.select(cases, [1 + self.weight * _UNKNOWN, _FUTURE, 1.0], 1 + gained)

    def fits(self, day: date | None) -> float:
        """How well a day is among those that the wording states, from 0 to 1; 1 where it states none."""
        if self.weight < _VAGUE:
            return 1.0
        factor = self.factors(np.array([day.toordinal() if day else 0]))[0]
        return float(factor / (1 + self.weight))


def period_of(text: str, today: date) -> Period:
    """The days that ``text`` is about when it is asked on ``today``.

    ``What happened last week?`` on 2022-06-16 -> 2022-06-05 to 2022-06-09.  A question that says nothing of
    time is, mildly, about the last days.
    """
    # A calendar has ends, and nobody asks near them.
    today = min(max(today, _EARLIEST), _LATEST)
    for pattern, days, weight, fade in _WORDINGS:
        if match := pattern.search(text):
            found = days(match, today)
            if found is not None:
                first, last = found
                return Period(first, last, weight, fade, today)
    return Period(today - timedelta(days=_UNSAID_DAYS), today, _UNSAID, _UNSAID_FADE, today)


def without_time(text: str) -> str:
    """The text without words that mean something only on the day on which it is asked.

    In print the same words mean other days, so they are not what to search for.  ``Who resigned this week?`` ->
    ``Who resigned?``; ``What is Today?`` stays, since too little would be left.
    """
    left = " ".join(_RELATIVE.sub("", text).split())
    return left if len(_WORD.findall(left)) >= _LEAST_LEFT else text


Days = Callable[[re.Match[str], date], tuple[date, date] | None]


def _last_days(count: int) -> Days:
    return lambda _match, today: (today - timedelta(days=count), today)


def _days_back(first: int, last: int) -> Days:
    return lambda _match, today: (today - timedelta(days=first), today - timedelta(days=last))


def _this_year(_match: re.Match[str], today: date) -> tuple[date, date]:
    return date(today.year, 1, 1), today


def _year_back(count: int) -> Days:
    return lambda _match, today: _whole_year(today.year - count, today)


def _whole_year(year: int, today: date) -> tuple[date, date] | None:
    if not MINYEAR <= year <= min(today.year, MAXYEAR):
        return None
    return date(year, 1, 1), min(date(year, 12, 31), today)


def _stated_year(match: re.Match[str], today: date) -> tuple[date, date] | None:
    return _whole_year(int(match["year"]), today)


def _stated_month(match: re.Match[str], today: date) -> tuple[date, date] | None:
    month = int(match["number"]) if "number" in match.groupdict() else _MONTHS.index(match["month"].lower()) + 1
    if not 1 <= month <= 12:
        return None
    year = int(match["year"]) if match["year"] else today.year - (month > today.month)
    first = date(year, month, 1)
    # What happens on the last days of a month is in the paper on the first days of the next.
    return None if first > today else (first, min(first + timedelta(days=33), today))


def _stated_day(match: re.Match[str], today: date) -> tuple[date, date] | None:
    month = int(match["number"]) if "number" in match.groupdict() else _MONTHS.index(match["month"].lower()) + 1
    try:
        year = int(match["year"]) if match["year"] else today.year
        day = date(year, month, int(match["day"]))
        if not match["year"] and day > today:
            day = day.replace(year=today.year - 1)
    except ValueError:
        return None
    return None if day > today else (day, min(day + timedelta(days=3), today))


def _ago(match: re.Match[str], today: date) -> tuple[date, date] | None:
    word = match["count"].lower()
    count = int(word) if word.isdigit() else _NUMBERS.get(word, _CHINESE.get(word, 1))
    unit = match["unit"].lower()
    if unit in {"year", "年"}:
        return _whole_year(today.year - count, today)
    size = {"day": 1, "天": 1, "week": 7, "周": 7, "星期": 7, "month": 30}.get(unit, 30)
    slack = max(1, size // 2)
    return today - timedelta(days=count * size + slack), today - timedelta(days=max(0, count * size - slack))


def _last_month(_match: re.Match[str], today: date) -> tuple[date, date]:
    before = today.replace(day=1) - timedelta(days=1)
    return before.replace(day=1), before


def _last_week(_match: re.Match[str], today: date) -> tuple[date, date]:
    monday = today - timedelta(days=today.weekday() + 7)
    return monday - timedelta(days=1), monday + timedelta(days=7)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_RELATIVE = re.compile(
    r"""\s*\b(?: (?:as\ of|earlier|later)\s+ )?(?:
        today | tonight | yesterday | these\ days | soon | now | just | currently | recent(?:ly)? | at\ the\ moment
        | in\ recent\ (?:days|weeks|months)
        | this\ (?:morning|afternoon|evening|week(?:end)?|month|year) | last\ (?:night|week(?:end)?|month|year)
    )\b,?""",
    re.IGNORECASE | re.VERBOSE,
)
_WORD = re.compile(r"\w+")
_LEAST_LEFT = 3

# The first that matches decides: words that point at now before years that may belong to a name ("the 2020 election").
_WORDINGS: tuple[tuple[re.Pattern[str], Days, float, int], ...] = (
    (_pattern(r"\btoday\b|\bthis (?:morning|afternoon|evening)\b|\btonight\b|今[天日晚早]"), _last_days(1), _STATED, 3),
    (_pattern(r"\byesterday\b|\blast night\b|昨[天日晚]"), _days_back(2, 0), _STATED, 3),
    (_pattern(r"\bthis week(?:end)?\b|\bin recent days\b|[本这]个?(?:周|星期|礼拜)"), _last_days(8), _STATED, 4),
    (_pattern(r"\blast week(?:end)?\b|上个?(?:周|星期|礼拜)"), _last_week, _STATED, 5),
    (_pattern(r"\bthis month\b|[本这]个?月"), _last_days(31), _STATED, 10),
    (_pattern(r"\blast month\b|上个?月"), _last_month, _STATED, 10),
    (_pattern(r"\blast year\b|去年"), _year_back(1), _STATED, 60),
    (_pattern(r"前年"), _year_back(2), _STATED, 60),
    (_pattern(rf"\b(?:{'|'.join(_DAYS)})\b"), _last_days(8), _STATED, 4),
    (_pattern(_RECENTLY), _last_days(14), _VAGUE, 14),
    (_pattern(_NOW), _last_days(14), _VAGUE, 21),
    (_pattern(rf"\b{_COUNT} (?P<unit>day|week|month|year)s? ago\b"), _ago, _STATED, 20),
    (_pattern(r"(?P<count>\d{1,3}|[一二三四五六七八九十两几])个?(?P<unit>天|周|星期|月|年)前"), _ago, _STATED, 20),
    (_pattern(rf"\b(?:on|since|after|before) {_MONTH} {_DATE}\b"), _stated_day, _STATED, 4),
    (_pattern(rf"\bon (?P<day>\d{{1,2}})(?:st|nd|rd|th)? {_MONTH}(?:,? (?P<year>{_YEAR}))?\b"), _stated_day, _STATED, 4),
    (_pattern(r"(?:(?P<year>\d{4})年)?(?P<number>\d{1,2})月(?P<day>\d{1,2})[日号]"), _stated_day, _STATED, 4),
    (_pattern(rf"\b(?:in|of|during|since|late|early) {_MONTH}(?:,? (?P<year>{_YEAR}))?\b"), _stated_month, _STATED, 20),
    (_pattern(r"(?:(?P<year>\d{4})年)?(?P<number>\d{1,2})月(?!\d)"), _stated_month, _STATED, 20),
    (_pattern(rf"\b(?:in|during|of|since|until|by) (?P<year>{_YEAR})\b"), _stated_year, _STATED, 60),
    (_pattern(rf"(?P<year>{_YEAR})年"), _stated_year, _STATED, 60),
    (_pattern(r"\bthis year\b|\bso far this year\b|今年"), _this_year, _HINTED, 60),
    (_pattern(rf"\b(?P<year>{_YEAR})\b"), _stated_year, _HINTED, 90),
)  # fmt: skip
