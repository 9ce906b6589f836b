"""Paying on the phone: order, QR code, link; the state comes from the database."""

import re
from datetime import timedelta
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import pytest

from canbao.access.clock import now
from canbao.access.scope import within
from canbao.collection.domain.confirmation import Told, confirm
from canbao.collection.domain.orders import make_order
from canbao.collection.gateway import Arrival
from canbao.collection.models import Channel, Order, Receipt
from canbao.web.refusals import AlreadyOrdered
from canbao.web.templatetags.canbao import moment
from tests.county import IN_THE_WINDOW, everybody, signed_in
from tests.desks import void
from tests.web.gateways import Answering
from tests.web.pages import order_id_of, refusal_of, text_of

ANSWERING, SILENT = "tests.web.gateways.Answering", "tests.web.gateways.Silent"


def ask(client: object, bills: list[int], order_id: object = None) -> object:
    order_id = order_id or order_id_of(client.get("/my/"))
    return client.post("/my/pay/", {"order_id": str(order_id), "bill": bills})


def money_arrives(order: Order, *, reference: str = "4200000001") -> None:
    with within(everybody()):
        arrival = Arrival(reference=reference, order=order.pk, amount_fen=order.total_fen, paid_at=now())
        confirm([Told("wechat", arrival)], actor="gateway:wechat", at=IN_THE_WINDOW)


def the_order() -> Order:
    with within(everybody()):
        return Order.objects.get()


def a_race_makes_two(outside: object, first: list[int], second: list[int]) -> list[Order]:
    """Two orders of the family Zhao, as two taps in one moment make them: neither saw the other."""
    return [
        outside.look(
            lambda county, bills=bills: make_order(
                order_id=uuid4(), campaign=county.campaign, household=county.household("赵家"), bills=bills,
                channel=Channel.WECHAT, made_by="resident:1", at=now(),
            )
        )
        for bills in (first, second)
    ]  # fmt: skip


def came_back(client: object, address: str, *, ago: timedelta = timedelta(0)) -> object:
    """The gateway sent somebody back to an order's page, some time ago."""
    client.get(f"{address}back/")
    session = client.session
    session["back_from_paying"] = {key: (now() - ago).isoformat() for key in session["back_from_paying"]}
    session.save()
    return client.get(address)


def test_chosen_people_become_an_order_with_qr_and_link(enter: object, outside: object, plug_in: object) -> None:
    plug_in(ANSWERING)
    client = enter("赵大")

    answer = ask(client, outside.bills("赵家")[:2])
    page = client.get(answer["Location"])

    assert "合计 640元" in text_of(page)
    assert 'class="qr"' in page.content.decode()
    assert f"http://127.0.0.1:9/pay/{the_order().pk.hex}?redirect_url=" in page.content.decode()


def test_a_second_tap_is_the_same_order(enter: object, outside: object, plug_in: object) -> None:
    plug_in(ANSWERING)
    client, order_id, bills = enter("赵大"), uuid4(), outside.bills("赵家")

    first, second = ask(client, bills, order_id), ask(client, bills, order_id)

    assert first["Location"] == second["Location"] == f"/my/orders/{order_id}/"
    assert the_order().total_fen == 128000


def test_when_the_gateway_is_silent_nothing_is_lost(enter: object, outside: object, plug_in: object) -> None:
    plug_in(SILENT)
    client = enter("赵大")
    address = ask(client, outside.bills("赵家"))["Location"]

    silent = client.get(address)
    plug_in(ANSWERING)
    again = client.get(address)

    assert refusal_of(silent) == "支付通道暂时没有回应。"
    assert "在这部手机上支付" in text_of(again)


