"""Collecting units begin, are renamed and end in one place; a drawer that is not empty stays open, whoever asks."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connections

from canbao.access.refusals import NotYourWork
from canbao.collection.domain.units import close_unit, open_unit, rename_unit
from canbao.collection.refusals import (
    CashInOldDrawer,
    NoSuchUnit,
    NotAFaculty,
    UnitHasFaculties,
    UnitHasHouseholds,
    UnitNameTaken,
)
from canbao.divisions.models import CollectingUnit, Division, UnitKind
from canbao.divisions.refusals import DayOfPlaceNotPossible, NoSuchPlace, PlaceNameWrong, SameName
from canbao.register.models import Household
from tests.collection.domain.test_merging import cash_of
from tests.county import IN_THE_WINDOW, VILLAGE, County, register_changes

TODAY = IN_THE_WINDOW.date()
TOWN = "340621100000"


def made(
    kind: UnitKind, name: str, *, place: str = VILLAGE, university: CollectingUnit | None = None
) -> CollectingUnit:
    return open_unit(
        kind, name, division=Division.objects.get(pk=place), university=university, by=None, at=IN_THE_WINDOW
    )


def closed(unit: CollectingUnit) -> CollectingUnit:
    return close_unit(unit, on=TODAY, by=None, at=IN_THE_WINDOW)


def test_a_university_with_faculties_each_of_which_collects(county: County) -> None:
    university = made(UnitKind.UNIVERSITY, "示例学院", place=TOWN)
    arts, law = (made(UnitKind.FACULTY, name, place=TOWN, university=university) for name in ("文学院", "法学院"))

    assert set(university.faculties.all()) == {arts, law}
    assert {one.division_id for one in (arts, law)} == {TOWN}


def test_two_universities_may_have_faculties_of_one_name(county: County) -> None:
    first, second = (made(UnitKind.UNIVERSITY, name, place=TOWN) for name in ("甲学院", "乙学院"))

    assert made(UnitKind.FACULTY, "法学院", place=TOWN, university=first) != made(UnitKind.FACULTY, "法学院", place=TOWN, university=second)  # fmt: skip
    with pytest.raises(UnitNameTaken):
        made(UnitKind.FACULTY, "法学院", place=TOWN, university=first)


def test_what_cannot_be_opened(county: County) -> None:
    university, school = made(UnitKind.UNIVERSITY, "示例学院", place=TOWN), made(UnitKind.SCHOOL, "示例小学")
    with pytest.raises(NotAFaculty):
        made(UnitKind.FACULTY, "文学院")
    with pytest.raises(NotAFaculty):
        made(UnitKind.FACULTY, "文学院", university=school)
    with pytest.raises(NotAFaculty):
        made(UnitKind.FACULTY, "文学院", university=university)  # it stands elsewhere
    with pytest.raises(NotAFaculty):
        made(UnitKind.BANK, "示例支行", place=TOWN, university=university)
    with pytest.raises(UnitNameTaken):
        made(UnitKind.SCHOOL, "示例小学")
    with pytest.raises(UnitNameTaken):
        made(UnitKind.VILLAGE, "第二村委会")  # a village has one committee
    with pytest.raises(NoSuchPlace):
        made(UnitKind.VILLAGE, "镇村委会", place=TOWN)
    with pytest.raises(PlaceNameWrong):
        made(UnitKind.SCHOOL, " ")


def test_the_county_keeps_units_and_nobody_else(county: County) -> None:
    village = Division.objects.get(pk=VILLAGE)
    with pytest.raises(NotYourWork):
        open_unit(UnitKind.SCHOOL, "示例小学", division=village, by=county.staff("tax"), at=IN_THE_WINDOW)


def test_another_name(county: County) -> None:
    school = made(UnitKind.SCHOOL, "示例小学")
    made(UnitKind.SCHOOL, "中心小学")

    assert rename_unit(school, "示例学校", by=None).name == "示例学校"
    with pytest.raises(SameName):
        rename_unit(school, "示例学校", by=None)
    with pytest.raises(UnitNameTaken):
        rename_unit(school, "中心小学", by=None)


class TestClosing:
    def test_a_unit_that_is_done(self, county: County) -> None:
        school = closed(made(UnitKind.SCHOOL, "示例小学"))

        assert CollectingUnit.objects.get(pk=school.pk).until == TODAY
        assert made(UnitKind.SCHOOL, "示例小学") != school  # its name is free again
        with pytest.raises(NoSuchUnit):
            closed(school)

    def test_a_university_after_its_faculties(self, county: County) -> None:
        university = made(UnitKind.UNIVERSITY, "示例学院", place=TOWN)
        faculty = made(UnitKind.FACULTY, "文学院", place=TOWN, university=university)
        with pytest.raises(UnitHasFaculties):
            closed(university)

        closed(faculty)
        assert closed(university).until == TODAY

    def test_a_unit_where_somebody_pays(self, county: County) -> None:
        with pytest.raises(UnitHasHouseholds) as no:
            closed(county.unit())
        assert "6户" in no.value.says

    def test_not_tomorrow(self, county: County) -> None:
        with pytest.raises(DayOfPlaceNotPossible):
            close_unit(made(UnitKind.SCHOOL, "示例小学"), on=TODAY + timedelta(days=1), by=None, at=IN_THE_WINDOW)

    def test_a_drawer_that_is_not_empty(self, county: County) -> None:
        cash_of(county, "周家")
        other = made(UnitKind.SCHOOL, "示例小学")
        with register_changes():
            Household.objects.filter(unit=county.unit()).update(unit=other)

        with pytest.raises(CashInOldDrawer):
            closed(county.unit())

    def test_a_drawer_that_is_not_empty_by_the_owner_either(self, real_county: County) -> None:
        cash_of(real_county, "周家")
        statement = f"UPDATE divisions_collectingunit SET until = '{TODAY}' WHERE division = '{VILLAGE}'"
        with connections["owner"].cursor() as owner:
            with pytest.raises(DatabaseError, match="cash_in_old_drawer"):
                owner.execute(statement)
            owner.execute("ALTER TABLE divisions_collectingunit DISABLE TRIGGER drawer_is_empty")  # the control
            owner.execute(statement)
            assert owner.rowcount == 1
