"""Coverage against target (R-50): how many are enrolled, of how many who should be; by town, or by village of a town.

A town's target counts everybody of the household register, also those in the employee scheme; so what is subtracted
from it is shown beside it and not hidden in it. A target that the notice leaves blank is unknown, which is not zero:
then there is no rate.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from canbao.enrolment.models import Campaign
from canbao.kernel.division_code import DivisionCode, Level

_ROWS = """
SELECT d.code, d.name, t.population, t.people,
       coalesce(e.enrolled, 0), coalesce(e.by_office, 0), coalesce(e.paid_fen, 0)::bigint, coalesce(e.today, 0),
       coalesce(r.residents, 0), coalesce(r.employee, 0), coalesce(b.open, 0), coalesce(b.subsidised_open, 0)
  FROM divisions_division d
  LEFT JOIN enrolment_target t ON t.campaign_id = %(campaign)s AND t.division = d.code
  LEFT JOIN (SELECT left(division, %(digits)s) AS place, count(*) AS enrolled, count(*) FILTER (WHERE by_office) AS by_office,
                    sum(paid_fen) AS paid_fen, count(*) FILTER (WHERE paid_on = %(on)s) AS today
               FROM enrolment_enrolment
              WHERE campaign_id = %(campaign)s AND ended_on IS NULL AND paid_on <= %(on)s
                AND division >= %(first)s AND division < %(after)s GROUP BY 1) e ON e.place = left(d.code, %(digits)s)
  LEFT JOIN (SELECT left(division, %(digits)s) AS place, count(*) AS residents,
                    count(*) FILTER (WHERE circumstances ? 'employee_scheme'
                                       AND circumstances->'employee_scheme'->>'left_on' IS NULL) AS employee
               FROM register_resident
              WHERE died_on IS NULL AND moved_on IS NULL AND division >= %(first)s AND division < %(after)s
              GROUP BY 1) r ON r.place = left(d.code, %(digits)s)
  LEFT JOIN (SELECT left(b.division, %(digits)s) AS place, count(*) AS open,
                    count(*) FILTER (WHERE a.shares <> '[]') AS subsidised_open
               FROM enrolment_bill b JOIN enrolment_billassessment a ON a.id = b.assessment_id
              WHERE b.campaign_id = %(campaign)s AND b.state = 'open' AND b.version = 1
                AND b.division >= %(first)s AND b.division < %(after)s GROUP BY 1) b ON b.place = left(d.code, %(digits)s)
 WHERE d.level = %(level)s AND d.code >= %(first)s AND d.code < %(after)s
 ORDER BY d.code
"""


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One place. Counts are people; `target` None is not known. `employee` are those in the employee scheme."""

    code: str
    name: str
    population: int | None
    target: int | None
    enrolled: int
    by_office: int
    paid_fen: int
    today: int
    residents: int
    employee: int
    open: int
    subsidised_open: int

    @property
    def counted(self) -> int:
        """What counts toward a target of both schemes."""
        return self.enrolled + self.employee

    @property
    def rate(self) -> Decimal | None:
        """Counted / target, or counted / people on the register where no target is set; None: nothing to divide by."""
        of = self.target if self.target is not None else self.residents
        return (Decimal(self.counted) / of).quantize(Decimal("0.0001")) if of else None

    @property
    def missing(self) -> int | None:
        return None if self.target is None else max(0, self.target - self.counted)


def coverage(campaign: Campaign, *, on: date, division: str | None = None) -> list[CoverageRow]:
    """Towns of the county, or villages of the town `division`, as of the end of the day `on`. One query."""
    place = DivisionCode(division or campaign.county)
    first, after = place.range()
    level, digits = ("village", 12) if place.level >= Level.TOWN else ("town", 9)
    with connection.cursor() as cursor:
        cursor.execute(
            _ROWS,
            {"campaign": campaign.pk, "first": first, "after": after, "level": level, "digits": digits, "on": on},
        )
        return [CoverageRow(*row) for row in cursor.fetchall()]


def together(rows: list[CoverageRow], name: str) -> CoverageRow:
    """The sum of some places. A target that is unknown for one place is unknown for all of them together."""

    def total(values: list[int | None]) -> int | None:
        return None if any(value is None for value in values) or not values else sum(value or 0 for value in values)

    return CoverageRow(
        code="",
        name=name,
        population=total([row.population for row in rows]),
        target=total([row.target for row in rows]),
        enrolled=sum(row.enrolled for row in rows),
        by_office=sum(row.by_office for row in rows),
        paid_fen=sum(row.paid_fen for row in rows),
        today=sum(row.today for row in rows),
        residents=sum(row.residents for row in rows),
        employee=sum(row.employee for row in rows),
        open=sum(row.open for row in rows),
        subsidised_open=sum(row.subsidised_open for row in rows),
    )
