"""A village's change table: every change gets a verdict, all of them are taken or none, and taken back they leave no trace but
their history."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction

from canbao.access.models import Record
from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.access.scope import Scope, within
from canbao.documents.refusals import NotASpreadsheet
from canbao.enrolment.domain.bills import make_bills
from canbao.enrolment.domain.change_tables import hand_in, take, take_back
from canbao.enrolment.models import BaseTable, ChangeTable, ChangeTableRow
from canbao.enrolment.refusals import (
    BaseTableOfLastYear,
    BaseTableOfOtherVillage,
    ChangedSincePreview,
    ChangeTableKnown,
    EnrolledSince,
    NotABaseTable,
    NothingOnChangeTable,
    NothingToTake,
    TakenAlready,
    TakenBackAlready,
    WithdrawnUnderOther,
)
from canbao.enrolment.standing import Standing, standing_of
from canbao.kernel.refusal import Refusal
from canbao.register.domain.changes import died, joined_employee_scheme, moved_away
from canbao.register.domain.undoing import restore
from canbao.register.models import Change, Resident
from canbao.register.refusals import GroundMissing, NothingChanges, WasWithdrawn
from tests.collection.domain.test_cash import take as pay
from tests.county import IN_THE_WINDOW, OTHER_VILLAGE, VILLAGE, County, number, register_changes, signed_in
from tests.enrolment.change_sheets import sheet
from tests.web.conftest import number_of as identity_of

LATER = IN_THE_WINDOW + timedelta(days=1)
DIED = {"变动": "死亡", "变动日期": "2021-10-01"}
BABY = {
    "变动": "新增",
    "农户编码": "赵家",
    "姓名": "赵三",
    "与户主关系": "子女",
    "证件号码": number(date(2020, 2, 2), 11),
}


def handed_in(county: County, content: bytes, *, by: str = "clerk", village: str = VILLAGE, why: str = "入户核对") -> ChangeTable:  # fmt: skip
    table = BaseTable.objects.order_by("pk").last()
    with signed_in(by):
        return hand_in(table, content, village=village, file_name="底表.xlsx", why=why, by=county.staff(by), at=IN_THE_WINDOW)  # fmt: skip


def taken(county: County, made: ChangeTable, *, by: str = "clerk") -> ChangeTable:
    with signed_in(by):
        return take(made, by=county.staff(by), at=IN_THE_WINDOW)


def taken_back(county: County, made: ChangeTable, *, by: str = "clerk", why: str = "填错了村") -> ChangeTable:
    with signed_in(by):
        return take_back(made, by=county.staff(by), why=why, at=LATER)


def verdicts(made: ChangeTable) -> dict[str, tuple[str, str]]:
    return {f"{row.name} {row.get_what_display()}": (row.outcome, row.why) for row in made.rows.all()}


def everything() -> list[dict[str, Any]]:
    """The register, column by column."""
    return [
        {**row, "number_sealed": bytes(row["number_sealed"]), "person_token": bytes(row["person_token"])}
        for row in Resident.objects.order_by("pk").values()
    ]


def but_for_seals(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same number is sealed otherwise each time."""
    return [{name: value for name, value in row.items() if name != "number_sealed"} for row in rows]


def everything_that_may_be_written() -> bytes:
    return sheet(
        BABY,
        钱奶奶=DIED,
        钱儿={"变动": "迁走", "变动日期": "2021年9月3日"},
        李妻={"变动": "参加职工医保", "变动日期": "2021-09-01"},
        赵妻={"变动": "更正", "更正后姓名": "赵婉", "更正后证件号码": number(date(1982, 6, 2), 24)},
        周归={"更正后姓名": "周桂"},
    )


def test_every_change_gets_a_verdict_and_nothing_has_happened_yet(county: County) -> None:
    before, history = everything(), Change.objects.count()

    made = handed_in(county, everything_that_may_be_written())

    assert verdicts(made) == {
        "钱奶奶 死亡": ("taken", ""),
        "钱儿 迁出": ("corrected", "“迁走”按“迁出”采用；日期“2021年9月3日”按2021-09-03采用"),
        "李妻 参加职工医保": ("taken", ""),
        "赵婉 更正姓名": ("taken", ""),
        "赵妻 更正证件号码": ("taken", ""),
        "周桂 更正姓名": ("corrected", "没有写变动，按“更正”采用"),
        "赵三 新增": ("taken", ""),
    }
    assert (made.same, made.taken_at, everything(), Change.objects.count()) == (6, None, before, history)


