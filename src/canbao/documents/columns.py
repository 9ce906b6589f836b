"""Which column of a list is which, by the words that departments use in their headers.

To teach it another word, add it to `ALIASES`. Headers are compared without spaces, marks and remarks in brackets.
"""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType

import polars as pl

from canbao.documents.refusals import ColumnAmbiguous, ColumnMissing, ColumnsSwapped
from canbao.documents.table import ROW, Table, plain_header


class Field(StrEnum):
    """What a column can be for us. The value is its name in the frames made here."""

    NAME = "name"
    NUMBER = "number"
    CATEGORY = "category"
    GRADE = "grade"
    TOWN = "town"
    VILLAGE = "village"
    SINCE = "since"
    UNTIL = "until"
    PHONE = "phone"
    NOTE = "note"


# The first word of each is how a refusal names the column.
ALIASES: Mapping[Field, tuple[str, ...]] = {
    Field.NAME: ("姓名", "人员姓名", "对象姓名", "成员姓名", "参保人姓名"),
    Field.NUMBER: (
        "身份证号", "身份证号码", "公民身份号码", "公民身份证号码", "证件号码", "证件号", "身份证", "居民身份证号",
        "居民身份证号码", "身份号码", "有效身份证件号码",
    ),
    Field.CATEGORY: (
        "人员类别", "身份类别", "救助类别", "属性", "人员属性", "类别", "对象类别", "对象类型", "人员类型", "身份",
        "资助类别", "参保身份", "救助对象类别", "监测对象类别", "优抚类别", "特殊身份",
    ),
    Field.GRADE: ("等级", "残疾等级", "级别", "伤残等级"),
    Field.TOWN: ("乡镇", "镇", "镇街", "乡镇街道", "镇办", "所属乡镇", "所在乡镇", "所在镇", "所属镇", "户籍乡镇", "镇园区", "街道"),
    Field.VILLAGE: ("村", "村居", "行政村", "村社区", "所属村", "所在村", "村委会", "社区", "村名"),
    Field.SINCE: ("纳入时间", "认定时间", "认定日期", "纳入日期", "享受时间", "起始时间", "识别时间"),
    Field.UNTIL: ("取消时间", "退出时间", "终止时间", "停发时间", "身份取消时间"),
    Field.PHONE: ("联系电话", "电话", "手机号", "手机号码", "联系方式"),
    Field.NOTE: ("备注", "说明", "备注说明"),
}  # fmt: skip

KNOWN_HEADERS = frozenset(plain_header(word) for words in ALIASES.values() for word in words)
CATEGORY_HEADERS = frozenset(plain_header(word) for word in ALIASES[Field.CATEGORY])
SWAPPED_FROM = 5  # rows; in a shorter list a few rows may be filled in wrongly, and are told one by one
NUMBER_IS_NUMERIC = "number_is_numeric"

_BY_WORD = {plain_header(word): field for field, words in ALIASES.items() for word in words}

Columns = Mapping[Field, int]
Meanings = Sequence[Field | None]
"""What each column of a list is, in the sender's order; None: nothing that we use."""


def meanings_of(columns: Sequence[str], own: Mapping[str, Field | None] = MappingProxyType({})) -> list[Field | None]:
    """What the columns are, by the words in their headers; `own` are the sender's words, by plain header, which count first."""
    return [own[word] if word in own else _BY_WORD.get(word) for word in map(plain_header, columns)]


def find_columns(
    table: Table, *, required: Collection[Field] = (Field.NAME, Field.NUMBER), meanings: Meanings | None = None
) -> Columns:
    """Where each field stands (0 is the first column); fields that the sender does not give are not in the answer.
    `meanings` is what somebody said that the columns are; without it, their headers say so.

    Says no, in this order: `ColumnAmbiguous` (two columns for one field; remarks are forgiven, the first counts),
    `ColumnMissing` (a required one), `ColumnsSwapped` (names and numbers, in a list of some length).
    """
    seen = "、".join(text for text in table.columns if text)
    said = meanings_of(table.columns) if meanings is None else meanings
    columns: dict[Field, int] = {}
    for field, words in ALIASES.items():
        places = [at for at, meaning in enumerate(said) if meaning is field]
        if len(places) > 1 and field is not Field.NOTE:
            candidates = "、".join(f"{table.columns[at]}（第 {at + 1} 列）" for at in places)
            raise ColumnAmbiguous(wanted=words[0], candidates=candidates, seen=seen)
        if places:
            columns[field] = places[0]
    for field in ALIASES:
        if field in required and field not in columns:
            words = ALIASES[field]
            raise ColumnMissing(wanted=words[0], row=table.header_row, seen=seen, aliases="、".join(words[:5]))
    if Field.NAME in columns and Field.NUMBER in columns:
        _check_not_swapped(table, columns)
    return columns


def _check_not_swapped(table: Table, columns: Columns) -> None:
    name, number = (columns[field] for field in (Field.NAME, Field.NUMBER))
    digits = r"[0-9０-９]{10,}"
    in_names, in_numbers = (int(table.texts[str(at)].str.contains(digits).sum()) for at in (name, number))
    if table.height >= SWAPPED_FROM and in_names > table.height / 2 and in_numbers < table.height / 10:
        raise ColumnsSwapped(name=table.columns[name], number=table.columns[number])


def fields_frame(table: Table, columns: Columns) -> pl.DataFrame:
    """One row a listed person: `row`, a text column for every `Field` ("" where not given), `number_is_numeric`."""
    given = [(pl.col(str(columns[field])) if field in columns else pl.lit("")).alias(field.value) for field in Field]
    at = columns.get(Field.NUMBER)
    is_numeric = table.numeric[str(at)] if at is not None else pl.lit(value=False)
    return table.texts.select(pl.col(ROW), *given).with_columns(is_numeric.alias(NUMBER_IS_NUMERIC))
