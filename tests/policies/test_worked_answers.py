"""The worked answers that the counties were promised, once more in Python: an independent copy of the tables.

`examples.yaml` says the same for readers; this file does not read it, so a slip in both places at once is unlikely.
"""

from datetime import date

import pytest

from canbao.policy import EmployeeScheme, Facts, Held, assess, load_pack


def pays(key: str, *names: str, tier: str | None = None, on: date | None = None) -> tuple[str, dict[str, str]]:
    pack = load_pack(key)
    answer = assess(pack, Facts(categories=tuple(Held(name) for name in names), tier=tier, on=on)).as_json()
    return answer["pays"], {share["payer"]: share["amount"] for share in answer["shares"]}


@pytest.mark.parametrize(
    ("key", "names", "own", "other"),
    [
        ("hefei-2020", "特困供养人员 社会散居孤儿 计划生育特殊家庭父母 受灾贫困人口", "0.00", "280.00"),
        ("hefei-2020", "低保对象 其他贫困人口 低收入家庭老年人", "28.00", "252.00"),
        ("hefei-2021", "特困供养人员 社会散居孤儿 计划生育特殊家庭父母", "0.00", "320.00"),
        ("hefei-2021", "低保对象 低收入家庭老年人", "32.00", "288.00"),
        ("hefei-2021", "返贫致贫人口", "64.00", "256.00"),
        ("hefei-2021", "脱贫不稳定人口 农村低收入监测人口", "160.00", "160.00"),
        ("hefei-2021", "稳定脱贫人口", "320.00", None),
        ("dongzhi-2021", "特困人员", "0.00", "280.00"),
        ("dongzhi-2021", "农村低保户 城市低保户 建档立卡贫困人口 重点优抚对象 计划生育困难群体", "30.00", "250.00"),
        ("dongzhi-2021", "退捕渔民", "112.00", "168.00"),
        ("suixi-2022", "特困人员", "0.00", "320.00"),
        ("suixi-2022", "低保对象", "40.00", "280.00"),
        ("suixi-2022", "返贫致贫人口", "70.00", "250.00"),
        ("suixi-2022", "脱贫不稳定人口 监测人口", "160.00", "160.00"),
        ("suixi-2022", "稳定脱贫", "320.00", None),
        ("suixi-2022", "重点优抚 低收入重度残疾 计生特殊困难家庭", None, None),
    ],
)
def test_one_category_pays(key: str, names: str, own: str | None, other: str | None) -> None:
    for name in names.split():
        amount, shares = pays(key, name)
        assert amount == own, name
        assert list(shares.values()) == ([] if other is None else [other]), name


@pytest.mark.parametrize(
    ("key", "tier", "clause"),
    [
        ("hefei-2020", None, "三"),
        ("hefei-2021", None, "三"),
        ("dongzhi-2021", None, "二"),
        ("huilong-2020", "一档", "三（二）"),
        ("suixi-2022", None, "三"),
    ],
)
def test_an_ordinary_payers_price_cites_the_clause_that_sets_it(key: str, tier: str | None, clause: str) -> None:
    answer = assess(load_pack(key), Facts(tier=tier))

    assert (answer.pays_fen, answer.shares) == (answer.individual_fen, ())
    assert answer.price_clause == clause


MEDICAL, HEALTH, POVERTY = "医疗救助部门", "卫健部门", "扶贫部门"


@pytest.mark.parametrize(
    ("names", "tier_1", "tier_2"),
    [
        ("", ("250.00", {}), ("625.00", {})),
        ("城乡低保", ("0.00", {MEDICAL: "250.00"}), ("375.00", {MEDICAL: "250.00"})),
        ("特困", ("0.00", {MEDICAL: "250.00"}), ("375.00", {MEDICAL: "250.00"})),
        ("城乡孤儿", ("0.00", {MEDICAL: "250.00"}), ("375.00", {MEDICAL: "250.00"})),
        ("重点优抚", ("75.00", {MEDICAL: "175.00"}), ("375.00", {MEDICAL: "250.00"})),
        ("重度残疾", ("75.00", {MEDICAL: "175.00"}), ("375.00", {MEDICAL: "250.00"})),
        ("民政建档特殊困难", ("75.00", {MEDICAL: "175.00"}), ("375.00", {MEDICAL: "250.00"})),
        ("因病致贫重病", ("75.00", {MEDICAL: "175.00"}), ("375.00", {MEDICAL: "250.00"})),
        ("计划生育", ("0.00", {HEALTH: "250.00"}), ("375.00", {HEALTH: "250.00"})),
        ("未脱贫", ("0.00", {POVERTY: "250.00"}), ("375.00", {POVERTY: "250.00"})),
        ("已脱贫", ("125.00", {POVERTY: "125.00"}), ("500.00", {POVERTY: "125.00"})),
        ("重度残疾 计划生育", ("0.00", {MEDICAL: "175.00", HEALTH: "75.00"}), ("375.00", {MEDICAL: "250.00"})),
        ("重度残疾 未脱贫", ("0.00", {MEDICAL: "175.00", POVERTY: "75.00"}), ("375.00", {MEDICAL: "250.00"})),
        ("重度残疾 已脱贫", ("75.00", {MEDICAL: "175.00"}), ("375.00", {MEDICAL: "250.00"})),
        ("计划生育 未脱贫", ("0.00", {HEALTH: "250.00"}), ("375.00", {HEALTH: "250.00"})),
    ],
)
def test_payers_in_turn(names: str, tier_1: tuple[str, dict[str, str]], tier_2: tuple[str, dict[str, str]]) -> None:
    assert pays("huilong-2020", *names.split(), tier="一档") == tier_1
    assert pays("huilong-2020", *names.split(), tier="二档") == tier_2


