"""Money in suspense, worked off on the pages: found, said whose it is, confirmed by another, or given back."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect

from canbao.access.scope import within
from canbao.collection.models import Payment, Placing, Refund
from tests.collection.paying import money, order, pay, tell
from tests.county import PASSWORD, County, everybody
from tests.web.browsing import fits, person
from tests.web.browsing import sign_in as signs_in
from tests.web.conftest import Outside
from tests.web.pages import text_of

Pages = Callable[[str], Client]


@pytest.fixture
def payment(outside: Outside) -> Payment:
    """1000 yuan for an order that nobody knows."""
    return outside.look(lambda _: arrived(uuid4(), 100000))


def arrived(for_order: object, fen: int) -> Payment:
    (done,) = tell(money(for_order, fen=fen))  # type: ignore[arg-type]
    return Payment.objects.get(pk=done.payment_id)


def said(client: Client, payment: Payment, outside: Outside, *names: str, why: str = "付款截图") -> str:
    bills = [outside.look(lambda county, name=name: county.bill(name).pk) for name in names]
    sent = {"placing_id": str(uuid4()), "why": why, "household": outside.household("赵家")}
    sent |= {"bill": bills} if bills else {"all_back": "1"}
    return text_of(client.post(f"/county/suspense/{payment.pk}/propose/", sent, follow=True))


def placing_of(outside: Outside) -> str:
    return f"/county/suspense/placings/{outside.look(lambda _: Placing.objects.get().pk)}/"


def test_whose_it_is_is_found_said_and_confirmed(sign_in: Pages, outside: Outside, payment: Payment) -> None:
    county, tax = sign_in("county"), sign_in("tax")
    page = f"/county/suspense/{payment.pk}/"
    found = county.post(page, {"text": "赵大"})
    assert found.url == f"{page}?household={outside.household('赵家')}"
    assert "赵大 ****" in text_of(county.get(found.url))

    assert "已提出，等税务部门复核" in said(county, payment, outside, "赵大", "赵妻")
    assert "等复核" in text_of(county.get("/county/suspense/"))
    seen = text_of(tax.get(page))
    assert "入账640元，退回付款人360元" in seen
    answer = text_of(tax.post(placing_of(outside), follow=True))

    assert "已办理" in answer
    assert "部分入账，余款待退" in answer
    assert "县税务局 复核于" in answer
    assert outside.look(lambda _: Refund.objects.get().amount_fen) == 36000
    assert payment.reference in text_of(county.get("/county/refunds/"))
    assert "没有待查的款项" in text_of(county.get("/county/suspense/"))


def test_who_said_it_does_not_confirm_it_and_may_take_it_back(
    sign_in: Pages, outside: Outside, payment: Payment
) -> None:
    county = sign_in("county")
    said(county, payment, outside)

    assert "复核：退回付款人" not in text_of(county.get(f"/county/suspense/{payment.pk}/"))
    assert county.post(placing_of(outside)).status_code == 409
    answer = text_of(county.post(placing_of(outside), {"drop": "1", "why": "选错了"}, follow=True))
    assert "不予确认：选错了" in answer


def test_no_is_said_with_a_reason(sign_in: Pages, outside: Outside, payment: Payment) -> None:
    said(sign_in("county"), payment, outside, "赵大")

    answer = sign_in("tax").post(placing_of(outside), {"drop": "1", "why": ""})
    assert (answer.status_code, "要写明根据" in text_of(answer)) == (409, True)


def test_refused_keeps_what_was_chosen(sign_in: Pages, outside: Outside) -> None:
    little = outside.look(lambda _: arrived(uuid4(), 31900))

    seen = said(sign_in("county"), little, outside, "赵大", why="电话核实")
    assert "到账只有319.00元" in seen
    assert "赵双二" in seen


def test_nobody_chosen_is_not_everything_back(sign_in: Pages, outside: Outside, payment: Payment) -> None:
    sent = {"placing_id": str(uuid4()), "why": "截图"}
    seen = text_of(sign_in("county").post(f"/county/suspense/{payment.pk}/propose/", sent, follow=True))

    assert "还没有选要缴的人" in seen
    assert outside.look(lambda _: Placing.objects.count()) == 0


def test_money_is_found_whatever_became_of_it(sign_in: Pages, outside: Outside, payment: Payment) -> None:
    settled = outside.look(lambda county: Payment.objects.get(pk=pay(county, "周家").payment_id))
    tax = sign_in("tax")

    by_number = text_of(tax.get("/county/suspense/", {"reference": settled.reference}))
    assert f"查到 1 笔，已入账的也在内；很多的，再多填一项。 只看待查的 渠道流水号 到账日 渠道 去向 代收单位 金额（元） {settled.reference}" in by_number  # fmt: skip
    assert "已入账" in by_number
    by_sum = text_of(tax.get("/county/suspense/", {"amount": "1000", "on": "2021-11-15"}))
    assert payment.reference in by_sum
    assert "没有这样的一笔钱" in text_of(tax.get("/county/suspense/", {"amount": "1"}))
    assert tax.get("/county/suspense/", {"amount": "x"}).status_code == 422


def test_a_town_works_off_its_own_and_sees_no_other(sign_in: Pages, outside: Outside, payment: Payment) -> None:
    town = sign_in("town")
    own = outside.look(lambda county: arrived(order(county, "郑家"), 31900))

    assert "已提出" in said(town, own, outside)
    assert town.get(f"/county/suspense/{payment.pk}/").status_code == 404


def test_nobody_else_works_it_off(sign_in: Pages, outside: Outside, payment: Payment) -> None:
    for who in ("clerk", "finance", "civil"):
        assert sign_in(who).get(f"/county/suspense/{payment.pk}/").status_code == 403, who
    assert sign_in("tax").post(f"/county/suspense/{payment.pk}/propose/", {"all_back": "1"}).status_code == 403


def test_a_family_is_not_asked_to_pay_what_has_come(enter: Pages, outside: Outside) -> None:
    def short(county: County) -> object:
        asked = order(county, "周家")
        tell(money(asked, fen=31900))
        return asked.pk

    with within(everybody()):
        order_id = short(outside.county)
    phone = enter("周归")
    seen, home = text_of(phone.get(f"/my/orders/{order_id}/")), text_of(phone.get("/my/"))

    assert "钱已收到，还没有入账" in seen
    assert "支付" not in seen
    assert "接着付款" not in home
    assert "正在查的钱 2021年11月15日 · 微信支付 金额不符。县里正在查，查清以后入账或原路退回。 319元" in home


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
def test_it_is_worked_off_on_any_screen(chromium: Browser, town: tuple, width: int) -> None:
    url, _, _ = town
    with within(everybody()):
        arrived(uuid4(), 100000)
    page = person(chromium, url, width=width).new_page()
    signs_in(page, "county", PASSWORD)
    page.get_by_role("link", name="待查款项").click()
    page.locator("tbody a").click()
    assert fits(page)
    page.get_by_label("找这一户").fill("赵家")
    page.locator("main form.placing").first.get_by_role("button", name="查找").click()
    page.get_by_label("赵大").check()
    page.locator("form", has_text="缴选中的人").get_by_label("根据").fill("付款截图")
    assert fits(page)
    page.get_by_role("button", name="提出：缴选中的人").click()
    expect(page.locator("div[role=status]")).to_contain_text("已提出")

    second = person(chromium, url, width=width).new_page()
    signs_in(second, "tax", PASSWORD)
    second.goto("/county/suspense/")
    second.locator("tbody a").click()
    assert fits(second)
    second.get_by_role("button", name="复核：入账").click()
    expect(second.locator("div[role=status]")).to_contain_text("已办理")
    assert fits(second)
