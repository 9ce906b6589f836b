"""A clerk's day at a glance: who still has to pay, what lies in the drawer, how many receipts are left."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from canbao.access.clock import today as day_here
from canbao.access.may import Work
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.collection.domain.in_hand import cash_in_hand
from canbao.collection.domain.students import SCHOOLS
from canbao.collection.queries import FEW_RECEIPTS, receipts_left
from canbao.divisions.models import CollectingUnit, UnitKind
from canbao.enrolment.models import Campaign
from canbao.enrolment.queries import Roll, current_campaign, households_to_pay, progress_of_unit, roll_of
from canbao.web.guards import staff_who_may

HOUSEHOLDS_A_PAGE = 40


@staff_who_may(Work.COLLECT)
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    unit, campaign, on = unit_of(request.user), current_campaign(request.user.county), day_here()
    if unit is None or campaign is None:
        return render(request, "clerk/nothing_yet.html", {"unit": unit, "campaign": campaign})
    left = receipts_left(unit)
    households = Paginator(households_to_pay(unit, campaign), HOUSEHOLDS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "unit": unit,
        "campaign": campaign,
        "days_left": (campaign.window_until - on).days,
        "progress": progress_of_unit(unit, campaign, on=on),
        "cash": cash_in_hand(unit, campaign, on=on),
        "receipts_left": left,
        "few_receipts": left < FEW_RECEIPTS,
        "households": households,
        "faculties": _faculties(unit, campaign),
        "is_school": unit.kind in SCHOOLS,
    }
    if len(households):
        record(
            "to_pay.read", f"unit:{unit.pk}", county=request.user.county, households=[home.pk for home in households]
        )
    return render(request, "clerk/today.html", context)


def _faculties(unit: CollectingUnit, campaign: Campaign) -> list[tuple[CollectingUnit, Roll]]:
    """Of a university: each with how many of its students are enrolled and how many owe."""
    if unit.kind != UnitKind.UNIVERSITY:
        return []
    faculties = list(unit.faculties.filter(until__isnull=True).order_by("name"))
    rolls = roll_of(faculties, campaign)
    return [(one, rolls[one.pk]) for one in faculties]


def unit_of(staff: Staff) -> CollectingUnit | None:
    return CollectingUnit.objects.filter(pk=staff.unit_id).first() if staff.unit_id else None
