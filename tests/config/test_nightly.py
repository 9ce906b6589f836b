"""What is done every night, with a gateway that is a process of its own and lost its callback."""

import contextlib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import connection

from canbao.access.scope import Scope, within
from canbao.collection.domain.orders import ask_gateway, make_order
from canbao.collection.domain.reconciliation import reconcile_day
from canbao.collection.domain.refunds import pay_back
from canbao.collection.gateway import gateway
from canbao.collection.models import Channel, Order, Refund, RefundState
from canbao.config.management.commands.nightly import refunded
from canbao.divisions.models import CollectingUnit, UnitKind
from canbao.enrolment.models import Enrolment
from canbao.gateways.standin.keys import ensure_keys
from canbao.gateways.standin.spawn import Control, spawned
from canbao.register.models import Household
from canbao.reports.models import Closing
from canbao.rosters.models import Holding
from tests.collection.cash_rules import with_cash_rule
from tests.collection.domain.test_cash import take
from tests.collection.paying import money, tell
from tests.collection.paying import order as money_order
from tests.county import COUNTY, IN_THE_WINDOW, VILLAGE, County, hold, register_changes
from tests.desks import approve, readjust, review


@pytest.fixture
def standin(tmp_path: Path, settings: LazySettings) -> Iterator[Control]:
    keys = ensure_keys(tmp_path / "keys")
    with spawned(keys=keys) as control:
        settings.CANBAO_GATEWAY_KEYS, settings.CANBAO_GATEWAY_URL = keys, control.url
        gateway.cache_clear()
        yield control
    gateway.cache_clear()


def order_of(county: County, household: str) -> Order:
    order = make_order(
        order_id=uuid4(), campaign=county.campaign, household=county.household(household), bills=county.bills(household),
        channel=Channel.WECHAT, made_by="test", at=IN_THE_WINDOW - timedelta(hours=1),
    )  # fmt: skip
    ask_gateway(order)
    return order


def test_money_whose_callback_was_lost_is_found_at_night(
    county: County, standin: Control, capsys: pytest.CaptureFixture[str]
) -> None:
    order = order_of(county, "赵家")
    standin.pay(order.pk, paid_at=IN_THE_WINDOW, lose=True, wait=True)
    assert not Enrolment.objects.exists()

    call_command("nightly")

    assert Enrolment.objects.count() == 4
    assert "补回1笔" in capsys.readouterr().out


def test_a_second_night_finds_nothing_more(
    county: County, standin: Control, capsys: pytest.CaptureFixture[str]
) -> None:
    standin.pay(order_of(county, "赵家").pk, paid_at=IN_THE_WINDOW, lose=True, wait=True)
    call_command("nightly")
    capsys.readouterr()

    call_command("nightly")

    assert "补回0笔" in capsys.readouterr().out


def test_money_that_came_twice_goes_back_when_two_people_have_said_so(
    county: County, standin: Control, capsys: pytest.CaptureFixture[str]
) -> None:
    order = order_of(county, "周家")
    take(county, "周家")
    standin.pay(order.pk, paid_at=IN_THE_WINDOW, lose=True, wait=True)
    call_command("nightly")
    refund = Refund.objects.get()
    approve(review(refund, by=county.staff("county")), by=county.staff("tax"))
    before = capsys.readouterr().out

    call_command("nightly")

    refund.refresh_from_db()
    assert (refund.state, refund.amount_fen) == (RefundState.PAID, 32000)
    assert "退款 0 笔，0.00 元 (0 refunds, 0.00 yuan)" in before
    assert "退款 1 笔，320.00 元 (1 refund, 320.00 yuan)\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arrived", "waiting", "says"),
    [
        ([32000], 1, "退款 1 笔，320.00 元；另有 1 笔已发出，尚未到账 (1 refund, 320.00 yuan; 1 more is on the way)"),
        ([32000, 4000], 0, "退款 2 笔，360.00 元 (2 refunds, 360.00 yuan)"),
        ([], 2, "退款 0 笔，0.00 元；另有 2 笔已发出，尚未到账 (0 refunds, 0.00 yuan; 2 more are on the way)"),
    ],
)
def test_what_was_refunded_is_said_in_both_languages(arrived: list[int], waiting: int, says: str) -> None:
    assert refunded(arrived, waiting) == says


def test_a_bill_that_forgot_our_money_moves_nothing_and_is_named(
    county: County, standin: Control, settings: LazySettings, capsys: pytest.CaptureFixture[str]
) -> None:
    standin.pay(order_of(county, "赵家").pk, paid_at=IN_THE_WINDOW, lose=True, wait=True)
    call_command("nightly")
    before = balance("treasury")

    with spawned(keys=settings.CANBAO_GATEWAY_KEYS) as forgetful:
        settings.CANBAO_GATEWAY_URL = forgetful.url
        gateway.cache_clear()
        with pytest.raises(SystemExit):
            call_command("nightly")

    assert (before, balance("treasury")) == (128000, 128000)
    assert "渠道账单没有" in capsys.readouterr().err


