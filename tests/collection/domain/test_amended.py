"""An amendment and people's money: who pays from its day on owes by it, who paid before keeps what they paid."""

from datetime import date, datetime, timedelta

import pytest

from canbao.collection.domain.readjustment import Readjusted
from canbao.collection.models import Refund
from canbao.collection.refusals import BillOutOfDate
from canbao.enrolment.models import Bill
from canbao.reports.four_ways import four_ways_agree
from canbao.rosters.models import Holding
from tests.collection.paying import order, pay
from tests.county import IN_THE_WINDOW, County, hold
from tests.desks import amend, readjust
from tests.enrolment.amendment import LESS_FROM_20_NOVEMBER, amended

HOLDS_FROM = date(2021, 11, 20)
NOTHING = Readjusted(people=0, to_give_back=0, give_back_fen=0, still_owing=0)


def on(day: date) -> datetime:
    return datetime.combine(day, IN_THE_WINDOW.timetz())


def adjust(county: County, day: date) -> Readjusted:
    return readjust(county.campaign, as_of=day, at=on(day), actor="staff:county", as_paid=True)


@pytest.fixture
def one_paid_of_two(county: County) -> County:
    """钱奶奶 and 钱儿 are both on the list of 低保; she has paid 40 before the amendment, he has not paid."""
    hold({"钱儿": "低保对象"}, on=IN_THE_WINDOW.date())
    adjust(county, IN_THE_WINDOW.date())
    pay(county, "钱家", "钱奶奶")
    amend(county.campaign, amended(), by=county.staff("county"))
    return county


def test_before_its_day_an_amendment_changes_nothing(one_paid_of_two: County) -> None:
    assert adjust(one_paid_of_two, HOLDS_FROM - timedelta(days=1)) == NOTHING


def test_from_its_day_on_who_has_not_paid_owes_by_it(one_paid_of_two: County) -> None:
    done = adjust(one_paid_of_two, HOLDS_FROM)

    bill = one_paid_of_two.bill("钱儿")
    assert (done.people, bill.due_fen, bill.assessment.pack_digest) == (1, 2000, amended().digest)
    assert one_paid_of_two.bill("钱奶奶").due_fen == 4000
    assert four_ways_agree(one_paid_of_two.campaign).agree


def test_who_paid_before_keeps_it_even_when_asked_weeks_later(one_paid_of_two: County) -> None:
    adjust(one_paid_of_two, HOLDS_FROM)

    assert adjust(one_paid_of_two, date(2022, 1, 20)).to_give_back == 0
    assert Bill.objects.filter(resident__name="钱奶奶").count() == 1


def test_an_amendment_that_held_before_gives_back_to_who_had_paid(county: County) -> None:
    pay(county, "钱家", "钱奶奶")
    held_before = LESS_FROM_20_NOVEMBER.replace("2021-11-20", "2021-10-02")
    amend(county.campaign, amended(held_before), by=county.staff("county"))

    done = adjust(county, HOLDS_FROM)

    assert (done.to_give_back, done.give_back_fen) == (1, 2000)
    assert Refund.objects.get().resident.name == "钱奶奶"
    assert four_ways_agree(county.campaign).agree


def test_who_lost_a_category_after_paying_owes_nothing_by_an_amendment(one_paid_of_two: County) -> None:
    """An amendment is no list: it asks about who has paid as they were on their day."""
    Holding.objects.filter(resident__name="钱奶奶").update(until=date(2021, 11, 18))

    adjust(one_paid_of_two, HOLDS_FROM)

    assert one_paid_of_two.bill("钱奶奶").due_fen == 4000


def test_nobody_pays_an_amount_that_is_not_the_day_s(one_paid_of_two: County) -> None:
    """The amendment holds, and the bill has not been made right yet: better no order than a wrong one."""
    with pytest.raises(BillOutOfDate, match="钱儿"):
        order(one_paid_of_two, "钱家", "钱儿", at=on(HOLDS_FROM))

    adjust(one_paid_of_two, HOLDS_FROM)
    assert order(one_paid_of_two, "钱家", "钱儿", at=on(HOLDS_FROM)).total_fen == 2000


def test_an_order_of_the_evening_before_ends_at_midnight(one_paid_of_two: County) -> None:
    evening = datetime.combine(HOLDS_FROM - timedelta(days=1), IN_THE_WINDOW.timetz()).replace(hour=23, minute=30)

    made = order(one_paid_of_two, "钱家", "钱儿", at=evening)

    assert made.total_fen == 4000
    assert made.expires_at == datetime.combine(HOLDS_FROM, datetime.min.time(), evening.tzinfo)
    assert HOLDS_FROM.isoformat() not in made.lines.get().covers
