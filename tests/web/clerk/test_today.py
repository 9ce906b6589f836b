"""A clerk's day at a glance."""

from datetime import date

import pytest

from canbao.access.scope import within
from tests.collection.cash_rules import with_cash_rule
from tests.county import everybody
from tests.web.pages import text_of


def test_the_day_says_who_is_still_to_pay(sign_in: object) -> None:
    seen = text_of(sign_in("clerk").get("/village/"))

    assert "待缴 8 人 2,280元 · 另 1 人金额待定" in seen
    assert "李军、李妻 李家 2 320.00 1 人待定" in seen
    assert "剩余票据 100 张" in seen
    assert "郑" not in seen


def test_what_was_taken_is_in_the_drawer_and_off_the_list(sign_in: object, outside: object) -> None:
    outside.pays_cash("赵家")

    seen = text_of(sign_in("clerk").get("/village/"))

    assert "已参保 4 人 1,280元 · 今天 4 人" in seen
    assert "手上的现金 1,280元 都是今天收的" in seen
    assert "赵大" not in seen


def test_the_drawer_ages(sign_in: object, outside: object, settings: object) -> None:
    outside.pays_cash("赵家")
    settings.CANBAO_TODAY = settings.CANBAO_TODAY.replace(month=12)

    assert "最早一笔已 30 天" in text_of(sign_in("clerk").get("/village/"))


def limit_cash(outside: object, rule: str, *, stops: bool = False) -> None:
    """The notice of the small county sets no limits on cash; here it does."""
    with within(everybody()):
        with_cash_rule(outside.county.campaign, rule, stops=stops)


@pytest.mark.parametrize(
    ("on", "warning"),
    [
        (date(2021, 12, 9), ""),
        (date(2021, 12, 10), "手上的1,280元现金再过 5 天就到汇缴期限，请尽快汇缴"),
        (date(2021, 12, 15), "手上的1,280元现金再过 0 天就到汇缴期限，请尽快汇缴"),
        (date(2021, 12, 16), "手上的1,280元现金已放了 31 天，超过了汇缴期限，请马上汇缴"),
    ],
    ids=["six-days-before", "five-days-before", "the-last-day", "too-late"],
)
def test_old_cash_is_said_to_the_unit_and_to_the_town(
    sign_in: object, outside: object, settings: object, on: date, warning: str
) -> None:
    limit_cash(outside, "{remit_within: 30天, on_reaching_yuan: 200000, clause: 五（一）}")
    outside.pays_cash("赵家")
    settings.CANBAO_TODAY = on

    unit = text_of(sign_in("clerk").get("/village/"))
    above = [text_of(sign_in(who).get(page)) for who, page in (("town", "/township/"), ("county", "/county/"))]

    assert ("请尽快汇缴" in unit or "请马上汇缴" in unit, warning in unit) == (bool(warning), True)
    assert ["1 个代收单位的现金该汇缴了 示例一村委会 1,280元" in page for page in above] == [bool(warning)] * 2


def test_much_cash_is_said_too(sign_in: object, outside: object) -> None:
    limit_cash(outside, "{on_reaching_yuan: 1500, clause: 五（一）}")
    for household in ("赵家", "周家"):
        outside.pays_cash(household)

    assert "手上的现金已有1,600元，达到1,500元，请马上汇缴" in text_of(sign_in("clerk").get("/village/"))
    assert "示例一村委会 1,600元 · 最早一笔已 0 天 · 已满1,500元 · 找 村经办员" in text_of(
        sign_in("town").get("/township/")
    )


def test_who_is_near_the_sum_is_told_how_near(sign_in: object, outside: object) -> None:
    limit_cash(outside, "{on_reaching_yuan: 1500, clause: 五（一）}")
    outside.pays_cash("赵家")

    seen = text_of(sign_in("clerk").get("/village/"))

    assert "手上的现金已有1,280元，到1,500元的 85%，请尽快汇缴" in seen
    assert "不能再收现金" not in seen
    assert "已到限额1,500元的 85% · 找 村经办员" in text_of(sign_in("county").get("/county/"))


def test_where_collecting_stops_the_pages_say_so_before_anybody_counts_money(sign_in: object, outside: object) -> None:
    limit_cash(outside, "{on_reaching_yuan: 1280, clause: 五（一）}", stops=True)
    client, home = sign_in("clerk"), outside.pays_cash("赵家").household_id
    other = outside.household("周家")

    pages = [text_of(client.get(page)) for page in ("/village/", "/drawer/", f"/households/{other}/")]

    assert ["能再收现金" in page or "先汇缴，再收现金" in page for page in pages] == [True] * 3
    assert "先汇缴，再收现金" not in text_of(client.get(f"/households/{home}/"))  # they owe nothing
    assert "已停收现金" in text_of(sign_in("town").get("/township/"))


def test_without_limits_in_the_notice_nobody_is_warned(sign_in: object, outside: object, settings: object) -> None:
    outside.pays_cash("赵家")
    settings.CANBAO_TODAY = date(2022, 2, 1)

    assert "该汇缴了" not in text_of(sign_in("town").get("/township/"))


def test_few_receipts_left_is_said_before_there_are_none(sign_in: object) -> None:
    assert "剩余票据 0 张 快用完了，请向镇里领取" in text_of(sign_in("far").get("/village/"))


def test_one_household_and_three_cost_as_many_queries(sign_in: object, outside: object, django_assert_num_queries: object) -> None:  # fmt: skip
    for username in ("neighbour", "clerk"):
        client = sign_in(username)
        with django_assert_num_queries(14):
            client.get("/village/")
