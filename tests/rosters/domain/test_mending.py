"""Rows to look at are settled by a person, who says so by name."""

from datetime import date
from functools import partial
from pathlib import Path

import pytest
from django.db import IntegrityError

from canbao.access.models import Record, Staff
from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.access.sealing import unseal
from canbao.register.domain.bulk import NewPerson, add_people
from canbao.register.models import Resident
from canbao.rosters.domain.candidates import find_candidates
from canbao.rosters.models import Outcome, RosterRow
from canbao.rosters.queries import categories_on, rows_to_look_at
from canbao.rosters.refusals import (
    CategoryNotSettled,
    CorrectionUnreadable,
    NobodyOffered,
    NothingMended,
    NothingToConfirm,
    NotYourDepartment,
    RosterAlreadyConfirmed,
    RowNotOpen,
    SamePerson,
)
from tests.county import VILLAGE, County, number
from tests.desks import accept_row, confirm_roster, mend_row, refuse_row
from tests.rosters.files import HEADER, NOW, SUIXI, TODAY, imported, listed, number_of, only_row, rows_of, xlsx


@pytest.fixture
def differing(county: County, tmp_path: Path) -> RosterRow:
    return only_row(imported(county, xlsx(tmp_path / "a.xlsx", [listed("赵大", name="赵太")]), is_full=False))


def test_an_accepted_row_counts_once_the_list_is_confirmed(county: County, differing: RosterRow) -> None:
    row = accept_row(differing, by=county.staff("county2"), at=NOW)
    confirm_roster(row.roster, by=county.staff("county"), at=NOW)

    assert (row.outcome, row.decided_by, row.decided_at) == (Outcome.CORRECTED, "county2", NOW)
    assert row.why == "经核对采用。原为：号码相符，但登记姓名与所填的不一致。"
    assert [held.category for held in categories_on(county.person("赵大"), on=TODAY)] == ["低保对象"]


def test_a_row_that_was_turned_down_does_not_count(county: County, differing: RosterRow) -> None:
    row = refuse_row(differing, by=county.staff("civil"), at=NOW, why="是另一人，号码填错。")

    with pytest.raises(NothingToConfirm):
        confirm_roster(row.roster, by=county.staff("county"), at=NOW)

    assert (row.outcome, row.why) == (Outcome.REFUSED, "是另一人，号码填错。")
    assert categories_on(county.person("赵大"), on=TODAY) == []


def test_who_settled_it_is_on_record(county: County, differing: RosterRow) -> None:
    accept_row(differing, by=county.staff("county"), at=NOW)
    link = Record.objects.latest("position")

    assert (link.verb, link.subject, link.actor) == (
        "roster.row.accepted",
        f"roster_row:{differing.pk}",
        "staff:county",
    )
    assert link.detail == {"resident": county.person("赵大").pk}


def test_of_two_namesakes_one_is_pointed_at(county: County, tmp_path: Path) -> None:
    born_on = date(1991, 1, 1)
    add_people(
        [
            NewPerson(
                village=VILLAGE, household_code="另一赵家", name="赵大", relation="户主", sex="男", born_on=born_on,
                number=number(born_on, 99), number_kind="居民身份证",
            )
        ]
    )  # fmt: skip
    file = xlsx(tmp_path / "a.xlsx", [("赵大", "", "低保", "示例一村")], header=(*HEADER, "村"))
    row = only_row(imported(county, file))
    both = [one.resident for one in find_candidates(row)]

    with pytest.raises(NobodyOffered):
        accept_row(row, by=county.staff("county"), at=NOW)
    assert both == list(Resident.objects.filter(name="赵大").order_by("pk"))
    assert accept_row(row, by=county.staff("county"), at=NOW, resident=both[1]).resident == both[1]


def test_the_only_candidate_is_the_one_offered(county: County, differing: RosterRow) -> None:
    assert [one.resident for one in find_candidates(differing)] == [county.person("赵大")]


def test_a_row_without_a_category_cannot_be_accepted(county: County, tmp_path: Path) -> None:
    row = only_row(imported(county, xlsx(tmp_path / "a.xlsx", [listed("赵大", "低收入残疾人")])))

    with pytest.raises(CategoryNotSettled):
        accept_row(row, by=county.staff("county"), at=NOW)


def test_a_row_is_settled_once(county: County, differing: RosterRow) -> None:
    accept_row(differing, by=county.staff("county"), at=NOW)

    with pytest.raises(RowNotOpen) as no:
        refuse_row(differing, by=county.staff("civil"), at=NOW, why="还是不对。")
    assert no.value.says == "第 2 行的结果是“更正后采用”，不用再核对或更正。"


