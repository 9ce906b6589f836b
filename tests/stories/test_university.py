"""A university under a notice that says something of new students (合肥市 2021): its list, the money with the fees, and from when they
are covered, down to the treasury."""

from datetime import date, datetime
from uuid import uuid4

import pytest

from canbao.collection.domain.fees import collect_with_fees, judge_faculties
from canbao.collection.domain.in_hand import drawer
from canbao.collection.domain.remittances import Registration, papers_wanted
from canbao.collection.models import Receipt, Refund
from canbao.divisions.models import CollectingUnit
from canbao.enrolment.domain.campaigns import open_campaign, publish
from canbao.enrolment.models import Bill, Campaign, Enrolment
from canbao.kernel.days import CHINA
from canbao.policy import load_pack
from canbao.reports.four_ways import four_ways_agree
from tests.collection.domain.test_fees import STUDENTS, found_university
from tests.collection.domain.test_orders import ask
from tests.collection.paying import money, tell
from tests.county import COUNTY, County, register_changes, signed_in
from tests.desks import confirm_remittance, hand_in

TAKEN_ON = date(2021, 9, 10)
TOLD_AT = datetime(2021, 9, 20, 9, 0, tzinfo=CHINA)
NEW = ("赵妻", "钱儿")


@pytest.fixture
def university(county: County) -> CollectingUnit:
    with register_changes():
        for name in NEW:
            one = county.person(name)
            one.circumstances = {"traits": ["在校学生", "新入学大学生"]}
            one.save(update_fields=["circumstances"])
    campaign = publish(load_pack("hefei-2021"), county=COUNTY).campaign
    Campaign.objects.exclude(pk=campaign.pk).update(opened_at=None)  # a county has one open season of a year
    with signed_in("county"):
        open_campaign(campaign, by=county.staff("county"), on=date(2021, 9, 1))
    return found_university(county)


def bill_of(campaign: Campaign, name: str) -> int:
    return Bill.objects.get(campaign=campaign, resident__name=name, state="open").pk


def test_new_students_are_covered_from_the_day_the_university_took_the_money(
    county: County, university: CollectingUnit
) -> None:
    campaign = Campaign.objects.get(key="hefei-2021")
    faculties = list(university.faculties.values_list("pk", flat=True))
    late = ask(
        county, county.person("钱儿").household.code, campaign=campaign, bills=[bill_of(campaign, "钱儿")], at=TOLD_AT
    )

    judged = judge_faculties(faculties, university, campaign=campaign, taken_on=TAKEN_ON, at=TOLD_AT)
    assert ([one.bill.resident.name for one in judged.taking], judged.bad) == (["李妻", "赵妻", "赵双一", "钱儿"], [])
    with signed_in("far"):
        done = collect_with_fees(
            {one.bill.pk: one.day for one in judged.taking}, campaign=campaign, by=county.staff("far"), at=TOLD_AT
        )
    tell(money(late, at=TOLD_AT))  # and by phone as well

    assert (done.people, done.back, Receipt.objects.count()) == (4, 0, 4)
    starts = dict(Enrolment.objects.values_list("resident__name", "covered_from"))
    assert {name: starts[name] for name in STUDENTS} == {
        name: TAKEN_ON if name in NEW else date(2022, 1, 1) for name in STUDENTS
    }
    assert [(one.resident.name, one.channel) for one in Refund.objects.all()] == [("钱儿", "wechat")]

    for nth, one in enumerate(university.faculties.order_by("name")):
        held = drawer(one, campaign)
        handed = hand_in(
            remittance_id=uuid4(), campaign=campaign, unit=one, certificate=f"皖税100{nth}", period_from=TAKEN_ON,
            period_until=TAKEN_ON, people=held.people, amount_fen=held.fen, by=county.staff("far"), at=TOLD_AT,
            registration=Registration("临时0001", papers_wanted(one, campaign)),
        )  # fmt: skip
        confirm_remittance(handed, by=county.staff("tax"), at=TOLD_AT)

    assert (four_ways_agree(campaign).agree, four_ways_agree(campaign).money.count) == (True, 4)
