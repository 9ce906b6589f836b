"""The whole way with a real gateway process: an order, asked for, paid, called back, enrolled; and what a lost callback leaves."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.http import HttpResponse
from pytest_django.fixtures import Settings

from canbao.access.scope import within
from canbao.collection.domain.orders import ask_gateway
from canbao.collection.domain.reconciliation import ask_about_open_orders, reconcile_day
from canbao.collection.gateway import gateway
from canbao.collection.models import Order, Payment
from canbao.gateways.standin.spawn import Control, spawned
from tests.api.conftest import Platform
from tests.county import COUNTY, IN_THE_WINDOW, everybody
from tests.gateways.standin.receiver import Receiver, listening


@pytest.fixture
def standin(platform: Platform, settings: Settings) -> Iterator[tuple[Control, Receiver]]:
    """A stand-in whose callbacks are heard here, and relayed byte by byte to the view under test."""
    with listening() as receiver, spawned(keys=platform.keys, today=IN_THE_WINDOW.date()) as control:
        settings.CANBAO_GATEWAY_URL = control.url
        settings.BASE_URL = receiver.url.removesuffix("/notify")
        gateway.cache_clear()
        yield control, receiver


def relay(platform: Platform, receiver: Receiver) -> list[HttpResponse]:
    names = ("Wechatpay-Serial", "Wechatpay-Signature", "Wechatpay-Timestamp", "Wechatpay-Nonce")
    return [platform.post({name: headers[name] for name in names}, body) for headers, body in receiver.wait_for(1)]


def test_an_order_that_is_paid_becomes_cover(
    platform: Platform, order: Order, standin: tuple[Control, Receiver]
) -> None:
    control, receiver = standin
    with within(everybody()):
        assert ask_gateway(order).startswith(f"{control.url}/pay/")

    control.pay(order.pk, paid_at=IN_THE_WINDOW)

    assert [answer.status_code for answer in relay(platform, receiver)] == [200]
    with within(everybody()):
        order.refresh_from_db()
        assert (order.state, Payment.objects.get().paid_on) == (Order.State.PAID, IN_THE_WINDOW.date())


@pytest.mark.parametrize("found_by", ["query", "bill"])
def test_money_whose_callback_was_lost_is_found(order: Order, standin: tuple[Control, Receiver], found_by: str) -> None:
    control, _ = standin
    with within(everybody()):
        ask_gateway(order)
        control.pay(order.pk, paid_at=IN_THE_WINDOW, lose=True)
        if found_by == "query":
            tomorrow = datetime.now(UTC) + timedelta(1)
            assert ask_about_open_orders("wechat", made_before=tomorrow, county=COUNTY, at=tomorrow) == 1
        day = reconcile_day("wechat", IN_THE_WINDOW.date(), county=COUNTY, at=IN_THE_WINDOW)
        assert (day.lines, day.recovered, day.differences) == (1, int(found_by == "bill"), ())
        order.refresh_from_db()
        assert order.state == Order.State.PAID
