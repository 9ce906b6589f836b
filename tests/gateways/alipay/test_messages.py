"""What is said in the messages and in the bill: read back as it was meant, refused when it is anything else."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from canbao.gateways.alipay.bill import LETTERS, BillLine, read_bill, write_bill
from canbao.gateways.alipay.notification import Notification, read_notification_body
from canbao.gateways.alipay.refund import RefundAsk, RefundSeen
from canbao.gateways.alipay.signature import callback
from canbao.gateways.alipay.trade import Trade, TradeStatus, Wish
from canbao.gateways.fields import BadMessage
from canbao.kernel.days import CHINA

ORDER, REFUND = UUID(int=1), UUID(int=2)
PAID_AT = datetime(2021, 11, 15, 10, 34, 56, tzinfo=CHINA)
WISH = Wish(ORDER, 64000, "2022年度城乡居民医保 赵家", PAID_AT)
PAID = Trade(ORDER, TradeStatus.TRADE_SUCCESS, 28000, "2021111522001424330505846521", PAID_AT)
BACK = RefundSeen(REFUND, ORDER, 100, "2021111522001424330505846521", done=True)
LINE = BillLine(ORDER, "2021111522001424330505846521", 28000, PAID_AT)
DAY = PAID_AT.date()
INSIDE = ("业务明细.csv", "业务明细(汇总).csv")
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
NOW = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)


def test_an_order_says_what_the_platform_wants_to_know() -> None:
    assert WISH.content() == {
        "out_trade_no": "00000000000000000000000000000001",
        "total_amount": "640.00",
        "subject": "2022年度城乡居民医保 赵家",
        "time_expire": "2021-11-15 10:34:56",
    }
    assert WISH.content(on_this_phone=True)["product_code"] == "QUICK_WAP_WAY"


def test_a_subject_has_no_letters_that_they_forbid() -> None:
    assert replace(WISH, subject="a/b=c&d").content()["subject"] == "a b c d"


def test_what_is_written_is_read_back() -> None:
    assert Wish.read(WISH.content()) == WISH
    assert Trade.read(PAID.content()) == PAID
    ask = RefundAsk(REFUND, ORDER, 100, "重复缴费")
    assert RefundAsk.read(ask.content()) == ask
    assert RefundSeen.read(BACK.content()) == BACK


def test_a_refund_under_way_has_not_arrived_and_one_that_they_do_not_know_is_none() -> None:
    assert RefundSeen.read(replace(BACK, done=False).content()) == replace(BACK, done=False)
    assert RefundSeen.read({"code": "10000", "msg": "Success"}) is None


@pytest.mark.parametrize("status", [TradeStatus.WAIT_BUYER_PAY, TradeStatus.TRADE_CLOSED])
def test_an_order_that_nobody_paid_has_no_number_and_no_time(status: TradeStatus) -> None:
    said = Trade.read(Trade(ORDER, status, 28000).content() | {"trade_no": "2021111522001424330505846521"})
    assert (said.has_arrived, said.reference, said.paid_at) == (False, None, None)


def test_one_that_was_closed_by_giving_everything_back_had_arrived() -> None:
    said = Trade.read(replace(PAID, status=TradeStatus.TRADE_CLOSED).content())
    assert (said.has_arrived, said.amount_fen) == (True, 28000)


@pytest.mark.parametrize(
    "change",
    [
        {"trade_status": "TRADE_PENDING"},
        {"trade_status": None},
        {"out_trade_no": "8D6A"},
        {"total_amount": "0.00"},
        {"total_amount": "-1.00"},
        {"total_amount": "1.001"},
        {"total_amount": "1e3"},
        {"total_amount": "２80"},
        {"total_amount": 280},
        {"trade_no": ""},
        {"trade_no": "2021 1115"},
        {"send_pay_date": "2021-11-15T10:34:56"},
        {"send_pay_date": None},
    ],
    ids=str,
)
def test_money_is_not_read_from_another_shape(change: dict[str, Any]) -> None:
    with pytest.raises(BadMessage):
        Trade.read(PAID.content() | change)


@given(
    order=st.uuids(),
    fen=st.integers(1, 10**11),
    at=st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)).map(lambda at: at.replace(microsecond=0, tzinfo=CHINA)),
)
def test_any_callback_is_read_back(order: UUID, fen: int, at: datetime) -> None:
    told = Notification("2021", "2088", Trade(order, TradeStatus.TRADE_FINISHED, fen, "20211", at))
    assert read_notification_body(told.body(key=KEY, at=NOW), keys=[KEY.public_key()], now=NOW) == told


def test_a_callback_about_a_refund_names_it() -> None:
    told = Notification("2021", "2088", PAID, REFUND)
    body = told.body(key=KEY, at=NOW, given_back_fen=100)
    assert read_notification_body(body, keys=[KEY.public_key()], now=NOW) == told


def test_a_callback_of_another_kind_is_refused() -> None:
    body = callback({"notify_time": "2026-03-01 16:30:00", "notify_type": "open_app_auth_notify"}, key=KEY)
    with pytest.raises(BadMessage, match="不是交易"):
        read_notification_body(body, keys=[KEY.public_key()], now=NOW)


def bill(lines: list[BillLine] | None = None) -> bytes:
    return write_bill([LINE] if lines is None else lines, account="2088", day=DAY)


def altered(old: str, new: str) -> bytes:
    """The bill with some text of it changed, packed as it was."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(bill())) as was, zipfile.ZipFile(out, "w") as now:
        for name in was.namelist():
            now.writestr(name, was.read(name).decode(LETTERS).replace(old, new).encode(LETTERS))
    return out.getvalue()


