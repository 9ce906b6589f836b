"""Plain rows as a spreadsheet: money from fen, unknown not as zero, text as text."""

import io
from datetime import date

import polars as pl
import pytest

from canbao.documents.sheets import Column, Kind, Sheet, width_of, workbook_of

COLUMNS = [
    Column("镇（园区）"),
    Column("参保人数", Kind.COUNT),
    Column("已缴（元）", Kind.YUAN),
    Column("参保率", Kind.SHARE),
    Column("截至", Kind.DAY),
]
SHEET = Sheet(
    "进度",
    COLUMNS,
    [["濉溪镇", 93954, 2800050, 0.9871, date(2021, 12, 20)], ["=示例", None, 0, 1, None]],
    title="参保进度",
    subtitle="截至 2021-12-20",
    total=["合计", 93954, 2800050, None, None],
)


def cells(content: bytes) -> list[tuple[object, ...]]:
    return pl.read_excel(io.BytesIO(content), has_header=False, infer_schema_length=0).rows()


def test_titles_header_rows_and_total_are_written_in_order():
    assert cells(workbook_of([SHEET])) == [
        ("参保进度", None, None, None, None),
        ("截至 2021-12-20", None, None, None, None),
        ("镇（园区）", "参保人数", "已缴（元）", "参保率", "截至"),
        ("濉溪镇", "93954", "28000.5", "0.9871", "2021-12-20 00:00:00"),
        ("=示例", "—", "0", "1", "—"),
        ("合计", "93954", "28000.5", "—", "—"),
    ]


def test_a_row_of_the_wrong_length_is_a_mistake():
    with pytest.raises(ValueError, match="zip"):
        workbook_of([Sheet("a", COLUMNS, [["濉溪镇"]])])


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("濉溪县", 6), ("（1）", 5), ("", 0)])
def test_a_chinese_character_is_two_wide(text, width):
    assert width_of(text) == width
