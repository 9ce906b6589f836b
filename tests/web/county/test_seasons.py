"""参保年度: a notice is taken for a season, the base table drawn up, and the season opened after a second look."""

from datetime import date

import pytest
from django.test import Client

from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.divisions.models import Division
from canbao.enrolment.domain.campaigns import begin_season, is_of
from canbao.enrolment.models import BaseTable, Bill, Campaign
from canbao.enrolment.refusals import NoticeAmends, NoticeOfElsewhere, OtherPackPublished
from canbao.policy import load_pack, load_pack_texts
from tests.collection.cash_rules import with_cash_rule
from tests.county import COUNTY, County, another, signed_in
from tests.enrolment.amendment import amended
from tests.web.conftest import Outside
from tests.web.pages import refusal_of, text_of

SUIXI = load_pack("suixi-2022")


def unopened(outside: Outside) -> int:
    """Next year's, by the same notice."""
    later = {"benefit_from": date(2023, 1, 1), "benefit_until": date(2023, 12, 31)}
    return outside.look(lambda county: another(county.campaign, key="suixi-2023", title="下一年度", **later).pk)


def test_the_seasons_and_the_notices_of_the_county(sign_in: object) -> None:
    page = sign_in("county").get("/county/seasons/")

    assert "已开启" in text_of(page)
    assert [key for key, _title in page.context["form"].fields["pack"].choices] == ["suixi-2022"]  # not 合肥市, 东至县
    assert "参保年度" in text_of(sign_in("county").get("/county/"))


def test_a_notice_is_taken_and_nobody_has_a_bill_by_it_yet(sign_in: object, outside: Outside) -> None:
    client = sign_in("county")
    before = outside.look(lambda _: (Campaign.objects.count(), Bill.objects.count()))

    there = client.post("/county/seasons/", {"pack": "suixi-2022"}, follow=True)

    assert "濉溪县2022年度" in text_of(there)
    assert outside.look(lambda _: (Campaign.objects.count(), Bill.objects.count())) == before  # it was taken before
    assert client.post("/county/seasons/", {"pack": "hefei-2020"}).status_code == 422


def test_a_season_is_opened_after_a_second_look(sign_in: object, outside: Outside) -> None:
    outside.pays_cash("赵家")
    client, pk = sign_in("county"), unopened(outside)
    page = f"/county/seasons/{pk}/"

    drawn = text_of(client.post(f"{page}base/", follow=True))
    asked = text_of(client.post(f"{page}open/"))
    nothing_yet = outside.look(lambda _: Bill.objects.filter(campaign=pk).count())
    opened = text_of(client.post(f"{page}open/", {"confirmed": "1"}, follow=True))

    made = outside.look(lambda _: Bill.objects.filter(campaign=pk).count())
    people = outside.look(lambda _: BaseTable.objects.get(campaign=pk).people)
    assert f"已编制底表：{people}人。" in drawn
    assert ("在册的13人里，方案准许参保的各有一张账单" in asked, nothing_yet) == (True, 0)
    assert (f"已开启：生成{made}张账单。" in opened, made > 10) == (True, True)
    again = client.post(f"{page}open/", {"confirmed": "1"})
    assert (again.status_code, "已经开启，不能再次开启" in refusal_of(again)) == (409, True)
    assert "确认开启" not in text_of(client.post(f"{page}open/"))


def test_a_second_season_of_the_year_is_refused_at_the_first_look(sign_in: object, outside: Outside) -> None:
    pk = outside.look(lambda county: another(county.campaign, key="city-2022", title="市里的方案").pk)

    asked = sign_in("county").post(f"/county/seasons/{pk}/open/")

    assert (asked.status_code, "一个人会有两张账单" in refusal_of(asked)) == (409, True)
    assert "确认开启" not in text_of(asked)


def test_a_base_table_is_drawn_up_once(sign_in: object, outside: Outside) -> None:
    outside.pays_cash("赵家")
    client, pk = sign_in("county"), unopened(outside)
    assert client.post(f"/county/seasons/{pk}/base/").status_code == 302

    assert client.post(f"/county/seasons/{pk}/base/").status_code == 409


