"""Rows of progress as a table with bars shows them: where the bar ends, and who lags."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from canbao.enrolment.models import Campaign
from canbao.reports.coverage import CoverageRow, coverage, coverage_of_town, together

BAR = 100  # the width of a full bar, in units of its picture


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """A place with the ends of its bar: enrolled, then those in the employee scheme. The target is the full width."""

    place: CoverageRow
    rank: int | None
    enrolled_width: float
    employee_width: float


def ranked(rows: list[CoverageRow]) -> list[ProgressRow]:
    """In the order of the codes, as people know their villages; the rank says who is ahead. No rate, no rank."""
    rates = sorted({row.rate for row in rows if row.rate is not None}, reverse=True)
    return [_row(row, rates) for row in rows]


def town_and_villages(
    campaign: Campaign, *, on: date, division: str, name: str
) -> tuple[CoverageRow, list[CoverageRow]]:
    """A town with its own target, and its villages. A notice that gives villages theirs and the town none: their sum."""
    villages = coverage(campaign, on=on, division=division)
    summed = together(villages, name)
    whole = coverage_of_town(campaign, on=on, division=division) or summed
    return (whole if whole.target is not None else replace(whole, target=summed.target)), villages


def _row(row: CoverageRow, rates: list[Decimal]) -> ProgressRow:
    of = row.target if row.target is not None else row.residents
    enrolled = min(BAR, BAR * row.enrolled / of) if of else 0.0
    counted = min(BAR, BAR * row.counted / of) if of else 0.0
    rank = rates.index(row.rate) + 1 if row.rate is not None else None
    return ProgressRow(row, rank, round(enrolled, 2), round(counted - enrolled, 2))
