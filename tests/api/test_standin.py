"""The whole way with a real gateway process: an order, asked for, paid, called back, enrolled; and what a lost callback leaves."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.http import HttpResponse
from pytest_django.fixtures import Settings

from canbao.access.models import Record
from canbao.access.scope import within
from canbao.collection.domain.orders import ask_gateway, make_order
from canbao.collection.domain.reconciliation import ask_about_open_orders, reconcile_day
from canbao.collection.domain.refunds import pay_back
from canbao.collection.gateway import gateway
from canbao.collection.models import Channel, Order, Payment, Refund, RefundState
from canbao.gateways.standin.spawn import Control, spawned
from tests.api.conftest import NOTIFY_ALIPAY, Platform
from tests.county import COUNTY, IN_THE_WINDOW, County, everybody
from tests.desks import approve, review
from tests.gateways.standin.receiver import Receiver, listening


@pytest.fixture
def standin(platform: Platform, settings: Settings) -> Iterator[tuple[Control, Receiver]]:
    """A stand-in whose callbacks are heard here, and relayed byte by byte to the view under test."""
    with listening() as receiver, spawned(keys=platform.keys, today=IN_THE_WINDOW.date()) as control:
        receiver.yes = b"success"  # what Alipay waits for; to WeChat any 200 is a yes
        settings.CANBAO_GATEWAY_URL = control.url
        settings.BASE_URL = receiver.url.removesuffix("/notify")
        gateway.cache_clear()
        yield control, receiver


def relay(platform: Platform, receiver: Receiver, *, heard: int = 1) -> list[HttpResponse]:
    """Everything that the stand-in has said so far, to the view of the channel that said it."""
    names = ("Wechatpay-Serial", "Wechatpay-Signature", "Wechatpay-Timestamp", "Wechatpay-Nonce")
    return [
        platform.post({name: headers[name] for name in names}, body)
        if "Wechatpay-Serial" in headers
        else platform.client.post(NOTIFY_ALIPAY, body, headers["Content-Type"])
        for headers, body in receiver.wait_for(heard)
    ]


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


@pytest.mark.parametrize(("first", "second"), [(Channel.WECHAT, Channel.ALIPAY), (Channel.ALIPAY, Channel.WECHAT)])
def test_what_was_paid_on_both_phones_goes_back_by_the_second_and_the_platform_tells_when_it_has(
    order: Order, platform: Platform, standin: tuple[Control, Receiver], first: Channel, second: Channel
) -> None:
    control, receiver = standin
    control.misbehave(slow_refunds=True)
    with within(everybody()):
        county = County()
        one, other = (
            make_order(
                order_id=uuid4(), campaign=county.campaign, household=county.household("周家"), bills=county.bills("周家"),
                channel=channel, made_by="resident:1", at=IN_THE_WINDOW,
            )
            for channel in (first, second)
        )  # fmt: skip
        for asked in (one, other):
            ask_gateway(asked)
            control.pay(asked.pk, paid_at=IN_THE_WINDOW, wait=True)
    assert [answer.status_code for answer in relay(platform, receiver, heard=2)] == [200, 200]

    with within(everybody()):
        refund = Refund.objects.get()
        review(refund, by=county.staff("county"))
        assert not pay_back(approve(refund, by=county.staff("tax")), on=IN_THE_WINDOW.date())
    assert [answer.status_code for answer in relay(platform, receiver, heard=3)] == [200] * 3

    with within(everybody()):
        refund.refresh_from_db()
        said = Record.objects.filter(verb="refund.paid_back").values_list("actor", flat=True)
        assert (refund.channel, refund.state, list(said)) == (second, RefundState.PAID, [f"gateway:{second}"])
