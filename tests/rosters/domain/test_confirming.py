"""Only a second person's yes makes a list count; a full list also ends what it no longer names, but not by mistake."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from canbao.access.models import Record
from canbao.access.refusals import NotYourWork
from canbao.access.scope import Scope, within
from canbao.register.domain.bulk import NewPerson, add_people
from canbao.rosters.domain.confirming import Confirmed
from canbao.rosters.domain.striking import CategoryCount
from canbao.rosters.models import Holding, Roster, RosterRow
from canbao.rosters.queries import HeldOn, categories_on, rows_to_look_at
from canbao.rosters.refusals import (
    NothingToConfirm,
    OlderThanConfirmed,
    RosterAlreadyConfirmed,
    RowsNotLookedAt,
    SamePerson,
    TooManyStruckOff,
)
from tests.county import FAR_VILLAGE, VILLAGE, County, number, signed_in
from tests.desks import confirm_roster, refuse_row
from tests.rosters.files import CUT_OFF, NOW, TODAY, imported, listed, number_of, xlsx

BEFORE = date(2021, 9, 30)  # the cut-off of the list that the small county begins with


def sent(county: County, tmp_path: Path, rows: Sequence[Sequence[str]], **changes: object) -> Roster:
    return imported(county, xlsx(tmp_path / f"{Roster.objects.count()}.xlsx", rows), **changes)


def confirmed(county: County, roster: Roster, **changes: object) -> Confirmed:
    return confirm_roster(roster, **({"by": county.staff("county"), "at": NOW} | changes))


def names_of(county: County, name: str, on: date = TODAY) -> list[str]:
    return [held.category for held in categories_on(county.person(name), on=on)]


def test_people_hold_what_the_list_says_from_its_cut_off_day(county: County, tmp_path: Path) -> None:
    roster = sent(county, tmp_path, [listed("赵大", "低保、监测对象"), listed("赵妻", "贫困户")], is_full=False)
    done = confirmed(county, roster)

    assert (done.people, done.given, done.kept, done.ended, done.undecided) == (1, 2, 0, 0, 0)
    assert categories_on(county.person("赵大"), on=CUT_OFF) == [
        HeldOn("低保对象", "", CUT_OFF, None, "民政局", CUT_OFF, roster.pk, 2),
        HeldOn("监测人口", "", CUT_OFF, None, "民政局", CUT_OFF, roster.pk, 2),
    ]
    assert names_of(county, "赵大", on=date(2021, 10, 30)) == []
    assert names_of(county, "赵妻") == []


def test_who_holds_it_again_keeps_the_earlier_since(county: County, tmp_path: Path) -> None:
    done = confirmed(county, sent(county, tmp_path, [listed("钱奶奶")]))

    assert (done.given, done.kept, done.ended) == (0, 1, 0)
    assert [held.since for held in categories_on(county.person("钱奶奶"), on=TODAY)] == [BEFORE]


def test_a_full_list_ends_what_it_no_longer_names(county: County, tmp_path: Path) -> None:
    roster = sent(county, tmp_path, [listed("赵大")])
    done = confirmed(county, roster)
    ended = Holding.objects.get(resident=county.person("钱奶奶"))

    assert (done.struck_off, done.ended, ended.until, ended.ended_by) == (1, 1, date(2021, 10, 30), roster)
    assert names_of(county, "钱奶奶") == []
    assert names_of(county, "钱奶奶", on=date(2021, 10, 30)) == ["低保对象"]
    assert [(town.name, town.before, town.gone, town.after) for town in done.towns] == [("濉溪镇", 1, 1, 0)]


def test_a_full_list_says_nothing_of_categories_that_it_does_not_have(county: County, tmp_path: Path) -> None:
    confirmed(county, sent(county, tmp_path, [listed("赵大")]))

    assert names_of(county, "孙独") == ["特困人员"]


def test_a_full_list_may_be_said_to_speak_for_a_category_that_nobody_has_any_more(
    county: County, tmp_path: Path
) -> None:
    confirmed(county, sent(county, tmp_path, [listed("钱奶奶")], full_for=["五保户"]))

    assert (names_of(county, "孙独"), names_of(county, "钱奶奶")) == ([], ["低保对象"])


def test_a_list_of_additions_ends_nothing(county: County, tmp_path: Path) -> None:
    done = confirmed(county, sent(county, tmp_path, [listed("赵大")], is_full=False))

    assert (done.ended, names_of(county, "钱奶奶")) == (0, ["低保对象"])


def test_another_departments_list_ends_nothing_and_the_category_is_held_twice(county: County, tmp_path: Path) -> None:
    confirmed(county, sent(county, tmp_path, [listed("钱奶奶")], department="乡村振兴局"))
    confirmed(county, sent(county, tmp_path, [listed("赵大")]))

    held = categories_on(county.person("钱奶奶"), on=TODAY)
    assert [(one.category, one.department) for one in held] == [("低保对象", "乡村振兴局")]


def test_whoever_may_be_meant_by_an_unsettled_row_keeps_what_they_have(county: County, tmp_path: Path) -> None:
    wrong = number_of("钱奶奶")[:17] + ("1" if number_of("钱奶奶")[17] != "1" else "2")
    rows = [listed("赵大"), listed("钱奶奶", number=wrong), listed("孙独", "特困", name="孙毒")]
    done = confirmed(county, sent(county, tmp_path, [*rows, listed("赵妻", "特困")]), leave_out=1)

    assert (done.ended, done.spared, done.undecided) == (0, 2, 1)
    assert (names_of(county, "钱奶奶"), names_of(county, "孙独")) == (["低保对象"], ["特困人员"])


def test_a_row_that_was_turned_down_protects_nobody(county: County, tmp_path: Path) -> None:
    roster = sent(county, tmp_path, [listed("赵大"), listed("钱奶奶", name="钱爷爷")])
    refuse_row(rows_to_look_at(roster).get(), by=county.staff("civil"), at=NOW, why="是另一人，号码填错。")
    done = confirmed(county, roster)

    assert (done.struck_off, done.spared, names_of(county, "钱奶奶")) == (1, 0, [])


def test_a_list_sent_again_for_the_same_day_undoes_the_first(county: County, tmp_path: Path) -> None:
    confirmed(county, sent(county, tmp_path, [listed("钱奶奶"), listed("赵大")]))
    confirmed(county, sent(county, tmp_path, [listed("钱奶奶"), listed("赵妻")]))

    held = Holding.objects.get(resident=county.person("赵大"))
    assert (held.since, held.until) == (CUT_OFF, date(2021, 10, 30))  # not for a single day, and still to be seen
    assert [names_of(county, "赵大", on=day) for day in (BEFORE, date(2021, 10, 30), CUT_OFF, TODAY)] == [[]] * 4
    assert names_of(county, "赵妻") == ["低保对象"]


def test_a_new_grade_is_a_new_holding_and_nobody_is_struck_off(county: County, tmp_path: Path) -> None:
    confirmed(county, sent(county, tmp_path, [listed("赵大", "重度残疾（二级）")], cut_off_on=BEFORE))
    done = confirmed(county, sent(county, tmp_path, [listed("赵大", "重度残疾（一级）")]))

    assert (done.given, done.ended, done.struck_off) == (1, 1, 0)
    assert [held.grade for held in categories_on(county.person("赵大"), on=TODAY)] == ["一级"]
    assert [held.grade for held in categories_on(county.person("赵大"), on=BEFORE)] == ["二级"]


def test_struck_off_and_back_again_begins_anew(county: County, tmp_path: Path) -> None:
    confirmed(county, sent(county, tmp_path, [listed("赵大")]))
    confirmed(county, sent(county, tmp_path, [listed("赵大"), listed("钱奶奶")], cut_off_on=TODAY))

    assert [(held.since, held.until) for held in Holding.objects.filter(resident__name="钱奶奶").order_by("since")] == [
        (BEFORE, date(2021, 10, 30)),
        (TODAY, None),
    ]


def poor_families(**people: int) -> list[tuple[str, str, str]]:
    """So many new people of each household, on the register, as rows of a list. 贫二 live in the far town."""
    born_on = date(1955, 1, 1)
    new = [
        (household, f"{household}第{at}", number(born_on, nth * 400 + at))
        for nth, (household, many) in enumerate(people.items(), 1)
        for at in range(many)
    ]
    add_people(
        NewPerson(
            village=FAR_VILLAGE if household == "贫二" else VILLAGE, household_code=household, name=name, relation="户主",
            sex="男", born_on=born_on, number=its, number_kind="居民身份证",
        )
        for household, name, its in new
    )  # fmt: skip
    return [(name, its, "低保") for _, name, its in new]


@pytest.fixture
def poor(county: County, tmp_path: Path) -> list[tuple[str, str, str]]:
    """Forty people of one town and ten of another hold 低保 by the list of 30 September."""
    rows = [*poor_families(贫一=40, 贫二=10), listed("钱奶奶")]
    confirmed(county, sent(county, tmp_path, rows, cut_off_on=BEFORE))
    return rows


def test_a_list_that_was_cut_short_is_stopped_and_changes_nothing(
    county: County, tmp_path: Path, poor: list[tuple[str, str, str]]
) -> None:
    roster = sent(county, tmp_path, poor[:20])
    with pytest.raises(TooManyStruckOff) as no, transaction.atomic():
        confirmed(county, roster)

    assert (
        no.value.says
        == "按这份全量名单，51 人中将有 31 人被取消身份，超出通常的变动。数的是这些类别：低保对象。其中濉溪镇 41 人中 21 人。"
    )
    assert no.value.words["counted"] == (CategoryCount("低保对象", 51, 31),)
    assert [(town.name, town.before, town.after) for town in no.value.words["towns"]] == [
        ("濉溪镇", 41, 20),
        ("百善镇", 10, 0),
    ]
    assert not Holding.objects.filter(until__isnull=False).exists()
    roster.refresh_from_db()
    assert roster.confirmed_by is None


def test_a_town_whose_page_is_missing_is_stopped_though_it_is_little_of_the_county(
    county: County, tmp_path: Path, poor: list[tuple[str, str, str]]
) -> None:
    only_one_town = [row for row in poor if not row[0].startswith("贫二")]
    roster = sent(county, tmp_path, only_one_town)

    with pytest.raises(TooManyStruckOff) as no:
        confirmed(county, roster)
    assert (no.value.words["gone"], no.value.words["before"]) == (10, 51)  # less than a fifth of all


def test_each_category_that_was_counted_is_named_with_its_own_people(
    county: County, tmp_path: Path, poor: list
) -> None:
    several = [listed("孙独", "特困"), *poor[:20]]
    confirmed(county, sent(county, tmp_path, [listed("孙独", "特困"), listed("周归", "特困")], is_full=False))
    roster = sent(county, tmp_path, several)

    with pytest.raises(TooManyStruckOff) as no:
        confirmed(county, roster)

    assert no.value.words["categories"] == "低保对象、特困人员"
    assert sorted(no.value.words["counted"]) == [CategoryCount("低保对象", 51, 31), CategoryCount("特困人员", 2, 1)]


def test_said_again_the_people_are_struck_off(county: County, tmp_path: Path, poor: list) -> None:
    done = confirmed(county, sent(county, tmp_path, poor[:20]), strike_off_confirmed=True)

    assert (done.struck_off, done.kept) == (31, 20)


@pytest.mark.parametrize(
    ("missing", "limits"),
    [
        pytest.param(4, {"strike_off_share": 0.0}, id="fewer-than-five-people"),
        pytest.param(8, {}, id="a-fifth-of-a-town"),
        pytest.param(9, {"strike_off_people": 10}, id="the-county-asks-for-more-people"),
    ],
)
def test_ordinary_losses_pass(county: County, tmp_path: Path, poor: list, missing: int, limits: dict) -> None:
    roster = sent(county, tmp_path, poor[missing:])  # of the forty-one of one town

    assert confirmed(county, roster, **limits).struck_off == missing


@pytest.mark.parametrize(
    ("missing", "limits"),
    [
        pytest.param(5, {"strike_off_share": 0.0}, id="five-people"),
        pytest.param(9, {}, id="more-than-a-fifth-of-a-town"),
    ],
)
def test_larger_losses_are_stopped(county: County, tmp_path: Path, poor: list, missing: int, limits: dict) -> None:
    roster = sent(county, tmp_path, poor[missing:])

    with pytest.raises(TooManyStruckOff):
        confirmed(county, roster, **limits)


def test_an_older_list_does_not_bring_back_who_was_struck_off_since(county: County, tmp_path: Path) -> None:
    older = sent(county, tmp_path, [listed("钱奶奶"), listed("赵大")], cut_off_on=date(2021, 10, 15), is_full=False)
    confirmed(county, sent(county, tmp_path, [listed("赵大")]))

    with pytest.raises(OlderThanConfirmed) as no:
        confirmed(county, older)
    assert no.value.says == "民政局截至 2021-10-31 的全量名单已经确认，这份截至 2021-10-15 的名单更旧。"


def test_whoever_imported_does_not_confirm(county: County, tmp_path: Path) -> None:
    roster = sent(county, tmp_path, [listed("赵大")], by="county")

    with pytest.raises(SamePerson):
        confirmed(county, roster)
    assert confirmed(county, roster, by=county.staff("county2")).people == 1


def test_whoever_settled_a_row_does_not_confirm(county: County, tmp_path: Path) -> None:
    roster = sent(county, tmp_path, [listed("赵大"), listed("赵妻", name="赵七")])
    refuse_row(rows_to_look_at(roster).get(), by=county.staff("county"), at=NOW, why="是另一人。")

    with pytest.raises(SamePerson):
        confirmed(county, roster)


@pytest.mark.parametrize("agreed", [0, 1])
def test_rows_that_nobody_looked_at_are_not_dropped_without_a_word(county: County, tmp_path: Path, agreed: int) -> None:
    rows = [listed("赵大"), listed("赵妻", name="赵七"), listed("钱儿", name="钱二")]
    roster = sent(county, tmp_path, rows, is_full=False)

    with pytest.raises(RowsNotLookedAt) as no, transaction.atomic():
        confirmed(county, roster, leave_out=agreed)  # agreed to fewer than there are
    assert no.value.says == "还有 2 行没有核对，确认后这些行不再采用。"
    assert names_of(county, "赵大") == []
    done = confirmed(county, roster, leave_out=2)
    assert (done.people, done.undecided, names_of(county, "赵妻")) == (1, 2, [])


def test_who_confirmed_is_said_by_name(county: County, tmp_path: Path) -> None:
    roster = sent(county, tmp_path, [listed("赵大")])
    confirmed(county, roster)

    with pytest.raises(RosterAlreadyConfirmed) as no:
        confirmed(county, roster, by=county.staff("county2"))
    assert no.value.says == "这份名单已由县医保局确认，不能再改。"


def test_the_database_too_wants_two_people(county: County, tmp_path: Path) -> None:
    roster = sent(county, tmp_path, [listed("赵大")])

    with pytest.raises(IntegrityError, match="roster_two_people"):
        Roster.objects.filter(pk=roster.pk).update(confirmed_by="civil", confirmed_at="2021-11-15T10:00+08:00")


def test_a_department_does_not_confirm(county: County, tmp_path: Path) -> None:
    with pytest.raises(NotYourWork):
        confirmed(county, sent(county, tmp_path, [listed("赵大")], by="county"), by=county.staff("civil"))


def test_a_list_is_confirmed_once(county: County, tmp_path: Path) -> None:
    roster = sent(county, tmp_path, [listed("赵大")])
    confirmed(county, roster)

    with pytest.raises(RosterAlreadyConfirmed):
        confirmed(county, roster, by=county.staff("county2"))


def test_the_confirmation_is_on_record(county: County, tmp_path: Path) -> None:
    done = confirmed(county, sent(county, tmp_path, [listed("赵大")]))
    link = Record.objects.latest("position")

    assert (link.verb, link.subject, link.actor) == (
        "roster.confirmed",
        f"roster:{done.roster.pk}",
        "staff:county",
    )
    assert link.detail == {"people": 1, "given": 1, "ended": 1, "struck_off": 1, "undecided": 0}
    assert (
        done.roster.confirmed_at >= NOW
    )  # a moment after the newest of the department, which the clock may have put later


@pytest.mark.parametrize("people", [3, 30])
def test_a_longer_list_asks_the_database_no_more_often(county: County, tmp_path: Path, people: int) -> None:
    families = poor_families(贫一=people, 贫二=people)
    confirmed(county, sent(county, tmp_path, families, cut_off_on=BEFORE), strike_off_confirmed=True)
    roster, by = sent(county, tmp_path, families[1:]), county.staff("county")

    with signed_in("county"), CaptureQueriesContext(connection) as asked:
        done = confirm_roster(roster, by=by, at=NOW)
    assert (done.people, done.struck_off, len(asked)) == (2 * people - 1, 1, 30)


@pytest.mark.parametrize(
    ("division", "seen"),
    [
        pytest.param(VILLAGE, ["赵大"], id="a-village-sees-its-own"),
        pytest.param("340621100000", ["赵大", "郑邻"], id="a-town-sees-its-villages"),
        pytest.param("340621", ["赵大", "郑邻", "路人"], id="the-county-sees-those-who-are-nobody-too"),
        pytest.param("341721", [], id="another-county-sees-nothing"),
    ],
)
def test_rows_show_within_the_scope_alone(county: County, tmp_path: Path, division: str, seen: list[str]) -> None:
    rows = [listed("赵大"), listed("郑邻"), ("路人", number(date(1970, 1, 1), 77), "低保")]
    roster = sent(county, tmp_path, rows)

    with within(Scope(division=division, actor="test")):
        assert [row.name for row in RosterRow.objects.filter(roster=roster).order_by("row")] == seen


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE rosters_holding SET category = '特困人员'",
        "UPDATE rosters_holding SET since = '2020-01-01'",
        "UPDATE rosters_rosterrow SET number_sealed = NULL",
        "UPDATE rosters_roster SET imported_by = 'somebody'",
        "DELETE FROM rosters_holding",
        "DELETE FROM rosters_rosterrow",
    ],
)
def test_what_was_given_is_not_rewritten(county: County, change: str) -> None:
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)


def test_a_full_list_of_which_nothing_was_taken_strikes_nobody_off(county: County, tmp_path: Path) -> None:
    roster = sent(county, tmp_path, [listed("钱奶奶", name="钱奶")])

    with pytest.raises(NothingToConfirm):
        confirmed(county, roster, leave_out=1, strike_off_confirmed=True)

    assert names_of(county, "钱奶奶") == ["低保对象"]
