"""The list of who changes, as a file that an office can open.

Parquet keeps the columns as they are. A spreadsheet or CSV has Chinese heads and yuan, leaves out what is empty for
everybody, and no cell of it can start a formula.
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from io import StringIO
from pathlib import Path as Folder
from typing import BinaryIO

import polars as pl
import xlsxwriter

from canbao.kernel.fen import yuan
from canbao.policy.simulation_text import CHANGE_WORDS, WORDS

ENDINGS = (".parquet", ".xlsx", ".csv")
MOST_ROWS = 1_048_575  # of a spreadsheet, below the head

_HEADS = {
    "pays_fen": "个人应缴（元）",
    "government_fen": "财政补助（元）",
    "helped": "资助",
    "waived_fen": "免缴（元）",
    "given_back": "返还",
    "covered_from": "待遇开始",
    "enjoys": "享受待遇",
    "why_refused": "不能参保的原因",
}
_MONEY = ("pays_fen", "government_fen", "waived_fen")
_SIDES = {"before": "原来", "after": "新的"}
_PART = 2000
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


class UnknownEnding(ValueError):
    """A list can be written as Parquet, xlsx or csv only."""


class TooManyRows(ValueError):
    """More people than a spreadsheet can hold."""


def write_list(people: pl.DataFrame, file: Folder) -> None:
    """By the file's ending. Raises `UnknownEnding`, `TooManyRows`, `OSError`."""
    ending = file.suffix.lower()
    if ending not in ENDINGS:
        raise UnknownEnding(f"名单可以写成 {'、'.join(ENDINGS)}，不能写成 {file.name}")
    if ending == ".parquet":
        people.write_parquet(file)
        return
    people = _bare(people)
    if ending == ".csv":
        with file.open("wb") as out:
            out.writelines(csv_of(people))
    else:
        with file.open("wb") as out:
            _write_sheet(people, out)


def csv_of(people: pl.DataFrame) -> Iterator[bytes]:
    """The list as CSV, some people at a time: however many they are, they need not be held at once."""
    people = _bare(people)
    yield _lines([[head(name) for name in people.columns]]).encode("utf-8-sig")
    for part in people.iter_slices(_PART):
        yield _lines([_harmless(text) for _, text in row] for row in _rows(part)).encode()


def _lines(rows: Iterable[list[str]]) -> str:
    out = StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _bare(people: pl.DataFrame) -> pl.DataFrame:
    return people.select(name for name in people.columns if not _is_empty(people[name]))


def _is_empty(column: pl.Series) -> bool:
    """Codes are for programs; and what nobody has needs no column in an office's list."""
    bare = column.name.rpartition("_")[0]
    if bare in ("refused", "inner"):
        return True
    known = column.drop_nulls()
    if bare == "waived_fen":
        return not known.sum()
    return bare in _HEADS and (not len(known) or (known.dtype == pl.String and not known.str.len_chars().sum()))


def head(name: str) -> str:
    """`pays_fen_before` → `原来 个人应缴（元）`; the population's own columns keep their names."""
    if name == "change":
        return "变化"
    bare, _, side = name.rpartition("_")
    return f"{_SIDES[side]} {_HEADS[bare]}" if side in _SIDES and bare in _HEADS else name


def _write_sheet(people: pl.DataFrame, out: BinaryIO) -> None:
    if people.height > MOST_ROWS:
        raise TooManyRows(f"{people.height} 人，一张表最多 {MOST_ROWS} 行，请写成 .csv 或 .parquet")
    with xlsxwriter.Workbook(out, {**_OPTIONS, "in_memory": True}) as book:
        page = book.add_worksheet("名单")
        bold = book.add_format({"bold": True, "bg_color": "#E8EEF4"})
        quoted = book.add_format({"quote_prefix": True})
        money = book.add_format({"num_format": "#,##0.00"})
        page.freeze_panes(1, 0)
        for at, name in enumerate(people.columns):
            page.write_string(0, at, head(name), bold)
            page.set_column(at, at, max(10, 2 * len(head(name))))
        for number, row in enumerate(_rows(people), 1):
            for at, (value, text) in enumerate(row):
                if _is_money(people.columns[at]) and isinstance(value, int):
                    page.write_number(number, at, value / 100, money)
                else:
                    page.write_string(number, at, text, quoted if text.startswith(_STARTS_A_FORMULA) else None)


def _rows(people: pl.DataFrame) -> Iterator[list[tuple[object, str]]]:
    for row in people.iter_rows(named=True):
        yield [(value, _cell(name, value)) for name, value in row.items()]


def _is_money(name: str) -> bool:
    bare, _, side = name.rpartition("_")
    return side in _SIDES and bare in _MONEY


def _cell(name: str, value: object) -> str:
    """As people read it: yuan, days, lists with 、; what is not known stays empty."""
    if value is None:
        return ""
    if name == "change":
        return WORDS[CHANGE_WORDS[str(value)]][0]
    if _is_money(name) and isinstance(value, int):
        return yuan(value)
    if isinstance(value, list):
        return "、".join(_cell("", one) for one in value)
    if isinstance(value, dict):
        return " ".join(_cell("", one) for one in value.values() if one is not None)
    return value.isoformat() if isinstance(value, date) else str(value)


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) else cell
