"""A clerk's day at a glance: who still has to pay, what lies in the drawer, how many receipts are left."""

from dataclasses import dataclass
from datetime import date

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from canbao.access.clock import today as day_here
from canbao.access.may import Work
from canbao.access.models import Staff
from canbao.collection.domain.cash import Drawer, drawer
from canbao.collection.queries import receipts_left
from canbao.divisions.models import CollectingUnit
from canbao.enrolment.models import Campaign
from canbao.enrolment.packs import pack_of
from canbao.enrolment.queries import current_campaign, households_to_pay, progress_of_unit
from canbao.web.guards import staff_who_may

HOUSEHOLDS_A_PAGE = 40
FEW_RECEIPTS = 20


@staff_who_may(Work.COLLECT)
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    unit, campaign, on = unit_of(request.user), current_campaign(request.user.county), day_here()
    if unit is None or campaign is None:
        return render(request, "clerk/nothing_yet.html", {"unit": unit, "campaign": campaign})
    left = receipts_left(unit)
    context = {
        "unit": unit,
        "campaign": campaign,
        "days_left": (campaign.window_until - on).days,
        "progress": progress_of_unit(unit, campaign, on=on),
        "cash": cash_in_hand(unit, campaign, on=on),
        "receipts_left": left,
        "few_receipts": left < FEW_RECEIPTS,
        "households": Paginator(households_to_pay(unit, campaign), HOUSEHOLDS_A_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "clerk/today.html", context)


def unit_of(staff: Staff) -> CollectingUnit | None:
    return CollectingUnit.objects.filter(pk=staff.unit_id).first() if staff.unit_id else None


@dataclass(frozen=True, slots=True)
class CashInHand:
    """The drawer beside the limits of the notice; a limit that it does not set is None, and then nothing is overdue."""

    drawer: Drawer
    age_days: int
    limit_fen: int | None
    days_left: int | None
    clause: str

    @property
    def is_overdue(self) -> bool:
        too_much = self.limit_fen is not None and self.drawer.fen >= self.limit_fen
        return too_much or (self.days_left is not None and self.days_left < 0)


def cash_in_hand(unit: CollectingUnit, campaign: Campaign, *, on: date) -> CashInHand:
    held, rule = drawer(unit, campaign), pack_of(campaign).collecting.cash
    if rule is None:
        return CashInHand(held, held.age_days(on), None, None, "")
    days_left = (rule.remit_within.after(held.oldest) - on).days if held.oldest else None
    return CashInHand(held, held.age_days(on), rule.on_reaching_fen, days_left, rule.clause)
