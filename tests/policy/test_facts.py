"""Facts are read strictly: what cannot be read is named with its place, and nothing is made up."""

from datetime import date
from typing import Any

import pytest

from canbao.policy import BadFacts, EmployeeScheme, Facts, Held, OtherCover, facts_from_json


def test_all_facts_are_read() -> None:
    facts = facts_from_json(
        {
            "categories": ["低保对象", {"name": "重度残疾人员", "grade": "一级", "since": "2030-08-01", "until": None}],
            "tier": "一档",
            "traits": ["返乡农民工"],
            "born_on": "1990-05-01",
            "paid_on": "2030-11-15",
            "on": "2030-11-16",
            "employee_scheme": {"months": 24, "back_paid": False, "left_on": "2030-02-10"},
            "other_cover": {"scheme": "resident", "place": "990101", "until": "2030-12-31"},
            "last_covered_until": "2029-12-31",
        }
    )

    assert facts == Facts(
        categories=(Held("低保对象"), Held("重度残疾人员", "一级", date(2030, 8, 1))),
        tier="一档",
        traits=frozenset({"返乡农民工"}),
        born_on=date(1990, 5, 1),
        paid_on=date(2030, 11, 15),
        on=date(2030, 11, 16),
        employee_scheme=EmployeeScheme(24, back_paid=False, left_on=date(2030, 2, 10)),
        other_cover=OtherCover("resident", "990101", date(2030, 12, 31)),
        last_covered_until=date(2029, 12, 31),
    )


def test_nothing_known_is_a_fact_too() -> None:
    assert facts_from_json({}) == Facts()
    assert facts_from_json(dict.fromkeys(("categories", "tier", "traits", "born_on", "employee_scheme"))) == Facts()


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ([], ""),
        ({"colour": "red"}, "colour"),
        ({"categories": "低保"}, "categories"),
        ({"categories": [3]}, "categories[0]"),
        ({"categories": ["低保", {"grade": "一级"}]}, "categories[1]"),
        ({"categories": [{"name": "低保", "level": 1}]}, "categories[0].level"),
        ({"categories": [{"name": "低保", "since": "2030-02-30"}]}, "categories[0].since"),
        ({"traits": [" "]}, "traits[0]"),
        ({"tier": 1}, "tier"),
        ({"born_on": "1990-5-1"}, "born_on"),
        ({"born_on": "19900501"}, "born_on"),
        ({"born_on": 19900501}, "born_on"),
        ({"employee_scheme": {"months": "24"}}, "employee_scheme.months"),
        ({"employee_scheme": {"months": True}}, "employee_scheme.months"),
        ({"employee_scheme": {"months": -1}}, "employee_scheme.months"),
        ({"employee_scheme": {"back_paid": "no"}}, "employee_scheme.back_paid"),
        ({"other_cover": {"untill": None}}, "other_cover.untill"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(data: Any, where: str) -> None:
    with pytest.raises(BadFacts) as bad:
        facts_from_json(data)

    assert bad.value.where == where
