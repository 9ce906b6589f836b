"""An order: the intent to pay, on disk before anybody is asked for money; and who gets none."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from canbao.collection.domain.orders import Asked, make_order, make_orders
from canbao.collection.models import Channel, Order, OrderLine
from canbao.collection.refusals import BillNotOpen, ChannelNotOpen, NothingToPay, NotTheirBill, OrderTaken
from canbao.enrolment.domain.bills import make_bills
from canbao.enrolment.refusals import AmountUnknown, NoticeSaysNo, StartUnknown
from canbao.kernel.refusal import Refusal
from canbao.register.domain.changes import died, joined_employee_scheme, moved_away
from canbao.register.domain.residents import register_resident
from canbao.register.domain.undoing import undo
from tests.collection.paying import order, pay
from tests.collection.racing import all_at_once
from tests.county import IN_THE_WINDOW, County, number, signed_in

ON = IN_THE_WINDOW.date()
FEBRUARY = IN_THE_WINDOW.replace(year=2022, month=2, day=10)


def ask(county: County, household: str, *names: str, at: datetime = IN_THE_WINDOW, **changes: Any) -> Order:
    how = {
        "order_id": uuid4(), "campaign": county.campaign, "household": county.household(household), "channel": Channel.WECHAT,
        "bills": [county.bill(name).pk for name in names], "made_by": "resident:1", "at": at,
    }  # fmt: skip
    return make_order(**how | changes)


def test_an_order_knows_from_when_each_is_covered_on_each_day_that_its_money_may_arrive(county: County) -> None:
    line = order(county, "周家", at=FEBRUARY).lines.get()

    assert line.covers == {
        (FEBRUARY.date() + timedelta(days=n)).isoformat(): (FEBRUARY.date() + timedelta(days=n + 1)).isoformat()
        for n in range(-3, 4)
    }


def test_an_order_asks_for_the_sum_of_its_lines(county: County) -> None:
    asked = order(county, "钱家")

    assert (asked.total_fen, sorted(asked.lines.values_list("fen", flat=True))) == (36000, [4000, 32000])


def test_the_same_order_again_is_the_same(county: County) -> None:
    first = order(county, "赵家", "赵大", "赵妻")

    again = ask(county, "赵家", "赵妻", "赵大", order_id=first.pk)

    assert (again, Order.objects.count(), OrderLine.objects.count()) == (first, 1, 2)


def ask_all(county: County, *asked: tuple[str, str]) -> list[Order | Refusal]:
    """For each household, an order for one person's bill."""
    wanted = [Asked(uuid4(), county.household(home), [county.bill(name).pk]) for home, name in asked]
    return make_orders(wanted, campaign=county.campaign, channel=Channel.CASH, made_by="staff:clerk", at=IN_THE_WINDOW)


def test_of_many_each_has_an_order_or_the_reason_why_not(county: County) -> None:
    pay(county, "周家")

    made = ask_all(county, ("赵家", "赵妻"), ("李家", "李军"), ("周家", "周归"), ("赵家", "钱儿"), ("郑家", "郑邻"))

    said = [type(one) if isinstance(one, Refusal) else one.lines.get().bill.resident.name for one in made]
    assert said == ["赵妻", AmountUnknown, BillNotOpen, NotTheirBill, "郑邻"]
    assert set(Order.objects.filter(channel="cash")) == {made[0], made[4]}


def test_many_are_asked_in_as_many_sentences_as_one(county: County) -> None:
    with CaptureQueriesContext(connection) as of_one:
        ask_all(county, ("赵家", "赵大"))
    with CaptureQueriesContext(connection) as of_many:
        ask_all(county, ("赵家", "赵妻"), ("赵家", "赵双一"), ("钱家", "钱儿"), ("郑家", "郑邻"))

    looked_up_here = 3 * 3  # county.household and county.bill of three more
    assert len(of_many) <= len(of_one) + looked_up_here


@pytest.mark.parametrize(
    ("what", "refusal"),
    [
        pytest.param(died, BillNotOpen, id="died"),
        pytest.param(moved_away, BillNotOpen, id="moved-away"),
        pytest.param(joined_employee_scheme, NoticeSaysNo, id="found-work"),
    ],
)
def test_a_bill_from_before_somebody_was_gone_or_found_work_asks_for_no_money(
    county: County, what: Callable, refusal: type
) -> None:
    with signed_in("clerk"):
        change = what(county.person("赵大"), on=ON, by=county.staff("clerk"), why="证明", at=IN_THE_WINDOW)

    with pytest.raises(refusal):
        ask(county, "赵家", "赵大")

    with signed_in("clerk"):
        undo(change, by=county.staff("clerk"), why="登记错了", at=IN_THE_WINDOW)
    assert ask(county, "赵家", "赵大").total_fen == 32000


