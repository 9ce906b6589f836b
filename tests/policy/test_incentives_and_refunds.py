"""What is earned by staying covered, and what is given back: the rules say one thing each, and silence is no answer."""

from datetime import date

import pytest

from canbao.policy import Facts, Pack, assess, load_pack_texts
from canbao.policy.facts import RefundAsked
from canbao.policy.folders import PackBroken
from tests.policy.tiny import TEXTS

IN_WINDOW = date(2030, 10, 1)


def pack_with(text: str) -> Pack:
    return load_pack_texts({**TEXTS, "more.yaml": text})


def test_a_reason_that_the_notice_does_not_name_is_neither_allowed_nor_refused() -> None:
    pack = pack_with("refunds: [{reason: 死亡, allowed: any_time, clause: 二}]\n")
    refund = assess(pack, Facts(paid_on=IN_WINDOW, refund=RefundAsked("后悔"))).refund

    assert refund is not None
    assert (refund.allowed, refund.of) == (None, None)
    assert refund.says == "本方案没有写这种情形的退费；写了的有：死亡。请向医保部门询问。"


def test_an_incentive_whose_amount_stands_elsewhere_is_unknown_for_who_has_earned_it() -> None:
    pack = pack_with(
        "incentives: [{name: 连续参保, when: {years_in_row: {at_least: 4}}, unknown: 按市里的文件, ask: 市医保局, clause: 二}]\n"
    )
    earned = assess(pack, Facts(paid_on=IN_WINDOW, years_in_row=4))
    not_yet = assess(pack, Facts(paid_on=IN_WINDOW, years_in_row=3))

    assert [(one.what, one.ask) for one in earned.unknown] == [("连续参保：按市里的文件", "市医保局")]
    assert earned.as_json()["incentives"] == [{"what": "连续参保", "amount": None, "clause": "二"}]
    assert earned.pays_fen == 40000
    assert (not_yet.unknown, not_yet.incentives) == ((), ())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("refunds: [{reason: 死亡, clause: 二}]", "能不能退：写 allowed"),
        ("refunds: [{reason: 死亡, allowed: never, unknown: 不知道, ask: 税务, clause: 二}]", "能不能退：写 allowed"),
        ("refunds: [{reason: 死亡, unknown: 不知道, clause: 二}]", "能不能退不知道时要写 ask"),
        ("incentives: [{name: 甲等, when: {claimed: false}, clause: 二}]", "提高多少：写 ceiling_yuan"),
        ("incentives: [{name: 甲等, when: {claimed: false}, unknown: 不知道, clause: 二}]", "提高多少不知道时要写 ask"),
    ],
)
def test_a_rule_that_says_nothing_or_two_things_is_told_at_its_line(text: str, says: str) -> None:
    with pytest.raises(PackBroken, match=r"more\.yaml:1: " + says):
        pack_with(text)
