"""What the base table says of people is what the register says, alone and added up; what is handed out says whose it is."""

import shutil
import subprocess
from datetime import date

import fastexcel
import pytest
from django.db import connections

from canbao.access.models import Record
from canbao.access.refusals import NotYourDivision, NotYourWork, PurposeMissing
from canbao.access.scope import Scope, within
from canbao.divisions.models import Division
from canbao.enrolment.domain.base import number_of
from canbao.enrolment.models import BaseTable
from canbao.enrolment.refusals import NobodyOnBaseTable
from canbao.enrolment.standing import Standing, standing_of
from canbao.register.domain.changes import died, joined_employee_scheme, left_employee_scheme, moved_away, withdraw
from canbao.register.models import Resident
from canbao.register.refusals import NumberInText
from canbao.reports.base_papers import COLUMNS, base_list, base_sheet
from canbao.reports.base_table import BasePlace, base_by_place, base_rows, newest_base_table
from tests.county import (
    COUNTY,
    FAR_VILLAGE,
    IN_THE_WINDOW,
    OTHER_VILLAGE,
    PEOPLE,
    VILLAGE,
    County,
    register_changes,
    signed_in,
)
from tests.web.conftest import number_of as identity_of

needs_pdftotext = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="reads the PDF back with poppler-utils")
SAID = {"why": "村里核对", "at": IN_THE_WINDOW}


@pytest.fixture
def table(county: County) -> BaseTable:
    """钱奶奶 died, 钱儿 moved away, 李妻 found work, 吴职 has it, 赵大 had it and lost it, 孙独 is withdrawn."""
    clerk, on = county.staff("clerk"), date(2021, 10, 1)
    with signed_in("clerk"):
        died(county.person("钱奶奶"), on=on, by=clerk, **SAID)
        moved_away(county.person("钱儿"), on=on, by=clerk, **SAID)
        joined_employee_scheme(county.person("李妻"), on=on, by=clerk, **SAID)
        joined_employee_scheme(county.person("赵大"), on=on, by=clerk, **SAID)
        left_employee_scheme(county.person("赵大"), on=on, months=None, back_paid=None, by=clerk, **SAID)
        withdraw(county.person("孙独"), by=clerk, **SAID)
    return newest_base_table(COUNTY)


def village(code: str = VILLAGE) -> Division:
    return Division.objects.get(pk=code)


def sheet_of(content: bytes) -> list[list[object]]:
    sheet = fastexcel.read_excel(content).load_sheet(0, header_row=None, skip_rows=0, dtypes="string")
    return [list(row) for row in sheet.to_polars().rows()]


def test_everybody_stands_where_the_register_says(table: BaseTable) -> None:
    stands = {row.resident.name: standing_of(row.resident) for row in base_rows(table, VILLAGE)}

    assert {name: one for name, one in stands.items() if one is not Standing.HERE} == {
        "钱奶奶": Standing.DIED, "钱儿": Standing.MOVED, "李妻": Standing.EMPLOYED, "吴职": Standing.EMPLOYED,
        "孙独": Standing.WITHDRAWN,
    }  # fmt: skip


@pytest.mark.parametrize("place", [COUNTY, "340621100000", VILLAGE])
def test_counted_is_the_same_as_read_one_by_one(table: BaseTable, place: str) -> None:
    stands = [standing_of(row.resident) for code in (VILLAGE, OTHER_VILLAGE) for row in base_rows(table, code)]
    mine = stands if place != VILLAGE else [standing_of(row.resident) for row in base_rows(table, VILLAGE)]

    places = base_by_place(table, division=place)

    counted = [
        sum(getattr(one, name) for one in places)
        for name in ("people", "here", "died", "moved", "employed", "withdrawn")
    ]
    assert counted == [len(mine), *(mine.count(one) for one in Standing)]


def test_a_place_has_the_places_in_it(table: BaseTable) -> None:
    assert base_by_place(table, division="340621100000") == [
        BasePlace(VILLAGE, "示例一村", 11, 1, 1, 2, 1),
        BasePlace(OTHER_VILLAGE, "示例二村", 1, 0, 0, 0, 0),
    ]


def test_a_village_that_was_merged_stays_on_it_and_says_where_it_went(table: BaseTable) -> None:
    Division.objects.filter(pk=VILLAGE).update(until=date(2021, 11, 1), successor=OTHER_VILLAGE)

    places = base_by_place(table, division="340621100000")

    assert [(one.name, one.merged_into) for one in places] == [("示例一村", "示例二村"), ("示例二村", "")]


