"""The bill of what was really moved: read back as it was meant, refused when it is half or another one."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canbao.gateways.fields import BadMessage
from canbao.gateways.wechat.funds import FEE, TRADE, FundLine, read_funds, write_funds
from canbao.kernel.days import CHINA

AT = datetime(2021, 11, 15, 10, 34, 56, tzinfo=CHINA)
CAME, FEES, BACK = (
    FundLine(AT, "42001", TRADE, 28000),
    FundLine(AT, "42001", FEE, -168),
    FundLine(AT, "50001", "退款", -100),
)

# as their manual shows one: other names for nothing, brackets of the other width, counts with a decimal
THEIRS = """记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号
`2018-02-01 04:21:23,`50000305742018020103387128253,`1900009231201802015884652186,`退款,`退款,`支出,`0.02,`0.17,`system,`缺货,`REF4200000068201801293084726067
资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额
`1.0,`0.0,`0.00,`1.0,`0.02
"""


def test_a_bill_as_they_write_it_is_read() -> None:
    (line,) = read_funds(THEIRS.encode())
    assert (line.reference, line.kind, line.fen) == ("50000305742018020103387128253", "退款", -2)


@given(
    st.lists(
        st.builds(
            FundLine,
            at=st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)).map(lambda at: at.replace(microsecond=0, tzinfo=CHINA)),
            reference=st.from_regex(r"42[0-9]{26}", fullmatch=True),
            kind=st.sampled_from([TRADE, FEE, "退款"]),
            fen=st.integers(-(10**9), 10**9).filter(bool),
        ),
        max_size=5,
    )
)  # fmt: skip
def test_any_bill_is_read_back(lines: list[FundLine]) -> None:
    assert read_funds(write_funds(lines)) == lines


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("280.00", "290.00"),
        ("`3,", "`2,"),
        ("`收入", "`其他"),
        ("2021-11-15", "2021-15-11"),
        ("资金流水总笔数", "笔数"),
        ("`42001", "`42 001"),
        ("支出金额\r\n", "支出金额,更多\r\n"),
    ],
)
def test_half_a_bill_or_another_one_is_refused(old: str, new: str) -> None:
    whole = write_funds([CAME, FEES, BACK]).decode()
    assert old in whole
    with pytest.raises(BadMessage):
        read_funds(whole.replace(old, new, 1).encode())