LEFT_TWO_MONTHS_AGO = EmployeeScheme(24, back_paid=False, left_on=date(2022, 2, 10))
LEFT_FIVE_MONTHS_AGO = EmployeeScheme(left_on=date(2021, 11, 10))
BORN = date(2022, 3, 1)


@pytest.mark.parametrize(
    ("facts", "covered_from"),
    [
        pytest.param(Facts(paid_on=date(2021, 11, 15)), date(2022, 1, 1), id="in-the-window"),
        pytest.param(
            Facts(traits=frozenset({"返乡农民工"}), paid_on=date(2022, 2, 10)), date(2022, 2, 11), id="returning-worker"
        ),
        pytest.param(Facts(born_on=BORN, paid_on=date(2022, 5, 30)), BORN, id="day-90"),
        pytest.param(Facts(born_on=BORN, paid_on=date(2022, 5, 31)), date(2022, 6, 1), id="day-91"),
        pytest.param(
            Facts(employee_scheme=LEFT_TWO_MONTHS_AGO, paid_on=date(2022, 4, 10)), date(2022, 4, 10), id="short-gap"
        ),
        pytest.param(Facts(traits=frozenset({"退役军人"}), paid_on=date(2022, 4, 10)), date(2022, 4, 10), id="soldier"),
        pytest.param(
            Facts(traits=frozenset({"退役军人未就业配偶"}), paid_on=date(2022, 4, 10)), date(2022, 4, 10), id="spouse"
        ),
        pytest.param(
            Facts(employee_scheme=LEFT_FIVE_MONTHS_AGO, paid_on=date(2022, 4, 10)), date(2022, 10, 10), id="waiting"
        ),
    ],
)
def test_benefit_start(facts: Facts, covered_from: date) -> None:
    assert assess(load_pack("suixi-2022"), facts).covered_from == covered_from


def test_anyone_else_in_february_is_refused_with_reason_and_remedy() -> None:
    refusal = assess(load_pack("suixi-2022"), Facts(paid_on=date(2022, 2, 10))).refusal

    assert refusal is not None
    assert (refusal.code, refusal.clause) == ("window_closed", "五")
    assert "返乡农民工" in refusal.remedy


def test_the_roster_of_december_moves_money() -> None:
    became = Held("农村低保户", since=date(2020, 12, 1))
    ceased = Held("农村低保户", until=date(2020, 11, 30))
    pack, paid, again = load_pack("dongzhi-2021"), date(2020, 10, 20), date(2020, 12, 31)

    def owes(held: Held, on: date) -> int | None:
        return assess(pack, Facts(categories=(held,), paid_on=paid, on=on)).pays_fen

    assert (owes(became, paid), owes(became, again)) == (28000, 3000)
    assert (owes(ceased, paid), owes(ceased, again)) == (3000, 28000)


@pytest.mark.parametrize(
    ("key", "rows", "people"),
    [("suixi-2022", 12, 1_130_260), ("huilong-2020", 16, 36_674), ("hefei-2020", 12, 1_151_000)],
)
def test_target_tables(key: str, rows: int, people: int) -> None:
    targets = load_pack(key).targets

    assert targets is not None
    assert len(targets.units) == rows
    assert sum(unit.people or 0 for unit in targets.units) == people


def test_the_counties_blank_targets_are_unknown_and_not_zero() -> None:
    targets = load_pack("hefei-2020").targets

    assert targets is not None
    assert [unit.name for unit in targets.units if unit.people is None] == [
        "长丰县",
        "肥东县",
        "肥西县",
        "巢湖市",
        "庐江县",
    ]
