"""Who is fully subsidised has nothing to pay and nothing to do: the office enrols them."""

from datetime import date

import pytest
from django.db import IntegrityError

from canbao.access.models import Record
from canbao.enrolment.models import BillState, Enrolment
from canbao.ledger.models import Transfer
from canbao.reports.four_ways import Way, four_ways_agree
from tests.collection.paying import pay
from tests.collection.racing import all_at_once, as_owner
from tests.county import IN_THE_WINDOW, County, hold
from tests.desks import enrol_fully_subsidised
from tests.ledger.balances import balances

ON = IN_THE_WINDOW.date()


def enrol(county: County, on: date = ON) -> int:
    return enrol_fully_subsidised(county.campaign, on=on, actor="staff:county")


def test_who_pays_nothing_is_enrolled_by_the_office_and_the_fund_owes_the_whole(county: County) -> None:
    assert enrol(county) == 1

    one = Enrolment.objects.get()
    assert (one.resident.name, one.by_office, one.paid_fen, one.covered_from, one.covered_until) == (
        "孙独", True, 0, date(2022, 1, 1), date(2022, 12, 31),
    )  # fmt: skip
    assert [(one.amount_fen, one.debit.holder, one.resident_id) for one in Transfer.objects.all()] == [
        (32000, "同级财政", county.person("孙独").pk)
    ]
    assert (county.bill("孙独").state, four_ways_agree(county.campaign).money) == (BillState.SETTLED, Way(0, 0))


def test_enrolling_again_enrols_nobody_and_is_not_on_record(county: County) -> None:
    enrol(county)

    assert (enrol(county), Enrolment.objects.count()) == (0, 1)
    assert Record.objects.filter(verb="enrolled.by_office").count() == 1


def test_two_offices_at_once_enrol_once(real_county: County) -> None:
    assert sorted(all_at_once(*[lambda: enrol(real_county)] * 3)) == [0, 0, 1]
    assert (Enrolment.objects.count(), balances("fund")) == (1, {"fund": 32000})


def test_who_owes_something_or_nobody_knows_what_is_not_enrolled_by_the_office(county: County) -> None:
    enrol(county)

    assert list(Enrolment.objects.values_list("resident__name", flat=True)) == ["孙独"]


def test_when_nobody_is_fully_subsidised_nothing_happens(county: County) -> None:
    enrol(county)
    hold({"周归": "低保对象"}, on=ON)

    assert enrol(county) == 0


def test_one_person_is_enrolled_once_in_a_period_by_the_database_itself(real_county: County) -> None:
    pay(real_county, "周家")

    with pytest.raises(IntegrityError, match="enrolment_once_a_person_and_period"):
        as_owner(
            """INSERT INTO enrolment_enrolment (county, campaign_id, resident_id, person_token, household_id, division, unit_id, bill_id, benefit_from,
                      benefit_until, covered_from, covered_until, paid_on, paid_fen, by_office, enrolled_at, ended_why)
               SELECT '340122', campaign_id, resident_id, person_token, household_id, '340122100200', unit_id, bill_id, benefit_from,
                      benefit_until, covered_from, covered_until, paid_on, paid_fen, by_office, enrolled_at, ended_why FROM enrolment_enrolment"""
        )
