"""Which column is which: the words of departments, in any order, and nothing guessed."""

import pytest

from canbao.documents.columns import ALIASES, Field, fields_frame, find_columns
from canbao.documents.reading import read_spreadsheet
from canbao.documents.refusals import ColumnAmbiguous, ColumnMissing
from canbao.documents.table import Table, plain_header
from tests.documents.workbooks import xlsx


def table(header: list[str], *rows: list[str | float | None]) -> Table:
    return read_spreadsheet(xlsx({"名单": [header, *(rows or [["某"] * len(header)])]}))


@pytest.mark.parametrize("word", ALIASES[Field.NUMBER])
def test_every_word_for_the_number_is_known(word):
    assert find_columns(table(["姓名", word])) == {Field.NAME: 0, Field.NUMBER: 1}


def test_spaces_marks_and_remarks_in_headers_do_not_matter():
    assert find_columns(table(["序号", "* 姓 名", "身份证号码（18位）", "身份类别:", "所属\n乡镇"])) == {
        Field.NAME: 1,
        Field.NUMBER: 2,
        Field.CATEGORY: 3,
        Field.TOWN: 4,
    }


def test_no_word_stands_for_two_fields():
    words = [plain_header(word) for aliases in ALIASES.values() for word in aliases]
    assert len(words) == len(set(words))


def test_a_missing_column_is_refused_with_what_was_seen_and_how_to_write_it():
    with pytest.raises(ColumnMissing) as no:
        find_columns(table(["姓名", "性别", "乡镇"]))
    assert no.value.says == "缺少「身份证号」列。表头（第 1 行）写的是：姓名、性别、乡镇。"
    assert "公民身份号码" in no.value.remedy


def test_the_caller_says_what_is_required():
    only_names = table(["姓名", "乡镇"])
    assert find_columns(only_names, required=[Field.NAME]) == {Field.NAME: 0, Field.TOWN: 1}
    with pytest.raises(ColumnMissing):
        find_columns(only_names, required=[Field.CATEGORY])


def test_two_columns_for_one_field_are_refused_by_name_and_place():
    with pytest.raises(ColumnAmbiguous) as no:
        find_columns(table(["姓名", "身份证号", "证件号码"]))
    assert no.value.says == "有几列都像是「身份证号」：身份证号（第 2 列）、证件号码（第 3 列）。"


def test_of_two_columns_of_remarks_the_first_counts():
    assert find_columns(table(["姓名", "身份证号", "备注", "说明"]))[Field.NOTE] == 2


def test_the_frame_has_every_field_whatever_the_order_of_columns():
    seen = table(
        ["村", "证件号码", "姓名"], ["示例一村", 340621880515001.0, "王明"], [None, "11010519491231002X", "李丽"]
    )
    frame = fields_frame(seen, find_columns(seen))
    assert frame.columns == ["row", *[field.value for field in Field], "number_is_numeric"]
    assert frame.select("row", "name", "number", "village", "category", "number_is_numeric").rows() == [
        (2, "王明", "340621880515001", "示例一村", "", True),
        (3, "李丽", "11010519491231002X", "", "", False),
    ]
