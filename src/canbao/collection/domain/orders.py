"""An order: some open bills of one household, to be paid together. On disk before anybody is asked for money."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from canbao.collection.gateway import gateway, notify_url
from canbao.collection.models import Channel, Order, OrderLine
from canbao.collection.refusals import (
    BillNotOpen,
    BillOutOfDate,
    ChannelNotOpen,
    NothingToPay,
    NotTheirBill,
    OrderTaken,
)
from canbao.enrolment.domain.facts import facts_of
from canbao.enrolment.models import Bill, BillState, Campaign
from canbao.enrolment.packs import pack_of
from canbao.enrolment.queries import enrolled_of
from canbao.enrolment.refusals import AmountUnknown, NoticeSaysNo, StartUnknown
from canbao.kernel.days import days_after
from canbao.policy import Assessment, Refused, answers_by_day, facts_from_json
from canbao.register.models import Household

Cover: TypeAlias = date | Refused | BillOutOfDate | None
"""Covered from that day; or not payable on the day asked about, and why; or nobody knows from when (None)."""

ORDER_LIVES = timedelta(hours=2)
GRACE_DAYS = 3  # a callback may tell of money that came just before midnight, or a bank of the day before yesterday


@transaction.atomic
def make_order(
    *,
    order_id: UUID,
    campaign: Campaign,
    household: Household,
    bills: Collection[int],
    channel: Channel,
    made_by: str,
    at: datetime,
    has_arrived: bool = False,
) -> Order:
    """An order for these open bills of the household. The asker makes the id; asking again with it gives the same order.
    `has_arrived`: its money is here since `at`, so nobody is asked for it and its channel may be closed by now.

    Says no, in this order: `ChannelNotOpen`, `OrderTaken`, `NotTheirBill`, `NothingToPay`, `BillNotOpen`,
    `AmountUnknown`, `BillOutOfDate`, `NoticeSaysNo` (not on this day), `StartUnknown`.
    """
    if not has_arrived and channel != Channel.CASH and channel not in settings.CANBAO_GATEWAYS:
        raise ChannelNotOpen(channel=Channel(channel).label)
    known = _known(order_id, bills, channel)
    if known is not None:
        return known
    asked = list(
        Bill.objects.filter(pk__in=bills, campaign=campaign, household=household)
        .select_related("resident", "assessment")
        .order_by("resident_id")  # the head of the household first: bills are made as a set, in no order
    )
    if len(asked) != len(set(bills)):
        raise NotTheirBill
    if not asked:
        raise NothingToPay
    if any(bill.state != BillState.OPEN for bill in asked) and (known := _known(order_id, bills, channel)):
        return known  # made and paid since we looked first
    on = at.date()
    covers = _covers(campaign, household, asked, on=on)
    for bill in asked:
        _check_payable(bill, covers[bill.pk], on=on)
    order = Order(
        id=order_id, county=household.county, campaign=campaign, household=household, division=household.division, unit_id=household.unit_id,
        channel=channel, total_fen=sum(bill.due_fen or 0 for bill in asked), made_by=made_by, made_at=at, expires_at=_expires(at, covers.values()),
    )  # fmt: skip
    lines = [
        OrderLine(county=household.county, order=order, bill=bill, fen=bill.due_fen, covers=_days_of(covers[bill.pk]))
        for bill in asked
    ]
    try:
        with transaction.atomic():
            order.save(force_insert=True)
            OrderLine.objects.bulk_create(lines)
    except IntegrityError:  # an impatient thumb: the same order was made while we were looking
        known = _known(order_id, bills, channel)
        if known is None:
            raise
        return known
    return order


def _known(order_id: UUID, bills: Collection[int], channel: Channel) -> Order | None:
    """The order of this id, if there is one. Raises `OrderTaken` when it is another one."""
    known = Order.objects.filter(pk=order_id).first()
    if known is not None and (
        set(known.lines.values_list("bill_id", flat=True)) != set(bills) or known.channel != channel
    ):
        raise OrderTaken
    return known


def _check_payable(bill: Bill, covers: dict[date, Cover], *, on: date) -> None:
    who = bill.resident.name
    if bill.state != BillState.OPEN:
        raise BillNotOpen(who=who)
    if bill.due_fen is None:
        unknown = bill.assessment.answer["unknown"]
        first = unknown[0] if unknown else {"what": "金额", "ask": "县医保局", "clause": ""}
        raise AmountUnknown(who=who, what=first["what"], ask=first["ask"], clause=first["clause"])
    if bill.due_fen <= 0:
        raise NothingToPay
    today = covers[on]
    if isinstance(today, BillOutOfDate):
        raise today
    if isinstance(today, Refused):
        raise NoticeSaysNo(today, who=who)
    if today is None:
        raise StartUnknown(who=who)


def _covers(campaign: Campaign, household: Household, bills: list[Bill], *, on: date) -> dict[int, dict[date, Cover]]:
    """For each bill and each day on which its money may still arrive: covered from when."""
    days = [days_after(on, n) for n in range(-GRACE_DAYS, GRACE_DAYS + 1)]
    facts = facts_of([bill.resident_id for bill in bills], county=household.county, on=on, pack=pack_of(campaign))
    # who is enrolled already and owes a difference keeps the cover they have
    enrolled = enrolled_of(campaign, [bill.resident_id for bill in bills])
    kept = {resident: one.covered_from for resident, one in enrolled.items()}
    for bill in bills:
        if bill.resident_id not in facts:  # dead or moved away since the bill was made
            raise BillNotOpen(who=bill.resident.name)
    return {
        bill.pk: dict.fromkeys(days, kept[bill.resident_id])
        if bill.resident_id in kept
        else _payable(campaign, bill, facts[bill.resident_id], days)
        for bill in bills
    }


def _payable(campaign: Campaign, bill: Bill, facts: dict[str, Any], days: list[date]) -> dict[date, Cover]:
    """Covered from when, by day of payment; no for a day on which the notice asks for another amount than on the bill's."""
    assessed_on = date.fromisoformat(bill.assessment.facts["on"])
    answers = answers_by_day(pack_of(campaign), facts_from_json(facts), [assessed_on, *days])
    billed = answers[assessed_on]
    return {day: _cover(answers[day], billed, day=day, who=bill.resident.name) for day in days}


