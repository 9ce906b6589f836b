"""From the wish to be paid to the callback, as it should go."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from canbao.collection.gateway import Arrival, GatewayBroke, Moved, RefundTold
from canbao.gateways.standin.client import StandInAlipay
from canbao.gateways.standin.spawn import Control
from canbao.kernel.days import CHINA
from tests.gateways.standin.conftest import CHANNELS, Town
from tests.gateways.standin.receiver import Receiver

AGES = {"wechat": timedelta(minutes=6), "alipay": timedelta(hours=27)}
PAID_AT = datetime(2021, 10, 7, 9, 30, 15, tzinfo=CHINA)


def test_money_that_arrives_is_told(town: Town) -> None:
    order, _ = town.ask()

    paid = town.control.pay(order, paid_at=PAID_AT)

    (heard,) = town.merchant.wait_for(1)
    assert town.read(heard) == Arrival(paid["reference"], order, 28000, PAID_AT)


def test_callback_query_and_bill_say_the_same(town: Town) -> None:
    order, _ = town.ask(fen=64000)
    town.control.pay(order, paid_at=PAID_AT)

    told = town.read(town.merchant.wait_for(1)[0])

    assert town.gateway.query(order) == told
    assert [line for line in town.gateway.bill(PAID_AT.date()) if line.order == order] == [told]


def test_what_was_moved_is_what_was_paid_where_they_say_so(town: Town) -> None:
    order, _ = town.ask(fen=64000)
    paid = town.control.pay(order, paid_at=PAID_AT)
    moved = town.gateway.funds(PAID_AT.date())
    if town.gateway.channel == "alipay":
        assert moved is None
    else:
        assert moved is not None
        assert [one for one in moved if one.reference == paid["reference"]] == [Moved(paid["reference"], 64000)]
        assert list(town.gateway.funds(date(2021, 9, 1)) or []) == []


def test_money_arrives_on_the_borrowed_day(town: Town) -> None:
    order, _ = town.ask()
    town.control.pay(order)
    assert town.read(town.merchant.wait_for(1)[0]).paid_at.astimezone(CHINA).date() == date(2021, 11, 15)


def test_the_same_order_is_asked_for_once(town: Town) -> None:
    order, url = town.ask()
    assert town.ask(order=order) == (order, url)


def test_the_same_order_with_another_sum_is_refused(town: Town) -> None:
    order, _ = town.ask(fen=28000)
    with pytest.raises(GatewayBroke, match=town.code("OUT_TRADE_NO_USED")):
        town.ask(order=order, fen=28001)


def test_an_order_is_paid_once(town: Town) -> None:
    order, _ = town.ask()
    first = town.control.pay(order, paid_at=PAID_AT)
    second = town.control.pay(order, amount_fen=1)
    assert (second["reference"], second["amount_fen"]) == (first["reference"], 28000)


@pytest.mark.parametrize("known", [True, False], ids=["not-paid", "never-heard-of"])
def test_a_query_without_money_says_none(town: Town, known: bool) -> None:
    order = town.ask()[0] if known else uuid4()
    assert town.gateway.query(order) is None


def test_a_closed_order_takes_no_money(town: Town) -> None:
    order, url = town.ask()
    town.open(url)

    town.gateway.close(order)

    assert town.control.pay_all([{"order": order}])[0]["code"] == "ORDER_CLOSED"
    assert "订单已关闭或已过期" in httpx2.get(url).text
    assert town.gateway.query(order) is None


def test_alipay_cannot_close_what_nobody_has_opened(town: Town) -> None:
    """As in life: such an order can be paid until its time is over, and that money is confirmed like any other."""
    order, _ = town.ask()
    town.gateway.close(order)
    word = town.control.pay_all([{"order": order}])[0]["code"]
    assert word == ("SUCCESS" if town.gateway.channel == "alipay" else "ORDER_CLOSED")


def test_closing_is_fine_whatever_went_before(town: Town) -> None:
    paid, closed = town.ask()[0], town.ask()[0]
    town.control.pay(paid)
    town.gateway.close(closed)
    for order in (paid, closed, uuid4()):
        town.gateway.close(order)
    assert town.gateway.query(paid) is not None


def test_a_day_without_money_has_an_empty_bill(town: Town) -> None:
    assert list(town.gateway.bill(date(2021, 9, 1))) == []


def test_the_bill_goes_by_the_day_in_china(town: Town) -> None:
    before, after = town.ask()[0], town.ask()[0]
    town.control.pay(before, paid_at=datetime(2021, 9, 20, 15, 59, 59, tzinfo=UTC))
    town.control.pay(after, paid_at=datetime(2021, 9, 20, 16, 0, 0, tzinfo=UTC))
    assert [line.order for line in town.gateway.bill(date(2021, 9, 20))] == [before]
    assert [line.order for line in town.gateway.bill(date(2021, 9, 21))] == [after]


def test_a_refund_asked_for_twice_is_one(town: Town) -> None:
    order, refund = town.ask()[0], uuid4()
    town.control.pay(order)
    ask = {"refund": refund, "order": order, "amount_fen": 20000, "total_fen": 28000, "says": "重复缴费"}

    first = town.gateway.refund(**ask)

    assert (first.done, town.gateway.refund(**ask)) == (True, first)
    with pytest.raises(GatewayBroke, match=town.code("NOT_ENOUGH")):
        town.gateway.refund(**(ask | {"refund": uuid4(), "amount_fen": 8001}))
    assert town.gateway.refund(**(ask | {"refund": uuid4(), "amount_fen": 8000})).done


def test_a_refund_can_be_asked_about_and_one_that_was_never_asked_for_is_none(town: Town) -> None:
    order, refund = town.ask()[0], uuid4()
    town.control.pay(order)
    about = {"refund": refund, "order": order, "amount_fen": 20000}
    assert town.gateway.query_refund(**about) is None
    asked = town.gateway.refund(**about, total_fen=28000, says="重复缴费")
    assert town.gateway.query_refund(**about) == asked
    with pytest.raises(GatewayBroke, match="不是一回事"):
        town.gateway.query_refund(**(about | {"amount_fen": 20001}))


def test_the_same_refund_with_another_sum_is_refused(town: Town) -> None:
    order, refund = town.ask()[0], uuid4()
    town.control.pay(order)
    ask = {"refund": refund, "order": order, "amount_fen": 100, "total_fen": 28000, "says": "重复缴费"}
    town.gateway.refund(**ask)
    with pytest.raises(GatewayBroke, match=town.code("INVALID_REQUEST")):
        town.gateway.refund(**(ask | {"amount_fen": 200}))


def test_money_that_was_given_back_had_arrived_all_the_same(town: Town) -> None:
    order = town.ask()[0]
    town.control.pay(order, paid_at=PAID_AT)
    before = town.gateway.query(order)
    town.gateway.refund(refund=uuid4(), order=order, amount_fen=28000, total_fen=28000, says="重复缴费")
    assert town.gateway.query(order) == before


def test_a_callback_is_believed_twice_but_not_for_ever(town: Town) -> None:
    """Five minutes at WeChat, who sign each telling anew; 26 hours at Alipay, who may not."""
    order, _ = town.ask()
    town.control.pay(order)
    (heard,) = town.merchant.wait_for(1)
    assert town.read(heard) == town.read(heard)
    with pytest.raises(GatewayBroke, match="过期"):
        town.read(heard, now=datetime.now(UTC) + AGES[town.gateway.channel])


def test_whoever_has_other_keys_is_not_believed(town: Town, tmp_path: Path) -> None:
    stranger = CHANNELS[town.gateway.channel](town.control.url, tmp_path)
    with pytest.raises(
        GatewayBroke, match=r"未知的证书序列号|签名不符"
    ):  # and is answered by keys that it does not know
        stranger.query(uuid4())


@pytest.mark.parametrize("channel", CHANNELS)
def test_no_answer_is_the_gateways_fault(keys: Path, channel: str) -> None:
    with pytest.raises(GatewayBroke, match="没有应答"):
        CHANNELS[channel]("http://127.0.0.1:9", keys).query(uuid4())


def test_one_channels_orders_are_not_the_others_to_see(town: Town, keys: Path) -> None:
    order, _ = town.ask()
    town.control.pay(order, paid_at=PAID_AT)
    (other,) = (make(town.control.url, keys) for name, make in CHANNELS.items() if name != town.gateway.channel)
    assert other.query(order) is None
    assert order not in [line.order for line in other.bill(PAID_AT.date())]


def test_a_refund_is_told_of(town: Town) -> None:
    order, refund = town.ask()[0], uuid4()
    town.control.pay(order)
    town.merchant.wait_for(1)
    town.gateway.refund(
        refund=refund, order=order, amount_fen=100, total_fen=28000, says="多缴", notify_url=town.merchant.url
    )
    assert town.listen(town.merchant.wait_for(2)[1]) == RefundTold(refund, order)


def test_alipays_page_for_a_phone_leads_to_the_order(quiet_standin: Control, keys: Path, merchant: Receiver) -> None:
    order, back = uuid4(), merchant.url.replace("notify", "back")
    address = StandInAlipay(quiet_standin.url, keys).page(
        order=order, amount_fen=28000, says="居民医保", expires_at=datetime(2099, 1, 1, tzinfo=CHINA),
        notify_url=merchant.url, return_url=back,
    )  # fmt: skip
    page = httpx2.get(address, follow_redirects=True, trust_env=False)
    assert "确认支付 ¥280.00" in page.text
    paid = httpx2.post(page.url, trust_env=False)
    assert (paid.status_code, paid.headers["Location"]) == (303, back)
    changed = address.replace("280.00", "1.00")
    assert "Location" not in httpx2.get(changed, trust_env=False).headers
