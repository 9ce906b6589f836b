"""People are found by what a clerk has of them, and at the scale of a county by an index, also under row-level security."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet

from canbao.access.scope import Scope, within
from canbao.access.sealing import phone_token, unseal
from canbao.register.domain.bulk import NewPerson, add_people
from canbao.register.models import Household, Resident, Word
from canbao.register.queries import beginning, find_households, guardians_in, inside
from tests.collection.racing import as_owner
from tests.county import COUNTY, OTHER_VILLAGE, VILLAGE, County, number, register_changes


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("赵", ["赵家"], id="the-family-name"),
        pytest.param("赵双一", ["赵家"], id="the-whole-name"),
        pytest.param("双", ["赵家"], id="a-part-of-it"),
        pytest.param("双二", ["赵家"], id="its-end"),
        pytest.param("zsy", ["赵家"], id="its-initials"),
        pytest.param("ZS", ["赵家"], id="the-first-of-them"),
        pytest.param("sy", [], id="no-initials-from-the-middle"),
        pytest.param("y%", [], id="no-wildcard-in-initials"),
        pytest.param("赵家", ["赵家"], id="the-code"),
        pytest.param("赵%", [], id="no-wildcard"),
        pytest.param("郑", [], id="of-another-village"),
    ],
)
def test_a_household_is_found_by_a_beginning_or_its_code(county: County, text: str, found: list[str]) -> None:
    assert [home.code for home in find_households(text, division=VILLAGE)] == found


def plan_of(rows: QuerySet[Resident]) -> str:
    """How the application's role would find them in a county so large that reading everybody is out of the question."""
    with within(Scope(COUNTY, "staff:county")), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        return rows.explain()


def test_the_beginning_of_a_name_is_looked_up_in_its_index(county: County) -> None:
    plan = plan_of(beginning("赵").filter(inside(COUNTY)))

    assert "resident_by_name" in plan
    assert "Index Cond: (((name)::text >= " in plan


def test_like_could_not_use_it_under_row_level_security(county: County) -> None:
    """The control: why the beginning is a range."""
    assert "resident_by_name" not in plan_of(Resident.objects.filter(inside(COUNTY), name__startswith="赵"))


# --- parts of a name, initials, telephones ----------------------------------------------------------------------------


def codes(text: str, division: str = VILLAGE) -> list[str]:
    return [home.code for home in find_households(text, division=division)]


def adds(*names: str, phone: str | None = None, village: str = VILLAGE) -> None:
    born_on = date(1999, 9, 9)
    add_people(
        NewPerson(
            village=village, household_code=f"{name}家", name=name, relation="户主", sex="男", born_on=born_on,
            number=number(born_on, 91 + 2 * nth), number_kind="居民身份证", phone=phone,
        )
        for nth, name in enumerate(names)
    )  # fmt: skip


@pytest.mark.parametrize("text", ["dw", "cw", "sw", "SW", "s"])
def test_a_character_with_several_readings_is_found_by_each(county: County, text: str) -> None:
    adds("单伟")

    assert "单伟家" in codes(text)


@pytest.mark.parametrize("text", ["abd", "a", "阿卜", "杜拉", "买买", "拉"])
def test_a_name_with_a_dot_is_found_by_its_parts(county: County, text: str) -> None:
    adds("阿卜杜拉·买买提")

    assert codes(text) == ["阿卜杜拉·买买提家"]


def test_a_character_that_nobody_can_read_out_is_skipped(county: County) -> None:
    adds("周𠀂𠀄明")

    assert codes("zm") == ["周𠀂𠀄明家"]


@pytest.mark.parametrize("text", ["JOHNSMITH", "johnsm", "John"])
def test_a_latin_name_is_found_however_it_is_written(county: County, text: str) -> None:
    adds("JOHNSMITH")

    assert codes(text) == ["JOHNSMITH家"]


def test_whose_whole_name_it_is_comes_before_who_begins_so_and_whose_part_it_is(county: County) -> None:
    adds("小林海", "大小林", "小林")

    assert codes("小林") == ["小林家", "小林海家", "大小林家"]


def test_a_telephone_is_found_by_its_last_four_digits_and_nothing_of_it_is_kept_in_plain(county: County) -> None:
    adds("周电", phone="000-1234 5678")

    assert (codes("5678"), codes("1234"), codes("678"), codes("00012345678")) == (["周电家"], [], [], [])
    row = Resident.objects.get(name="周电")
    assert (b"5678" in bytes(row.phone_token), unseal(row.phone_sealed, purpose="phone")) == (False, "000-1234 5678")


def test_a_telephone_that_is_too_short_has_no_last_four() -> None:
    assert [phone_token(phone) for phone in ("", "123", "无")] == [None] * 3


@pytest.mark.parametrize("text", ["邻", "zl", "9876"])
def test_people_of_another_village_are_found_by_none_of_it(county: County, text: str) -> None:
    adds("郑邻居", phone="00000009876", village=OTHER_VILLAGE)

    with within(Scope(VILLAGE, "staff:clerk")):
        assert codes(text) == []
    assert "郑邻居家" in codes(text, COUNTY)


def test_a_corrected_name_is_found_by_its_new_words_alone(county: County) -> None:
    with register_changes("name"):
        Resident.objects.filter(name="周归").update(name="周桂林")

    assert (codes("桂林"), codes("zgl"), codes("归")) == (["周家"], ["周家"], [])


def test_without_the_trigger_a_corrected_name_would_be_found_by_the_old_one(real_county: County) -> None:
    """The control."""
    as_owner("ALTER TABLE register_resident DISABLE TRIGGER keep_words_changed")
    with register_changes("name"):
        Resident.objects.filter(name="周归").update(name="周桂林")

    assert (codes("桂林"), codes("归")) == ([], ["周家"])


def test_who_is_moved_to_another_village_is_found_there(county: County) -> None:
    with register_changes():
        Household.objects.filter(code="周家").update(division=OTHER_VILLAGE)
        Resident.objects.filter(name="周归").update(division=OTHER_VILLAGE)

    with within(Scope(OTHER_VILLAGE, "staff:neighbour")):
        assert list(Word.objects.filter(word="归").values_list("division", flat=True)) == [OTHER_VILLAGE]
    with within(Scope(VILLAGE, "staff:clerk")):
        assert not Word.objects.filter(word="归").exists()


def test_a_parent_is_old_enough_to_be_one(county: County) -> None:
    home = county.household("赵家")

    def offered(on: date) -> set[str]:
        return {one.name for one in guardians_in(home, on=on)}

    assert offered(date(2021, 11, 15)) == {"赵大", "赵妻"}
    assert "赵双一" not in offered(date(2026, 7, 2))
    assert "赵双一" in offered(date(2026, 7, 3))


def test_nobody_at_work_writes_words(county: County) -> None:
    for statement in ("INSERT INTO register_word (resident_id, division, household_id, word) VALUES (1, '340621100200', 1, 'x')", "UPDATE register_word SET word = 'x'", "DELETE FROM register_word"):  # fmt: skip
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as db:
            db.execute(statement)


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        pytest.param(lambda: Word.objects.filter(word__gte="zs", word__lt="zs~").order_by("word"), "word_by_place", id="words"),
        pytest.param(lambda: Resident.objects.filter(phone_token=b"12345678"), "resident_by_phone", id="telephones"),
    ],
)  # fmt: skip
def test_each_way_is_looked_up_in_its_index(county: County, rows: Callable[[], QuerySet[Any]], index: str) -> None:
    assert index in plan_of(rows().filter(inside(COUNTY)))
