"""Days and periods by the calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canbao.kernel.days import Period, days_after, first_of_next_month, months_after, nth_day_from

DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    first = draw(DAYS)
    last = draw(st.none() | st.integers(0, 2000).map(lambda days: first + timedelta(days=days)))
    return Period(first, last)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2022, 1, 31), 1, date(2022, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2022, 4, 10), 6, date(2022, 10, 10)),
        (date(2021, 12, 31), 2, date(2022, 2, 28)),
        (date(2022, 3, 15), -3, date(2021, 12, 15)),
    ],
)
def test_months_later_is_the_same_day_or_the_last(day: date, months: int, later: date) -> None:
    assert months_after(day, months) == later


@given(DAYS, st.integers(0, 240), st.integers(0, 240))
def test_more_months_are_never_earlier(day: date, some: int, more: int) -> None:
    assert months_after(day, some) <= months_after(day, some + more)


@given(DAYS)
def test_the_next_month_begins_on_its_first_after_today(day: date) -> None:
    found = first_of_next_month(day)

    assert found.day == 1
    assert day < found <= day + timedelta(days=31)


def test_the_ninetieth_day_of_life() -> None:
    assert nth_day_from(date(2022, 3, 1), 90) == date(2022, 5, 30)
    assert days_after(date(2022, 2, 28), 1) == date(2022, 3, 1)


@given(periods(), periods())
def test_overlapping_goes_both_ways_and_means_a_common_day(one: Period, other: Period) -> None:
    later_first = max(one.first, other.first)

    assert one.overlaps(other) == other.overlaps(one) == (later_first in one and later_first in other)


@given(periods())
def test_both_ends_belong_to_a_period(period: Period) -> None:
    assert period.first in period
    assert period.last is None or period.last in period
    assert period.first - timedelta(days=1) not in period


def test_a_period_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="cannot end"):
        Period(date(2022, 1, 2), date(2022, 1, 1))
