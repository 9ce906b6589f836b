"""Households change: who is where, under which head, and one change of several people is taken back as one."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.db.models import F, QuerySet
from django.test.utils import CaptureQueriesContext

from canbao.access.models import Record
from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.access.scope import Scope, within
from canbao.divisions.models import Division
from canbao.kernel.identity import WrongLength
from canbao.register.domain.changes import correct_name, died
from canbao.register.domain.households import (
    Regrouped,
    change_tier,
    correct_household,
    living_in,
    move_over,
    open_household,
    split_off,
    take_in,
)
from canbao.register.domain.places import move_to_village
from canbao.register.domain.residents import register_newborn, register_newborn_apart, register_resident
from canbao.register.domain.undoing import undo
from canbao.register.models import Change, Household, Resident, Word
from canbao.register.queries import find_households, history_of_household
from canbao.register.refusals import (
    BirthNotPossible,
    ChangedSince,
    GroundMissing,
    HouseholdCodeTaken,
    HouseholdDetailNotPossible,
    HouseholdNotFound,
    NameMissing,
    NobodyChosenToMove,
    NobodyStays,
    NobodyThere,
    NothingChanges,
    NotInHousehold,
    NotOneHead,
    NumberInText,
    NumberTaken,
    PassbookTaken,
    SameHousehold,
    TierNotPossible,
    UndoneAlready,
    VillageHasNoCommittee,
)
from canbao.rosters.models import Holding
from tests.collection.racing import all_at_once, as_owner, one_inside_the_other, rewrite
from tests.county import (
    FAR_VILLAGE,
    IN_THE_WINDOW,
    OTHER_VILLAGE,
    VILLAGE,
    County,
    everybody,
    number,
    register_changes,
    signed_in,
)

TOWN = "340621100000"


def does(county: County, what: Callable[..., Regrouped], home: str, *args: Any, by: str = "clerk", **rest: Any) -> Regrouped:  # fmt: skip
    """Somebody of the staff changes a household, signed in as themselves."""
    rest = {"why": "看了户口簿", "at": IN_THE_WINDOW} | rest
    with signed_in(by):
        return what(county.household(home), *args, by=county.staff(by), **rest)


def ids(county: County, *names: str) -> list[int]:
    return [county.person(name).pk for name in names]


def splits(county: County, *names: str, head: str | None = None, **rest: Any) -> Regrouped:
    """Out of 赵家; whoever is named first heads the new household."""
    people = ids(county, *names)
    relations = {county.person(head or names[0]).pk: "户主"} | rest.pop("relations", {})
    return does(county, split_off, "赵家", people, **{"code": "赵新家", "relations": relations} | rest)


def takes_back(county: County, done: Regrouped | Change, *, by: str = "clerk") -> Change:
    change = done if isinstance(done, Change) else Change.objects.filter(together=done.together).first()
    with signed_in(by):
        return undo(change, by=county.staff(by), why="登记错了", at=IN_THE_WINDOW)


def register() -> list[tuple[Any, ...]]:
    people = Resident.objects.order_by("pk").values_list("name", "household__code", "division", "relation")
    homes = Household.objects.exclude(code="赵新家").order_by("pk")
    return [*people, *homes.values_list("code", "passbook_account", "tier", "address", "division", "unit")]


def in_home(code: str) -> list[tuple[str, str]]:
    return [(one.name, one.relation) for one in living_in(Household.objects.get(code=code))]


def test_children_become_a_household_of_their_own(county: County) -> None:
    home = county.household("赵家")

    made = splits(county, "赵双一", "赵双二", passbook_account="6217 0000 0001", address="村东头").other

    assert in_home("赵新家") == [("赵双一", "户主"), ("赵双二", "子女")]
    assert in_home("赵家") == [("赵大", "户主"), ("赵妻", "配偶")]
    assert (made.passbook_account, made.address, made.division, made.unit_id) == ("621700000001", "村东头", VILLAGE, home.unit_id)  # fmt: skip


def test_a_split_is_one_change_in_the_history_of_both_households(county: County) -> None:
    made = splits(county, "赵双一", "赵双二")

    changes = Change.objects.filter(together=made.together)
    told = [[one.together for one in history_of_household(home)] for home in (made.home, made.other)]

    assert {(one.kind, one.left_household_id, one.household_id) for one in changes} == {("split", made.home.pk, made.other.pk)}  # fmt: skip
    assert (len(changes), told) == (2, [[made.together], [made.together]])
    assert Record.objects.filter(verb="household.split").latest("position").subject == f"household:{made.home.pk}"


def test_who_leaves_is_found_where_they_are_now(county: County) -> None:
    splits(county, "赵双一", "赵双二")

    found = {one.code for one in find_households("双一", division=VILLAGE)}

    assert (found, Word.objects.filter(household_id=county.household("赵新家").pk).count() > 0) == ({"赵新家"}, True)


def test_a_split_is_taken_back_with_everybody(county: County) -> None:
    before = register()
    made = splits(county, "赵妻", "赵双一", relations={county.person("赵双一").pk: "子女"})

    back = takes_back(county, made)

    assert (register(), in_home("赵新家")) == (before, [])
    assert (
        Change.objects.filter(together=back.together).count() == Change.objects.filter(together=made.together).count()
    )


def test_a_split_is_made_again_under_the_code_that_it_had(county: County) -> None:
    takes_back(county, splits(county, "赵双一", address="村东头"))
    before = register()

    made = splits(county, "赵双一", passbook_account="621700", address="村西头")

    assert (in_home("赵新家"), made.other.address) == ([("赵双一", "户主")], "村西头")
    takes_back(county, made)
    assert (register(), Household.objects.get(code="赵新家").address) == (before, "村东头")


def test_nobody_else_comes_into_the_household_that_somebody_left(county: County) -> None:
    takes_back(county, splits(county, "赵双一"))
    for people in (["赵双二"], ["赵双一", "赵双二"]):
        with pytest.raises(HouseholdCodeTaken), transaction.atomic():
            splits(county, *people)
    zhou, qian = ids(county, "周归", "钱儿")
    joined = does(county, move_over, "周家", [zhou], into=county.household("赵家"), relations={zhou: "其他亲属"})

    with pytest.raises(HouseholdCodeTaken), transaction.atomic():
        does(county, split_off, "钱家", [qian], code="周家", relations={qian: "户主"})

    takes_back(county, joined)
    assert in_home("周家") == [("周归", "户主")]


def test_who_was_there_is_known_also_of_those_who_are_in_another_village_by_now(county: County) -> None:
    made, zheng = splits(county, "赵双一"), county.person("郑邻").pk
    came = does(county, move_over, "郑家", [zheng], into=made.other, relations={zheng: "配偶"}, by="town")
    takes_back(county, came, by="town")
    takes_back(county, made)

    with pytest.raises(HouseholdCodeTaken), transaction.atomic(), within(Scope(division=VILLAGE, actor="staff:clerk")):
        split_off(
            made.home, ids(county, "赵双一"), code="赵新家", relations={county.person("赵双一").pk: "户主"},
            by=county.staff("clerk"), why="看了户口簿", at=IN_THE_WINDOW,
        )  # fmt: skip


def test_a_taking_back_is_taken_back_with_everybody(county: County) -> None:
    made = splits(county, "赵妻", "赵双一")
    after = register()

    takes_back(county, takes_back(county, made))

    assert register() == after


def test_the_database_takes_back_all_of_it_or_nothing(real_county: County) -> None:
    made = splits(real_county, "赵双一", "赵双二")
    one = Change.objects.filter(together=made.together).first()

    def takes_one_back() -> None:
        with signed_in("clerk"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                """SELECT set_config('register.change', jsonb_build_object('kind', 'undone', 'on', '2021-11-15', 'why', 'x',
                   'by', 'staff:clerk', 'at', now(), 'undoes', %s)::text, true)""",
                [one.pk],
            )
            Resident.objects.filter(pk=one.resident_id).update(household=made.home, relation="子女")

    with pytest.raises(IntegrityError, match="made together with others"):
        takes_one_back()
    as_owner("ALTER TABLE register_change DISABLE TRIGGER undo_together")  # and without the guard it goes through
    takes_one_back()

    assert Change.objects.filter(undoes__together=made.together).count() == 1


def head_leaves_the_village(county: County) -> Change:
    """The wife, who heads those who stay, is all of it that a clerk of the village sees."""
    head, wife = ids(county, "赵大", "赵妻")
    done = does(county, move_over, "赵家", [head], into=county.household("郑家"), relations={head: "其他亲属", wife: "户主"}, by="town")  # fmt: skip
    return Change.objects.get(together=done.together, resident=wife)


def takes_back_as_clerk(county: County, change: Change) -> None:
    with within(Scope(division=VILLAGE, actor="staff:clerk")):
        undo(change, by=county.staff("clerk"), why="登记错了", at=IN_THE_WINDOW)


def test_who_does_not_see_everybody_takes_nobody_back(county: County) -> None:
    change = head_leaves_the_village(county)
    with within(Scope(division=VILLAGE, actor="staff:clerk")):
        seen = [(one.pk, one.sees_all) for one in history_of_household(county.household("赵家"))]

    with pytest.raises(NotYourDivision), transaction.atomic():
        takes_back_as_clerk(county, change)

    assert seen == [(change.pk, False)]
    assert not Change.objects.filter(kind="undone").exists()
    takes_back(county, change, by="town")
    assert in_home("赵家")[:2] == [("赵大", "户主"), ("赵妻", "配偶")]


def test_what_the_database_says_of_half_a_taking_back_is_heard_before_the_end(real_county: County) -> None:
    change = head_leaves_the_village(real_county)
    rewrite("register_sees_all", "count(*) = register_rows_of(act)", "true")

    with pytest.raises(NotYourDivision):
        takes_back_as_clerk(real_county, change)

    assert not Change.objects.filter(kind="undone").exists()


def test_a_taking_back_leaves_one_head_in_each_household(county: County) -> None:
    zhou, wu = ids(county, "周归", "吴职")
    joined = does(county, move_over, "周家", [zhou], into=county.household("赵家"), relations={zhou: "其他亲属"})
    before = Resident.objects.filter(pk=wu).values("household_id", "relation").get()
    with register_changes():  # no page does this
        Resident.objects.filter(pk=wu).update(household=county.household("周家"), relation="户主")

    with pytest.raises(NotOneHead, match="周家有2个户主"), transaction.atomic():
        takes_back(county, joined)
    with register_changes():
        Resident.objects.filter(pk=wu).update(**before)
    takes_back(county, joined)

    assert in_home("周家") == [("周归", "户主")]


def test_a_taking_back_leaves_nobody_without_a_head(county: County) -> None:
    made, zhou = splits(county, "赵妻"), county.person("周归").pk
    does(county, move_over, "周家", [zhou], into=made.other, relations={zhou: "其他亲属"})

    with pytest.raises(NotOneHead, match="赵新家有0个户主"), transaction.atomic():
        takes_back(county, made)


def test_a_household_whose_head_died_in_between_takes_its_people_back(county: County) -> None:
    """It had nobody at its head before, and is put right by itself."""
    made = splits(county, "赵双一", "赵双二")
    with register_changes():
        Resident.objects.filter(name="赵大").update(died_on=IN_THE_WINDOW.date())

    takes_back(county, made)

    assert {("赵双一", "子女"), ("赵双二", "子女")} <= set(in_home("赵家"))


def test_a_taking_back_locks_households_and_then_people_each_in_their_order(county: County) -> None:
    back = takes_back(county, splits(county, "赵妻", "赵双一", relations={county.person("赵双一").pk: "子女"}))

    with CaptureQueriesContext(connection) as asked:
        takes_back(county, back)

    locks = [query["sql"] for query in asked if "FOR NO KEY UPDATE" in query["sql"]]
    assert [re.findall(r'FROM "(\w+)".*ORDER BY "\w+"."id" ASC FOR', lock) for lock in locks] == [["register_household"], ["register_resident"]]  # fmt: skip


# --- where somebody is ------------------------------------------------------------------------------------------------


def goes_alone() -> None:
    Resident.objects.filter(name="周归").update(division=FAR_VILLAGE)


def goes_without_people() -> None:
    Household.objects.filter(code="周家").update(division=FAR_VILLAGE)


def comes_elsewhere() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO register_resident (county, division, household_id, name, relation, sex, born_on, number_kind, number_sealed, number_tail,
                      person_token, hukou, circumstances, withdrawn, enrolled_last_year)
               SELECT county, %s, household_id, name, '子女', sex, born_on, number_kind, number_sealed, '', 'another', hukou, '{}', false, false
                 FROM register_resident WHERE name = '周归'""",
            [FAR_VILLAGE],
        )


