"""The four dirty files of the sample: verdicts find everything that was planted, and condemn no good row."""

from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from canbao.config.sample.people import make_people
from canbao.config.sample.rosters import Planted, RosterFile, write_dirty_rosters
from canbao.rosters.models import Outcome
from canbao.rosters.queries import counts_by_outcome
from tests.county import County
from tests.rosters.files import imported
from tests.rosters.register import ON, TOWNS, on_the_register

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
    return on_the_register(make_people(TOWNS, 1, seed=7, on=ON))


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