def test_an_impatient_thumb_makes_one_order(real_county: County) -> None:
    intent = uuid4()

    answers = all_at_once(*[lambda: ask(real_county, "赵家", "赵大", order_id=intent)] * 4)

    assert ([one.pk for one in answers], Order.objects.count(), OrderLine.objects.count()) == ([intent] * 4, 1, 1)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"names": ["赵大", "赵妻"]}, id="other-people"),
        pytest.param({"channel": Channel.CASH}, id="another-channel"),
    ],
)
def test_the_same_number_for_another_order_is_said_aloud(county: County, other: dict[str, Any]) -> None:
    first = order(county, "赵家", "赵大")
    names = other.pop("names", ["赵大"])

    with pytest.raises(OrderTaken):
        ask(county, "赵家", *names, order_id=first.pk, **other)

    assert [line.bill.resident.name for line in OrderLine.objects.all()] == ["赵大"]


def newly_left_the_employee_scheme(county: County) -> None:
    """Six months in the employee scheme, left some weeks ago: the notice does not say from when they would be covered."""
    born_on = date(1988, 4, 4)
    resident = register_resident(
        household=county.household("周家"), name="周停", number=number(born_on, 71), relation="兄弟", on=ON, allow_synthetic=True,
        circumstances={"employee_scheme": {"months": 6, "left_on": "2022-01-10"}},
    )  # fmt: skip
    make_bills(county.campaign, on=FEBRUARY.date(), residents=[resident.pk])


@pytest.mark.parametrize(
    ("household", "names", "at", "refusal"),
    [
        pytest.param("赵家", [], IN_THE_WINDOW, NothingToPay, id="no-bill"),
        pytest.param("赵家", ["钱儿"], IN_THE_WINDOW, NotTheirBill, id="a-bill-of-another-family"),
        pytest.param(
            "赵家", ["赵大", "钱儿"], IN_THE_WINDOW, NotTheirBill, id="a-bill-of-another-family-among-ones-own"
        ),
        pytest.param("孙家", ["孙独"], IN_THE_WINDOW, NothingToPay, id="a-bill-of-nothing"),
        pytest.param("李家", ["李军"], IN_THE_WINDOW, AmountUnknown, id="an-unknown-amount"),
        pytest.param("赵家", ["赵大"], FEBRUARY, NoticeSaysNo, id="a-closed-window"),
        pytest.param("周家", ["周停"], FEBRUARY, StartUnknown, id="an-unknown-beginning"),
    ],
)
def test_who_is_refused_leaves_no_order(
    county: County, household: str, names: list[str], at: datetime, refusal: type
) -> None:
    newly_left_the_employee_scheme(county)

    with pytest.raises(refusal), transaction.atomic():
        ask(county, household, *names, at=at)

    assert (Order.objects.count(), OrderLine.objects.count()) == (0, 0)


def test_a_bill_that_was_paid_meanwhile_is_not_ordered_again(county: County) -> None:
    pay(county, "周家")

    with pytest.raises(BillNotOpen) as no:
        ask(county, "周家", "周归")

    assert (no.value.says, Order.objects.count()) == ("周归的账单已缴或已变更。", 1)


def test_a_closed_window_is_said_with_the_notices_own_clause_and_remedy(county: County) -> None:
    with pytest.raises(NoticeSaysNo) as no:
        ask(county, "赵家", "赵大", at=FEBRUARY)

    assert (no.value.code, no.value.clause != "", no.value.remedy != "") == ("window_closed", True, True)


def test_a_channel_that_is_not_open_here_says_where_to_pay(county: County, settings: LazySettings) -> None:
    settings.CANBAO_GATEWAYS = {}

    with pytest.raises(ChannelNotOpen) as no:
        make_order(
            order_id=uuid4(), campaign=county.campaign, household=county.household("赵家"), bills=county.bills("赵家"),
            channel=Channel.WECHAT, made_by="test", at=IN_THE_WINDOW,
        )  # fmt: skip

    assert (no.value.says, no.value.remedy) == ("本地还没有开通微信支付。", "请到村（居）委会缴费，可以付现金。")
