"""What Alipay tells: money, refunds, and what is neither; the answer is the word that they wait for."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode
from uuid import uuid4

import pytest
from django.http import HttpResponse

from canbao.access.scope import within
from canbao.collection.models import Order, Payment, PaymentOutcome, Receipt
from canbao.gateways.alipay.trade import TradeStatus
from canbao.gateways.standin.keys import alipay_platform_key
from tests.api.conftest import AlipayPlatform
from tests.county import everybody


def said(answer: HttpResponse) -> tuple[int, bytes]:
    return answer.status_code, answer.content


def noted() -> list[tuple[str, str, int]]:
    with within(everybody()):
        return list(Payment.objects.order_by("pk").values_list("channel", "outcome", "amount_fen"))


def test_a_callback_makes_a_payment_and_is_answered_with_their_word(alipay: AlipayPlatform, order: Order) -> None:
    assert said(alipay.tell(order.pk)) == (200, b"success")
    assert noted() == [("alipay", PaymentOutcome.SETTLED, 128000)]
    with within(everybody()):
        assert Receipt.objects.get().issued_by == "gateway:alipay"


def test_a_callback_told_twice_gets_the_same_yes_and_moves_nothing(alipay: AlipayPlatform, order: Order) -> None:
    assert [said(alipay.tell(order.pk)) for _ in range(3)] == [(200, b"success")] * 3
    assert len(noted()) == 1


def test_another_sum_is_kept_and_not_sent_away(alipay: AlipayPlatform, order: Order) -> None:
    assert said(alipay.tell(order.pk, amount_fen=100)) == (200, b"success")
    assert noted() == [("alipay", PaymentOutcome.AMOUNT_DIFFERS, 100)]


@pytest.mark.parametrize("status", [TradeStatus.TRADE_CLOSED, TradeStatus.WAIT_BUYER_PAY])
def test_that_nobody_paid_is_heard_and_moves_nothing(alipay: AlipayPlatform, order: Order, status: TradeStatus) -> None:
    assert said(alipay.tell(order.pk, status=status, paid_at=None, reference=None)) == (200, b"success")
    assert noted() == []


@pytest.mark.parametrize("age", [timedelta(hours=27), timedelta(minutes=-6)])
def test_a_stale_callback_is_refused(alipay: AlipayPlatform, order: Order, age: timedelta) -> None:
    answer = alipay.tell(order.pk, at=datetime.now(UTC) - age)
    assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_ERROR")
    assert noted() == []


def test_a_changed_sum_is_refused(alipay: AlipayPlatform, order: Order) -> None:
    _, body = alipay.signed(order.pk)
    changed = dict(parse_qsl(body.decode())) | {"total_amount": "1.00"}
    assert alipay.post({}, urlencode(changed).encode()).status_code == 401
    assert noted() == []


def test_one_channels_key_signs_nothing_for_the_other(alipay: AlipayPlatform, order: Order) -> None:
    assert alipay_platform_key(alipay.keys)  # theirs alone
    _, body = alipay.signed(order.pk)
    answer = alipay.client.post("/api/gateways/wechat/notify", body, "application/x-www-form-urlencoded")
    assert answer.status_code == 401


def test_news_of_a_refund_that_is_not_ours_is_heard_and_moves_nothing(alipay: AlipayPlatform, order: Order) -> None:
    assert said(alipay.tell(order.pk, refund=uuid4())) == (200, b"success")
    assert noted() == []
