"""From a figure of the progress page to the people behind it, and what to do about them."""

import re

import pytest
from django.test import Client

from canbao.access.clock import today
from canbao.access.models import Record, Role, Staff
from canbao.access.scope import Scope, within
from canbao.divisions.models import CollectingUnit
from canbao.enrolment.models import Bill
from canbao.reports.coverage import coverage
from canbao.reports.people import Which, bills_behind, how_many
from tests.collection.domain.test_readjustment import adjust
from tests.county import COUNTY, VILLAGE, County, everybody
from tests.desks import amend
from tests.enrolment.amendment import amended
from tests.web.pages import text_of

THE_COUNTY, THE_TOWN, CITY = f"{COUNTY}000000", "340621100000", "340600000000"
THE_OFFICE_FIXES_100 = """\
document:
  title: 关于重点优抚对象资助的通知（试验）
  place: 濉溪县
  place_code: 340621
  issuer: 濉溪县
  extends: suixi-2022
  holds_from: 2021-11-15
  clause: 全文
subsidies+:
  - drop: 重点优抚对象、低收入家庭重度残疾人、计划生育特殊困难家庭成员
  - categories: [低收入家庭重度残疾人, 计划生育特殊困难家庭成员]
    unknown: 按其他文件规定，本通知没有金额
    ask: 县医保局
    clause: 二
  - category: 重点优抚对象
    subsidy: {yuan: 220, payer: 同级财政}
    pays_yuan: 100
    clause: 一
"""


def links_of(client: Client, address: str) -> list[str]:
    return re.findall(r'href="(/county/places/[^"]+)"', client.get(address).content.decode())


def test_every_figure_about_people_leads_to_them(sign_in: object, outside: object) -> None:
    client = sign_in("county")

    county, town = links_of(client, "/county/"), links_of(client, f"/county/towns/{THE_TOWN}/")

    assert {f"/county/places/{THE_COUNTY}/{one}/" for one in Which} | {f"/county/places/{THE_TOWN}/subsidised/"} == set(county)  # fmt: skip
    assert {f"/county/places/{THE_TOWN}/{one}/" for one in Which} <= set(town)
    assert f"/county/places/{VILLAGE}/to-pay/" in town  # a village opens
    assert {client.get(address).status_code for address in {*county, *town}} == {200}


def test_the_list_is_as_long_as_the_figure(sign_in: object, outside: object) -> None:
    outside.pays_cash("钱家")

    def counted(county: County) -> tuple[list[int], list[int], list[int]]:
        (row,) = [one for one in coverage(county.campaign, on=today()) if one.code == THE_TOWN]
        listed = [bills_behind(county.campaign, which, division=THE_TOWN).count() for which in Which]
        return (
            [row.to_pay, row.unknown, row.subsidised_open],
            listed,
            list(how_many(county.campaign, division=THE_TOWN).values()),
        )

    figures, listed, counts = outside.look(counted)
    assert figures == listed == counts
    assert 0 not in figures


def test_an_amount_that_is_not_known_says_whom_to_ask_and_what_to_do(sign_in: object, outside: object) -> None:
    seen = text_of(sign_in("county").get(f"/county/places/{THE_COUNTY}/unknown/"))

    assert "李军 农户编码 李家" in seen
    assert "待定 重点优抚对象的资助金额：按其他文件规定，本通知没有金额" in seen
    assert "请问：县医保局 三、四（五）" in seen
    assert "写成对通知的修改，由系统管理员用 canbao amend 发布" in seen


def test_what_the_page_says_to_do_makes_the_amount_known(sign_in: object, outside: object) -> None:
    with within(everybody()):
        amend(outside.county.campaign, amended(THE_OFFICE_FIXES_100), by=outside.county.staff("county"))
        adjust(outside.county)
        assert outside.county.bill("李军").due_fen == 10000

    assert "没有这样的人。" in text_of(sign_in("county").get(f"/county/places/{THE_COUNTY}/unknown/"))


def test_who_is_subsidised_and_not_enrolled_is_named_with_what_they_owe(sign_in: object, outside: object) -> None:
    seen = text_of(sign_in("town").get(f"/county/places/{THE_TOWN}/subsidised/"))

    assert re.search(r"钱奶奶 农户编码 钱家 \*{4}\w{4} 示例一村委会 40\.00", seen)
    assert "孙独" in seen
    assert "赵大" not in seen


def test_a_village_shows_its_own_figures_and_people(sign_in: object, outside: object) -> None:
    outside.pays_cash("赵家")

    seen = text_of(sign_in("county").get(f"/county/places/{VILLAGE}/to-pay/"))

    assert "应缴 9 人 = 已缴 4 人 + 没缴 5 人" in seen
    assert ("周归" in seen, "赵大" in seen, "郑邻" in seen) == (True, False, False)


@pytest.mark.parametrize(
    ("username", "division", "status"),
    [
        ("town", THE_COUNTY, 404),
        ("town", "340621101000", 404),
        ("town", THE_TOWN, 200),
        ("clerk", VILLAGE, 200),
        ("clerk", THE_TOWN, 404),
        ("civil", THE_TOWN, 403),
    ],
)
def test_nobody_reads_people_of_another_place(sign_in: object, outside: object, username: str, division: str, status: int) -> None:  # fmt: skip
    assert sign_in(username).get(f"/county/places/{division}/to-pay/").status_code == status