@pytest.mark.parametrize("apart", [goes_alone, goes_without_people, comes_elsewhere])
def test_a_person_and_their_household_are_never_in_two_places(real_county: County, apart: Callable[[], None]) -> None:
    def puts() -> None:
        with within(everybody()), transaction.atomic(), register_changes("place"):
            apart()

    with pytest.raises(IntegrityError, match="is not where their household is"):
        puts()
    for table, guard in (("resident", "person_at_home"), ("resident", "come_home"), ("household", "people_at_home")):
        as_owner(f"ALTER TABLE register_{table} DISABLE TRIGGER {guard}")  # and without the guards it goes through
    puts()

    assert Resident.objects.exclude(division=F("household__division")).count() == 1


@pytest.mark.parametrize("is_guarded", [True, False])
def test_nobody_is_born_into_a_household_while_its_village_becomes_part_of_another(real_county: County, is_guarded: bool) -> None:  # fmt: skip
    parent, there = real_county.person("周归"), real_county.unit(OTHER_VILLAGE).pk
    if not is_guarded:
        rewrite("register_come_home", "FOR SHARE", "")

    @transaction.atomic
    def merges() -> Any:
        return move_to_village(
            VILLAGE, OTHER_VILLAGE, from_unit=parent.household.unit_id, to_unit=there, on=IN_THE_WINDOW.date(), why="批复",
            actor=everybody().actor, at=IN_THE_WINDOW,
        )  # fmt: skip

    def is_born() -> Any:
        return register_newborn(guardian=parent, name="周小", sex="女", born_on=IN_THE_WINDOW.date())

    _, merged = one_inside_the_other(is_born, merges)

    child, home = Resident.objects.get(name="周小"), real_county.household("周家")
    assert merged.people == (12 if is_guarded else 11)
    assert (child.division, home.division) == (OTHER_VILLAGE if is_guarded else VILLAGE, OTHER_VILLAGE)


