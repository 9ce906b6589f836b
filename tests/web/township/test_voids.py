"""A spoiled receipt: its clerk asks on the receipt's page, and somebody else answers on theirs."""

import re
from uuid import uuid4

import pytest
from django.test import Client

from canbao.access.models import Staff
from canbao.access.scope import within
from canbao.collection.models import Receipt
from tests.county import everybody
from tests.web.pages import refusal_of, text_of


def asks(client: Client, receipt: Receipt, reason: str = "打印错位", voiding: str = "") -> object:
    address = f"/receipts/{receipt.pk}/spoil/"
    return client.post(address, {"voiding_id": voiding or str(uuid4()), "reason": reason}, follow=True)


def waiting(client: Client) -> str:
    """The address of the only asking that waits."""
    found = re.findall(r'action="(/township/voids/[^"]+)"', client.get("/township/voids/").content.decode())
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("second", ["town", "county"])
def test_a_clerk_asks_and_another_person_agrees(sign_in: object, outside: object, second: str) -> None:
    receipt, clerk, other = outside.pays_cash("赵家"), sign_in("clerk"), sign_in(second)

    asked = text_of(asks(clerk, receipt))
    before = text_of(other.get("/township/voids/"))
    after = text_of(other.post(waiting(other), {"answer": "agree"}, follow=True))
    seen = text_of(clerk.get(f"/receipts/{receipt.pk}/"))

    assert "作废待核 ：打印错位" in asked
    assert ("№ 00000001 作废待核" in asked, "打印票据" in asked, "申请作废" in asked) == (True, False, False)
    assert "№ 0001-00000001 示例一村委会 1,280.00 打印错位 村经办员 2021年11月15日" in before
    assert "✓ № 0001-00000001 已作废，№ 0001-00000002 替换它。" in after
    assert "没有等待核准的作废申请。" in after
    assert "作废：打印错位 · № 0001-00000002" in seen


def test_not_agreed_the_receipt_stands_and_the_page_says_so(sign_in: object, outside: object) -> None:
    receipt, clerk, town = outside.pays_cash("赵家"), sign_in("clerk"), sign_in("town")
    asks(clerk, receipt)

    after = text_of(town.post(waiting(town), {"answer": "decline"}, follow=True))
    seen = text_of(clerk.get(f"/receipts/{receipt.pk}/"))

    assert "没有同意作废，№ 0001-00000001 照常有效。" in after
    assert ("申请过作废，没有同意：打印错位" in seen, "打印票据" in seen, "作废待核" in seen) == (True, True, False)


def test_an_answer_without_a_word_is_none(sign_in: object, outside: object) -> None:
    receipt, town = outside.pays_cash("赵家"), sign_in("town")
    asks(sign_in("clerk"), receipt)

    town.post(waiting(town), {})

    assert waiting(town)


def test_the_same_form_sent_twice_asks_once(sign_in: object, outside: object) -> None:
    receipt, clerk, number = outside.pays_cash("赵家"), sign_in("clerk"), str(uuid4())

    answers = [asks(clerk, receipt, voiding=number) for _ in range(2)]
    other = asks(clerk, receipt)

    assert [refusal_of(one) for one in (*answers, other)] == ["", "", "票据0001-00000001作废待核。"]


@pytest.mark.parametrize("reason", ["", "错" * 101])
def test_a_reason_is_asked_for(sign_in: object, outside: object, reason: str) -> None:
    receipt, clerk = outside.pays_cash("赵家"), sign_in("clerk")

    answer = asks(clerk, receipt, reason)

    assert (answer.status_code, "作废待核" in text_of(answer)) == (422, False)


def test_another_towns_spoiled_receipt_is_not_there(sign_in: object, outside: object) -> None:
    asks(sign_in("clerk"), outside.pays_cash("赵家"))
    town = sign_in("town")
    address = waiting(town)
    with within(everybody()):
        Staff.objects.filter(username="town").update(division="340621101000")

    assert "0001-00000001" not in text_of(town.get("/township/voids/"))
    assert town.post(address, {"answer": "agree"}).status_code == 404


@pytest.mark.parametrize("username", ["clerk", "finance", "tax"])
def test_who_may_not_agree_has_no_such_page(sign_in: object, outside: object, username: str) -> None:
    asks(sign_in("clerk"), outside.pays_cash("赵家"))
    address = waiting(sign_in("town"))

    assert sign_in(username).get("/township/voids/").status_code == 403
    assert sign_in(username).post(address, {"answer": "agree"}).status_code == 403


def test_one_and_three_cost_as_many_queries(sign_in: object, outside: object, django_assert_num_queries: object) -> None:  # fmt: skip
    clerk, town = sign_in("clerk"), sign_in("town")
    for households in (["赵家"], ["钱家", "周家"]):
        for household in households:
            asks(clerk, outside.pays_cash(household))
        with django_assert_num_queries(6):
            town.get("/township/voids/")


def test_anybody_who_verifies_it_is_told_that_it_waits(sign_in: object, outside: object, client: Client) -> None:
    receipt = outside.pays_cash("赵家")
    asks(sign_in("clerk"), receipt)

    seen = text_of(client.get("/verify/", {"series": "1", "number": "1", "code": receipt.check_code}))

    assert "✓ 这张票据是真的，正在申请作废" in seen
