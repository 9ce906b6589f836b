"""A population tabulated is the same as each person assessed, whatever the people."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, fields, is_dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canbao.policy import Assessment, BadFacts, Pack, assess, facts_from_json, load_pack, people_table
from canbao.policy import table as table_module
from canbao.policy.cells import Cells
from canbao.policy.columns import LAST_DAY
from canbao.policy.person import Person, Trace
from canbao.policy.table import tabulate
from tests.policy.tiny import tiny, tiny_with_tiers

SUIXI = load_pack("suixi-2022")
PACKS = {
    "tiny": tiny(),
    "tiers": tiny_with_tiers(),
    **{key: load_pack(key) for key in ("hefei-2020", "hefei-2021", "dongzhi-2021", "huilong-2020")},
    "suixi": SUIXI,
}
EXAMPLES = {path.name: load_pack(path) for path in sorted((Path(__file__).parents[1] / "policies" / "packs").iterdir())}

SCHEMA = people_table.SCHEMA | {"years_in_row": pl.Int8}  # whole numbers of any width are read


def near_edges(pack: Pack) -> st.SearchStrategy[date]:
    """Days on both sides of every edge of a pack."""
    edges = [pack.window.first, pack.collection_window.last, pack.period.first, pack.benefit_period.last]
    edges += [way.until for way in pack.ways_in if way.until]
    return st.builds(lambda edge, days: edge + timedelta(days=days), st.sampled_from(edges), st.integers(-2, 2))


def days_around(pack: Pack) -> st.SearchStrategy[date | None]:
    first, last = pack.window.first - timedelta(days=400), pack.benefit_period.last + timedelta(days=40)
    return st.none() | near_edges(pack) | st.dates(first, last)


def people(pack: Pack) -> st.SearchStrategy[dict[str, Any]]:
    days = days_around(pack)
    names = [category.name for category in pack.categories] + ["没有的身份"]
    held = st.fixed_dictionaries(
        {
            "name": st.sampled_from(names),
            "grade": st.sampled_from([None, None, "一级", "三级", "七级"]),
            "since": days,
            "until": days,
            "place": st.sampled_from([None, None, pack.document.place_code, "110000"]),
            "relation": st.sampled_from([None, None, None, "子女"]),
        }
    )
    traits = st.lists(st.sampled_from([trait.name for trait in pack.traits] + ["没有的情况"]), max_size=2, unique=True)
    employee = st.fixed_dictionaries(
        {
            "months": st.sampled_from([None, 0, 11, 12, 23, 24, 25, 2**40]),
            "back_paid": st.sampled_from([None, True, False]),
            "left_on": days,
        }
    )
    other = st.fixed_dictionaries(
        {"scheme": st.sampled_from([None, "resident", "employee"]), "place": st.none(), "until": days}
    )
    refund = st.fixed_dictionaries(
        {"reason": st.sampled_from([rule.reason for rule in pack.refunds] + ["没有的原因"]), "asked_on": days}
    )
    few = st.none() | st.integers(0, 6)
    lines = [line.name for line in pack.lines] + ["没有的项"]
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
            "lines": st.lists(st.sampled_from(lines), max_size=2, unique=True) if pack.lines else st.just([]),
            "last_covered_until": st.none() | st.dates(pack.period.first - timedelta(days=4000), pack.period.last),
            "repaired_years": few,
            "years_in_row": few,
            "claimed_last_year": st.sampled_from([None, True, False]),
            "refund": st.none() | refund if pack.refunds else st.none(),
        }
    )


def as_row(answer: Assessment) -> dict[str, Any]:
    """An assessment as the table says it: its fields, with names that are not those of facts."""
    row = {field.name: getattr(answer, field.name) for field in fields(Assessment)}
    row = {name: plain(value) for name, value in row.items()}
    return {"bill_lines": row.pop("lines"), "refund_answer": row.pop("refund"), **row}


def plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def assert_is_assessed(pack: Pack, rows: list[dict[str, Any]], cells: Cells | None = None) -> None:
    table = tabulate(pack, pl.DataFrame(rows, schema=SCHEMA), cells).drop(SCHEMA)
    for said, row in zip(table.iter_rows(named=True), rows, strict=True):
        expected = as_row(assess(pack, facts_from_json(row)))
        assert said == {name: expected[name] for name in table.columns}
        assert not any(expected[name] for name in expected if name not in table.columns)


@pytest.mark.parametrize("key", PACKS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_table_joined_back_equals_each_person_assessed(key: str, data: st.DataObject) -> None:
    assert_is_assessed(PACKS[key], data.draw(st.lists(people(PACKS[key]), min_size=1, max_size=12)))


@pytest.mark.parametrize("key", EXAMPLES)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_so_it_does_for_everything_that_notices_say(key: str, data: st.DataObject) -> None:
    assert_is_assessed(EXAMPLES[key], data.draw(st.lists(people(EXAMPLES[key]), min_size=1, max_size=12)))


@pytest.mark.parametrize("key", [*PACKS, *EXAMPLES])
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_people_of_the_same_words_are_told_apart_by_their_days(key: str, data: st.DataObject) -> None:
    """Many people in few cells: here one of them stands for others, and must not where a day makes a difference."""
    pack = {**PACKS, **EXAMPLES}[key]
    words = data.draw(people(pack)) | {"claimed_last_year": False, "years_in_row": 5, "repaired_years": 1}
    days = st.none() | near_edges(pack)
    rows = []
    for born, paid, left, asked in data.draw(st.lists(st.tuples(days, days, days, days), min_size=30, max_size=60)):
        other_cover, employee = words["other_cover"], words["employee_scheme"]
        row = words | {"born_on": born, "paid_on": paid, "last_covered_until": asked}
        row["employee_scheme"] = employee and employee | {"left_on": left}
        row["other_cover"] = other_cover and other_cover | {"until": left}
        row["refund"] = words["refund"] and words["refund"] | {"asked_on": asked}
        rows.append(row)

    assert_is_assessed(pack, rows)


@pytest.mark.parametrize("key", ["tiny", "suixi", "hefei-2021"])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_was_learnt_holds_for_the_next_table_and_for_all_parts(
    key: str, data: st.DataObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parts of eight people, looked up by several threads at once, with what other tables taught."""
    monkeypatch.setattr(table_module, "PART", 8)
    monkeypatch.setattr(table_module, "processors", lambda: 3)
    cells = Cells(PACKS[key])
    for _ in range(3):
        assert_is_assessed(PACKS[key], data.draw(st.lists(people(PACKS[key]), max_size=30)), cells)


