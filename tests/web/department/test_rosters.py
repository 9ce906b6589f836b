"""A department hands in its spreadsheet, sees the verdict of every row, and gets its own file back."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from canbao.access.models import Staff
from canbao.access.scope import within
from canbao.documents.reading import read_spreadsheet
from canbao.rosters.models import RosterRow
from tests.county import everybody
from tests.rosters.files import listed, xlsx
from tests.web.conftest import number_of
from tests.web.pages import refusal_of, text_of


@pytest.fixture(autouse=True)
def _civil_affairs(db: None) -> None:
    with within(everybody()):
        Staff.objects.filter(username="civil").update(department="民政部门")


def hand_in(client: Client, folder: Path, rows: list, **changes: object) -> HttpResponse:
    file = SimpleUploadedFile("名单.xlsx", xlsx(folder / "list.xlsx", rows).read_bytes())
    return client.post(
        "/department/", {"file": file, "department": "民政部门", "cut_off_on": "2021-10-31", "category": ""} | changes
    )


@pytest.fixture
def listed_people(sign_in: object, outside: object, tmp_path: Path) -> str:
    """The address of a list of three: one taken, one to look at, one refused."""
    rows = [listed("赵大"), listed("赵妻", name="赵旗"), ("无人", "12345", "低保对象")]
    return hand_in(sign_in("civil"), tmp_path, rows)["Location"]


def test_every_row_has_its_verdict(sign_in: object, listed_people: str) -> None:
    client = sign_in("civil")

    seen = text_of(client.get(listed_people))

    assert "采用 1 更正后采用 0 请核对 1 未采用 1" in seen
    assert "3 赵旗 ****0227 低保对象 号码相符，但姓名第 2 字与登记不同。" in seen


def test_the_file_comes_back_with_reasons_beside_the_rows(sign_in: object, listed_people: str) -> None:
    answer = sign_in("civil").post(f"{listed_people}file/")

    table = read_spreadsheet(answer.content, sheet="名单")
    assert answer["Content-Disposition"].endswith('.xlsx"')
    assert {"结果", "原因", "怎么办"} <= set(table.columns)


def test_no_whole_number_is_on_the_page(sign_in: object, listed_people: str) -> None:
    html = sign_in("civil").get(listed_people).content.decode()

    assert (number_of("赵妻") in html, number_of("赵大") in html) == (False, False)


def test_a_row_to_look_at_is_settled_by_a_person(sign_in: object, outside: object, listed_people: str) -> None:
    row = outside.look(lambda county: RosterRow.objects.get(outcome="look"))

    seen = text_of(sign_in("civil").post(f"/department/rows/{row.pk}/", {"accept": "1"}, follow=True))

    assert "采用 1 更正后采用 1 请核对 0 未采用 1" in seen


def test_the_county_confirms_what_a_department_handed_in(sign_in: object, listed_people: str) -> None:
    seen = text_of(sign_in("county").post(f"{listed_people}confirm/", follow=True))

    assert "已确认 county" in seen


def test_a_department_confirms_nothing(sign_in: object, listed_people: str) -> None:
    assert sign_in("civil").post(f"{listed_people}confirm/").status_code == 403


def test_another_departments_list_is_not_there(sign_in: object, listed_people: str) -> None:
    client = sign_in("civil")
    with within(everybody()):
        Staff.objects.filter(username="civil").update(department="卫生健康部门")

    assert client.get(listed_people).status_code == 404
    assert client.post(f"{listed_people}file/").status_code == 404


def test_a_file_that_is_none_says_what_to_do(sign_in: object, outside: object) -> None:
    file = SimpleUploadedFile("名单.xlsx", b"%PDF-1.4 something else")

    answer = sign_in("civil").post("/department/", {"file": file, "department": "民政部门", "cut_off_on": "2021-10-31"})

    assert (answer.status_code, "这不是可以读取的表格" in refusal_of(answer)) == (409, True)


def test_the_same_file_twice_is_said(sign_in: object, outside: object, tmp_path: Path) -> None:
    client, content = sign_in("civil"), xlsx(tmp_path / "list.xlsx", [listed("赵大")]).read_bytes()
    asked = {"department": "民政部门", "cut_off_on": "2021-10-31"}

    first, second = (
        client.post("/department/", asked | {"file": SimpleUploadedFile("名单.xlsx", content)}) for _ in range(2)
    )

    assert (first.status_code, second.status_code) == (302, 409)
    assert refusal_of(second) == "这份文件已经作为民政部门截至 2021-10-31 的名单导入过。"


def test_a_list_of_one_and_of_three_cost_as_many_queries(sign_in: object, outside: object, tmp_path: Path, django_assert_num_queries: object) -> None:  # fmt: skip
    client = sign_in("civil")
    for rows in ([listed("赵大")], [listed("赵大"), listed("赵妻"), listed("赵双一")]):
        address = hand_in(client, tmp_path, rows)["Location"]
        with django_assert_num_queries(8):
            client.get(address)
