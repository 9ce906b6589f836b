"""A platform that signs well and tells something else than what was asked, or does not answer as a platform does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest

from canbao.collection.gateway import Arrival, GatewayBroke, RefundFailed
from canbao.gateways.standin.client import account
from canbao.gateways.standin.keys import APPID, MCHID, platform_signer
from canbao.gateways.wechat.bill import BillLine, WhereTheBillLies, write_bill
from canbao.gateways.wechat.client import WeChatPay
from canbao.gateways.wechat.order import TradeState, Transaction
from canbao.gateways.wechat.refund import RefundReport, RefundState
from canbao.gateways.wechat.signature import platform_headers
from canbao.kernel.days import CHINA

NOW = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
URL = "https://platform.test"
ORDER, REFUND, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
PAID_AT = datetime(2021, 11, 15, 10, 34, 56, tzinfo=CHINA)
PAID = Transaction(APPID, MCHID, ORDER, TradeState.SUCCESS, 28000, "4200001", PAID_AT)
LINE = BillLine(APPID, MCHID, ORDER, "4200001", 28000, PAID_AT)
GIVEN_BACK = RefundReport("5000001", REFUND, ORDER, 28000, RefundState.SUCCESS)
ASK: dict[str, Any] = {"refund": REFUND, "order": ORDER, "amount_fen": 28000, "total_fen": 28000, "says": "重复缴费"}

Says = Callable[..., WeChatPay]


@pytest.fixture
def platform(keys: Path) -> Says:
    """A client whose platform says this and nothing else. `file` is what lies at /file, unsigned."""

    def make(
        body: bytes, status: int = 200, *, at: datetime = NOW, signed: bool = True, file: bytes = b""
    ) -> WeChatPay:
        def answer(request: httpx2.Request) -> httpx2.Response:
            if request.url.path == "/file":
                return httpx2.Response(200, content=file)
            headers = platform_headers(platform_signer(keys), body=body, at=at, nonce="n") if signed else {}
            return httpx2.Response(status, content=body, headers=headers)

        return WeChatPay(account(keys), url=URL, clock=lambda: NOW, transport=httpx2.MockTransport(answer))

    return make


def test_an_honest_answer_is_believed(platform: Says) -> None:
    assert platform(PAID.body()).query(ORDER) == Arrival("4200001", ORDER, 28000, PAID_AT)


@pytest.mark.parametrize(
    "said",
    [replace(PAID, order=OTHER), replace(PAID, mchid="1600000009"), replace(PAID, appid="wx0")],
    ids=["another-order", "another-merchant", "another-app"],
)
def test_an_answer_about_something_else_is_refused(platform: Says, said: Transaction) -> None:
    with pytest.raises(GatewayBroke, match="不是一回事"):
        platform(said.body()).query(ORDER)


@pytest.mark.parametrize("status", [200, 404, 502])
def test_an_answer_without_a_signature_is_not_believed(platform: Says, status: int) -> None:
    with pytest.raises(GatewayBroke, match="缺少签名头"):
        platform(b'{"code":"ORDER_NOT_EXIST"}', status, signed=False).query(ORDER)


def test_an_answer_of_yesterday_is_not_believed(platform: Says) -> None:
    with pytest.raises(GatewayBroke, match="过期"):
        platform(PAID.body(), at=NOW - timedelta(days=1)).query(ORDER)


@pytest.mark.parametrize("body", [b"", b"<html>busy</html>", b"[]"])
def test_a_no_that_is_no_message_is_their_fault(platform: Says, body: bytes) -> None:
    with pytest.raises(GatewayBroke):
        platform(body, 500).close(ORDER)


def test_their_own_words_stay_out_of_ours(platform: Says) -> None:
    with pytest.raises(GatewayBroke) as broke:
        platform(b'{"code":"PARAM_ERROR","message":"340621199001011234"}', 400).query(ORDER)
    assert "PARAM_ERROR" in broke.value.says
    assert "340621199001011234" not in broke.value.says


@pytest.mark.parametrize(
    ("state", "done"), [(RefundState.SUCCESS, True), (RefundState.PROCESSING, False)], ids=["done", "under-way"]
)
def test_a_refund_is_done_or_asked_for_again(platform: Says, state: RefundState, done: bool) -> None:
    assert platform(replace(GIVEN_BACK, state=state).body()).refund(**ASK).done is done


@pytest.mark.parametrize("state", [RefundState.CLOSED, RefundState.ABNORMAL])
def test_a_refund_that_failed_goes_to_a_person(platform: Says, state: RefundState) -> None:
    with pytest.raises(GatewayBroke, match="人工"):
        platform(replace(GIVEN_BACK, state=state).body()).refund(**ASK)


@pytest.mark.parametrize("change", [{"refund": OTHER}, {"order": OTHER}, {"amount_fen": 1}], ids=["id", "order", "sum"])
def test_the_report_of_another_refund_is_refused(platform: Says, change: dict[str, Any]) -> None:
    with pytest.raises(GatewayBroke, match="不是一回事"):
        platform(replace(GIVEN_BACK, **change).body()).refund(**ASK)


ABOUT: dict[str, Any] = {"refund": REFUND, "order": ORDER, "amount_fen": 28000}


@pytest.mark.parametrize(
    ("state", "done"), [(RefundState.SUCCESS, True), (RefundState.PROCESSING, False)], ids=["done", "under-way"]
)
def test_a_refund_is_asked_about(platform: Says, state: RefundState, done: bool) -> None:
    found = platform(replace(GIVEN_BACK, state=state).body()).query_refund(**ABOUT)
    assert found is not None
    assert (found.reference, found.done) == ("5000001", done)


def test_a_refund_that_they_do_not_know_is_none(platform: Says) -> None:
    assert platform(b'{"code":"RESOURCE_NOT_EXISTS"}', 404).query_refund(**ABOUT) is None


@pytest.mark.parametrize("state", [RefundState.CLOSED, RefundState.ABNORMAL])
def test_a_refund_that_was_given_up_is_said_when_asked_about(platform: Says, state: RefundState) -> None:
    with pytest.raises(RefundFailed, match="人工"):
        platform(replace(GIVEN_BACK, state=state).body()).query_refund(**ABOUT)


def test_what_they_say_of_another_sum_is_refused(platform: Says) -> None:
    with pytest.raises(GatewayBroke, match="不是一回事"):
        platform(replace(GIVEN_BACK, amount_fen=1).body()).query_refund(**ABOUT)


def test_the_bill_is_the_file_that_was_promised(platform: Says) -> None:
    bill = write_bill([LINE])
    where = WhereTheBillLies.of(bill, f"{URL}/file?token=1").body()
    assert platform(where, file=bill).bill(PAID_AT.date()) == [Arrival("4200001", ORDER, 28000, PAID_AT)]
    with pytest.raises(GatewayBroke, match="摘要"):
        platform(where, file=bill.replace(b"280.00", b"290.00")).bill(PAID_AT.date())


def test_our_signature_is_not_taken_elsewhere_for_a_bill(platform: Says) -> None:
    where = WhereTheBillLies.of(b"", "https://elsewhere.test/file").body()
    with pytest.raises(GatewayBroke, match="download_url"):
        platform(where).bill(date(2021, 11, 15))


def test_a_bill_of_another_merchant_is_refused(platform: Says) -> None:
    bill = write_bill([replace(LINE, mchid="1600000009")])
    with pytest.raises(GatewayBroke, match="mchid"):
        platform(WhereTheBillLies.of(bill, f"{URL}/file").body(), file=bill).bill(PAID_AT.date())