def test_the_page_says_paid_only_when_the_database_does(enter: object, outside: object, plug_in: object) -> None:
    plug_in(ANSWERING)
    client = enter("赵大")
    address = ask(client, outside.bills("赵家"))["Location"]
    before = client.get(address)

    money_arrives(the_order())
    after = client.get(address)

    assert 'http-equiv="refresh"' in before.content.decode()
    assert 'http-equiv="refresh"' not in after.content.decode()
    assert ("✓ 已缴费" in text_of(after), "看票据" in text_of(after)) == (True, True)
    cover = "享受待遇： 2022年1月1日 至 2022年12月31日 320元"
    assert [f"{name} {cover}" in text_of(after) for name in ("赵大", "赵妻", "赵双一", "赵双二")] == [True] * 4
    assert "享受待遇" not in text_of(before)


def test_of_a_spoiled_receipt_the_order_and_its_own_page_lead_to_the_one_that_is_valid(
    enter: object, outside: object, plug_in: object
) -> None:
    plug_in(ANSWERING)
    client = enter("赵大")
    address = ask(client, outside.bills("赵家"))["Location"]
    money_arrives(the_order())
    with signed_in("clerk"):
        spoiled = Receipt.objects.get()
        instead = void(spoiled, reason="错", by=outside.county.staff("clerk"), at=IN_THE_WINDOW)

    order_page, void_page = client.get(address), client.get(f"/my/receipts/{spoiled.pk}/")

    leads_there, leads_nowhere = f'href="/my/receipts/{instead.pk}/"', f'href="/my/receipts/{spoiled.pk}/"'
    assert (leads_there in order_page.content.decode(), leads_nowhere in order_page.content.decode()) == (True, False)
    assert leads_there in void_page.content.decode()
    assert f"这张票据已经作废，缴费和参保不受影响。 现在有效的是 № {instead.full_number}" in text_of(void_page)


def test_asked_by_itself_only_the_part_that_changes_comes(enter: object, outside: object, plug_in: object) -> None:
    plug_in(ANSWERING)
    client = enter("赵大")
    address = ask(client, outside.bills("赵家"))["Location"]

    part = client.get(address, headers={"HX-Request": "true"}).content.decode()

    assert part.startswith("<section")
    assert "<html" not in part


def test_while_nothing_is_new_the_part_is_left_alone(enter: object, outside: object, plug_in: object) -> None:
    plug_in(ANSWERING)
    client = enter("赵大")
    address = ask(client, outside.bills("赵家"))["Location"]
    asked = re.search(r'hx-get="([^"]+)"', client.get(address).content.decode())[1]

    waiting = client.get(asked, headers={"HX-Request": "true"})
    money_arrives(the_order())
    paid = client.get(asked, headers={"HX-Request": "true"})

    assert (waiting.status_code, waiting.content) == (204, b"")
    assert "✓ 已缴费" in text_of(paid)


def test_paid_meanwhile_is_said_on_the_family_page(enter: object, outside: object) -> None:
    client, bills = enter("赵大"), outside.bills("赵家")
    outside.pays_cash("赵家")

    answer = ask(client, bills, uuid4())

    assert (answer.status_code, refusal_of(answer)) == (409, "赵大的账单已缴或已变更。")


def test_who_chooses_nobody_is_told_so_and_the_ticks_stay_as_they_were(enter: object) -> None:
    answer = ask(enter("赵大"), [])

    assert (answer.status_code, refusal_of(answer)) == (409, "请至少选一个人。")
    assert " checked" not in answer.content.decode()


def test_after_any_refusal_just_the_chosen_stay_ticked(enter: object, outside: object, plug_in: object) -> None:
    plug_in(ANSWERING)
    client, bills, order_id = enter("赵大"), outside.bills("赵家"), uuid4()
    ask(client, bills, order_id)

    answer = ask(client, bills[1:3], order_id)

    assert refusal_of(answer) == "这个订单号已用于另一笔缴费。"
    assert re.findall(r'value="(\d+)"[^>]* checked', answer.content.decode()) == [str(bill) for bill in bills[1:3]]


