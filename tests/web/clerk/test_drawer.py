"""Cash is handed in with a certificate; the drawer is compared with it."""

import re
from uuid import uuid4

import pytest

from canbao.access.scope import within
from canbao.collection.models import Remittance
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
    assert "皖缴0001 2021年11月15日 2021年11月15日 – 2021年11月15日 4 1,280.00 等待确认" in text_of(answer)


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
