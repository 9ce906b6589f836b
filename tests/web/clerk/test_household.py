"""A household at the counter: found, explained, paid; another village's is not there."""

import re
from uuid import uuid4

import pytest

from canbao.access.models import Record
from canbao.access.scope import within
from canbao.collection.models import Order, Payment, Receipt
from tests.county import everybody
from tests.web.afterwards import given_back, on_the_list_of_the_last_day
from tests.web.conftest import number_of, wrong_number
from tests.web.pages import order_id_of, refusal_of, text_of


def found_by(client: object, text: str) -> object:
    return client.post("/households/", {"text": text})


def take(client: object, household: int, amount: str, bills: list[int], order_id: object = None) -> object:
    order_id = order_id or order_id_of(client.get(f"/households/{household}/"))
    return client.post(f"/households/{household}/cash/", {"order_id": str(order_id), "bill": bills, "amount": amount})


@pytest.mark.parametrize("text", ["钱奶奶", "钱", "钱家", " 钱 奶奶 ", "奶奶", "qnn", "QN"])
def test_a_name_a_part_of_it_its_initials_or_the_code_finds_the_household(
    sign_in: object, outside: object, text: str
) -> None:
    assert found_by(sign_in("clerk"), text)["Location"] == f"/households/{outside.household('钱家')}/"


def test_a_whole_number_finds_the_household_and_is_in_no_address(sign_in: object, outside: object) -> None:
    answer = found_by(sign_in("clerk"), number_of("钱儿").lower())

    assert answer["Location"] == f"/households/{outside.household('钱家')}/"


def test_a_page_of_many_says_that_there_may_be_more(sign_in: object, monkeypatch: object) -> None:
    client = sign_in("clerk")
    few = text_of(found_by(client, "z"))
    monkeypatch.setattr("canbao.web.clerk.household.FOUND_AT_MOST", 2)

    assert ("只列出最先找到的" in few, "只列出最先找到的 2 户" in text_of(found_by(client, "z"))) == (False, True)


def test_a_mistyped_number_says_what_is_wrong(sign_in: object) -> None:
    number = number_of("赵大")

    answer = found_by(sign_in("clerk"), number[:-1] + ("1" if number[-1] == "0" else "0"))

    assert (answer.status_code, "校验" in refusal_of(answer)) == (422, True)


@pytest.mark.parametrize("text", [number_of("郑邻"), "郑邻", "郑家", wrong_number()])
def test_people_of_another_village_are_found_as_little_as_nobody(sign_in: object, text: str) -> None:
    assert "没有找到。" in text_of(found_by(sign_in("clerk"), text))


def test_the_page_tells_a_clerk_what_to_say(sign_in: object, outside: object) -> None:
    seen = text_of(sign_in("clerk").get(f"/households/{outside.household('钱家')}/"))

    assert "钱奶奶 户主 ****0242 待缴 40.00 个人缴费标准320元，低保对象由同级财政资助280元。" in seen
    assert "应收现金 360.00 元" in seen


def test_a_clerk_reads_of_somebody_and_not_of_themselves(sign_in: object, outside: object) -> None:
    seen = text_of(sign_in("clerk").get(f"/households/{outside.household('吴家')}/"))

    assert ("缴费当日仍在参加职工医保" in seen, "您在" in seen) == (True, False)


def test_another_villages_household_is_not_there(sign_in: object, outside: object) -> None:
    client, theirs = sign_in("clerk"), outside.household("郑家")

    assert client.get(f"/households/{theirs}/").status_code == 404
    assert take(client, theirs, "320", outside.bills("郑家"), uuid4()).status_code == 404
    assert sign_in("neighbour").get(f"/households/{theirs}/").status_code == 200


def test_opening_a_household_is_on_record(sign_in: object, outside: object) -> None:
    household = outside.household("钱家")

    sign_in("clerk").get(f"/households/{household}/")

    with within(everybody()):
        last = Record.objects.latest("position")
    assert (last.verb, last.subject, last.actor) == ("household.read", f"household:{household}", "staff:clerk")


def test_cash_becomes_a_receipt(sign_in: object, outside: object) -> None:
    client, household = sign_in("clerk"), outside.household("赵家")

    answer = take(client, household, "1280", outside.bills("赵家"))
    seen = text_of(client.get(answer["Location"]))

    assert ("№ 00000001" in seen, "¥1,280.00" in seen, "经手人 村经办员" in seen) == (True, True, True)


def test_the_household_says_who_paid_how_much_when_and_on_which_receipt(sign_in: object, outside: object) -> None:
    client, household = sign_in("clerk"), outside.household("钱家")
    receipt = outside.pays_cash("钱家")

    page = client.get(f"/households/{household}/")

    assert "2021年11月15日 缴了40元 票据 № 0001-00000001 享受待遇" in text_of(page)
    assert page.content.decode().count(f'href="/receipts/{receipt.pk}/"') == 3


def test_what_was_given_back_stands_beside_what_was_paid(sign_in: object, outside: object) -> None:
    """Paid 320, on a list since: without it the row said 已缴 40.00 and 缴了320元 at once."""
    client, address = sign_in("clerk"), f"/households/{outside.household('钱家')}/"
    outside.pays_cash("钱家")

    refund = outside.look(on_the_list_of_the_last_day)
    owed = text_of(client.get(address))
    outside.look(lambda county: given_back(refund, county))
    given = text_of(client.get(address))

    assert re.search(r"已缴 40\.00 .{0,80}2021年11月15日 缴了320元，待退280元 票据", owed)
    assert re.search(r"已缴 40\.00 .{0,80}2021年11月15日 缴了320元，已退280元 票据", given)
    assert ("缴了40元 票据" in owed, "缴了40元 票据" in given) == (True, True)  # nothing goes back to the grandmother


