"""A clerk looks for a payment that a family cannot see: found by what the telephone shows, wherever it lies."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from canbao.access.models import Record
from tests.collection.paying import money, order, pay, tell
from tests.county import PEOPLE, County
from tests.web.conftest import Outside
from tests.web.pages import text_of

Pages = Callable[[str], Client]


def asked(client: Client, reference: str, amount: str, on: str = "2021-11-15") -> str:
    return text_of(client.post("/money/", {"reference": reference, "amount": amount, "on": on}))


def test_money_that_nobody_could_place_is_found_from_any_village(sign_in: Pages, outside: Outside) -> None:
    outside.look(lambda _: tell(money(uuid4(), fen=32000, reference="4200001")))

    seen = asked(sign_in("far"), " 4200001 ", "320")

    assert "去向 查无此订单 渠道 微信支付" in seen
    assert "钱没有丢" in seen
    assert outside.look(lambda _: Record.objects.filter(verb="money.searched", actor="staff:far").count()) == 1


def test_what_settled_and_what_goes_back_are_said_and_nobodys_name(sign_in: Pages, outside: Outside) -> None:
    def twice(county: County) -> None:
        one = order(county, "周家")
        tell(money(one, reference="先"), money(one, reference="后"))

    outside.look(twice)
    client = sign_in("neighbour")

    first, second = asked(client, "先", "320.00"), asked(client, "后", "320.00")
    assert "去向 已入账" in first
    assert "退款 320元" in second
    assert not [name for name in PEOPLE if name in first + second]


@pytest.mark.parametrize(("reference", "amount", "on"), [("先", "319", "2021-11-15"), ("后", "320", "2021-11-15"), ("先", "320", "2021-11-14")])  # fmt: skip
def test_all_three_have_to_be_right(sign_in: Pages, outside: Outside, reference: str, amount: str, on: str) -> None:
    outside.look(lambda county: tell(money(order(county, "周家"), reference="先")))

    assert "没有这样的一笔钱" in asked(sign_in("clerk"), reference, amount, on)


def test_all_three_are_asked_for(sign_in: Pages, outside: Outside) -> None:
    outside.look(lambda county: pay(county, "周家"))

    assert sign_in("clerk").post("/money/", {"amount": "320"}).status_code == 422
    assert sign_in("clerk").get("/money/").status_code == 200
    assert sign_in("civil").get("/money/").status_code == 403
