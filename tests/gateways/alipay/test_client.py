"""A platform that signs well and tells something else than what was asked, or does not answer as a platform does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx2
import pytest

from canbao.collection.gateway import Arrival, GatewayBroke, RefundAnswer, RefundFailed, RefundTold
from canbao.gateways.alipay.bill import BillLine, write_bill
from canbao.gateways.alipay.client import Alipay
from canbao.gateways.alipay.notification import Notification
from canbao.gateways.alipay.refund import RefundSeen
from canbao.gateways.alipay.signature import answer, check_request
from canbao.gateways.alipay.trade import Trade, TradeStatus
from canbao.gateways.standin.client import alipay_account
from canbao.gateways.standin.keys import ALIPAY_APP, ALIPAY_SELLER, alipay_platform_key
from canbao.kernel.days import CHINA

NOW = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
URL = "https://platform.test/gateway.do"
ORDER, REFUND, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
PAID_AT = datetime(2021, 11, 15, 10, 34, 56, tzinfo=CHINA)
PAID = Trade(ORDER, TradeStatus.TRADE_SUCCESS, 28000, "20211", PAID_AT)
ARRIVED = Arrival("20211", ORDER, 28000, PAID_AT)
LINE = BillLine(ORDER, "20211", 28000, PAID_AT)
BACK = RefundSeen(REFUND, ORDER, 28000, "20211", done=True)
ABOUT: dict[str, Any] = {"refund": REFUND, "order": ORDER, "amount_fen": 28000}
ASK = ABOUT | {"total_fen": 28000, "says": "重复缴费"}
TAKEN = {"code": "10000", "out_trade_no": ORDER.hex, "trade_no": "20211", "fund_change": "Y"}

Says = Callable[..., Alipay]


def no(code: str) -> dict[str, str]:
    return {"code": "40004", "msg": "Business Failed", "sub_code": code, "sub_msg": "340621199001011234"}


@pytest.fixture
def platform(keys: Path) -> Says:
    """A client whose platform says these things one after the other, the last one for ever. `raw` is said as it stands;
    `file` is what lies where the bill is fetched."""

    def make(*said: dict[str, Any], raw: bytes | None = None, status: int = 200, file: bytes = b"") -> Alipay:
        left = list(said)

        def platform(request: httpx2.Request) -> httpx2.Response:
            if request.url.path == "/file":
                return httpx2.Response(200, content=file)
            method = parse_qs(request.url.query.decode())["method"][0]
            body = raw
            if body is None:
                body = answer(method, left.pop(0) if len(left) > 1 else left[0], key=alipay_platform_key(keys))
            return httpx2.Response(status, content=body)

        return Alipay(alipay_account(keys), url=URL, clock=lambda: NOW, transport=httpx2.MockTransport(platform))

    return make


def test_an_honest_answer_is_believed(platform: Says) -> None:
    assert platform(PAID.content()).query(ORDER) == ARRIVED


def test_the_address_to_pay_at_is_of_the_order_that_was_asked_for(platform: Says) -> None:
    asked: dict[str, Any] = {
        "order": ORDER,
        "amount_fen": 1,
        "says": "x",
        "expires_at": NOW,
        "notify_url": "https://c/n",
    }
    yes = {"code": "10000", "out_trade_no": ORDER.hex, "qr_code": "https://qr.alipay.com/bax"}
    assert platform(yes).ask(**asked) == "https://qr.alipay.com/bax"
    with pytest.raises(GatewayBroke, match="不是一回事"):
        platform(yes | {"out_trade_no": OTHER.hex}).ask(**asked)
    with pytest.raises(GatewayBroke, match="qr_code"):
        platform({"code": "10000", "out_trade_no": ORDER.hex}).ask(**asked)


def test_the_page_for_a_phone_is_a_signed_request_that_nobody_has_sent(platform: Says, keys: Path) -> None:
    address = platform({}).page(
        order=ORDER, amount_fen=28000, says="居民医保", expires_at=PAID_AT, notify_url="https://c/n", return_url="https://c/back?x=1"
    )  # fmt: skip
    given = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    content = check_request(given, key=alipay_account(keys).key.public_key(), now=NOW)
    assert address.startswith(f"{URL}?")
    assert (given["method"], given["return_url"]) == ("alipay.trade.wap.pay", "https://c/back?x=1")
    assert (content["product_code"], content["total_amount"]) == ("QUICK_WAP_WAY", "280.00")


def test_an_answer_about_something_else_is_refused(platform: Says) -> None:
    with pytest.raises(GatewayBroke, match="不是一回事"):
        platform(replace(PAID, order=OTHER).content()).query(ORDER)


@pytest.mark.parametrize("status", [200, 404, 502])
@pytest.mark.parametrize("raw", [b"", b"<html>busy</html>", b'{"error_response":{"sub_code":"ACQ.TRADE_NOT_EXIST"}}'])
def test_an_answer_without_a_signature_is_not_believed(platform: Says, status: int, raw: bytes) -> None:
    with pytest.raises(GatewayBroke):
        platform(raw=raw, status=status).query(ORDER)


def test_an_order_that_nobody_has_opened_holds_no_money_yet(platform: Says) -> None:
    assert platform(no("ACQ.TRADE_NOT_EXIST")).query(ORDER) is None
    assert platform(Trade(ORDER, TradeStatus.WAIT_BUYER_PAY, 1).content()).query(ORDER) is None


def test_their_own_words_stay_out_of_ours(platform: Says) -> None:
    with pytest.raises(GatewayBroke) as broke:
        platform(no("ACQ.SYSTEM_ERROR")).query(ORDER)
    assert "ACQ.SYSTEM_ERROR" in broke.value.says
    assert "340621199001011234" not in broke.value.says


@pytest.mark.parametrize("code", ["ACQ.TRADE_NOT_EXIST", "ACQ.REASON_TRADE_STATUS_INVALID", "ACQ.TRADE_STATUS_ERROR"])
def test_what_takes_no_more_money_needs_no_closing(platform: Says, code: str) -> None:
    platform(no(code)).close(ORDER)


def test_a_no_to_closing_is_said(platform: Says) -> None:
    with pytest.raises(GatewayBroke, match="SYSTEM_ERROR"):
        platform(no("ACQ.SYSTEM_ERROR")).close(ORDER)
    with pytest.raises(GatewayBroke, match="不是一回事"):
        platform({"code": "10000", "out_trade_no": OTHER.hex}).close(ORDER)


@pytest.mark.parametrize("done", [True, False])
def test_a_refund_is_done_when_a_query_says_so(platform: Says, done: bool) -> None:
    assert platform(TAKEN, replace(BACK, done=done).content()).refund(**ASK) == RefundAnswer("20211", done=done)


def test_a_refund_that_a_query_does_not_know_yet_is_under_way(platform: Says) -> None:
    assert platform(TAKEN, {"code": "10000"}).refund(**ASK) == RefundAnswer("20211", done=False)


def test_a_refund_that_they_never_give_goes_to_a_person(platform: Says) -> None:
    with pytest.raises(RefundFailed, match="人工"):
        platform(no("ACQ.TRADE_HAS_FINISHED")).refund(**ASK)


def test_any_other_no_to_a_refund_is_tried_again(platform: Says) -> None:
    with pytest.raises(GatewayBroke, match="BALANCE") as broke:
        platform(no("ACQ.SELLER_BALANCE_NOT_ENOUGH")).refund(**ASK)
    assert not isinstance(broke.value, RefundFailed)


@pytest.mark.parametrize("said", [{"code": "10000"}, no("ACQ.TRADE_NOT_EXIST")], ids=["empty-yes", "no-such-trade"])
def test_a_refund_that_they_do_not_know_is_none(platform: Says, said: dict[str, Any]) -> None:
    assert platform(said).query_refund(**ABOUT) is None


@pytest.mark.parametrize("change", [{"refund": OTHER}, {"order": OTHER}, {"amount_fen": 1}], ids=["id", "order", "sum"])
def test_what_they_say_of_another_refund_is_refused(platform: Says, change: dict[str, Any]) -> None:
    with pytest.raises(GatewayBroke, match="不是一回事"):
        platform(replace(BACK, **change).content()).query_refund(**ABOUT)


def where(address: str) -> dict[str, str]:
    return {"code": "10000", "bill_download_url": address}


def test_the_bill_is_read(platform: Says) -> None:
    file = write_bill([LINE], account=ALIPAY_SELLER, day=PAID_AT.date())
    assert platform(where("https://platform.test/file?t=1"), file=file).bill(PAID_AT.date()) == [ARRIVED]
    assert platform(where("https://dwbillcenter.alipay.com/file"), file=file).bill(PAID_AT.date()) == [ARRIVED]


@pytest.mark.parametrize(
    "address", ["https://elsewhere.test/file", "http://dwbillcenter.alipay.com/file", "https://notalipay.com/file", "file:///etc/x"]
)  # fmt: skip
def test_the_bill_is_not_fetched_from_others(platform: Says, address: str) -> None:
    with pytest.raises(GatewayBroke, match="bill_download_url"):
        platform(where(address), file=b"").bill(date(2021, 11, 15))


def test_a_day_without_trades_has_an_empty_bill(platform: Says) -> None:
    assert platform(no("isp.bill_not_exist")).bill(date(2021, 11, 15)) == []


def told(platform: Says, keys: Path, **changes: Any) -> Any:
    notification = replace(Notification(ALIPAY_APP, ALIPAY_SELLER, PAID), **changes)
    return platform({}).read_notification({}, notification.body(key=alipay_platform_key(keys), at=NOW), now=NOW)


def test_callbacks_tell_of_money_of_a_refund_or_of_nothing(platform: Says, keys: Path) -> None:
    assert told(platform, keys) == ARRIVED
    assert told(platform, keys, refund=REFUND) == RefundTold(REFUND, ORDER)
    assert told(platform, keys, trade=Trade(ORDER, TradeStatus.TRADE_CLOSED, 28000)) is None


@pytest.mark.parametrize("change", [{"app_id": "2021000000000009"}, {"seller_id": "2088000000000009"}])
def test_a_callback_for_another_merchant_is_refused(platform: Says, keys: Path, change: dict[str, str]) -> None:
    with pytest.raises(GatewayBroke, match="不是一回事"):
        told(platform, keys, **change)
