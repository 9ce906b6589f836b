"""The list sent back: every row where it was, with its answer, and nothing that could run."""

import io
import zipfile

import polars as pl
import pytest

from canbao.documents.reading import read_spreadsheet
from canbao.documents.table import Table
from canbao.documents.writing import Remark, Tone, answer_sheet
from tests.documents.workbooks import xlsx

ROWS = [
    ["濉溪县低保名单"],
    [],
    ["姓名", "身份证号", "金额", "备注"],
    ["王明", "11010519491231002X", 280.0, "=1+1"],
    ["李丽", 440524188001010014.0, 280.5, "@SUM(A1)"],
    ["合计", None, 560.5],
    ["张伟", "11010519491231002X", 0.0, "-2+3"],
]
REMARKS = [
    Remark(4, "已采用", Tone.GOOD),
    Remark(5, "不能采用", Tone.BAD, "身份证号「440***」是数值格式", "设为文本后重录", wrong=(1,)),
    Remark(7, "请核对", Tone.LOOK, "与第 4 行号码相同", wrong=(0, 1)),
]


@pytest.fixture(scope="module")
def table() -> Table:
    return read_spreadsheet(xlsx({"名单": ROWS}))


@pytest.fixture(scope="module")
def answer(table) -> bytes:
    return answer_sheet(table, REMARKS, summary=[("部门", "民政局"), ("文件", "9月名单.xlsx")])


def grid(content: bytes, sheet: str) -> list[list[str]]:
    frame = pl.read_excel(
        io.BytesIO(content), sheet_name=sheet, has_header=False, infer_schema_length=0, drop_empty_rows=False
    )
    return [[value or "" for value in row] for row in frame.iter_rows()]


def test_each_row_stands_where_it_was_with_its_answer_beside(answer):
    assert grid(answer, "名单") == [
        ["濉溪县低保名单", "", "", "", "", "", ""],
        [""] * 7,
        ["姓名", "身份证号", "金额", "备注", "结果", "原因", "怎么办"],
        ["王明", "11010519491231002X", "280", "=1+1", "已采用", "", ""],
        [
            "李丽",
            "440524188001010000",
            "280.5",
            "@SUM(A1)",
            "不能采用",
            "身份证号「440***」是数值格式",
            "设为文本后重录",
        ],
        ["合计", "", "", "", "未计入：合计行", "", ""],
        ["张伟", "11010519491231002X", "0", "-2+3", "请核对", "与第 4 行号码相同", ""],
    ]


def test_the_second_sheet_counts_the_outcomes_the_worst_first(answer):
    assert grid(answer, "汇总") == [
        ["部门", "民政局", ""],
        ["文件", "9月名单.xlsx", ""],
        ["", "", ""],
        ["结果", "原因", "人数"],
        ["不能采用", "身份证号「…」是数值格式", "1"],
        ["请核对", "与第 4 行号码相同", "1"],
        ["已采用", "", "1"],
        ["合计", "", "3"],
    ]


def test_no_cell_starts_a_formula(answer):
    with zipfile.ZipFile(io.BytesIO(answer)) as archive:
        for name in archive.namelist():
            assert b"<f>" not in archive.read(name), name
        assert b'quotePrefix="1"' in archive.read("xl/styles.xml")


def test_wrong_cells_have_the_colour_of_their_row(answer):
    with zipfile.ZipFile(io.BytesIO(answer)) as archive:
        styles = archive.read("xl/styles.xml").decode()
    for tone in Tone:
        assert tone.value.lstrip("#") in styles


def test_what_was_sent_back_can_be_sent_in_again(answer):
    again = read_spreadsheet(answer, sheet="名单")
    assert again.columns == ("姓名", "身份证号", "金额", "备注", "结果", "原因", "怎么办")
    assert again.row_numbers == [4, 5, 7]


@pytest.mark.parametrize("remarks", [REMARKS[:2], [*REMARKS, Remark(6, "已采用", Tone.GOOD)]])
def test_no_row_stays_without_an_answer(table, remarks):
    with pytest.raises(ValueError, match="every row"):
        answer_sheet(table, remarks)
