"""Coverage against target (R-50): how many are enrolled, of how many who should be; by town, or by village of a town.

A town's target counts everybody of the household register, also those in the employee scheme; so what is subtracted
from it is shown beside it and not hidden in it. A target that the notice leaves blank is unknown, which is not zero:
then there is no rate.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from canbao.enrolment.domain.bills import planned_for_a_county
from canbao.enrolment.models import Campaign
from canbao.kernel.division_code import DivisionCode, Level

_ROWS = """
SELECT d.code, d.name, t.population, t.people,
       coalesce(e.enrolled, 0), coalesce(e.free, 0), coalesce(e.paid_fen, 0)::bigint, coalesce(e.today, 0),
       coalesce(r.residents, 0), coalesce(r.employee, 0), coalesce(b.to_pay, 0), coalesce(b.unknown, 0), coalesce(b.subsidised_open, 0)
  FROM divisions_division d
  LEFT JOIN enrolment_target t ON t.campaign_id = %(campaign)s AND t.division = d.code
  LEFT JOIN (SELECT left(division, %(digits)s) AS place, count(*) AS enrolled, count(*) FILTER (WHERE paid_fen = 0) AS free,
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
  LEFT JOIN (SELECT left(b.division, %(digits)s) AS place, count(*) FILTER (WHERE b.due_fen IS DISTINCT FROM 0) AS to_pay,
                    count(*) FILTER (WHERE b.due_fen IS NULL) AS unknown,
                    count(*) FILTER (WHERE a.shares <> '[]') AS subsidised_open
               FROM enrolment_bill b JOIN enrolment_billassessment a ON a.id = b.assessment_id
              WHERE b.campaign_id = %(campaign)s AND b.state = 'open'
                -- whoever paid and owes a difference is enrolled; a first bill that is open says that nobody has paid
                AND (b.version = 1 OR NOT EXISTS (SELECT FROM enrolment_enrolment p WHERE p.campaign_id = b.campaign_id
                                                     AND p.resident_id = b.resident_id AND p.ended_on IS NULL))
                AND b.division >= %(first)s AND b.division < %(after)s GROUP BY 1) b ON b.place = left(d.code, %(digits)s)
 WHERE d.level = %(level)s AND d.code >= %(first)s AND d.code < %(after)s
   -- what was merged into another place has nobody; its people are counted there
   AND (d.until IS NULL OR d.until >= %(on)s) AND (d.since IS NULL OR d.since <= %(on)s)
 ORDER BY d.code
"""


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One place. Counts are people; `target` None is not known. `employee` are those in the employee scheme.

    Of those `enrolled` the `free` paid nothing themselves: fully subsidised, mostly enrolled by the office. `to_pay` are
    not enrolled and have something to pay, of whom for `unknown` nobody knows yet how much.
    """

    code: str
    name: str
    population: int | None
    target: int | None
    enrolled: int
    free: int
    paid_fen: int
    today: int
    residents: int
    employee: int
    to_pay: int
    unknown: int
    subsidised_open: int

    @property
    def counted(self) -> int:
        """What counts toward a target of both schemes."""
        return self.enrolled + self.employee

    @property
    def paid(self) -> int:
        """People enrolled who paid something."""
        return self.enrolled - self.free

    @property
    def payers(self) -> int:
        """Everybody who has or had something to pay."""
        return self.paid + self.to_pay

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
    return _rows(campaign, place, Level.VILLAGE if place.level >= Level.TOWN else Level.TOWN, on=on)


def coverage_of_town(campaign: Campaign, *, on: date, division: str) -> CoverageRow | None:
    """One town as a whole, with the target that the notice gives it (villages mostly have none). One query."""
    return next(iter(_rows(campaign, DivisionCode(division), Level.TOWN, on=on)), None)


def _rows(campaign: Campaign, place: DivisionCode, below: Level, *, on: date) -> list[CoverageRow]:
    first, after = place.range()
    level, digits = ("village", 12) if below is Level.VILLAGE else ("town", 9)
    with transaction.atomic(), planned_for_a_county(whole=True), connection.cursor() as cursor:
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
        free=sum(row.free for row in rows),
        paid_fen=sum(row.paid_fen for row in rows),
        today=sum(row.today for row in rows),
        residents=sum(row.residents for row in rows),
        employee=sum(row.employee for row in rows),
        to_pay=sum(row.to_pay for row in rows),
        unknown=sum(row.unknown for row in rows),
        subsidised_open=sum(row.subsidised_open for row in rows),
    )