def _cover(answer: Assessment, billed: Assessment, *, day: date, who: str) -> Cover:
    if answer.refusal is not None:
        return answer.refusal
    if billed.refusal is None and answer.pays_fen != billed.pays_fen:
        return BillOutOfDate(who=who, day=day)
    return answer.covered_from


def _expires(at: datetime, covers: Iterable[dict[date, Cover]]) -> datetime:
    """Two hours, but not past the last midnight on which every bill of the order may still be paid."""
    last_days = [max(day for day, start in one.items() if isinstance(start, date)) for one in covers]
    closes_at = datetime.combine(days_after(min(last_days), 1), time(), at.tzinfo)
    return min(at + ORDER_LIVES, closes_at)


def _days_of(covers: dict[date, Cover]) -> dict[str, str]:
    return {day.isoformat(): start.isoformat() for day, start in covers.items() if isinstance(start, date)}


def give_up(order: Order) -> None:
    """Whoever ordered does not want to pay: no more money for it, there and then here. Outside of any transaction.

    Money that was on its way already is confirmed like any other. Doing it twice is the same as once.
    Raises `GatewayBroke`: then the order stays open.
    """
    if order.pay_url and order.channel in settings.CANBAO_GATEWAYS:  # else nobody was ever asked for the money
        gateway(order.channel).close(order.pk)
    Order.objects.filter(pk=order.pk, state=Order.State.OPEN).update(state=Order.State.CLOSED)


def ask_gateway(order: Order) -> str:
    """Ask the order's gateway for the address to pay at. Outside of any transaction: the intent is on disk already.

    Asking again gives the same address. Raises `GatewayBroke`.
    """
    if order.pay_url:
        return order.pay_url
    url = gateway(order.channel).ask(**_what(order))
    Order.objects.filter(pk=order.pk).update(pay_url=url)
    order.pay_url = url
    return url


def page_to_pay(order: Order, *, return_url: str) -> str | None:
    """The gateway's page for the phone in hand, where it has one of its own; it leads back to `return_url`."""
    return gateway(order.channel).page(**_what(order), return_url=return_url)


def _what(order: Order) -> dict[str, Any]:
    """What a gateway is told of an order, the same each time."""
    return {
        "order": order.pk,
        "amount_fen": order.total_fen,
        "says": order.campaign.title[:100],
        "expires_at": order.expires_at,
        "notify_url": notify_url(order.channel),
    }