def test_a_villages_people_are_locked_in_their_order(county: County) -> None:
    with CaptureQueriesContext(connection) as asked, within(everybody()), transaction.atomic():
        move_to_village(
            VILLAGE, OTHER_VILLAGE, from_unit=county.unit().pk, to_unit=county.unit(OTHER_VILLAGE).pk, on=IN_THE_WINDOW.date(),
            why="批复", actor=everybody().actor, at=IN_THE_WINDOW,
        )  # fmt: skip

    found = [re.match(r"(?:SELECT FROM|UPDATE) (\w+)(?:.*ORDER BY (?:h\.)?id FOR)?", query["sql"].strip(), re.DOTALL) for query in asked]  # fmt: skip
    assert [(one[1], "FOR" in one[0]) for one in found if one] == [
        ("register_household", True), ("register_household", False), ("register_resident", True), ("register_resident", False),
    ]  # fmt: skip


def test_a_marriage_brings_somebody_to_another_village_by_the_town(county: County) -> None:
    county_wide = does(
        county, move_over, "钱家", ids(county, "钱儿"), into=county.household("郑家"),
        relations={county.person("钱儿").pk: "女婿"}, by="town",
    )  # fmt: skip

    moved = county.person("钱儿")
    assert (county_wide.kind, moved.household.code, moved.division, in_home("钱家")) == (
        "moved_home", "郑家", OTHER_VILLAGE, [("钱奶奶", "户主")],
    )  # fmt: skip


