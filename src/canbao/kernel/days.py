"""Days and periods. A day is a `date` and belongs to the county's own calendar; an instant is an aware `datetime`.

A `Period` includes both its ends, as notices do ("9月1日至12月31日"); an open end is `None`.
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From `first` to `last`, both included. Raises `ValueError` when it would end before it begins."""

    first: date
    last: date | None = None

    def __post_init__(self) -> None:
        if self.last is not None and self.last < self.first:
            raise ValueError(f"a period cannot end ({self.last}) before it begins ({self.first})")

    def __contains__(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    def overlaps(self, other: "Period") -> bool:
        return (other.last is None or self.first <= other.last) and (self.last is None or other.first <= self.last)


def days_after(day: date, days: int) -> date:
    return day + timedelta(days=days)


def months_after(day: date, months: int) -> date:
    """The same day of a later month; where that month is shorter, its last day (31 Jan + 1 → 28 or 29 Feb)."""
    index = day.year * 12 + (day.month - 1) + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def first_of_next_month(day: date) -> date:
    return months_after(day.replace(day=1), 1)


def nth_day_from(born_on: date, n: int) -> date:
    """The `n`-th day of life, counting the day after birth as the first: born 1 March, day 90 is 30 May.

    Both published ways of counting agree with this on the worked answers of the notices; it is the usual civil
    count (民法典 第二百零一条: the first day is not counted).
    """
    return days_after(born_on, n)
