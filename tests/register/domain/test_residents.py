"""One number, one person: registered, found again, and read out with a reason."""

from contextvars import Context
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction

from canbao.access.models import Record
from canbao.access.scope import Scope, within
from canbao.access.sealing import unseal
from canbao.divisions.models import Division
from canbao.kernel.identity import BornInFuture, PlaceNeverIssued, WrongCheckCharacter, WrongLength
from canbao.kernel.passport import NumberOfCard
from canbao.kernel.refusal import Refusal
from canbao.register.domain.bulk import NewPerson, add_people
from canbao.register.domain.residents import (
    find_by_name_and_number,
    find_by_number,
    find_by_passport,
    read_number,
    register_newborn,
    register_resident,
    register_without_papers,
)
from canbao.register.models import Household, Resident
from canbao.register.queries import without_a_number
from canbao.register.refusals import (
    BirthdayMissing,
    BirthNotPossible,
    NameMissing,
    NoCommittee,
    NotOnRegister,
    NumberInText,
    NumberTaken,
    PapersMissing,
    SexMissing,
    TextNotWritable,
    TextTooLong,
)
from tests.collection.racing import all_at_once
from tests.county import IN_THE_WINDOW, OTHER_VILLAGE, PEOPLE, VILLAGE, County, number, register_changes

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


# --- passports and people without papers ------------------------------------------------------------------------------


def passport(county: County, *, number: str = "C1234567", issuer: str = "VNM", **changes: Any) -> Resident:
    known = {"name": "阮氏兰", "born_on": date(1992, 3, 8), "sex": "女", "relation": "配偶"} | changes
    return register_resident(household=county.household("周家"), number=number, issuer=issuer, on=ON, allow_synthetic=False, **known)  # fmt: skip


def without_papers(county: County, **changes: Any) -> Resident:
    known = {
        "name": "周无名",
        "born_on": date(1970, 1, 1),
        "sex": "男",
        "relation": "其他亲属",
        "papers": "村委会证明",
    } | changes
    return register_without_papers(household=county.household("周家"), on=ON, **known)


def test_a_passport_is_kept_sealed_and_found_again_by_its_number(county: County) -> None:
    made = passport(county)

    assert (made.number_kind, made.number_tail, unseal(made.number_sealed)) == ("外国护照", "4567", "VNMC1234567")
    assert "C1234567" not in repr(vars(made))
    assert find_by_passport(" c1234567") == [made]
    assert find_by_name_and_number(name="阮氏兰", number="C1234567", on=ON, allow_synthetic=True).id == made.pk


def test_one_number_of_two_states_is_two_people_and_of_one_state_one(county: County) -> None:
    made = [passport(county), passport(county, issuer="USA", name="安娜")]

    with pytest.raises(NumberTaken), transaction.atomic():
        passport(county, name="又一个")
    assert find_by_passport("C1234567") == made
    assert find_by_name_and_number(name="安娜", number="C1234567", on=ON, allow_synthetic=True).id == made[1].pk


def test_a_stranger_learns_nothing_from_the_number_of_somebodys_passport(county: County) -> None:
    passport(county)
    heard = []
    for number_ in ("C1234567", "C7654321"):
        with pytest.raises(Refusal) as no:
            find_by_name_and_number(name="赵大", number=number_, on=ON, allow_synthetic=True)
        heard.append(no.value.as_json())

    assert heard[0] == heard[1]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        pytest.param({"born_on": None}, BirthdayMissing, id="no-birthday"),
        pytest.param({"sex": ""}, SexMissing, id="no-sex"),
        pytest.param({"born_on": date(2031, 1, 1)}, BirthNotPossible, id="not-yet-born"),
        pytest.param({"born_on": date(1799, 1, 1)}, BirthNotPossible, id="too-old"),
        pytest.param({"number": number(date(1992, 3, 8), 82)}, NumberOfCard, id="an-identity-card"),
    ],
)
def test_a_passport_wants_what_its_number_does_not_say(county: County, changes: dict[str, Any], refusal: type) -> None:
    with pytest.raises(refusal):
        passport(county, **changes)


def test_who_has_no_papers_is_kept_apart_with_what_they_have(county: County) -> None:
    one, namesake = without_papers(county), without_papers(county)

    assert (one.number_kind, one.number_sealed, one.papers) == ("无证件", None, "村委会证明")
    assert one.person_token != namesake.person_token
    assert list(without_a_number(VILLAGE, on=ON)) == [one, namesake]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        pytest.param({"sex": ""}, SexMissing, id="no-sex"),
        pytest.param({"born_on": date(2021, 11, 16)}, BirthNotPossible, id="not-yet-born"),
        pytest.param({"name": " "}, NameMissing, id="no-name"),
        pytest.param({"papers": " "}, PapersMissing, id="nobody-vouches"),
        pytest.param({"papers": f"证明人{NEW}"}, NumberInText, id="a-number-in-the-note"),
    ],
)
def test_nobody_is_kept_without_papers_and_without_a_word(county: County, changes: dict[str, Any], refusal: type) -> None:  # fmt: skip
    with pytest.raises(refusal):
        without_papers(county, **changes)


@pytest.mark.parametrize("changes", [{"number_kind": "居民身份证"}, {"number_sealed": b"x"}], ids=str)
def test_the_database_keeps_those_without_a_number_apart(county: County, changes: dict[str, Any]) -> None:
    one = without_papers(county)

    with register_changes(), pytest.raises(IntegrityError, match="resident_number_or_none"), transaction.atomic():
        Resident.objects.filter(pk=one.pk).update(**changes)


def test_one_number_is_one_person_by_the_database_and_by_nothing_else(real_county: County) -> None:
    """The guard taken away, the same number comes twice: nothing before it would have seen."""
    register(real_county)
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE register_resident DROP CONSTRAINT register_resident_person_token_key")
    register(real_county)

    assert Resident.objects.filter(name="周新").count() == 2


def test_who_died_or_left_or_got_a_number_is_no_longer_on_that_list(county: County) -> None:
    people = [without_papers(county, name=name) for name in ("甲", "乙", "丙")]
    with register_changes():
        Resident.objects.filter(name="甲").update(died_on=ON)
        Resident.objects.filter(name="乙").update(moved_on=ON)

    assert list(without_a_number(VILLAGE, on=ON)) == people[2:]
    assert list(without_a_number(OTHER_VILLAGE, on=ON)) == []


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
