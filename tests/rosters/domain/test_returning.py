"""The department's own list comes back as it was, with an answer beside every row."""

from pathlib import Path

import pytest

from canbao.access.models import Record, Staff
from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.documents.reading import read_spreadsheet
from canbao.documents.table import Table
from canbao.rosters.domain import returning
from canbao.rosters.models import Roster
from canbao.rosters.refusals import NotYourDepartment
from tests.county import County
from tests.desks import give_back
from tests.rosters.files import imported, listed, number_of, xlsx

HEADER = ("序号", "姓名", "身份证号", "救助类别", "联系电话")


@pytest.fixture
def roster(county: County, tmp_path: Path) -> Roster:
    rows = [
        ("1", *listed("赵大"), "13812345678"),
        ("2", *listed("赵妻", "贫困户")),
        (),
        ("3", *listed("钱儿", name="钱二")),
        ("合计", "3人"),
    ]
    return imported(county, xlsx(tmp_path / "a.xlsx", rows, header=HEADER, title="低保名单"))


def given_back(county: County, roster: Roster) -> Table:
    return read_spreadsheet(give_back(roster, by=county.staff("civil")), sheet="名单")


def test_every_row_is_where_it_was_with_its_answer(county: County, roster: Roster) -> None:
    table = given_back(county, roster)

    assert (table.header_row, table.columns) == (2, (*HEADER, "结果", "原因", "怎么办"))
    assert [(row.number, *(cell.text for cell in row.cells[:4])) for row in table.rows()] == [
        (3, "1", "赵大", number_of("赵大"), "低保对象"),
        (4, "2", "赵妻", number_of("赵妻"), "贫困户"),
        (6, "3", "钱二", number_of("钱儿"), "低保对象"),
    ]
    assert [(row.cells[5].text, row.cells[6].text) for row in table.rows()] == [
        ("采用", "与登记相符。"),
        ("未采用", "通知中没有「贫困户」这种类别。"),
        ("请核对", "号码相符，但登记姓名与所填的不一致。"),
    ]


def test_numbers_in_other_columns_were_never_kept(county: County, roster: Roster) -> None:
    assert next(given_back(county, roster).rows()).cells[4].text == "*******5678"


def test_reading_the_numbers_is_on_record(county: County, roster: Roster) -> None:
    give_back(roster, by=county.staff("civil"))
    link = Record.objects.latest("position")

    assert (link.verb, link.subject, link.actor, link.detail) == (
        "roster.given_back",
        f"roster:{roster.pk}",
        "staff:civil",
        {"rows": 3},
    )


def test_nobody_with_something_to_record_waits_until_the_file_is_written(
    county: County, roster: Roster, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = Record.objects.filter(verb="roster.given_back").count
    writing, seen = returning.answer_sheet, []
    monkeypatch.setattr(returning, "answer_sheet", lambda answer: seen.append(recorded()) or writing(answer))

    give_back(roster, by=county.staff("civil"))

    assert (seen, recorded()) == ([0], 1)


@pytest.mark.parametrize(("who", "refusal"), [("clerk", NotYourDivision), ("tax", NotYourWork)])
def test_others_do_not_get_it(county: County, roster: Roster, who: str, refusal: type) -> None:
    with pytest.raises(refusal):
        give_back(roster, by=county.staff(who))


def test_another_department_does_not_get_it(county: County, roster: Roster) -> None:
    Staff.objects.filter(username="civil").update(department="残联")

    with pytest.raises(NotYourDepartment):
        give_back(roster, by=county.staff("civil"))
