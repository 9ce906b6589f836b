"""A clerk's day at a glance."""

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


def test_few_receipts_left_is_said_before_there_are_none(sign_in: object) -> None:
    assert "剩余票据 0 张 快用完了，请向镇里领取" in text_of(sign_in("far").get("/village/"))


def test_one_household_and_three_cost_as_many_queries(sign_in: object, outside: object, django_assert_num_queries: object) -> None:  # fmt: skip
    for username in ("neighbour", "clerk"):
        client = sign_in(username)
        with django_assert_num_queries(12):
            client.get("/village/")
