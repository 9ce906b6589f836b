"""The lines of a bill, and the price of each."""

from datetime import date

from canbao.policy import Facts, assess, load_pack_texts
from tests.policy.tiny import TEXTS

IN_WINDOW = date(2030, 10, 1)
LINES = """\
lines:
  - {name: 长护, clause: 二}
  - {name: 补缴, times: repaired_years, clause: 二}
standards:
  - {individual_yuan: 400, government_yuan: 600, clause: 二}
  - {line: 长护, when: {any_traits: [新生]}, individual_yuan: 20, clause: 二}
  - {line: 补缴, individual_yuan: 300, clause: 二}
combination: {rule: most_favourable, assumed: 没有写}
"""
PEOPLE = TEXTS["people.yaml"].split("categories:", maxsplit=1)[0]
PACK = load_pack_texts(
    {**TEXTS, "money.yaml": LINES, "people.yaml": PEOPLE, "work.yaml": "targets: {clause: 附件, unknown: x, ask: y}\n"}
)


def test_a_line_without_a_price_for_this_person_is_unknown_and_not_free() -> None:
    answer = assess(PACK, Facts(paid_on=IN_WINDOW))

    assert (answer.individual_fen, answer.pays_fen) == (None, None)
    assert [one.what for one in answer.unknown] == ["长护的缴费标准：没有一条适用于此人"]


def test_a_line_for_repaired_years_stands_on_the_bill_only_where_some_are_repaired() -> None:
    student = Facts(paid_on=IN_WINDOW, traits=frozenset({"新生"}))
    repairing = Facts(paid_on=IN_WINDOW, traits=frozenset({"新生"}), repaired_years=2)

    assert [(line.line, line.pays_fen) for line in assess(PACK, student).lines] == [
        ("基本医保", 40000),
        ("长护", 2000),
    ]
    assert [(line.line, line.pays_fen) for line in assess(PACK, repairing).lines] == [
        ("基本医保", 40000),
        ("长护", 2000),
        ("补缴", 60000),
    ]


def test_a_line_that_the_bill_does_not_have_is_refused() -> None:
    refusal = assess(PACK, Facts(paid_on=IN_WINDOW, lines=frozenset({"互助金"}))).refusal

    assert refusal is not None
    assert (refusal.code, refusal.says) == ("unknown_line", "本方案的账单上没有“互助金”这一项。")
    assert "长护" in refusal.remedy


def test_who_has_no_price_at_all_is_refused() -> None:
    only_students = LINES.replace("{individual_yuan: 400,", "{when: {any_traits: [新生]}, individual_yuan: 400,")
    pack = load_pack_texts({**PACK.texts, "money.yaml": only_students})

    refusal = assess(pack, Facts(paid_on=IN_WINDOW)).refusal

    assert refusal is not None
    assert (refusal.code, refusal.clause) == ("no_price", "二")
