"""The base table read: how many of last year's people stand where, by place, and the list of one village (R-13).

What became of somebody is not written here a second time: it is what the register says of them.
"""

from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import QuerySet

from canbao.divisions.models import Division
from canbao.enrolment.domain.bills import planned_for_a_county
from canbao.enrolment.models import BaseRow, BaseTable
from canbao.enrolment.standing import STANDING, Standing
from canbao.kernel.division_code import DivisionCode, Level

_BY_PLACE = f"""
SELECT c.place, coalesce(d.name, c.place), count(*), count(*) FILTER (WHERE c.standing = '{Standing.DIED}'),
       count(*) FILTER (WHERE c.standing = '{Standing.MOVED}'), count(*) FILTER (WHERE c.standing = '{Standing.EMPLOYED}'),
       count(*) FILTER (WHERE c.standing = '{Standing.WITHDRAWN}'),
       count(*) FILTER (WHERE c.standing IS NULL), coalesce(now.name, '')
  FROM (SELECT rpad(left(b.division, %(digits)s), 12, '0') AS place, CASE WHEN r.id IS NOT NULL THEN {STANDING} END AS standing
          FROM enrolment_baserow b LEFT JOIN register_resident r ON r.id = b.resident_id
         WHERE b.table_id = %(table)s AND b.division >= %(first)s AND b.division < %(after)s) c
  LEFT JOIN divisions_division d ON d.code = c.place LEFT JOIN divisions_division now ON now.code = d.successor
 GROUP BY c.place, d.name, now.name ORDER BY c.place"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class BasePlace:
    """Last year's people of one place, and how many of them the register says are gone, by reason. `elsewhere`: on the
    table, and by now registered where whoever asks does not see them. `merged_into` is the name of the place that this one is part of
    by now, "" where it stands: the table stays as it was handed out."""

    code: str
    name: str
    people: int
    died: int
    moved: int
    employed: int
    withdrawn: int
    elsewhere: int = 0
    merged_into: str = ""

    @property
    def gone(self) -> int:
        return self.died + self.moved + self.employed + self.withdrawn

    @property
    def here(self) -> int:
        return self.people - self.gone - self.elsewhere


def newest_base_table(county: str) -> BaseTable | None:
    return BaseTable.objects.filter(county=county).select_related("campaign").order_by("campaign__benefit_from").last()


def base_by_place(table: BaseTable, *, division: str) -> list[BasePlace]:
    """Of the towns of a county or the villages of a town; a village itself. Places without anybody are not in it."""
    place = DivisionCode(division)
    first, after = place.range()
    digits = 9 if place.level <= Level.COUNTY else 12
    with transaction.atomic(), planned_for_a_county(whole=place.level < Level.VILLAGE), connection.cursor() as cursor:
        cursor.execute(_BY_PLACE, {"table": table.pk, "digits": digits, "first": first, "after": after})
        return [BasePlace(*row) for row in cursor.fetchall()]


def together(places: list[BasePlace], whole: Division) -> BasePlace:
    summed = (
        sum(getattr(one, name) for one in places)
        for name in ("people", "died", "moved", "employed", "withdrawn", "elsewhere")
    )
    return BasePlace(whole.code, whole.name, *summed)


def base_rows(table: BaseTable, village: str) -> QuerySet[BaseRow]:
    """The list of a village in the order of its numbers, each with person and household."""
    return BaseRow.objects.filter(table=table, division=village).select_related("resident", "household").order_by("nth")
