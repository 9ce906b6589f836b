"""An order: some open bills of one household, to be paid together. On disk before anybody is asked for money."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple, TypeAlias, cast
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
from canbao.kernel.refusal import Refusal
from canbao.policy import Assessment, Refused, answers_by_day, facts_from_json
from canbao.register.models import Household

Cover: TypeAlias = date | Refused | BillOutOfDate | None
"""Covered from that day; or not payable on the day asked about, and why; or nobody knows from when (None)."""

ORDER_LIVES = timedelta(hours=2)
GRACE_DAYS = 3  # a callback may tell of money that came just before midnight, or a bank of the day before yesterday


class Asked(NamedTuple):
    """An order that somebody asks for: these bills of one household. The asker makes the id."""

    order_id: UUID
    household: Household
    bills: Collection[int]


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
    (made,) = make_orders(
        [Asked(order_id, household, bills)], campaign=campaign, channel=channel, made_by=made_by, at=at, has_arrived=has_arrived
    )  # fmt: skip
    if isinstance(made, Refusal):
        raise made
    return made


@transaction.atomic
def make_orders(
    asked: Sequence[Asked], *, campaign: Campaign, channel: Channel, made_by: str, at: datetime, has_arrived: bool = False
) -> list[Order | Refusal]:  # fmt: skip
    """An order for each that asks, in their order, or why there is none: as `make_order` says no. A set of thousands is a handful of
    sentences. Raises `ChannelNotOpen`: that is so for all of them.
    """
    if not has_arrived and channel != Channel.CASH and channel not in settings.CANBAO_GATEWAYS:
        raise ChannelNotOpen(channel=Channel(channel).label)
    done = _known(asked, channel)
    fresh = [one for one in asked if one.order_id not in done]
    bills = _bills_of(fresh, campaign)
    closed = [one for one in fresh if any(pk in bills and bills[pk].state != BillState.OPEN for pk in one.bills)]
    done |= _known(closed, channel)  # made and paid since we looked first
    covers = _covers(campaign, list(bills.values()), on=at.date()) if fresh else {}
    orders: list[Order] = []
    lines: list[OrderLine] = []
    for one in fresh:
        if one.order_id in done:
            continue
        try:
            theirs = _payable_bills(one, bills, covers, on=at.date())
        except Refusal as no:
            done[one.order_id] = no
            continue
        starts = [cast("dict[date, Cover]", covers[bill.pk]) for bill in theirs]
        order = Order(
            id=one.order_id, county=campaign.county, campaign=campaign, household=one.household, division=one.household.division,
            unit_id=one.household.unit_id, channel=channel, total_fen=sum(bill.due_fen or 0 for bill in theirs), made_by=made_by,
            made_at=at, expires_at=_expires(at, starts),
        )  # fmt: skip
        orders.append(order)
        lines += [
            OrderLine(county=order.county, order=order, bill=bill, fen=bill.due_fen, covers=_days_of(start))
            for bill, start in zip(theirs, starts, strict=True)
        ]
        done[order.pk] = order
    try:
        with transaction.atomic():
            Order.objects.bulk_create(orders)
            OrderLine.objects.bulk_create(lines)
    except IntegrityError:  # an impatient thumb: the same order was made while we were looking
        if not _known(asked, channel).keys() & {order.pk for order in orders}:
            raise
        return make_orders(asked, campaign=campaign, channel=channel, made_by=made_by, at=at, has_arrived=has_arrived)
    return [done[one.order_id] for one in asked]


def _known(asked: Sequence[Asked], channel: Channel) -> dict[UUID, Order | Refusal]:
    """The order of each id that there is; `OrderTaken` where it is another one."""
    wanted = {one.order_id: one for one in asked}
    found = Order.objects.filter(pk__in=wanted).prefetch_related("lines") if wanted else ()
    return {
        order.pk: order
        if order.channel == channel and {line.bill_id for line in order.lines.all()} == set(wanted[order.pk].bills)
        else OrderTaken()
        for order in found
    }


def _bills_of(asked: Sequence[Asked], campaign: Campaign) -> dict[int, Bill]:
    """Everything asked for that is a bill of this campaign, the head of each household first: bills are made as a set, in no order."""
    wanted = {pk for one in asked for pk in one.bills}
    found = Bill.objects.filter(pk__in=wanted, campaign=campaign) if wanted else Bill.objects.none()
    return {bill.pk: bill for bill in found.select_related("resident", "assessment").order_by("resident_id")}


def _payable_bills(
    asked: Asked, bills: dict[int, Bill], covers: dict[int, dict[date, Cover] | None], *, on: date
) -> list[Bill]:
    """In the order of the household. Raises why one of them is not payable on that day."""
    theirs = [bill for pk, bill in bills.items() if pk in asked.bills and bill.household_id == asked.household.pk]
    if len(theirs) != len(set(asked.bills)):
        raise NotTheirBill
    if not theirs:
        raise NothingToPay
    for bill in theirs:
        if covers[bill.pk] is None:
            raise BillNotOpen(who=bill.resident.name)
    for bill in theirs:
        _check_payable(bill, covers[bill.pk] or {}, on=on)
    return theirs


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


def _covers(campaign: Campaign, bills: list[Bill], *, on: date) -> dict[int, dict[date, Cover] | None]:
    """For each bill and each day on which its money may still arrive: covered from when. None: dead or moved away since the bill was made."""
    days = [days_after(on, n) for n in range(-GRACE_DAYS, GRACE_DAYS + 1)]
    residents = [bill.resident_id for bill in bills]
    facts = facts_of(residents, county=campaign.county, on=on, pack=pack_of(campaign))
    # who is enrolled already and owes a difference keeps the cover they have
    kept = {resident: one.covered_from for resident, one in enrolled_of(campaign, residents).items()}

    def cover(bill: Bill) -> dict[date, Cover] | None:
        if bill.resident_id not in facts:
            return None
        if bill.resident_id in kept:
            return dict.fromkeys(days, kept[bill.resident_id])
        return _payable(campaign, bill, facts[bill.resident_id], days)

    return {bill.pk: cover(bill) for bill in bills}


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
