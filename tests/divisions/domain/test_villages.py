"""Villages by import: every bad row is named with its reason, nothing is half taken, and a name decides where codes do not nest."""

from collections.abc import Sequence

import pytest

from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.collection.domain.merging import merge_town
from canbao.divisions.domain.names import add_zone
from canbao.divisions.domain.villages import Judged, judge, read_villages, take_villages
from canbao.divisions.models import CollectingUnit, Division
from canbao.divisions.refusals import (
    NoVillages,
    PlaceNameTaken,
    PlaceNameWrong,
    TownCodeUnknown,
    TownsDisagree,
    TownUnknown,
    VillageCodeWrong,
    VillageElsewhere,
    VillageEnded,
    VillageNamedOtherwise,
    VillagesNotGood,
    VillageTwice,
    VillageWordUnknown,
)
from canbao.documents.refusals import EmptyFile
from canbao.kernel.refusal import Refusal
from tests.county import COUNTY, FAR_VILLAGE, IN_THE_WINDOW, VILLAGE, County, signed_in
from tests.documents.workbooks import xlsx


def sheet(*rows: Sequence[str], header: Sequence[str] = ("代码", "名称", "类型")) -> bytes:
    return "\n".join(",".join(row) for row in (header, *rows)).encode("gb18030")


def judged(*rows: Sequence[str], header: Sequence[str] = ("代码", "名称", "类型")) -> Judged:
    return judge(read_villages(sheet(*rows, header=header)), COUNTY)


def the_no(*rows: Sequence[str], header: Sequence[str] = ("代码", "名称", "类型")) -> Refusal:
    """Why the last row is bad."""
    return judged(*rows, header=header).bad[-1][1]


WITH_TOWN = ("统计用区划代码", "村（居）名称", "城乡分类代码", "所属乡镇")


class TestTaken:
    def test_with_a_committee_each(self, county: County) -> None:
        with signed_in("county"):
            done = take_villages(
                read_villages(sheet(("340621100202", "新民村", "村委会"), ("340621100003", "幸福社区", ""))),
                COUNTY, by=county.staff("county"), at=IN_THE_WINDOW,
            )  # fmt: skip

        assert [one.code for one in done.new] == ["340621100202", "340621100003"]
        made = Division.objects.filter(pk__in=["340621100202", "340621100003"]).values_list("name", "level", "kind")
        assert set(made) == {("新民村", "village", "villagers"), ("幸福社区", "village", "residents")}
        committees = CollectingUnit.objects.filter(division__in=["340621100202", "340621100003"])
        assert {one.name for one in committees} == {"新民村委会", "幸福社区居委会"}

    def test_twice_is_once(self, county: County) -> None:
        rows = read_villages(sheet(("340621100202", "新民村", "村委会")))
        take_villages(rows, COUNTY, by=None, at=IN_THE_WINDOW)
        again = take_villages(rows, COUNTY, by=None, at=IN_THE_WINDOW)

        assert (again.new, [row.name for row in again.same]) == ([], ["新民村"])

    def test_from_a_spreadsheet_as_the_statistics_office_writes_it(self, county: County) -> None:
        """The town stands in a row of its own, and codes are numbers."""
        title, town = ["濉溪县统计用区划代码", "", ""], ["340621100000", "", "濉溪镇"]
        header, village = ["统计用区划代码", "城乡分类代码", "名称"], [340621100202, "220", "新民村委会"]
        content = xlsx({"村": [title, header, town, village]})

        (one,) = judge(read_villages(content), COUNTY).new

        assert (one.code, one.name, one.urban_rural, one.row) == ("340621100202", "新民村委会", "220", 4)

    def test_nothing_where_one_row_is_bad(self, county: County) -> None:
        rows = read_villages(sheet(("340621100202", "新民村", "村委会"), ("34062110020", "短码村", "村委会")))

        with pytest.raises(VillagesNotGood) as no:
            take_villages(rows, COUNTY, by=None, at=IN_THE_WINDOW)

        assert no.value.words == {"bad": 1, "rows": "3"}
        assert not Division.objects.filter(name="新民村").exists()

    def test_by_the_county_alone(self, county: County) -> None:
        rows = read_villages(sheet(("340621100202", "新民村", "村委会")))
        with pytest.raises(NotYourDivision):
            take_villages(rows, COUNTY, by=county.staff("clerk"), at=IN_THE_WINDOW)
        with pytest.raises(NotYourWork):
            take_villages(rows, COUNTY, by=county.staff("tax"), at=IN_THE_WINDOW)


