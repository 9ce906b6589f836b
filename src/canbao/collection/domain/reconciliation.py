"""What the gateway says against what we have noted: lost callbacks are found here, every night and on demand."""

from datetime import date, datetime
from typing import NamedTuple

from django.db import connection

from canbao.collection.domain.confirmation import Told, confirm
from canbao.collection.gateway import gateway
from canbao.collection.models import Order, Payment
from canbao.kernel.fen import yuan

CHUNK = 5_000


class Day(NamedTuple):
    """One day of one gateway: lines on its bill, how many of them we had not noted, and what does not fit, in words."""

    lines: int
    recovered: int
    differences: tuple[str, ...]
    settled_fen: int


def ask_about_open_orders(channel: str, *, made_before: datetime, county: str) -> int:
    """Ask the gateway about orders that are still open: a lost callback is found within minutes. Returns how many.

    What nobody has paid and whose time is over by `made_before` is closed, there and here; money that comes all the
    same is confirmed like any other.
    """
    asked = Order.objects.filter(channel=channel, state=Order.State.OPEN, made_at__lt=made_before, county=county)
    arrivals, over = [], []
    for order in asked:
        arrival = gateway(channel).query(order.pk)
        if arrival is not None:
            arrivals.append(Told(channel, arrival))
        elif order.expires_at <= made_before:
            gateway(channel).close(order.pk)
            over.append(order.pk)
    Order.objects.filter(pk__in=over, state=Order.State.OPEN).update(state=Order.State.CLOSED)
    done = confirm(arrivals, actor=f"gateway:{channel}", county=county)
    return sum(1 for one in done if one.is_new)


def reconcile_day(channel: str, day: date, *, county: str) -> Day:
    """Go through the gateway's bill of a day: confirm what we missed, name what does not fit, move the money on."""
    lines = list(gateway(channel).bill(day))
    differences: list[str] = []
    recovered = 0
    for start in range(0, len(lines), CHUNK):
        for one in confirm(
            [Told(channel, line) for line in lines[start : start + CHUNK]], actor=f"bill:{channel}", county=county
        ):
            recovered += one.is_new
            if not one.agrees:
                differences.append(f"流水{one.reference}：金额或订单与已入账的不一致")
    on_bill = {line.reference for line in lines}
    ours = Payment.objects.filter(channel=channel, paid_on=day, county=county)
    differences += [
        f"流水{payment.reference}：已入账{yuan(payment.amount_fen)}元，渠道账单没有"
        for payment in ours
        if payment.reference not in on_bill
    ]
    total_fen = sum(line.amount_fen for line in lines)
    with connection.cursor() as cursor:
        cursor.execute("SELECT collection_gateway_settled(%s, %s, %s, %s)", [county, channel, day, total_fen])
    return Day(len(lines), recovered, tuple(differences), total_fen)
