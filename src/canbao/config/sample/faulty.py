"""Lists with faults that are known: `plant` spoils rows of a right list, `write` puts them into a file as a department has it.

    people = known(register)                    # of a frame of `make_people`
    entries = plant(people, pack, rows=100_000, share=0.03, seed=1, cut_off_on=day)
    planted = write(entries, Path("list.xlsx"), LAYOUTS["civil"], cut_off_on=day)

`planted` says for each row of the sheet which fault it has; a row that is not named is right and must be taken.
"""

import csv
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl
import xlsxwriter

from canbao.config.sample.faults import FAULTS, FURNITURE, HEADER_AGAIN, Fault, Furniture, Known, Line, Register
from canbao.policy import Pack

TRIES = 20_000  # people looked at for one that a fault can be planted on


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the list and what is wrong with it (`None`: nothing), or a row that is no person."""

    line: Line | Furniture
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Planted:
    """What stands where, by the rows in the sheet's margin."""

    rows: int
    faults: dict[int, Fault]
    furniture: dict[int, Furniture]


@dataclass(frozen=True, slots=True)
class Layout:
    """One department's way: what stands above, its words for the columns, and what it writes in them ("" where nothing)."""

    department: str
    suffix: str
    header: tuple[str, ...]
    cells: Callable[[int, Line], tuple[str, ...]]
    number_at: int
    titles: tuple[str, ...] = ()
    top: tuple[str, ...] = ()  # of two header rows, the upper
    since_is_serial: int | None = None  # the column of days that are written as days


LAYOUTS = {
    "civil": Layout(
        department="民政局", suffix="xlsx", number_at=4,
        titles=("城乡低保、特困等对象在册名单（示例）", "填报单位：民政局（示例）"),
        header=("序号", "乡镇", "村（居）", "姓名", "身份证号码", "救助类别", "残疾等级", "纳入时间", "取消时间", "备注"),
        cells=lambda at, one: (str(at), one.town, one.village, one.name, one.number, one.category, one.grade, one.since, one.until, ""),
    ),
    "rural": Layout(
        department="乡村振兴局", suffix="csv", number_at=0,
        header=("证件号码", "人员类别", "对象姓名", "等级", "行政村", "所属乡镇", "识别时间", "退出时间"),
        cells=lambda _, one: (one.number, one.category, one.name, one.grade, one.village, one.town, one.since.replace("-", "/"), one.until),
    ),
    "disabled": Layout(
        department="残联", suffix="xlsx", number_at=2, since_is_serial=7,
        top=("序号", "基本信息", "", "户籍地址", "", "身份类别", "残疾等级", "认定日期", "身份取消时间"),
        header=("", "姓名", "公民身份号码", "所在镇", "村名", "", "", "", ""),
        cells=lambda at, one: (str(at), one.name, one.number, one.town, one.village, one.category, one.grade, one.since, one.until),
    ),
}  # fmt: skip
"""Three that have little in common: a workbook with titles, a text table in GB18030, a workbook with two header rows."""


def known(people: pl.DataFrame) -> list[Known]:
    """Everybody of a frame as `make_people` gives it, with a column `gone` where some have died or left."""
    columns = ["name", "number", "born_on", "household_code", "town_name", "village_name"]
    gone = people["gone"] if "gone" in people.columns else pl.Series([""] * people.height, dtype=pl.String)
    return [
        Known(*row, gone=is_gone)
        for row, is_gone in zip(people.select(columns).iter_rows(), gone.to_list(), strict=True)
    ]


