"""Questions about campaigns and bills that have a name."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from django.contrib.postgres.aggregates import StringAgg
from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from canbao.divisions.models import CollectingUnit
from canbao.enrolment.models import Bill, BillState, Campaign, Enrolment
from canbao.kernel.division_code import DivisionCode, Level
from canbao.register.models import Household


def current_campaign(county: str) -> Campaign | None:
    """The opened campaign whose window begins last in a county; None before the first one."""
    return Campaign.objects.filter(county=county, opened_at__isnull=False).order_by("window_from", "pk").last()


def enrolled_among(county: str, residents: Sequence[int]) -> int:
    """How many of these people are enrolled in the current campaign, whoever paid for it."""
    enrolled = Enrolment.objects.filter(campaign=current_campaign(county), ended_on__isnull=True)
    return enrolled.filter(resident_id__in=residents).count()


def enrolled_of(campaign: Campaign, residents: Sequence[int]) -> dict[int, Enrolment]:
    """The enrolment of each of these people who has one, wherever they paid, by resident. One query."""
    found = Enrolment.objects.raw("SELECT * FROM enrolment_of(%s, %s)", [campaign.pk, list(residents)])
    return {one.resident_id: one for one in found}


def current_campaigns(division: str) -> list[Campaign]:
    """The current campaign of each county in a division: one for a county, many for a city."""
    place = DivisionCode(division)
    first, after = (place[:6], place[:6] + "~") if place.level >= Level.COUNTY else (code[:6] for code in place.range())
    opened = Campaign.objects.filter(county__gte=first, county__lt=after, opened_at__isnull=False)
    return list(opened.order_by("county", "-window_from", "-pk").distinct("county"))


class UnitProgress(NamedTuple):
    """A unit's day: people and money still to come, people enrolled, how many of them today."""

    to_pay: int
    to_pay_fen: int
    unknown: int
    enrolled: int
    paid_fen: int
    today: int


def progress_of_unit(unit: CollectingUnit, campaign: Campaign, *, on: date) -> UnitProgress:
    """Two queries."""
    bills = Bill.objects.filter(unit=unit, campaign=campaign, state=BillState.OPEN).aggregate(
        to_pay=Count("pk", filter=Q(due_fen__gt=0)),
        fen=Sum("due_fen", filter=Q(due_fen__gt=0), default=0),
        unknown=Count("pk", filter=Q(due_fen__isnull=True)),
    )
    enrolled = Enrolment.objects.filter(unit=unit, campaign=campaign, ended_on__isnull=True).aggregate(
        people=Count("pk"), fen=Sum("paid_fen", default=0), today=Count("pk", filter=Q(paid_on=on))
    )
    return UnitProgress(
        bills["to_pay"], bills["fen"], bills["unknown"], enrolled["people"], enrolled["fen"], enrolled["today"]
    )


class Roll(NamedTuple):
    """People who pay through a unit, as they are registered now: how many of them are enrolled, and how many owe."""

    people: int = 0
    enrolled: int = 0
    to_pay: int = 0


_ROLL = """
WITH here AS MATERIALIZED (
    SELECT r.id, h.unit_id FROM register_household h JOIN register_resident r ON r.household_id = h.id
     WHERE h.unit_id = ANY (%(units)s::bigint[]) AND r.died_on IS NULL AND r.moved_on IS NULL
), enrolled AS MATERIALIZED (
    SELECT resident_id FROM enrolment_of(%(campaign)s::bigint, (SELECT array_agg(id) FROM here))
), owing AS MATERIALIZED (
    SELECT resident_id FROM enrolment_bill
     WHERE campaign_id = %(campaign)s::bigint AND state = 'open' AND due_fen IS DISTINCT FROM 0 AND resident_id IN (SELECT id FROM here)
)
SELECT unit_id, count(*), count(*) FILTER (WHERE id IN (SELECT resident_id FROM enrolled)),
       count(*) FILTER (WHERE id IN (SELECT resident_id FROM owing))
  FROM here GROUP BY unit_id
"""


def roll_of(units: Collection[CollectingUnit], campaign: Campaign | None) -> dict[int, Roll]:
    """Of each unit, within one's own sight; who is enrolled wherever they paid. One query."""
    asked = {"units": [one.pk for one in units], "campaign": None if campaign is None else campaign.pk}
    with connection.cursor() as cursor:
        cursor.execute(_ROLL, asked)
        found = {unit: Roll(*counted) for unit, *counted in cursor.fetchall()}
    return {one.pk: found.get(one.pk, Roll()) for one in units}


def households_to_pay(unit: CollectingUnit, campaign: Campaign) -> QuerySet[Household]:
    """Households of a unit in which somebody still has to pay, each with `names`, `people` and `fen`; by code."""
    still = Q(bills__campaign=campaign, bills__state=BillState.OPEN) & (
        Q(bills__due_fen__gt=0) | Q(bills__due_fen__isnull=True)
    )
    return (
        Household.objects.filter(still, unit=unit)
        .annotate(
            names=StringAgg("bills__resident__name", "、", order_by="bills__resident"),
            people=Count("bills"),
            fen=Sum("bills__due_fen"),
            unknown=Count("bills") - Count("bills__due_fen"),
        )
        .order_by("code")
    )
