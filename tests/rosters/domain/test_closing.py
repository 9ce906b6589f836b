"""A list that will not count: withdrawn by its sender or sent back, for a reason, and then nothing more is done to it."""

from pathlib import Path

import pytest
from django.db import IntegrityError, connections, transaction
from django.db.models import QuerySet

from canbao.access.models import Record, Staff
from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.enrolment.models import Bill
from canbao.rosters.models import Holding, Roster
from canbao.rosters.refusals import (
    NotYourDepartment,
    ReasonMissing,
    RosterAlreadyConfirmed,
    RosterClosed,
    RosterFileKnown,
)
from tests.collection.racing import one_inside_the_other
from tests.county import County
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


def test_neither_another_department_nor_a_clerk_nor_the_tax_office_closes_it(county: County, tmp_path: Path) -> None:
    roster = handed_in(county, tmp_path)
    Staff.objects.filter(username="civil").update(department="残联")

    for who, no in (("civil", NotYourDepartment), ("clerk", NotYourDivision), ("tax", NotYourWork)):
        with pytest.raises(no):
            close(county, roster, who)


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


def closed_and_confirmed_at_once(county: County, tmp_path: Path, *, first: str) -> tuple[dict[str, object], Roster]:
    """Civil affairs withdraw their list while the county bureau confirms it. What each was told, and what became of it."""
    roster = handed_in(county, tmp_path)
    works = {
        "close": lambda: close(county, roster, "civil"),
        "confirm": lambda: confirm_roster(
            roster, by=county.staff("county"), at=NOW, leave_out=1, strike_off_confirmed=True
        ),
    }
    last = "confirm" if first == "close" else "close"
    said = dict(zip((first, last), one_inside_the_other(works[first], works[last]), strict=True))
    roster.refresh_from_db()
    return said, roster


def test_a_list_that_is_being_withdrawn_is_not_confirmed(real_county: County, tmp_path: Path) -> None:
    said, roster = closed_and_confirmed_at_once(real_county, tmp_path, first="close")

    assert isinstance(said["confirm"], RosterClosed)
    assert (roster.closed_by, roster.confirmed_by, roster.holdings.count()) == ("civil", None, 0)


def test_a_list_that_is_being_confirmed_is_not_withdrawn(real_county: County, tmp_path: Path) -> None:
    said, roster = closed_and_confirmed_at_once(real_county, tmp_path, first="confirm")

    assert isinstance(said["close"], RosterAlreadyConfirmed)
    assert (roster.closed_by, roster.confirmed_by, roster.holdings.count()) == (None, "county", 1)


@pytest.mark.parametrize(("first", "last"), [("close", "confirm"), ("confirm", "close")])
def test_without_the_lock_the_second_stumbles_over_the_database(
    real_county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str, last: str
) -> None:
    """The control: both found it open, and only the trigger on the list stops the second."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda found: found)

    said, _ = closed_and_confirmed_at_once(real_county, tmp_path, first=first)

    assert isinstance(said[last], IntegrityError)
    assert "and stays so" in str(said[last])
