"""Who may make and move staff: what somebody sees follows from their row, so their own scope must not reach it."""

import pytest
from django.db import DatabaseError, transaction

from canbao.access.models import Role, Staff
from canbao.access.scope import Scope, within
from tests.collection.racing import as_application, as_owner, rewrite
from tests.county import OTHER_VILLAGE, VILLAGE, County


def test_a_clerks_ticket_cannot_widen_the_clerk(county: County) -> None:
    clerk = Scope(division=VILLAGE, actor="staff:clerk")

    with within(clerk), pytest.raises(DatabaseError, match="work for the whole county"), transaction.atomic():
        Staff.objects.filter(username="clerk").update(division="340621000000")

    assert county.staff("clerk").division == VILLAGE


@pytest.mark.parametrize(
    "change", [{"role": Role.COUNTY}, {"unit_id": None}, {"is_active": False}, {"username": "other"}]
)
def test_nothing_of_what_makes_somebody_who_they_are_moves_without_the_county(county: County, change: dict) -> None:
    with within(Scope(division=VILLAGE, actor="staff:clerk")), pytest.raises(DatabaseError), transaction.atomic():
        Staff.objects.filter(username="clerk").update(**change)


def test_nobody_below_the_county_makes_an_account(county: County) -> None:
    with within(Scope(division=VILLAGE, actor="staff:clerk")), pytest.raises(DatabaseError), transaction.atomic():
        Staff.objects.create_staff(
            username="second", password="long enough for this", full_name="谁", role=Role.TOWNSHIP, division=VILLAGE
        )


def test_the_county_moves_a_clerk_to_another_village(county: County) -> None:
    Staff.objects.filter(username="clerk").update(division=OTHER_VILLAGE)

    assert county.staff("clerk").division == OTHER_VILLAGE


def test_signing_in_needs_no_scope(county: County) -> None:
    staff = county.staff("clerk")
    staff.set_password("another long password")

    staff.save(update_fields=["password"])

    assert county.staff("clerk").check_password("another long password")


PASSWORD = "UPDATE access_staff SET password = gen_random_uuid()::text WHERE username = %s"
CLERK = Scope(division=VILLAGE, actor="staff:clerk")


def test_everybody_sets_their_own_password_and_nobody_anothers(real_county: County) -> None:
    assert as_application(CLERK, PASSWORD, ["clerk"]) == 1
    with pytest.raises(DatabaseError, match="work for the whole county"):
        as_application(CLERK, PASSWORD, ["county"])
    with pytest.raises(DatabaseError, match="work for the whole county"):  # as a resident of that name neither
        as_application(Scope(VILLAGE, "resident:clerk", household=1), PASSWORD, ["clerk"])
    assert as_application(Scope("340621", "staff:county"), PASSWORD, ["clerk"]) == 1

    as_owner("ALTER TABLE access_staff DISABLE TRIGGER keep_staff")  # the control
    assert as_application(CLERK, PASSWORD, ["county"]) == 1


@pytest.mark.parametrize("change", ["full_name = '县医保局'", "id = id + 1000", "department = '民政局'"])
def test_a_clerk_does_not_take_another_name_or_number(county: County, change: str) -> None:
    with pytest.raises(DatabaseError, match="work for the whole county"):
        as_application(CLERK, f"UPDATE access_staff SET {change} WHERE username = 'clerk'")
    assert as_application(CLERK, "UPDATE access_staff SET last_login = '2021-11-15' WHERE username = 'clerk'") == 1


HERE, THERE = Scope("340621", "staff:county"), Scope("340622", "staff:other")
MOVE = "UPDATE access_staff SET division = %s WHERE username = 'clerk'"


def test_a_county_neither_takes_another_countys_clerk_nor_sends_its_own_there(real_county: County) -> None:
    with pytest.raises(DatabaseError, match="work for the whole county"):
        as_application(THERE, MOVE, ["340622100200"])
    with pytest.raises(DatabaseError, match="work for the whole county"):
        as_application(HERE, MOVE, ["340622100200"])

    assert as_application(Scope("340600", "staff:city"), MOVE, ["340622100200"]) == 1


@pytest.mark.parametrize(("scope", "half"), [(THERE, "OLD"), (HERE, "NEW")])
def test_without_either_half_of_its_guard_it_could(real_county: County, scope: Scope, half: str) -> None:
    """The control."""
    rewrite("access_keep_staff", f"PERFORM scope_must_cover(left({half}.division, 6));", "")

    assert as_application(scope, MOVE, ["340622100200"]) == 1
