"""Households change, and what is owed follows the people: what was paid stays, and nobody pays twice or not at all."""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from canbao.access.scope import Scope, within
from canbao.collection.domain.households import with_bills
from canbao.collection.domain.merging import merge_village
from canbao.collection.domain.orders import make_order
from canbao.collection.models import Channel, Order, Receipt, Refund
from canbao.collection.queries import orders_to_pay, paid_by_person
from canbao.divisions.models import Division
from canbao.enrolment.domain.campaigns import open_campaign, publish
from canbao.enrolment.domain.why import standings
from canbao.enrolment.models import Bill, BillState, Campaign, Enrolment
from canbao.enrolment.queries import enrolled_of, households_to_pay
from canbao.enrolment.refusals import EnrolledIsNoMistake
from canbao.kernel.days import CHINA
from canbao.policy import load_pack
from canbao.register.domain.changes import withdraw
from canbao.register.domain.households import Regrouped, change_tier, move_over, split_off
from canbao.register.domain.undoing import undo
from canbao.register.models import Change, Household, Resident
from canbao.reports.four_ways import four_ways_agree
from canbao.rosters.models import Holding
from canbao.web.members import State, members
from tests.collection.domain.test_cash import take
from tests.collection.paying import money, order, pay, tell
from tests.collection.racing import as_owner, one_inside_the_other
from tests.county import (
    COUNTY,
    FAR_VILLAGE,
    IN_THE_WINDOW,
    OTHER_VILLAGE,
    VILLAGE,
    County,
    hold,
    register_changes,
    signed_in,
)

SETTLED, OPEN, SUPERSEDED = BillState.SETTLED, BillState.OPEN, BillState.SUPERSEDED
TIERED = Path(__file__).parents[2] / "policies" / "packs" / "tiers-by-household"
TODAY = IN_THE_WINDOW.date()


def does(county: County, home: str, verb: Any, *args: Any, by: str = "clerk", at: datetime = IN_THE_WINDOW, **rest: Any) -> Regrouped:  # fmt: skip
    people = list(Resident.objects.filter(household__county=COUNTY).values_list("pk", flat=True))
    with signed_in(by):
        staff = county.staff(by)
        return with_bills(
            lambda: verb(county.household(home), *args, by=staff, why="看了户口簿", at=at, **rest),
            county=COUNTY, residents=people, at=at, actor=f"staff:{by}",
        )  # fmt: skip


def marries(county: County, who: str, *, home: str, into: str) -> Regrouped:
    person = county.person(who).pk
    return does(county, home, move_over, [person], into=county.household(into), relations={person: "配偶"}, by="town")


def splits(county: County, *names: str) -> Regrouped:
    people = [county.person(name).pk for name in names]
    return does(county, "赵家", split_off, people, code="赵新家", relations={people[0]: "户主"})


def takes_back(county: County, done: Regrouped, *, by: str = "clerk") -> None:
    people = list(Resident.objects.values_list("pk", flat=True))
    with signed_in(by):
        with_bills(
            lambda: undo(Change.objects.filter(together=done.together).first(), by=county.staff(by), why="登记错了", at=IN_THE_WINDOW),
            county=COUNTY, residents=people, at=IN_THE_WINDOW, actor=f"staff:{by}",
        )  # fmt: skip


def merge(county: County, old: str, into: str, *, at: datetime = IN_THE_WINDOW) -> None:
    one, other = Division.objects.get(pk=old), Division.objects.get(pk=into)
    with signed_in("county"):
        merge_village(one, other, on=at.date(), why="批复", by=county.staff("county"), at=at)


def bills_of(name: str) -> list[tuple[int, int | None, str, str, str]]:
    found = Bill.objects.filter(resident__name=name).order_by("version")
    return list(found.values_list("version", "due_fen", "state", "household__code", "division"))


def in_village(village: str) -> Any:
    return within(Scope(division=village, actor="staff:clerk"))


def test_an_open_bill_goes_to_the_new_household_and_its_unit(county: County) -> None:
    marries(county, "钱儿", home="钱家", into="郑家")

    assert bills_of("钱儿") == [(1, 32000, SUPERSEDED, "钱家", VILLAGE), (2, 32000, OPEN, "郑家", OTHER_VILLAGE)]
    there = households_to_pay(county.unit(OTHER_VILLAGE), county.campaign).get(code="郑家")
    assert (there.people, there.fen) == (2, 64000)
    assert bills_of("钱奶奶") == [(1, 4000, OPEN, "钱家", VILLAGE)]


