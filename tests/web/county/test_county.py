"""The county's wall: progress, four ways, refunds, money in suspense."""

import re
from datetime import date
from uuid import UUID, uuid4

import pytest
from django.db import connections
from django.test import Client
from django.utils.translation import override

from canbao.access.clock import now
from canbao.access.models import Staff
from canbao.access.scope import within
from canbao.collection.domain.confirmation import Told, confirm
from canbao.collection.domain.orders import make_order
from canbao.collection.gateway import Arrival
from canbao.collection.models import Channel, Refund, RefundState
from canbao.divisions.models import Division
from canbao.reports.four_ways import RECEIPT_GONE, Difference
from canbao.web.county.four_ways import says
from tests.collection.domain.test_differences import GRAN, is_off_the_list, moves_away
from tests.collection.domain.test_readjustment import adjust
from tests.collection.paying import pay
from tests.collection.racing import as_application
from tests.county import IN_THE_WINDOW, OTHER_VILLAGE, VILLAGE, County, everybody, hold
from tests.desks import enrol_fully_subsidised
from tests.web.conftest import Outside
from tests.web.pages import refusal_of, text_of


def pays_by_phone(outside: object, household: str, *, bills: list[int], fen: int | None = None) -> None:
    with within(everybody()):
        home = outside.county.household(household)
        order = make_order(
            order_id=uuid4(), campaign=outside.county.campaign, household=home, bills=bills, channel=Channel.WECHAT,
            made_by="resident:1", at=now(),
        )  # fmt: skip
        told = Arrival(
            reference=order.pk.hex, order=order.pk, amount_fen=order.total_fen if fen is None else fen, paid_at=now()
        )
        outside.arrivals = [*getattr(outside, "arrivals", []), told]


def everything_arrives(outside: object) -> None:
    with within(everybody()):
        confirm([Told("wechat", arrival) for arrival in outside.arrivals], actor="gateway:wechat", at=IN_THE_WINDOW)


def paid_twice(outside: object, household: str) -> UUID:
    """Two phones of one family pay the same bills; the second payment is owed back."""
    bills = outside.bills(household)
    for _ in range(2):
        pays_by_phone(outside, household, bills=bills)
    everything_arrives(outside)
    outside.arrivals = []
    return outside.look(lambda county: Refund.objects.filter(resident__household__code=household).first().pk)


def test_progress_names_targets_rates_and_who_lags(sign_in: object, outside: object) -> None:
    outside.pays_cash("赵家")

    seen = text_of(sign_in("county").get("/county/"))

    assert "濉溪镇 0.0% 1 4 1 93,954 93,949 4" in seen
    assert "资助对象未参保 2 人" in seen


@pytest.mark.parametrize(("username", "address"), [("county", "/county/towns/340621100000/"), ("town", "/township/")])
def test_a_town_is_shown_by_village_with_its_own_target(sign_in: object, outside: object, username: str, address: str) -> None:  # fmt: skip
    outside.pays_cash("赵家")

    seen = text_of(sign_in(username).get(address))

    assert "任务 93,954 人，还差 93,949 人" in seen
    assert "示例一村 45.5% 1 4 1 在册 11 — 4" in seen
    assert re.search(r"合计 0\.0% 4 1 93,954 93,949 4", seen)
    assert ("任务未下达" in seen, "任务下达到乡镇；各村（社区）没有任务数，按在册人数计算。" in seen) == (False, True)


def test_the_figures_say_what_they_count(sign_in: object, outside: object) -> None:
    outside.pays_cash("赵家")
    outside.look(lambda county: enrol_fully_subsidised(county.campaign, on=county.campaign.window_from, actor="test"))
    client = sign_in("county")

    seen, ways = text_of(client.get("/county/")), text_of(client.get("/county/four-ways/"))

    assert "已参保 5 人 缴费 4 人 + 全额资助 1 人" in seen
    assert "应缴 11 人 = 已缴 4 人 + 没缴 7 人 没缴的 7 人 · 其中 1 人金额待定" in seen
    assert "所以不在以上四项里。已参保共 5 人 = 4 + 1。" in ways


@pytest.mark.parametrize("division", ["340621101000", "340600000000", "999", "110105000000"])
def test_another_towns_page_is_not_there(sign_in: object, division: str) -> None:
    assert sign_in("town").get(f"/county/towns/{division}/").status_code == 404


