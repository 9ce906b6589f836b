"""A payer whom the notice does not name is told at its line, once, unless the pack calls the name its own."""

import pytest

from canbao.policy import load_pack_texts
from canbao.policy.payers import not_in_the_notice
from tests.policy.test_figures import NOTICE
from tests.policy.tiny import TEXTS, changed

NAMED = NOTICE.replace("（一）甲全额", "（一）甲由救 助\n基金全额").replace("丙50%", "丙由县财政补50%")


def told(texts: dict[str, str] = TEXTS, notice: str = NAMED) -> list[str]:
    return [str(problem) for problem in not_in_the_notice(load_pack_texts(texts), notice)]


def test_nothing_is_told_where_the_notice_names_everybody() -> None:
    assert told() == []


def test_somebody_whom_it_does_not_name_is_told_once_at_the_first_line() -> None:
    assert told(notice=NAMED.replace("救 助\n基金", "救助资金")) == [
        (
            "money.yaml:6: 通知全文里没有“救助基金”这个支付方：名称照通知写；通知没有写谁出钱的，写 payer_unknown；"
            "是我们的叫法，写 derived: {payer: 理由}"
        )
    ]


@pytest.mark.parametrize(
    ("amount", "line"),
    [
        ("{rate: 50%, payer: 县残联}", 13),
        ("{rate: 50%, payers: {县财政: 60%, 县残联: 40%}}", 13),
        ("[{yuan: 20, payer: 县财政}, {yuan: 180, payer: 县残联}]", 13),
    ],
)
def test_every_form_of_naming_somebody_is_looked_at(amount: str, line: int) -> None:
    (one,) = told(changed("{rate: 50%, payer: 县财政}", amount))

    assert one.startswith(f"money.yaml:{line}: 通知全文里没有“县残联”")


@pytest.mark.parametrize("ours", ["derived: {payer: 通知说由认定地承担}", "assumed: 通知没有写谁出钱"])
def test_a_name_of_our_own_is_not_looked_up(ours: str) -> None:
    texts = changed("payer: 县财政}\n", f"payer: 认定地财政}}\n    {ours}\n")

    assert told(texts) == []


def test_a_payer_known_beside_an_unknown_amount_is_looked_at_too() -> None:
    texts = changed(
        "    ask: 县医保局\n    clause: 二（三）", "    ask: 县医保局\n    payer: 县残联\n    clause: 二（三）"
    )

    assert [one.split("这个支付方")[0] for one in told(texts)] == ["money.yaml:19: 通知全文里没有“县残联”"]