@pytest.mark.parametrize("username", ["tax", "finance", "county2"])
def test_whoever_asks_nobody_to_pay_reads_figures_and_no_names(sign_in: object, outside: object, username: str) -> None:
    if username == "county2":
        works_for_the_city(username)
    client = sign_in(username)
    page = f"/county/towns/{THE_TOWN}/"

    for which in Which:
        assert client.get(f"/county/places/{THE_TOWN}/{which}/").status_code == 403
        assert client.get(f"/county/places/{VILLAGE}/{which}/").status_code == 403
    assert links_of(client, page) == []
    assert re.search(r"没缴 \d+ 人 其中 1 人金额待定 资助对象未参保 [1-9]", text_of(client.get(page)))


def test_a_schools_clerk_reads_who_pays_through_the_school_and_nobody_else_of_the_village(
    sign_in: object, outside: object
) -> None:
    outside.look(a_school_takes_from_the_worker)

    seen = text_of(sign_in("clerk").get(f"/county/places/{VILLAGE}/to-pay/"))

    assert ("示例小学 没缴费的人" in seen, "没缴费的人 1" in seen, "吴职" in seen) == (True, True, True)
    assert ("赵大" in seen, "参保率" in seen) == (False, False)
    assert "赵大" in text_of(sign_in("town").get(f"/county/places/{VILLAGE}/to-pay/"))


def test_a_schools_clerk_without_a_school_reads_of_nobody(sign_in: object, outside: object) -> None:
    outside.look(lambda _: Staff.objects.filter(username="clerk").update(unit_id=None, role=Role.SCHOOL_CLERK))

    assert sign_in("clerk").get(f"/county/places/{VILLAGE}/to-pay/").status_code == 404


def a_school_takes_from_the_worker(county: County) -> None:
    school = CollectingUnit.objects.create(kind="school", name="示例小学", division_id=VILLAGE)
    Staff.objects.filter(username="clerk").update(unit_id=school.pk, role=Role.SCHOOL_CLERK)
    worker, ordinary = county.person("吴职"), county.bill("赵大")
    Bill.objects.create(
        county=COUNTY, campaign=county.campaign, resident=worker, household=worker.household, division=VILLAGE,
        unit=school, assessment=ordinary.assessment, due_fen=ordinary.due_fen,
    )  # fmt: skip


def test_a_city_goes_back_to_the_county_that_it_came_from(sign_in: object, outside: object) -> None:
    """Without its code the link would lead to the first county of the city."""
    works_for_the_city("county2")

    town = sign_in("county2").get(f"/county/towns/{THE_TOWN}/").content.decode()

    assert f'<a href="/county/?county={COUNTY[:6]}">← 全县' in town


def works_for_the_city(username: str) -> None:
    with within(Scope(CITY[:4], actor="test")):
        Staff.objects.filter(username=username).update(role=Role.CITY, division=CITY)


def test_an_unknown_kind_of_list_is_not_there(sign_in: object, outside: object) -> None:
    assert sign_in("county").get(f"/county/places/{THE_COUNTY}/everybody/").status_code == 404


def test_the_pages_beside_this_one_are_a_touch_away(sign_in: object, outside: object) -> None:
    client, address = sign_in("county"), f"/county/places/{THE_COUNTY}/to-pay/"

    def bills(county: County) -> list[int]:
        found = bills_behind(county.campaign, Which.TO_PAY, division=THE_COUNTY)
        return list(found.order_by("division", "household", "pk").values_list("pk", flat=True))

    listed = outside.look(bills)
    rest = client.get(f"{address}?after={listed[2]}").content.decode()
    first = client.get(f"{address}?before={listed[3]}").content.decode()

    assert (rest.count('<th scope="row">'), first.count('<th scope="row">')) == (len(listed) - 3, 3)
    assert re.findall(r'<a class="button" href="(\?[^"]+)">([^<]+)<', rest) == [(f"?before={listed[3]}", "上一页")]
    assert re.findall(r'<a class="button" href="(\?[^"]+)">([^<]+)<', first) == [(f"?after={listed[2]}", "下一页")]


@pytest.mark.parametrize("wrong", ["after=x", "before=-1", "after=" + "9" * 30, "after=²"])
def test_a_wrong_neighbour_in_the_address_leads_to_the_first_page(sign_in: object, outside: object, wrong: str) -> None:
    seen = text_of(sign_in("county").get(f"/county/places/{THE_COUNTY}/unknown/?{wrong}"))

    assert "李军 农户编码 李家" in seen


def test_whoever_reads_the_list_is_on_record_with_whose_names(sign_in: object, outside: object) -> None:
    sign_in("county").get(f"/county/places/{THE_COUNTY}/unknown/")

    last = outside.look(lambda _: Record.objects.latest("position"))
    soldier = outside.look(lambda county: county.person("李军").pk)
    assert (last.verb, last.actor, last.detail["residents"]) == ("people.read", "staff:county", [soldier])


def test_one_person_and_seven_cost_as_many_queries(sign_in: object, outside: object, django_assert_num_queries: object) -> None:  # fmt: skip
    client = sign_in("county")
    for which in ("unknown", "to-pay"):
        with django_assert_num_queries(18):  # of which eight begin, plan and end two transactions
            client.get(f"/county/places/{THE_COUNTY}/{which}/")
