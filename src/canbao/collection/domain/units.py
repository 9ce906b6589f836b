"""Collecting units: made, renamed and closed, in one place for all who do it (R-10).

A village's committee comes with its village (`divisions.domain.villages`) and ends with it (`merging`); here it is renamed, or
made for a village that has none. Schools, universities with their faculties and bank branches begin and end here. A faculty collects for
its own students: it has a drawer, receipts and staff of its own.
"""

from datetime import date, datetime

from django.db import transaction

from canbao.access.models import Staff
from canbao.access.record import record
from canbao.access.refusing import refusing
from canbao.collection.refusals import (
    SAID_BY_DATABASE,
    NoSuchUnit,
    NotAFaculty,
    UnitHasFaculties,
    UnitHasHouseholds,
    UnitNameTaken,
)
from canbao.divisions.domain.keeping import check_day, check_keeper, name_of_place, standing_place
from canbao.divisions.models import CollectingUnit, Division, UnitKind
from canbao.divisions.refusals import SameName
from canbao.kernel.days import CHINA
from canbao.register.models import Household


@transaction.atomic
def open_unit(
    kind: UnitKind, name: str, *, division: Division, university: CollectingUnit | None = None, by: Staff | None, at: datetime
) -> CollectingUnit:  # fmt: skip
    """A unit that collects in `division` (a village, or a town for what serves all of it). A faculty names its university
    and stands where that one stands.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `NoSuchPlace`, `NotAFaculty`, `PlaceNameWrong`, `UnitNameTaken` (also where
    a village has its committee).
    """
    county = division.code[:6]
    actor = check_keeper(by, county)
    level = Division.Level.VILLAGE if kind == UnitKind.VILLAGE else division.level
    division = standing_place(division.code, level, on=at.astimezone(CHINA).date(), county=county)
    if (kind == UnitKind.FACULTY) != (university is not None):
        raise NotAFaculty
    if university is not None:
        university = _collecting(university)
        if university.kind != UnitKind.UNIVERSITY or university.division_id != division.code:
            raise NotAFaculty
    name = name_of_place(name)
    beside = CollectingUnit.objects.filter(division=division, until__isnull=True)
    taken = beside.filter(parent=university, name=name).first()
    if kind == UnitKind.VILLAGE:
        taken = taken or beside.filter(kind=UnitKind.VILLAGE).first()
    if taken is not None:
        raise UnitNameTaken(where=university.name if university else division.name, name=taken.name)
    unit = CollectingUnit.objects.create(kind=kind, name=name, division=division, parent=university)
    record("unit.opened", f"unit:{unit.pk}", county=county, actor=actor, kind=kind, name=name)
    return unit


@transaction.atomic
def rename_unit(unit: CollectingUnit, name: str, *, by: Staff | None) -> CollectingUnit:
    """Says no, in this order: `NotYourDivision`, `NotYourWork`, `NoSuchUnit`, `PlaceNameWrong`, `SameName`, `UnitNameTaken`."""
    county = unit.division_id[:6]
    actor = check_keeper(by, county)
    unit, name = _collecting(unit), name_of_place(name)
    if name == unit.name:
        raise SameName(name=name)
    beside = CollectingUnit.objects.filter(division=unit.division_id, parent=unit.parent_id, until__isnull=True)
    if beside.filter(name=name).exists():
        raise UnitNameTaken(where=unit.parent.name if unit.parent else unit.division.name, name=name)
    was, unit.name = unit.name, name
    unit.save(update_fields=["name"])
    record("unit.renamed", f"unit:{unit.pk}", county=county, actor=actor, was=was, name=name)
    return unit


@transaction.atomic
def close_unit(unit: CollectingUnit, *, on: date, by: Staff | None, at: datetime) -> CollectingUnit:
    """It collects until `on`, its last day. What it took and its receipts stay with it.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `NoSuchUnit`, `DayOfPlaceNotPossible`, `UnitHasFaculties`,
    `UnitHasHouseholds` (somebody pays there), `CashInOldDrawer` (by the database, with the unit locked).
    """
    county = unit.division_id[:6]
    actor = check_keeper(by, county)
    unit = _collecting(unit)
    check_day(on, first=None, today=at.astimezone(CHINA).date())
    if unit.faculties.filter(until__isnull=True).exists():
        raise UnitHasFaculties(unit=unit.name)
    homes = Household.objects.filter(unit=unit).count()
    if homes:
        raise UnitHasHouseholds(unit=unit.name, homes=homes)
    unit.until = on
    with refusing(SAID_BY_DATABASE):
        unit.save(update_fields=["until"])
    record("unit.closed", f"unit:{unit.pk}", county=county, actor=actor, on=on)
    return unit


def _collecting(unit: CollectingUnit) -> CollectingUnit:
    """As it is now, locked against whoever takes money there. Raises `NoSuchUnit`."""
    found = CollectingUnit.objects.select_for_update().filter(pk=unit.pk, until__isnull=True).first()
    if found is None:
        raise NoSuchUnit(unit=unit.name)
    return found
