"""People's facts as a table: what the table says is what each of them says."""

from dataclasses import fields
from datetime import date

from canbao.policy import assess, facts_from_json, load_pack, tabulate
from canbao.policy.facts import Facts
from canbao.policy.people_table import SCHEMA, table_of

PEOPLE = [
    {},
    {"categories": ["低保对象", {"name": "低收入家庭重度残疾人", "grade": "1级", "since": "2021-01-01"}]},
    {"categories": ["特困人员"], "born_on": "2022-03-01", "paid_on": "2022-03-20"},
    {"traits": ["返乡农民工"], "paid_on": "2022-02-01"},
    {"employee_scheme": {"months": 30, "back_paid": False, "left_on": "2021-12-01"}, "paid_on": "2022-01-10"},
    {"employee_scheme": {}},
    {"other_cover": {"scheme": "居民医保", "until": "2021-12-31"}, "tier": "一档", "lines": ["a", "b"]},
    {"last_covered_until": "2019-12-31", "repaired_years": 1, "years_in_row": 3, "claimed_last_year": True},
    {"refund": {"reason": "死亡", "asked_on": "2021-12-20"}},
]


def test_every_fact_has_its_column() -> None:
    assert set(SCHEMA) == {one.name for one in fields(Facts)}


def test_the_table_is_answered_as_the_people_are_one_by_one() -> None:
    pack = load_pack("suixi-2022")
    people = [facts_from_json({"on": "2021-11-15"} | facts) for facts in PEOPLE]

    answers = tabulate(pack, table_of(people))

    each = [assess(pack, facts) for facts in people]
    assert answers["pays_fen"].to_list() == [one.pays_fen for one in each]
    assert answers["covered_from"].to_list() == [one.covered_from for one in each]
    assert [one["code"] if one else None for one in answers["refusal"]] == [
        one.refusal.code if one.refusal else None for one in each
    ]


def test_nobody_is_a_table_without_rows() -> None:
    assert table_of([]).schema == SCHEMA


def test_a_fact_that_is_not_known_is_null_and_a_day_is_a_day() -> None:
    table = table_of([Facts(), Facts(born_on=date(2000, 1, 2))])

    assert table["born_on"].to_list() == [None, date(2000, 1, 2)]
    assert table["employee_scheme"].to_list() == [None, None]