def balance(kind: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(balance_fen)::bigint FROM ledger_balance WHERE kind = %s", [kind])
        return cursor.fetchone()[0]


def test_cash_is_never_given_back_by_a_machine(county: County, standin: Control) -> None:
    take(county, "钱家")
    Holding.objects.filter(resident__name="钱奶奶").update(until=date(2021, 12, 30))
    hold({"钱儿": "低保对象"}, on=date(2021, 12, 31))
    readjust(
        county.campaign, as_of=date(2021, 12, 31), at=IN_THE_WINDOW.replace(month=12, day=31), actor="staff:county"
    )
    refund = approve(review(Refund.objects.get(), by=county.staff("county")), by=county.staff("tax"))

    call_command("nightly")

    refund.refresh_from_db()
    assert refund.state == RefundState.APPROVED


def test_what_comes_back_to_the_same_sum_on_a_day_is_moved_again(county: County, standin: Control) -> None:
    day = IN_THE_WINDOW.date()
    standin.pay(order_of(county, "周家").pk, paid_at=IN_THE_WINDOW, wait=True, lose=True)
    reconcile_day(Channel.WECHAT, day, county=COUNTY, at=IN_THE_WINDOW)
    first = balance("treasury")
    twice = order_of(county, "钱家")
    take(county, "钱家")
    standin.pay(twice.pk, paid_at=IN_THE_WINDOW, wait=True, lose=True)
    reconcile_day(Channel.WECHAT, day, county=COUNTY, at=IN_THE_WINDOW)
    for refund in Refund.objects.all():
        pay_back(approve(review(refund, by=county.staff("county")), by=county.staff("tax")), on=day)
    reconcile_day(Channel.WECHAT, day, county=COUNTY, at=IN_THE_WINDOW)
    standin.pay(order_of(county, "赵家").pk, paid_at=IN_THE_WINDOW, wait=True, lose=True)

    reconcile_day(Channel.WECHAT, day, county=COUNTY, at=IN_THE_WINDOW)

    assert (first, balance("treasury"), balance("gateway")) == (32000, 160000, 0)


def test_another_countys_money_is_not_moved_into_this_treasury(county: County, standin: Control) -> None:
    standin.pay(order_of(county, "赵家").pk, paid_at=IN_THE_WINDOW, lose=True, wait=True)

    with within(Scope("", "test")):
        reconcile_day(Channel.WECHAT, IN_THE_WINDOW.date(), county="340622", at=IN_THE_WINDOW)
        reconcile_day(Channel.WECHAT, IN_THE_WINDOW.date(), county=COUNTY, at=IN_THE_WINDOW)

        assert (balance("treasury"), balance("gateway")) == (128000, 0)


def test_a_village_without_receipts_holds_up_nobody_else(
    county: County, standin: Control, capsys: pytest.CaptureFixture[str]
) -> None:
    school = CollectingUnit.objects.create(kind=UnitKind.SCHOOL, name="没有票据的学校", division_id=VILLAGE)
    with register_changes():
        Household.objects.filter(code="周家").update(unit=school)
    for household in ("周家", "赵家"):
        standin.pay(order_of(county, household).pk, paid_at=IN_THE_WINDOW, lose=True, wait=True)

    with pytest.raises(SystemExit):
        call_command("nightly")

    assert sorted(Enrolment.objects.values_list("resident__name", flat=True)) == sorted(
        ["赵大", "赵妻", "赵双一", "赵双二"]
    )
    assert "没有票据的学校的票据已用完" in capsys.readouterr().err


def test_cash_that_should_have_been_handed_in_is_named_with_whom_to_ask(
    county: County, standin: Control, capsys: pytest.CaptureFixture[str]
) -> None:
    with_cash_rule(county.campaign, "{on_reaching_yuan: 1280, clause: 五（一）}")
    take(county, "周家")
    call_command("nightly")
    assert "该汇缴了" not in capsys.readouterr().err
    take(county, "赵家")

    with pytest.raises(SystemExit):
        call_command("nightly")

    assert f"{COUNTY} 示例一村委会手上的现金1600.00元该汇缴了：已满1280.00元，找村经办员\n" in capsys.readouterr().err


def test_refunds_and_money_in_suspense_that_wait_too_long_are_named(
    county: County, standin: Control, settings: LazySettings, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = money_order(county, "周家")
    tell(money(asked, reference="先"), money(asked, reference="后"), money(uuid4(), fen=100, reference="不明"))
    refund = Refund.objects.get()
    late = IN_THE_WINDOW.date() + timedelta(days=29)

    def named(on: date) -> tuple[bool, bool]:
        settings.CANBAO_TODAY = on
        with contextlib.suppress(SystemExit):
            call_command("nightly")
        said = capsys.readouterr().err
        return (
            f"{COUNTY} 退款{refund.pk}（示例一村委会）：320.00元，已等29天，现在是“待退”\n" in said,
            f"{COUNTY} 待查款流水不明：1.00元，已等{(on - IN_THE_WINDOW.date()).days}天，请查清入账或退回\n" in said,
        )

    assert named(IN_THE_WINDOW.date() + timedelta(days=7)) == (False, False)
    assert named(IN_THE_WINDOW.date() + timedelta(days=8)) == (False, True)
    assert named(late) == (True, True)


def test_a_refund_of_a_channel_that_is_closed_is_named_and_the_night_goes_on(
    county: County, settings: LazySettings, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = money_order(county, "周家")
    tell(money(asked), money(asked))
    refund = Refund.objects.get()
    review(refund, by=county.staff("county"))
    approve(refund, by=county.staff("tax"))
    settings.CANBAO_GATEWAYS = {}

    with pytest.raises(SystemExit):
        call_command("nightly")

    said = capsys.readouterr()
    assert f"退款{refund.pk}：微信支付已经没有接通，退不回去" in said.err
    assert "四个一致是" in said.out
    made = Closing.objects.get()
    assert (made.closed_by, made.day, made.differences) == ("system:nightly", IN_THE_WINDOW.date(), 0)
    assert f"已结账，记录根 {made.root_position}:{made.root_hash}" in said.out
