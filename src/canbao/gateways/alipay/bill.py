"""The trade bill of a day (`alipay.data.dataservice.bill.downloadurl.query`, type `trade`).

A ZIP with two CSV files in GBK: the lines (业务明细) and their sums by shop (汇总), which is left alone. Lines that begin
with `#` frame the lines; the ones behind them give count and sum, so half a file is refused. Nothing signs the file: the
answer that says where it lies is signed, and what is read from it can only be confirmed as money for an order of ours.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from canbao.gateways.fields import BadMessage, as_in_china, fen_of_yuan, id_of, in_china, number_of, reference, text
from canbao.kernel.fen import NotAnAmount, fen_from_yuan, yuan

BILL = "alipay.data.dataservice.bill.downloadurl.query"
LARGEST_FILE = 512_000_000  # unpacked; a bill of a million lines has 300 MB
LETTERS = "gb18030"  # GBK and all that came after it

REFERENCE, NUMBER, KIND, DONE_AT, AMOUNT, RECEIVED = (
    *("支付宝交易号", "商户订单号", "业务类型", "完成时间", "订单金额（元）", "商家实收（元）"),
)
COLUMNS = (
    *(REFERENCE, NUMBER, KIND, "商品名称", "创建时间", DONE_AT, "门店编号", "门店名称", "操作员", "终端号", "对方账户"),
    *(AMOUNT, RECEIVED, "支付宝红包（元）", "集分宝（元）", "支付宝优惠（元）", "商家优惠（元）", "券核销金额（元）"),
    *(
        "券名称",
        "商家红包消费金额（元）",
        "卡消费金额（元）",
        "退款批次号/请求号",
        "服务费（元）",
        "分润（元）",
        "备注",
    ),
)
TRADE = "交易"  # the other kind is 退款
_SUMS = re.compile(r"#交易合计：(\d+)笔，商家实收共(-?[0-9.]+)元")


def bill_content(day: date) -> dict[str, str]:
    return {"bill_type": "trade", "bill_date": day.isoformat()}


def day_in(fields: dict[str, str]) -> date:
    try:
        return date.fromisoformat(text(fields, "bill_date", most=10))
    except ValueError:
        raise BadMessage("bill_date 不是日期 (not a day)") from None


@dataclass(frozen=True, slots=True)
class BillLine:
    order: UUID
    reference: str
    amount_fen: int
    paid_at: datetime


def write_bill(lines: Sequence[BillLine], *, account: str, day: date) -> bytes:
    """The platform's side."""
    out = io.StringIO()
    out.write(f"#支付宝业务明细查询\r\n#账号：[{account}]\r\n#起始日期：[{day:%Y年%m月%d日} 00:00:00]\r\n")
    out.write(f"#{'-' * 41}业务明细列表{'-' * 40}\r\n{','.join(COLUMNS)}\r\n")
    for line in lines:
        values = dict.fromkeys(COLUMNS, "") | {
            REFERENCE: line.reference,
            NUMBER: number_of(line.order),
            KIND: TRADE,
            DONE_AT: as_in_china(line.paid_at),
            AMOUNT: yuan(line.amount_fen),
            RECEIVED: yuan(line.amount_fen),
        }
        out.write(",".join(value + "\t" if value else "" for value in values.values()) + "\r\n")
    total = yuan(sum(line.amount_fen for line in lines))
    out.write(
        f"#{'-' * 41}业务明细列表结束{'-' * 36}\r\n#交易合计：{len(lines)}笔，商家实收共{total}元，商家优惠共0.00元\r\n"
    )
    out.write("#退款合计：0笔，商家实收退款共0.00元，商家优惠退款共0.00元\r\n")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{account}_{day:%Y%m%d}_业务明细.csv", out.getvalue().encode(LETTERS))
        archive.writestr(f"{account}_{day:%Y%m%d}_业务明细(汇总).csv", "#支付宝业务汇总查询\r\n".encode(LETTERS))
    return packed.getvalue()


def read_bill(content: bytes) -> list[BillLine]:
    """Every payment of the day, in the order of the file; what went back is not among them.

    Raises `BadMessage` for another shape or sums that disagree.
    """
    lines = _unpacked(content).splitlines()
    plain = [line for line in lines if not line.startswith("#")]
    try:
        names, *rows = [[cell.strip() for cell in row] for row in csv.reader(plain) if row]
    except (csv.Error, ValueError):
        raise BadMessage("账单不是 CSV，或没有表头 (not CSV, or no heading)") from None
    paid = [named for named in (_named(names, row) for row in rows) if named.get(KIND) == TRADE]
    received_fen = sum(_yuan(one.get(RECEIVED, "")) for one in paid)
    sums = next((match for line in lines if (match := _SUMS.match(line))), None)
    if sums is None or int(sums[1]) != len(paid) or _yuan(sums[2]) != received_fen:
        raise BadMessage("账单合计与明细不符，或没有合计 (the sums do not agree with the lines, or are missing)")
    return [_line(one) for one in paid]


def _unpacked(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = [one for one in archive.infolist() if "汇总" not in _name(one)]
            if len(inside) != 1 or inside[0].file_size > LARGEST_FILE:
                raise BadMessage("账单压缩包里应有一份业务明细 (the archive does not hold one list of lines)")
            return archive.read(inside[0]).decode(LETTERS)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, UnicodeDecodeError):
        raise BadMessage("账单不是完好的 ZIP，或不是 GBK 文本 (not a sound ZIP, or not GBK)") from None


def _name(file: zipfile.ZipInfo) -> str:
    """Their archives give names in GBK without saying so; then the library reads them as if of 1981."""
    if file.flag_bits & 0x800:
        return file.filename
    return file.filename.encode("cp437", errors="replace").decode(LETTERS, errors="replace")


def _named(names: list[str], row: list[str]) -> dict[str, str]:
    if len(names) != len(row):
        raise BadMessage("账单某行的列数不对 (a row has another number of columns)")
    return {name.replace("(", "（").replace(")", "）"): cell for name, cell in zip(names, row, strict=True)}


def _line(row: dict[str, str]) -> BillLine:
    return BillLine(
        order=id_of(text(row, NUMBER, most=64)),
        reference=reference(row, REFERENCE, most=64),
        amount_fen=fen_of_yuan(row, AMOUNT),
        paid_at=in_china(row, DONE_AT),
    )


def _yuan(value: str) -> int:
    try:
        return fen_from_yuan(value)
    except NotAnAmount:
        raise BadMessage("账单金额不对 (an amount of the bill)") from None