@pytest.mark.parametrize("key", [*PACKS, *EXAMPLES])
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_whoever_answers_the_same_questions_alike_gets_the_same_answer(key: str, data: st.DataObject) -> None:
    """What makes one person of a cell stand for all: the questions that were asked say everything."""
    pack = {**PACKS, **EXAMPLES}[key]
    one = data.draw(people(pack))
    days = {name: data.draw(days_around(pack)) for name in ("born_on", "paid_on", "on")}
    trace = Trace()

    answer = assess(pack, facts_from_json(one), trace)
    other = facts_from_json({**one, **days})

    person = Person(pack, other)
    if trace.fits(person):
        begin = trace.covered_from
        covered_from = answer.covered_from if begin is None else begin.date(person.days)
        assert assess(pack, other) == replace(answer, covered_from=covered_from)


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
        given_fen = sum(part.fen for part in (*answer.shares, *answer.waived))
        assert answer.pays_fen + given_fen == answer.individual_fen


def test_a_hundred_thousand_birthdays_are_one_question() -> None:
    born = [date(1940, 1, 1) + timedelta(days=days % 29_000) for days in range(100_000)]
    paid = [SUIXI.window.first + timedelta(days=days % 90) for days in range(100_000)]
    population = pl.DataFrame({"born_on": born, "paid_on": paid})
    cells = Cells(SUIXI)

    tabulate(SUIXI, population, cells)

    assert len(cells.answers) == 1
    assert cells.assessed < 10


