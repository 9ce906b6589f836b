"""Two towns' invented people on the register of the small county, and lists of them with known faults."""

from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from canbao.access.sealing import person_token
from canbao.config.sample.faults import DEAD, MOVED
from canbao.config.sample.faulty import Layout, Planted, known, plant, write
from canbao.config.sample.people import make_people
from canbao.divisions.models import CollectingUnit, Division, UnitKind
from canbao.register.domain.bulk import NewPerson, add_people
from canbao.register.models import Resident
from tests.county import register_changes
from tests.rosters.files import SUIXI

ON = date(2021, 9, 30)
TOWNS = [("濉溪镇", "340621100000", 94903), ("百善镇", "340621101000", 122266)]


class Register(NamedTuple):
    """Two towns' people, on the register: `percent` of them. Some have `gone`."""

    people: pl.DataFrame


def registered(percent: float) -> Register:
    people = make_people(TOWNS, percent, seed=7, on=ON)
    row = pl.int_range(pl.len())
    people = people.with_columns(
        gone=pl.when(row % 97 == 3).then(pl.lit(DEAD)).when(row % 97 == 5).then(pl.lit(MOVED)).otherwise(pl.lit(""))
    )
    people = on_the_register(people)
    with register_changes():
        for kind, field in ((DEAD, "died_on"), (MOVED, "moved_on")):
            tokens = [person_token(number) for number in people.filter(pl.col("gone") == kind)["number"]]
            Resident.objects.filter(person_token__in=tokens).update(**{field: date(2021, 6, 1)})
    return Register(people)


def on_the_register(people: pl.DataFrame) -> pl.DataFrame:
    """Their villages, with a committee each, and they themselves; villages are called in the answer as the directory does."""
    villages = people.select("village_code", "village_name").unique().sort("village_code").rows()
    there = set(Division.objects.values_list("code", flat=True))
    new = [(code, name) for code, name in villages if code not in there]
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
    names = dict(Division.objects.values_list("code", "name"))
    return people.with_columns(village_name=pl.col("village_code").replace_strict(names))


def written(register: Register, path: Path, layout: Layout, *, rows: int, seed: int = 1, **changes: Any) -> Planted:
    """A list of so many rows in that layout, three in a hundred of them with a fault."""
    entries = plant(known(register.people), SUIXI, rows=rows, share=0.03, seed=seed, cut_off_on=ON, **changes)
    return write(entries, path, layout, cut_off_on=ON)
