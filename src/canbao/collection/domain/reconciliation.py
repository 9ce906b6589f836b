"""What the gateway says against what we have noted: lost callbacks are found here, every night and on demand."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection

from canbao.collection.domain.confirmation import Told, confirm_what_can_be
from canbao.collection.gateway import Arrival, GatewayBroke, Moved, gateway
from canbao.collection.models import Order, Payment
from canbao.kernel.days import CHINA
from canbao.kernel.fen import yuan

CHUNK = 5_000
SILENT_AFTER = 5  # orders without an answer: then it is the gateway, and not the order


class Day(NamedTuple):
    """One day of one gateway: lines on its bill, how many of them we had not noted, what does not fit, in words, and what it
    took for itself, where it says so."""

    lines: int
    recovered: int
    differences: tuple[str, ...]
    fees_fen: int = 0


def ask_about_open_orders(channel: str, *, made_before: datetime, county: str, at: datetime) -> int:
    """Ask the gateway, `at` this instant, about orders that were made before another and are still open: a lost
    callback is found within minutes. Returns how many.

    What nobody has paid and whose time is over is closed, there and here; money that comes all the same is confirmed
    like any other. A payment that is refused is named by the day's bill. An order about which the gateway gives no answer holds up
    no other: raises `GatewayBroke` when everything else is done.
    """
    asked = Order.objects.filter(channel=channel, state=Order.State.OPEN, made_at__lt=made_before, county=county)
    arrivals, over, broken = [], [], []
    for order in asked:
        try:
            arrival = gateway(channel).query(order.pk)
            if arrival is not None:
                arrivals.append(Told(channel, arrival))
            elif order.expires_at <= at:
                gateway(channel).close(order.pk)
                over.append(order.pk)
        except GatewayBroke as broke:
            broken.append((order.pk, broke))
            if len(broken) >= SILENT_AFTER:
                break
    Order.objects.filter(pk__in=over, state=Order.State.OPEN).update(state=Order.State.CLOSED)
    done, _ = confirm_what_can_be(arrivals, actor=f"gateway:{channel}", at=at)
    if broken:
        raise GatewayBroke("；".join(f"订单{order.hex}：{broke.says}" for order, broke in broken))
    return sum(1 for one in done if one.is_new)


def reconcile_day(channel: str, day: date, *, county: str, at: datetime) -> Day:
    """Go through the gateway's bill of a day, at an instant: confirm what we missed, name what does not fit (also between
    the bill and what was really moved, where the gateway says that), move this county's money on. The bill may hold other counties' money;
    that is confirmed too, and moved on when they are asked about. Raises `GatewayBroke` where there is no bill to be had."""
    lines = list(gateway(channel).bill(day))
    differences: list[str] = []
    recovered = 0
    for start in range(0, len(lines), CHUNK):
        told = [Told(channel, line) for line in lines[start : start + CHUNK]]
        done, refused = confirm_what_can_be(told, actor=f"bill:{channel}", at=at)
        recovered += sum(one.is_new for one in done)
        differences += [f"流水{one.reference}：金额或订单与已入账的不一致" for one in done if not one.agrees]
        differences += [f"流水{one.arrival.reference}：未入账，{no.says}{no.remedy}" for one, no in refused]
    # only of a day that is over: the two bills are made one after the other, and money may come in between
    funds = None
    if day < at.astimezone(CHINA).date():
        try:
            funds = gateway(channel).funds(day)
        except GatewayBroke as broke:  # the money of the bill is moved on all the same
            differences.append(f"{day}的资金账单：{broke.says}")
    if funds is not None:
        differences += _not_moved_as_billed(lines, funds)
    fees_fen = -sum(moved.fen for moved in funds or () if moved.is_fee)
    references = [line.reference for line in lines]
    on_bill = set(references)
    ours = list(Payment.objects.filter(channel=channel, paid_on=day, county=county))
    differences += [
        f"流水{payment.reference}：已入账{yuan(payment.amount_fen)}元，渠道账单没有"
        for payment in ours
        if payment.reference not in on_bill
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT collection_gateway_settled(%s, %s, %s, %s)", [county, channel, day, references])
    return Day(len(lines), recovered, tuple(differences), fees_fen)


def _not_moved_as_billed(lines: Sequence[Arrival], funds: Sequence[Moved]) -> list[str]:
    """Payments on the bill that did not come into the account as they stand there, and what came in without being on it.

    What left the account, for a refund or a fee, is not a difference.
    """
    came: Counter[str] = Counter()
    for moved in funds:
        if moved.fen > 0:
            came[moved.reference] += moved.fen
    billed = {line.reference: line.amount_fen for line in lines}
    return [
        f"流水{reference}：账单{yuan(billed.get(reference, 0))}元，资金账单实际入账{yuan(came[reference])}元"
        for reference in sorted(billed.keys() | came.keys())
        if billed.get(reference, 0) != came[reference]
    ]
