"""Paying on the phone: order, QR code, link; the state comes from the database."""

from uuid import uuid4

from canbao.access.clock import now
from canbao.access.scope import within
from canbao.collection.domain.confirmation import Told, confirm
from canbao.collection.gateway import Arrival
from canbao.collection.models import Order
from tests.county import everybody
from tests.web.pages import order_id_of, refusal_of, text_of

ANSWERING, SILENT = "tests.web.gateways.Answering", "tests.web.gateways.Silent"


def ask(client: object, bills: list[int], order_id: object = None) -> object:
    order_id = order_id or order_id_of(client.get("/my/"))
    return client.post("/my/pay/", {"order_id": str(order_id), "bill": bills})


def money_arrives(order: Order) -> None:
    with within(everybody()):
        arrival = Arrival(reference="4200000001", order=order.pk, amount_fen=order.total_fen, paid_at=now())
        confirm([Told("wechat", arrival)], actor="gateway:wechat")


def the_order() -> Order:
    with within(everybody()):
        return Order.objects.get()


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


def test_asked_by_itself_only_the_part_that_changes_comes(enter: object, outside: object, plug_in: object) -> None:
    plug_in(ANSWERING)
    client = enter("赵大")
    address = ask(client, outside.bills("赵家"))["Location"]

    part = client.get(address, headers={"HX-Request": "true"}).content.decode()

    assert part.startswith("<section")
    assert "<html" not in part


def test_paid_meanwhile_is_said_on_the_family_page(enter: object, outside: object) -> None:
    client, bills = enter("赵大"), outside.bills("赵家")
    outside.pays_cash("赵家")

    answer = ask(client, bills, uuid4())

    assert (answer.status_code, refusal_of(answer)) == (409, "赵大的账单已缴或已变更。")


def test_nobody_is_chosen(enter: object) -> None:
    answer = ask(enter("赵大"), [])

    assert (answer.status_code, refusal_of(answer)) == (409, "没有待缴的账单。")


def test_a_neighbours_bill_cannot_be_paid_and_shows_nothing_of_them(enter: object, outside: object) -> None:
    answer = ask(enter("赵大"), outside.bills("钱家"))

    assert (answer.status_code, refusal_of(answer), "钱" in text_of(answer)) == (409, "没有待缴的账单。", False)


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
