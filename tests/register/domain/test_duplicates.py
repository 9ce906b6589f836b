"""The same person twice: found without reading anybody's number aloud, never merged by itself, and taken back."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet

from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.access.scope import Scope, within
from canbao.access.sealing import person_token, seal
from canbao.register.domain.changes import died
from canbao.register.domain.duplicates import (
    Why,
    are_the_same,
    are_two_people,
    how_many_in,
    one_slip,
    suspects_in,
    take_back_two_people,
)
from canbao.register.domain.households import living_in, move_over
from canbao.register.domain.residents import find_by_number, register_newborn, register_resident
from canbao.register.domain.undoing import undo
from canbao.register.models import Change, Resident, TwoPeople
from canbao.register.refusals import GroundMissing, HasDied, NothingChanges, SaidAlready, WasWithdrawn
from tests.collection.racing import one_inside_the_other
from tests.county import COUNTY, IN_THE_WINDOW, OTHER_VILLAGE, VILLAGE, County, number, register_changes, signed_in

BORN = date(1990, 10, 10)  # 周归, 051
TOWN = "340621100000"


def adds(county: County, household: str, name: str, born_on: date, sequence: int) -> Resident:
    return register_resident(
        household=county.household(household), name=name, number=number(born_on, sequence), relation="", on=IN_THE_WINDOW.date(),
        allow_synthetic=True,
    )  # fmt: skip


def found(division: str = VILLAGE) -> list[tuple[str, str, Why]]:
    return [(pair.one.name, pair.other.name, pair.why) for pair in suspects_in(division)]


def says_same(
    county: County, stays: Resident, goes: Resident, *, takes_over: bool = False, by: str = "clerk", **rest: Any
):
    with signed_in(by):
        return are_the_same(stays, goes, takes_over=takes_over, by=county.staff(by), **{"why": "看了身份证", "at": IN_THE_WINDOW} | rest)  # fmt: skip


def says_two(county: County, one: Resident, other: Resident, *, by: str = "clerk", why: str = "两兄弟") -> TwoPeople:
    with signed_in(by):
        return are_two_people(one, other, by=county.staff(by), why=why, at=IN_THE_WINDOW)


def register() -> list[tuple[Any, ...]]:
    return list(Resident.objects.order_by("pk").values_list("name", "household", "division", "person_token", "born_on", "moved_on", "withdrawn", "same_as"))  # fmt: skip


def test_nobody_of_the_small_county_is_suspected_not_even_the_twins(county: County) -> None:
    assert (found(COUNTY), how_many_in(COUNTY)) == ([], {})


@pytest.mark.parametrize(
    ("born_on", "sequence", "why"),
    [
        pytest.param(BORN, 53, Why.ONE_SLIP, id="one-digit"),
        pytest.param(BORN, 501, Why.ONE_SLIP, id="two-neighbours-exchanged"),
        pytest.param(date(1991, 10, 10), 51, Why.ONE_SLIP, id="one-digit-of-the-birthday"),
        pytest.param(date(1992, 11, 10), 51, None, id="two-digits"),
        pytest.param(BORN, 938, Why.SAME_BIRTH, id="another-number"),
    ],
)
def test_a_second_row_of_the_same_name_and_village_is_found(county: County, born_on: date, sequence: int, why: Why | None) -> None:  # fmt: skip
    adds(county, "赵家", "周归", born_on, sequence)

    assert found() == ([("周归", "周归", why)] if why else [])


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("11010519900101001", "11010519900101001", True),
        ("11010519900101001", "11010519900101003", True),
        ("11010519900101012", "11010519900101021", True),
        ("11010519900101012", "11010519900110012", True),
        ("11010519900101012", "11010519900101201", False),
        ("11010519900101012", "11010519900102013", False),
        ("11010519900101012", "110105199001010", False),
    ],
)
def test_one_slip_is_one_digit_or_two_neighbours(one: str, other: str, near: bool) -> None:
    assert (one_slip(one + "0", other + "5"), one_slip(other + "5", one + "0")) == (near, near)


def test_namesakes_are_not_found_elsewhere_or_of_another_birthday(county: County) -> None:
    adds(county, "郑家", "周归", BORN, 53)
    adds(county, "赵家", "孙独", date(1941, 5, 6), 17)

    assert found(COUNTY) == []


def test_who_died_or_left_is_not_looked_at(county: County) -> None:
    adds(county, "赵家", "周归", BORN, 53)
    with signed_in("clerk"):
        died(Resident.objects.filter(name="周归").latest("pk"), on=IN_THE_WINDOW.date(), by=county.staff("clerk"), why="死亡证明", at=IN_THE_WINDOW)  # fmt: skip

    assert found() == []


def test_fifteen_and_eighteen_digits_are_one_number(county: County) -> None:
    """A register of long ago brought fifteen digits as they were; its token is of those."""
    whole = number(BORN, 51)
    short = whole[:6] + whole[8:17]
    twice = adds(county, "郑家", "周桂", BORN, 938)
    with register_changes():
        Resident.objects.filter(pk=twice.pk).update(number_sealed=seal(short), person_token=person_token(short), number_tail=short[-4:])  # fmt: skip

    assert (len(short), found(COUNTY)) == (15, [("周归", "周桂", Why.SAME_NUMBER)])


def test_a_newborn_registered_again_with_a_number_is_found_and_its_twin_is_a_question_too(county: County) -> None:
    born = date(2021, 10, 20)
    father = county.person("赵大")
    for order, name in ((1, "赵大宝宝"), (2, "赵大宝宝二")):
        register_newborn(guardian=father, name=name, sex="男", born_on=born, order_of_birth=order)
    assert found() == []  # two without a number are twins

    adds(county, "赵家", "赵小明", born, 71)

    assert found() == [("赵大宝宝", "赵小明", Why.NUMBER_LATER), ("赵大宝宝二", "赵小明", Why.NUMBER_LATER)]
    says_two(county, *Resident.objects.filter(name__in=["赵大宝宝二", "赵小明"]).order_by("pk"))
    assert found() == [("赵大宝宝", "赵小明", Why.NUMBER_LATER)]


def test_a_sister_is_no_brother(county: County) -> None:
    register_newborn(guardian=county.person("赵大"), name="赵大宝宝", sex="女", born_on=date(2021, 10, 20))
    adds(county, "赵家", "赵小明", date(2021, 10, 20), 71)

    assert found() == []


def test_they_are_counted_by_town_and_by_village(county: County) -> None:
    adds(county, "赵家", "周归", BORN, 53)
    adds(county, "郑家", "郑邻", date(1970, 12, 12), 65)

    assert (how_many_in(COUNTY), how_many_in(TOWN)) == ({TOWN: 2}, {VILLAGE: 1, OTHER_VILLAGE: 1})


def test_a_village_finds_its_own_alone(county: County) -> None:
    adds(county, "赵家", "周归", BORN, 53)
    with within(Scope(division=OTHER_VILLAGE, actor="staff:neighbour")):
        assert found(COUNTY) == []


# --- what is said of them ---------------------------------------------------------------------------------------------


def test_two_people_are_remembered_until_it_is_taken_back(county: County) -> None:
    other = adds(county, "赵家", "周归", BORN, 53)
    made = says_two(county, other, county.household("周家").residents.get())
    after = found()

    with signed_in("clerk"):
        take_back_two_people(made, by=county.staff("clerk"), why="弄错了", at=IN_THE_WINDOW)

    kept = TwoPeople.objects.get()
    assert (after, found()) == ([], [("周归", "周归", Why.ONE_SLIP)])
    assert (kept.said_by, kept.why, kept.taken_back_by, kept.taken_back_why) == ("staff:clerk", "两兄弟", "staff:clerk", "弄错了")  # fmt: skip


def test_what_is_said_is_said_once_for_a_reason_and_by_themselves(county: County) -> None:
    other, one = adds(county, "赵家", "周归", BORN, 53), county.household("周家").residents.get()
    with pytest.raises(GroundMissing), transaction.atomic():
        says_two(county, one, other, why=" ")
    with pytest.raises(NotYourWork), transaction.atomic():
        says_two(county, one, other, by="tax")
    made = says_two(county, one, other)
    with pytest.raises(SaidAlready):
        says_two(county, other, one)
    with signed_in("clerk"):
        take_back_two_people(made, by=county.staff("clerk"), why="弄错了", at=IN_THE_WINDOW)
        with pytest.raises(SaidAlready):
            take_back_two_people(made, by=county.staff("clerk"), why="弄错了", at=IN_THE_WINDOW)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE register_twopeople SET why = 'x'",
        "UPDATE register_twopeople SET taken_back_at = now(), taken_back_by = 'staff:county', taken_back_why = 'x'",
        "DELETE FROM register_twopeople",
    ],
)
def test_the_database_keeps_what_was_said(county: County, statement: str) -> None:
    says_two(county, adds(county, "赵家", "周归", BORN, 53), county.household("周家").residents.get())

    with signed_in("clerk"), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        pytest.param({"division": VILLAGE, "actor": "staff:clerk"}, 1, id="their-village"),
        pytest.param({"division": OTHER_VILLAGE, "actor": "staff:neighbour"}, 0, id="another-village"),
        pytest.param({"division": VILLAGE, "actor": "resident:1", "household": 1}, 0, id="a-family"),
    ],
)
def test_what_was_said_is_read_by_staff_who_see_both(county: County, scope: dict[str, Any], seen: int) -> None:
    says_two(county, adds(county, "赵家", "周归", BORN, 53), county.household("周家").residents.get())

    with within(Scope(**scope)):
        assert TwoPeople.objects.count() == seen


def test_nobody_signs_for_somebody_else(county: County) -> None:
    one, other = county.household("周家").residents.get(), adds(county, "赵家", "周归", BORN, 53)

    with signed_in("clerk"), pytest.raises(DatabaseError, match="cannot speak for"), transaction.atomic():
        TwoPeople.objects.create(
            county=COUNTY, one=one, other=other, why="x", said_by="staff:county", said_at=IN_THE_WINDOW
        )


def test_who_moves_takes_along_what_the_other_row_holds(county: County) -> None:
    stays, goes = county.household("周家").residents.get(), adds(county, "赵家", "周归", BORN, 53)
    says_same(county, stays, goes)

    with signed_in("town"):
        move_over(
            county.household("周家"), [stays.pk], into=county.household("郑家"), relations={stays.pk: "其他亲属"}, by=county.staff("town"),
            why="户口簿", at=IN_THE_WINDOW,
        )  # fmt: skip

    goes.refresh_from_db()
    assert (goes.division, goes.household.code, living_in(county.household("郑家"))[1:]) == (
        OTHER_VILLAGE,
        "郑家",
        [stays],
    )


def test_one_row_stays_and_the_other_points_to_it(county: County) -> None:
    stays, goes = county.household("周家").residents.get(), adds(county, "赵家", "周归", BORN, 53)
    before = register()

    done = says_same(county, stays, goes)

    goes.refresh_from_db()
    assert (goes.same_as_id, goes.withdrawn, goes.household_id, found()) == (stays.pk, True, stays.household_id, [])
    with signed_in("clerk"):
        undo(done.change, by=county.staff("clerk"), why="弄错了", at=IN_THE_WINDOW)
    assert (register(), found()) == (before, [("周归", "周归", Why.ONE_SLIP)])


def test_the_right_number_comes_to_the_row_that_stays_and_goes_back(county: County) -> None:
    stays, goes = county.household("周家").residents.get(), adds(county, "赵家", "周归", BORN, 53)
    before = register()

    done = says_same(county, stays, goes, takes_over=True)

    by_number = find_by_number(number(BORN, 53), on=IN_THE_WINDOW.date(), allow_synthetic=True)
    assert (by_number, find_by_number(number(BORN, 51), on=IN_THE_WINDOW.date(), allow_synthetic=True)) == (stays, None)
    with signed_in("clerk"):
        undo(done.change, by=county.staff("clerk"), why="弄错了", at=IN_THE_WINDOW)
    assert register() == before


def test_a_newborns_number_comes_to_the_row_that_has_its_bill(county: County) -> None:
    born = date(2021, 10, 20)
    child = register_newborn(guardian=county.person("赵大"), name="赵大宝宝", sex="男", born_on=born)
    again = adds(county, "赵家", "赵小明", born, 71)

    says_same(county, child, again, takes_over=True)

    child.refresh_from_db()
    assert (child.name, child.number_tail, child.moved_on) == ("赵小明", number(born, 71)[-4:], None)


def test_merging_says_no(county: County) -> None:
    stays, goes = county.household("周家").residents.get(), adds(county, "赵家", "周归", BORN, 53)
    with pytest.raises(NothingChanges), transaction.atomic():
        says_same(county, stays, stays)
    with pytest.raises(GroundMissing), transaction.atomic():
        says_same(county, stays, goes, why="")
    with pytest.raises(NotYourWork), transaction.atomic():
        says_same(county, stays, goes, by="finance")
    with within(Scope(division=OTHER_VILLAGE, actor="staff:neighbour")), pytest.raises(NotYourDivision):
        are_the_same(stays, goes, takes_over=False, by=county.staff("neighbour"), why="x", at=IN_THE_WINDOW)
    says_same(county, stays, goes)
    with pytest.raises(WasWithdrawn), transaction.atomic():
        says_same(county, stays, goes)
    with signed_in("clerk"):
        died(stays, on=IN_THE_WINDOW.date(), by=county.staff("clerk"), why="死亡证明", at=IN_THE_WINDOW)
    with pytest.raises(HasDied):
        says_same(county, stays, goes)


def test_nobody_is_merged_without_being_withdrawn(county: County) -> None:
    with register_changes(), pytest.raises(DatabaseError, match="resident_same_as_is_withdrawn"), transaction.atomic():
        Resident.objects.filter(name="周归").update(same_as=county.person("赵大"))


def test_a_merge_is_one_change_of_both(county: County) -> None:
    done = says_same(
        county, county.household("周家").residents.get(), adds(county, "赵家", "周归", BORN, 53), takes_over=True
    )

    assert {one.kind for one in Change.objects.filter(together=done.change.together)} == {"merged"}
    assert Change.objects.filter(together=done.change.together).count() == 2


# --- two at once --------------------------------------------------------------------------------------------------------------


@pytest.fixture(params=[True, False], ids=["locked", "without-the-lock"])
def locked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether rows are held while they are looked at; without it the same race ends otherwise."""
    if not request.param:
        monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_: self)
    return bool(request.param)


