"""Somebody paid, went elsewhere (by themselves or with their village), and owes a difference or has one back: each unit's and
each village's money, people, roster and receipts go on saying the same."""

from datetime import timedelta

import pytest

from canbao.access.scope import Scope, within
from canbao.collection.models import Receipt
from canbao.divisions.models import CollectingUnit, Division
from canbao.enrolment.models import Bill, Campaign, Enrolment
from canbao.register.domain.households import move_over
from canbao.reports.coverage import coverage
from canbao.reports.four_ways import Way, four_ways_agree
from canbao.rosters.models import Holding
from tests import desks
from tests.collection.domain.test_households import does
from tests.collection.domain.test_merging import merge
from tests.collection.paying import pay
from tests.collection.racing import rewrite
from tests.county import FAR_VILLAGE, IN_THE_WINDOW, OTHER_VILLAGE, VILLAGE, County, another, everybody, hold

TODAY = IN_THE_WINDOW.date()
GRAN = "钱奶奶"  # pays 40 as one of a household on the list, and 320 once she is off it


def adjust(county: County, *, days: int = 1) -> None:
    at = IN_THE_WINDOW + timedelta(days=days)
    desks.readjust(county.campaign, as_of=at.date(), at=at, actor="staff:county")


def is_off_the_list(county: County, name: str = GRAN) -> None:
    """From the day of the payment on, known a day later: 280 more."""
    Holding.objects.filter(resident__name=name).update(until=IN_THE_WINDOW.date())
    adjust(county)


def is_on_the_list(county: County, name: str = GRAN) -> None:
    """And again two days later: 280 back."""
    hold({name: "低保对象"}, on=IN_THE_WINDOW.date() + timedelta(days=2))
    adjust(county, days=2)


def moves_away(county: County, *, days: int = 0) -> None:
    """Into a household of another village."""
    gran, stays = county.person(GRAN).pk, county.person("钱儿").pk
    into = county.household("郑家")
    relations, at = {gran: "父母", stays: "户主"}, IN_THE_WINDOW + timedelta(days=days)
    does(county, "钱家", move_over, [gran], into=into, relations=relations, by="town", at=at)


def disagreeing(county: County) -> list[str]:
    """The units and places whose four ways differ, asked as the county and as whoever works there."""
    found = []
    with within(everybody()):
        units = list(CollectingUnit.objects.all())
        found += [unit.name for unit in units if not four_ways_agree(county.campaign, unit=unit.pk).agree]
    for place in (VILLAGE, OTHER_VILLAGE, FAR_VILLAGE, "340621100000", "340621000000"):
        with within(everybody()):
            if not four_ways_agree(county.campaign, division=place).agree:
                found.append(place)
        if Division.objects.get(pk=place).until is not None:
            continue  # nobody works there any more
        with within(Scope(division=place, actor="staff:clerk")):
            if not four_ways_agree(county.campaign, division=place).agree:
                found.append(f"{place} by itself")
    return found


def of_unit(county: County, village: str) -> Way:
    ways = four_ways_agree(county.campaign, unit=county.unit(village).pk)
    assert ways.agree, ways
    return ways.people


def test_after_a_merger_each_committee_has_what_it_took(county: County) -> None:
    pay(county, "钱家")
    merge(county)
    is_off_the_list(county)

    pay(county, "钱家", GRAN)

    assert Enrolment.objects.get(resident__name=GRAN).paid_fen == 32000
    assert (of_unit(county, VILLAGE), of_unit(county, OTHER_VILLAGE)) == (Way(2, 36000), Way(1, 28000))
    assert disagreeing(county) == []


def test_after_a_marriage_into_another_village(county: County) -> None:
    pay(county, "钱家")
    moves_away(county)
    is_off_the_list(county)

    pay(county, "郑家", GRAN)

    assert (of_unit(county, VILLAGE), of_unit(county, OTHER_VILLAGE)) == (Way(2, 36000), Way(1, 28000))
    assert disagreeing(county) == []


