"""The family's page: what each owes and why, in one sentence, with the clause behind it."""

import re
from uuid import uuid4

import pytest

from tests.county import IN_THE_WINDOW, signed_in
from tests.desks import void
from tests.web.afterwards import given_back, on_the_list_of_the_last_day
from tests.web.conftest import number_of
from tests.web.pages import text_of

GRANDMOTHER = "个人缴费标准320元，低保对象由同级财政资助280元。"


def test_a_grandmother_sees_forty_yuan_and_why(enter: object) -> None:
    seen = text_of(enter("钱奶奶").get("/my/"))

    assert "钱奶奶 待缴 40元 " + GRANDMOTHER in seen
    assert "低保对象 四（二）" in seen
    assert "今天缴费，从 2022年1月1日 起享受待遇" in seen
    assert "全家待缴 360元" in seen


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("赵大", "依据 个人缴费标准320元 三 财政另外补助580元 三 以上条款见"),
        ("钱奶奶", "依据 个人缴费标准320元 三 财政另外补助580元 三 低保对象 四（二） 以上条款见"),
        ("李军", "依据 个人缴费标准320元 三 财政另外补助580元 三 重点优抚对象的资助金额"),
    ],
    ids=["ordinary", "subsidised", "unknown"],
)
def test_every_amount_is_followed_to_its_clause(enter: object, name: str, found: str) -> None:
    assert found in text_of(enter(name).get("/my/"))


def test_what_nobody_knows_is_not_a_number(enter: object) -> None:
    seen = text_of(enter("李妻").get("/my/"))

    assert "李军 金额待定 重点优抚对象的资助金额" in seen
    assert "请向县医保局询问。" in seen
    assert "全家待缴 320元" in seen


def test_who_cannot_enrol_here_is_told_what_helps(enter: object) -> None:
    seen = text_of(enter("吴职").get("/my/"))

    assert "吴职 不在此参保 缴费当日仍在参加职工医保" in seen
    assert "怎么办 停保后凭停保证明办理。" in seen


def test_a_no_is_said_once_with_its_clause(enter: object) -> None:
    seen = text_of(enter("吴职").get("/my/"))

    assert (seen.count("职工医保"), seen.count("同时参")) == (1, 1)
    assert "不能参保或缴费的规定 二 以上条款见" in seen


def test_who_pays_nothing_has_nothing_to_do(enter: object) -> None:
    seen = text_of(enter("孙独").get("/my/"))

    assert "孙独 无需缴费" in seen
    assert "由经办机构办理参保，您不用做什么。" in seen
    assert "去缴费" not in seen


def test_after_the_window_the_returning_worker_still_may(enter: object, settings: object) -> None:
    settings.CANBAO_TODAY = settings.CANBAO_TODAY.replace(year=2022, month=2, day=10)

    assert "今天缴费，从 2022年2月11日 起享受待遇" in text_of(enter("周归").get("/my/"))
    assert "赵大 现在不能缴 320元 集中缴费已于2021-12-31结束" in text_of(enter("赵大").get("/my/"))


def test_who_has_paid_sees_from_when_they_are_covered_and_the_receipt(outside: object, enter: object) -> None:
    receipt = outside.pays_cash("赵家")

    page = enter("赵双一").get("/my/")

    assert text_of(page).count("享受待遇： 2022年1月1日 至 2022年12月31日") == 4
    assert f"/my/receipts/{receipt.pk}/" in page.content.decode()


def test_who_has_paid_sees_how_much_when_and_on_which_receipt(outside: object, enter: object) -> None:
    receipt = outside.pays_cash("钱家")

    page = enter("钱奶奶").get("/my/")
    seen = text_of(page)

    assert "钱奶奶 已参保 2021年11月15日 缴了40元 票据 № 0001-00000001 享受待遇" in seen
    assert "钱儿 已参保 2021年11月15日 缴了320元 票据 № 0001-00000001 享受待遇" in seen
    assert page.content.decode().count(f'href="/my/receipts/{receipt.pk}/"') == 3  # and in the list of receipts


def test_what_was_given_back_stands_beside_what_was_paid(outside: object, enter: object) -> None:
    outside.pays_cash("钱家")
    client = enter("钱儿")

    refund = outside.look(on_the_list_of_the_last_day)
    owed = text_of(client.get("/my/"))
    outside.look(lambda county: given_back(refund, county))
    given = text_of(client.get("/my/"))

    assert "钱儿 已参保 2021年11月15日 缴了320元，待退280元 票据 № 0001-00000001 享受待遇" in owed
    assert "钱儿 已参保 2021年11月15日 缴了320元，已退280元 票据 № 0001-00000001 享受待遇" in given
    assert "钱奶奶 已参保 2021年11月15日 缴了40元 票据" in given


