"""What happens to people on the register: every change says why, is kept with what was before, and can be taken back."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F

from canbao.access.models import Record
from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.access.scope import Scope, within
from canbao.access.sealing import unseal
from canbao.enrolment.domain.facts import facts_of
from canbao.kernel.identity import WrongCheckCharacter
from canbao.kernel.refusal import Refusal
from canbao.register.domain.changes import (
    correct_details,
    correct_name,
    correct_number,
    died,
    give_number,
    joined_employee_scheme,
    left_employee_scheme,
    moved_away,
    returned,
)
from canbao.register.domain.residents import find_by_number, one_number_one_person
from canbao.register.domain.undoing import undo
from canbao.register.models import Change, Household, Resident
from canbao.register.refusals import (
    DayNotPossible,
    DetailNotPossible,
    GroundMissing,
    HasDied,
    HasMovedAway,
    NeverInEmployeeScheme,
    NothingChanges,
    NumberInText,
    NumberOfSomebodyElse,
    NumberSaysOtherwise,
    NumberTaken,
    NumberThereAlready,
    TextNotWritable,
    TextTooLong,
)
from tests.collection.racing import as_owner
from tests.county import COUNTY, IN_THE_WINDOW, OTHER_VILLAGE, PEOPLE, VILLAGE, County, number, signed_in
from tests.register.changing import BORN, MERGED, NEW, TODAY, does, newborn, row_of, takes_back

BOYS_NUMBER, GIRLS_NUMBER = number(BORN, 71), number(BORN, 72)
OLD_FOREIGN = "USA340021102012"  # of BORN, but for the century


# --- newborns ---------------------------------------------------------------------------------------------------------


def test_a_newborn_gets_its_number_and_name_and_stays_the_same_person(county: County) -> None:
    child = newborn(county)

    does(county, give_number, child, BOYS_NUMBER, name="赵小明", allow_synthetic=True)

    found = find_by_number(BOYS_NUMBER, on=TODAY, allow_synthetic=True)
    assert (found.pk, found.name, found.number_kind, unseal(found.number_sealed)) == (
        child.pk, "赵小明", "居民身份证", BOYS_NUMBER,
    )  # fmt: skip


def test_before_its_number_a_newborn_is_found_by_no_number(county: County) -> None:
    newborn(county)

    assert find_by_number(BOYS_NUMBER, on=TODAY, allow_synthetic=True) is None


def test_a_number_given_by_mistake_is_taken_back_and_the_child_is_as_before(county: County) -> None:
    child = newborn(county)
    before = row_of(child)
    change = does(county, give_number, child, BOYS_NUMBER, name="赵小明", allow_synthetic=True)

    takes_back(county, change)

    assert row_of(child) == before
    assert find_by_number(BOYS_NUMBER, on=TODAY, allow_synthetic=True) is None


def test_twins_are_two_children_and_each_gets_their_own_number(county: County) -> None:
    boy, girl = newborn(county, "赵大宝宝一"), newborn(county, "赵大宝宝二", sex="女", order=2)

    with pytest.raises(NumberOfSomebodyElse):
        does(county, give_number, girl, BOYS_NUMBER, allow_synthetic=True)
    does(county, give_number, boy, BOYS_NUMBER, allow_synthetic=True)
    does(county, give_number, girl, GIRLS_NUMBER, allow_synthetic=True)

    assert Resident.objects.filter(household=boy.household, born_on=BORN, number_sealed__isnull=False).count() == 2


def test_a_twin_does_not_get_the_number_that_the_other_has(county: County) -> None:
    one, other = newborn(county, "赵大宝宝一"), newborn(county, "赵大宝宝二", order=2)
    does(county, give_number, one, BOYS_NUMBER, allow_synthetic=True)

    with pytest.raises(NumberTaken):
        does(county, give_number, other, BOYS_NUMBER, allow_synthetic=True)


def test_another_birthday_than_the_childs_is_somebody_elses_number(county: County) -> None:
    with pytest.raises(NumberOfSomebodyElse, match="2021-10-20"):
        does(county, give_number, newborn(county), NEW, allow_synthetic=True)


def test_a_card_that_prints_no_century_leaves_the_birthday_as_registered(county: County) -> None:
    child = newborn(county)

    does(county, give_number, child, OLD_FOREIGN, allow_synthetic=True)

    child.refresh_from_db()
    assert (child.born_on, child.number_kind, child.sex) == (BORN, "外国人永久居留证（旧版）", "男")
    with pytest.raises(NumberSaysOtherwise):
        does(county, correct_details, child, born_on=date(2021, 10, 21))
    does(county, correct_details, child, sex="女")  # of which such a card says nothing


def test_a_card_that_prints_no_century_still_tells_two_days_apart(county: County) -> None:
    with pytest.raises(NumberOfSomebodyElse):
        does(county, give_number, newborn(county), OLD_FOREIGN.replace("211020", "211021"), allow_synthetic=True)


def test_a_wrong_number_gives_way_to_a_card_without_a_century(county: County) -> None:
    does(county, correct_number, "赵大", OLD_FOREIGN, allow_synthetic=True)

    assert county.person("赵大").born_on == PEOPLE["赵大"][2]


# --- slips of the pen ---------------------------------------------------------------------------------------------------


def test_a_corrected_number_brings_its_day_of_birth_along_and_keeps_the_old_one_sealed(county: County) -> None:
    change = does(county, correct_number, "赵大", NEW, allow_synthetic=True)

    person = county.person("赵大")
    _, _, born_on, sequence, _, _ = PEOPLE["赵大"]
    assert (person.born_on, unseal(person.number_sealed)) == (date(1999, 9, 9), NEW)
    assert change.before["born_on"] == "1980-05-01"
    assert unseal(bytes.fromhex(change.before["number_sealed"].removeprefix("\\x"))) == number(born_on, sequence)
    assert NEW not in repr(change.after)


def test_a_name_is_corrected_without_its_blanks(county: County) -> None:
    does(county, correct_name, "赵大", " 赵 达 ")

    assert (county.person("赵达").household.code, Resident.objects.filter(name="赵大").exists()) == ("赵家", False)


# --- death, moving, work ----------------------------------------------------------------------------------------------


def test_nobody_asks_money_of_the_dead_or_of_who_has_moved_away(county: County) -> None:
    does(county, died, "赵大", on=date(2021, 11, 1))
    does(county, moved_away, "赵妻", on=date(2021, 11, 1))

    family = list(county.household("赵家").residents.order_by("pk"))
    with signed_in("county"):
        asked = facts_of([one.pk for one in family], county=COUNTY, on=TODAY, pack=None)
    assert [one.name for one in family if one.pk in asked] == ["赵双一", "赵双二"]


def test_who_died_by_mistake_lives_again_and_who_moved_comes_back(county: County) -> None:
    before = [row_of(county.person(name)) for name in ("赵大", "赵妻")]
    takes_back(county, does(county, died, "赵大", on=TODAY))
    does(county, moved_away, "赵妻", on=TODAY - timedelta(days=9))
    does(county, returned, "赵妻", on=TODAY)

    assert [row_of(county.person(name)) for name in ("赵大", "赵妻")] == before


def test_work_changes_what_the_notice_is_told(county: County) -> None:
    person = county.person("赵大").pk

    def told() -> object:
        with signed_in("county"):
            return facts_of([person], county=COUNTY, on=TODAY, pack=None)[person].get("employee_scheme")

    does(county, joined_employee_scheme, "赵大", on=date(2021, 9, 1))
    at_work = told()
    does(county, left_employee_scheme, "赵大", on=date(2021, 11, 10), months=26, back_paid=False)

    assert (at_work, told()) == ({}, {"months": 26, "back_paid": False, "left_on": "2021-11-10"})


@pytest.mark.parametrize("what", [died, moved_away, joined_employee_scheme])
@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), date(1980, 4, 30)], ids=["tomorrow", "before-birth"])
def test_nothing_happens_tomorrow_or_before_birth(county: County, what: Callable[..., Change], day: date) -> None:
    with pytest.raises(DayNotPossible, match=day.isoformat()):
        does(county, what, "赵大", on=day)


def leaves(county: County, who: str, day: date) -> Change:
    return does(county, left_employee_scheme, who, on=day, months=None, back_paid=None)


@pytest.mark.parametrize(
    ("what", "event"),
    [
        (lambda county, day: leaves(county, "赵大", day), "参加职工医保"),
        (lambda county, day: does(county, died, "赵大", on=day), "参加职工医保"),
        (lambda county, day: does(county, moved_away, "赵大", on=day), "参加职工医保"),
        (lambda county, day: does(county, joined_employee_scheme, "赵妻", on=day), "停止职工医保"),
        (lambda county, day: does(county, died, "李军", on=day), "迁出"),
        (lambda county, day: does(county, moved_away, "李妻", on=day), "迁回"),
    ],
    ids=["left-work", "died", "moved", "works-again", "died-elsewhere", "moved-again"],
)  # fmt: skip
def test_nothing_happens_before_what_happened_before_it(county: County, what: Callable[[County, date], Change], event: str) -> None:  # fmt: skip
    first = date(2021, 10, 1)
    for who in ("赵大", "赵妻"):
        does(county, joined_employee_scheme, who, on=first)
    leaves(county, "赵妻", first)
    for who in ("李军", "李妻"):
        does(county, moved_away, who, on=first)
    does(county, returned, "李妻", on=first)

    with pytest.raises(DayNotPossible) as no:
        what(county, first - timedelta(days=1))

    assert f"2021-10-01{event}，今天是2021-11-15" in no.value.says
    assert what(county, first)


def test_a_day_that_was_taken_back_stands_in_nobodys_way_until_it_holds_again(county: County) -> None:
    worked = does(county, joined_employee_scheme, "赵大", on=date(2021, 10, 1))
    back = takes_back(county, worked)
    early = does(county, died, "赵大", on=date(2021, 9, 1))
    takes_back(county, early)
    takes_back(county, back)

    with pytest.raises(DayNotPossible):
        does(county, died, "赵大", on=date(2021, 9, 1))


@pytest.mark.parametrize(
    ("refusal", "what"),
    [
        pytest.param(HasDied, lambda c: does(c, correct_name, "孙独", "孙毒"), id="the-dead-are-not-corrected"),
        pytest.param(HasDied, lambda c: does(c, died, "孙独", on=TODAY), id="nobody-dies-twice"),
        pytest.param(HasDied, lambda c: does(c, returned, "孙独", on=TODAY), id="the-dead-do-not-return"),
        pytest.param(HasMovedAway, lambda c: does(c, moved_away, "李军", on=TODAY), id="nobody-moves-away-twice"),
        pytest.param(NothingChanges, lambda c: does(c, returned, "赵大", on=TODAY), id="who-never-left-does-not-return"),
        pytest.param(NothingChanges, lambda c: does(c, correct_name, "赵大", "赵 大"), id="the-same-name"),
        pytest.param(NothingChanges, lambda c: does(c, correct_name, "赵大", " "), id="no-name"),
        pytest.param(
            NothingChanges,
            lambda c: does(c, correct_number, "赵大", number(date(1980, 5, 1), 11), allow_synthetic=True),
            id="the-same-number",
        ),
        pytest.param(
            NumberThereAlready, lambda c: does(c, give_number, "赵大", NEW, allow_synthetic=True), id="a-second-number"
        ),
        pytest.param(
            NumberTaken,
            lambda c: does(c, correct_number, "赵大", number(date(1982, 6, 2), 22), allow_synthetic=True),
            id="the-number-of-his-wife",
        ),
        pytest.param(
            WrongCheckCharacter,
            lambda c: does(c, correct_number, "赵大", NEW[:-1] + ("0" if NEW[-1] != "0" else "1"), allow_synthetic=True),
            id="a-wrong-number",
        ),
        pytest.param(
            DayNotPossible, lambda c: does(c, correct_details, "赵大", born_on=date(2022, 1, 1)), id="not-born-yet"
        ),
        pytest.param(
            DayNotPossible, lambda c: does(c, returned, "李军", on=TODAY - timedelta(days=1)), id="back-before-leaving"
        ),
        pytest.param(
            NeverInEmployeeScheme,
            lambda c: does(c, left_employee_scheme, "赵大", on=TODAY, months=1, back_paid=None),
            id="leaves-what-he-was-never-in",
        ),
        pytest.param(
            NumberSaysOtherwise,
            lambda c: does(c, correct_details, "赵大", born_on=date(1980, 5, 2)),
            id="another-birthday-than-the-number",
        ),
        pytest.param(
            NumberSaysOtherwise, lambda c: does(c, correct_details, "赵大", sex="女"), id="another-sex-than-the-number"
        ),
        pytest.param(NotYourDivision, lambda c: does(c, correct_name, "赵大", "赵达", by="neighbour"), id="a-neighbour"),
        pytest.param(NotYourWork, lambda c: does(c, correct_name, "赵大", "赵达", by="tax"), id="the-tax-office"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_changed(
    county: County, refusal: type[Refusal], what: Callable[[County], Change]
) -> None:
    does(county, died, "孙独", on=TODAY)
    does(county, moved_away, "李军", on=TODAY)
    before = ([row_of(one) for one in Resident.objects.order_by("pk")], Change.objects.count(), Record.objects.count())

    with pytest.raises(refusal):
        what(county)

    after = ([row_of(one) for one in Resident.objects.order_by("pk")], Change.objects.count(), Record.objects.count())
    assert after == before


@pytest.mark.parametrize(
    ("refusal", "why"),
    [
        pytest.param(GroundMissing, "", id="nothing"),
        pytest.param(GroundMissing, " \t\n　", id="blanks"),
        pytest.param(TextTooLong, "看" * 201, id="too-long"),
        pytest.param(TextNotWritable, "看了\0户口簿", id="nul"),
        pytest.param(TextNotWritable, "看了\ud800户口簿", id="half-a-character"),
        pytest.param(NumberInText, f"身份证{NEW}", id="a-whole-number"),
        pytest.param(NumberInText, f"身份证{NEW[:6]} {NEW[6:14]} {NEW[14:]}", id="a-number-in-groups"),
    ],
)
@pytest.mark.parametrize(
    "what",
    [
        lambda c, why: does(c, correct_number, "赵大", NEW, allow_synthetic=True, why=why),
        lambda c, why: does(c, moved_away, "赵大", on=TODAY, why=why),
        lambda c, why: undo(c.person("钱儿").changes.get(), by=c.staff("clerk"), why=why, at=IN_THE_WINDOW),
    ],
    ids=["number", "moved", "undone"],
)  # fmt: skip
def test_a_ground_is_said_in_words_that_can_be_kept(
    county: County, refusal: type[Refusal], why: str, what: Callable[..., Change]
) -> None:
    does(county, correct_details, "钱儿", relation="儿子")

    with pytest.raises(refusal) as no, signed_in("clerk"):
        what(county, why)

    assert NEW not in repr(no.value.as_json())


def test_the_longest_ground_is_kept_tidied(county: County) -> None:
    change = does(county, correct_name, "赵大", "赵达", why="  看了  户口簿\n" + "看" * 193)

    assert change.why == "看了 户口簿 " + "看" * 193


@pytest.mark.parametrize(
    ("refusal", "what"),
    [
        pytest.param(TextTooLong, lambda c: does(c, correct_name, "赵大", "赵" * 61), id="a-long-name"),
        pytest.param(TextNotWritable, lambda c: does(c, correct_name, "赵大", "赵\0大"), id="nul-in-a-name"),
        pytest.param(NumberInText, lambda c: does(c, correct_name, "赵大", NEW), id="a-number-as-name"),
        pytest.param(
            TextTooLong,
            lambda c: does(c, give_number, newborn(c), BOYS_NUMBER, name="赵" * 61, allow_synthetic=True),
            id="a-long-name-for-a-child",
        ),
        pytest.param(TextTooLong, lambda c: does(c, correct_details, "赵大", relation="亲" * 11), id="a-long-relation"),
        pytest.param(DetailNotPossible, lambda c: does(c, correct_details, "赵大", sex="男性"), id="no-sex"),
        pytest.param(DetailNotPossible, lambda c: does(c, correct_details, "赵大", hukou="本地户籍"), id="no-hukou"),
        pytest.param(DetailNotPossible, lambda c: does(c, correct_details, "赵大", born_on=None), id="no-birthday"),
    ],
)  # fmt: skip
def test_what_the_register_cannot_hold_is_refused_before_the_database(
    county: County, refusal: type[Refusal], what: Callable[[County], Change]
) -> None:
    with pytest.raises(refusal):
        what(county)


def test_only_who_breaks_one_number_one_person_is_told_so(county: County) -> None:
    """Any other no of the database may show a row, and with it the names of columns."""
    with pytest.raises(IntegrityError, match=r"(?s)change_has_a_reason.*person_token"), signed_in("clerk"):  # noqa: SIM117
        with one_number_one_person():
            by_hand(said(why=""), person_token=b"x")


def test_under_their_own_scope_a_neighbour_does_not_even_see_whom_they_would_change(county: County) -> None:
    person, change = county.person("赵大"), does(county, correct_details, "赵大", relation="本人")

    with signed_in("neighbour", division=OTHER_VILLAGE):
        neighbour = county.staff("neighbour")
        with pytest.raises(NotYourDivision):
            correct_name(person, "赵达", by=neighbour, why="看了户口簿", at=IN_THE_WINDOW)
        with pytest.raises(NotYourDivision):
            undo(change, by=neighbour, why="登记错了", at=IN_THE_WINDOW)


def test_who_moved_away_is_pointed_to_the_return(county: County) -> None:
    does(county, moved_away, "赵大", on=TODAY)

    with pytest.raises(HasMovedAway) as no:
        does(county, correct_name, "赵大", "赵达")

    assert no.value.remedy == "如已迁回，登记迁回；登记有误的，撤销那次变更。"


def test_only_details_are_details(county: County) -> None:
    with pytest.raises(TypeError, match="died_on"):
        does(county, correct_details, "赵大", died_on=TODAY)


# --- nothing is lost --------------------------------------------------------------------------------------------------


def test_each_answer_is_the_row_that_the_call_wrote(county: County) -> None:
    first = does(county, correct_name, "赵大", "赵达")
    second = does(county, correct_details, "赵达", relation="本人")
    back = takes_back(county, first)

    assert (first.kind, second.kind, back.undoes_id, second.before) == (
        "name", "details", first.pk, {"relation": "户主"},
    )  # fmt: skip


def said(**more: object) -> str:
    """What is said about a change, by somebody who writes SQL of their own."""
    return json.dumps(
        {"kind": "name", "on": "2021-11-15", "why": "看了", "by": "staff:clerk", "at": "2021-11-15T10:00:00+08:00"}
        | more
    )


def by_hand(words: str, **columns: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('register.change', %s, true)", [words])
    Resident.objects.filter(name="赵大").update(**columns)


@pytest.mark.parametrize("of", ["赵妻", "周归"], ids=["of-the-same-household", "of-another"])
def test_nobody_takes_back_somebody_elses_change(county: County, of: str) -> None:
    change = does(county, correct_name, of, "某某")

    with (
        pytest.raises(DatabaseError, match="is no change of register_resident"),
        signed_in("clerk"),
        transaction.atomic(),
    ):
        by_hand(said(kind="undone", undoes=change.pk), name="赵达")


def test_a_change_is_of_a_kind_that_there_is(county: County) -> None:
    with pytest.raises(DatabaseError, match="change_is_of_a_kind"), signed_in("clerk"), transaction.atomic():
        by_hand(said(kind="whim"), name="赵达")


def test_the_database_says_itself_when_it_wrote_a_change(county: County) -> None:
    before = clock()
    change = does(county, correct_name, "赵大", "赵达")

    assert change.at == IN_THE_WINDOW
    assert before < change.written_at < clock()


def clock() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


@pytest.mark.parametrize("table", ["register_resident", "register_household"])
@pytest.mark.parametrize("way", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_nobody_is_removed_from_the_register_not_even_by_the_owner(real_county: County, way: str, table: str) -> None:
    with pytest.raises(DatabaseError, match=r"nothing is removed from|is append-only"):
        as_owner(way.format(table))


def test_without_the_guard_somebody_is_gone_with_no_trace(real_county: County) -> None:
    """The control: a newborn on whom nothing hangs yet."""
    child = newborn(real_county)
    as_owner("ALTER TABLE register_resident DISABLE TRIGGER keep_rows")

    as_owner("DELETE FROM register_resident WHERE id = %s", [child.pk])

    assert not Resident.objects.filter(pk=child.pk).exists()


def test_history_goes_with_the_person_to_another_village(real_county: County) -> None:
    does(real_county, correct_name, "周归", "周圭")
    as_owner(
        MERGED + f"UPDATE register_household SET division = '{OTHER_VILLAGE}' WHERE code = '周家';"
        f"UPDATE register_resident SET division = '{OTHER_VILLAGE}' WHERE name = '周圭'"
    )

    seen = {}
    for village in (VILLAGE, OTHER_VILLAGE):
        with signed_in("clerk", division=village):
            seen[village] = [change.kind for change in Change.objects.all()]
    assert seen == {VILLAGE: [], OTHER_VILLAGE: ["name", "details", "details"]}  # the last is the household's


def test_each_change_is_on_record_by_an_id_and_says_who_why_and_since_when(county: County) -> None:
    change = does(county, died, "赵大", on=date(2021, 11, 1), why="死亡证明")

    record = Record.objects.latest("position")
    assert (record.verb, record.subject, record.detail) == (
        "resident.died", f"resident:{change.resident_id}", {"change": change.pk},
    )  # fmt: skip
    assert (change.kind, change.on, change.why, change.by, change.at) == (
        "died", date(2021, 11, 1), "死亡证明", "staff:clerk", IN_THE_WINDOW,
    )  # fmt: skip
    assert (change.before, change.after) == ({"died_on": None}, {"died_on": "2021-11-01"})


@pytest.mark.parametrize("alias", ["default", "owner"])
def test_no_way_to_the_register_leaves_the_history_out(real_county: County, alias: str) -> None:
    people = Resident.objects.using(alias).filter(name="赵大")

    with pytest.raises(DatabaseError, match="nobody said why name is changed"), transaction.atomic(alias):
        people.update(name="赵达")

    assert people.update(name=F("name")) == 1  # nothing differs, so nothing has to be said


def test_without_the_guard_a_change_leaves_no_trace(real_county: County) -> None:
    """The control."""
    as_owner("DROP TRIGGER keep_history ON register_resident")

    assert Resident.objects.filter(name="赵大").update(name="赵达") == 1
    assert not Change.objects.exists()


def test_a_household_does_not_change_in_silence_either(real_county: County) -> None:
    with pytest.raises(DatabaseError, match="nobody said why tier is changed"), transaction.atomic():
        Household.objects.filter(code="赵家").update(tier="一档")


def test_nobody_changes_the_register_in_the_name_of_somebody_else(county: County) -> None:
    with (
        pytest.raises(DatabaseError, match="cannot speak for staff:county"),
        signed_in("clerk"),
        transaction.atomic(),
    ):
        correct_name(county.person("赵大"), "赵达", by=county.staff("county"), why="替别人签字", at=IN_THE_WINDOW)


@pytest.mark.parametrize("alias", ["default", "owner"])
def test_history_is_never_rewritten(real_county: County, alias: str) -> None:
    does(real_county, correct_name, "赵大", "赵达")
    history = Change.objects.using(alias)

    for rewrite in (lambda: history.update(why="没有的事"), history.all().delete):
        with pytest.raises(DatabaseError, match=r"permission denied|append|never"), transaction.atomic(alias):
            rewrite()


def test_a_family_sees_its_own_history_and_no_other(county: County) -> None:
    does(county, correct_name, "赵大", "赵达")
    does(county, correct_name, "周归", "周圭")
    home = county.household("周家")

    with within(Scope(division=home.division, household=home.pk, actor="resident:1")):
        assert [change.before["name"] for change in Change.objects.all()] == ["周归"]
