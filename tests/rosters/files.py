"""Departments' files for tests, and the shortest way to import one into the small county."""

import csv
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter

from canbao.kernel.days import CHINA
from canbao.policy import load_pack
from canbao.rosters.models import Roster, RosterRow
from tests.county import COUNTY, PEOPLE, County, number
from tests.desks import import_roster

HEADER = ("姓名", "身份证号", "人员类别")
TODAY = date(2021, 11, 15)
NOW = datetime.combine(TODAY, time(10, 30), CHINA)
CUT_OFF = date(2021, 10, 31)
SUIXI = load_pack("suixi-2022")

Cell = str | float | None


def number_of(name: str) -> str:
    """The number of somebody of the small county."""
    _, _, born_on, sequence, _, _ = PEOPLE[name]
    return number(born_on, sequence)


def listed(name: str, category: str = "低保对象", /, **changes: str) -> tuple[str, str, str]:
    """A row about somebody of the small county, with `name` or `number` written otherwise."""
    return changes.get("name", name), changes.get("number", number_of(name)), category


def xlsx(
    path: Path, rows: Sequence[Sequence[Cell]], *, header: Sequence[str] = HEADER, title: str = "", sheet: str = "名单"
) -> Path:
    """Texts as text cells, numbers as numeric cells; `title` is merged over the columns of the first row."""
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet(sheet)
        if title:
            page.merge_range(0, 0, 0, len(header) - 1, title)
        for at, row in enumerate([header, *rows], 1 if title else 0):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    page.write_string(at, column, value)
                elif value is not None:
                    page.write_number(at, column, value)
    return path


def text_table(path: Path, rows: Sequence[Sequence[str]], *, encoding: str, header: Sequence[str] = HEADER) -> Path:
    with path.open("w", encoding=encoding, newline="") as out:
        csv.writer(out).writerows([header, *rows])
    return path


def imported(county: County, file: Path, /, **changes: Any) -> Roster:
    """Civil affairs' full list as of 31 October 2021, imported by themselves, unless said otherwise."""
    how = {
        "pack": SUIXI, "county": COUNTY, "department": "民政局", "cut_off_on": CUT_OFF, "file_name": file.name,
        "is_full": True, "by": "civil", "on": TODAY,
    } | changes  # fmt: skip
    return import_roster(file=file, **(how | {"by": county.staff(how["by"])}))


def rows_of(roster: Roster) -> list[RosterRow]:
    return list(roster.rows.select_related("resident").order_by("row"))


def only_row(roster: Roster) -> RosterRow:
    (row,) = rows_of(roster)
    return row
