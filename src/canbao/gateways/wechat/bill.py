"""The trade bill of a day (`/v3/bill/tradebill`, type SUCCESS): first where it lies, then the file itself.

A line for each trade (`table`). Amounts are yuan, times are of China and carry no offset. The sums must agree with the
lines, so half a file is refused.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self
from urllib.parse import urlencode
from uuid import UUID

from canbao.gateways.fields import BadMessage, as_in_china, from_body, id_of, number_of, text, to_body
from canbao.gateways.wechat.table import read_table, write_table, yuan_in
from canbao.kernel.days import CHINA
from canbao.kernel.fen import yuan

BILL_PATH = "/v3/bill/tradebill"

PAID_AT, APPID, MCHID = "交易时间", "公众账号ID", "商户号"
REFERENCE, NUMBER, AMOUNT, NET = "微信订单号", "商户订单号", "订单金额", "应结订单金额"
COLUMNS = (
    *(PAID_AT, APPID, MCHID, "特约商户号", "设备号", REFERENCE, NUMBER, "用户标识", "交易类型", "交易状态", "付款银行"),
    *("货币种类", NET, "代金券金额", "商品名称", "商户数据包", "手续费", "费率", AMOUNT, "费率备注"),
)
COUNT, TOTAL, NET_TOTAL = "总交易单数", "订单总金额", "应结订单总金额"
SUMS = (COUNT, NET_TOTAL, "退款总金额", "充值券退款总金额", "手续费总金额", TOTAL, "申请退款总金额")


def bill_path(day: date) -> str:
    return f"{BILL_PATH}?{urlencode({'bill_date': day.isoformat(), 'bill_type': 'SUCCESS'})}"


@dataclass(frozen=True, slots=True)
class WhereTheBillLies:
    """The file comes unsigned: it is believed because this answer is signed and gives its SHA-1."""

    download_url: str
    sha1: str

    @classmethod
    def of(cls, content: bytes, download_url: str) -> Self:
        return cls(download_url, _sha1(content))

    def body(self) -> bytes:
        return to_body({"hash_type": "SHA1", "hash_value": self.sha1, "download_url": self.download_url})

    @classmethod
    def read(cls, body: bytes) -> Self:
        fields = from_body(body)
        if text(fields, "hash_type", most=8) != "SHA1":
            raise BadMessage("账单摘要算法不是 SHA1 (another digest)")
        return cls(text(fields, "download_url", most=2048), text(fields, "hash_value", most=64).lower())

    def check(self, content: bytes) -> None:
        """Raises `BadMessage` when the file is not the one that was promised."""
        if _sha1(content) != self.sha1:
            raise BadMessage("账单文件与摘要不符 (the bill is not the file that was promised)")


@dataclass(frozen=True, slots=True)
class BillLine:
    appid: str
    mchid: str
    order: UUID
    reference: str
    amount_fen: int
    paid_at: datetime


def write_bill(lines: Sequence[BillLine]) -> bytes:
    """The platform's side."""
    rows = [
        {
            PAID_AT: as_in_china(line.paid_at),
            APPID: line.appid,
            MCHID: line.mchid,
            REFERENCE: line.reference,
            NUMBER: number_of(line.order),
            AMOUNT: yuan(line.amount_fen),
            NET: yuan(line.amount_fen),
            "交易类型": "NATIVE",
            "交易状态": "SUCCESS",
            "货币种类": "CNY",
        }
        for line in lines
    ]
    total = yuan(sum(line.amount_fen for line in lines))
    return write_table(
        COLUMNS, rows, dict.fromkeys(SUMS, "0.00") | {COUNT: str(len(lines)), NET_TOTAL: total, TOTAL: total}
    )


def read_bill(content: bytes) -> list[BillLine]:
    """Every trade of the day, in the order of the file. Raises `BadMessage` for another shape or sums that disagree."""
    rows, sums = read_table(content, first_sum=COUNT)
    lines = [_line(row) for row in rows]
    if sums.get(COUNT) != str(len(lines)) or yuan_in(sums.get(TOTAL)) != sum(line.amount_fen for line in lines):
        raise BadMessage("账单合计与明细不符 (the sums do not agree with the lines)")
    return lines


def _line(row: dict[str, str]) -> BillLine:
    try:
        paid_at = datetime.strptime(row[PAID_AT], "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
        appid, mchid, number, reference, amount = (row[name] for name in (APPID, MCHID, NUMBER, REFERENCE, AMOUNT))
    except (KeyError, ValueError):
        raise BadMessage("账单明细缺列或时间不对 (a line of the bill)") from None
    return BillLine(appid, mchid, id_of(number), reference, yuan_in(amount), paid_at)


def _sha1(content: bytes) -> str:
    # named by the protocol; what protects the file is the signature over the answer that carries this
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()
