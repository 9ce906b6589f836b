"""Money, people, roster and receipts, and what it says when one of them was tampered with."""

from datetime import date

import pytest
from django.db import DatabaseError, connections

from canbao.collection.models import Receipt
from canbao.enrolment.domain.free import enrol_fully_subsidised
from canbao.reports.coverage import coverage, coverage_of_town, together
from canbao.reports.four_ways import Way, four_ways_agree
from canbao.reports.the_20th import report_of_the_20th
from tests.collection.domain.test_cash import take
from tests.collection.domain.test_readjustment import adjust, strike_off
from tests.collection.paying import pay
from tests.county import IN_THE_WINDOW, VILLAGE, County, hold


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
        owner.execute("ALTER TABLE collection_receipt DISABLE TRIGGER keep_receipt")
        owner.execute("DELETE FROM collection_receiptline WHERE receipt_id = %s", [receipt.pk])
        owner.execute("DELETE FROM collection_receipt WHERE id = %s", [receipt.pk])

    ways = four_ways_agree(real_county.campaign, unit=real_county.unit().pk)
    assert (ways.agree, ways.money, ways.receipts) == (False, Way(3, 68000), Way(2, 36000))
    assert [one.resident_id for one in ways.differences] == [real_county.person("周归").pk, None]
    assert ways.differences[1].says == f"票据0001-{receipt.number:08d}（示例一村委会）号码已用，票据不见了"


def test_an_issued_receipt_cannot_be_removed_while_its_guard_is_on(real_county: County) -> None:
    receipt = take(real_county, "周家")

    with connections["owner"].cursor() as owner:
        owner.execute("DELETE FROM collection_receiptline WHERE receipt_id = %s", [receipt.pk])
        with pytest.raises(DatabaseError, match="is issued and is kept as it is"):
            owner.execute("DELETE FROM collection_receipt WHERE id = %s", [receipt.pk])
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