def names(*ends: Any) -> list[str]:
    return [type(one).__name__ for one in ends]


def test_two_who_say_one_person_at_once_say_it_once(real_county: County, locked: bool) -> None:
    stays, goes = real_county.household("周家").residents.get(), adds(real_county, "赵家", "周归", BORN, 53)

    done = one_inside_the_other(*[lambda: says_same(real_county, stays, goes)] * 2)

    assert names(*done) == ["Merged", "WasWithdrawn" if locked else "DoesNotExist"]
    assert Change.objects.filter(kind="merged").count() == 1


def test_two_who_merge_two_rows_the_one_into_the_other_and_back_leave_one(real_county: County, locked: bool) -> None:
    """Without the lock both are withdrawn, and nobody is left who stands for the other."""
    one, other = real_county.household("周家").residents.get(), adds(real_county, "赵家", "周归", BORN, 53)

    one_inside_the_other(lambda: says_same(real_county, one, other), lambda: says_same(real_county, other, one))

    assert Resident.objects.filter(name="周归", withdrawn=True).count() == (1 if locked else 2)


def test_two_who_take_it_back_at_once_take_it_back_once(real_county: County, locked: bool) -> None:
    made = says_two(
        real_county, *[real_county.household("周家").residents.get(), adds(real_county, "赵家", "周归", BORN, 53)]
    )

    def takes_back() -> None:
        with signed_in("clerk"):
            take_back_two_people(made, by=real_county.staff("clerk"), why="弄错了", at=IN_THE_WINDOW)

    done = one_inside_the_other(takes_back, takes_back)

    assert names(*done) == ["NoneType", "SaidAlready" if locked else "IntegrityError"]
    assert found() == [("周归", "周归", Why.ONE_SLIP)]
