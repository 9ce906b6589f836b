"""The later season: births with payment to the day, and a list decided anew."""

from datetime import date

import polars as pl
import pytest

from canbao.config.sample.later import ADDED, KEPT, STRUCK, late_roster, newborns, write_late_roster
from canbao.config.sample.people import make_people
from canbao.documents.reading import read_spreadsheet
from canbao.kernel.identity import parse_identity

TOWNS = [("濉溪镇", "340621100000", 94903)]


@pytest.fixture(scope="module")
def people() -> pl.DataFrame:
    return make_people(TOWNS, 5, seed=7, on=date(2021, 10, 1))


@pytest.fixture(scope="module")
def children(people) -> pl.DataFrame:
    return newborns(people, seed=7, born_from=date(2022, 1, 1), born_until=date(2022, 6, 30), count=30)


def test_children_are_born_in_the_period_to_parents_on_the_register(people, children):
    assert children.height == 30
    assert children["born_on"].is_between(date(2022, 1, 1), date(2022, 6, 30)).all()
    parents = children.join(people, left_on="guardian_no", right_on="person_no", how="inner", suffix="_of_parent")
    assert parents.height == 30
    assert (parents["household_no"] == parents["household_no_of_parent"]).all()


def test_the_first_four_are_paid_for_to_the_day(children):
    waits = (children["pays_on"] - children["born_on"]).dt.total_days()
    assert waits.head(4).to_list() == [89, 90, 91, 0]


def test_there_are_twins_of_one_day_in_one_family_without_numbers(children):
    first, second = children.row(5, named=True), children.row(6, named=True)
    same = ("household_no", "born_on", "guardian_no")
    assert [first[key] for key in same] == [second[key] for key in same]
    assert first["number"] is None
    assert second["number"] is None
    assert first["name"] != second["name"]


def test_a_child_has_a_proper_number_of_its_own_or_is_called_after_its_parent(people, children):
    numbered = children.filter(pl.col("number").is_not_null())
    for number, born_on, sex in numbered.select("number", "born_on", "sex").iter_rows():
        identity = parse_identity(number, allow_synthetic=True)
        assert (identity.born_on, identity.sex) == (born_on, sex)
    assert numbered["number"].is_unique().all()
    assert not numbered["number"].is_in(people["number"].to_list()).any()
    assert children.filter(pl.col("number").is_null())["name"].str.contains("宝宝").all()


def test_the_late_list_keeps_most_adds_some_and_strikes_some(people):
    changes = late_roster(people, seed=7)
    counts = dict(changes.group_by("change").len().iter_rows())
    assert counts.keys() == {KEPT, ADDED, STRUCK}
    assert counts[KEPT] > 10 * counts[STRUCK]
    added = changes.filter(pl.col("change") == ADDED).join(people, on="person_no")
    assert added["categories"].list.len().max() == 0
    assert not added["employee_scheme"].any()


def test_the_late_file_holds_who_is_on_the_list_at_its_cut_off(people, tmp_path):
    file = write_late_roster(people, tmp_path, seed=7, cut_off=date(2021, 12, 31))
    table = read_spreadsheet(file.path.read_bytes())
    listed = file.changes.filter(pl.col("change") != STRUCK)
    assert [row.cells[3].text for row in table.rows()] == listed["number"].to_list()
