"""Which days a question is about."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.text.when import Period, period_of, without_time

TODAY = date(2022, 6, 16)  # a Thursday


def factor(period: Period, day: date | None) -> float:
    return float(period.factors(np.array([day.toordinal() if day else 0]))[0])


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("What did the mayor announce today?", "2022-06-15", "2022-06-16"),
        ("Which automaker recalled cars this week?", "2022-06-08", "2022-06-16"),
        ("What happened last week?", "2022-06-05", "2022-06-13"),
        ("What did the court decide on Tuesday?", "2022-06-08", "2022-06-16"),
        ("Which show was recently renewed?", "2022-06-02", "2022-06-16"),
        ("Who resigned last month?", "2022-05-01", "2022-05-31"),
        ("Who won the election last year?", "2021-01-01", "2021-12-31"),
        ("What did the city build in 2019?", "2019-01-01", "2019-12-31"),
        ("Who was elected in May?", "2022-05-01", "2022-06-03"),
        ("Who was elected in November?", "2021-11-01", "2021-12-04"),
        ("Who was elected in March 2020?", "2020-03-01", "2020-04-03"),
        ("What happened on January 6, 2021?", "2021-01-06", "2021-01-09"),
        ("What happened on 6 January 2021?", "2021-01-06", "2021-01-09"),
        ("Who won three years ago?", "2019-01-01", "2019-12-31"),
        ("Which bridge was opened two weeks ago?", "2022-05-30", "2022-06-05"),
        ("How much did rents rise recently compared to a year ago?", "2022-06-02", "2022-06-16"),
        ("According to a new poll, who won the 2020 election?", "2022-06-02", "2022-06-16"),
        ("上周发生了什么？", "2022-06-05", "2022-06-13"),
        ("去年谁当选？", "2021-01-01", "2021-12-31"),
        ("2019年5月谁当选？", "2019-05-01", "2019-06-03"),
        ("三年前谁当选？", "2019-01-01", "2019-12-31"),
        ("Who wrote Hamlet?", "2022-06-09", "2022-06-16"),
        ("What will happen in 2024?", "2022-06-09", "2022-06-16"),
        ("What happened on February 30, 2021?", "2021-01-01", "2021-12-31"),
    ],
)
def test_the_days_that_are_meant(question: str, first: str, last: str) -> None:
    period = period_of(question, TODAY)
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)


def test_a_plain_wording_weighs_more_than_a_vague_one_and_that_more_than_none() -> None:
    stated, vague, unsaid = (period_of(q, TODAY) for q in ("Who won this week?", "Who won recently?", "Who won?"))
    assert stated.weight > vague.weight > unsaid.weight > 0


def test_no_day_is_excluded_and_the_days_meant_gain_most() -> None:
    period = period_of("Who won in 2019?", TODAY)
    inside, near, far = (factor(period, date(*day)) for day in ((2019, 7, 1), (2020, 2, 1), (2022, 6, 1)))
    assert inside == 1 + period.weight
    assert inside > near > far > 1


def test_an_unknown_day_is_neither_favoured_nor_buried() -> None:
    period = period_of("Who won this week?", TODAY)
    assert factor(period, TODAY) > factor(period, None) > 1


def test_what_is_just_printed_may_tell_of_what_is_long_past() -> None:
    period = period_of("Who stormed the Capitol on January 6, 2021?", TODAY)
    then, now, between = (factor(period, day) for day in (date(2021, 1, 7), date(2022, 6, 14), date(2021, 9, 1)))
    assert then > now > between


def test_tomorrow_s_paper_is_neither_favoured_nor_put_back() -> None:
    assert factor(period_of("Who won this week?", TODAY), TODAY + timedelta(days=1)) == 1


@pytest.mark.parametrize("today", [date.min, date.max])
@pytest.mark.parametrize("question", ["Who won?", "Who won this week?", "Who won two years ago?", "Who won in May?"])
def test_the_ends_of_the_calendar_are_days_too(question: str, today: date) -> None:
    assert period_of(question, today).factors(np.array([0, TODAY.toordinal()])).shape == (2,)


def test_a_day_fits_where_the_question_states_days_or_none() -> None:
    stated, unsaid = period_of("Who won this week?", TODAY), period_of("Who won?", TODAY)
    assert stated.fits(TODAY) == 1 > stated.fits(TODAY - timedelta(days=400)) > 0
    assert stated.fits(TODAY) > stated.fits(None) > 0
    assert unsaid.fits(TODAY - timedelta(days=4000)) == unsaid.fits(None) == 1


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("Which automaker recalled 2.9 million cars this week?", "Which automaker recalled 2.9 million cars?"),
        ("Who will perform later this year in Las Vegas?", "Who will perform in Las Vegas?"),
        ("As of this week, how many are vaccinated?", "how many are vaccinated?"),
        ("Who won today?", "Who won today?"),
        ("What happened on January 6, 2021?", "What happened on January 6, 2021?"),
        ("Who adjusts the nowhere clock?", "Who adjusts the nowhere clock?"),
    ],
)
def test_words_that_point_at_today_are_not_searched_for(question: str, left: str) -> None:
    assert without_time(question) == left


def test_what_was_printed_after_today_stands_behind() -> None:
    assert factor(period_of("Who won?", TODAY), TODAY + timedelta(days=30)) < 1


@given(st.text(max_size=60), st.dates(date(1950, 1, 1), date(2090, 1, 1)), st.dates())
def test_every_text_means_days_before_today(text: str, today: date, day: date) -> None:
    period = period_of(text, today)
    assert period.first <= period.last <= today
    assert 0 < factor(period, day) <= 1 + max(period.weight, 1.5)


@given(
    st.sampled_from(["in {m}", "in {m} {y}", "on {m} {d}", "on {m} {d}, {y}", "{y}年{n}月{d}日", "{n}月", "{n} years ago", "in {y}"]),
    st.sampled_from(["January", "February", "May", "december"]),
    st.integers(1900, 2099),
    st.integers(0, 99),
    st.integers(0, 120),
    st.dates(date(1950, 1, 1), date(2090, 1, 1)),
)  # fmt: skip
def test_no_wording_breaks(wording: str, month: str, year: int, day: int, count: int, today: date) -> None:
    period = period_of(wording.format(m=month, y=year, d=day, n=count), today)
    assert period.first <= period.last <= today