def test_a_doubled_click_is_harmless(sign_in: object, outside: object) -> None:
    client, household, bills, order_id = sign_in("clerk"), outside.household("赵家"), outside.bills("赵家"), uuid4()

    first = take(client, household, "1280", bills, order_id)
    second = take(client, household, "1280", bills, order_id)

    assert first["Location"] == second["Location"]
    with within(everybody()):
        assert (Receipt.objects.count(), Payment.objects.count()) == (1, 1)


def test_a_yuan_short_is_said_with_what_helps_and_nothing_is_lost(sign_in: object, outside: object) -> None:
    client, household, bills = sign_in("clerk"), outside.household("赵家"), outside.bills("赵家")
    order_id = uuid4()

    answer = take(client, household, "1279", bills[:3], order_id)
    html = answer.content.decode()

    assert (answer.status_code, refusal_of(answer)) == (409, "金额不符：应收960.00元，实收1279.00元。")
    assert "请按应收金额收取；找零或补足后再登记。" in text_of(answer)
    assert ('value="1279"' in html, order_id_of(answer), html.count("checked")) == (True, str(order_id), 3)
    with within(everybody()):
        assert (Order.objects.count(), Payment.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("amount", "says"),
    [
        *(
            (amount, "请填写金额，例如 320 或 320.00")
            for amount in ("", " ", "一千", "12.345", "1e3", "1.28E3", "1_280")
        ),
        *((amount, "金额要大于零") for amount in ("0", "-320")),
    ],
)
def test_what_is_no_amount_is_asked_again(sign_in: object, outside: object, amount: str, says: str) -> None:
    answer = take(sign_in("clerk"), outside.household("赵家"), amount, outside.bills("赵家"))

    assert (answer.status_code, f'<p class="error">{says}</p>' in answer.content.decode()) == (422, True)


@pytest.mark.parametrize("amount", ["１２８０", "1,280.00 元"])
def test_an_amount_may_be_written_as_a_chinese_keyboard_does(sign_in: object, outside: object, amount: str) -> None:
    assert take(sign_in("clerk"), outside.household("赵家"), amount, outside.bills("赵家")).status_code == 302


@pytest.mark.parametrize("changed", ["钱儿", "x", "9" * 30])
def test_a_bill_that_is_not_of_this_household_is_said_to_be_so_and_no_cash_is_taken(sign_in: object, outside: object, changed: str) -> None:  # fmt: skip
    client, household = sign_in("clerk"), outside.household("赵家")
    sent = outside.bills("钱家")[0] if changed == "钱儿" else changed

    answer = take(client, household, "640", [outside.bills("赵家")[0], sent])

    assert (answer.status_code, refusal_of(answer)) == (409, "送来的账单不是这一户本期的，没有收款。")
    with within(everybody()):
        assert (Order.objects.count(), Payment.objects.count()) == (0, 0)


def test_a_clerk_who_chooses_nobody_is_told_so(sign_in: object, outside: object) -> None:
    assert refusal_of(take(sign_in("clerk"), outside.household("赵家"), "320", [])) == "请至少选一个人。"


def test_the_same_order_with_other_people_gets_a_new_number_to_try_again(sign_in: object, outside: object) -> None:
    client, household, bills, order_id = sign_in("clerk"), outside.household("赵家"), outside.bills("赵家"), uuid4()
    take(client, household, "320", bills[:1], order_id)

    answer = take(client, household, "640", bills[1:3], order_id)

    assert (answer.status_code, refusal_of(answer)) == (409, "这个订单号已用于另一笔缴费。")
    assert order_id_of(answer) != str(order_id)


def test_without_receipts_the_clerk_is_told_where_to_get_some(sign_in: object, outside: object) -> None:
    answer = take(sign_in("far"), outside.household("王家"), "320", outside.bills("王家"))

    assert (answer.status_code, refusal_of(answer)) == (409, "示例三村委会的票据已用完。")


def test_the_county_may_look_and_takes_no_cash(sign_in: object, outside: object) -> None:
    client, household = sign_in("county"), outside.household("赵家")

    page = client.get(f"/households/{household}/")

    assert ("赵大" in text_of(page), "收款并开票" in text_of(page)) == (True, False)
    assert take(client, household, "1280", outside.bills("赵家"), uuid4()).status_code == 403


def test_no_number_is_on_any_of_a_clerks_pages(sign_in: object, outside: object) -> None:
    client = sign_in("clerk")
    receipt = outside.pays_cash("赵家")

    pages = ["/village/", "/drawer/", f"/households/{outside.household('赵家')}/", f"/receipts/{receipt.pk}/"]

    assert [re.findall(r"\d{17}[\dX]", client.get(page).content.decode()) for page in pages] == [[], [], [], []]


@pytest.mark.parametrize("household", ["孙家", "赵家"])
def test_one_person_and_four_cost_as_many_queries(sign_in: object, outside: object, household: str, django_assert_num_queries: object) -> None:  # fmt: skip
    client, address = sign_in("clerk"), f"/households/{outside.household(household)}/"
    client.get(address)

    with django_assert_num_queries(20):
        client.get(address)
