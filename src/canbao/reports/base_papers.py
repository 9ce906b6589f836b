"""The base table handed out: a spreadsheet and a paper list of one village, to be ticked and sent back (R-13).

Numbers are masked on both. A spreadsheet with whole numbers is for whoever may have them, for a reason that goes on record.
"""

from datetime import date, datetime
from itertools import groupby

from django.conf import settings
from django.db import transaction

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.access.refusals import PurposeMissing
from canbao.access.sealing import unseal
from canbao.divisions.models import Division
from canbao.documents.base_list import BaseListHousehold, BaseListPaper, BaseListPerson, base_list_pdf
from canbao.documents.sheets import Column, Kind, Sheet, workbook_of
from canbao.enrolment.domain.base import NUMBER, number_of
from canbao.enrolment.models import BaseRow, BaseTable
from canbao.enrolment.refusals import NobodyOnBaseTable
from canbao.enrolment.standing import Standing, standing_of
from canbao.register.domain.entries import ground_of
from canbao.register.models import Resident
from canbao.reports.base_table import base_rows

TITLE = "城乡居民基本医疗保险参保底表"
COLUMNS = (
    Column("序号", Kind.COUNT), Column("农户编码"), Column("姓名"), Column("与户主关系"), Column("性别"), Column("出生日期", Kind.DAY),
    Column("证件号码"), Column("登记情况"), Column("变动"), Column("变动日期"), Column("更正后姓名"), Column("更正后证件号码"),
)  # fmt: skip
TO_FILL_IN = ("",) * 4  # the last columns are the village's
SHEET_NAME = "底表"  # a village may be called what no sheet may be called, such as 示例一村[合并]


@transaction.atomic
def base_sheet(table: BaseTable, village: Division, *, by: Staff, whole_because: str | None = None) -> bytes:
    """The .xlsx of a village. With `whole_because`, a reason, numbers are whole.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `PurposeMissing`, what is wrong with the purpose
    (`entries.ground_of`), `NobodyOnBaseTable`.
    """
    check_may(by, Work.CHANGE_REGISTER if whole_because is None else Work.EXPORT_NUMBERS, division=village.code)
    if whole_because is not None and not whole_because.strip():
        raise PurposeMissing
    reason = ground_of(whole_because) if whole_because is not None else ""
    rows = _rows(table, village)
    lines = [
        (
            row.nth, row.household.code, row.resident.name, row.resident.relation, row.resident.sex, row.resident.born_on,
            _whole(row.resident) if reason else row.resident.masked_number, standing_of(row.resident).value, *TO_FILL_IN,
        )
        for row in rows
    ]  # fmt: skip
    subtitle = f"{NUMBER} {number_of(table, village.code)}　{prepares(table)}　{len(rows)} 人"
    made = workbook_of(
        [
            Sheet(
                name=SHEET_NAME,
                columns=COLUMNS,
                rows=lines,
                title=f"{village.name} {TITLE}",
                subtitle=subtitle,
            )
        ]
    )
    _record("base_table.sheet.read", table, village, rows, by, numbers="whole" if reason else "masked", reason=reason)
    return made


@transaction.atomic
def base_list(table: BaseTable, village: Division, *, by: Staff, at: datetime) -> bytes:
    """The list to print and tick, as PDF. Says no, in this order: `NotYourDivision`, `NotYourWork`, `NobodyOnBaseTable`,
    `FontMissing`.
    """
    check_may(by, Work.CHANGE_REGISTER, division=village.code)
    rows = _rows(table, village)
    households = [
        BaseListHousehold(code=code, people=tuple(_person(row) for row in people))
        for code, people in groupby(rows, key=lambda row: row.household.code)
    ]
    paper = BaseListPaper(
        title=TITLE,
        village=village.name,
        number=number_of(table, village.code),
        covers=prepares(table),
        drawn=f"{_day(at.date())}打印",
        made_at=at,
        households=households,
        is_synthetic=settings.CANBAO_SYNTHETIC_NUMBERS,
    )
    made = base_list_pdf(paper)
    _record("base_table.list.read", table, village, rows, by, numbers="masked")
    return made


def prepares(table: BaseTable) -> str:
    """For which benefit period the table is, in words."""
    return f"待遇期 {_day(table.campaign.benefit_from)}至{_day(table.campaign.benefit_until)}"


def _rows(table: BaseTable, village: Division) -> list[BaseRow]:
    rows = list(base_rows(table, village.code))
    if not rows:
        raise NobodyOnBaseTable(place=village.name)
    return rows


def _person(row: BaseRow) -> BaseListPerson:
    resident, standing = row.resident, standing_of(row.resident)
    return BaseListPerson(
        nth=row.nth,
        name=resident.name,
        relation=resident.relation,
        born=resident.born_on.isoformat(),
        number=f"****{resident.number_tail}" if resident.number_tail else "暂无",
        standing="" if standing is Standing.HERE else standing.value,
    )


def _whole(resident: Resident) -> str:
    return unseal(resident.number_sealed) if resident.number_sealed is not None else resident.masked_number


def _record(verb: str, table: BaseTable, village: Division, rows: list[BaseRow], by: Staff, **detail: object) -> None:
    residents = [row.resident_id for row in rows]
    subject, actor = f"division:{village.code}", f"staff:{by.username}"
    record(verb, subject, county=table.county, actor=actor, table=table.pk, residents=residents, **detail)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