def test_what_somebody_holds_goes_with_them_also_what_has_ended(county: County) -> None:
    grandmother = county.person("钱奶奶")
    as_owner_holds = Holding.objects.get(resident=grandmother)
    Holding.objects.filter(pk=as_owner_holds.pk).update(until="2021-12-31")

    does(
        county, move_over, "钱家", [grandmother.pk], into=county.household("郑家"), by="town",
        relations={grandmother.pk: "父母", county.person("钱儿").pk: "户主"},
    )  # fmt: skip

    held = Holding.objects.get(resident=grandmother)
    assert (held.division, held.household_id) == (OTHER_VILLAGE, county.household("郑家").pk)


def test_a_village_neither_sends_anybody_to_another_nor_takes_them_back(county: County) -> None:
    goes = {county.person("钱儿").pk: "女婿"}
    zheng = county.household("郑家")
    with within(Scope(division=VILLAGE, actor="staff:clerk")), pytest.raises(NotYourDivision):
        move_over(county.household("钱家"), list(goes), into=zheng, relations=goes, by=county.staff("clerk"), why="结婚", at=IN_THE_WINDOW)  # fmt: skip
    moved = does(county, move_over, "钱家", list(goes), into=zheng, relations=goes, by="town")
    change = Change.objects.get(together=moved.together)

    for village, clerk in ((VILLAGE, "clerk"), (OTHER_VILLAGE, "neighbour")):
        with within(Scope(division=village, actor=f"staff:{clerk}")), pytest.raises(NotYourDivision):
            undo(change, by=county.staff(clerk), why="登记错了", at=IN_THE_WINDOW)
    takes_back(county, moved, by="town")

    assert county.person("钱儿").household.code == "钱家"


