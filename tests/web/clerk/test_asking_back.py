"""Everything that was paid for one person is asked back at the counter, and answered by the town or the county."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect

from canbao.collection.models import Refund, RefundRequest
from canbao.enrolment.models import Enrolment
from tests.county import PASSWORD
from tests.web.browsing import fits, person
from tests.web.browsing import sign_in as signs_in
from tests.web.conftest import Outside
from tests.web.pages import text_of

Pages = Callable[[str], Client]


def page_of(outside: Outside, name: str = "赵大") -> str:
    return f"/residents/{outside.look(lambda county: county.person(name).pk)}/ask-back/"


def asks(client: Client, outside: Outside, **sent: str) -> str:
    told = {"request_id": str(uuid4()), "ground": "wrong_person", "papers": "缴费人的说明"} | sent
    return text_of(client.post(page_of(outside), told, follow=True))


def answer(outside: Outside) -> str:
    return f"/county/refunds/asked/{outside.look(lambda _: RefundRequest.objects.latest('asked_at').pk)}/"


def test_asked_at_the_counter_agreed_in_town_and_approved_by_tax(sign_in: Pages, outside: Outside) -> None:
    outside.pays_cash("赵家")
    clerk, town, tax = sign_in("clerk"), sign_in("town"), sign_in("tax")
    assert "还没有享受待遇，申请退费" in text_of(clerk.get(page_of(outside).replace("ask-back/", "")))

    seen = asks(clerk, outside)
    assert "已申请，等乡镇或县医保局初审" in seen
    assert "缴错人 等初审" in seen
    assert "等初审：1 份" in text_of(town.get("/county/refunds/"))
    assert "本方案没有写这种情形的退费" in text_of(town.get("/county/refunds/asked/"))
    assert "已同意：参保取消" in text_of(town.post(answer(outside), {"answer": "agree"}, follow=True))

    assert "已同意退费" in text_of(clerk.get(page_of(outside)))
    refund = outside.look(lambda _: Refund.objects.get())
    assert "等税务复审" in text_of(town.get("/county/refunds/"))
    assert "复审已通过" in text_of(tax.post(f"/county/refunds/{refund.pk}/", follow=True))
    home = text_of(clerk.get(f"/households/{outside.household('赵家')}/"))
    assert "赵大 · 缴错了人 还没有开始享受待遇，为这个人缴的钱全部退还" in home


def test_a_no_is_said_with_a_reason_and_the_counter_sees_it(sign_in: Pages, outside: Outside) -> None:
    outside.pays_cash("赵家")
    clerk, county = sign_in("clerk"), sign_in("county")
    asks(clerk, outside)

    without = county.post(answer(outside), {"answer": "refuse", "why": " "})
    assert (without.status_code, "没有写明为什么不同意" in text_of(without)) == (409, True)
    assert "没有同意，参保照旧" in text_of(
        county.post(answer(outside), {"answer": "refuse", "why": "请补缴费人签字"}, follow=True)
    )
    seen = text_of(clerk.get(page_of(outside)))
    assert "请补缴费人签字" in seen
    assert "已申请" in asks(clerk, outside)  # once more


def test_who_asked_takes_it_back_with_a_reason(sign_in: Pages, outside: Outside) -> None:
    outside.pays_cash("赵家")
    clerk = sign_in("clerk")
    asks(clerk, outside)
    address = f"/asked-back/{outside.look(lambda _: RefundRequest.objects.get().pk)}/"

    assert clerk.post(address).status_code == 409
    assert "已撤回，参保照旧" in text_of(clerk.post(address, {"why": "选错了人"}, follow=True))


def test_what_is_not_registered_is_no_ground_and_nothing_typed_is_lost(sign_in: Pages, outside: Outside) -> None:
    outside.pays_cash("赵家")

    seen = asks(sign_in("clerk"), outside, ground="died", papers="")
    assert "请写明看了什么材料" in seen
    answer = sign_in("clerk").post(
        page_of(outside), {"request_id": str(uuid4()), "ground": "died", "papers": "死亡证明"}
    )
    assert (answer.status_code, "登记里没有赵大的这项变更：死亡" in text_of(answer)) == (409, True)
    assert 'value="死亡证明"' in answer.content.decode()


def test_who_has_not_paid_has_nothing_to_ask_back(sign_in: Pages, outside: Outside) -> None:
    clerk = sign_in("clerk")
    assert "这个人现在没有可以退的缴费" in text_of(clerk.get(page_of(outside)))
    assert clerk.post(page_of(outside)).status_code == 404
    assert sign_in("neighbour").get(page_of(outside)).status_code == 404
    for who in ("tax", "finance", "civil"):
        assert sign_in(who).get(page_of(outside)).status_code == 403, who


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
def test_it_is_asked_and_agreed_to_on_any_screen(chromium: Browser, town: tuple, width: int) -> None:
    url, outside = town[0], Outside()
    outside.pays_cash("赵家")
    page = person(chromium, url, width=width).new_page()
    signs_in(page, "clerk", PASSWORD)
    page.goto(page_of(outside).replace("ask-back/", ""))
    page.get_by_role("link", name="申请退费").click()
    page.get_by_label("缴错人").check()
    page.get_by_label("看过的材料").fill("缴费人的说明")
    assert fits(page)
    page.get_by_role("button", name="申请退费").click()
    expect(page.locator("div[role=status]")).to_contain_text("已申请")
    assert fits(page)

    second = person(chromium, url, width=width).new_page()
    signs_in(second, "town", PASSWORD)
    second.goto("/county/refunds/asked/")
    assert fits(second)
    second.get_by_role("button", name="同意退费", exact=True).click()
    expect(second.locator("div[role=status]")).to_contain_text("已同意")
    assert fits(second)
    assert outside.look(lambda _: Enrolment.objects.get(resident__name="赵大").ended_on) is not None
