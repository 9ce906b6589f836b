"""Published codes down to the towns of the five notices, brought here without renaming or ending anything."""

import pytest
from django.db import DatabaseError

from canbao.access.scope import Scope, within
from canbao.divisions.domain.published import as_of, import_published, published_in
from canbao.divisions.models import Division
from canbao.divisions.refusals import NotPublished
from canbao.policy import load_pack
from tests.county import COUNTY, County


@pytest.mark.parametrize(
    ("pack", "towns"),
    [
        ("dongzhi-2021", {"尧渡镇", "东流镇", "大渡口镇", "龙泉镇", "花园乡", "木塔乡", "青山乡"}),
        ("suixi-2022", {"濉溪镇", "韩村镇", "刘桥镇", "五沟镇", "临涣镇", "双堆集镇", "铁佛镇", "南坪镇", "百善镇", "孙疃镇", "四铺镇"}),
        ("huilong-2020", {"回龙镇"}),
        ("hefei-2020", {"大杨镇", "上派镇"}),
        ("hefei-2021", {"大杨镇", "上派镇"}),
    ],
)  # fmt: skip
def test_the_towns_of_the_five_notices_are_published(pack: str, towns: set[str]) -> None:
    place = load_pack(pack).document.place_code.rstrip("0")
    county = place[:6] if len(place) > 4 else place[:4]

    found = published_in(county)

    assert towns <= {one.name for one in found if one.level == "town"}
    assert [one.level for one in found if one.level in ("province", "county")][:1] == ["province"]
    assert found[0].code.endswith("0000000000")


def test_the_table_says_for_which_day_it_stands() -> None:
    assert as_of() >= "2025-12-31"


def test_a_county_that_is_not_published_is_no_county() -> None:
    with pytest.raises(NotPublished):
        published_in("340176")  # 合肥高新区: a code of the statistics office alone


INSTALLATION = Scope(division="", actor="command:divisions")


def test_a_county_comes_with_all_above_and_below_it(county: County) -> None:
    with within(INSTALLATION):
        done = import_published("341721")

        assert [one.name for one in done.same] == ["安徽省"]  # the county of the tests lies in it, too
        assert [one.name for one in done.added[:2]] == ["池州市", "东至县"]
        assert len(done.added) == 2 + 15
        assert Division.objects.get(pk="341721209000").name == "花园乡"


def test_twice_is_once(county: County) -> None:
    with within(INSTALLATION):
        import_published("341721")
        again = import_published("341721")

    assert (again.added, len(again.same)) == ([], 18)


def test_a_municipality_has_no_prefecture_in_between(county: County) -> None:
    with within(INSTALLATION):
        done = import_published("500155")

    assert {one.name for one in done.added} >= {"重庆市", "梁平区", "回龙镇"}
    assert [one for one in done.added if one.level == "prefecture"] == []


def test_a_town_is_known_by_its_name_and_keeps_its_own_code(county: County) -> None:
    """Here 百善镇 is 340621101, as the statistics office numbers it; the Ministry says 340621110."""
    with within(INSTALLATION):
        done = import_published(COUNTY)

        baishan = Division.objects.get(name="百善镇")
        assert (baishan.code, baishan.published_code) == ("340621101000", "340621110000")
        assert baishan in done.coded
        assert not Division.objects.filter(pk="340621110000").exists()


def test_a_town_with_another_name_is_told_and_not_renamed(county: County) -> None:
    Division.objects.filter(pk="340621100000").update(name="旧名镇")

    with within(INSTALLATION):
        done = import_published(COUNTY)

        assert [(ours.name, theirs) for ours, theirs in done.differing] == [("旧名镇", "濉溪镇")]
        assert Division.objects.get(pk="340621100000").name == "旧名镇"


def test_a_town_that_is_here_alone_is_told(county: County) -> None:
    Division.objects.create(code="340621120000", name="新设镇", level="town")

    with within(INSTALLATION):
        assert [one.name for one in import_published(COUNTY).only_here] == ["新设镇"]


def test_a_county_cannot_write_what_lies_in_another(county: County) -> None:
    with within(Scope(division=COUNTY, actor="test")), pytest.raises(DatabaseError):
        import_published("341721")
