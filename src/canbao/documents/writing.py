"""A department's list sent back: its own columns and rows where they were, and beside each row what became of it.

Row 37 of the answer is row 37 of what was sent, so that a clerk can lay one beside the other. Cells that are wrong are
coloured; a second sheet counts the outcomes. Numbers that cannot be identity numbers stay numbers.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from canbao.documents.sheets import Styles, fit, new_workbook, style, write_text
from canbao.documents.table import Table

OUTCOME, WHY, REMEDY = "结果", "原因", "怎么办"
SUMMARY = "汇总"
_NUMBER = re.compile(r"-?\d{1,11}(?:\.\d+)?")
_FITTED_ROWS = 2000  # widths are taken from these; the rest of a long list looks the same


class Tone(Enum):
    """How a row went, and its colour."""

    GOOD = "#E3F3E3"
    LOOK = "#FFF3CC"
    BAD = "#FADBD8"


@dataclass(frozen=True, slots=True)
class Remark:
    """What became of row `row`: the outcome in a word, why, what to do, and which of its columns (from 0) are wrong."""

    row: int
    outcome: str
    tone: Tone
    why: str = ""
    remedy: str = ""
    wrong: tuple[int, ...] = ()


def answer_sheet(table: Table, remarks: Iterable[Remark], *, summary: Sequence[tuple[str, str]] = ()) -> bytes:
    """The .xlsx to send back. `summary` are lines (what, value) above the counts of outcomes on the second sheet.

    `ValueError` when a row of the list has no remark or a remark no row: nobody is left without an answer.
    """
    by_row = {remark.row: remark for remark in remarks}
    if by_row.keys() != set(table.row_numbers):
        raise ValueError("every row of the list needs one remark, and every remark a row")
    with new_workbook() as (book, out):
        _write_list(book, table, by_row)
        _write_summary(book, by_row.values(), summary, table)
    return out.getvalue()


def _write_list(book: Workbook, table: Table, by_row: dict[int, Remark]) -> None:
    page = book.add_worksheet((table.sheet or "名单")[:31])
    head = style(book, bold=True, bg_color="#E8EEF4", border=1, align="center", text_wrap=True)
    grey = style(book, font_color="#888888", italic=True)
    styles = _Looks(book)
    if table.titles and table.header_row > 1:
        page.write_string(0, 0, "　".join(table.titles), style(book, bold=True))
    width = len(table.columns)
    for at, text in enumerate((*table.columns, OUTCOME, WHY, REMEDY)):
        page.write_string(table.header_row - 1, at, text, head)
    for left in table.left_out:
        page.write_string(left.row - 1, 0, left.text, grey)
        page.write_string(left.row - 1, width, f"未计入：{left.why}", grey)
    for row in table.rows():
        remark = by_row[row.number]
        for at, cell in enumerate(row.cells):
            look = styles.of(remark.tone if at in remark.wrong else None)
            if cell.is_number and _NUMBER.fullmatch(cell.text):
                page.write_number(row.number - 1, at, float(cell.text), look[0])
            else:
                write_text(page, row.number - 1, at, cell.text, look)
        for at, text in enumerate((remark.outcome, remark.why, remark.remedy), width):
            write_text(page, row.number - 1, at, text, styles.of(remark.tone))
    _fit_columns(page, table, by_row)
    page.freeze_panes(table.header_row, 0)
    page.autofilter(table.header_row - 1, 0, max(table.row_numbers) - 1, width + 2)


def _fit_columns(page: Worksheet, table: Table, by_row: dict[int, Remark]) -> None:
    for at, header in enumerate(table.columns):
        fit(page, at, [header, *table.texts[str(at)].head(_FITTED_ROWS)])
    some = list(by_row.values())[:_FITTED_ROWS]
    for at, (header, attribute) in enumerate(
        ((OUTCOME, "outcome"), (WHY, "why"), (REMEDY, "remedy")), len(table.columns)
    ):
        fit(page, at, [header, *(getattr(remark, attribute) for remark in some)])


def _write_summary(book: Workbook, remarks: Iterable[Remark], lines: Sequence[tuple[str, str]], table: Table) -> None:
    page = book.add_worksheet(SUMMARY if table.sheet != SUMMARY else "汇总表")
    bold, plain, head = style(book, bold=True), style(book), style(book, bold=True, bg_color="#E8EEF4", border=1)
    styles = _Looks(book)
    for at, (what, value) in enumerate(lines):
        page.write_string(at, 0, what, bold)
        page.write_string(at, 1, value, plain)
    top = len(lines) + bool(lines)
    for at, text in enumerate((OUTCOME, WHY, "人数")):
        page.write_string(top, at, text, head)
    counts = Counter((remark.tone, remark.outcome, _kind_of(remark.why)) for remark in remarks)
    order = list(Tone)
    ordered = sorted(counts.items(), key=lambda item: (-order.index(item[0][0]), -item[1], item[0][1:]))
    for below, ((tone, outcome, why), count) in enumerate(ordered, top + 1):
        write_text(page, below, 0, outcome, styles.of(tone))
        write_text(page, below, 1, why, styles.of(tone))
        page.write_number(below, 2, count, styles.of(tone)[0])
    page.write_string(top + len(ordered) + 1, 0, "合计", bold)
    page.write_number(top + len(ordered) + 1, 2, sum(counts.values()), bold)
    for at in range(2):
        fit(page, at, [*(line[at] for line in lines), *((outcome, why)[at] for _, outcome, why in counts), "　" * 8])
    page.freeze_panes(top + 1, 0)


def _kind_of(why: str) -> str:
    """A reason without what is particular to the row, so that like reasons are counted together."""
    return re.sub(r"「[^」]*」", "「…」", why)


class _Looks:
    """Formats by tone, made once a workbook: plain, and quoted for what looks like a formula."""

    def __init__(self, book: Workbook) -> None:
        self._made = {
            tone: (self._look(book, tone), self._look(book, tone, quote_prefix=True)) for tone in (None, *Tone)
        }

    @staticmethod
    def _look(book: Workbook, tone: Tone | None, **more: object) -> Format:
        return style(book, border=1, **({"bg_color": tone.value} if tone else {}), **more)

    def of(self, tone: Tone | None) -> Styles:
        return self._made[tone]
