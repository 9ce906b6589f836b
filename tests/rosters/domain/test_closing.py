"""A list that will not count: withdrawn by its sender or sent back, for a reason, and then nothing more is done to it."""

from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, connections, transaction

from canbao.access.models import Record, Staff
from canbao.access.refusals import NotYourWork
from canbao.access.scope import within
from canbao.enrolment.models import Bill
from canbao.rosters.models import Holding, Roster
from canbao.rosters.refusals import (
    NotYourDepartment,
    ReasonMissing,
    RosterAlreadyConfirmed,
    RosterClosed,
    RosterFileKnown,
)
from tests.county import County, everybody
from tests.desks import accept_row, close_roster, confirm_roster, mend_row, refuse_row
from tests.rosters.files import NOW, SUIXI, imported, listed, xlsx

WHY = "报错了月份"


def handed_in(county: County, tmp_path: Path) -> Roster:
    """One row that is taken, one to look at; the same bytes every time."""
    file = tmp_path / "a.xlsx"
    if not file.exists():
        xlsx(file, [listed("赵大"), listed("赵妻", name="赵旗")])
    return imported(county, file)


def close(county: County, roster: Roster, by: str, why: str = WHY) -> Roster:
    return close_roster(roster, by=county.staff(by), at=NOW, why=why)


@pytest.mark.parametrize(
    ("who", "how", "verb"),
    [("civil", "withdrawn", "roster.withdrawn"), ("county", "sent_back", "roster.sent_back")],
)
def test_who_closed_it_when_and_why_is_kept(county: County, tmp_path: Path, who: str, how: str, verb: str) -> None:
    roster = handed_in(county, tmp_path)

    close(county, roster, who, f"  {WHY} ")

    roster.refresh_from_db()
    assert (roster.closed_as, roster.closed_by, roster.closed_at, roster.closed_why) == (how, who, NOW, WHY)
    last = Record.objects.latest("position")
    assert (last.verb, last.subject, last.actor) == (verb, f"roster:{roster.pk}", f"staff:{who}")


def test_whoever_imported_it_for_a_department_withdraws_it(county: County, tmp_path: Path) -> None:
    roster = imported(county, xlsx(tmp_path / "a.xlsx", [listed("赵大")]), by="county")

    assert close(county, roster, "county").closed_as == "withdrawn"


def test_a_closed_list_changes_nothing_and_nothing_is_done_to_it_any_more(county: County, tmp_path: Path) -> None:
    roster = handed_in(county, tmp_path)
    doubtful = roster.rows.get(outcome="look")
    before = list(Holding.objects.values_list("pk", "until")), list(Bill.objects.values_list("pk", "state"))
    close(county, roster, "civil")

    second = county.staff("county")
    for work in (
        lambda: confirm_roster(roster, by=second, at=NOW, leave_out=1, strike_off_confirmed=True),
        lambda: accept_row(doubtful, by=second, at=NOW),
        lambda: refuse_row(doubtful, by=second, at=NOW, why="不是此人。"),
        lambda: mend_row(doubtful, pack=SUIXI, by=county.staff("civil"), at=NOW, name="赵妻"),
        lambda: close(county, roster, "county"),
    ):
        with pytest.raises(RosterClosed) as no:
            work()
        assert no.value.says == "这份名单已撤回（民政局：报错了月份），不再核对，也不能确认。"

    assert before == (
        list(Holding.objects.values_list("pk", "until")),
        list(Bill.objects.values_list("pk", "state")),
    )


def test_the_same_file_can_be_handed_in_again_once_it_was_closed(county: County, tmp_path: Path) -> None:
    first = handed_in(county, tmp_path)
    with pytest.raises(RosterFileKnown):
        handed_in(county, tmp_path)
    close(county, first, "county")

    again = handed_in(county, tmp_path)

    assert confirm_roster(again, by=county.staff("county"), at=NOW, leave_out=1, strike_off_confirmed=True).given == 1


@pytest.mark.parametrize("why", ["", "  ", "\0"])
def test_it_is_not_closed_without_a_reason(county: County, tmp_path: Path, why: str) -> None:
    roster = handed_in(county, tmp_path)

    with pytest.raises(ReasonMissing):
        close(county, roster, "civil", why)

    roster.refresh_from_db()
    assert roster.closed_at is None


def test_a_confirmed_list_is_not_closed(county: County, tmp_path: Path) -> None:
    roster = handed_in(county, tmp_path)
    confirm_roster(roster, by=county.staff("county"), at=NOW, leave_out=1, strike_off_confirmed=True)

    with pytest.raises(RosterAlreadyConfirmed):
        close(county, roster, "civil")


def test_neither_another_department_nor_a_clerk_closes_it(county: County, tmp_path: Path) -> None:
    roster = handed_in(county, tmp_path)
    Staff.objects.filter(username="civil").update(department="残联")

    with pytest.raises(NotYourDepartment):
        close(county, roster, "civil")
    with pytest.raises(NotYourWork):
        close(county, roster, "tax")


@pytest.mark.parametrize(
    "change",
    [
        "closed_at = now()",
        "closed_as = 'withdrawn', closed_at = now(), closed_by = 'civil'",
        "closed_as = 'lost', closed_at = now(), closed_by = 'civil', closed_why = 'x'",
        "confirmed_at = now(), confirmed_by = 'county', closed_as = 'sent_back', closed_at = now(), closed_by = 'county', closed_why = 'x'",
    ],
)
def test_the_database_keeps_no_half_closed_list(county: County, tmp_path: Path, change: str) -> None:
    roster = handed_in(county, tmp_path)

    with pytest.raises(IntegrityError), transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute(f"UPDATE rosters_roster SET {change} WHERE id = %s", [roster.pk])


def test_a_closed_list_does_not_come_back(county: County, tmp_path: Path) -> None:
    roster = handed_in(county, tmp_path)
    close(county, roster, "civil")

    with pytest.raises(DatabaseError, match="is closed and does not come back"), transaction.atomic():
        Roster.objects.filter(pk=roster.pk).update(closed_why="另一个原因")


def test_without_its_guard_it_would_come_back(real_county: County, tmp_path: Path) -> None:
    """The control: the same with the trigger taken off."""
    with within(everybody()):
        roster = handed_in(real_county, tmp_path)
        close(real_county, roster, "civil")
    with connections["owner"].cursor() as owner:
        owner.execute("DROP TRIGGER keep_closed ON rosters_roster")

    with within(everybody()):
        Roster.objects.filter(pk=roster.pk).update(closed_as="", closed_at=None, closed_by=None, closed_why="")
        assert Roster.objects.get(pk=roster.pk, cut_off_on=date(2021, 10, 31)).closed_at is None
