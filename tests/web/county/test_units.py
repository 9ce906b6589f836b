"""The pages of collecting units: a school, a university with its faculties, another name, the last day."""

from django.test import Client

from canbao.divisions.models import CollectingUnit
from tests.county import VILLAGE
from tests.web.conftest import Outside
from tests.web.pages import text_of

NEW = f"/county/divisions/{VILLAGE}/units/"


def page_of(client: Client, outside: Outside, name: str) -> str:
    pk = outside.look(lambda _: CollectingUnit.objects.get(name=name).pk)
    return f"/county/units/{pk}/"


def test_a_university_with_its_faculties(sign_in: object, outside: Outside) -> None:
    client = sign_in("county")
    client.post(NEW, {"kind": "university", "name": "示例学院"})
    page = page_of(client, outside, "示例学院")

    answer = text_of(client.post(f"{page}faculty/", {"name": "文学院"}, follow=True))

    assert "院系 缴费的人 已参保 待缴 经办人 文学院 0 0 0 —" in answer
    assert "示例学院 高等学校 示例一村 1 正在代收" in text_of(client.get("/county/units/"))
    assert "← 示例学院" in text_of(client.get(page_of(client, outside, "文学院")))
    assert client.post(f"{page}faculty/", {"name": "文学院"}).status_code == 409
    assert client.post(f"{page}faculty/", {"name": ""}).status_code == 422


def test_another_name_and_the_last_day(sign_in: object, outside: Outside) -> None:
    client = sign_in("county")
    client.post(NEW, {"kind": "school", "name": "示例小学"})
    page = page_of(client, outside, "示例小学")

    assert "示例学校" in text_of(client.post(f"{page}rename/", {"name": "示例学校"}, follow=True))
    assert "代收到 2021年11月15日" in text_of(client.post(f"{page}close/", {"on": "2021-11-15"}, follow=True))
    assert client.post(f"{page}close/", {"on": "2021-11-15"}).status_code == 409


def test_whoever_pays_there_is_listed_and_that_is_on_record(sign_in: object, outside: Outside) -> None:
    client = sign_in("county")
    page = page_of(client, outside, "示例一村委会")

    assert "在这里缴费的人 11" in text_of(client.get(page))
    assert "停止代收" not in text_of(client.get(page))  # a village's committee ends with its village


def test_a_name_that_is_taken_and_a_kind_that_is_none(sign_in: object) -> None:
    client = sign_in("county")

    assert client.post(NEW, {"kind": "village", "name": "第二村委会"}).status_code == 409
    assert client.post(NEW, {"kind": "faculty", "name": "文学院"}).status_code == 422
    assert client.get(NEW).status_code == 200


def test_nobody_else_keeps_units(sign_in: object) -> None:
    assert [sign_in(who).get("/county/units/").status_code for who in ("clerk", "town", "tax")] == [403] * 3
