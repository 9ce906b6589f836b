"""The list sent back: every row where it was, with its answer, and nothing that could run."""

import io
import os
import zipfile
from collections.abc import Iterator

import polars as pl
import pytest

from canbao.documents import writing
from canbao.documents.reading import read_spreadsheet
from canbao.documents.table import LeftOut
from canbao.documents.writing import REMARK, Answer, Tone, answer_sheet

ROWS = [
    (4, "王明", "11010519491231002X", "280", "=1+1", "GOOD", "已采用", "", "", []),
    (5, "李丽", "440524188001010000", "280.5", "@SUM(A1)", "BAD", "不能采用", "身份证号「440***」是数值格式", "设为文本后重录", [1]),
    (7, "张伟", "11010519491231002X", "0", "-2+3", "LOOK", "请核对", "与第 4 行号码相同", "", [0, 1]),
]  # fmt: skip
ANSWER = Answer(
    sheet="名单",
    header_row=3,
    columns=("姓名", "身份证号", "金额", "备注"),
    titles=("濉溪县低保名单",),
    left_out=(LeftOut(6, "合计", "合计行"), LeftOut(8, "制表人：某某", "说明或签章")),
    rows=pl.DataFrame(ROWS, schema={"row": pl.Int64} | {str(at): pl.String for at in range(4)} | REMARK, orient="row"),
    summary=[("部门", "民政局"), ("文件", "9月名单.xlsx")],
)


@pytest.fixture(scope="module", params=["here", "in a process of its own", "there, without a disk in memory"])
def answer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[bytes]:
    """However long the list is, and wherever it is written, the answer is the same."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param != "here":
            patch.setattr(writing, "_LARGE", 0)
        if "without" in request.param:
            patch.setattr(writing, "_IN_MEMORY", tmp_path_factory.mktemp("no") / "such")
        yield answer_sheet(ANSWER)


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
        ["制表人：某某", "", "", "", "未计入：说明或签章", "", ""],
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


def test_what_a_long_list_puts_down_on_the_way_is_gone(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "_LARGE", 0)
    monkeypatch.setattr(writing, "_IN_MEMORY", tmp_path)
    os.utime(tmp_path, (0, 0))

    answer_sheet(ANSWER)

    assert tmp_path.stat().st_mtime > 0, "something was put down"
    assert list(tmp_path.iterdir()) == []


def test_where_there_is_no_room_for_it_nothing_is_put_down(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "_LARGE", 0)
    monkeypatch.setattr(writing, "_IN_MEMORY", tmp_path)
    monkeypatch.setattr(writing, "_BYTES_A_CELL", 1 << 60)
    os.utime(tmp_path, (0, 0))

    assert answer_sheet(ANSWER)
    assert tmp_path.stat().st_mtime == 0