def test_without_the_guard_the_bill_would_stay_with_those_who_were_left(real_county: County) -> None:
    as_owner("ALTER TABLE register_resident DISABLE TRIGGER bills_follow")

    marries(real_county, "钱儿", home="钱家", into="郑家")

    assert bills_of("钱儿") == [(1, 32000, OPEN, "钱家", VILLAGE)]


def test_the_new_village_takes_the_money_and_all_four_ways_agree(county: County) -> None:
    marries(county, "钱儿", home="钱家", into="郑家")

    take(county, "郑家", by="neighbour")

    assert bills_of("钱儿")[-1][2] == SETTLED
    assert all(
        four_ways_agree(county.campaign, unit=county.unit(village).pk).agree for village in (VILLAGE, OTHER_VILLAGE)
    )


def test_who_is_subsidised_owes_as_much_in_the_new_village(county: County) -> None:
    person = county.person("钱奶奶")
    does(
        county, "钱家", move_over, [person.pk], into=county.household("郑家"), by="town",
        relations={person.pk: "父母", county.person("钱儿").pk: "户主"},
    )  # fmt: skip

    with in_village(OTHER_VILLAGE):
        found = {one.resident.name: (one.due_fen, one.answer.pays_fen) for one in standings(county.campaign, county.household("郑家"), on=TODAY)}  # fmt: skip
    assert found["钱奶奶"] == (4000, 4000)


def test_without_what_they_hold_the_village_would_not_know(real_county: County) -> None:
    as_owner("ALTER TABLE register_resident DISABLE TRIGGER holdings_follow")
    person = real_county.person("钱奶奶")
    does(
        real_county, "钱家", move_over, [person.pk], into=real_county.household("郑家"), by="town",
        relations={person.pk: "父母", real_county.person("钱儿").pk: "户主"},
    )  # fmt: skip

    with in_village(OTHER_VILLAGE):
        answers = {one.resident.name: one.answer.pays_fen for one in standings(real_county.campaign, real_county.household("郑家"), on=TODAY)}  # fmt: skip
        assert (answers["钱奶奶"], Holding.objects.count()) == (32000, 0)


def test_who_has_paid_is_covered_wherever_they_go_and_pays_no_second_time(county: County) -> None:
    pay(county, "钱家", "钱儿")
    marries(county, "钱儿", home="钱家", into="郑家")

    with in_village(OTHER_VILLAGE):
        (member,) = [
            one for one in members(county.campaign, county.household("郑家"), on=TODAY) if one.resident.name == "钱儿"
        ]
    assert (bills_of("钱儿"), member.state, member.can_pay) == (
        [(1, 32000, SETTLED, "钱家", VILLAGE)],
        State.COVERED,
        False,
    )
    assert Receipt.objects.get().household.code == "钱家"
    assert four_ways_agree(county.campaign, unit=county.unit(VILLAGE).pk).agree


def test_a_family_sees_that_its_new_member_is_covered_and_others_do_not(county: County) -> None:
    pay(county, "钱家", "钱儿")
    marries(county, "钱儿", home="钱家", into="郑家")
    who, campaign = county.person("钱儿").pk, county.campaign
    seen = {}
    for code, village in (("郑家", OTHER_VILLAGE), ("钱家", VILLAGE)):
        with within(Scope(division=village, household=county.household(code).pk, actor="resident:1")):
            seen[code] = list(enrolled_of(campaign, [who]))

    assert seen == {"郑家": [who], "钱家": []}


def test_who_paid_before_a_split_is_shown_with_the_receipt(county: County) -> None:
    pay(county, "赵家", "赵双一")
    splits(county, "赵双一", "赵双二")

    paid = paid_by_person(county.household("赵新家").pk, county.campaign)

    assert {who: one.receipt.household.code for who, (one,) in paid.items()} == {county.person("赵双一").pk: "赵家"}