def test_a_thousand_lengths_of_work_are_one_question() -> None:
    worked = [{"months": months, "back_paid": False, "left_on": SUIXI.window.last} for months in range(1000)]
    paid = SUIXI.window.last + timedelta(days=20)
    population = pl.DataFrame({"employee_scheme": worked, "paid_on": [paid] * 1000})
    cells = Cells(SUIXI)

    found = tabulate(SUIXI, population, cells)

    assert cells.assessed < 10
    first_days = found["covered_from"].to_list()
    assert (first_days[23], first_days[24]) == (None, paid)  # who worked for two years is covered from the payment on


@pytest.mark.parametrize("count", [LAST_DAY - 1, LAST_DAY, 2**31 - 1, 2**31, 13_800_000_000, 2**40])
def test_a_count_that_cannot_be_true_says_nothing_about_others(count: int) -> None:
    """Such as a phone number in the wrong column."""
    worked = [{"months": months, "back_paid": False, "left_on": date(2022, 2, 10)} for months in (count, None, 24, 1)]
    rows = [{"employee_scheme": one, "paid_on": date(2022, 4, 10)} for one in worked]

    for some in (rows, rows[::-1], rows[:2], rows[1::-1]):
        assert_is_assessed(SUIXI, [dict.fromkeys(SCHEMA) | row for row in some])


@pytest.mark.parametrize("shape", [pl.Int8, pl.UInt64, pl.Int64, pl.Categorical, pl.Float64, pl.List(pl.Int64)])
def test_a_length_of_work_that_is_no_count_is_named(shape: pl.DataType) -> None:
    bad = {pl.Int8: -1, pl.Int64: -(2**40), pl.Categorical: "24", pl.Float64: 24.0, pl.List(pl.Int64): [24]}.get(shape)
    schema = {"employee_scheme": pl.Struct({"months": shape})}
    fine = [{"months": None}, None, *([{"months": 2**63}] if shape == pl.UInt64 else [])]

    assert tabulate(SUIXI, pl.DataFrame({"employee_scheme": fine}, schema=schema)).height == len(fine)
    if bad is not None:
        with pytest.raises(BadFacts, match=r"employee_scheme\.months"):
            tabulate(SUIXI, pl.DataFrame({"employee_scheme": [*fine, {"months": bad}]}, schema=schema))


@pytest.mark.parametrize("answers", [["pays_fen"], ["covered_from", "refusal.code"], ["refusal", "enjoys"], []])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_only_the_answers_that_are_wanted_are_given_and_they_are_the_same(
    answers: list[str], data: st.DataObject
) -> None:
    population = pl.DataFrame(data.draw(st.lists(people(SUIXI), max_size=10)), schema=SCHEMA)

    found = tabulate(SUIXI, population, answers=answers).drop(SCHEMA)

    rows = [as_row(assess(SUIXI, facts_from_json(row))) for row in population.to_dicts()]
    assert set(found.columns) == set(answers)
    for name, column in zip(found.columns, found, strict=True):
        whole, _, part = name.partition(".")
        assert column.to_list() == [row[whole] and row[whole][part] if part else row[whole] for row in rows]


@pytest.fixture
def _impatient_threads() -> Iterator[None]:
    """Threads interrupt one another as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("_impatient_threads")
def test_several_threads_may_ask_the_same_cells() -> None:
    """What one of them learns while another lays its answers out is no part of the other's table."""
    names = [category.name for category in SUIXI.categories]
    days = [SUIXI.window.first + timedelta(days=day) for day in range(0, 500, 40)]
    tables = [pl.DataFrame({"categories": [[one, two]] * len(days), "paid_on": days}) for one in names for two in names]
    for _ in range(3):
        cells = Cells(SUIXI)
        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(lambda table, cells=cells: tabulate(SUIXI, table, cells), tables))

        assert pl.concat(found).equals(tabulate(SUIXI, pl.concat(tables)))


def test_an_answer_that_there_is_not_is_named() -> None:
    with pytest.raises(BadFacts, match=r"pays_yuan.*没有这样的列.*refusal\.code"):
        tabulate(SUIXI, pl.DataFrame({"id": [1]}), answers=["pays_fen", "pays_yuan"])


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
