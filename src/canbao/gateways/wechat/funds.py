"""The fund-flow bill of a day (`/v3/bill/fundflowbill`, account BASIC): what was really moved, fees among it.

Written like the trade bill; where that says what was paid, this says what came into the account and what left it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from canbao.gateways.fields import BadMessage, as_in_china, fen_of_yuan, in_china, reference
from canbao.gateways.wechat.table import read_table, write_table, yuan_in
from canbao.kernel.fen import yuan

FUNDS_PATH = "/v3/bill/fundflowbill"
AT, REFERENCE, KIND, WAY, AMOUNT = "记账时间", "微信支付业务单号", "业务类型", "收支类型", "收支金额（元）"
COLUMNS = (
    AT,
    REFERENCE,
    "资金流水单号",
    "业务名称",
    KIND,
    WAY,
    AMOUNT,
    "账户结余（元）",
    "资金变更提交申请人",
    "备注",
    "业务凭证号",
)
COUNT, INCOMES, INCOME, OUTGOES, OUTGO = "资金流水总笔数", "收入笔数", "收入金额", "支出笔数", "支出金额"
IN, OUT = "收入", "支出"
TRADE, FEE = "交易", "扣除交易手续费"


def funds_path(day: date) -> str:
    return f"{FUNDS_PATH}?{urlencode({'bill_date': day.isoformat(), 'account_type': 'BASIC'})}"


@dataclass(frozen=True, slots=True)
class FundLine:
    """Fen that came (`fen` positive) or left. `reference` is the payment's or the refund's number."""

    at: datetime
    reference: str
    kind: str
    fen: int


def write_funds(lines: Sequence[FundLine]) -> bytes:
    """The platform's side."""
    rows = [
        {
            AT: as_in_china(line.at),
            REFERENCE: line.reference,
            KIND: line.kind,
            WAY: IN if line.fen > 0 else OUT,
            AMOUNT: yuan(abs(line.fen)),
        }
        for line in lines
    ]
    came, left = [line.fen for line in lines if line.fen > 0], [-line.fen for line in lines if line.fen < 0]
    sums = {
        COUNT: str(len(lines)), INCOMES: str(len(came)), INCOME: yuan(sum(came)), OUTGOES: str(len(left)), OUTGO: yuan(sum(left)),
    }  # fmt: skip
    return write_table(COLUMNS, rows, sums)


def read_funds(content: bytes) -> list[FundLine]:
    """Everything that moved, in the order of the file. Raises `BadMessage` for another shape or sums that disagree."""
    rows, sums = read_table(content, first_sum=COUNT)
    lines = [_line(row) for row in rows]
    came, left = sum(line.fen for line in lines if line.fen > 0), -sum(line.fen for line in lines if line.fen < 0)
    if sums.get(COUNT) not in (str(len(lines)), f"{len(lines)}.0") or (
        (yuan_in(sums.get(INCOME)), yuan_in(sums.get(OUTGO))) != (came, left)
    ):
        raise BadMessage("资金账单合计与明细不符 (the sums do not agree with the lines)")
    return lines


def _line(row: dict[str, Any]) -> FundLine:
    if row.get(WAY) not in (IN, OUT):
        raise BadMessage("收支类型不在已知之列 (neither came nor left)")
    fen = fen_of_yuan(row, AMOUNT)
    return FundLine(in_china(row, AT), reference(row, REFERENCE), row.get(KIND, ""), fen if row[WAY] == IN else -fen)
