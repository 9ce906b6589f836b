"""Paying on the phone: an order, its QR code and link, and its state as the database knows it."""

from datetime import datetime, timedelta
from enum import StrEnum
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
from canbao.collection.domain.orders import ask_gateway, give_up, make_order, page_to_pay
from canbao.collection.gateway import GatewayBroke
from canbao.collection.models import BY_HAND, Channel, Order, OrderLine, Receipt, RefundReason, RefundState
from canbao.collection.queries import came_back, looked_into, orders_to_pay, settled_of
from canbao.enrolment.models import Enrolment
from canbao.kernel.refusal import Refusal
from canbao.register.models import Household
from canbao.web.guards import for_resident
from canbao.web.members import bills_asked
from canbao.web.refusals import AlreadyOrdered, NobodyChosen, StillOpenAtGateway
from canbao.web.resident.household import home_of, household_page, open_campaign_of, open_channels

BACK_FROM_PAYING = "back_from_paying"  # in the session: when somebody came back, by order
GATEWAY_MAY_TAKE = timedelta(minutes=1)  # to tell us of money; so long nobody is offered to pay again


class PayForm(forms.Form):
    """The order's id was made when the page was: a second tap on the same page asks for the same order."""

    order_id = forms.UUIDField()
    channel = forms.ChoiceField(choices=[one for one in Channel.choices if one[0] not in BY_HAND], required=False)


@for_resident
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest) -> HttpResponse:
    form = PayForm(request.POST)
    if not form.is_valid():
        return redirect("resident-household")
    chosen = bills_asked(request)
    try:
        if not chosen:
            raise NobodyChosen
        home = home_of(request)
        _check_not_ordered(home, chosen, order_id=form.cleaned_data["order_id"])
        made = make_order(
            order_id=form.cleaned_data["order_id"],
            campaign=open_campaign_of(request),
            household=home,
            bills=chosen,
            channel=_channel(form.cleaned_data["channel"]),
            made_by=f"resident:{request.resident['id']}",
            at=now(),
        )
    except Refusal as no:
        return household_page(request, no=no, chosen=chosen)
    return redirect("resident-order", made.pk)


def _channel(chosen: str) -> Channel:
    """Where there is only one way to pay nobody is asked, and the page says nothing of it."""
    return Channel(chosen) if chosen else next(iter(open_channels()), Channel.WECHAT)


def _check_not_ordered(home: Household, bills: list[int], *, order_id: UUID) -> None:
    """Whoever waits in an order that can be paid is not ordered a second time: that one is to be paid or given up.

    Two taps in one moment may still make two orders: then each order's page says so, and what is paid twice goes back.
    Raises `AlreadyOrdered`.
    """
    others = orders_to_pay(home.pk, at=now()).exclude(pk=order_id)
    lines = OrderLine.objects.filter(order__in=list(others), bill__in=bills).order_by("bill__resident")
    names = dict.fromkeys(lines.values_list("bill__resident__name", flat=True))
    if names:
        raise AlreadyOrdered(who="、".join(names))


class Shows(StrEnum):
    """What an order's page shows. Paid, closed or looked into is what the database says; the rest is of
    an order that is open."""

    PAID = "paid"
    CLOSED = "closed"
    LOOKED_INTO = "looked-into"  # money came that does not fit it, or too late
    LINK = "link"
    CONFIRMING = "confirming"  # somebody has just come back from paying: nobody is to pay again
    UNHEARD = "unheard"  # somebody came back a while ago, and no money was heard of
    NO_LINK = "no-link"  # the gateway does not answer


