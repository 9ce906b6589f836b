"""Whom a row may mean: offered with how near and why, and decided by a person."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from canbao.register.domain.bulk import NewPerson, add_people
from canbao.rosters.domain import sentences
from canbao.rosters.domain.candidates import find_candidates
from canbao.rosters.domain.likeness import NameLikeness, NumberSlip, name_likeness, numbers_near
from canbao.rosters.models import Outcome, RosterRow
from canbao.rosters.refusals import RowNotOpen
from tests.county import OTHER_VILLAGE, VILLAGE, County, number
from tests.desks import accept_row, refuse_row
from tests.rosters.files import HEADER, NOW, imported, listed, number_of, only_row, rows_of, xlsx

PLACES = (*HEADER, "乡镇", "村")
HERE = ("濉溪镇", "示例一村")


@pytest.mark.parametrize(
    ("seen", "registered", "likeness"),
    [
        ("张三丰", "张 三丰（户主）", NameLikeness.SAME),
        ("张三丰", "章三峰", NameLikeness.SAME_SOUND),
        ("張三豐", "张三丰", NameLikeness.SAME_SOUND),
        ("𠮷安", "吉安", NameLikeness.RARE),
        ("单雄", "善雄", NameLikeness.SAME_SOUND),  # 单 is also shàn
        ("三丰张", "张三丰", NameLikeness.TURNED),
        ("张三?", "张三丰", NameLikeness.RARE),
        ("张三山", "张三丰", NameLikeness.ONE_OFF),
        ("张三", "张三丰", NameLikeness.PART),
        ("张三丰户主", "张三丰", NameLikeness.PART),
        ("李四", "张三", None),
        ("王五六", "张三", None),
        ("", "张三", None),
    ],
)
def test_how_alike_two_names_are(seen: str, registered: str, likeness: NameLikeness | None) -> None:
    assert name_likeness(seen, registered) == likeness


@pytest.mark.parametrize(
    ("slipped", "slip"),
    [
        (lambda n: n, NumberSlip.NONE),
        (lambda n: n[:12] + str((int(n[12]) + 3) % 10) + n[13:], NumberSlip.ONE_OFF),
        (lambda n: n[:6] + n[7] + n[6] + n[8:], NumberSlip.SWAPPED),
        (lambda n: n[:8] + n[9:], NumberSlip.ONE_LESS),
        (lambda n: n[:8] + "7" + n[8:], NumberSlip.ONE_MORE),
        (lambda n: n[:8], None),
    ],
)
def test_a_number_is_found_again_after_one_slip(slipped: Callable[[str], str], slip: NumberSlip | None) -> None:
    right = number_of("赵大")

    assert numbers_near(slipped(right)).get(right) == slip


@pytest.fixture
def one(county: County, tmp_path: Path) -> Callable[..., RosterRow]:
    def judged(*row: str) -> RosterRow:
        return only_row(imported(county, xlsx(tmp_path / "one.xlsx", [row], header=PLACES), is_full=False))

    return judged


def offered(row: RosterRow) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.resident.name, one.reasons) for one in find_candidates(row)]


def test_a_number_with_one_slip_brings_its_bearer(one: Callable) -> None:
    right = number_of("赵大")
    row = one("赵达", right[:16] + str((int(right[16]) + 3) % 10) + right[17], "低保", *HERE)

    assert row.outcome == Outcome.REFUSED
    assert offered(row) == [
        (
            "赵大",
            (sentences.NUMBER_ONE_OFF, sentences.NAME_SAME_SOUND, sentences.SAME_BIRTH, sentences.SAME_PLACE),
        )
    ]


def test_without_number_and_with_another_character_of_the_same_sound_the_village_helps(one: Callable) -> None:
    assert offered(one("前奶乃", "", "低保", *HERE)) == [("钱奶奶", (sentences.NAME_SAME_SOUND, sentences.SAME_PLACE))]


def test_somebody_elses_number_brings_both_of_them(one: Callable) -> None:
    row = one("孙独", number_of("周归"), "特困人员", *HERE)

    assert offered(row) == [
        ("周归", (sentences.NUMBER_FITS, sentences.SAME_BIRTH, sentences.SAME_PLACE)),
        ("孙独", (sentences.NAME_SAME, sentences.SAME_PLACE)),
    ]


def test_twins_and_namesakes_are_named_and_nobody_is_taken(county: County, one: Callable) -> None:
    twin = one("赵双一", "", "低保", *HERE)
    born_on = date(1991, 1, 1)
    add_people(
        [
            NewPerson(
                village=village, household_code=f"另{at}", name="赵大", relation="户主", sex="男", born_on=born_on,
                number=number(born_on, 99 + at), number_kind="居民身份证",
            )
            for at, village in enumerate((VILLAGE, OTHER_VILLAGE))
        ]
    )  # fmt: skip
    namesakes = one("赵大", "", "低保", *HERE)

    (found, *_) = find_candidates(twin)
    assert (twin.outcome, found.resident.name, found.cautions) == (
        Outcome.LOOK,
        "赵双一",
        ("同户有同一天出生的赵双二",),
    )
    assert namesakes.outcome == Outcome.LOOK
    assert [(one.resident.name, one.cautions) for one in find_candidates(namesakes)] == [
        ("赵大", ("同村还有 1 名同名的人",))
    ] * 2


def test_others_of_the_household_on_the_list_speak_for_somebody(county: County, tmp_path: Path) -> None:
    file = xlsx(tmp_path / "a.xlsx", [(*listed("赵妻"), *HERE), ("赵大", "", "低保", *HERE)], header=PLACES)
    *_, row = rows_of(imported(county, file, is_full=False))

    assert offered(row) == [("赵大", (sentences.NAME_SAME, sentences.SAME_PLACE, "同户的赵妻也在这份名单上"))]


def test_nobody_is_near_enough_where_only_little_is_alike(one: Callable) -> None:
    assert offered(one("赵天", "", "低保", *HERE)) == []
    assert offered(one("赵大", "", "低保", "百善镇", "示例三村")) == []


def test_a_row_refused_for_its_number_may_be_pointed_at_by_another_person(county: County, one: Callable) -> None:
    row = one("赵大", number_of("赵大")[:17] + "?", "低保", *HERE)

    done = accept_row(row, by=county.staff("county2"), at=NOW, resident=county.person("赵大"))
    assert (done.outcome, done.resident, done.division) == (Outcome.CORRECTED, county.person("赵大"), VILLAGE)


def test_a_row_that_is_wrong_elsewhere_or_was_turned_down_is_not(county: County, one: Callable) -> None:
    unknown = one("赵大", "", "贫困户", *HERE)
    turned_down = one("赵妻", "", "低保", *HERE)
    refuse_row(turned_down, by=county.staff("county2"), at=NOW, why="不是同一人。")

    for row, name in ((unknown, "赵大"), (turned_down, "赵妻")):
        with pytest.raises(RowNotOpen):
            accept_row(row, by=county.staff("county2"), at=NOW, resident=county.person(name))