def test_an_order_for_both_households_is_closed_and_late_money_finds_everybody(county: County) -> None:
    asked = order(county, "赵家")
    splits(county, "赵双一", "赵双二")
    closed = Order.objects.get(pk=asked.pk).state, list(orders_to_pay(asked.household_id, at=IN_THE_WINDOW))

    (done,) = tell(money(asked))

    assert closed == ("closed", [])
    assert (done.outcome, done.settled_fen) == ("partly", 64000)
    back = Refund.objects.order_by("resident").values_list("resident__name", "amount_fen", "reason")
    assert list(back) == [("赵双一", 32000, "bill_changed"), ("赵双二", 32000, "bill_changed")]
    assert [bill[2:4] for bill in bills_of("赵双一")] == [(SUPERSEDED, "赵家"), (OPEN, "赵新家")]


def test_an_order_of_others_stays_open(county: County) -> None:
    asked = order(county, "李家", "李妻")

    splits(county, "赵双一", "赵双二")

    assert Order.objects.get(pk=asked.pk).state == "open"


def test_a_split_that_is_taken_back_brings_the_bills_back(county: County) -> None:
    made = splits(county, "赵双一", "赵双二")

    takes_back(county, made)

    assert [bill[1:4] for bill in bills_of("赵双一")] == [
        (32000, SUPERSEDED, "赵家"),
        (32000, SUPERSEDED, "赵新家"),
        (32000, OPEN, "赵家"),
    ]
    pay(county, "赵家")
    assert four_ways_agree(county.campaign).agree


def test_who_is_taken_back_after_a_merger_comes_where_their_household_lies_by_now(county: County) -> None:
    made = marries(county, "钱儿", home="钱家", into="郑家")
    merge(county, VILLAGE, FAR_VILLAGE)

    takes_back(county, made, by="county")

    assert (county.person("钱儿").division, bills_of("钱儿")[-1][2:]) == (FAR_VILLAGE, (OPEN, "钱家", FAR_VILLAGE))
    with in_village(FAR_VILLAGE):
        assert Resident.objects.filter(name="钱儿").exists()


def test_who_married_into_a_village_that_was_merged_since_can_be_taken_back(county: County) -> None:
    made = marries(county, "钱儿", home="钱家", into="郑家")
    merge(county, OTHER_VILLAGE, VILLAGE)

    takes_back(county, made)

    assert (county.person("钱儿").division, bills_of("钱儿")[-1][2:]) == (VILLAGE, (OPEN, "钱家", VILLAGE))


# --- tiers ------------------------------------------------------------------------------------------------------------

THEN = datetime(2030, 10, 10, 10, 0, tzinfo=CHINA)


@pytest.fixture
def tiered(county: County) -> Campaign:
    """A season with two tiers: 300 and 650. Everybody starts in the first."""
    with register_changes("tier"):
        Household.objects.update(tier="一档")
    campaign = publish(load_pack(TIERED), county=COUNTY).campaign
    with signed_in("county"):
        open_campaign(campaign, by=county.staff("county"), on=THEN.date())
    return campaign


def owed(campaign: Campaign, name: str) -> list[tuple[int | None, str]]:
    return list(
        Bill.objects.filter(campaign=campaign, resident__name=name).order_by("version").values_list("due_fen", "state")
    )


def picks(county: County, home: str, tier: str) -> Regrouped:
    return does(county, home, change_tier, tier, possible=("一档", "二档"), at=THEN, by="county")


def pays(county: County, campaign: Campaign, home: str) -> None:
    bills = Bill.objects.filter(campaign=campaign, household__code=home, state=OPEN).values_list("pk", flat=True)
    asked = make_order(
        order_id=uuid4(), campaign=campaign, household=county.household(home), bills=list(bills), channel=Channel.WECHAT,
        made_by="resident:1", at=THEN,
    )  # fmt: skip
    tell(money(asked, at=THEN))


def test_a_household_takes_a_tier_with_everybody_in_it(county: County, tiered: Campaign) -> None:
    picks(county, "赵家", "二档")

    assert {tuple(owed(tiered, name)) for name in ("赵大", "赵妻", "赵双一")} == {((30000, SUPERSEDED), (65000, OPEN))}


def test_who_has_paid_owes_the_difference_or_has_it_back(county: County, tiered: Campaign) -> None:
    pays(county, tiered, "王家")
    picks(county, "王家", "二档")
    more = owed(tiered, "王远")
    pays(county, tiered, "王家")
    picks(county, "王家", "一档")

    assert more == [(30000, SETTLED), (35000, OPEN)]
    assert owed(tiered, "王远")[-1] == (-35000, SETTLED)
    assert [(one.amount_fen, one.reason) for one in Refund.objects.all()] == [(35000, "readjusted")]
    assert four_ways_agree(tiered).agree


