"""What is done every night, with a gateway that is a process of its own and lost its callback."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import connection

from canbao.collection.domain.orders import ask_gateway, make_order
from canbao.collection.domain.refunds import approve, review
from canbao.collection.gateway import gateway
from canbao.collection.models import Channel, Order, Refund, RefundState
from canbao.enrolment.models import Enrolment
from canbao.gateways.standin.keys import ensure_keys
from canbao.gateways.standin.spawn import Control, spawned
from tests.collection.domain.test_cash import take
from tests.county import IN_THE_WINDOW, County


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


def test_money_that_came_twice_goes_back_when_two_people_have_said_so(county: County, standin: Control) -> None:
    order = order_of(county, "周家")
    take(county, "周家")
    standin.pay(order.pk, paid_at=IN_THE_WINDOW, lose=True, wait=True)
    call_command("nightly")
    refund = Refund.objects.get()
    approve(review(refund, by=county.staff("county")), by=county.staff("tax"))

    call_command("nightly")

    refund.refresh_from_db()
    assert (refund.state, refund.amount_fen) == (RefundState.PAID, 32000)


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
