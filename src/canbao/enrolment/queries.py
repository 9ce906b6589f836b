"""Questions about campaigns and bills that have a name."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Count, Q, QuerySet, Sum

from canbao.divisions.models import CollectingUnit
from canbao.enrolment.models import Bill, BillState, Campaign, Enrolment
from canbao.kernel.division_code import DivisionCode, Level
from canbao.register.models import Household, Resident


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


def roll_of(units: Collection[CollectingUnit], campaign: Campaign | None) -> dict[int, Roll]:
    """Of each unit, within one's own sight; who is enrolled wherever they paid."""
    here = Resident.objects.filter(household__unit__in=units, died_on__isnull=True, moved_on__isnull=True)
    unit_of = dict(here.values_list("pk", "household__unit"))
    enrolled: dict[int, int] = {}
    owing: dict[int, int] = {}
    if campaign is not None:
        enrolled = Counter(unit_of[who] for who in enrolled_of(campaign, list(unit_of)))
        unpaid = Bill.objects.filter(resident__in=here, campaign=campaign, state=BillState.OPEN).exclude(due_fen=0)
        owing = Counter(unit_of[who] for who in unpaid.values_list("resident", flat=True))
    people = Counter(unit_of.values())
    return {one.pk: Roll(people.get(one.pk, 0), enrolled.get(one.pk, 0), owing.get(one.pk, 0)) for one in units}


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
