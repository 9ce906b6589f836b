"""Where the county says so, collecting cash stops at the limits of the notice until the cash is handed in (R-41)."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, transaction

from canbao.access.models import Record
from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.collection.domain.confirmation import confirm
from canbao.collection.domain.in_hand import cash_in_hand, drawer
from canbao.collection.models import Channel, Payment, PaymentOutcome, Receipt
from canbao.collection.refusals import DrawerIsFull, DrawerIsOverdue, NoLimitsOnCash
from canbao.divisions.models import CollectingUnit
from tests.collection.cash_rules import with_cash_rule
from tests.collection.domain.test_cash import take
from tests.collection.paying import money, order, tell
from tests.collection.racing import one_inside_the_other, rewrite
from tests.county import IN_THE_WINDOW, County, signed_in
from tests.desks import decide_cash_stop, hand_in

REACHED = "{on_reaching_yuan: 1280, clause: 五（一）}"
THIRTY_DAYS = "{remit_within: 30天, clause: 五（一）}"


def hand_everything_in(county: County, *, people: int, fen: int) -> None:
    hand_in(
        remittance_id=uuid4(), campaign=county.campaign, unit=county.unit(), certificate="皖缴0001",
        period_from=date(2021, 11, 1), period_until=date(2021, 12, 31), people=people, amount_fen=fen,
        by=county.staff("clerk"), at=IN_THE_WINDOW,
    )  # fmt: skip


def test_the_payment_that_reaches_the_sum_is_taken_and_the_next_is_not(county: County) -> None:
    with_cash_rule(county.campaign, REACHED, stops=True)
    take(county, "赵家")

    with pytest.raises(DrawerIsFull) as no, transaction.atomic():
        take(county, "周家")

    assert no.value.says == "示例一村委会手上的现金已有1280.00元，达到1280.00元就要汇缴，现在不能再收现金。"
    assert (no.value.clause, Payment.objects.count()) == ("五（一）", 1)
    hand_everything_in(county, people=4, fen=128000)
    assert take(county, "周家").total_fen == 32000


def test_on_day_thirty_cash_is_taken_and_on_day_thirty_one_not(county: County) -> None:
    with_cash_rule(county.campaign, THIRTY_DAYS, stops=True)
    take(county, "赵家")
    take(county, "周家", at=IN_THE_WINDOW + timedelta(days=30))

    with pytest.raises(DrawerIsOverdue) as no, transaction.atomic():
        take(county, "钱家", at=IN_THE_WINDOW + timedelta(days=31))

    assert "最早一笔是2021-11-15收的，最晚应在2021-12-15汇缴" in no.value.says
    assert drawer(county.unit(), county.campaign).payments == 2


def test_where_the_county_did_not_say_so_it_goes_on_and_is_shown(county: County) -> None:
    with_cash_rule(county.campaign, REACHED)
    take(county, "赵家")

    take(county, "周家")

    cash = cash_in_hand(county.unit(), county.campaign, on=IN_THE_WINDOW.date())
    assert (cash.drawer.fen, cash.is_overdue, cash.is_stopped) == (160000, True, False)


def test_phones_are_not_stopped(county: County) -> None:
    with_cash_rule(county.campaign, REACHED, stops=True)
    take(county, "赵家")

    (done,) = tell(money(order(county, "周家")))

    assert done.outcome is PaymentOutcome.SETTLED


def test_another_units_drawer_is_another_drawer(county: County) -> None:
    with_cash_rule(county.campaign, REACHED, stops=True)
    take(county, "赵家")

    assert take(county, "郑家", by="neighbour").total_fen == 32000


def test_the_same_payment_once_more_is_answered_although_it_filled_the_drawer(county: County) -> None:
    with_cash_rule(county.campaign, REACHED, stops=True)
    order_id, bills = uuid4(), county.bills("赵家")

    first, second = (take(county, "赵家", order_id=order_id, bills=bills, fen=128000) for _ in range(2))

    assert (first.pk, Receipt.objects.count()) == (second.pk, 1)


def test_of_one_set_the_earlier_money_counts_too(county: County) -> None:
    with_cash_rule(county.campaign, REACHED, stops=True)
    both = [order(county, household, channel=Channel.CASH) for household in ("赵家", "周家")]

    told = [money(one, reference=one.pk.hex, channel=Channel.CASH) for one in both]

    with signed_in("clerk"), pytest.raises(DrawerIsFull), transaction.atomic():
        confirm(told, actor="staff:clerk", at=IN_THE_WINDOW)

    assert not Payment.objects.exists()


def two_clerks_at_once(county: County) -> tuple[object, object]:
    with_cash_rule(county.campaign, REACHED, stops=True)
    return one_inside_the_other(lambda: take(county, "赵家"), lambda: take(county, "周家"))


def test_two_clerks_of_a_unit_do_not_slip_under_the_limit_together(real_county: County) -> None:
    first, second = two_clerks_at_once(real_county)

    assert (type(first), type(second)) == (Receipt, DrawerIsFull)
    assert drawer(real_county.unit(), real_county.campaign).fen == 128000


def test_without_the_lock_of_the_drawer_both_are_taken(real_county: County) -> None:
    """The control: the second counted a drawer in which the first one's money was not yet."""
    rewrite("collection_confirm", "pg_advisory_xact_lock(", "hashint8(")

    assert [type(one) for one in two_clerks_at_once(real_county)] == [Receipt, Receipt]
    assert drawer(real_county.unit(), real_county.campaign).fen == 160000


def cash_beside_a_merger(county: County) -> object:
    """Whoever merges villages holds their units and then waits for bills; a clerk holds bills and takes cash. The clerk waits for nobody."""

    def holds_the_unit() -> CollectingUnit:
        return CollectingUnit.objects.select_for_update(no_key=True).get(pk=county.unit().pk)

    def takes_cash() -> Receipt:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '1ms'")
        return take(county, "赵家")

    return one_inside_the_other(holds_the_unit, takes_cash)[1]


def test_cash_is_taken_while_somebody_merges_the_village(real_county: County) -> None:
    assert isinstance(cash_beside_a_merger(real_county), Receipt)


def test_held_like_a_merger_the_unit_would_make_them_wait_for_each_other(real_county: County) -> None:
    rewrite("collection_confirm", "ORDER BY u.id FOR KEY SHARE", "ORDER BY u.id FOR NO KEY UPDATE")

    assert isinstance(cash_beside_a_merger(real_county), OperationalError)


def test_the_county_decides_and_it_is_on_record(county: County) -> None:
    campaign = with_cash_rule(county.campaign, REACHED)

    for stops in (True, True, False):
        decide_cash_stop(campaign, stops=stops, by=county.staff("county"))

    decided = Record.objects.filter(verb="cash.stop_decided").order_by("position")
    assert [(one.actor, one.detail["stops"]) for one in decided] == [("staff:county", True), ("staff:county", False)]
    assert county.campaign.cash_stops is False


@pytest.mark.parametrize(("username", "refusal"), [("town", NotYourDivision), ("tax", NotYourWork)])
def test_nobody_else_decides_it(county: County, username: str, refusal: type) -> None:
    campaign = with_cash_rule(county.campaign, REACHED)

    with pytest.raises(refusal):
        decide_cash_stop(campaign, stops=True, by=county.staff(username))

    assert county.campaign.cash_stops is False


def test_where_the_notice_has_no_limit_there_is_nothing_to_stop_at(county: County) -> None:
    with pytest.raises(NoLimitsOnCash):
        decide_cash_stop(county.campaign, stops=True, by=county.staff("county"))
