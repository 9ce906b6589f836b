"""Money, people, roster and receipts, and what it says when one of them was tampered with."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import DatabaseError, connections

from canbao.access.scope import Scope
from canbao.collection.domain.orders import make_order
from canbao.collection.models import Channel, Order, Receipt
from canbao.enrolment.domain.bills import make_bills
from canbao.enrolment.models import Bill, Campaign
from canbao.reports.coverage import coverage, coverage_of_town, together
from canbao.reports.four_ways import Way, four_ways_agree
from canbao.reports.the_20th import report_of_the_20th
from canbao.rosters.models import Holding
from tests.collection.domain.test_cash import take
from tests.collection.domain.test_readjustment import adjust, strike_off
from tests.collection.paying import money, pay, tell
from tests.collection.racing import as_application
from tests.county import IN_THE_WINDOW, VILLAGE, County, copy_of, hold
from tests.desks import enrol_fully_subsidised, readjust


def test_the_four_ways_agree_when_nobody_has_paid(county: County) -> None:
    ways = four_ways_agree(county.campaign)

    assert (ways.agree, ways.money) == (True, Way(0, 0))


def test_the_four_ways_agree_for_a_unit_and_for_the_county(county: County) -> None:
    take(county, "赵家")
    take(county, "郑家", by="neighbour")

    assert four_ways_agree(county.campaign, unit=county.unit().pk).receipts == Way(4, 128000)
    whole = four_ways_agree(county.campaign)
    assert (whole.agree, whole.money) == (True, Way(5, 160000))


def test_a_receipt_that_was_removed_is_named(real_county: County) -> None:
    take(real_county, "钱家")
    receipt = take(real_county, "周家")

    with connections["owner"].cursor() as owner:  # only the owner can, and only by taking the guard off
        owner.execute("ALTER TABLE collection_receipt DISABLE TRIGGER kept_but")
        owner.execute("ALTER TABLE collection_receiptline DISABLE TRIGGER kept_but")
        owner.execute("DELETE FROM collection_receiptline WHERE receipt_id = %s", [receipt.pk])
        owner.execute("DELETE FROM collection_receipt WHERE id = %s", [receipt.pk])

    ways = four_ways_agree(real_county.campaign, unit=real_county.unit().pk)
    assert (ways.agree, ways.money, ways.receipts) == (False, Way(3, 68000), Way(2, 36000))
    assert [one.resident_id for one in ways.differences] == [real_county.person("周归").pk, None]
    assert ways.differences[1].says == f"票据0001-{receipt.number:08d}（示例一村委会）号码已用，票据不见了"


def test_an_issued_receipt_cannot_be_removed_while_its_guard_is_on(real_county: County) -> None:
    receipt = take(real_county, "周家")

    with connections["owner"].cursor() as owner:
        for statement in (
            "DELETE FROM collection_receiptline WHERE receipt_id = %s",
            "DELETE FROM collection_receipt WHERE id = %s",
        ):
            with pytest.raises(DatabaseError, match="is append-only"):
                owner.execute(statement, [receipt.pk])
    assert Receipt.objects.filter(pk=receipt.pk).exists()


def test_coverage_counts_people_of_both_schemes_against_the_target(county: County) -> None:
    take(county, "赵家")

    towns = {row.name: row for row in coverage(county.campaign, on=IN_THE_WINDOW.date())}
    assert (towns["濉溪镇"].target, towns["濉溪镇"].enrolled, towns["濉溪镇"].employee) == (93954, 4, 1)
    villages = {row.code: row for row in coverage(county.campaign, on=IN_THE_WINDOW.date(), division="340621100")}
    assert (villages[VILLAGE].enrolled, villages[VILLAGE].target) == (4, None)


def test_every_figure_of_a_place_adds_up(county: County) -> None:
    take(county, "赵家")
    enrol_fully_subsidised(county.campaign, on=IN_THE_WINDOW.date(), actor="staff:county")

    whole = together(coverage(county.campaign, on=IN_THE_WINDOW.date()), "全县")
    assert (whole.enrolled, whole.paid, whole.free) == (5, 4, 1)
    assert (whole.payers, whole.paid, whole.to_pay, whole.unknown) == (11, 4, 7, 1)
    assert whole.missing == whole.target - whole.enrolled - whole.employee
    ways = four_ways_agree(county.campaign)
    assert (ways.people.count, ways.free, ways.enrolled) == (4, 1, whole.enrolled)


def test_whoever_paid_and_owes_a_difference_is_not_counted_as_unpaid(county: County) -> None:
    pay(county, "钱家", "钱奶奶")
    strike_off("钱奶奶")  # owes 280 more, and stays covered
    hold({"钱儿": "低保对象"}, on=date(2021, 12, 31))  # had not paid: the bill has a second version
    adjust(county)

    town = coverage_of_town(county.campaign, on=date(2021, 12, 31), division="340621100000")
    assert (town.paid, town.to_pay) == (1, 9)  # 钱儿 is one of the nine, 钱奶奶 is not


def test_a_town_has_its_own_target_and_counts_what_its_villages_count(county: County) -> None:
    take(county, "赵家")
    on, town = IN_THE_WINDOW.date(), "340621100000"

    whole = coverage_of_town(county.campaign, on=on, division=town)
    summed = together(coverage(county.campaign, on=on, division=town), "濉溪镇")

    assert (whole.target, summed.target) == (93954, None)
    assert (whole.enrolled, whole.to_pay, whole.residents) == (summed.enrolled, summed.to_pay, summed.residents)


def test_the_report_of_the_20th_says_where_the_money_is(county: County) -> None:
    take(county, "钱家")

    report = report_of_the_20th(county.campaign, on=date(2021, 11, 20))
    assert (report.contributed_fen, report.on_its_way_fen, report.in_treasury_fen) == (36000, 36000, 0)
    assert [(fund.payer, fund.people, fund.fen) for fund in report.funds] == [("同级财政", 1, 28000)]
    before = report_of_the_20th(county.campaign, on=date(2021, 11, 14))
    assert (before.contributed_fen, before.county.enrolled, before.receipts_used) == (0, 0, 0)


def test_the_report_of_the_20th_is_of_one_campaign(county: County) -> None:
    """Next year's campaign opens while this one's money is still on its way: neither shows the other's."""
    this = county.campaign
    period = {"benefit_from": date(2023, 1, 1), "benefit_until": date(2023, 12, 31)}
    following = Campaign.objects.create(**copy_of(this, key="suixi-2023", **period))
    make_bills(following, on=IN_THE_WINDOW.date())
    told = [
        money(ask(county, campaign, name))
        for campaign, name in ((this, "周归"), (following, "周归"), (following, "赵大"))
    ]
    told += [money(ask(county, following, "赵妻"), fen=100), money(uuid4(), fen=7)]
    tell(*told)
    settle = "SELECT collection_gateway_settled('340621', 'wechat', '2021-11-15', %s)"
    as_application(Scope("340621", "staff:county"), settle, [[one.arrival.reference for one in told]])
    take(county, "郑家", by="neighbour")

    one, other = (report_of_the_20th(campaign, on=date(2021, 11, 20)) for campaign in (this, following))

    assert (one.contributed_fen, one.in_treasury_fen, one.on_its_way_fen) == (64000, 32000, 32000)
    assert (other.contributed_fen, other.in_treasury_fen, other.on_its_way_fen) == (64000, 64100, 0)
    assert (one.balances.get("suspense", 0), other.balances["suspense"]) == (0, -100)
    assert (one.unplaced_fen, other.unplaced_fen) == (7, 7)
    assert (one.receipts_used, other.receipts_used) == (2, 2)