def plant(
    people: Sequence[Known], pack: Pack, *, rows: int, share: float, seed: int, cut_off_on: date,
    faults: Iterable[Fault] = FAULTS,
) -> list[Entry]:  # fmt: skip
    """About `rows` rows, `share` of them faulty, every fault equally often while there are people fit for it, and at least once.

    Raises ValueError for a fault that nobody is fit for: a list without it would prove nothing about it."""
    rng = random.Random(seed)  # noqa: S311 - invented people
    register = Register(people, pack, rng, cut_off_on)
    listed = rng.sample(register.here, min(rows, len(register.here)))
    entries = {at: [Entry(register.line(one))] for at, one in enumerate(listed)}
    free = rng.sample(range(len(listed)), len(listed))
    kinds = list(faults)
    each = max(1, round(rows * share / len(kinds)))
    for fault in kinds:
        for nth in range(each):
            for tried, at in enumerate(free[:TRIES]):
                (right,) = entries[at]
                made = fault.make(register, listed[at], right.line)  # type: ignore[arg-type]
                if made is not None:
                    entries[at] = [*map(Entry, made[:-1]), Entry(made[-1], fault)]
                    del free[tried]
                    break
            else:
                if nth:
                    break  # twins, say: even a county has not so many
                raise ValueError(f"nobody among {len(free[:TRIES])} people is fit for the fault {fault.name}")
    for piece in FURNITURE:
        for at in rng.sample(free, min(max(1, each // 4), len(free))):
            entries[at] = [*entries[at], Entry(piece)]
    return [entry for at in range(len(listed)) for entry in entries[at]]


def write(entries: Sequence[Entry], path: Path, layout: Layout, *, cut_off_on: date) -> Planted:
    """The file, and which of its rows has which fault. Rows are counted as a spreadsheet does, from 1."""
    head: list[tuple[str, ...]] = [(title,) for title in layout.titles]
    if layout.titles:
        head[0] = (f"{cut_off_on.year}年{cut_off_on.month}月{layout.titles[0]}",)
    head += [layout.top] if layout.top else []
    head.append(layout.header)
    faults: dict[int, Fault] = {}
    furniture: dict[int, Furniture] = {}
    lines: list[tuple[tuple[str, ...], bool]] = []
    people = 0
    for number, entry in enumerate(entries, len(head) + 1):
        if isinstance(entry.line, Furniture):
            furniture[number] = entry.line
            lines.append((layout.header if entry.line.name == HEADER_AGAIN else entry.line.texts, False))
            continue
        people += 1
        if entry.fault:
            faults[number] = entry.fault
        lines.append((layout.cells(people, entry.line), entry.line.is_numeric))
    write_rows = _write_text if layout.suffix == "csv" else _write_workbook
    write_rows(path, head, lines, layout)
    return Planted(people, faults, furniture)


def _write_text(
    path: Path, head: Sequence[tuple[str, ...]], lines: Sequence[tuple[tuple[str, ...], bool]], layout: Layout
) -> None:
    with path.open("w", encoding="gb18030", newline="") as out:
        writer = csv.writer(out)
        writer.writerows(head)
        for cells, is_numeric in lines:
            at = layout.number_at
            shown = f"{float(cells[at][:15] + '000'):.5E}" if is_numeric else ""
            writer.writerow([*cells[:at], shown, *cells[at + 1 :]] if is_numeric else cells)


def _write_workbook(
    path: Path, head: Sequence[tuple[str, ...]], lines: Sequence[tuple[tuple[str, ...], bool]], layout: Layout
) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        page = book.add_worksheet("名单")
        as_day = book.add_format({"num_format": "yyyy/m/d"})
        for row, cells in enumerate(head):
            for at, text in enumerate(cells):
                page.write_string(row, at, text)
        for row, (cells, is_numeric) in enumerate(lines, len(head)):
            for at, text in enumerate(cells):
                if not text:
                    continue
                if is_numeric and at == layout.number_at:
                    page.write_number(row, at, float(text[:15] + "000"))
                elif at == layout.since_is_serial and (day := _day(text)):
                    page.write_datetime(row, at, day, as_day)
                else:
                    page.write_string(row, at, text)


def _day(text: str) -> datetime | None:
    """A day that a spreadsheet can hold, written as yyyy-mm-dd, perhaps with a time."""
    try:
        return datetime.strptime(text, "%Y-%m-%d" if len(text) == len("2021-09-01") else "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - a day, as a cell holds it
    except ValueError:
        return None
