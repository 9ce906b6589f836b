"""Cash is handed in with a certificate; the drawer is compared with it."""

import re
from uuid import uuid4

import pytest

from canbao.access.scope import within
from canbao.collection.models import Remittance
from tests.collection.cash_rules import with_cash_rule
from tests.county import everybody
from tests.web.pages import refusal_of, text_of


def certificate(**changes: object) -> dict[str, object]:
    return {
        "remittance_id": str(uuid4()),
        "certificate": "皖缴0001",
        "period_from": "2021-11-15",
        "period_until": "2021-11-15",
        "people": "4",
        "amount": "1280.00",
        "slip": "回单0001",
        "slip_on": "2021-11-15",
    } | changes


def test_the_form_is_filled_with_what_the_drawer_holds(sign_in: object, outside: object) -> None:
    outside.pays_cash("赵家")

    html = sign_in("clerk").get("/drawer/").content.decode()

    values = dict(re.findall(r'name="(\w+)" value="([^"]*)"', html))
    assert (values["people"], values["amount"], values["period_from"]) == ("4", "1280.00", "2021-11-15")


def test_handed_in_cash_waits_for_confirmation(sign_in: object, outside: object) -> None:
    outside.pays_cash("赵家")
    client = sign_in("clerk")

    answer = client.post("/drawer/", certificate(), follow=True)

    assert answer.redirect_chain == [("/drawer/", 302)]
    assert "手上没有现金，不用汇缴。" in text_of(answer)
    assert (
        "皖缴0001 回单0001 2021年11月15日 2021年11月15日 2021年11月15日 – 2021年11月15日 4 1,280.00 等待确认"
        in text_of(answer)
    )


def test_a_certificate_that_differs_is_refused_and_nothing_typed_is_lost(sign_in: object, outside: object) -> None:
    outside.pays_cash("赵家")

    answer = sign_in("clerk").post("/drawer/", certificate(amount="1280", people="5"))

    assert (answer.status_code, refusal_of(answer)) == (
        409,
        "缴款书与现金登记不一致：缴款书5人1280.00元，登记4人1280.00元。",
    )
    assert 'value="皖缴0001"' in answer.content.decode()
    with within(everybody()):
        assert Remittance.objects.count() == 0


@pytest.mark.parametrize("amount", ["", "1.28e3"])
def test_a_certificate_without_a_plain_amount_is_asked_again(sign_in: object, outside: object, amount: str) -> None:
    outside.pays_cash("赵家")

    answer = sign_in("clerk").post("/drawer/", certificate(amount=amount))

    assert (answer.status_code, "请填写金额，例如 320 或 320.00" in text_of(answer)) == (422, True)


def test_an_empty_drawer_needs_no_form(sign_in: object) -> None:
    assert "手上没有现金，不用汇缴。" in text_of(sign_in("clerk").get("/drawer/"))


def test_what_was_rejected_is_redone_from_the_page(sign_in: object, outside: object) -> None:
    outside.pays_cash("赵家")
    client, above = sign_in("clerk"), sign_in("finance")
    client.post("/drawer/", certificate())
    with within(everybody()):
        first = Remittance.objects.get()

    told = text_of(above.post(f"/township/remittances/{first.pk}/reject/", {"why": "回单金额不符"}, follow=True))
    seen = client.get("/drawer/")
    again = client.get(f"/drawer/?again={first.pk}").content.decode()
    values = dict(re.findall(r'name="(\w+)" value="([^"]*)"', again))
    client.post(
        "/drawer/", certificate(replaces=values["replaces"], certificate=values["certificate"], slip="回单0002")
    )

    assert "示例一村委会的汇缴已退回，现金又记在该单位手上，等它重做。" in told
    assert "已退回重做 回单金额不符 重做" in text_of(seen)
    assert "重做被退回的缴款书 皖缴0001：回单金额不符" in again
    assert "皖缴0001 第 2 版 回单0002" in text_of(client.get("/drawer/"))


def test_a_rejection_without_a_reason_is_asked_for_one(sign_in: object, outside: object) -> None:
    outside.pays_cash("赵家")
    sign_in("clerk").post("/drawer/", certificate())
    with within(everybody()):
        first = Remittance.objects.get()

    answer = sign_in("finance").post(f"/township/remittances/{first.pk}/reject/", {"why": " "})

    assert (answer.status_code, refusal_of(answer)) == (409, "没有写明为什么退回。")


def test_a_unit_without_a_registration_is_told_what_to_bring(sign_in: object, outside: object) -> None:
    rule = "{remit_within: 30天, first_time_papers: [公章, 身份证原件], clause: 五（一）}"
    outside.look(lambda county: with_cash_rule(county.campaign, rule))
    outside.pays_cash("赵家")
    client = sign_in("clerk")

    before = text_of(client.get("/drawer/"))
    refused = client.post("/drawer/", certificate(tax_number="税临0001", papers=["公章"]))
    done = client.post("/drawer/", certificate(tax_number="税临0001", papers=["公章", "身份证原件"]), follow=True)

    assert "还没有税务组织临时登记，首次汇缴要带：公章、身份证原件" in before
    assert (refused.status_code, "首次汇缴要带" in refusal_of(refused)) == (409, True)
    assert "等待确认" in text_of(done)
    assert "临时登记 税临0001" in text_of(sign_in("tax").get("/township/remittances/"))