def test_the_family_page_tells_of_an_order_that_waits_for_its_money(enter: object, outside: object, plug_in: object) -> None:  # fmt: skip
    plug_in(ANSWERING)
    client = enter("赵大")
    address = ask(client, outside.bills("赵家")[:2])["Location"]

    page = client.get("/my/")

    assert re.findall(r'value="(\d+)"[^>]* checked', page.content.decode()) == [
        str(b) for b in outside.bills("赵家")[2:]
    ]
    assert f"有一笔订单还没付款 合计640元，请在{moment(the_order().expires_at)}前支付" in text_of(page)
    assert (f'href="{address}"' in page.content.decode(), "返回我家的参保" in text_of(client.get(address))) == (
        True,
        True,
    )


def test_an_order_can_be_given_up_and_the_gateway_takes_no_more_money_for_it(enter: object, outside: object, plug_in: object) -> None:  # fmt: skip
    plug_in(ANSWERING)
    client = enter("赵大")
    address = ask(client, outside.bills("赵家"))["Location"]
    client.get(address)  # asks for the money
    Answering.closed.clear()

    answers = [client.post(f"{address}give-up/")["Location"] for _ in range(2)]

    assert answers == ["/my/", "/my/"]
    assert ("有一笔订单还没付款" in text_of(client.get("/my/")), "这笔订单已关闭" in text_of(client.get(address))) == (
        False,
        True,
    )
    assert set(Answering.closed) == {the_order().pk}
    money_arrives(the_order())  # it was on its way already
    assert "✓ 已缴费" in text_of(client.get(address))


def test_an_order_stays_while_the_gateway_does_not_say_that_it_is_closed(enter: object, outside: object, plug_in: object) -> None:  # fmt: skip
    plug_in(ANSWERING)
    client = enter("赵大")
    address = ask(client, outside.bills("赵家"))["Location"]
    client.get(address)
    plug_in(SILENT)

    answer = client.post(f"{address}give-up/")

    assert (answer.status_code, refusal_of(answer)) == (409, "支付通道暂时没有回应，这笔订单还没有取消。")
    assert the_order().state == Order.State.OPEN


def test_a_neighbours_order_cannot_be_given_up(enter: object, outside: object, plug_in: object) -> None:
    plug_in(ANSWERING)
    address = ask(enter("赵大"), outside.bills("赵家"))["Location"]

    assert enter("钱奶奶").post(f"{address}give-up/").status_code == 404
    assert the_order().state == Order.State.OPEN


def test_an_order_whose_people_paid_cash_meanwhile_is_not_to_be_paid_again(enter: object, outside: object, plug_in: object) -> None:  # fmt: skip
    plug_in(ANSWERING)
    client = enter("赵大")
    address = ask(client, outside.bills("赵家"))["Location"]
    outside.pays_cash("赵家")

    assert "有一笔订单还没付款" not in text_of(client.get("/my/"))
    assert ('class="qr"' in client.get(address).content.decode(), "这笔订单已关闭" in text_of(client.get(address))) == (
        False,
        True,
    )


def test_a_neighbours_bill_cannot_be_paid_and_shows_nothing_of_them(enter: object, outside: object) -> None:
    answer = ask(enter("赵大"), outside.bills("钱家"))

    assert (answer.status_code, refusal_of(answer), "钱" in text_of(answer)) == (
        409,
        "送来的账单不是这一户本期的，没有收款。",
        False,
    )


def test_a_neighbours_order_is_not_there(enter: object, outside: object, plug_in: object) -> None:
    plug_in(ANSWERING)
    address = ask(enter("赵大"), outside.bills("赵家"))["Location"]

    assert enter("钱奶奶").get(address).status_code == 404


def test_an_order_that_ran_out_says_so(enter: object, outside: object, plug_in: object, settings: object) -> None:
    plug_in(ANSWERING)
    client = enter("赵大")
    address = ask(client, outside.bills("赵家"))["Location"]
    settings.CANBAO_TODAY = settings.CANBAO_TODAY.replace(day=16)

    page = client.get(address)

    assert "这笔订单已关闭" in text_of(page)


