"""Stationery on a page: taken in, handed out, counted, given back, lost; and who runs short."""

import re
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.web.pages import refusal_of, text_of


def form(act: str, first: int, last: int, *, series: int = 7, **more: str) -> dict[str, str]:
    asked = {
        "act": act,
        "act_id": str(uuid4()),
        "kind": "paper",
        "series": str(series),
        "first": str(first),
        "last": str(last),
    }
    return asked | more


def gives(client: Client, to: str, first: int, last: int, **more: str) -> HttpResponse:
    return client.post("/stock/", form("give", first, last, to=to, document="领用单1") | more, follow=True)


def counts(client: Client, answer: str = "received") -> HttpResponse:
    (address,) = re.findall(r'action="(/stock/[^"]+)"', client.get("/stock/").content.decode())
    return client.post(address, {"answer": answer}, follow=True)


def unit_of(outside: object) -> str:
    return f"unit:{outside.look(lambda county: county.unit().pk)}"


def test_from_the_province_to_a_clerk(sign_in: object, outside: object) -> None:
    county, second, town, clerk = (sign_in(name) for name in ("county", "county2", "town", "clerk"))

    gives(county, "province", 1, 1000)
    counts(second)
    gives(county, "office:340621100000", 1, 100)
    on_the_way = text_of(town.get("/stock/"))
    counts(town)
    gives(town, unit_of(outside), 1, 50)
    last = text_of(counts(clerk))

    assert "等您点收" in on_the_way
    assert "0007 № 00000001 – 00000100" in on_the_way
    assert "✓ 已点收，可以使用。" in last
    assert "0007 № 00000001 – 00000050 纸质专用票据 50" in last
    assert "0007 № 00000051 – 00000100 纸质专用票据 50" in text_of(town.get("/stock/"))


def test_who_gave_is_told_that_somebody_else_counts(sign_in: object) -> None:
    county = sign_in("county")
    gives(county, "province", 1, 9)

    answer = counts(county)

    assert (answer.status_code, refusal_of(answer)) == (409, "经办和确认不能是同一个人。")


def test_what_did_not_come_is_said_on_the_page(sign_in: object) -> None:
    gives(sign_in("county"), "province", 1, 9)

    assert "✓ 已登记没有收到。" in text_of(counts(sign_in("county2"), "missing"))


def test_a_clerk_gives_back_and_reports_lost_and_the_page_above_says_so(sign_in: object, outside: object) -> None:
    clerk, town = sign_in("clerk"), sign_in("town")

    gives(clerk, "office:340621100000", 51, 100, series="1")
    counts(town)
    lost = clerk.post("/stock/", form("lose", 2, 2, series=1, reason="路上丢失"), follow=True)
    seen = text_of(town.get("/stock/"))
    verified = text_of(Client().get("/verify/", {"series": "1", "number": "2", "code": "1234567890"}))

    assert "✓ 已登记遗失，这些号码不能再用。" in text_of(lost)
    assert "0001 № 00000002 – 00000002 示例一村委会 路上丢失 村经办员 2021年11月15日" in seen
    assert "示例一村委会 49 最近两周没有用过" in seen
    assert "✗ 这是遗失的票据，不是有效票据" in verified
    assert "示例一村委会在 2021年11月15日 报告遗失了这个号码。" in verified


def test_who_runs_short_stands_first_and_is_marked(sign_in: object, outside: object) -> None:
    outside.pays_cash("赵家")

    seen = text_of(sign_in("county").get("/stock/"))

    assert re.search(r"示例三村委会 0 快用完了 最近两周没有用过 示例一村委会 99 照最近两周的用量，还够 1386 天", seen)


@pytest.mark.parametrize(("who", "address", "units"), [("county", "/county/", 2), ("town", "/township/", 1)])
def test_the_front_page_says_how_many_units_below_run_short(
    sign_in: object, outside: object, who: str, address: str, units: int
) -> None:
    before = text_of(sign_in(who).get(address))
    gives(sign_in("clerk"), "office:340621100000", 11, 100, series="1")
    after = text_of(sign_in(who).get(address))

    said = [re.findall(r"有 (\d+) 个单位的纸质票据快用完了", seen) for seen in (before, after)]
    assert said == [[str(units - 1)] if units > 1 else [], [str(units)]]


def test_who_keeps_no_stock_is_not_told_of_it(sign_in: object) -> None:
    assert "快用完了" not in text_of(sign_in("tax").get("/county/"))


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"first": ""}, 422),
        ({"document": ""}, 422),
        ({"to": "unit:0"}, 422),
        ({"first": "9", "last": "1"}, 409),
        ({"first": "5000", "last": "5001"}, 409),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_handed_over(sign_in: object, asked: dict, status: int) -> None:
    given = form("give", 1, 9, to="office:340621000000", document="领用单1") | asked

    answer = sign_in("town").post("/stock/", given)

    assert answer.status_code == status
    assert "等待点收" not in text_of(answer)


@pytest.mark.parametrize("username", ["finance", "tax", "civil"])
def test_who_keeps_none_has_no_such_page(sign_in: object, username: str) -> None:
    assert sign_in(username).get("/stock/").status_code == 403


def test_an_answer_without_a_word_is_none(sign_in: object) -> None:
    gives(sign_in("county"), "province", 1, 9)

    assert "等您点收" in text_of(counts(sign_in("county2"), ""))


def test_one_and_three_cost_as_many_queries(sign_in: object, django_assert_num_queries: object) -> None:
    county = sign_in("county")
    for ranges in ([(1, 9)], [(11, 19), (21, 29)]):
        for first, last in ranges:
            gives(county, "province", first, last)
        with django_assert_num_queries(14):
            county.get("/stock/")
