"""Reading categories as rosters write them."""

import pytest

from canbao.policy import UnknownCategory, load_pack
from canbao.policy.category_names import CategoryNames
from canbao.policy.people_rules import Category

HUILONG = load_pack("huilong-2020")
SUIXI = load_pack("suixi-2022")
DISABLED = "重度残疾人员"


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("重度残疾人员", [(DISABLED, None)]),
        ("重度残疾人员（一级）", [(DISABLED, "一级")]),
        ("重度残疾人员(1级)", [(DISABLED, "一级")]),
        ("１级重度残疾", [(DISABLED, "一级")]),
        ("重度残疾（1-2级）", [(DISABLED, None)]),
        ("重度残疾（1—2级）", [(DISABLED, None)]),
        ("重度残疾（一、二级）", [(DISABLED, None)]),
        ("重度残疾一二级", [(DISABLED, None)]),
        ("残疾人 二级", [(DISABLED, "二级")]),
        ("残疾人三级", [(DISABLED, "三级")]),
        (" 城 乡 低 保 ", [("城乡低保对象", None)]),
        ("低保、孤儿", [("城乡低保对象", None), ("城乡孤儿", None)]),
        ("低保；残疾人（2级）", [("城乡低保对象", None), (DISABLED, "二级")]),
        ("低保，低保户", [("城乡低保对象", None)]),
        ("一至六级残疾军人", [("一至六级残疾军人", None)]),
        ("残疾军人（七级）", [("一至六级残疾军人", "七级")]),
        ("农村独生子女四级残疾家庭扶助对象", [("独生子女四级残疾家庭扶助对象", None)]),
        ("建档立卡贫困人口（未脱贫）", [("未脱贫建档立卡人口", None)]),
    ],
)
def test_a_cell_is_understood(cell: str, found: list[tuple[str, str | None]]) -> None:
    assert HUILONG.normalise_category(cell) == found


@pytest.mark.parametrize(
    "cell", ["建档立卡（未脱贫）", "建档立卡未脱贫", "建档立卡贫困人口(未脱贫)", "建档立卡 未脱贫"]
)
def test_a_grade_need_not_be_a_number(cell: str) -> None:
    category = Category(
        name="建档立卡贫困人口", aliases=("建档立卡",), grades=("未脱贫", "已脱贫"), department="扶贫办", clause="四"
    )

    assert CategoryNames([category]).read(cell) == [("建档立卡贫困人口", "未脱贫")]


@pytest.mark.parametrize(
    ("cell", "pieces"),
    [
        ("残疾人", ("残疾人",)),  # severe or not: the cell does not say
        ("重度残疾（1-4级）", ("重度残疾(1-4级)",)),
        ("低保、某某对象", ("某某对象",)),
        ("", ("",)),
        ("、", ("、",)),
    ],
)
def test_what_is_not_understood_is_said_and_not_guessed(cell: str, pieces: tuple[str, ...]) -> None:
    assert HUILONG.normalise_category(cell) == UnknownCategory(cell, pieces)


@pytest.mark.parametrize(
    ("name", "grade", "found"),
    [
        ("残疾人", "一级", (DISABLED, "一级")),
        ("残疾人", "1级", (DISABLED, "一级")),
        ("残疾人", None, None),
        ("建档立卡", "未脱贫", ("未脱贫建档立卡人口", None)),
        ("重度残疾", "极重", (DISABLED, "极重")),
        ("没有的", "一级", None),
    ],
)
def test_a_name_and_its_grade_in_two_columns(
    name: str, grade: str | None, found: tuple[str, str | None] | None
) -> None:
    assert HUILONG.category_names.find(name, grade) == found


@pytest.mark.parametrize("pack", [HUILONG, SUIXI], ids=lambda pack: pack.key)
def test_every_name_and_alias_of_a_pack_reads_as_its_category(pack: object) -> None:
    for category in pack.categories:  # type: ignore[attr-defined]
        for text in (category.name, *category.aliases):
            assert pack.normalise_category(text) == [(category.name, None)]  # type: ignore[attr-defined]
