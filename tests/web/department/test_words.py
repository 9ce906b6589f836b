"""A department's own words for columns and categories: said in a preview, seen and forgotten on a page of their own."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client

from canbao.access.models import Role, Staff
from canbao.access.scope import within
from canbao.rosters.models import LearnedWord, Roster, Upload
from tests.county import COUNTY, PASSWORD, everybody
from tests.documents.workbooks import xlsx
from tests.rosters.files import listed
from tests.web.department.test_uploads import address, worked
from tests.web.pages import refusal_of, text_of

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
        one = LearnedWord.objects.get()
    said = text_of(civil.post(f"/department/words/{one.pk}/forget/", follow=True))

    assert "已忘掉“保障种类”" in said
    assert "还没有记住过表头。 类别写法 还没有记住过类别写法。" in said
    assert "缺少「人员类别」列" in text_of(civil.get(address(civil, AGAIN)))


def test_another_department_and_another_county_neither_see_nor_forget_them(civil: Client, sign_in: object) -> None:
    with within(everybody()):
        one = LearnedWord.objects.get()
        disabled = Staff.objects.create_staff(
            username="disabled", password=PASSWORD, full_name="残联", role=Role.DEPARTMENT, division=COUNTY
        )
        Staff.objects.filter(pk=disabled.pk).update(department="残联")
    client = sign_in("disabled")

    assert "保障种类" not in text_of(client.get("/department/words/"))
    assert client.post(f"/department/words/{one.pk}/forget/").status_code == 404
    assert "民政部门" in text_of(sign_in("county").get("/department/words/"))
    assert sign_in("clerk").get("/department/words/").status_code == 403


SPELLED = [("姓名", "身份证号", "人员类别"), listed("赵大", "低保A类"), listed("赵妻", "民政户")]


@pytest.fixture
def spelling(sign_in: object, outside: object) -> Client:
    """Somebody of civil affairs who has said of two spellings what they mean and handed the list in."""
    client = sign_in("civil")
    where = address(client, xlsx({"名单": SPELLED}))
    client.post(where, {"edition": "0", "spelling-0": "低保对象", "spelling-1": "-"})
    worked(client, where)
    return client


def test_the_preview_asks_what_unknown_spellings_mean_and_shows_what_was_said(sign_in: object, outside: object) -> None:
    client = sign_in("civil")
    where = address(client, xlsx({"名单": SPELLED}))

    asked = client.get(where)
    said = client.post(where, {"spelling-0": "低保对象", "spelling-1": "-"}, follow=True)
    unsaid = client.post(where, {"spelling-0": "", "spelling-1": "-"}, follow=True)

    assert "通知里没有的写法" in text_of(asked)
    assert [chosen(page) for page in (asked, said, unsaid)] == [["", ""], ["低保对象", "-"], ["", "-"]]
    assert ["低保对象 1 行" in text_of(page) for page in (asked, said, unsaid)] == [False, True, False]
    assert "通知里没有的写法" not in text_of(client.get(address(client, xlsx({"名单": [SPELLED[0], listed("周归")]}))))


def chosen(page: HttpResponse) -> list[str]:
    """What each spelling on the page is said to mean; a select without a choice shows its first."""
    selects = re.findall(r'<select name="spelling-\d+".*?</select>', page.content.decode(), re.DOTALL)
    marked = [re.search(r'value="([^"]*)" selected', one) for one in selects]
    return [
        found[1] if found else re.search(r'value="([^"]*)"', one)[1] for found, one in zip(marked, selects, strict=True)
    ]


def test_what_was_changed_goes_nowhere_before_it_was_seen(sign_in: object, outside: object) -> None:
    client = sign_in("civil")
    where = address(client, xlsx({"名单": SPELLED}))

    page = client.post(where, {"spelling-0": "低保对象", "go": "1"}, follow=True)

    assert "改动已经照办，还没有报送" in text_of(page)


def test_the_list_says_what_was_read_by_the_departments_words_and_so_does_the_row(
    spelling: Client, sign_in: object
) -> None:
    with within(everybody()):
        where = f"/department/{Roster.objects.get(department='民政部门').pk}/"
    told = "照报送部门的说明理解的类别 表里写的 行数 理解为 低保A类 1 低保对象 民政户 1 都不是通知里的类别"

    confirmer, sender = text_of(sign_in("county").get(where)), text_of(spelling.get(where))

    assert (told in confirmer, told in sender) == (True, True)
    assert ("确认名单前请核对" in confirmer, "确认名单前请核对" in sender) == (True, False)
    corrected = text_of(spelling.get(f"{where}?outcome=corrected"))
    assert "「低保A类」按报送部门的说明读作「低保对象」。" in corrected


def test_the_spellings_are_listed_remembered_and_forgotten_by_a_tap(spelling: Client) -> None:
    page = text_of(spelling.get("/department/words/"))
    assert "低保A类 低保对象 民政" in page
    assert "民政户 都不是通知里的类别" in page
    again = spelling.get(address(spelling, xlsx({"名单": [SPELLED[0], listed("周归", "低保A类")]})))
    assert (chosen(again), "照贵部门以前选的" in text_of(again)) == (["低保对象"], True)

    with within(everybody()):
        one = LearnedWord.objects.get(word="低保A类")
    said = text_of(spelling.post(f"/department/words/{one.pk}/forget/", follow=True))

    assert "已忘掉“低保A类”" in said
    assert chosen(spelling.get(address(spelling, xlsx({"名单": [SPELLED[0], listed("周归", "低保A类")]})))) == [""]


def test_whoever_forges_a_meaning_changes_nothing(sign_in: object, outside: object) -> None:
    client = sign_in("civil")
    where = address(client, xlsx({"名单": SPELLED}))

    no = client.post(where, {"spelling-0": "没有这种", "spelling-99": "低保对象"})

    assert refusal_of(no) == "通知中没有“没有这种”这种类别。"
    with within(everybody()):
        assert Upload.objects.get().spellings == {}