class TestCodesThatDoNotNest:
    def test_the_name_of_the_town_decides(self, county: County) -> None:
        """The Ministry's 340621110 is 百善镇, which is 340621101 here: the village lies in 百善镇."""
        (one,) = judged(("340621110205", "柳孜村", "220", "百善镇"), header=WITH_TOWN).new

        assert (one.code, one.published, one.town) == ("340621101205", "340621110205", "340621101000")

    def test_a_code_of_ours_that_is_taken_is_not_given_twice(self, county: County) -> None:
        first, second = judged(
            ("340621110200", "柳孜村", "", "百善镇"), ("340621112200", "叶刘湖村", "", "百善镇"), header=WITH_TOWN
        ).new

        assert (first.code, second.code) == ("340621101900", "340621101901")  # …200 is 示例三村 already

    def test_what_the_town_published_is_enough_without_its_name(self, county: County) -> None:
        Division.objects.filter(pk="340621101000").update(published_code="340621110000")

        (one,) = judged(("340621110205", "柳孜村", "村委会")).new

        assert one.code == "340621101205"

    def test_a_village_of_a_zone(self, county: County) -> None:
        zone = add_zone(COUNTY, "濉芜产业园", published="340676000000", on=None, by=None, at=IN_THE_WINDOW)

        (one,) = judged(("340676400201", "园区村", "", "濉芜产业园"), header=WITH_TOWN).new

        assert (zone.code, zone.published_code) == ("340621900000", "340676000000")
        assert (one.code, one.published) == ("340621900201", "340676400201")

    def test_two_towns_for_one_beginning(self, county: County) -> None:
        bad = judged(
            ("340621110205", "柳孜村", "", "百善镇"), ("340621110206", "叶刘湖村", "", "濉溪镇"), header=WITH_TOWN
        ).bad

        assert [type(no) for _, no in bad] == [TownsDisagree, TownsDisagree]
        assert "濉溪镇、百善镇" in bad[0][1].says


GOOD = ("340621100202", "新民村", "村委会")


@pytest.mark.parametrize(
    ("rows", "no"),
    [
        ([("34062110020", "短码村", "")], VillageCodeWrong),
        ([("340621100000", "", "")], VillageCodeWrong),
        ([("341721100200", "外县村", "")], VillageElsewhere),
        ([("340621100202", "", "村委会")], PlaceNameWrong),
        ([("340621100202", "新民村", "自然村")], VillageWordUnknown),
        ([("340621107202", "新民村", "村委会")], TownCodeUnknown),
        ([GOOD, ("340621100202", "新生村", "村委会")], VillageTwice),
        ([GOOD, ("340621100203", "新民村", "村委会")], VillageTwice),
        ([(VILLAGE, "别名村", "村委会")], VillageNamedOtherwise),
        ([("340621100299", "示例一村", "村委会")], PlaceNameTaken),
    ],
)
def test_a_bad_row_says_why(county: County, rows: list[tuple[str, str, str]], no: type[Refusal]) -> None:
    assert isinstance(the_no(*rows), no)


def test_a_town_that_nobody_knows(county: County) -> None:
    assert isinstance(the_no(("340621100202", "新民村", "", "无名镇"), header=WITH_TOWN), TownUnknown)


def test_a_class_that_nobody_knows(county: County) -> None:
    no = the_no(("340621100202", "新民村", "999", "濉溪镇"), header=WITH_TOWN)

    assert isinstance(no, VillageWordUnknown)
    assert no.words["what"] == "城乡分类代码"


def test_the_code_of_a_village_that_has_ended(county: County) -> None:
    Division.objects.filter(pk=VILLAGE).update(until="2021-06-30")

    assert isinstance(the_no((VILLAGE, "示例一村", "村委会")), VillageEnded)


@pytest.fixture
def merged(county: County) -> Division:
    """示例三村 of a town that became part of 濉溪镇: the place that it is now."""
    with signed_in("county"):
        far, into = (Division.objects.get(pk=code) for code in (f"{FAR_VILLAGE[:9]}000", "340621100000"))
        merge_town(far, into, on=IN_THE_WINDOW.date(), why="民政文件", by=county.staff("county"), at=IN_THE_WINDOW)
    return Division.objects.get(pk=FAR_VILLAGE).successor


def test_after_a_merger_of_towns_the_old_code_still_means_the_village(merged: Division) -> None:
    found = judged((FAR_VILLAGE, merged.name, "", "濉溪镇"), header=("代码", "名称", "类型", "乡镇"))

    assert (merged.published_code, [row.name for row in found.same], found.bad) == (FAR_VILLAGE, [merged.name], [])


def test_the_new_published_code_of_a_village_is_noted_once_there_is_one(county: County, merged: Division) -> None:
    rows = read_villages(sheet(("340621100777", merged.name, "", "濉溪镇"), header=("代码", "名称", "类型", "乡镇")))
    with signed_in("county"):
        for expected in (1, 0):  # the second time it is here already
            done = take_villages(rows, COUNTY, by=county.staff("county"), at=IN_THE_WINDOW)
            assert (len(done.renumbered), done.new, done.bad) == (expected, [], [])

    merged.refresh_from_db()
    assert merged.published_code == "340621100777"


def test_a_village_that_is_here_is_left_alone(county: County) -> None:
    assert [row.name for row in judged((VILLAGE, "示例一村", "村委会")).same] == ["示例一村"]


def test_a_list_without_a_village(county: County) -> None:
    with pytest.raises(NoVillages):
        judged(("340621100000", "濉溪镇", ""))
    with pytest.raises(NoVillages):
        read_villages(sheet(("340621100202", "村委会"), header=("代码", "类型")))


def test_a_file_that_is_none() -> None:
    with pytest.raises(EmptyFile):
        read_villages(b"")