def test_who_comes_into_a_household_of_another_tier_pays_as_it_does(county: County, tiered: Campaign) -> None:
    picks(county, "周家", "二档")

    person = county.person("赵妻").pk
    does(county, "赵家", move_over, [person], into=county.household("周家"), relations={person: "配偶"}, at=THEN)

    assert owed(tiered, "赵妻")[-1] == (65000, OPEN)
    assert owed(tiered, "赵大") == [(30000, OPEN)]


def test_who_paid_in_a_village_that_is_part_of_theirs_by_now_owes_the_difference_too(
    county: County, tiered: Campaign
) -> None:
    pays(county, tiered, "王家")
    merge(county, county.household("王家").division, VILLAGE, at=THEN)

    picks(county, "王家", "二档")

    assert owed(tiered, "王远") == [(30000, SETTLED), (35000, OPEN)]


def test_who_paid_in_another_villages_drawer_pays_the_rest_where_they_came_to(county: County, tiered: Campaign) -> None:
    picks(county, "郑家", "二档")
    pays(county, tiered, "钱家")
    person = county.person("钱儿").pk

    into = county.household("郑家")
    does(county, "钱家", move_over, [person], into=into, relations={person: "配偶"}, by="town", at=THEN)
    pays(county, tiered, "郑家")

    assert owed(tiered, "钱儿") == [(30000, SETTLED), (35000, SETTLED)]
    assert [four_ways_agree(tiered, unit=county.unit(village).pk).agree for village in (VILLAGE, OTHER_VILLAGE)] == [True, True]  # fmt: skip


def test_a_tier_changes_also_for_who_paid_to_a_committee_that_is_no_more(county: County, tiered: Campaign) -> None:
    pays(county, tiered, "王家")
    with signed_in("county"):
        merge_village(
            Division.objects.get(pk=FAR_VILLAGE), Division.objects.get(pk=VILLAGE), on=THEN.date(), why="批复",
            by=county.staff("county"), at=THEN,
        )  # fmt: skip

    picks(county, "王家", "二档")

    assert owed(tiered, "王远") == [(30000, SETTLED), (35000, OPEN)]


def test_a_tier_leaves_alone_what_else_changed_since_somebody_paid(county: County, tiered: Campaign) -> None:
    pays(county, tiered, "王家")
    hold({"王远": "特困人员"}, on=THEN.date())  # paid before it was known: that waits for the county's re-adjustment

    picks(county, "王家", "二档")

    assert owed(tiered, "王远")[0] == (30000, SETTLED)


def pays_while_taken_off(county: County) -> tuple[object, object]:
    """Somebody pays for 周归 in the moment in which a clerk takes them off the register as a mistake."""
    asked = order(county, "周家")

    def takes_off() -> object:
        person = county.person("周归")
        with signed_in("clerk"):
            return with_bills(
                lambda: withdraw(person, by=county.staff("clerk"), why="查无此人", at=IN_THE_WINDOW),
                county=COUNTY, residents=[person.pk], at=IN_THE_WINDOW, actor="staff:clerk",
            )  # fmt: skip

    return one_inside_the_other(lambda: tell(money(asked)), takes_off)


def test_nobody_is_taken_off_while_somebody_pays_for_them(real_county: County) -> None:
    paid, taken_off = pays_while_taken_off(real_county)

    assert paid[0].outcome == "settled"
    assert isinstance(taken_off, EnrolledIsNoMistake)
    assert not real_county.person("周归").withdrawn


def test_if_their_bill_was_not_held_they_would_be_enrolled_and_off_the_register(real_county: County) -> None:
    """The control: then it is asked who is enrolled while the money is not committed yet."""
    as_owner("ALTER TABLE register_resident DISABLE TRIGGER bills_follow")
    paid, taken_off = pays_while_taken_off(real_county)

    assert (paid[0].outcome, isinstance(taken_off, Change)) == ("settled", True)
    assert (real_county.person("周归").withdrawn, Enrolment.objects.filter(resident__name="周归").count()) == (True, 1)
