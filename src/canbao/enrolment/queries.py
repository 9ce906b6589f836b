"""Questions about campaigns and bills that have a name."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Count, Q, QuerySet, Sum

from canbao.divisions.models import CollectingUnit
from canbao.enrolment.models import Bill, BillState, Campaign, Enrolment
from canbao.kernel.division_code import DivisionCode, Level
from canbao.register.models import Household


def current_campaign(county: str) -> Campaign | None:
    """The campaign that was opened last in a county; None before the first one."""
    return Campaign.objects.filter(county=county, opened_at__isnull=False).order_by("window_from").last()


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
    return list(opened.order_by("county", "-window_from").distinct("county"))


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
