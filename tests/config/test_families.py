"""Whom `canbao start` names to try the residents' door with."""

from canbao.config.management.commands.start import families_to_try
from canbao.rosters.models import Outcome, RosterRow
from tests.collection.domain.test_cash import take
from tests.county import COUNTY, County, hold
from tests.web.conftest import number_of


def names() -> list[str]:
    return [name for name, _, _ in families_to_try()]


def test_one_is_ordinary_one_subsidised_and_one_has_paid_of_three_households(county: County) -> None:
    take(county, "周家")

    found = families_to_try()

    assert [(name, words.split(" / ")[0]) for name, _, words in found] == [
        ("赵大", "还没有缴费，普通居民"),
        ("钱奶奶", "还没有缴费，有资助"),
        ("周归", "已经缴费"),
    ]
    assert [number for _, number, _ in found] == [number_of(name) for name in ("赵大", "钱奶奶", "周归")]


def test_nobody_is_called_ordinary_in_whose_family_a_mistyped_row_may_mean_somebody(county: County) -> None:
    roster = hold({}, on=county.campaign.window_from, is_confirmed=False)
    RosterRow.objects.create(
        county=COUNTY, roster=roster, row=2, name="赵双一", outcome=Outcome.REFUSED, why="登记册上没有这个证件号码。"
    )

    assert names() == ["周归", "钱奶奶"]


def test_nobody_is_called_ordinary_in_whose_family_somebody_holds_a_category(county: County) -> None:
    hold({"赵双二": "低保对象"}, on=county.campaign.window_from)

    assert names() == ["周归", "钱奶奶"]
