"""One number, one person: registered, found again, and read out with a reason."""

from contextvars import Context
from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from canbao.access.models import Record
from canbao.access.scope import Scope, within
from canbao.divisions.models import Division
from canbao.kernel.identity import BornInFuture, PlaceNeverIssued, WrongCheckCharacter, WrongLength
from canbao.kernel.refusal import Refusal
from canbao.register.domain.bulk import NewPerson, add_people
from canbao.register.domain.residents import (
    find_by_name_and_number,
    find_by_number,
    read_number,
    register_newborn,
    register_resident,
)
from canbao.register.models import Household, Resident
from canbao.register.refusals import (
    NameMissing,
    NoCommittee,
    NotOnRegister,
    NumberInText,
    NumberTaken,
    TextNotWritable,
    TextTooLong,
)
from tests.collection.racing import all_at_once
from tests.county import IN_THE_WINDOW, OTHER_VILLAGE, PEOPLE, VILLAGE, County, number

ON = IN_THE_WINDOW.date()
NEW = number(date(1999, 9, 9), 99)
NEW_VILLAGE = "340621100298"


def number_of(name: str) -> str:
    _, _, born_on, sequence, _, _ = PEOPLE[name]
    return number(born_on, sequence)


def register(county: County, number: str = NEW, *, synthetic: bool = True, name: str = "周新") -> Resident:
    return register_resident(
        household=county.household("周家"),
        name=name,
        number=number,
        relation="兄弟",
        on=ON,
        allow_synthetic=synthetic,
    )


def test_a_new_resident_is_found_by_their_number_and_kept_without_it(county: County) -> None:
    resident = register(county)

    assert find_by_number(NEW, on=ON, allow_synthetic=True) == resident
    assert (resident.number_tail, resident.born_on, resident.sex) == (NEW[-4:], date(1999, 9, 9), "男")
    assert NEW not in repr(vars(resident))


@pytest.mark.parametrize(
    ("number", "refusal"),
    [
        pytest.param(NEW[:-1] + ("0" if NEW[-1] != "0" else "1"), WrongCheckCharacter, id="a-wrong-check-character"),
        pytest.param(NEW[:-1], WrongLength, id="a-digit-short"),
        pytest.param(number(date(2031, 1, 1), 1), BornInFuture, id="not-yet-born"),
    ],
)
def test_a_wrong_number_registers_nobody(county: County, number: str, refusal: type) -> None:
    before = (Resident.objects.count(), Record.objects.count())

    with pytest.raises(refusal):
        register(county, number)

    assert (Resident.objects.count(), Record.objects.count()) == before


def test_where_real_people_live_an_invented_number_is_refused(county: County) -> None:
    with pytest.raises(PlaceNeverIssued):
        register(county, synthetic=False)


def test_a_number_that_is_on_the_register_is_not_registered_again(county: County) -> None:
    before = (Resident.objects.count(), Record.objects.count())

    with pytest.raises(NumberTaken):
        register(county, number_of("郑邻"))

    assert (Resident.objects.count(), Record.objects.count()) == before


def test_two_clerks_who_register_one_person_at_once_register_one(real_county: County) -> None:
    answers = all_at_once(*[lambda: register(real_county)] * 3)

    assert sorted(type(one).__name__ for one in answers) == ["NumberTaken", "NumberTaken", "Resident"]
    assert Resident.objects.filter(name="周新").count() == 1


def test_a_register_with_one_number_twice_is_taken_back_as_a_whole(county: County) -> None:
    before = (Resident.objects.count(), Household.objects.count())
    people = [
        NewPerson(village=VILLAGE, household_code=code, name=code, relation="户主", sex="男", born_on=date(1999, 9, 9), number=NEW, number_kind="居民身份证")
        for code in ("新一", "新二")
    ]  # fmt: skip

    with pytest.raises(IntegrityError), transaction.atomic():
        add_people(people)

    assert (Resident.objects.count(), Household.objects.count()) == before


