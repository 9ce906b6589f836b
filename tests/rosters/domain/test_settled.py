"""What was settled stays as it is, whoever writes SQL of their own: a list confirmed or closed, its rows, a holding's end.

Each guard has its control: without it, or without its half, the same change goes through.
"""

from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError

from canbao.rosters.models import Roster
from tests.collection.racing import as_application, as_owner, one_inside_the_other, rewrite
from tests.county import County, everybody, hold
from tests.desks import close_roster, confirm_roster
from tests.rosters.files import NOW, imported, listed, xlsx

UNCONFIRM = "UPDATE rosters_roster SET confirmed_at = NULL, confirmed_by = NULL WHERE id = %s"
WITHDRAW = """UPDATE rosters_roster SET confirmed_at = NULL, confirmed_by = NULL, closed_as = 'withdrawn', closed_at = now(),
                     closed_by = 'civil', closed_why = 'x' WHERE id = %s"""
CONFIRM_ANEW = "UPDATE rosters_roster SET confirmed_by = 'county2', confirmed_at = now() WHERE id = %s"
REOPEN = "UPDATE rosters_roster SET closed_as = '', closed_at = NULL, closed_by = NULL, closed_why = '' WHERE id = %s"
ANOTHER_REASON = "UPDATE rosters_roster SET closed_why = '另一个原因' WHERE id = %s"


def settled(county: County, tmp_path: Path, how: str) -> Roster:
    """One row that is taken, one to look at."""
    roster = imported(county, xlsx(tmp_path / "a.xlsx", [listed("赵大"), listed("赵妻", name="赵旗")]))
    if how == "confirmed":
        confirm_roster(roster, by=county.staff("county"), at=NOW, leave_out=1, strike_off_confirmed=True)
    elif how == "closed":
        close_roster(roster, by=county.staff("civil"), at=NOW, why="报错了月份")
    return roster


SECOND_TIME = [
    pytest.param("confirmed", UNCONFIRM, id="unconfirmed"),
    pytest.param("confirmed", WITHDRAW, id="withdrawn-after-all"),
    pytest.param("confirmed", CONFIRM_ANEW, id="confirmed-by-another"),
    pytest.param("closed", REOPEN, id="reopened"),
    pytest.param("closed", ANOTHER_REASON, id="closed-for-another-reason"),
]


@pytest.mark.parametrize(("how", "change"), SECOND_TIME)
def test_a_list_is_settled_once(county: County, tmp_path: Path, how: str, change: str) -> None:
    roster = settled(county, tmp_path, how)

    with pytest.raises(IntegrityError, match=f"is {how} and stays so"):
        as_application(everybody(), change, [roster.pk])


@pytest.mark.parametrize(("how", "change"), SECOND_TIME)
def test_without_its_half_of_the_guard_it_would_be_settled_anew(
    real_county: County, tmp_path: Path, how: str, change: str
) -> None:
    """The control: the trigger looks at the other half alone."""
    roster = settled(real_county, tmp_path, how)
    other = {"confirmed": "closed_at", "closed": "confirmed_at"}[how]
    as_owner(
        f"""CREATE OR REPLACE TRIGGER keep_settled BEFORE UPDATE ON rosters_roster FOR EACH ROW
            WHEN (OLD.{other} IS NOT NULL) EXECUTE FUNCTION rosters_keep_settled()"""
    )

    assert as_application(everybody(), change, [roster.pk]) == 1


ROW_CHANGES = [
    pytest.param("UPDATE rosters_rosterrow SET categories = '[]' WHERE roster_id = %s", id="understood-otherwise"),
    pytest.param(
        "UPDATE rosters_rosterrow SET outcome = 'refused', decided_by = 'county2', decided_at = now() WHERE roster_id = %s",
        id="decided",
    ),
    pytest.param(
        """INSERT INTO rosters_rosterrow (county, roster_id, sheet, row, name, number_tail, category_text, categories, seen, outcome,
                  why, remedy, wrong)
           SELECT county, id, sheet, 99, '', '', '', '[]', '{}', 'refused', 'x', '', '[]' FROM rosters_roster WHERE id = %s""",
        id="a-further-one",
    ),
]


@pytest.mark.parametrize("change", ROW_CHANGES)
@pytest.mark.parametrize("how", ["confirmed", "closed"])
def test_rows_of_a_settled_list_stay_as_they_are(county: County, tmp_path: Path, how: str, change: str) -> None:
    roster = settled(county, tmp_path, how)

    with pytest.raises(IntegrityError, match="is settled, and so are its rows"):
        as_application(everybody(), change, [roster.pk])


@pytest.mark.parametrize("change", ROW_CHANGES)
def test_rows_of_an_open_list_may_be_written(county: County, tmp_path: Path, change: str) -> None:
    assert as_application(everybody(), change, [settled(county, tmp_path, "open").pk]) > 0


@pytest.mark.parametrize("change", ROW_CHANGES)
@pytest.mark.parametrize("how", ["confirmed", "closed"])
def test_without_their_guard_rows_would_change(real_county: County, tmp_path: Path, how: str, change: str) -> None:
    roster = settled(real_county, tmp_path, how)
    as_owner("DROP TRIGGER keep_rows ON rosters_rosterrow")
    as_owner("DROP TRIGGER keep_new_rows ON rosters_rosterrow")

    assert as_application(everybody(), change, [roster.pk]) > 0


def row_changed_while_confirmed(county: County, tmp_path: Path) -> object:
    roster = settled(county, tmp_path, "open")
    _, said = one_inside_the_other(
        lambda: confirm_roster(roster, by=county.staff("county"), at=NOW, leave_out=1, strike_off_confirmed=True),
        lambda: as_application(
            everybody(), "UPDATE rosters_rosterrow SET categories = '[]' WHERE roster_id = %s", [roster.pk]
        ),
    )
    return said


def test_a_row_is_not_changed_while_its_list_is_being_confirmed(real_county: County, tmp_path: Path) -> None:
    assert isinstance(row_changed_while_confirmed(real_county, tmp_path), IntegrityError)


def test_a_guard_that_did_not_wait_would_let_the_row_through(real_county: County, tmp_path: Path) -> None:
    """The control: without the lock it reads the list as it was before."""
    rewrite("rosters_keep_rows", "ORDER BY r.id FOR SHARE OF r", "ORDER BY r.id")

    assert row_changed_while_confirmed(real_county, tmp_path) == 2


ENDED = [
    "UPDATE rosters_holding SET until = NULL WHERE roster_id = %s",
    "UPDATE rosters_holding SET until = '2022-06-30' WHERE roster_id = %s",
    "UPDATE rosters_holding SET ended_by_id = roster_id WHERE roster_id = %s",
]


@pytest.mark.parametrize("change", ENDED)
def test_a_holding_ends_once(county: County, change: str) -> None:
    roster = hold({"周归": "低保对象"}, on=date(2021, 11, 1), until=date(2021, 11, 30))

    with pytest.raises(IntegrityError, match="has ended and stays so"):
        as_application(everybody(), change, [roster.pk])


@pytest.mark.parametrize("change", ENDED)
def test_without_its_guard_a_holding_would_go_on(real_county: County, change: str) -> None:
    roster = hold({"周归": "低保对象"}, on=date(2021, 11, 1), until=date(2021, 11, 30))
    as_owner("DROP TRIGGER keep_ended ON rosters_holding")

    assert as_application(everybody(), change, [roster.pk]) == 1
