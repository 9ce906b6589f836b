"""A year of the small county: the base table goes out, changes come back, people pay; next year's base table is drawn up from
them, its changes come back, and next year's register is made. Nobody is lost on the way."""

from datetime import date

from canbao.collection.domain.readjustment import readjust
from canbao.enrolment.domain.base import draw_base_table
from canbao.enrolment.domain.campaigns import open_campaign
from canbao.enrolment.domain.change_tables import hand_in, take
from canbao.enrolment.domain.free import enrol_fully_subsidised
from canbao.enrolment.models import BaseTable, Bill
from canbao.reports.base_papers import base_list
from canbao.reports.nobody_lost import PlaceProof, Proof, nobody_lost
from tests.collection.domain.test_cash import take as take_cash
from tests.county import COUNTY, IN_THE_WINDOW, OTHER_VILLAGE, VILLAGE, County, another, number, signed_in
from tests.enrolment.change_sheets import sheet
from tests.enrolment.domain.test_base import NEXT_YEAR

THIS_YEAR = IN_THE_WINDOW
# The rules of the same notice, whose window is of 2021, for the benefit period after it.
NEXT_PERIOD = {"key": "suixi-2023", "benefit_from": date(2023, 1, 1), "benefit_until": date(2023, 12, 31)}


def proof(table: BaseTable) -> Proof:
    table.campaign.refresh_from_db()
    return nobody_lost(table, division=COUNTY)


def test_from_one_base_table_to_the_next_nobody_is_lost(county: County) -> None:
    # this year: the list goes out to be ticked; a death, a move and a wrong name come back
    first = BaseTable.objects.get(campaign=county.campaign)
    with signed_in("clerk"):
        clerk = county.staff("clerk")
        assert base_list(first, county.unit().division, by=clerk, at=THIS_YEAR).startswith(b"%PDF")
        written = sheet(
            钱儿={"变动": "迁出", "变动日期": "2021-09-10"},
            周归={"变动": "更正", "更正后姓名": "周桂"},
            李妻={"变动": "死亡", "变动日期": "2021-10-02"},
        )
        made = hand_in(first, written, village=VILLAGE, file_name="变动.xlsx", why="入户核对", by=clerk, at=THIS_YEAR)
        take(made, by=clerk, at=THIS_YEAR)
    this_year = proof(first)
    assert (this_year.whole, this_year.holds) == (PlaceProof("", "", kept=9, died=1, moved=1, employed=1), True)

    # people pay, and the office enrols who has nothing to pay
    for home, who in (("赵家", "clerk"), ("周家", "clerk"), ("郑家", "neighbour")):
        take_cash(county, home, by=who)
    with signed_in("county"):
        enrol_fully_subsidised(county.campaign, on=THIS_YEAR.date(), actor="staff:county")
        readjust(county.campaign, as_of=THIS_YEAR.date(), at=THIS_YEAR, actor="staff:county")

    # next year: drawn up from who was enrolled; a child is new, somebody finds work, an old man dies
    bureau = county.staff("county")
    with signed_in("county"):
        campaign = another(county.campaign, **NEXT_PERIOD)
        second = draw_base_table(campaign, by=bureau, at=NEXT_YEAR)
    assert (second.people, second.earlier) == (7, county.campaign)
    with signed_in("clerk"):
        written = sheet(
            {
                "变动": "新增",
                "农户编码": "周家",
                "姓名": "周小桂",
                "与户主关系": "子女",
                "证件号码": number(date(2020, 3, 1), 13),
            },
            赵大={"变动": "参加职工医保", "变动日期": "2022-07-01"},
            孙独={"变动": "死亡", "变动日期": "2022-08-15"},
        )
        made = hand_in(second, written, village=VILLAGE, file_name="变动.xlsx", why="入户核对", by=clerk, at=NEXT_YEAR)
        take(made, by=clerk, at=NEXT_YEAR)

    # next year's register: a bill for everybody who is kept, and for whoever is new
    with signed_in("county"):
        open_campaign(second.campaign, by=bureau, on=THIS_YEAR.date())
    next_year = proof(second)
    assert next_year.villages == (
        PlaceProof(VILLAGE, "示例一村", kept=4, died=1, employed=1),
        PlaceProof(OTHER_VILLAGE, "示例二村", kept=1),
    )
    assert (next_year.whole.last, next_year.holds) == (second.people, True)
    billed = set(Bill.objects.filter(campaign=second.campaign).values_list("resident__name", flat=True))
    assert {"赵妻", "赵双一", "赵双二", "周桂", "郑邻", "周小桂"} <= billed
    assert not billed & {"孙独", "赵大", "李妻", "钱儿"}

    # and what was said of the year before still adds up: everybody of then is still somewhere
    before = proof(first)
    assert (before.whole.last, before.lost, before.missing_rows) == (first.people, (), 0)
