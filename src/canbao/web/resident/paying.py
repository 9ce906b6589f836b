"""Paying on the phone: an order, its QR code and link, and its state as the database knows it."""

from typing import NamedTuple
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from canbao.access.clock import now
from canbao.collection.domain.orders import ask_gateway, give_up, make_order
from canbao.collection.gateway import GatewayBroke
from canbao.collection.models import Channel, Order, Receipt
from canbao.collection.queries import orders_to_pay
from canbao.enrolment.models import Enrolment
from canbao.kernel.refusal import Refusal
from canbao.web.guards import for_resident
from canbao.web.refusals import NobodyChosen, StillOpenAtGateway
from canbao.web.resident.household import home_of, household_page, open_campaign_of


class PayForm(forms.Form):
    """The order's id was made when the page was: a second tap on the same page asks for the same order."""

    order_id = forms.UUIDField()


@for_resident
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest) -> HttpResponse:
    form = PayForm(request.POST)
    if not form.is_valid():
        return redirect("resident-household")
    chosen = [int(bill) for bill in request.POST.getlist("bill") if bill.isdecimal()]
    try:
        if not chosen:
            raise NobodyChosen
        made = make_order(
            order_id=form.cleaned_data["order_id"],
            campaign=open_campaign_of(request),
            household=home_of(request),
            bills=chosen,
            channel=Channel.WECHAT,
            made_by=f"resident:{request.resident['id']}",
            at=now(),
        )
    except Refusal as no:
        return household_page(request, no=no, chosen=chosen)
    return redirect("resident-order", made.pk)


@for_resident
@require_safe
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The order's page; for a page that asks again by itself, only the part that changes."""
    found = get_object_or_404(Order, pk=order_id, household=request.resident["household"])
    is_open = orders_to_pay(found.household_id, at=now()).filter(pk=found.pk).exists()
    if request.htmx and is_open and found.pay_url and request.GET.get("shown") == "link":
        return HttpResponse(status=204)  # nothing is new: what is read or pressed just now stays as it is
    context = {
        "order": found,
        "people": _people(found),
        "receipt": Receipt.objects.filter(order=found, takes_back_from__isnull=True, state=Receipt.State.VALID).first(),
        "is_open": is_open,
        "pay_url": _pay_url(found) if is_open else "",
    }
    context["pay_link"] = _with_way_back(context["pay_url"], found)
    return render(request, "resident/_order.html" if request.htmx else "resident/order.html", context)


@for_resident
@require_http_methods(["GET", "HEAD", "POST"])
def not_paying(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The resident gives an order up; the family's page no longer mentions it."""
    found = get_object_or_404(Order, pk=order_id, household=request.resident["household"])
    if request.method != "POST":
        return redirect("resident-order", found.pk)
    try:
        give_up(found)
    except GatewayBroke:
        return household_page(request, no=StillOpenAtGateway())
    return redirect("resident-household")


class OnOrder(NamedTuple):
    """Somebody who is on an order; `enrolment` is None until they are enrolled."""

    name: str
    fen: int
    enrolment: Enrolment | None


def _people(order: Order) -> list[OnOrder]:
    """Who is on the order, and from when each is covered. Two queries."""
    lines = list(order.lines.select_related("bill__resident").order_by("bill__resident"))
    enrolled = {
        one.resident_id: one
        for one in Enrolment.objects.filter(
            campaign=order.campaign_id,
            resident__in=[line.bill.resident_id for line in lines],
            ended_on__isnull=True,
        )
    }
    return [OnOrder(line.bill.resident.name, line.fen, enrolled.get(line.bill.resident_id)) for line in lines]


def _pay_url(order: Order) -> str:
    """Where to pay; "" while the gateway does not answer. The order is on disk, so asking again loses nothing."""
    try:
        return ask_gateway(order)
    except GatewayBroke:
        return ""


def _with_way_back(url: str, order: Order) -> str:
    """The link for this phone leads back to the order's page, as H5 payments do by `redirect_url`."""
    if urlsplit(url).scheme not in {"http", "https"}:
        return url
    back = f"{settings.BASE_URL}{reverse('resident-order', args=[order.pk])}"
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode({'redirect_url': back})}"