@for_resident
@require_safe
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The order's page; for a page that asks again by itself, only the part that changes."""
    found = get_object_or_404(Order, pk=order_id, household=request.resident["household"])
    to_pay = orders_to_pay(found.household_id, at=now())
    is_open = to_pay.filter(pk=found.pk).exists()
    pay_url = _pay_url(found) if is_open else ""
    shows = _shows(request, found, is_open=is_open, has_link=bool(pay_url))
    if request.htmx and is_open and shows is not Shows.NO_LINK and request.GET.get("shown") == shows:
        return HttpResponse(status=204)  # nothing is new: what is read or pressed just now stays as it is
    bills = found.lines.values("bill")
    context = {
        "order": found,
        "shows": shows,
        "people": _people(found),
        "is_open": is_open,
        "pay_url": pay_url,
        "pay_link": _link_for_this_phone(pay_url, found),
        "also_in": to_pay.exclude(pk=found.pk).filter(lines__bill__in=bills).distinct().first() if is_open else None,
        "receipt": Receipt.objects.filter(order=found, takes_back_from__isnull=True, state=Receipt.State.VALID).first(),
    }
    if shows is Shows.PAID:
        context |= _what_became_of(found)
    return render(request, "resident/_order.html" if request.htmx else "resident/order.html", context)


def _shows(request: HttpRequest, order: Order, *, is_open: bool, has_link: bool) -> Shows:
    if order.state == Order.State.PAID:
        return Shows.PAID
    if looked_into(order.household_id).filter(order_number=order.pk).exists():
        return Shows.LOOKED_INTO
    if not is_open:
        return Shows.CLOSED
    back_at = request.session.get(BACK_FROM_PAYING, {}).get(str(order.pk))
    # by a borrowed day the clock goes back at midnight: somebody of yesterday is not waited for until tomorrow
    if back_at and timedelta(0) <= now() - datetime.fromisoformat(back_at) < GATEWAY_MAY_TAKE:
        return Shows.CONFIRMING
    if not has_link:
        return Shows.NO_LINK
    return Shows.UNHEARD if back_at else Shows.LINK


@for_resident
@require_safe
def back_from_paying(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The gateway sends whoever has paid here. Whether there is money is for the database to say, and may take a moment."""
    found = get_object_or_404(Order, pk=order_id, household=request.resident["household"])
    request.session[BACK_FROM_PAYING] = request.session.get(BACK_FROM_PAYING, {}) | {str(found.pk): now().isoformat()}
    return redirect("resident-order", found.pk)


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
    """Whom the order asks for, or once it is paid whom it paid for, and from when each is covered. Two queries."""
    lines = order.lines if order.state != Order.State.PAID else settled_of(order)
    found = list(lines.select_related("bill__resident").order_by("bill__resident"))
    enrolled = {
        one.resident_id: one
        for one in Enrolment.objects.filter(
            campaign=order.campaign_id,
            resident__in=[line.bill.resident_id for line in found],
            ended_on__isnull=True,
        )
    }
    return [OnOrder(line.bill.resident.name, line.fen, enrolled.get(line.bill.resident_id)) for line in found]


def _what_became_of(order: Order) -> dict[str, object]:
    """The money of a paid order: what of it paid for somebody, and what comes back, to whom and why."""
    refunds = list(came_back(order))
    settled_fen, back_fen = sum(line.fen for line in settled_of(order)), sum(refund.amount_fen for refund in refunds)
    return {
        "refunds": refunds,
        "settled_fen": settled_fen,
        "back_fen": back_fen,
        "paid_fen": settled_fen + back_fen,
        "all_twice": all(refund.reason == RefundReason.DUPLICATE for refund in refunds),
        "all_back": all(refund.state == RefundState.PAID for refund in refunds),
    }


def _pay_url(order: Order) -> str:
    """Where to pay; "" while the gateway does not answer. The order is on disk, so asking again loses nothing."""
    try:
        return ask_gateway(order)
    except GatewayBroke:
        return ""


def _link_for_this_phone(url: str, order: Order) -> str:
    """The gateway's own page for it, or the address with a way back to the order's page."""
    back = f"{settings.BASE_URL}{reverse('resident-back', args=[order.pk])}"
    page = page_to_pay(order, return_url=back) if url else None
    if page:
        return page
    if urlsplit(url).scheme not in {"http", "https"}:
        return url
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode({'redirect_url': back})}"
