"""随学费代收: the university's officer sees who is to pay, takes the list out, sends it back, and everybody is taken at once."""

import re
from io import BytesIO

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from canbao.access.models import Record
from canbao.collection.models import Payment
from canbao.enrolment.models import Enrolment
from tests.collection.domain.test_fees import faculty, found_university
from tests.collection.paying import pay
from tests.web.conftest import Outside, number_of
from tests.web.pages import text_of


@pytest.fixture
def school(outside: Outside, sign_in: object) -> Client:
    outside.look(found_university)
    return sign_in("far")


def look(client: Client, *rows: str, header: str = "姓名,身份证号,金额") -> object:
    file = SimpleUploadedFile("收费.csv", "\n".join([header, *rows]).encode("gb18030"))
    return client.post("/fees/", {"taken_on": "2021-11-10", "file": file})


def test_a_list_is_looked_at_and_then_taken_as_one(school: Client, outside: Outside) -> None:
    looked = look(school, f"赵妻,{number_of('赵妻')},320", f"钱儿,{number_of('钱儿')},300")

    said = text_of(looked)
    assert (looked.status_code, "可以登记 1 人" in said, "不能登记 1 行" in said) == (422, True, True)
    assert "3 钱儿 金额不符：应收320.00元，实收300元。" in said
    assert not re.search(r"\d{17}[\dX]", looked.content.decode())
    assert outside.look(lambda _: Payment.objects.count()) == 0

    done = school.post("/fees/take/", {"seen": looked.context["seen"]}, follow=True)
    again = school.post("/fees/take/", {"seen": looked.context["seen"]}, follow=True)

    assert "已登记代收1人，票据已开。" in text_of(done)
    assert "1人先前已登记，没有重复。" in text_of(again)
    assert outside.look(lambda _: Enrolment.objects.get().resident.name) == "赵妻"


def test_a_ticked_faculty_is_taken_and_its_page_says_how_each_paid(school: Client, outside: Outside) -> None:
    literature = outside.look(lambda _: faculty("文学院").pk)
    outside.look(lambda county: pay(county, county.person("赵双一").household.code))
    looked = school.post("/fees/", {"taken_on": "2021-11-10", "faculty": [literature]})

    school.post("/fees/take/", {"seen": looked.context["seen"]})
    page = school.get(f"/fees/{literature}/")

    said = text_of(page)
    assert "学生 2 人，已参保 2 人，待缴 0 人" in said
    assert re.search(r"赵妻 \S+ 已缴给学校 2021年11月10日 320\.00", said)
    assert re.search(r"赵双一 \S+ 已自己缴 2021年11月15日 320\.00", said)
    read = outside.look(lambda _: Record.objects.filter(verb="fees.students_read").latest("position").detail)
    assert len(read["residents"]) == 2
    assert "这里没有还没缴的人。" in text_of(school.get(f"/fees/{literature}/?only=to-pay"))


def test_the_list_for_the_fees_office_shows_no_number_and_comes_back(school: Client, outside: Outside) -> None:
    science = outside.look(lambda _: faculty("理学院").pk)

    sheet = school.post(f"/fees/{science}/sheet/")

    table = pl.read_excel(BytesIO(sheet.content), has_header=False, engine="calamine")
    assert not re.search(r"\d{17}[\dX]", str(table.rows()))
    looked = school.post("/fees/", {"taken_on": "2021-11-10", "file": SimpleUploadedFile("待缴.xlsx", sheet.content)})
    assert "可以登记 1 人" in text_of(looked)
    assert outside.look(lambda _: Record.objects.filter(verb="fees.sheet.read").count()) == 1


def test_what_is_not_possible_is_said(school: Client, outside: Outside) -> None:
    village = outside.look(lambda county: county.unit().pk)
    literature = outside.look(lambda _: faculty("文学院").pk)

    neither = school.post("/fees/", {"taken_on": "2021-11-10"})
    to_come = school.post("/fees/", {"taken_on": "2021-12-01", "faculty": [literature]})
    nobody = look(school, "赵妻,320", header="姓名,金额")
    old = school.post("/fees/take/", {"seen": "x"}, follow=True)

    assert (neither.status_code, "勾选院系，或者上传收费表，二选一。" in text_of(neither)) == (422, True)
    assert (to_come.status_code, "收费日期“2021-12-01”不对" in text_of(to_come)) == (409, True)
    assert (nobody.status_code, "示例学院的收费表里看不出是谁缴的。" in text_of(nobody)) == (409, True)
    assert "名单过了时间，请重新上传。" in text_of(old)
    assert [school.get(f"/fees/{village}/").status_code, school.post(f"/fees/{village}/sheet/").status_code] == [
        404,
        404,
    ]


def test_a_village_has_no_such_page(sign_in: object) -> None:
    assert sign_in("clerk").get("/fees/").status_code == 404