def test_it_is_known_by_how_much_a_place_differs_from_what_its_people_paid(county: County) -> None:
    """Progress counts people where they are enrolled, with all that they paid; the four ways count money where it was taken."""
    pay(county, "钱家")
    moves_away(county)
    is_off_the_list(county)
    pay(county, "郑家", GRAN)

    progress = {row.code: row.paid_fen for row in coverage(county.campaign, on=TODAY, division="340621100000")}
    ways = {place: four_ways_agree(county.campaign, division=place) for place in (VILLAGE, OTHER_VILLAGE)}
    assert [way.moved_fen for way in ways.values()] == [-28000, 28000]
    assert {place: way.people.fen - way.moved_fen for place, way in ways.items()} == progress
    assert four_ways_agree(county.campaign).moved_fen == 0


def test_without_being_told_apart_the_first_committee_would_count_it_all(real_county: County) -> None:
    """The control."""
    pay(real_county, "钱家")
    moves_away(real_county)
    is_off_the_list(real_county)
    pay(real_county, "郑家", GRAN)
    rewrite("enrolment_paid_elsewhere", "b.version > 1", "false")

    assert set(disagreeing(real_county)) == {
        "示例一村委会", "示例二村委会", VILLAGE, OTHER_VILLAGE, f"{VILLAGE} by itself", f"{OTHER_VILLAGE} by itself"
    }  # fmt: skip


@pytest.mark.parametrize("goes", ["merger", "marriage"])
def test_what_goes_back_goes_back_where_it_was_paid(county: County, goes: str) -> None:
    pay(county, "钱家")
    if goes == "merger":
        merge(county)
    else:
        moves_away(county)
    is_off_the_list(county)
    pay(county, "钱家" if goes == "merger" else "郑家", GRAN)

    is_on_the_list(county)

    assert Enrolment.objects.get(resident__name=GRAN).paid_fen == 4000
    assert (of_unit(county, VILLAGE), of_unit(county, OTHER_VILLAGE)) == (Way(2, 36000), Way(0, 0))
    assert disagreeing(county) == []


def test_what_goes_back_of_a_payment_in_the_old_village(county: County) -> None:
    pay(county, "周家")
    merge(county)
    hold({"周归": "低保对象"}, on=IN_THE_WINDOW.date() + timedelta(days=1))
    adjust(county)

    assert (of_unit(county, VILLAGE), of_unit(county, OTHER_VILLAGE)) == (Way(1, 4000), Way(0, 0))
    assert disagreeing(county) == []


@pytest.mark.parametrize("goes", ["merger", "marriage"])
def test_a_difference_that_is_owed_goes_along(county: County, goes: str) -> None:
    """It hinders nobody from going, and is paid where they live by then."""
    pay(county, "钱家")
    is_off_the_list(county)

    if goes == "merger":
        merge(county)
        merge(county, OTHER_VILLAGE, FAR_VILLAGE)
    else:
        moves_away(county, days=1)
    pay(county, "钱家" if goes == "merger" else "郑家", GRAN)

    took_it = FAR_VILLAGE if goes == "merger" else OTHER_VILLAGE
    assert Receipt.objects.latest("pk").unit == county.unit(took_it)
    assert (of_unit(county, VILLAGE), of_unit(county, took_it)) == (Way(2, 36000), Way(1, 28000))
    assert disagreeing(county) == []


def next_season(county: County) -> Campaign:
    this = county.campaign
    days = ("window_from", "window_until", "benefit_from", "benefit_until")
    with within(everybody()):
        return another(
            this, key="suixi-2023", opened_at=IN_THE_WINDOW + timedelta(days=365), opened_by="county",
            **{day: getattr(this, day).replace(year=getattr(this, day).year + 1) for day in days},
        )  # fmt: skip


@pytest.mark.parametrize("collected", [True, False])
def test_what_nobody_collects_any_more_gets_no_new_version(county: County, collected: bool) -> None:
    """An earlier season's difference was not paid: nobody is asked for it anew, and it hinders nothing."""
    pay(county, "钱家", GRAN)
    is_off_the_list(county)
    if not collected:
        next_season(county)

    moves_away(county, days=1)
    merge(county)

    bills = Bill.objects.filter(resident__name=GRAN, campaign=county.campaign).order_by("version")
    owed = [(28000, "superseded"), (28000, "open")] if collected else [(28000, "open")]
    assert list(bills.values_list("due_fen", "state")) == [(4000, "settled"), *owed]
    assert disagreeing(county) == []
