"""How the platform writes a bill of either kind: CSV, a line of names, the lines, a line of names for the sums, the sums.

Every value is led by a backtick, so that a spreadsheet keeps it as text. Columns are found by name.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from canbao.gateways.fields import BadMessage
from canbao.kernel.fen import NotAnAmount, fen_from_yuan

MARK = "`"


def write_table(columns: Sequence[str], rows: Iterable[Mapping[str, str]], sums: Mapping[str, str]) -> bytes:
    """The platform's side. A row may leave columns out."""
    lines = [",".join(columns), *(_row(row.get(name, "") for name in columns) for row in rows)]
    return "".join(f"{line}\r\n" for line in [*lines, ",".join(sums), _row(sums.values())]).encode()


def read_table(content: bytes, *, first_sum: str) -> tuple[list[dict[str, str]], dict[str, str]]:
    """The lines and the sums, by name of column; `first_sum` is the name with which the sums begin. Raises `BadMessage`."""
    try:
        text = io.StringIO(content.decode("utf-8-sig"), newline="")
        rows = [[cell.strip().removeprefix(MARK) for cell in row] for row in csv.reader(text) if row]
    except UnicodeDecodeError:
        raise BadMessage("账单不是 UTF-8 文本 (not UTF-8)") from None
    except csv.Error:
        raise BadMessage("账单不是 CSV (not CSV)") from None
    at = next((index for index, row in enumerate(rows) if row[0] == first_sum), None)
    if not rows or at is None or at != len(rows) - 2:
        raise BadMessage("账单缺少表头或合计 (the heading or the sums are missing)")
    return [_named(rows[0], row) for row in rows[1:at]], _named(rows[at], rows[at + 1])


def yuan_in(value: str | None) -> int:
    try:
        return fen_from_yuan(value or "")
    except NotAnAmount:
        raise BadMessage("账单金额不对 (an amount of the bill)") from None


def _named(names: list[str], row: list[str]) -> dict[str, str]:
    if len(names) != len(row):
        raise BadMessage("账单某行的列数不对 (a row has another number of columns)")
    # they write these brackets in either width
    return {name.replace("(", "（").replace(")", "）"): cell for name, cell in zip(names, row, strict=True)}


def _row(values: Iterable[str]) -> str:
    return ",".join(MARK + value for value in values)