def test_taken_it_is_the_registers_with_one_reason_for_all(county: County) -> None:
    made = taken(county, handed_in(county, everything_that_may_be_written()))

    stands = [standing_of(county.person(name)) for name in ("钱奶奶", "钱儿", "李妻")]
    assert stands == [Standing.DIED, Standing.MOVED, Standing.EMPLOYED]
    assert county.person("赵婉").number_tail == number(date(1982, 6, 2), 24)[-4:]
    assert county.person("周桂").household.code == "周家"
    assert county.person("赵三").household.code == "赵家"
    assert {change.why for change in Change.objects.all()} == {"入户核对"}
    assert Change.objects.count() == 6
    assert made.taken_by == "clerk"


def test_taken_back_the_register_is_as_it_was_and_whoever_was_added_is_withdrawn(county: County) -> None:
    before = everything()
    made = taken(county, handed_in(county, everything_that_may_be_written()))
    assert everything() != before

    made = taken_back(county, made)

    baby = Resident.objects.get(name="赵三")
    assert [row for row in everything() if row["id"] != baby.pk] == before
    assert (baby.moved_on, baby.changes.get().kind, baby.changes.get().why) == (LATER.date(), "withdrawn", "填错了村")
    assert {change.why for change in Change.objects.filter(kind="undone")} == {"填错了村"}
    assert (made.taken_back_by, made.taken_back_why) == ("clerk", "填错了村")


def test_taken_taken_back_and_handed_in_again_whoever_was_added_is_the_same_person_as_before(county: County) -> None:
    content = everything_that_may_be_written()
    taken(county, handed_in(county, content))
    after_taking = but_for_seals(everything())
    baby = county.person("赵三")
    taken_back(county, ChangeTable.objects.get())

    again = handed_in(county, content)
    assert {row.outcome for row in again.rows.all()} == {"taken", "corrected"}
    taken(county, again)

    assert but_for_seals(everything()) == after_taking
    assert [change.kind for change in baby.changes.order_by("pk")] == ["withdrawn", "undone"]
    taken_back(county, again)
    baby.refresh_from_db()
    assert (baby.withdrawn, baby.moved_on) == (True, LATER.date())


@pytest.mark.parametrize("other", [{"姓名": "赵四"}, {"农户编码": "钱家"}, {"与户主关系": "孙子女"}])
def test_whoever_was_withdrawn_comes_back_as_they_were_or_not_at_all(county: County, other: dict[str, str]) -> None:
    taken_back(county, taken(county, handed_in(county, sheet(BABY))))

    (row,) = handed_in(county, sheet(BABY | other)).rows.all()

    assert (row.outcome, row.why) == ("refused", WithdrawnUnderOther.says_template)
    assert "农户编码赵家，赵三，子女" in row.remedy


def test_whoever_was_withdrawn_did_not_move(county: County) -> None:
    taken_back(county, taken(county, handed_in(county, sheet(BABY))))

    assert standing_of(county.person("赵三")) is Standing.WITHDRAWN
    for what in (died, moved_away):
        with signed_in("clerk"), pytest.raises(WasWithdrawn):
            what(county.person("赵三"), on=LATER.date(), by=county.staff("clerk"), why="看了户口簿", at=LATER)
    with signed_in("clerk"), pytest.raises(NothingChanges):
        restore(county.person("钱儿"), by=county.staff("clerk"), why="看了户口簿", at=LATER)


def test_nobody_is_withdrawn_for_whom_money_was_paid(county: County) -> None:
    made = taken(county, handed_in(county, sheet(BABY, 钱奶奶=DIED)))
    with signed_in("clerk"):
        make_bills(county.campaign, on=IN_THE_WINDOW.date(), residents=[county.person("赵三").pk])
    pay(county, "赵家")

    with pytest.raises(EnrolledSince, match="行 赵三"):
        taken_back(county, made)

    assert (county.person("赵三").withdrawn, county.person("钱奶奶").died_on) == (False, date(2021, 10, 1))


