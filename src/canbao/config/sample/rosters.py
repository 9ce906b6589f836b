"""Departments' spreadsheets as they really come, made from the invented register and dirty on purpose.

Four files: civil affairs (.xlsx with a merged title), rural revitalisation (.csv in GB18030), health (.xlsx with other
words in another order), veterans (.xlsx whose numbers a spreadsheet has rounded). Each row has at most one thing wrong
with it, its `Planted`; `RosterFile.expected` counts the rows of each kind, so that a test can compare verdicts with
what was planted. Totals, titles and empty rows are no rows.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path

import polars as pl
import xlsxwriter

from canbao.config.sample import categories as of
from canbao.config.sample.draws import Draws
from canbao.kernel.identity import check_character

MOST_SPOILT = 200
CIVIL_AFFAIRS, RURAL, HEALTH, VETERANS = "民政局", "乡村振兴局", "卫生健康委", "退役军人事务局"


class Planted(StrEnum):
    """What is the matter with a row."""

    CLEAN = "clean"
    FULL_WIDTH = "full-width digits"
    SMALL_X = "small x"
    SPACES = "spaces in the number"
    WRONG_CHECK = "wrong check character"
    NUMERIC = "number in a numeric cell"
    REPEATED = "repeated row"
    NAME_DIFFERS = "name differs by a character"
    STRANGER = "not on the register"
    UNKNOWN_WORD = "unknown category word"
    SEVERAL = "several categories in one cell"
    GRADE_IN_NAME = "grade in the category"


READABLE = {
    Planted.CLEAN, Planted.FULL_WIDTH, Planted.SMALL_X, Planted.SPACES, Planted.SEVERAL, Planted.GRADE_IN_NAME
}  # fmt: skip
"""Rows that can be taken as they are, once mended and taken apart."""


@dataclass(frozen=True, slots=True)
class RosterFile:
    """A file, whose it is, on which sheet ("" for a text table), and how many rows of each kind it holds."""

    path: Path
    department: str
    sheet: str
    expected: Mapping[Planted, int]

    @property
    def rows(self) -> int:
        return sum(self.expected.values())


@dataclass(frozen=True, slots=True)
class Listed:
    """One row before it is written. `person_no` is `None` for somebody who is not on the register."""

    person_no: int | None
    name: str
    number: str
    town: str
    village: str
    categories: tuple[str, ...]
    word: str
    born_in: str  # year and month
    grade: str = ""
    planted: Planted = Planted.CLEAN


def write_dirty_rosters(people: pl.DataFrame, folder: Path, seed: int, on: date) -> list[RosterFile]:
    """Write the four files into `folder`; `people` as `make_people` gives them, `on` the day in the titles."""
    folder.mkdir(parents=True, exist_ok=True)
    plant = _Planter(people, seed)
    return [
        _civil_affairs(plant, folder, on),
        _rural(plant, folder, on),
        _health(plant, folder, on),
        _veterans(plant, folder, on),
    ]


def _civil_affairs(plant: "_Planter", folder: Path, on: date) -> RosterFile:
    held = (of.DESTITUTE, of.ALLOWANCE, of.MONITORED, of.DISABLED)
    rows = plant.dirty(plant.on_list(held), [
        _full_width, _small_x, _spaces, _wrong_check, _name_differs, _unknown_word, plant.stranger, _repeated
    ])  # fmt: skip
    path, sheet = folder / f"民政局{on:%Y年%m月}在册名单.xlsx", "在册人员"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet(sheet)
        title = f"{on.year}年{on.month}月特困、低保、监测等对象在册人员名单（示例）"
        page.merge_range(0, 0, 0, 7, title, book.add_format({"bold": True, "align": "center"}))
        page.write_string(1, 0, "填报单位：民政局（示例）")
        header = ["序号", "乡镇", "村（居）", "姓名", "身份证号码", "救助类别", "残疾等级", "备注"]
        lines = [
            [str(at), row.town, row.village, row.name, row.number, row.word, row.grade, ""]
            for at, row in enumerate(rows, 1)
        ]
        # An empty row after every fortieth, as where a new page began.
        spaced = [line for at, line in enumerate(lines) for line in ([[]] if at and at % 40 == 0 else []) + [line]]
        for at, line in enumerate([header, *spaced, ["合计", "", "", "", f"{len(rows)}人"]], 2):
            page.write_row(at, 0, line)
    return RosterFile(path, CIVIL_AFFAIRS, sheet, _counted(rows))


def _rural(plant: "_Planter", folder: Path, on: date) -> RosterFile:
    """Half of the monitored people stand here again: they are on two departments' lists."""
    held = (of.POOR_AGAIN, of.UNSTABLE, of.STABLE)
    twice = [row for at, row in enumerate(plant.on_list((of.MONITORED,))) if at % 2]
    rows = plant.dirty([*plant.on_list(held), *twice], [_wrong_check, _name_differs, plant.stranger, _repeated])
    path = folder / f"乡村振兴局{on:%Y%m}.csv"
    with path.open("w", encoding="gb18030", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(["镇", "行政村", "姓名", "证件号码", "人员类别", "纳入时间"])
        lines.writerows(
            [row.town, row.village, row.name, row.number, row.word, max(f"{on.year - 1}-06", row.born_in)]
            for row in rows
        )
    return RosterFile(path, RURAL, "", _counted(rows))


def _health(plant: "_Planter", folder: Path, on: date) -> RosterFile:
    rows = plant.dirty(plant.on_list((of.FAMILY_PLANNING,)), [_full_width, _name_differs])
    path, sheet = folder / f"卫健委计生特殊家庭{on:%Y%m}.xlsx", "Sheet1"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet(sheet)
        page.write_row(0, 0, ["公民身份号码", "属性", "对象姓名", "所在乡镇", "行政村", "联系电话"])
        for at, row in enumerate(rows, 1):
            page.write_row(at, 0, [row.number, row.word, row.name, row.town, row.village, ""])
    return RosterFile(path, HEALTH, sheet, _counted(rows))


def _veterans(plant: "_Planter", folder: Path, on: date) -> RosterFile:
    """Typed into number cells: all are spoilt but those that end in X, which no spreadsheet takes for a number."""
    rows = [
        row if row.number.endswith("X") else replace(row, planted=Planted.NUMERIC)
        for row in plant.on_list((of.HONOURED,))
    ]
    path, sheet = folder / f"退役军人事务局优抚对象{on:%Y%m}.xlsx", "优抚"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet(sheet)
        page.write_row(0, 0, ["姓名", "身份证号", "优抚类别", "乡镇", "村"])
        for at, row in enumerate(rows, 1):
            page.write_row(at, 0, [row.name, "", row.word, row.town, row.village])
            if row.planted is Planted.NUMERIC:
                page.write_number(at, 1, int(row.number[:15] + "000"))
            else:
                page.write_string(at, 1, row.number)
    return RosterFile(path, VETERANS, sheet, _counted(rows))


Spoil = Callable[[Listed], Listed | None]
"""Makes one thing wrong with a row, or `None` where this row has nothing to spoil that way."""


class _Planter:
    """Picks people off the register and plants what is wrong with them."""

    def __init__(self, people: pl.DataFrame, seed: int) -> None:
        self._draws = Draws(seed)
        self._numbers = set(people["number"])
        self._on_lists = people.filter(pl.col("categories").list.len() > 0)
        self._strangers = self._unused_numbers()

    def on_list(self, held: Sequence[str]) -> list[Listed]:
        """Everybody in one of these categories, village by village, all of them in one cell."""
        listed = []
        for person in self._on_lists.iter_rows(named=True):
            mine = tuple(name for name in person["categories"] if name in held)
            if mine:
                listed.append(_listed(person, mine))
        return listed

    def dirty(self, rows: list[Listed], spoils: Sequence[Spoil]) -> list[Listed]:
        """About one clean row in sixty spoilt in each way; at least one where the list is long enough, 200 at most."""
        clean = [at for at, row in enumerate(rows) if row.planted is Planted.CLEAN]
        mixed = pl.DataFrame({"at": clean}, schema={"at": pl.Int64}).sort(self._draws.whole(pl.col("at"), "which row"))
        free = iter(mixed["at"].to_list()[: len(clean) // 2])
        times = min(MOST_SPOILT, max(1, len(clean) // 60))
        spoilt = {}
        for spoil in spoils:
            left = times
            for at in free:
                worse = spoil(rows[at])
                if worse is not None:
                    spoilt[at] = worse
                    left -= 1
                if not left:
                    break
        return [copy for at, row in enumerate(rows) for copy in _with_copies(row, spoilt.get(at, row))]

    def stranger(self, row: Listed) -> Listed:
        return replace(row, person_no=None, name="示例外人", number=next(self._strangers), planted=Planted.STRANGER)

    def _unused_numbers(self) -> Iterator[str]:
        place = next(iter(self._numbers))[:6]
        for year in range(1950, 2000):
            for day in range(1, 29):
                seventeen = f"{place}{year}02{day:02d}{999 - day:03d}"
                number = seventeen + check_character(seventeen)
                if number not in self._numbers:
                    yield number


def _listed(person: Mapping[str, object], held: tuple[str, ...]) -> Listed:
    planted = Planted.SEVERAL if len(held) > 1 else Planted.CLEAN
    word, grade = "、".join(held), ""
    if of.DISABLED in held:
        grade = "一级" if int(str(person["person_no"])) % 2 else "二级"
        if held == (of.DISABLED,):
            word, planted = f"{of.DISABLED}（1-2级）", Planted.GRADE_IN_NAME
    return Listed(
        person_no=int(str(person["person_no"])),
        name=str(person["name"]),
        number=str(person["number"]),
        town=str(person["town_name"]),
        village=str(person["village_name"]),
        categories=held,
        word=word,
        born_in=str(person["born_on"])[:7],
        grade=grade,
        planted=planted,
    )


def _with_copies(row: Listed, spoilt: Listed) -> list[Listed]:
    return [row, spoilt] if spoilt.planted is Planted.REPEATED else [spoilt]


def _counted(rows: Sequence[Listed]) -> Mapping[Planted, int]:
    return dict(Counter(row.planted for row in rows))


def _full_width(row: Listed) -> Listed:
    wide = row.number.translate({ord(char): ord(char) + 0xFEE0 for char in "0123456789X"})
    return replace(row, number=wide, planted=Planted.FULL_WIDTH)


def _small_x(row: Listed) -> Listed | None:
    return replace(row, number=row.number.lower(), planted=Planted.SMALL_X) if row.number.endswith("X") else None


def _spaces(row: Listed) -> Listed:
    return replace(row, number=f" {row.number[:6]} {row.number[6:14]} {row.number[14:]} ", planted=Planted.SPACES)


def _wrong_check(row: Listed) -> Listed:
    last = "0123456789X"[("0123456789X".index(row.number[17]) + 4) % 11]
    return replace(row, number=row.number[:17] + last, planted=Planted.WRONG_CHECK)


def _name_differs(row: Listed) -> Listed:
    last = "珍" if row.name[-1] != "珍" else "真"
    return replace(row, name=row.name[:-1] + last, planted=Planted.NAME_DIFFERS)


def _unknown_word(row: Listed) -> Listed | None:
    if row.categories != (of.ALLOWANCE,):
        return None
    return replace(row, word="最低生活保障", planted=Planted.UNKNOWN_WORD)


def _repeated(row: Listed) -> Listed:
    return replace(row, planted=Planted.REPEATED)
