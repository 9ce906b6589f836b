"""The stand-in at its worst, both channels, ten thousand payments: whatever it does, every fen has a place and a reason."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.db.models import Count, Sum
from django.test import override_settings

from canbao.collection.domain.reconciliation import reconcile_day
from canbao.collection.gateway import gateway
from canbao.collection.models import Channel, Order, Payment, PaymentOutcome, Refund, SettledLine
from canbao.collection.queries import suspense_in
from canbao.config.season.processes import free_port, stand_in, web_server
from canbao.enrolment.models import Bill, BillState, Enrolment
from canbao.gateways.standin.book import Wish
from canbao.gateways.standin.faults import Faults
from canbao.gateways.standin.spawn import Control
from canbao.reports.four_ways import four_ways_agree
from tests.collection.crowd import FEN, crowd, orders_for
from tests.collection.paying import numbers_without_gap
from tests.county import COUNTY, IN_THE_WINDOW, County
from tests.ledger.balances import balances

pytestmark = pytest.mark.long

PEOPLE, TWICE = 9_900, 100  # of whom the last pay at both gateways
FAULTS = Faults(lose=0.3, double=0.2, delay_s=3, wrong_amount=0.01, corrupt=0.02, seed=20211115)
AFTER_CLOSING = timedelta(days=45)
AT_ONCE = 1_000
QUIET_WITHIN_S = 150
CHANNELS = (Channel.WECHAT, Channel.ALIPAY)


def the_orders(county: County) -> list[Order]:
    """One for each person, at either gateway in turn, and a second one at the other for the last of them."""
    first = crowd(county, PEOPLE, channels=CHANNELS)
    second = orders_for(list(Bill.objects.filter(order_lines__order__in=first[-TWICE:]).order_by("pk")), CHANNELS[::-1])
    return [*first, *second]


def known_to_the_gateway(orders: list[Order], journal: Path, notify: str) -> None:
    """As if each had been asked for, which takes a request each and is tested elsewhere."""
    with journal.open("w", encoding="utf-8") as out:
        for one in orders:
            wish = Wish(one.channel, one.pk, one.total_fen, "众", one.expires_at, f"{notify}/{one.channel}/notify")
            out.write(json.dumps({"event": "asked", "token": one.pk.hex, "wish": wish.to_json()}) + "\n")


def paid_at(nth: int) -> datetime:
    """Two in a hundred pay when nobody may any more."""
    return IN_THE_WINDOW + (AFTER_CLOSING if nth % 50 == 0 else timedelta(0))


def wait_until_quiet(expected: int) -> None:
    """Until every payment of which a callback was sent has been noted."""
    until = time.monotonic() + QUIET_WITHIN_S
    while Payment.objects.count() < expected and time.monotonic() < until:
        time.sleep(0.2)


@pytest.fixture
def day(real_county: County, tmp_path: Path) -> Iterator[tuple[list[Order], Control]]:
    orders, port, journal = the_orders(real_county), free_port(), tmp_path / "journal.jsonl"
    known_to_the_gateway(orders, journal, f"http://127.0.0.1:{port}/api/gateways")
    keys, today = settings.CANBAO_GATEWAY_KEYS, settings.CANBAO_TODAY
    with (
        stand_in(keys=keys, today=today, faults=FAULTS, journal=journal) as (control, _),
        web_server(port, CANBAO_GATEWAY_URL=control.url),
        override_settings(CANBAO_GATEWAY_URL=control.url),
    ):
        gateway.cache_clear()
        yield orders, control
    gateway.cache_clear()


def test_ten_thousand_payments_at_the_worst_of_gateways_all_have_a_place(
    real_county: County, day: tuple[list[Order], Control]
) -> None:
    orders, control = day
    # one in twenty was closed here before its money came, because its time was over
    Order.objects.filter(pk__in=[one.pk for one in orders[::20]]).update(state=Order.State.CLOSED)
    wishes = [{"order": one.pk, "paid_at": paid_at(nth)} for nth, one in enumerate(orders)]
    for start in range(0, len(wishes), AT_ONCE):
        done = control.pay_all(wishes[start : start + AT_ONCE])
        assert {one["code"] for one in done} == {"SUCCESS"}
    told = [one for one in orders if FAULTS.waits(one.pk)]
    wait_until_quiet(len(told))
    assert Payment.objects.count() == len(told)

    days = sorted({(IN_THE_WINDOW + later).date() for later in (timedelta(0), AFTER_CLOSING)})
    nights = [reconcile_day(channel, on, county=COUNTY, at=IN_THE_WINDOW) for channel in CHANNELS for on in days]
    assert sum(night.recovered for night in nights) == len(orders) - len(told)
    assert [night.differences for night in nights] == [()] * 4
    again = [reconcile_day(channel, on, county=COUNTY, at=IN_THE_WINDOW) for channel in CHANNELS for on in days]
    assert [(night.recovered, night.differences) for night in again] == [(0, ())] * 4

    assert Counter(Payment.objects.values_list("outcome", flat=True)) == expected_outcomes(orders)
    nobody_is_enrolled_twice_or_unpaid()
    every_fen_has_a_place(orders)
    assert numbers_without_gap()
    ways = four_ways_agree(real_county.campaign)
    assert (ways.agree, ways.differences) == (True, ())


def expected_outcomes(orders: list[Order]) -> Counter[str]:
    """What must become of each, from what was asked and what the stand-in was told to do wrong."""
    said: Counter[str] = Counter()
    settled: set[UUID] = set()
    bills = dict(Order.objects.filter(pk__in=[one.pk for one in orders]).values_list("pk", "lines__bill"))
    for nth, one in enumerate(orders):
        if FAULTS.arrived_fen(one.pk, FEN) != FEN:
            said[PaymentOutcome.AMOUNT_DIFFERS] += 1
        elif nth % 50 == 0:
            said[PaymentOutcome.WINDOW_CLOSED] += 1
        else:
            said[PaymentOutcome.SURPLUS if bills[one.pk] in settled else PaymentOutcome.SETTLED] += 1
            settled.add(bills[one.pk])
    return said


def nobody_is_enrolled_twice_or_unpaid() -> None:
    enrolled = Enrolment.objects.filter(ended_on__isnull=True)
    assert not enrolled.values("resident").annotate(times=Count("pk")).filter(times__gt=1).exists()
    paid = set(SettledLine.objects.values_list("bill__resident", flat=True))
    assert set(enrolled.values_list("resident", flat=True)) == paid
    assert Bill.objects.filter(state=BillState.SETTLED).count() == len(paid)


def every_fen_has_a_place(orders: list[Order]) -> None:
    """What arrived is contributed, owed back to somebody by name, or in suspense with its reason; and nothing else."""
    came = sum(FAULTS.arrived_fen(one.pk, one.total_fen) for one in orders)
    in_suspense = list(suspense_in(COUNTY))
    owed = Refund.objects.aggregate(fen=Sum("amount_fen"), people=Count("resident", distinct=True))
    contributed = SettledLine.objects.aggregate(fen=Sum("line__fen"))["fen"]
    suspended = sum(one.amount_fen for one in in_suspense)
    assert came == Payment.objects.aggregate(fen=Sum("amount_fen"))["fen"] == contributed + owed["fen"] + suspended
    assert {one.outcome for one in in_suspense} == {PaymentOutcome.AMOUNT_DIFFERS, PaymentOutcome.WINDOW_CLOSED}
    assert owed["fen"] == FEN * owed["people"]
    assert balances("contributions", "refunds_due", "suspense") == {
        "contributions": -contributed, "refunds_due": -owed["fen"], "suspense": -suspended,
    }  # fmt: skip