def test_the_history_of_who_moved_is_read_where_they_are_now(county: County) -> None:
    does(county, move_over, "钱家", ids(county, "钱儿"), into=county.household("郑家"), relations={county.person("钱儿").pk: "女婿"}, by="town")  # fmt: skip
    seen = {}
    for village, clerk in ((VILLAGE, "clerk"), (OTHER_VILLAGE, "neighbour")):
        with within(Scope(division=village, actor=f"staff:{clerk}")):
            seen[clerk] = Change.objects.count()

    assert seen == {"clerk": 0, "neighbour": 1}


def test_two_households_become_one_and_the_empty_one_stays(county: County) -> None:
    before = register()
    everybody = ids(county, "李军", "李妻")

    joined = does(county, move_over, "李家", everybody, into=county.household("周家"), relations=dict(zip(everybody, ("父母", "父母"), strict=True)))  # fmt: skip

    assert joined.kind == "joined"
    assert (in_home("李家"), in_home("周家")) == ([], [("周归", "户主"), ("李军", "父母"), ("李妻", "父母")])
    assert [one.kind for one in history_of_household(county.household("李家"))] == ["joined"]
    takes_back(county, joined)
    assert register() == before


def test_a_new_head_stays_behind(county: County) -> None:
    relations = {county.person("赵大").pk: "父母", county.person("赵妻").pk: "户主"}

    does(county, move_over, "赵家", ids(county, "赵大"), into=county.household("周家"), relations=relations)

    assert in_home("赵家")[0] == ("赵妻", "户主")
    takes_back(county, Change.objects.filter(kind="moved_home").latest("pk"))
    assert in_home("赵家")[:2] == [("赵大", "户主"), ("赵妻", "配偶")]


def test_the_dead_stay_where_they_were_and_head_nothing(county: County) -> None:
    with signed_in("clerk"):
        died(
            county.person("钱奶奶"), on=IN_THE_WINDOW.date(), by=county.staff("clerk"), why="死亡证明", at=IN_THE_WINDOW
        )

    done = does(county, move_over, "钱家", ids(county, "钱儿"), into=county.household("周家"), relations={county.person("钱儿").pk: "其他亲属"})  # fmt: skip

    assert (done.kind, county.person("钱奶奶").household.code, in_home("钱家")) == ("joined", "钱家", [])


def test_code_passbook_and_address_are_corrected_and_taken_back(county: County) -> None:
    before = register()

    done = does(
        county, correct_household, "周家", code="周家二", passbook_account="６２１７００", address="  村西头 3 号 "
    )
    home = Household.objects.get(code="周家二")
    assert (home.passbook_account, home.address) == ("621700", "村西头 3 号")
    takes_back(county, done)

    assert register() == before


def test_a_tier_is_changed_for_the_household_and_taken_back(county: County) -> None:
    done = does(county, change_tier, "周家", "二档", possible=("一档", "二档"))
    change = Change.objects.get(together=done.together)

    assert (change.kind, change.resident_id, change.after) == ("tier", None, {"tier": "二档"})
    takes_back(county, done)
    assert county.household("周家").tier is None