def test_who_reported_took_and_took_back_is_on_record(county: County) -> None:
    taken_back(county, taken(county, handed_in(county, sheet(钱奶奶=DIED))))

    links = Record.objects.filter(verb__startswith="change_table.").order_by("position")
    assert [(link.verb, link.actor, link.detail["division"]) for link in links] == [
        (f"change_table.{what}", "staff:clerk", VILLAGE) for what in ("handed_in", "taken", "taken_back")
    ]


@pytest.mark.parametrize(
    ("written", "why"),
    [
        pytest.param({"变动": "死亡"}, "没有写变动日期", id="no-day"),
        pytest.param({"变动": "死亡", "变动日期": "2021-10"}, "变动日期“2021-10”不是哪一天", id="no-day-of-the-month"),
        pytest.param({"变动": "死亡", "变动日期": "上个月"}, "变动日期“上个月”不是哪一天", id="no-date"),
        pytest.param({"变动": "死亡", "变动日期": "2022-10-01"}, "2022-10-01不能是死亡的日期", id="in-the-future"),
        pytest.param({"变动": "死亡", "变动日期": "1920-10-01"}, "1920-10-01不能是死亡的日期", id="before-birth"),
        pytest.param({"变动": "失踪", "变动日期": "2021-10-01"}, "看不懂变动“失踪”", id="no-such-change"),
        pytest.param({"变动": "更正"}, "写了更正，没有写更正成什么", id="corrected-to-nothing"),
        pytest.param({**DIED, "更正后姓名": "钱婆婆"}, "一行里既写了减少又写了更正", id="two-things"),
        pytest.param({"变动": "更正", "更正后证件号码": "340621194801080000"}, "", id="wrong-check-digit"),
        pytest.param({"变动": "更正", "更正后证件号码": 340621194801080000}, "证件号码是数字格式", id="rounded-number"),
        pytest.param({"变动": "更正", "更正后证件号码": "赵大"}, "", id="no-number-at-all"),
        pytest.param({**DIED, "序号": 999}, "底表上没有序号999", id="no-such-row"),
        pytest.param({**DIED, "序号": "=1+1"}, "没有写序号", id="a-formula-for-a-number"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason_and_what_to_do(
    county: County, written: dict[str, Any], why: str
) -> None:
    made = handed_in(county, sheet(钱奶奶=written, 钱儿=DIED))

    row = made.rows.get(row=made.rows.exclude(name="钱儿").first().row)
    assert (row.outcome, why in row.why, row.remedy != "") == ("refused", True, True)
    assert made.rows.get(name="钱儿").outcome == "taken"  # the neighbouring row passes


@pytest.mark.parametrize(
    ("new", "why"),
    [
        pytest.param(BABY | {"农户编码": "无此户"}, "本村没有农户编码是“无此户”的户", id="no-such-household"),
        pytest.param(BABY | {"农户编码": "郑家"}, "本村没有农户编码是“郑家”的户", id="another-villages-household"),
        pytest.param(BABY | {"证件号码": ""}, "新增的人缺农户编码、姓名或证件号码", id="no-number"),
        pytest.param(BABY | {"证件号码": identity_of("王远")}, "这个证件号码已经登记在册", id="number-taken"),
        pytest.param(BABY | {"变动": ""}, "这一行没有序号，也没有写变动", id="nothing-said"),
    ],
)
def test_whoever_cannot_be_added_is_refused(county: County, new: dict[str, Any], why: str) -> None:
    made = handed_in(county, sheet(new, 钱儿=DIED))

    (row,) = made.rows.exclude(name="钱儿")
    assert (row.outcome, why in row.why) == ("refused", True)


def test_nobody_is_added_to_a_household_that_everybody_left(county: County) -> None:
    """Its receipts are of those who were in it."""
    with register_changes():
        Resident.objects.filter(name="周归").update(household=county.household("钱家"), division=VILLAGE)

    made = handed_in(county, sheet(BABY | {"农户编码": "周家"}))

    (row,) = made.rows.all()
    assert (row.outcome, "周家" in row.why) == ("refused", True)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        pytest.param(number(date(1982, 6, 2), 24), "姓名里有证件号码", id="a-number"),
        pytest.param("赵" * 61, "姓名有61个字，最多60个字", id="too-long"),
    ],
)
@pytest.mark.parametrize("what", ["更正", "新增"])
def test_a_name_that_the_register_would_not_keep_is_refused_and_not_cut_or_covered(
    county: County, what: str, name: str, why: str
) -> None:
    wrong = sheet(赵妻={"变动": "更正", "更正后姓名": name}) if what == "更正" else sheet(BABY | {"姓名": name})
    made = handed_in(county, wrong)

    (row,) = made.rows.all()
    assert (row.outcome, why in row.why, row.remedy != "") == ("refused", True, True)
    assert name not in row.name  # and what is shown of it holds no number
    with pytest.raises(NothingToTake):
        taken(county, made)
    assert county.person("赵妻").name == "赵妻"


@pytest.mark.parametrize(
    ("column", "text", "why"),
    [
        pytest.param("与户主关系", "子女的配偶的母亲的弟弟", "与户主关系有11个字，最多10个字", id="relation-too-long"),
        pytest.param("农户编码", "赵" * 31, "本村没有农户编码是", id="household-code-too-long"),
    ],
)
def test_nothing_of_somebody_new_is_cut_to_fit(county: County, column: str, text: str, why: str) -> None:
    (row,) = handed_in(county, sheet(BABY | {column: text})).rows.all()

    assert (row.outcome, why in row.why) == ("refused", True)


def test_the_same_new_person_twice_is_added_once(county: County) -> None:
    made = handed_in(county, sheet(BABY, BABY))

    assert [row.outcome for row in made.rows.all()] == ["taken", "refused"]


def test_a_row_under_another_name_is_to_be_looked_at_and_not_taken(county: County) -> None:
    """Whoever sorts one column of the sheet alone would report the wrong people dead."""
    made = handed_in(county, sheet(钱奶奶=DIED | {"姓名": "钱姥姥"}, 孙独=DIED))

    assert verdicts(made)["钱姥姥 死亡"] == ("look", "这个序号登记的不是这个姓名")
    taken(county, made)
    assert county.person("钱奶奶").died_on is None
    assert county.person("孙独").died_on == date(2021, 10, 1)


def test_somebody_on_two_rows_is_taken_by_neither(county: County) -> None:
    made = handed_in(county, sheet(钱奶奶=DIED, 钱儿=DIED | {"序号": 10, "姓名": "钱奶奶"}, 孙独=DIED))

    assert [(row.name, row.outcome) for row in made.rows.all()] == [("孙独", "taken"), ("钱奶奶", "refused"), ("钱奶奶", "refused")]  # fmt: skip


@pytest.mark.parametrize("what", [died, moved_away, joined_employee_scheme])
def test_what_is_registered_already_is_no_change(county: County, what: Any) -> None:
    with signed_in("clerk"):
        what(county.person("钱奶奶"), on=date(2021, 9, 9), by=county.staff("clerk"), why="死亡证明", at=IN_THE_WINDOW)
    word = standing_of(county.person("钱奶奶")).value

    made = handed_in(county, sheet(钱奶奶={"变动": word, "变动日期": "2021-09-09"}, 孙独=DIED))

    assert (made.same, list(verdicts(made))) == (10, ["孙独 死亡"])


@pytest.mark.parametrize("what", [died, moved_away, joined_employee_scheme])
def test_what_is_registered_for_another_day_is_to_be_looked_at(county: County, what: Any) -> None:
    with signed_in("clerk"):
        what(county.person("钱奶奶"), on=date(2021, 9, 9), by=county.staff("clerk"), why="死亡证明", at=IN_THE_WINDOW)
    word = standing_of(county.person("钱奶奶")).value

    made = handed_in(county, sheet(钱奶奶={"变动": word, "变动日期": "2021-10-01"}))

    said = f"登记册里已经是{word}，日期是2021-09-09，表上写的是2021-10-01"
    assert (made.same, verdicts(made)) == (10, {f"钱奶奶 {word}": ("look", said)})


def test_mended_and_handed_in_again_only_what_was_mended_is_new(county: County) -> None:
    """What the page advises: take the rest first, then mend the wrong rows in the same file and upload it again."""
    good = {
        "赵妻": {"变动": "更正", "更正后姓名": "赵婉", "更正后证件号码": number(date(1982, 6, 2), 24)},
        "钱奶奶": DIED,
        "李妻": {"变动": "参加职工医保", "变动日期": "2021-09-01"},
    }
    first, mended = sheet(BABY, **good, 孙独={"变动": "死亡"}), sheet(BABY, **good, 孙独=DIED)
    taken(county, handed_in(county, first))

    again = handed_in(county, mended)

    assert verdicts(again) == {"孙独 死亡": ("taken", "")}
    assert again.same == 7 + 5  # nobody's row, and five changes that stand as they are written


@pytest.mark.parametrize(
    "other", [{"更正后姓名": "赵晚"}, {"更正后证件号码": number(date(1982, 6, 2), 26)}], ids=["name", "number"]
)
def test_a_further_correction_of_who_was_corrected_is_one(county: County, other: dict[str, str]) -> None:
    first = {"变动": "更正", "更正后姓名": "赵婉", "更正后证件号码": number(date(1982, 6, 2), 24)}
    before, after = sheet(赵妻=first), sheet(赵妻=first | other)  # both with the name that was handed out
    taken(county, handed_in(county, before))

    again = handed_in(county, after)

    assert [row.outcome for row in again.rows.all()] == ["taken"]
    assert again.same == 10 + 1


def test_a_death_on_the_number_of_somebody_else_who_died_is_not_passed_over(county: County) -> None:
    """Of a sheet that was sorted in one column, the number may be of somebody who is dead already."""
    with signed_in("clerk"):
        died(county.person("孙独"), on=date(2021, 10, 1), by=county.staff("clerk"), why="死亡证明", at=IN_THE_WINDOW)

    made = handed_in(county, sheet(孙独=DIED | {"姓名": "钱奶奶"}))

    assert (made.same, verdicts(made)) == (10, {"钱奶奶 死亡": ("look", "这个序号登记的不是这个姓名")})


@pytest.mark.parametrize(
    ("content", "no"),
    [
        pytest.param(lambda: sheet(village=OTHER_VILLAGE), BaseTableOfOtherVillage, id="another-village"),
        pytest.param(lambda: sheet(number=f"{VILLAGE}-999999"), BaseTableOfLastYear, id="last-year"),
        pytest.param(lambda: sheet(titled=False), NotABaseTable, id="no-number-of-a-table"),
        pytest.param(sheet, NothingOnChangeTable, id="nothing-on-it"),
        pytest.param(lambda: b"%PDF-1.7", Refusal, id="no-spreadsheet"),
    ],
)
def test_a_file_that_is_not_this_villages_table_is_refused_as_a_whole(county: County, content: Any, no: type[Refusal]) -> None:  # fmt: skip
    with pytest.raises(no):
        handed_in(county, content())

    assert ChangeTable.objects.count() == 0


def test_the_same_file_twice_is_refused_until_the_first_is_taken_back(county: County) -> None:
    content = sheet(钱奶奶=DIED)
    first = handed_in(county, content)
    with pytest.raises(ChangeTableKnown):
        handed_in(county, content)

    taken_back(county, first)

    assert handed_in(county, content).rows.count() == 1


def test_a_reason_is_wanted(county: County) -> None:
    with pytest.raises(GroundMissing):
        handed_in(county, sheet(钱奶奶=DIED), why=" ")


@pytest.mark.parametrize(("who", "no"), [("neighbour", NotYourDivision), ("tax", NotYourWork)])
def test_it_is_the_work_of_who_keeps_the_villages_register(county: County, who: str, no: type[Refusal]) -> None:
    with pytest.raises(no):
        handed_in(county, sheet(钱奶奶=DIED), by=who)
    made = handed_in(county, sheet(钱奶奶=DIED))
    for act in (taken, taken_back):
        with pytest.raises(no):
            act(county, made, by=who)


def test_it_is_taken_once_and_taken_back_once(county: County) -> None:
    made = taken(county, handed_in(county, sheet(钱奶奶=DIED)))

    with pytest.raises(TakenAlready):
        taken(county, made)
    taken_back(county, made)
    for act in (taken, taken_back):
        with pytest.raises(TakenBackAlready):
            act(county, made)


def test_of_rows_that_are_all_wrong_nothing_is_taken(county: County) -> None:
    with pytest.raises(NothingToTake):
        taken(county, handed_in(county, sheet(钱奶奶={"变动": "死亡"})))


def test_one_row_that_no_longer_goes_stops_the_whole(county: County) -> None:
    made = handed_in(county, sheet(钱奶奶=DIED, 孙独=DIED))
    with signed_in("clerk"):
        died(county.person("孙独"), on=date(2021, 9, 9), by=county.staff("clerk"), why="死亡证明", at=IN_THE_WINDOW)

    with pytest.raises(ChangedSincePreview, match="孙独"):
        taken(county, made)

    assert county.person("钱奶奶").died_on is None


def test_a_person_changed_again_since_stops_the_taking_back(county: County) -> None:
    made = taken(county, handed_in(county, sheet(周归={"变动": "更正", "更正后姓名": "周桂"}, 钱奶奶=DIED)))
    with signed_in("clerk"):
        from canbao.register.domain.changes import correct_name

        correct_name(county.person("周桂"), "周贵", by=county.staff("clerk"), why="户口簿", at=IN_THE_WINDOW)

    with pytest.raises(ChangedSincePreview, match="周桂"):
        taken_back(county, made)

    assert county.person("钱奶奶").died_on == date(2021, 10, 1)


def test_a_clerk_sees_their_own_villages_tables_alone(county: County) -> None:
    handed_in(county, sheet(钱奶奶=DIED))
    handed_in(county, sheet(village=OTHER_VILLAGE, 郑邻=DIED), by="neighbour", village=OTHER_VILLAGE)

    with within(Scope(OTHER_VILLAGE, "staff:neighbour")):
        assert [row.name for row in ChangeTableRow.objects.all()] == ["郑邻"]
        assert ChangeTable.objects.count() == 1


@pytest.mark.parametrize("alias", ["default", "owner"])
@pytest.mark.parametrize(
    "what",
    [
        "DELETE FROM enrolment_changetablerow",
        "UPDATE enrolment_changetablerow SET outcome = 'taken'",
        "UPDATE enrolment_changetable SET why = '别的'",
        "DELETE FROM enrolment_changetable",
    ],
)
def test_what_was_handed_in_stays(real_county: County, alias: str, what: str) -> None:
    handed_in(real_county, sheet(钱奶奶={"变动": "死亡"}))

    with pytest.raises(DatabaseError), connections[alias].cursor() as cursor:
        cursor.execute(what)


OPEN, TAKEN, TAKEN_BACK = "钱儿", "钱奶奶", "孙独"
TAKE = "UPDATE enrolment_changetable SET taken_at = now(), taken_by = '{}'"
TAKE_BACK = "UPDATE enrolment_changetable SET taken_back_at = now(), taken_back_by = '{}', taken_back_why = '填错'"


def three_tables(county: County) -> dict[str, ChangeTable]:
    """One that nothing was done with, one taken, one taken and taken back."""
    made = {name: handed_in(county, sheet(**{name: DIED})) for name in (OPEN, TAKEN, TAKEN_BACK)}
    taken(county, made[TAKEN])
    taken_back(county, taken(county, made[TAKEN_BACK]))
    return made


def does_sql(what: str, table: ChangeTable, *, actor: str = "staff:clerk") -> None:
    column = "change_table_id" if "changetablerow" in what else "id"
    with within(Scope(VILLAGE, actor)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{what} WHERE {column} = %s", [table.pk])
        assert cursor.rowcount == 1


@pytest.mark.parametrize(
    ("which", "what"),
    [
        pytest.param(TAKEN, TAKE.format("clerk"), id="taken-again"),
        pytest.param(TAKEN, "UPDATE enrolment_changetable SET taken_at = NULL, taken_by = NULL", id="as-if-not-taken"),
        pytest.param(TAKEN, "UPDATE enrolment_changetable SET taken_by = 'somebody'", id="by-somebody-else"),
        pytest.param(OPEN, TAKE.format("somebody"), id="in-another-name"),
        pytest.param(OPEN, TAKE_BACK.format("somebody"), id="back-in-another-name"),
        pytest.param(TAKEN_BACK, TAKE_BACK.format("clerk"), id="taken-back-again"),
        pytest.param(TAKEN_BACK, "UPDATE enrolment_changetable SET taken_back_at = NULL, taken_back_by = NULL, taken_back_why = ''", id="as-if-not-taken-back"),
        pytest.param(TAKEN_BACK, "UPDATE enrolment_changetable SET taken_back_why = '别的'", id="for-another-reason"),
        pytest.param(TAKEN, "UPDATE enrolment_changetablerow SET change_id = NULL", id="a-row-as-if-not-taken"),
        pytest.param(TAKEN, "UPDATE enrolment_changetablerow SET added_id = resident_id", id="a-row-that-added-somebody-too"),
    ],
)  # fmt: skip
def test_taken_and_taken_back_are_each_signed_and_happen_once(county: County, which: str, what: str) -> None:
    made = three_tables(county)

    with pytest.raises(DatabaseError):
        does_sql(what, made[which])


@pytest.mark.parametrize("what", [TAKE, TAKE_BACK])
def test_once_and_in_ones_own_name_they_do_happen(county: County, what: str) -> None:
    """The control of the test above."""
    does_sql(what.format("clerk"), three_tables(county)[OPEN])


OF_ANOTHER_FILE = "jsonb_build_object('file_digest', md5(''))"


def copied(table: str, pk: int, changes: str) -> None:
    """The same row once more, but for these columns, by whoever handed it in."""
    with within(Scope(VILLAGE, "staff:clerk")), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} SELECT (jsonb_populate_record(t, jsonb_build_object('id', -t.id) || {changes})).* FROM {table} t WHERE id = %s",
            [pk],
        )
        assert cursor.rowcount == 1


