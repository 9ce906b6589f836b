"""Where a row says that somebody lives, in the words of departments."""

import pytest

from canbao.divisions.domain.names import rename
from canbao.divisions.models import Division
from canbao.kernel.days import days_after
from canbao.rosters.domain.places import Places
from tests.county import COUNTY, FAR_VILLAGE, IN_THE_WINDOW, OTHER_VILLAGE, VILLAGE, County, signed_in


@pytest.mark.parametrize(
    ("town", "village", "found"),
    [
        pytest.param("濉溪镇", "示例一村", [VILLAGE], id="both"),
        pytest.param("", "示例一村村委会", [VILLAGE], id="the-committee"),
        pytest.param(" 濉溪镇 ", "示例一村村民委员会", [VILLAGE], id="the-committee-in-full"),
        pytest.param("濉溪镇", "", ["340621100000"], id="the-town-alone"),
        pytest.param("百善镇", "示例一村", [], id="not-in-that-town"),
        pytest.param("濉溪镇", "无名村", [], id="a-village-that-nobody-knows"),
        pytest.param("无名镇", "示例三村", [FAR_VILLAGE], id="a-town-that-nobody-knows"),
        pytest.param("", "", [], id="nothing"),
    ],
)
def test_a_place_is_found_or_not_guessed(county: County, town: str, village: str, found: list[str]) -> None:
    assert [first for first, _ in Places(COUNTY).ranges(town, village)] == found


def test_a_village_name_that_two_towns_have_means_both_until_the_town_is_said(county: County) -> None:
    Division.objects.create(code="340621101201", name="示例一村", level="village")
    places = Places(COUNTY)

    assert [first for first, _ in places.ranges("", "示例一村")] == [VILLAGE, "340621101201"]
    assert [first for first, _ in places.ranges("百善镇", "示例一村")] == ["340621101201"]


def test_an_old_name_means_where_its_people_are_by_now(county: County) -> None:
    """Departments go on writing what a village was called before it was renamed or merged."""
    Division.objects.filter(pk=VILLAGE).update(until="2021-06-30", successor=OTHER_VILLAGE)
    with signed_in("county"):
        rename(
            Division.objects.get(pk=OTHER_VILLAGE), "新民村", on=IN_THE_WINDOW.date(), why="批复", by=county.staff("county"),
            at=IN_THE_WINDOW,
        )  # fmt: skip
    places = Places(COUNTY)

    for name in ("示例一村", "示例二村", "新民村"):
        assert [first for first, _ in places.ranges("濉溪镇", name)] == [OTHER_VILLAGE]
    assert not places.differs("濉溪镇", "示例一村", OTHER_VILLAGE)


def test_a_village_that_was_split_is_also_what_was_split_off(county: County) -> None:
    """Departments go on writing the old village of those who are in the new one; the new name means that one alone."""
    new = "340621100202"
    Division.objects.create(code=new, name="新民村", level="village", since=IN_THE_WINDOW.date(), split_from_id=VILLAGE)
    places = Places(COUNTY)

    assert [first for first, _ in places.ranges("濉溪镇", "示例一村")] == [VILLAGE, new]
    assert [first for first, _ in places.ranges("濉溪镇", "新民村")] == [new]
    assert (places.differs("濉溪镇", "示例一村", new), places.differs("濉溪镇", "新民村", VILLAGE)) == (False, True)


def test_a_split_that_was_taken_back_means_the_whole_again(county: County) -> None:
    day = IN_THE_WINDOW.date()
    Division.objects.create(
        code="340621100202", name="新民村", level="village", since=day, until=days_after(day, -1), split_from_id=VILLAGE,
        successor_id=VILLAGE,
    )  # fmt: skip

    assert [first for first, _ in Places(COUNTY).ranges("濉溪镇", "新民村")] == [VILLAGE]
    assert [first for first, _ in Places(COUNTY).ranges("濉溪镇", "示例一村")] == [VILLAGE]