REFUSED = [
    ("nobody", {"people": []}, NobodyChosenToMove),
    ("all", {"people": ["赵大", "赵妻", "赵双一", "赵双二"]}, NobodyStays),
    ("a-stranger", {"people": ["赵妻", "周归"]}, NotInHousehold),
    ("no-code", {"code": "  "}, HouseholdDetailNotPossible),
    ("an-odd-code", {"code": "=1+1"}, HouseholdDetailNotPossible),
    ("an-odd-account", {"passbook_account": "12ab"}, HouseholdDetailNotPossible),
    ("a-number-in-the-address", {"address": "身份证 99062119800501011X"}, NumberInText),
    ("no-head", {"relations": {}}, NotOneHead),
    ("two-heads", {"relations": {"赵妻": "户主", "赵双一": "户主"}, "people": ["赵妻", "赵双一"]}, NotOneHead),
    ("the-head-goes", {"people": ["赵大"], "relations": {}}, NotOneHead),
    ("a-code-of-another", {"code": "郑家"}, HouseholdCodeTaken),
    ("no-ground", {"why": " "}, GroundMissing),
]


@pytest.mark.parametrize(("asked", "no"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED])
def test_a_split_says_no(county: County, asked: dict[str, Any], no: type[Exception]) -> None:
    before = register()
    asked = {"people": ["赵妻"], "relations": {"赵妻": "户主"}, "code": "赵新家"} | asked
    relations = {county.person(who).pk: relation for who, relation in asked.pop("relations").items()}

    with pytest.raises(no), transaction.atomic():
        does(county, split_off, "赵家", ids(county, *asked.pop("people")), relations=relations, **asked)

    assert (register(), Change.objects.count()) == (before, 0)


def test_one_account_is_one_households(county: County) -> None:
    does(county, correct_household, "周家", code="周家", passbook_account="621700", address="")

    with pytest.raises(PassbookTaken), transaction.atomic():
        does(county, correct_household, "赵家", code="赵家", passbook_account="621700", address="")


def test_what_comes_back_may_be_taken_meanwhile(county: County) -> None:
    done = does(county, correct_household, "周家", code="周家二", passbook_account="", address="")
    does(county, correct_household, "赵家", code="周家", passbook_account="", address="")

    with pytest.raises(HouseholdCodeTaken), transaction.atomic():
        takes_back(county, done)


def test_other_changes_say_no(county: County) -> None:
    with pytest.raises(SameHousehold):
        does(county, move_over, "赵家", ids(county, "赵妻"), into=county.household("赵家"), relations={})
    with pytest.raises(NotOneHead):
        does(county, move_over, "孙家", ids(county, "孙独"), into=county.household("周家"), relations={})
    with pytest.raises(NothingChanges):
        does(county, correct_household, "周家", code="周家", passbook_account="", address="")
    with pytest.raises(TierNotPossible):
        does(county, change_tier, "周家", "三档", possible=("一档", "二档"))
    with pytest.raises(NotYourWork):
        does(county, change_tier, "周家", "一档", possible=("一档",), by="tax")


def test_the_last_change_is_taken_back_first(county: County) -> None:
    made = splits(county, "赵双一", "赵双二")
    moved = does(county, move_over, "赵新家", ids(county, "赵双二"), into=county.household("周家"), relations={})

    with pytest.raises(ChangedSince), transaction.atomic():
        takes_back(county, made)
    takes_back(county, moved)
    takes_back(county, made)
    with pytest.raises(UndoneAlready):
        takes_back(county, made)

    assert in_home("赵新家") == []


def test_a_name_corrected_since_stays_corrected(county: County) -> None:
    made = splits(county, "赵双一")
    with signed_in("clerk"):
        correct_name(county.person("赵双一"), "赵成双", by=county.staff("clerk"), why="户口簿", at=IN_THE_WINDOW)

    takes_back(county, made)

    assert in_home("赵家")[2] == ("赵成双", "子女")


