"""Spreadsheets out: plain rows in, bytes of an .xlsx out, made for Chinese readers.

Text is always written as text: nothing that somebody typed can start a formula or become a link, here or, marked as
quoted text, when the file is saved as another format. Identity numbers therefore stay whole.
"""

import io
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

Value = str | int | float | date | None
Styles = tuple[Format, Format]
"""One look twice: plain, and marked as quoted text."""

FONT = "宋体"
NARROWEST, WIDEST = 7, 46
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


class Kind(Enum):
    """How a column is written. `YUAN` takes whole fen and shows yuan; `SHARE` takes 0.98 and shows 98.00%."""

    TEXT = ""
    COUNT = "#,##0"
    YUAN = "#,##0.00"
    SHARE = "0.00%"
    DAY = "yyyy-mm-dd"


@dataclass(frozen=True, slots=True)
class Column:
    header: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `title` and `subtitle` stand merged above the header; `total` is a last row in bold; `None` is
    "not known" and is written as —, never as 0."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    title: str = ""
    subtitle: str = ""
    total: Sequence[Value] | None = None


def workbook_of(sheets: Sequence[Sheet]) -> bytes:
    """An .xlsx of these sheets. `ValueError` when a row has not as many values as there are columns."""
    with new_workbook() as (book, out):
        for sheet in sheets:
            _write(book, sheet)
    return out.getvalue()


@contextmanager
def new_workbook(*, by_way_of: Path | None = None) -> Iterator[tuple[Workbook, io.BytesIO]]:
    """A workbook that is whole in the buffer when the block ends.

    `by_way_of` is a folder where each row is put down when the next one begins, so that a long list is never in memory as a
    whole; rows are then written from the first to the last, and none again.
    """
    out = io.BytesIO()
    where = {"constant_memory": True, "tmpdir": str(by_way_of)} if by_way_of else {"in_memory": True}
    book = xlsxwriter.Workbook(out, _OPTIONS | where)
    book.formats[0].set_font_name(FONT)
    yield book, out
    book.close()


def style(book: Workbook, **how: object) -> Format:
    return book.add_format({"font_name": FONT, "valign": "vcenter", **how})


def write_text(page: Worksheet, row: int, column: int, text: str, styles: Styles) -> None:
    """Quoted where a careless program would take it for a formula; a spreadsheet shows it without the quote."""
    page.write_string(row, column, text, styles[text.startswith(_STARTS_A_FORMULA)])


def width_of(text: str) -> int:
    """How many columns of a Latin letter it takes: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def fit(page: Worksheet, column: int, texts: Sequence[str]) -> None:
    """As wide as its longest text, within reason."""
    widest = max((width_of(line) for text in texts for line in text.split("\n")), default=0)
    page.set_column(column, column, min(max(widest + 2, NARROWEST), WIDEST))


def _write(book: Workbook, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.name)
    last = len(sheet.columns) - 1
    top = 0
    for text, how in ((sheet.title, {"bold": True, "font_size": 16}), (sheet.subtitle, {"font_color": "#555555"})):
        if text:
            merged = style(book, align="center", **how)
            page.merge_range(top, 0, top, last, text, merged) if last else page.write_string(top, 0, text, merged)
            top += 1
    header = style(book, bold=True, bg_color="#E8EEF4", border=1, align="center", text_wrap=True)
    for at, column in enumerate(sheet.columns):
        page.write_string(top, at, column.header, header)
    body = {column.kind: _body_styles(book, column.kind, bold=False) for column in sheet.columns}
    bold = {column.kind: _body_styles(book, column.kind, bold=True) for column in sheet.columns}
    rows = [*sheet.rows, *([sheet.total] if sheet.total is not None else [])]
    for below, row in enumerate(rows, 1):
        styles = bold if sheet.total is not None and below == len(rows) else body
        for at, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
            _write_value(page, (top + below, at), value, column.kind, styles[column.kind])
    for at, column in enumerate(sheet.columns):
        fit(page, at, [column.header, *(_shown(row[at], column.kind) for row in rows)])
    page.freeze_panes(top + 1, 0)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(top)


def _body_styles(book: Workbook, kind: Kind, *, bold: bool) -> Styles:
    how: dict[str, object] = {"border": 1, "bold": bold}
    if kind is not Kind.TEXT:
        how |= {"num_format": kind.value, "align": "right"}
    return style(book, **how), style(book, **how, quote_prefix=True)


def _write_value(page: Worksheet, place: tuple[int, int], value: Value, kind: Kind, styles: Styles) -> None:
    if value is None:
        page.write_string(*place, "—", styles[0])
    elif isinstance(value, str):
        write_text(page, *place, value, styles)
    elif isinstance(value, date):
        page.write_datetime(*place, datetime.combine(value, time()), styles[0])
    else:
        page.write_number(*place, value / 100 if kind is Kind.YUAN else value, styles[0])


def _shown(value: Value, kind: Kind) -> str:
    if kind is Kind.YUAN and isinstance(value, int):
        return f"{value / 100:,.2f}"
    return f"{value:,}" if kind is Kind.COUNT and isinstance(value, int) else str(value)