def test_of_two_orders_that_are_both_paid_each_page_says_whom_its_own_money_paid_for(
    enter: object, outside: object, plug_in: object
) -> None:
    plug_in(ANSWERING)
    client, bills = enter("赵大"), outside.bills("赵家")
    three, four = a_race_makes_two(outside, bills[:3], bills)
    money_arrives(three, reference="4200000003")
    money_arrives(four, reference="4200000004")

    first, second = (text_of(client.get(f"/my/orders/{order.pk}/")) for order in (three, four))

    assert "✓ 已缴费 960元 赵大" in first
    assert "退回" not in first
    assert "✓ 已缴费 320元 这笔订单一共收到1,280元。其中960元是重复付的，会原路退回，不用另外办理。 赵双二" in second
    paid_for, comes_back = second.split("看票据 退款")
    assert ("赵妻" in paid_for, comes_back.count("重复缴费")) == (False, 3)
    assert "赵妻 · 重复缴费 审核后原路退回，不用另外办理。 320元 待退" in comes_back


def test_an_order_that_was_paid_in_vain_does_not_say_that_anybody_is_covered_by_it(
    enter: object, outside: object, plug_in: object
) -> None:
    plug_in(ANSWERING)
    client = enter("赵大")
    address = ask(client, outside.bills("赵家")[:1])["Location"]
    order = the_order()
    outside.pays_cash("赵家")
    money_arrives(order)

    page = text_of(client.get(address))

    assert "这笔是重复付的 这笔订单一共收到320元。其中320元是重复付的，会原路退回" in page
    assert ("已缴费" in page, "享受待遇" in page, "看票据" in page) == (False, False, False)


def test_an_order_paid_twice_says_what_comes_back_and_still_whom_it_paid_for(
    enter: object, outside: object, plug_in: object
) -> None:
    plug_in(ANSWERING)
    client = enter("赵大")
    address = ask(client, outside.bills("赵家")[:1])["Location"]
    money_arrives(the_order(), reference="4200000005")
    money_arrives(the_order(), reference="4200000006")

    page = text_of(client.get(address))

    assert "✓ 已缴费 320元 这笔订单一共收到640元。其中320元是重复付的，会原路退回，不用另外办理。 赵大 享受待遇" in page


def test_who_waits_in_an_order_is_not_ordered_again_until_that_one_is_given_up(
    enter: object, outside: object, plug_in: object
) -> None:
    plug_in(ANSWERING)
    client, bills = enter("赵大"), outside.bills("赵家")
    second_tab = order_id_of(client.get("/my/"))
    address = ask(client, bills[:2])["Location"]

    again = ask(client, bills, second_tab)
    others = ask(client, bills[2:], uuid4())
    client.post(f"{address}give-up/")
    after = ask(client, bills[:2], second_tab)

    assert (again.status_code, refusal_of(again)) == (409, AlreadyOrdered(who="赵大、赵妻").says)
    assert ("接着付款" in text_of(again), "不付了，取消订单" in text_of(again)) == (True, True)
    assert (others.status_code, after["Location"]) == (302, f"/my/orders/{second_tab}/")


def test_of_two_orders_made_in_one_moment_each_page_warns_of_the_other(
    enter: object, outside: object, plug_in: object
) -> None:
    plug_in(ANSWERING)
    client, bills = enter("赵大"), outside.bills("赵家")
    three, four = a_race_makes_two(outside, bills[:3], bills)

    page = client.get(f"/my/orders/{three.pk}/")
    client.post(f"/my/orders/{four.pk}/give-up/")
    alone = client.get(f"/my/orders/{three.pk}/")

    warning = "这里有人还在另一笔没付款的订单里。两笔只付一笔"
    assert (warning in text_of(page), warning in text_of(alone)) == (True, False)
    assert f'href="/my/orders/{four.pk}/"' in page.content.decode()