def test_a_town_that_nobody_registered_stands_under_its_code(real_county: County) -> None:
    """The villages were brought along without it."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM enrolment_target WHERE division = '340621100000'")
        cursor.execute("DELETE FROM divisions_division WHERE code = '340621100000'")

    (town,) = base_by_place(newest_base_table(COUNTY), division=COUNTY)

    assert (town.code, town.name, town.people) == ("340621100000", "340621100000", 12)


def test_whoever_was_moved_to_another_village_is_counted_where_they_were_listed(table: BaseTable, county: County) -> None:  # fmt: skip
    with register_changes():
        Resident.objects.filter(pk=county.person("赵大").pk).update(
            household=county.household("郑家"), division=OTHER_VILLAGE
        )

    with within(Scope(VILLAGE, "staff:clerk")):
        (seen,) = base_by_place(table, division=VILLAGE)

    assert (seen.people, seen.elsewhere, seen.here) == (11, 1, 5)


def test_a_clerk_reads_their_own_village_and_no_other(table: BaseTable) -> None:
    with within(Scope(VILLAGE, "staff:clerk")):
        assert base_rows(table, VILLAGE).count() == 11
        assert base_rows(table, OTHER_VILLAGE).count() == 0


def test_the_spreadsheet_says_which_table_it_is_and_has_everybody_with_a_masked_number(table: BaseTable, county: County) -> None:  # fmt: skip
    with signed_in("clerk"):
        title, subtitle, head, *rows = sheet_of(base_sheet(table, village(), by=county.staff("clerk")))

    assert title[0] == "示例一村 城乡居民基本医疗保险参保底表"
    assert f"底表编号 {number_of(table, VILLAGE)}" in subtitle[0]
    assert head == [column.header for column in COLUMNS]
    assert [row[0] for row in rows] == [str(nth) for nth in range(1, 12)]
    (granny,) = [row for row in rows if row[2] == "钱奶奶"]
    assert granny[6:] == ["*" * 14 + identity_of("钱奶奶")[-4:], "死亡", "", "", "", ""]
    assert not any(identity_of(name) in str(rows) for name in PEOPLE)


def test_a_village_may_be_called_what_no_sheet_may_be_called(table: BaseTable, county: County) -> None:
    merged = village()
    merged.name = "示例一村[合并]"

    with signed_in("clerk"):
        title, *_ = sheet_of(base_sheet(table, merged, by=county.staff("clerk")))

    assert title[0] == "示例一村[合并] 城乡居民基本医疗保险参保底表"


def test_whole_numbers_are_for_the_county_with_a_reason_that_goes_on_record(table: BaseTable, county: County) -> None:
    with signed_in("county"):
        _, _, _, *rows = sheet_of(base_sheet(table, village(), by=county.staff("county"), whole_because="与公安比对"))

    assert {row[6] for row in rows} == {identity_of(name) for name, (_, code, *_) in PEOPLE.items() if code == VILLAGE}
    link = Record.objects.latest("position")
    assert (link.verb, link.actor, link.detail["numbers"], link.detail["reason"], len(link.detail["residents"])) == (
        "base_table.sheet.read", "staff:county", "whole", "与公安比对", 11,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("who", "because", "no"),
    [("clerk", "想看", NotYourWork), ("town", "想看", NotYourWork), ("county", " ", PurposeMissing), ("county", "13800138000", NumberInText), ("neighbour", None, NotYourDivision), ("tax", None, NotYourWork)],
)  # fmt: skip
def test_others_get_none(table: BaseTable, county: County, who: str, because: str | None, no: type[Exception]) -> None:
    before = Record.objects.latest("position").position
    with signed_in(who), pytest.raises(no):
        base_sheet(table, village(), by=county.staff(who), whole_because=because)

    assert Record.objects.latest("position").position == before


def test_a_list_of_nobody_is_not_made(table: BaseTable, county: County) -> None:
    with signed_in("far"):
        for make in (base_sheet, lambda *of, by: base_list(*of, by=by, at=IN_THE_WINDOW)):
            with pytest.raises(NobodyOnBaseTable):
                make(table, village(FAR_VILLAGE), by=county.staff("far"))


@needs_pdftotext
def test_the_printed_list_has_everybody_and_its_pages_are_counted(table: BaseTable, county: County) -> None:
    with signed_in("clerk"):
        pdf = base_list(table, village(), by=county.staff("clerk"), at=IN_THE_WINDOW)

    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    seen = "".join(done.stdout.decode().split())
    assert [name for name, (_, code, *_) in PEOPLE.items() if code == VILLAGE and name not in seen] == []
    for text in ("示例一村", "第1页共1页", number_of(table, VILLAGE), "6户11人"):
        assert text in seen
    assert not any(identity_of(name) in seen for name in PEOPLE)
    assert Record.objects.latest("position").verb == "base_table.list.read"