def test_of_a_spoiled_receipt_the_card_names_the_one_in_its_place(outside: object, enter: object) -> None:
    receipt = outside.pays_cash("钱家")
    with signed_in("clerk"):
        void(receipt, reason="票面破损", by=outside.county.staff("clerk"), at=IN_THE_WINDOW.replace(year=2024))

    seen = text_of(enter("钱奶奶").get("/my/"))

    assert "钱奶奶 已参保 2021年11月15日 缴了40元 票据 № 0001-00000002 享受待遇" in seen


def test_on_a_receipt_who_has_no_subsidy_is_an_ordinary_resident(outside: object, enter: object) -> None:
    receipt = outside.pays_cash("钱家")

    seen = text_of(enter("钱奶奶").get(f"/my/receipts/{receipt.pk}/"))

    assert re.search(r"钱奶奶 \S+ \S+ 低保对象 280\.00 40\.00", seen)
    assert re.search(r"钱儿 \S+ \S+ 普通居民 0\.00 320\.00", seen)


def test_the_page_never_shows_a_number(enter: object) -> None:
    html = enter("钱奶奶").get("/my/").content.decode()

    assert number_of("钱奶奶") not in html
    assert re.search(r"\d{17}[\dX]", html) is None


def test_the_page_is_not_kept_on_the_phone(enter: object) -> None:
    assert "no-store" in enter("钱奶奶").get("/my/")["Cache-Control"]


def test_the_receipt_shows_everyone_and_how_to_verify_it(outside: object, enter: object) -> None:
    receipt = outside.pays_cash("赵家")

    seen = text_of(enter("赵大").get(f"/my/receipts/{receipt.pk}/"))

    assert all(name in seen for name in ("赵大", "赵妻", "赵双一", "赵双二"))
    assert ("¥1,280.00" in seen, receipt.check_code in seen, "№ 00000001" in seen) == (True, True, True)


def test_another_familys_receipt_is_not_there(outside: object, enter: object) -> None:
    receipt = outside.pays_cash("赵家")

    assert enter("钱奶奶").get(f"/my/receipts/{receipt.pk}/").status_code == 404


@pytest.mark.parametrize("name", ["孙独", "赵大"])
def test_a_family_of_one_and_of_four_cost_as_many_queries(enter: object, outside: object, name: str, django_assert_num_queries: object) -> None:  # fmt: skip
    client = enter(name)

    with django_assert_num_queries(16):
        client.get("/my/")


def test_whoever_pays_the_whole_price_is_told_why_and_whom_to_ask_in_the_words_of_the_notice(enter: object) -> None:
    mixed, ordinary, helped = (text_of(enter(name).get("/my/")) for name in ("钱奶奶", "赵大", "孙独"))

    assert "各部门报来的名册上没有钱儿，所以按个人缴费标准缴。认为应当享受资助的，请在缴费前问清楚：" in mixed
    assert "特困人员、低保对象、监测人口 问 民政部门" in mixed
    assert "重点优抚对象 问 退役军人事务部门 不知道找谁的，问村（居）委会。" in mixed
    assert "名册上没有赵大、赵妻、赵双一、赵双二，所以" in ordinary
    assert "名册上没有" not in helped


def test_a_receipt_without_the_householder_says_what_the_name_is_for(enter: object, sign_in: object, outside: object) -> None:  # fmt: skip
    mother, child = outside.bills("钱家")
    sent = {"order_id": str(uuid4()), "bill": [child], "amount": "320"}
    childs = sign_in("clerk").post(f"/households/{outside.household('钱家')}/cash/", sent)["Location"]
    with_head = outside.pays_cash("赵家")

    alone, whole = (
        text_of(page)
        for page in (enter("钱奶奶").get(f"/my{childs}"), enter("赵大").get(f"/my/receipts/{with_head.pk}/"))
    )

    says = "户主 钱奶奶 只用来标明是哪一户；这张票据上没有户主本人的缴费。"
    assert (says in alone, "只用来标明是哪一户" in whole, mother != child) == (True, False, True)


def test_a_narrow_receipt_says_what_was_given(enter: object, outside: object) -> None:
    page = enter("钱奶奶").get(f"/my/receipts/{outside.pays_cash('钱家').pk}/").content.decode()

    assert '<small class="narrow-only">资助 <span class="nowrap">280.00</span></small>' in page
    assert page.count('narrow-only">资助') == 1  # the child was given nothing
