"""A department's list sent back: its own columns and rows where they were, and beside each row what became of it.

Row 37 of the answer is row 37 of what was sent, so that a clerk can lay one beside the other. Cells that are wrong are
coloured; a second sheet counts the outcomes.

A long list is written in a process of its own, row by row: in the process that serves the pages it would take a gigabyte
and keep everybody waiting.
"""

import io
import json
import re
import shutil
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from canbao.documents.sheets import Styles, fit, new_workbook, style, write_text
from canbao.documents.table import ROW, LeftOut

OUTCOME, WHY, REMEDY = "结果", "原因", "怎么办"
SUMMARY = "汇总"
_FITTED_ROWS = 2000  # widths are taken from these; the rest of a long list looks the same
_LARGE = 200_000  # cells
_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a disk that is memory: numbers in plain text are put down on no other
_BYTES_A_CELL = 400  # at most, twice over: rows as they are put down, and once more as the sheet


class Tone(Enum):
    """How a row went, and its colour."""

    GOOD = "#E3F3E3"
    LOOK = "#FFF3CC"
    BAD = "#FADBD8"


REMARK = {
    "tone": pl.String, "outcome": pl.String, "why": pl.String, "remedy": pl.String, "wrong": pl.List(pl.Int64),
}  # fmt: skip
"""What became of a row: the name of a `Tone`, the outcome in a word, why, what to do, and which of its columns are wrong."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A list on its way back.

    `rows` has `row` (the number in the margin, from 1), the cells as "0", "1" … in the sender's order, and `REMARK`; in the
    order of the sheet. `summary` are lines (what, value) above the counts of outcomes on the second sheet.
    """

    sheet: str
    header_row: int
    columns: Sequence[str]
    titles: Sequence[str]
    left_out: Sequence[LeftOut]
    rows: pl.DataFrame
    summary: Sequence[tuple[str, str]] = ()

    @property
    def cells(self) -> int:
        return self.rows.height * (len(self.columns) + 3)


def answer_sheet(answer: Answer) -> bytes:
    """The .xlsx to send back."""
    if answer.cells < _LARGE:
        return _written(answer)
    head = {name: getattr(answer, name) for name in Answer.__slots__ if name != "rows"}
    given = io.BytesIO()
    given.write(json.dumps(head, ensure_ascii=False).encode() + b"\n")
    answer.rows.write_ipc_stream(given)
    with _folder_in_memory(answer.cells * _BYTES_A_CELL) as folder:
        command = [sys.executable, "-I", "-m", "canbao.documents.writing", *folder]
        return subprocess.run(command, input=given.getbuffer(), stdout=subprocess.PIPE, check=True).stdout  # noqa: S603 - our own module


@contextmanager
def _folder_in_memory(size: int) -> Iterator[list[str]]:
    """A folder for what is put down on the way, gone afterwards; none where there is no room for it."""
    if not _IN_MEMORY.is_dir() or shutil.disk_usage(_IN_MEMORY).free < size:
        yield []
        return
    with TemporaryDirectory(dir=_IN_MEMORY, prefix="canbao-") as folder:
        yield [folder]


def _written(answer: Answer, *, by_way_of: Path | None = None) -> bytes:
    with new_workbook(by_way_of=by_way_of) as (book, out):
        _write_list(book, answer)
        _write_summary(book, answer)
    return out.getvalue()


def _write_list(book: Workbook, answer: Answer) -> None:
    """From the first row to the last: what was written is not come back to."""
    page = book.add_worksheet((answer.sheet or "名单")[:31])
    head = style(book, bold=True, bg_color="#E8EEF4", border=1, align="center", text_wrap=True)
    grey = style(book, font_color="#888888", italic=True)
    looks = _Looks(book)
    plain, width = looks.of(None), len(answer.columns)
    if answer.titles and answer.header_row > 1:
        page.write_string(0, 0, "　".join(answer.titles), style(book, bold=True))
    for at, text in enumerate((*answer.columns, OUTCOME, WHY, REMEDY)):
        page.write_string(answer.header_row - 1, at, text, head)
    left_out = deque(sorted(answer.left_out))
    own = answer.rows.select([str(at) for at in range(width)]).iter_rows()
    remarks = answer.rows.select(ROW, *REMARK).iter_rows()
    for cells, (number, tone, outcome, why, remedy, wrong) in zip(own, remarks, strict=True):
        while left_out and left_out[0].row < number:
            _write_left_out(page, left_out.popleft(), width, grey)
        look = looks.of(Tone[tone])
        for at, text in enumerate(cells):
            write_text(page, number - 1, at, text, look if at in wrong else plain)
        for at, text in enumerate((outcome, why, remedy), width):
            write_text(page, number - 1, at, text, look)
    for left in left_out:
        _write_left_out(page, left, width, grey)
    some = answer.rows.head(_FITTED_ROWS)
    beside = zip(
        (*answer.columns, OUTCOME, WHY, REMEDY), (*map(str, range(width)), "outcome", "why", "remedy"), strict=True
    )
    for at, (header, column) in enumerate(beside):
        fit(page, at, [header, *some[column]])
    page.freeze_panes(answer.header_row, 0)
    page.autofilter(answer.header_row - 1, 0, answer.rows[ROW][-1] - 1, width + 2)


def _write_left_out(page: Worksheet, left: LeftOut, width: int, look: Format) -> None:
    page.write_string(left.row - 1, 0, left.text, look)
    page.write_string(left.row - 1, width, f"未计入：{left.why}", look)


def _write_summary(book: Workbook, answer: Answer) -> None:
    page = book.add_worksheet(SUMMARY if answer.sheet != SUMMARY else "汇总表")
    bold, plain, head = style(book, bold=True), style(book), style(book, bold=True, bg_color="#E8EEF4", border=1)
    looks = _Looks(book)
    for at, (what, value) in enumerate(answer.summary):
        page.write_string(at, 0, what, bold)
        page.write_string(at, 1, value, plain)
    top = len(answer.summary) + bool(answer.summary)
    for at, text in enumerate((OUTCOME, WHY, "人数")):
        page.write_string(top, at, text, head)
    counts: Counter[tuple[Tone, str, str]] = Counter()
    for tone, outcome, why, rows in answer.rows.group_by("tone", "outcome", "why").len().iter_rows():
        counts[Tone[tone], outcome, _kind_of(why)] += rows
    order = list(Tone)
    ordered = sorted(counts.items(), key=lambda item: (-order.index(item[0][0]), -item[1], item[0][1:]))
    for below, ((tone, outcome, why), count) in enumerate(ordered, top + 1):
        write_text(page, below, 0, outcome, looks.of(tone))
        write_text(page, below, 1, why, looks.of(tone))
        page.write_number(below, 2, count, looks.of(tone)[0])
    page.write_string(top + len(ordered) + 1, 0, "合计", bold)
    page.write_number(top + len(ordered) + 1, 2, sum(counts.values()), bold)
    for at in range(2):
        fit(
            page,
            at,
            [*(line[at] for line in answer.summary), *((outcome, why)[at] for _, outcome, why in counts), "　" * 8],
        )
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


def _main() -> None:
    head, _, rows = sys.stdin.buffer.read().partition(b"\n")
    given = json.loads(head)
    given["left_out"] = [LeftOut(*left) for left in given["left_out"]]
    answer = Answer(rows=pl.read_ipc_stream(io.BytesIO(rows)), **given)
    sys.stdout.buffer.write(_written(answer, by_way_of=Path(sys.argv[1]) if sys.argv[1:] else None))


if __name__ == "__main__":
    _main()