def test_after_the_confirmation_nothing_is_settled_any_more(county: County, tmp_path: Path) -> None:
    rows = [listed("赵大", name="赵太"), listed("赵妻")]
    differing = imported(county, xlsx(tmp_path / "b.xlsx", rows), is_full=False).rows.get(outcome=Outcome.LOOK)
    confirm_roster(differing.roster, by=county.staff("county"), at=NOW, leave_out=1)

    for settle in (accept_row, partial(refuse_row, why="太晚了。"), partial(mend_row, pack=SUIXI, name="赵大")):
        with pytest.raises(RosterAlreadyConfirmed):
            settle(differing, by=county.staff("county2"), at=NOW)


@pytest.mark.parametrize(("who", "refusal"), [("clerk", NotYourDivision), ("tax", NotYourWork), ("civil", NotYourWork)])
def test_others_do_not_settle(county: County, differing: RosterRow, who: str, refusal: type) -> None:
    with pytest.raises(refusal):
        accept_row(differing, by=county.staff(who), at=NOW)


def test_another_department_does_not_settle(county: County, differing: RosterRow) -> None:
    Staff.objects.filter(username="civil").update(department="残联")

    with pytest.raises(NotYourDepartment):
        refuse_row(differing, by=county.staff("civil"), at=NOW, why="不是我们的。")


def test_somebody_of_another_county_is_nobody_here(county: County, differing: RosterRow) -> None:
    elsewhere = county.person("赵大")
    elsewhere.county = "341721"

    with pytest.raises(NobodyOffered):
        accept_row(differing, by=county.staff("county"), at=NOW, resident=elsewhere)


def test_rows_to_look_at_come_in_the_order_of_the_sheet(county: County, tmp_path: Path) -> None:
    file = xlsx(tmp_path / "a.xlsx", [listed("赵妻", name="赵七"), listed("钱儿"), listed("赵大", name="赵太")])

    assert [row.row for row in rows_to_look_at(imported(county, file))] == [2, 4]


# --- corrected by whoever sent it ------------------------------------------------------------------------------------


def test_a_corrected_name_is_matched_again_and_what_was_sent_stays(county: County, differing: RosterRow) -> None:
    row = mend_row(differing, pack=SUIXI, by=county.staff("civil"), at=NOW, name="赵大")
    confirm_roster(row.roster, by=county.staff("county"), at=NOW)

    assert (row.outcome, row.why, row.remedy) == (Outcome.CORRECTED, "更正后：与登记相符。", "")
    assert (row.name, row.name_now, row.mended_by, row.mended_at) == ("赵太", "赵大", "civil", NOW)
    assert [held.category for held in categories_on(county.person("赵大"), on=TODAY)] == ["低保对象"]


def test_a_corrected_number_is_matched_again_and_sealed(county: County, tmp_path: Path) -> None:
    row = only_row(imported(county, xlsx(tmp_path / "a.xlsx", [("赵大", "12345", "低保对象")]), is_full=False))
    row = mend_row(row, pack=SUIXI, by=county.staff("civil"), at=NOW, number=number_of("赵大"))

    assert (row.outcome, row.resident, row.tail_now) == (
        Outcome.CORRECTED,
        county.person("赵大"),
        number_of("赵大")[-4:],
    )
    assert (unseal(row.mended_number_sealed), unseal(row.number_sealed)) == (number_of("赵大"), "12345")
    assert row.categories == [{"name": "低保对象", "grade": ""}]


def test_a_list_without_a_category_column_keeps_its_category(county: County, tmp_path: Path) -> None:
    file = xlsx(tmp_path / "a.xlsx", [("赵大", number_of("赵妻"))], header=("姓名", "身份证号"))
    row = only_row(imported(county, file, category="低保", is_full=False))
    row = mend_row(row, pack=SUIXI, by=county.staff("civil"), at=NOW, number=number_of("赵大"))

    assert (row.outcome, row.categories) == (Outcome.CORRECTED, [{"name": "低保对象", "grade": ""}])


def test_what_still_does_not_fit_stays_open_and_can_be_corrected_again(county: County, differing: RosterRow) -> None:
    by = county.staff("civil")
    row = mend_row(differing, pack=SUIXI, by=by, at=NOW, name="赵二")
    assert (row.outcome, row.why) == (Outcome.LOOK, "更正后仍：号码相符，但登记姓名与所填的不一致。")
    row = mend_row(row, pack=SUIXI, by=by, at=NOW, number="123")
    assert (row.outcome, row.resident) == (Outcome.REFUSED, None)

    assert mend_row(row, pack=SUIXI, by=by, at=NOW, name="赵大", number=number_of("赵大")).outcome == Outcome.CORRECTED