def test_a_township_that_asks_for_the_county_goes_to_its_own_desk(sign_in: object) -> None:
    assert sign_in("town").get("/county/")["Location"] == "/desk/"


def test_four_ways_agree_after_cash_was_taken(sign_in: object, outside: object) -> None:
    outside.pays_cash("赵家")

    client = sign_in("county")
    seen = text_of(client.get("/county/four-ways/"))

    client.cookies["django_language"] = "en"
    english = text_of(client.get("/county/four-ways/"))
    assert "✓ 四个一致" in seen
    assert ("Four-way check 濉溪县" in english, "✓ The four ways agree" in english) == (True, True)
    assert seen.count("4 1,280.00") == 4


def test_the_four_ways_step_down_to_what_stands_and_lies_there(sign_in: object, outside: object) -> None:
    outside.look(lambda _: Division.objects.filter(pk=VILLAGE).update(until=date(2021, 11, 1), successor=OTHER_VILLAGE))

    page = sign_in("county").get("/county/four-ways/?place=340621100000")

    assert [one.code for one in page.context["below"]] == [OTHER_VILLAGE]  # 示例三村 lies in another town
    assert sign_in("county").get(f"/county/four-ways/?place={VILLAGE}").status_code == 200  # by whoever asks for it


def test_a_place_whose_money_differs_from_its_progress_says_why(sign_in: object, outside: object) -> None:
    def paid_a_difference_elsewhere(county: County) -> None:
        pay(county, "钱家")
        moves_away(county)
        is_off_the_list(county)
        pay(county, "郑家", GRAN)

    outside.look(paid_a_difference_elsewhere)
    client = sign_in("county")

    left, came, whole = (
        text_of(client.get(f"/county/four-ways/?place={one}")) for one in (VILLAGE, OTHER_VILLAGE, "340621000000")
    )

    assert "比“进度”里的个人缴费少280元" in left
    assert "比“进度”里的个人缴费多280元" in came
    assert "比“进度”" not in whole


@pytest.mark.usefixtures("real_county")
def test_a_planted_difference_is_named() -> None:
    outside, client = Outside(), Client()
    receipt = outside.pays_cash("赵家")
    with connections["owner"].cursor() as cursor:  # only the owner's role can, and only by taking the guard off
        cursor.execute("ALTER TABLE collection_receiptline DISABLE TRIGGER kept_but")
        cursor.execute(
            "DELETE FROM collection_receiptline WHERE receipt_id = %s AND resident_id = (SELECT id FROM register_resident WHERE name = '赵妻')",
            [receipt.pk],
        )
    client.force_login(Staff.objects.get(username="tax"), backend="django.contrib.auth.backends.ModelBackend")

    seen = text_of(client.get("/county/four-ways/?place=340621100000"))

    assert "✗ 有 1 处不一致" in seen
    assert "资金320.00元、参保320.00元、名册320.00元、票据0.00元" in seen


def test_a_refund_is_reviewed_by_insurance_and_then_by_tax(sign_in: object, outside: object) -> None:
    refund = paid_twice(outside, "周家")
    county, tax = sign_in("county"), sign_in("tax")

    too_early = tax.post(f"/county/refunds/{refund}/")
    first = text_of(county.post(f"/county/refunds/{refund}/", follow=True))
    second = text_of(tax.post(f"/county/refunds/{refund}/", follow=True))

    assert (too_early.status_code, refusal_of(too_early)) == (409, "这笔退款还没有经过两级审核。")
    assert "周归 示例一村委会 重复缴费 微信支付 320.00 2021年11月15日 已等 0 天 等税务复审 初审 县医保局" in first
    assert "✓ 初审已通过，等税务部门复审。" in first
    assert "✓ 复审已通过，今晚自动退回原来的缴费渠道。" in second
    assert "已审核 今晚自动退回 初审 县医保局 复审 县税务局" in second


def test_cash_is_given_back_by_hand_and_then_noted(sign_in: object, outside: object) -> None:
    outside.pays_cash("钱家")
    with within(everybody()):  # 低保 since before she paid, says a later list: she gets back what she paid too much
        hold({"钱儿": "低保对象"}, on=date(2021, 11, 15))
        adjust(outside.county)
        refund = Refund.objects.get(resident__name="钱儿").pk
    county, tax = sign_in("county"), sign_in("tax")
    county.post(f"/county/refunds/{refund}/")

    too_early = tax.post(f"/county/refunds/{refund}/paid/")
    approved = tax.post(f"/county/refunds/{refund}/", follow=True)
    paid = text_of(tax.post(f"/county/refunds/{refund}/paid/", follow=True))

    assert too_early.status_code == 409
    assert "等当面退还或转账，退后在这里登记" in text_of(approved)
    assert county.post(f"/county/refunds/{refund}/paid/").status_code == 403
    assert ("✓ 已登记：钱已退还给缴费人。" in paid, "没有待退的款项。" in paid) == (True, True)