def test_towns_that_are_not_there_are_named(sign_in: object, outside: Outside) -> None:
    """The small county has two of the notice's towns."""
    page = f"/county/seasons/{outside.look(lambda county: county.campaign.pk)}/"
    missing = next(unit.name for unit in SUIXI.targets.units if unit.name not in ("濉溪镇", "百善镇"))
    client = sign_in("county")
    before = text_of(client.get(page))
    outside.look(lambda _: Division.objects.create(code="340621199000", name=missing, level="town"))

    after = text_of(client.post("/county/seasons/", {"pack": "suixi-2022"}, follow=True))

    assert (missing in before, missing in after) == (True, False)


def test_nobody_else_opens_a_season(sign_in: object, outside: Outside) -> None:
    pk = unopened(outside)

    def asks(client: Client) -> list[int]:
        return [client.get(to).status_code for to in ("/county/seasons/", f"/county/seasons/{pk}/")]

    assert [asks(sign_in(who)) for who in ("clerk", "town", "tax", "civil")] == [[403, 403]] * 4
    assert sign_in("county").get("/county/seasons/999999/").status_code == 404


def test_a_notice_of_elsewhere_or_that_amends_begins_no_season(county: County) -> None:
    amends = amended()
    texts = dict(SUIXI.texts)
    changed = texts | {"document.yaml": texts["document.yaml"].replace("工作实施方案", "工作方案", 1)}
    bureau = county.staff("county")
    with signed_in("county"):
        with pytest.raises(NoticeOfElsewhere):
            begin_season(load_pack("dongzhi-2021"), county=COUNTY, by=bureau)
        with pytest.raises(NoticeAmends):
            begin_season(amends, county=COUNTY, by=bureau)
        with pytest.raises(OtherPackPublished):
            begin_season(load_pack_texts(changed, key="suixi-2022"), county=COUNTY, by=bureau)
        with pytest.raises(NotYourWork):
            begin_season(SUIXI, county=COUNTY, by=county.staff("tax"))
        with pytest.raises(NotYourDivision):
            begin_season(SUIXI, county=COUNTY, by=county.staff("town"))


@pytest.mark.parametrize(
    ("pack", "county", "is_its"),
    [
        ("suixi-2022", "340621", True), ("suixi-2022", "340622", False), ("hefei-2021", "340111", True),
        ("hefei-2021", "340621", False), ("huilong-2020", "500155", True),
    ],
)  # fmt: skip
def test_a_notice_is_its_countys_its_citys_or_a_towns(pack: str, county: str, is_its: bool) -> None:
    assert is_of(load_pack(pack), county=county) is is_its


def test_the_county_says_on_the_page_whether_cash_stops_at_the_limits(sign_in: object, outside: Outside) -> None:
    rule = "{remit_within: 30天, on_reaching_yuan: 200000, clause: 五（一）}"
    pk = outside.look(lambda county: with_cash_rule(county.campaign, rule).pk)
    client, page = sign_in("county"), f"/county/seasons/{pk}/"

    before = text_of(client.get(page))
    stopped = text_of(client.post(f"{page}cash/", {"stops": "1"}, follow=True))
    was = outside.look(lambda county: county.campaign.cash_stops)
    client.post(f"{page}cash/")

    assert "现金最长 30天汇缴一次；达到200,000元即汇缴。 依据：五（一）" in before
    assert ("从现在起，到限的单位先汇缴，再收现金。" in stopped, was) == (True, True)
    assert outside.look(lambda county: county.campaign.cash_stops) is False


def test_a_notice_without_limits_shows_none_and_nothing_can_be_stopped(sign_in: object, outside: Outside) -> None:
    pk = outside.look(lambda county: county.campaign.pk)
    client, page = sign_in("county"), f"/county/seasons/{pk}/"

    assert "现金限额" not in text_of(client.get(page))
    answer = client.post(f"{page}cash/", {"stops": "1"})
    assert (answer.status_code, "没有可以停收的限额" in refusal_of(answer)) == (409, True)
