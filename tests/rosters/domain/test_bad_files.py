"""Files that nobody should send: each gets its answer, and nothing of it is kept."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from canbao.access.models import Record
from canbao.documents.refusals import (
    ColumnMissing,
    ColumnsSwapped,
    DamagedFile,
    NoHeader,
    NotASpreadsheet,
    PasswordProtected,
    StrayQuote,
    TooManyCells,
    TooMuchMemory,
)
from canbao.kernel.refusal import Refusal
from canbao.rosters.models import Outcome, Roster, RosterRow
from canbao.rosters.refusals import RosterOfAnotherDepartment, RosterOfAnotherYear
from tests.county import PEOPLE, County
from tests.documents.old_excel import old_file
from tests.documents.workbooks import bomb, far_corner, formulas, rows_beyond_a_sheet
from tests.documents.workbooks import xlsx as workbook
from tests.rosters.files import CUT_OFF, HEADER, imported, listed, number_of, only_row, rows_of, xlsx

EVERYBODY = [listed(name) for name in PEOPLE]


def text_rows(count: int) -> bytes:
    """A text table of so many people, all the same."""
    return (",".join(HEADER) + "\n" + (",".join(listed("赵大")) + "\n") * count).encode()


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        pytest.param(lambda: bomb(800), TooMuchMemory, id="zip bomb"),
        pytest.param(far_corner, TooMuchMemory, id="a cell at XFD1048576"),
        pytest.param(lambda: workbook({"名单": [HEADER, *EVERYBODY]})[:4000], DamagedFile, id="half a file"),
        pytest.param(lambda: old_file("EncryptedPackage"), PasswordProtected, id="password"),
        pytest.param(lambda: text_rows(1_200_000), TooManyCells, id="1.2 million rows of text"),
        pytest.param(lambda: rows_beyond_a_sheet(1_200_000), TooManyCells, id="1.2 million rows"),
        pytest.param(
            lambda: "<html><body><table><tr><td>姓名</td><td>身份证号</td></tr></table></body></html>".encode("gb18030"),
            NotASpreadsheet,
            id="xls that is HTML",
        ),
        pytest.param(
            lambda: text_rows(50).replace("赵大".encode(), '"赵大'.encode(), 1), StrayQuote, id="a stray quote"
        ),
        pytest.param(
            lambda: workbook({"名单": [HEADER, *((number, name, word) for name, number, word in EVERYBODY)]}),
            ColumnsSwapped,
            id="columns swapped",
        ),
        pytest.param(
            lambda: workbook({"工资": [["姓名", "岗位", "联系电话", "应发"], ["赵大", "司机", "1", "3000"]]}),
            ColumnMissing,
            id="another template",
        ),
        pytest.param(
            lambda: workbook({"台账": [["单位", "金额", "经办"], ["某某", "3000", "某某"]]}), NoHeader, id="no list of people"
        ),
    ],
)  # fmt: skip
def test_each_has_its_own_answer_and_nothing_is_taken(
    county: County, tmp_path: Path, content: Callable[[], bytes], refusal: type[Refusal]
) -> None:
    file = tmp_path / "list"
    file.write_bytes(content())
    before = Roster.objects.count(), RosterRow.objects.count()

    with pytest.raises(refusal) as no:
        imported(county, file)

    assert no.value.says
    assert no.value.remedy
    assert (Roster.objects.count(), RosterRow.objects.count()) == before


def test_a_list_of_a_few_is_told_row_by_row_that_its_columns_are_swapped(county: County, tmp_path: Path) -> None:
    row = only_row(imported(county, xlsx(tmp_path / "few.xlsx", [(number_of("赵大"), "赵大", "低保")])))

    assert (row.outcome, "两列是否填反" in row.remedy) == (Outcome.REFUSED, True)


def test_failed_formulas_are_told_by_their_row(county: County, tmp_path: Path) -> None:
    file = tmp_path / "formulas.xlsx"
    file.write_bytes(formulas())
    _, failed, _ = rows_of(imported(county, file))

    assert failed.outcome == Outcome.REFUSED
    assert failed.why.startswith(
        "身份证号里是公式错误「#REF!」，没有值；姓名里是公式错误「#N/A」，没有值；人员类别里是公式错误"
    )
    assert "选择性粘贴" in failed.remedy


def test_a_day_of_1900_is_looked_at(county: County, tmp_path: Path) -> None:
    file = tmp_path / "days.xlsx"
    with xlsxwriter.Workbook(file) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, [*HEADER, "纳入时间"])
        as_day = book.add_format({"num_format": "yyyy/m/d"})
        for at, (name, since) in enumerate([("赵大", 5), ("赵妻", 44440), ("钱儿", datetime(2020, 1, 1))], 1):
            page.write_row(at, 0, listed(name))
            page.write(at, 3, since, as_day)
        page.write_row(4, 0, [*listed("钱奶奶"), "2020年1月"])

    rows = rows_of(imported(county, file))

    assert [row.outcome for row in rows] == [Outcome.LOOK, Outcome.TAKEN, Outcome.TAKEN, Outcome.TAKEN]
    assert rows[0].why == "纳入时间早于出生日期。"


@pytest.mark.parametrize(
    ("title", "file_name"),
    [
        pytest.param("2020年10月低保名单", "低保.xlsx", id="in the title"),
        pytest.param("", "低保202010.xlsx", id="in the name"),
        pytest.param("2019-2020年度低保名单", "低保20201031.xlsx", id="in both"),
    ],
)
def test_last_years_list_is_stopped_until_somebody_has_looked(
    county: County, tmp_path: Path, title: str, file_name: str
) -> None:
    file = xlsx(tmp_path / "old.xlsx", [listed("赵大")], title=title)

    with pytest.raises(RosterOfAnotherYear) as no:
        imported(county, file, file_name=file_name)
    assert "2020 年" in no.value.says
    assert not Roster.objects.filter(file_name=file_name).exists()

    roster = imported(county, file, file_name=file_name, year_confirmed=True)
    assert only_row(roster).outcome == Outcome.TAKEN
    link = Record.objects.get(verb="roster.imported")
    assert link.detail["earlier_years_confirmed"] == roster.earlier_years
    assert roster.earlier_years[-1] == 2020


@pytest.mark.parametrize(
    ("title", "cut_off_on"),
    [
        pytest.param("2021年10月低保名单（2019年以来）", CUT_OFF, id="this year among others"),
        pytest.param("2020年12月低保名单", date(2021, 1, 5), id="December's in January"),
        pytest.param("低保名单（共20人，340621）", CUT_OFF, id="no year"),
    ],
)
def test_this_years_list_is_not_stopped(county: County, tmp_path: Path, title: str, cut_off_on: date) -> None:
    file = xlsx(tmp_path / "new.xlsx", [listed("赵大")], title=title)

    roster = imported(county, file, cut_off_on=cut_off_on, year_confirmed=True)
    assert (only_row(roster).outcome, roster.earlier_years) == (Outcome.TAKEN, [])
    assert "earlier_years_confirmed" not in Record.objects.get(verb="roster.imported").detail


def test_another_departments_list_is_stopped(county: County, tmp_path: Path) -> None:
    rows = [listed("李军", "重点优抚对象"), listed("赵大", "重点优抚对象")]
    file = xlsx(tmp_path / "other.xlsx", rows)

    with pytest.raises(RosterOfAnotherDepartment) as no:
        imported(county, file, department="民政部门", by="county")
    assert no.value.says == "名单上的类别（重点优抚对象）按通知由退役军人事务部门报送，没有一种是民政部门的。"
    assert not Roster.objects.filter(department="民政部门").exists()
    both = xlsx(tmp_path / "both.xlsx", [*rows, listed("钱奶奶")])
    assert imported(county, both, department="民政部门", by="county").rows.count() == 3
    assert imported(county, file, department="退役军人事务部门", by="county").rows.count() == 2
