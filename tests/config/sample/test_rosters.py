"""The dirty rosters: read back as a department's file is, and found to hold exactly what was planted."""

from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from canbao.config.sample.people import make_people
from canbao.config.sample.rosters import READABLE, Planted, RosterFile, write_dirty_rosters
from canbao.documents.columns import Field, fields_frame, find_columns
from canbao.documents.reading import read_spreadsheet
from canbao.kernel.identity import (
    IdentityRefusal,
    NumericCell,
    RoundedBySpreadsheet,
    WrongCheckCharacter,
    parse_identity,
)

ON = date(2021, 9, 30)
TOWNS = [("濉溪镇", "340621100000", 94903), ("百善镇", "340621101000", 122266)]


@pytest.fixture(scope="module")
def people() -> pl.DataFrame:
    return make_people(TOWNS, 5, seed=7, on=ON)


@pytest.fixture(scope="module")
def files(people, tmp_path_factory) -> list[RosterFile]:
    return write_dirty_rosters(people, tmp_path_factory.mktemp("rosters"), seed=7, on=ON)


def read(file: RosterFile) -> pl.DataFrame:
    table = read_spreadsheet(file.path.read_bytes())
    return fields_frame(table, find_columns(table, required=[Field.NAME, Field.NUMBER, Field.CATEGORY]))


def outcome(row: dict[str, object], register: dict[str, str], seen: set[tuple[str, str]]) -> Planted:  # noqa: PLR0911
    """What a careful reader finds wrong with a row, first thing first; one line a kind."""
    try:
        identity = parse_identity(
            row["number"], from_numeric_cell=row["number_is_numeric"], allow_synthetic=True, on=ON
        )
    except WrongCheckCharacter:
        return Planted.WRONG_CHECK
    except (RoundedBySpreadsheet, NumericCell):
        return Planted.NUMERIC
    if identity.number not in register:
        return Planted.STRANGER
    if register[identity.number] != row["name"]:
        return Planted.NAME_DIFFERS
    key = (identity.number, row["category"])
    if key in seen:
        return Planted.REPEATED
    seen.add(key)
    if row["category"] == "最低生活保障":
        return Planted.UNKNOWN_WORD
    return Planted.CLEAN


def test_there_is_a_file_from_each_department(files):
    assert [(file.department, file.path.suffix, file.sheet) for file in files] == [
        ("民政局", ".xlsx", "在册人员"),
        ("乡村振兴局", ".csv", ""),
        ("卫生健康委", ".xlsx", "Sheet1"),
        ("退役军人事务局", ".xlsx", "优抚"),
    ]


def test_the_rows_read_are_the_rows_counted(files):
    assert [read(file).height for file in files] == [file.rows for file in files]


def test_a_careful_reader_finds_exactly_what_was_planted(files, people):
    register = dict(people.select("number", "name").iter_rows())
    for file in files:
        seen: set[tuple[str, str]] = set()
        found = Counter(outcome(row, register, seen) for row in read(file).iter_rows(named=True))
        expected = Counter(
            {
                Planted.CLEAN: sum(file.expected.get(kind, 0) for kind in READABLE),
                **{kind: count for kind, count in file.expected.items() if kind not in READABLE},
            }
        )
        assert found == expected, file.department


def test_every_kind_of_trouble_is_somewhere(files):
    planted = Counter[Planted]()
    for file in files:
        planted.update(file.expected)
    assert set(planted) == set(Planted)


def test_the_veterans_numbers_are_spoilt_but_for_those_that_end_in_x(files):
    frame = read(files[3])
    assert frame.filter("number_is_numeric")["number"].str.ends_with("000").all()
    assert frame.filter(~pl.col("number_is_numeric"))["number"].str.ends_with("X").all()
    with pytest.raises(IdentityRefusal):
        parse_identity(frame.filter("number_is_numeric")["number"][0], from_numeric_cell=True, allow_synthetic=True)


def test_some_people_are_on_two_departments_lists(files):
    civil, rural = (set(read(file)["number"]) for file in files[:2])
    assert len(civil & rural) > 10


def test_the_same_seed_writes_the_same_rows(files, people, tmp_path):
    again = write_dirty_rosters(people, Path(tmp_path), seed=7, on=ON)
    assert [file.expected for file in again] == [file.expected for file in files]
    assert [read(file).equals(read(other)) for file, other in zip(again, files, strict=True)] == [True] * 4


def test_a_sample_of_one_percent_still_has_something_for_everybody(tmp_path):
    small = make_people(TOWNS, 1, seed=7, on=ON)
    assert all(file.rows > 0 for file in write_dirty_rosters(small, tmp_path, seed=7, on=ON))
