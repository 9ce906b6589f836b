"""A population tabulated is the same as each person assessed, whatever the people."""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canbao.kernel.fen import yuan
from canbao.policy import Assessment, BadFacts, Pack, assess, facts_from_json, load_pack, tabulate
from canbao.policy.cells import Cells
from canbao.policy.person import Person, Trace
from canbao.policy.table import days_of, kinds_of, tabulate_for_file
from tests.policy.tiny import tiny, tiny_with_tiers

SUIXI = load_pack("suixi-2022")
PACKS = {
    "tiny": tiny(),
    "tiers": tiny_with_tiers(),
    **{key: load_pack(key) for key in ("hefei-2020", "hefei-2021", "dongzhi-2021", "huilong-2020")},
    "suixi": SUIXI,
}


def days_around(pack: Pack) -> st.SearchStrategy[date | None]:
    """Days on both sides of every edge of a pack."""
    first, last = pack.window.first - timedelta(days=400), pack.benefit_period.last + timedelta(days=40)
    edges = [pack.window.first, pack.collection_window.last, pack.period.first, pack.benefit_period.last]
    edges += [way.until for way in pack.ways_in if way.until]
    near = st.builds(lambda edge, days: edge + timedelta(days=days), st.sampled_from(edges), st.integers(-2, 2))
    return st.none() | near | st.dates(first, last)


def people(pack: Pack) -> st.SearchStrategy[dict[str, Any]]:
    days = days_around(pack)
    names = [category.name for category in pack.categories] + ["没有的身份"]
    held = st.fixed_dictionaries(
        {
            "name": st.sampled_from(names),
            "grade": st.sampled_from([None, None, "一级", "三级", "七级"]),
            "since": days,
            "until": days,
        }
    )
    traits = st.lists(st.sampled_from([trait.name for trait in pack.traits] + ["没有的情况"]), max_size=2, unique=True)
    employee = st.fixed_dictionaries(
        {"months": st.sampled_from([None, 11, 24]), "back_paid": st.sampled_from([None, True, False]), "left_on": days}
    )
    other = st.fixed_dictionaries(
        {"scheme": st.sampled_from([None, "resident", "employee"]), "place": st.none(), "until": days}
    )
    return st.fixed_dictionaries(
        {
            "categories": st.lists(held, max_size=2),
            "tier": st.sampled_from([None, *pack.tiers, "没有的档"]),
            "traits": traits,
            "born_on": days,
            "paid_on": days,
            "on": days,
            "employee_scheme": st.none() | st.none() | employee,
            "other_cover": st.none() | st.none() | other,
        }
    )


SCHEMA: dict[str, Any] = {
    "categories": pl.List(pl.Struct({"name": pl.String, "grade": pl.String, "since": pl.Date, "until": pl.Date})),
    "tier": pl.String,
    "traits": pl.List(pl.String),
    "born_on": pl.Date,
    "paid_on": pl.Date,
    "on": pl.Date,
    "employee_scheme": pl.Struct({"months": pl.Int64, "back_paid": pl.Boolean, "left_on": pl.Date}),
    "other_cover": pl.Struct({"scheme": pl.String, "place": pl.String, "until": pl.Date}),
}


def as_row(answer: Assessment) -> dict[str, Any]:
    """An assessment as the table says it: the JSON shape, money in fen, days as days."""
    shape = answer.as_json()
    return {
        "individual_fen": answer.individual_fen,
        "pays_fen": answer.pays_fen,
        "shares": [asdict(share) for share in answer.shares],
        "government_fen": answer.government_fen,
        "covered_from": answer.covered_from,
        "covered_until": answer.covered_until,
        **{key: shape[key] for key in ("refusal", "unknown", "assumptions")},
    }


@pytest.mark.parametrize("key", PACKS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_table_joined_back_equals_each_person_assessed(key: str, data: st.DataObject) -> None:
    pack = PACKS[key]
    rows = data.draw(st.lists(people(pack), min_size=1, max_size=12))

    table = tabulate(pack, pl.DataFrame(rows, schema=SCHEMA))

    expected = [as_row(assess(pack, facts_from_json(row))) for row in rows]
    assert table.drop(*SCHEMA).to_dicts() == expected


@pytest.mark.parametrize("key", PACKS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whoever_answers_the_same_questions_alike_gets_the_same_answer(key: str, data: st.DataObject) -> None:
    """What makes one person of a cell stand for all: the questions that were asked say everything."""
    pack = PACKS[key]
    one = data.draw(people(pack))
    days = {name: data.draw(days_around(pack)) for name in ("born_on", "paid_on", "on")}
    trace = Trace()

    answer = assess(pack, facts_from_json(one), trace)
    other = facts_from_json({**one, **days})

    if trace.fits(Person(pack, other)):
        assert assess(pack, other) == answer


@pytest.mark.parametrize("key", PACKS)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_shares_and_own_part_always_make_the_price(key: str, data: st.DataObject) -> None:
    pack = PACKS[key]
    answer = assess(pack, facts_from_json(data.draw(people(pack))))

    if answer.pays_fen is None:
        assert answer.refusal is not None or answer.unknown
    else:
        assert answer.pays_fen >= 0
        assert answer.pays_fen + sum(share.fen for share in answer.shares) == answer.individual_fen


def test_a_hundred_thousand_birthdays_are_one_question() -> None:
    born = [date(1940, 1, 1) + timedelta(days=days % 29_000) for days in range(100_000)]
    paid = [SUIXI.window.first + timedelta(days=days % 90) for days in range(100_000)]
    population = pl.DataFrame({"born_on": born, "paid_on": paid})
    cells = Cells(SUIXI)

    cells.places(*kinds_of(population), days_of(SUIXI, population))

    assert len(cells.answers) == 1
    assert cells.assessed < 10


def test_columns_may_be_missing_and_others_pass_through_in_their_order() -> None:
    table = tabulate(SUIXI, pl.DataFrame({"id": [7, 3, 5]}))

    assert table["id"].to_list() == [7, 3, 5]
    assert table["pays_fen"].to_list() == [32000, 32000, 32000]


def test_categories_may_be_one_text_with_marks_between_the_names() -> None:
    table = tabulate(SUIXI, pl.DataFrame({"categories": ["监测人口、低保对象", "特困人员", "", None]}))

    assert table["pays_fen"].to_list() == [4000, 0, 32000, 32000]


def test_nobody_is_a_population_too() -> None:
    assert tabulate(SUIXI, pl.DataFrame({"categories": []}, schema={"categories": pl.List(pl.String)})).height == 0


@pytest.mark.parametrize(
    ("population", "where"),
    [
        pytest.param({"paid_on": ["2021-11-15"]}, "paid_on", id="a-day-as-text"),
        pytest.param({"categories": [3]}, "categories", id="a-number-for-a-name"),
        pytest.param({"pays_fen": [3]}, "pays_fen", id="a-column-in-the-way"),
    ],
)
def test_a_column_that_cannot_be_read_is_named(population: dict[str, Any], where: str) -> None:
    with pytest.raises(BadFacts, match=where):
        tabulate(SUIXI, pl.DataFrame(population))


def test_the_file_has_the_amounts_in_yuan_beside_the_fen() -> None:
    table = tabulate_for_file(SUIXI, pl.DataFrame({"categories": ["低保", "重点优抚"]}))

    assert table["pays"].to_list() == [yuan(4000), None]
    assert table["individual"].to_list() == ["320.00", "320.00"]
