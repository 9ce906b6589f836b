"""The words that a department's columns were learned by: seen, and forgotten, on a page of their own."""

import pytest
from django.test import Client

from canbao.access.models import Role, Staff
from canbao.access.scope import within
from canbao.rosters.models import LearnedColumn
from tests.county import COUNTY, PASSWORD, everybody
from tests.documents.workbooks import xlsx
from tests.rosters.files import listed
from tests.web.department.test_uploads import address, worked
from tests.web.pages import text_of

FILE = xlsx({"名单": [("姓名", "身份证号", "保障种类"), listed("赵大")]})
AGAIN = xlsx({"名单": [("姓名", "身份证号", "保障种类"), listed("赵妻")]})


@pytest.fixture(autouse=True)
def _civil_affairs(db: None) -> None:
    with within(everybody()):
        Staff.objects.filter(username="civil").update(department="民政部门")


@pytest.fixture
def civil(sign_in: object, outside: object) -> Client:
    """Somebody of civil affairs who has put a column right once and handed the list in."""
    client = sign_in("civil")
    where = address(client, FILE)
    client.post(where, {"column-2": "category"})
    worked(client, where)
    return client


def test_the_next_preview_says_that_it_went_by_what_was_said_before(civil: Client) -> None:
    seen = text_of(civil.get(address(civil, AGAIN)))

    assert seen.count("照贵部门以前选的") == 1
    assert "缺少「人员类别」列" not in seen


def test_the_words_are_listed_with_who_said_so_and_forgotten_by_a_tap(civil: Client) -> None:
    page = text_of(civil.get("/department/words/"))
    assert "保障种类 人员类别" in page
    assert "民政" in page

    with within(everybody()):
        one = LearnedColumn.objects.get()
    said = text_of(civil.post(f"/department/words/{one.pk}/forget/", follow=True))

    assert "已忘掉“保障种类”" in said
    assert "还没有记住过表头" in said
    assert "缺少「人员类别」列" in text_of(civil.get(address(civil, AGAIN)))


def test_another_department_and_another_county_neither_see_nor_forget_them(civil: Client, sign_in: object) -> None:
    with within(everybody()):
        one = LearnedColumn.objects.get()
        disabled = Staff.objects.create_staff(
            username="disabled", password=PASSWORD, full_name="残联", role=Role.DEPARTMENT, division=COUNTY
        )
        Staff.objects.filter(pk=disabled.pk).update(department="残联")
    client = sign_in("disabled")

    assert "保障种类" not in text_of(client.get("/department/words/"))
    assert client.post(f"/department/words/{one.pk}/forget/").status_code == 404
    assert "民政部门" in text_of(sign_in("county").get("/department/words/"))
    assert sign_in("clerk").get("/department/words/").status_code == 403