def test_who_comes_back_from_paying_is_told_not_to_pay_again(enter: object, outside: object, plug_in: object) -> None:
    plug_in(ANSWERING)
    client = enter("赵大")
    address = ask(client, outside.bills("赵家"))["Location"]
    way_back = re.search(r"redirect_url=([^\"&]+)", client.get(address).content.decode())[1]
    asked = re.search(r'hx-get="([^"]+)"', client.get(address).content.decode())[1]

    client.get(urlsplit(unquote(way_back)).path)
    page, part = client.get(address), client.get(asked, headers={"HX-Request": "true"})

    for answer in (page, part):
        assert "正在确认，请不要再付" in text_of(answer)
        assert ("在这部手机上支付" in text_of(answer), 'class="qr"' in answer.content.decode()) == (False, False)
        assert "取消订单" not in text_of(answer)
    assert 'http-equiv="refresh"' in page.content.decode()
    money_arrives(the_order())
    assert "✓ 已缴费" in text_of(client.get(address))


def test_of_whom_no_money_is_heard_for_a_minute_may_pay_again_and_is_warned(enter: object, outside: object, plug_in: object) -> None:  # fmt: skip
    plug_in(ANSWERING)
    client = enter("赵大")
    address = ask(client, outside.bills("赵家"))["Location"]

    soon, later = (came_back(client, address, ago=timedelta(seconds=s)) for s in (55, 61))

    assert ("在这部手机上支付" in text_of(soon), "在这部手机上支付" in text_of(later)) == (False, True)
    assert "还没有收到支付通道的消息。已经付了的，请不要再付" in text_of(later)


def test_to_come_back_from_paying_needs_an_order_of_ones_own_and_is_not_being_paid(enter: object, outside: object, plug_in: object) -> None:  # fmt: skip
    plug_in(ANSWERING)
    address = ask(enter("赵大"), outside.bills("赵家"))["Location"]

    assert enter("钱奶奶").get(f"{address}back/").status_code == 404
    assert the_order().state == Order.State.OPEN


BOTH = {"wechat": ANSWERING, "alipay": "tests.web.gateways.WithAPage"}


def test_where_both_are_open_one_chooses_and_where_one_is_nobody_is_asked(
    enter: object, outside: object, plug_in: object, settings: object
) -> None:
    plug_in(ANSWERING)
    client = enter("赵大")
    assert "去缴费" in text_of(client.get("/my/"))

    settings.CANBAO_GATEWAYS = BOTH
    page = client.get("/my/").content.decode()
    assert [f'name="channel" value="{channel}"' in page for channel in ("wechat", "alipay", "cash")] == [
        True,
        True,
        False,
    ]
    assert "去缴费" not in page


def test_an_order_at_alipay_has_its_code_and_its_own_page_for_this_phone(
    enter: object, outside: object, plug_in: object, settings: object
) -> None:
    plug_in(ANSWERING)
    settings.CANBAO_GATEWAYS = BOTH
    client = enter("赵大")
    chosen = {"order_id": str(uuid4()), "bill": outside.bills("赵家"), "channel": "alipay"}

    page = client.get(client.post("/my/pay/", chosen)["Location"])

    assert the_order().channel == Channel.ALIPAY
    assert ("付款方式 支付宝" in text_of(page), "手机的支付宝扫码" in text_of(page)) == (True, True)
    back = f"/my/orders/{the_order().pk}/back/"
    (link,) = re.findall(r'href="(http://127.0.0.1:9/page[^"]*)"', page.content.decode())
    assert unquote(link).endswith(back)


@pytest.mark.parametrize("channel", ["cash", "unionpay"])
def test_no_other_way_can_be_chosen(enter: object, outside: object, plug_in: object, channel: str) -> None:
    plug_in(ANSWERING)
    chosen = {"order_id": str(uuid4()), "bill": outside.bills("赵家"), "channel": channel}
    assert enter("赵大").post("/my/pay/", chosen)["Location"] == "/my/"
    assert outside.look(lambda county: Order.objects.count()) == 0
