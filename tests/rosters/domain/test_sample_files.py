"""The four dirty files of the sample: verdicts find everything that was planted, and condemn no good row."""

from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from canbao.config.sample.people import make_people
from canbao.config.sample.rosters import Planted, RosterFile, write_dirty_rosters
from canbao.divisions.models import CollectingUnit, Division, UnitKind
from canbao.register.domain.bulk import NewPerson, add_people
from canbao.rosters.models import Outcome
from canbao.rosters.queries import counts_by_outcome
from tests.county import County
from tests.rosters.files import imported

ON = date(2021, 9, 30)
TOWNS = [("濉溪镇", "340621100000", 94903), ("百善镇", "340621101000", 122266)]
MEANS = {
    Planted.CLEAN: Outcome.TAKEN,
    Planted.SEVERAL: Outcome.TAKEN,
    Planted.GRADE_IN_NAME: Outcome.TAKEN,
    Planted.FULL_WIDTH: Outcome.CORRECTED,
    Planted.SMALL_X: Outcome.CORRECTED,
    Planted.SPACES: Outcome.CORRECTED,
    Planted.NAME_DIFFERS: Outcome.LOOK,
    Planted.WRONG_CHECK: Outcome.REFUSED,
    Planted.NUMERIC: Outcome.REFUSED,
    Planted.REPEATED: Outcome.REFUSED,
    Planted.STRANGER: Outcome.REFUSED,
    Planted.UNKNOWN_WORD: Outcome.REFUSED,
}


@pytest.fixture
def people(county: County) -> pl.DataFrame:
    people = make_people(TOWNS, 1, seed=7, on=ON)
    villages = people.select("village_code", "village_name").unique().sort("village_code").rows()
    known = set(Division.objects.values_list("code", flat=True))
    new = [(code, name) for code, name in villages if code not in known]
    Division.objects.bulk_create(Division(code=code, name=name, level="village") for code, name in new)
    CollectingUnit.objects.bulk_create(
        CollectingUnit(kind=UnitKind.VILLAGE, name=f"{name}村委会", division_id=code) for code, name in new
    )
    add_people(
        NewPerson(
            village=person["village_code"], household_code=f"样{person['household_no']}", name=person["name"], relation="",
            sex=person["sex"], born_on=person["born_on"], number=person["number"], number_kind="居民身份证",
        )
        for person in people.iter_rows(named=True)
    )  # fmt: skip
    names = dict(Division.objects.values_list("code", "name"))  # the small county has names of its own for two of them
    return people.with_columns(village_name=pl.col("village_code").replace_strict(names))


def verdicts_of(county: County, file: RosterFile) -> Counter[Outcome]:
    roster = imported(county, file.path, department=file.department, cut_off_on=ON)
    return Counter(counts_by_outcome(roster))


def test_the_verdicts_are_what_was_planted(county: County, people: pl.DataFrame, tmp_path: Path) -> None:
    files = write_dirty_rosters(people, tmp_path, seed=7, on=ON)
    expected = []
    for file in files:
        counted: Counter[Outcome] = Counter(dict.fromkeys(Outcome, 0))
        for planted, rows in file.expected.items():
            counted[MEANS[planted]] += rows
        expected.append(counted)

    assert [verdicts_of(county, file) for file in files] == expected