def test_people_of_a_village_without_a_committee_are_refused_by_its_name_and_nobody_is_dropped(
    county: County,
) -> None:
    before = (Resident.objects.count(), Household.objects.count())
    nowhere = "340621100299"
    people = [
        NewPerson(village=village, household_code=code, name=code, relation="户主", sex="男", born_on=born_on, number=number(born_on, 1), number_kind="居民身份证")
        for village, code, born_on in ((VILLAGE, "新一", date(1999, 9, 9)), (NEW_VILLAGE, "新二", date(1999, 9, 8)), (nowhere, "新三", date(1999, 9, 7)))
    ]  # fmt: skip
    Division.objects.create(code=NEW_VILLAGE, name="示例新村", level="village")

    with pytest.raises(NoCommittee) as no, transaction.atomic():
        add_people(people)

    assert f"示例新村（{NEW_VILLAGE}）、（{nowhere}）；共2人" in no.value.says
    assert (Resident.objects.count(), Household.objects.count()) == before
    assert add_people(people[:1]) == 1


def test_a_stranger_learns_the_same_from_a_wrong_name_and_from_an_unknown_number(county: County) -> None:
    heard = []
    for name, number_ in (("赵小", number_of("赵大")), ("赵大", NEW)):
        with pytest.raises(NotOnRegister) as no:
            find_by_name_and_number(name=name, number=number_, on=ON, allow_synthetic=True)
        heard.append(no.value.as_json())

    assert heard[0] == heard[1]


def test_who_knows_name_and_number_is_found_without_any_scope(county: County) -> None:
    with within(Scope("340000000000", "nobody", household=0)):
        found = find_by_name_and_number(name=" 赵 大 ", number=number_of("赵大"), on=ON, allow_synthetic=True)

    assert (found.name, found.division) == ("赵大", VILLAGE)


def test_staff_find_by_number_within_their_scope_alone(county: County) -> None:
    with within(Scope(OTHER_VILLAGE, "staff:neighbour")):
        assert find_by_number(number_of("赵大"), on=ON, allow_synthetic=True) is None
        assert find_by_number(number_of("郑邻"), on=ON, allow_synthetic=True) == Resident.objects.get(name="郑邻")


def test_reading_a_number_is_on_record_with_its_reason_and_without_the_number(county: County) -> None:
    resident = county.person("赵大")

    assert read_number(resident, reason="核对银行卡") == number_of("赵大")

    last = Record.objects.latest("position")
    assert (last.verb, last.subject, last.detail) == (
        "number.read",
        f"resident:{resident.pk}",
        {"reason": "核对银行卡"},
    )


def test_a_number_that_cannot_be_recorded_is_not_read(county: County) -> None:
    with pytest.raises(AssertionError, match="nobody is at work"):
        Context().run(read_number, county.person("赵大"), reason="看看")


def test_twins_without_numbers_are_two_and_the_same_child_is_one(county: County) -> None:
    guardian = county.person("赵大")
    child = {"guardian": guardian, "name": "赵大宝宝", "sex": "女", "born_on": date(2021, 11, 1)}
    first, second = register_newborn(**child), register_newborn(**child, order_of_birth=2)

    with pytest.raises(NumberTaken):
        register_newborn(**child)

    assert (first.person_token != second.person_token, Resident.objects.filter(name="赵大宝宝").count()) == (True, 2)


NO_NAMES = [
    pytest.param(" ", NameMissing, id="none"),
    pytest.param("赵" * 61, TextTooLong, id="too-long"),
    pytest.param("赵\x00", TextNotWritable, id="not-writable"),
    pytest.param(f"赵{NEW}", NumberInText, id="with-a-number"),
]


@pytest.mark.parametrize(("name", "says"), NO_NAMES)
def test_nobody_is_registered_under_what_is_no_name(county: County, name: str, says: type[Refusal]) -> None:
    """By a corrected name all of these were refused; by a first one the database said no, or kept it."""
    before = Resident.objects.count()
    one = NewPerson(village=VILLAGE, household_code="新一", name="周新", relation="户主", sex="男", born_on=date(1999, 9, 9), number=NEW, number_kind="居民身份证")  # fmt: skip
    ways = [
        lambda: register(county, name=name),
        lambda: register_newborn(guardian=county.person("赵大"), name=name, sex="女", born_on=date(2021, 11, 1)),
        lambda: add_people([one, replace(one, name=name)]),
    ]

    heard = []
    for way in ways:
        with pytest.raises(says) as no, transaction.atomic():
            way()
        heard.append("第2人的" in no.value.says)

    assert (heard, Resident.objects.count()) == ([False, False, True], before)


def test_blanks_in_a_name_are_no_part_of_it(county: County) -> None:
    assert register(county, name=" 周 新 ").name == "周新"