def test_two_who_send_the_same_person_to_two_households_do_it_one_after_the_other(real_county: County) -> None:
    who, home = real_county.person("赵双一").pk, real_county.household("赵家")
    into = [real_county.household(code) for code in ("周家", "钱家")]

    def sends(to: Household) -> Any:
        def send() -> Any:
            with signed_in("town"):
                return move_over(
                    home, [who], into=to, relations={}, by=County().staff("town"), why="结婚", at=IN_THE_WINDOW
                )

        return send

    first, second = one_inside_the_other(*(sends(to) for to in into))

    assert (first.other.code, type(second)) == ("周家", NotInHousehold)
    assert Change.objects.filter(resident=who).count() == 1


def test_nobody_comes_into_a_household_that_everybody_left(county: County) -> None:
    """Its receipts are of those who were in it, and a household reads its own."""
    everybody_there = ids(county, "李军", "李妻")
    does(county, move_over, "李家", everybody_there, into=county.household("周家"), relations=dict(zip(everybody_there, ("父母", "父母"), strict=True)))  # fmt: skip

    with pytest.raises(HouseholdNotFound):
        does(county, move_over, "钱家", ids(county, "钱儿"), into=county.household("李家"), relations={county.person("钱儿").pk: "户主"})  # fmt: skip


# --- a household that is not there yet --------------------------------------------------------------------------------


BORN = date(1991, 4, 5)


def first_of(sequence: int = 71, **changes: Any) -> Callable[[Household], Resident]:
    known = {"name": "冯新", "number": number(BORN, sequence), "relation": "户主"} | changes
    return lambda home: register_resident(household=home, on=IN_THE_WINDOW.date(), allow_synthetic=True, **known)


def opens(
    county: County,
    village: str = VILLAGE,
    *,
    by: str = "clerk",
    first: Callable[[Household], Resident] | None = None,
    **said: Any,
) -> Resident:
    with signed_in(by):
        return open_household(village, first or first_of(), by=county.staff(by), **{"code": "冯家"} | said)


def test_a_household_begins_with_its_head_and_pays_through_the_committee(county: County) -> None:
    head = opens(county, passbook_account="6217 0000 0009", address="村西头")

    home = county.household("冯家")
    assert (home.passbook_account, home.address, home.division, home.unit, home.tier) == ("621700000009", "村西头", VILLAGE, county.unit(), None)  # fmt: skip
    assert (head.household, in_home("冯家")) == (home, [("冯新", "户主")])
    assert Record.objects.filter(verb="household.opened").latest("position").subject == f"household:{home.pk}"


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        pytest.param({"village": OTHER_VILLAGE}, NotYourDivision, id="another-village"),
        pytest.param({"by": "finance"}, NotYourWork, id="another-work"),
        pytest.param({"code": "冯 / 家"}, HouseholdDetailNotPossible, id="no-code"),
        pytest.param({"passbook_account": "12"}, HouseholdDetailNotPossible, id="no-account"),
        pytest.param({"tier": "一档"}, TierNotPossible, id="a-tier-where-there-is-none"),
        pytest.param({"possible": ("一档", "二档")}, TierNotPossible, id="no-tier"),
        pytest.param({"code": "赵家"}, HouseholdCodeTaken, id="another-familys-code"),
        pytest.param(
            {"code": "冯二", "passbook_account": "621700000009"}, PassbookTaken, id="another-familys-passbook"
        ),
        pytest.param(
            {"code": "冯二", "first": first_of(sequence=73, name=" ")}, NameMissing, id="a-head-without-a-name"
        ),
    ],
)
def test_no_household_is_opened(county: County, said: dict[str, Any], refusal: type) -> None:
    opens(county, passbook_account="621700000009")
    before = register()

    with pytest.raises(refusal), transaction.atomic():
        opens(county, **{"first": first_of(sequence=73), "code": "冯二"} | said)

    assert register() == before


def test_where_no_committee_is_nobody_is_added(county: County) -> None:
    Division.objects.create(code="340621100298", name="示例新村", level="village")

    with pytest.raises(VillageHasNoCommittee) as no:
        opens(county, "340621100298", by="town")

    assert "示例新村没有正在代收的" in no.value.says


def test_two_who_open_one_household_at_once_open_it_once(real_county: County) -> None:
    done = all_at_once(
        *[lambda sequence=sequence: opens(real_county, first=first_of(sequence=sequence)) for sequence in (71, 73)]
    )

    assert sorted(type(one).__name__ for one in done) == ["HouseholdCodeTaken", "Resident"]
    assert Resident.objects.filter(name="冯新").count() == 1