def ask(county: County, campaign: Campaign, name: str) -> Order:
    bill = Bill.objects.get(campaign=campaign, resident__name=name)
    return make_order(
        order_id=uuid4(), campaign=campaign, household=county.household(f"{name[0]}家"), bills=[bill.pk], channel=Channel.WECHAT,
        made_by="resident:1", at=IN_THE_WINDOW,
    )  # fmt: skip


def test_whose_amount_is_unknown_is_a_count_of_their_own(county: County) -> None:
    """李军's category is subsidised elsewhere: he is neither among those with a known subsidy nor nobody."""
    whole = together(coverage(county.campaign, on=IN_THE_WINDOW.date()), "")

    assert (whole.to_pay, whole.subsidised_open, whole.unknown) == (11, 2, 1)


def test_who_came_on_the_list_before_paying_is_among_the_subsidised_who_are_missing(county: County) -> None:
    """Their bill is a second version; a difference that somebody enrolled still owes is none of these."""
    pay(county, "钱家", "钱奶奶")
    Holding.objects.filter(resident__name="钱奶奶").update(until=date(2021, 11, 14))
    hold({"周归": "低保对象"}, on=IN_THE_WINDOW.date())
    readjust(county.campaign, as_of=IN_THE_WINDOW.date(), at=IN_THE_WINDOW, actor="staff:county")

    whole = together(coverage(county.campaign, on=IN_THE_WINDOW.date()), "")

    assert (whole.to_pay, whole.subsidised_open, whole.unknown) == (10, 2, 1)
