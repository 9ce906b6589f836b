"""Who may make and move staff: what somebody sees follows from their row, so their own scope must not reach it."""

import pytest
from django.db import DatabaseError, transaction

from canbao.access.models import Role, Staff
from canbao.access.scope import Scope, within
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
