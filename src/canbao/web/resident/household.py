"""A family's own page: what each of them owes and why, from when they are covered, and their receipts."""

from collections.abc import Collection
from uuid import uuid4

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from canbao.access.clock import now, today
from canbao.collection.models import Channel, OrderLine, Receipt, Refund
from canbao.collection.queries import looked_into, orders_to_pay, receipts_in
from canbao.enrolment.models import Campaign
from canbao.enrolment.packs import pack_of
from canbao.enrolment.queries import current_campaign
from canbao.kernel.refusal import Refusal
from canbao.register.models import Household
from canbao.register.queries import households_in
from canbao.web.guards import for_resident
from canbao.web.members import members, total_fen
from canbao.web.receipts import shown


@for_resident
@require_safe
def household(request: HttpRequest) -> HttpResponse:
    return household_page(request)


def household_page(
    request: HttpRequest, *, no: Refusal | None = None, chosen: Collection[int] | None = None
) -> HttpResponse:
    """The page; after a refusal the same page with the no above it. `chosen`: the bills that are ticked; None:
    all but those for which an order waits already."""
    home, campaign = home_of(request), campaign_of(request)
    people = members(campaign, home, on=today()) if campaign else []
    payable = {member.bill_id for member in people if member.can_pay}
    orders = list(orders_to_pay(home.pk, at=now()))
    ordered = set(OrderLine.objects.filter(order__in=orders).values_list("bill_id", flat=True)) if orders else set()
    context = {
        "home": home,
        "campaign": campaign,
        "days_left": (campaign.window_until - today()).days if campaign else 0,
        "people": people,
        "on_no_roster": "、".join(member.resident.name for member in people if member.is_on_no_roster),
        "pack": pack_of(campaign) if campaign else None,
        "total_fen": total_fen(people),
        "chosen": payable - ordered if chosen is None else payable.intersection(chosen),
        "ordered": ordered,
        "order_id": uuid4(),
        "channels": open_channels(),
        "orders": orders,
        "receipts": Receipt.objects.filter(household=home, takes_back_from__isnull=True).order_by("-issued_at"),
        "looked_into": looked_into(home.pk),
        "refunds": Refund.objects.filter(household_id=home.pk).select_related("resident", "payment").order_by("due_on"),
        "no": no,
    }
    return render(request, "resident/household.html", context, status=409 if no else 200)


@for_resident
@require_safe
def receipt(request: HttpRequest, receipt_id: int) -> HttpResponse:
    found = get_object_or_404(
        receipts_in(request.resident["division"]),
        pk=receipt_id,
        household=request.resident["household"],
        takes_back_from__isnull=True,
    )
    return render(request, "resident/receipt.html", shown(found))


def home_of(request: HttpRequest) -> Household:
    """The household of whoever has entered, and no other."""
    return get_object_or_404(households_in(request.resident["division"]), pk=request.resident["household"])


def open_channels() -> list[Channel]:
    """By which one can pay on a phone here, in the order in which they are offered."""
    return [channel for channel in Channel if channel in settings.CANBAO_GATEWAYS]


def campaign_of(request: HttpRequest) -> Campaign | None:
    return current_campaign(request.resident["county"])


def open_campaign_of(request: HttpRequest) -> Campaign:
    campaign = campaign_of(request)
    if campaign is None:
        raise Http404
    return campaign
