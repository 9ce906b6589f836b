"""The bill of a day: what it lists, and that half of it is not taken for the whole."""

from datetime import date, datetime
from uuid import UUID

import pytest

from canbao.gateways.fields import BadMessage
from canbao.gateways.wechat.bill import BillLine, WhereTheBillLies, bill_path, read_bill, write_bill
from canbao.kernel.days import CHINA

ONE = BillLine("wx1", "16", UUID(int=1), "4200001", 28000, datetime(2021, 11, 15, 8, 0, 1, tzinfo=CHINA))
TWO = BillLine("wx1", "16", UUID(int=2), "4200002", 4050, datetime(2021, 11, 15, 23, 59, 59, tzinfo=CHINA))

# as the platform lays it out, with a discount column of its own in the middle and a product name that holds a comma
AS_THEY_WRITE = (
    "\ufeff交易时间,公众账号ID,商户号,微信订单号,商户订单号,商品名称,订单金额\r\n"
    '`2021-11-15 08:00:01,`wx1,`16,`4200001,`00000000000000000000000000000001,"`医保,2022",`280.00\r\n'
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n"
    "`1,`280.00,`0.00,`0.00,`0.00,`280.00,`0.00\r\n"
)


def test_a_bill_lists_every_trade_in_its_order() -> None:
    assert read_bill(write_bill([TWO, ONE])) == [TWO, ONE]


def test_columns_are_found_by_name() -> None:
    assert read_bill(AS_THEY_WRITE.encode()) == [ONE]


def test_a_bill_begins_with_the_names_of_its_columns_and_marks_values_as_text() -> None:
    first, line, names, sums = write_bill([ONE]).decode().splitlines()
    assert first.startswith("交易时间,公众账号ID,商户号,")
    assert line.startswith("`2021-11-15 08:00:01,`wx1,`16,")
    assert (names.split(",")[0], sums.split(",")[0]) == ("总交易单数", "`1")


@pytest.mark.parametrize(
    ("change", "to", "why"),
    [
        pytest.param("`1,`280.00,`0.00", "`2,`280.00,`0.00", "合计", id="another-count"),
        pytest.param("`0.00,`280.00,`0.00\r\n", "`0.00,`281.00,`0.00\r\n", "合计", id="another-total"),
        pytest.param("总交易单数", "合计单数", "合计", id="no-sums"),
        pytest.param("`2021-11-15 08:00:01", "`15.11.2021", "明细", id="another-time"),
        pytest.param("订单金额\r\n", "金额\r\n", "明细", id="no-such-column"),
        pytest.param("`280.00\r\n总", "`280.005\r\n总", "金额", id="a-third-decimal"),
        pytest.param("`4200001,", "", "列数", id="a-cell-is-missing"),
        pytest.param("`00000000000000000000000000000001", "`17", "out_trade_no", id="not-a-number-of-ours"),
    ],
)
def test_a_bill_of_another_shape_is_refused(change: str, to: str, why: str) -> None:
    with pytest.raises(BadMessage, match=why):
        read_bill(AS_THEY_WRITE.replace(change, to, 1).encode())


@pytest.mark.parametrize("cut", range(1, 6))
def test_half_a_bill_is_refused(cut: int) -> None:
    whole = write_bill([ONE, TWO, ONE])
    with pytest.raises(BadMessage):
        read_bill(b"".join(whole.splitlines(keepends=True)[:-cut]))


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"\x00", b'"'])
def test_what_is_no_bill_is_refused(content: bytes) -> None:
    with pytest.raises(BadMessage):
        read_bill(content)


def test_the_file_must_be_the_one_that_was_promised() -> None:
    content = write_bill([ONE])
    promised = WhereTheBillLies.read(WhereTheBillLies.of(content, "http://127.0.0.1/file?token=1").body())
    promised.check(content)
    with pytest.raises(BadMessage, match="摘要"):
        promised.check(content.replace(b"280.00", b"281.00"))


def test_a_day_is_asked_for_by_its_date() -> None:
    assert bill_path(date(2021, 11, 15)) == "/v3/bill/tradebill?bill_date=2021-11-15&bill_type=SUCCESS"
