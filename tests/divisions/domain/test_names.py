"""Places get another name from a day on, and zones a place in the tree; the county says so, with day and paper."""

from datetime import date, timedelta

import pytest

from canbao.access.refusals import NotYourWork
from canbao.divisions.domain.names import add_zone, committee_name, rename
from canbao.divisions.models import CollectingUnit, Division
from canbao.divisions.refusals import (
    CodeNotPossible,
    DayOfPlaceNotPossible,
    NoSuchPlace,
    PlaceNameTaken,
    PlaceNameWrong,
    SameName,
    WhyOfPlaceMissing,
)
from canbao.kernel.refusal import Refusal
from tests.county import COUNTY, FAR_VILLAGE, IN_THE_WINDOW, VILLAGE, County, signed_in

TODAY = IN_THE_WINDOW.date()
PAPER = "濉政秘〔2021〕9号"


def village() -> Division:
    return Division.objects.get(pk=VILLAGE)


def test_the_old_name_is_kept_and_the_committee_follows(county: County) -> None:
    with signed_in("county"):
        former = rename(village(), "新民村", on=TODAY, why=PAPER, by=county.staff("county"), at=IN_THE_WINDOW)

    assert (former.name, former.until, former.by) == ("示例一村", TODAY - timedelta(days=1), "staff:county")
    assert village().name == "新民村"
    assert county.unit().name == "新民村委会"


def test_a_committee_with_a_name_of_its_own_keeps_it(county: County) -> None:
    CollectingUnit.objects.filter(division=VILLAGE).update(name="示例便民服务站")

    rename(village(), "新民村", on=TODAY, why=PAPER, by=None, at=IN_THE_WINDOW)

    assert county.unit().name == "示例便民服务站"


def test_who_does_not_keep_places_renames_none(county: County) -> None:
    with pytest.raises(NotYourWork):
        rename(village(), "新民村", on=TODAY, why=PAPER, by=county.staff("tax"), at=IN_THE_WINDOW)


@pytest.mark.parametrize(
    ("name", "on", "why", "no"),
    [
        (" ", TODAY, PAPER, PlaceNameWrong),
        ("村" * 61, TODAY, PAPER, PlaceNameWrong),
        ("示例\x00村", TODAY, PAPER, PlaceNameWrong),
        ("示例一村", TODAY, PAPER, SameName),
        ("示例二村", TODAY, PAPER, PlaceNameTaken),
        ("新民村", TODAY + timedelta(days=1), PAPER, DayOfPlaceNotPossible),
        ("新民村", TODAY, " ", WhyOfPlaceMissing),
    ],
)
def test_what_cannot_be(county: County, name: str, on: date, why: str, no: type[Refusal]) -> None:
    with pytest.raises(no):
        rename(village(), name, on=on, why=why, by=None, at=IN_THE_WINDOW)


def test_a_name_holds_for_a_day_at_least(county: County) -> None:
    rename(village(), "新民村", on=TODAY, why=PAPER, by=None, at=IN_THE_WINDOW)

    with pytest.raises(DayOfPlaceNotPossible):
        rename(village(), "新生村", on=TODAY, why=PAPER, by=None, at=IN_THE_WINDOW)


def test_a_name_is_taken_within_its_own_town(county: County) -> None:
    assert FAR_VILLAGE[:9] != VILLAGE[:9]

    rename(village(), "示例三村", on=TODAY, why=PAPER, by=None, at=IN_THE_WINDOW)

    assert Division.objects.filter(name="示例三村").count() == 2


def test_a_county_is_not_renamed_here(county: County) -> None:
    with pytest.raises(NoSuchPlace):
        rename(Division.objects.get(level="county"), "新县", on=TODAY, why=PAPER, by=None, at=IN_THE_WINDOW)


@pytest.mark.parametrize(
    ("name", "kind", "called"),
    [
        ("示例一村", "villagers", "示例一村委会"),
        ("幸福社区", "residents", "幸福社区居委会"),
        ("幸福", "residents", "幸福居委会"),
        ("大庄", "villagers", "大庄村委会"),
        ("新民村村民委员会", "villagers", "新民村村民委员会"),
    ],
)
def test_what_a_committee_is_called(name: str, kind: str, called: str) -> None:
    assert committee_name(name, kind) == called


class TestZones:
    def test_a_code_that_nests_is_the_code(self, county: County) -> None:
        zone = add_zone(COUNTY, "开发区", published="340621400", on=None, by=None, at=IN_THE_WINDOW)

        assert (zone.code, zone.published_code, zone.kind) == ("340621400000", None, "zone")

    def test_a_zone_without_a_code_gets_one_within_the_county(self, county: County) -> None:
        first = add_zone(COUNTY, "东园区", published=None, on=TODAY, by=None, at=IN_THE_WINDOW)
        second = add_zone(COUNTY, "西园区", published=None, on=TODAY, by=None, at=IN_THE_WINDOW)

        assert (first.code, second.code) == ("340621900000", "340621901000")

    def test_what_cannot_be(self, county: County) -> None:
        with pytest.raises(CodeNotPossible):
            add_zone(COUNTY, "开发区", published="340621100", on=None, by=None, at=IN_THE_WINDOW)
        with pytest.raises(PlaceNameTaken):
            add_zone(COUNTY, "濉溪镇", published=None, on=None, by=None, at=IN_THE_WINDOW)
        with pytest.raises(NoSuchPlace):
            add_zone("340622", "开发区", published=None, on=None, by=None, at=IN_THE_WINDOW)
        with pytest.raises(DayOfPlaceNotPossible):
            add_zone(COUNTY, "开发区", published=None, on=TODAY + timedelta(days=1), by=None, at=IN_THE_WINDOW)