@pytest.mark.parametrize("guard", ["household_code_once_a_county", "household_passbook_once_a_county"])
def test_without_the_databases_guard_two_families_have_one_code_or_one_passbook(
    real_county: County, guard: str
) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE register_household DROP CONSTRAINT {guard}")
    for sequence, code in ((71, "冯家"), (73, "冯家" if "code" in guard else "冯二")):
        opens(
            real_county,
            first=first_of(sequence=sequence),
            code=code,
            passbook_account="" if "code" in guard else "621700000009",
        )

    twice = {"code": "冯家"} if "code" in guard else {"passbook_account": "621700000009"}
    assert Household.objects.filter(**twice).count() == 2


def test_a_newborn_apart_from_its_parents_is_the_same_child_as_with_them(county: County) -> None:
    """Both parents are in the employee scheme; should one of them come onto the register, the child is not registered again."""
    born = date(2021, 10, 20)
    fathers = number(date(1985, 11, 11), 53)  # 吴职
    apart = {
        "parents_number": fathers,
        "name": "吴职宝宝",
        "sex": "女",
        "born_on": born,
        "on": IN_THE_WINDOW.date(),
        "allow_synthetic": True,
    }
    child = opens(county, first=lambda home: register_newborn_apart(household=home, **apart))

    with pytest.raises(NumberTaken), transaction.atomic():
        register_newborn(guardian=county.person("吴职"), name="吴职宝宝", sex="女", born_on=born)
    with pytest.raises(WrongLength), transaction.atomic():
        opens(
            county,
            first=lambda home: register_newborn_apart(household=home, **apart | {"parents_number": "1"}),
            code="冯二",
        )
    with pytest.raises(BirthNotPossible), transaction.atomic():
        opens(
            county,
            first=lambda home: register_newborn_apart(household=home, **apart | {"born_on": date(2031, 1, 1)}),
            code="冯二",
        )
    assert (child.relation, child.number_sealed) == ("户主", None)


# --- somebody new in a household that is there --------------------------------------------------------------------------------


def test_nobody_new_comes_into_a_household_that_everybody_left(county: County) -> None:
    does(
        county,
        move_over,
        "周家",
        ids(county, "周归"),
        into=county.household("钱家"),
        relations={county.person("周归").pk: "其他亲属"},
    )

    with pytest.raises(NobodyThere), signed_in("clerk"):
        take_in(county.household("周家"), first_of(relation="其他亲属"), by=county.staff("clerk"))
    with signed_in("clerk"):
        made = take_in(county.household("钱家"), first_of(relation="其他亲属"), by=county.staff("clerk"))

    assert made.household == county.household("钱家")


def test_who_may_not_change_the_register_takes_nobody_in(county: County) -> None:
    with pytest.raises(NotYourWork), signed_in("finance"):
        take_in(county.household("周家"), first_of(), by=county.staff("finance"))
    with pytest.raises(NotYourDivision), within(Scope(division=OTHER_VILLAGE, actor="staff:neighbour")):
        take_in(Household(pk=0), first_of(), by=county.staff("neighbour"))


@pytest.mark.parametrize("held", [True, False], ids=["held", "not-held"])
def test_whoever_comes_while_the_last_one_leaves_comes_into_no_empty_household(
    real_county: County, monkeypatch: pytest.MonkeyPatch, held: bool
) -> None:
    """Not held, the household is looked at while somebody is still in it, and somebody new is left with receipts of others."""
    if not held:
        monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_: self)

    def leaves() -> Regrouped:
        relations = {real_county.person("周归").pk: "其他亲属"}
        return does(
            real_county,
            move_over,
            "周家",
            ids(real_county, "周归"),
            into=real_county.household("钱家"),
            relations=relations,
        )

    def comes() -> Resident:
        with signed_in("clerk"):
            return take_in(real_county.household("周家"), first_of(relation="其他亲属"), by=real_county.staff("clerk"))

    _, came = one_inside_the_other(leaves, comes)

    assert type(came).__name__ == ("NobodyThere" if held else "Resident")