@pytest.mark.parametrize(
    ("changes", "no"),
    [
        ("jsonb_build_object('taken_at', now(), 'taken_by', 'clerk')", "handed in before anything is done"),
        ("jsonb_build_object('taken_back_at', now(), 'taken_back_by', 'clerk', 'taken_back_why', '填错')", "handed in before anything is done"),
        ("jsonb_build_object('handed_in_by', 'somebody')", "staff:somebody"),
    ],
    ids=["as-if-taken", "as-if-taken-back", "in-another-name"],
)  # fmt: skip
def test_a_change_table_comes_in_with_nothing_done_and_in_ones_own_name(county: County, changes: str, no: str) -> None:
    table = handed_in(county, sheet(钱奶奶={"变动": "死亡"}))

    with pytest.raises(DatabaseError, match=no):
        copied("enrolment_changetable", table.pk, f"{OF_ANOTHER_FILE} || {changes}")
    copied("enrolment_changetable", table.pk, OF_ANOTHER_FILE)  # the control


@pytest.mark.parametrize("column", ["change_id", "added_id"])
def test_a_row_of_it_comes_in_with_nothing_done(county: County, column: str) -> None:
    table = handed_in(county, sheet(钱奶奶={"变动": "死亡"}))
    row = ChangeTableRow.objects.get(change_table=table)

    with pytest.raises(DatabaseError, match="handed in before anything is done"):
        copied("enrolment_changetablerow", row.pk, f"jsonb_build_object('{column}', 1, 'row', -1)")
    copied("enrolment_changetablerow", row.pk, "jsonb_build_object('row', -1)")  # the control


def test_numbers_in_it_are_sealed(county: County) -> None:
    typed = number(date(1982, 6, 2), 24)
    handed_in(county, sheet(赵妻={"变动": "更正", "更正后证件号码": typed}))

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, '') || (SELECT string_agg(c::text, '') FROM enrolment_changetable c) FROM enrolment_changetablerow t")  # fmt: skip
        assert typed not in cursor.fetchone()[0]


def test_a_picture_is_no_spreadsheet(county: County) -> None:
    with pytest.raises(NotASpreadsheet):
        handed_in(county, b"\x00\x01\x02 not a table")