def test_a_row_corrected_into_one_that_is_there_already_is_a_repetition(county: County, tmp_path: Path) -> None:
    file = xlsx(tmp_path / "a.xlsx", [listed("赵大"), ("赵妻", number_of("赵大"), "低保对象")])
    _, row = rows_of(imported(county, file, is_full=False))
    row = mend_row(row, pack=SUIXI, by=county.staff("civil"), at=NOW, name="赵大")

    assert (row.outcome, row.why) == (
        Outcome.REFUSED,
        "更正后仍：与「第 2 行」重复（同一人、同一类别），那一行已采用。",
    )


def test_a_rounded_number_does_not_pass_because_the_name_was_corrected(county: County, tmp_path: Path) -> None:
    row = only_row(
        imported(county, xlsx(tmp_path / "a.xlsx", [("赵", float(number_of("赵大")[:15] + "000"), "低保对象")]))
    )

    with pytest.raises(NothingMended) as no:
        mend_row(row, pack=SUIXI, by=county.staff("civil"), at=NOW, name="赵大")
    assert no.value.says == "第 2 行没有更正：证件号码还是原来的。"


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        pytest.param({"name": "赵" * 61}, "姓名", id="a-name-too-long"),
        pytest.param({"name": "赵\0妻"}, "姓名", id="a-sign-that-no-text-has"),
        pytest.param({"number": "9" * 101}, "证件号码", id="a-number-too-long"),
    ],
)
def test_what_would_be_cut_short_is_no_correction(county: County, differing: RosterRow, written: dict[str, str], wanted: str) -> None:  # fmt: skip
    with pytest.raises(CorrectionUnreadable) as no:
        mend_row(differing, pack=SUIXI, by=county.staff("civil"), at=NOW, **written)

    assert no.value.says == f"第 {differing.row} 行没有更正：填写的{wanted}太长，或含有不能用的字符。"


def test_nothing_new_is_no_correction(county: County, differing: RosterRow) -> None:
    with pytest.raises(NothingMended):
        mend_row(differing, pack=SUIXI, by=county.staff("civil"), at=NOW, name="赵太")


def test_what_was_taken_or_turned_down_is_not_corrected(county: County, differing: RosterRow) -> None:
    refuse_row(differing, by=county.staff("county"), at=NOW, why="是另一人。")

    with pytest.raises(RowNotOpen):
        mend_row(differing, pack=SUIXI, by=county.staff("civil"), at=NOW, name="赵大")


def test_another_department_does_not_correct(county: County, differing: RosterRow) -> None:
    Staff.objects.filter(username="civil").update(department="残联")

    with pytest.raises(NotYourDepartment):
        mend_row(differing, pack=SUIXI, by=county.staff("civil"), at=NOW, name="赵大")


def test_whoever_sent_or_corrected_a_row_does_not_say_whom_it_means(county: County, tmp_path: Path) -> None:
    row = only_row(
        imported(county, xlsx(tmp_path / "a.xlsx", [listed("赵大", name="赵太")]), by="county", is_full=False)
    )
    with pytest.raises(SamePerson):
        accept_row(row, by=county.staff("county"), at=NOW)
    mend_row(row, pack=SUIXI, by=county.staff("county2"), at=NOW, name="赵三")

    with pytest.raises(SamePerson):
        accept_row(row, by=county.staff("county2"), at=NOW)
    with pytest.raises(SamePerson):
        confirm_roster(row.roster, by=county.staff("county2"), at=NOW, leave_out=1)


def test_the_database_too_wants_two_people_for_a_doubtful_row(county: County, differing: RosterRow) -> None:
    row = mend_row(differing, pack=SUIXI, by=county.staff("civil"), at=NOW, name="赵三")

    with pytest.raises(IntegrityError, match="roster_row_two_people"):
        RosterRow.objects.filter(pk=row.pk).update(outcome="corrected", decided_by="civil", decided_at=row.mended_at)


def test_the_correction_is_on_record_without_what_was_written(county: County, differing: RosterRow) -> None:
    mend_row(differing, pack=SUIXI, by=county.staff("civil"), at=NOW, name="赵大")
    link = Record.objects.latest("position")

    assert (link.verb, link.subject, link.actor, link.detail) == (
        "roster.row.mended",
        f"roster_row:{differing.pk}",
        "staff:civil",
        {"outcome": "corrected"},
    )
