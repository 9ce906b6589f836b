"""Rows to look at are settled by a person, who says so by name."""

from datetime import date
from pathlib import Path

import pytest

from canbao.access.models import Record, Staff
from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.register.domain.bulk import NewPerson, add_people
from canbao.register.models import Resident
from canbao.rosters.domain.confirming import confirm_roster
from canbao.rosters.domain.mending import accept_row, refuse_row
from canbao.rosters.models import Outcome, RosterRow
from canbao.rosters.queries import candidates, categories_on, rows_to_look_at
from canbao.rosters.refusals import (
    CategoryNotSettled,
    NobodyOffered,
    NotYourDepartment,
    RosterAlreadyConfirmed,
    RowNotOpen,
)
from tests.county import VILLAGE, County, number
from tests.rosters.files import HEADER, TODAY, imported, listed, only_row, xlsx


@pytest.fixture
def differing(county: County, tmp_path: Path) -> RosterRow:
    return only_row(imported(county, xlsx(tmp_path / "a.xlsx", [listed("赵大", name="赵太")]), is_full=False))


def test_an_accepted_row_counts_once_the_list_is_confirmed(county: County, differing: RosterRow) -> None:
    row = accept_row(differing, by=county.staff("civil"), on=TODAY)
    confirm_roster(row.roster, by=county.staff("county"), on=TODAY)

    assert (row.outcome, row.decided_by) == (Outcome.CORRECTED, "civil")
    assert row.why == "经核对采用。原为：号码相符，但姓名第 2 字与登记不同。"
    assert [held.category for held in categories_on(county.person("赵大"), on=TODAY)] == ["低保对象"]


def test_a_row_that_was_turned_down_does_not_count(county: County, differing: RosterRow) -> None:
    row = refuse_row(differing, by=county.staff("civil"), on=TODAY, why="是另一人，号码填错。")
    done = confirm_roster(row.roster, by=county.staff("county"), on=TODAY)

    assert (row.outcome, row.why, done.people, done.undecided) == (Outcome.REFUSED, "是另一人，号码填错。", 0, 0)


def test_who_settled_it_is_on_record(county: County, differing: RosterRow) -> None:
    accept_row(differing, by=county.staff("civil"), on=TODAY)
    link = Record.objects.latest("position")

    assert (link.verb, link.subject, link.actor) == (
        "roster.row.accepted",
        f"roster_row:{differing.pk}",
        "staff:civil",
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
    both = list(candidates(row))

    with pytest.raises(NobodyOffered):
        accept_row(row, by=county.staff("civil"), on=TODAY)
    assert both == list(Resident.objects.filter(name="赵大").order_by("pk"))
    assert accept_row(row, by=county.staff("civil"), on=TODAY, resident=both[1]).resident == both[1]


def test_the_only_candidate_is_the_one_offered(county: County, differing: RosterRow) -> None:
    assert list(candidates(differing)) == [county.person("赵大")]


def test_a_row_without_a_category_cannot_be_accepted(county: County, tmp_path: Path) -> None:
    row = only_row(imported(county, xlsx(tmp_path / "a.xlsx", [listed("赵大", "低收入残疾人")])))

    with pytest.raises(CategoryNotSettled):
        accept_row(row, by=county.staff("civil"), on=TODAY)


def test_a_row_is_settled_once(county: County, differing: RosterRow) -> None:
    accept_row(differing, by=county.staff("civil"), on=TODAY)

    with pytest.raises(RowNotOpen) as no:
        refuse_row(differing, by=county.staff("civil"), on=TODAY, why="还是不对。")
    assert no.value.says == "第 2 行的结果是“更正后采用”，不需要核对。"


def test_after_the_confirmation_nothing_is_settled_any_more(county: County, differing: RosterRow) -> None:
    confirm_roster(differing.roster, by=county.staff("county"), on=TODAY)

    with pytest.raises(RosterAlreadyConfirmed):
        accept_row(differing, by=county.staff("civil"), on=TODAY)


@pytest.mark.parametrize(("who", "refusal"), [("clerk", NotYourDivision), ("tax", NotYourWork)])
def test_others_do_not_settle(county: County, differing: RosterRow, who: str, refusal: type) -> None:
    with pytest.raises(refusal):
        accept_row(differing, by=county.staff(who), on=TODAY)


def test_another_department_does_not_settle(county: County, differing: RosterRow) -> None:
    Staff.objects.filter(username="civil").update(department="残联")

    with pytest.raises(NotYourDepartment):
        refuse_row(differing, by=county.staff("civil"), on=TODAY, why="不是我们的。")


def test_somebody_of_another_county_is_nobody_here(county: County, differing: RosterRow) -> None:
    elsewhere = county.person("赵大")
    elsewhere.county = "341721"

    with pytest.raises(NobodyOffered):
        accept_row(differing, by=county.staff("civil"), on=TODAY, resident=elsewhere)


def test_rows_to_look_at_come_in_the_order_of_the_sheet(county: County, tmp_path: Path) -> None:
    file = xlsx(tmp_path / "a.xlsx", [listed("赵妻", name="赵七"), listed("钱儿"), listed("赵大", name="赵太")])

    assert [row.row for row in rows_to_look_at(imported(county, file))] == [2, 4]