def test_what_goes_back_by_its_channel_is_not_noted_by_hand(sign_in: object, outside: object) -> None:
    refund, tax = paid_twice(outside, "周家"), sign_in("tax")
    sign_in("county").post(f"/county/refunds/{refund}/")
    page = tax.post(f"/county/refunds/{refund}/", follow=True)

    assert "已退还给缴费人" not in text_of(page)
    assert tax.post(f"/county/refunds/{refund}/paid/").status_code == 409


def test_what_was_paid_back_stays_on_a_list(sign_in: object, outside: object) -> None:
    refund, county, tax = paid_twice(outside, "周家"), sign_in("county"), sign_in("tax")
    for client in (county, tax):
        client.post(f"/county/refunds/{refund}/")
    with within(everybody()):
        Refund.objects.filter(pk=refund).update(state=RefundState.SENT)
    as_application(everybody(), "SELECT collection_refund_paid(%s, '2021-11-20')", [refund])  # the gateway has said so

    seen = text_of(county.get("/county/refunds/"))

    assert "没有待退的款项。" in seen
    assert "周归 示例一村委会 重复缴费 微信支付 320.00 2021年11月20日 县医保局 县税务局" in seen


def test_a_difference_is_said_in_the_readers_language(sign_in: object, outside: object) -> None:
    one = Difference(RECEIPT_GONE, {"number": "0001-00000007", "unit": "示例一村委会"})

    with override("en"):
        assert says(one) == "Receipt 0001-00000007 (示例一村委会): the number is used and the receipt is gone"
    with override("zh-hans"):
        assert says(one) == RECEIPT_GONE.format(**one.words)


def test_money_that_nobody_can_place_is_on_a_list(sign_in: object, outside: object) -> None:
    pays_by_phone(outside, "周家", bills=outside.bills("周家"), fen=100)
    everything_arrives(outside)

    seen = text_of(sign_in("county").get("/county/suspense/"))

    assert "金额不符 示例一村委会 1.00" in seen


def test_one_refund_and_five_cost_as_many_queries(sign_in: object, outside: object, django_assert_num_queries: object) -> None:  # fmt: skip
    client = sign_in("county")
    for household in ("周家", "赵家"):
        refund = paid_twice(outside, household)
        client.post(f"/county/refunds/{refund}/")
        with django_assert_num_queries(11):
            client.get("/county/refunds/")


def test_refunds_are_narrowed_by_reason_state_and_age(sign_in: object, outside: object, settings: object) -> None:
    paid_twice(outside, "周家")
    client = sign_in("county")

    def seen(**asked: str) -> str:
        return text_of(client.get("/county/refunds/", asked))

    assert "周归" in seen(reason="duplicate", state="due")
    assert ("周归" in seen(reason="readjusted"), "周归" in seen(state="sent"), "周归" in seen(overdue="on")) == (
        False,
    ) * 3
    settings.CANBAO_TODAY = date(2021, 12, 13)  # the twenty-eighth day
    assert "周归" not in seen(overdue="on")
    settings.CANBAO_TODAY = date(2021, 12, 14)
    assert "已等 29 天 超期" in seen(overdue="on", reason="duplicate")
    assert "周归" in seen(reason="what is no reason")  # narrows nothing


def test_many_refunds_are_turned_over_within_what_was_asked_for(
    sign_in: object, outside: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("canbao.web.county.refunds.A_PAGE", 3)
    paid_twice(outside, "赵家")
    client = sign_in("county")

    first = client.get("/county/refunds/?reason=duplicate")
    second = client.get("/county/refunds/?reason=duplicate&waiting=2")
    shown = [
        {name for name in ("赵大", "赵妻", "赵双一", "赵双二") if name in text_of(page)} for page in (first, second)
    ]

    assert 'href="?reason=duplicate&amp;waiting=2"' in first.content.decode()
    assert ([len(names) for names in shown], len(shown[0] | shown[1])) == ([3, 1], 4)
    assert "1,280.00" in text_of(second)  # the sum of all of them
