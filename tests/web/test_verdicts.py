"""What stands beside a row is said in the reader's language, whatever the row."""

from datetime import date
from pathlib import Path

import pytest
from django.utils.translation import override

from canbao.register.refusals import DayNotPossible
from canbao.rosters.domain import sentences
from canbao.rosters.models import RosterRow
from canbao.web.verdicts import verdict
from tests.county import County
from tests.rosters.files import HEADER, imported, listed, number_of, xlsx

WIDE = (*HEADER, "残疾等级", "村", "退出时间")
WRONG = number_of("赵大")[:17] + ("0" if number_of("赵大")[17] != "0" else "1")
ROWS = [
    listed("赵大"),
    listed("赵大"),
    listed("赵妻", name="赵 妻（户主）"),
    listed("赵双一", "低保，又写了别的。；", name="赵双二"),
    listed("赵双二", "低收入残疾人"),
    listed("钱儿", "贫困户", name="钱二"),
    ("钱奶奶", number_of("钱奶奶"), "重度残疾", "三级"),
    ("李军", number_of("李军"), "重度残疾", "看不清"),
    ("李妻", "", "低保", "", "示例一村"),
    ("周归", number_of("周归"), "低保", "", "", "2021-09-01"),
    ("路人", WRONG, "低保"),
    ("路人", "12345", ""),
    ("路人", "", "低保"),
    (number_of("吴职"), number_of("吴职"), "低保、不知道的类别"),
    ("吴职", f"　{number_of('吴职')[:6]} {number_of('吴职')[6:]}", "低保、重度残疾（三级）"),
    ("郑邻", float(number_of("郑邻")[:15] + "000"), "低保"),
    ("孙独", number_of("孙独"), "低保、重度残疾（一级）"),
    ("孙独", number_of("孙独"), "低保、重度残疾（二级）"),
    ("孙独", number_of("孙独"), "低保、监测对象"),
]


@pytest.fixture
def rows(county: County, tmp_path: Path) -> list[RosterRow]:
    filled = [(*row, *[""] * (len(WIDE) - len(row))) for row in ROWS]
    return list(imported(county, xlsx(tmp_path / "a.xlsx", filled, header=WIDE)).rows.order_by("row"))


def test_every_row_of_an_odd_list_is_explained_in_english(rows: list[RosterRow]) -> None:
    with override("en"):
        kept = {text for row in rows for text in (row.why, row.remedy) if text and verdict(text) == text}

    assert kept == set()
    assert len({row.why for row in rows}) > 14  # they are odd in different ways


def test_several_reasons_are_all_said(rows: list[RosterRow]) -> None:
    (row,) = (row for row in rows if row.name == "钱二")

    with override("en"):
        assert verdict(row.why) == (
            "The notice has no category 「贫困户」. The number fits, but the name on the register is not the one written here."
        )


@pytest.mark.parametrize(
    ("text", "english"),
    [
        (
            sentences.STILL_AFTER_CORRECTION.format(why=f"{sentences.NOT_ON_REGISTER}。"),
            "After the correction still: This identity number is not on the register.",
        ),
        (
            sentences.LOOKED_AT.format(why=sentences.AFTER_CORRECTION.format(why=f"{sentences.NAME_DIFFERS}。")),
            "Looked at and taken. It was: After the correction: The number fits, but the name on the register is not the one written here.",
        ),
        (
            f"{sentences.SAID_TO_BE.format(seen='低保A类', meant='低保对象')}；{sentences.NAME_MENDED}。",
            "By what the department said, 「低保A类」 was read as 「低保对象」. Name: spaces, marks or remarks were removed.",
        ),
        (
            f"{DayNotPossible(day=date(1970, 1, 1), what='死亡', who='徐建鹏', first=date(1978, 3, 28), event='出生', today=date(2021, 11, 20)).says}",
            "1970-01-01 cannot be the day of this (Died): for 徐建鹏, 1978-03-28 is on the register (born), and today is 2021-11-20.",
        ),
        (f"{sentences.WITHDRAWN}。", "Withdrawn by whoever sent the list."),
        ("一句谁也没写过的话。", "一句谁也没写过的话。"),
        ("", ""),
    ],
)
def test_what_people_did_is_said_too_and_what_nobody_knows_stays(text: str, english: str) -> None:
    with override("en"):
        assert verdict(text) == english
    with override("zh-hans"):
        assert verdict(text) == text
