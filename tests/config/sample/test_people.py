"""The invented register: exact in number, like a county in shape, and nobody real."""

from datetime import date
from itertools import pairwise

import polars as pl
import pytest

from canbao.config.sample.categories import ALLOWANCE, CATEGORIES
from canbao.config.sample.people import COLUMNS, make_people
from canbao.kernel.division_code import DivisionCode, Level
from canbao.kernel.identity import IdentityRefusal, parse_identity

ON = date(2021, 10, 1)
TOWNS = [
    ("濉溪镇", "340621100000", 94903),
    ("开发区", "340621400000", 23836),
    ("百善镇", "340621101000", 122266),
]


@pytest.fixture(scope="module")
def people() -> pl.DataFrame:
    return make_people(TOWNS, 5, seed=7, on=ON)


def test_the_people_add_up_to_the_percentage_of_each_town(people):
    counts = dict(people.group_by("town_code").len().iter_rows())
    assert counts == {"340621100000": 4745, "340621400000": 1192, "340621101000": 6113}
    assert make_people(TOWNS, 1, seed=7, on=ON).height == 2410


def test_the_columns_are_the_promised_ones(people):
    assert dict(people.schema) == COLUMNS
    assert people["phone"].null_count() > 0
    assert people.drop("phone").null_count().sum_horizontal().item() == 0


def test_the_same_seed_gives_the_same_people_and_another_seed_others(people):
    assert people.equals(make_people(TOWNS, 5, seed=7, on=ON))
    assert not people.equals(make_people(TOWNS, 5, seed=8, on=ON))


def test_this_very_person_is_made_by_seed_seven_on_every_machine(people):
    first = people.row(0, named=True)
    assert (first["number"], first["name"], first["household_code"]) == (
        "990621199208214951",
        "李天铭",
        "34062110020000001",
    )


def test_every_number_is_well_formed_agrees_with_its_person_and_was_never_issued(people):
    for number, born_on, sex in people.select("number", "born_on", "sex").iter_rows():
        identity = parse_identity(number, allow_synthetic=True, on=ON)
        assert (identity.born_on, identity.sex, identity.place) == (born_on, sex, "990621")
    with pytest.raises(IdentityRefusal):
        parse_identity(people["number"][0])


@pytest.mark.parametrize("column", ["number", "person_no"])
def test_no_two_people_share(people, column):
    assert people[column].is_unique().all()


def test_household_code_and_passbook_go_one_to_one_with_the_household(people):
    households = people.select("household_no", "household_code", "passbook_account").unique()
    assert households.height == people["household_no"].n_unique()
    assert households["household_code"].is_unique().all()
    assert households["passbook_account"].is_unique().all()
    assert people.group_by("household_no").agg(pl.col("village_code").n_unique())["village_code"].max() == 1


def test_each_household_has_one_head_and_one_to_six_people(people):
    sizes = people.group_by("household_no").agg(pl.len(), heads=(pl.col("relation") == "户主").sum())
    assert sizes["heads"].unique().to_list() == [1]
    assert sorted(sizes["len"].unique().to_list()) == [1, 2, 3, 4, 5, 6]
    assert 2.9 < sizes["len"].mean() < 3.6


def test_villages_are_codes_below_their_town_and_called_examples(people):
    for code, town, name in people.select("village_code", "town_code", "village_name").unique().iter_rows():
        assert DivisionCode(code).level is Level.VILLAGE
        assert DivisionCode(town).covers(code)
        assert name.startswith("示例")


@pytest.mark.parametrize(("percent", "fewest", "most"), [(0.1, 3, 3), (1, 3, 5), (100, 8, 20)])
def test_a_small_sample_has_few_villages_so_that_each_has_people(percent, fewest, most):
    people = make_people(TOWNS[:2], percent, seed=7, on=ON)
    a_town = people.group_by("town_code").agg(pl.col("village_code").n_unique())["village_code"]
    assert (a_town.min(), a_town.max()) >= (fewest, fewest)
    assert a_town.max() <= most


def test_ages_look_like_a_county_and_nobody_is_born_later(people):
    age = people.select(age=ON.year - pl.col("born_on").dt.year())["age"]
    assert people["born_on"].max() <= ON
    assert 0.2 < (age < 18).mean() < 0.32
    assert 0.12 < (age >= 60).mean() < 0.25
    assert age.max() < 100


def test_parents_are_older_than_their_children(people):
    born = people.pivot("relation", index="household_no", values="born_on", aggregate_function="min")
    assert born.select((pl.col("子女").dt.year() - pl.col("户主").dt.year()).min()).item() >= 19
    assert born.select((pl.col("户主").dt.year() - pl.col("父母").dt.year()).min()).item() >= 19


def test_there_are_twins_with_neighbouring_numbers(people):
    twins = (
        people.filter(pl.col("relation") == "子女")
        .group_by("household_no", "born_on", "sex")
        .agg(pl.col("number").sort())
        .filter(pl.col("number").list.len() == 2)["number"]
        .to_list()
    )
    assert twins
    assert {int(second[14:17]) - int(first[14:17]) for first, second in twins} == {2}


def test_there_are_namesakes_in_one_village_and_names_that_old_software_loses(people):
    assert people.group_by("village_code", "name").len()["len"].max() > 1
    assert people["name"].str.contains("[𠮷䶮㛃]").any()


def test_every_category_has_people_and_some_have_several(people):
    held = people.explode("categories")["categories"].drop_nulls()
    assert set(held) == set(CATEGORIES)
    assert people["categories"].list.len().max() >= 2
    assert 0.08 < (people["categories"].list.len() > 0).mean() < 0.2


def test_most_of_an_allowance_household_is_on_the_list(people):
    on_list = pl.col("categories").list.contains(ALLOWANCE)
    families = people.group_by("household_no").agg(on_list.mean().alias("share")).filter(pl.col("share") > 0)
    assert families["share"].mean() > 0.85
    assert families["share"].min() < 1


def test_who_is_in_the_employee_scheme_was_not_enrolled_here_last_year(people):
    employed = people.filter("employee_scheme")
    assert 0.04 < employed.height / people.height < 0.12
    assert not employed["last_year_enrolled"].any()
    assert not employed["is_returning_worker"].any()


def test_figures_that_could_belong_to_somebody_begin_with_zeros(people):
    assert people["phone"].drop_nulls().str.starts_with("000").all()
    assert people["passbook_account"].str.starts_with("000").all()


def test_draws_do_not_run_in_step():
    """Neighbouring rows differ in everything at once, or the county would be striped."""
    people = make_people(TOWNS[:1], 5, seed=1, on=ON)
    days = people["born_on"].dt.ordinal_day().to_list()
    assert sum(second - first == days[1] - days[0] for first, second in pairwise(days)) < len(days) / 20