@given(
    st.lists(
        st.builds(
            BillLine,
            order=st.uuids(),
            reference=st.from_regex(r"20[0-9]{26}", fullmatch=True),
            amount_fen=st.integers(1, 10**9),
            paid_at=st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)).map(
                lambda at: at.replace(microsecond=0, tzinfo=CHINA)
            ),
        ),
        max_size=5,
    )
)
def test_any_bill_is_read_back(lines: list[BillLine]) -> None:
    assert read_bill(bill(lines)) == lines


def test_what_went_back_is_not_among_what_came() -> None:
    row = f"{LINE.reference}\t,{ORDER.hex}\t,退款\t" + "," * 9 + ",-100.00\t" + "," * 12
    with_refund = altered("#" + "-" * 41 + "业务明细列表结束", row + "\r\n#" + "-" * 41 + "业务明细列表结束")
    assert read_bill(with_refund) == [LINE]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "ZIP"),
        (bill()[:-30], "ZIP"),
        (bill()[:40] + b"xxxx" + bill()[44:], "ZIP|CSV|表头|合计|一份"),
        (altered("280.00", "290.00\t"), "合计"),
        (altered("共280.00元", "共290.00元"), "合计"),
        (altered("交易合计：1笔", "交易合计：2笔"), "合计"),
        (altered("#交易合计", "#合计"), "合计"),
        (altered(ORDER.hex, "T1"), "out_trade_no|单号"),
        (altered("2021-11-15 10", "2021-15-11 10"), "时间|完成"),
        (altered("商户订单号,", "商户订单号"), "列数"),
    ],
)
def test_half_a_bill_or_another_one_is_refused(content: bytes, says: str) -> None:
    with pytest.raises(BadMessage, match=says):
        read_bill(content)


def test_a_name_in_their_letters_is_read_whatever_the_archive_says() -> None:
    """Their archives give the names in GBK without a word about it."""
    out = io.BytesIO()
    names = {
        name.encode(LETTERS): letter * len(name.encode(LETTERS)) for letter, name in zip("ab", INSIDE, strict=True)
    }
    with zipfile.ZipFile(io.BytesIO(bill())) as was, zipfile.ZipFile(out, "w") as now:
        for name, plain in zip(was.namelist(), names.values(), strict=True):
            now.writestr(plain, was.read(name))
    raw = out.getvalue()
    for theirs, plain in names.items():
        raw = raw.replace(plain.encode(), theirs)
    assert read_bill(raw) == [LINE]


def test_a_day_without_a_line_is_an_empty_bill() -> None:
    assert read_bill(bill([])) == []
